/* SPDX-License-Identifier: Apache-2.0 */
/* test_rows.c - format W instructions: isa.md's loops over the softfloat oracle, all of VM compared. */
#include <check.h>
#include <math.h>
#include <string.h>

#include "tests/model/machine_rig.h"
#include "tests/oracle/softfloat.h"

Suite *stamp_suite_rows(void);

enum { ROUNDS = 60 };

static struct rig rig;
static struct rnd rnd;

static void teardown(void)
{
    rig_close(&rig);
}

static uint32_t lanes(void)
{
    return rig.m->mach->L;
}

/* Shapes that stay below 700 lines; d far away or over a. */
static struct stamp_insn_w shape(enum stamp_opcode op, uint32_t rows)
{
    struct stamp_insn_w w = {
        .op = op, .n0 = 1 + rnd_below(&rnd, rows), .cols = 1 + rnd_below(&rnd, 5)};

    w.s0 = w.cols + rnd_below(&rnd, 3);
    w.a = rnd_below(&rnd, 20);
    w.b = 700 + rnd_below(&rnd, 20);
    w.rep = rnd_below(&rnd, 4);
    w.bs = (op == STAMP_OP_VROPE ? 2 : 1) * w.cols + rnd_below(&rnd, 3);
    w.d = 1400 + rnd_below(&rnd, 20);
    w.ds = w.cols + rnd_below(&rnd, 3);
    if (rnd_below(&rnd, 4) == 0) w.d = w.a, w.ds = w.s0;
    w.lim = 0x7fffff;
    return w;
}

/* The number of an element's place in a copy of VM. */
static uint64_t at(uint64_t line, uint64_t lane)
{
    return line * lanes() + lane;
}

static uint64_t row_b(const struct stamp_insn_w *w, uint64_t r)
{
    return w->b + (w->rep ? r / w->rep : 0) * w->bs;
}

static int64_t limit(const struct stamp_insn_w *w, uint64_t areg, uint64_t r)
{
    int64_t v = (int64_t)((w->lim + areg + r * w->lstep) % (1 << 24));

    return v >= 1 << 23 ? v - (1 << 24) : v;
}

/* a < b of finite values, -0 before +0. */
static int below(uint32_t a, uint32_t b)
{
    const int64_t x = a >> 31 ? -(int64_t)(a & 0x7fffffff) * 2 - 1 : (int64_t)a * 2;
    const int64_t y = b >> 31 ? -(int64_t)(b & 0x7fffffff) * 2 - 1 : (int64_t)b * 2;

    return x < y;
}

/* Numerically larger: both zeros are the same number. */
static int larger(uint32_t b, uint32_t a)
{
    return below(a, b) && !((a | b) << 1 == 0);
}

START_TEST(two_operands_meet_element_by_element)
{
    rig_open(&rig, rig_mach_names[_i]);
    rnd = rnd_start(100 + (uint64_t)_i);
    for (int k = 0; k < ROUNDS; k++) {
        struct stamp_insn_w w = shape(STAMP_OP_VBIN, 20);
        w.fn = rnd_below(&rnd, 5);
        rig_fill_vm(&rig, &rnd);
        uint32_t *v = rig_vm_copy(&rig);
        for (uint64_t r = 0; r < w.n0; r++)
            for (uint64_t j = 0; j < w.cols; j++)
                for (uint64_t l = 0; l < lanes(); l++) {
                    const uint32_t a = v[at(w.a + r * w.s0 + j, l)], b = v[at(row_b(&w, r) + j, l)];
                    uint32_t *d = &v[at(w.d + r * w.ds + j, l)];
                    *d = w.fn == 0      ? so_add(a, b)
                         : w.fn == 1    ? so_sub(a, b)
                         : w.fn == 2    ? so_mul(a, b)
                         : w.fn == 4    ? so_add(*d, so_mul(a, b))
                         : larger(b, a) ? b
                                        : a;
                }
        ck_assert_int_eq(rig_one(&rig, (union stamp_insn){.w = w}), STAMP_ERROR_NONE);
        rig_same_vm(&rig, v, "VBIN");
        const uint64_t n = w.n0 * w.cols, rows = w.rep ? (w.n0 - 1) / w.rep + 1 : 1;
        rig_events(&rig, "VBIN",
                   (uint64_t[]){STAMP_EV_VM_READ, 2 * n + (w.fn == 4 ? rows * w.cols : 0),
                                STAMP_EV_VM_WRITE, n, STAMP_EV_VX_LINES, n, UINT64_MAX});
        free(v);
    }
}
END_TEST

/* a, b, d and what d becomes, by hand; what one rounding would give instead stands beside. */
START_TEST(a_sum_of_products_rounds_twice)
{
    static const uint32_t cases[][4] = {
        {0x3f800800u, 0x3f800800u, 0xbf801000u, 0},           /* (1+2^-12)^2 - (1+2^-11); 2^-24 */
        {0x40400000u, 0x40a00000u, 0x4b800000u, 0x4b800008u}, /* 2^24 + 15, a tie */
        {0x80000000u, 0x3f800000u, 0x80000000u, 0x80000000u}, /* -0 + -0 * 1 */
        {0x80000000u, 0x3f800000u, 0x00000000u, 0x00000000u}, /* +0 + -0 * 1 */
        {0x00000001u, 0x3f000000u, 0x00000001u, 0x00000001u}, /* half the least: 0; 0x00000002 */
    };

    rig_open(&rig, "tiny");
    for (size_t k = 0; k < 4 * sizeof cases / sizeof cases[0]; k++)
        rig_set_vm(&rig, k % 4, k / 4, cases[k / 4][k % 4]); /* line 3 is not asked for */
    const struct stamp_insn_w w = {
        .op = STAMP_OP_VBIN, .fn = STAMP_BIN_MAC, .n0 = 1, .cols = 1, .b = 1, .d = 2};
    ck_assert_int_eq(rig_one(&rig, (union stamp_insn){.w = w}), STAMP_ERROR_NONE);
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++)
        ck_assert_uint_eq(rig_vm(&rig, 2, k), cases[k][3]);
}
END_TEST

START_TEST(neighbours_turn)
{
    rig_open(&rig, rig_mach_names[_i]);
    rnd = rnd_start(110 + (uint64_t)_i);
    for (int k = 0; k < ROUNDS; k++) {
        const struct stamp_insn_w w = shape(STAMP_OP_VROPE, 20);
        rig_fill_vm(&rig, &rnd);
        uint32_t *v = rig_vm_copy(&rig);
        for (uint64_t r = 0; r < w.n0; r++)
            for (uint64_t j = 0; j < w.cols; j++) {
                uint32_t d[64];
                for (uint64_t l = 0; l < lanes(); l++)
                    d[l] = so_add(so_mul(v[at(w.a + r * w.s0 + j, l)], v[at(row_b(&w, r) + j, l)]),
                                  so_mul(v[at(w.a + r * w.s0 + j, l ^ 1)],
                                         v[at(row_b(&w, r) + w.cols + j, l)]));
                memcpy(&v[at(w.d + r * w.ds + j, 0)], d, lanes() * sizeof *d);
            }
        ck_assert_int_eq(rig_one(&rig, (union stamp_insn){.w = w}), STAMP_ERROR_NONE);
        rig_same_vm(&rig, v, "VROPE");
        const uint64_t n = w.n0 * w.cols;
        rig_events(&rig, "VROPE",
                   (uint64_t[]){STAMP_EV_VM_READ, 3 * n, STAMP_EV_VM_WRITE, n, STAMP_EV_VX_LINES, n,
                                UINT64_MAX});
        free(v);
    }
}
END_TEST

START_TEST(a_row_meets_its_scalar)
{
    rig_open(&rig, rig_mach_names[_i]);
    rnd = rnd_start(120 + (uint64_t)_i);
    for (int k = 0; k < ROUNDS; k++) {
        struct stamp_insn_w w = shape(STAMP_OP_VROW, 3 * lanes() > 90 ? 90 : 3 * lanes());
        w.fn = rnd_below(&rnd, 3);
        rig_fill_vm(&rig, &rnd);
        uint32_t *v = rig_vm_copy(&rig);
        for (uint64_t r = 0; r < w.n0; r++)
            for (uint64_t j = 0; j < w.cols; j++)
                for (uint64_t l = 0; l < lanes(); l++) {
                    const uint32_t a = v[at(w.a + r * w.s0 + j, l)], s = v[at(w.b, r)];
                    v[at(w.d + r * w.ds + j, l)] = w.fn == 0   ? so_add(a, s)
                                                   : w.fn == 1 ? so_sub(a, s)
                                                               : so_mul(a, s);
                }
        ck_assert_int_eq(rig_one(&rig, (union stamp_insn){.w = w}), STAMP_ERROR_NONE);
        rig_same_vm(&rig, v, "VROW");
        const uint64_t n = w.n0 * w.cols, scalars = (w.n0 + lanes() - 1) / lanes();
        rig_events(&rig, "VROW",
                   (uint64_t[]){STAMP_EV_VM_READ, n + scalars, STAMP_EV_VM_WRITE, n,
                                STAMP_EV_VX_LINES, n, UINT64_MAX});
        free(v);
    }
}
END_TEST

/* REDUCE from the sentence of numerics.md. */
static uint32_t reduce(const uint32_t *x, int64_t n, int square)
{
    uint32_t a[64] = {0};

    for (int64_t i = 0; i < n; i++)
        a[i % 64] = so_add(a[i % 64], square ? so_mul(x[i], x[i]) : x[i]);
    for (int h = 32; h; h /= 2)
        for (int j = 0; j < h; j++) a[j] = so_add(a[j], a[j + h]);
    return a[0];
}

static uint32_t largest(const uint32_t *x, int64_t n)
{
    uint32_t m = 0xff7fffffu;

    for (int64_t i = 0; i < n; i++) m = below(m, x[i]) ? x[i] : m;
    return m;
}

/* Limits of every kind: inside, beyond, negative, through a register, moving. */
static uint64_t some_limit(struct stamp_insn_w *w)
{
    static const uint64_t far[] = {0, 0x7fffff, 0x800000, 0xffffff};
    const uint64_t inside = rnd_below(&rnd, (uint32_t)w->cols * lanes() + 6);
    uint64_t areg = 0;

    w->lstep = rnd_below(&rnd, 2) * rnd_below(&rnd, 256);
    w->lim = rnd_below(&rnd, 3) ? inside : far[rnd_below(&rnd, 4)];
    if (rnd_below(&rnd, 2)) {
        areg = rnd_next(&rnd) >> 24;
        w->areg = 1 + rnd_below(&rnd, 15);
        w->lim = (w->lim - areg) & 0xffffff;
    }
    return areg;
}

static void run_with(const struct stamp_insn_w *w, uint64_t areg)
{
    rig_again(&rig);
    if (w->areg) rig_control(&rig, STAMP_OP_SETR, w->areg, areg);
    rig_put(&rig, (union stamp_insn){.w = *w});
    if (w->areg) rig_control(&rig, STAMP_OP_SETR, w->areg, 0); /* read at dispatch: too late */
    ck_assert_int_eq(rig_run(&rig), STAMP_ERROR_NONE);
    if (w->areg) rig.m->event[STAMP_EV_INSNS] -= 2;
}

START_TEST(a_row_becomes_one_number)
{
    rig_open(&rig, rig_mach_names[_i]);
    rnd = rnd_start(130 + (uint64_t)_i);
    for (int k = 0; k < 2 * ROUNDS; k++) {
        struct stamp_insn_w w = shape(STAMP_OP_VRED, 3 * lanes() > 90 ? 90 : 3 * lanes());
        w.d = 1400;
        w.fn = rnd_below(&rnd, 3);
        const uint64_t areg = some_limit(&w), width = w.cols * lanes();
        rig_fill_vm(&rig, &rnd);
        uint32_t *v = rig_vm_copy(&rig);
        const uint64_t out = (w.n0 - 1) / lanes() + 1;
        memset(&v[at(w.d, 0)], 0, out * lanes() * sizeof *v);
        for (uint64_t r = 0; r < w.n0; r++) {
            const uint32_t *x = &v[at(w.a + r * w.s0, 0)];
            int64_t n = limit(&w, areg, r);
            n = n < 0 ? 0 : n > (int64_t)width ? (int64_t)width : n;
            v[at(w.d, r)] = w.fn == 2 ? largest(x, n) : reduce(x, n, w.fn == 1);
        }
        run_with(&w, areg);
        rig_same_vm(&rig, v, "VRED");
        const uint64_t n = w.n0 * w.cols;
        rig_events(&rig, "VRED",
                   (uint64_t[]){STAMP_EV_VM_READ, n, STAMP_EV_VM_WRITE, out, STAMP_EV_VX_LINES, n,
                                UINT64_MAX});
        free(v);
    }
}
END_TEST

START_TEST(zeros_of_either_sign_have_one_largest)
{
    rig_open(&rig, "tiny");
    for (uint64_t l = 0; l < 8; l++) rig_set_vm(&rig, 0, l, l == 3 ? 0 : 0x80000000u);
    for (uint64_t l = 0; l < 8; l++) rig_set_vm(&rig, 1, l, l ? 0x80000000u : 0xbf800000u);
    const struct stamp_insn_w w = {
        .op = STAMP_OP_VRED, .fn = STAMP_RED_MAX, .n0 = 2, .s0 = 1, .cols = 1, .d = 9, .lim = 8};
    ck_assert_int_eq(rig_one(&rig, (union stamp_insn){.w = w}), STAMP_ERROR_NONE);
    ck_assert_uint_eq(rig_vm(&rig, 9, 0), 0);
    ck_assert_uint_eq(rig_vm(&rig, 9, 1), 0x80000000u);
}
END_TEST

static double value(uint32_t bits)
{
    float f;

    memcpy(&f, &bits, sizeof f);
    return (double)f;
}

/* What the function should be near, in double; exact bits where the oracle has the operations. */
static void check_fn(const struct stamp_insn_w *w, uint32_t a, uint32_t s, uint32_t got)
{
    const double x = value(a);
    double want = 0;

    switch (w->fn) {
    case STAMP_ONE_EXP: want = exp2(value(so_mul((uint32_t)w->c, a))); break;
    case STAMP_ONE_SIGMOID: want = 1 / (1 + exp(-x)); break;
    case STAMP_ONE_SILU: want = x / (1 + exp(-x)); break;
    case STAMP_ONE_GELU:
        want = x * 0.5 * (1 + tanh(sqrt(2 / acos(-1)) * (x + 0.044715 * x * x * x)));
        break;
    case STAMP_ONE_RECIP: RIG_CHECK(got == so_div(0x3f800000u, a), "1 / %g", x); return;
    case STAMP_ONE_RSQRT:
        RIG_CHECK(got == so_div(0x3f800000u, so_sqrt(so_add(so_mul((uint32_t)w->c, a), s))),
                  "root of %g", x);
        return;
    default: want = exp2(value(so_mul((uint32_t)w->c, so_sub(a, s)))); break;
    }
    const bool power = w->fn % STAMP_ONE_EXPM == STAMP_ONE_EXP; /* of the others it is absolute */
    RIG_CHECK(fabs(value(got) - want) <= 1e-9 + 1e-6 * (power ? fabs(want) : 1 + fabs(x)),
              "fn %d of %g, %g: %g, want %g" RND_FMT, (int)w->fn, x, value(s), value(got), want,
              rnd_seed());
}

START_TEST(a_function_of_each_element_up_to_the_limit)
{
    rig_open(&rig, rig_mach_names[_i]);
    rnd = rnd_start(140 + (uint64_t)_i);
    for (int k = 0; k < 2 * ROUNDS; k++) {
        struct stamp_insn_w w = shape(STAMP_OP_VFN, 2 * lanes() > 80 ? 80 : 2 * lanes());
        w.fn = (uint64_t)(k % 7);
        w.c = 0x3e000000u + rnd_below(&rnd, 1u << 24);
        const bool expm = w.fn == STAMP_ONE_EXPM, root = w.fn == STAMP_ONE_RSQRT;
        const uint64_t areg = some_limit(&w);
        rig_fill_vm(&rig, &rnd);
        if (root || w.fn == STAMP_ONE_RECIP) /* positive */
            for (uint64_t i = 0; i < (uint64_t)rig.m->mach->VM_LINES * lanes(); i++)
                rig_set_vm(&rig, 0, i, (rig_vm(&rig, 0, i) & 0x7fffffff) | 0x3c000000u);
        uint32_t *v = rig_vm_copy(&rig), *old = rig_vm_copy(&rig);
        run_with(&w, areg);
        for (uint64_t r = 0; r < w.n0; r++)
            for (uint64_t i = 0; i < w.cols * lanes(); i++) {
                const uint64_t j = i / lanes(), l = i % lanes(), d = at(w.d + r * w.ds + j, l);
                const uint32_t s = expm ? old[at(w.b, r)] : old[at(row_b(&w, r) + j, l)];
                v[d] = rig_vm(&rig, 0, d);
                if ((int64_t)i < limit(&w, areg, r))
                    check_fn(&w, old[at(w.a + r * w.s0 + j, l)], s, v[d]);
                else
                    RIG_CHECK(!v[d], "beyond the limit");
            }
        rig_same_vm(&rig, v, "VFN"); /* nothing else changed */
        const uint64_t n = w.n0 * w.cols, scalars = expm ? (w.n0 + lanes() - 1) / lanes() : 0;
        const uint64_t div = w.fn == STAMP_ONE_RECIP ? 1 : root ? 2 : 0;
        rig_events(&rig, "VFN",
                   (uint64_t[]){STAMP_EV_VM_READ, n * (root ? 2 : 1) + scalars, STAMP_EV_VM_WRITE,
                                n, STAMP_EV_VX_LINES, n, STAMP_EV_FN_LINES, n, STAMP_EV_DIVIDES,
                                n * lanes() * div, UINT64_MAX});
        free(v);
        free(old);
    }
}
END_TEST

START_TEST(results_that_are_no_numbers_stop_the_machine_masked_ones_do_not)
{
    struct stamp_insn_w w = {
        .op = STAMP_OP_VFN, .fn = STAMP_ONE_RECIP, .n0 = 1, .cols = 1, .d = 4, .lim = 8};

    rig_open(&rig, "tiny");
    for (uint64_t l = 0; l < 8; l++) rig_set_vm(&rig, 0, l, l == 5 ? 0 : 0x40000000u);
    ck_assert_int_eq(rig_one(&rig, (union stamp_insn){.w = w}), STAMP_ERROR_NUMERIC);
    w.lim = 5;
    ck_assert_int_eq(rig_one(&rig, (union stamp_insn){.w = w}), STAMP_ERROR_NONE);
    ck_assert_uint_eq(rig_vm(&rig, 4, 4), 0x3f000000u);
    ck_assert_uint_eq(rig_vm(&rig, 4, 5), 0);
    w.lim = 8, w.fn = STAMP_ONE_EXP, w.c = 0x43000000u; /* 128 */
    ck_assert_int_eq(rig_one(&rig, (union stamp_insn){.w = w}), STAMP_ERROR_NUMERIC);
    for (uint64_t l = 0; l < 8; l++) rig_set_vm(&rig, 0, l, 0x7f000000u);
    const struct {
        enum stamp_opcode op;
        uint64_t fn;
    } large[] = {{STAMP_OP_VBIN, STAMP_BIN_MUL},
                 {STAMP_OP_VBIN, STAMP_BIN_MAC},
                 {STAMP_OP_VROW, STAMP_ROW_MUL},
                 {STAMP_OP_VRED, STAMP_RED_SUMSQ},
                 {STAMP_OP_VROPE, 0}};
    for (int k = 0; k < 5; k++) {
        w = (struct stamp_insn_w){
            .op = large[k].op, .fn = large[k].fn, .n0 = 1, .cols = 1, .d = 9, .lim = 8};
        rig_set_vm(&rig, 1, 0, 0x7f000000u);
        ck_assert_int_eq(rig_one(&rig, (union stamp_insn){.w = w}), STAMP_ERROR_NUMERIC);
    }
}
END_TEST

Suite *stamp_suite_rows(void)
{
    Suite *s = suite_create("rows");
    TCase *t = tcase_create("rows");

    tcase_set_timeout(t, 120);
    tcase_add_checked_fixture(t, NULL, teardown);
    tcase_add_loop_test(t, two_operands_meet_element_by_element, 0, RIG_MACHS);
    tcase_add_test(t, a_sum_of_products_rounds_twice);
    tcase_add_loop_test(t, neighbours_turn, 0, RIG_MACHS);
    tcase_add_loop_test(t, a_row_meets_its_scalar, 0, RIG_MACHS);
    tcase_add_loop_test(t, a_row_becomes_one_number, 0, RIG_MACHS);
    tcase_add_test(t, zeros_of_either_sign_have_one_largest);
    tcase_add_loop_test(t, a_function_of_each_element_up_to_the_limit, 0, RIG_MACHS);
    tcase_add_test(t, results_that_are_no_numbers_stop_the_machine_masked_ones_do_not);
    suite_add_tcase(s, t);
    return s;
}
