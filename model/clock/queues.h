/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file queues.h
 * When an instruction gets to its unit: the queues, the semaphores, whose turn it is to take.
 *
 * RTL twin rtl/ctrl/stamp_queues.sv with stamp_issue and stamp_sems, held to them pin by pin in
 *          tests/rtl/ctrl_tb.cpp. Pins have the ports' names; bit u of a mask, element u of an array is that
 *          of unit u + 1.
 * Errors   not timed: what retires with one gives nothing, and `overflow` says that a semaphore passed SEM_MAX.
 * Use      drive; edge with all pins known. What comes out comes out of registers.
 */
#ifndef STAMP_CLOCK_QUEUES_H
#define STAMP_CLOCK_QUEUES_H

#include "model/dispatch/dispatch.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    STAMP_CLOCK_QUEUE_MOST = 64, /**< places of a queue, mach.def */
    STAMP_CLOCK_FLIGHT = 8       /**< started and not retired, at most; 4 of VXU and MXU */
};

struct stamp_clock_queues_pins {
    bool reset_units;                             /**< in */
    uint8_t to, push;                             /**< in */
    const struct stamp_issue *insn;               /**< in, with push; copied */
    uint64_t seq;                                 /**< in, with push: its place in program order */
    uint8_t unit_ready, unit_done, unit_failed;   /**< in; failed: done with an error */
    uint8_t ready, unit_valid, head, take, waits; /**< out */
    const struct stamp_issue *unit_insn[STAMP_QUEUES]; /**< out, with unit_valid */
    uint64_t unit_seq[STAMP_QUEUES];                   /**< out, with unit_valid */
    uint64_t done_seq[STAMP_QUEUES];                   /**< out: of what unit_done ends */
    uint8_t gives;                                     /**< out, of edge: done without an error */
    bool all_idle;                                     /**< out */
};

/** Numbers of one instruction's waits or posts; 0 none. */
struct stamp_clock_three {
    uint8_t n[3];
};

struct stamp_clock_entry {
    struct stamp_issue issue;
    uint64_t seq;
    struct stamp_clock_three wait, post;
};

/** One unit's queue. The oldest is entry[first]; the flags say how far the RTL has it. */
struct stamp_clock_queue {
    uint32_t first, count, stored; /**< waiting in all; of these in memory and not asked for */
    bool reading, next, head, granted, read, load;
    uint32_t flights, flight_first, flight_most;
    struct stamp_clock_three flight[STAMP_CLOCK_FLIGHT]; /**< posts of those */
    uint64_t flight_seq[STAMP_CLOCK_FLIGHT];
    struct stamp_clock_entry entry[STAMP_CLOCK_QUEUE_MOST];
};

struct stamp_clock_sems {
    uint8_t sem[STAMP_SEMAPHORES];
    struct stamp_clock_three post[STAMP_QUEUES], taken;
    bool moved, spent, posting, giving; /**< the last two: posts of this cycle, of the one before */
};

struct stamp_clock_queues {
    uint32_t places;
    bool all_idle, overflow;
    struct stamp_clock_sems sems;
    struct stamp_clock_queue queue[STAMP_QUEUES];
};

void stamp_clock_queues_init(struct stamp_clock_queues *q, const struct stamp_mach *mach);
void stamp_clock_queues_drive(const struct stamp_clock_queues *q,
                              struct stamp_clock_queues_pins *p);
void stamp_clock_queues_edge(struct stamp_clock_queues *q, struct stamp_clock_queues_pins *p);

/** Nothing changes until an instruction comes, is taken by its unit or is over. */
bool stamp_clock_queues_still(const struct stamp_clock_queues *q);

#ifdef __cplusplus
}
#endif
#endif
