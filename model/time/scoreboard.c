/* SPDX-License-Identifier: Apache-2.0 */
/* scoreboard.c - cycles of a program, estimated. Contract in scoreboard.h. */
#include "model/time/scoreboard.h"

#include <string.h>

#include "model/dispatch/walk.h"
#include "model/mem.h"

enum { QUEUE_MAX = 64, WINDOW_MAX = 1024 };
/* Transfers under way in a unit at once; the load unit has the addresses of one more. */
enum { LOADS = STAMP_TRANSFERS + 1, STORES = STAMP_TRANSFERS };

/* Times of one semaphore's posts, a ring; a token is ready when its poster retired. */
struct ready {
    uint64_t at[STAMP_SEM_MAX + 1];
    uint32_t first, count;
};

/* Instruction words: bursts of BURST, asked for when half of the buffer is free; a loop that fits stays there. */
enum { BURST = 8 };
struct fetch {
    uint64_t beats;                  /* cycles of a burst's data */
    uint64_t asked;                  /* the newest burst is */
    uint64_t ready;                  /* the newest word is there */
    uint32_t next;                   /* word after it */
    uint64_t dispatched[WINDOW_MAX]; /* when words left the buffer, a ring */
};

struct clocks {
    const struct stamp_image *image;
    struct stamp_cost_memory memory;
    struct ready *sem; /* [SEMAPHORES] */
    struct fetch fetch;
    uint64_t now;                           /* of the dispatcher */
    uint64_t free[STAMP_UNITS];             /* unit can start its next instruction */
    uint64_t start[STAMP_UNITS][QUEUE_MAX]; /* of the latest instructions, a ring */
    uint64_t over[STAMP_UNITS][QUEUE_MAX];  /* when these retire */
    uint64_t done[STAMP_UNITS];             /* last retirement */
    uint64_t issued[STAMP_UNITS];
    struct stamp_cost cost;
};

static uint64_t later(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* Cycles from asking for a burst at @p at to its first data: they come behind those of loads that memory was
 * asked for before. */
static uint64_t burst_cycles(const struct clocks *c, uint64_t at)
{
    const enum stamp_unit u = STAMP_UNIT_LDU;
    uint64_t wait = c->memory.latency;

    for (uint64_t k = 1; k <= LOADS && k <= c->issued[u]; k++) {
        const uint64_t i = (c->issued[u] - k) % QUEUE_MAX;
        if (c->start[u][i] > at) continue;
        if (c->over[u][i] > at + wait) wait = c->over[u][i] - at;
        break;
    }
    return wait + 2;
}

/* The next word in the buffer. A burst is asked for when the last word that is in its way has left; loads
 * under way wait for its beats. */
static void fetch_word(struct clocks *c, uint32_t room)
{
    struct fetch *f = &c->fetch;

    if (f->next % BURST == 0) {
        const uint64_t left = f->dispatched[(f->next + room / 2 - 1) % room];
        f->asked = later(f->asked + 4, left < f->ready ? left : f->ready);
        f->asked = later(f->asked, f->dispatched[(f->next + BURST - 1) % room]);
        f->ready = later(f->ready, f->asked + burst_cycles(c, f->asked));
        if (c->free[STAMP_UNIT_LDU] > f->asked) c->free[STAMP_UNIT_LDU] += f->beats;
    }
    f->ready += f->beats / BURST;
    f->next++;
}

/* Word @p pc, and @p words before it that no unit sees, reach the dispatcher. */
static void arrive(struct clocks *c, uint32_t pc, uint64_t words)
{
    const uint32_t room =
        c->image->mach->IM_WORDS < WINDOW_MAX ? c->image->mach->IM_WORDS : WINDOW_MAX;
    struct fetch *f = &c->fetch;

    c->now += STAMP_COST_DISPATCH * words;
    if (pc + room < f->next || pc > f->next + room) { /* a jump: the window starts there */
        f->next = pc;
        f->asked = c->now;
        f->ready = c->now + burst_cycles(c, c->now);
    }
    while (f->next <= pc) fetch_word(c, room);
    if (pc + 1 == f->next) c->now = later(c->now, f->ready);
    f->dispatched[pc % room] = c->now;
}

static void execute(struct clocks *c, const struct stamp_issue *step)
{
    const struct stamp_insn_d *d = &step->insn.d;
    const uint64_t wait[3] = {d->wait0, d->wait1, d->wait2},
                   post[3] = {d->post0, d->post1, d->post2};
    const enum stamp_unit u = step->op->unit;
    const uint32_t queue = c->image->mach->QUEUE < QUEUE_MAX ? c->image->mach->QUEUE : QUEUE_MAX;
    uint64_t start = 0;

    /* A place in the queue is free once the instruction that many before has started. */
    if (c->issued[u] >= queue)
        c->now = later(c->now, c->start[u][(c->issued[u] - queue) % QUEUE_MAX]);
    start = later(c->now + 1, c->free[u]);
    const uint64_t most = u == STAMP_UNIT_LDU ? LOADS : u == STAMP_UNIT_STU ? STORES : QUEUE_MAX;
    if (c->issued[u] >= most) start = later(start, c->over[u][(c->issued[u] - most) % QUEUE_MAX]);
    for (int i = 0; i < 3; i++) {
        struct ready *r = &c->sem[wait[i]];
        if (!wait[i] || !r->count) continue;
        start = later(start, r->at[r->first]);
        r->first = (r->first + 1) % (STAMP_SEM_MAX + 1);
        r->count--;
    }
    const struct stamp_cycles t = stamp_cycles_of(c->image->mach, c->memory, step->op, &step->insn);
    c->start[u][c->issued[u] % QUEUE_MAX] = start;
    c->free[u] = start + t.occupy;
    c->done[u] = later(c->done[u], start + t.occupy + t.latency);
    c->over[u][c->issued[u]++ % QUEUE_MAX] = c->done[u];
    c->cost.busy[u] += t.occupy;
    for (int i = 0; i < 3; i++) {
        struct ready *r = &c->sem[post[i]];
        if (!post[i] || r->count > STAMP_SEM_MAX) continue;
        r->at[(r->first + r->count++) % (STAMP_SEM_MAX + 1)] = c->done[u];
    }
}

static void fence(struct clocks *c)
{
    for (int u = 0; u < STAMP_UNITS; u++) c->now = later(c->now, c->done[u]);
}

/* The start of a repetition: what the one before it took holds of the ones to come, of which the last is walked. */
struct repetition {
    uint32_t pc, times;
    uint64_t now, seq, busy[STAMP_UNITS];
};

static void repeat(struct clocks *c, struct stamp_walk *w, const struct stamp_issue *step,
                   struct repetition *r, uint64_t *more)
{
    uint32_t left;

    if (!stamp_walk_repeats(w, step, &left)) return;
    if (r->pc != step->pc) *r = (struct repetition){.pc = step->pc};
    if (++r->times > 2 && left > 2 && w->ctl.seq > STAMP_WALK_LONG) {
        const uint64_t skip = left - 1;
        for (int u = 0; u < STAMP_UNITS; u++)
            c->cost.busy[u] += skip * (c->cost.busy[u] - r->busy[u]);
        *more += skip * (w->ctl.seq - r->seq);
        c->now += skip * (c->now - r->now);
        w->ctl.loop[0].left = 1;
    }
    r->now = c->now;
    r->seq = w->ctl.seq;
    memcpy(r->busy, c->cost.busy, sizeof r->busy);
}

enum stamp_status stamp_cost_entry(const struct stamp_image *image, const struct stamp_entry *entry,
                                   const uint32_t *arg, struct stamp_cost_memory memory,
                                   struct stamp_cost *out, struct stamp_err *e)
{
    struct clocks *c = stamp_alloc(1, sizeof *c);
    struct ready *sem = stamp_alloc(STAMP_SEMAPHORES, sizeof *sem);
    enum stamp_status st = c && sem ? STAMP_OK : stamp_fail(e, STAMP_ENOMEM, "out of memory");
    struct stamp_walk w;
    struct stamp_issue step;
    uint64_t before = 0, more = 0;
    struct repetition r = {0};

    stamp_walk_start(&w, image->code + entry->first, entry->count, arg ? arg : image->arg,
                     STAMP_WALK_LIMIT);
    if (!st) {
        c->image = image;
        c->sem = sem;
        c->memory = memory;
        if (!memory.latency) c->memory.latency = STAMP_COST_MEMORY;
        if (!memory.rate) c->memory.rate = STAMP_COST_RATE_ONE;
        c->now = c->memory.latency; /* first fetch */
        c->fetch.beats = 256 / image->mach->AXI_BYTES * STAMP_COST_RATE_ONE / c->memory.rate;
    }
    while (!st && !w.ctl.done && !(st = stamp_walk_next(&w, &step, e))) {
        arrive(c, step.pc, w.ctl.seq - before);
        before = w.ctl.seq;
        if (step.op->unit == STAMP_UNIT_CTL)
            fence(c), repeat(c, &w, &step, &r, &more);
        else
            execute(c, &step);
    }
    if (!st) {
        c->cost.cycles = c->now;
        c->cost.dispatched = w.ctl.seq + more;
        c->cost.fetch_bytes = (uint64_t)entry->count * sizeof(struct stamp_word);
        *out = c->cost;
    }
    stamp_free(c);
    stamp_free(sem);
    return st;
}

enum stamp_status stamp_cost_program(const struct stamp_image *image,
                                     struct stamp_cost_memory memory, struct stamp_cost *out,
                                     struct stamp_err *e)
{
    return stamp_cost_entry(image, image->entry, NULL, memory, out, e);
}
