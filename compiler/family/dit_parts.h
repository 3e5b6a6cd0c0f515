/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file dit_parts.h
 * What the builders of diffusion transformers share; used by pixart.c and sana.c only.
 */
#ifndef STAMP_FAMILY_DIT_PARTS_H
#define STAMP_FAMILY_DIT_PARTS_H

#include "compiler/family/family.h"

/** A builder and what it needs all the time. */
struct stamp_dm {
    struct stamp_network *m;
    struct stamp_gb *b;
    const struct stamp_dit *d;
    size_t base;        /**< number of the first repetition of the open block, in names */
    const char *prefix; /**< of names of its values and parameters, or NULL */
};

/** Rows of q, k, v and their attention's numbers. */
struct stamp_dm_heads {
    size_t heads, head_dim;
    enum stamp_gkind kind;
    float eps;
};

/** A block's modulation: rows to add, to multiply by (1 is added already), gates; values. */
struct stamp_dm_mod {
    uint32_t shift[2], scale[2], gate[2]; /**< of attention, of the feed-forward part */
};

/** A parameter of the open block. */
uint32_t stamp_dm_param(struct stamp_dm *k, const char *name, enum stamp_gparam_kind kind,
                        size_t rows, size_t cols, struct stamp_part part);

/** y = x wᵀ + b from "tensor.weight" and "tensor.bias"; parameters are called "name.weight", "name.bias". */
uint32_t stamp_dm_linear(struct stamp_dm *k, struct stamp_gout out, enum stamp_gkind kind,
                         uint32_t x, const char *name, const char *weight, const char *bias,
                         size_t outputs, size_t first, size_t total);

uint32_t stamp_dm_unary(struct stamp_dm *k, struct stamp_gout out, enum stamp_gkind kind,
                        uint32_t x);
uint32_t stamp_dm_binary(struct stamp_dm *k, struct stamp_gout out, enum stamp_gkind kind,
                         uint32_t x, uint32_t y);
/** The norm without gain, then times a row and plus a row. */
uint32_t stamp_dm_modulated(struct stamp_dm *k, struct stamp_gout out, uint32_t x, uint32_t scale,
                            uint32_t shift);
/** Queries, keys and values of the rows @p h, each of @p outputs columns. */
void stamp_dm_qkv(struct stamp_dm *k, uint32_t h, bool bias, size_t outputs, uint32_t qkv[3]);
uint32_t stamp_dm_attend(struct stamp_dm *k, struct stamp_gout out, struct stamp_dm_heads h,
                         const uint32_t qkv[3]);

/** Embedded time step into *time, and its six rows for all blocks. @p linear, @p one, @p two: tensors */
void stamp_dm_time(struct stamp_dm *k, const char *one, const char *two, const char *linear,
                   uint32_t *time, uint32_t six[6]);
/** The open block's six rows. */
struct stamp_dm_mod stamp_dm_mod(struct stamp_dm *k, const uint32_t six[6]);
/** RMS of whole rows of q or k, where the network has it. */
uint32_t stamp_dm_whole_norm(struct stamp_dm *k, const char *name, const char *tensor, uint32_t x);
/** Patches of the latent, with positions where the network has them. @p tensor of the projection */
uint32_t stamp_dm_patches(struct stamp_dm *k, const char *weight, const char *bias);
/** The text's rows, projected. */
uint32_t stamp_dm_text(struct stamp_dm *k);
/** Attention to the text, added to @p x. */
uint32_t stamp_dm_cross(struct stamp_dm *k, uint32_t x, uint32_t text);
/** The output's norm and projection. */
void stamp_dm_output(struct stamp_dm *k, uint32_t x, uint32_t time);

#endif
