/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file runtime_parts.h
 * What runtime.c and the devices share.
 */
#ifndef STAMP_SIM_RUN_RUNTIME_PARTS_H
#define STAMP_SIM_RUN_RUNTIME_PARTS_H

#include "model/machine/machine.h"
#include "sim/run/cutter.h"
#include "sim/run/device.h"

struct stamp_run {
    const struct stamp_image *image; /**< borrowed */
    uint8_t *memory;                 /**< [bytes] owned; stamp_map: untouched pages cost nothing */
    uint64_t bytes;                  /**< of the image's DRAM */
    uint32_t arg[STAMP_ARGS];
    struct stamp_cutter *cutter; /**< of the last start, or NULL; owned */
};

/* ---- What the devices share ---- */

/** When a run began and when it was reported last, seconds of any clock. */
struct stamp_run_clock {
    double start, last;
};
struct stamp_run_clock stamp_run_clock_now(void);

/** Tell the user, about twice a second; false when they want to stop. */
bool stamp_run_report(struct stamp_run_clock *c, const struct stamp_run_options *o,
                      const char *what, uint64_t done);

/** Where the machine stopped, in words; STAMP_OK when it reached its end. */
enum stamp_status stamp_run_stopped(const struct stamp_run *run, const struct stamp_run_options *o,
                                    const struct stamp_run_result *r, struct stamp_err *e);

/** What the C machine counted, @p values, and a clock beside it, r->event, must be equal: events of VALUE.
 *  @return STAMP_EMISMATCH with the first that differs, which r has too */
enum stamp_status stamp_run_agree(const uint64_t values[STAMP_EVENTS], struct stamp_run_result *r,
                                  struct stamp_err *e);

/** r->activity beside a clock, whose events are in r: of the C machine, and without values the most. */
void stamp_run_activity(const struct stamp_run *run, const struct stamp_run_options *o,
                        const struct stamp_run_result *values, struct stamp_run_result *r);

/** A C machine at the start of the run's program on @p memory; NULL when memory is out. */
struct stamp_machine *stamp_run_machine(const struct stamp_run *run,
                                        const struct stamp_run_options *o, uint8_t *memory);

/** Tells whoever wants to know that a phase is over on the C machine. */
struct stamp_run_teller {
    const struct stamp_run_options *o;
    struct stamp_cutter *cutter; /**< of the C machine */
    enum stamp_status status;    /**< of on_phase; then it is told no more */
    struct stamp_err *e;
};
/** The phase that runs, if one does, is over. */
void stamp_run_tell(struct stamp_run_teller *t, const struct stamp_machine *m);
/** Before each instruction. @p ctx  struct stamp_run_teller */
void stamp_run_see(void *ctx, const struct stamp_machine *m);

#endif
