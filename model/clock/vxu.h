/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file vxu.h
 * When the vector unit takes an instruction, reads and writes, and is done.
 *
 * RTL twin rtl/vec/stamp_vxu.sv and what is in it, held to it pin by pin in tests/rtl/vxu_tb.cpp. Pins
 *          have its ports' names.
 * Contents of the row table decide: 8 bits or 4, and the rows and lines of XB. Those of VM and SM do not:
 *          which lanes count is said by lim.
 * Errors   RANGE and RESERVED are timed and told as the RTL does; NUMERIC needs values: err is NONE.
 * Use      drive, then edge with all pins known. All outputs come out of registers.
 */
#ifndef STAMP_CLOCK_VXU_H
#define STAMP_CLOCK_VXU_H

#include <stdbool.h>

#include "model/clock/vxu_fn.h"
#include "model/clock/vxu_rows.h"
#include "model/clock/vxu_sm.h"
#include "model/clock/vxu_tape.h"
#include "model/clock/vxu_walk.h"

#ifdef __cplusplus
extern "C" {
#endif

struct stamp_clock_vxu_pins {
    bool insn_valid;              /**< in */
    const union stamp_insn *insn; /**< in, with insn_valid; copied when taken */
    bool vw_ready;                /**< in: VM takes vw_addr */
    bool xb_ready, xb_busy;       /**< in: of stamp_xb */
    bool insn_ready, done, busy;  /**< out, as all that follows */
    uint8_t err;                  /**< enum stamp_error, with done */
    bool vr_re, vw_valid, rt_re, xb_we, xb_two, rm_we, pb_we, sm_we;
    uint16_t vr_addr, vw_addr, rt_addr, xb_addr, rm_addr, pb_addr, sm_addr; /**< with these */
    uint8_t xb_row;                                                         /**< with xb_we */
    bool ev_read, ev_fn;
    uint8_t ev_lines, ev_divides;
};

enum { STAMP_CLOCK_VXU_REFUSALS = 32 };

/** What the instruction is to the lanes: the names of stamp_vxu. */
struct stamp_clock_vxu_is {
    bool bfly, rot, min, par, quant, rope, fn, code, deq, pack, depth, smrd, smwr, red, max, mac,
        sum;
    bool coded, out;       /**< out: the product is the result */
    bool alu, line, state; /**< what it uses: the lanes, stamp_vx_line, SM's writers */
    uint8_t divides;       /**< of a line of VFN */
};

/** Lines on their way to VM: stamp_vx_out. */
struct stamp_clock_vxu_out {
    bool valid, next_v;
    uint16_t addr, next_addr;
};

/** Adders and multipliers of the lanes: stamp_vx_alu with stamp_vx_deq. */
struct stamp_clock_vxu_alu {
    uint8_t join, out, mul, add; /**< bit n: something in stage n, 1 to 4 */
    uint64_t mul_addr, add_addr; /**< its line, 16 bits a stage from 0 on: that of stage 1 */
    bool deq;
    uint16_t deq_addr;
};

/** Codes, nibbles and words: stamp_vx_code, _quant, _pack and _line. */
struct stamp_clock_vxu_codes {
    uint16_t code, quant; /**< bit n: a line in stage n, 1 to 7, 1 to 10 */
    uint8_t at;           /**< enabled cycles, modulo 16 */
    uint8_t step[16];     /**< of the line that came in each */
    bool pack_ready, low; /**< low: plane 1 */
    uint8_t piece;
    bool line_valid;
    uint16_t line_addr, left, red_addr;
    uint8_t lane;
};

/** Outputs that are registers. */
struct stamp_clock_vxu_regs {
    bool xb_we, xb_two, pb_we, sm_we, rm_we, ev_read, ev_fn;
    uint8_t xb_row, ev_lines, ev_divides, q_err;
    uint16_t xb_addr, pb_addr, sm_addr, rm_addr;
};

/** Where the tape that is played in place of the registers is: vxu_replay.c. */
struct stamp_clock_vxu_replay {
    const struct stamp_clock_tape *tape; /**< NULL: none */
    uint32_t at;                         /**< cycles in which the pipeline moved */
    uint32_t cycle;                      /**< all, since the instruction was taken */
    uint32_t pos[STAMP_CLOCK_TAPE_LISTS];
    bool moved, moved_before; /**< in the last cycle, in the one before */
    uint8_t refusals;         /**< VFN: writes refused so far, and when */
    uint32_t refused[STAMP_CLOCK_VXU_REFUSALS];
};

struct stamp_clock_vxu {
    const struct stamp_mach *mach;
    union stamp_insn insn;
    struct stamp_clock_vxu_is is;
    bool busy, load, done, row_err, xb_ok, par_valid;
    uint8_t err;

    bool v1, v_o, s2_v;    /**< a step one and two cycles behind the walk, and at the lanes */
    uint8_t at1, at_o, s2; /**< its number */
    uint8_t exec;          /**< the steps of a pair */
    uint16_t a_addr, b_addr, a2_addr, b2_addr;

    struct stamp_clock_vxu_walk walk;
    struct stamp_clock_vxu_alu alu;
    struct stamp_clock_vxu_codes codes;
    struct stamp_clock_rows rows;
    struct stamp_clock_vxu_sm sm;
    struct stamp_clock_fn fn;
    struct stamp_clock_vxu_out out;
    struct stamp_clock_vxu_regs regs;
    struct stamp_clock_tapes *tapes;
    struct stamp_clock_vxu_replay replay;
};

/** Events, and writes made, over several cycles. */
struct stamp_clock_vxu_sum {
    uint64_t read, lines, divides, fn, vw, xb_rows, pb;
};

/** @param rt  the row table, RT_ENTRIES, borrowed: an entry is looked at in the edge of its rt_re */
void stamp_clock_vxu_init(struct stamp_clock_vxu *v, const struct stamp_mach *mach,
                          const uint16_t *rt);
void stamp_clock_vxu_reset(struct stamp_clock_vxu *v);
/** From now on play instructions from @p tapes, borrowed, where there is one; NULL: none. The pins are the same. */
void stamp_clock_vxu_use(struct stamp_clock_vxu *v, struct stamp_clock_tapes *tapes);
void stamp_clock_vxu_drive(const struct stamp_clock_vxu *v, struct stamp_clock_vxu_pins *p);
void stamp_clock_vxu_edge(struct stamp_clock_vxu *v, const struct stamp_clock_vxu_pins *p);

/** Cycles, from now on, in which the outputs stay as they are (err but with done) and no event is told, whatever
 *  the inputs but insn_valid, as long as no instruction is taken: the unit is idle, divides, or VQPAR has no
 *  place. 0 when unsure. */
uint64_t stamp_clock_vxu_still(const struct stamp_clock_vxu *v);
/** As many edges at once. */
void stamp_clock_vxu_skip(struct stamp_clock_vxu *v, uint64_t cycles);
/**
 * Up to @p most edges at once in which VM and XB take all that is written and no one else looks at the pins; done
 * is not passed. What happens in these cycles is added to @p sum.
 * @return how many were made; 0 where no tape is played
 */
uint64_t stamp_clock_vxu_pass(struct stamp_clock_vxu *v, uint64_t most,
                              struct stamp_clock_vxu_sum *sum);
/** Where pass would go on: whether a line of VM is written, or read, XB or PB is written, @p in cycles from now (0:
 *  in this one), and which; as long as nothing is refused before. */
bool stamp_clock_vxu_write_in(const struct stamp_clock_vxu *v, uint64_t in, uint16_t *addr);
bool stamp_clock_vxu_read_in(const struct stamp_clock_vxu *v, uint64_t in, uint16_t *addr);
bool stamp_clock_vxu_xb_in(const struct stamp_clock_vxu *v, uint64_t in, uint16_t *addr);
bool stamp_clock_vxu_pb_in(const struct stamp_clock_vxu *v, uint64_t in, uint16_t *addr);

#ifdef __cplusplus
}
#endif
#endif
