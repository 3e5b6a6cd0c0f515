/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file top.h
 * The machine on a clock: its units wired, its events counted. clock.h is how to use it.
 *
 * RTL twin rtl/top/stamp_top.sv with rtl/ctrl/stamp_events.sv and stamp_counters.sv; START is the pin of
 *          stamp_csr. Compared as a whole in tests/cosim/calibrate.c: every counter at the end of a program.
 */
#ifndef STAMP_CLOCK_TOP_H
#define STAMP_CLOCK_TOP_H

#include "model/image/image.h"
#include "model/clock/axi.h"
#include "model/clock/dispatch.h"
#include "model/clock/fetch.h"
#include "model/clock/ldu.h"
#include "model/clock/memories.h"
#include "model/clock/mxu.h"
#include "model/clock/queues.h"
#include "model/clock/rmux.h"
#include "model/clock/stu.h"
#include "model/clock/vxu.h"
#include "model/clock/xb.h"

/** Pins of all units in one cycle. */
struct stamp_clock_pins {
    struct stamp_clock_fetch_pins fetch;
    struct stamp_clock_dispatch_pins dispatch;
    struct stamp_clock_queues_pins queues;
    struct stamp_clock_rmux_pins rmux;
    struct stamp_clock_ldu_pins ldu;
    struct stamp_clock_stu_pins stu;
    struct stamp_clock_vxu_pins vxu;
    struct stamp_clock_mxu_pins mxu;
    struct stamp_clock_xb_pins xb;
    struct stamp_clock_vm_pins vm;
};

/** Units that sleep: nothing of them changes, their pins stay as they are, until something comes in or time is
 *  over. What changes with time alone is brought up to date when it is needed. */
struct stamp_clock_nap {
    bool control; /**< dispatch, queues */
    bool fetch;   /**< only where these do */
    bool ldu, stu, vxu, mxu, memory;
    bool streams; /**< of mxu: the array does, pins as stamp_clock_mxu_stream says */
    bool
        loads; /**< of ldu and memory: a beat a cycle goes to lines, which show on no pin meanwhile */
    struct {
        uint64_t left, slept; /**< cycles it may sleep on; since it was up to date */
    } of_vxu, of_mxu, of_memory;
    struct stamp_clock_mxu_run run;
    struct stamp_clock_ldu_meets meets; /**< of loads, when these began */
};

struct stamp_clock_top {
    const struct stamp_mach *mach;
    uint64_t cycle, pushed, code_addr, dram_base;
    uint32_t code_count;
    uint32_t vxu_pc; /**< of what the vector unit took last */
    bool filled;     /**< a line of a table was, since who looks at this cleared it */
    bool start;
    struct stamp_clock_axi axi; /**< in front of memory */
    struct stamp_clock_memory memory;
    struct stamp_clock_pins pins;
    struct stamp_clock_nap nap;
    bool awake; /**< nobody sleeps: every unit in every cycle */
    struct stamp_clock_fetch fetch;
    struct stamp_clock_dispatch dispatch;
    struct stamp_clock_queues queues;
    struct stamp_clock_rmux rmux;
    struct stamp_clock_ldu ldu;
    struct stamp_clock_stu stu;
    struct stamp_clock_vxu vxu;
    struct stamp_clock_mxu mxu;
    struct stamp_clock_xb xb;
    struct stamp_clock_table rt_port, nt_port, it_port;
    const uint8_t *dram;             /**< bytes the tables are loaded from; NULL: zeros */
    const struct stamp_image *image; /* or NULL */
    uint64_t dram_bytes;
    uint16_t *rt, *nt; /**< what the tables hold */
    uint32_t *it;
    uint64_t event[STAMP_EVENTS];
    uint32_t lasts; /**< what has lasted for `lasted` cycles, which are not in the counters yet */
    uint64_t lasted;
    void (*look)(
        void *ctx); /**< NULL, or called in each cycle before its edge, when all pins are known */
    void *look_ctx;
};

/** One cycle. */
void stamp_clock_top_cycle(struct stamp_clock_top *t);

/** What dispatch asks of fetch, and whether the word is there. */
void stamp_clock_top_fetch(struct stamp_clock_top *t);

/** Instructions the queues offer, on the units' pins. */
void stamp_clock_top_offers(struct stamp_clock_pins *p);

/** Beats and addresses between the read port, fetch and load unit. */
void stamp_clock_top_read_port(struct stamp_clock_top *t);

/** What the master drives, on the pins of memory. */
void stamp_clock_top_axi(struct stamp_clock_top *t);

/** events.c: a cycle: what those did who are awake. */
void stamp_clock_top_count(struct stamp_clock_top *t);
/** So many cycles more of what the pins show that lasts: busy, waiting. */
void stamp_clock_top_last(struct stamp_clock_top *t, uint64_t cycles);
/** The counters hold it all. */
void stamp_clock_top_counted(struct stamp_clock_top *t);

/** nap.c: between two cycles: who may sleep from now on. Pins become those of the next cycle. */
void stamp_clock_top_doze(struct stamp_clock_top *t);
/** Before anything is driven: those whose time is over wake up. */
void stamp_clock_top_alarm(struct stamp_clock_top *t);
/** In a cycle, once those awake are driven: who has to wake up for what comes in now. */
void stamp_clock_top_wake(struct stamp_clock_top *t);
/** After so many cycles: sleepers' time goes on. */
void stamp_clock_top_slept(struct stamp_clock_top *t, uint64_t cycles);
/** The matrix unit wakes up. */
void stamp_clock_top_mxu_up(struct stamp_clock_top *t);
/** jump.c: where nobody is in another's way: up to @p most cycles at once. @return how many */
uint64_t stamp_clock_top_jump(struct stamp_clock_top *t, uint64_t most);
/** All counters up to date. */
void stamp_clock_top_settle(struct stamp_clock_top *t);

#endif
