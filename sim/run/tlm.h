/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file tlm.h
 * The SystemC platform as seen from C: one shared object, one function. Host, interconnect, memory and the
 * accelerator are TLM-2.0 modules; when things happen is decided by C code that is given to them.
 *
 *   host ---------> bus ------> registers of the accelerator ---> irq ---> host
 *                    |  ^
 *                    |  +------ memory socket of the accelerator, clock by clock
 *                    +--------> memory
 */
#ifndef STAMP_SIM_RUN_TLM_H
#define STAMP_SIM_RUN_TLM_H

#include "model/clock/clock.h"
#include "sim/run/rtl.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What of model/clock the platform calls. */
struct stamp_tlm_clock {
    enum stamp_status (*open)(const struct stamp_clock_options *o, struct stamp_clock **out,
                              struct stamp_err *e);
    enum stamp_status (*run)(struct stamp_clock *c, uint64_t cycles, bool *done,
                             struct stamp_err *e);
    const uint64_t *(*events)(const struct stamp_clock *c);
    void (*close)(struct stamp_clock *c);
};

/** A program to run; everything borrowed. */
struct stamp_tlm_job {
    const struct stamp_mach *mach;
    const struct stamp_word *code;
    uint32_t count;
    uint64_t code_addr; /**< with dram_base in it */
    uint32_t arg[STAMP_ARGS];
    uint32_t watchdog, mhz;
    uint8_t *dram;
    uint64_t dram_bytes, dram_base;
    const struct stamp_rtl_ops *rtl; /**< the RTL inside; NULL: the clock */
    struct stamp_rtl_options like; /**< of the RTL's memory: latency, rates, stall, seed, memory */
    struct stamp_tlm_clock clock;
    struct stamp_clock_memory memory;             /**< of the clock, at rest */
    bool (*progress)(void *ctx, uint64_t cycles); /**< false: stop */
    void *progress_ctx;
};

struct stamp_tlm_result {
    bool done, irq, stopped;
    enum stamp_error error;
    uint32_t error_pc;
    uint32_t id, version, param0;        /**< what the registers say of the machine */
    uint64_t event[STAMP_EVENTS];        /**< read by the host over the register map */
    uint64_t activity[STAMP_ACTIVITIES]; /**< of the RTL inside; 0 of the clock */
    uint64_t transactions;               /**< that the bus passed on */
    double nanoseconds;                  /**< of simulated time */
};

struct stamp_tlm_ops {
    /** @return STAMP_OK, or what the clock said; STAMP_ERANGE: another clock rate than the first job's */
    enum stamp_status (*run)(const struct stamp_tlm_job *job, struct stamp_tlm_result *result,
                             struct stamp_err *e);
};

#define STAMP_TLM_SYMBOL "stamp_tlm_ops_2"

#ifdef __cplusplus
}
#endif
#endif
