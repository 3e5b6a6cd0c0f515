/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file scale.h
 * Scales of 8 significant bits: how a range becomes one (UP8), and what a product reads of one (SCALE).
 *
 * Rule     model/spec/numerics.md, sections 6 and 7
 * RTL twin rtl/vec/stamp_qpar.sv, rtl/mxu/stamp_drain_lane.sv
 */
#ifndef STAMP_NUM_SCALE_H
#define STAMP_NUM_SCALE_H

#include "model/num/f32.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * UP8(r / n): the smallest number of 8 significant bits that is not below the exact quotient.
 * @param r  2^-100 or more, infinite or NaN
 * @param n  steps, 1 .. 255
 *
 * By way of the binary64 quotient, which falls on one of the numbers that are looked for, or changes
 * the side of one, only if the exact one does: r has 24 bits and n times such a number 16, so a
 * quotient that is not one of them is 2^-32 of itself or more away.
 */
static inline float stamp_scale_up8(float r, int32_t n)
{
    const double quotient = (double)r / (double)n;
    const uint64_t below = (UINT64_C(1) << 45) - 1; /* of 52 fraction bits, 7 stay */
    uint64_t u;
    double up;

    if (!stamp_f32_is_finite(r)) return stamp_f32_canon(r);
    memcpy(&u, &quotient, sizeof u);
    u = (u + below) & ~below;
    memcpy(&up, &u, sizeof up);
    return (float)up;
}

/** SCALE(s): s without its low 16 bits; every scale a quantizer makes is its own. */
static inline float stamp_scale8(float s)
{
    return stamp_f32_from_bits(stamp_f32_bits(s) & UINT32_C(0xffff0000));
}

#ifdef __cplusplus
}
#endif
#endif
