/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file tile.h
 * How one integer layer is cut to fit a machine: row tiles, column panels, k-chunks, and the
 * places of their buffers.
 *
 * Units of rows that must stay together: the blocks of the transform, or single tokens. A tile is
 * a run of units; its nibble rows fill groups of P in XB with the whole of K. Work flows
 *
 *   X --LOAD--> VM (slab x column chunk) --transform, range, quantize--> XB (tile)
 *   W --LOAD--> WB (two halves, a slot each)       XB x WB --MM--> VM (panel) --inverse--> STORE
 *
 * A slot is one MM: sub-panel of ng column groups, k-chunk of kc lines. Where a slab does not fit
 * VM with all of K it is loaded chunk by chunk twice, except the chunks still there.
 *
 * Where the machine has room for codes in DRAM (packed, an eighth or a quarter of f32), a tile need not be whole units,
 * so that its nibble rows fill their groups: the rows of a unit that come too late for one tile keep their codes
 * there and are multiplied with the next, and what the first part gave waits in DRAM for the inverse transform.
 * And where XB holds one tile, all codes of the next are made beside its products.
 */
#ifndef STAMP_TILE_TILE_H
#define STAMP_TILE_TILE_H

#include "model/arena.h"
#include "compiler/tile/need.h"
#include "model/num/plan.h"
#include "model/spec/spec.h"
#include "model/text.h"

/** What is done to a panel of results before it is stored, after inverse transform and bias. */
enum stamp_post {
    STAMP_POST_NONE,
    STAMP_POST_ADD,  /**< added to rows of a matrix of the same shape */
    STAMP_POST_SILU, /**< first half of a panel's columns SiLU, times the second; half is stored */
    STAMP_POST_GELU, /**< GELU, tanh form */
    STAMP_POST_ACT,  /**< SiLU of every element */
    STAMP_POST_GATED /**< times a row, then as ADD */
};

enum { STAMP_OUTS_MAX = 16 };

/** What is to be tiled. */
struct stamp_work {
    const struct stamp_mach *mach;
    const struct stamp_plan *plan; /**< borrowed: bits of the rows, and blocks if transform */
    bool transform;                /**< keep the plan's blocks together; else rows are free */
    uint32_t s, d, n;
    uint32_t block; /**< features per scale, or 0 */
    enum stamp_fmt in_fmt, out_fmt;
    bool w8, bias;
    bool straight; /**< code of it is not rolled: buffers need no short period */
    bool keep;  /**< rows that are loaded twice are transformed once: the vector unit has no time */
    bool codes; /**< there may be codes of rows in DRAM: no blocks, not symmetric */
    enum stamp_post post;
    const struct stamp_tiling
        *like;     /**< weights are packed for this tiling: same panels and slots */
    uint32_t rate; /**< of memory, beats per 256 cycles each way; 0: a beat in every cycle */
    /* Limits for tests; 0 is none. */
    uint32_t max_groups, max_panel, max_kc, max_xlines;
};

/** Rows of a tile. */
struct stamp_tile {
    uint32_t first, count; /**< units that it completes, in the order of stamp_work_unit */
    uint32_t head;         /**< rows of the first that the tile before multiplied */
    uint32_t tail, rest;   /**< rows of the unit behind that it multiplies, and leaves */
    uint32_t rows, groups; /**< rows of units and tail; groups of P nibble rows */
};

struct stamp_tiling {
    /* Sizes, in lines of L elements. */
    uint32_t kl, cg;    /**< lines of K; column groups of N */
    uint32_t blk, nblk; /**< lines per quantization block (0: none); scales of a row */
    uint32_t wline;     /**< WB lines of one XB line: L/T, twice with 8-bit weights */
    uint32_t in_quantum, out_quantum; /**< lines in 64 bytes of DRAM, 1 or more */

    struct stamp_tile *tile; /**< [tiles] in the arena */
    uint32_t tiles;
    uint32_t rows, groups; /**< largest of a tile */
    uint32_t table_rows;   /**< the same with the rest */
    uint32_t unit_rows;    /**< largest of a unit */
    bool xb_double;        /**< two tiles in XB, RM */
    bool split;            /**< units may lie in two tiles */
    bool coded; /**< codes of a tile go through DRAM, but those of the first; two in RM */
    uint32_t code_quantum; /**< lines of a row whose codes are whole 64 bytes */

    uint32_t panel, ng;  /**< column groups of an output panel, of a slot */
    uint32_t kc, chunks; /**< XB lines of a k-chunk; their number */
    bool resident;       /**< all weights stay in WB */

    uint32_t outs, vm_out;   /**< output buffers of rows * panel lines; the first one's VM line */
    uint32_t vm_bias;        /**< two rows of panel lines */
    uint32_t vm_add;         /**< ADD, GATED: outs buffers like the output's */
    uint32_t vm_gate;        /**< GATED: two rows of panel lines */
    uint32_t vm_x, nx;       /**< input buffers: first line, number */
    uint32_t xlines;         /**< lines of each */
    uint32_t slab_rows;      /**< rows of a slab, at most */
    uint32_t chunk, nchunks; /**< columns of a slab in VM at once, lines; their number */

    double cycles; /**< estimate */
};

/** Whether rows are added to the results. */
static inline bool stamp_post_adds(enum stamp_post p)
{
    return p == STAMP_POST_ADD || p == STAMP_POST_GATED;
}

/** Units of the work and the @p i-th: the sink, if it stands alone, is the last. */
uint32_t stamp_work_units(const struct stamp_work *w);
struct stamp_block stamp_work_unit(const struct stamp_work *w, uint32_t i);

/** Choose by the cost of each tile size. False when the work cannot be done in tiles on this
 *  machine: a block too large (then transform apart); or @p arena is out of memory (tile NULL). */
bool stamp_tile_choose(const struct stamp_work *w, struct stamp_arena *arena,
                       struct stamp_tiling *out);

/** Why stamp_tile_choose said no (need.h). */
void stamp_tile_need(const struct stamp_work *w, struct stamp_arena *arena,
                     char text[STAMP_NEED_TEXT]);

/** Places in VM for tiles of @p rows (sets panel .. nchunks); false when they do not fit. */
bool stamp_tile_vm(const struct stamp_work *w, uint32_t rows, struct stamp_tiling *t);

/** Bits of row @p r of unit @p i. */
uint32_t stamp_work_bits(const struct stamp_work *w, uint32_t i, uint32_t r);

/** What was chosen, as text. @p out  NULL: nothing */
void stamp_tile_text(const struct stamp_tiling *t, const char *name, struct stamp_text *out);

/** How often X passes through the load unit: 1, up to 2. */
double stamp_tile_passes(const struct stamp_tiling *t);

#endif
