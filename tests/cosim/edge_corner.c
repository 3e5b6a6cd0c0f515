/* SPDX-License-Identifier: Apache-2.0 */
/* edge_corner.c - programs of instructions drawn for points of coverage. Contract in edge_corner.h. */
#include "tests/cosim/edge_corner.h"

#include <stdio.h>
#include <string.h>

#include "compiler/prove/verify.h"
#include "sim/run/device.h"
#include "tests/cosim/edge_draw.h"
#include "tests/cosim/edge_image.h"
#include "tests/cosim/edge_judge.h"

enum { DRAWS = 1000, FIXES = 40, SLOTS = 3, BATCH = 200, AGAIN = 3, LATE = 24, MOST_LATE = 96 };

/* What a case is drawn for: an edge of a field, or with bits its one-bit fields are to be. */
struct aim {
    const struct cover_set *set;
    const struct cover_field *field; /* NULL: any instruction of the set */
    enum cover_edge edge;
    int32_t bits; /* -1: any */
    uint32_t wait[SLOTS], post[SLOTS];
};

/* A program in the making. */
struct batch {
    struct edge_tally *t;
    const char *name;
    struct gen_rng r;
    uint32_t memories;           /* it is run behind so many */
    struct edge_judge *judge[2]; /* of programs that do not store, that do */
    struct edge_list list;
    struct aim aim[EDGE_CASES];
};

static void set_bits(const struct cover_set *s, int32_t bits, union stamp_insn *i)
{
    for (uint32_t k = 0, at = 0; bits >= 0 && k < s->fields; k++)
        if (s->field[k].kind == COVER_BIT) i->field[s->field[k].at] = (uint64_t)bits >> at++ & 1;
}

static void name_case(const struct aim *a, struct edge_case *c)
{
    snprintf(c->name, sizeof c->name, "%s%s%s%s%s", a->set->name, a->field ? " " : "",
             a->field ? a->field->f->name : "", a->field ? " " : "",
             a->field ? cover_edge_text(a->edge) : "");
}

static void set_semaphores(const struct aim *a, union stamp_insn *i)
{
    struct stamp_insn_d *d = &i->d; /* the head of every format */

    d->wait0 = a->wait[0], d->wait1 = a->wait[1], d->wait2 = a->wait[2];
    d->post0 = a->post[0], d->post1 = a->post[1], d->post2 = a->post[2];
}

/* A case that is legal, or refused by its fields where that is what it is for; false when none was found. */
static bool redraw(struct batch *b, const struct aim *a, struct edge_case *c)
{
    for (int k = 0; k < DRAWS; k++) {
        const bool drawn = a->field ? edge_draw_at(b->t->mach, a->set, a->field, a->edge, &b->r, c)
                                    : edge_draw(b->t->mach, a->set, &b->r, c);
        if (!drawn) return false;
        set_bits(a->set, a->bits, &c->insn);
        if (a->set->op->unit != STAMP_UNIT_CTL) set_semaphores(a, &c->insn);
        name_case(a, c);
        if (c->error || edge_judge_legal(b->judge[b->list.stores], c)) return true;
    }
    return false;
}

/* The first case that is not legal, or not without an infinity: its index; UINT32_MAX where there is none. */
static uint32_t first_bad(const struct batch *b, struct stamp_err *e)
{
    static uint32_t at[EDGE_CASES];
    struct stamp_image *im = NULL;
    struct stamp_run *job = NULL;
    struct stamp_run_options o = stamp_run_options_default();
    struct stamp_run_result r = {0};
    uint32_t bad = UINT32_MAX;
    enum stamp_status s = edge_image_all(&b->list, 0, at, &im, e);

    if (!s) s = stamp_verify(im, NULL, e);
    stamp_image_free(im);
    im = NULL;
    if (!s) s = edge_image_all(&b->list, EDGE_PLACE, at, &im, e);
    o.on = &stamp_on_model;
    o.dram_base = EDGE_PLACE;
    if (!s) s = stamp_run_new(im, &job, e);
    if (!s) s = stamp_run_go(job, &o, &r, e);
    const uint32_t pc = s ? edge_pc_of(e->text) : 0;
    for (uint32_t k = 0; s && k < b->list.count; k++)
        if (at[k] <= pc) bad = k;
    stamp_run_free(job);
    stamp_image_free(im);
    return bad;
}

static void drop(struct batch *b, uint32_t k)
{
    b->list.count--;
    memmove(&b->list.at[k], &b->list.at[k + 1], (b->list.count - k) * sizeof b->list.at[0]);
    memmove(&b->aim[k], &b->aim[k + 1], (b->list.count - k) * sizeof b->aim[0]);
}

/* What together is not legal, each by itself: drawn anew, or left out. */
static void settle(struct batch *b)
{
    struct stamp_err e = {0};

    for (uint32_t bad, k = 0; b->list.count && (bad = first_bad(b, &e)) != UINT32_MAX; k++)
        if (k >= FIXES || !redraw(b, &b->aim[bad], &b->list.at[bad])) drop(b, bad);
}

/* Memory number @p k: the first is that of all other edge tests. */
static void draw_memory(struct edge_tally *t, uint32_t k)
{
    struct gen_rng r = {1000 + k};

    t->latency = k ? gen_range(&r, 1, 30) : 0;
    t->stall = k ? gen_below(&r, 120) : 0;
    t->rate = k ? gen_range(&r, 64, 256) : 0;
    t->seed = k;
}

/* The batch on the RTL. */
static void run(struct batch *b)
{
    static uint32_t at[EDGE_CASES];
    struct stamp_image *im = NULL;
    struct stamp_run_result r;
    struct stamp_err e = {0};

    settle(b);
    if (!b->list.count) return;
    enum stamp_status s = edge_image_all(&b->list, EDGE_PLACE, at, &im, &e);
    for (uint32_t k = 0; !s && k < b->memories; k++) {
        draw_memory(b->t, k);
        s = edge_run(b->t, im, EDGE_PLACE, &r, &e);
    }
    draw_memory(b->t, 0);
    stamp_image_free(im);
    if (s)
        edge_complain(b->t, b->name, edge_case_at(&b->list, at, edge_pc_of(e.text)), e.text);
    else
        b->t->inside += b->list.count;
    b->list.count = 0;
}

static void begin(struct batch *b, struct edge_tally *t, const char *name, bool stores)
{
    b->t = t;
    b->name = name;
    b->r.state += 77;
    b->memories = 1;
    b->list.mach = t->mach;
    b->list.stores = stores;
    b->list.operands = true;
    b->list.close = false;
    b->list.count = b->list.every = 0;
    b->list.again = EDGE_NOTHING;
}

static void put(struct batch *b, const struct aim *a, const struct edge_case *c)
{
    b->aim[b->list.count] = *a;
    b->list.at[b->list.count++] = *c;
}

static void add(struct batch *b, struct aim a)
{
    struct edge_case c;

    if (redraw(b, &a, &c)) put(b, &a, &c);
}

/* ---- Edges of fields ------------------------------------------------------------------------------------ */

/* One that has to be refused, alone. */
static void refused(struct batch *b, const struct aim *a, const struct edge_case *c)
{
    struct stamp_image *im = NULL;
    struct stamp_run_result r = {0};
    struct stamp_err e = {0};
    uint32_t at;

    b->list.at[0] = *c;
    b->list.count = 1;
    enum stamp_status s = edge_image_one(&b->list, 0, EDGE_PLACE, &at, &im, &e);
    if (!s) s = edge_run(b->t, im, EDGE_PLACE, &r, &e);
    stamp_image_free(im);
    b->list.count = 0;
    if (s == STAMP_EMACHINE && r.error == c->error && r.error_pc == at)
        b->t->beyond++;
    else
        edge_complain(b->t, a->set->name, c->name, s ? e.text : "done");
}

/* Whether an edge of a field is one of legal instructions: a count of 0 is not. */
static bool is_legal(const struct cover_field *f, enum cover_edge e)
{
    if (e == COVER_ZERO) return !f->count;
    return e != COVER_BEYOND && e != COVER_UNALIGNED && e != COVER_SET;
}

/* Legal ones are put together, others run. @p legal which of them this time */
static void edges_of(struct batch *b, const struct cover_set *s, bool legal)
{
    for (uint32_t k = 0; k < s->fields; k++)
        for (int e = 0; e < COVER_EDGE_COUNT; e++) {
            const struct cover_field *f = &s->field[k];
            const struct aim a = {s, f, (enum cover_edge)e, -1, {0}, {0}};
            struct edge_case c;
            if (f->point[e] < 0 || cover_reached(b->t->cover, f->point[e])) continue;
            if (legal != is_legal(f, a.edge) || !redraw(b, &a, &c)) continue;
            if (legal)
                put(b, &a, &c);
            else
                refused(b, &a, &c);
            if (b->list.count >= BATCH) run(b);
        }
}

/* Codes that are refused: one without a name, two that do not go together. */
static void codes_of(struct batch *b, const struct cover_set *s, uint32_t whole)
{
    const struct cover_points *p = cover_points_of(b->t->cover);
    const int *named = cover_enums(s->op->format);
    const struct aim a = {s, NULL, COVER_SET, -1, {0}, {0}};
    struct edge_case c;

    for (uint64_t x = 0; x < 16; x++)
        for (uint64_t y = 0; y < 4; y++) {
            const int32_t point = p->other[whole][x][y];
            if (point < 0 || cover_reached(b->t->cover, point)) continue;
            if (!edge_draw(b->t->mach, s, &b->r, &c)) continue;
            c.insn.field[named[0]] = x;
            if (named[1] >= 0) c.insn.field[named[1]] = y;
            c.error = STAMP_ERROR_RESERVED;
            snprintf(c.name, sizeof c.name, "%s codes %u %u", s->op->name, (unsigned)x,
                     (unsigned)y);
            refused(b, &a, &c);
        }
}

static void all_edges(struct batch *b)
{
    const struct cover_points *p = cover_points_of(b->t->cover);
    uint32_t whole = 0;

    for (uint32_t k = 0; k < p->sets; k++) {
        const struct cover_set *s = &p->set[k];
        if (!s->variant) whole = k;
        if (!s->variant || s->op->unit == STAMP_UNIT_CTL) continue;
        for (int n = 0; n < AGAIN; n++) { /* what a program had to leave out is in the next */
            begin(b, b->t, "corners", s->op->unit == STAMP_UNIT_STU);
            b->list.again = s->op->unit == STAMP_UNIT_VXU ? EDGE_SM : EDGE_NOTHING;
            b->list.every = b->list.again ? 8 : 0;
            edges_of(b, s, true);
            run(b);
        }
        edges_of(b, s, false);
        codes_of(b, s, whole);
    }
}

/* ---- Neighbours, semaphores ------------------------------------------------------------------------------- */

static struct aim aim_of_mode(const struct cover_points *p, const struct cover_pairs *q,
                              uint32_t mode)
{
    const int32_t bits = (int32_t)(mode & ((1u << q->bits) - 1));

    return (struct aim){
        &p->set[q->set[mode >> q->bits]], NULL, COVER_SET, q->bits ? bits : -1, {0}, {0}};
}

/* Modes in an order in which each follows each: i, then i and every later one in turn. */
static void neighbours(struct batch *b, enum stamp_unit unit)
{
    const struct cover_points *p = cover_points_of(b->t->cover);
    const struct cover_pairs *q = &p->pairs[unit];

    begin(b, b->t, "neighbours", unit == STAMP_UNIT_STU);
    b->list.close = true;
    b->memories = q->modes > 80 ? 1 : 3; /* so that they come to the queue early and late */
    for (uint32_t i = 0; i < q->modes; i++) {
        add(b, aim_of_mode(p, q, i));
        for (uint32_t j = i + 1; j < q->modes; j++) {
            add(b, aim_of_mode(p, q, i));
            add(b, aim_of_mode(p, q, j));
        }
        add(b, aim_of_mode(p, q, i));
        add(b, aim_of_mode(p, q, i));
        if (b->list.count >= BATCH / 2 || i + 1 == q->modes) run(b);
    }
}

static struct aim plain(const struct cover_points *p, enum stamp_opcode op)
{
    struct aim a = {NULL, NULL, COVER_SET, -1, {0}, {0}};

    for (uint32_t k = 0; k < p->sets; k++)
        if (p->set[k].variant && p->set[k].op->code == op) a.set = &p->set[k];
    return a;
}

/* Each waits for what the one before has given: numbers 1, one between and the last, in each of the places.
 * What the last of them gives is there when the next comes. */
static void semaphores(struct batch *b, enum stamp_unit unit)
{
    static const uint32_t number[] = {1, 7, STAMP_SEMAPHORES - 1};
    const struct cover_points *p = cover_points_of(b->t->cover);
    const struct cover_set *last = NULL;

    begin(b, b->t, "semaphores", unit == STAMP_UNIT_STU);
    b->list.close = true;
    for (uint32_t k = 0; k < p->sets; k++) {
        const struct cover_set *s = &p->set[k];
        if (!s->variant || s->op->unit != unit ||
            (k && p->set[k - 1].op == s->op && p->set[k - 1].variant))
            continue;
        if (!b->list.count) add(b, (struct aim){s, NULL, COVER_SET, -1, {0}, {number[0]}});
        last = s;
        for (uint32_t n = 0; n < 3 * SLOTS; n++) {
            struct aim a = {s, NULL, COVER_SET, -1, {0}, {0}};
            a.wait[n / 3] = number[n % 3];
            a.post[n / 3] = number[(n + 1) % 3];
            add(b, a);
        }
    }
    add(b, plain(p, STAMP_OP_FENCE));
    add(b, (struct aim){last, NULL, COVER_SET, -1, {number[0]}, {0}});
    run(b);
}

/* A few instructions at an idle unit, and one more ever later: once in the very clock in which one of them leaves the
 * queue, be it after MOST_LATE only where instructions are long. */
static void arrivals(struct batch *b, enum stamp_unit unit)
{
    const struct cover_points *p = cover_points_of(b->t->cover);
    const struct cover_pairs *q = &p->pairs[unit];
    const uint32_t of = (uint32_t)unit - 1, both = p->queue + of * COVER_QUEUE_COUNT;

    begin(b, b->t, "arrivals", unit == STAMP_UNIT_STU);
    b->list.close = true;
    b->memories = 3;
    for (uint32_t late = 0; late < MOST_LATE; late++) {
        for (uint32_t k = 0; k < 3; k++) add(b, aim_of_mode(p, q, gen_below(&b->r, q->modes)));
        for (uint32_t k = 0; k < late; k++) add(b, plain(p, STAMP_OP_NOP));
        add(b, aim_of_mode(p, q, gen_below(&b->r, q->modes)));
        add(b, plain(p, STAMP_OP_FENCE));
        if (late + 1 != LATE && b->list.count + MOST_LATE + 5 <= EDGE_CASES) continue;
        run(b);
        if (cover_reached(b->t->cover, (int32_t)(both + COVER_QUEUE_BOTH))) return;
    }
    run(b);
}

void edge_corners(struct edge_tally *t)
{
    static struct batch b;

    b.r.state = 4711;
    b.t = t;
    for (int k = 0; k < 2; k++) b.judge[k] = edge_judge_new(t->mach, k != 0);
    if (b.judge[0] && b.judge[1]) {
        all_edges(&b);
        for (int u = STAMP_UNIT_CTL + 1; u < STAMP_UNITS; u++) {
            neighbours(&b, (enum stamp_unit)u);
            semaphores(&b, (enum stamp_unit)u);
            arrivals(&b, (enum stamp_unit)u);
        }
    } else {
        edge_complain(t, "corners", "all", "out of memory");
    }
    for (int k = 0; k < 2; k++) edge_judge_free(b.judge[k]);
}
