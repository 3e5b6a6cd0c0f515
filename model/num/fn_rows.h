/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file fn_rows.h
 * Tables of the functions of one element, and their rows on AVX-512; for fn.c and fn_avx512.c.
 */
#ifndef STAMP_NUM_FN_ROWS_H
#define STAMP_NUM_FN_ROWS_H

#include <stddef.h>
#include <stdint.h>

#include "model/num/simd.h"

/* A segment's parabola: c0, and c1 and c2 in a word, so that a vector gathers twice. */
#define FIRST(i, c0, c1, c2)  [i] = c0,
#define SECOND(i, c0, c1, c2) [i] = (uint32_t)(c1) << 10 | (c2),
static const uint32_t exp_first[] = {
#define FN_EXP FIRST
#include "model/spec/fn.def"
};
static const uint32_t exp_second[] = {
#define FN_EXP SECOND
#include "model/spec/fn.def"
};
static const uint32_t sig_first[] = {
#define FN_SIG FIRST
#include "model/spec/fn.def"
};
static const uint32_t sig_second[] = {
#define FN_SIG SECOND
#include "model/spec/fn.def"
};
static const uint32_t gelu_first[] = {
#define FN_GELU FIRST
#include "model/spec/fn.def"
};
static const uint32_t gelu_second[] = {
#define FN_GELU SECOND
#include "model/spec/fn.def"
};

#if defined(__x86_64__)
#define STAMP_FN_AVX512 HAS_AVX512
#else
#define STAMP_FN_AVX512 0
#endif

/** stamp_exp2_rows and stamp_silu_mul. @pre STAMP_FN_AVX512 */
void stamp_exp2_rows_avx512(size_t n, const float *x, float m, float c, float *y);
void stamp_silu_mul_avx512(size_t n, const float *gate, const float *up, float *y);

#endif
