/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file source.h
 * Where the tensors of a checkpoint come from: its loader, asked by name.
 */
#ifndef STAMP_FAMILY_SOURCE_H
#define STAMP_FAMILY_SOURCE_H

#include "compiler/front/lazy.h"

/** How formats name the same tensor: "model.layers.0.self_attn.q_proj.weight", "blk.0.attn_q.weight",
 *  "layers.0.wq" (llama2.c, whose files have no names), "blocks.0.attn.qkv.weight" (timm),
 *  "transformer_blocks.0.attn1.to_q.weight" (diffusers). */
enum stamp_naming {
    STAMP_NAMING_HF,
    STAMP_NAMING_GGUF,
    STAMP_NAMING_LLAMA2C,
    STAMP_NAMING_TIMM,
    STAMP_NAMING_DIFFUSERS,
    STAMP_NAMINGS
};

enum stamp_part_kind {
    STAMP_PART_MATRIX,
    STAMP_PART_GAIN,
    STAMP_PART_BIAS,
    STAMP_PART_ROWS, /**< binary32 as they are, [rows][cols] */
    STAMP_PART_TAPS, /**< a kernel of each column, [cols][1][side][side] in the file, [side * side][cols] here */
    STAMP_PART_MADE /**< in no file: the family makes it */
};

/** A tensor as a family names it. Patterns: a '*' stands for the number of the repetition. */
struct stamp_part {
    const char *name[STAMP_NAMINGS]; /**< static; NULL: the format has no such tensor */
    enum stamp_part_kind kind;       /**< a gain or bias is a matrix of one column */
    bool paired;         /**< its rows are turned by the rotary embedding, heads of head_dim */
    size_t first, total; /**< rows first .. of a tensor of total rows; total 0: all of it */
    size_t base;         /**< number of repetition 0 in names */
    float plus;          /**< ROWS: added to each number */
};

/**
 * One tensor.
 * @param out  name, rows and cols are set; kind, bytes and what else the source knows are filled in
 * @return STAMP_EFORMAT (missing, of another shape), STAMP_EUNSUPPORTED (of a type that is not read)
 */
typedef enum stamp_status stamp_part_source(void *ctx, const struct stamp_part *part,
                                            struct stamp_lazy *out, struct stamp_err *e);

/** The name of @p part in repetition @p time, into @p text. */
void stamp_part_name(const struct stamp_part *part, enum stamp_naming naming, size_t time,
                     char *text, size_t size);

#endif
