/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file quant.h
 * Activations to codes: range, parameters, code, operand nibbles, row metadata.
 *
 * Rule     model/spec/numerics.md, section 6
 * RTL twin rtl/vec/: stamp_vx_minmax, stamp_qpar, stamp_vx_quant (VMINMAX, VQPAR, VQUANT)
 *
 * A code is kept in its stored form c, one int8 for either width:
 *   4 bits  c is the operand nibble itself, -8..7;              operand value x' = c
 *   8 bits  c = 16*hi + (lo + 8), hi and lo the operand nibbles; operand value x' = c - 8
 */
#ifndef STAMP_NUM_QUANT_H
#define STAMP_NUM_QUANT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Smallest and largest of a row and of +0. */
struct stamp_range {
    float lo, hi;
};

/** What quantizes a row. code = RNE_INT10(x * inv) + zero; x is about scale * (code - zero). */
struct stamp_qparam {
    float inv, scale;
    int32_t zero; /**< 0 .. n asymmetric, 0 symmetric */
};

/** What dequantizes it: goes with the row, or with each block of it. */
struct stamp_rowmeta {
    float scale;
    int32_t corr;   /**< ox - zero, -119 .. 136 */
    int32_t rowsum; /**< sum of x' */
};

/** Empty range: both +0. */
static inline struct stamp_range stamp_range_empty(void)
{
    return (struct stamp_range){0.0f, 0.0f};
}

/** @p r widened by x[n]. Elements in any order and any grouping give the same result. */
struct stamp_range stamp_range_widen(struct stamp_range r, size_t n, const float *x);

/** Scale UP8(r / n) and its inverse of a range's width @p r in @p n steps; the zero point is 0. */
struct stamp_qparam stamp_step_params(float r, int32_t n);

/** Parameters from a range. @param bits 4 or 8 */
struct stamp_qparam stamp_quant_params(struct stamp_range r, unsigned bits, bool symmetric);

/** ox of the table in section 6: code minus operand value. */
static inline int32_t stamp_operand_offset(unsigned bits, bool symmetric)
{
    return (bits == 8 ? 8 : 0) + (symmetric ? 0 : bits == 8 ? 128 : 8);
}

/** Operand value x' of a stored code. */
static inline int32_t stamp_operand(int8_t c, unsigned bits)
{
    return bits == 8 ? c - 8 : c;
}

/** Operand nibbles of a stored 8-bit code: x' = 16*hi + lo, both -8..7. */
static inline int32_t stamp_nibble_hi(int8_t c)
{
    return (c - (c & 15)) / 16; /* exact, so it is FLOOR_SHR(c, 4) */
}

static inline int32_t stamp_nibble_lo(int8_t c)
{
    return (c & 15) - 8;
}

/** Stored codes of x[n]. @return the sum of x' of these elements */
int32_t stamp_quantize(struct stamp_qparam q, unsigned bits, bool symmetric, size_t n,
                       const float *x, int8_t *code);

/**
 * A whole token row: range, parameters, codes and metadata, per row or per block.
 * @param block  0, or features per block
 * @param x      [d] finite
 * @param code   [d] stored codes
 * @param meta   [1 or ceil(d / block)]
 */
void stamp_quantize_row(unsigned bits, bool symmetric, uint32_t block, uint32_t d, const float *x,
                        int8_t *code, struct stamp_rowmeta *meta);

#ifdef __cplusplus
}
#endif
#endif
