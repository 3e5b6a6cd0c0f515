/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file schedule.h
 * The constants of every step of a sampler, equal on every host.
 *
 * Rule  sim/paint/sampler.md: computed in double by + - * / and square root alone (logarithms are
 * series, model/num/series.h), each constant rounded once to binary32.
 */
#ifndef STAMP_PAINT_SCHEDULE_H
#define STAMP_PAINT_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/paint/scheduler.h"

/** One step, of the formulas of sampler.md. What a kind does not use is 0. */
struct stamp_noise_step {
    float timestep; /**< what the network is given */
    float sigma;    /**< DPM, DDIM: share of noise in x; FLOW: as well, for the eye */
    float alpha;    /**< DPM, DDIM: share of the picture in x, above 0 */
    float a;        /**< DPM: of x; DDIM: of y */
    float b;        /**< DPM, DDIM: of d; FLOW: of y */
    float c;        /**< DPM: of d less the d before; 0 in a step of first order */
    bool second;    /**< DPM: of second order */
};

struct stamp_noise_schedule {
    enum stamp_scheduler_kind kind;
    bool velocity; /**< DPM, DDIM: y is alpha noise - sigma picture, not noise */
    bool clip;     /**< d is limited to -clip_range .. clip_range */
    float clip_range;
    uint32_t steps;
    struct stamp_noise_step *step; /**< [steps], owned */
};

/**
 * Lay out @p steps steps.
 * @param from  as stamp_scheduler_read gives it
 * @return STAMP_ERANGE (no steps, more than the noise levels there are; betas that leave no picture),
 * STAMP_ENOMEM; then @p out is untouched
 */
enum stamp_status stamp_noise_schedule_make(const struct stamp_scheduler *from, uint32_t steps,
                                            struct stamp_noise_schedule *out, struct stamp_err *e);

/** Give the steps back and zero the struct. */
void stamp_noise_schedule_free(struct stamp_noise_schedule *s);

#endif
