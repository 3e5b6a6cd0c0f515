/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_paint.c - folders of diffusion models and caption classifiers against sound ones that were bent.
 *
 *     fuzz_paint [SEED [ITERATIONS]]
 *
 * Bent is one of the files (model_index.json, the scheduler, the word encoder, its tensors, the vocabulary,
 * the decoder, the classifier's config.json and tensors), the prompt, or none with an allocation that fails.
 * What is looked for: crashes, leaks, results touched by a failure, failures without a line of text; an
 * accepted folder has to paint or say why not, an accepted classifier has to judge.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/mem.h"
#include "sim/paint/judge.h"
#include "sim/paint/paint.h"
#include "tests/fuzz/bend.h"
#include "tests/paint/paint_sample.h"

enum { JUDGE_CONFIG = PAINT_FILES, JUDGE_TENSORS, PROMPT, KINDS };

static const char *const schedulers[] = {
    "{\"_class_name\": \"DPMSolverMultistepScheduler\", \"beta_end\": 0.02, \"beta_schedule\": "
    "\"linear\",\n"
    " \"lambda_min_clipped\": -Infinity, \"num_train_timesteps\": 100, \"solver_order\": 2,\n"
    " \"solver_type\": \"midpoint\", \"steps_offset\": 0, \"timestep_spacing\": \"linspace\",\n"
    " \"final_sigmas_type\": \"sigma_min\", \"lower_order_final\": false}\n",
    "{\"_class_name\": \"DPMSolverMultistepScheduler\", \"use_flow_sigmas\": true, \"flow_shift\": "
    "3.0,\n"
    " \"prediction_type\": \"flow_prediction\", \"num_train_timesteps\": 100}\n",
    "{\"_class_name\": \"DDIMScheduler\", \"clip_sample\": true, \"clip_sample_range\": 1.5,\n"
    " \"steps_offset\": 1, \"beta_start\": 0.0001, \"num_train_timesteps\": 100}\n"};
static const char *const classes[] = {"DPMSolverMultistepScheduler", "DPMSolverMultistepScheduler",
                                      "DDIMScheduler"};

static enum stamp_status predict(void *ctx, const float *x, float t, const float *text,
                                 uint32_t tokens, float *out, struct stamp_err *e)
{
    const struct stamp_painter *const p = ctx;

    (void)e;
    for (size_t i = 0; i < (size_t)p->channels * p->height * p->width; i++)
        out[i] = x[i] / 2 + text[tokens - 1] / 4 + t / 1000;
    return STAMP_OK;
}

/* An accepted folder paints a picture, or says why not. */
static bool paints(struct stamp_paint_folder *f, const char *prompt)
{
    struct stamp_painter p = {f, f->shuffle.channels, 2, 2, f->shuffle.channels, predict, &p};
    const struct stamp_paint_options o = {
        .steps = bend_draw(40), .seed = bend_draw(9), .guidance = (float)bend_draw(4)};
    struct stamp_picture picture = {0};
    struct stamp_err e = {STAMP_OK, ""};
    const enum stamp_status s = stamp_paint_picture(&p, &o, prompt, &picture, &e);
    const bool fine = s ? !picture.rgb && e.text[0] && e.status == s : picture.rgb != NULL;

    stamp_picture_free(&picture);
    return fine;
}

static bool open_folder(const char *path, const char *prompt, bool *taken)
{
    struct stamp_paint_folder f = {0};
    struct stamp_err e = {STAMP_OK, ""};
    const enum stamp_status s = stamp_paint_folder_open(path, &f, &e);
    const bool fine = s ? !f.words && !f.transformer && e.status == s && e.text[0]
                        : f.words && paints(&f, prompt);

    *taken = !s;
    stamp_paint_folder_close(&f);
    return fine;
}

static bool open_judge(const char *path, const char *prompt, bool *taken)
{
    struct stamp_judge *j = NULL;
    struct stamp_verdict v;
    struct stamp_reward r;
    struct stamp_err e = {STAMP_OK, ""};
    enum stamp_status s = stamp_judge_open(path, &j, &e);
    bool fine = s ? !j && e.status == s && e.text[0] : j != NULL;

    *taken = !s;
    if (!s) {
        const size_t n = stamp_judge_size(j);
        struct stamp_picture p = {n, n, stamp_alloc(n * n, 3)};
        if (p.rgb) {
            s = stamp_judge_prompt(j, &p, prompt, &v, &r, &e);
            fine = fine && (!s || e.text[0]);
        }
        stamp_picture_free(&p);
    }
    stamp_judge_close(j);
    return fine;
}

static bool attempt(const char *path, uint32_t kind, bool *taken)
{
    static struct paint_sample files;
    static struct sample config, head, text;
    char prompt[256];
    const uint32_t scheduler = bend_draw(4);

    paint_sample(&files);
    judge_sample(&config, &head);
    if (scheduler < 3) {
        char index[600];
        snprintf(index, sizeof index,
                 "{\"_class_name\":\"PixArtSigmaPipeline\",\"scheduler\":[\"d\",\"%s\"],"
                 "\"text_encoder\":[\"s\",\"WordEmbedding\"],\"tokenizer\":[\"s\",\"W\"],"
                 "\"transformer\":[\"d\",\"PixArtTransformer2DModel\"],\"vae\":[\"s\","
                 "\"PixelShuffle\"]}",
                 classes[scheduler]);
        paint_sample_say(&files, PAINT_INDEX, index);
        paint_sample_say(&files, PAINT_SCHEDULER, schedulers[scheduler]);
    }
    text.len = 0;
    sample_put(&text, "small red fox on blue", 21);
    if (kind < PAINT_FILES) bend(&files.file[kind]);
    if (kind == JUDGE_CONFIG) bend(&config);
    if (kind == JUDGE_TENSORS) bend(&head);
    if (kind == PROMPT) bend(&text);
    snprintf(prompt, sizeof prompt, "%.*s", (int)text.len, (const char *)text.bytes);
    const bool judge = kind == JUDGE_CONFIG || kind == JUDGE_TENSORS;
    if (judge ? !judge_sample_write(path, &config, &head) : !paint_sample_write(path, &files))
        return false;
    if (bend_draw(8) == 0) stamp_mem_fail_at(1 + bend_draw(120));
    const bool fine = judge ? open_judge(path, prompt, taken) : open_folder(path, prompt, taken);
    stamp_mem_fail_at(0);
    if (!fine) printf("fuzz_paint: a failure touched its result or said nothing\n");
    return fine;
}

int main(int argc, char **argv)
{
    static const char *const kinds[KINDS] = {"index",      "scheduler",   "encoder",
                                             "tensors",    "vocabulary",  "decoder",
                                             "classifier", "its tensors", "prompt"};
    const unsigned seed = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 0) : 1;
    const unsigned iterations = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 0) : 20000;
    unsigned tried[KINDS] = {0}, accepted[KINDS] = {0};
    char path[PAINT_TEMP];
    int failed = !paint_temp(path);

    bend_seed(seed);
    for (unsigned i = 0; i < iterations && !failed; i++) {
        const uint32_t kind = bend_draw(KINDS);
        bool taken = false;
        failed = !attempt(path, kind, &taken);
        if (failed) printf("fuzz_paint: seed %u, iteration %u, %s\n", seed, i, kinds[kind]);
        tried[kind]++;
        accepted[kind] += taken;
    }
    for (int k = 0; k < KINDS; k++)
        printf("fuzz_paint: %-12s %7u bent, %6u accepted\n", kinds[k], tried[k], accepted[k]);
    paint_temp_remove(path);
    return failed;
}
