/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file paint.h
 * A prompt's picture: words, noise, sampling and decoder in a row, around a network that the caller has.
 */
#ifndef STAMP_PAINT_PAINT_H
#define STAMP_PAINT_PAINT_H

#include "sim/paint/folder.h"
#include "sim/paint/judge.h"
#include "sim/paint/sampler.h"

/** The network of the folder's transformer. */
struct stamp_painter {
    const struct stamp_paint_folder *folder;
    uint32_t channels, height, width; /**< of its latent; channels must be the decoder's */
    uint32_t out_channels;            /**< as in stamp_sampling */
    stamp_predict_fn predict;
    void *predict_ctx;
};

struct stamp_paint_options {
    uint32_t steps;           /**< of the sampler, 1 or more */
    uint64_t seed;            /**< of the noise */
    float guidance;           /**< 1: the prompt alone; 0 or more */
    stamp_denoise_see_fn see; /**< NULL: nobody */
    void *see_ctx;
};

/**
 * What is wrong with prompts, before anything runs.
 * @param judge  NULL: nobody  @param most  rows of text the network takes
 * @return STAMP_ERANGE (a latent that cannot be, pictures of another size than the judge's, more rows), as
 * stamp_words_encode and stamp_judge_asked
 */
enum stamp_status stamp_paint_check(const struct stamp_painter *p, const struct stamp_judge *judge,
                                    size_t most, const char *const *prompt, size_t prompts,
                                    struct stamp_err *e);

/**
 * @param latent  [channels][height][width], owned by the caller; undefined after a failure
 * @return as stamp_words_encode, stamp_noise_schedule_make and stamp_denoise; STAMP_ERANGE when the decoder
 * takes another number of channels
 */
enum stamp_status stamp_paint_latent(const struct stamp_painter *p,
                                     const struct stamp_paint_options *o, const char *prompt,
                                     float *latent, struct stamp_err *e);

/** The same, decoded. @param out  owned (stamp_picture_free), untouched by a failure
 *  @return as above and stamp_shuffle_picture */
enum stamp_status stamp_paint_picture(const struct stamp_painter *p,
                                      const struct stamp_paint_options *o, const char *prompt,
                                      struct stamp_picture *out, struct stamp_err *e);

#endif
