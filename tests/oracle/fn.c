/* SPDX-License-Identifier: Apache-2.0 */
/* fn.c - functions, operation by operation. Contract in fn.h. */
#include "tests/oracle/fn.h"

#include "tests/oracle/softfloat.h"

static const uint32_t ONE = 0x3f800000, NEG = 0x80000000;

struct parabola {
    int64_t c0, c1, c2;
};
#define ROW(i, c0, c1, c2) [i] = {c0, c1, c2},
static const struct parabola exp_table[] = {
#define FN_EXP ROW
#include "model/spec/fn.def"
};
static const struct parabola sig_table[] = {
#define FN_SIG ROW
#include "model/spec/fn.def"
};
static const struct parabola gelu_table[] = {
#define FN_GELU ROW
#include "model/spec/fn.def"
};

static int is_nan(uint32_t x)
{
    return (x & ~NEG) > 0x7f800000;
}

/* Values as integers that order as they do; both zeros are 0. */
static int64_t key(uint32_t x)
{
    return x & NEG ? -(int64_t)(x - NEG) : (int64_t)x;
}

int so_less(uint32_t a, uint32_t b)
{
    return !is_nan(a) && !is_nan(b) && key(a) < key(b);
}

static int64_t power(int n)
{
    int64_t p = 1;
    while (n-- > 0) p *= 2;
    return p;
}

/* |x| 2^n, rounded down. */
static int64_t fixed(uint32_t x, int n)
{
    const int e = (int)((x & ~NEG) / 0x800000);
    const int64_t m = x % 0x800000 + (e ? 0x800000 : 0);
    const int up = (e ? e : 1) - 150 + n; /* |x| 2^n = m 2^up */
    if (up >= 0) return m * power(up);
    if (up < -40) return 0;
    return m / power(-up);
}

static int64_t segment(const struct parabola *p, int64_t d)
{
    const int64_t square = (d / 32) * (d / 32) / 1024;
    return p->c0 + p->c1 * d / 32768 + p->c2 * square / 1024;
}

uint32_t so_exp2(uint32_t x)
{
    if (is_nan(x)) return 0x7fc00000;
    if (so_less(x, 0xc2fc0000)) return 0;           /* -126 */
    if (!so_less(x, 0x43000000)) return 0x7f800000; /* 128 */

    const int64_t v = (fixed(x, 22) + 1) / 2, t = x & NEG ? -v : v, one = power(21);
    const int64_t f = (t % one + one) % one, n = (t - f) / one;
    const int64_t y = segment(&exp_table[f / 32768], f % 32768);
    /* a sum of 23 bits, then the power of two by multiplications: all exact */
    uint32_t r = so_div(so_from_s32((int32_t)(power(22) + y)), so_from_s32((int32_t)power(22)));
    for (int64_t i = n; i > 0; i--) r = so_add(r, r);
    for (int64_t i = n; i < 0; i++) r = so_half(r);
    return r;
}

/* q of the page in 2^-22, of a table over magnitudes below 2^(23 - n); its first half lies below a
 * quarter of that. */
static int64_t fading(uint32_t x, const struct parabola *table, int n)
{
    const int64_t v = x % NEG < 0x4b000000 ? fixed(x, n) : power(23);
    if (v >= power(23)) return 0;
    const int s = v >= power(22) ? 2 : v >= power(21) ? 1 : 0;
    const int64_t w = v / power(s);
    return segment(&table[w / 32768 + 32 * s], 32767 - w % 32768);
}

static uint32_t rising(uint32_t x, const struct parabola *table, int n)
{
    if (is_nan(x)) return 0x7fc00000;
    const int64_t q = fading(x, table, n), r = x & NEG ? q : power(22) - q;
    return so_div(so_from_s32((int32_t)r), so_from_s32((int32_t)power(22)));
}

uint32_t so_sigmoid(uint32_t x)
{
    return rising(x, sig_table, 19);
}

uint32_t so_silu(uint32_t x)
{
    return so_mul(x, so_sigmoid(x));
}

uint32_t so_gelu(uint32_t x)
{
    return so_mul(x, rising(x, gelu_table, 20));
}

uint32_t so_rsqrt(uint32_t x, uint32_t c, uint32_t b)
{
    return so_div(ONE, so_sqrt(so_add(so_mul(c, x), b)));
}

/* A[j] after the steps 32 .. h of the tree. */
static uint32_t after(size_t n, const uint32_t *x, size_t j, size_t h)
{
    if (h < 64) return so_add(after(n, x, j, 2 * h), after(n, x, j + h, 2 * h));
    uint32_t sum = 0;
    for (; j < n; j += 64) sum = so_add(sum, x[j]);
    return sum;
}

uint32_t so_reduce(size_t n, const uint32_t *x)
{
    return after(n, x, 0, 1);
}
