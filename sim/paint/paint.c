/* SPDX-License-Identifier: Apache-2.0 */
/* paint.c - a prompt's picture. Contract in paint.h. */
#include "sim/paint/paint.h"

#include "model/mem.h"
#include "sim/paint/noise.h"

static enum stamp_status sample(const struct stamp_painter *p, const struct stamp_paint_options *o,
                                const struct stamp_text_rows text[2], float *latent,
                                struct stamp_err *e)
{
    struct stamp_noise_schedule schedule = {0};
    const struct stamp_sampling s = {.schedule = &schedule,
                                     .channels = p->channels,
                                     .height = p->height,
                                     .width = p->width,
                                     .out_channels = p->out_channels,
                                     .guidance = o->guidance,
                                     .prompt = {text[0].row, text[0].tokens},
                                     .empty = {text[1].row, text[1].tokens},
                                     .predict = p->predict,
                                     .predict_ctx = p->predict_ctx,
                                     .see = o->see,
                                     .see_ctx = o->see_ctx};
    enum stamp_status status =
        stamp_noise_schedule_make(&p->folder->scheduler, o->steps, &schedule, e);

    if (status) return status;
    stamp_noise(o->seed, (size_t)p->channels * p->height * p->width, latent);
    status = stamp_denoise(&s, latent, e);
    stamp_noise_schedule_free(&schedule);
    return status;
}

static enum stamp_status check_size(const struct stamp_painter *p, struct stamp_err *e)
{
    const uint64_t area = (uint64_t)p->height * p->width;

    if (p->channels && area && area <= STAMP_LATENT_MAX && p->channels <= STAMP_LATENT_MAX / area)
        return STAMP_OK;
    return stamp_fail(e, STAMP_ERANGE, "a latent of %u x %u x %u: 1 to %d values are allowed",
                      p->channels, p->height, p->width, STAMP_LATENT_MAX);
}

/* That the judge takes pictures of this size. */
static enum stamp_status check_judge(const struct stamp_painter *p, const struct stamp_judge *judge,
                                     struct stamp_err *e)
{
    const uint32_t f = p->folder->shuffle.factor, n = stamp_judge_size(judge);

    if (p->height * f == n && p->width * f == n) return STAMP_OK;
    return stamp_fail(e, STAMP_ERANGE,
                      "the classifier takes pictures of %u x %u pixels, not %u x %u", n, n,
                      p->width * f, p->height * f);
}

enum stamp_status stamp_paint_check(const struct stamp_painter *p, const struct stamp_judge *judge,
                                    size_t most, const char *const *prompt, size_t prompts,
                                    struct stamp_err *e)
{
    enum stamp_status s = check_size(p, e);

    if (!s && judge) s = check_judge(p, judge, e);
    for (size_t i = 0; i < prompts && !s; i++) {
        struct stamp_text_rows text = {0};
        struct stamp_caption asked;
        s = stamp_words_encode(p->folder->words, prompt[i], &text, e);
        if (!s && text.tokens > most)
            s = stamp_fail(e, STAMP_ERANGE, "%u rows of text: the network takes 1 to %zu",
                           text.tokens, most);
        if (s) stamp_fail_at(e, "\"%s\"", prompt[i]);
        stamp_text_rows_free(&text);
        if (!s && judge) s = stamp_judge_asked(judge, prompt[i], &asked, e);
    }
    return s;
}

enum stamp_status stamp_paint_latent(const struct stamp_painter *p,
                                     const struct stamp_paint_options *o, const char *prompt,
                                     float *latent, struct stamp_err *e)
{
    struct stamp_text_rows text[2] = {{0}, {0}};

    if (p->channels != p->folder->shuffle.channels)
        return stamp_fail(e, STAMP_ERANGE,
                          "the transformer's latent has %u channels, the decoder's %u", p->channels,
                          p->folder->shuffle.channels);
    enum stamp_status s = stamp_words_encode(p->folder->words, prompt, &text[0], e);
    if (!s) s = stamp_words_encode(p->folder->words, "", &text[1], e);
    if (!s) s = sample(p, o, text, latent, e);
    stamp_text_rows_free(&text[0]);
    stamp_text_rows_free(&text[1]);
    return s;
}

enum stamp_status stamp_paint_picture(const struct stamp_painter *p,
                                      const struct stamp_paint_options *o, const char *prompt,
                                      struct stamp_picture *out, struct stamp_err *e)
{
    enum stamp_status s = check_size(p, e);

    if (s) return s;
    float *const latent = stamp_alloc((size_t)p->channels * p->height * p->width, sizeof *latent);
    if (!latent) return stamp_fail(e, STAMP_ENOMEM, "out of memory for a latent");
    s = stamp_paint_latent(p, o, prompt, latent, e);
    if (!s) s = stamp_shuffle_picture(&p->folder->shuffle, latent, p->height, p->width, out, e);
    stamp_free(latent);
    return s;
}
