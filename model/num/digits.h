/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file digits.h
 * Signed-digit codes: the 8-bit quantizer of operands that attention makes on the machine.
 *
 * Rule     model/spec/numerics.md, section 6, Signed digits
 * RTL twin rtl/vec/: stamp_vx_quant and stamp_vx_pack (VQUANT with sd, VPACKK, VPACKV)
 */
#ifndef STAMP_NUM_DIGITS_H
#define STAMP_NUM_DIGITS_H

#include <stddef.h>
#include <stdint.h>

#include "model/num/quant.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { STAMP_DIGITS_MAX = 119 };

/** Parameters of a range; zero is 0. */
struct stamp_qparam stamp_digit_params(struct stamp_range r);

/** Codes -119..119 of x[n]. */
void stamp_digit_codes(float inv, size_t n, const float *x, int8_t *code);

/** Two's complement nibbles of a code: code = 16 * hi + lo. */
static inline int32_t stamp_digit_lo(int8_t q)
{
    return ((q + 8) & 15) - 8;
}

static inline int32_t stamp_digit_hi(int8_t q)
{
    return (q - stamp_digit_lo(q)) / 16;
}

#ifdef __cplusplus
}
#endif
#endif
