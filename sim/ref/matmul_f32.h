/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file matmul_f32.h
 * Plain binary32 matrix product, the yardstick quantized layers are measured against.
 *
 * Every result is one running sum over k = 0 .. d - 1, rounded after each product and each sum, so
 * it does not depend on blocking, vector width or host.
 */
#ifndef STAMP_REF_MATMUL_F32_H
#define STAMP_REF_MATMUL_F32_H

#include <stddef.h>

#include "model/status.h"

/**
 * y = x wᵀ.
 * @param x  [s][d] row major  @param w  [n][d] row major  @param y  [s][n], apart from both
 * @return STAMP_OK or STAMP_ENOMEM, then y is untouched
 */
enum stamp_status stamp_ref_matmul(size_t s, size_t d, size_t n, const float *x, const float *w,
                                   float *y, struct stamp_err *e);

#endif
