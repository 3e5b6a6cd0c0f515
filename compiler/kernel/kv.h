/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file kv.h
 * A batch of keys or values on its way to the cache and to operands, shared by prefill and decode.
 */
#ifndef STAMP_KERNEL_KV_H
#define STAMP_KERNEL_KV_H

#include "compiler/kernel/attend.h"
#include "compiler/kernel/constants.h"

/** VM lines of one batch: first line of each part. */
struct stamp_kv_room {
    uint32_t rows, packed, meta, scalars, cm, sv, table, gain, eps, end;
};

/** Address registers of places known at run time; 0: none (transfers into the layer's region then
 *  take its own). */
struct stamp_kv_regs {
    uint32_t codes, meta, ops;
};

struct stamp_kv_batch {
    struct stamp_attend *n;
    uint32_t which;  /**< 0 K, 1 V */
    uint32_t chunk;  /**< of heads */
    uint32_t t0;     /**< first token (a register adds to it) */
    uint32_t rows;   /**< tokens worked on */
    uint32_t blocks; /**< complete blocks at their start */
    uint32_t tail;   /**< rows behind them that exist */
    uint32_t sm, rt; /**< entries: quantizer state; widths of the rows */
    struct stamp_kv_room at;
    struct stamp_kv_regs reg;
};

/** Batch @p which of a chunk: places in VM, SM and PB, no registers, no tokens. */
struct stamp_kv_batch stamp_kv_batch_of(struct stamp_attend *n, uint32_t which, uint32_t chunk);
/** VM lines it takes, of keys and values where they lie side by side. */
uint32_t stamp_kv_lines(const struct stamp_attend *n);
struct stamp_vec stamp_kv_rows(const struct stamp_kv_batch *c);
/** Row tables: all rows 8 bits (upper half of RT) and widths in blocks (lower half). */
void stamp_kv_tables(struct stamp_attend *n, uint32_t widths);
/** The levels of HAAR on the complete blocks, or what undoes them; nothing in a plain cache. */
void stamp_kv_haar(const struct stamp_kv_batch *c, bool inverse);
/** Range and parameters of every row and head. */
void stamp_kv_params(const struct stamp_kv_batch *c, bool digits);
/** Rows to codes in packed, scales and zeros to meta. */
void stamp_kv_code(const struct stamp_kv_batch *c);
/** Codes in packed, parameters in SM: back to values. */
void stamp_kv_values(const struct stamp_kv_batch *c);
/** LOAD or STORE of the codes of the complete blocks; of rows of 8 bits at @p dram; of the meta. */
void stamp_kv_move_blocks(const struct stamp_kv_batch *c, enum stamp_opcode op);
void stamp_kv_move_rows(const struct stamp_kv_batch *c, enum stamp_opcode op, uint64_t dram,
                        uint32_t areg, uint32_t first, uint32_t count);
void stamp_kv_move_meta(const struct stamp_kv_batch *c, enum stamp_opcode op);
/** Loaded meta to SM. */
void stamp_kv_use_meta(const struct stamp_kv_batch *c);
/** LOAD or STORE of the rows themselves (cache of 32 bits). */
void stamp_kv_move_f32(const struct stamp_kv_batch *c, enum stamp_opcode op);
/** Norm and rotation of keys; the gain is in VM. @p shared: one row of the table, in VM, for all;
 *  otherwise those from t0 on are loaded. */
void stamp_kv_turn(const struct stamp_kv_batch *c, bool shared);
/** Gain and eps of the norm of keys to VM, where the model has one. */
void stamp_kv_gain(const struct stamp_kv_batch *c);
/** Values in rows to operands in DRAM. */
void stamp_kv_pack(const struct stamp_kv_batch *c);

#endif
