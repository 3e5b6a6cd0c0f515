/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file calibrate_run.h
 * One program on the RTL and on the timed machine of model/clock: every counter, and where they part.
 */
#ifndef STAMP_TESTS_COSIM_CALIBRATE_RUN_H
#define STAMP_TESTS_COSIM_CALIBRATE_RUN_H

#include "model/clock/clock.h"
#include "model/clock/plain.h"
#include "model/dram/model.h"
#include "model/status.h"

/** A program and what surrounds it. The RTL changes the bytes of memory. */
struct calibrate_case {
    const struct stamp_mach *mach;
    const struct stamp_word *code;
    uint32_t count;
    uint64_t code_addr; /**< as the machine sees it: dram_base and more */
    uint32_t arg[STAMP_ARGS];
    uint8_t *memory;
    uint64_t bytes, dram_base;
    struct stamp_plain_config plain;
    const struct stamp_dram_params *dram; /**< in its place, or NULL */
};

/** What was run so far. */
struct calibrate_totals {
    uint64_t passed, failed, cycles, insns;
    uint64_t ended; /**< programs that end in an error, which are not timed */
    double rtl_seconds, clock_seconds, slow_seconds; /**< of this process' CPU; slow: every cycle */
};

/**
 * RTL, clock, and the clock with every unit in every cycle; every counter compared; what differs is printed
 * under @p name.
 * @return STAMP_EMISMATCH, STAMP_EMACHINE (the RTL ends in an error: nothing is compared), of the opening
 */
enum stamp_status calibrate(const struct calibrate_case *c, const char *rtl_dir, const char *name,
                            struct calibrate_totals *t, struct stamp_err *e);

#endif
