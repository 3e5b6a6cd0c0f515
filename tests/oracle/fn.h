/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file fn.h
 * Oracle for section 8 of numerics.md: the page operation by operation, in
 * wide integers by division and on softfloat.h. Arguments
 * and results are bit patterns. The tables are those of fn.def, which test_fn.c holds against
 * extended precision.
 */
#ifndef STAMP_ORACLE_FN_H
#define STAMP_ORACLE_FN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

uint32_t so_exp2(uint32_t x);
uint32_t so_sigmoid(uint32_t x);
uint32_t so_silu(uint32_t x);
uint32_t so_gelu(uint32_t x);
uint32_t so_rsqrt(uint32_t x, uint32_t c, uint32_t b);

/** REDUCE, written as the tree of its result instead of a loop over sums. */
uint32_t so_reduce(size_t n, const uint32_t *x);

/** a < b of finite values. */
int so_less(uint32_t a, uint32_t b);

#ifdef __cplusplus
}
#endif
#endif
