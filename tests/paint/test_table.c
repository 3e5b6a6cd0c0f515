/* SPDX-License-Identifier: Apache-2.0 */
/* test_table.c - schemes of a network that paints, against runs put together by hand. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "model/mem.h"
#include "sim/paint/paint.h"
#include "sim/paint/predict.h"
#include "sim/paint/table.h"
#include "tests/paint/paint_tests.h"

Suite *stamp_suite_paint_table(void);

enum {
    SIDE = 4,
    WORDS = SIDE * SIDE * PAINT_CHANNELS,
    STEPS = 3,
    PROMPTS = 2,
    SEEDS = 2,
    SEEN = 2 * STEPS
};

static const char *const prompt[PROMPTS] = {"fox on red", "small fox on blue"};
static const char config[] =
    "{\"_class_name\": \"SanaTransformer2DModel\", \"num_attention_heads\": 2,"
    " \"attention_head_dim\": 16, \"in_channels\": 12, \"out_channels\": 12, \"num_layers\": 1,"
    " \"num_cross_attention_heads\": 2, \"cross_attention_head_dim\": 16,"
    " \"cross_attention_dim\": 32, \"caption_channels\": 4, \"mlp_ratio\": 2.0,"
    " \"attention_bias\": false, \"sample_size\": 4, \"patch_size\": 1,"
    " \"norm_elementwise_affine\": false, \"norm_eps\": 1e-06, \"interpolation_scale\": null}";

/* What the table is made of. */
struct parts {
    struct stamp_network *m;
    struct stamp_paint_folder folder;
    struct stamp_judge *judge;
    struct stamp_table c;
};

static void set(struct parts *p)
{
    static struct sample conf, head;
    static struct paint_sample files;
    char name[300];
    struct stamp_err e = {0};

    paint_sample(&files);
    ck_assert(paint_sample_write(paint_folder(), &files));
    judge_sample(&conf, &head);
    ck_assert(judge_sample_write(paint_folder(), &conf, &head));
    paint_put("sana.json", config);
    snprintf(name, sizeof name, "random:%s,seed=3", paint_path("sana.json"));
    ck_assert_msg(!stamp_network_open(name, &p->m, &e), "%s", e.text);
    ck_assert_msg(!stamp_paint_folder_open(paint_folder(), &p->folder, &e), "%s", e.text);
    ck_assert_msg(!stamp_judge_open(paint_folder(), &p->judge, &e), "%s", e.text);
    p->c = (struct stamp_table){
        .network = p->m,
        .folder = &p->folder,
        .judge = p->judge,
        .net = {.kv = {.bits = 4, .block = 5}, .head_bits = 8, .threads = 1, .on = &stamp_on_net},
        .base = stamp_scheme_default(),
        .high = {5},
        .highs = 1,
        .prompt = prompt,
        .prompts = PROMPTS,
        .seeds = SEEDS,
        .steps = STEPS,
        .seed = 9,
        .guidance = 2};
    ck_assert_msg(!stamp_table_list(&p->c, &e), "%s", e.text);
}

static void clear(struct parts *p)
{
    stamp_table_free(&p->c);
    stamp_judge_close(p->judge);
    stamp_paint_folder_close(&p->folder);
    stamp_network_close(p->m);
}

static struct stamp_table_row *row_named(struct stamp_table *c, const char *name)
{
    for (size_t i = 0; i < c->rows; i++)
        if (!strcmp(c->row[i].name, name)) return &c->row[i];
    ck_abort_msg("no row %s", name);
}

START_TEST(rows_with_the_same_number_of_high_rows_have_the_same_bits)
{
    struct parts p = {0};
    size_t same = 0;

    set(&p);
    ck_assert_uint_eq(p.c.rows, 15);
    ck_assert_uint_eq(p.c.columns, STAMP_TABLE_SHEET);
    for (size_t i = 1; i < p.c.rows; i++) {
        const struct stamp_scheme *q = &p.c.row[i].scheme;
        ck_assert(!q->sink && q->grid_h == SIDE && q->grid_w == SIDE);
        ck_assert_double_eq_tol(p.c.row[i].act_bits,
                                q->high_rows ? 4 + 4 * 5 / 16.0 : (double)q->act_bits, 1e-12);
        same += q->high_rows == 5;
    }
    ck_assert_uint_eq(same, 10);
    clear(&p);
}
END_TEST

/* ---- By hand ----------------------------------------------------------------------------------- */

/* A sampling by one predictor, which keeps what it was asked. */
struct hand {
    struct stamp_predict p;
    size_t asked;
    float latent[SEEN][WORDS], time[SEEN], text[SEEN][PAINT_MOST * PAINT_WIDTH], out[SEEN][WORDS];
    uint32_t tokens[SEEN];
};

static enum stamp_status keep(void *ctx, const float *latent, float t, const float *text,
                              uint32_t tokens, float *out, struct stamp_err *e)
{
    struct hand *h = ctx;
    const size_t k = h->asked++;
    const enum stamp_status s = stamp_predict(&h->p, latent, t, text, tokens, out, e);

    memcpy(h->latent[k], latent, sizeof h->latent[k]);
    memcpy(h->text[k], text, tokens * PAINT_WIDTH * sizeof *text);
    memcpy(h->out[k], out, sizeof h->out[k]);
    h->time[k] = t;
    h->tokens[k] = tokens;
    return s;
}

static void sample(struct parts *p, struct hand *h, size_t which, uint64_t seed, float *latent)
{
    const struct stamp_painter painter = {&p->folder,     PAINT_CHANNELS, SIDE, SIDE,
                                          PAINT_CHANNELS, keep,           h};
    const struct stamp_paint_options o = {.steps = STEPS, .seed = seed, .guidance = 2};
    struct stamp_err e = {0};

    h->asked = 0;
    ck_assert_msg(!stamp_paint_latent(&painter, &o, prompt[which], latent, &e), "%s", e.text);
    ck_assert_uint_eq(h->asked, SEEN);
}

static void add(struct stamp_noise *a, const float *ref, const float *y)
{
    for (size_t i = 0; i < WORDS; i++) {
        a->signal += (double)ref[i] * (double)ref[i];
        a->noise += ((double)ref[i] - (double)y[i]) * ((double)ref[i] - (double)y[i]);
    }
}

static void judge(const struct parts *p, const float *latent, size_t which,
                  struct stamp_table_row *to, const struct stamp_picture *shown)
{
    struct stamp_picture picture = {0};
    struct stamp_verdict verdict;
    struct stamp_reward reward;

    ck_assert(!stamp_shuffle_picture(&p->folder.shuffle, latent, SIDE, SIDE, &picture, NULL));
    ck_assert(!stamp_judge_prompt(p->judge, &picture, prompt[which], &verdict, &reward, NULL));
    to->objects += reward.object;
    to->prompts += reward.object && reward.background;
    to->score += reward.score;
    if (shown)
        ck_assert(shown->width == picture.width &&
                  !memcmp(shown->rgb, picture.rgb, 3 * picture.width * picture.height));
    stamp_picture_free(&picture);
}

static void same(const struct stamp_table_row *got, const struct stamp_table_row *want)
{
    ck_assert_double_eq_tol(got->predictions.noise, want->predictions.noise,
                            1e-9 * want->predictions.noise + 1e-300);
    ck_assert_double_eq_tol(got->predictions.signal, want->predictions.signal,
                            1e-9 * want->predictions.signal + 1e-300);
    ck_assert_double_eq_tol(got->latents.noise, want->latents.noise,
                            1e-9 * want->latents.noise + 1e-300);
    ck_assert_double_eq_tol(got->latents.signal, want->latents.signal,
                            1e-9 * want->latents.signal + 1e-300);
    ck_assert_uint_eq(got->objects, want->objects);
    ck_assert_uint_eq(got->prompts, want->prompts);
    ck_assert_double_eq_tol(got->score, want->score, 1e-9);
}

/* Column @p column of the sheet, or 0. */
static void by_hand(struct parts *p, const char *name, size_t column)
{
    static struct hand ref, row;
    static float want[WORDS], got[WORDS], y[WORDS];
    const struct stamp_netrun_options f32 = {.on = &stamp_on_f32};
    struct stamp_netrun_options o = p->c.net;
    struct stamp_table_row sum = {0}, of_f32 = {0};
    struct stamp_err e = {0};

    o.scheme = row_named(&p->c, name)->scheme;
    ck_assert(!stamp_predict_open(&ref.p, p->m, &f32, true, &e));
    ck_assert_msg(!stamp_predict_open(&row.p, p->m, &o, false, &e), "%s", e.text);
    for (size_t i = 0; i < PROMPTS * SEEDS; i++) {
        const size_t which = i % PROMPTS;
        const struct stamp_picture *at = i < PROMPTS ? &p->c.picture[i * p->c.columns] : NULL;
        sample(p, &ref, which, 9 + i, want);
        for (size_t k = 0; k < SEEN; k++) {
            ck_assert(!stamp_predict(&row.p, ref.latent[k], ref.time[k], ref.text[k], ref.tokens[k],
                                     y, &e));
            add(&sum.predictions, ref.out[k], y);
        }
        sample(p, &row, which, 9 + i, got);
        add(&sum.latents, want, got);
        judge(p, got, which, &sum, at && column ? at + column : NULL);
        judge(p, want, which, &of_f32, at);
    }
    same(row_named(&p->c, name), &sum);
    same(&p->c.row[0], &of_f32);
    stamp_predict_close(&ref.p);
    stamp_predict_close(&row.p);
}

START_TEST(figures_are_those_of_runs_by_hand)
{
    struct parts p = {0};
    struct stamp_err e = {0};

    set(&p);
    ck_assert_msg(!stamp_table_run(&p.c, &e), "%s", e.text);
    by_hand(&p, "W4A4", 1);
    by_hand(&p, "W4A4, 5 rows of 8 bits", 2);
    by_hand(&p, "W4A4, haar2d, 5 rows", 3);
    by_hand(&p, "W4A4, dct, 5 rows, blocks of 64", 0);
    const double four = stamp_noise_db(&row_named(&p.c, "W4A4")->predictions),
                 eight = stamp_noise_db(&row_named(&p.c, "W4A8")->predictions);
    ck_assert_msg(eight > four && four > 5, "%g, %g dB", eight, four);
    clear(&p);
}
END_TEST

START_TEST(what_is_wrong_with_a_prompt_is_said_before_anything_runs)
{
    static const struct {
        const char *prompt[PROMPTS], *words[3];
    } bad[] = {{{"fox on red", "fox on on"}, {"fox on on", "background"}},
               {{"fox on red", "apple on red"}, {"apple", "vocabulary"}},
               {{"fox on red", "red on red"}, {"red on red", "one object"}},
               {{"fox on red", "fox on red red red red"}, {"fox on red red"}}};
    struct parts p = {0};
    struct stamp_err e = {0};

    set(&p);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        p.c.prompt = bad[i].prompt;
        ck_assert_int_eq(stamp_table_run(&p.c, &e), STAMP_ERANGE);
        paint_said(&e, bad[i].words, "prompt");
        ck_assert(!p.c.picture);
    }
    clear(&p);
}
END_TEST

START_TEST(a_failing_allocation_is_reported_and_nothing_leaks)
{
    struct parts p = {0};
    size_t n = 1, failed = 0;

    set(&p);
    p.c.prompts = p.c.seeds = p.c.steps = 1;
    for (;; n += 1 + n / 8) {
        struct stamp_err e = {0};
        stamp_mem_fail_at(n);
        const enum stamp_status s = stamp_table_run(&p.c, &e);
        stamp_mem_fail_at(0);
        stamp_table_free(&p.c);
        if (!s) break;
        ck_assert_msg(s == STAMP_ENOMEM, "%zu: %d %s", n, (int)s, e.text);
        failed++;
    }
    ck_assert_uint_gt(failed, 20);
    clear(&p);
}
END_TEST

Suite *stamp_suite_paint_table(void)
{
    Suite *s = suite_create("paint_table");
    TCase *c = tcase_create("table");
    tcase_set_timeout(c, 120);
    tcase_add_test(c, rows_with_the_same_number_of_high_rows_have_the_same_bits);
    tcase_add_test(c, figures_are_those_of_runs_by_hand);
    tcase_add_test(c, what_is_wrong_with_a_prompt_is_said_before_anything_runs);
    tcase_add_test(c, a_failing_allocation_is_reported_and_nothing_leaks);
    suite_add_tcase(s, c);
    return s;
}
