/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file latent.h
 * The kit's own small decoder: a latent's channels become the pixels of blocks.
 *
 * File    vae/config.json   {"_class_name": "PixelShuffle", "factor": f, "latent_channels": 3 f f}
 * Order   pixel (y f + dy, x f + dx) of colour c is channel (c f + dy) f + dx of place (y, x)
 * Values  v to 8 bits: limited to -1 .. 1 (a NaN becomes -1), then RNE of (v + 1) * 127.5 in double
 */
#ifndef STAMP_PAINT_LATENT_H
#define STAMP_PAINT_LATENT_H

#include <stdint.h>

#include "compiler/front/picture.h"
#include "model/status.h"

enum { STAMP_SHUFFLE_FACTOR_MAX = 64 };

struct stamp_shuffle {
    uint32_t factor;   /**< 1 .. STAMP_SHUFFLE_FACTOR_MAX */
    uint32_t channels; /**< of the latent, 3 factor^2 */
};

/**
 * Read folder/config.json.
 * @param folder  the folder "vae" itself
 * @return STAMP_EUNSUPPORTED (another decoder, by its class), as the functions of config.h; STAMP_ERANGE when
 * the two sizes do not fit; then @p out is untouched
 */
enum stamp_status stamp_shuffle_read(const char *folder, struct stamp_shuffle *out,
                                     struct stamp_err *e);

/** One value. Cannot fail. */
uint8_t stamp_pixel(float v);

/**
 * The picture of a latent.
 * @param latent  [channels][height][width]
 * @param out     height f x width f pixels, owned (stamp_picture_free); untouched by a failure
 * @return STAMP_ERANGE (more pixels than a picture may have, or none), STAMP_ENOMEM
 */
enum stamp_status stamp_shuffle_picture(const struct stamp_shuffle *s, const float *latent,
                                        uint32_t height, uint32_t width, struct stamp_picture *out,
                                        struct stamp_err *e);

#endif
