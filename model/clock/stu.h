/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file stu.h
 * When the store unit reads lines, sends beats and is done.
 *
 * RTL twin rtl/dma/stamp_stu.sv and what is in it, held to it pin by pin in tests/rtl/stu_tb.cpp. Pins have its
 *          ports' names.
 * Errors   not timed: no range is left, memory answers OKAY, no value is an infinity or NaN.
 * Use      drive; edge with all pins known. All outputs come out of registers, ev_bytes and ev_axi_wait are
 *          edge's.
 */
#ifndef STAMP_CLOCK_STU_H
#define STAMP_CLOCK_STU_H

#include "model/clock/ag.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { STAMP_CLOCK_STU_LINES = 4 }; /**< read ahead */

struct stamp_clock_stu_pins {
    bool insn_valid;                 /**< in */
    const struct stamp_insn_d *insn; /**< in, with insn_valid; copied when taken */
    bool awready, wready, bvalid;    /**< in */
    bool rd_ready, pb_ready;         /**< in: VM, PB gives rd_line */
    bool insn_ready, done, busy;     /**< out */
    bool awvalid;                    /**< out */
    uint64_t awaddr;                 /**< out, with awvalid */
    uint8_t awlen;                   /**< out, with awvalid */
    bool wvalid, wlast, bready;      /**< out */
    bool rd_valid, pb_re;            /**< out */
    uint16_t rd_line;                /**< out, with these */
    uint8_t ev_bytes;                /**< out, of edge */
    bool ev_axi_wait;                /**< out, of edge */
    struct stamp_clock_ag_pins ag;   /**< within: from drive to edge */
};

/** Of an instruction: where its lines are. Counts less one, but for beats of a line. */
struct stamp_clock_stu_job {
    bool pb;
    uint8_t beats;
    uint16_t line, lines, lstride, n0, n1;
};

/** Lines read ahead, stamp_stu_rd. */
struct stamp_clock_stu_rd {
    struct stamp_clock_stu_job job[STAMP_TRANSFERS], now;
    uint32_t jobs_in, jobs_out;
    int32_t credit, push;
    uint16_t line, row, left, i0, i1, ask_line;
    uint8_t held, lines; /**< asked for and not popped; arrived and not popped */
    bool cur, ask, ask_pb, pend[2];
};

struct stamp_clock_stu {
    const struct stamp_mach *mach;
    struct stamp_clock_ag ag;
    struct stamp_clock_stu_rd rd;
    uint8_t kind[STAMP_TRANSFERS]; /**< beats of a line, less one */
    uint32_t ii, ix, ib, inflight; /**< in; beats made; answered */
    struct {
        bool last;
        uint8_t beats;
    } burst[STAMP_BURSTS];
    uint32_t bi, bx, bw, br, bb, aw; /**< bursts: in, x, w, r, answered; the last with an address */
    bool x, x_last;
    uint8_t x_left, lbeat;
    bool t, t_end, o, o_end; /**< stages; end: of a burst */
    uint8_t ws;              /**< in the FIFO before W, the oldest first */
    bool w_end[2];
    bool b, b_last, done;
    bool aw_held, w_held;
    uint32_t owed, open;
};

void stamp_clock_stu_init(struct stamp_clock_stu *s, const struct stamp_mach *mach);
void stamp_clock_stu_reset(struct stamp_clock_stu *s);
void stamp_clock_stu_drive(const struct stamp_clock_stu *s, struct stamp_clock_stu_pins *p);
void stamp_clock_stu_edge(struct stamp_clock_stu *s, struct stamp_clock_stu_pins *p);

#ifdef __cplusplus
}
#endif
#endif
