/* SPDX-License-Identifier: Apache-2.0 */
/* state.c - all that decides time: control and what is between the units. Contract in state.h. */
#include "model/clock/state.h"

#include <string.h>

#define PUT(s, x) stamp_clock_state_put(s, &(x), sizeof(x))
/* A field that is counted from @p base. */
#define REL(s, x, base) ((x) = stamp_clock_state_num(s, (uint32_t)((x) - (base)), 4) + (base))

void stamp_clock_state_put(struct stamp_clock_state *s, void *what, size_t bytes)
{
    if ((size_t)(s->end - s->at) < bytes) {
        s->bad = true;
        return;
    }
    if (s->load)
        memcpy(what, s->at, bytes);
    else
        memcpy(s->at, what, bytes);
    s->at += bytes;
}

uint32_t stamp_clock_state_num(struct stamp_clock_state *s, uint32_t value, size_t bytes)
{
    if (bytes < 4 && value >> 8 * bytes) s->bad = true;
    stamp_clock_state_put(s, &value, bytes); /* the lowest first */
    return value;
}

void stamp_clock_state_entries(struct stamp_clock_state *s, enum stamp_space space, uint32_t first,
                               uint32_t count)
{
    uint32_t number = s->load ? 0 : stamp_clock_entries(s->shapes, space, first, count);

    PUT(s, number);
    if (!number) s->bad = true;
}

/* ---- Dispatch and fetch ----------------------------------------------------------------------------- */

bool stamp_clock_state_near_begin(const struct stamp_clock_dispatch *d, uint32_t pc)
{
    return pc - d->start0 < d->window;
}

enum { BURSTS = 32 }; /* words: of some bursts of fetch */

/* Fetch is at most a window and a burst ahead, and asks for one more. */
bool stamp_clock_state_near_end(const struct stamp_clock_dispatch *d, uint32_t pc)
{
    return pc + d->window + BURSTS >= d->count;
}

/* Words behind the begin of the outermost loop: all that are far are alike. */
static uint32_t behind(struct stamp_clock_state *s, const struct stamp_clock_dispatch *d,
                       uint32_t words)
{
    const uint32_t own =
        stamp_clock_state_num(s, words < d->window ? words : d->window, sizeof words);

    return own < d->window ? own : d->pc - d->start0;
}

static void dispatch(struct stamp_clock_state *s, struct stamp_clock_dispatch *d)
{
    if (d->state != STAMP_CLOCK_FETCH || d->skip || d->error || d->done || d->reset_units)
        s->bad = true;
    behind(s, d, d->pc - d->start0);
    const uint32_t before = behind(s, d, d->behind);
    if (s->load) d->behind = before;
    REL(s, d->keep, d->pc);
    PUT(s, d->depth);
    PUT(s, d->jump);
}

/* What was asked for before this cycle: where the next burst lies. First of all, for stamp_clock_state_code_of. */
static void asked(struct stamp_clock_state *s, struct stamp_clock_top *t)
{
    struct stamp_clock_fetch *f = &t->fetch;
    uint32_t line = (uint32_t)f->oldest + f->granules;

    REL(s, line, t->dispatch.pc >> 1);
    const bool near = stamp_clock_state_near_end(&t->dispatch, t->dispatch.pc);
    stamp_clock_state_num(s, near ? f->left : UINT32_MAX, sizeof f->left);
    if (!s->load) return;
    f->oldest = ((uint64_t)line - f->granules) & ((UINT64_C(1) << 33) - 1);
    f->next_addr = (t->code_addr + ((uint64_t)line << 6)) & ((UINT64_C(1) << STAMP_ADDR_BITS) - 1);
    f->left = line < f->total ? f->total - line : 0;
}

static void fetch(struct stamp_clock_state *s, struct stamp_clock_fetch *f, uint32_t pc)
{
    const uint32_t here = pc >> 1;

    stamp_clock_state_num(s, pc & 1, 1);
    REL(s, f->lo, here);
    REL(s, f->hi, here);
    REL(s, f->req, here);
    REL(s, f->next, here);
    PUT(s, f->due);
    PUT(s, f->drop);
    PUT(s, f->used);
    PUT(s, f->settle);
    PUT(s, f->now);
    PUT(s, f->late);
    PUT(s, f->beat);
    bool *const bits[] = {&f->arvalid, &f->stale, &f->have,  &f->ahead,  &f->read,
                          &f->look,    &f->hit,   &f->below, &f->beyond, &f->missed,
                          &f->we,      &f->half,  &f->few,   &f->none};
    uint32_t all = 0;
    for (uint32_t i = 0; i < sizeof bits / sizeof *bits; i++) all |= (uint32_t)*bits[i] << i;
    all = stamp_clock_state_num(s, all, 2);
    for (uint32_t i = 0; i < sizeof bits / sizeof *bits; i++) *bits[i] = all >> i & 1;
    if (f->arvalid) PUT(s, f->arlen);
}

uint32_t stamp_clock_state_code(const struct stamp_clock_top *t)
{
    const struct stamp_clock_fetch *f = &t->fetch;
    return (uint32_t)(t->code_addr >> 6) + (uint32_t)f->oldest + f->granules;
}

uint32_t stamp_clock_state_code_of(const uint8_t *bytes, uint64_t code_addr, uint32_t pc)
{
    uint32_t line;

    memcpy(&line, bytes, sizeof line);
    return (uint32_t)(code_addr >> 6) + line + (pc >> 1);
}

/* ---- Queues ----------------------------------------------------------------------------------------- */

static void entry(struct stamp_clock_state *s, struct stamp_clock_entry *e)
{
    uint64_t shape = s->load ? 0 : stamp_clock_shape(s->shapes, &e->issue);

    PUT(s, shape);
    if (!shape) s->bad = true;
    if (!s->load || s->bad) return;
    stamp_clock_of_shape(s->shapes, shape, &e->issue);
    const struct stamp_insn_d *d = &e->issue.insn.d;
    e->wait = (struct stamp_clock_three){{(uint8_t)d->wait0, (uint8_t)d->wait1, (uint8_t)d->wait2}};
    e->post = (struct stamp_clock_three){{(uint8_t)d->post0, (uint8_t)d->post1, (uint8_t)d->post2}};
}

static void queue(struct stamp_clock_state *s, struct stamp_clock_queue *q, uint32_t places)
{
    bool *const bits[] = {&q->reading, &q->next, &q->head, &q->granted, &q->read, &q->load};
    uint32_t all = 0;

    for (uint32_t i = 0; i < 6; i++) all |= (uint32_t)*bits[i] << i;
    all = stamp_clock_state_num(s, all, 1);
    for (uint32_t i = 0; i < 6; i++) *bits[i] = all >> i & 1;
    q->count = stamp_clock_state_num(s, q->count, 1);
    q->stored = stamp_clock_state_num(s, q->stored, 1);
    q->flights = stamp_clock_state_num(s, q->flights, 1);
    if (s->load) q->first = q->flight_first = 0;
    for (uint32_t i = 0; i < q->flights; i++)
        PUT(s, q->flight[(q->flight_first + i) % q->flight_most]);
    for (uint32_t i = 0; i < q->count; i++) entry(s, &q->entry[(q->first + i) % places]);
}

static void queues(struct stamp_clock_state *s, struct stamp_clock_queues *q)
{
    PUT(s, q->all_idle);
    PUT(s, q->sems);
    if (q->overflow) s->bad = true;
    for (uint32_t u = 0; u < STAMP_QUEUES; u++) queue(s, &q->queue[u], q->places);
}

/* ---- The read port, memories, the port -------------------------------------------------------------- */

static void read_port(struct stamp_clock_state *s, struct stamp_clock_rmux *m)
{
    const uint32_t under_way = stamp_clock_state_num(s, m->order_in - m->order_out, 1);

    if (s->load) m->order_out = 0, m->order_in = under_way;
    for (uint32_t i = 0; i < under_way; i++) PUT(s, m->fetch[(m->order_out + i) % STAMP_BURSTS]);
    PUT(s, m->addresses);
    for (uint32_t i = 0; i < m->addresses; i++) PUT(s, m->address[i].len);
}

static void table(struct stamp_clock_state *s, struct stamp_clock_table *p)
{
    PUT(s, p->pos);
    PUT(s, p->kept_valid);
    if (p->kept_valid) PUT(s, p->kept);
}

static void port(struct stamp_clock_state *s, struct stamp_clock_axi *a)
{
    PUT(s, a->arready);
    PUT(s, a->rvalid);
    if (a->rvalid) PUT(s, a->rlast);
    PUT(s, a->awready);
    PUT(s, a->wready);
    PUT(s, a->bvalid);
}

static void all(struct stamp_clock_state *s, struct stamp_clock_top *t)
{
    asked(s, t);
    dispatch(s, &t->dispatch);
    fetch(s, &t->fetch, t->dispatch.pc);
    queues(s, &t->queues);
    read_port(s, &t->rmux);
    table(s, &t->rt_port);
    table(s, &t->nt_port);
    table(s, &t->it_port);
    port(s, &t->axi);
    PUT(s, t->xb);
    stamp_clock_state_ldu(s, &t->ldu);
    stamp_clock_state_stu(s, &t->stu);
    stamp_clock_state_vxu(s, &t->vxu, &t->vxu_pc);
    stamp_clock_state_mxu(s, &t->mxu);
}

size_t stamp_clock_state_save(struct stamp_clock_top *t, struct stamp_clock_shapes *shapes,
                              uint8_t room[STAMP_CLOCK_STATE])
{
    struct stamp_clock_state s = {
        .at = room, .end = room + STAMP_CLOCK_STATE - STAMP_CLOCK_IMAGE, .shapes = shapes};

    if (!t->memory.image || !t->memory.restore) return 0;
    all(&s, t);
    if (s.bad) return 0;
    const size_t own = (size_t)(s.at - room), of_memory = t->memory.image(t->memory.ctx, s.at);
    return of_memory ? own + of_memory : 0;
}

void stamp_clock_state_load(struct stamp_clock_top *t, struct stamp_clock_shapes *shapes,
                            const uint8_t *bytes, size_t count)
{
    uint8_t room[STAMP_CLOCK_STATE];
    struct stamp_clock_state s = {.at = room, .end = room + count, .load = true, .shapes = shapes};

    memcpy(room, bytes, count);
    memset(&t->nap, 0, sizeof t->nap);
    all(&s, t);
    t->memory.restore(t->memory.ctx, s.at);
}
