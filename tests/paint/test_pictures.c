/* SPDX-License-Identifier: Apache-2.0 */
/* test_pictures.c - latents to pictures, PNG files, sheets. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/mem.h"
#include "sim/paint/latent.h"
#include "sim/paint/png_out.h"
#include "sim/paint/sheet.h"
#include "tests/paint/paint_tests.h"

/* ---- The decoder --------------------------------------------------------------------------- */

START_TEST(a_value_is_limited_and_rounded_to_the_nearest_even)
{
    static const struct {
        double v;
        int want;
    } cases[] = {{-1, 0},
                 {1, 255},
                 {0, 128 /* 127.5 */},
                 {-2, 0},
                 {7, 255},
                 {INFINITY, 255},
                 {-INFINITY, 0},
                 {NAN, 0},
                 {0.0078125, 128 /* 128.496 */},
                 {-0.0078125, 127},
                 {0.5, 191 /* 191.25 */},
                 {-0x1p-26, 127 /* 127.4999981 */},
                 {0x1p-26, 128},
                 {1 - 0x1p-24, 255}};

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        ck_assert_msg(stamp_pixel((float)cases[i].v) == cases[i].want, "%g gives %d", cases[i].v,
                      stamp_pixel((float)cases[i].v));
    for (int n = 0; n < 256; n++) { /* a picture's own values come back */
        ck_assert_int_eq(stamp_pixel((float)n / 127.5f - 1), n);
        ck_assert_int_eq(stamp_pixel((float)((n + 0.499) / 127.5 - 1)), n);
    }
}
END_TEST

START_TEST(channels_become_the_pixels_of_blocks)
{
    for (uint32_t f = 1; f <= 4; f++) {
        const struct stamp_shuffle s = {f, 3 * f * f};
        enum { H = 3, W = 5 };
        static float latent[3 * 16 * H * W];
        struct stamp_picture p = {0};
        struct stamp_err e = {0};
        int level = 0;
        /* The picture first, its latent by walking over pixels in the order of channels. */
        for (uint32_t c = 0; c < 3; c++)
            for (uint32_t dy = 0; dy < f; dy++)
                for (uint32_t dx = 0; dx < f; dx++)
                    for (uint32_t y = 0; y < H; y++)
                        for (uint32_t x = 0; x < W; x++) {
                            const uint32_t at = ((y * f + dy) * W * f + x * f + dx) * 3 + c;
                            latent[level++] = (float)(at * 7 % 256) / 127.5f - 1;
                        }
        ck_assert_msg(!stamp_shuffle_picture(&s, latent, H, W, &p, &e), "%s", e.text);
        ck_assert_uint_eq(p.width, W * f);
        ck_assert_uint_eq(p.height, H * f);
        for (uint32_t i = 0; i < 3 * W * H * f * f; i++) ck_assert_uint_eq(p.rgb[i], i * 7 % 256);
        stamp_picture_free(&p);
    }
}
END_TEST

START_TEST(a_latent_that_makes_no_picture_is_refused)
{
    static const uint32_t sizes[][3] = {
        {2, 0, 4}, {2, 4, 0}, {2, 8193, 1}, {1, 16384, 16384}, {64, UINT32_MAX, UINT32_MAX}};

    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        const struct stamp_shuffle s = {sizes[i][0], 3 * sizes[i][0] * sizes[i][0]};
        struct stamp_picture p = {0};
        struct stamp_err e = {0};
        ck_assert_int_eq(stamp_shuffle_picture(&s, NULL, sizes[i][1], sizes[i][2], &p, &e),
                         STAMP_ERANGE);
        ck_assert_ptr_null(p.rgb);
        paint_said(&e, (const char *[3]){"pixels"}, "size");
    }
}
END_TEST

/* What vae/config.json may say, and words of its refusal. */
static const struct {
    const char *text, *words[3];
} says[] = {
    {"{\"_class_name\":\"PixelShuffle\",\"factor\":2,\"latent_channels\":12}", {0}},
    {"{\"_class_name\":\"PixelShuffle\",\"factor\":1,\"latent_channels\":3,\"scaling_factor\":1.0,"
     "\"shift_factor\":null}",
     {0}},
    {"{\"_class_name\":\"AutoencoderKL\",\"factor\":2}", {"config.json", "AutoencoderKL"}},
    {"{\"_class_name\":\"AutoencoderDC\"}", {"AutoencoderDC"}},
    {"{\"_class_name\":\"PixelShuffle\",\"factor\":2}", {"no latent_channels"}},
    {"{\"_class_name\":\"PixelShuffle\",\"latent_channels\":12}", {"no factor"}},
    {"{\"_class_name\":\"PixelShuffle\",\"factor\":2,\"latent_channels\":3}", {"is 3", "needs 12"}},
    {"{\"_class_name\":\"PixelShuffle\",\"factor\":0,\"latent_channels\":0}", {"factor is 0"}},
    {"{\"_class_name\":\"PixelShuffle\",\"factor\":65,\"latent_channels\":12675}",
     {"factor is 65"}},
    {"{\"_class_name\":\"PixelShuffle\",\"factor\":1e300,\"latent_channels\":3}", {"factor"}},
    {"{\"_class_name\":\"PixelShuffle\",\"factor\":2,\"latent_channels\":12,\"scaling_factor\":0."
     "18}",
     {"scaling_factor is 0.18", "absent or 1"}},
    {"{\"_class_name\":\"PixelShuffle\",\"factor\":2,\"latent_channels\":12,\"tiling\":true}",
     {"tiling"}},
    {"{\"factor\":2,\"latent_channels\":12}", {"_class_name"}},
    {"{\"_class_name\":\"PixelShuffle\",\"factor\":NaN,\"latent_channels\":12}", {"not JSON"}},
    {"{\"_class_name\":\"PixelShuffle\",\"factor\":Infinity,\"latent_channels\":12}",
     {"factor is inf"}},
};

START_TEST(what_the_decoders_config_says_is_honoured_or_refused)
{
    for (size_t i = 0; i < sizeof says / sizeof says[0]; i++) {
        struct stamp_shuffle got = {99, 99};
        struct stamp_err e = {0};
        paint_put("config.json", says[i].text);
        const enum stamp_status s = stamp_shuffle_read(paint_folder(), &got, &e);
        ck_assert_msg((s == STAMP_OK) == !says[i].words[0], "%s: %s", says[i].text, e.text);
        if (s) {
            ck_assert_uint_eq(got.factor, 99);
            paint_said(&e, says[i].words, says[i].text);
        }
    }
}
END_TEST

/* ---- PNG ----------------------------------------------------------------------------------- */

static struct stamp_picture picture(size_t width, size_t height, unsigned salt)
{
    struct stamp_picture p = {width, height, stamp_alloc(width * height, 3)};

    ck_assert_ptr_nonnull(p.rgb);
    for (size_t i = 0; i < 3 * width * height; i++)
        p.rgb[i] = (uint8_t)(salt & 1 ? i / 3 * 5 + salt : i * i * 2654435761u >> 13 ^ salt);
    return p;
}

START_TEST(a_written_picture_is_read_back_byte_for_byte)
{
    static const size_t sizes[][2] = {{1, 1}, {1, 9}, {9, 1}, {32, 32}, {67, 41}, {300, 200}};

    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        for (unsigned salt = 0; salt < 2; salt++) {
            struct stamp_picture p = picture(sizes[i][0], sizes[i][1], salt), q = {0};
            struct stamp_err e = {0};
            ck_assert_msg(!stamp_png_write(paint_path("a.png"), &p, &e), "%s", e.text);
            ck_assert_msg(!stamp_picture_read(paint_path("a.png"), &q, &e), "%s", e.text);
            ck_assert(q.width == p.width && q.height == p.height);
            ck_assert_mem_eq(p.rgb, q.rgb, 3 * p.width * p.height);
            stamp_picture_free(&p);
            stamp_picture_free(&q);
        }
}
END_TEST

static size_t bytes_of(const char *path, unsigned char *to, size_t most)
{
    FILE *f = fopen(path, "rb");

    ck_assert_ptr_nonnull(f);
    const size_t n = fread(to, 1, most, f);
    fclose(f);
    return n;
}

START_TEST(a_file_has_three_kinds_of_chunks_and_the_same_bytes_each_time)
{
    static unsigned char a[1 << 16], b[1 << 16];
    struct stamp_picture p = picture(60, 50, 0);
    struct stamp_err e = {0};

    ck_assert(!stamp_png_write(paint_path("a.png"), &p, &e));
    ck_assert(!stamp_png_write(paint_path("b.png"), &p, &e));
    const size_t n = bytes_of(paint_path("a.png"), a, sizeof a);
    ck_assert_uint_eq(n, bytes_of(paint_path("b.png"), b, sizeof b));
    ck_assert_mem_eq(a, b, n);
    ck_assert_mem_eq(a + 16, "\0\0\0\x3c\0\0\0\x32\x08\x02\0\0\0",
                     13); /* 8-bit RGB, no interlace */
    for (size_t at = 8; at < n;) {
        const size_t len =
            (size_t)a[at] << 24 | (size_t)a[at + 1] << 16 | (size_t)a[at + 2] << 8 | a[at + 3];
        ck_assert_msg(!memcmp(a + at + 4, "IHDR", 4) || !memcmp(a + at + 4, "IDAT", 4) ||
                          !memcmp(a + at + 4, "IEND", 4),
                      "chunk %.4s", (const char *)a + at + 4);
        at += len + 12;
    }
    stamp_picture_free(&p);
}
END_TEST

START_TEST(what_cannot_be_written_leaves_nothing_and_says_why)
{
    struct stamp_picture p = picture(300, 300, 0);
    struct stamp_err e = {0};

    ck_assert_int_eq(stamp_png_write(paint_path("no/such/a.png"), &p, &e), STAMP_EIO);
    paint_said(&e, (const char *[3]){"no/such/a.png", "No such file"}, "folder");
    ck_assert_int_eq(stamp_png_write(paint_folder(), &p, &e), STAMP_EIO);
    paint_said(&e, (const char *[3]){"is a folder"}, "folder");
    ck_assert_int_eq(stamp_png_write("", &p, &e), STAMP_EIO);
    ck_assert_int_eq(stamp_png_write("/dev/full", &p, &e), STAMP_EIO);
    paint_said(&e, (const char *[3]){"/dev/full", "No space left"}, "full");
    stamp_picture_free(&p);
}
END_TEST

START_TEST(memory_that_runs_out_leaves_the_old_file)
{
    struct stamp_picture p = picture(30, 30, 0);
    static unsigned char old[16];
    size_t n = 1;

    paint_put("a.png", "old");
    for (;; n++) {
        struct stamp_err e = {0};
        stamp_mem_fail_at(n);
        const enum stamp_status s = stamp_png_write(paint_path("a.png"), &p, &e);
        stamp_mem_fail_at(0);
        if (!s) break;
        ck_assert_msg(s == STAMP_ENOMEM, "%zu: %d %s", n, (int)s, e.text);
        ck_assert_uint_eq(bytes_of(paint_path("a.png"), old, sizeof old), 3);
    }
    ck_assert_uint_gt(n, 5);
    stamp_picture_free(&p);
}
END_TEST

/* ---- Sheets -------------------------------------------------------------------------------- */

START_TEST(every_pixel_of_a_sheet_is_paper_or_its_picture)
{
    struct stamp_picture p[5];
    int cases = 0;

    for (unsigned i = 0; i < 5; i++) p[i] = picture(4, 3, i);
    for (size_t count = 1; count <= 5; count++)
        for (size_t columns = 1; columns <= 6; columns++)
            for (size_t scale = 1; scale <= 3; scale++)
                for (size_t margin = 0; margin <= 2; margin++, cases++) {
                    const struct stamp_sheet s = {columns, scale, margin, {1, 2, 3}};
                    const size_t wide = columns < count ? columns : count,
                                 rows = (count + wide - 1) / wide;
                    struct stamp_picture q = {0};
                    struct stamp_err e = {0};
                    ck_assert_msg(!stamp_sheet_make(&s, p, count, &q, &e), "%s", e.text);
                    ck_assert_uint_eq(q.width, wide * (4 * scale + margin) + margin);
                    ck_assert_uint_eq(q.height, rows * (3 * scale + margin) + margin);
                    for (size_t i = 0; i < q.width * q.height; i++) {
                        const uint8_t *want = s.paper;
                        const size_t ix = i % q.width, iy = i / q.width;
                        for (size_t k = 0; k < count; k++) {
                            const size_t l = margin + k % wide * (4 * scale + margin),
                                         t = margin + k / wide * (3 * scale + margin);
                            if (ix >= l && ix < l + 4 * scale && iy >= t && iy < t + 3 * scale)
                                want = p[k].rgb + ((iy - t) / scale * 4 + (ix - l) / scale) * 3;
                        }
                        ck_assert_mem_eq(q.rgb + 3 * i, want, 3);
                    }
                    stamp_picture_free(&q);
                }
    ck_assert_int_eq(cases, 5 * 6 * 3 * 3);
    for (int i = 0; i < 5; i++) stamp_picture_free(&p[i]);
}
END_TEST

START_TEST(a_sheet_that_is_none_is_refused)
{
    static const struct {
        struct stamp_sheet s;
        size_t count;
        const char *words[3];
    } cases[] = {{{1, 1, 0, {0}}, 0, {"0 pictures"}},
                 {{0, 1, 0, {0}}, 1, {"0 columns"}},
                 {{1, 0, 0, {0}}, 1, {"scale 0"}},
                 {{2, 1, 0, {0}}, 2, {"two sizes", "4 x 3", "3 x 4"}},
                 {{1, 1, 16384, {0}}, 1, {"16384 pixels a side"}},
                 {{1, 5000, 0, {0}}, 1, {"16384 pixels a side"}},
                 {{1, SIZE_MAX, SIZE_MAX, {0}}, 1, {"16384 pixels a side"}},
                 {{1, 3000, 0, {0}}, 1, {"67108864 in all"}}};
    struct stamp_picture p[2] = {picture(4, 3, 0), picture(3, 4, 0)};

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct stamp_picture q = {0};
        struct stamp_err e = {0};
        ck_assert_int_eq(stamp_sheet_make(&cases[i].s, p, cases[i].count, &q, &e), STAMP_ERANGE);
        ck_assert_ptr_null(q.rgb);
        paint_said(&e, cases[i].words, "sheet");
    }
    stamp_picture_free(&p[0]);
    stamp_picture_free(&p[1]);
}
END_TEST

Suite *stamp_suite_paint_pictures(void);

Suite *stamp_suite_paint_pictures(void)
{
    Suite *s = suite_create("paint_pictures");
    TCase *c = tcase_create("pictures");
    tcase_add_test(c, a_value_is_limited_and_rounded_to_the_nearest_even);
    tcase_add_test(c, channels_become_the_pixels_of_blocks);
    tcase_add_test(c, a_latent_that_makes_no_picture_is_refused);
    tcase_add_test(c, what_the_decoders_config_says_is_honoured_or_refused);
    tcase_add_test(c, a_written_picture_is_read_back_byte_for_byte);
    tcase_add_test(c, a_file_has_three_kinds_of_chunks_and_the_same_bytes_each_time);
    tcase_add_test(c, what_cannot_be_written_leaves_nothing_and_says_why);
    tcase_add_test(c, memory_that_runs_out_leaves_the_old_file);
    tcase_add_test(c, every_pixel_of_a_sheet_is_paper_or_its_picture);
    tcase_add_test(c, a_sheet_that_is_none_is_refused);
    suite_add_tcase(s, c);
    return s;
}
