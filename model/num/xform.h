/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file xform.h
 * A planned transform applied to a matrix of tokens, in place.
 *
 * Rule     model/spec/numerics.md, section 5
 * RTL twin the sequence of VBFLY instructions the compiler emits
 */
#ifndef STAMP_NUM_XFORM_H
#define STAMP_NUM_XFORM_H

#include <stddef.h>

#include "model/num/plan.h"

#ifdef __cplusplus
extern "C" {
#endif

/** T = L X. @param x [rows][d] row major, rows as in @p ops (plan->ops: token rows) */
void stamp_xform_forward(const struct stamp_xops *ops, size_t d, float *x);

/** X = L^-1 T: the undoing operations in reverse order. */
void stamp_xform_inverse(const struct stamp_xops *ops, size_t d, float *x);

/** The same of columns 0 .. cols-1 alone, rows stride elements apart: columns are independent. */
void stamp_xform_forward_cols(const struct stamp_xops *ops, size_t stride, size_t cols, float *x);
void stamp_xform_inverse_cols(const struct stamp_xops *ops, size_t stride, size_t cols, float *x);

#ifdef __cplusplus
}
#endif
#endif
