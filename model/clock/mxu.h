/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file mxu.h
 * When the matrix unit takes an instruction, reads its memories, writes and is done.
 *
 * RTL twin rtl/mxu/stamp_mxu.sv with stamp_array and stamp_drain, held to it pin by pin in
 *          tests/rtl/mxu_tb.cpp. Pins have its ports' names.
 * Contents of the nibble table decide: which rows are in use and the lines of VM and RM they reach. Those
 *          of XB, WB, CM, RM and AC do not.
 * Errors   RANGE and RESERVED are timed and told as the RTL does; NUMERIC needs values: err is NONE.
 * Use      drive, then edge with all pins known. All outputs come out of registers; data that are read are
 *          the twin's own affair.
 */
#ifndef STAMP_CLOCK_MXU_H
#define STAMP_CLOCK_MXU_H

#include <stdbool.h>

#include "model/spec/spec.h"

#ifdef __cplusplus
extern "C" {
#endif

struct stamp_clock_mxu_pins {
    bool insn_valid;                 /**< in */
    const struct stamp_insn_m *insn; /**< in, with insn_valid; copied when taken */
    bool insn_ready, done, busy;     /**< out, as all that follows */
    uint8_t err;                     /**< enum stamp_error, with done */
    bool xb_re, wb_re, nt_re, rm_re, cm_re, vm_we, ac_we;
    uint16_t xb_addr, wb_addr, nt_addr, rm_addr, cm_addr, vm_addr, ac_addr; /**< with these */
    bool ev_active, ev_stall, ev_line, ev_ac_read;
    uint16_t ev_used;
};

struct stamp_clock_mxu;

/** @param nt  the nibble table, RT_ENTRIES, borrowed: an entry is looked at in the edge of its nt_re */
void stamp_clock_mxu_init(struct stamp_clock_mxu *m, const struct stamp_mach *mach,
                          const uint16_t *nt);
void stamp_clock_mxu_reset(struct stamp_clock_mxu *m);
void stamp_clock_mxu_drive(const struct stamp_clock_mxu *m, struct stamp_clock_mxu_pins *p);
void stamp_clock_mxu_edge(struct stamp_clock_mxu *m, const struct stamp_clock_mxu_pins *p);

#ifdef __cplusplus
}
#endif
#endif
