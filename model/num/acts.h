/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file acts.h
 * A quantized activation matrix: stored codes and metadata of every token row.
 *
 * Rule     model/spec/numerics.md, section 6
 */
#ifndef STAMP_NUM_ACTS_H
#define STAMP_NUM_ACTS_H

#include "model/num/plan.h"
#include "model/num/quant.h"

#ifdef __cplusplus
extern "C" {
#endif

/** nb = 1, or ceil(d / block). */
struct stamp_acts {
    uint32_t s, d, block, nb;
    bool symmetric;
    size_t stride;              /**< codes from row to row, stamp_acts_stride(d); the rest 0 */
    uint8_t *bits;              /**< [s] 4 or 8, owned */
    int8_t *code;               /**< [s][stride] stored codes, owned */
    struct stamp_rowmeta *meta; /**< [s][nb], owned */
};

/** Bytes from row to row of d codes: an odd number of lines of 64, because rows a multiple of 4096 apart
 *  would all want the same few places of the first-level cache. */
static inline size_t stamp_acts_stride(uint32_t d)
{
    return (((size_t)d + 63) / 64 | 1) * 64;
}

/** Quantize the transformed rows t[plan->s][d] at the plan's bits, which are 4 and 8.
 *  On failure (STAMP_ENOMEM) @p out is zeroed. */
enum stamp_status stamp_acts_quantize(const struct stamp_plan *plan, uint32_t d, const float *t,
                                      struct stamp_acts *out, struct stamp_err *e);

/** Values the codes stand for: x[s][d] = MUL(S32_F32(q - zero), scale). */
void stamp_acts_dequantize(const struct stamp_acts *a, float *x);

void stamp_acts_free(struct stamp_acts *a);

#ifdef __cplusplus
}
#endif
#endif
