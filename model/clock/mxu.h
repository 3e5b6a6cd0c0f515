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

#include "model/clock/mxu_drain.h"
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

/** Where the loops of MM are. */
struct stamp_clock_mxu_walk {
    bool active;
    struct stamp_insn_m i;
    bool plane, tile_new; /**< tile_new: no step of the tile was made */
    uint16_t phase, k, kstart, kend, b, n, g, nt, ac, steps;
    uint32_t xbase, wbase, wline, cm;
};

/** The step to be issued. */
struct stamp_clock_mxu_step {
    bool valid, read, last, last_tile;
    bool tile_bad; /**< something of the tile is beyond its memory */
    uint32_t x, w;
    struct stamp_clock_tile tile;
};

struct stamp_clock_mxu {
    const struct stamp_mach *mach;
    const uint16_t *nt;
    uint16_t phases, slots;
    bool held, ev_active, ev_stall;
    uint8_t fill;          /**< bits: one was taken one, two cycles ago */
    uint64_t gap_end;      /**< the first cycle in which a tile may end */
    struct stamp_insn_m h; /**< with held */
    struct stamp_clock_mxu_walk walk;
    struct stamp_clock_mxu_step step;
    struct stamp_clock_drain drain;
};

/** A run of steps that nothing interrupts. */
struct stamp_clock_mxu_run {
    uint64_t cycles; /**< from this one on; 0: none */
    uint32_t wb;     /**< the line read in this one; the next one's is the next */
    uint32_t xb_in;  /**< cycles to the next read of XB; then every xb_every */
    uint32_t xb_every;
};

/** @param nt  the nibble table, RT_ENTRIES, borrowed: an entry is looked at in the edge of its nt_re */
void stamp_clock_mxu_init(struct stamp_clock_mxu *m, const struct stamp_mach *mach,
                          const uint16_t *nt);
void stamp_clock_mxu_reset(struct stamp_clock_mxu *m);
void stamp_clock_mxu_drive(const struct stamp_clock_mxu *m, struct stamp_clock_mxu_pins *p);
void stamp_clock_mxu_edge(struct stamp_clock_mxu *m, const struct stamp_clock_mxu_pins *p);

/** Cycles, from now on, in which the outputs stay as they are and no event is told, as long as no instruction is
 *  taken; 0 when unsure. */
uint64_t stamp_clock_mxu_still(const struct stamp_clock_mxu *m);
/** The array streams and nothing else happens, as long as no instruction is taken: xb_re, wb_re as said,
 *  ev_active high (in the first cycle as it is now), all other outputs as they are now. */
struct stamp_clock_mxu_run stamp_clock_mxu_stream(const struct stamp_clock_mxu *m);
/** The same while rows of the tile before are drained: done stays low, NT, RM, CM, AC and VM are used as the drain
 *  does. As many cycles, or fewer, are made by stamp_clock_mxu_pass. */
struct stamp_clock_mxu_run stamp_clock_mxu_drains(const struct stamp_clock_mxu *m);

/** Events, reads and writes over several cycles. */
struct stamp_clock_mxu_sum {
    uint64_t active, stall, used, line, ac_read, xb_re, wb_re, vm_we, ac_we;
};

/**
 * Up to @p most edges at once in which no instruction is given and no one else looks at the pins; neither done nor a
 * change of insn_ready is passed. What happens in these cycles is added to @p sum.
 * @return how many were made
 */
uint64_t stamp_clock_mxu_pass(struct stamp_clock_mxu *m, uint64_t most,
                              struct stamp_clock_mxu_sum *sum);
/** Cycles, from now on and @p most, in which the drain writes no line of VM for sure. */
uint64_t stamp_clock_mxu_writes_none(const struct stamp_clock_mxu *m, uint64_t most);
/** As many edges of either kind, no instruction given. */
void stamp_clock_mxu_skip(struct stamp_clock_mxu *m, uint64_t cycles);

#ifdef __cplusplus
}
#endif
#endif
