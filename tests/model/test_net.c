/* SPDX-License-Identifier: Apache-2.0 */
/* test_net.c - whole networks, against a second model written from numerics.md alone. */
#include <check.h>
#include <string.h>

#include "model/mem.h"
#include "model/num/f32.h"
#include "model/num/path.h"
#include "tests/model/net_second.h"
#include "tests/model/net_tiny.h"
#include "tests/skip.h"

static struct second_net second;

static struct second_shape shape(uint32_t dim, uint32_t hidden, uint32_t layers, uint32_t heads,
                                 uint32_t kv_heads, uint32_t head_dim, uint32_t vocab)
{
    return (struct second_shape){.dim = dim,
                                 .hidden = hidden,
                                 .layers = layers,
                                 .heads = heads,
                                 .kv_heads = kv_heads,
                                 .head_dim = head_dim,
                                 .vocab = vocab,
                                 .ctx = SECOND_TOKENS,
                                 .eps = 1e-5f};
}

static void some_tokens(struct rnd *r, uint32_t vocab, uint32_t n, int32_t *tokens)
{
    for (uint32_t i = 0; i < n; i++) tokens[i] = (int32_t)rnd_below(r, vocab);
}

static struct stamp_net *open_net(const struct tiny_net *t, const struct stamp_net_options *o)
{
    struct stamp_net *net = NULL;
    struct stamp_err e;
    if (stamp_net_new(&t->model, o, &net, &e)) ck_abort_msg("%s", e.text);
    return net;
}

/* Prefill of n tokens and steps more, here and in the second model. */
static void compare(const struct tiny_net *t, const struct stamp_net_options *o, struct rnd *r,
                    uint32_t n, uint32_t steps, const char *what)
{
    const uint32_t vocab = t->m.shape.vocab;
    struct stamp_net *net = open_net(t, o);
    int32_t *tokens = stamp_alloc(n + steps, sizeof *tokens);
    float *got = stamp_alloc((size_t)(n + 1) * vocab, sizeof *got);
    uint32_t *want = stamp_alloc((size_t)(n + 1) * vocab, sizeof *want);
    struct stamp_err e;

    ck_assert(tokens && got && want);
    some_tokens(r, vocab, n + steps, tokens);
    second.m = &t->m;
    second.q = o->scheme;
    second.kv = o->kv;
    if (stamp_net_prefill(net, tokens, n, 0, got, &e)) ck_abort_msg("%s", e.text);
    second_prefill(&second, tokens, n, want);
    if (memcmp(got, want, (size_t)n * vocab * sizeof *got) != 0)
        ck_abort_msg("%s: prefill of %u" RND_FMT, what, n, rnd_seed());
    for (uint32_t i = 0; i < steps; i++) {
        if (stamp_net_step(net, tokens[n + i], got, &e)) ck_abort_msg("%s", e.text);
        second_step(&second, tokens[n + i], want);
        if (memcmp(got, want, vocab * sizeof *got) != 0)
            ck_abort_msg("%s: step %u after %u" RND_FMT, what, i, n, rnd_seed());
    }
    ck_assert_uint_eq(stamp_net_position(net), n + steps);
    stamp_net_free(net);
    stamp_free(tokens);
    stamp_free(got);
    stamp_free(want);
}

static struct stamp_net_options options(uint32_t kv_bits, uint32_t kv_block)
{
    struct stamp_net_options o = {
        .scheme = stamp_scheme_default(), .kv = {kv_bits, kv_block, false}, .threads = 1};
    o.scheme.high_rows = 6;
    return o;
}

START_TEST(every_length_is_what_the_second_model_computes_from_the_page)
{
    struct rnd r = rnd_start(71);
    for (uint32_t n = 1; n <= 70; n++) {
        static const uint32_t kv_bits[3] = {4, 8, 32};
        struct tiny_net t;
        struct stamp_net_options o = options(kv_bits[n % 4 == 3 ? 1 : n % 8 == 1 ? 2 : 0], n % 7);
        tiny_make(&t, &r, shape(8, 12, 2, 4, 2, 4, 11), 4, 8, 0, n % 2);
        o.threads = 1 + n % 3;
        o.kv.plain = n / 7 % 2;
        compare(&t, &o, &r, n, 9, "length");
        tiny_free(&t);
    }
}
END_TEST

START_TEST(every_path_of_the_processor_is_what_the_second_model_computes)
{
    struct rnd r = rnd_start(77);
    struct stamp_err e;
    if (stamp_path_use((enum stamp_path)_i, &e)) {
        test_skip("%s: the network by that path is NOT tested", e.text);
        return;
    }
    for (uint32_t n = 1; n <= 40; n += 13) {
        struct stamp_net_options o = options(4, 3);
        struct tiny_net t;
        o.threads = 1 + n % 2;
        tiny_make(&t, &r, shape(72, 130, 2, 4, 2, 32, 70), 4, 8, 0, n % 2);
        compare(&t, &o, &r, n, 3, stamp_path_name((enum stamp_path)_i));
        tiny_free(&t);
    }
    ck_assert_int_eq((int)stamp_path_use(STAMP_PATH_BEST, &e), 0);
}
END_TEST

START_TEST(shapes_schemes_and_widths_of_all_kinds_agree_with_the_second_model)
{
    struct rnd r = rnd_start(72);
    for (int i = 0; i < 60; i++) {
        const uint32_t kv_heads = 1 + rnd_below(&r, 3), group = 1 + rnd_below(&r, 8 / kv_heads);
        struct stamp_net_options o = options(4, rnd_below(&r, 7));
        struct second_shape s =
            shape(1 + rnd_below(&r, 90), 1 + rnd_below(&r, 150), 1, kv_heads * group, kv_heads,
                  2 * (1 + rnd_below(&r, 8)), 1 + rnd_below(&r, 80));
        struct tiny_net t;
        s.qk_norm = rnd_below(&r, 2);
        o.scheme.transform = rnd_below(&r, 3) ? STAMP_HAAR : STAMP_NONE;
        o.scheme.depth = (int)rnd_below(&r, 5) - 1;
        o.scheme.high_rows = rnd_below(&r, 9);
        o.scheme.act_bits = i % 10 == 9 ? 32 : rnd_below(&r, 4) ? 4 : 8;
        o.scheme.weight_bits = rnd_below(&r, 2) ? 4 : 8;
        o.scheme.block = rnd_below(&r, 3) ? 0 : 64;
        o.scheme.symmetric = rnd_below(&r, 4) == 0;
        o.scheme.sink = rnd_below(&r, 2);
        o.kv.plain = rnd_below(&r, 2);
        tiny_make(&t, &r, s, o.scheme.weight_bits, rnd_below(&r, 2) ? 4 : 8, o.scheme.block,
                  rnd_below(&r, 2));
        compare(&t, &o, &r, 1 + rnd_below(&r, 12), 4, "shape");
        tiny_free(&t);
    }
}
END_TEST

START_TEST(softmax_goes_over_blocks_of_256_keys)
{
    static const uint32_t length[] = {254, 509, 600};
    struct rnd r = rnd_start(73);
    for (int i = 0; i < 3; i++) {
        struct stamp_net_options o = options(i == 1 ? 8 : 4, 3);
        struct tiny_net t;
        tiny_make(&t, &r, shape(6, 8, 1, 2, 1, 4, 5), 4, 8, 0, false);
        o.threads = 2;
        o.kv.plain = i == 2;
        compare(&t, &o, &r, length[i], 6, "long");
        tiny_free(&t);
    }
}
END_TEST

START_TEST(every_number_of_threads_gives_the_same_bits)
{
    static const uint32_t threads[] = {1, 2, 3, 7};
    enum { N = 45, STEPS = 8, VOCAB = 130 };
    struct rnd r = rnd_start(74);
    static float first[(N + STEPS) * VOCAB], y[(N + STEPS) * VOCAB];
    int32_t tokens[N + STEPS];
    struct tiny_net t;

    tiny_make(&t, &r, shape(60, 150, 2, 6, 3, 10, VOCAB), 4, 8, 0, true);
    some_tokens(&r, VOCAB, N + STEPS, tokens);
    for (int i = 0; i < 4; i++) {
        struct stamp_net_options o = options(4, 2);
        o.threads = threads[i];
        struct stamp_net *net = open_net(&t, &o);
        for (int again = 0; again < 3; again++) {
            ck_assert_int_eq((int)stamp_net_prefill(net, tokens, N, 0, y, NULL), 0);
            for (int k = N; k < N + STEPS; k++)
                ck_assert_int_eq((int)stamp_net_step(net, tokens[k], y + k * VOCAB, NULL), 0);
            if (i == 0 && again == 0) memcpy(first, y, sizeof y);
            ck_assert_msg(memcmp(first, y, sizeof y) == 0, "%u threads, run %d", threads[i], again);
        }
        stamp_net_free(net);
    }
    tiny_free(&t);
}
END_TEST

START_TEST(steps_equal_a_longer_prefill_where_rows_do_not_see_each_other)
{
    enum { N = 40, VOCAB = 17 };
    struct rnd r = rnd_start(75);
    for (int i = 0; i < 4; i++) {
        static float all[N * VOCAB], y[VOCAB];
        int32_t tokens[N];
        struct tiny_net t;
        struct stamp_net_options o = options(i & 1 ? 8 : 32, 0);
        o.scheme.transform = i & 2 ? STAMP_HAAR : STAMP_NONE; /* depth 0: all rows are coarse */
        o.scheme.high_rows = N;
        tiny_make(&t, &r, shape(20, 24, 2, 4, 2, 6, VOCAB), 4, 8, 0, false);
        some_tokens(&r, VOCAB, N, tokens);
        struct stamp_net *net = open_net(&t, &o);
        ck_assert_int_eq((int)stamp_net_prefill(net, tokens, N, 0, all, NULL), 0);
        ck_assert_int_eq((int)stamp_net_prefill(net, tokens, 3, 2, y, NULL), 0);
        ck_assert_mem_eq(y, all + 2 * VOCAB, sizeof y);
        for (int k = 3; k < N; k++) {
            ck_assert_int_eq((int)stamp_net_step(net, tokens[k], y, NULL), 0);
            ck_assert_mem_eq(y, all + k * VOCAB, sizeof y);
        }
        stamp_net_free(net);
        tiny_free(&t);
    }
}
END_TEST

START_TEST(a_run_leaves_nothing_behind_for_the_next)
{
    enum { N = 33, VOCAB = 9 };
    struct rnd r = rnd_start(76);
    static float a[N * VOCAB], b[N * VOCAB];
    int32_t x[N], other[N];
    struct stamp_net_options o = options(4, 3);
    struct tiny_net t;

    o.scheme.weight_bits = 8;
    tiny_make(&t, &r, shape(12, 20, 2, 2, 1, 8, VOCAB), 8, 4, 0, false);
    some_tokens(&r, VOCAB, N, x);
    some_tokens(&r, VOCAB, N, other);
    struct stamp_net *net = open_net(&t, &o);
    ck_assert_int_eq((int)stamp_net_prefill(net, x, 10, 0, a, NULL), 0);
    ck_assert_int_eq((int)stamp_net_prefill(net, other, N, 0, b, NULL), 0);
    ck_assert_int_eq((int)stamp_net_step(net, 1, NULL, NULL), 0);
    ck_assert_int_eq((int)stamp_net_prefill(net, x, 10, 0, b, NULL), 0);
    ck_assert_mem_eq(a, b, 10 * VOCAB * sizeof *a);
    ck_assert_int_eq((int)stamp_net_prefill(net, x, 10, 7, b, NULL), 0);
    ck_assert_mem_eq(a + 7 * VOCAB, b, 3 * VOCAB * sizeof *a);
    stamp_net_free(net);
    tiny_free(&t);
}
END_TEST

START_TEST(what_does_not_fit_is_refused_with_a_line)
{
    enum { VOCAB = 9 };
    struct rnd r = rnd_start(77);
    const int32_t good[3] = {1, 2, 3}, high[1] = {VOCAB}, low[2] = {0, -1};
    static int32_t many[SECOND_TOKENS + 1];
    struct stamp_net_options o = options(4, 3);
    struct stamp_net *net = NULL;
    struct tiny_net t;
    struct stamp_err e;

    tiny_make(&t, &r, shape(12, 20, 1, 2, 1, 8, VOCAB), 8, 8, 0, false);
    ck_assert_int_eq((int)stamp_net_new(&t.model, &o, &net, &e), (int)STAMP_ERANGE);
    ck_assert(strstr(e.text, "layers.0.q: codes of 8 bits"));
    o.scheme.weight_bits = 8;
    o.kv.block = 9;
    ck_assert_int_eq((int)stamp_net_new(&t.model, &o, &net, &e), (int)STAMP_ERANGE);
    o.kv.block = 3;
    o.threads = 0;
    ck_assert_int_eq((int)stamp_net_new(&t.model, &o, &net, &e), (int)STAMP_ERANGE);
    o.threads = 2;
    net = open_net(&t, &o);
    ck_assert_int_eq((int)stamp_net_prefill(net, good, 0, 0, NULL, &e), (int)STAMP_ERANGE);
    ck_assert_int_eq((int)stamp_net_prefill(net, high, 1, 0, NULL, &e), (int)STAMP_ERANGE);
    ck_assert_int_eq((int)stamp_net_prefill(net, low, 2, 0, NULL, &e), (int)STAMP_ERANGE);
    ck_assert(strstr(e.text, "token 1 is -1"));
    ck_assert_int_eq((int)stamp_net_prefill(net, many, SECOND_TOKENS + 1, 0, NULL, &e),
                     (int)STAMP_ERANGE);
    ck_assert_int_eq((int)stamp_net_prefill(net, many, SECOND_TOKENS, 0, NULL, &e), 0);
    ck_assert_int_eq((int)stamp_net_step(net, 0, NULL, &e), (int)STAMP_ERANGE);
    ck_assert_uint_eq(stamp_net_position(net), SECOND_TOKENS);

    t.pool[2 * 12 + 5] = 0x1.fffffep127f; /* of token 2: its square overflows */
    ck_assert_int_eq((int)stamp_net_prefill(net, good, 3, 0, NULL, &e), (int)STAMP_ERANGE);
    ck_assert_str_eq(e.text, "layers.0.end or before it: a value is not finite");
    ck_assert_uint_eq(stamp_net_position(net), 0);
    t.pool[2 * 12 + 5] = stamp_f32_from_bits(0x7f800000);
    ck_assert_int_eq((int)stamp_net_prefill(net, good, 3, 0, NULL, &e), (int)STAMP_ERANGE);
    ck_assert(strstr(e.text, "embedding of token 2"));
    stamp_net_free(net);
    tiny_free(&t);
}
END_TEST

START_TEST(a_failing_allocation_is_reported_and_nothing_leaks)
{
    const int32_t tokens[3] = {1, 2, 3};
    struct rnd r = rnd_start(78);
    struct tiny_net t;
    size_t n = 1;

    tiny_make(&t, &r, shape(12, 20, 1, 2, 1, 8, 9), 4, 8, 0, false);
    for (;; n++) {
        const struct stamp_net_options o = options(4, 3);
        struct stamp_net *net = NULL;
        float y[9];
        stamp_mem_fail_at(n);
        enum stamp_status st = stamp_net_new(&t.model, &o, &net, NULL);
        if (!st) st = stamp_net_prefill(net, tokens, 3, 2, y, NULL);
        stamp_mem_fail_at(0);
        stamp_net_free(net);
        if (st == STAMP_OK) break;
        ck_assert_int_eq((int)st, (int)STAMP_ENOMEM);
    }
    ck_assert_uint_gt(n, 30);
    tiny_free(&t);
}
END_TEST

TCase *stamp_tcase_net_attn(void);
Suite *stamp_suite_net(void);

Suite *stamp_suite_net(void)
{
    Suite *s = suite_create("net");
    TCase *c = tcase_create("net");
    tcase_set_timeout(c, 300);
    tcase_add_test(c, every_length_is_what_the_second_model_computes_from_the_page);
    tcase_add_loop_test(c, every_path_of_the_processor_is_what_the_second_model_computes, 0,
                        STAMP_PATHS);
    tcase_add_test(c, shapes_schemes_and_widths_of_all_kinds_agree_with_the_second_model);
    tcase_add_test(c, softmax_goes_over_blocks_of_256_keys);
    tcase_add_test(c, every_number_of_threads_gives_the_same_bits);
    tcase_add_test(c, steps_equal_a_longer_prefill_where_rows_do_not_see_each_other);
    tcase_add_test(c, a_run_leaves_nothing_behind_for_the_next);
    tcase_add_test(c, what_does_not_fit_is_refused_with_a_line);
    tcase_add_test(c, a_failing_allocation_is_reported_and_nothing_leaks);
    suite_add_tcase(s, c);
    suite_add_tcase(s, stamp_tcase_net_attn());
    return s;
}
