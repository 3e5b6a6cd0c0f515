/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file k_linear.h
 * What the files of linear layers that share an input know of each other: k_linear.c tiles and emits them,
 * k_weights.c puts their weights behind each other.
 */
#ifndef STAMP_KERNEL_K_LINEAR_H
#define STAMP_KERNEL_K_LINEAR_H

#include "compiler/kernel/kernel.h"

/** Outputs of product @p i as the network has them. */
uint32_t stamp_linear_outputs(const struct stamp_lower *n, const struct stamp_lstep *s, uint32_t i);
/** Lines of half a gated panel: up to whole 64 bytes of f32, gate and up lie side by side. */
uint32_t stamp_linear_gate_lines(const struct stamp_lower *n, const struct stamp_lstep *s);
/** Outputs of all products as they lie behind each other. */
uint32_t stamp_linear_width(const struct stamp_lower *n, const struct stamp_lstep *s);
struct stamp_scheme stamp_linear_scheme(const struct stamp_lower *n, const struct stamp_lstep *s);
bool stamp_linear_has_bias(const struct stamp_lower *n, const struct stamp_lstep *s);

/** Constants of repetition @p time: weights, columns, biases, packed for the step's tiles. */
void stamp_linear_lay(struct stamp_lower *n, struct stamp_lstep *s, enum stamp_lay what,
                      uint32_t time);

#endif
