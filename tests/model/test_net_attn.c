/* SPDX-License-Identifier: Apache-2.0 */
/* test_net_attn.c - attention of many rows at once, against attention of one row. */
#include <check.h>
#include <string.h>

#include "model/mem.h"
#include "model/net/net_parts.h"
#include "model/num/attn.h"
#include "model/num/digits.h"
#include "tests/model/net_tiny.h"

enum { ROWS = 700, HD_MAX = 130 };

/* What stamp_attn_row wants of one key-value head, from rows of kv_width. */
struct operands {
    int8_t k[ROWS * HD_MAX], v[ROWS * HD_MAX];
    float sk[ROWS], sv[ROWS];
};

static float digits(uint32_t hd, const float *x, int8_t *code)
{
    const struct stamp_qparam p = stamp_digit_params(stamp_range_widen(stamp_range_empty(), hd, x));
    stamp_digit_codes(p.inv, hd, x, code);
    return p.scale;
}

static void fill(struct rnd *r, size_t n, float spread, float *x)
{
    for (size_t i = 0; i < n; i++) x[i] = spread * rnd_unit(r);
}

/* Rows first .. n-1 of a cache of n. */
static void compare(const struct stamp_net_attend *net, const float *out, const float *q,
                    const float *k, const float *v, uint32_t first, uint32_t n)
{
    static struct operands o;
    static float work[4096] __attribute__((aligned(64)));
    const uint32_t hd = net->head_dim;

    ck_assert_uint_le(stamp_attn_work(hd), sizeof work / sizeof work[0]);
    for (uint32_t kv = 0; kv < net->kv_heads; kv++) {
        for (uint32_t t = 0; t < n; t++) {
            const size_t at = (size_t)t * net->kv_width + (size_t)kv * hd;
            o.sk[t] = digits(hd, k + at, o.k + (size_t)t * hd);
            o.sv[t] = digits(hd, v + at, o.v + (size_t)t * hd);
        }
        const struct stamp_attn_kv operands = {n, hd, o.k, o.v, o.sk, o.sv};
        for (uint32_t t = first; t < n; t++)
            for (uint32_t g = 0; g < net->group; g++) {
                const size_t at =
                    (size_t)(t - first) * net->q_width + (size_t)(kv * net->group + g) * hd;
                float want[HD_MAX];
                stamp_attn_row(&operands, t, q + at, work, want);
                if (memcmp(want, out + at, hd * sizeof *want) != 0)
                    ck_abort_msg("row %u of %u, head %u of %u" RND_FMT, t, n, kv * net->group + g,
                                 hd, rnd_seed());
            }
    }
}

static void one_shape(struct rnd *r, uint32_t heads, uint32_t kv_heads, uint32_t hd, uint32_t n)
{
    const struct second_shape shape = {.dim = 4,
                                       .hidden = 4,
                                       .layers = 1,
                                       .heads = heads,
                                       .kv_heads = kv_heads,
                                       .head_dim = hd,
                                       .vocab = 3,
                                       .ctx = ROWS,
                                       .eps = 1e-5f};
    const struct stamp_net_options options = {
        .scheme = stamp_scheme_default(), .kv = {32, 0}, .threads = 1 + heads % 2};
    struct stamp_net *net = NULL;
    struct tiny_net t;

    tiny_make(&t, r, shape, 4, 8, 0, false);
    memset(t.frequency, 0, sizeof t.frequency); /* no turning */
    ck_assert_int_eq((int)stamp_net_new(&t.model, &options, &net, NULL), 0);
    struct stamp_net_attend *a = net->attend;
    while (!a->cache) a++;
    ck_assert_int_eq((int)stamp_net_work_reserve(net, n, NULL), 0);
    ck_assert_int_eq((int)stamp_net_kv_reserve(a, n, NULL), 0);
    for (size_t i = 0; i < (size_t)n * hd; i++) net->work.cosine[i] = 1;
    float *q = stamp_alloc((size_t)n * a->q_width, sizeof *q),
          *out = stamp_alloc((size_t)n * a->q_width, sizeof *out);
    float *k = stamp_alloc((size_t)n * a->kv_width, sizeof *k);
    float *v = stamp_alloc((size_t)n * a->kv_width, sizeof *v);
    ck_assert(q && k && v && out);
    fill(r, (size_t)n * a->q_width, 4, q);
    fill(r, (size_t)n * a->kv_width, 4, k);
    fill(r, (size_t)n * a->kv_width, 1, v);
    struct stamp_net_rows rows = {.a = a, .n = n, .keys = n, .q = q, .k = k, .v = v, .out = out};

    stamp_net_turn(net, &rows);
    stamp_net_kv_fill(net, &rows);
    stamp_net_attend_rows(net, &rows);
    compare(a, out, q, k, v, 0, n);
    net->position = n - 1; /* the last row alone, as in a step */
    memmove(q, q + (size_t)(n - 1) * a->q_width, a->q_width * sizeof *q);
    rows.n = 1;
    stamp_net_turn(net, &rows);
    stamp_net_attend_rows(net, &rows);
    compare(a, out, q, k, v, n - 1, n);
    ck_assert(!atomic_load(&net->not_finite));
    stamp_net_free(net);
    tiny_free(&t);
    stamp_free(q);
    stamp_free(out);
    stamp_free(k);
    stamp_free(v);
}

START_TEST(attention_of_tiles_is_attention_of_rows)
{
    static const uint32_t hd[] = {2, 8, 64, 66, 80, 128, 130}, n[] = {1, 5, 63, 65, 256, 258, 700};
    struct rnd r = rnd_start(79);
    for (int i = 0; i < 21; i++) {
        const uint32_t kv_heads = 1 + rnd_below(&r, 2), group = 1 + rnd_below(&r, 7);
        one_shape(&r, kv_heads * group, kv_heads, hd[i % 7], n[(i + i / 7) % 7]);
    }
}
END_TEST

TCase *stamp_tcase_net_attn(void);

TCase *stamp_tcase_net_attn(void)
{
    TCase *c = tcase_create("net_attn");
    tcase_set_timeout(c, 300);
    tcase_add_test(c, attention_of_tiles_is_attention_of_rows);
    return c;
}
