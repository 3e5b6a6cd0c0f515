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

#include "model/spec/spec.h"

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

struct stamp_clock_vxu;

/** @param rt  the row table, RT_ENTRIES, borrowed: an entry is looked at in the edge of its rt_re */
void stamp_clock_vxu_init(struct stamp_clock_vxu *v, const struct stamp_mach *mach,
                          const uint16_t *rt);
void stamp_clock_vxu_reset(struct stamp_clock_vxu *v);
void stamp_clock_vxu_drive(const struct stamp_clock_vxu *v, struct stamp_clock_vxu_pins *p);
void stamp_clock_vxu_edge(struct stamp_clock_vxu *v, const struct stamp_clock_vxu_pins *p);

#ifdef __cplusplus
}
#endif
#endif
