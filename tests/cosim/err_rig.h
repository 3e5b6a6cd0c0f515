/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file err_rig.h
 * One Verilated machine kept alive from program to program, the C machine beside it, and the checks
 * of how a program ends. The AXI monitor watches throughout.
 */
#ifndef STAMP_TESTS_COSIM_ERR_RIG_H
#define STAMP_TESTS_COSIM_ERR_RIG_H

#include "model/machine/machine.h"
#include "sim/run/rtl.h"
#include "tests/cosim/err_prog.h"
#include "tests/cosim/monitor.h"
#include "tests/cosim/timing.h"
#include "tests/cover/cover.h"

struct err_rig {
    const struct stamp_mach *mach;
    const struct stamp_rtl_ops *ops;
    void *rtl;
    struct stamp_machine *twin;
    struct monitor *monitor;
    struct timing *timing;         /**< of the program that runs */
    struct cover *cover;           /**< or NULL; the caller's */
    uint8_t *dram, *other, *fresh; /**< the RTL's, the twin's, unspoilt */
    uint64_t runs;
    char why[256]; /**< the first complaint of a check */
};

/** What surrounds the machine. */
struct err_world {
    uint32_t latency, stall;
    uint64_t seed;
    bool dead;           /**< memory never answers */
    struct cover *cover; /**< or NULL: what is reached; borrowed */
};

bool err_rig_open(struct err_rig *r, const struct stamp_mach *mach, const char *dir,
                  const struct err_world *world);
void err_rig_close(struct err_rig *r);

/** A complaint (the first is kept); returns false. */
bool err_rig_fail(struct err_rig *r, const char *fmt, ...) STAMP_PRINTF(2, 3);

/** Memory as new in both machines, with the program's code. */
void err_rig_load(struct err_rig *r, const struct err_prog *p);

/** Write the registers of @p p and START. */
void err_rig_start(struct err_rig *r, const struct err_prog *p);

/** Clock until not busy. False (with a complaint) if that takes longer than @p cycles. */
bool err_rig_wait(struct err_rig *r, uint64_t cycles, struct stamp_rtl_status *st);

/** Run @p p on the C machine; its memory is r->other. */
void err_rig_model(struct err_rig *r, const struct err_prog *p);

/** Load, run on both, clear the interrupt; the RTL has to stop with @p error (NONE: done) at
 *  instruction @p pc with the interrupt raised, and write nothing outside the window.
 *  @p model: the C machine has to say the same; @p whole: memory must be equal, too. */
bool err_rig_expect(struct err_rig *r, const struct err_prog *p, enum stamp_error error,
                    uint32_t pc, bool model, bool whole);

/** @p p runs to done and everything it computes and counts equals the C machine, or what was seen. */
bool err_rig_done(struct err_rig *r, const struct err_prog *p);

/** The same of the good program. */
bool err_rig_good(struct err_rig *r);

#endif
