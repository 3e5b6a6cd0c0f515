/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file linear.h
 * Instructions of one integer layer in tiles (tile.h). Three parts over one state:
 * linear_data.c lays out constants, linear_prep.c brings rows to XB, linear_mm.c multiplies and
 * stores; linear.c interleaves them so that neither the array nor the load unit idles.
 */
#ifndef STAMP_KERNEL_LINEAR_H
#define STAMP_KERNEL_LINEAR_H

#include "compiler/emit/build.h"
#include "compiler/tile/tile.h"
#include "model/num/weights.h"

/** One MM of a tile: sub-panel of a panel, k-chunk. The same for every tile. */
struct stamp_slot {
    uint32_t panel;  /**< its output panel */
    uint32_t n0, ng; /**< column groups */
    uint32_t k0, kn; /**< XB lines */
    uint64_t w_addr, cm_addr;
    uint32_t wb;      /**< WB lines before it when resident */
    bool first, last; /**< k-chunk of its sub-panel */
};

/** Tables of a tile; equal tiles share them. */
struct stamp_table {
    uint64_t rt_addr, nt_addr;
    uint32_t rt_lines, nt_lines;
};

/** One step of bringing a tile's rows to XB: a slab's column chunk, loaded if not yet there. */
struct stamp_prep {
    uint32_t u0, un;       /**< units of the slab */
    uint32_t row0, rows;   /**< local rows of the slab */
    uint32_t sm;           /**< entry of SM that local row 0 would have */
    uint32_t c0, cn;       /**< lines of the row */
    uint32_t vm, pitch;    /**< its first line, lines from row to row */
    bool load;             /**< load and transform; otherwise it is still there */
    bool keep, again;      /**< transformed rows go to DRAM; they come from there */
    bool range, first;     /**< VMINMAX; it starts a row (or blocks) */
    bool params;           /**< VQPAR */
    bool quant, sum_first; /**< VQUANT; it starts a row (or blocks) */
    uint32_t here;         /**< rows that are quantized; the codes of others go to DRAM */
    bool codes;            /**< codes of the rows come from DRAM, first to line packed */
    uint32_t packed;
    uint32_t end;   /**< of its lines */
    uint32_t after; /**< its load may be issued once so many steps were */
};

/** State of one tile being prepared. */
struct stamp_tile_prep {
    const struct stamp_tile *tile;
    uint32_t index;  /**< of the tile */
    uint32_t parity; /**< half of XB */
    uint32_t rm;     /**< first entry of RM */
    uint32_t tables; /**< half of RT, NT */
    uint32_t *row;   /**< [rows] token of a local row, the rest of the tail behind them */
    struct stamp_prep *step;
    uint32_t steps, done, loaded; /**< total; emitted; loads considered */
};

/** Operations of some units in local rows, kept from call to call. */
struct stamp_fly {
    uint32_t u0, un;
    struct stamp_xops ops; /**< owned */
};

/** Work that goes on beside a layer's products, on what they have stored: items, spread over its slots. */
struct stamp_side {
    uint32_t done;
    uint32_t (*ready)(void *ctx, uint32_t rows); /**< items, once rows 0 .. rows - 1 are stored */
    void (*item)(void *ctx);
    void *ctx;
};

struct stamp_linear {
    struct stamp_build *b;
    struct stamp_work work;
    struct stamp_tiling t;
    const struct stamp_plan *plan;
    struct stamp_place x, y, add; /**< add: rows that are added, [s][n] F32 */
    struct stamp_place codes;     /**< t.split, t.coded: packed codes, [s] */
    struct stamp_place kept;      /**< work.keep: transformed rows, [s][d] F32 */
    struct stamp_place part;      /**< t.split: products of a tail, [unit_rows][n] F32 */
    uint64_t gate;                /**< POST_GATED: address of its row, F32 */
    uint64_t bias;                /**< address, 0 none */
    bool symmetric;
    bool raw;       /**< products are stored as they are: stamp_linear_back does the rest */
    uint32_t piece; /**< groups of a product at most, where others wait for the array; 0: all */
    struct stamp_side *side; /**< NULL: none */
    struct stamp_slot *slot; /**< [slots] */
    uint32_t slots, panels;
    struct stamp_table *table; /**< [tiles] */

    /* What the machine holds; each array has two halves, _last is the one used last. */
    struct stamp_table in_rt[2];
    uint32_t in_wb[2], in_cm[2], in_bias[2], in_gate[2]; /**< slot, panels: plus 1, 0 nothing */
    uint64_t in_add
        [STAMP_OUTS_MAX]; /**< turn of the output buffer whose rows to add are there, plus 1 */
    uint64_t in_part[STAMP_OUTS_MAX]; /**< the same of products of the tile before */
    uint32_t cm_at;                   /**< resident: CM line of the columns */
    uint32_t rt_last, wb_last, cm_last, bias_last, gate_last;
    uint32_t x_next, codes_next; /**< input buffers loaded next: rows, codes */
    struct stamp_fly forward, inverse;
};

/** Bytes of the layer's packed weights and columns; lays out the slots, addresses from 0. */
struct stamp_linear_size {
    uint64_t weights, columns;
};
struct stamp_linear_size stamp_linear_slots(struct stamp_linear *l);
/** Pack codes into memory of these sizes. */
void stamp_linear_pack(const struct stamp_linear *l, const struct stamp_weights *w, uint8_t *wdata,
                       uint8_t *cdata);
/** Say where they lie. */
void stamp_linear_at(struct stamp_linear *l, uint64_t waddr, uint64_t caddr);
/** Row tables and nibble tables as a constant buffer. */
void stamp_linear_lay_tables(struct stamp_linear *l, const char *name);

/** Buffers of what the tiling puts in DRAM between tiles. @p name prefixes their names. */
void stamp_linear_buffers(struct stamp_linear *l, const char *name);

/** Constants of the layer: weights, columns, bias, tables. @p name prefixes buffer names. */
void stamp_linear_data(struct stamp_linear *l, const char *name, const struct stamp_weights *w,
                       const float *bias);

/** The instructions, once the constants have their places. */
void stamp_linear_code(struct stamp_linear *l);

/** Plan the steps of a tile. */
void stamp_prep_start(struct stamp_linear *l, uint32_t tile, struct stamp_tile_prep *p);
/** Emit loads whose buffers are free, for at most @p ahead steps. */
void stamp_prep_loads(struct stamp_linear *l, struct stamp_tile_prep *p, uint32_t ahead);
/** Emit the next step's vector instructions (its load, if still missing, first). */
void stamp_prep_step(struct stamp_linear *l, struct stamp_tile_prep *p);

/** Row table [rows + rest] and nibble table [groups * P] of a tile: 8-bit rows at even nibble rows, tokens
 *  in order as far as that allows; rows that other tiles multiply have their width alone. */
void stamp_linear_tables(const struct stamp_linear *l, const struct stamp_tile *tile, uint16_t *rt,
                         uint16_t *nt);

/** Half of RT and NT that holds the tile's tables; emits their load if they are not there. */
uint32_t stamp_linear_use_tables(struct stamp_linear *l, uint32_t tile);

/** Resident weights where those before them are not, for loads that go ahead. */
void stamp_slots_turn(struct stamp_linear *l);
/** Emit the weights (and columns, bias) of a slot, unless they are there. */
void stamp_slot_load(struct stamp_linear *l, uint32_t slot);
/** Emit the product of groups g0 .. g0+gn-1 of a tile. */
void stamp_slot_product(struct stamp_linear *l, const struct stamp_tile_prep *p, uint32_t slot,
                        uint32_t g0, uint32_t gn);
/** Emit inverse transform, bias and store of an output panel. */
void stamp_panel_store(struct stamp_linear *l, const struct stamp_tile_prep *p, uint32_t panel);

/** Tokens of the tile's local rows and of the rest of its tail, [rows + rest]. */
void stamp_linear_rows(const struct stamp_linear *l, const struct stamp_tile *tile, uint32_t *row);

/** VBFLY instructions of units u0 .. u0+un-1, whose first row is at VM line @p vm, rows @p pitch
 *  lines apart, on @p cols lines; the inverse undoes in reverse order. */
void stamp_linear_transform(struct stamp_linear *l, uint32_t u0, uint32_t un, uint32_t vm,
                            uint32_t pitch, uint32_t cols, bool inverse);

/** LOAD or STORE of VM rows: DRAM rows @p row[n] at column line c0, cn lines each, VM rows from
 *  @p vm, @p pitch lines apart. */
void stamp_emit_rows(struct stamp_build *b, enum stamp_opcode op, struct stamp_place place,
                     const uint32_t *row, uint32_t n, uint32_t c0, uint32_t cn, uint32_t vm,
                     uint32_t pitch);

/** One VBFLY of @p op, rows of @p pitch lines from @p vm; undone if @p inverse. */
void stamp_emit_fly(struct stamp_build *b, const struct stamp_xop *op, uint32_t vm, uint32_t pitch,
                    uint32_t cols, bool inverse);

/** Products @p from transformed back and added to l->add, to l->y, in the first @p lines lines of VM. Rows come as
 *  they are read: in order, but for those of one unit. */
void stamp_linear_back(struct stamp_linear *l, struct stamp_place from, uint32_t lines);
/** Lines of VM that it needs at least. @p quantum  lines of f32 in 64 bytes */
uint32_t stamp_linear_back_lines(const struct stamp_plan *plan, bool transform, uint32_t quantum);

/** The whole layer. work, plan, x, y, symmetric are set, and t chosen. */
void stamp_linear_emit(struct stamp_linear *l, const char *name, const struct stamp_weights *w,
                       const float *bias);

#endif
