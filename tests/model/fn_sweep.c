/* SPDX-License-Identifier: Apache-2.0 */
/* fn_sweep.c - errors of the functions. Contract in fn_sweep.h. */
#include "tests/model/fn_sweep.h"

#include <math.h>
#include <string.h>

#include "model/num/fn.h"

static double exact_sigmoid(double x)
{
    return 1 / (1 + exp(-x));
}

static double exact_silu(double x)
{
    return x / (1 + exp(-x));
}

/* x/2 (1 + tanh(u/2)) without its cancellation. */
static double exact_gelu(double x)
{
    const double u = 2 * sqrt(2 / 3.14159265358979323846) * (x + 0.044715 * x * x * x);
    return x / (1 + exp(-u));
}

static double exact_rsqrt(double x)
{
    return 1 / sqrt(x);
}

static float rsqrt_plain(float x)
{
    return stamp_rsqrt(x, 1.0f, 0.0f);
}

/* The bounds are the errors exhaust_fn finds, and a little more: numerics.md section 8. What comes down
 * to steps of 2^-22 of a factor has absolute ones. */
const struct fn_case fn_cases[] = {
    {"EXP2", stamp_exp2, exp2, -INFINITY, INFINITY, 0x1p-126, 7.6, 0x1p-126},
    {"SIGMOID, x >= 0", stamp_sigmoid, exact_sigmoid, 0, INFINITY, 0x1p-126, 15.2, 0},
    {"SIGMOID, x < 0", stamp_sigmoid, exact_sigmoid, -INFINITY, 0, 1, 0, 9.2e-7},
    {"SILU, x >= 0", stamp_silu, exact_silu, 0, INFINITY, 0x1p-100, 22.4, 0x1p-149},
    {"SILU, x < 0", stamp_silu, exact_silu, -3e38, 0, 10, 0, 5.1e-6},
    {"GELU, x >= 0", stamp_gelu, exact_gelu, 0, INFINITY, 0x1p-126, 22, 0x1p-149},
    {"GELU, x < 0", stamp_gelu, exact_gelu, -3e38, 0, 10, 0, 1.62e-6},
    {"RSQRT, c 1, b 0", rsqrt_plain, exact_rsqrt, 0x1p-149, 3.5e38, 0, 1.5, 0},
};
const int fn_case_count = (int)(sizeof fn_cases / sizeof fn_cases[0]);

static float from_bits(uint32_t u)
{
    float x;
    memcpy(&x, &u, sizeof x);
    return x;
}

static uint32_t bits(float x)
{
    uint32_t u;
    memcpy(&u, &x, sizeof u);
    return u;
}

/* 2^(e-23) for 2^e <= |y| < 2^(e+1). */
static double ulp_of(double y)
{
    uint64_t u;
    memcpy(&u, &y, sizeof u);
    u = (u >> 52 & 2047) << 52;
    memcpy(&y, &u, sizeof y);
    return y * 0x1p-23;
}

static void broken(struct fn_worst *w, uint32_t at)
{
    if (!w->broken) w->broken_at = at;
    w->broken = true;
}

void fn_sweep(const struct fn_case *c, uint64_t first, uint64_t end, uint64_t step,
              struct fn_worst *w)
{
    for (uint64_t i = first; i < end; i += step) {
        const uint32_t at = (uint32_t)i;
        const float x = from_bits(at);
        if (x != x && bits(c->f(x)) != UINT32_C(0x7fc00000)) broken(w, at);
        if (!((double)x >= c->lo && (double)x <= c->hi)) continue;

        const double y = c->exact((double)x), size = fabs(y);
        const float got = c->f(x);
        const double error = fabs((double)got - y);
        w->count++;
        if (got != got) {
            broken(w, at);
        } else if (size >= 0x1.ffffffp127) { /* would round to infinity; one ulp below is as good */
            if (!(got >= 0x1.fffffcp127f)) broken(w, at);
        } else if (size >= c->floor) {
            const double ulp = error / ulp_of(size);
            if (ulp > w->ulp) {
                w->ulp = ulp;
                w->ulp_at = at;
            }
        } else if (error > w->small) {
            w->small = error;
            w->small_at = at;
        }
    }
}
