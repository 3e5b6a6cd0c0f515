/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file pack.h
 * Weight codes in the order the matrix unit consumes them, and column metadata.
 *
 * Rules: isa.md MM (order), section 1 (lines of WB and CM); numerics.md section 6 (nibbles, padding).
 */
#ifndef STAMP_QUANT_PACK_H
#define STAMP_QUANT_PACK_H

#include "model/num/weights.h"
#include "model/spec/spec.h"

/** A piece of the weights: column groups n0 .. n0+ng-1 of L channels, XB lines k0 .. k0+kn-1. */
struct stamp_piece {
    uint32_t n0, ng, k0, kn;
    uint32_t blk; /**< lines per quantization block, or 0; k0 and kn are whole blocks */
};

/** WB lines of the piece: per column group, block by block, plane by plane, line by line, phase by
 *  phase; ng * kn * L/T * planes lines. @p to is zeroed. */
void stamp_pack_weights(const struct stamp_mach *m, const struct stamp_weights *w,
                        struct stamp_piece piece, uint8_t *to);

/** CM lines of the piece: per column group, {scale, colsum} of L channels, per block if blk. Channels
 *  beyond n have scale 0. */
void stamp_pack_columns(const struct stamp_mach *m, const struct stamp_weights *w,
                        struct stamp_piece piece, uint8_t *to);

#endif
