/* SPDX-License-Identifier: Apache-2.0 */
/* execute.c - run loops of the back ends: C machine, RTL, lock-step. Contract in runtime.h. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "model/mem.h"
#include "sim/run/lockstep.h"
#include "sim/run/memdiff.h"
#include "sim/run/numeric.h"
#include "sim/run/rtl_open.h"
#include "sim/run/runtime_parts.h"

/* ---- Progress ------------------------------------------------------------------------------- */

struct clock {
    double start, last;
};

static double seconds_on(clockid_t which)
{
    struct timespec t;
    clock_gettime(which, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double now_seconds(void)
{
    return seconds_on(CLOCK_MONOTONIC);
}

/* False when the user wants to stop. */
static bool report(struct clock *c, const struct stamp_run_options *o, const char *what,
                   uint64_t done)
{
    const double now = now_seconds();

    if (!o->progress || now - c->last < 0.5) return true;
    c->last = now;
    return o->progress(o->progress_ctx, what, done, o->expect, (double)done / (now - c->start));
}

/* ---- Phases of the C machine ------------------------------------------------------------------ */

/* Whoever wants to know of them. */
struct teller {
    const struct stamp_run_options *o;
    struct stamp_cutter *cutter; /* of the C machine */
    enum stamp_status status;    /* of on_phase; then it is told no more */
    struct stamp_err *e;
};

/* The phase that runs, if one does, is over. */
static void tell(struct teller *t, const struct stamp_machine *m)
{
    const struct stamp_phase_instance *i = stamp_cutter_now(t->cutter);

    if (!i || t->status || !t->o->on_phase) return;
    t->status = t->o->on_phase(t->o->on_phase_ctx, i->phase, i->iteration, m->dram.bytes, t->e);
}

/* Before each instruction. */
static void see_machine(void *ctx, const struct stamp_machine *m)
{
    struct teller *t = ctx;

    if (!stamp_cutter_see(t->cutter, m->ctl.pc)) return;
    tell(t, m);
    stamp_cutter_begin(t->cutter, m->event);
}

/* ---- C machine ------------------------------------------------------------------------------ */

static enum stamp_status stopped(const struct stamp_run *run, const struct stamp_run_options *o,
                                 const struct stamp_run_result *r, struct stamp_err *e)
{
    char where[200] = "";

    if (r->error == STAMP_ERROR_NONE) return STAMP_OK;
    if (r->error == STAMP_ERROR_NUMERIC)
        stamp_numeric_text(run->image, stamp_image_entry(run->image, o->entry), r->error_pc,
                           run->memory, where, sizeof where);
    return stamp_fail(e, STAMP_EMACHINE, "the machine stopped at instruction %" PRIu32 ": %s, %s%s",
                      r->error_pc, stamp_error_name(r->error), stamp_error_meaning(r->error),
                      where);
}

static struct stamp_machine *new_machine(const struct stamp_run *run,
                                         const struct stamp_run_options *o, uint8_t *memory)
{
    const struct stamp_image *im = run->image;
    const struct stamp_entry *entry = stamp_image_entry(im, o->entry);
    const uint64_t base = o->dram_base;
    struct stamp_machine *m = stamp_machine_new(im->mach);

    if (!m) return NULL;
    stamp_machine_start(m, (struct stamp_memory){memory, im->dram_bytes, base},
                        base + stamp_image_entry_addr(im, entry), entry->count, base,
                        base + im->dram_bytes);
    memcpy(m->ctl.arg, run->arg, sizeof m->ctl.arg);
    if (o->poison) stamp_machine_poison(m, o->poison);
    return m;
}

static enum stamp_status run_model(struct stamp_run *run, const struct stamp_run_options *o,
                                   struct stamp_run_result *r, struct stamp_err *e)
{
    struct stamp_machine *m = new_machine(run, o, run->memory);
    struct stamp_retire retire;
    struct clock clock = {now_seconds(), now_seconds()};
    struct teller teller = {o, run->cutter, STAMP_OK, e};
    bool go_on = true;

    if (!m) return stamp_fail(e, STAMP_ENOMEM, "out of memory for the machine");
    do {
        if (run->cutter) see_machine(&teller, m);
        if (m->ctl.seq % 64 == 0) go_on = report(&clock, o, "model instructions", m->ctl.seq);
    } while (go_on && !teller.status && stamp_machine_step(m, &retire));
    if (run->cutter && m->ctl.done) tell(&teller, m);
    r->error = m->error;
    r->error_pc = m->error_pc;
    r->instructions = m->event[STAMP_EV_INSNS];
    memcpy(r->event, m->event, sizeof r->event);
    stamp_machine_free(m);
    if (teller.status) return teller.status;
    return go_on ? stopped(run, o, r, e) : stamp_fail(e, STAMP_EINTR, "interrupted");
}

/* ---- RTL, alone or in lock-step -------------------------------------------------------------- */

/* All observers share one context in rtl.h; this carries them. */
struct watchers {
    struct stamp_lockstep *ls;
    const struct stamp_run_options *o;
    struct stamp_cutter *cutter;
    const struct stamp_rtl_ops *ops;
    void *rtl;
};

static bool watch_write(void *ctx, enum stamp_unit unit, enum stamp_space space, uint64_t addr,
                        const void *data, size_t bytes)
{
    return stamp_lockstep_write(((struct watchers *)ctx)->ls, unit, space, addr, data, bytes);
}

static bool watch_retire(void *ctx, enum stamp_unit unit, uint32_t pc)
{
    const struct watchers *w = ctx;

    if (w->cutter && stamp_cutter_see(w->cutter, pc)) {
        uint64_t event[STAMP_EVENTS];
        w->ops->events(w->rtl, event);
        stamp_cutter_begin(w->cutter, event);
    }
    return !w->ls || stamp_lockstep_retire(w->ls, unit, pc);
}

static bool watch_edge(void *ctx, const struct stamp_axi *pins, bool reset_n)
{
    const struct stamp_run_options *o = ((struct watchers *)ctx)->o;
    return o->on_edge(o->on_edge_ctx, pins, reset_n);
}

static bool watch_cycle(void *ctx, const struct stamp_rtl_cycle *cycle)
{
    const struct stamp_run_options *o = ((struct watchers *)ctx)->o;
    return o->on_cycle(o->on_cycle_ctx, cycle);
}

static void set_up(const struct stamp_rtl_ops *ops, void *rtl, const struct stamp_run *run,
                   const struct stamp_run_options *o)
{
    const struct stamp_image *im = run->image;
    const struct stamp_entry *entry = stamp_image_entry(im, o->entry);
    const uint64_t code = o->dram_base + stamp_image_entry_addr(im, entry),
                   end = o->dram_base + im->dram_bytes;

    ops->write(rtl, STAMP_REG_CODE_LO, (uint32_t)code);
    ops->write(rtl, STAMP_REG_CODE_HI, (uint32_t)(code >> 32));
    ops->write(rtl, STAMP_REG_CODE_COUNT, entry->count);
    ops->write(rtl, STAMP_REG_WIN_LO_LO, (uint32_t)o->dram_base);
    ops->write(rtl, STAMP_REG_WIN_LO_HI, (uint32_t)(o->dram_base >> 32));
    ops->write(rtl, STAMP_REG_WIN_HI_LO, (uint32_t)end);
    ops->write(rtl, STAMP_REG_WIN_HI_HI, (uint32_t)(end >> 32));
    ops->write(rtl, STAMP_REG_WATCHDOG, o->watchdog);
    for (uint32_t i = 0; i < STAMP_ARGS; i++) ops->write(rtl, STAMP_REG_ARG0 + 4 * i, run->arg[i]);
    ops->write(rtl, STAMP_REG_IRQ_ENABLE, 1);
}

static void read_counters(const struct stamp_rtl_ops *ops, void *rtl, struct stamp_run_result *r)
{
    for (uint32_t i = 0; i < STAMP_EVENTS; i++)
        r->event[i] = ops->read(rtl, STAMP_REG_CTR + 8 * i) |
                      (uint64_t)ops->read(rtl, STAMP_REG_CTR + 8 * i + 4) << 32;
    r->cycles = r->event[STAMP_EV_CYCLES];
    r->instructions = r->event[STAMP_EV_INSNS];
}

/* After done the value events of both machines must be equal. */
static bool counters_agree(const struct stamp_machine *m, struct stamp_run_result *r)
{
#define EVENT(name, kind, unit, meaning) {#kind, STAMP_EV_##name},
    static const struct {
        const char *kind;
        int event;
    } events[] = {
#include "model/spec/event.def"
    };
    for (size_t i = 0; i < STAMP_EVENTS; i++) {
        const int ev = events[i].event;
        if (!strcmp(events[i].kind, "VALUE") && m->event[ev] != r->event[ev]) {
            snprintf(r->difference, sizeof r->difference,
                     "counter %s: rtl %" PRIu64 ", model %" PRIu64,
                     stamp_event_name((enum stamp_event)ev), r->event[ev], m->event[ev]);
            r->mismatches++;
            return false;
        }
    }
    return true;
}

static void judge(const struct stamp_run *run, struct stamp_lockstep *ls,
                  const struct stamp_machine *m, struct stamp_run_result *r)
{
    const bool same = stamp_lockstep_finish(ls, r->error, r->error_pc);

    r->checked = stamp_lockstep_checked(ls);
    r->mismatches = stamp_lockstep_mismatches(ls);
    snprintf(r->difference, sizeof r->difference, "%s", stamp_lockstep_text(ls));
    if (!same || r->error != STAMP_ERROR_NONE || !counters_agree(m, r)) return;
    if (!stamp_memory_agrees(run->image, m->dram.base, run->memory, m->dram.bytes, r->difference,
                             sizeof r->difference))
        r->mismatches++;
}

/* Clock the machine until it stops; false when the user interrupted. */
static bool clock_rtl(const struct stamp_rtl_ops *ops, void *rtl, const struct stamp_run_options *o,
                      struct stamp_rtl_status *st)
{
    struct clock clock = {now_seconds(), now_seconds()};
    const uint64_t chunk = 20000;

    do {
        ops->run(rtl, chunk, st);
        if (st->busy && o->max_cycles && st->cycles >= o->max_cycles) return false;
        if (!report(&clock, o, "rtl cycles", st->cycles)) return false;
    } while (st->busy && !st->stopped);
    return true;
}

static enum stamp_status run_rtl(struct stamp_run *run, const struct stamp_run_options *o,
                                 struct stamp_run_result *r, struct stamp_machine *m,
                                 struct stamp_lockstep *ls, struct stamp_err *e)
{
    const struct stamp_image *im = run->image;
    const struct stamp_rtl_ops *ops;
    struct watchers w = {ls, o, run->cutter, NULL, NULL};
    struct stamp_rtl_status st = {0};
    struct stamp_rtl_options ro = {.dram = run->memory,
                                   .dram_bytes = im->dram_bytes,
                                   .dram_base = o->dram_base,
                                   .read_latency = o->read_latency,
                                   .write_latency = o->write_latency,
                                   .read_rate = o->read_rate,
                                   .write_rate = o->write_rate,
                                   .stall = o->stall,
                                   .seed = o->seed,
                                   .fault_lo = o->fault_lo,
                                   .fault_hi = o->fault_hi,
                                   .fault_read = o->fault_read,
                                   .fault_write = o->fault_write,
                                   .dead = o->dead,
                                   .wave = o->wave,
                                   .wave_start = o->wave_start,
                                   .wave_stop = o->wave_stop,
                                   .ctx = &w,
                                   .on_write = ls ? watch_write : NULL,
                                   .on_retire = ls || w.cutter ? watch_retire : NULL,
                                   .on_edge = o->on_edge ? watch_edge : NULL,
                                   .on_cycle = o->on_cycle ? watch_cycle : NULL};
    enum stamp_status s = stamp_rtl_find(o->rtl_dir, im->mach, o->wave != NULL, &ops, e);

    if (s) return s;
    void *rtl = ops->open(&ro);
    w.ops = ops;
    w.rtl = rtl;
    set_up(ops, rtl, run, o);
    ops->write(rtl, STAMP_REG_CTRL, 1);
    const bool finished = clock_rtl(ops, rtl, o, &st);
    r->error = st.error;
    r->error_pc = st.error_pc;
    if (finished && !st.stopped) read_counters(ops, rtl, r);
    ops->close(rtl);
    if (!finished) return stamp_fail(e, STAMP_EINTR, "stopped after %" PRIu64 " cycles", st.cycles);
    if (ls && (st.stopped || r->error || st.done)) judge(run, ls, m, r);
    if (ls && stamp_lockstep_starved(ls))
        return stamp_fail(e, STAMP_ENOMEM, "out of memory for lock-step");
    if (r->mismatches)
        return stamp_fail(e, STAMP_EMISMATCH, "rtl and model differ: %s", r->difference);
    if (st.stopped) return stamp_fail(e, STAMP_EMISMATCH, "an observer stopped the run");
    if (!r->error && !st.irq) return stamp_fail(e, STAMP_EMISMATCH, "done without interrupt");
    return stopped(run, o, r, e);
}

static enum stamp_status run_lockstep(struct stamp_run *run, const struct stamp_run_options *o,
                                      struct stamp_run_result *r, struct stamp_err *e)
{
    uint8_t *copy = stamp_map(run->image->dram_bytes);
    struct stamp_machine *m = copy ? new_machine(run, o, copy) : NULL;
    struct stamp_lockstep *ls = m ? stamp_lockstep_new(m) : NULL;
    struct teller teller = {o, NULL, STAMP_OK, e};
    enum stamp_status s;

    if (ls && o->on_phase)
        teller.cutter =
            stamp_cutter_new(run->image, stamp_image_entry(run->image, o->entry), run->arg[0]);
    if (ls && (teller.cutter || !o->on_phase)) {
        stamp_map_copy(copy, run->memory, run->image->dram_bytes);
        if (teller.cutter) stamp_lockstep_watch(ls, see_machine, &teller);
        s = run_rtl(run, o, r, m, ls, e);
        if (!s && teller.cutter) tell(&teller, m);
        if (!s) s = teller.status;
    } else {
        s = stamp_fail(e, STAMP_ENOMEM, "out of memory for lock-step");
    }
    stamp_lockstep_free(ls);
    stamp_cutter_free(teller.cutter);
    stamp_machine_free(m);
    stamp_unmap(copy, run->image->dram_bytes);
    return s;
}

enum stamp_status stamp_run_go(struct stamp_run *run, const struct stamp_run_options *options,
                               struct stamp_run_result *result, struct stamp_err *e)
{
    const double start = now_seconds(), cpu = seconds_on(CLOCK_PROCESS_CPUTIME_ID);
    enum stamp_status s;

    memset(result, 0, sizeof *result);
    if (!stamp_image_entry(run->image, options->entry))
        return stamp_fail(e, STAMP_ERANGE, "the program has no entry '%s'", options->entry);
    if (options->on_phase && options->on == STAMP_ON_RTL)
        return stamp_fail(e, STAMP_EUNSUPPORTED, "the RTL alone has no end of a phase in memory");
    stamp_cutter_free(run->cutter);
    run->cutter = NULL;
    if (options->phases || (options->on_phase && options->on == STAMP_ON_MODEL)) {
        run->cutter = stamp_cutter_new(run->image, stamp_image_entry(run->image, options->entry),
                                       run->arg[0]);
        if (!run->cutter) return stamp_fail(e, STAMP_ENOMEM, "out of memory for the phases");
    }
    if (options->on == STAMP_ON_MODEL)
        s = run_model(run, options, result, e);
    else if (options->on == STAMP_ON_RTL)
        s = run_rtl(run, options, result, NULL, NULL, e);
    else
        s = run_lockstep(run, options, result, e);
    result->seconds = now_seconds() - start;
    result->cpu_seconds = seconds_on(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    if (options->phases && !s && !stamp_cutter_finish(run->cutter, result))
        return stamp_fail(e, STAMP_ENOMEM, "out of memory for the phases");
    return s;
}
