/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file depthwise.h
 * Convolution of every column by itself over a grid of rows.
 *
 * Rule     model/spec/numerics.md, section 8, DEPTHWISE
 */
#ifndef STAMP_NUM_DEPTHWISE_H
#define STAMP_NUM_DEPTHWISE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A grid of height x width points and a kernel that goes over it by steps of stride: 3 by 1 (the grid stays, what
 *  is outside counts as +0), or as large as its step. */
struct stamp_grid {
    uint32_t height, width, kernel, stride;
};

/** The tap the sum begins with: number y * kernel + x. */
uint32_t stamp_grid_first_tap(const struct stamp_grid *g);

/**
 * One point of the result.
 * @param row, col  of the result's grid  @param x  [height * width][cols]  @param w  [kernel * kernel][cols]
 * @param bias      [cols]                @param y  [cols]
 */
void stamp_depthwise_point(const struct stamp_grid *g, uint32_t row, uint32_t col, uint32_t cols,
                           const float *x, const float *w, const float *bias, float *y);

#ifdef __cplusplus
}
#endif
#endif
