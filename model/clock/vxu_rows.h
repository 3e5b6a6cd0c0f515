/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file vxu_rows.h
 * When rows give their number or range: VRED and VMINMAX.
 *
 * RTL twin rtl/vec/stamp_vx_rows.sv with stamp_vx_minmax and stamp_vx_red. How many lanes of a line count
 *          changes nothing.
 */
#ifndef STAMP_CLOCK_VXU_ROWS_H
#define STAMP_CLOCK_VXU_ROWS_H

#include <stdbool.h>

#include "model/spec/spec.h"

/** Sums of rows: stamp_vx_red. */
struct stamp_clock_red {
    uint8_t lanes, log, lines; /**< L, log2 L, 64 / L */
    bool bank, tree, tree_bank;
    uint8_t k, half, pair; /**< line of the next addend; half of the sums left; line of the pair */
    uint8_t s, f;          /**< bit n: an addition at stage n, 1 to 5; the last of its row */
    uint64_t i;            /**< its line, 8 bits a stage */
};

struct stamp_clock_rows {
    uint8_t stages;                     /**< of the tree of VMINMAX: log2 L */
    bool ranges, sum, squares, largest; /**< which instruction */
    uint8_t mm, mm_at;                  /**< bit n: a range in stage n; enabled cycles, modulo 16 */
    uint16_t mm_sm[16];                 /**< its entry */
    uint8_t v, last;                    /**< bit n: squares in stage n, 1 to 4; last of their row */
    uint8_t in, in_last; /**< lines that wait for the sums, at most 2; bit n: the n-th is last */
    struct stamp_clock_red red;
};

/** What comes and goes in one cycle. */
struct stamp_clock_rows_pins {
    bool en, adv;               /**< in */
    bool valid, last;           /**< in: a line */
    uint16_t sm;                /**< in */
    bool range, red, add, busy; /**< out */
    uint16_t range_sm;
};

void stamp_clock_rows_init(struct stamp_clock_rows *r, const struct stamp_mach *mach);
/** The edge of an instruction's first cycle: @p op VMINMAX, VRED of @p fn, or another. */
void stamp_clock_rows_load(struct stamp_clock_rows *r, uint32_t op, uint32_t fn);
void stamp_clock_rows_drive(const struct stamp_clock_rows *r, struct stamp_clock_rows_pins *p);
void stamp_clock_rows_edge(struct stamp_clock_rows *r, const struct stamp_clock_rows_pins *p);

#endif
