/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file qmodel.h
 * A model's weights as codes, one matrix at a time, by the quantizer of the run.
 */
#ifndef STAMP_QUANT_QMODEL_H
#define STAMP_QUANT_QMODEL_H

#include <stdint.h>

#include "compiler/family/network.h"
#include "compiler/quant/calib.h"
#include "compiler/quant/qmatrix.h"

struct stamp_qmodel; /* opaque: a network, bits, block, and a quantizer with its cached results */

struct stamp_qmodel_options {
    unsigned bits, head_bits; /**< 4 or 8 */
    uint32_t block; /**< 0 or STAMP_BLOCK; those of kind HEAD have one scale a row whatever it is */
    /** Of LINEAR nodes of kind BODY. HEAD is rounded to nearest with RTN, clipped without weights otherwise. */
    enum stamp_quantizer quantizer;
    const struct stamp_calib *calib; /**< GPTQ: needed, full; CLIP: NULL or not full; borrowed until
                                          stamp_qmodel_make returns */
    const char *cache; /**< NULL, or a file of codes (qcache.h): read if it exists, else written */
    void (*progress)(uint64_t done, uint64_t total); /**< told of matrices done; may be NULL */
};

/**
 * Codes of @p m, borrowed. RTN without a cache makes them when they are asked for; otherwise all are
 * made, or read, here and kept.
 * @return STAMP_ERANGE (options that do not fit), STAMP_ENOMEM, or as stamp_lazy_rows,
 *         calib->moments, stamp_qcache_read
 */
enum stamp_status stamp_qmodel_make(const struct stamp_network *m,
                                    const struct stamp_qmodel_options *options,
                                    struct stamp_qmodel **out, struct stamp_err *e);

/** stamp_qmodel_make by round to nearest on the fly. */
enum stamp_status stamp_qmodel_new(const struct stamp_network *m, unsigned bits, unsigned head_bits,
                                   uint32_t block, struct stamp_qmodel **out, struct stamp_err *e);
void stamp_qmodel_free(struct stamp_qmodel *q); /**< NULL is allowed. */

/** The codes of the matrix of LINEAR node @p at.node in that repetition, [n][d]; owned by the caller
 *  (stamp_weights_free). On failure @p out is zeroed. */
enum stamp_status stamp_qmodel_weights(const struct stamp_qmodel *q, struct stamp_gat at,
                                       struct stamp_weights *out, struct stamp_err *e);

/** The matrix itself, borrowed from @p m. */
const struct stamp_lazy *stamp_qmodel_matrix(const struct stamp_network *m, struct stamp_gat at);

#endif
