/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file xb.h
 * When XB takes writes: two banks on one port each, of which a read goes first.
 *
 * RTL twin rtl/mem/stamp_xb.sv, held to it in tests/rtl/xb_tb.cpp. Contents play no part: of an address
 *          only the lowest bit, the bank, is looked at.
 * Use      drive, then edge with all pins known. Both outputs come out of registers.
 */
#ifndef STAMP_CLOCK_XB_H
#define STAMP_CLOCK_XB_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { STAMP_CLOCK_XB_ENTRIES = 6, STAMP_CLOCK_XB_ROOM = 4 }; /**< of stamp_xb */

struct stamp_clock_xb_pins {
    bool we, re;            /**< in: a write of one or two rows, a read of a line */
    uint32_t waddr, raddr;  /**< in */
    bool ready, busy, lost; /**< out; lost: a write found its FIFO full, which the RTL stops at */
};

/** Registers. All zero is reset. */
struct stamp_clock_xb {
    struct {
        uint8_t count; /**< writes in the FIFO */
        bool out_v;    /**< one in the register before the bank */
        bool near;     /**< no more than Room places were left */
    } bank[2];
    bool lost;
};

void stamp_clock_xb_drive(const struct stamp_clock_xb *x, struct stamp_clock_xb_pins *p);
void stamp_clock_xb_edge(struct stamp_clock_xb *x, const struct stamp_clock_xb_pins *p);

/** Without a write: cycles in which nothing changes, whatever is read; 0 while a write waits. */
uint64_t stamp_clock_xb_still(const struct stamp_clock_xb *x);

#ifdef __cplusplus
}
#endif
#endif
