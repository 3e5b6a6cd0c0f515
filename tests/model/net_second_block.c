/* SPDX-License-Identifier: Apache-2.0 */
/* net_second_block.c - WHT and DCT from the page, section 5. Contract in net_second.h. */
#include <assert.h>
#include <math.h>

#include "tests/model/net_second.h"
#include "tests/oracle/fn.h"
#include "tests/oracle/softfloat.h"

enum { W = SECOND_WIDTH, ROWS = 1024, TURNS = 8192 };

/* Where the block of row r begins, and its length. */
static uint32_t block_of(uint32_t n, uint32_t depth, uint32_t r, uint32_t *first, uint32_t *index)
{
    uint32_t at = 0, len = 1;

    for (*index = 0;; ++*index, at += len) {
        for (len = 1; 2 * len <= n - at && 2 * len <= 1u << depth; len *= 2) {}
        if (r < at + len) break;
    }
    *first = at;
    return len;
}

/* ---- WHT --------------------------------------------------------------------------------------- */

static void wht(uint32_t (*x)[W], uint32_t len, uint32_t w, bool undo)
{
    for (uint32_t k = 1; k < len; k *= 2) {
        const uint32_t h = undo ? len / 2 / k : k;
        for (uint32_t i = 0; i < len; i++)
            for (uint32_t c = 0; c < w && !(i & h); c++) {
                uint32_t *a = &x[i][c], *b = &x[i + h][c];
                const uint32_t sum = so_add(*a, *b), difference = so_sub(*a, *b);
                *a = undo ? sum : so_half(sum);
                *b = undo ? difference : so_half(difference);
            }
    }
}

/* The row that holds sequency f: gray code, its bits the other way round. */
static uint32_t wht_row(uint32_t f, uint32_t len)
{
    uint32_t gray = f ^ f >> 1, row = 0;

    for (uint32_t k = 1; k < len; k *= 2, gray /= 2) row = 2 * row + gray % 2;
    return row;
}

/* ---- DCT, section 5.1 -------------------------------------------------------------------------- */

struct dct {
    struct {
        uint32_t a, b, c, s;
    } rot[TURNS];
    uint32_t count, row[ROWS]; /* row[f]: that holds coefficient f */
};

static void turn(struct dct *t, long double c, long double s, bool flip, uint32_t *p, uint32_t *q)
{
    const bool rising = *p < *q;
    const float cf = (float)c, sf = (float)s;
    const uint32_t old = *p;

    assert(t->count < TURNS);
    t->rot[t->count].a = rising ? *p : *q;
    t->rot[t->count].b = rising ? *q : *p;
    t->rot[t->count].c = second_bits(flip ? sf : cf);
    t->rot[t->count++].s = second_bits(flip ? (rising ? -cf : cf) : rising ? sf : -sf);
    if (!flip) return;
    *p = *q;
    *q = old;
}

static void dct4(struct dct *t, uint32_t m, uint32_t *x, uint32_t *out);

static void dct2(struct dct *t, uint32_t n, uint32_t *x, uint32_t *out)
{
    const long double r = sqrtl(0.5L);
    uint32_t e[ROWS / 2], o[ROWS / 2], back[ROWS / 2];

    if (n == 1) out[0] = x[0];
    for (uint32_t i = 0; i < n / 2; i++) turn(t, r, r, true, &x[i], &x[n - 1 - i]);
    for (uint32_t i = 0; i < n / 2; i++) back[i] = x[n - 1 - i];
    if (n > 1) dct2(t, n / 2, x, e);
    if (n > 1) dct4(t, n / 2, back, o);
    for (uint32_t k = 0; k < n / 2; k++) {
        out[2 * k] = e[k];
        out[2 * k + 1] = o[k];
    }
}

static void dct4(struct dct *t, uint32_t m, uint32_t *x, uint32_t *out)
{
    const long double r = sqrtl(0.5L), pi = acosl(-1);
    uint32_t u[ROWS / 2], v[ROWS / 2], back[ROWS / 2];

    if (m == 1) {
        out[0] = x[0];
        return;
    }
    for (uint32_t i = 0; i < m / 2; i++) {
        const long double angle = pi * (2 * i + 1) / (4 * m);
        turn(t, cosl(angle), sinl(angle), i % 2 == 0, &x[i], &x[m - 1 - i]);
    }
    for (uint32_t i = 0; i < m / 2; i++) back[i] = x[m - 1 - i];
    dct2(t, m / 2, x, u);
    dct2(t, m / 2, back, v);
    for (uint32_t k = 1; k < m / 2; k++) turn(t, r, r, true, &u[k], &v[m / 2 - k]);
    out[0] = u[0];
    for (uint32_t k = 1; k < m / 2; k++) {
        out[2 * k - 1] = u[k];
        out[2 * k] = v[m / 2 - k];
    }
    out[m - 1] = v[0];
}

static const struct dct *dct_of(uint32_t len)
{
    static struct dct t;
    static uint32_t made;
    uint32_t x[ROWS];

    if (made == len) return &t;
    assert(len <= ROWS);
    for (uint32_t i = 0; i < len; i++) x[i] = i;
    t.count = 0;
    dct2(&t, len, x, t.row);
    made = len;
    return &t;
}

static void dct(uint32_t (*x)[W], uint32_t len, uint32_t w, bool undo)
{
    const struct dct *t = dct_of(len);

    for (uint32_t k = 0; k < t->count; k++) {
        const uint32_t at = undo ? t->count - 1 - k : k, c = t->rot[at].c,
                       s = undo ? so_neg(t->rot[at].s) : t->rot[at].s;
        for (uint32_t i = 0; i < w; i++) {
            uint32_t *a = &x[t->rot[at].a][i], *b = &x[t->rot[at].b][i];
            const uint32_t first = so_add(so_mul(c, *a), so_mul(s, *b));
            *b = so_sub(so_mul(c, *b), so_mul(s, *a));
            *a = first;
        }
    }
}

/* ---- Both -------------------------------------------------------------------------------------- */

void second_blocks(enum stamp_transform t, uint32_t (*x)[SECOND_WIDTH], uint32_t n, uint32_t w,
                   uint32_t depth, bool undo)
{
    uint32_t first = 0, index, len;

    for (uint32_t r = 0; r < n; r += len) {
        len = block_of(n, depth, r, &first, &index);
        (t == STAMP_WHT ? wht : dct)(x + first, len, w, undo);
    }
}

/* Frequency of a row in its block. */
static uint32_t frequency(enum stamp_transform t, uint32_t len, uint32_t row)
{
    uint32_t f = 0;
    while ((t == STAMP_WHT ? wht_row(f, len) : dct_of(len)->row[f]) != row) f++;
    return f;
}

uint32_t second_blocks_place(enum stamp_transform t, uint32_t n, uint32_t depth, uint32_t row)
{
    uint32_t first, index, before = 0;
    const uint32_t len = block_of(n, depth, row, &first, &index),
                   f = frequency(t, len, row - first);

    for (uint32_t r = 0; r < n; r++) {
        uint32_t other_first, other_index;
        const uint32_t other = block_of(n, depth, r, &other_first, &other_index);
        const uint64_t mine = (uint64_t)f * other,
                       its = (uint64_t)frequency(t, other, r - other_first) * len;
        before += its < mine || (its == mine && other_index < index);
    }
    return before;
}
