/* SPDX-License-Identifier: Apache-2.0 */
/* weave.c - one order for the instructions of several kernels. Contract in weave.h. */
#include "compiler/emit/weave.h"

#include <string.h>

#include "compiler/prove/access.h"
#include "compiler/prove/lines.h"
#include "model/mem.h"
#include "model/time/cycles.h"

enum { STREAMS = STAMP_WEAVE_STREAMS, PAGE = 1024 };

/* Who touched a line last; instructions count from 1, 0 is nobody. */
struct line {
    uint32_t writer, reader[STREAMS][STAMP_UNITS];
};

struct insn {
    uint8_t stream, unit;
    uint32_t pending; /* instructions it waits for that have no place yet */
    uint64_t ready;   /* those that have are over */
    uint32_t next;    /* of its stream and unit, 0 none */
    uint32_t waits;   /* its first edge */
    struct stamp_cycles t;
};

/* Instruction @p of waits for another; edges of that one are a list. */
struct edge {
    uint32_t of, next;
};

struct weave {
    struct stamp_build *b;
    uint32_t count, streams;
    struct insn *insn; /* [count + 1] */
    struct edge *edge; /* [edges], from 1 */
    uint32_t edges, room;
    uint32_t *seen; /* [count + 1] the last instruction that has an edge from it */
    struct stamp_lines lines[STAMP_SPACES]; /* of struct line */
    struct line **page;                     /* of DRAM, in lines of DRAM_ALIGN */
    size_t pages;
    uint32_t head[STREAMS][STAMP_UNITS]; /* what comes next */
    uint64_t busy[STREAMS][STAMP_UNITS]; /* cycles of all there is */
    uint32_t turn[STREAMS]; /* streams, that with most products for its vector work first */
    uint64_t free[STAMP_UNITS];
};

static void starve(struct weave *w)
{
    stamp_build_fail(w->b, STAMP_ENOMEM, "out of memory");
}

static bool start(struct weave *w)
{
    struct stamp_image *m = w->b->image;
    bool ok = true;

    m->dram_bytes = w->b->dram; /* all buffers have their places */
    w->pages = (size_t)(w->b->dram / STAMP_DRAM_ALIGN / PAGE + 1);
    w->insn = stamp_alloc(w->count + 1, sizeof *w->insn);
    w->seen = stamp_alloc(w->count + 1, sizeof *w->seen);
    w->page = stamp_alloc(w->pages, sizeof *w->page);
    for (int s = 0; s < STAMP_SPACES; s++) {
        if (s == STAMP_SPACE_DRAM) continue;
        ok = ok && stamp_lines_new(&w->lines[s], stamp_space_lines(m->mach, (enum stamp_space)s),
                                   sizeof(struct line), true);
    }
    return ok && w->insn && w->seen && w->page;
}

static void end(struct weave *w)
{
    for (int s = 0; s < STAMP_SPACES; s++) stamp_lines_free(&w->lines[s]);
    for (size_t i = 0; w->page && i < w->pages; i++) stamp_free(w->page[i]);
    stamp_free(w->page);
    stamp_free(w->seen);
    stamp_free(w->edge);
    stamp_free(w->insn);
}

/* ---- Who waits for whom ------------------------------------------------------------------------- */

static void wait_for(struct weave *w, uint32_t of, uint32_t on)
{
    const struct insn *a = &w->insn[of], *b = &w->insn[on];

    if (!on || on == of || w->seen[on] == of || (a->stream == b->stream && a->unit == b->unit))
        return;
    if (w->edges + 1 >= w->room) {
        const uint32_t room = w->room ? 2 * w->room : 1024;
        struct edge *e = stamp_grow(w->edge, w->room, room, sizeof *e);
        if (!e) {
            starve(w);
            return;
        }
        w->edge = e;
        w->room = room;
    }
    w->seen[on] = of;
    w->edge[++w->edges] = (struct edge){of, w->insn[on].waits};
    w->insn[on].waits = w->edges;
    w->insn[of].pending++;
}

static struct line *dram_line(struct weave *w, uint64_t i)
{
    if (i / PAGE >= w->pages) return NULL; /* beyond all buffers: the scheduler says so */
    struct line **page = &w->page[i / PAGE];
    if (!*page) *page = stamp_alloc(PAGE, sizeof **page);
    if (!*page) starve(w);
    return *page ? *page + i % PAGE : NULL;
}

static void touch_line(struct weave *w, uint32_t i, bool writes, struct line *l)
{
    const struct insn *n = &w->insn[i];

    wait_for(w, i, l->writer);
    if (!writes) {
        l->reader[n->stream][n->unit] = i;
        return;
    }
    for (uint32_t s = 0; s < w->streams; s++)
        for (uint32_t u = 0; u < STAMP_UNITS; u++) wait_for(w, i, l->reader[s][u]);
    memset(l->reader, 0, sizeof l->reader);
    l->writer = i;
}

static void touch(struct weave *w, uint32_t i, const struct stamp_touch *t)
{
    struct stamp_lines *lines = &w->lines[t->space];
    const uint64_t end = t->first + t->count;

    for (uint64_t k = t->first; k < end;) {
        struct line *l =
            t->space == STAMP_SPACE_DRAM ? dram_line(w, k++) : stamp_lines_next(lines, &k, end);
        if (!l) return;
        touch_line(w, i, (t->how & STAMP_WRITE) != 0, l);
    }
    if (t->space != STAMP_SPACE_DRAM) stamp_lines_join(lines, t->first, end);
}

/* Edges between all instructions, in the order in which they were emitted. */
static void look(struct weave *w, const struct stamp_word *word, const size_t *border)
{
    struct stamp_cost_memory memory = w->b->options->memory;
    uint32_t tail[STREAMS][STAMP_UNITS] = {{0}}, stream = 0;
    struct stamp_touches touches = {0};
    struct stamp_tables tables;
    enum stamp_status st = stamp_tables_new(w->b->image, &tables, w->b->e);

    if (!memory.latency) memory.latency = STAMP_COST_MEMORY;
    if (!memory.rate) memory.rate = STAMP_COST_RATE_ONE;
    for (uint32_t i = 1; i <= w->count && !st && !w->b->status; i++) {
        struct stamp_issue step = {.pc = i - 1};
        struct insn *n = &w->insn[i];
        while (border[0] + i - 1 >= border[stream + 1]) stream++;
        step.op = stamp_decode(&word[i - 1], &step.insn);
        n->stream = (uint8_t)stream;
        n->unit = (uint8_t)step.op->unit;
        n->t = stamp_cycles_of(w->b->mach, memory, step.op, &step.insn);
        w->busy[stream][n->unit] += n->t.occupy;
        uint32_t *last = &tail[stream][n->unit];
        *(*last ? &w->insn[*last].next : &w->head[stream][n->unit]) = i;
        *last = i;
        st = stamp_touches_of(&tables, &step, &touches, w->b->e);
        for (size_t k = 0; k < touches.count && !st; k++) touch(w, i, &touches.t[k]);
    }
    if (st) w->b->status = st;
    stamp_free(touches.t);
    stamp_tables_free(&tables);
}

/* ---- The order ---------------------------------------------------------------------------------- */

static uint64_t later(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* What starts first of what can come next, 0: nothing is left. */
static uint32_t first(const struct weave *w)
{
    uint64_t best = UINT64_MAX;
    uint32_t at = 0;

    for (uint32_t k = 0; k < w->streams; k++)
        for (uint32_t u = 0; u < STAMP_UNITS; u++) {
            const uint32_t s = w->turn[u == STAMP_UNIT_MXU ? w->streams - 1 - k : k];
            const uint32_t i = w->head[s][u];
            if (!i || w->insn[i].pending) continue;
            const uint64_t t = later(w->free[u], w->insn[i].ready);
            if (t >= best) continue;
            best = t;
            at = i;
        }
    return at;
}

/* Whether stream @p a has more products for its vector work than @p b. */
static bool leads(const struct weave *w, uint32_t a, uint32_t b)
{
    return (double)w->busy[a][STAMP_UNIT_MXU] * (double)(w->busy[b][STAMP_UNIT_VXU] + 1) >
           (double)w->busy[b][STAMP_UNIT_MXU] * (double)(w->busy[a][STAMP_UNIT_VXU] + 1);
}

static void rank(struct weave *w)
{
    for (uint32_t s = 0; s < w->streams; s++) {
        uint32_t at = s;
        for (; at && leads(w, s, w->turn[at - 1]); at--) w->turn[at] = w->turn[at - 1];
        w->turn[at] = s;
    }
}

static void take(struct weave *w, uint32_t i)
{
    struct insn *n = &w->insn[i];
    const uint64_t at = later(w->free[n->unit], n->ready);

    w->head[n->stream][n->unit] = n->next;
    w->free[n->unit] = at + n->t.occupy;
    for (uint32_t e = n->waits; e; e = w->edge[e].next) {
        struct insn *o = &w->insn[w->edge[e].of];
        o->pending--;
        if (o->unit != n->unit) o->ready = later(o->ready, w->free[n->unit] + n->t.latency);
    }
}

void stamp_weave(struct stamp_build *b, const size_t *border, uint32_t streams)
{
    if (b->status || streams < 2 || border[0] == border[streams]) return;
    struct weave w = {.b = b, .count = (uint32_t)(border[streams] - border[0]), .streams = streams};
    struct stamp_word *to = b->word + border[0], *from = stamp_alloc(w.count, sizeof *from);

    if (!from || !start(&w)) starve(&w);
    if (!b->status) memcpy(from, to, w.count * sizeof *from);
    if (!b->status) look(&w, from, border);
    rank(&w);
    for (uint32_t n = 0; n < w.count && !b->status; n++) {
        const uint32_t i = first(&w);
        to[n] = from[i - 1];
        take(&w, i);
    }
    end(&w);
    stamp_free(from);
}
