/* SPDX-License-Identifier: Apache-2.0 */
/* plan.c - depth, canonical order, bits and blocks of a transform. Contract in plan.h. */
#include "model/num/plan.h"

#include <assert.h>
#include <stdlib.h>

#include "model/mem.h"
#include "model/num/xops.h"

enum { AUTO_FREQUENCY_DEPTH = 10 };

/* ceil(n / 2^l) */
static uint32_t ceil_shr(uint32_t n, uint32_t l)
{
    return (uint32_t)(((uint64_t)n + (UINT64_C(1) << l) - 1) >> l);
}

static bool is_frequency(const struct stamp_plan *p)
{
    return p->scheme.transform == STAMP_WHT || p->scheme.transform == STAMP_DCT;
}

/* Rows of the coarsest band at depth l. */
static uint32_t coarse_rows(const struct stamp_plan *p, uint32_t l)
{
    if (p->scheme.transform == STAMP_HAAR2D)
        return ceil_shr(p->scheme.grid_h, l) * ceil_shr(p->scheme.grid_w, l);
    return ceil_shr(p->s - p->sink, l);
}

static uint32_t effective_depth(const struct stamp_plan *p)
{
    const struct stamp_scheme *q = &p->scheme;

    if (q->transform == STAMP_NONE) return 0;
    if (q->depth >= 0) return (uint32_t)q->depth;
    if (is_frequency(p)) return AUTO_FREQUENCY_DEPTH;

    uint32_t depth = 0;
    while (coarse_rows(p, depth) > 1 && coarse_rows(p, depth) + p->sink > q->high_rows) depth++;
    return depth;
}

/* WHT and DCT: log2 of the longest block that fits into left tokens. */
static uint32_t block_log2(const struct stamp_plan *p, uint32_t left)
{
    uint32_t m = p->depth;
    while (UINT32_C(1) << m > left) m--;
    return m;
}

static uint32_t ones(uint32_t v)
{
    uint32_t count = 0;
    for (; v; v &= v - 1) count++;
    return count;
}

static uint32_t count_blocks(const struct stamp_plan *p)
{
    const uint32_t n = p->s - p->sink, d = p->depth;

    if (is_frequency(p)) return p->sink + (n >> d) + ones(n & ((UINT32_C(1) << d) - 1));
    return p->sink + coarse_rows(p, d);
}

static struct stamp_block grid_block(const struct stamp_plan *p, uint32_t i)
{
    const uint32_t h = p->scheme.grid_h, w = p->scheme.grid_w, side = UINT32_C(1) << p->depth;
    const uint32_t across = ceil_shr(w, p->depth);
    const uint32_t y = i / across << p->depth, x = i % across << p->depth;

    return (struct stamp_block){.first = p->sink + y * w + x,
                                .h = h - y < side ? h - y : side,
                                .w = w - x < side ? w - x : side,
                                .stride = w};
}

struct stamp_block stamp_plan_block(const struct stamp_plan *p, uint32_t i)
{
    assert(i < p->blocks);
    if (i < p->sink) return (struct stamp_block){.first = 0, .h = 1, .w = 1, .stride = 1};

    i -= p->sink;
    if (p->scheme.transform == STAMP_HAAR2D) return grid_block(p, i);

    const uint32_t n = p->s - p->sink, side = UINT32_C(1) << p->depth;
    const uint32_t whole = n >> p->depth;
    uint32_t at = (i < whole ? i : whole) << p->depth, len = side;

    if (!is_frequency(p)) {
        len = n - at < side ? n - at : side;
    } else if (i >= whole) {
        for (uint32_t k = i - whole;; k--) {
            len = UINT32_C(1) << block_log2(p, n - at);
            if (k == 0) break;
            at += len;
        }
    }
    return (struct stamp_block){.first = p->sink + at, .h = 1, .w = len, .stride = len};
}

static uint32_t log2_of(uint32_t power)
{
    uint32_t m = 0;
    while (UINT32_C(1) << m < power) m++;
    return m;
}

/* How many blocks from the i-th on share their operations, and their rows. Haar blocks are aligned
 * to 2^depth, so even a shorter last one only makes the run's sequence shorter. */
static uint32_t find_run(const struct stamp_plan *p, uint32_t i, uint32_t end, uint32_t *rows)
{
    const struct stamp_block a = stamp_plan_block(p, i);
    uint32_t run = 1;

    *rows = a.h * a.w;
    if (i < p->sink) return 1;
    for (; i + run < end; run++) {
        const struct stamp_block b = stamp_plan_block(p, i + run);
        if (p->scheme.transform != STAMP_HAAR && (a.h != b.h || a.w != b.w)) break;
        *rows += b.h * b.w;
    }
    return run;
}

/* Operations of a run of blocks, the first of them b, from local row base. */
static bool push_run(const struct stamp_plan *p, struct stamp_xops *ops, uint32_t base,
                     struct stamp_block b, uint32_t run, uint32_t rows)
{
    switch (p->scheme.transform) {
    case STAMP_NONE: return true;
    case STAMP_HAAR: return stamp_xops_haar(ops, base, rows, p->depth);
    case STAMP_HAAR2D: return stamp_xops_haar2d(ops, base, b.h, b.w, p->depth, run);
    case STAMP_WHT: return stamp_xops_wht(ops, base, log2_of(b.w), run);
    case STAMP_DCT: return stamp_xops_dct(ops, base, log2_of(b.w), run);
    }
    return true;
}

enum stamp_status stamp_plan_local(const struct stamp_plan *p, uint32_t first, uint32_t count,
                                   struct stamp_xops *ops, struct stamp_err *e)
{
    const uint32_t end = first + count;
    uint32_t base = 0, rows, run;

    assert(end >= first && end <= p->blocks);
    *ops = (struct stamp_xops){0};
    for (uint32_t i = first; i < end; i += run, base += rows) {
        run = find_run(p, i, end, &rows);
        if (i < p->sink) continue;
        if (!push_run(p, ops, base, stamp_plan_block(p, i), run, rows)) {
            stamp_xops_free(ops);
            return stamp_fail(e, STAMP_ENOMEM, "out of memory for the transform's operations");
        }
    }
    return STAMP_OK;
}

static uint32_t trailing_zeros(uint32_t v, uint32_t limit)
{
    uint32_t n = 0;
    while (n < limit && (v >> n & 1) == 0) n++;
    return n;
}

static uint32_t canon_haar(const struct stamp_plan *p, uint32_t t)
{
    const uint32_t v = trailing_zeros(t, p->depth);
    if (v == p->depth) return t >> v;

    /* Bands coarser than D_l hold what level l leaves coarse: ceil(n / 2^l) rows. */
    return ceil_shr(p->s - p->sink, v + 1) + (t >> (v + 1));
}

static uint32_t canon_haar2d(const struct stamp_plan *p, uint32_t t)
{
    const uint32_t w = p->scheme.grid_w, y = t / w, x = t % w;
    const uint32_t vy = trailing_zeros(y, p->depth), vx = trailing_zeros(x, p->depth);
    const uint32_t v = vy < vx ? vy : vx;

    if (v == p->depth) return (y >> v) * ceil_shr(w, v) + (x >> v);

    const uint32_t h_in = ceil_shr(p->scheme.grid_h, v), w_in = ceil_shr(w, v);
    const uint32_t yc = ceil_shr(h_in, 1), yd = h_in / 2, xc = ceil_shr(w_in, 1), xd = w_in / 2;
    const uint32_t by = y >> (v + 1), bx = x >> (v + 1);
    const bool odd_y = y >> v & 1, odd_x = x >> v & 1;

    if (odd_y && !odd_x) return yc * xc + by * xc + bx;
    if (!odd_y) return yc * xc + yd * xc + by * xd + bx;
    return yc * xc + yd * xc + yc * xd + by * xd + bx;
}

struct slot {
    uint64_t key; /* f / 2^m as a fraction of 2^32, then the row's block */
    uint32_t row;
};

static int by_key(const void *a, const void *b)
{
    const struct slot *x = a, *y = b;
    return (x->key > y->key) - (x->key < y->key);
}

static bool fill_slots(const struct stamp_plan *p, struct slot *slot)
{
    uint32_t *row = stamp_alloc((size_t)1 << p->depth, sizeof *row);
    uint32_t m_known = UINT32_MAX, at = 0;
    if (!row) return false;

    for (uint32_t i = p->sink; i < p->blocks; i++) {
        const struct stamp_block b = stamp_plan_block(p, i);
        const uint32_t m = log2_of(b.w);
        if (m != m_known && p->scheme.transform == STAMP_DCT && !stamp_dct_rows(m, row)) break;
        m_known = m;
        for (uint32_t f = 0; f < b.w; f++) {
            const uint32_t in = p->scheme.transform == STAMP_DCT ? row[f] : stamp_wht_row(f, m);
            slot[at++] = (struct slot){(uint64_t)f << (32 - m) << 24 | i, b.first - p->sink + in};
        }
    }
    stamp_free(row);
    return at == p->s - p->sink;
}

static bool canon_frequency(struct stamp_plan *p)
{
    const uint32_t n = p->s - p->sink;
    struct slot *slot = stamp_alloc(n, sizeof *slot);
    if (!slot) return false;

    const bool ok = fill_slots(p, slot);
    if (ok) {
        qsort(slot, n, sizeof *slot, by_key);
        for (uint32_t i = 0; i < n; i++) p->canon[p->sink + slot[i].row] = p->sink + i;
    }
    stamp_free(slot);
    return ok;
}

static bool fill_rows(struct stamp_plan *p)
{
    const struct stamp_scheme *q = &p->scheme;

    if (is_frequency(p) && !canon_frequency(p)) return false;
    for (uint32_t t = p->sink; t < p->s && !is_frequency(p); t++) {
        const uint32_t i = t - p->sink;
        p->canon[t] =
            p->sink + (q->transform == STAMP_HAAR2D ? canon_haar2d(p, i) : canon_haar(p, i));
    }
    for (uint32_t t = 0; t < p->s; t++) {
        const bool high = p->canon[t] < q->high_rows && q->act_bits != 32;
        p->bits[t] = high ? q->high_bits : q->act_bits;
    }
    return true;
}

/* HAAR2D keeps token rows of the whole grid, where blocks interleave; the others are contiguous. */
static bool fill_ops(struct stamp_plan *p)
{
    const struct stamp_scheme *q = &p->scheme;
    if (q->transform == STAMP_HAAR2D)
        return stamp_xops_haar2d(&p->ops, p->sink, q->grid_h, q->grid_w, p->depth, 1);
    return stamp_plan_local(p, 0, p->blocks, &p->ops, NULL) == STAMP_OK;
}

enum stamp_status stamp_plan_build(const struct stamp_scheme *scheme, uint32_t s,
                                   struct stamp_plan *p, struct stamp_err *e)
{
    *p = (struct stamp_plan){0};
    const enum stamp_status st = stamp_scheme_check(scheme, s, e);
    if (st) return st;

    p->scheme = *scheme;
    if (scheme->act_bits == 32) p->scheme.transform = STAMP_NONE;
    p->s = s;
    p->sink = scheme->sink;
    p->depth = effective_depth(p);
    p->blocks = count_blocks(p);
    p->canon = stamp_alloc(s, sizeof *p->canon);
    p->bits = stamp_alloc(s, sizeof *p->bits);
    if (!p->canon || !p->bits || !fill_rows(p) || !fill_ops(p)) {
        stamp_plan_free(p);
        return stamp_fail(e, STAMP_ENOMEM, "out of memory for the transform of %u tokens", s);
    }
    return STAMP_OK;
}

void stamp_plan_free(struct stamp_plan *p)
{
    stamp_xops_free(&p->ops);
    stamp_free(p->canon);
    stamp_free(p->bits);
    *p = (struct stamp_plan){0};
}

double stamp_plan_average_bits(const struct stamp_plan *p)
{
    uint64_t sum = 0;
    for (uint32_t t = 0; t < p->s; t++) sum += p->bits[t];
    return (double)sum / (double)p->s;
}
