/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file softfloat.h
 * Oracle for binary32: integers only, written from the definition "the exact result, rounded once",
 * sharing nothing with model/num or with the RTL. Slow on purpose.
 *
 * Arguments and results are bit patterns. Rounding is RNE, subnormals are kept, every NaN result is
 * 0x7fc00000 (bf16: 0x7fc0).
 */
#ifndef STAMP_ORACLE_SOFTFLOAT_H
#define STAMP_ORACLE_SOFTFLOAT_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

uint32_t so_add(uint32_t a, uint32_t b);
uint32_t so_sub(uint32_t a, uint32_t b);
uint32_t so_mul(uint32_t a, uint32_t b);
uint32_t so_div(uint32_t a, uint32_t b);
uint32_t so_sqrt(uint32_t a);
uint32_t so_half(uint32_t a);
uint32_t so_neg(uint32_t a);

/** UP8(r / n): the smallest number of 8 significant bits not below it. @pre r is positive and normal */
uint32_t so_up8(uint32_t r, uint32_t n);

/** DEQ: v times both scales, of which the low 16 bits do not count, rounded once. */
uint32_t so_deq(int32_t v, uint32_t sx, uint32_t sw);

/** s32 to f32. */
uint32_t so_from_s32(int32_t v);

/** f32 to the nearest integer, ties to even, then limited to lo..hi; NaN gives 0. */
int32_t so_to_int(uint32_t a, int32_t lo, int32_t hi);

/** RNE_INT10: so_to_int within -512..511. */
int32_t so_rne_int10(uint32_t a);

/** f32 to bf16 and back. */
uint16_t so_to_bf16(uint32_t a);
uint32_t so_from_bf16(uint16_t b);

#ifdef __cplusplus
}
#endif
#endif
