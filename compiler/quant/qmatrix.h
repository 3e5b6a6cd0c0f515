/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file qmatrix.h
 * One matrix to codes by a quantizer.
 */
#ifndef STAMP_QUANT_QMATRIX_H
#define STAMP_QUANT_QMATRIX_H

#include "compiler/front/lazy.h"
#include "model/num/weights.h"

enum stamp_quantizer {
    STAMP_RTN,  /**< absmax, round to nearest */
    STAMP_CLIP, /**< scales by clip search */
    STAMP_GPTQ, /**< a channel is the best of: GPTQ on absmax scales, on clipped scales, RTN */
    STAMP_QUANTIZERS
};
extern const char *const stamp_quantizer_name[STAMP_QUANTIZERS];

/** How; what does not count for the quantizer is NULL. */
struct stamp_qmatrix_how {
    unsigned bits;
    uint32_t block;
    enum stamp_quantizer quantizer;
    const double *weight; /**< [cols] sum of squares of each input; NULL: all alike */
    const double *factor; /**< [cols][cols] of stamp_gptq_factor, for GPTQ */
};

/** Codes of @p t, owned by the caller (stamp_weights_free); zeroed on failure. @return STAMP_ENOMEM,
 *  STAMP_ERANGE as stamp_lazy_rows */
enum stamp_status stamp_qmatrix(const struct stamp_lazy *t, const struct stamp_qmatrix_how *how,
                                struct stamp_weights *out, struct stamp_err *e);

#endif
