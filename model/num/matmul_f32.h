/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file matmul_f32.h
 * The f32 product: reference of SQNR, and layers whose activations or weights stay f32.
 *
 * Rule     model/spec/numerics.md, section 7.1; no RTL twin
 */
#ifndef STAMP_NUM_MATMUL_F32_H
#define STAMP_NUM_MATMUL_F32_H

#include <stdint.h>

#include "model/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * y[s][n] = x[s][d] w[n][d]^T, all row major: from +0, y = ADD(y, MUL(x_k, w_k)) for k rising.
 * @return STAMP_ENOMEM when there is no room for a packed panel of w; then y is untouched
 */
enum stamp_status stamp_matmul_f32(uint32_t s, uint32_t n, uint32_t d, const float *x,
                                   const float *w, float *y, struct stamp_err *e);

#ifdef __cplusplus
}
#endif
#endif
