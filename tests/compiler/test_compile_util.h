/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file test_compile_util.h
 * Compile layers, run the program on the C machine, compare every output bit with numerics alone.
 */
#ifndef STAMP_TEST_COMPILE_UTIL_H
#define STAMP_TEST_COMPILE_UTIL_H

#include "compiler/lower/compile.h"

enum { STAMP_CASE_LAYERS = 4 };

/** A chain: widths width[0] -> width[1] -> ...; values from the seed. */
struct stamp_case {
    const char *mach;
    size_t s;
    size_t width[STAMP_CASE_LAYERS + 1];
    size_t layers;
    struct stamp_scheme scheme[STAMP_CASE_LAYERS];
    bool bias;
    enum stamp_fmt in_fmt, out_fmt;
    uint64_t seed;
    const struct stamp_mach *own;         /**< instead of mach, or NULL */
    struct stamp_compile_options options; /**< mach and formats are filled in */
};

/** A layer s x d x n under the default scheme with @p transform, f32 in and out, on @p mach. */
struct stamp_case stamp_case_of(const char *mach, size_t s, size_t d, size_t n,
                                enum stamp_transform transform);

/** Next pseudo-random number (splitmix64) and a float in about -1 .. 1. */
uint64_t stamp_test_next(uint64_t *state);
float stamp_test_float(uint64_t *state);

/** Compile a case; ck_asserts. The caller frees the image. @p x gets the input values (bf16 ones
 *  already rounded), [s][width[0]], stamp_free; @p want the expected [s][width[layers]]. */
struct stamp_image *stamp_case_compile(const struct stamp_case *c, struct stamp_compile_info *info,
                                       float **x, float **want);

/** Run the image on the C machine with input @p x and compare y with @p want bit by bit;
 *  ck_asserts with the first difference. */
void stamp_case_check(const struct stamp_case *c, const struct stamp_image *image, const float *x,
                      const float *want);

/** Compile, verify, run, compare. Returns the elements compared. */
size_t stamp_case_run(const struct stamp_case *c);

#endif
