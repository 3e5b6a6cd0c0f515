/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file ldu.h
 * When the load unit asks for data, takes them, writes lines and is done.
 *
 * RTL twin rtl/dma/stamp_ldu.sv and what is in it, held to it pin by pin in tests/rtl/ldu_tb.cpp. Pins have its
 *          ports' names.
 * Contents of the index table decide the addresses of a gathering load.
 * Errors   not timed: no range is left, memory answers OKAY, no value is an infinity or NaN.
 * Use      drive; edge with all pins known. All outputs come out of registers, ev_bytes and ev_axi_wait but
 *          where Single: these are edge's.
 */
#ifndef STAMP_CLOCK_LDU_H
#define STAMP_CLOCK_LDU_H

#include "model/clock/ag.h"

#ifdef __cplusplus
extern "C" {
#endif

struct stamp_clock_ldu_pins {
    bool insn_valid;                 /**< in */
    const struct stamp_insn_d *insn; /**< in, with insn_valid; copied when taken */
    bool arready, rvalid, rlast;     /**< in */
    bool wr_ready;                   /**< in: the memory takes wr_line */
    bool insn_ready, done, busy;     /**< out */
    bool arvalid, rready;            /**< out */
    uint64_t araddr;                 /**< out, with arvalid */
    uint8_t arlen;                   /**< out, with arvalid */
    bool wr_valid;                   /**< out */
    uint8_t wr_space;                /**< out, with wr_valid: enum stamp_space */
    uint16_t wr_line;                /**< out, with wr_valid */
    uint64_t wr_from;  /**< out, with wr_valid: where the line lies in DRAM; of no gather */
    bool it_re;        /**< out */
    uint16_t it_entry; /**< out, with it_re */
    uint8_t ev_bytes;  /**< out, of edge */
    bool ev_axi_wait;  /**< out, of edge */
    struct stamp_clock_ag_pins ag; /**< within: from drive to edge */
};

/** Of an instruction whose data are awaited; beats and lines less one. */
struct stamp_clock_ldu_job {
    uint8_t space, beats;
    uint16_t line, lines, lstride, n0;
    uint64_t dram, d0, d1;
};

struct stamp_clock_ldu {
    const struct stamp_mach *mach;
    bool single; /**< some line is one beat */
    struct stamp_clock_ag ag;
    struct stamp_clock_ldu_job job[STAMP_TRANSFERS], now;
    uint32_t jobs_in, jobs_out, inflight, it_left;
    uint32_t bursts_in, bursts_out;
    bool last[STAMP_BURSTS];
    uint8_t beats; /**< in the FIFO behind R, the oldest first */
    bool beat_last[2];
    bool cur_valid, out_valid, out_last, done;
    uint8_t beat, out_space;
    uint16_t line, row, left, i0, out_line;
    uint64_t from, row_from, outer_from, out_from;
};

/** @param it  the index table, IT_ENTRIES, borrowed: an entry is looked at in the edge of its it_re */
void stamp_clock_ldu_init(struct stamp_clock_ldu *l, const struct stamp_mach *mach,
                          const uint32_t *it);
void stamp_clock_ldu_reset(struct stamp_clock_ldu *l);
void stamp_clock_ldu_drive(const struct stamp_clock_ldu *l, struct stamp_clock_ldu_pins *p);
void stamp_clock_ldu_edge(struct stamp_clock_ldu *l, struct stamp_clock_ldu_pins *p);

/** At rest, or waiting for R alone: nothing changes until a beat or an instruction comes, or an address is let
 *  in where @p arready is false. */
bool stamp_clock_ldu_still(const struct stamp_clock_ldu *l, bool arready);

/** What its lines meet while it streams: WB is read line by line, @p wb in the first cycle. */
struct stamp_clock_ldu_meets {
    bool wb_read;
    uint32_t wb;
};

/** Whether it takes a beat in every cycle in which one comes, while its addresses stand still and nothing else
 *  writes its memory: nothing but beats and lines changes. */
bool stamp_clock_ldu_streams(const struct stamp_clock_ldu *l, bool arready,
                             struct stamp_clock_ldu_meets meets);

/** So many cycles at once of a unit that streams. @return lines let in */
uint32_t stamp_clock_ldu_stream(struct stamp_clock_ldu *l, uint64_t cycles,
                                struct stamp_clock_ldu_meets meets);

#ifdef __cplusplus
}
#endif
#endif
