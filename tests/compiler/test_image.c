/* SPDX-License-Identifier: Apache-2.0 */
/* test_image.c - images survive the file, damaged and hostile ones do not pass. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "model/mem.h"
#include "tests/compiler/test_compile_util.h"

Suite *stamp_suite_image(void);

enum { HEADER = 32, ENTRY = 24, SECTIONS = 8, TABLE = HEADER + SECTIONS * ENTRY };

/* A small compiled program. */
static struct stamp_image *sample(void)
{
    struct stamp_case c = stamp_case_of("tiny", 6, 9, 5, STAMP_HAAR);
    float *x, *want;

    c.bias = true;
    c.scheme[0].high_rows = 2;
    struct stamp_image *image = stamp_case_compile(&c, NULL, &x, &want);
    image->phase = stamp_arena_alloc(image->arena, 2, sizeof *image->phase);
    ck_assert_ptr_nonnull(image->phase);
    image->phases = 2;
    image->phase[0] = (struct stamp_phase){"load", 0, 1, 3, 0, false};
    image->phase[1] =
        (struct stamp_phase){"rest", 0, 4, image->code_count - 4, 1234567890123, true};
    stamp_free(x);
    stamp_free(want);
    return image;
}

static uint8_t *encoded(const struct stamp_image *image, size_t *n)
{
    uint8_t *bytes = NULL;
    struct stamp_err e = {0};

    ck_assert_msg(stamp_image_encode(image, &bytes, n, &e) == STAMP_OK, "%s", e.text);
    return bytes;
}

static void put_le(uint8_t *to, uint64_t v, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++) to[i] = (uint8_t)(v >> 8 * i);
}

static uint64_t get_le(const uint8_t *from, unsigned bytes)
{
    uint64_t v = 0;

    for (unsigned i = 0; i < bytes; i++) v |= (uint64_t)from[i] << 8 * i;
    return v;
}

/* Make all checksums right again, so that the checks behind them are reached. */
static void reseal(uint8_t *bytes, size_t n)
{
    for (size_t i = 0; i < SECTIONS; i++) {
        uint8_t *entry = bytes + HEADER + i * ENTRY;
        const uint64_t at = get_le(entry + 8, 8), size = get_le(entry + 16, 8);
        if (at <= n && size <= n - at)
            put_le(entry + 4, stamp_crc32(0, bytes + at, (size_t)size), 4);
    }
    put_le(bytes + HEADER - 4, 0, 4);
    put_le(bytes + HEADER - 4, stamp_crc32(0, bytes, TABLE), 4);
}

/* Decode; a refusal has one line. */
static struct stamp_image *decode(const uint8_t *bytes, size_t n)
{
    struct stamp_image *image = NULL;
    struct stamp_err e = {0};
    const enum stamp_status st = stamp_image_decode(bytes, n, &image, &e);

    if (!st) return image;
    ck_assert_ptr_null(image);
    ck_assert_int_eq(st, STAMP_EFORMAT);
    ck_assert_uint_gt(strlen(e.text), 8);
    ck_assert_ptr_null(strchr(e.text, '\n'));
    return NULL;
}

START_TEST(an_image_comes_back_from_its_bytes)
{
    struct stamp_image *image = sample();
    size_t n, m;
    uint8_t *a = encoded(image, &n);
    struct stamp_image *again = decode(a, n);

    ck_assert_ptr_nonnull(again);
    uint8_t *b = encoded(again, &m);
    ck_assert_uint_eq(n, m);
    ck_assert_mem_eq(a, b, n);
    ck_assert_uint_eq(image->code_count, again->code_count);
    ck_assert_mem_eq(image->code, again->code, image->code_count * sizeof *image->code);
    ck_assert_str_eq(image->scheme, again->scheme);
    ck_assert_uint_eq(image->layer[0].products, again->layer[0].products);
    ck_assert_str_eq(stamp_image_buffer(again, "y")->name, "y");
    ck_assert_uint_eq(again->phases, 2);
    ck_assert_str_eq(again->phase[0].name, "load");
    ck_assert_uint_eq(again->phase[0].first, 1);
    ck_assert_uint_eq(again->phase[0].count, 3);
    ck_assert_uint_eq(again->phase[1].first, 4);
    ck_assert_uint_eq(again->phase[1].products, 1234567890123);
    stamp_free(a);
    stamp_free(b);
    stamp_image_free(image);
    stamp_image_free(again);
}
END_TEST

START_TEST(a_file_holds_the_same_image_and_errors_name_it)
{
    struct stamp_image *image = sample(), *again = NULL;
    char path[] = "/tmp/stamp-image-XXXXXX";
    struct stamp_err e = {0};
    const int fd = mkstemp(path);

    ck_assert_int_ge(fd, 0);
    close(fd);
    ck_assert_msg(!stamp_image_write(image, path, &e) && !stamp_image_read(path, &again, &e), "%s",
                  e.text);
    ck_assert_uint_eq(again->dram_bytes, image->dram_bytes);
    stamp_image_free(again);
    again = NULL;
    ck_assert_int_eq(truncate(path, 100), 0);
    ck_assert_int_eq(stamp_image_read(path, &again, &e), STAMP_EFORMAT);
    ck_assert_ptr_nonnull(strstr(e.text, path));
    remove(path);
    ck_assert_int_eq(stamp_image_read(path, &again, &e), STAMP_EIO);
    ck_assert_int_eq(stamp_image_write(image, "/nowhere/x", &e), STAMP_EIO);
    stamp_image_free(image);
}
END_TEST

START_TEST(every_flipped_byte_and_every_length_is_refused)
{
    struct stamp_image *image = sample();
    size_t n;
    uint8_t *bytes = encoded(image, &n);

    for (size_t i = 0; i < n; i++)
        for (unsigned bit = 0; bit < 8; bit += 7) {
            bytes[i] ^= (uint8_t)(1u << bit);
            ck_assert_msg(!decode(bytes, n), "byte %zu", i);
            bytes[i] ^= (uint8_t)(1u << bit);
        }
    for (size_t i = 0; i < n; i++) ck_assert_msg(!decode(bytes, i), "length %zu", i);
    uint8_t *longer = stamp_alloc(n + 1, 1);
    memcpy(longer, bytes, n);
    ck_assert_ptr_null(decode(longer, n + 1));
    stamp_free(longer);
    stamp_free(bytes);
    stamp_image_free(image);
}
END_TEST

/* Behind the checksums: what passes must mean exactly what stands in the file. */
START_TEST(a_byte_changed_under_a_right_checksum_is_refused_or_means_itself)
{
    struct stamp_image *image = sample();
    size_t n, m, refused = 0;
    uint8_t *bytes = encoded(image, &n), *copy = stamp_alloc(n, 1);

    for (size_t i = 0; i < n; i++)
        for (unsigned k = 0; k < 3; k++) {
            memcpy(copy, bytes, n);
            copy[i] ^= (uint8_t)(k == 0 ? 1 : k == 1 ? 0x80 : 0xff);
            reseal(copy, n);
            struct stamp_image *again = decode(copy, n);
            refused += again == NULL;
            if (!again) continue;
            uint8_t *back = encoded(again, &m);
            ck_assert_uint_eq(m, n);
            ck_assert_mem_eq(back, copy, n);
            stamp_free(back);
            stamp_image_free(again);
        }
    ck_assert_uint_gt(refused, n / 8);
    stamp_free(bytes);
    stamp_free(copy);
    stamp_image_free(image);
}
END_TEST

enum { POKES = 37 };

/* One thing wrong with a good image. */
static void poke(struct stamp_image *m, int what)
{
    struct stamp_buffer *b = &m->buffer[0];

    switch (what) {
    case 0: m->dram_bytes = 0; break;
    case 1: m->dram_bytes = (UINT64_C(1) << 40) + 64; break;
    case 2: m->dram_bytes += 1; break;
    case 3: m->dram_bytes = 64; break;
    case 4: m->code_addr += 32; break;
    case 5: m->code_addr = UINT64_MAX - 63; break;
    case 6: m->code_count = 0; break;
    case 7: m->code_addr = b->addr; break;
    case 8: b->name[0] = 0; break;
    case 9: b->name[0] = '\n'; break;
    case 10: b->name[0] = ' '; break;
    case 11: b->role = (enum stamp_role)5; break;
    case 12: b->fmt = (enum stamp_fmt)3; break;
    case 13: m->entry[0].count--; break;
    case 14: b->addr += 1; break;
    case 15: b->addr = UINT64_MAX - 63; break;
    case 16: b->bytes = 0; break;
    case 17: b->bytes = UINT64_MAX - 63; break;
    case 18: b->rows = UINT64_MAX; break;
    case 19: b->cols = UINT64_MAX / 2; break;
    case 20: b->row_bytes = 0; break;
    case 21: b->row_bytes += 4; break;
    case 22: memcpy(b->name, m->buffer[1].name, sizeof b->name); break;
    case 23: m->buffer[1].addr = b->addr; break;
    case 24: m->segment[0].addr = b->addr; break; /* not CONST */
    case 25: m->segment[1] = m->segment[0]; break;
    case 26: m->layer[0].s = 0; break;
    case 27: m->layer[0].name[0] = 127; break;
    case 28: m->scheme[0] = 1; break;
    case 29: m->phase[0].count = 0; break;
    case 30: m->phase[0].count++; break; /* overlaps the next */
    case 31: m->phase[1].count++; break; /* beyond the entry */
    case 32: m->phase[1].entry = 1; break;
    case 33: m->phase[1].first = UINT32_MAX; break;
    case 34: m->phase[0].name[0] = ' '; break;
    case 35: m->phase[0] = m->phase[1]; break;
    default: m->code_count = 0; break;
    }
}

START_TEST(an_impossible_image_is_refused)
{
    struct stamp_image *image = sample();
    struct stamp_err e = {0};

    ck_assert_int_eq(stamp_image_check(image, &e), STAMP_OK);
    poke(image, _i);
    ck_assert_msg(stamp_image_check(image, &e) == STAMP_EFORMAT, "case %d", _i);
    ck_assert_uint_gt(strlen(e.text), 8);
    stamp_image_free(image);
}
END_TEST

START_TEST(the_machine_of_an_image_must_be_a_known_one)
{
    struct stamp_image *image = sample();
    struct stamp_mach other = *image->mach;
    size_t n;

    other.WB_LINES += 2;
    image->mach = &other;
    uint8_t *bytes = encoded(image, &n);
    ck_assert_ptr_null(decode(bytes, n));
    stamp_free(bytes);
    other.name = "unheard";
    bytes = encoded(image, &n);
    ck_assert_ptr_null(decode(bytes, n));
    stamp_free(bytes);
    stamp_image_free(image);
}
END_TEST

/* FENCE, LOOP 3 over a phase of 10 products, then one of 10 a key, which the image knows at 5 keys. */
START_TEST(what_a_program_needs_is_that_of_its_phases_as_often_as_they_run)
{
    union stamp_insn insn[5] = {{.c = {.op = STAMP_OP_FENCE}},
                                {.c = {.op = STAMP_OP_LOOP, .imm = 3}},
                                {.c = {.op = STAMP_OP_NOP}},
                                {.c = {.op = STAMP_OP_ENDL}},
                                {.c = {.op = STAMP_OP_NOP}}};
    struct stamp_phase phase[3] = {
        {"loop", 0, 2, 1, 10, false}, {"keys", 0, 4, 1, 50, true}, {"other", 1, 0, 1, 1000, false}};
    struct stamp_image *m = sample();
    struct stamp_entry entry[2] = {{"main", 0, 5}, {"step", 5, 1}};
    struct stamp_word code[6];

    for (int i = 0; i < 5; i++) ck_assert_ptr_null(stamp_encode(&insn[i], &code[i]));
    code[5] = code[4];
    const uint64_t layers = stamp_image_products(m);
    ck_assert_uint_gt(layers, 0);
    m->code = code;
    m->entry = entry;
    m->entries = 2;
    m->phase = phase;
    m->phases = 3;
    m->arg[0] = 4;
    ck_assert_uint_eq(stamp_image_needed(m, &entry[0], 4), 3 * 10 + 50);
    ck_assert_uint_eq(stamp_image_needed(m, &entry[0], 9), 3 * 10 + 100);
    ck_assert_uint_eq(stamp_image_needed(m, &entry[1], 9), 1000);
    m->phases = 0;
    ck_assert_uint_eq(stamp_image_needed(m, &entry[0], 4), layers);
    stamp_image_free(m);
}
END_TEST

START_TEST(crc32_has_its_known_check_value)
{
    ck_assert_uint_eq(stamp_crc32(0, "123456789", 9), 0xcbf43926);
    ck_assert_uint_eq(stamp_crc32(stamp_crc32(0, "1234", 4), "56789", 5), 0xcbf43926);
}
END_TEST

Suite *stamp_suite_image(void)
{
    Suite *s = suite_create("image");
    TCase *t = tcase_create("image");

    tcase_set_timeout(t, 120);
    tcase_add_test(t, an_image_comes_back_from_its_bytes);
    tcase_add_test(t, a_file_holds_the_same_image_and_errors_name_it);
    tcase_add_test(t, every_flipped_byte_and_every_length_is_refused);
    tcase_add_test(t, a_byte_changed_under_a_right_checksum_is_refused_or_means_itself);
    tcase_add_loop_test(t, an_impossible_image_is_refused, 0, POKES);
    tcase_add_test(t, the_machine_of_an_image_must_be_a_known_one);
    tcase_add_test(t, what_a_program_needs_is_that_of_its_phases_as_often_as_they_run);
    tcase_add_test(t, crc32_has_its_known_check_value);
    suite_add_tcase(s, t);
    return s;
}
