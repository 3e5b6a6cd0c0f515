/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file edge_run.h
 * One program of the edge tests on RTL and C machine in lock-step, what came out, and what all of them reached.
 */
#ifndef STAMP_TESTS_COSIM_EDGE_RUN_H
#define STAMP_TESTS_COSIM_EDGE_RUN_H

#include "sim/run/runtime.h"
#include "tests/cosim/edge.h"
#include "tests/cover/cover.h"

struct edge_tally {
    const struct stamp_mach *mach;
    const char *dir, *only;
    bool list;
    uint64_t inside, beyond, beyond_field, failed, cycles;
    struct cover *cover;
    uint32_t latency, stall, rate; /**< of memory; 20 cycles, all beats where 0 */
    uint64_t seed;                 /**< of the stalls */
};

/** In lock-step, the AXI monitor and the counters of timing.h beside it. */
enum stamp_status edge_run(struct edge_tally *t, const struct stamp_image *im, uint64_t base,
                           struct stamp_run_result *r, struct stamp_err *e);

/** The case whose instruction is the last at or before @p pc. */
const char *edge_case_at(const struct edge_list *l, const uint32_t *at, uint32_t pc);

/** Of "UNIT pc 12: ..." or "instruction 12: ..."; UINT32_MAX when none is named. */
uint32_t edge_pc_of(const char *text);

/** A case has failed. */
void edge_complain(struct edge_tally *t, const char *group, const char *name, const char *text);

#endif
