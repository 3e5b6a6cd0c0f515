/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file quant_kernel.h
 * The vector forms of stamp_quantize and stamp_range_widen; used by quant*.c and digits.c only.
 */
#ifndef STAMP_NUM_QUANT_KERNEL_H
#define STAMP_NUM_QUANT_KERNEL_H

#include "model/num/quant.h"

/** Limits of the codes, and how far a stored code is below its code. */
struct stamp_limits {
    int32_t min, max, shift;
};

/** Stored codes of the first values of x[n], as many as fill vectors; their sum is added to @p sum.
 *  @return how many were done */
size_t stamp_quantize_avx2(struct stamp_qparam q, struct stamp_limits to, size_t n, const float *x,
                           int8_t *code, int32_t *sum);
size_t stamp_quantize_avx512(struct stamp_qparam q, struct stamp_limits to, size_t n,
                             const float *x, int8_t *code, int32_t *sum);

/** stamp_range_widen. */
struct stamp_range stamp_range_avx512(struct stamp_range r, size_t n, const float *x);

#endif
