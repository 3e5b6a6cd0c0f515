/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file scheduler.h
 * Which sampler a folder asks for: scheduler/scheduler_config.json, as diffusers writes it.
 *
 * DPMSolverMultistepScheduler (dpmsolver++; order 1 or 2; epsilon, v_prediction, or flow_prediction with
 * use_flow_sigmas), DDIMScheduler (eta 0; epsilon, v_prediction), FlowMatchEulerDiscreteScheduler. Keys that are absent
 * have the values of the class's constructor. Every key of keys.def is honoured or held to what it must be.
 */
#ifndef STAMP_PAINT_SCHEDULER_H
#define STAMP_PAINT_SCHEDULER_H

#include <stdbool.h>
#include <stdint.h>

#include "model/status.h"

enum { STAMP_TRAIN_STEPS_MAX = 100000 };

/** Place in the list of classes of scheduler.c. */
enum stamp_scheduler_kind { STAMP_SCHEDULER_DPM, STAMP_SCHEDULER_DDIM, STAMP_SCHEDULER_FLOW };

/** Place in "linspace|leading|trailing". */
enum stamp_spacing { STAMP_SPACING_LINSPACE, STAMP_SPACING_LEADING, STAMP_SPACING_TRAILING };

/** Names are those of the file where they are not said. */
struct stamp_scheduler {
    enum stamp_scheduler_kind kind;
    uint32_t train_steps; /**< num_train_timesteps, 1 .. STAMP_TRAIN_STEPS_MAX */

    /* DPM without flow, DDIM */
    double beta_start, beta_end; /**< above 0, below 1 */
    bool scaled;                 /**< beta_schedule: scaled_linear, not linear */
    enum stamp_spacing spacing;  /**< timestep_spacing */
    uint32_t steps_offset;       /**< below train_steps; of the spacing "leading" */
    bool velocity;               /**< prediction_type: v_prediction, not epsilon */

    /* DPM */
    uint32_t order;                         /**< solver_order, 1 or 2 */
    bool heun;                              /**< solver_type: heun, not midpoint */
    bool lower_order_final, euler_at_final; /**< */
    bool final_zero;                        /**< final_sigmas_type: zero, not sigma_min */
    bool flow;                              /**< use_flow_sigmas with flow_prediction */

    /* DDIM */
    bool clip, alpha_one; /**< clip_sample, set_alpha_to_one */
    double clip_range;    /**< above 0 */

    /* DPM with flow, FLOW */
    double shift; /**< flow_shift or shift, 0.01 .. 100 */
};

/** What the constructor of a class says. */
struct stamp_scheduler stamp_scheduler_default(enum stamp_scheduler_kind kind);

/** The class's name, static. */
const char *stamp_scheduler_name(enum stamp_scheduler_kind kind);

/**
 * Read folder/scheduler_config.json.
 * @param folder  the folder "scheduler" itself
 * @return as stamp_config_open, stamp_config_keys and the values of config.h; STAMP_EUNSUPPORTED for another
 * class, by its name; then @p out is untouched
 */
enum stamp_status stamp_scheduler_read(const char *folder, struct stamp_scheduler *out,
                                       struct stamp_err *e);

#endif
