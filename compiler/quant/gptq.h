/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file gptq.h
 * GPTQ: codes of a channel one feature after the other, each rounding making up for the errors of
 * those before it as the inputs correlate.
 *
 * The error of a channel is e H e^T, e = w - scale code, H the sum of x^T x over calibration inputs.
 * With H = R R^T, R upper triangular, it is the sum over j of
 *     R_jj^2 (e_j + sum over k < j of (R_kj / R_jj) e_k)^2,
 * so feature j is rounded at w_j + sum over k < j of (R_kj / R_jj) e_k. That is the recursion over
 * the inverse of H with errors fed forward, without the inverse.
 */
#ifndef STAMP_QUANT_GPTQ_H
#define STAMP_QUANT_GPTQ_H

#include "model/num/quant.h"
#include "model/status.h"

/**
 * H + damping I in place: R_jj on the diagonal, R_kj / R_jj above it, below undefined.
 * @param h  [d][d], the upper triangle counts; damping is 1 % of the mean of the diagonal, and a
 *           matrix of zeros counts as the unit matrix
 * @return STAMP_ERANGE when it is not positive definite even so (not finite, or no sum of x^T x)
 */
enum stamp_status stamp_gptq_factor(uint32_t d, double *h, struct stamp_err *e);

/** A channel to quantize. */
struct stamp_gptq_row {
    unsigned bits;
    uint32_t d, block;            /**< block 0: one scale */
    const float *w;               /**< [d] finite */
    const struct stamp_qparam *q; /**< [1 or ceil(d / block)] symmetric */
};

/**
 * @param factor  of stamp_gptq_factor
 * @param carry   [d] scratch
 * @param code    [d]
 * @return e (H + damping) e^T
 */
double stamp_gptq(const struct stamp_gptq_row *row, const double *factor, double *carry,
                  int8_t *code);

/** The same error for codes from elsewhere. */
double stamp_gptq_error(const struct stamp_gptq_row *row, const double *factor, double *carry,
                        const int8_t *code);

#endif
