/* SPDX-License-Identifier: Apache-2.0 */
/* repeat.c - iterations that are alike. Contract in repeat.h. */
#include "model/clock/repeat.h"

#include <string.h>

#include "model/mem.h"

/* What an image holds besides tables and memory. */
enum { UNITS = sizeof(struct stamp_clock_fetch) + 2048 };

static size_t table_bytes(const struct stamp_mach *m)
{
    return (size_t)m->RT_ENTRIES * 4 + (size_t)m->IT_ENTRIES * 4;
}

bool stamp_clock_repeat_new(struct stamp_clock_repeat *r, const struct stamp_mach *mach)
{
    const size_t most = UNITS + STAMP_CLOCK_IMAGE + table_bytes(mach);

    memset(r, 0, sizeof *r);
    for (uint32_t i = 0; i < STAMP_CLOCK_MARKS; i++)
        if (!(r->mark[i].image = stamp_alloc(most, 1))) return false;
    return true;
}

void stamp_clock_repeat_free(struct stamp_clock_repeat *r)
{
    for (uint32_t i = 0; i < STAMP_CLOCK_MARKS; i++) stamp_free(r->mark[i].image);
}

/* ---- All that decides time -------------------------------------------------------------------------- */

static bool transfers_rest(const struct stamp_clock_top *t)
{
    const struct stamp_clock_ldu *l = &t->ldu;
    const struct stamp_clock_stu *s = &t->stu;

    if (l->inflight || l->done || l->out_valid || l->beats || l->cur_valid) return false;
    if (l->ag.state != STAMP_CLOCK_AG_IDLE || l->ag.d || l->ag.addresses) return false;
    if (s->inflight || s->done || s->ws || s->x || s->t || s->o || s->b || s->rd.cur) return false;
    if (s->rd.ask || s->rd.pend[0] || s->rd.pend[1] || s->owed || s->open) return false;
    return s->ag.state == STAMP_CLOCK_AG_IDLE && !s->ag.d && !s->ag.addresses;
}

static bool rest(const struct stamp_clock_top *t)
{
    const struct stamp_clock_sems *s = &t->queues.sems;

    for (uint32_t u = 0; u < STAMP_QUEUES; u++)
        if (t->queues.queue[u].count || t->queues.queue[u].flights) return false;
    if (s->moved || s->posting || s->giving || s->spent || !t->queues.all_idle) return false;
    if (stamp_clock_xb_still(&t->xb) != UINT64_MAX || t->rmux.addresses) return false;
    if (t->vxu.busy || !t->vxu.xb_ok || stamp_clock_mxu_still(&t->mxu) != UINT64_MAX) return false;
    return t->mxu.gap_end <= t->mxu.drain.now && transfers_rest(t);
}

static uint8_t *put(uint8_t *at, const void *what, size_t bytes)
{
    memcpy(at, what, bytes);
    return at + bytes;
}

/* Of a burst that is not asked for nothing counts. */
static uint8_t *put_fetch(uint8_t *at, const struct stamp_clock_fetch *f)
{
    struct stamp_clock_fetch own = *f;

    if (!own.arvalid) own.araddr = own.arlen = 0;
    return put(at, &own, sizeof own);
}

static uint8_t *put_port(uint8_t *at, const struct stamp_clock_table *p)
{
    const uint32_t kept[] = {p->pos, p->kept_valid, p->kept_valid ? p->kept : 0};
    return put(at, kept, sizeof kept);
}

/* What is left of earlier loads: beats of their lines, the next place of the ring first; whose beats come. */
static uint8_t *put_port_and_loads(uint8_t *at, const struct stamp_clock_top *t)
{
    const struct stamp_clock_ldu *l = &t->ldu;
    const struct stamp_clock_rmux *m = &t->rmux;

    for (uint32_t i = 0; i < STAMP_TRANSFERS; i++)
        *at++ = l->job[(l->jobs_out + i) % STAMP_TRANSFERS].beats;
    *at++ = l->now.beats;
    *at++ = l->beat;
    *at++ = (uint8_t)(m->order_in - m->order_out);
    for (uint32_t i = m->order_out; i != m->order_in; i++) *at++ = m->fetch[i % STAMP_BURSTS];
    const bool pins[] = {t->axi.arready, t->axi.rvalid, t->axi.rvalid && t->axi.rlast,
                         t->axi.awready, t->axi.wready, t->axi.bvalid};
    return put(at, pins, sizeof pins);
}

/* @return bytes, 0: it cannot be said */
static size_t image(const struct stamp_clock_top *t, uint8_t *room)
{
    const struct stamp_clock_dispatch *d = &t->dispatch;
    const uint32_t control[] = {d->pc, d->keep, d->behind, d->start0, d->depth, d->state, d->jump};
    const struct stamp_mach *m = t->mach;
    uint8_t *at = room;

    if (!t->memory.image || !rest(t) || d->skip || d->error) return 0;
    at = put(at, control, sizeof control);
    at = put_fetch(at, &t->fetch);
    at = put(at, t->queues.sems.sem, sizeof t->queues.sems.sem);
    at = put_port(at, &t->rt_port);
    at = put_port(at, &t->nt_port);
    at = put_port(at, &t->it_port);
    at = put_port_and_loads(at, t);
    at = put(at, t->rt, m->RT_ENTRIES * sizeof *t->rt);
    at = put(at, t->nt, m->RT_ENTRIES * sizeof *t->nt);
    at = put(at, t->it, m->IT_ENTRIES * sizeof *t->it);
    const size_t bytes = t->memory.image(t->memory.ctx, at);
    return bytes ? (size_t)(at - room) + bytes : 0;
}

/* ---- What moves from iteration to iteration --------------------------------------------------------- */

static bool is_table(uint64_t space)
{
    return space == STAMP_SPACE_RT || space == STAMP_SPACE_NT || space == STAMP_SPACE_IT;
}

/* Whether an instruction may have @p moved added to its address register's value. */
static bool may_move(const struct stamp_op *op, const union stamp_insn *i, const uint64_t *moved)
{
    if (op->format == STAMP_FORMAT_W) return !moved[i->w.areg];
    if (op->format == STAMP_FORMAT_D)
        return !moved[i->d.areg] ||
               (moved[i->d.areg] % STAMP_BURST_PAGE == 0 && !is_table(i->d.space));
    return op->code != STAMP_OP_LOOP || !moved[i->c.areg];
}

/* The body of the loop that begins at @p pc. Arithmetic adds the same in every iteration. */
static bool body_may_move(const struct stamp_clock_dispatch *d, uint32_t pc, const uint64_t *moved)
{
    union stamp_insn i;

    for (uint32_t depth = 1; depth && pc < d->count; pc++) {
        const struct stamp_op *op = stamp_decode(&d->code[pc], &i);
        if (!op || !may_move(op, &i, moved)) return false;
        if (op->code == STAMP_OP_LOOP) depth++;
        if (op->code == STAMP_OP_ENDL) depth--;
    }
    return true;
}

/* What memory counts; @return how many numbers. */
static uint32_t counted(const struct stamp_clock_top *t, uint64_t **out)
{
    uint32_t n = 0;

    *out = t->memory.counts ? t->memory.counts(t->memory.ctx, &n) : NULL;
    return n;
}

static void take(struct stamp_clock_mark *m, const struct stamp_clock_top *t)
{
    m->bytes = image(t, m->image);
    m->left = t->dispatch.ctl.loop[0].left;
    m->cycle = t->cycle;
    m->pushed = t->pushed;
    m->seq = t->dispatch.ctl.seq;
    memcpy(m->areg, t->dispatch.ctl.areg, sizeof m->areg);
    memcpy(m->event, t->event, sizeof m->event);
    uint64_t *memory;
    const uint32_t n = counted(t, &memory);
    for (uint32_t i = 0; i < n; i++) m->counted[i] = memory[i];
}

/* @p times what was done from @p a to @p b. */
static void again(struct stamp_clock_top *t, const struct stamp_clock_mark *a,
                  const struct stamp_clock_mark *b, uint64_t times)
{
    struct stamp_dispatch *ctl = &t->dispatch.ctl;
    const uint64_t mask = (UINT64_C(1) << STAMP_ADDR_BITS) - 1;

    t->cycle += (b->cycle - a->cycle) * times;
    t->pushed += (b->pushed - a->pushed) * times;
    ctl->seq += (b->seq - a->seq) * times;
    ctl->loop[0].left -= (uint32_t)((a->left - b->left) * times);
    for (uint32_t i = 0; i < STAMP_ADDR_REGS; i++)
        ctl->areg[i] = (ctl->areg[i] + (b->areg[i] - a->areg[i]) * times) & mask;
    for (int i = 0; i < STAMP_EVENTS; i++) t->event[i] += (b->event[i] - a->event[i]) * times;
    uint64_t *memory;
    const uint32_t n = counted(t, &memory);
    for (uint32_t i = 0; i < n; i++) memory[i] += (b->counted[i] - a->counted[i]) * times;
    t->memory.shift(t->memory.ctx, (b->cycle - a->cycle) * times);
}

/* Whether what follows @p b is what followed @p a, @p iterations before. */
static bool alike(const struct stamp_clock_top *t, const struct stamp_clock_mark *a,
                  const struct stamp_clock_mark *b, uint32_t iterations)
{
    uint64_t moved[STAMP_ADDR_REGS];

    if (!b->bytes || a->bytes != b->bytes || a->left != b->left + iterations) return false;
    if (memcmp(a->image, b->image, b->bytes) != 0) return false;
    for (uint32_t i = 0; i < STAMP_ADDR_REGS; i++) moved[i] = b->areg[i] - a->areg[i];
    return body_may_move(&t->dispatch, t->dispatch.ctl.loop[0].start, moved);
}

static bool begins(const struct stamp_clock_top *t)
{
    const struct stamp_clock_dispatch *d = &t->dispatch;

    return t->pins.dispatch.ev_control && d->issue.op->code == STAMP_OP_FENCE &&
           d->ctl.loops == 1 && d->issue.pc == d->ctl.loop[0].start;
}

void stamp_clock_repeat(struct stamp_clock_repeat *r, struct stamp_clock_top *t)
{
    if (!begins(t)) return;
    struct stamp_clock_mark *now = &r->mark[r->marks++ % STAMP_CLOCK_MARKS];

    stamp_clock_top_settle(t);
    take(now, t);
    for (uint32_t k = 1; k < STAMP_CLOCK_MARKS && now->left > k; k++) {
        const struct stamp_clock_mark *before = &r->mark[(r->marks - 1 - k) % STAMP_CLOCK_MARKS];
        if (!alike(t, before, now, k)) continue;
        again(t, before, now, (now->left - 1) / k);
        return;
    }
}
