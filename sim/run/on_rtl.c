/* SPDX-License-Identifier: Apache-2.0 */
/* on_rtl.c - the Verilated RTL as a device, alone or in lock-step with the C machine. Contract in device.h. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "model/mem.h"
#include "sim/run/lockstep.h"
#include "sim/run/memdiff.h"
#include "sim/run/rtl_open.h"
#include "sim/run/runtime_parts.h"

enum { BEHIND = 16 /* clocks a wave goes on behind what it is for */ };

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

/* After done the value events of both machines must be equal, and what values made of them. */
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
    for (int a = 0; a < STAMP_ACTIVITIES; a++) {
        if (m->activity[a] == r->activity[a]) continue;
        snprintf(r->difference, sizeof r->difference,
                 "activity %s: rtl %" PRIu64 ", model %" PRIu64,
                 stamp_activity_name((enum stamp_activity)a), r->activity[a], m->activity[a]);
        r->mismatches++;
        return false;
    }
    return true;
}

static void judge(const struct stamp_run *run, struct stamp_lockstep *ls,
                  const struct stamp_machine *m, struct stamp_run_result *r)
{
    const bool same = stamp_lockstep_finish(ls, r->error, r->error_pc);

    r->checked = stamp_lockstep_checked(ls);
    r->mismatches = stamp_lockstep_mismatches(ls);
    r->at = *stamp_lockstep_difference(ls);
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
    struct stamp_run_clock clock = stamp_run_clock_now();
    const uint64_t chunk = 20000;

    do {
        ops->run(rtl, chunk, st);
        if (st->busy && o->max_cycles && st->cycles >= o->max_cycles) return false;
        if (!stamp_run_report(&clock, o, "rtl cycles", st->cycles)) return false;
    } while (st->busy && !st->stopped);
    return true;
}

/* The options of a simulation on @p memory; observers are added by who watches. */
static struct stamp_rtl_options rtl_options(const struct stamp_run *run,
                                            const struct stamp_run_options *o, uint8_t *memory)
{
    return (struct stamp_rtl_options){.dram = memory,
                                      .dram_bytes = run->image->dram_bytes,
                                      .dram_base = o->dram_base,
                                      .memory = o->has_dram ? &o->dram : NULL,
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
                                      .initial = o->initial};
}

static void start(const struct stamp_rtl_ops *ops, void *rtl, const struct stamp_run *run,
                  const struct stamp_run_options *o)
{
    set_up(ops, rtl, run, o);
    ops->write(rtl, STAMP_REG_CTRL, 1);
}

/* The cycles before clock @p at once more, for the wave: the same memory, so the same cycles. */
static enum stamp_status run_again(const struct stamp_run *run, const struct stamp_run_options *o,
                                   uint8_t *memory, uint64_t at, struct stamp_err *e)
{
    struct stamp_run_options again = *o;
    struct stamp_rtl_options ro = rtl_options(run, o, memory);
    struct stamp_rtl_status st = {0};
    const struct stamp_rtl_ops *ops;
    const enum stamp_status s = stamp_rtl_find(o->rtl_dir, run->image->mach, true, &ops, e);

    if (s) return s;
    ro.wave = o->wave;
    ro.wave_start = at > o->wave_last ? at - o->wave_last : 0;
    ro.wave_stop = again.max_cycles = at + BEHIND;
    void *rtl = ops->open(&ro);
    start(ops, rtl, run, o);
    clock_rtl(ops, rtl, &again, &st);
    ops->failed(rtl); /* known */
    ops->close(rtl);
    return STAMP_OK;
}

/* What the RTL says of itself goes before what it did. */
static enum stamp_status sound(const struct stamp_rtl_ops *ops, void *rtl,
                               const struct stamp_run_options *o, struct stamp_run_result *r,
                               struct stamp_err *e)
{
    const char *failed = ops->failed(rtl);

    if (!failed) return STAMP_OK;
    snprintf(r->difference, sizeof r->difference, "%s", failed);
    return stamp_fail(e, STAMP_EMISMATCH, "%s%s", failed,
                      o->wave ? "" : "; --wave FILE --wave-last 2000 shows what led to it");
}

static enum stamp_status verdict(const struct stamp_run *run, const struct stamp_run_options *o,
                                 const struct stamp_rtl_status *st, struct stamp_run_result *r,
                                 struct stamp_err *e)
{
    if (r->mismatches)
        return stamp_fail(e, STAMP_EMISMATCH, "rtl and model differ: %s", r->difference);
    if (st->stopped) return stamp_fail(e, STAMP_EMISMATCH, "an observer stopped the run");
    if (!r->error && !st->irq) return stamp_fail(e, STAMP_EMISMATCH, "done without interrupt");
    return stamp_run_stopped(run, o, r, e);
}

static enum stamp_status run_watched(struct stamp_run *run, const struct stamp_run_options *o,
                                     struct stamp_run_result *r, struct stamp_machine *m,
                                     struct stamp_lockstep *ls, struct stamp_err *e)
{
    const bool wave = o->wave && !o->wave_last;
    const struct stamp_rtl_ops *ops;
    struct watchers w = {ls, o, run->cutter, NULL, NULL};
    struct stamp_rtl_status st = {0};
    struct stamp_rtl_options ro = rtl_options(run, o, run->memory);
    enum stamp_status s = stamp_rtl_find(o->rtl_dir, run->image->mach, wave, &ops, e);

    if (s) return s;
    ro.wave = wave ? o->wave : NULL;
    ro.wave_start = o->wave_start;
    ro.wave_stop = o->wave_stop;
    ro.ctx = &w;
    ro.on_write = ls ? watch_write : NULL;
    ro.on_retire = ls || w.cutter ? watch_retire : NULL;
    ro.on_edge = o->on_edge ? watch_edge : NULL;
    ro.on_cycle = o->on_cycle ? watch_cycle : NULL;
    void *rtl = ops->open(&ro);
    w.ops = ops;
    w.rtl = rtl;
    start(ops, rtl, run, o);
    const bool finished = clock_rtl(ops, rtl, o, &st);
    uint64_t event[STAMP_EVENTS];
    ops->events(rtl, event);
    r->error = st.error;
    r->error_pc = st.error_pc;
    ops->dram(rtl, &r->dram);
    if (finished && !st.stopped) read_counters(ops, rtl, r);
    ops->activity(rtl, r->activity);
    s = sound(ops, rtl, o, r, e);
    ops->close(rtl);
    r->at.cycle = event[STAMP_EV_CYCLES];
    r->at.clock = st.cycles;
    if (s) return s;
    if (!finished) return stamp_fail(e, STAMP_EINTR, "stopped after %" PRIu64 " cycles", st.cycles);
    if (ls && (st.stopped || r->error || st.done)) judge(run, ls, m, r);
    r->at.cycle = event[STAMP_EV_CYCLES];
    r->at.clock = st.cycles;
    if (ls && stamp_lockstep_starved(ls))
        return stamp_fail(e, STAMP_ENOMEM, "out of memory for lock-step");
    return verdict(run, o, &st, r, e);
}

/* The same, and with wave_last once more where it does not end as it should. */
static enum stamp_status run_waved(struct stamp_run *run, const struct stamp_run_options *o,
                                   struct stamp_run_result *r, struct stamp_machine *m,
                                   struct stamp_lockstep *ls, struct stamp_err *e)
{
    const uint64_t bytes = run->image->dram_bytes;
    struct stamp_err why = {0}, first;

    if (!o->wave || !o->wave_last) return run_watched(run, o, r, m, ls, e);
    uint8_t *before = stamp_map(bytes);
    if (!before) return stamp_fail(e, STAMP_ENOMEM, "out of memory for a wave");
    stamp_map_copy(before, run->memory, bytes);
    const enum stamp_status s = run_watched(run, o, r, m, ls, e);
    first = *e;
    if ((s == STAMP_EMISMATCH || s == STAMP_EMACHINE) &&
        run_again(run, o, before, r->at.clock, &why))
        stamp_fail(e, s, "%s; no wave of it: %s", first.text, why.text);
    stamp_unmap(before, bytes);
    return s;
}

static enum stamp_status run_lockstep(struct stamp_run *run, const struct stamp_run_options *o,
                                      struct stamp_run_result *r, struct stamp_err *e)
{
    uint8_t *copy = stamp_map(run->image->dram_bytes);
    struct stamp_machine *m = copy ? stamp_run_machine(run, o, copy) : NULL;
    struct stamp_lockstep *ls = m ? stamp_lockstep_new(m) : NULL;
    struct stamp_run_teller teller = {o, NULL, STAMP_OK, e};
    enum stamp_status s;

    if (ls && o->on_phase)
        teller.cutter =
            stamp_cutter_new(run->image, stamp_image_entry(run->image, o->entry), run->arg[0]);
    if (ls && (teller.cutter || !o->on_phase)) {
        stamp_map_copy(copy, run->memory, run->image->dram_bytes);
        if (teller.cutter || o->on_insn) stamp_lockstep_watch(ls, stamp_run_see, &teller);
        s = run_waved(run, o, r, m, ls, e);
        if (!s && teller.cutter) stamp_run_tell(&teller, m);
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

static enum stamp_status run_rtl(struct stamp_run *run, const struct stamp_run_options *o,
                                 struct stamp_run_result *r, struct stamp_err *e)
{
    return run_waved(run, o, r, NULL, NULL, e);
}

static enum stamp_status ready(const struct stamp_run_options *o, const struct stamp_mach *mach,
                               struct stamp_err *e)
{
    const struct stamp_rtl_ops *ops;
    const enum stamp_status s = stamp_rtl_find(o->rtl_dir, mach, o->wave != NULL, &ops, e);

    return s || !o->wave_last ? s : stamp_rtl_find(o->rtl_dir, mach, false, &ops, e);
}

const struct stamp_device stamp_on_rtl = {
    .name = "rtl",
    .what = "the RTL",
    .can = STAMP_CAN_BITS | STAMP_CAN_PROGRAMS | STAMP_CAN_TIMED | STAMP_CAN_WRITES |
           STAMP_CAN_PINS | STAMP_CAN_WAVES | STAMP_CAN_VALUES,
    .ready = ready,
    .go = run_rtl};
const struct stamp_device stamp_on_all = {
    .name = "all",
    .what = "the RTL in lock-step with the C machine",
    .can = STAMP_CAN_BITS | STAMP_CAN_PROGRAMS | STAMP_CAN_SEE | STAMP_CAN_TIMED |
           STAMP_CAN_WRITES | STAMP_CAN_PINS | STAMP_CAN_WAVES | STAMP_CAN_CHECKED |
           STAMP_CAN_VALUES,
    .ready = ready,
    .go = run_lockstep};
