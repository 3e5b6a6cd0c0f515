/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file parts.h
 * What tensors a model has: their names in each format, their shapes, and where they go. Shared by
 * the loaders.
 */
#ifndef STAMP_FRONT_PARTS_H
#define STAMP_FRONT_PARTS_H

#include "compiler/front/llama.h"

enum stamp_part_kind { STAMP_PART_MATRIX, STAMP_PART_GAIN, STAMP_PART_BIAS };

/** Naming schemes: "model.layers.0.self_attn.q_proj.weight", "blk.0.attn_q.weight". */
enum stamp_naming { STAMP_NAMING_HF, STAMP_NAMING_GGUF, STAMP_NAMINGS };

/** One tensor; a gain or bias is a matrix of one column. */
struct stamp_part {
    char name[STAMP_NAMINGS][96];
    enum stamp_part_kind kind;
    size_t rows, cols;
    bool paired; /**< its rows are turned by the rotary embedding, heads of head_dim */
};

/**
 * Where tensors come from.
 * @param out  name, rows and cols are set; kind, bytes and what else the source knows are filled in.
 *             For a gain or bias it is read at once.
 */
typedef enum stamp_status stamp_part_source(void *ctx, const struct stamp_part *part,
                                            struct stamp_lazy *out, struct stamp_err *e);

/**
 * Every tensor of @p m, whose dimensions, family and tied are set, and its frequencies.
 * @param name  the model, for messages  @param naming  the names messages use
 * @return what @p source returned, STAMP_ERANGE, STAMP_ENOMEM; then the caller closes m
 */
enum stamp_status stamp_parts_take(struct stamp_llama *m, const char *name,
                                   enum stamp_naming naming, stamp_part_source *source, void *ctx,
                                   struct stamp_err *e);

#endif
