/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file quantized.h
 * A scheme put into a model: every linear layer through the numerics, its weight quantized once.
 */
#ifndef STAMP_REPORT_QUANTIZED_H
#define STAMP_REPORT_QUANTIZED_H

#include "model/num/scheme.h"
#include "sim/ref/network_f32.h"

struct stamp_quantized; /* opaque */

/** NULL when memory is out. */
struct stamp_quantized *stamp_quantized_new(const struct stamp_scheme *scheme);
void stamp_quantized_free(struct stamp_quantized *q);

/** A stamp_linear_fn; ctx is the struct stamp_quantized. Weights are told apart by their nodes, so
 *  one of these serves one network. */
enum stamp_status stamp_quantized_linear(void *ctx, struct stamp_gat at, const char *layer,
                                         size_t s, size_t d, size_t n, const float *x,
                                         const float *w, float *y, struct stamp_err *e);

/** Bits per activation row, averaged over all rows of all calls; 0 before the first. */
double stamp_quantized_act_bits(const struct stamp_quantized *q);

#endif
