/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file qmodel.h
 * A model's weights as codes, one matrix at a time, by the quantizer of the run.
 */
#ifndef STAMP_QUANT_QMODEL_H
#define STAMP_QUANT_QMODEL_H

#include <stdint.h>

#include "compiler/front/llama.h"
#include "model/num/weights.h"

/** The matrices of a layer, and the output head. */
enum stamp_role_w {
    STAMP_W_Q,
    STAMP_W_K,
    STAMP_W_V,
    STAMP_W_O,
    STAMP_W_GATE,
    STAMP_W_UP,
    STAMP_W_DOWN,
    STAMP_W_HEAD /**< layer is ignored */
};

struct stamp_qmodel; /* opaque: a model, bits, block, and a quantizer with its cached results */

/** Round to nearest on the fly. @p m borrowed. bits 4 or 8, block 0 or STAMP_BLOCK; the head has one
 *  scale a row whatever the block. */
enum stamp_status stamp_qmodel_new(const struct stamp_llama *m, unsigned bits, unsigned head_bits,
                                   uint32_t block, struct stamp_qmodel **out, struct stamp_err *e);
void stamp_qmodel_free(struct stamp_qmodel *q);

/** The codes of one matrix, [n][d]; owned by the caller (stamp_weights_free). On failure @p out is
 *  zeroed. */
enum stamp_status stamp_qmodel_weights(const struct stamp_qmodel *q, uint32_t layer,
                                       enum stamp_role_w role, struct stamp_weights *out,
                                       struct stamp_err *e);

#endif
