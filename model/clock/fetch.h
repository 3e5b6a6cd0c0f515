/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file fetch.h
 * When an instruction is there, and what of the program is asked for ahead.
 *
 * RTL twin rtl/ctrl/stamp_fetch.sv, held to it pin by pin in tests/rtl/ctrl_tb.cpp. Pins have its ports' names.
 * Errors   not timed: memory answers every read with OKAY.
 * Use      drive; see, with want, jump and pc known; edge with all pins known.
 */
#ifndef STAMP_CLOCK_FETCH_H
#define STAMP_CLOCK_FETCH_H

#include <stdbool.h>

#include "model/spec/spec.h"

#ifdef __cplusplus
extern "C" {
#endif

struct stamp_clock_fetch_pins {
    bool start, run;      /**< in */
    uint64_t code_addr;   /**< in */
    uint32_t code_count;  /**< in */
    uint32_t pc, keep;    /**< in */
    bool jump, want;      /**< in */
    bool arready, rvalid; /**< in */
    bool valid;           /**< out, of see */
    bool busy, arvalid;   /**< out */
    uint8_t arlen;        /**< out, with arvalid */
    uint64_t araddr;      /**< out, with arvalid */
};

/** Registers, by the names of the RTL. */
struct stamp_clock_fetch {
    uint32_t granules, beats; /**< of the buffer; of a granule */
    uint32_t lo, hi, req, due, drop, next, total, left, used;
    uint64_t oldest, next_addr, araddr; /**< oldest: bit 32 is its sign */
    uint8_t settle, now, late, beat, arlen;
    bool arvalid, stale, have, ahead, read, look, hit, below, beyond, missed, we;
    bool half, few, none;
};

void stamp_clock_fetch_init(struct stamp_clock_fetch *f, const struct stamp_mach *mach);
void stamp_clock_fetch_reset(struct stamp_clock_fetch *f);
void stamp_clock_fetch_drive(const struct stamp_clock_fetch *f, struct stamp_clock_fetch_pins *p);
void stamp_clock_fetch_see(const struct stamp_clock_fetch *f, struct stamp_clock_fetch_pins *p);
void stamp_clock_fetch_edge(struct stamp_clock_fetch *f, const struct stamp_clock_fetch_pins *p);

#ifdef __cplusplus
}
#endif
#endif
