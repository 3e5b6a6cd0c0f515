/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file gen_data.h
 * The memory of a random program: constant data of every format, tables, room for stores.
 */
#ifndef STAMP_TESTS_COSIM_GEN_DATA_H
#define STAMP_TESTS_COSIM_GEN_DATA_H

#include "tests/cosim/gen.h"

enum {
    GEN_NIBS = 96,   /**< nibble rows a row table entry may name are below this */
    GEN_TOKENS = 48, /**< tokens a nibble table entry may name are below this */
    GEN_TABLES = 64, /**< lines of RT data and of NT data */
    GEN_INIT = 16,   /**< of these, lines that serve initialisation */
    GEN_STEP = 256   /**< bytes a stepped LOAD moves per iteration */
};

/** Choose address and strides of a transfer inside the right piece of memory. */
void gen_data_window(struct gen_rng *r, const struct stamp_mach *m, bool store,
                     struct stamp_insn_d *d);

/** Buffers and data of the image. Floats are finite and small; tables are legal. */
enum stamp_status gen_data_fill(uint64_t seed, struct stamp_image *image, struct stamp_err *e);

#endif
