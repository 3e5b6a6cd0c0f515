/* SPDX-License-Identifier: Apache-2.0 */
/* dct.c - the DCT-II of a block as rotations in place: numerics.md section 5.1.
 *
 * DCT-II of N falls into a DCT-II and a DCT-IV of N/2, a DCT-IV of M into two DCT-II of M/2. Every
 * step between is a rotation of disjoint pairs. A list of rows says where the values of a
 * sub-transform are kept: on entry its inputs in order, on return its coefficients in order. */
#include "model/mem.h"
#include "model/num/f32.h"
#include "model/num/series.h"
#include "model/num/xops.h"

struct dct {
    struct stamp_xops *ops; /* NULL: only the placement is wanted */
    uint32_t base, m, count;
    uint32_t *tmp; /* [2^m] */
    bool ok;
};

/* cos and sin of pi * num / den, which never exceeds pi/4 here. */
static void cos_sin(uint32_t num, uint32_t den, float *c, float *s)
{
    const double x = 3.14159265358979323846 * ((double)num / (double)den);
    *c = (float)stamp_cos_series(x);
    *s = (float)stamp_sin_series(x);
}

/* With p = row *p and q = row *q: u = c*p + s*q and v = c*q - s*p (flip 0) or s*p - c*q (flip 1).
 * On return *p is the row of u, *q that of v. A reflection is a rotation with its outputs swapped,
 * and the lower row comes first, so one kind of operation serves all four cases. */
static void turn(struct dct *t, float c, float s, bool flip, uint32_t *p, uint32_t *q)
{
    const bool up = *p < *q; /* p is the operation's a */
    const uint32_t lo = up ? *p : *q, hi = up ? *q : *p;
    const float rc = flip ? s : c;
    const float rs = up ? (flip ? -c : s) : (flip ? c : -s);
    const bool u_low = up != flip;

    *p = u_low ? lo : hi;
    *q = u_low ? hi : lo;
    if (!t->ops || !t->ok) return;
    const struct stamp_xop op = {.kind = STAMP_ROT,
                                 .a = t->base + lo,
                                 .boff = hi - lo,
                                 .n0 = t->count,
                                 .s0 = UINT32_C(1) << t->m,
                                 .n1 = 1,
                                 .c = rc,
                                 .s = rs};
    t->ok = stamp_xops_push(t->ops, op);
}

static void dct4(struct dct *t, uint32_t n, uint32_t *row);

static void reverse(uint32_t n, uint32_t *row)
{
    for (uint32_t i = 0; i < n / 2; i++) {
        const uint32_t r = row[i];
        row[i] = row[n - 1 - i];
        row[n - 1 - i] = r;
    }
}

static void dct2(struct dct *t, uint32_t n, uint32_t *row)
{
    const uint32_t half = n / 2;
    float c, s;
    if (n == 1) return;

    cos_sin(1, 4, &c, &s);
    for (uint32_t i = 0; i < half; i++) turn(t, c, c, true, &row[i], &row[n - 1 - i]);
    reverse(half, row + half);
    dct2(t, half, row);
    dct4(t, half, row + half);

    for (uint32_t i = 0; i < half; i++) {
        t->tmp[2 * i] = row[i];
        t->tmp[2 * i + 1] = row[half + i];
    }
    for (uint32_t i = 0; i < n; i++) row[i] = t->tmp[i];
}

static void dct4(struct dct *t, uint32_t n, uint32_t *row)
{
    const uint32_t half = n / 2;
    float c, s;
    if (n == 1) return;

    for (uint32_t i = 0; i < half; i++) {
        cos_sin(2 * i + 1, 4 * n, &c, &s);
        turn(t, c, s, i % 2 == 0, &row[i], &row[n - 1 - i]);
    }
    reverse(half, row + half);
    dct2(t, half, row);
    dct2(t, half, row + half);

    uint32_t *u = row, *v = row + half;
    cos_sin(1, 4, &c, &s);
    for (uint32_t k = 1; k < half; k++) turn(t, c, c, true, &u[k], &v[half - k]);
    t->tmp[0] = u[0];
    for (uint32_t k = 1; k < half; k++) {
        t->tmp[2 * k - 1] = u[k];
        t->tmp[2 * k] = v[half - k];
    }
    t->tmp[n - 1] = v[0];
    for (uint32_t i = 0; i < n; i++) row[i] = t->tmp[i];
}

static bool run(struct dct t, uint32_t *row)
{
    const uint32_t n = UINT32_C(1) << t.m;
    t.tmp = stamp_alloc(n, sizeof *t.tmp);
    if (!t.tmp) return false;
    t.ok = true;
    for (uint32_t i = 0; i < n; i++) row[i] = i;
    dct2(&t, n, row);
    stamp_free(t.tmp);
    return t.ok;
}

bool stamp_dct_rows(uint32_t m, uint32_t *row)
{
    return run((struct dct){.m = m}, row);
}

bool stamp_xops_dct(struct stamp_xops *ops, uint32_t base, uint32_t m, uint32_t count)
{
    uint32_t *row = stamp_alloc((size_t)1 << m, sizeof *row);
    if (!row) return false;
    const bool ok = run((struct dct){.ops = ops, .base = base, .m = m, .count = count}, row);
    stamp_free(row);
    return ok;
}
