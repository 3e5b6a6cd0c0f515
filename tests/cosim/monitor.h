/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file monitor.h
 * The AXI4 protocol monitor of tests/rtl as an observer of a whole machine (rtl.h, on_edge).
 */
#ifndef STAMP_TESTS_COSIM_MONITOR_H
#define STAMP_TESTS_COSIM_MONITOR_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct stamp_axi;
struct monitor; /* opaque */

/** For a port of @p axi_bytes; @p window_lo .. @p window_hi bounds writes. NULL: out of memory. */
struct monitor *monitor_new(uint32_t axi_bytes, uint64_t window_lo, uint64_t window_hi);
void monitor_free(struct monitor *m);

/** An on_edge hook; @p ctx is the monitor. False from the first violation on. */
bool monitor_edge(void *ctx, const struct stamp_axi *pins, bool reset_n);

/** After a run: the first violation as one line, NULL if there was none. A write that was begun
 *  must have ended; reads may be outstanding, as instructions are fetched ahead of HALT. */
const char *monitor_result(struct monitor *m);

/** Clock edges seen and bursts of both directions: what did the monitor look at? */
uint64_t monitor_cycles(const struct monitor *m);
uint64_t monitor_bursts(const struct monitor *m);

#ifdef __cplusplus
}
#endif
#endif
