/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file gen_data.h
 * The memory of a random program: constant data of every format, tables, room for stores.
 */
#ifndef STAMP_TESTS_COSIM_GEN_DATA_H
#define STAMP_TESTS_COSIM_GEN_DATA_H

#include "tests/cosim/gen.h"

/** Pieces of memory, GEN_PIECE bytes each: constants, the last one for stores; then the code. */
enum {
    GEN_AT_F32,
    GEN_AT_BF16,
    GEN_AT_WB,
    GEN_AT_CM,
    GEN_AT_RT,
    GEN_AT_NT,
    GEN_AT_IT,
    GEN_AT_OUT,
    GEN_PIECES,
    GEN_PIECE = 256 * 1024
};

enum {
    GEN_NIBS = 96,   /**< nibble rows a row table entry may name are below this */
    GEN_TOKENS = 48, /**< tokens a nibble table entry may name are below this */
    GEN_STEP = 256,  /**< bytes a stepped LOAD moves per iteration */
    GEN_INDEX = 128  /**< rows an index table entry may name are below this */
};

/** Lines of a whole table: as many of its data serve initialisation, and there are four times as many. */
static inline uint32_t gen_table(const struct stamp_mach *m)
{
    return m->RT_ENTRIES / STAMP_TABLE_LINE;
}

/** Choose address and strides of a transfer inside the right piece of memory. @p bits: a RAW one to
 *  VM may load any bits; otherwise it loads finite floats. */
void gen_data_window(struct gen_rng *r, const struct stamp_mach *m, bool store, bool bits,
                     struct stamp_insn_d *d);

/** Buffers and data of the image. Floats are finite and small; tables are legal. */
enum stamp_status gen_data_fill(uint64_t seed, struct stamp_image *image, struct stamp_err *e);

#endif
