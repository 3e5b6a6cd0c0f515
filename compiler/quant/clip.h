/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file clip.h
 * Clip search: a smaller scale than absmax asks for, where what rounding gains is more than what
 * clipping loses.
 */
#ifndef STAMP_QUANT_CLIP_H
#define STAMP_QUANT_CLIP_H

#include "model/num/quant.h"

/** Ratios tried: 1, 63/64, ..., 32/64 of the largest magnitude. */
enum { STAMP_CLIP_STEPS = 32, STAMP_CLIP_UNIT = 64 };

/**
 * Codes of w[d] (finite), a channel or a block of one, at the ratio of the least
 * sum of weight[k] (w[k] - scale code[k])^2; of equals, the largest ratio.
 * @param weight  [d], none negative; NULL: all 1
 * @param code    [d] codes of the symmetric format, -7..7 or -127..127
 * @return what quantizes to them
 */
struct stamp_qparam stamp_clip(unsigned bits, uint32_t d, const float *w, const double *weight,
                               int8_t *code);

/** The sum above for given codes. */
double stamp_clip_error(uint32_t d, const float *w, const double *weight, float scale,
                        const int8_t *code);

#endif
