/* SPDX-License-Identifier: Apache-2.0 */
/* clock.c - a program on the timed machine. Contract in clock.h. */
#include "model/clock/clock.h"

#include <inttypes.h>
#include <string.h>

#include "model/clock/memo.h"
#include "model/clock/repeat.h"
#include "model/clock/vxu_tape.h"
#include "model/mem.h"

/* Bytes of tapes and of stretches: those of a large network; a program of fewer cycles has none. */
enum { TAPES = 1 << 23, MEMO = 400 << 20, LONG = 1 << 16 };

struct stamp_clock {
    struct stamp_clock_top top;
    struct stamp_clock_tapes *tapes; /* of the vector unit; NULL: none */
    struct stamp_clock_memo *memo;   /* or NULL */
    bool passed;                     /* by it: the cycle to come is one of all units */
    bool remembers;                  /* there is to be one */
    size_t memo_bytes;
    struct stamp_clock_repeat repeat;
    struct stamp_clock_hooks hooks;
    uint64_t tapes_from;      /**< the cycle from which on there are tapes */
    uint64_t watchdog, since; /**< cycles without progress: allowed, begin */
    uint64_t over;            /**< instructions over when last looked at */
};

static bool tables_new(struct stamp_clock_top *t)
{
    const struct stamp_mach *m = t->mach;

    t->rt = stamp_alloc(m->RT_ENTRIES, sizeof *t->rt);
    t->nt = stamp_alloc(m->RT_ENTRIES, sizeof *t->nt);
    t->it = stamp_alloc(m->IT_ENTRIES, sizeof *t->it);
    return t->rt && t->nt && t->it;
}

static void units_new(struct stamp_clock_top *t)
{
    const struct stamp_mach *m = t->mach;

    stamp_clock_fetch_init(&t->fetch, m);
    stamp_clock_queues_init(&t->queues, m);
    stamp_clock_rmux_init(&t->rmux, STAMP_BURSTS);
    stamp_clock_ldu_init(&t->ldu, m, t->it);
    stamp_clock_stu_init(&t->stu, m);
    stamp_clock_vxu_init(&t->vxu, m, t->rt);
    stamp_clock_mxu_init(&t->mxu, m, t->nt);
    stamp_clock_table_init(&t->rt_port, m, 16);
    stamp_clock_table_init(&t->nt_port, m, 16);
    stamp_clock_table_init(&t->it_port, m, 32);
}

bool stamp_clock_entry(const struct stamp_image *image, const char *entry,
                       struct stamp_clock_options *o)
{
    const struct stamp_entry *found = stamp_image_entry(image, entry);

    if (!found) return false;
    o->mach = image->mach;
    o->code = image->code + found->first;
    o->count = found->count;
    o->code_addr = stamp_image_entry_addr(image, found);
    memcpy(o->arg, image->arg, sizeof o->arg);
    o->dram_bytes = image->dram_bytes;
    return true;
}

/* The edge that comes counts posts and takes of the cycle before: once those that change, as queues.c does. */
static void tell_semaphores(const struct stamp_clock *c, uint64_t cycle)
{
    const struct stamp_clock_sems *s = &c->top.queues.sems;
    int up[STAMP_SEMAPHORES] = {0};

    for (uint32_t u = 0; u < STAMP_QUEUES; u++)
        for (uint32_t k = 0; k < 3; k++) up[s->post[u].n[k]]++;
    for (uint32_t k = 0; k < 3; k++) up[s->taken.n[k]]--;
    for (uint32_t i = 1; i < STAMP_SEMAPHORES; i++)
        if (up[i]) c->hooks.semaphore(c->hooks.ctx, i, (uint32_t)(s->sem[i] + up[i]), cycle + 1);
}

/* What the hooks want to know of the cycle whose edge comes. */
static void tell(void *ctx)
{
    struct stamp_clock *c = ctx;
    const struct stamp_clock_queues_pins *q = &c->top.pins.queues;
    const uint8_t taken = q->unit_valid & q->unit_ready;
    const uint64_t cycle = c->top.event[STAMP_EV_CYCLES] + c->top.pins.dispatch.busy;

    if (c->hooks.control && c->top.pins.dispatch.ev_control)
        c->hooks.control(c->hooks.ctx, c->top.pins.dispatch.pc, cycle);
    if (c->hooks.semaphore && c->top.queues.sems.moved) tell_semaphores(c, cycle);
    if (c->hooks.push && c->top.pins.dispatch.push)
        for (uint32_t u = 0; u < STAMP_QUEUES; u++)
            if (c->top.pins.dispatch.push >> u & 1)
                c->hooks.push(c->hooks.ctx, (enum stamp_unit)(u + 1), q->seq, cycle);
    for (uint32_t u = 0; u < STAMP_QUEUES; u++) {
        const enum stamp_unit unit = (enum stamp_unit)(u + 1);
        if (c->hooks.take && taken >> u & 1)
            c->hooks.take(c->hooks.ctx, unit, q->unit_seq[u], cycle);
        if (c->hooks.retire && q->unit_done >> u & 1)
            c->hooks.retire(c->hooks.ctx, unit, q->done_seq[u], cycle);
    }
}

enum stamp_status stamp_clock_new(const struct stamp_clock_options *o, struct stamp_clock **out,
                                  struct stamp_err *e)
{
    struct stamp_clock *c = stamp_alloc(1, sizeof *c);

    *out = NULL;
    if (!c) return stamp_fail(e, STAMP_ENOMEM, "out of memory");
    struct stamp_clock_top *t = &c->top;
    t->mach = o->mach;
    t->memory = o->memory;
    t->dram = o->dram;
    t->image = o->image;
    t->dram_bytes = o->dram_bytes;
    t->dram_base = o->dram_base;
    t->code_addr = o->code_addr;
    t->code_count = o->count;
    c->hooks = o->hooks;
    if (c->hooks.take || c->hooks.retire || c->hooks.control) {
        t->look = tell;
        t->look_ctx = c;
    }
    c->watchdog = o->watchdog;
    c->tapes_from = o->tapes ? 0 : LONG;
    c->memo_bytes = o->memo_bytes ? o->memo_bytes : MEMO;
    c->remembers = !o->no_memo && !o->every_cycle && !t->look && t->memory.restore &&
                   (!o->watchdog || o->watchdog >= STAMP_CLOCK_MEMO_LONGEST);
    if (!tables_new(t) || !stamp_clock_repeat_new(&c->repeat, o->mach)) {
        stamp_clock_free(c);
        return stamp_fail(e, STAMP_ENOMEM, "out of memory");
    }
    units_new(t);
    stamp_clock_dispatch_init(&t->dispatch, t->mach, o->code, o->count, o->arg);
    t->axi.rready = true;
    for (uint64_t i = 0; i < o->before; i++) t->memory.edge(t->memory.ctx, &t->axi);
    t->start = true;
    t->awake = o->every_cycle;
    *out = c;
    return STAMP_OK;
}

void stamp_clock_free(struct stamp_clock *c)
{
    if (!c) return;
    stamp_clock_tapes_free(c->tapes);
    stamp_clock_memo_free(c->memo);
    stamp_clock_repeat_free(&c->repeat);
    stamp_free(c->top.rt);
    stamp_free(c->top.nt);
    stamp_free(c->top.it);
    stamp_free(c);
}

/* Whether the program cannot go on, and why. */
static enum stamp_status stopped(struct stamp_clock *c, struct stamp_err *e)
{
    const struct stamp_clock_top *t = &c->top;
    const uint64_t over = t->event[STAMP_EV_INSNS] + t->pushed;

    if (over != c->over) c->since = t->cycle;
    c->over = over;
    if (t->dispatch.error)
        return stamp_fail(e, STAMP_EMACHINE, "error %s at %" PRIu32 " is not timed",
                          stamp_error_name(t->dispatch.error), t->dispatch.pc);
    if (t->pins.queues.unit_failed || t->queues.overflow)
        return stamp_fail(e, STAMP_EMACHINE, "an error of a unit is not timed");
    if (c->watchdog && t->cycle - c->since > c->watchdog)
        return stamp_fail(e, STAMP_EMACHINE, "nothing is over in %" PRIu64 " cycles", c->watchdog);
    return STAMP_OK;
}

static enum stamp_status tape(struct stamp_clock *c, struct stamp_err *e)
{
    c->tapes = stamp_clock_tapes_new(c->top.mach, TAPES);
    if (!c->tapes) return stamp_fail(e, STAMP_ENOMEM, "out of memory");
    stamp_clock_vxu_use(&c->top.vxu, c->tapes);
    if (!c->remembers) return STAMP_OK;
    c->memo = stamp_clock_memo_new(&c->top, c->memo_bytes);
    if (!c->memo) return stamp_fail(e, STAMP_ENOMEM, "out of memory");
    return STAMP_OK;
}

/* Cycles up to @p end that may be passed over: none beyond the one in which the watchdog looks again. */
static uint64_t ahead(const struct stamp_clock *c, uint64_t end)
{
    const uint64_t now = c->top.cycle;
    const uint64_t look = c->watchdog ? c->since + c->watchdog + 1 : end;

    return look > now && look < end ? look - now : end - now;
}

enum stamp_status stamp_clock_run(struct stamp_clock *c, uint64_t cycles, bool *done,
                                  struct stamp_err *e)
{
    struct stamp_clock_top *t = &c->top;
    const uint64_t end = cycles ? t->cycle + cycles : UINT64_MAX;
    enum stamp_status s = STAMP_OK;

    *done = false;
    while (t->cycle < end && !*done && !s) {
        if (!t->awake && !c->tapes && t->cycle >= c->tapes_from) s = tape(c, e);
        if (!t->awake && !c->passed) stamp_clock_top_doze(t);
        if (!t->nap.fetch || !stamp_clock_top_jump(t, ahead(c, end))) {
            stamp_clock_top_cycle(t);
            if (!t->look && !t->awake) stamp_clock_repeat(&c->repeat, t);
            *done = t->pins.dispatch.done;
            c->passed = c->memo &&
                        stamp_clock_memo(c->memo, t, *done || t->cycle >= end ? 0 : end - t->cycle);
        }
        if (!*done && !s) s = stopped(c, e);
    }
    stamp_clock_top_settle(t);
    return s;
}

static void nothing(void *ctx, const struct stamp_clock_axi *pins, uint64_t cycles)
{
    (void)ctx;
    (void)pins;
    (void)cycles;
}

/* Sleepers know what they have counted when they wake up: those of a copy do. */
void stamp_clock_events_before(const struct stamp_clock *c, uint64_t out[STAMP_EVENTS])
{
    struct stamp_clock_top t = c->top;

    t.memory.skip = nothing;
    stamp_clock_top_settle(&t);
    memcpy(out, t.event, sizeof t.event);
}

struct stamp_clock_passed stamp_clock_passed(const struct stamp_clock *c)
{
    const struct stamp_clock_passed none = {0};
    return c->memo ? stamp_clock_memo_passed(c->memo) : none;
}

const uint64_t *stamp_clock_events(const struct stamp_clock *c)
{
    return c->top.event;
}
