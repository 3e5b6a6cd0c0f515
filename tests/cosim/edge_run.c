/* SPDX-License-Identifier: Apache-2.0 */
/* edge_run.c - one program of the edge tests. Contract in edge_run.h. */
#include "tests/cosim/edge_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/run/device.h"
#include "tests/cosim/monitor.h"
#include "tests/cosim/watch.h"

enum stamp_status edge_run(struct edge_tally *t, const struct stamp_image *im, uint64_t base,
                           struct stamp_run_result *r, struct stamp_err *e)
{
    struct stamp_run_options o = stamp_run_options_default();
    struct stamp_run *job = NULL;
    struct monitor *bus = monitor_new(t->mach->AXI_BYTES, base, base + im->dram_bytes);
    const uint64_t code = base + im->code_addr;
    struct timing *clocks = timing_new(t->mach, code, code + 32 * (uint64_t)im->code_count);
    struct watch watch = {clocks, t->cover};
    enum stamp_status s =
        bus && clocks ? stamp_run_new(im, &job, e) : stamp_fail(e, STAMP_ENOMEM, "out of memory");

    memset(r, 0, sizeof *r);
    o.on = &stamp_on_all;
    o.rtl_dir = t->dir;
    o.dram_base = base;
    o.read_latency = o.write_latency = t->latency ? t->latency : 20;
    o.stall = t->stall;
    o.seed += t->seed;
    if (t->rate) o.read_rate = t->rate;
    o.on_edge = monitor_edge;
    o.on_edge_ctx = bus;
    watch_run(&watch, &o);
    if (!s) s = stamp_run_go(job, &o, r, e);
    if (bus && monitor_result(bus) && !r->difference[0]) /* a run cut short leaves bursts open */
        s = stamp_fail(e, STAMP_EMISMATCH, "AXI: %s", monitor_result(bus));
    const char *odd =
        clocks && (!s || s == STAMP_EMACHINE) ? timing_check(clocks, r->event, !s) : NULL;
    if (odd) s = stamp_fail(e, STAMP_EMISMATCH, "%s", odd);
    watch_end(&watch, s, r);
    t->cycles += r->cycles;
    timing_free(clocks);
    monitor_free(bus);
    stamp_run_free(job);
    return s;
}

const char *edge_case_at(const struct edge_list *l, const uint32_t *at, uint32_t pc)
{
    const char *name = "before the first case";

    for (uint32_t k = 0; k < l->count && at[k] <= pc; k++) name = l->at[k].name;
    return name;
}

uint32_t edge_pc_of(const char *text)
{
    const char *p = strstr(text, "pc ");

    if (!p) p = strstr(text, "instruction ");
    return p ? (uint32_t)strtoul(strchr(p, ' ') + 1, NULL, 10) : UINT32_MAX;
}

void edge_complain(struct edge_tally *t, const char *group, const char *name, const char *text)
{
    t->failed++;
    printf("%s, %s: %s\n", group, name, text);
}
