/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file sampler.h
 * From noise to a latent: a network's predictions, step by step.
 *
 * Rule  sim/paint/sampler.md. All of it is binary32 by ADD, SUB, MUL and DIV of numerics.md, each
 * rounded, element by element: the same bits wherever the network gives the same bits.
 */
#ifndef STAMP_PAINT_SAMPLER_H
#define STAMP_PAINT_SAMPLER_H

#include <stddef.h>
#include <stdint.h>

#include "model/status.h"
#include "sim/paint/schedule.h"

/**
 * The network: what it predicts of a latent.
 * @param latent  [channels][h][w], borrowed
 * @param text    [tokens][width], borrowed
 * @param out     [out_channels][h][w], owned by the caller
 */
typedef enum stamp_status (*stamp_predict_fn)(void *ctx, const float *latent, float timestep,
                                              const float *text, uint32_t tokens, float *out,
                                              struct stamp_err *e);

/** Told after each step: @p done of @p steps, and the latent so far (borrowed). A status other than
 *  STAMP_OK, with its line, ends the sampling. */
typedef enum stamp_status (*stamp_denoise_see_fn)(void *ctx, uint32_t done, uint32_t steps,
                                                  const float *latent, struct stamp_err *e);

/** Rows of a text. */
struct stamp_prompt {
    const float *row; /**< [tokens][width], borrowed */
    uint32_t tokens;  /**< 1 or more */
};

struct stamp_sampling {
    const struct stamp_noise_schedule *schedule;
    uint32_t channels, height, width; /**< of the latent, 1 or more */
    uint32_t out_channels; /**< channels; or twice as many, whose second half is left out */
    float guidance;        /**< 1: the prompt alone is predicted */
    struct stamp_prompt prompt, empty; /**< empty is not read when guidance is 1 */
    stamp_predict_fn predict;
    void *predict_ctx;
    stamp_denoise_see_fn see; /**< NULL: nobody */
    void *see_ctx;
};

enum { STAMP_LATENT_MAX = 1 << 26 /**< elements of a latent */ };

/**
 * @param latent  [channels][height][width]: noise before, the result afterwards; undefined after a failure
 * @return STAMP_ERANGE (sizes, guidance; a value that is not finite: the line has its step and place),
 * STAMP_ENOMEM, or what predict and see return
 */
enum stamp_status stamp_denoise(const struct stamp_sampling *s, float *latent, struct stamp_err *e);

#endif
