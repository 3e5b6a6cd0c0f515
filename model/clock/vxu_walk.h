/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file vxu_walk.h
 * The loops of a vector instruction: when each step is made, and what goes along with it.
 *
 * RTL twin rtl/vec/stamp_vx_walk.sv; names are its registers'. A step's addresses and limits are worked out when
 *          the loops make it, and it travels as a number in a ring; so is its row's entry of the row table,
 *          which is looked at in the cycle of rt_re.
 */
#ifndef STAMP_CLOCK_VXU_WALK_H
#define STAMP_CLOCK_VXU_WALK_H

#include <stdbool.h>

#include "model/spec/spec.h"

enum { STAMP_CLOCK_VXU_STEPS = 32 }; /**< ring: more than are in walk, lanes and quantizer */

/** A step. */
struct stamp_clock_vxu_step {
    bool read, b, go, first, last, state, flush;
    bool bad;    /**< RANGE by the fields: no step is made any more */
    bool two;    /**< VQUANT: 8 bits */
    uint8_t err; /**< VQUANT: why it does not go to XB */
    uint8_t sub, count, xb_row;
    uint16_t rd, sm, rm, xb; /**< lines and entries; xb of VQUANT alone */
    uint32_t line;           /**< of the result in VM or PB */
};

/** What the instruction is to the walker: kind_t. */
struct stamp_clock_vxu_kind {
    bool b, w, rot, par, quant, rope, red, code, deq, packk, packv, pack, smrd, mac, scalar, words;
    bool uses_sm, uses_rt, block, repeats, first, sd;
    uint8_t sub_last;
};

struct stamp_clock_vxu_walk {
    const struct stamp_mach *mach;
    const uint16_t *rt;
    uint32_t log, log_t, rt_mask;

    /* Of the instruction. */
    struct stamp_clock_vxu_kind k;
    uint32_t n0, n1, cols, blk, reps, span; /**< the first five less 1 */
    uint32_t rm_off, s0, s1, b0, boff, gstride, smstride, bs, ds, lstep, wa, wb, xb, rope_cols;

    /* Where the loops are. */
    bool walking, row_new;
    uint8_t sub, field, blkpos, rep;
    uint16_t i0, i1, j, word;
    uint32_t a_row, outer, b_row, d_row, d, sm_row, sm, index, lim;
    int32_t rem;
    bool is8, odd;     /**< of the row, by its entry */
    uint8_t xb_row;    /**< the same, VQUANT */
    uint32_t xb_group; /**< lines from that of nibble row 0 */

    /* Steps under way: numbers in the ring. */
    bool v1, spare_v, v2, fresh;
    uint8_t at1, spare, at2, next;
    struct stamp_clock_vxu_step step[STAMP_CLOCK_VXU_STEPS];
};

static inline bool stamp_clock_vxu_walk_kill(const struct stamp_clock_vxu_walk *w)
{
    return w->v2 && w->step[w->at2].bad;
}

/** rt_re_o */
static inline bool stamp_clock_vxu_walk_table(const struct stamp_clock_vxu_walk *w)
{
    return w->row_new && w->walking && w->k.uses_rt;
}

/** walking_o, in a cycle that is not an instruction's first. */
static inline bool stamp_clock_vxu_walk_busy(const struct stamp_clock_vxu_walk *w)
{
    return w->walking || w->v1 || w->v2;
}

/** The edge of an instruction's first cycle. */
void stamp_clock_vxu_walk_load(struct stamp_clock_vxu_walk *w, const union stamp_insn *i);
/** Of any other. */
void stamp_clock_vxu_walk_edge(struct stamp_clock_vxu_walk *w, bool adv);

#endif
