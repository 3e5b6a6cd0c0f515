/* SPDX-License-Identifier: Apache-2.0 */
/* sampler.c - from noise to a latent. Contract in sampler.h, formulas in sampler.md. */
#include "sim/paint/sampler.h"

#include <math.h>

#include "model/mem.h"

/* Of one sampling. */
struct state {
    const struct stamp_sampling *s;
    size_t count;     /* elements of the latent */
    float *x;         /* [count], the caller's */
    float *y, *empty; /* [out_channels][h][w]: predicted */
    float *d, *old;   /* [count]: the picture as it looks now, and one step before */
};

static enum stamp_status check(const struct stamp_sampling *s, struct stamp_err *e)
{
    const uint64_t area = (uint64_t)s->height * s->width;

    if (!s->channels || !area || area > STAMP_LATENT_MAX ||
        s->channels > STAMP_LATENT_MAX / area / 2)
        return stamp_fail(e, STAMP_ERANGE, "a latent of %u x %u x %u", s->channels, s->height,
                          s->width);
    if (s->out_channels != s->channels && s->out_channels != 2 * s->channels)
        return stamp_fail(e, STAMP_ERANGE,
                          "the network has %u channels behind %u: as many, or twice, are needed",
                          s->out_channels, s->channels);
    if (!isfinite(s->guidance) || s->guidance < 0)
        return stamp_fail(e, STAMP_ERANGE, "guidance %g: a number of 0 or more is needed",
                          (double)s->guidance);
    return STAMP_OK;
}

/* y = the guided prediction. */
static enum stamp_status predict(struct state *t, float timestep, struct stamp_err *e)
{
    const struct stamp_sampling *s = t->s;
    enum stamp_status status =
        s->predict(s->predict_ctx, t->x, timestep, s->prompt.row, s->prompt.tokens, t->y, e);

    if (status || s->guidance == 1) return status;
    status = s->predict(s->predict_ctx, t->x, timestep, s->empty.row, s->empty.tokens, t->empty, e);
    for (size_t i = 0; i < t->count && !status; i++) {
        const float apart = t->y[i] - t->empty[i], more = s->guidance * apart;
        t->y[i] = t->empty[i] + more;
    }
    return status;
}

/* The picture d as the prediction has it. */
static void data(struct state *t, const struct stamp_noise_step *k)
{
    const struct stamp_noise_schedule *m = t->s->schedule;

    for (size_t i = 0; i < t->count; i++) {
        const float noise = k->sigma * t->y[i];
        if (m->velocity) {
            const float kept = k->alpha * t->x[i];
            t->d[i] = kept - noise;
        } else {
            const float rest = t->x[i] - noise;
            t->d[i] = rest / k->alpha;
        }
        if (m->clip && t->d[i] > m->clip_range) t->d[i] = m->clip_range;
        if (m->clip && t->d[i] < -m->clip_range) t->d[i] = -m->clip_range;
    }
}

static void dpm(struct state *t, const struct stamp_noise_step *k)
{
    data(t, k);
    for (size_t i = 0; i < t->count; i++) {
        const float kept = k->a * t->x[i], new = k->b * t->d[i];
        t->x[i] = kept + new;
        if (k->second) {
            const float turn = t->d[i] - t->old[i], bend = k->c * turn;
            t->x[i] = t->x[i] + bend;
        }
    }
    float *const swap = t->old;
    t->old = t->d;
    t->d = swap;
}

static void ddim(struct state *t, const struct stamp_noise_step *k)
{
    data(t, k);
    for (size_t i = 0; i < t->count; i++) {
        float noise = t->y[i];
        if (t->s->schedule->velocity) {
            const float turned = k->alpha * noise, rest = k->sigma * t->x[i];
            noise = turned + rest;
        }
        const float new = k->b * t->d[i], left = k->a *noise;
        t->x[i] = new + left;
    }
}

static void flow(struct state *t, const struct stamp_noise_step *k)
{
    for (size_t i = 0; i < t->count; i++) {
        const float move = k->b * t->y[i];
        t->x[i] = t->x[i] + move;
    }
}

static enum stamp_status step(struct state *t, uint32_t n, struct stamp_err *e)
{
    const struct stamp_sampling *s = t->s;
    const struct stamp_noise_step *k = &s->schedule->step[n];
    const enum stamp_status status = predict(t, k->timestep, e);

    if (status) return status;
    switch (s->schedule->kind) {
    case STAMP_SCHEDULER_DPM: dpm(t, k); break;
    case STAMP_SCHEDULER_DDIM: ddim(t, k); break;
    case STAMP_SCHEDULER_FLOW: flow(t, k); break;
    }
    for (size_t i = 0; i < t->count; i++)
        if (!isfinite(t->x[i]))
            return stamp_fail(e, STAMP_ERANGE,
                              "step %u of %u: value %zu of the latent is not finite", n + 1,
                              s->schedule->steps, i);
    return s->see ? s->see(s->see_ctx, n + 1, s->schedule->steps, t->x, e) : STAMP_OK;
}

enum stamp_status stamp_denoise(const struct stamp_sampling *s, float *latent, struct stamp_err *e)
{
    struct state t = {.s = s, .x = latent};
    enum stamp_status status = check(s, e);

    if (status) return status;
    const size_t area = (size_t)s->height * s->width, out = s->out_channels * area;
    t.count = s->channels * area;
    t.y = stamp_alloc(out, sizeof *t.y);
    t.empty = stamp_alloc(s->guidance == 1 ? 0 : out, sizeof *t.empty);
    t.d = stamp_alloc(t.count, sizeof *t.d);
    t.old = stamp_alloc(t.count, sizeof *t.old);
    if (!t.y || !t.empty || !t.d || !t.old)
        status = stamp_fail(e, STAMP_ENOMEM, "out of memory for a latent");
    for (uint32_t n = 0; n < s->schedule->steps && !status; n++) status = step(&t, n, e);
    stamp_free(t.y);
    stamp_free(t.empty);
    stamp_free(t.d);
    stamp_free(t.old);
    return status;
}
