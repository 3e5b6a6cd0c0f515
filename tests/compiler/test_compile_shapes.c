/* SPDX-License-Identifier: Apache-2.0 */
/* test_compile_shapes.c - networks of odd sizes in every dimension: each is refused in one line, or
 * gives programs that the verifier passes; some of these run and give the network's logits. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "compiler/prove/verify.h"
#include "tests/compiler/net_pair.h"
#include "tests/model/rnd.h"

Suite *stamp_suite_compile_shapes(void);

#if defined(__SANITIZE_ADDRESS__)
enum { BATCHES = 3 }; /* each is many times as slow */
#else
enum { BATCHES = 12 };
#endif
enum { SHAPES = 25, RUN_EVERY = 5, STEPS = 3, TOKENS = 300, CONTEXT = 4000 };

/* A network, its schemes, the machine. */
struct shape {
    char config[600];
    struct stamp_net_spec spec;
    struct stamp_compile_options options;
};

/* 1 .. most, small numbers as often as large ones, and at times far larger ones. */
static uint32_t size(struct rnd *r, uint32_t most)
{
    const uint32_t bound = rnd_below(r, 16) == 0 && most > 100 ? 12 * most
                           : rnd_below(r, 2)                   ? most
                                                               : most / 8 + 1;

    return 1 + rnd_below(r, bound);
}

static void random_config(struct rnd *r, char *text, size_t room)
{
    static const char *const family[] = {"llama", "qwen2", "qwen3"};
    const uint32_t kv = size(r, 4), hidden = size(r, 150), head_dim = 2 * size(r, 70);

    snprintf(text, room,
             "{\"model_type\":\"%s\",\"hidden_size\":%u,\"intermediate_size\":%u,"
             "\"num_hidden_layers\":%u,\"num_attention_heads\":%u,\"num_key_value_heads\":%u,"
             "\"head_dim\":%u,\"vocab_size\":%u,\"rms_norm_eps\":1e-5,\"rope_theta\":10000.0,"
             "\"max_position_embeddings\":%d,\"tie_word_embeddings\":%s}",
             family[rnd_below(r, 3)], hidden, size(r, 260), size(r, 3), kv * size(r, 5), kv,
             head_dim, size(r, 300), CONTEXT, rnd_below(r, 2) ? "true" : "false");
}

static void random_scheme(struct rnd *r, uint32_t s, struct stamp_scheme *q)
{
    q->transform = (enum stamp_transform)rnd_below(r, 5);
    q->sink = rnd_below(r, 2) && s > 1;
    q->grid_w = 1;
    q->grid_h = s - q->sink;
    for (uint32_t w = 2; w * w <= q->grid_h; w++)
        if (q->grid_h % w == 0) q->grid_w = w;
    q->grid_h /= q->grid_w;
    q->depth = rnd_below(r, 2) ? STAMP_DEPTH_AUTO : (int)rnd_below(r, 9);
    q->high_rows = rnd_below(r, s + 3);
    q->act_bits = rnd_below(r, 4) ? 4 : 8;
    q->high_bits = q->act_bits == 8 || rnd_below(r, 4) ? 8 : 4;
    q->weight_bits = rnd_below(r, 3) ? 4 : 8;
    q->block = rnd_below(r, 4) ? 0 : STAMP_BLOCK;
    q->symmetric = rnd_below(r, 4) == 0;
}

/* Any of the table. */
static const struct stamp_mach *random_mach(struct rnd *r)
{
    uint32_t count = 0;

    while (stamp_machs[count].name) count++;
    return &stamp_machs[rnd_below(r, count)];
}

static struct shape random_shape(struct rnd *r)
{
    struct shape c = {.options = {.mach = random_mach(r)}};
    static const uint32_t cache[] = {4, 4, 8, 32};
    struct stamp_net_spec *n = &c.spec;

    random_config(r, c.config, sizeof c.config);
    n->s = size(r, TOKENS);
    n->ctx = n->s + STEPS;
    n->last_logits = rnd_below(r, 2);
    n->decode = rnd_below(r, 2);
    n->scheme = stamp_scheme_default();
    random_scheme(r, n->s, &n->scheme);
    n->kv.bits = cache[rnd_below(r, 4)];
    n->kv.block = rnd_below(r, STAMP_KV_BLOCK_MAX + 1);
    n->kv.plain = n->kv.bits == 4 && rnd_below(r, 3) == 0;
    c.options.unfused = rnd_below(r, 4) == 0;
    c.options.no_roll = rnd_below(r, 4) == 0;
    c.options.no_verify = true; /* the tests do that: a refusal is then the compiler's own */
    return c;
}

static void describe(const struct shape *c, char *text, size_t room)
{
    const struct stamp_scheme *q = &c->spec.scheme;

    snprintf(
        text, room,
        "%s: %s s %u%s%s, %s depth %d, %u rows, A%u/%u W%u block %u%s%s, cache %u block "
        "%u%s%s%s" RND_FMT,
        c->options.mach->name, c->config, c->spec.s, c->spec.last_logits ? " last" : "",
        c->spec.decode ? " decode" : "", stamp_transform_name(q->transform), q->depth, q->high_rows,
        q->act_bits, q->high_bits, q->weight_bits, q->block, q->symmetric ? " symmetric" : "",
        q->sink ? " sink" : "", c->spec.kv.bits, c->spec.kv.block, c->spec.kv.plain ? " plain" : "",
        c->options.unfused ? " unfused" : "", c->options.no_roll ? " no_roll" : "", rnd_seed());
}

/* Every entry, those of a step at every position the cache has room for. */
static void verify_all(const struct net_pair *p, const char *what)
{
    struct stamp_err e = {0};

    ck_assert_msg(!stamp_verify(p->image, NULL, &e), "%s\n%s", e.text, what);
    for (uint32_t at = p->spec.s; p->spec.decode && at < p->spec.ctx; at++) {
        const uint32_t arg[STAMP_ARGS] = {at};
        const struct stamp_entry *step = stamp_image_entry(p->image, "step");
        ck_assert_ptr_nonnull(step);
        ck_assert_msg(!stamp_verify_entry(p->image, step, arg, NULL, &e), "at %u: %s\n%s", at,
                      e.text, what);
    }
}

static void run(struct net_pair *p, struct rnd *r)
{
    int32_t token[CONTEXT];

    net_pair_start(p);
    for (uint32_t i = 0; i < CONTEXT; i++) token[i] = (int32_t)rnd_below(r, (uint32_t)p->m->vocab);
    net_pair_prefill(p, token);
    for (uint32_t i = 0; p->spec.decode && i < STEPS; i++)
        net_pair_step(p, p->spec.s + i, token[i]);
}

START_TEST(odd_sizes_are_refused_in_a_line_or_give_legal_programs)
{
    struct rnd seed = rnd_start(7000 + (uint64_t)_i), r = {rnd_next(&seed)};
    char what[1200];
    int legal = 0;

    for (int i = 0; i < SHAPES; i++) {
        const struct shape c = random_shape(&r);
        struct net_pair p;
        struct stamp_err e = {0};
        describe(&c, what, sizeof what);
        const enum stamp_status s = net_pair_compile(&p, c.config, &c.spec, &c.options, &e);
        if (s) {
            ck_assert_msg(s == STAMP_ERANGE || s == STAMP_EUNSUPPORTED, "%s\n%s", e.text, what);
            ck_assert_msg(e.text[0] && !strchr(e.text, '\n'), "%s\n%s", e.text, what);
        } else {
            verify_all(&p, what);
            if (legal++ % RUN_EVERY == 0) run(&p, &r);
        }
        net_pair_close(&p);
    }
    ck_assert_int_ge(legal, SHAPES / 2);
}
END_TEST

/* What was once compiled to something illegal or wrong. */
static const struct {
    const char *mach, *family;
    unsigned hidden, intermediate, heads, head_dim;
    uint32_t s;
    uint8_t transform;
} found[] = {
    /* gate and up of 25 lines of 32 bytes each: the second must begin at 64 bytes */
    {"tiny", "llama", 64, 200, 2, 32, 260, STAMP_WHT},
    /* a bias behind a transform in passes of its own */
    {"base", "qwen2", 64, 208, 2, 32, 260, STAMP_WHT},
    /* more stores before their loads than a semaphore counts */
    {"wide", "llama", 26, 28, 3, 14, 2117, STAMP_DCT},
    /* XB holds one tile of many chunks, and units lie in two tiles: their rows were never coded */
    {"tiny", "llama", 256, 14336, 1, 64, 128, STAMP_HAAR},
    {"base", "llama", 256, 14336, 1, 64, 128, STAMP_HAAR},
};
enum { FOUND = sizeof found / sizeof found[0] };

START_TEST(shapes_that_once_went_wrong)
{
    struct stamp_net_spec spec = {.s = found[_i].s,
                                  .ctx = found[_i].s,
                                  .last_logits = true,
                                  .kv = {.bits = 4, .block = 5},
                                  .scheme = stamp_scheme_default()};
    const struct stamp_compile_options o = {.mach = stamp_mach_find(found[_i].mach)};
    struct rnd r = rnd_start(7900);
    struct net_pair p;
    struct stamp_err e = {0};
    char config[600];

    snprintf(config, sizeof config,
             "{\"model_type\":\"%s\",\"hidden_size\":%u,\"intermediate_size\":%u,"
             "\"num_hidden_layers\":1,\"num_attention_heads\":%u,\"num_key_value_heads\":1,"
             "\"head_dim\":%u,\"vocab_size\":256,\"rms_norm_eps\":1e-5,\"rope_theta\":10000.0,"
             "\"max_position_embeddings\":%d,\"tie_word_embeddings\":true}",
             found[_i].family, found[_i].hidden, found[_i].intermediate, found[_i].heads,
             found[_i].head_dim, CONTEXT);
    spec.scheme.transform = found[_i].transform;
    ck_assert_msg(!net_pair_compile(&p, config, &spec, &o, &e), "%s", e.text);
    run(&p, &r);
    net_pair_close(&p);
}
END_TEST

Suite *stamp_suite_compile_shapes(void)
{
    Suite *s = suite_create("networks of odd sizes");
    TCase *c = tcase_create("shapes");

    tcase_set_timeout(c, 600);
    tcase_add_loop_test(c, shapes_that_once_went_wrong, 0, FOUND);
    tcase_add_loop_test(c, odd_sizes_are_refused_in_a_line_or_give_legal_programs, 0, BATCHES);
    suite_add_tcase(s, c);
    return s;
}
