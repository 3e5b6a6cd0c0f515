/* SPDX-License-Identifier: Apache-2.0 */
/* test_schemes.c - schemes of a network of pictures side by side, against layers quantized here, in long double:
 * the quantizer, one level of Haar in two dimensions and the sums as numerics.md has them. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "compiler/family/family.h"
#include "model/mem.h"
#include "sim/ref/network_f32.h"
#include "sim/vision/classify.h"
#include "sim/vision/schemes.h"
#include "tests/compiler/front_tests.h"
#include "tests/compiler/zip_samples.h"
#include "tests/model/rnd.h"

Suite *stamp_suite_schemes(void);

enum { SIDE = 16, PATCH = 4, GRID = 4, ROWS = 17, DIM = 8, HIDDEN = 16, CLASSES = 5, WIDE = 16 };
enum { HIGH = 5, PICTURES = 2, FLOATS = 1 << 14 };

static float pool[FLOATS];
static size_t used;

/* A stamp_part_source: whatever is asked for is random. */
static enum stamp_status draw(void *ctx, const struct stamp_part *p, struct stamp_lazy *out,
                              struct stamp_err *e)
{
    const size_t count = out->rows * out->cols;
    const bool gain = p->kind == STAMP_PART_GAIN;

    (void)e;
    ck_assert_uint_le(used + count, FLOATS);
    for (size_t i = 0; i < count; i++)
        pool[used + i] = (float)rnd_below(ctx, 2001) / 2000.0f - 0.5f + (gain ? 1 : 0);
    out->kind = STAMP_LAZY_F32;
    out->bytes = (const uint8_t *)(pool + used);
    used += count;
    return STAMP_OK;
}

static struct stamp_network *make_network(void)
{
    struct stamp_network *m = stamp_alloc(1, sizeof *m);
    struct rnd r = rnd_start(5);
    struct stamp_err e = {0};

    used = 0;
    m->family = &stamp_family_vit;
    m->ctx = 1;
    m->vocab = CLASSES;
    m->vit = (struct stamp_vit){.dim = DIM,
                                .heads = 2,
                                .depth = 2,
                                .hidden = HIDDEN,
                                .classes = CLASSES,
                                .channels = 3,
                                .side = SIDE,
                                .patch = PATCH,
                                .prepare = stamp_prepare_deit()};
    m->vit.prepare.input = SIDE;
    ck_assert_msg(!stamp_family_make(m, "random", STAMP_NAMING_TIMM, draw, &r, &e), "%s", e.text);
    return m;
}

static const char *const *make_pictures(void)
{
    static char path[PICTURES][256];
    static const char *file[PICTURES];
    struct sample s = {0};

    for (int i = 0; i < PICTURES; i++) {
        snprintf(path[i], sizeof path[i], "%s", front_temp(i ? "b.png" : "a.png"));
        file[i] = path[i];
        (i ? sample_png_palette : sample_png)(&s);
        front_write(path[i], &s);
    }
    return file;
}

/* ---- A layer under a scheme, in long double ---------------------------------------------------- */

struct how {
    unsigned weight_bits;
    bool haar, high; /* one level; the coarse rows and row 0 have 8 bits */
    size_t block;    /* 0: the whole row */
};

static bool is_high(const struct how *h, size_t row)
{
    const size_t i = row - 1;

    if (!h->high) return false;
    if (!h->haar) return row < HIGH;
    return !row || (i % GRID % 2 == 0 && i / GRID % 2 == 0);
}

/* The next number of 8 bits, up. */
static long double eight_bits(long double x)
{
    int e;
    const long double part = frexpl(x, &e);
    return ldexpl(ceill(part * 256), e - 8);
}

static void quantize(size_t n, long double steps, long double *x)
{
    long double lo = 0, hi = 0;

    for (size_t i = 0; i < n; i++) {
        lo = fminl(lo, x[i]);
        hi = fmaxl(hi, x[i]);
    }
    const long double scale = eight_bits((hi - lo) / steps),
                      zero = scale > 0 ? rintl(-lo / scale) : 0;
    for (size_t i = 0; i < n && scale > 0; i++)
        x[i] = (fminl(fmaxl(rintl(x[i] / scale) + zero, 0), steps) - zero) * scale;
}

static void weight_row(size_t n, long double steps, long double *w)
{
    long double top = 0;

    for (size_t i = 0; i < n; i++) top = fmaxl(top, fabsl(w[i]));
    const long double scale = eight_bits(top / steps);
    for (size_t i = 0; i < n && top > 0; i++) w[i] = rintl(w[i] / scale) * scale;
}

/* Every square of 2 x 2 grid points to its four means and differences, or with @p back to points. */
static void haar(size_t d, long double x[][WIDE], bool back)
{
    for (size_t y = 0; y < GRID; y += 2)
        for (size_t c = 0; c < GRID; c += 2)
            for (size_t k = 0; k < d; k++) {
                const size_t at = 1 + y * GRID + c;
                long double *p[4] = {&x[at][k], &x[at + 1][k], &x[at + GRID][k],
                                     &x[at + GRID + 1][k]};
                const long double a = *p[0], b = *p[1], e = *p[2], f = *p[3], s = back ? 1 : 0.25L;
                *p[0] = (a + b + e + f) * s;
                *p[1] = (a - b + e - f) * s;
                *p[2] = (a + b - e - f) * s;
                *p[3] = (a - b - e + f) * s;
            }
}

/* y[ROWS][n] = x wᵀ under @p h; NULL: as it is. */
static void product(const struct how *h, size_t d, size_t n, const float *x, const float *w,
                    long double y[][WIDE])
{
    long double t[ROWS][WIDE], v[WIDE];
    const size_t step = h && h->block ? h->block : d;

    for (size_t r = 0; r < ROWS; r++)
        for (size_t k = 0; k < d; k++) t[r][k] = x[r * d + k];
    if (h && h->haar) haar(d, t, false);
    for (size_t r = 0; r < ROWS && h; r++)
        for (size_t k = 0; k < d; k += step)
            quantize(d - k < step ? d - k : step, is_high(h, r) ? 255 : 15, t[r] + k);
    for (size_t j = 0; j < n; j++) {
        for (size_t k = 0; k < d; k++) v[k] = w[j * d + k];
        if (h && h->weight_bits != 32) weight_row(d, h->weight_bits == 4 ? 7 : 127, v);
        for (size_t r = 0; r < ROWS; r++) {
            y[r][j] = 0;
            for (size_t k = 0; k < d; k++) y[r][j] += t[r][k] * v[k];
        }
    }
    if (h && h->haar) haar(n, y, true);
}

/* ---- All layers -------------------------------------------------------------------------------- */

struct sums {
    struct how how;
    bool through; /* the quantized product goes on, not the reference */
    long double signal, noise, db, open_signal, open_noise;
    size_t inputs;
};

static void close_layers(struct sums *s)
{
    s->db += 10 * log10l(s->open_signal / s->open_noise);
    s->open_signal = s->open_noise = 0;
    s->inputs++;
}

/* A stamp_linear_fn. q, k and v are one layer: v closes it. */
static enum stamp_status layer(void *ctx, struct stamp_gat at, const char *name, size_t rows,
                               size_t d, size_t n, const float *x, const float *w, float *y,
                               struct stamp_err *e)
{
    long double ref[ROWS][WIDE], got[ROWS][WIDE];
    struct sums *s = ctx;
    const char last = name[strlen(name) - 1];

    (void)at;
    (void)e;
    ck_assert_uint_eq(rows, ROWS);
    product(NULL, d, n, x, w, ref);
    product(&s->how, d, n, x, w, got);
    for (size_t r = 0; r < ROWS; r++)
        for (size_t j = 0; j < n; j++) {
            const long double diff = ref[r][j] - got[r][j];
            s->open_signal += ref[r][j] * ref[r][j];
            s->open_noise += diff * diff;
            s->signal += ref[r][j] * ref[r][j];
            s->noise += diff * diff;
            y[r * n + j] = (float)(s->through ? got[r][j] : ref[r][j]);
        }
    if (last != 'q' && last != 'k') close_layers(s);
    return STAMP_OK;
}

/* Logits of a picture, layer by layer as @p s says. */
static void run(const struct stamp_network *m, const char *file, struct sums *s, float *logits)
{
    static float rows[SIDE * SIDE * 3];
    const struct stamp_f32_hooks hooks = {.linear = layer, .linear_ctx = s};
    struct stamp_err e = {0};

    ck_assert_msg(!stamp_picture_rows(m, file, rows, &e), "%s", e.text);
    ck_assert_msg(!stamp_f32_rows(m, rows, &hooks, logits, &e), "%s", e.text);
}

static void check_row(const struct stamp_network *m, const char *const *file,
                      const struct stamp_schemes_row *r, struct how how)
{
    struct sums layers = {.how = how}, whole = {.how = how, .through = true};
    long double signal = 0, noise = 0;
    float ref[CLASSES], got[CLASSES];

    for (int i = 0; i < PICTURES; i++) {
        run(m, file[i], &layers, ref);
        run(m, file[i], &whole, got);
        for (int c = 0; c < CLASSES; c++) {
            const long double diff = (long double)ref[c] - (long double)got[c];
            signal += (long double)ref[c] * (long double)ref[c];
            noise += diff * diff;
        }
    }
    ck_assert_uint_eq(layers.inputs, PICTURES * 2 * 4);
    ck_assert_double_eq_tol(stamp_noise_db(&r->linear),
                            (double)(10 * log10l(layers.signal / layers.noise)), 0.001);
    ck_assert_double_eq_tol(r->mean_db, (double)(layers.db / layers.inputs), 0.001);
    if (how.weight_bits == 32)
        ck_assert_double_eq_tol(stamp_noise_db(&r->logits), (double)(10 * log10l(signal / noise)),
                                0.05);
    ck_assert_double_eq_tol(r->act_bits, how.high ? 4 + 4.0 * HIGH / ROWS : 4, 1e-9);
}

static const struct stamp_schemes_row *find(const struct stamp_schemes *c, const char *name)
{
    for (size_t i = 0; i < c->rows; i++)
        if (!strcmp(c->row[i].name, name)) return &c->row[i];
    ck_abort_msg("no row %s", name);
    return NULL;
}

static struct stamp_schemes *make(const struct stamp_network *m, uint8_t weight_bits)
{
    struct stamp_schemes *c = stamp_alloc(1, sizeof *c);
    struct stamp_err e = {0};

    c->network = m;
    c->base = stamp_scheme_default();
    c->base.weight_bits = weight_bits;
    c->net = (struct stamp_netrun_options){
        .on = &stamp_on_net, .head_bits = 8, .threads = 1, .kv = {.bits = 4, .block = 5}};
    ck_assert_msg(!stamp_schemes_list(c, &e), "%s", e.text);
    ck_assert_uint_eq(c->rows, 14);
    ck_assert_uint_eq(c->high[0], HIGH);
    return c;
}

START_TEST(layers_by_themselves_and_together_are_as_computed_by_hand)
{
    static const unsigned weights[] = {32, 8, 4};
    static const char *const prefix[] = {"Wf32A4", "W8A4", "W4A4"};
    struct stamp_network *m = make_network();
    const char *const *file = make_pictures();
    struct stamp_err e = {0};

    for (int w = 0; w < 3; w++) {
        struct stamp_schemes *c = make(m, (uint8_t)weights[w]);
        const struct how how[] = {{weights[w], false, false, 0},
                                  {weights[w], false, true, 0},
                                  {weights[w], true, true, 0},
                                  {weights[w], true, true, 64}};
        static const char *const rest[] = {"", ", 5 rows of 8 bits", ", haar2d, 5 rows",
                                           ", haar2d, 5 rows, blocks of 64"};
        ck_assert_msg(!stamp_schemes_run(c, file, PICTURES, &e), "%s", e.text);
        ck_assert_uint_eq(c->layers, 2 * 6);
        for (int i = 0; i < 4; i++) {
            char name[80];
            snprintf(name, sizeof name, "%s%s", prefix[w], rest[i]);
            check_row(m, file, find(c, name), how[i]);
        }
        stamp_free(c);
    }
    stamp_network_close(m);
}
END_TEST

START_TEST(a_picture_that_is_none_and_a_network_of_text_are_refused)
{
    struct stamp_network *m = make_network();
    struct stamp_schemes *c = make(m, 8);
    const char *file[] = {"/nowhere.png"};
    struct stamp_err e = {0};

    ck_assert_int_eq((int)stamp_schemes_run(c, file, 1, &e), (int)STAMP_EIO);
    ck_assert_ptr_nonnull(strstr(e.text, "/nowhere.png"));
    ck_assert_int_eq((int)stamp_network_takes(m, STAMP_GOP_IDS, &e), (int)STAMP_EUNSUPPORTED);
    ck_assert_ptr_nonnull(strstr(e.text, "a ViT network takes pictures, no text"));
    stamp_free(c);
    stamp_network_close(m);
}
END_TEST

START_TEST(capture_of_a_picture_is_what_the_layer_read)
{
    static float rows[SIDE * SIDE * 3];
    struct stamp_network *m = make_network();
    const char *const *file = make_pictures();
    struct stamp_tensor x = {0}, w = {0};
    struct stamp_err e = {0};
    struct stamp_gat at;

    ck_assert_msg(!stamp_picture_rows(m, file[0], rows, &e), "%s", e.text);
    ck_assert_msg(!stamp_f32_capture_rows(m, rows, "blocks.1.fc2", &x, &w, &e), "%s", e.text);
    ck_assert_uint_eq(x.dim[0], ROWS);
    ck_assert_uint_eq(x.dim[1], HIDDEN);
    ck_assert_uint_eq(w.dim[0], DIM);
    ck_assert_msg(!stamp_f32_find_layer(m->graph, "blocks.1.fc2", &at, &e), "%s", e.text);
    const struct stamp_lazy *t =
        stamp_network_matrix(m, m->graph->node[at.node].in[1] & ~STAMP_PARAM, at.time);
    ck_assert_mem_eq(w.f32, t->bytes, DIM * HIDDEN * sizeof(float));
    ck_assert_int_eq((int)stamp_f32_capture_rows(m, rows, "layers.1.fc2", &x, &w, &e),
                     (int)STAMP_ERANGE);
    ck_assert_ptr_nonnull(strstr(e.text, "blocks.0 to blocks.1 with .q .k .v .o .fc1 .fc2"));
    stamp_tensor_free(&x);
    stamp_tensor_free(&w);
    stamp_network_close(m);
}
END_TEST

/* libpng goes on, with a warning, without some of what it asks for. */
START_TEST(memory_that_runs_out_is_said)
{
    static float rows[SIDE * SIDE * 3];
    static const uint8_t bits[] = {32, 4};
    struct stamp_network *m = make_network();
    const char *const *file = make_pictures();
    struct stamp_err e = {0};
    int failed = 0;

    for (size_t n = 1, end = 0; end < 2; n = n + 1 + n / 16) { /* the next where it went through */
        struct stamp_schemes *c = make(m, bits[end]);
        stamp_mem_fail_at(n);
        const enum stamp_status s = stamp_schemes_run(c, file, 1, &e);
        const bool through = stamp_mem_fail_at(0) != 0;
        ck_assert_msg(!s || (!through && s == STAMP_ENOMEM), "allocation %zu: %s", n, e.text);
        stamp_free(c);
        failed += s == STAMP_ENOMEM;
        if (through) n = 1, end++;
    }
    ck_assert_int_gt(failed, 100);
    ck_assert_msg(!stamp_picture_rows(m, file[0], rows, &e), "%s", e.text);
    for (size_t n = 1;; n++) {
        struct stamp_tensor x = {0}, w = {0};
        stamp_mem_fail_at(n);
        const enum stamp_status s = stamp_f32_capture_rows(m, rows, "blocks.1.o", &x, &w, &e);
        const bool through = stamp_mem_fail_at(0) != 0;
        ck_assert_int_eq((int)s, through ? STAMP_OK : STAMP_ENOMEM);
        stamp_tensor_free(&x);
        stamp_tensor_free(&w);
        if (through) break;
    }
    stamp_network_close(m);
}
END_TEST

Suite *stamp_suite_schemes(void)
{
    Suite *s = suite_create("schemes");
    TCase *t = tcase_create("pictures");

    tcase_add_test(t, layers_by_themselves_and_together_are_as_computed_by_hand);
    tcase_add_test(t, a_picture_that_is_none_and_a_network_of_text_are_refused);
    tcase_add_test(t, capture_of_a_picture_is_what_the_layer_read);
    tcase_add_test(t, memory_that_runs_out_is_said);
    tcase_set_timeout(t, 60);
    suite_add_tcase(s, t);
    return s;
}
