/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file blocks.h
 * The formats of matrices in files, from blocks.def: sizes, names, decoding.
 */
#ifndef STAMP_FRONT_BLOCKS_H
#define STAMP_FRONT_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Where the values of a matrix come from. Blocks are described in blocks.def. */
enum stamp_lazy_kind {
#define BLOCK(kind, name, code, values, bytes, row) STAMP_LAZY_##kind,
#define MADE(kind, name)                            STAMP_LAZY_##kind, /* RANDOM: from a seed, bfloat16; no bytes */
#include "compiler/front/blocks.def"
    STAMP_LAZY_KINDS
};

/** One format. */
struct stamp_blocks {
    const char *name;     /**< "q4_k" */
    const char *gguf;     /**< "Q4_K", as GGUF's tools write it; NULL: made, not read */
    uint32_t code;        /**< of GGUF's tensor types */
    size_t values, bytes; /**< of a block; values is 1 where every value stands alone */
    /** @param from  [cols / values * bytes], any alignment  @param cols  a multiple of values
     *  @param out  [cols] binary32, apart from it; overflow gives an infinity, NaN stays one */
    void (*row)(const uint8_t *from, size_t cols, float *out);
};

/** All but RANDOM can be decoded: its row is NULL, its sizes 0. */
const struct stamp_blocks *stamp_blocks(enum stamp_lazy_kind kind);

/**
 * A GGUF tensor type.
 * @param kind  set when it can be read
 * @param name  "Q4_K", "MXFP4", static; "?" when nobody knows it
 * @return whether it can be read
 */
bool stamp_blocks_of_gguf(uint32_t code, enum stamp_lazy_kind *kind, const char **name);

/** "F32, F16, ...": GGUF types that can be read; static. @param single  those of one value a block */
const char *stamp_blocks_list(bool single);

#endif
