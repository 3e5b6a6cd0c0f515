/* SPDX-License-Identifier: Apache-2.0 */
/* memory.c - the memory plan of a network: values, constants, repetitions. Contract in memory.h. */
#include "compiler/lower/memory.h"

#include <stdio.h>
#include <string.h>

#include "compiler/kernel/kernel.h"
#include "compiler/lower/share.h"
#include "compiler/lower/stay.h"
#include "model/num/f32.h"

/* ---- Values ------------------------------------------------------------------------------------ */

/* The ATTEND step that reads the value as queries, keys or values, or NULL. */
static const struct stamp_lstep *attended(const struct stamp_lower *n, uint32_t v)
{
    for (uint32_t i = 0; i < n->steps.steps; i++) {
        const struct stamp_gstep *s = &n->steps.step[i];
        if (s->kind == STAMP_STEP_ATTEND && (s->x == v || s->k == v || s->v == v))
            return &n->step[i];
    }
    return NULL;
}

static struct stamp_place matrix(struct stamp_lower *n, const char *name, enum stamp_role role,
                                 uint64_t rows, uint64_t cols)
{
    char full[STAMP_NAME_MAX + 1];

    snprintf(full, sizeof full, "%s%.55s", n->prefix, name);
    return stamp_build_matrix(n->b, full, role, STAMP_FMT_F32, rows, cols);
}

/* Rows of heads come in whole batches, queries of one row in whole groups; what is behind the last row is
 * read, so it must be there: STATE. */
static struct stamp_place heads_of(struct stamp_lower *n, const struct stamp_lstep *a,
                                   const char *name, uint32_t v, uint64_t cols)
{
    const uint64_t rows = stamp_lower_rows(n, v), batch = a->attend.kv.batch;
    const uint64_t more = a->attend.causal ? 0 : STAMP_ATTEND_ROWS; /* tiles of any height */

    if (n->decode)
        return matrix(n, name, STAMP_STATE, rows, cols + n->mach->P / 2 * (uint64_t)a->attend.hdp);
    return matrix(n, name, STAMP_STATE, (rows + batch - 1) / batch * batch + more, cols);
}

/* Several products beside each other in one buffer. */
static void beside(struct stamp_lower *n, const struct stamp_gstep *s)
{
    const uint32_t first = s->outs[0];
    const struct stamp_lstep *a = NULL;
    uint64_t cols = 0;

    for (uint32_t i = 0; i < s->linears && !a; i++) a = attended(n, s->outs[i]);
    for (uint32_t i = 0; i < s->linears; i++) cols += stamp_lower_width(n, s->outs[i]);
    struct stamp_place p = stamp_stay_place(n, s->outs, s->linears, cols);
    if (!p.row_bytes)
        p = a ? heads_of(n, a, s->name, first, cols)
              : matrix(n, s->name, STAMP_TEMP, stamp_lower_rows(n, first), cols);
    for (uint32_t i = 0; i < s->linears; i++) {
        const uint32_t out = s->outs[i];
        n->place[out] = p;
        p.addr += (uint64_t)stamp_lower_width(n, out) * 4;
        p.vm += p.vm ? stamp_lower_width(n, out) / n->L : 0;
    }
}

/* The PREPEND step that puts a row in front of the value, or NULL. */
static const struct stamp_gstep *prepended(const struct stamp_lower *n, uint32_t v)
{
    for (uint32_t i = 0; i < n->steps.steps; i++)
        if (n->steps.step[i].kind == STAMP_STEP_PREPEND &&
            n->g->node[n->steps.step[i].node].in[1] == v)
            return &n->steps.step[i];
    return NULL;
}

/* What the values of a place, from its first on, take at most: heads of one attention may be padded to more than
 * those of another. */
struct room {
    const struct stamp_lstep *a; /* of the largest batches; NULL: no heads */
    uint32_t width;
};

static struct room room_of(const struct stamp_lower *n, uint32_t v)
{
    struct room r = {attended(n, v), stamp_lower_width(n, v)};

    for (uint32_t k = v + 1; k < n->g->values; k++) {
        if (strcmp(stamp_lower_place_name(&n->g->value[k]),
                   stamp_lower_place_name(&n->g->value[v])))
            continue;
        const struct stamp_lstep *a = attended(n, k);
        const uint32_t width = stamp_lower_width(n, k);
        if (width > r.width) r.width = width;
        if (a && r.a && a->attend.kv.batch > r.a->attend.kv.batch) r.a = a;
    }
    return r;
}

static void value(struct stamp_lower *n, uint32_t v)
{
    const struct stamp_gvalue *g = &n->g->value[v];
    const struct stamp_gstep *front = prepended(n, v);
    const struct room r = room_of(n, v);
    const bool last = v + 1 == n->g->values;

    if (n->place[v].row_bytes) return;
    for (uint32_t k = 0; k < v; k++) {
        const struct stamp_gvalue *o = &n->g->value[k];
        if (!n->place[k].row_bytes || strcmp(stamp_lower_place_name(o), stamp_lower_place_name(g)))
            continue;
        if (o->cols != g->cols || stamp_lower_width(n, k) != stamp_lower_width(n, v))
            stamp_build_fail(n->b, STAMP_EUNSUPPORTED,
                             "%s and %s share a place but not their width", o->name, g->name);
        n->place[v] = n->place[k];
        return;
    }
    n->place[v] = stamp_stay_place(n, &v, 1, r.width);
    if (n->place[v].row_bytes) return;
    if (front) {
        value(n, front->out);
        n->place[v] = n->place[front->out];
        n->place[v].addr += n->place[v].row_bytes;
    } else if (r.a) {
        n->place[v] = heads_of(n, r.a, stamp_lower_place_name(g), v, r.width);
    } else {
        n->place[v] = matrix(n, stamp_lower_place_name(g), last ? STAMP_OUTPUT : STAMP_TEMP,
                             stamp_lower_rows(n, v), r.width);
    }
}

static void input(struct stamp_lower *n, const struct stamp_gstep *s)
{
    const struct stamp_gvalue *v = &n->g->value[s->out];

    if (n->g->node[s->node].op == STAMP_GOP_PICTURE)
        n->place[s->out] = matrix(n, v->name, STAMP_INPUT, v->rows, v->cols);
    if (n->g->node[s->node].op == STAMP_GOP_INPUT)
        n->place[s->out] = matrix(n, v->name, STAMP_INPUT, stamp_lower_rows(n, s->out), v->cols);
    if (n->g->node[s->node].op != STAMP_GOP_IDS) return;
    n->ids =
        stamp_build_bytes(n->b, n->decode ? "token" : v->name, STAMP_INPUT, 4 * (uint64_t)n->rows);
}

static void values(struct stamp_lower *n)
{
    for (uint32_t i = 0; i < n->steps.steps && !n->b->status; i++) {
        const struct stamp_gstep *s = &n->steps.step[i];
        if (s->kind == STAMP_STEP_INPUT)
            input(n, s);
        else if (s->kind == STAMP_STEP_LINEARS && s->made > 1)
            beside(n, s);
        else
            value(n, s->out);
    }
}

/* ---- Constants --------------------------------------------------------------------------------- */

static void put32(uint8_t *to, uint32_t v)
{
    for (int k = 0; k < 4; k++) to[k] = (uint8_t)(v >> 8 * k);
}

static void put16(uint8_t *to, uint32_t v)
{
    to[0] = (uint8_t)v;
    to[1] = (uint8_t)(v >> 8);
}

/* Entries of the tables: rows 0, 1, ... at nibble rows 0, 2, ... */
static void put_tables(const struct stamp_attend *a, uint8_t *c)
{
    const uint32_t batch = a->kv.batch, tail0 = a->keys - a->keys % (1u << a->kv.block);

    for (uint32_t i = 0; i < 256; i++) {
        const uint32_t token = a->keys / batch * batch + i, wide = 1u << 15;
        const bool first = i % (1u << a->kv.block) == 0;
        const bool eight = a->scheme.bits != 4;
        put16(c + STAMP_CONST_RT_ALL8 + 2 * i, (2 * i % 512) | wide);
        put16(c + STAMP_CONST_NT_PAIRS + 2 * i, i / 2 | (i % 2 ? 3u : 2u) << 14);
        put16(c + STAMP_CONST_RT_BLOCK + 2 * i, first || eight ? wide : 0);
        put16(c + STAMP_CONST_RT_LAST + 2 * i, first || eight || token >= tail0 ? wide : 0);
    }
}

/* Nibble rows of the queries that share a key head: a decode program has no more. */
static void put_step_table(const struct stamp_attend *a, uint8_t *c)
{
    for (uint32_t i = 0; i < 2 * a->rep && i < 256; i++)
        put16(c + STAMP_CONST_NT_STEP + 2 * i, i / 2 | (i % 2 ? 3u : 2u) << 14);
}

/* Tables of the first attention; those of another cache would be others. */
static void lay_tables(struct stamp_lower *n, uint8_t *c)
{
    const struct stamp_attend *first = NULL;

    for (uint32_t i = 0; i < n->steps.steps; i++) {
        const struct stamp_attend *a = &n->step[i].attend;
        if (n->steps.step[i].kind != STAMP_STEP_ATTEND) continue;
        if (first && a->cached &&
            (a->kv.batch != first->kv.batch || a->kv.block != first->kv.block ||
             a->rows != first->rows || a->scheme.bits != first->scheme.bits))
            stamp_build_fail(n->b, STAMP_EUNSUPPORTED,
                             "attentions of different caches in a network");
        if (!first) put_tables(a, c);
        if (a->cached) put_step_table(a, c);
        first = a;
    }
}

static void lay_constants(struct stamp_lower *n)
{
    uint8_t *c =
        stamp_build_const(n->b, "constants", STAMP_FMT_RAW, STAMP_CONSTANTS, &n->constants);
    float eps = 0;

    if (!c) return;
    for (uint32_t i = n->g->nodes; i-- > 0;)
        if (n->g->node[i].op == STAMP_GOP_NORM) eps = n->g->node[i].attr.eps;
    for (uint32_t l = 0; l < n->L; l++) {
        put32(c + STAMP_CONST_EPS + 4 * l, stamp_f32_bits(eps));
        put32(c + STAMP_CONST_CM_ONE + 8 * l, stamp_f32_bits(1.0f));
    }
    lay_tables(n, c);
}

/* Steps from, ... to - 1, which are of one block or of none, in repetition @p time. */
static void lay_time(struct stamp_lower *n, uint32_t from, uint32_t to, uint32_t time)
{
    for (int what = 0; what < STAMP_LAYS; what++)
        for (uint32_t i = from; i < to && !n->b->status; i++) {
            const struct stamp_lkernel *k = stamp_lkernel_of(n->step[i].s->kind);
            if (k->lay) k->lay(n, &n->step[i], (enum stamp_lay)what, time);
        }
}

enum { PAGES = 1024 }; /* a repetition of so many is filled up to whole ones */

/* Bursts of all repetitions of a block are cut alike where these are whole pages apart: the clock then knows the second from
 * the first. Of a small block the pages would be much. */
static void fill_page(struct stamp_lower *n, uint64_t lo)
{
    const uint64_t page = STAMP_BURST_PAGE, bytes = n->b->dram - lo;

    if (bytes >= PAGES * page) n->b->dram = lo + (bytes + page - 1) / page * page;
}

static void lay_runs(struct stamp_lower *n)
{
    for (uint32_t from = 0, to; from < n->steps.steps && !n->b->status; from = to) {
        const uint32_t block = n->step[from].s->block;
        const uint32_t times = block == STAMP_NO_BLOCK ? 1 : n->g->block[block].repeat;
        for (to = from; to < n->steps.steps && n->step[to].s->block == block;) to++;
        if (block != STAMP_NO_BLOCK) n->block_lo[block] = n->b->dram;
        for (uint32_t t = 0; t < times && !n->b->status; t++) {
            const uint64_t lo = n->b->dram;
            lay_time(n, from, to, t);
            if (times > 1) fill_page(n, lo);
            if (!t && block != STAMP_NO_BLOCK)
                n->block_bytes[block] = n->b->dram - n->block_lo[block];
        }
    }
}

/* What blocks use first, then the rest. */
static void lay_globals(struct stamp_lower *n)
{
    for (int outside = 0; outside < 2; outside++)
        for (uint32_t i = 0; i < n->steps.steps && !n->b->status; i++) {
            const struct stamp_lkernel *k = stamp_lkernel_of(n->step[i].s->kind);
            if (k->global && (n->step[i].s->block == STAMP_NO_BLOCK) == outside)
                k->global(n, &n->step[i]);
        }
}

/* ---- Everything -------------------------------------------------------------------------------- */

static void plan_all(struct stamp_lower *n)
{
    for (uint32_t i = 0; i < n->steps.steps && !n->b->status; i++) {
        const struct stamp_lkernel *k = stamp_lkernel_of(n->step[i].s->kind);
        if (k->plan) k->plan(n, &n->step[i]);
    }
    for (uint32_t i = 0; i < n->steps.steps && !n->b->status; i++) {
        const struct stamp_lkernel *k = stamp_lkernel_of(n->step[i].s->kind);
        if (k->tables) k->tables(n, &n->step[i]);
    }
}

void stamp_lower_lay(struct stamp_lower *n)
{
    stamp_lower_share(n);
    for (uint32_t i = 0; i < n->steps.steps && !n->b->status; i++) {
        const struct stamp_lkernel *k = stamp_lkernel_of(n->step[i].s->kind);
        if (k->size) k->size(n, &n->step[i]);
    }
    stamp_lower_share_rows(n);
    values(n);
    plan_all(n);
    if (!n->b->status) lay_constants(n);
    lay_globals(n);
    lay_runs(n);
}

void stamp_lower_lay_decode(struct stamp_lower *n)
{
    for (uint32_t i = 0; i < n->steps.steps; i++) n->step[i].attend = n->like->step[i].attend;
    stamp_stay_begin(n);
    values(n);
    stamp_stay_rooms(n);
    for (uint32_t i = 0; i < n->steps.steps && !n->b->status; i++) {
        const struct stamp_lkernel *k = stamp_lkernel_of(n->step[i].s->kind);
        if (k->share) k->share(n, &n->step[i]);
    }
    plan_all(n);
}

uint32_t stamp_lower_items(const struct stamp_lower *n)
{
    uint32_t items = 64;

    for (uint32_t i = 0; i < n->steps.steps; i++)
        items += 12 * stamp_graph_times(n->g, n->steps.step[i].node);
    return items;
}
