/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file vxu_lanes.h
 * Parts of the vector unit's edge: what leaves for VM, PB and XB, and what the lanes' units hold.
 */
#ifndef STAMP_CLOCK_VXU_LANES_H
#define STAMP_CLOCK_VXU_LANES_H

#include "model/clock/vxu.h"

enum {
    STAMP_CLOCK_VXU_ADD = 4, /**< AddLatency, MulLatency */
    STAMP_CLOCK_VXU_MUL = 4,
    STAMP_CLOCK_VXU_CODES =
        STAMP_CLOCK_VXU_MUL + 3, /**< stages of stamp_vx_code, of stamp_vx_quant */
    STAMP_CLOCK_VXU_QUANT = STAMP_CLOCK_VXU_CODES + 3
};

/** What registers say of one cycle. */
struct stamp_clock_vxu_now {
    struct stamp_clock_rows_pins rows;
    struct stamp_clock_fn_pins fn;
    const struct stamp_clock_vxu_step *s1,
        *s2; /**< of the step that arrives, that is at the lanes */
    bool en, add_en, mul_en, adv, ready, code, pack, step, kill, alu, fn_take;
    uint16_t alu_addr;
};

/** Edges of stamp_vx_out, _line, _pack, _code with _quant, _alu with _deq. */
void stamp_clock_vxu_out_edge(struct stamp_clock_vxu *v, const struct stamp_clock_vxu_now *n,
                              bool vw_ready);
void stamp_clock_vxu_line_edge(struct stamp_clock_vxu *v, const struct stamp_clock_vxu_now *n);
void stamp_clock_vxu_pack_edge(struct stamp_clock_vxu *v, const struct stamp_clock_vxu_now *n);
void stamp_clock_vxu_codes_edge(struct stamp_clock_vxu *v, const struct stamp_clock_vxu_now *n);
void stamp_clock_vxu_alu_edge(struct stamp_clock_vxu *v, const struct stamp_clock_vxu_now *n);

/** The same of an instruction played from its tape. @return false: it cannot be any more, the registers hold what they
 *  would, and the edge is theirs */
bool stamp_clock_vxu_replay_edge(struct stamp_clock_vxu *v, const struct stamp_clock_vxu_pins *p);
void stamp_clock_vxu_replay_drive(const struct stamp_clock_vxu *v, struct stamp_clock_vxu_pins *p);
uint64_t stamp_clock_vxu_replay_still(const struct stamp_clock_vxu *v);
/** Decode the instruction that was taken. */
void stamp_clock_vxu_decode(struct stamp_clock_vxu *v);

#endif
