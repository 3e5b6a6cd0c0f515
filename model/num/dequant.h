/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file dequant.h
 * Integer accumulators back to f32.
 *
 * Rule     model/spec/numerics.md, section 7
 * RTL twin rtl/mxu/stamp_drain_lane.sv, the drain of MM
 */
#ifndef STAMP_NUM_DEQUANT_H
#define STAMP_NUM_DEQUANT_H

#include "model/num/scale.h"

#ifdef __cplusplus
extern "C" {
#endif

/** DEQ of scales that SCALE has been taken of, NaN of any pattern. In binary64 the product is exact: 32
 *  bits times 8 times 8, its exponent from 2^-266 to 2^287; so the conversion is the only rounding. */
static inline float stamp_deq_raw(int32_t acc, double sx, double sw)
{
    return (float)((double)acc * (sx * sw));
}

/** DEQ(acc, sx, sw): the binary32 nearest to acc * SCALE(sx) * SCALE(sw). */
static inline float stamp_deq(int32_t acc, float sx, float sw)
{
    return stamp_f32_canon(stamp_deq_raw(acc, (double)stamp_scale8(sx), (double)stamp_scale8(sw)));
}

/** acc = S + corr*colsum + (8-bit weights: 8*rowsum), modulo 2^32. */
static inline int32_t stamp_acc_correct(int32_t sum, int32_t corr, int32_t colsum,
                                        unsigned weight_bits, int32_t rowsum)
{
    const uint32_t extra = weight_bits == 8 ? 8u * (uint32_t)rowsum : 0;
    return (int32_t)((uint32_t)sum + (uint32_t)corr * (uint32_t)colsum + extra);
}

/** What replaces the running f32 sum of a value at block b: DEQ itself first, then ADD in order. */
static inline float stamp_deq_add(bool first, float so_far, float t)
{
    return first ? t : stamp_f32_add(so_far, t);
}

#ifdef __cplusplus
}
#endif
#endif
