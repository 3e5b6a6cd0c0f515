/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file dispatch.h
 * When an instruction is fetched, decoded, executed or handed to a queue. What it is says
 * model/dispatch/dispatch.h.
 *
 * RTL twin rtl/ctrl/stamp_dispatch.sv, held to it pin by pin in tests/rtl/ctrl_tb.cpp. Pins have its ports'
 *          names.
 * Errors   not timed: `error` says why the program cannot go on, and nothing is dispatched any more. Nor is
 *          the watchdog, and START comes only while all is idle.
 * Use      drive; see, with ready and all_idle known; edge with all pins known.
 */
#ifndef STAMP_CLOCK_DISPATCH_H
#define STAMP_CLOCK_DISPATCH_H

#include "model/dispatch/dispatch.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Bit u - 1 of a mask is unit u. */
struct stamp_clock_dispatch_pins {
    bool start;                     /**< in */
    bool valid;                     /**< in: of fetch, after drive */
    uint8_t ready;                  /**< in: of the queues */
    bool all_idle;                  /**< in */
    uint32_t pc, keep;              /**< out */
    bool jump, want, busy;          /**< out */
    bool done, reset_units;         /**< out: a cycle each */
    uint8_t to, push;               /**< out, of see */
    const struct stamp_issue *insn; /**< out, with push */
    bool clear, ev_control;         /**< out, of see */
};

enum stamp_clock_dispatch_state {
    STAMP_CLOCK_IDLE,
    STAMP_CLOCK_FETCH,
    STAMP_CLOCK_DECODE,
    STAMP_CLOCK_MULTIPLY
};

struct stamp_clock_dispatch {
    const struct stamp_word *code; /**< borrowed */
    uint32_t count, window;        /**< of the code; of the instruction buffer */
    struct stamp_dispatch ctl;
    struct stamp_issue issue; /**< in Decode */
    enum stamp_clock_dispatch_state state;
    enum stamp_error error; /**< at ctl.pc */
    uint32_t pc, keep, behind, start0;
    uint32_t skip;   /**< words of a LOOP without iterations still to be dropped */
    uint32_t factor; /**< of SETA */
    uint8_t depth;
    bool jump, done, reset_units;
};

/** Before START: the program, its arguments (NULL: zeros). */
void stamp_clock_dispatch_init(struct stamp_clock_dispatch *d, const struct stamp_mach *mach,
                               const struct stamp_word *code, uint32_t count, const uint32_t *arg);
void stamp_clock_dispatch_drive(const struct stamp_clock_dispatch *d,
                                struct stamp_clock_dispatch_pins *p);
void stamp_clock_dispatch_see(const struct stamp_clock_dispatch *d,
                              struct stamp_clock_dispatch_pins *p);
void stamp_clock_dispatch_edge(struct stamp_clock_dispatch *d,
                               const struct stamp_clock_dispatch_pins *p);

/** Nothing changes as long as valid stays low, and ready and all_idle are as in @p p. */
bool stamp_clock_dispatch_still(const struct stamp_clock_dispatch *d,
                                const struct stamp_clock_dispatch_pins *p);

#ifdef __cplusplus
}
#endif
#endif
