/* SPDX-License-Identifier: Apache-2.0 */
/* test_machs.c - any legal machine: what breaks a rule is refused by name, every shape compiles to the
 * values of numerics, and what does not fit is told by memory and size. */
#include <check.h>
#include <string.h>

#include "model/clock/estimate.h"
#include "model/mem.h"
#include "model/spec/mach.h"
#include "tests/compiler/test_compile_util.h"

Suite *stamp_suite_machs(void);

/* Machines of all shapes have these memories: small, none a power of two. */
static struct stamp_mach shape(uint32_t P, uint32_t L, uint32_t T)
{
    return (struct stamp_mach){.name = "shape",
                               .P = P,
                               .L = L,
                               .T = T,
                               .VM_LINES = 700,
                               .XB_LINES = 210,
                               .WB_LINES = 270,
                               .CM_LINES = 70,
                               .SM_ENTRIES = 170,
                               .RT_ENTRIES = 192,
                               .AC_LINES = 130,
                               .IT_ENTRIES = 96,
                               .PB_LINES = 100,
                               .F = 1,
                               .Q = 3,
                               .AXI_BYTES = 4,
                               .QUEUE = 3,
                               .IM_WORDS = 10};
}

static uint32_t *value(struct stamp_mach *m, enum stamp_param p)
{
    uint32_t *const of[] = {
#define PARAM(name, meaning) &m->name,
#include "model/spec/mach.def"
    };
    return of[p];
}

START_TEST(every_named_machine_is_legal)
{
    char why[STAMP_MACH_WHY];

    for (const struct stamp_mach *m = stamp_machs; m->name; m++)
        ck_assert_msg(stamp_mach_check(m, why), "%s: %s", m->name, why);
}
END_TEST

START_TEST(a_value_beyond_a_rule_is_refused_by_name)
{
    static const struct {
        enum stamp_param p;
        uint32_t value;
        const char *text;
    } bad[] = {
        {STAMP_PARAM_P, 3, "P = 3, must be even, 2 to 16"},
        {STAMP_PARAM_P, 18, "P = 18, must be even, 2 to 16"},
        {STAMP_PARAM_P, 10, "P = 10, must be at most 64 / T"},
        {STAMP_PARAM_L, 4, "L = 4, must be 8, 16, 32 or 64"},
        {STAMP_PARAM_L, 128, "L = 128, must be 8, 16, 32 or 64"},
        {STAMP_PARAM_L, 24, "L = 24, must be"},
        {STAMP_PARAM_T, 2, "T = 2, must be 4 or 8"},
        {STAMP_PARAM_T, 16, "T = 16, must be 4 or 8"},
        {STAMP_PARAM_F, 3, "F = 3, must be a divisor of L"},
        {STAMP_PARAM_Q, 21, "Q = 21, must be 1 to 20"},
        {STAMP_PARAM_AXI_BYTES, 12, "AXI_BYTES = 12, must be a power of two"},
        {STAMP_PARAM_AXI_BYTES, 2, "AXI_BYTES = 2, must be a power of two"},
        {STAMP_PARAM_AXI_BYTES, 64, "AXI_BYTES = 64, must be a divisor of 2 L and of L T / 2"},
        {STAMP_PARAM_QUEUE, 1, "QUEUE = 1, must be 2 to 64"},
        {STAMP_PARAM_IM_WORDS, 9, "IM_WORDS = 9, must be even"},
        {STAMP_PARAM_IM_WORDS, 6, "IM_WORDS = 6, must be even, 8"},
        {STAMP_PARAM_VM_LINES, 702, "VM_LINES = 702, must be a multiple of 4"},
        {STAMP_PARAM_VM_LINES, 65540, "VM_LINES = 65540, must be 320 to 65536"},
        {STAMP_PARAM_XB_LINES, 127, "XB_LINES = 127, must be 128"},
        {STAMP_PARAM_WB_LINES, 159, "WB_LINES = 159, must be 160"},
        {STAMP_PARAM_CM_LINES, 4097, "CM_LINES = 4097, must be 24 to 4096"},
        {STAMP_PARAM_SM_ENTRIES, 159, "SM_ENTRIES = 159, must be 160"},
        {STAMP_PARAM_RT_ENTRIES, 224, "RT_ENTRIES = 224, must be a multiple of 64"},
        {STAMP_PARAM_AC_LINES, 127, "AC_LINES = 127, must be 128"},
        {STAMP_PARAM_IT_ENTRIES, 80, "IT_ENTRIES = 80, must be a multiple of 32"},
        {STAMP_PARAM_PB_LINES, 95, "PB_LINES = 95, must be 96"},
    };
    char why[STAMP_MACH_WHY];

    for (enum stamp_param p = 0; p < STAMP_PARAMS; p++) { /* a value that is missing */
        struct stamp_mach m = shape(4, 16, 8);
        *value(&m, p) = 0;
        ck_assert_msg(!stamp_mach_check(&m, why), "%s = 0 passed", stamp_param_name(p));
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct stamp_mach m = shape(4, 16, 8);
        ck_assert_msg(stamp_mach_check(&m, why), "the rest is legal: %s", why);
        *value(&m, bad[i].p) = bad[i].value;
        ck_assert_msg(!stamp_mach_check(&m, why), "%s passed", bad[i].text);
        ck_assert_msg(!strncmp(why, bad[i].text, strlen(bad[i].text)), "%s, not %s", why,
                      bad[i].text);
        ck_assert_ptr_nonnull(strstr(why, ": ")); /* and the reason */
    }
    struct stamp_mach m = shape(4, 64, 4);
    m.XB_LINES = 2048; /* 2048 * 16 * 2 k-steps */
    ck_assert(!stamp_mach_check(&m, why));
    m.XB_LINES = 2047;
    ck_assert_msg(stamp_mach_check(&m, why), "%s", why);
}
END_TEST

START_TEST(every_shape_compiles_to_the_values_of_numerics)
{
    char why[STAMP_MACH_WHY];
    int legal = 0;

    for (uint32_t L = 8; L <= 64; L *= 2)
        for (uint32_t T = 4; T <= 8; T *= 2)
            for (uint32_t P = 2; P <= 16; P += 2) {
                const struct stamp_mach m = shape(P, L, T);
                if (!stamp_mach_check(&m, why)) continue;
                struct stamp_case c = stamp_case_of("", 45, 83, 70, STAMP_HAAR);
                c.own = &m;
                c.bias = legal % 2;
                c.scheme[0].high_rows = 9;
                c.scheme[0].weight_bits = legal % 3 ? 4 : 8;
                c.scheme[0].block = legal % 4 == 3 ? 64 : 0;
                c.seed = (uint64_t)legal + 1;
                ck_assert_uint_gt(stamp_case_run(&c), 0);
                legal++;
            }
    ck_assert_int_eq(legal, 48);
}
END_TEST

/* XB holds one tile and VM a part of a row: ranges of all rows first, codes behind them. Products take only
 * groups that have their codes, though inputs are loaded ahead into the second pass. */
START_TEST(products_wait_for_the_codes_of_their_rows)
{
    for (uint32_t rows = 2; rows <= 6; rows++) {
        struct stamp_mach m = shape(2, 32, 4);
        struct stamp_case c = stamp_case_of("", rows, 2048, 512, STAMP_NONE);
        c.own = &m;
        m.XB_LINES = 64 * rows + 10;
        m.WB_LINES = 1024;
        c.options.max_xlines = 100;
        c.scheme[0].high_rows = rows;
        ck_assert_uint_gt(stamp_case_run(&c), 0);
    }
}
END_TEST

START_TEST(what_does_not_fit_is_told_by_memory_and_size)
{
    enum { S = 3, D = 1600, N = 8 };
    struct stamp_mach m = shape(4, 8, 4);
    float *w = stamp_alloc((size_t)N * D, sizeof *w);
    struct stamp_compile_layer layer = {"wide", stamp_scheme_default(), S, D, N, w, NULL};
    struct stamp_compile_options o = {
        .mach = &m, .in_fmt = STAMP_FMT_F32, .out_fmt = STAMP_FMT_F32};
    struct stamp_image *image = NULL;
    struct stamp_err e = {0};

    ck_assert_ptr_nonnull(w);
    for (size_t i = 0; i < (size_t)N * D; i++) w[i] = 1;
    layer.scheme.transform = STAMP_NONE;
    layer.scheme.high_rows = 0;
    m.XB_LINES = 128;
    ck_assert_int_eq(stamp_compile(&layer, 1, &o, &image, NULL, &e), STAMP_EUNSUPPORTED);
    /* one group of rows, 1600 / 8 lines */
    ck_assert_msg(
        strstr(e.text, "layer wide does not fit machine shape: XB_LINES is 128, needs 200"), "%s",
        e.text);
    m.XB_LINES = 200;
    ck_assert_msg(!stamp_compile(&layer, 1, &o, &image, NULL, &e), "%s", e.text);
    stamp_image_free(image);
    stamp_free(w);
}
END_TEST

Suite *stamp_suite_machs(void)
{
    Suite *s = suite_create("machs");
    TCase *t = tcase_create("machs");

    tcase_set_timeout(t, 240);
    tcase_add_test(t, every_named_machine_is_legal);
    tcase_add_test(t, a_value_beyond_a_rule_is_refused_by_name);
    tcase_add_test(t, every_shape_compiles_to_the_values_of_numerics);
    tcase_add_test(t, products_wait_for_the_codes_of_their_rows);
    tcase_add_test(t, what_does_not_fit_is_told_by_memory_and_size);
    suite_add_tcase(s, t);
    return s;
}
