/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file bf16.h
 * bfloat16, a storage format only: the upper half of a binary32.
 *
 * Rule     model/spec/numerics.md, section 2, BF16
 * RTL twin rtl/fp/stamp_fp_pkg.sv, bf16; on load the bits are shifted
 */
#ifndef STAMP_NUM_BF16_H
#define STAMP_NUM_BF16_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** RNE on the upper 16 bits: overflow gives infinity, any NaN 0x7fc0. */
uint16_t stamp_bf16_from_f32(float x);

/** Exact; a NaN of any pattern gives 0x7fc00000. */
float stamp_bf16_to_f32(uint16_t b);

/** The same for arrays of @p n, in and out apart. */
void stamp_bf16_pack(size_t n, const float *x, uint16_t *b);
void stamp_bf16_unpack(size_t n, const uint16_t *b, float *x);

#ifdef __cplusplus
}
#endif
#endif
