/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file watch.h
 * Who watches the clocks of a run on the RTL: the counters of timing.h, functional coverage beside them.
 */
#ifndef STAMP_TESTS_COSIM_WATCH_H
#define STAMP_TESTS_COSIM_WATCH_H

#include "sim/run/runtime.h"
#include "tests/cosim/timing.h"
#include "tests/cover/cover.h"

#ifdef __cplusplus
extern "C" {
#endif

struct watch {
    struct timing *timing;
    struct cover *cover; /**< or NULL */
};

/** Put it into the options of a run in lock-step; a run of @p w->cover begins. */
void watch_run(struct watch *w, struct stamp_run_options *o);

/** An on_cycle hook; @p ctx is the watch. */
bool watch_cycle(void *ctx, const struct stamp_rtl_cycle *cycle);

/** What a run reached counts when it ended as it should, or both machines were stopped by the same error. */
void watch_end(struct watch *w, enum stamp_status s, const struct stamp_run_result *r);

/** Write coverage to @p file; false, and a line on stderr, where that does not go. @p c NULL: memory was out. */
bool watch_keep(const struct cover *c, const char *file);

#ifdef __cplusplus
}
#endif
#endif
