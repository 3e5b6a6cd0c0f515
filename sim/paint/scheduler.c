/* SPDX-License-Identifier: Apache-2.0 */
/* scheduler.c - scheduler_config.json. Contract in scheduler.h. */
#include "sim/paint/scheduler.h"

#include <math.h>
#include <string.h>

#include "sim/paint/config.h"

static const struct {
    const char *name;
    enum stamp_paint_file file;
} classes[] = {
    [STAMP_SCHEDULER_DPM] = {"DPMSolverMultistepScheduler", STAMP_PAINT_DPM},
    [STAMP_SCHEDULER_DDIM] = {"DDIMScheduler", STAMP_PAINT_DDIM},
    [STAMP_SCHEDULER_FLOW] = {"FlowMatchEulerDiscreteScheduler", STAMP_PAINT_FLOW},
};
enum { CLASSES = sizeof classes / sizeof classes[0] };

#define BETA_LEAST 1e-9
#define BETA_MOST  0.999

#define CLIPS_NOTHING (-35.0) /* below ln(alpha / sigma) where schedule.c takes the betas */

const char *stamp_scheduler_name(enum stamp_scheduler_kind kind)
{
    return classes[kind].name;
}

struct stamp_scheduler stamp_scheduler_default(enum stamp_scheduler_kind kind)
{
    struct stamp_scheduler s = {.kind = kind,
                                .train_steps = 1000,
                                .beta_start = 0.0001,
                                .beta_end = 0.02,
                                .order = 2,
                                .lower_order_final = true,
                                .final_zero = true,
                                .clip = true,
                                .alpha_one = true,
                                .clip_range = 1,
                                .shift = 1};

    if (kind == STAMP_SCHEDULER_DDIM) s.spacing = STAMP_SPACING_LEADING;
    return s;
}

/* Places in the lists of predictions. */
enum { PREDICTS_NOISE, PREDICTS_V, PREDICTS_FLOW };

/* What both read that have betas. */
static enum stamp_status read_betas(const struct stamp_config *c, const char *predictions,
                                    struct stamp_scheduler *to, uint32_t *predicts,
                                    struct stamp_err *e)
{
    uint32_t schedule = 0, spacing = to->spacing;
    enum stamp_status s =
        stamp_config_real(c, "beta_start", BETA_LEAST, BETA_MOST, &to->beta_start, e);

    if (!s) s = stamp_config_real(c, "beta_end", BETA_LEAST, BETA_MOST, &to->beta_end, e);
    if (!s) s = stamp_config_choice(c, "beta_schedule", "linear|scaled_linear", &schedule, e);
    if (!s)
        s = stamp_config_choice(c, "timestep_spacing", "linspace|leading|trailing", &spacing, e);
    if (!s) s = stamp_config_count(c, "steps_offset", 0, to->train_steps - 1, &to->steps_offset, e);
    if (!s) s = stamp_config_choice(c, "prediction_type", predictions, predicts, e);
    to->velocity = *predicts == PREDICTS_V;
    to->scaled = schedule == 1;
    to->spacing = (enum stamp_spacing)spacing;
    return s;
}

static enum stamp_status read_dpm(const struct stamp_config *c, struct stamp_scheduler *to,
                                  struct stamp_err *e)
{
    uint32_t type = 0, last = 0, predicts = 0;
    double clipped = CLIPS_NOTHING;
    enum stamp_status s = read_betas(c, "epsilon|v_prediction|flow_prediction", to, &predicts, e);

    if (!s) s = stamp_config_count(c, "solver_order", 1, 2, &to->order, e);
    if (!s) s = stamp_config_choice(c, "solver_type", "midpoint|heun", &type, e);
    if (!s) s = stamp_config_flag(c, "lower_order_final", &to->lower_order_final, e);
    if (!s) s = stamp_config_flag(c, "euler_at_final", &to->euler_at_final, e);
    if (!s) s = stamp_config_choice(c, "final_sigmas_type", "zero|sigma_min", &last, e);
    if (!s) s = stamp_config_flag(c, "use_flow_sigmas", &to->flow, e);
    if (!s) s = stamp_config_real(c, "lambda_min_clipped", -INFINITY, CLIPS_NOTHING, &clipped, e);
    if (!s) s = stamp_config_real(c, "flow_shift", 0.01, 100, &to->shift, e);
    if (!s && to->flow != (predicts == PREDICTS_FLOW))
        s = stamp_fail(e, STAMP_EUNSUPPORTED,
                       "%s: use_flow_sigmas and prediction_type flow_prediction go together",
                       c->name);
    to->heun = type == 1;
    to->final_zero = last == 0;
    return s;
}

static enum stamp_status read_ddim(const struct stamp_config *c, struct stamp_scheduler *to,
                                   struct stamp_err *e)
{
    uint32_t predicts = 0;
    enum stamp_status s = read_betas(c, "epsilon|v_prediction", to, &predicts, e);

    if (!s) s = stamp_config_flag(c, "clip_sample", &to->clip, e);
    if (!s) s = stamp_config_real(c, "clip_sample_range", 1e-6, 1e6, &to->clip_range, e);
    if (!s) s = stamp_config_flag(c, "set_alpha_to_one", &to->alpha_one, e);
    return s;
}

static enum stamp_status read(const struct stamp_config *c, struct stamp_scheduler *to,
                              struct stamp_err *e)
{
    const char *name = NULL;
    size_t kind = 0;
    enum stamp_status s = stamp_config_class(c, &name, e);

    if (s) return s;
    while (kind < CLASSES && strcmp(classes[kind].name, name)) kind++;
    if (kind == CLASSES)
        return stamp_fail(e, STAMP_EUNSUPPORTED,
                          "%s: this kit does not do %.60s, but %s, %s and %s", c->name, name,
                          classes[0].name, classes[1].name, classes[2].name);
    *to = stamp_scheduler_default((enum stamp_scheduler_kind)kind);
    s = stamp_config_keys(c, classes[kind].file, e);
    if (!s)
        s = stamp_config_count(c, "num_train_timesteps", 1, STAMP_TRAIN_STEPS_MAX, &to->train_steps,
                               e);
    if (s) return s;
    switch (to->kind) {
    case STAMP_SCHEDULER_DPM: return read_dpm(c, to, e);
    case STAMP_SCHEDULER_DDIM: return read_ddim(c, to, e);
    case STAMP_SCHEDULER_FLOW: return stamp_config_real(c, "shift", 0.01, 100, &to->shift, e);
    }
    return s;
}

enum stamp_status stamp_scheduler_read(const char *folder, struct stamp_scheduler *out,
                                       struct stamp_err *e)
{
    struct stamp_config c = {0};
    struct stamp_scheduler got;
    enum stamp_status s = stamp_config_open(folder, "scheduler_config.json", &c, e);

    if (s) return s;
    s = read(&c, &got, e);
    if (!s) *out = got;
    stamp_config_close(&c);
    return s;
}
