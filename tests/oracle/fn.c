/* SPDX-License-Identifier: Apache-2.0 */
/* fn.c - functions, operation by operation. Contract in fn.h. */
#include "tests/oracle/fn.h"

#include "tests/oracle/softfloat.h"

static const uint32_t ONE = 0x3f800000, NEG = 0x80000000;

#define FN_CONST(name, bits, meaning) static const uint32_t name = bits;
#include "model/spec/fn.def"
static const uint32_t exp_table[128] = {
#define FN_EXP(i, bits) [i] = bits,
#include "model/spec/fn.def"
};
static const struct {
    uint32_t a, b, c;
} recip_table[128] = {
#define FN_RECIP(i, a, b, c) [i] = {a, b, c},
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

uint32_t so_exp(uint32_t x)
{
    if (is_nan(x)) return 0x7fc00000;
    if (so_less(x, EXP_LO)) return 0;
    if (so_less(EXP_HI, x)) return 0x7f800000;

    const int32_t k = so_to_int(so_mul(x, EXP_K), -100000, 100000);
    const uint32_t kf = so_from_s32(k);
    const uint32_t r = so_sub(so_sub(x, so_mul(kf, EXP_C1)), so_mul(kf, EXP_C2));
    const uint32_t p = so_add(r, so_half(so_mul(r, r)));
    const int32_t i = (k % 128 + 128) % 128, octaves = (k - i) / 128;
    uint32_t y = so_add(exp_table[i], so_mul(exp_table[i], p));
    /* the power of two by multiplications: exact as long as the result is normal */
    for (int32_t n = octaves; n > 0; n--) y = so_add(y, y);
    for (int32_t n = octaves; n < 0; n++) y = so_half(y);
    return y;
}

uint32_t so_sigmoid(uint32_t x)
{
    if (is_nan(x)) return 0x7fc00000;
    const uint32_t z = so_exp(x | NEG), d = so_add(ONE, z);
    const uint32_t i = d == 0x40000000 ? 127 : d >> 16 & 127;
    const uint32_t m = so_add(ONE, so_div(so_from_s32((int32_t)(2 * i + 1)), so_from_s32(256)));
    const uint32_t r = so_sub(d, m);
    const uint32_t line = so_add(recip_table[i].b, so_mul(r, recip_table[i].c));
    const uint32_t q = so_add(recip_table[i].a, so_mul(r, line));
    return so_less(x, 0) ? so_mul(z, q) : q;
}

uint32_t so_silu(uint32_t x)
{
    return so_mul(x, so_sigmoid(x));
}

uint32_t so_gelu(uint32_t x)
{
    const uint32_t u = so_mul(x, so_add(GELU_G1, so_mul(GELU_G2, so_mul(x, x))));
    return so_mul(x, so_sigmoid(u));
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
