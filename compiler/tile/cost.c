/* SPDX-License-Identifier: Apache-2.0 */
/* cost.c - cycles of a program, estimated. Contract in cost.h. */
#include "compiler/tile/cost.h"

#include <string.h>

#include "compiler/ir/verify.h"
#include "compiler/ir/walk.h"
#include "model/mem.h"

enum { MEMORY = 60, VECTOR = 12, DRAIN = 16, ROW = 1, QUEUE_MAX = 64 };

static uint64_t transfer(const struct stamp_mach *m, const struct stamp_insn_d *d)
{
    const uint64_t bytes =
        d->lines * stamp_line_bytes(m, (enum stamp_space)d->space, (enum stamp_fmt)d->fmt);
    const uint64_t beats = (bytes + m->AXI_BYTES - 1) / m->AXI_BYTES;

    return d->n0 * d->n1 * (beats + ROW);
}

static uint64_t product(const struct stamp_mach *m, const struct stamp_insn_m *i)
{
    const uint64_t blk = i->blk ? i->blk : i->kl, per = m->L / m->T * (1 + i->w8);
    uint64_t cycles = 0;

    for (uint64_t k = 0; k < i->kl; k += blk) {
        const uint64_t lines = i->kl - k < blk ? i->kl - k : blk;
        cycles += lines * per > m->P ? lines * per : m->P;
    }
    return cycles * i->ng * i->groups;
}

/* Format W, from its lines. */
static uint64_t rows_cost(const struct stamp_mach *m, enum stamp_opcode op,
                          const struct stamp_insn_w *w)
{
    const uint64_t lines = w->n0 * w->cols, pass = m->L / m->F;

    switch (op) {
    case STAMP_OP_VBIN: return lines * 2;
    case STAMP_OP_VROPE: return lines * 4;
    case STAMP_OP_VRED: return lines + w->n0 * STAMP_COST_REDUCE;
    case STAMP_OP_VFN:
        return lines * pass *
               (w->fn == STAMP_ONE_RSQRT   ? 2 * STAMP_COST_ROOT
                : w->fn == STAMP_ONE_RECIP ? STAMP_COST_ROOT
                                           : 1);
    default: return lines;
    }
}

uint64_t stamp_cost_insn(const struct stamp_mach *m, const struct stamp_op *op,
                         const union stamp_insn *insn, uint64_t *latency)
{
    const uint64_t lines = insn->v.n0 * insn->v.cols;

    *latency = 0;
    switch (op->code) {
    case STAMP_OP_LOAD:
    case STAMP_OP_STORE: *latency = MEMORY; return transfer(m, &insn->d);
    case STAMP_OP_VBFLY:
        return VECTOR +
               insn->b.n0 * insn->b.n1 * insn->b.cols * (insn->b.kind == STAMP_KIND_ROT ? 4 : 2);
    case STAMP_OP_VMINMAX:
    case STAMP_OP_VQUANT:
    case STAMP_OP_VBIAS: return VECTOR + lines;
    case STAMP_OP_VQPAR: return VECTOR + lines * STAMP_COST_DIVIDE / m->Q;
    case STAMP_OP_VBIN:
    case STAMP_OP_VROPE:
    case STAMP_OP_VROW:
    case STAMP_OP_VRED:
    case STAMP_OP_VFN: return VECTOR + rows_cost(m, op->code, &insn->w);
    case STAMP_OP_VCODE:
    case STAMP_OP_VDEQ:
    case STAMP_OP_VSMRD:
    case STAMP_OP_VSMWR: return VECTOR + lines;
    case STAMP_OP_VPACKK: return VECTOR + lines * 2 * (m->L / m->T);
    case STAMP_OP_VPACKV: return VECTOR + lines * 2;
    case STAMP_OP_MM: *latency = m->P + DRAIN; return product(m, &insn->m);
    default: return 1;
    }
}

/* Times of one semaphore's posts, a ring; a token is ready when its poster retired. */
struct ready {
    uint64_t at[STAMP_SEM_MAX + 1];
    uint32_t first, count;
};

struct clocks {
    const struct stamp_image *image;
    struct ready *sem;                      /* [SEMAPHORES] */
    uint64_t now;                           /* of the dispatcher */
    uint64_t free[STAMP_UNITS];             /* unit can start its next instruction */
    uint64_t start[STAMP_UNITS][QUEUE_MAX]; /* of the latest instructions, a ring */
    uint64_t done[STAMP_UNITS];             /* last retirement */
    uint64_t issued[STAMP_UNITS];
    struct stamp_cost cost;
};

static uint64_t later(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static void execute(struct clocks *c, const struct stamp_step *step)
{
    const struct stamp_insn_d *d = &step->insn.d;
    const uint64_t wait[3] = {d->wait0, d->wait1, d->wait2},
                   post[3] = {d->post0, d->post1, d->post2};
    const enum stamp_unit u = step->op->unit;
    const uint32_t queue = c->image->mach->QUEUE < QUEUE_MAX ? c->image->mach->QUEUE : QUEUE_MAX;
    uint64_t latency, start = 0;

    /* A place in the queue is free once the instruction that many before has started. */
    if (c->issued[u] >= queue) c->now = later(c->now, c->start[u][c->issued[u] % queue]);
    start = later(++c->now, c->free[u]);
    for (int i = 0; i < 3; i++) {
        struct ready *r = &c->sem[wait[i]];
        if (!wait[i] || !r->count) continue;
        start = later(start, r->at[r->first]);
        r->first = (r->first + 1) % (STAMP_SEM_MAX + 1);
        r->count--;
    }
    const uint64_t cycles = stamp_cost_insn(c->image->mach, step->op, &step->insn, &latency);
    c->start[u][c->issued[u]++ % queue] = start;
    c->free[u] = start + cycles;
    c->done[u] = later(c->done[u], start + cycles + latency);
    c->cost.busy[u] += cycles;
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

enum stamp_status stamp_cost_entry(const struct stamp_image *image, const struct stamp_entry *entry,
                                   const uint32_t *arg, struct stamp_cost *out, struct stamp_err *e)
{
    struct clocks *c = stamp_alloc(1, sizeof *c);
    struct ready *sem = stamp_alloc(STAMP_SEMAPHORES, sizeof *sem);
    enum stamp_status st = c && sem ? STAMP_OK : stamp_fail(e, STAMP_ENOMEM, "out of memory");
    struct stamp_walk w;
    struct stamp_step step;

    stamp_walk_start(&w, image->code + entry->first, entry->count, arg ? arg : image->arg,
                     STAMP_VERIFY_LIMIT);
    if (!st) {
        c->image = image;
        c->sem = sem;
        c->now = MEMORY; /* first fetch */
    }
    while (!st && !w.done && !(st = stamp_walk_next(&w, &step, e))) {
        if (step.op->unit == STAMP_UNIT_CTL)
            fence(c);
        else
            execute(c, &step);
    }
    if (!st) {
        c->cost.cycles = c->now;
        c->cost.dispatched = w.dispatched;
        c->cost.fetch_bytes = (uint64_t)entry->count * sizeof(struct stamp_word);
        *out = c->cost;
    }
    stamp_free(c);
    stamp_free(sem);
    return st;
}

enum stamp_status stamp_cost_program(const struct stamp_image *image, struct stamp_cost *out,
                                     struct stamp_err *e)
{
    return stamp_cost_entry(image, image->entry, NULL, out, e);
}
