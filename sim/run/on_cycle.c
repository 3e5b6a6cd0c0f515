/* SPDX-License-Identifier: Apache-2.0 */
/* on_cycle.c - the machine on a clock (model/clock), with the C machine beside it for values. Contract in device.h.
 *
 * Values never enter timing, so the two run one after the other on one memory: the C machine first, as tables (RT, NT,
 * IT) that a program makes itself have to be there when the clock loads them. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "model/clock/clock.h"
#include "model/clock/queues.h"
#include "model/mem.h"
#include "sim/run/behind.h"
#include "sim/run/runtime_parts.h"

/* Clocks of the harness from power on to the cycle of START, as a DRAM that refreshes and a memory that stalls at random
 * know them: reset, the register writes of on_rtl.c, and the last of them on its way. */
enum { RESET = 4, WRITE = 3, WRITES = 13, STARTS = 2, BEFORE = RESET + WRITES * WRITE + STARTS };
enum {
    CHUNK = 1 << 22,
    TAKEN = 64,
    QUEUED = 2 * STAMP_CLOCK_QUEUE_MOST,
    WINDOW = 512,
    SAMPLES = 8192
};

/* Instructions of a unit that are in its queue and not taken, or taken and not ended; counts modulo 2^32. */
struct taken {
    uint32_t pushed, in, out;
    uint64_t pushed_at[QUEUED], at[TAKEN], queued[TAKEN];
};

struct watch {
    struct stamp_clock *clock;
    struct stamp_cutter *cutter;           /* or NULL */
    const struct stamp_run_tracer *tracer; /* or NULL */
    const struct stamp_dram_model *dram;
    struct taken taken[STAMP_UNITS];
    uint64_t window, sampled, samples; /* of counters: cycles apart, the last, how many */
};

static void see(struct watch *w, uint32_t pc)
{
    uint64_t event[STAMP_EVENTS];

    if (!w->cutter || !stamp_cutter_see(w->cutter, pc)) return;
    stamp_clock_events_before(w->clock, event);
    stamp_cutter_begin(w->cutter, event);
}

static void on_control(void *ctx, uint32_t pc, uint64_t cycle)
{
    (void)cycle;
    see(ctx, pc);
}

static void on_push(void *ctx, enum stamp_unit unit, uint64_t seq, uint64_t cycle)
{
    struct watch *w = ctx;
    struct taken *t = &w->taken[unit];

    (void)seq;
    t->pushed_at[t->pushed++ % QUEUED] = cycle;
    w->tracer->queue(w->tracer->ctx, unit, t->pushed - t->in, cycle + 1);
}

static void on_take(void *ctx, enum stamp_unit unit, uint64_t seq, uint64_t cycle)
{
    struct watch *w = ctx;
    struct taken *t = &w->taken[unit];

    (void)seq;
    t->at[t->in % TAKEN] = cycle;
    t->queued[t->in % TAKEN] = cycle - t->pushed_at[t->in % QUEUED];
    t->in++;
    w->tracer->queue(w->tracer->ctx, unit, t->pushed - t->in, cycle + 1);
}

static void on_semaphore(void *ctx, uint32_t n, uint32_t value, uint64_t cycle)
{
    const struct watch *w = ctx;

    w->tracer->semaphore(w->tracer->ctx, n, value, cycle);
}

/* Clocks of the memory a command holds its bus for, the first @p late behind the command. A refresh holds the whole
 * channel where that has one rank. */
static uint32_t holds(const struct stamp_dram_model *m, enum stamp_dram_command what,
                      uint32_t *late)
{
    *late = what == STAMP_DRAM_RD ? m->p.tRL : what == STAMP_DRAM_WR ? m->p.tWL : 0;
    switch (what) {
    case STAMP_DRAM_ACT: return m->p.act_clocks;
    case STAMP_DRAM_PRE:
    case STAMP_DRAM_PREA: return m->p.pre_clocks;
    case STAMP_DRAM_REF: return m->p.ranks == 1 ? m->p.tRFC : m->p.pre_clocks;
    default: return m->burst_clocks;
    }
}

static void on_command(void *ctx, const struct stamp_dram_issue *issue)
{
    const struct watch *w = ctx;
    const struct stamp_dram_model *m = w->dram;
    const double cycles = (double)m->accel_khz / (double)m->khz; /* of a CK */
    uint32_t late;
    const uint32_t held = holds(m, issue->what, &late);
    const double from = (double)(issue->at + late) * cycles - BEFORE;
    const struct stamp_run_command c = {issue, from, from + held * cycles};

    if (from >= 0) w->tracer->command(w->tracer->ctx, &c);
}

/* Twice as far apart whenever there are many: the longest run has as many as fit a screen. */
static void sample(struct watch *w, uint64_t cycle)
{
    uint64_t event[STAMP_EVENTS];

    if (cycle - w->sampled < w->window) return;
    stamp_clock_events_before(w->clock, event);
    w->tracer->counters(w->tracer->ctx, cycle, event);
    w->sampled = cycle;
    if (++w->samples % SAMPLES == 0) w->window *= 2;
}

static void on_retire(void *ctx, enum stamp_unit unit, uint64_t seq, uint64_t cycle)
{
    struct watch *w = ctx;
    struct taken *t = &w->taken[unit];

    see(w, (uint32_t)seq);
    if (!w->tracer) return;
    const uint32_t k = t->out++ % TAKEN;
    w->tracer->span(w->tracer->ctx, unit, (uint32_t)seq, t->queued[k], t->at[k], cycle);
    sample(w, cycle);
}

/* ---- The run ---------------------------------------------------------------------------------------- */

static enum stamp_status count(struct stamp_clock *clock, const struct stamp_run_options *o,
                               struct stamp_err *e)
{
    struct stamp_run_clock told = stamp_run_clock_now();
    enum stamp_status s = STAMP_OK;
    bool done = false;

    while (!s && !done) {
        s = stamp_clock_run(clock, CHUNK, &done, e);
        const uint64_t cycles = stamp_clock_events(clock)[STAMP_EV_CYCLES];
        if (s || done) continue;
        if ((o->max_cycles && cycles >= o->max_cycles) ||
            !stamp_run_report(&told, o, "cycles", cycles))
            s = stamp_fail(e, STAMP_EINTR, "stopped after %" PRIu64 " cycles", cycles);
    }
    return s;
}

static void trace(struct watch *w, struct stamp_dram_model *dram, struct stamp_clock_hooks *hooks)
{
    hooks->take = on_take;
    hooks->push = on_push;
    hooks->semaphore = on_semaphore;
    w->dram = dram;
    if (!dram) return;
    dram->watch = on_command;
    dram->watch_ctx = w;
}

static enum stamp_status on_clock(struct stamp_run *run, const struct stamp_run_options *o,
                                  struct stamp_run_result *r, struct stamp_err *e)
{
    const struct stamp_image *im = run->image;
    struct watch w = {.cutter = run->cutter, .tracer = o->tracer, .window = WINDOW};
    struct stamp_clock_options c = {.before = BEFORE, .watchdog = o->watchdog};
    struct stamp_behind b;

    stamp_clock_entry(im, o->entry, &c); /* it is there: stamp_run_go */
    c.code_addr += o->dram_base;
    c.dram_base = o->dram_base;
    c.dram = run->memory;
    memcpy(c.arg, run->arg, sizeof c.arg);
    if (w.cutter || w.tracer)
        c.hooks = (struct stamp_clock_hooks){.ctx = &w, .control = on_control, .retire = on_retire};
    if (!stamp_behind_new(&b, o, im->mach->AXI_BYTES, &c.memory))
        return stamp_fail(e, STAMP_ENOMEM, "out of memory for the DRAM's state");
    if (w.tracer) trace(&w, b.dram, &c.hooks);
    enum stamp_status s = stamp_clock_new(&c, &w.clock, e);
    if (!s) s = count(w.clock, o, e);
    if (w.clock) memcpy(r->event, stamp_clock_events(w.clock), sizeof r->event);
    r->cycles = r->event[STAMP_EV_CYCLES];
    r->instructions = r->event[STAMP_EV_INSNS];
    if (b.dram) r->dram = b.dram->counts;
    stamp_clock_free(w.clock);
    stamp_behind_free(&b);
    return s;
}

static enum stamp_status run_cycle(struct stamp_run *run, const struct stamp_run_options *o,
                                   struct stamp_run_result *r, struct stamp_err *e)
{
    struct stamp_cutter *cutter = run->cutter;
    struct stamp_run_result values = {0};
    enum stamp_status s = STAMP_OK;

    if (!o->no_values) {
        run->cutter = NULL;
        s = stamp_on_model.go(run, o, &values, e);
        run->cutter = cutter;
        r->error = values.error;
        r->error_pc = values.error_pc;
        memcpy(r->event, values.event, sizeof r->event);
    }
    if (!s) s = on_clock(run, o, r, e);
    stamp_run_activity(run, o, &values, r);
    if (!s && !o->no_values) s = stamp_run_agree(values.event, r, e);
    return s;
}

const struct stamp_device stamp_on_cycle = {
    .name = "cycle",
    .what = "the machine on a clock; values, where it has any, are the C machine's",
    .can = STAMP_CAN_BITS | STAMP_CAN_PROGRAMS | STAMP_CAN_SEE | STAMP_CAN_TIMED |
           STAMP_CAN_VALUES | STAMP_CAN_UNVALUED | STAMP_CAN_TRACE,
    .go = run_cycle};
