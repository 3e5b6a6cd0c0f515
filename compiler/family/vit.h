/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file vit.h
 * Vision transformers, ViT and DeiT, by timm's names: patches, a class token, positions, blocks of LayerNorm,
 * full attention with biases and a GELU feed-forward, a head on the class token.
 *
 * Checkpoints: a folder with config.json and model.safetensors as timm publishes them, or the tensors alone
 * (.npz, .safetensors).
 */
#ifndef STAMP_FAMILY_VIT_H
#define STAMP_FAMILY_VIT_H

#include <stdbool.h>
#include <stddef.h>

#include "compiler/front/prepare.h"
#include "model/status.h"

struct stamp_network;
struct stamp_family;

/** What a checkpoint says of a vision transformer. */
struct stamp_vit {
    size_t dim, heads, depth, hidden, classes;
    size_t channels, side, patch; /**< of the picture; pixels; a square */
    double mlp_ratio;             /**< of a config.json; hidden is what counts */
    struct stamp_prepare prepare; /**< how a picture becomes its input */
};

extern const struct stamp_family stamp_family_vit;

/** Whether @p path is the tensors of one: a file whose tensors have timm's names. What cannot be read as
 *  tensors is not. @return STAMP_ENOMEM */
enum stamp_status stamp_vit_is(const char *path, bool *is, struct stamp_err *e);

/** Whether the text of a config.json is timm's: it has "architecture" and no "model_type". What is no JSON is
 *  not. @return STAMP_ENOMEM */
enum stamp_status stamp_vit_is_config(const char *text, size_t len, bool *is, struct stamp_err *e);

/** What the text of such a config.json says; a size that it does not say stays as it is, 0, in @p said.
 *  @return STAMP_EFORMAT, STAMP_ERANGE, STAMP_EUNSUPPORTED, STAMP_ENOMEM */
enum stamp_status stamp_vit_config(const char *name, const char *text, size_t len,
                                   struct stamp_vit *said, struct stamp_err *e);

/**
 * Open tensors alone, or with @p config (text of a config.json, NULL: none) beside them. Without one the
 * number of heads follows from the width as in timm's own models, other widths are refused, and the picture
 * is prepared as timm does for DeiT.
 * @param path     of the tensors  @param name  for messages
 * @return STAMP_EIO, STAMP_EFORMAT (a tensor missing, unknown or of another shape), STAMP_ERANGE,
 *         STAMP_EUNSUPPORTED (what such a network has that this kit does not do), STAMP_ENOMEM
 */
enum stamp_status stamp_vit_open(const char *path, const char *name, const char *config, size_t len,
                                 struct stamp_network **out, struct stamp_err *e);

#endif
