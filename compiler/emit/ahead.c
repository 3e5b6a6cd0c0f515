/* SPDX-License-Identifier: Apache-2.0 */
/* ahead.c - loads of weights in gaps of the load unit. Contract in ahead.h. */
#include "compiler/emit/ahead.h"

#include <string.h>

#include "compiler/prove/hazard.h"
#include "model/mem.h"
#include "model/time/cycles.h"

/* A load that may move. */
struct candidate {
    uint32_t at;    /* where it stands */
    uint32_t after; /* plus 1: the last instruction in front of it that touches its lines; 0 none */
    uint32_t to;    /* it goes behind this one; at: it stays */
    uint64_t free_at; /* that one is over */
    uint64_t cycles;  /* it keeps the load unit */
};

/* A time in which the load unit has nothing to do. */
struct gap {
    uint32_t after, before; /* the instructions around it */
    uint64_t from, until;
    uint32_t loop; /* the loop both lie in */
};

struct clocks {
    const struct stamp_build *b;
    const struct stamp_word *word;
    size_t count;
    struct stamp_cost_memory memory;
    struct stamp_tables tables;
    struct stamp_board *board;
    struct stamp_touches touches;
    struct candidate *load; /* [loads] */
    struct gap *gap;        /* [gaps] */
    uint32_t loads, gaps;
    uint32_t *loop;    /* [count] number of the innermost loop, 0 none */
    uint32_t *user[2]; /* [lines] of WB, CM: plus 1, the last that touched it */
    uint64_t *start[STAMP_UNITS], *over[STAMP_UNITS]; /* [count + 1] by number in the unit */
    uint64_t *done;                                   /* [count] */
    uint32_t set[STAMP_ADDR_REGS]; /* plus 1: the last that set an address register */
    uint32_t seq[STAMP_UNITS];
    uint64_t now, free[STAMP_UNITS];
    uint32_t last;   /* of the load unit */
    uint64_t fenced; /* the first FENCE behind it is over; 0 none */
};

static uint32_t *users(const struct clocks *c, enum stamp_space space)
{
    return space == STAMP_SPACE_WB ? c->user[0] : space == STAMP_SPACE_CM ? c->user[1] : NULL;
}

static bool is_weights(const struct clocks *c, const struct stamp_issue *s)
{
    const struct stamp_insn_d *d = &s->insn.d;

    if (s->op->code != STAMP_OP_LOAD || d->gather || d->n0 != 1 || d->n1 != 1) return false;
    if (d->space != STAMP_SPACE_WB && d->space != STAMP_SPACE_CM) return false;
    const struct stamp_buffer *f = stamp_image_buffer_at(c->b->image, d->dram, 1);
    return f && f->role == STAMP_CONST;
}

static uint64_t later(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* Lines of WB and CM that instruction @p i touches are its; returns the last user before it, plus 1. */
static uint32_t use_lines(struct clocks *c, uint32_t i)
{
    uint32_t last = 0;

    for (size_t k = 0; k < c->touches.count; k++) {
        const struct stamp_touch *t = &c->touches.t[k];
        uint32_t *user = users(c, t->space);
        for (uint64_t l = t->first; user && l < t->first + t->count; l++) {
            if (user[l] > last) last = user[l];
            user[l] = i + 1;
        }
    }
    return last;
}

/* The load unit waits from its last instruction to the start of this one. */
static void note_gap(struct clocks *c, uint32_t i, uint64_t start)
{
    const uint64_t until = c->fenced ? c->fenced - c->memory.latency : start,
                   from = c->free[STAMP_UNIT_LDU];

    if (c->loop[i] == c->loop[c->last] && until > from)
        c->gap[c->gaps++] = (struct gap){c->last, i, from, until, c->loop[i]};
    c->last = i;
    c->fenced = 0;
}

static void execute(struct clocks *c, uint32_t i, const struct stamp_issue *s,
                    const struct stamp_need need[STAMP_UNITS])
{
    const enum stamp_unit u = s->op->unit;
    const uint32_t queue = c->b->mach->QUEUE, n = c->seq[u];
    const struct stamp_cycles t = stamp_cycles_of(c->b->mach, c->memory, s->op, &s->insn);

    c->now += STAMP_COST_DISPATCH;
    if (n > queue) c->now = later(c->now, c->start[u][n - queue]);
    uint64_t start = later(c->now + 1, c->free[u]);
    for (int k = 0; k < STAMP_UNITS; k++)
        if (need[k].seq) start = later(start, c->over[k][need[k].seq] + STAMP_COST_DISPATCH + 1);
    if (u == STAMP_UNIT_LDU) note_gap(c, i, start);
    c->start[u][n] = start;
    c->free[u] = start + t.occupy;
    c->over[u][n] = later(c->over[u][n - 1], start + t.occupy + t.latency);
    c->done[i] = c->over[u][n];
}

/* As if it took no time: its cycles are those to be found. */
static void note_weights(struct clocks *c, uint32_t i, const struct stamp_issue *s, uint32_t last)
{
    const uint32_t n = c->seq[STAMP_UNIT_LDU], set = s->insn.d.areg ? c->set[s->insn.d.areg] : 0;

    if (set > last) last = set;
    c->start[STAMP_UNIT_LDU][n] = c->start[STAMP_UNIT_LDU][n - 1];
    c->over[STAMP_UNIT_LDU][n] = c->over[STAMP_UNIT_LDU][n - 1];
    c->load[c->loads++] = (struct candidate){
        .at = i,
        .after = last,
        .to = i,
        .free_at = last ? c->done[last - 1] : 0,
        .cycles = stamp_cycles_of(c->b->mach, c->memory, s->op, &s->insn).occupy};
}

static void control(struct clocks *c, uint32_t i, const struct stamp_issue *s)
{
    c->now += STAMP_COST_DISPATCH;
    c->set[s->insn.c.areg] = i + 1;
    if (s->op->code != STAMP_OP_FENCE && s->op->code != STAMP_OP_HALT) return;
    for (int u = 0; u < STAMP_UNITS; u++) c->now = later(c->now, c->over[u][c->seq[u]]);
    if (!c->fenced) c->fenced = c->now;
    c->done[i] = c->now;
}

/* Numbers of loops: what stands between the same LOOP and ENDL, and in no loop inside, has one number. */
static void number_loops(struct clocks *c)
{
    uint32_t outer[STAMP_LOOP_DEPTH + 1] = {0}, depth = 0, loops = 0;

    for (size_t i = 0; i < c->count; i++) {
        const unsigned op = c->word[i].w[0] & 0xff;
        if (op == STAMP_OP_LOOP && depth < STAMP_LOOP_DEPTH) outer[++depth] = ++loops;
        c->loop[i] = outer[depth];
        if (op == STAMP_OP_ENDL && depth) depth--;
    }
}

static enum stamp_status clock_all(struct clocks *c, struct stamp_err *e)
{
    enum stamp_status st = STAMP_OK;

    for (uint32_t i = 0; i < c->count && !st; i++) {
        struct stamp_need need[STAMP_UNITS];
        struct stamp_issue step = {.pc = i};
        step.op = stamp_decode(&c->word[i], &step.insn);
        if (step.op->unit == STAMP_UNIT_CTL) {
            control(c, i, &step);
            continue;
        }
        const uint32_t n = ++c->seq[step.op->unit];
        st = stamp_touches_of(&c->tables, &step, &c->touches, e);
        if (!st) st = stamp_board_note(c->board, step.op->unit, n, &c->touches, need, e);
        if (st) break;
        const uint32_t last = use_lines(c, i);
        if (is_weights(c, &step))
            note_weights(c, i, &step, last);
        else
            execute(c, i, &step, need);
    }
    return st;
}

/* The first gap that a load may go to. Half of what does not fit is worth it: the rest is waited for anyway. */
static void fill(struct clocks *c)
{
    uint32_t first = 0;

    for (uint32_t k = 0; k < c->loads; k++) {
        struct candidate *l = &c->load[k];
        for (uint32_t g = first; g < c->gaps && c->gap[g].after < l->at; g++) {
            struct gap *p = &c->gap[g];
            const uint32_t to = p->after + 1 > l->after ? p->after : l->after - 1;
            const uint64_t from = later(p->from, l->free_at);
            first = g;
            if (p->loop != c->loop[l->at] || p->loop != c->loop[to] || to >= p->before) continue;
            if (from + l->cycles / 2 > p->until) continue;
            l->to = to;
            p->from = from + l->cycles;
            break;
        }
    }
}

/* The new order; new_at[i]: where what stood at i and stayed, or what stayed behind it, begins. */
static bool reorder(const struct clocks *c, struct stamp_word *word, size_t *new_at)
{
    struct stamp_word *out = stamp_alloc(c->count, sizeof *out);
    uint32_t next = 0;
    size_t n = 0;

    if (!out) return false;
    for (uint32_t i = 0; i < c->count; i++) {
        new_at[i] = n;
        const bool mine = next < c->loads && c->load[next].at == i;
        if (!mine || c->load[next].to == i) out[n++] = c->word[i];
        if (mine) next++;
        for (uint32_t k = 0; k < c->loads; k++)
            if (c->load[k].to == i && c->load[k].at != i) out[n++] = c->word[c->load[k].at];
    }
    new_at[c->count] = n;
    memcpy(word, out, c->count * sizeof *out);
    stamp_free(out);
    return true;
}

static void move_phases(struct stamp_build *b, size_t base, size_t count, const size_t *new_at)
{
    for (uint32_t i = 0; i < b->phases; i++) {
        struct stamp_build_phase *f = &b->phase[i];
        if (f->first < base || f->end > base + count) continue;
        f->first = base + new_at[f->first - base];
        f->end = base + new_at[f->end - base];
    }
}

static bool allocate(struct clocks *c)
{
    const struct stamp_mach *m = c->b->mach;
    bool ok = true;

    c->load = stamp_alloc(c->count, sizeof *c->load);
    c->gap = stamp_alloc(c->count, sizeof *c->gap);
    c->loop = stamp_alloc(c->count, sizeof *c->loop);
    c->done = stamp_alloc(c->count, sizeof *c->done);
    c->user[0] = stamp_alloc(m->WB_LINES, sizeof **c->user);
    c->user[1] = stamp_alloc(m->CM_LINES, sizeof **c->user);
    for (int u = 0; u < STAMP_UNITS; u++) {
        c->start[u] = stamp_alloc(c->count + 1, sizeof **c->start);
        c->over[u] = stamp_alloc(c->count + 1, sizeof **c->over);
        ok = ok && c->start[u] && c->over[u];
    }
    c->board = stamp_board_new(c->b->image);
    return ok && c->load && c->gap && c->loop && c->done && c->user[0] && c->user[1] && c->board;
}

static void release(struct clocks *c)
{
    stamp_free(c->load);
    stamp_free(c->gap);
    stamp_free(c->loop);
    stamp_free(c->done);
    stamp_free(c->user[0]);
    stamp_free(c->user[1]);
    for (int u = 0; u < STAMP_UNITS; u++) {
        stamp_free(c->start[u]);
        stamp_free(c->over[u]);
    }
    stamp_board_free(c->board);
    stamp_tables_free(&c->tables);
    stamp_free(c->touches.t);
}

enum stamp_status stamp_ahead(struct stamp_build *b, struct stamp_word *word, size_t count)
{
    struct clocks c = {.b = b, .word = word, .count = count, .memory = b->options->memory};
    size_t *new_at = stamp_alloc(count + 1, sizeof *new_at);
    enum stamp_status st = stamp_tables_new(b->image, &c.tables, b->e);

    if (!c.memory.latency) c.memory.latency = STAMP_COST_MEMORY;
    if (!c.memory.rate) c.memory.rate = STAMP_COST_RATE_ONE;
    if (!st && (!allocate(&c) || !new_at)) st = stamp_fail(b->e, STAMP_ENOMEM, "out of memory");
    if (!st) {
        number_loops(&c);
        st = clock_all(&c, b->e);
    }
    if (!st) {
        fill(&c);
        if (reorder(&c, word, new_at))
            move_phases(b, (size_t)(word - b->word), count, new_at);
        else
            st = stamp_fail(b->e, STAMP_ENOMEM, "out of memory");
    }
    release(&c);
    stamp_free(new_at);
    return st;
}
