/* SPDX-License-Identifier: Apache-2.0 */
/* table.c - schemes of a diffusion transformer side by side. Contract in table.h. */
#include "sim/paint/table.h"

#include <stdio.h>
#include <string.h>

#include "model/mem.h"
#include "model/num/plan.h"
#include "sim/paint/paint.h"
#include "sim/paint/predict.h"

enum { BLOCKS = 2 }; /* of a scale: whole rows, and STAMP_BLOCK features */

/* ---- Rows of the table ------------------------------------------------------------------------- */

static void push(struct stamp_table *c, struct stamp_scheme q, bool sheet)
{
    struct stamp_table_row *r = &c->row[c->rows++];

    stamp_schemes_name(&q, r->name, sizeof r->name);
    r->scheme = q;
    r->sheet = sheet;
    c->columns += sheet;
}

static void push_block(struct stamp_table *c, struct stamp_scheme q)
{
    static const enum stamp_transform kinds[] = {STAMP_NONE, STAMP_HAAR, STAMP_HAAR2D, STAMP_WHT,
                                                 STAMP_DCT};
    const bool plain = !q.block;

    q.transform = STAMP_NONE;
    q.high_rows = 0;
    q.act_bits = 8;
    push(c, q, false);
    q.act_bits = 4;
    push(c, q, plain);
    for (size_t h = 0; h < c->highs; h++)
        for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
            q.transform = kinds[k];
            q.high_rows = c->high[h];
            push(c, q, plain && !h && (kinds[k] == STAMP_NONE || kinds[k] == STAMP_HAAR2D));
        }
}

enum stamp_status stamp_table_list(struct stamp_table *c, struct stamp_err *e)
{
    const struct stamp_dit *d = &c->network->dit;
    struct stamp_scheme q = c->base;
    struct stamp_plan plan;

    c->row[0] = (struct stamp_table_row){.name = "f32", .f32 = true, .sheet = true, .act_bits = 32};
    c->rows = c->columns = 1;
    q.grid_h = (uint32_t)d->grid_h;
    q.grid_w = (uint32_t)d->grid_w;
    q.sink = false;
    for (uint32_t b = 0; b < BLOCKS; b++) {
        q.block = b * STAMP_BLOCK;
        push_block(c, q);
    }
    for (size_t i = 1; i < c->rows; i++) {
        const enum stamp_status s =
            stamp_plan_build(&c->row[i].scheme, q.grid_h * q.grid_w, &plan, e);
        if (s) return stamp_fail_at(e, "%s", c->row[i].name);
        c->row[i].act_bits = stamp_plan_average_bits(&plan);
        stamp_plan_free(&plan);
    }
    return STAMP_OK;
}

/* ---- Runs -------------------------------------------------------------------------------------- */

struct work {
    struct stamp_table *c;
    struct stamp_painter painter;
    struct stamp_qmodel *codes[BLOCKS];
    float **latent; /* [pictures]: the last of f32 */
    float **given;  /* [pictures]: what f32 predicts, [evaluations][given_words] */
    size_t pictures, latent_words, given_words, evaluations;
    uint64_t done, total; /* evaluations of all rows */
    /* Under way: */
    struct stamp_predict p;
    struct stamp_table_row *r;
    size_t picture, at;   /* at: its evaluations so far */
    float *mine, *sample; /* [given_words], [latent_words]: of the row */
};

static void step(struct work *w)
{
    w->done++;
    if (w->c->progress) w->c->progress(w->done, w->total);
}

/* The f32 network drives; what it predicts is kept. */
static enum stamp_status first(void *ctx, const float *latent, float t, const float *text,
                               uint32_t tokens, float *out, struct stamp_err *e)
{
    struct work *w = ctx;
    const enum stamp_status s = stamp_predict(&w->p, latent, t, text, tokens, out, e);

    if (s) return s;
    memcpy(w->given[w->picture] + w->at++ * w->given_words, out, w->given_words * sizeof *out);
    step(w);
    return STAMP_OK;
}

/* The row predicts, and f32 drives. */
static enum stamp_status led(void *ctx, const float *latent, float t, const float *text,
                             uint32_t tokens, float *out, struct stamp_err *e)
{
    struct work *w = ctx;
    const float *ref = w->given[w->picture] + w->at++ * w->given_words;
    const enum stamp_status s = stamp_predict(&w->p, latent, t, text, tokens, w->mine, e);

    if (s) return s;
    stamp_noise_add(&w->r->predictions, w->given_words, ref, w->mine);
    memcpy(out, ref, w->given_words * sizeof *out);
    step(w);
    return STAMP_OK;
}

/* The row drives. */
static enum stamp_status own(void *ctx, const float *latent, float t, const float *text,
                             uint32_t tokens, float *out, struct stamp_err *e)
{
    struct work *w = ctx;
    const enum stamp_status s = stamp_predict(&w->p, latent, t, text, tokens, out, e);

    if (!s) step(w);
    return s;
}

static enum stamp_status sample(struct work *w, stamp_predict_fn predict, float *latent,
                                struct stamp_err *e)
{
    const struct stamp_table *c = w->c;
    const char *prompt = c->prompt[w->picture % c->prompts];
    const struct stamp_paint_options o = {
        .steps = c->steps, .seed = c->seed + w->picture, .guidance = c->guidance};

    w->at = 0;
    w->painter.predict = predict;
    const enum stamp_status s = stamp_paint_latent(&w->painter, &o, prompt, latent, e);
    return s ? stamp_fail_at(e, "\"%s\"", prompt) : STAMP_OK;
}

/* The picture of a latent: judged, and kept if the sheet needs it. */
static enum stamp_status show(struct work *w, const float *latent, size_t column,
                              struct stamp_err *e)
{
    struct stamp_table *c = w->c;
    struct stamp_picture p = {0};
    struct stamp_verdict verdict;
    struct stamp_reward reward;
    enum stamp_status s = stamp_shuffle_picture(&c->folder->shuffle, latent, w->painter.height,
                                                w->painter.width, &p, e);

    if (!s && c->judge) {
        s = stamp_judge_prompt(c->judge, &p, c->prompt[w->picture % c->prompts], &verdict, &reward,
                               e);
        if (!s) w->r->objects += reward.object;
        if (!s) w->r->prompts += reward.object && reward.background;
        if (!s) w->r->score += reward.score;
    }
    if (!s && w->r->sheet && w->picture < c->prompts) {
        c->picture[w->picture * c->columns + column] = p;
        return STAMP_OK;
    }
    stamp_picture_free(&p);
    return s;
}

static enum stamp_status first_row(struct work *w, struct stamp_err *e)
{
    struct stamp_netrun_options o = {.on = &stamp_on_f32};
    enum stamp_status s = stamp_predict_open(&w->p, w->c->network, &o, true, e);

    w->r = &w->c->row[0];
    for (w->picture = 0; w->picture < w->pictures && !s; w->picture++) {
        s = sample(w, first, w->latent[w->picture], e);
        if (!s) s = show(w, w->latent[w->picture], 0, e);
    }
    stamp_predict_close(&w->p);
    return s ? stamp_fail_at(e, "%s", w->r->name) : STAMP_OK;
}

/* One network at a time is in memory. */
static enum stamp_status one_row(struct work *w, struct stamp_table_row *r, size_t column,
                                 struct stamp_err *e)
{
    struct stamp_netrun_options o = w->c->net;

    w->r = r;
    o.scheme = r->scheme;
    o.codes = w->codes[r->scheme.block != 0];
    enum stamp_status s = stamp_predict_open(&w->p, w->c->network, &o, false, e);
    for (w->picture = 0; w->picture < w->pictures && !s; w->picture++) {
        s = sample(w, led, w->sample, e);
        if (!s) s = sample(w, own, w->sample, e);
        if (!s) stamp_noise_add(&r->latents, w->latent_words, w->latent[w->picture], w->sample);
        if (!s) s = show(w, w->sample, column, e);
    }
    stamp_predict_close(&w->p);
    return s ? stamp_fail_at(e, "%s", r->name) : STAMP_OK;
}

/* ---- The whole --------------------------------------------------------------------------------- */

static enum stamp_status reserve(struct work *w, struct stamp_err *e)
{
    struct stamp_table *c = w->c;
    const size_t area = (size_t)w->painter.height * w->painter.width;
    bool good = true;

    w->latent_words = area * w->painter.channels;
    w->given_words = area * w->painter.out_channels;
    w->mine = stamp_alloc(w->given_words, sizeof *w->mine);
    w->sample = stamp_alloc(w->latent_words, sizeof *w->sample);
    w->latent = stamp_alloc(w->pictures, sizeof *w->latent);
    w->given = stamp_alloc(w->pictures, sizeof *w->given);
    c->picture = stamp_alloc(c->prompts * c->columns, sizeof *c->picture);
    good = w->mine && w->sample && w->latent && w->given && c->picture;
    for (size_t i = 0; i < w->pictures && good; i++) {
        w->latent[i] = stamp_alloc(w->latent_words, sizeof(float));
        w->given[i] = stamp_alloc(w->evaluations * w->given_words, sizeof(float));
        good = w->latent[i] && w->given[i];
    }
    return good ? STAMP_OK
                : stamp_fail(e, STAMP_ENOMEM, "out of memory for %zu pictures", w->pictures);
}

static void release(struct work *w)
{
    for (size_t i = 0; i < w->pictures; i++) {
        if (w->latent) stamp_free(w->latent[i]);
        if (w->given) stamp_free(w->given[i]);
    }
    for (uint32_t b = 0; b < BLOCKS; b++) stamp_qmodel_free(w->codes[b]);
    stamp_free(w->latent);
    stamp_free(w->given);
    stamp_free(w->mine);
    stamp_free(w->sample);
}

static enum stamp_status make_codes(struct work *w, struct stamp_err *e)
{
    const struct stamp_table *c = w->c;
    enum stamp_status s = STAMP_OK;

    for (uint32_t b = 0; b < BLOCKS && !s; b++) {
        const struct stamp_qmodel_options o = {.bits = c->base.weight_bits,
                                               .head_bits = c->net.head_bits,
                                               .block = b * STAMP_BLOCK,
                                               .quantizer = c->quantizer};
        s = stamp_qmodel_make(c->network, &o, &w->codes[b], e);
    }
    return s;
}

enum stamp_status stamp_table_run(struct stamp_table *c, struct stamp_err *e)
{
    const struct stamp_dit *d = &c->network->dit;
    struct work w = {.c = c,
                     .painter = {.folder = c->folder,
                                 .channels = (uint32_t)d->channels,
                                 .height = (uint32_t)(d->grid_h * d->patch),
                                 .width = (uint32_t)(d->grid_w * d->patch),
                                 .out_channels = (uint32_t)d->out_channels},
                     .pictures = c->prompts * c->seeds,
                     .evaluations = c->steps * (c->guidance == 1 ? 1 : 2)};
    size_t column = 1;

    w.painter.predict_ctx = &w;
    w.total = w.pictures * w.evaluations * (2 * c->rows - 1);
    enum stamp_status s =
        stamp_paint_check(&w.painter, c->judge, c->network->ctx, c->prompt, c->prompts, e);
    if (!s) s = reserve(&w, e);
    if (!s) s = make_codes(&w, e);
    if (!s) s = first_row(&w, e);
    for (size_t i = 1; i < c->rows && !s; i++) {
        s = one_row(&w, &c->row[i], column, e);
        column += c->row[i].sheet;
    }
    release(&w);
    return s;
}

void stamp_table_free(struct stamp_table *c)
{
    for (size_t i = 0; c->picture && i < c->prompts * c->columns; i++)
        stamp_picture_free(&c->picture[i]);
    stamp_free(c->picture);
    c->picture = NULL;
}
