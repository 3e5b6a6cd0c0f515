/* SPDX-License-Identifier: Apache-2.0 */
/* schedule.c - constants of the steps. Contract in schedule.h, formulas in sampler.md. */
#include "sim/paint/schedule.h"

#include <math.h>

#include "model/mem.h"
#include "model/num/series.h"

/* While a schedule is made. */
struct plan {
    const struct stamp_scheduler *from;
    uint32_t steps;
    uint32_t *time; /* [steps], falling */
    double *keep;   /* [train_steps]: A_t, the product of 1 - beta up to t */
    double *sigma;  /* [steps + 1]: FLOW and DPM */
    struct stamp_noise_schedule out;
};

/* ---- Timesteps ----------------------------------------------------------------------------- */

/* Nearest whole number, halves to even, of x in 0 .. 2^31. */
static uint32_t nearest(double x)
{
    uint32_t n = (uint32_t)x;
    const double rest = x - (double)n;

    return rest > 0.5 || (rest == 0.5 && n % 2 == 1) ? n + 1 : n;
}

/* Step i of `parts` equal ones from 0 to the last timestep. */
static uint32_t even(uint32_t train, uint32_t i, uint32_t parts)
{
    if (i == parts) return parts ? train - 1 : 0;
    return nearest((double)i * ((double)(train - 1) / (double)parts));
}

static uint32_t time_of(const struct stamp_scheduler *f, uint32_t steps, uint32_t k)
{
    const bool dpm = f->kind == STAMP_SCHEDULER_DPM;
    const uint32_t i = steps - 1 - k; /* counted from the end */
    const double train = (double)f->train_steps, part = (train - train / (double)steps) - train;

    switch (f->spacing) {
    case STAMP_SPACING_LINSPACE:
        return dpm ? even(f->train_steps, i + 1, steps) : even(f->train_steps, i, steps - 1);
    case STAMP_SPACING_LEADING:
        return (dpm ? (i + 1) * (f->train_steps / (steps + 1)) : i * (f->train_steps / steps)) +
               f->steps_offset;
    case STAMP_SPACING_TRAILING: break;
    }
    return nearest(train + (double)k * part) - 1;
}

/* Every timestep, falling, each below the number of them. */
static enum stamp_status lay_times(struct plan *p, struct stamp_err *e)
{
    const uint32_t train = p->from->train_steps;

    for (uint32_t k = 0; k < p->steps; k++) {
        p->time[k] = time_of(p->from, p->steps, k);
        if (p->time[k] >= train)
            return stamp_fail(e, STAMP_ERANGE, "steps_offset %u leads past timestep %u",
                              p->from->steps_offset, train - 1);
        if (k && p->time[k] >= p->time[k - 1])
            return stamp_fail(e, STAMP_ERANGE, "%u steps: too many for %u timesteps", p->steps,
                              train);
    }
    return STAMP_OK;
}

/* ---- Noise levels -------------------------------------------------------------------------- */

/* A_t; betas stand evenly, or their square roots do. */
static enum stamp_status lay_keep(struct plan *p, struct stamp_err *e)
{
    const struct stamp_scheduler *f = p->from;
    const uint32_t n = f->train_steps;
    const double first = f->scaled ? sqrt(f->beta_start) : f->beta_start,
                 last = f->scaled ? sqrt(f->beta_end) : f->beta_end,
                 part = n > 1 ? (last - first) / (double)(n - 1) : 0;
    double product = 1;

    for (uint32_t t = 0; t < n; t++) {
        const double b = first + (double)t * part;
        product *= 1 - (f->scaled ? b * b : b);
        p->keep[t] = product;
    }
    if (product > 1e-30) return STAMP_OK;
    return stamp_fail(e, STAMP_ERANGE, "beta_end %.9g leaves nothing of a picture", f->beta_end);
}

/* shift s / (1 + (shift - 1) s) */
static double shifted(double shift, double s)
{
    return shift * s / (1 + (shift - 1) * s);
}

/* DPM: the noise levels of the flow, which name their timesteps, and the last one. */
static void lay_flow_dpm(struct plan *p)
{
    const struct stamp_scheduler *f = p->from;
    const double least = 1 / (double)f->train_steps, part = (least - 1) / (double)p->steps;

    for (uint32_t k = 0; k < p->steps; k++) {
        const uint32_t i = p->steps - k;
        const double s = 1 - (i == p->steps ? least : 1 + (double)i * part);
        p->sigma[k] = shifted(f->shift, s);
        p->time[k] = (uint32_t)(p->sigma[k] * (double)f->train_steps);
    }
    p->sigma[p->steps] = f->final_zero ? 0 : p->sigma[p->steps - 1];
}

/* FLOW: from 1 down to the least level of training, evenly, shifted once more. */
static void lay_flow(struct plan *p)
{
    const struct stamp_scheduler *f = p->from;
    const double train = (double)f->train_steps, first = train,
                 last = shifted(f->shift, 1 / train) * train;

    for (uint32_t k = 0; k < p->steps; k++) {
        const bool end = k > 0 && k + 1 == p->steps;
        const double part = p->steps > 1 ? (last - first) / (double)(p->steps - 1) : 0;
        p->sigma[k] = shifted(f->shift, (end ? last : first + (double)k * part) / train);
    }
    p->sigma[p->steps] = 0;
}

/* ---- Constants ----------------------------------------------------------------------------- */

/* Share of the picture at a noise level, and lambda = ln(alpha / sigma). DPM's noise levels are sigma/alpha,
 * of a flow sigma itself. */
struct level {
    double alpha, sigma, lambda;
};

static struct level level(const struct plan *p, uint32_t k)
{
    struct level l;

    if (p->from->flow) {
        l.sigma = p->sigma[k];
        l.alpha = 1 - l.sigma;
    } else if (k < p->steps) {
        l.alpha = sqrt(p->keep[p->time[k]]);
        l.sigma = sqrt(1 - p->keep[p->time[k]]);
    } else {
        l.alpha = p->from->final_zero ? 1 : sqrt(p->keep[0]);
        l.sigma = p->from->final_zero ? 0 : sqrt(1 - p->keep[0]);
    }
    l.lambda = l.sigma > 0 ? stamp_log_series(l.alpha) - stamp_log_series(l.sigma) : 0;
    return l;
}

static bool first_order(const struct stamp_scheduler *f, uint32_t steps, uint32_t k)
{
    const bool few = f->lower_order_final && steps < 15;

    return f->order == 1 || k == 0 ||
           (k == steps - 1 && (f->euler_at_final || few || f->final_zero));
}

static enum stamp_status dpm_steps(struct plan *p, struct stamp_err *e)
{
    for (uint32_t k = 0; k < p->steps; k++) {
        const struct level s = level(p, k), t = level(p, k + 1);
        const bool same = !(t.sigma < s.sigma) && k + 1 < p->steps;
        struct stamp_noise_step *step = &p->out.step[k];
        double c = 0;

        if (!(s.alpha > 0) || !(s.sigma > 0) || same)
            return stamp_fail(e, STAMP_ERANGE,
                              "%u steps: noise level %u is not below the one before", p->steps,
                              k + 1);
        const double a = t.sigma / s.sigma, b = t.alpha - a * s.alpha;
        step->second = !first_order(p->from, p->steps, k) && t.sigma < s.sigma;
        if (step->second) {
            const double h = t.lambda - s.lambda, before = s.lambda - level(p, k - 1).lambda;
            c = (p->from->heun ? t.alpha - b / h : 0.5 * b) * (h / before);
        }
        step->timestep = (float)p->time[k];
        step->sigma = (float)s.sigma;
        step->alpha = p->from->flow ? 1 : (float)s.alpha;
        step->a = (float)a;
        step->b = (float)b;
        step->c = (float)c;
    }
    return STAMP_OK;
}

static void ddim_steps(struct plan *p)
{
    const uint32_t back = p->from->train_steps / p->steps;
    const double last = p->from->alpha_one ? 1 : p->keep[0];

    for (uint32_t k = 0; k < p->steps; k++) {
        const uint32_t t = p->time[k];
        const double now = p->keep[t], next = t >= back ? p->keep[t - back] : last;
        p->out.step[k] = (struct stamp_noise_step){.timestep = (float)t,
                                                   .sigma = (float)sqrt(1 - now),
                                                   .alpha = (float)sqrt(now),
                                                   .a = (float)sqrt(1 - next),
                                                   .b = (float)sqrt(next)};
    }
}

static void flow_steps(struct plan *p)
{
    for (uint32_t k = 0; k < p->steps; k++) {
        const float s = (float)p->sigma[k], t = (float)p->sigma[k + 1];
        p->out.step[k] = (struct stamp_noise_step){
            .timestep = s * (float)p->from->train_steps, .sigma = s, .b = t - s};
    }
}

static enum stamp_status lay(struct plan *p, struct stamp_err *e)
{
    const struct stamp_scheduler *f = p->from;
    const bool flow = f->kind == STAMP_SCHEDULER_FLOW || f->flow;
    enum stamp_status s = STAMP_OK;

    if (!flow) s = lay_keep(p, e);
    if (!flow && !s) s = lay_times(p, e);
    if (s) return s;
    switch (f->kind) {
    case STAMP_SCHEDULER_DPM:
        if (f->flow) lay_flow_dpm(p);
        return dpm_steps(p, e);
    case STAMP_SCHEDULER_DDIM: ddim_steps(p); return STAMP_OK;
    case STAMP_SCHEDULER_FLOW: lay_flow(p); flow_steps(p);
    }
    return STAMP_OK;
}

enum stamp_status stamp_noise_schedule_make(const struct stamp_scheduler *from, uint32_t steps,
                                            struct stamp_noise_schedule *out, struct stamp_err *e)
{
    struct plan p = {.from = from, .steps = steps};
    enum stamp_status s;

    if (steps == 0 || steps > from->train_steps)
        return stamp_fail(e, STAMP_ERANGE, "%u steps: this sampler takes 1 to %u", steps,
                          from->train_steps);
    p.time = stamp_alloc(steps, sizeof *p.time);
    p.keep = stamp_alloc(from->train_steps, sizeof *p.keep);
    p.sigma = stamp_alloc((size_t)steps + 1, sizeof *p.sigma);
    p.out = (struct stamp_noise_schedule){.kind = from->kind,
                                          .velocity = from->velocity,
                                          .clip = from->kind == STAMP_SCHEDULER_DDIM && from->clip,
                                          .clip_range = (float)from->clip_range,
                                          .steps = steps,
                                          .step = stamp_alloc(steps, sizeof *p.out.step)};
    if (p.time && p.keep && p.sigma && p.out.step)
        s = lay(&p, e);
    else
        s = stamp_fail(e, STAMP_ENOMEM, "out of memory for %u steps", steps);
    stamp_free(p.time);
    stamp_free(p.keep);
    stamp_free(p.sigma);
    if (s)
        stamp_noise_schedule_free(&p.out);
    else
        *out = p.out;
    return s;
}

void stamp_noise_schedule_free(struct stamp_noise_schedule *s)
{
    stamp_free(s->step);
    *s = (struct stamp_noise_schedule){0};
}
