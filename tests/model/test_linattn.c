/* SPDX-License-Identifier: Apache-2.0 */
/* test_linattn.c - linear attention of a head: the page on softfloat, exact sums in double. */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "model/num/f32.h"
#include "model/num/linattn.h"
#include "tests/model/net_second.h"
#include "tests/model/rnd.h"

Suite *stamp_suite_linattn(void);

enum { KEYS = 520, HD = 112, QUERIES = 5, PITCH = HD + 3 };

static const uint32_t widths[] = {1, 32, 36, 72, 112};
static const uint32_t lengths[] = {1, 5, 255, 256, 257, 300, 513};
enum { WIDTHS = 5, LENGTHS = 7 };

/* Rows, and what the kit makes of them. */
struct head {
    uint32_t keys, hd;
    float k[KEYS][PITCH], v[KEYS][PITCH], q[QUERIES][HD], y[QUERIES][HD];
    float l[HD], sm[HD];
    int8_t m[HD * HD];
};

static struct head h;

/* Kinds: plain, huge range, mostly zeros, all below 0. */
static float number(struct rnd *r, int kind)
{
    const float u = rnd_unit(r);

    switch (kind) {
    case 0: return u;
    case 1: return ldexpf(u, (int)rnd_below(r, 24) - 12);
    case 2: return rnd_below(r, 8) ? (rnd_below(r, 2) ? -0.0f : 0.0f) : u;
    default: return -fabsf(u);
    }
}

static void make(struct rnd *r, int kind, uint32_t keys, uint32_t hd)
{
    h.keys = keys;
    h.hd = hd;
    for (uint32_t j = 0; j < keys; j++)
        for (uint32_t i = 0; i < PITCH; i++) {
            h.k[j][i] = i < hd ? number(r, kind) : NAN; /* another head's */
            h.v[j][i] = i < hd ? number(r, kind == 3 ? 0 : kind) : NAN;
        }
    for (uint32_t j = 0; j < QUERIES; j++)
        for (uint32_t i = 0; i < hd; i++) h.q[j][i] = number(r, kind == 3 ? 0 : kind);
}

/* @return whether all was finite */
static bool run(float eps)
{
    struct stamp_linattn s = {h.hd, h.l, h.sm, h.m};
    const size_t need = stamp_linattn_work(h.keys, h.hd);
    float *work = malloc((need + 3 * h.hd) * sizeof *work);

    ck_assert_ptr_nonnull(work);
    bool ok = stamp_linattn_sum(h.keys, PITCH, h.k[0], h.v[0], work, &s);
    for (uint32_t i = 0; i < QUERIES; i++) ok &= stamp_linattn_row(&s, eps, h.q[i], work, h.y[i]);
    free(work);
    return ok;
}

/* ---- The page ---------------------------------------------------------------------------------- */

static void compare(int kind, float eps)
{
    static second_rows k, v;
    static struct second_sums p;
    uint32_t q[HD] = {0}, want[HD];

    for (uint32_t j = 0; j < h.keys; j++)
        for (uint32_t i = 0; i < h.hd; i++) {
            k[j][i] = stamp_f32_bits(h.k[j][i]);
            v[j][i] = stamp_f32_bits(h.v[j][i]);
        }
    second_linear_sums(h.keys, h.hd, 0, k, v, &p);
    for (uint32_t d = 0; d < h.hd; d++) {
        ck_assert_uint_eq(stamp_f32_bits(h.l[d]), p.l[d]);
        ck_assert_uint_eq(stamp_f32_bits(h.sm[d]), p.sm[d]);
        for (uint32_t c = 0; c < h.hd; c++) ck_assert_int_eq(h.m[d * h.hd + c], p.m[d][c]);
    }
    for (uint32_t i = 0; i < QUERIES; i++) {
        for (uint32_t c = 0; c < h.hd; c++) q[c] = stamp_f32_bits(h.q[i][c]);
        second_linear_row(&p, h.hd, eps, q, want);
        for (uint32_t c = 0; c < h.hd; c++)
            ck_assert_msg(stamp_f32_bits(h.y[i][c]) == want[c],
                          "kind %d, %u keys of %u, query %u, channel %u: %08x, not %08x" RND_FMT,
                          kind, h.keys, h.hd, i, c, stamp_f32_bits(h.y[i][c]), want[c], rnd_seed());
    }
}

START_TEST(rows_are_those_of_the_page)
{
    struct rnd r = rnd_start(600 + (unsigned)_i);

    for (int w = 0; w < WIDTHS; w++)
        for (int kind = 0; kind < 4; kind++) {
            const float eps = kind == 1 ? 0.125f : 1e-15f;
            make(&r, kind, lengths[_i], widths[w]);
            ck_assert_msg(run(eps), "kind %d, %u keys of %u", kind, h.keys, h.hd);
            compare(kind, eps);
        }
}
END_TEST

/* ---- Exact sums -------------------------------------------------------------------------------- */

static double largest(uint32_t n, const float *x, bool positive)
{
    double m = 0;
    for (uint32_t i = 0; i < n; i++)
        if (fabs((double)x[i]) > m && (x[i] > 0 || !positive)) m = fabs((double)x[i]);
    return m;
}

/* Sum of RELU(k_d) v_c and by how much codes may change it; c = hd: v is 1. */
static double sum_of(uint32_t d, uint32_t c, double *off)
{
    double sum = 0, most = 0;

    *off = 0;
    for (uint32_t j = 0; j < h.keys; j++) { /* the largest weight: that of all blocks is no less */
        const double sv = largest(h.hd, h.v[j], false) / 119;
        const double sk = largest(h.hd, h.k[j], true) / 119;
        const double k = (h.k[j][d] > 0 ? (double)h.k[j][d] : 0) + sk / 2;
        if (k * sv > most) most = k * sv;
    }
    for (uint32_t j = 0; j < h.keys; j++) {
        const double k = h.k[j][d] > 0 ? (double)h.k[j][d] : 0,
                     v = c < h.hd ? (double)h.v[j][c] : 1;
        const double sk = largest(h.hd, h.k[j], true) / 119,
                     sv = c < h.hd ? largest(h.hd, h.v[j], false) / 119 : 0;
        const double digits = c < h.hd ? fabs(v) / sv + 0.5 : 0; /* of v */
        sum += k * v;
        *off += sk / 2 * fabs(v) + (k + sk / 2) * sv / 2 + most / 119 / 2 * digits;
    }
    return sum;
}

START_TEST(rows_are_near_exact_sums)
{
    struct rnd r = rnd_start(620 + (unsigned)_i);
    static double o[HD][HD + 1], off[HD][HD + 1];
    double worst = 0;

    make(&r, 0, lengths[_i], 36);
    ck_assert(run(1e-15f));
    for (uint32_t d = 0; d < h.hd; d++)
        for (uint32_t c = 0; c <= h.hd; c++) o[d][c] = sum_of(d, c, &off[d][c]);
    for (uint32_t i = 0; i < QUERIES; i++) {
        double den = 1e-15, off_den = 0, step = 0;
        double sm[HD];
        for (uint32_t d = 0; d < h.hd; d++) {
            const double q = h.q[i][d] > 0 ? (double)h.q[i][d] : 0;
            sm[d] = 0;
            for (uint32_t c = 0; c < h.hd; c++)
                if ((fabs(o[d][c]) + off[d][c]) / 119 > sm[d])
                    sm[d] = (fabs(o[d][c]) + off[d][c]) / 119;
            den += q * o[d][h.hd];
            off_den += q * off[d][h.hd];
            if (q * sm[d] / 119 > step) step = q * sm[d] / 119;
        }
        for (uint32_t c = 0; c < h.hd; c++) {
            double num = 0, off_num = 0;
            for (uint32_t d = 0; d < h.hd; d++) {
                const double q = h.q[i][d] > 0 ? (double)h.q[i][d] : 0;
                num += q * o[d][c];
                off_num += q * (off[d][c] + sm[d] / 2) + step / 2 * 119;
            }
            const double want = num / den,
                         bound = (off_num + fabs(want) * off_den) / (den - off_den) * 1.0001 + 1e-5;
            if (off_den >= den) continue;
            const double ratio = fabs((double)h.y[i][c] - want) / bound;
            worst = ratio > worst ? ratio : worst;
            ck_assert_msg(ratio <= 1, "%u keys, query %u, channel %u: %g, exactly %g, bound %g",
                          h.keys, i, c, (double)h.y[i][c], want, bound);
        }
    }
    ck_assert_msg(h.keys == 1 || worst > 0.001, "the bound says nothing: %g", worst);
}
END_TEST

/* ---- Edges ------------------------------------------------------------------------------------- */

START_TEST(a_query_or_keys_below_0_give_zeros_or_are_told)
{
    struct rnd r = rnd_start(640);

    make(&r, 0, 20, 32);
    for (uint32_t i = 0; i < 32; i++) h.q[1][i] = i % 2 ? -0.0f : -1;
    ck_assert(run(1e-15f));
    for (uint32_t i = 0; i < 32; i++) ck_assert_uint_eq(stamp_f32_bits(h.y[1][i]), 0);
    ck_assert(!run(0)); /* nothing to divide by */
    make(&r, 3, 20, 32);
    ck_assert(run(1e-15f));
    for (uint32_t i = 0; i < 32; i++) ck_assert_uint_eq(stamp_f32_bits(h.y[0][i]), 0);
}
END_TEST

START_TEST(what_is_not_finite_is_told)
{
    static const uint32_t odd[] = {0x7f800000, 0xff800000, 0x7fc00000, 0xffc00001};
    struct rnd r = rnd_start(641);

    for (int i = 0; i < 4; i++)
        for (int where = 0; where < 3; where++)
            for (uint32_t at = 0; at < 36; at += 35) {
                make(&r, 0, 300, 36);
                ck_assert(run(1e-15f));
                *(where == 0   ? &h.k[299][at]
                  : where == 1 ? &h.v[7][at]
                               : &h.q[4][at]) = stamp_f32_from_bits(odd[i]);
                ck_assert_msg(!run(1e-15f), "%08x in %d at %u", odd[i], where, at);
            }
    make(&r, 0, 300, 36); /* sums that overflow */
    for (uint32_t j = 0; j < 300; j++) h.k[j][3] = 3e38f;
    ck_assert(!run(1e-15f));
}
END_TEST

Suite *stamp_suite_linattn(void)
{
    Suite *s = suite_create("linattn");
    TCase *t = tcase_create("linattn");

    tcase_add_loop_test(t, rows_are_those_of_the_page, 0, LENGTHS);
    tcase_add_loop_test(t, rows_are_near_exact_sums, 0, LENGTHS);
    tcase_add_test(t, a_query_or_keys_below_0_give_zeros_or_are_told);
    tcase_add_test(t, what_is_not_finite_is_told);
    suite_add_tcase(s, t);
    return s;
}
