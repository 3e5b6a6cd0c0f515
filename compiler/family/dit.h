/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file dit.h
 * Diffusion transformers of pictures under a text: PixArt-Σ and SANA, by diffusers' names.
 *
 * Such a network takes a noisy latent as patches (PICTURE), the sinusoids of a time step (INPUT of one row) and the
 * encoder's rows of a text (INPUT of the run's rows, padding removed); it gives a row of patch * patch * out_channels
 * numbers for each patch, pixel by pixel, channels last.
 */
#ifndef STAMP_FAMILY_DIT_H
#define STAMP_FAMILY_DIT_H

#include <stdbool.h>
#include <stddef.h>

#include "model/status.h"

struct stamp_network;
struct stamp_family;

/** What a transformer/config.json says of one. */
struct stamp_dit {
    size_t dim, layers;
    size_t heads, head_dim;             /**< of self-attention */
    size_t cross_heads, cross_head_dim; /**< of attention to the text */
    size_t hidden;                      /**< of the feed-forward part; SANA: of each half */
    size_t channels, out_channels;      /**< of the latent, of what is predicted */
    size_t patch, sample; /**< pixels of the latent: of a patch, of the side it was trained at */
    size_t caption;       /**< elements of a row of the text encoder */
    double mlp_ratio, eps;
    double interpolation;               /**< of positions; 0: it has none */
    bool attention_bias;                /**< of SANA's q, k, v */
    bool qk_norm;                       /**< SANA: RMS of whole rows of q and k */
    size_t squeeze_first, squeeze_last; /**< PixArt: blocks whose keys and values are compressed */
    size_t squeeze;                     /**< by that many points in each direction; 0: none */
    size_t grid_h, grid_w;              /**< patches */
};

/** The grid to run; zeros: the one a network was trained at. */
struct stamp_dit_grid {
    size_t height, width; /**< patches, 1 to 4096 each */
};

enum {
    STAMP_DIT_TIME = 256,
    STAMP_DIT_TEXT = 300
}; /**< sinusoids; rows of text where nothing is said */

extern const struct stamp_family stamp_family_pixart, stamp_family_sana;

/** Whether the text of a config.json is that of one of these transformers; what is no JSON is not.
 *  @return STAMP_ENOMEM */
enum stamp_status stamp_dit_is_config(const char *text, size_t len, bool *is, struct stamp_err *e);

/** Family, sizes and context of @p m from such a text.
 *  @return STAMP_EFORMAT, STAMP_ERANGE, STAMP_EUNSUPPORTED (a variant, by its key), STAMP_ENOMEM */
enum stamp_status stamp_dit_config(const char *name, const char *text, size_t len,
                                   struct stamp_dit_grid grid, struct stamp_network *m,
                                   struct stamp_err *e);

/** A folder that has config.json and weights of one (diffusion_pytorch_model.safetensors, or shards with
 *  their index). @return as stamp_hf_open */
enum stamp_status stamp_dit_open(const char *folder, struct stamp_dit_grid grid,
                                 struct stamp_network **out, struct stamp_err *e);

/** The row of sinusoids of time step @p t, 0 .. 10000: cosines, then sines. */
void stamp_dit_time(float t, float row[STAMP_DIT_TIME]);

/** Rows of positions as diffusers makes them. @param x [grid_h * grid_w][dim], dim a multiple of 4 */
void stamp_dit_positions(const struct stamp_dit *d, float *x);

#endif
