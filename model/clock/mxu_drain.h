/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file mxu_drain.h
 * When finished tiles are read, scaled and written.
 *
 * RTL twin rtl/mxu/stamp_drain.sv. Nothing stalls it, so all that a row does lies at fixed distances from
 *          its start: it is written in a calendar of the cycles to come once the row's NT entry is read.
 */
#ifndef STAMP_CLOCK_MXU_DRAIN_H
#define STAMP_CLOCK_MXU_DRAIN_H

#include <stdbool.h>

#include "model/spec/spec.h"

/** A tile as the drain takes it; the names of stamp_drain's ports. */
struct stamp_clock_tile {
    bool kill, final, blk, fresh, end;
    uint16_t nt, ac, cm, rm, rmstride, vstride, steps;
    uint32_t vm;
};

/** What happens in one cycle: STAMP_CLOCK_DRAIN_* and, with these, addresses. */
struct stamp_clock_drain_day {
    uint16_t what, nt, rm, cm, vm, ac, used;
    uint8_t err; /**< of a row */
};

enum {
    STAMP_CLOCK_DRAIN_NT = 1,
    STAMP_CLOCK_DRAIN_RM = 2,
    STAMP_CLOCK_DRAIN_CM = 4,
    STAMP_CLOCK_DRAIN_VM = 8,
    STAMP_CLOCK_DRAIN_AC = 16,      /**< written */
    STAMP_CLOCK_DRAIN_AC_READ = 32, /**< the event, a cycle behind the read */
    STAMP_CLOCK_DRAIN_LINE = 64,
    STAMP_CLOCK_DRAIN_DONE = 128,
    STAMP_CLOCK_DRAIN_KILLED = 256, /**< with DONE: the instruction ends in RANGE */
    STAMP_CLOCK_DRAIN_USED = 512,
    STAMP_CLOCK_DRAIN_ERR = 1024,
    STAMP_CLOCK_DRAIN_DAYS = 64 /**< of the calendar: more than from a start to its done */
};

struct stamp_clock_drain {
    uint64_t now, end; /**< this cycle; the first in which nothing is left to be done */
    struct stamp_clock_tile tile[2]; /**< rows of one may be read when the next one starts */
    uint8_t put, get, row;           /**< places in tile; the next row of tile[get] to be read */
    uint8_t err;                     /**< of the instruction's rows before */
    uint16_t nt_mask;                /**< of an NT address */
    struct stamp_clock_drain_day day[STAMP_CLOCK_DRAIN_DAYS];
    uint32_t looked;    /**< entries of NT looked at so far, modulo 2^32, */
    uint16_t looked_at; /**< and the last of them: what its table's port keeps */
};

/** This cycle of the calendar. */
static inline const struct stamp_clock_drain_day *stamp_clock_drain_today(
    const struct stamp_clock_drain *d)
{
    return &d->day[d->now % STAMP_CLOCK_DRAIN_DAYS];
}

/** busy_o */
static inline bool stamp_clock_drain_busy(const struct stamp_clock_drain *d)
{
    return d->now < d->end;
}

/** A tile starts in this cycle. */
void stamp_clock_drain_start(struct stamp_clock_drain *d, const struct stamp_mach *mach,
                             const struct stamp_clock_tile *tile);
/** What is left to the edge of a cycle whose day is not empty. */
void stamp_clock_drain_day_over(struct stamp_clock_drain *d, const struct stamp_mach *mach,
                                const uint16_t *nt);

static inline void stamp_clock_drain_edge(struct stamp_clock_drain *d,
                                          const struct stamp_mach *mach, const uint16_t *nt)
{
    if (stamp_clock_drain_today(d)->what) stamp_clock_drain_day_over(d, mach, nt);
    d->now++;
}

/** Cycles, from now on and @p most, in which the calendar is empty and busy_o does not fall. */
uint64_t stamp_clock_drain_still(const struct stamp_clock_drain *d, uint64_t most);

#endif
