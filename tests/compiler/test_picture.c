/* SPDX-License-Identifier: Apache-2.0 */
/* test_picture.c - pictures: literal cases, limits, failures. Files and sizes: pictures.py. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/front/labels.h"
#include "compiler/front/prepare.h"
#include "model/mem.h"
#include "tests/compiler/front_tests.h"
#include "tests/compiler/zip_samples.h"

Suite *stamp_suite_picture(void);

START_TEST(pixels_are_those_of_the_file)
{
    static const uint8_t color[3][3] = {"rgb", "RGB", "\x10\x20\x30"};
    static const uint8_t index[24] = {2, 0, 2, 1, 1, 2, 1, 0, 0, 1, 0, 2,
                                      0, 2, 0, 1, 0, 0, 2, 1, 1, 2, 0, 1};
    static struct sample s;
    struct stamp_picture p;

    sample_png(&s);
    ck_assert_int_eq(stamp_picture_parse("sample", s.bytes, s.len, &p, NULL), STAMP_OK);
    ck_assert_uint_eq(p.width, 9);
    ck_assert_uint_eq(p.height, 6);
    for (size_t i = 0; i < 9 * 6 * 3; i++) ck_assert_uint_eq(p.rgb[i], sample_png_byte(i));
    stamp_picture_free(&p);
    ck_assert_ptr_null(p.rgb);

    sample_png_palette(&s);
    ck_assert_int_eq(stamp_picture_parse("sample", s.bytes, s.len, &p, NULL), STAMP_OK);
    ck_assert_uint_eq(p.width * p.height, 24);
    for (size_t i = 0; i < 24; i++)
        ck_assert_msg(memcmp(p.rgb + 3 * i, color[index[i]], 3) == 0, "pixel %zu", i);
    stamp_picture_free(&p);
}
END_TEST

START_TEST(every_truncation_is_refused_and_touches_nothing)
{
    static struct sample s;

    for (int palette = 0; palette < 2; palette++) {
        if (palette)
            sample_png_palette(&s);
        else
            sample_png(&s);
        for (size_t len = 0; len < s.len; len++) {
            struct stamp_picture p = {7, 7, NULL};
            struct stamp_err e;
            ck_assert_int_eq((int)stamp_picture_parse("sample", s.bytes, len, &p, &e),
                             (int)STAMP_EFORMAT);
            ck_assert_msg(strncmp(e.text, "sample: ", 8) == 0 && p.width == 7, "%s", e.text);
        }
    }
}
END_TEST

START_TEST(a_failing_allocation_is_reported)
{
    const struct stamp_prepare how = {4, 0.9, {0, 0, 0}, {1, 1, 1}, STAMP_FILTER_BICUBIC};
    static struct sample s;
    uint8_t rgb[48];
    size_t n = 1;

    sample_png_palette(&s);
    for (;; n++) {
        struct stamp_picture p = {7, 7, NULL};
        struct stamp_err e;
        memset(rgb, 99, sizeof rgb);
        stamp_mem_fail_at(n);
        enum stamp_status got = stamp_picture_parse("sample", s.bytes, s.len, &p, &e);
        ck_assert(!got || p.width == 7);
        if (!got) {
            got = stamp_prepare_crop(&how, &p, rgb, &e);
            stamp_picture_free(&p);
        }
        if (stamp_mem_fail_at(0)) break;
        /* libpng goes on without memory for a text */
        ck_assert_msg(got == STAMP_OK || (got == STAMP_ENOMEM && rgb[0] == 99), "%zu: %s", n,
                      e.text);
    }
    ck_assert_uint_gt(n, 10);
}
END_TEST

/* ---- Resizing ------------------------------------------------------------------------------ */
/* The expected values of Pillow's own tests (Tests/test_image_resample.py): a board of two bright
 * and two dark squares; listed is the upper left quarter of the result, the others follow by
 * symmetry. */
static const struct {
    size_t from, to;
    enum stamp_filter filter;
    uint8_t want[16];
} boards[] = {{8, 4, STAMP_FILTER_BILINEAR, {0xe1, 0xc9, 0xc9, 0xb7}},
              {2, 4, STAMP_FILTER_BILINEAR, {0xe1, 0xb0, 0xb0, 0x98}},
              {12, 6, STAMP_FILTER_BICUBIC, {0xe1, 0xe3, 0xd4, 0xe3, 0xe5, 0xd6, 0xd4, 0xd6, 0xc9}},
              {4,
               8,
               STAMP_FILTER_BICUBIC,
               {0xe1, 0xe5, 0xee, 0xb9, 0xe5, 0xe9, 0xf3, 0xbc, 0xee, 0xf3, 0xfd, 0xc1, 0xb9, 0xbc,
                0xc1, 0xa2}}};

START_TEST(boards_resize_to_what_pillow_publishes)
{
    for (size_t b = 0; b < sizeof boards / sizeof boards[0]; b++) {
        const size_t n = boards[b].from, m = boards[b].to, half = m / 2;
        uint8_t in[12 * 12 * 3], out[8 * 8 * 3];
        for (size_t i = 0; i < n * n * 3; i++)
            in[i] = ((i / 3 % n < n / 2) == (i / 3 / n < n / 2)) ? 0xe1 : 255 - 0xe1;
        const struct stamp_picture from = {n, n, in};
        const struct stamp_resize how = {m, m, 0, 0, m, m, boards[b].filter};
        ck_assert_int_eq(stamp_resize(&from, &how, out, NULL), STAMP_OK);
        for (size_t i = 0; i < m * m * 3; i++) {
            const size_t x = i / 3 % m, y = i / 3 / m;
            const size_t qx = x < half ? x : m - 1 - x, qy = y < half ? y : m - 1 - y;
            const uint8_t v = boards[b].want[qy * half + qx];
            ck_assert_uint_eq(out[i], (x < half) == (y < half) ? v : 255 - v);
        }
    }
}
END_TEST

START_TEST(the_shorter_side_and_the_middle_are_those_of_timm)
{
    /* The picture's value is its column, so that the crop tells where it came from: no resizing. */
    static uint8_t in[10 * 17 * 3], out[10 * 10 * 3];
    const struct stamp_prepare how = {10, 1.0, {0, 0, 0}, {1, 1, 1}, STAMP_FILTER_BICUBIC};
    static const struct {
        size_t width, left; /* round((width - 10) / 2): halves to even */
    } cases[] = {{10, 0}, {11, 0}, {12, 1}, {13, 2}, {14, 2}, {15, 2}, {16, 3}, {17, 4}};

    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        const struct stamp_picture from = {cases[c].width, 10, in};
        for (size_t i = 0; i < 10 * from.width * 3; i++) in[i] = (uint8_t)(i / 3 % from.width);
        ck_assert_int_eq(stamp_prepare_crop(&how, &from, out, NULL), STAMP_OK);
        for (size_t i = 0; i < sizeof out; i++)
            ck_assert_uint_eq(out[i], cases[c].left + i / 3 % 10);
    }
}
END_TEST

START_TEST(filters_have_the_names_of_timm)
{
    enum stamp_filter f = STAMP_FILTER_BICUBIC;

    ck_assert(stamp_filter_of("bilinear", &f) && f == STAMP_FILTER_BILINEAR);
    ck_assert(!stamp_filter_of("lanczos", &f) && f == STAMP_FILTER_BILINEAR);
    ck_assert(stamp_filter_of("bicubic", &f) && f == STAMP_FILTER_BICUBIC);
}
END_TEST

START_TEST(options_out_of_range_are_refused)
{
    const struct stamp_prepare good = stamp_prepare_deit();
    struct stamp_err e;

    ck_assert_int_eq(stamp_prepare_check("x", &good, NULL), STAMP_OK);
    for (int i = 0; i < 10; i++) {
        struct stamp_prepare p = good;
        switch (i) {
        case 0: p.input = 0; break;
        case 1: p.input = STAMP_PREPARE_INPUT_MAX + 1; break;
        case 2: p.crop_pct = 0.0; break;
        case 3: p.crop_pct = 1.0001; break;
        case 4: p.crop_pct = (double)strtof("nan", NULL); break;
        case 5: p.crop_pct = 0.01; break;
        case 6: p.std[1] = 0.0f; break;
        case 7: p.std[2] = -1.0f; break;
        case 8: p.mean[0] = strtof("inf", NULL); break;
        default: p.std[0] = strtof("nan", NULL);
        }
        ck_assert_int_eq((int)stamp_prepare_check("x", &p, &e), (int)STAMP_ERANGE);
        ck_assert_msg(strncmp(e.text, "x: ", 3) == 0, "%s", e.text);
    }
}
END_TEST

/* ---- Names of classes ---------------------------------------------------------------------- */
static enum stamp_status open_labels(const char *text, struct stamp_labels **l, struct stamp_err *e)
{
    static struct sample s;

    s.len = 0;
    sample_put(&s, text, strlen(text));
    front_write(front_temp("labels.txt"), &s);
    return stamp_labels_open(front_temp("labels.txt"), l, e);
}

START_TEST(a_class_has_the_name_of_its_line_or_its_number)
{
    struct stamp_labels *l = NULL;
    char number[STAMP_LABELS_NUMBER];

    ck_assert_int_eq(open_labels("\xef\xbb\xbftench\r\n\ncock, Hahn\n\xc3\xa9mouchet", &l, NULL),
                     STAMP_OK);
    ck_assert_uint_eq(stamp_labels_count(l), 4);
    ck_assert_str_eq(stamp_labels_name(l, 0, number), "tench");
    ck_assert_str_eq(stamp_labels_name(l, 1, number), "1");
    ck_assert_str_eq(stamp_labels_name(l, 2, number), "cock, Hahn");
    ck_assert_str_eq(stamp_labels_name(l, 3, number), "\xc3\xa9mouchet");
    ck_assert_str_eq(stamp_labels_name(l, 4, number), "4");
    ck_assert_str_eq(stamp_labels_name(NULL, SIZE_MAX, number), "18446744073709551615");
    stamp_labels_close(l);
    ck_assert_int_eq(open_labels("", &l, NULL), STAMP_OK);
    ck_assert_uint_eq(stamp_labels_count(l), 0);
    stamp_labels_close(l);
    ck_assert_int_eq(open_labels("a\n\n", &l, NULL), STAMP_OK);
    ck_assert_uint_eq(stamp_labels_count(l), 2);
    stamp_labels_close(l);
}
END_TEST

START_TEST(names_that_are_no_text_are_refused_by_line)
{
    struct stamp_labels *l = NULL;
    struct stamp_err e;

    ck_assert_int_eq((int)open_labels("a\nb\xff\n", &l, &e), (int)STAMP_EFORMAT);
    ck_assert_msg(strstr(e.text, "line 2: byte 2 is no UTF-8"), "%s", e.text);
    ck_assert_int_eq((int)open_labels("\xc3\n\xa9", &l, &e), (int)STAMP_EFORMAT);
    ck_assert_msg(strstr(e.text, "line 1: byte 1 is no UTF-8"), "%s", e.text);
    ck_assert_int_eq((int)open_labels("a\033[2Jb", &l, &e), (int)STAMP_EFORMAT);
    ck_assert_msg(strstr(e.text, "line 1: byte 2 is a control character"), "%s", e.text);
    ck_assert_int_eq((int)stamp_labels_open(front_temp("none"), &l, &e), (int)STAMP_EIO);
    for (size_t n = 1; n <= 4; n++) {
        stamp_mem_fail_at(n);
        const enum stamp_status got = open_labels("a\nb", &l, &e);
        ck_assert_msg(!stamp_mem_fail_at(0) && got == STAMP_ENOMEM, "allocation %zu: %s", n,
                      e.text);
    }
    ck_assert_ptr_null(l);
}
END_TEST

Suite *stamp_suite_picture(void)
{
    Suite *s = suite_create("picture");
    TCase *c = tcase_create("picture");

    tcase_add_test(c, pixels_are_those_of_the_file);
    tcase_add_test(c, every_truncation_is_refused_and_touches_nothing);
    tcase_add_test(c, a_failing_allocation_is_reported);
    tcase_add_test(c, boards_resize_to_what_pillow_publishes);
    tcase_add_test(c, the_shorter_side_and_the_middle_are_those_of_timm);
    tcase_add_test(c, filters_have_the_names_of_timm);
    tcase_add_test(c, options_out_of_range_are_refused);
    tcase_add_test(c, a_class_has_the_name_of_its_line_or_its_number);
    tcase_add_test(c, names_that_are_no_text_are_refused_by_line);
    suite_add_tcase(s, c);
    return s;
}
