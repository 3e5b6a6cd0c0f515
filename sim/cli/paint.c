/* SPDX-License-Identifier: Apache-2.0 */
/* paint.c - pictures of prompts, or steps of a random network. Contract in paint.h. */
#include "sim/cli/paint.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "compiler/family/random.h"
#include "model/mem.h"
#include "sim/cli/files.h"
#include "sim/cli/net_report.h"
#include "sim/cli/progress.h"
#include "sim/cli/say.h"
#include "sim/paint/judge.h"
#include "sim/paint/noise.h"
#include "sim/paint/paint.h"
#include "sim/paint/png_out.h"
#include "sim/paint/predict.h"
#include "sim/paint/sheet.h"
#include "sim/report/json_out.h"

enum { TEXT = 120 }; /* rows of it, of a random network that is told nothing */

/* A job under way. */
struct work {
    const struct stamp_paint_job *j;
    struct stamp_predict p;
    struct stamp_judge *judge;
    struct stamp_picture picture[STAMP_PAINT_PROMPTS];
    struct stamp_verdict verdict[STAMP_PAINT_PROMPTS];
    struct stamp_reward reward[STAMP_PAINT_PROMPTS];
    uint32_t width; /* of a row of text */
};

enum stamp_status stamp_paint_open(const char *model, struct stamp_dit_grid grid,
                                   struct stamp_network **out, struct stamp_err *e)
{
    const enum stamp_status s = stamp_network_open_grid(model, grid, out, e);

    if (s) return s;
    if (!stamp_network_paints(*out))
        return stamp_fail(e, STAMP_EUNSUPPORTED, "%s: not a network that paints", model);
    stamp_say_notes(&(*out)->notes);
    return STAMP_OK;
}

/* ---- A random network on random inputs --------------------------------------------------------- */

static enum stamp_status random_steps(struct work *w, struct stamp_err *e)
{
    const struct stamp_paint_job *j = w->j;
    const struct stamp_dit *d = &w->p.m->dit;
    const size_t pixels = d->grid_h * d->grid_w * d->patch * d->patch;
    const uint32_t rows = j->text ? (uint32_t)j->text : TEXT;
    float *latent = stamp_alloc(pixels * d->channels, sizeof *latent),
          *text = stamp_alloc(rows * d->caption, sizeof *text),
          *out = stamp_alloc(pixels * d->out_channels, sizeof *out);
    enum stamp_status s =
        latent && text && out ? STAMP_OK : stamp_fail(e, STAMP_ENOMEM, "out of memory");

    if (!s) stamp_noise(j->seed, rows * d->caption, text);
    for (uint64_t k = 0; k < j->steps && !s; k++) {
        const float t = 1000.0f * (float)(j->steps - k) / (float)j->steps - 1.0f;
        stamp_progress_task("step %" PRIu64 " of %" PRIu64 " on %s", k + 1, j->steps, j->on->name);
        stamp_noise(j->seed + 1 + k, pixels * d->channels, latent);
        s = stamp_predict(&w->p, latent, t, text, rows, out, e);
        stamp_progress_end();
    }
    stamp_free(latent);
    stamp_free(text);
    stamp_free(out);
    return s;
}

/* ---- Pictures ---------------------------------------------------------------------------------- */

static enum stamp_status predict(void *ctx, const float *latent, float t, const float *text,
                                 uint32_t tokens, float *out, struct stamp_err *e)
{
    struct work *w = ctx;
    return stamp_predict(&w->p, latent, t, text, tokens, out, e);
}

static enum stamp_status told(void *ctx, uint32_t done, uint32_t steps, const float *latent,
                              struct stamp_err *e)
{
    const struct work *w = ctx;

    (void)latent;
    (void)e;
    stamp_progress_task("step %" PRIu32 " of %" PRIu32 " on %s", done < steps ? done + 1 : steps,
                        steps, w->j->on->name);
    return STAMP_OK;
}

enum stamp_status stamp_paint_fits(const struct stamp_paint_folder *f,
                                   const struct stamp_network *m, const char *model,
                                   struct stamp_err *e)
{
    const struct stamp_dit *d = &m->dit;

    if (stamp_words_width(f->words) != d->caption)
        return stamp_fail(
            e, STAMP_EFORMAT,
            "%s: the text encoder's rows are of %zu numbers, the transformer takes %zu", model,
            (size_t)stamp_words_width(f->words), d->caption);
    if (f->shuffle.channels != d->channels)
        return stamp_fail(e, STAMP_EFORMAT,
                          "%s: the decoder takes %u channels, the transformer has %zu", model,
                          f->shuffle.channels, d->channels);
    return STAMP_OK;
}

static enum stamp_status paint_all(struct work *w, const struct stamp_paint_folder *f,
                                   struct stamp_err *e)
{
    const struct stamp_paint_job *j = w->j;
    const struct stamp_dit *d = &w->p.m->dit;
    const struct stamp_painter painter = {.folder = f,
                                          .channels = (uint32_t)d->channels,
                                          .height = (uint32_t)(d->grid_h * d->patch),
                                          .width = (uint32_t)(d->grid_w * d->patch),
                                          .out_channels = (uint32_t)d->out_channels,
                                          .predict = predict,
                                          .predict_ctx = w};
    enum stamp_status s =
        stamp_paint_check(&painter, w->judge, w->p.m->ctx, j->prompt, j->prompts, e);

    for (size_t i = 0; i < j->prompts && !s; i++) {
        const struct stamp_paint_options o = {.steps = (uint32_t)j->steps,
                                              .seed = j->seed + i,
                                              .guidance = (float)j->guidance,
                                              .see = told,
                                              .see_ctx = w};
        s = told(w, 0, (uint32_t)j->steps, NULL, e);
        s = stamp_paint_picture(&painter, &o, j->prompt[i], &w->picture[i], e);
        stamp_progress_end();
        if (!s && w->judge)
            s = stamp_judge_prompt(w->judge, &w->picture[i], j->prompt[i], &w->verdict[i],
                                   &w->reward[i], e);
        if (s) stamp_fail_at(e, "\"%s\"", j->prompt[i]);
    }
    return s;
}

static enum stamp_status write(const struct work *w, struct stamp_err *e)
{
    const struct stamp_sheet layout = {
        .columns = 8, .scale = 1, .margin = 2, .paper = {255, 255, 255}};
    struct stamp_picture all = {0};

    if (!w->j->output) return STAMP_OK;
    if (w->j->prompts == 1) return stamp_png_write(w->j->output, &w->picture[0], e);
    enum stamp_status s = stamp_sheet_make(&layout, w->picture, w->j->prompts, &all, e);
    if (!s) s = stamp_png_write(w->j->output, &all, e);
    stamp_picture_free(&all);
    return s;
}

static enum stamp_status pictures(struct work *w, const char *model, struct stamp_err *e)
{
    const char *const inputs[] = {model, w->j->judge, NULL};
    struct stamp_paint_folder f = {0};
    enum stamp_status s = stamp_check_output(w->j->output, inputs, e);

    if (!s) s = stamp_paint_folder_open(model, &f, e);
    if (!s) s = stamp_paint_fits(&f, w->p.m, model, e);
    if (!s && w->j->judge) s = stamp_judge_open(w->j->judge, &w->judge, e);
    if (!s) s = paint_all(w, &f, e);
    if (!s) s = write(w, e);
    stamp_paint_folder_close(&f);
    return s;
}

/* ---- What came of it --------------------------------------------------------------------------- */

/* Pictures whose object, or object and background, are what the prompt asks for. */
static uint64_t agreeing(const struct work *w, bool both)
{
    uint64_t n = 0;

    for (size_t i = 0; i < w->j->prompts; i++)
        n += w->reward[i].object && (!both || w->reward[i].background);
    return n;
}

/* Mean. */
static double score(const struct work *w)
{
    double sum = 0;

    for (size_t i = 0; i < w->j->prompts; i++) sum += w->reward[i].score;
    return sum / (double)w->j->prompts;
}

static struct stamp_net_report report(const struct work *w, const struct stamp_netrun_phase *phase)
{
    return (struct stamp_net_report){phase,
                                     w->j->mach,
                                     w->j->on,
                                     0,
                                     w->p.run,
                                     w->j->report->phases,
                                     w->j->report->energy,
                                     w->j->net.run.has_dram ? &w->j->net.run.dram : NULL};
}

/* @param whole  all steps were done */
static void record(const struct work *w, bool whole)
{
    struct stamp_netrun_phase phase;

    stamp_report_figure(w->j->report, "sqnr_db", "predictions",
                        whole ? stamp_predict_db(&w->p) : (double)NAN);
    if (!stamp_predict_sum(&w->p, &phase)) return;
    const struct stamp_net_report r = report(w, &phase);
    stamp_report_net(w->j->report, "evaluations", &r);
}

static void put(const struct work *w)
{
    const struct stamp_paint_job *j = w->j;
    struct cJSON *o = stamp_json_root();
    struct stamp_netrun_phase phase;

    stamp_put_text(o, "on", j->on->name);
    stamp_put_count(o, "steps", j->steps);
    stamp_put_count(o, "evaluations", w->p.steps);
    stamp_put_count(o, "tokens", w->p.m->dit.grid_h * w->p.m->dit.grid_w);
    stamp_put_count(o, "pictures", j->prompts);
    stamp_put_real(o, "sqnr_db", stamp_predict_db(&w->p));
    if (w->judge) {
        stamp_put_real(o, "score", score(w));
        stamp_put_count(o, "objects_named", agreeing(w, false));
        stamp_put_count(o, "prompts_named", agreeing(w, true));
    }
    const bool run = stamp_predict_sum(&w->p, &phase);
    stamp_put_count(o, "mismatches", run ? phase.sum.mismatches : 0);
    stamp_put_count(o, "checked", run ? phase.sum.checked : 0);
    stamp_put_count(o, "outputs_compared", run ? phase.compared : 0);
    if (run && j->on->can & STAMP_CAN_PROGRAMS) {
        const struct stamp_net_report r = report(w, &phase);
        stamp_put_count(o, "cycles",
                        j->on->can & STAMP_CAN_TIMED ? phase.sum.cycles : phase.expected);
        stamp_put_real(o, "utilization", stamp_net_utilization(&r));
        stamp_net_put(o, "network", &r);
        stamp_report_energy_sum(j->report, o);
    }
    stamp_say_json(o);
}

static void print(const struct work *w)
{
    const struct stamp_paint_job *j = w->j;
    struct stamp_netrun_phase phase;

    printf("%" PRIu64 " steps, %" PRIu64 " evaluations of %zu tokens on %s\n", j->steps, w->p.steps,
           w->p.m->dit.grid_h * w->p.m->dit.grid_w, j->on->name);
    for (size_t i = 0; i < j->prompts && w->judge; i++)
        printf("%-40s %s on %s\n", j->prompt[i],
               stamp_judge_objects(w->judge)->name[w->verdict[i].shown.object],
               stamp_judge_backgrounds(w->judge)->name[w->verdict[i].shown.background]);
    if (w->judge)
        printf("named as asked: object %" PRIu64 ", object and background %" PRIu64
               " of %zu; mean score %.3f\n",
               agreeing(w, false), agreeing(w, true), j->prompts, score(w));
    if (j->output) printf("%s: %zu picture%s\n", j->output, j->prompts, j->prompts == 1 ? "" : "s");
    if (!stamp_predict_sum(&w->p, &phase)) return;
    const struct stamp_net_report r = report(w, &phase);
    if (w->p.measure) printf("SQNR of the predictions  %.2f dB\n", stamp_predict_db(&w->p));
    stamp_net_print("evaluations", &r);
    stamp_report_energy_sum(j->report, NULL);
}

enum stamp_status stamp_paint_run(const struct stamp_paint_job *j, const struct stamp_network *m,
                                  const char *model, struct stamp_err *e)
{
    struct work *w = stamp_alloc(1, sizeof *w);
    enum stamp_status s = STAMP_OK;

    if (!w) return stamp_fail(e, STAMP_ENOMEM, "out of memory");
    w->j = j;
    if (!j->prompts && (!stamp_random_is(model) || j->output))
        s = stamp_fail(e, STAMP_ERANGE, "%s: needs --prompt; \"\" is the picture of no prompt",
                       model);
    if (!s && j->prompts && stamp_random_is(model))
        s = stamp_fail(e, STAMP_ERANGE, "%s: a random network has no words: no --prompt", model);
    if (!s && j->judge && stamp_random_is(model))
        s = stamp_fail(e, STAMP_ERANGE, "%s: a random network paints nothing to judge: no --judge",
                       model);
    if (!s && j->text && !stamp_random_is(model))
        s = stamp_fail(e, STAMP_ERANGE, "%s: --text-tokens is of random networks", model);
    if (!s) s = stamp_predict_open(&w->p, m, &j->net, j->measure, e);
    if (!s) s = j->prompts ? pictures(w, model, e) : random_steps(w, e);
    if (!s && j->json)
        put(w);
    else if (!s)
        print(w);
    if (stamp_report_has(s)) record(w, !s);
    for (size_t i = 0; i < j->prompts; i++) stamp_picture_free(&w->picture[i]);
    stamp_judge_close(w->judge);
    stamp_predict_close(&w->p);
    stamp_free(w);
    return s;
}
