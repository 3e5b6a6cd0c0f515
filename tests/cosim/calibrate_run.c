/* SPDX-License-Identifier: Apache-2.0 */
/* calibrate_run.c - a program on RTL and clock. Contract in calibrate_run.h. */
#include "tests/cosim/calibrate_run.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "model/mem.h"
#include "sim/run/rtl_open.h"

enum { WATCHDOG = 1000000, SEEN = 1 << 16 };

/* How the clock goes: as it is used, with tapes from the first cycle on, every unit in every cycle. */
enum way { AS_USED, TAPES, EVERY_CYCLE, WAYS };

/* Takes and ends of instructions, by unit, with their cycles since START. */
struct seen {
    uint64_t n;
    struct {
        uint8_t unit;
        bool done;
        uint64_t cycle;
    } at[SEEN];
};

/* Of the RTL, cycle by cycle. */
struct watch {
    uint64_t edges, start; /* so far; of them before the cycle of START, one more */
    struct seen seen;
};

static void note(struct seen *s, uint32_t unit, bool done, uint64_t cycle)
{
    if (s->n < SEEN) {
        s->at[s->n].unit = (uint8_t)unit;
        s->at[s->n].done = done;
        s->at[s->n].cycle = cycle;
    }
    s->n++;
}

static bool on_edge(void *ctx, const struct stamp_axi *pins, bool reset_n)
{
    (void)pins;
    (void)reset_n;
    ((struct watch *)ctx)->edges++;
    return true;
}

/* A register write is done in the cycle after it is taken, START shows in the next. */
static bool on_cycle(void *ctx, const struct stamp_rtl_cycle *c)
{
    struct watch *w = ctx;

    if (c->start) w->start = w->edges + 2;
    if (!w->start || w->edges < w->start) return true;
    for (uint32_t u = 0; u < STAMP_QUEUES; u++) {
        if (c->take >> u & 1) note(&w->seen, u + 1, false, w->edges - w->start);
        if (c->done >> u & 1) note(&w->seen, u + 1, true, w->edges - w->start);
    }
    return true;
}

static double cpu(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void set_address(const struct stamp_rtl_ops *ops, void *rtl, uint32_t reg, uint64_t value)
{
    ops->write(rtl, reg, (uint32_t)value);
    ops->write(rtl, reg + 4, (uint32_t)(value >> 32));
}

static enum stamp_status on_rtl(const struct calibrate_case *c, const char *dir, struct watch *w,
                                uint64_t event[STAMP_EVENTS], struct stamp_err *e)
{
    const struct stamp_rtl_ops *ops;
    struct stamp_rtl_status st = {0};
    const struct stamp_rtl_options o = {.dram = c->memory,
                                        .dram_bytes = c->bytes,
                                        .dram_base = c->dram_base,
                                        .memory = c->dram,
                                        .read_latency = c->plain.read_latency,
                                        .write_latency = c->plain.write_latency,
                                        .read_rate = c->plain.read_rate,
                                        .write_rate = c->plain.write_rate,
                                        .stall = c->plain.stall_ar,
                                        .seed = c->plain.seed,
                                        .ctx = w,
                                        .on_edge = on_edge,
                                        .on_cycle = on_cycle};
    const enum stamp_status s = stamp_rtl_find(dir, c->mach, false, &ops, e);

    if (s) return s;
    void *rtl = ops->open(&o);
    set_address(ops, rtl, STAMP_REG_CODE_LO, c->code_addr);
    set_address(ops, rtl, STAMP_REG_WIN_LO_LO, c->dram_base);
    set_address(ops, rtl, STAMP_REG_WIN_HI_LO, c->dram_base + c->bytes);
    ops->write(rtl, STAMP_REG_CODE_COUNT, c->count);
    ops->write(rtl, STAMP_REG_WATCHDOG, WATCHDOG);
    for (uint32_t i = 0; i < STAMP_ARGS; i++) ops->write(rtl, STAMP_REG_ARG0 + 4 * i, c->arg[i]);
    ops->write(rtl, STAMP_REG_CTRL, 1);
    do ops->run(rtl, 1 << 20, &st);
    while (st.busy);
    ops->events(rtl, event);
    ops->close(rtl);
    if (st.done) return STAMP_OK;
    return stamp_fail(e, STAMP_EMACHINE, "error %s at %" PRIu32, stamp_error_name(st.error),
                      st.error_pc);
}

static void on_take(void *ctx, enum stamp_unit unit, uint64_t seq, uint64_t cycle)
{
    (void)seq;
    note(ctx, (uint32_t)unit, false, cycle);
}

static void on_retire(void *ctx, enum stamp_unit unit, uint64_t seq, uint64_t cycle)
{
    (void)seq;
    note(ctx, (uint32_t)unit, true, cycle);
}

static enum stamp_status on_clock(const struct calibrate_case *c, const uint8_t *dram,
                                  uint64_t before, enum way way, struct seen *seen,
                                  uint64_t event[STAMP_EVENTS], struct stamp_err *e)
{
    struct stamp_clock_plain memory;
    struct stamp_dram_model *model = c->dram ? stamp_alloc(1, stamp_dram_bytes(c->dram)) : NULL;
    struct stamp_clock *clock;

    if (c->dram && !model) return stamp_fail(e, STAMP_ENOMEM, "out of memory");
    if (model) stamp_dram_new(model, c->dram, c->mach->AXI_BYTES);
    struct stamp_clock_options o = {.mach = c->mach,
                                    .code = c->code,
                                    .count = c->count,
                                    .code_addr = c->code_addr,
                                    .memory = model ? stamp_dram_memory(model)
                                                    : stamp_clock_plain(&memory, &c->plain),
                                    .dram = dram,
                                    .dram_bytes = c->bytes,
                                    .dram_base = c->dram_base,
                                    .before = before,
                                    .tapes = way == TAPES,
                                    .every_cycle = way == EVERY_CYCLE,
                                    .watchdog = WATCHDOG};
    bool done;

    memcpy(o.arg, c->arg, sizeof o.arg);
    if (seen)
        o.hooks = (struct stamp_clock_hooks){.ctx = seen, .take = on_take, .retire = on_retire};
    enum stamp_status s = stamp_clock_new(&o, &clock, e);
    if (!s) {
        s = stamp_clock_run(clock, 0, &done, e);
        memcpy(event, stamp_clock_events(clock), STAMP_EVENTS * sizeof *event);
        stamp_clock_free(clock);
    }
    stamp_free(model);
    return s;
}

/* Where takes and ends part. */
static void explain(const struct seen *rtl, const struct seen *clock)
{
    for (uint64_t i = 0; i < rtl->n && i < clock->n && i < SEEN; i++) {
        const char *r = stamp_unit_name((enum stamp_unit)rtl->at[i].unit);
        const char *c = stamp_unit_name((enum stamp_unit)clock->at[i].unit);
        if (rtl->at[i].unit == clock->at[i].unit && rtl->at[i].done == clock->at[i].done &&
            rtl->at[i].cycle == clock->at[i].cycle)
            continue;
        printf("  %" PRIu64 ": RTL %s %s in %" PRIu64 ", clock %s %s in %" PRIu64 "\n", i, r,
               rtl->at[i].done ? "ends" : "takes", rtl->at[i].cycle, c,
               clock->at[i].done ? "ends" : "takes", clock->at[i].cycle);
        return;
    }
}

static bool same(const char *name, const char *how, const uint64_t rtl[STAMP_EVENTS],
                 const uint64_t clock[STAMP_EVENTS])
{
    bool equal = true;

    for (int i = 0; i < STAMP_EVENTS; i++) {
        if (rtl[i] == clock[i]) continue;
        if (equal) printf("%s, %s:\n", name, how);
        printf("  %s: RTL %" PRIu64 ", clock %" PRIu64 "\n", stamp_event_name((enum stamp_event)i),
               rtl[i], clock[i]);
        equal = false;
    }
    return equal;
}

/* The clock once, against what the RTL counted. */
static bool agrees(const struct calibrate_case *c, const char *name, const struct watch *w,
                   const uint8_t *dram, const uint64_t rtl[STAMP_EVENTS], enum way way,
                   double *seconds)
{
    static const char *const how[] = {"as used", "tapes", "every cycle"};
    uint64_t clock[STAMP_EVENTS] = {0};
    struct stamp_err e;
    const double from = cpu();
    const enum stamp_status s = on_clock(c, dram, w->start - 1, way, NULL, clock, &e);

    *seconds += cpu() - from;
    if (s) printf("%s, %s: the clock: %s\n", name, how[way], e.text);
    if (same(name, how[way], rtl, clock) && !s) return true;
    struct seen *seen = stamp_alloc(1, sizeof *seen);
    if (seen) {
        on_clock(c, dram, w->start - 1, way, seen, clock, &e);
        explain(&w->seen, seen);
    }
    stamp_free(seen);
    return false;
}

static enum stamp_status both(const struct calibrate_case *c, const char *dir, const char *name,
                              struct watch *w, const uint8_t *dram, struct calibrate_totals *t,
                              struct stamp_err *e)
{
    uint64_t rtl[STAMP_EVENTS];
    const double from = cpu();
    const enum stamp_status s = on_rtl(c, dir, w, rtl, e);
    double ways[WAYS] = {0};
    bool equal = true;

    t->rtl_seconds += cpu() - from;
    if (s == STAMP_EMACHINE) t->ended++;
    if (s) return s;
    for (int way = 0; way < WAYS && equal; way++)
        equal = agrees(c, name, w, dram, rtl, (enum way)way, &ways[way]);
    t->cycles += rtl[STAMP_EV_CYCLES];
    t->insns += rtl[STAMP_EV_INSNS];
    t->clock_seconds += ways[AS_USED];
    t->slow_seconds += ways[EVERY_CYCLE];
    if (!equal) {
        t->failed++;
        return stamp_fail(e, STAMP_EMISMATCH, "RTL and clock differ");
    }
    t->passed++;
    return STAMP_OK;
}

enum stamp_status calibrate(const struct calibrate_case *c, const char *rtl_dir, const char *name,
                            struct calibrate_totals *t, struct stamp_err *e)
{
    struct watch *w = stamp_alloc(1, sizeof *w);
    uint8_t *dram = stamp_alloc(c->bytes, 1);
    enum stamp_status s = STAMP_ENOMEM;

    if (w && dram) {
        memcpy(dram, c->memory, c->bytes);
        s = both(c, rtl_dir, name, w, dram, t, e);
    } else {
        s = stamp_fail(e, STAMP_ENOMEM, "out of memory");
    }
    stamp_free(dram);
    stamp_free(w);
    return s;
}
