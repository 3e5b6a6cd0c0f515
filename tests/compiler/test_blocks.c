/* SPDX-License-Identifier: Apache-2.0 */
/* test_blocks.c - blocks written by hand, and the values the format's description gives them. */
#include <stdlib.h>
#include <string.h>

#include "compiler/front/blocks.h"
#include "tests/compiler/front_tests.h"

enum { BYTES_MAX = 24, RUNS_MAX = 12 };

/* A block of zeros but for some bytes; values that are all alike but for some runs. Halves: 3c00 is 1,
 * 3800 1/2, 4000 2, bc00 -1, c000 -2, 3000 1/8, 0001 the least, 7bff 65504. */
struct block {
    const char *what;
    enum stamp_lazy_kind kind;
    struct {
        unsigned at, value;
    } byte[BYTES_MAX];
    float rest;
    struct {
        unsigned from, count;
        float value;
    } run[RUNS_MAX]; /* count 0: no more; later ones win */
};

static const struct block blocks[] = {
    {"extremes, negative d",
     STAMP_LAZY_Q8_0,
     {{1, 0xc0}, {2, 0x80}, {33, 0x7f}},
     -0.0f,
     {{0, 1, 256}, {31, 1, -254}}},
    {"subnormal d", STAMP_LAZY_Q8_0, {{0, 1}, {2, 3}}, 0, {{0, 1, 0x1.8p-23f}}},
    {"extremes", STAMP_LAZY_Q4_0, {{1, 0x3c}, {2, 0xf0}, {17, 0x0f}}, -8, {{16, 1, 7}, {15, 1, 7}}},
    {"d of 0", STAMP_LAZY_Q4_0, {{2, 0x0f}}, -0.0f, {{0, 1, 0}}},
    {"d and m",
     STAMP_LAZY_Q4_1,
     {{1, 0x38}, {3, 0xc2}, {4, 0x9f}},
     -3,
     {{0, 1, 4.5f}, {16, 1, 1.5f}}},
    {"the sum is rounded", STAMP_LAZY_Q4_1, {{0, 1}, {3, 0x64}, {4, 0x0f}}, 1024, {{0, 0, 0}}},
    {"fifth bits",
     STAMP_LAZY_Q5_0,
     {{1, 0x3c}, {2, 0x01}, {5, 0x80}, {6, 0xff}, {21, 0x30}},
     -16,
     {{0, 1, 15}, {16, 1, -1}, {31, 1, 3}}},
    {"fifth bits, d and m",
     STAMP_LAZY_Q5_1,
     {{1, 0x40}, {3, 0x3c}, {5, 0x02}, {7, 0x80}, {8, 0x5f}},
     1,
     {{0, 1, 31}, {16, 1, 11}, {9, 1, 33}, {31, 1, 33}}},
    {"scales and minima of every half",
     STAMP_LAZY_Q2_K,
     {{81, 0x3c},
      {83, 0x40},
      {0, 0x2f},
      {2, 0x01},
      {4, 0x30},
      {6, 0x1f},
      {15, 0x02},
      {16, 0xe4},
      {79, 0xc0}},
     0,
     {{0, 16, -4}, {32, 1, 1}, {64, 16, -6}, {96, 16, -2}, {96, 1, 43}, {255, 1, 6}}},
    {"scales of six bits less 32, third bits",
     STAMP_LAZY_Q3_K,
     {{109, 0x3c},
      {96, 0x0f},
      {104, 0x03},
      {32, 0x03},
      {1, 0x01},
      {33, 0x02},
      {97, 0x50},
      {105, 0x10},
      {103, 0xf0},
      {107, 0xc0},
      {31, 0x80},
      {95, 0xc0}},
     128,
     {{0, 16, -124}, {0, 1, -31}, {1, 1, 62}, {144, 16, 44}, {240, 16, -124}, {255, 1, 93}}},
    {"scales and minima of 63",
     STAMP_LAZY_Q4_K,
     {{1, 0x3c},
      {3, 0x38},
      {4, 0x3f},
      {8, 0x3f},
      {16, 0x2f},
      {7, 0xc0},
      {11, 0xc0},
      {15, 0xff},
      {143, 0xf0},
      {12, 0x21},
      {80, 0x07}},
     0,
     {{0, 32, -31.5f},
      {0, 1, 913.5f},
      {224, 32, -31.5f},
      {255, 1, 913.5f},
      {128, 32, -1},
      {128, 1, 6}}},
    {"the difference is rounded to even",
     STAMP_LAZY_Q4_K,
     {{1, 0x30}, {2, 0xff}, {3, 0x7b}, {4, 1}, {8, 0x3f}, {16, 0x01}, {17, 0x03}, {18, 0x02}},
     0,
     {{0, 32, -4126752.0f}, {1, 1, -4126751.5f}, {2, 1, -4126751.75f}}},
    {"fifth bits by group",
     STAMP_LAZY_Q5_K,
     {{1, 0x3c},
      {3, 0x3c},
      {4, 0x3f},
      {16, 0x01},
      {48, 0x0f},
      {17, 0x02},
      {5, 0x02},
      {9, 0x05},
      {15, 0x0f},
      {7, 0xc0},
      {47, 0x80},
      {175, 0xf0}},
     0,
     {{0, 1, 1953}, {32, 32, -5}, {33, 1, 27}, {255, 1, 1953}}},
    {"scales of 127 and -128",
     STAMP_LAZY_Q6_K,
     {{209, 0x3c},
      {192, 0x7f},
      {0, 0x2f},
      {128, 0x13},
      {207, 0x80},
      {127, 0xf0},
      {191, 0xc0},
      {196, 1},
      {194, 2},
      {32, 0x05}},
     -0.0f,
     {{0, 16, -4064},
      {0, 1, 3937},
      {240, 16, 4096},
      {255, 1, -3968},
      {64, 16, -32},
      {64, 1, -14},
      {32, 16, -64},
      {32, 1, -54}}},
    {"negative d", STAMP_LAZY_Q6_K, {{209, 0xbc}, {192, 1}}, 0, {{0, 16, 32}}},
    {"every level",
     STAMP_LAZY_IQ4_NL,
     {{1, 0x3c}, {2, 0x10}, {3, 0x32}, {4, 0x54}, {5, 0x76}, {6, 0x98}, {7, 0xba}},
     -127,
     {{16, 1, -104},
      {1, 1, -83},
      {17, 1, -65},
      {2, 1, -49},
      {18, 1, -35},
      {3, 1, -22},
      {19, 1, -10},
      {4, 1, 1},
      {20, 1, 13},
      {5, 1, 25},
      {21, 1, 38}}},
    {"the last levels, negative d",
     STAMP_LAZY_IQ4_NL,
     {{1, 0xc0}, {2, 0xdc}, {3, 0xfe}},
     254,
     {{0, 1, -106}, {16, 1, -138}, {1, 1, -178}, {17, 1, -226}}},
    {"scales of six bits less 32",
     STAMP_LAZY_IQ4_XS,
     {{1, 0x3c}, {2, 0x0b}, {3, 0xc0}, {4, 0x1f}, {7, 0xf0}, {8, 0xf8}, {135, 0x0f}},
     4064,
     {{0, 32, -3937}, {0, 1, 31}, {16, 1, 3503}, {32, 32, -127}, {224, 32, -3937}, {239, 1, 3503}}},
    {"just above a tie",
     STAMP_LAZY_F64,
     {{0, 1}, {3, 0x10}, {6, 0xf0}, {7, 0x3f}},
     0x1.000002p0f,
     {{0, 0, 0}}},
    {"the highest", STAMP_LAZY_F16, {{0, 0xff}, {1, 0x7b}}, 65504, {{0, 0, 0}}},
    {"negative", STAMP_LAZY_BF16, {{0, 0x20}, {1, 0xc0}}, -2.5f, {{0, 0, 0}}},
    {"negative", STAMP_LAZY_F32, {{2, 0x20}, {3, 0xc0}}, -2.5f, {{0, 0, 0}}},
};

enum { BLOCKS = sizeof blocks / sizeof blocks[0] };

START_TEST(blocks_have_the_values_of_their_description)
{
    for (size_t i = 0; i < BLOCKS; i++) {
        const struct block *b = &blocks[i];
        const struct stamp_blocks *f = stamp_blocks(b->kind);
        float want[256], got[512];
        uint8_t *row = calloc(2, f->bytes); /* of the exact size; the block is the second of two */

        ck_assert_ptr_nonnull(row);
        for (size_t k = 0; k < BYTES_MAX; k++)
            if (b->byte[k].value) row[f->bytes + b->byte[k].at] = (uint8_t)b->byte[k].value;
        for (size_t v = 0; v < f->values; v++) want[v] = b->rest;
        for (size_t r = 0; r < RUNS_MAX; r++)
            for (size_t v = 0; v < b->run[r].count; v++) want[b->run[r].from + v] = b->run[r].value;
        f->row(row, 2 * f->values, got);
        for (size_t v = 0; v < f->values; v++)
            ck_assert_msg(memcmp(&got[f->values + v], &want[v], sizeof want[0]) == 0,
                          "%s, %s: value %zu is %a, not %a", f->gguf, b->what, v,
                          (double)got[f->values + v], (double)want[v]);
        free(row);
    }
}
END_TEST

START_TEST(every_format_is_tried)
{
    for (size_t k = 0; k < STAMP_LAZY_KINDS; k++) {
        size_t tried = 0;
        for (size_t i = 0; i < BLOCKS; i++) tried += blocks[i].kind == (enum stamp_lazy_kind)k;
        ck_assert_msg(tried || k == STAMP_LAZY_RANDOM, "%s", stamp_blocks(k)->name);
    }
}
END_TEST

START_TEST(names_codes_and_sizes_are_those_of_gguf)
{
    static const struct {
        const char *name;
        uint32_t code;
        size_t values, bytes; /* 0: known, not read */
    } types[] = {{"F32", 0, 1, 4},       {"F16", 1, 1, 2},         {"Q4_0", 2, 32, 18},
                 {"Q4_1", 3, 32, 20},    {"?", 4, 0, 0},           {"Q5_0", 6, 32, 22},
                 {"Q5_1", 7, 32, 24},    {"Q8_0", 8, 32, 34},      {"Q8_1", 9, 0, 0},
                 {"Q2_K", 10, 256, 84},  {"Q3_K", 11, 256, 110},   {"Q4_K", 12, 256, 144},
                 {"Q5_K", 13, 256, 176}, {"Q6_K", 14, 256, 210},   {"Q8_K", 15, 0, 0},
                 {"IQ2_XXS", 16, 0, 0},  {"IQ2_XS", 17, 0, 0},     {"IQ3_XXS", 18, 0, 0},
                 {"IQ1_S", 19, 0, 0},    {"IQ4_NL", 20, 32, 18},   {"IQ3_S", 21, 0, 0},
                 {"IQ2_S", 22, 0, 0},    {"IQ4_XS", 23, 256, 136}, {"F64", 28, 1, 8},
                 {"IQ1_M", 29, 0, 0},    {"BF16", 30, 1, 2},       {"TQ1_0", 34, 0, 0},
                 {"TQ2_0", 35, 0, 0},    {"MXFP4", 39, 0, 0},      {"NVFP4", 40, 0, 0}};

    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        enum stamp_lazy_kind kind = STAMP_LAZY_RANDOM;
        const char *name = NULL;
        const bool read = stamp_blocks_of_gguf(types[i].code, &kind, &name);
        ck_assert_str_eq(name, types[i].name);
        ck_assert_int_eq(read, types[i].bytes != 0);
        ck_assert_uint_eq(stamp_blocks(kind)->values, types[i].values);
        ck_assert_uint_eq(stamp_blocks(kind)->bytes, types[i].bytes);
    }
    ck_assert_str_eq(stamp_blocks_list(true), "F32, F16, BF16, F64");
    ck_assert_str_eq(stamp_blocks_list(false),
                     "F32, F16, BF16, Q8_0, Q4_0, F64, Q4_1, Q5_0, Q5_1, Q2_K, Q3_K, Q4_K, Q5_K, "
                     "Q6_K, IQ4_NL, IQ4_XS");
}
END_TEST

START_TEST(numbers_that_are_in_files_stay)
{
    static const char *const first[] = {"f32", "f16", "bf16", "q8_0", "q4_0", "random"};

    for (size_t k = 0; k < sizeof first / sizeof first[0]; k++)
        ck_assert_str_eq(stamp_blocks(k)->name, first[k]);
}
END_TEST

TCase *stamp_tcase_blocks(void)
{
    TCase *c = tcase_create("blocks");
    tcase_add_test(c, blocks_have_the_values_of_their_description);
    tcase_add_test(c, every_format_is_tried);
    tcase_add_test(c, names_codes_and_sizes_are_those_of_gguf);
    tcase_add_test(c, numbers_that_are_in_files_stay);
    return c;
}
