/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file rtl.h
 * The Verilated machine as seen from C: one shared object per configuration, one table of functions.
 *
 * The object depends on nothing of the kit but the formats of model/spec, its machine is what it was
 * verilated with; what it observes it
 * reports through hooks, so a run without listeners pays nothing for them but the counts of activity.def.
 */
#ifndef STAMP_SIM_RUN_RTL_H
#define STAMP_SIM_RUN_RTL_H

#include <stdbool.h>

#include "model/dram/counts.h"
#include "model/dram/params.h"
#include "model/spec/activity.h"
#include "model/spec/mach.h"

#ifdef __cplusplus
extern "C" {
#endif

struct stamp_axi;

/** A clock as the harness sees it before its edge. Bit u - 1 of a mask is unit u (LDU 1 .. MXU 4). */
struct stamp_rtl_cycle {
    const struct stamp_axi *axi; /**< pins of the AXI4 port */
    bool start, irq;             /**< a register write that says START is taken; interrupt pin */
    uint8_t push, take, done; /**< instructions come to a queue, leave it for the unit, are over */
    uint8_t head, grant; /**< the head of a queue has not got its semaphores; it gets them now */
    uint8_t failed;      /**< of those done, with an error */
    const uint32_t *insn[STAMP_QUEUES]; /**< at the head of each queue, 8 words; what take takes */
    bool step;                          /**< the array multiplies */
    bool vector_held,
        load_held; /**< a line of the vector, the load unit is not let into its memory */
};

/** What surrounds the machine. Probabilities are in 1/256 per cycle. */
struct stamp_rtl_options {
    uint8_t *dram; /**< memory, address 0 first; borrowed for the life of the instance */
    uint64_t dram_bytes;
    uint64_t dram_base; /**< address of the first byte, multiple of 64 */
    /** Times of a DRAM, checked; borrowed while it is opened. NULL: the plain memory of the next lines. */
    const struct stamp_dram_params *memory;
    uint32_t read_latency; /**< cycles, 1 or more */
    uint32_t write_latency;
    uint32_t read_rate; /**< beats per 256 cycles, 1 .. 256 */
    uint32_t write_rate;
    uint32_t stall;              /**< of every AXI channel */
    uint64_t seed;               /**< of the stalls */
    uint64_t fault_lo, fault_hi; /**< bytes [lo, hi) answer with an error */
    bool fault_read, fault_write;
    bool dead; /**< memory never answers */
    uint64_t
        initial; /**< what registers and memories of the RTL begin with: 0 zeros, 1 ones, else drawn by it */
    const char *wave;               /**< FST file, or NULL; needs an object built for waves */
    uint64_t wave_start, wave_stop; /**< cycles */

    /** Observers; NULL where nobody listens. A false return stops the run. A write to DRAM is told as
     *  the bytes whose strobes are set, neighbours together. */
    void *ctx;
    bool (*on_write)(void *ctx, enum stamp_unit unit, enum stamp_space space, uint64_t addr,
                     const void *data, size_t bytes);
    bool (*on_retire)(void *ctx, enum stamp_unit unit, uint32_t pc);
    bool (*on_edge)(void *ctx, const struct stamp_axi *pins, bool reset_n);
    bool (*on_cycle)(void *ctx, const struct stamp_rtl_cycle *cycle); /**< out of reset */

    /** NULL, or memory that is elsewhere: called at every edge in place of the one above, with addresses that
     *  count from the first byte of dram. */
    void (*axi)(void *ctx, struct stamp_axi *pins);
    void *axi_ctx;
};

/** How a run stands or ended. */
struct stamp_rtl_status {
    bool busy, done,
        stopped; /**< stopped: an observer said so, or an assertion of the RTL failed */
    bool irq;
    enum stamp_error error;
    uint32_t error_pc;
    uint64_t cycles; /**< simulated by this instance, reset included */
};

/** What a shared object exports under STAMP_RTL_SYMBOL. */
struct stamp_rtl_ops {
    const char *mach;             /**< configuration it was built for, */
    uint32_t params;              /**< and with what: STAMP_PARAMS of the table it knew */
    uint32_t param[STAMP_PARAMS]; /**< by enum stamp_param */
    bool waves, coverage;         /**< coverage: written at exit to the file STAMP_COVERAGE names */
    void *(*open)(const struct stamp_rtl_options *options);
    void (*close)(void *rtl);
    uint32_t (*read)(void *rtl, uint32_t offset);              /**< register, over AXI4-Lite */
    void (*write)(void *rtl, uint32_t offset, uint32_t value); /**< register, over AXI4-Lite */
    /** Up to @p cycles clocks, less when the machine stops being busy or an observer stops it. */
    void (*run)(void *rtl, uint64_t cycles, struct stamp_rtl_status *status);
    /** All counters as they stand, without a simulated cycle; may be called by an observer, then
     *  what the cycle observed adds is not yet in them. */
    void (*events)(void *rtl, uint64_t out[STAMP_EVENTS]);
    /** What values made of the program's work so far; as events, without what the cycle observed adds. */
    void (*activity)(void *rtl, uint64_t out[STAMP_ACTIVITIES]);
    /** NULL, or which assertion of the RTL failed, in which instance and clock; the instance's. Closing one without
     *  having asked says it on stderr and ends the process with status 1. */
    const char *(*failed)(void *rtl);
    /** Commands of options.memory so far, those in reset and behind the end too; zeros without one. */
    void (*dram)(void *rtl, struct stamp_dram_counts *out);
};

/** Its name says which layout of the table follows: an object of another is not found. */
#define STAMP_RTL_SYMBOL "stamp_rtl_ops_6"

#ifdef __cplusplus
}
#endif
#endif
