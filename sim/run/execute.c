/* SPDX-License-Identifier: Apache-2.0 */
/* execute.c - a run on a device, and what devices share. Contracts in runtime.h, runtime_parts.h. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "sim/run/numeric.h"
#include "sim/run/runtime_parts.h"

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

struct stamp_run_clock stamp_run_clock_now(void)
{
    const double now = now_seconds();
    return (struct stamp_run_clock){now, now};
}

bool stamp_run_report(struct stamp_run_clock *c, const struct stamp_run_options *o,
                      const char *what, uint64_t done)
{
    const double now = now_seconds();

    if (!o->progress || now - c->last < 0.5) return true;
    c->last = now;
    return o->progress(o->progress_ctx, what, done, o->expect, (double)done / (now - c->start));
}

/* The phase that runs, if one does, is over. */
void stamp_run_tell(struct stamp_run_teller *t, const struct stamp_machine *m)
{
    const struct stamp_phase_instance *i = stamp_cutter_now(t->cutter);

    if (!i || t->status || !t->o->on_phase) return;
    t->status = t->o->on_phase(t->o->on_phase_ctx, i->phase, i->iteration, m->dram.bytes, t->e);
}

/* Before each instruction. */
void stamp_run_see(void *ctx, const struct stamp_machine *m)
{
    struct stamp_run_teller *t = ctx;

    if (t->o->on_insn) t->o->on_insn(t->o->on_insn_ctx, m);
    if (!t->cutter || !stamp_cutter_see(t->cutter, m->ctl.pc)) return;
    stamp_run_tell(t, m);
    stamp_cutter_begin(t->cutter, m->event);
}

enum stamp_status stamp_run_stopped(const struct stamp_run *run, const struct stamp_run_options *o,
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

enum stamp_status stamp_run_agree(const uint64_t values[STAMP_EVENTS], struct stamp_run_result *r,
                                  struct stamp_err *e)
{
    for (int i = 0; i < STAMP_EVENTS; i++) {
        const enum stamp_event ev = (enum stamp_event)i;
        if (stamp_event_kind(ev) != STAMP_EVENT_VALUE || values[i] == r->event[i]) continue;
        r->mismatches++;
        snprintf(r->difference, sizeof r->difference,
                 "counter %s: clock %" PRIu64 ", model %" PRIu64, stamp_event_name(ev), r->event[i],
                 values[i]);
        return stamp_fail(e, STAMP_EMISMATCH, "clock and model differ: %s", r->difference);
    }
    return STAMP_OK;
}

void stamp_run_activity(const struct stamp_run *run, const struct stamp_run_options *o,
                        const struct stamp_run_result *values, struct stamp_run_result *r)
{
    if (o->no_values)
        stamp_activity_most(run->image->mach, r->event, r->activity);
    else
        memcpy(r->activity, values->activity, sizeof r->activity);
}

struct stamp_machine *stamp_run_machine(const struct stamp_run *run,
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

enum stamp_status stamp_run_go(struct stamp_run *run, const struct stamp_run_options *options,
                               struct stamp_run_result *result, struct stamp_err *e)
{
    const double start = now_seconds(), cpu = seconds_on(CLOCK_PROCESS_CPUTIME_ID);
    const bool phases = options->phases || options->tracer;
    enum stamp_status s;

    memset(result, 0, sizeof *result);
    result->dram_base = options->dram_base;
    if (!stamp_image_entry(run->image, options->entry))
        return stamp_fail(e, STAMP_ERANGE, "the program has no entry '%s'", options->entry);
    if (!(options->on->can & STAMP_CAN_PROGRAMS))
        return stamp_fail(e, STAMP_EUNSUPPORTED, "%s runs no programs", options->on->what);
    if (options->on_phase && !(options->on->can & STAMP_CAN_SEE))
        return stamp_fail(e, STAMP_EUNSUPPORTED, "%s alone has no end of a phase in memory",
                          options->on->what);
    if (options->on_insn && !(options->on->can & STAMP_CAN_SEE))
        return stamp_fail(e, STAMP_EUNSUPPORTED, "%s alone shows no instructions",
                          options->on->what);
    stamp_cutter_free(run->cutter);
    run->cutter = NULL;
    if (phases) {
        run->cutter = stamp_cutter_new(run->image, stamp_image_entry(run->image, options->entry),
                                       run->arg[0]);
        if (!run->cutter) return stamp_fail(e, STAMP_ENOMEM, "out of memory for the phases");
    }
    if (options->tracer)
        options->tracer->begin(options->tracer->ctx, run->image,
                               stamp_image_entry(run->image, options->entry));
    s = options->on->go(run, options, result, e);
    result->products =
        stamp_image_needed(run->image, stamp_image_entry(run->image, options->entry), run->arg[0]);
    if (s == STAMP_EMISMATCH && result->at.found && options->on_difference)
        options->on_difference(options->on_difference_ctx, run->image,
                               stamp_image_entry(run->image, options->entry), result);
    result->seconds = now_seconds() - start;
    result->cpu_seconds = seconds_on(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    if (phases && !s && !stamp_cutter_finish(run->cutter, result))
        return stamp_fail(e, STAMP_ENOMEM, "out of memory for the phases");
    if (options->tracer && !s) options->tracer->end(options->tracer->ctx, result);
    return s;
}
