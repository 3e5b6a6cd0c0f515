/* SPDX-License-Identifier: Apache-2.0 */
/* tile.c - choice of tiles. Contract in tile.h. */
#include "compiler/tile/tile.h"

#include <math.h>
#include <string.h>

#include "model/time/cycles.h"

enum { GROUPS_MAX = 255 };

static uint32_t ceil_div(uint32_t a, uint32_t b)
{
    return (a + b - 1) / b;
}

uint32_t stamp_work_units(const struct stamp_work *w)
{
    return w->transform ? w->plan->blocks : w->s;
}

struct stamp_block stamp_work_unit(const struct stamp_work *w, uint32_t i)
{
    if (!w->transform) return (struct stamp_block){i, 1, 1, 0};
    if (w->plan->sink) i = (i + 1) % w->plan->blocks;
    return stamp_plan_block(w->plan, i);
}

uint32_t stamp_work_bits(const struct stamp_work *w, uint32_t i, uint32_t r)
{
    const struct stamp_block b = stamp_work_unit(w, i);

    return w->plan->bits[b.first + r / b.w * b.stride + r % b.w];
}

/* Rows and nibble rows of each unit. */
struct unit {
    uint32_t rows, nibbles;
};

static void measure(const struct stamp_work *w, uint32_t i, struct unit *u)
{
    const struct stamp_block b = stamp_work_unit(w, i);

    u->rows = b.h * b.w;
    u->nibbles = u->rows;
    for (uint32_t r = 0; r < u->rows; r++) u->nibbles += stamp_work_bits(w, i, r) == 8;
}

/* Greedy: units in order as long as nibble rows and rows stay within the limits. Returns 0 when a
 * unit alone exceeds them. @p tile may be NULL to count only. */
static uint32_t partition(const struct stamp_mach *m, const struct unit *u, uint32_t units,
                          uint32_t groups, uint32_t rows, struct stamp_tile *tile)
{
    uint32_t tiles = 0;

    for (uint32_t i = 0; i < units;) {
        struct stamp_tile t = {.first = i};
        uint32_t nibbles = 0;
        while (i < units && nibbles + u[i].nibbles <= groups * m->P && t.rows + u[i].rows <= rows) {
            nibbles += u[i].nibbles;
            t.rows += u[i].rows;
            t.count++;
            i++;
        }
        if (!t.count) return 0;
        t.groups = ceil_div(nibbles, m->P);
        if (tile) tile[tiles] = t;
        tiles++;
    }
    return tiles;
}

/* The same with units in two tiles, every tile as full as can be. Rows of a tile and what it leaves of a unit stay
 * within @p rows. */
static uint32_t partition_rows(const struct stamp_work *w, const struct unit *u, uint32_t units,
                               uint32_t groups, uint32_t rows, struct stamp_tile *tile)
{
    uint32_t tiles = 0, done = 0; /* rows of unit i that have a tile */

    for (uint32_t i = 0; i < units; tiles++) {
        struct stamp_tile t = {.first = i, .head = done};
        uint32_t left = groups * w->mach->P;
        while (i < units && t.rows + u[i].rows <= rows) {
            uint32_t r = done;
            for (; r < u[i].rows && left >= stamp_work_bits(w, i, r) / 4; r++)
                left -= stamp_work_bits(w, i, r) / 4;
            done = r < u[i].rows ? r : 0;
            if (done) {
                t.tail = done;
                t.rest = u[i].rows - done;
            }
            t.rows += r;
            if (r < u[i].rows) break;
            t.count++;
            i++;
        }
        if (!t.count) return 0;
        t.groups = ceil_div(groups * w->mach->P - left, w->mach->P);
        tile[tiles] = t;
    }
    return tiles;
}

/* Slots: the columns of a panel and the part of K that half of WB (and CM, AC) takes. */
static bool choose_slots(const struct stamp_work *w, struct stamp_tiling *t)
{
    const struct stamp_mach *m = w->mach;
    const uint32_t half = m->WB_LINES / 2, sums = m->AC_LINES / (t->groups * m->P);
    /* Codes come to XB from the first lines on: of them several column groups, before the next lines. */
    const uint32_t wide = w->like                           ? w->like->ng
                          : !t->coded || t->blk || sums < 2 ? 1
                          : sums < t->panel                 ? sums
                                                            : t->panel;
    uint32_t kc = half / t->wline / wide;

    if (t->blk && kc > m->CM_LINES / 2 * t->blk) kc = m->CM_LINES / 2 * t->blk;
    if (w->max_kc && kc > w->max_kc) kc = w->max_kc;
    if (t->blk) kc = kc >= t->blk ? kc / t->blk * t->blk : t->blk;
    if (kc > t->kl) kc = t->kl;
    t->chunks = ceil_div(t->kl, kc);
    /* Chunks of one size: a short one would be over before the next long one's weights are there. */
    const uint32_t even = ceil_div(t->kl, t->chunks);
    if (!w->like && even < kc) kc = t->blk ? ceil_div(even, t->blk) * t->blk : even;
    t->kc = kc;
    t->ng = half / (kc * t->wline);
    if (t->chunks > 1) t->ng = wide;
    const uint32_t cm_lines = t->blk ? ceil_div(kc, t->blk) : 1;
    if (t->ng > m->CM_LINES / 2 / cm_lines) t->ng = m->CM_LINES / 2 / cm_lines;
    if (t->ng > t->panel) t->ng = t->panel;
    const uint32_t ac_lines = t->groups * m->P;
    if (t->blk || t->chunks > 1) {
        if (ac_lines > m->AC_LINES) return false;
        if (t->ng > m->AC_LINES / ac_lines) t->ng = m->AC_LINES / ac_lines;
    }
    if (w->like) {
        if (t->ng < w->like->ng || kc < w->like->kc || t->panel != w->like->panel) return false;
        t->ng = w->like->ng;
        t->kc = w->like->kc;
        t->chunks = w->like->chunks;
    }
    t->resident = (uint64_t)t->cg * t->kl * t->wline <= m->WB_LINES &&
                  (uint64_t)t->cg * t->nblk <= m->CM_LINES;
    return t->ng > 0 && t->panel <= m->CM_LINES / 2;
}

/* Cycles each unit spends on a tile. */
struct load {
    double array, weights, in, prep, post, store;
    double code;  /* codes from DRAM to XB, before the array goes on */
    double stall; /* array waiting for weights behind an input load: WB holds one slot ahead */
};

static struct load tile_load(const struct stamp_work *w, const struct stamp_tiling *t,
                             const struct stamp_tile *tile)
{
    const struct stamp_mach *m = w->mach;
    const double rows = tile->rows, kl = t->kl, cg = t->cg;
    const double axi = m->AXI_BYTES * (w->rate ? w->rate / (double)STAMP_COST_RATE_ONE : 1);
    const struct stamp_block part = stamp_work_unit(w, tile->first);
    const double made = rows + tile->rest - (tile->head ? part.h * part.w : 0); /* rows coded */
    const double levels = w->transform ? w->plan->depth : 0;
    const double passes = stamp_tile_passes(t);
    const double wline = stamp_line_bytes(m, STAMP_SPACE_WB, STAMP_FMT_RAW);
    const double in_line = stamp_line_bytes(m, STAMP_SPACE_VM, w->in_fmt);
    const double out_line = stamp_line_bytes(m, STAMP_SPACE_VM, w->out_fmt);
    const double fly = levels < 3 ? levels : w->plan->scheme.transform == STAMP_HAAR ? 2 : levels;
    struct load l;

    double per_block = kl * t->wline / t->nblk;
    if (per_block < m->P) per_block = m->P;
    l.array = cg * tile->groups * t->nblk * per_block;
    l.weights = t->resident ? 0 : cg * kl * t->wline * wline / axi + cg * t->nblk * m->L * 8 / axi;
    l.in = (made * kl * in_line * passes + tile->head * cg * 4 * m->L) / axi;
    /* One buffer: the load unit and the vector unit wait for each other. */
    l.prep = (t->nx == 1 ? l.in : 0) +
             made * (kl * (passes * fly + 2) + (double)STAMP_COST_QPAR * t->nblk / m->Q);
    l.store = rows * cg * out_line / axi;
    l.code = rows * kl * 2;
    if (t->coded) l.store += rows * kl * m->L / 2 / axi;
    l.post = rows * cg * (fly + (w->bias ? 1 : 0));
    if (t->split) l.in += (tile->head + tile->rest) * (kl + cg) * in_line / axi;
    const double slots = ceil(cg / t->ng) * t->chunks;
    const double burst = (double)t->xlines * in_line / axi + l.weights / slots - l.array / slots;
    l.stall = burst > 0 ? burst * l.in / ((double)t->xlines * in_line / axi) : 0;
    return l;
}

static double max2(double a, double b)
{
    return a > b ? a : b;
}

static double estimate(const struct stamp_work *w, const struct stamp_tiling *t)
{
    const double passes = stamp_tile_passes(t);
    struct load now = tile_load(w, t, &t->tile[0]);
    double sum = max2(now.in, now.prep);

    for (uint32_t i = 0; i < t->tiles; i++) {
        struct load next = {0};
        if (i + 1 < t->tiles) next = tile_load(w, t, &t->tile[i + 1]);
        const double prep = max2(next.in, next.prep);
        double span = max2(now.array, now.weights);
        if (t->xb_double) {
            span = max2(span, max2(now.weights + next.in, next.prep + now.post));
            if (i + 1 < t->tiles) span += now.stall;
        } else if (t->coded) {
            span = max2(span, max2(now.weights + next.in, next.prep + now.post));
            if (i + 1 < t->tiles) span += now.stall;
            sum += next.code;
        } else if (passes > 1.999) { /* ranges beside the products, codes behind them */
            span = max2(span, max2(now.weights + next.in / 2, next.prep / 2 + now.post));
            sum += prep / 2;
        } else {
            sum += prep;
        }
        sum += max2(span, now.store);
        now = next;
    }
    return sum;
}

/* One candidate: tiles of at most @p groups, one or two in XB, with split and coded as in @p t. */
static bool try_groups(const struct stamp_work *w, const struct unit *u, uint32_t groups,
                       struct stamp_tile *scratch, struct stamp_tiling *t)
{
    const struct stamp_mach *m = w->mach;
    const uint32_t copies = t->xb_double || t->split || t->coded ? 2 : 1;
    uint32_t rows = m->RT_ENTRIES / 2;

    if ((uint64_t)groups * t->kl * (t->xb_double ? 2 : 1) > m->XB_LINES ||
        groups * m->P > m->RT_ENTRIES / 2)
        return false;
    if (rows > m->SM_ENTRIES / copies / t->nblk) rows = m->SM_ENTRIES / copies / t->nblk;
    t->tiles = t->split ? partition_rows(w, u, stamp_work_units(w), groups, rows, scratch)
                        : partition(m, u, stamp_work_units(w), groups, rows, scratch);
    if (!t->tiles) return false;
    t->tile = scratch;
    t->rows = t->table_rows = t->groups = 0;
    for (uint32_t i = 0; i < t->tiles; i++) {
        const struct stamp_tile *a = &scratch[i];
        if (a->rows > t->rows) t->rows = a->rows;
        if (a->rows + a->rest > t->table_rows) t->table_rows = a->rows + a->rest;
        if (a->groups > t->groups) t->groups = a->groups;
    }
    if (!stamp_tile_vm(w, t->rows, t) || !choose_slots(w, t)) return false;
    t->cycles = estimate(w, t);
    return true;
}

static void sizes(const struct stamp_work *w, struct stamp_tiling *t)
{
    const struct stamp_mach *m = w->mach;
    const uint32_t in = stamp_line_bytes(m, STAMP_SPACE_VM, w->in_fmt);
    const uint32_t out = stamp_line_bytes(m, STAMP_SPACE_VM, w->out_fmt);

    memset(t, 0, sizeof *t);
    t->kl = ceil_div(w->d, m->L);
    t->cg = ceil_div(w->n, m->L);
    t->blk = w->block / m->L;
    t->nblk = t->blk ? ceil_div(t->kl, t->blk) : 1;
    t->wline = m->L / m->T * (w->w8 ? 2 : 1);
    t->in_quantum = in < STAMP_DRAM_ALIGN ? STAMP_DRAM_ALIGN / in : 1;
    t->out_quantum = out < STAMP_DRAM_ALIGN ? STAMP_DRAM_ALIGN / out : 1;
    t->code_quantum = 8 * (4 * m->L < STAMP_DRAM_ALIGN ? STAMP_DRAM_ALIGN / (4 * m->L) : 1);
}

/* Whether candidate @p kind, bits for twice, split, coded, is one of the work; says so in @p t. */
static bool is_kind(const struct stamp_work *w, unsigned kind, struct stamp_tiling *t)
{
    t->xb_double = kind & 1;
    t->split = kind & 2;
    t->coded = kind & 4;
    return kind < 2 || (w->codes && (w->transform || !t->split) && !(t->coded && t->xb_double));
}

bool stamp_tile_choose(const struct stamp_work *w, struct stamp_arena *arena,
                       struct stamp_tiling *out)
{
    const uint32_t units = stamp_work_units(w);
    struct unit *u = stamp_arena_alloc(arena, units, sizeof *u);
    struct stamp_tile *scratch = stamp_arena_alloc(arena, units, sizeof *scratch),
                      *tile = stamp_arena_alloc(arena, units, sizeof *tile);
    struct stamp_tiling best, t;

    sizes(w, &best);
    *out = best;
    if (!u || !scratch || !tile) return false;
    for (uint32_t i = 0; i < units; i++) {
        measure(w, i, &u[i]);
        if (u[i].rows > best.unit_rows) best.unit_rows = u[i].rows;
    }
    uint32_t most = w->mach->XB_LINES / best.kl;
    if (most > GROUPS_MAX) most = GROUPS_MAX;
    if (w->max_groups && most > w->max_groups) most = w->max_groups;
    for (uint32_t g = 1; g <= most; g++)
        for (unsigned kind = 0; kind < 8; kind++) {
            t = best;
            if (!is_kind(w, kind, &t) || !try_groups(w, u, g, scratch, &t)) continue;
            if (best.tiles && t.cycles >= best.cycles) continue;
            best = t;
            memcpy(tile, scratch, t.tiles * sizeof *tile);
        }
    if (!best.tiles) return false;
    best.tile = tile;
    *out = best;
    return true;
}

struct fit {
    const struct stamp_work *work;
    struct stamp_arena *arena;
};

static bool fits(void *ctx, const struct stamp_mach *m)
{
    const struct fit *f = ctx;
    struct stamp_work w = *f->work;
    struct stamp_tiling t;

    w.mach = m;
    return stamp_tile_choose(&w, f->arena, &t);
}

void stamp_tile_need(const struct stamp_work *w, struct stamp_arena *arena,
                     char text[STAMP_NEED_TEXT])
{
    struct fit f = {w, arena};

    stamp_need(w->mach, fits, &f, text);
}
