/* SPDX-License-Identifier: Apache-2.0 */
/* test_f32.c - binary32 operations and bf16 against the integer oracle. */
#include <check.h>

#include "model/num/bf16.h"
#include "model/num/f32.h"
#include "tests/model/rnd.h"
#include "tests/oracle/softfloat.h"

/* Magnitudes; each is used with both signs. */
static const uint32_t special[] = {
    0x00000000, 0x00000001, 0x00000002, 0x00400000, 0x007fffff, 0x00800000, 0x00800001, 0x00ffffff,
    0x01000000, 0x0d800000, 0x1f800000, 0x20000000, 0x33800000, 0x34000000, 0x3eaaaaab, 0x3effffff,
    0x3f000000, 0x3f000001, 0x3f7fffff, 0x3f800000, 0x3f800001, 0x3fb504f3, 0x3fc00000, 0x40000000,
    0x40200000, 0x43fe8000, 0x43ff8000, 0x43ffffff, 0x44000000, 0x4affffff, 0x4b000000, 0x4b400000,
    0x4b7fffff, 0x4b800000, 0x4efffffe, 0x4f000000, 0x5f000000, 0x7e800000, 0x7effffff, 0x7f000000,
    0x7f7fffff, 0x7f800000, 0x7f800001, 0x7fc00000, 0x7fffffff};

enum { SPECIALS = 2 * (int)(sizeof special / sizeof special[0]) };

static uint32_t special_value(int i)
{
    return special[i / 2] | (i % 2 ? UINT32_C(0x80000000) : 0);
}

struct binary {
    const char *name;
    uint32_t (*code)(uint32_t, uint32_t), (*oracle)(uint32_t, uint32_t);
};

#define ON_BITS(op)                                                                                \
    static uint32_t op##_bits(uint32_t a, uint32_t b)                                              \
    {                                                                                              \
        return stamp_f32_bits(stamp_f32_##op(stamp_f32_from_bits(a), stamp_f32_from_bits(b)));     \
    }
ON_BITS(add)
ON_BITS(sub)
ON_BITS(mul)
ON_BITS(div)

static const struct binary binaries[] = {{"add", add_bits, so_add},
                                         {"sub", sub_bits, so_sub},
                                         {"mul", mul_bits, so_mul},
                                         {"div", div_bits, so_div}};

/* A failing check aborts by itself: ck_assert reports every call, which costs more than the sum. */
static void check_pair(uint32_t a, uint32_t b)
{
    for (int i = 0; i < 4; i++) {
        const uint32_t got = binaries[i].code(a, b), want = binaries[i].oracle(a, b);
        if (got != want)
            ck_abort_msg("%s(%08x, %08x) = %08x, oracle %08x" RND_FMT, binaries[i].name, a, b, got,
                         want, rnd_seed());
    }
}

static void check_one(uint32_t a)
{
    const float x = stamp_f32_from_bits(a);
    const struct {
        const char *name;
        uint32_t got, want;
    } t[] = {{"sqrt", stamp_f32_bits(stamp_f32_sqrt(x)), so_sqrt(a)},
             {"half", stamp_f32_bits(stamp_f32_half(x)), so_half(a)},
             {"neg", stamp_f32_bits(stamp_f32_neg(x)), so_neg(a)},
             {"s32_f32", stamp_f32_bits(stamp_s32_f32((int32_t)a)), so_from_s32((int32_t)a)},
             {"rne_int10", (uint32_t)stamp_rne_int10(x), (uint32_t)so_rne_int10(a)},
             {"to bf16", stamp_bf16_from_f32(x), so_to_bf16(a)}};

    for (size_t i = 0; i < sizeof t / sizeof t[0]; i++)
        if (t[i].got != t[i].want)
            ck_abort_msg("%s(%08x) = %08x, oracle %08x" RND_FMT, t[i].name, a, t[i].got, t[i].want,
                         rnd_seed());
}

START_TEST(ties_go_to_the_even_neighbour)
{
    /* 1 + 2^-24 is half way between 1 and its successor; 3 * 2^-24 half way above that one. */
    static const struct {
        float a, b, sum;
    } t[] = {{1.0f, 0x1p-24f, 1.0f},
             {0x1.000002p0f, 0x1p-24f, 0x1.000004p0f},
             {-1.0f, -0x1p-24f, -1.0f},
             {0x1p24f, 1.0f, 0x1p24f},
             {0x1p24f + 2.0f, 1.0f, 0x1p24f + 4.0f},
             {0x1.fffffep127f, 0x1p102f, 0x1.fffffep127f}};

    for (size_t i = 0; i < sizeof t / sizeof t[0]; i++)
        ck_assert(stamp_f32_add(t[i].a, t[i].b) == t[i].sum);
    ck_assert_uint_eq(stamp_f32_bits(stamp_f32_add(0x1.fffffep127f, 0x1p103f)), 0x7f800000);
    ck_assert_uint_eq(stamp_f32_bits(stamp_f32_half(0x1p-149f)), 0);
    ck_assert(stamp_f32_half(0x3p-149f) == 0x2p-149f);
}
END_TEST

START_TEST(rne_int10_gives_the_table_of_numerics_and_its_limits)
{
    static const struct {
        float x;
        int want;
    } t[] = {{-1.5f, -2},     {-0.5f, 0},       {0.5f, 0},        {1.5f, 2},       {2.5f, 2},
             {-2.5f, -2},     {0.49999997f, 0}, {0.50000006f, 1}, {510.5f, 510},   {509.5f, 510},
             {511.0f, 511},   {511.5f, 511},    {1e30f, 511},     {-511.5f, -512}, {-512.0f, -512},
             {-512.5f, -512}, {-1e30f, -512},   {-510.5f, -510},  {0.0f, 0},       {-0.0f, 0}};

    for (size_t i = 0; i < sizeof t / sizeof t[0]; i++)
        ck_assert_msg(stamp_rne_int10(t[i].x) == t[i].want, "%a", (double)t[i].x);
    ck_assert_int_eq(stamp_rne_int10(stamp_f32_from_bits(0x7f800000)), 511);
    ck_assert_int_eq(stamp_rne_int10(stamp_f32_from_bits(0xff800000)), -512);
    ck_assert_int_eq(stamp_rne_int10(stamp_f32_from_bits(0xffc12345)), 0);
}
END_TEST

START_TEST(every_special_meets_every_special_as_the_oracle_says)
{
    int cases = 0;
    for (int i = 0; i < SPECIALS; i++) {
        check_one(special_value(i));
        for (int j = 0; j < SPECIALS; j++, cases++) check_pair(special_value(i), special_value(j));
    }
    ck_assert_int_eq(cases, 90 * 90);
}
END_TEST

START_TEST(random_bits_agree_with_the_oracle)
{
    struct rnd r = rnd_start(1);
    for (int i = 0; i < 300000; i++) {
        uint32_t a, b;
        rnd_pair(&r, &a, &b);
        check_pair(a, b);
        check_one(a);
        check_one((a & UINT32_C(0x807fffff)) | (117 + b % 20)
                                                   << 23); /* around the limits of int10 */
    }
}
END_TEST

START_TEST(every_nan_is_the_canonical_one)
{
    const float inf = stamp_f32_from_bits(0x7f800000), odd = stamp_f32_from_bits(0xff812345);
    const float made[] = {stamp_f32_sub(inf, inf), stamp_f32_mul(0, inf),    stamp_f32_div(0, 0),
                          stamp_f32_sqrt(-1),      stamp_f32_add(odd, 1),    stamp_f32_neg(odd),
                          stamp_f32_half(odd),     stamp_bf16_to_f32(0xff81)};

    for (size_t i = 0; i < sizeof made / sizeof made[0]; i++)
        ck_assert_uint_eq(stamp_f32_bits(made[i]), STAMP_F32_NAN);
    ck_assert_uint_eq(stamp_bf16_from_f32(odd), 0x7fc0);
}
END_TEST

START_TEST(every_bf16_survives_the_way_through_f32)
{
    for (uint32_t b = 0; b < 65536; b++) {
        const float x = stamp_bf16_to_f32((uint16_t)b);
        const bool nan = (b & 0x7f80) == 0x7f80 && (b & 0x7f);
        if (stamp_f32_bits(x) != so_from_bf16((uint16_t)b)) ck_abort_msg("to f32: %04x", b);
        if (stamp_bf16_from_f32(x) != (nan ? 0x7fc0u : b)) ck_abort_msg("and back: %04x", b);
    }
}
END_TEST

START_TEST(bf16_rounds_ties_to_even_and_overflows_to_infinity)
{
    static const struct {
        uint32_t f32;
        uint16_t want;
    } t[] = {{0x3f808000, 0x3f80}, {0x3f818000, 0x3f82}, {0x3f808001, 0x3f81}, {0x3f807fff, 0x3f80},
             {0x7f7f7fff, 0x7f7f}, {0x7f7f8000, 0x7f80}, {0xff7fffff, 0xff80}, {0x00008000, 0x0000},
             {0x00018000, 0x0002}, {0x007fffff, 0x0080}};

    for (size_t i = 0; i < sizeof t / sizeof t[0]; i++)
        ck_assert_uint_eq(stamp_bf16_from_f32(stamp_f32_from_bits(t[i].f32)), t[i].want);
}
END_TEST

START_TEST(the_first_value_that_is_not_finite_is_found_anywhere)
{
    float x[200];
    for (size_t n = 0; n <= 200; n += 25)
        for (size_t at = 0; at <= n; at++) {
            for (size_t i = 0; i < 200; i++) x[i] = i < n ? 1e38f : stamp_f32_from_bits(0x7fc00000);
            if (at < n) x[at] = stamp_f32_from_bits(at % 2 ? 0x7f800000 : 0xffc00001);
            ck_assert_uint_eq(stamp_f32_find_nonfinite(n, x), at);
        }
}
END_TEST

Suite *stamp_suite_f32(void);

Suite *stamp_suite_f32(void)
{
    Suite *s = suite_create("f32");
    TCase *c = tcase_create("f32");
    tcase_set_timeout(c, 60);
    tcase_add_test(c, ties_go_to_the_even_neighbour);
    tcase_add_test(c, rne_int10_gives_the_table_of_numerics_and_its_limits);
    tcase_add_test(c, every_special_meets_every_special_as_the_oracle_says);
    tcase_add_test(c, random_bits_agree_with_the_oracle);
    tcase_add_test(c, every_nan_is_the_canonical_one);
    tcase_add_test(c, every_bf16_survives_the_way_through_f32);
    tcase_add_test(c, bf16_rounds_ties_to_even_and_overflows_to_infinity);
    tcase_add_test(c, the_first_value_that_is_not_finite_is_found_anywhere);
    suite_add_tcase(s, c);
    return s;
}
