/* SPDX-License-Identifier: Apache-2.0 */
/* test_quantizers.c - clip search, GPTQ, and the file of codes. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "model/graph/build.h"
#include "compiler/quant/clip.h"
#include "compiler/quant/gptq.h"
#include "compiler/quant/qcache.h"

Suite *stamp_suite_quantizers(void);

enum { D = 12 };

static double uniform(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double)(*seed >> 40) / (1 << 24) * 2 - 1;
}

/* Least error at one scale: every code of -7..7 tried for every weight. */
static double exhaust(const float *w, const double *weight, double scale)
{
    double sum = 0;

    for (int k = 0; k < D; k++) {
        double least = INFINITY;
        for (int c = -7; c <= 7; c++) {
            const double e = w[k] - scale * c;
            if (e * e < least) least = e * e;
        }
        sum += weight ? weight[k] * least : least;
    }
    return sum;
}

START_TEST(clip_search_finds_the_least_error_of_all_ratios_and_codes)
{
    int cases = 0, clipped = 0;

    for (uint64_t seed = 1; seed <= 200; seed++, cases++) {
        uint64_t s = seed;
        float w[D], top = 0;
        double weight[D], least = INFINITY;
        int8_t code[D];
        for (int k = 0; k < D; k++) {
            const double u = uniform(&s);
            w[k] = (float)(u * u * u);
            weight[k] = 1 + uniform(&s);
            if (fabsf(w[k]) > top) top = fabsf(w[k]);
        }
        for (int k = 0; k < D && seed % 3 == 0; k++) /* worth clipping as far as it goes */
            if (fabsf(w[k]) > top / 2) weight[k] = 0;
        const double *by = seed % 2 ? weight : NULL;
        for (int i = 0; i <= 32; i++) {
            int up;
            const double part = frexp((double)top * (64 - i) / 64 / 7, &up);
            const double e = exhaust(w, by, ldexp(ceil(part * 256), up - 8));
            if (e < least) least = e;
        }
        const struct stamp_qparam q = stamp_clip(4, D, w, by, code);
        double got = 0;
        for (int k = 0; k < D; k++) {
            const double e = w[k] - (double)q.scale * code[k];
            got += by ? by[k] * e * e : e * e;
        }
        ck_assert_msg(fabs(got - least) <= 1e-5 * least, "seed %d: %g, not %g", (int)seed, got,
                      least);
        clipped += (double)q.scale < top / 7 * 0.99;
    }
    ck_assert_int_eq(cases, 200);
    ck_assert_int_gt(clipped, 20); /* the search had something to find */
}
END_TEST

START_TEST(clip_search_of_zeros_gives_zeros)
{
    const float w[3] = {0, 0, 0};
    int8_t code[3] = {1, 1, 1};

    ck_assert(stamp_clip(4, 3, w, NULL, code).scale == 0);
    for (int k = 0; k < 3; k++) ck_assert_int_eq(code[k], 0);
}
END_TEST

/* H = [2 1.5; 1.5 2] damped by 0.02 is [2.02 1.5; 1.5 2.02]. Scale 1, w = (2.4, 0.9): the first
 * becomes 2, error 0.4; the second is rounded at 0.9 + 0.4 * 1.5 / 2.02 = 1.197: 1. With w = (2.4,
 * 1.3) it is at 1.597: 2, where rounding alone gives 1. */
START_TEST(gptq_of_two_features_is_the_recursion_by_hand)
{
    static const struct {
        float w[2];
        int8_t code[2];
        double error; /* e0^2 2.02 + 2 e0 e1 1.5 + e1^2 2.02 */
    } t[] = {{{2.4f, 0.9f}, {2, 1}, 0.16 * 2.02 - 0.04 * 3 + 0.01 * 2.02},
             {{2.4f, 1.3f}, {2, 2}, 0.16 * 2.02 - 0.28 * 3 + 0.49 * 2.02},
             {{-2.4f, -1.3f}, {-2, -2}, 0.16 * 2.02 - 0.28 * 3 + 0.49 * 2.02}};
    const struct stamp_qparam q = {1, 1, 0};
    double h[4] = {2, 1.5, 1.5, 2}, carry[2];
    int8_t code[2];
    struct stamp_err e = {0};

    ck_assert_int_eq(stamp_gptq_factor(2, h, &e), STAMP_OK);
    ck_assert_double_eq_tol(h[3], sqrt(2.02), 1e-12);
    ck_assert_double_eq_tol(h[1], 1.5 / 2.02, 1e-12);
    ck_assert_double_eq_tol(h[0], sqrt(2.02 - 1.5 * 1.5 / 2.02), 1e-12);
    for (size_t i = 0; i < sizeof t / sizeof t[0]; i++) {
        const struct stamp_gptq_row row = {4, 2, 0, t[i].w, &q};
        const double error = stamp_gptq(&row, h, carry, code);
        ck_assert_int_eq(code[0], t[i].code[0]);
        ck_assert_int_eq(code[1], t[i].code[1]);
        ck_assert_double_eq_tol(error, t[i].error, 1e-6);
        ck_assert_double_eq_tol(stamp_gptq_error(&row, h, carry, code), t[i].error, 1e-6);
    }
}
END_TEST

START_TEST(gptq_refuses_what_is_no_sum_of_squares)
{
    double h[4] = {1, 3, 3, 1}, n[4] = {NAN, 0, 0, 1}, z[4] = {0};
    struct stamp_err e = {0};

    ck_assert_int_eq(stamp_gptq_factor(2, h, &e), STAMP_ERANGE);
    ck_assert_int_eq(stamp_gptq_factor(2, n, &e), STAMP_ERANGE);
    ck_assert_int_eq(stamp_gptq_factor(2, z, &e), STAMP_OK); /* nothing ever came in */
}
END_TEST

/* ---- Whole matrices ------------------------------------------------------------------------- */

enum { ROWS = 9, COLS = 80 };

static void matrix(uint64_t *s, float *w, struct stamp_lazy *t)
{
    for (int i = 0; i < ROWS * COLS; i++) w[i] = (float)uniform(s);
    *t = (struct stamp_lazy){.name = "w",
                             .kind = STAMP_LAZY_F32,
                             .bytes = (const uint8_t *)w,
                             .rows = ROWS,
                             .cols = COLS};
}

/* e H e^T straight from its definition. */
static double error_of(const float *w, const struct stamp_weights *q, int row, const double *h)
{
    double e[COLS], sum = 0;

    for (int k = 0; k < COLS; k++) {
        const size_t b = (size_t)row * q->nb + (q->block ? (size_t)k / q->block : 0);
        e[k] = w[row * COLS + k] - (double)q->scale[b] * q->code[row * COLS + k];
    }
    for (int i = 0; i < COLS; i++)
        for (int j = 0; j < COLS; j++) sum += e[i] * h[i * COLS + j] * e[j];
    return sum;
}

START_TEST(gptq_is_never_worse_than_rounding_under_its_moments)
{
    static float w[ROWS * COLS], x[COLS];
    static double h[COLS * COLS], f[COLS * COLS], weight[COLS];
    struct stamp_err e = {0};
    struct stamp_lazy t;
    double all[2] = {0};

    for (uint64_t seed = 1; seed <= 8; seed++) {
        uint64_t s = seed;
        struct stamp_weights q[2];
        double trace = 0;
        matrix(&s, w, &t);
        memset(h, 0, sizeof h);
        for (int n = 0; n < 50; n++) { /* fewer than COLS: singular before damping */
            const double common = uniform(&s);
            for (int k = 0; k < COLS; k++) x[k] = (float)(common + uniform(&s));
            for (int i = 0; i < COLS * COLS; i++) h[i] += (double)x[i / COLS] * (double)x[i % COLS];
        }
        memcpy(f, h, sizeof f);
        for (int k = 0; k < COLS; k++) {
            weight[k] = h[k * COLS + k];
            trace += weight[k];
        }
        for (int k = 0; k < COLS; k++) h[k * COLS + k] += 0.01 * trace / COLS;
        ck_assert_int_eq(stamp_gptq_factor(COLS, f, &e), STAMP_OK);
        const uint32_t block = seed % 2 ? 64 : 0;
        const struct stamp_qmatrix_how how[2] = {{4, block, STAMP_RTN, NULL, NULL},
                                                 {4, block, STAMP_GPTQ, weight, f}};
        for (int i = 0; i < 2; i++)
            ck_assert_msg(!stamp_qmatrix(&t, &how[i], &q[i], &e), "%s", e.text);
        for (int row = 0; row < ROWS; row++) {
            const double rtn = error_of(w, &q[0], row, h), gptq = error_of(w, &q[1], row, h);
            ck_assert_msg(gptq <= rtn * (1 + 1e-9), "seed %d row %d: %g, rtn %g", (int)seed, row,
                          gptq, rtn);
            all[0] += rtn;
            all[1] += gptq;
        }
        stamp_weights_free(&q[0]);
        stamp_weights_free(&q[1]);
    }
    ck_assert_msg(all[1] < all[0] / 2, "%g, rtn %g", all[1], all[0]);
}
END_TEST

/* ---- The file of codes ------------------------------------------------------------------------- */

/* A network of eight products of the same rows, all of whose matrices are the same; the last is the head. */
enum { PRODUCTS = 8 };
struct small {
    float w[ROWS * COLS];
    struct stamp_network m;
    struct stamp_tensor_data data[PRODUCTS + 1], *list[PRODUCTS + 1];
};

static void small_model(struct small *s)
{
    struct stamp_lazy t;
    struct stamp_gb b;
    uint64_t seed = 3;

    matrix(&seed, s->w, &t);
    stamp_gb_start(&b, "small", NULL);
    const uint32_t table = stamp_gb_param(&b, "table", STAMP_GPARAM_MATRIX, ROWS, COLS);
    const uint32_t ids = stamp_gb_node(&b, STAMP_GOP_IDS, (struct stamp_gout){.name = "ids"},
                                       (struct stamp_gattr){0}, 0, NULL);
    const uint32_t x = stamp_gb_node(&b, STAMP_GOP_GATHER, (struct stamp_gout){.name = "x"},
                                     (struct stamp_gattr){0}, 2, (uint32_t[]){table, ids});
    for (int i = 0; i < PRODUCTS; i++) {
        char w[16], y[16];
        snprintf(w, sizeof w, "w%d", i);
        snprintf(y, sizeof y, "y%d", i);
        const uint32_t p = stamp_gb_param(&b, w, STAMP_GPARAM_MATRIX, ROWS, COLS);
        stamp_gb_node(&b, STAMP_GOP_LINEAR, (struct stamp_gout){.name = y},
                      (struct stamp_gattr){.kind = i + 1 == PRODUCTS ? STAMP_GLINEAR_HEAD
                                                                     : STAMP_GLINEAR_BODY},
                      2, (uint32_t[]){x, p});
    }
    s->m = (struct stamp_network){.data = s->list};
    ck_assert_int_eq(stamp_gb_finish(&b, &s->m.graph), 0);
    for (int i = 0; i <= PRODUCTS; i++) {
        s->data[i] = (struct stamp_tensor_data){.lazy = t};
        s->list[i] = &s->data[i];
    }
}

static char *cache_path(void)
{
    static char path[64];

    snprintf(path, sizeof path, "/tmp/stamp_qcache_%ld", (long)getpid());
    return path;
}

static struct stamp_qmodel_options small_options(void)
{
    return (struct stamp_qmodel_options){
        .bits = 4, .head_bits = 8, .block = 64, .quantizer = STAMP_CLIP, .cache = cache_path()};
}

static enum stamp_status no_moments(void *ctx, uint32_t value, uint32_t time, double *h,
                                    struct stamp_err *e)
{
    (void)ctx;
    (void)value;
    (void)time;
    for (int k = 0; k < COLS; k++) h[k] = 1;
    (void)e;
    return STAMP_OK;
}

START_TEST(codes_come_back_from_their_file)
{
    struct small s;
    struct stamp_qmodel_options o = small_options();
    struct stamp_err e = {0};

    small_model(&s);
    unlink(o.cache);
    for (int pass = 0; pass < 2; pass++) { /* made, then read */
        struct stamp_qmodel *q = NULL, *fresh = NULL;
        ck_assert_msg(!stamp_qmodel_make(&s.m, &o, &q, &e), "%s", e.text);
        o.cache = NULL;
        ck_assert_msg(!stamp_qmodel_make(&s.m, &o, &fresh, &e), "%s", e.text);
        o.cache = cache_path();
        for (struct stamp_gat at = STAMP_GRAPH_START; stamp_graph_next_linear(s.m.graph, &at);) {
            struct stamp_weights a, b;
            const bool head = s.m.graph->node[at.node].attr.kind == STAMP_GLINEAR_HEAD;
            ck_assert(!stamp_qmodel_weights(q, at, &a, &e));
            ck_assert(!stamp_qmodel_weights(fresh, at, &b, &e));
            ck_assert_int_eq(a.bits, head ? 8 : 4);
            ck_assert_uint_eq(a.nb, head ? 1 : 2);
            ck_assert_mem_eq(a.code, b.code, ROWS * COLS);
            ck_assert_mem_eq(a.scale, b.scale, ROWS * a.nb * sizeof *a.scale);
            ck_assert_mem_eq(a.colsum, b.colsum, ROWS * a.nb * sizeof *a.colsum);
            stamp_weights_free(&a);
            stamp_weights_free(&b);
        }
        stamp_qmodel_free(q);
        stamp_qmodel_free(fresh);
    }
    unlink(o.cache);
    stamp_graph_free(s.m.graph);
}
END_TEST

static void refused(const struct stamp_network *m, const struct stamp_qmodel_options *o,
                    const char *why)
{
    struct stamp_qmodel *q = NULL;
    struct stamp_err e = {0};

    ck_assert(stamp_qmodel_make(m, o, &q, &e) != STAMP_OK);
    ck_assert_msg(strstr(e.text, why) != NULL, "\"%s\" does not say \"%s\"", e.text, why);
}

START_TEST(a_file_of_other_codes_is_refused)
{
    struct small s;
    const struct stamp_calib calib = {.hash = 1, .tokens = 2, .moments = no_moments};
    struct stamp_qmodel_options o = small_options();
    struct stamp_qmodel *q = NULL;
    struct stamp_err e = {0};

    small_model(&s);
    unlink(o.cache);
    ck_assert_msg(!stamp_qmodel_make(&s.m, &o, &q, &e), "%s", e.text);
    stamp_qmodel_free(q);
    o.quantizer = STAMP_RTN;
    refused(&s.m, &o, "clip, 4 bits, head of 8, block 64, not rtn");
    o = small_options();
    o.block = 0;
    refused(&s.m, &o, "block 64, not clip, 4 bits, head of 8, block 0");
    o = small_options();
    o.calib = &calib;
    refused(&s.m, &o, "other calibration (0 tokens");
    o = small_options();
    s.w[5] += 0.25f;
    refused(&s.m, &o, "other weights");
    unlink(o.cache);
    stamp_graph_free(s.m.graph);
}
END_TEST

START_TEST(a_damaged_file_is_refused_at_every_byte)
{
    struct small s;
    const struct stamp_qmodel_options o = small_options();
    struct stamp_qmodel *q = NULL;
    struct stamp_err e = {0};
    static unsigned char bytes[16384];

    small_model(&s);
    unlink(o.cache);
    ck_assert_msg(!stamp_qmodel_make(&s.m, &o, &q, &e), "%s", e.text);
    stamp_qmodel_free(q);
    FILE *f = fopen(o.cache, "rb");
    const size_t len = fread(bytes, 1, sizeof bytes, f);
    fclose(f);
    ck_assert_uint_eq(len, 56 + 7 * ROWS * (COLS + 8) + ROWS * (COLS + 4) + 8);
    for (size_t i = 0; i < len; i += i < 64 ? 1 : 97) {
        for (int cut = 0; cut < 2; cut++) {
            f = fopen(o.cache, "wb");
            bytes[i] ^= 1;
            fwrite(bytes, 1, cut ? i : len, f);
            bytes[i] ^= 1;
            fclose(f);
            refused(&s.m, &o, o.cache);
        }
    }
    f = fopen(o.cache, "wb");
    fwrite(bytes, 1, len, f);
    fclose(f);
    ck_assert_msg(!stamp_qmodel_make(&s.m, &o, &q, &e), "%s", e.text);
    stamp_qmodel_free(q);
    unlink(o.cache);
    stamp_graph_free(s.m.graph);
}
END_TEST

Suite *stamp_suite_quantizers(void)
{
    Suite *s = suite_create("quantizers");
    TCase *t = tcase_create("quantizers");

    tcase_add_test(t, clip_search_finds_the_least_error_of_all_ratios_and_codes);
    tcase_add_test(t, clip_search_of_zeros_gives_zeros);
    tcase_add_test(t, gptq_of_two_features_is_the_recursion_by_hand);
    tcase_add_test(t, gptq_refuses_what_is_no_sum_of_squares);
    tcase_add_test(t, gptq_is_never_worse_than_rounding_under_its_moments);
    tcase_add_test(t, codes_come_back_from_their_file);
    tcase_add_test(t, a_file_of_other_codes_is_refused);
    tcase_add_test(t, a_damaged_file_is_refused_at_every_byte);
    suite_add_tcase(s, t);
    return s;
}
