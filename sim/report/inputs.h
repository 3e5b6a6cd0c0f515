/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file inputs.h
 * Inputs and weights of every linear layer of a model over one document, taken in one pass.
 */
#ifndef STAMP_REPORT_INPUTS_H
#define STAMP_REPORT_INPUTS_H

#include "sim/ref/network_f32.h"

enum { STAMP_LAYER_NAME = 40 };

/** A linear layer as it was met. */
struct stamp_layer_input {
    char name[STAMP_LAYER_NAME];
    size_t s, d, n;
    float *w; /**< [n][d], owned */
    float *x; /**< [s][d], owned by the list; layers with the same input share it */
};

struct stamp_inputs {
    struct stamp_layer_input *layer; /**< [count], owned */
    size_t count, cap;
};

/** Run the model in binary32 over @p tokens and keep them all. On failure @p out is empty. */
enum stamp_status stamp_inputs_take(const struct stamp_network *m, const int32_t *tokens, size_t n,
                                    struct stamp_inputs *out, struct stamp_err *e);

void stamp_inputs_free(struct stamp_inputs *in);

#endif
