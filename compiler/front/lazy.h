/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file lazy.h
 * A weight matrix that stays in its file until rows of it are asked for.
 */
#ifndef STAMP_FRONT_LAZY_H
#define STAMP_FRONT_LAZY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "compiler/front/blocks.h"
#include "model/status.h"

/** Matrix [rows][cols] of outputs x inputs; a vector has rows 1. */
struct stamp_lazy {
    char name[96]; /**< tensor, for messages */
    enum stamp_lazy_kind kind;
    const uint8_t *bytes; /**< borrowed from the model's mapped file, or NULL (RANDOM) */
    size_t rows, cols;
    uint64_t seed; /**< RANDOM */
    float spread;  /**< RANDOM: standard deviation */
    /** Order of rows in pairs: row r of the matrix is row stamp_lazy_file_row(r) of the file. 0: as it lies. Else
     *  rows come in groups of pair (a head): 2i and 2i+1 are i and i + pair/2 of the file's group. */
    size_t pair;
};

/** Rows first .. first+count-1 as binary32 into out[count][cols]. @return STAMP_ERANGE naming tensor, row
 *  and column of a value that is not finite. */
enum stamp_status stamp_lazy_rows(const struct stamp_lazy *t, size_t first, size_t count,
                                  float *out, struct stamp_err *e);

/** Row of the file that is row @p row of the matrix (pair). */
size_t stamp_lazy_file_row(const struct stamp_lazy *t, size_t row);

/** Bytes of a row of @p cols values, a multiple of the kind's block; 0 for RANDOM. */
size_t stamp_lazy_row_bytes(enum stamp_lazy_kind kind, size_t cols);

/** Whether every value of this kind is a bfloat16; of others some matrices may be. */
bool stamp_lazy_bf16(enum stamp_lazy_kind kind);

/** "f32", "q4_k", ..., "random". */
const char *stamp_lazy_kind_name(enum stamp_lazy_kind kind);

/** Seed of the stream of a RANDOM tensor within a model of that seed. */
uint64_t stamp_lazy_seed(const char *name, uint64_t seed);

#endif
