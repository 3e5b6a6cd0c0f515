/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file kernels_f32.h
 * Element by element and row by row in binary32, by the formulas of the papers: the reference's own.
 */
#ifndef STAMP_REF_KERNELS_F32_H
#define STAMP_REF_KERNELS_F32_H

#include <stdbool.h>
#include <stddef.h>

struct stamp_ref_norm {
    bool layer; /**< the mean is taken off first */
    float eps;
    const float *gain, *bias; /**< [dim]; bias may be NULL */
};

/** Each of @p rows rows of @p dim values; y may be x. */
void stamp_ref_norm(size_t rows, size_t dim, const struct stamp_ref_norm *how, const float *x,
                    float *y);

void stamp_ref_add(size_t count, const float *b, float *y);   /**< y += b */
void stamp_ref_times(size_t count, const float *b, float *y); /**< y *= b */
void stamp_ref_silu(size_t count, float *y);                  /**< y / (1 + exp(-y)) */
/** A kernel over a grid of points, padded by zeros so that a kernel of 3 by steps of 1 keeps the grid. */
struct stamp_ref_grid {
    size_t height, width, kernel, stride;
};

/** Every column by itself. @param x [height * width][cols] @param w [kernel * kernel][cols] @param bias [cols] */
void stamp_ref_depthwise(struct stamp_ref_grid g, size_t cols, const float *x, const float *w,
                         const float *bias, float *y);

void stamp_ref_gelu(size_t count, float *y); /**< y (1 + erf(y / sqrt 2)) / 2 */
/** y (1 + tanh(sqrt(2 / pi) (y + 0.044715 y^3))) / 2 */
void stamp_ref_gelu_tanh(size_t count, float *y);

#endif
