/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file vxu_fn.h
 * When the function lanes take a line and give one.
 *
 * RTL twin rtl/vec/stamp_vx_fn.sv with stamp_fn_lane, held to it alone in tests/rtl/vx_fn_tb.cpp. Of values the
 *          only thing that counts is which groups of F elements have one that is asked for.
 */
#ifndef STAMP_CLOCK_VXU_FN_H
#define STAMP_CLOCK_VXU_FN_H

#include <stdbool.h>

#include "model/spec/spec.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { STAMP_CLOCK_FN_NOTES = 32 }; /**< addresses of the lines inside: Lines at most */

enum stamp_clock_fn_state { /**< of RECIP and RSQRT */
                            STAMP_CLOCK_FN_IDLE,
                            STAMP_CLOCK_FN_GROUP,
                            STAMP_CLOCK_FN_SUM,
                            STAMP_CLOCK_FN_ROOT,
                            STAMP_CLOCK_FN_DIVIDE,
                            STAMP_CLOCK_FN_PUT
};

struct stamp_clock_fn_pins {
    bool in_valid; /**< in, and with it: */
    uint8_t fn;
    uint16_t addr;
    uint32_t c;
    uint64_t groups; /**< bit g: an element of group g counts */
    bool out_ready;  /**< in */
    bool in_ready, out_valid, busy;
    uint16_t out_addr;
};

struct stamp_clock_fn {
    uint8_t last, slots, notes_max; /**< of the machine: Groups - 1, Slots, Lines */
    bool line, go, en, valid;       /**< registers, by their names in the RTL */
    uint8_t fn, group, out_group, held, state;
    bool is_exp, is_expm, is_prod, is_rsqrt;
    uint8_t add, mul, core; /**< bit t - 1: an element came t cycles ago */
    uint8_t root, div;      /**< cycles left */
    bool root_done, div_done;
    uint32_t c;
    uint64_t groups;
    uint8_t note_put, note_get; /**< counters of note; what is between them is inside */
    uint16_t note[STAMP_CLOCK_FN_NOTES], out[2];
};

void stamp_clock_fn_init(struct stamp_clock_fn *f, const struct stamp_mach *mach);
void stamp_clock_fn_drive(const struct stamp_clock_fn *f, struct stamp_clock_fn_pins *p);
void stamp_clock_fn_edge(struct stamp_clock_fn *f, const struct stamp_clock_fn_pins *p);

#ifdef __cplusplus
}
#endif
#endif
