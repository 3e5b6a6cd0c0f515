/* SPDX-License-Identifier: Apache-2.0 */
/* test_npz.c - archives of tensors: what is read, and what is refused with its place. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/front/named.h"
#include "compiler/front/npz.h"
#include "compiler/front/zip.h"
#include "model/mem.h"
#include "tests/compiler/front_tests.h"
#include "tests/compiler/zip_samples.h"

Suite *stamp_suite_npz(void);

static const float want_d[6] = {1, 2, 3, 0, 0, -0.5f};

static void rows_are(const struct stamp_lazy *t, size_t rows, size_t cols, const float *want)
{
    float v[8];

    ck_assert_uint_eq(t->rows, rows);
    ck_assert_uint_eq(t->cols, cols);
    ck_assert_int_eq(stamp_lazy_rows(t, 0, rows, v, NULL), STAMP_OK);
    for (size_t i = 0; i < rows * cols; i++) ck_assert_msg(v[i] == want[i], "%zu: %g", i, v[i]);
}

START_TEST(tensors_are_read_in_any_type_order_and_compression)
{
    static const float want[6] = {1, 2, 3, 4, 5, 6}, half[2] = {-2, 0.5f};
    static struct sample s;
    struct stamp_npz *z;
    struct stamp_lazy t;
    size_t count;

    sample_npz(&s, NULL);
    ck_assert_int_eq(stamp_npz_memory("sample", s.bytes, s.len, &z, NULL), STAMP_OK);
    const struct stamp_npz_entry *list = stamp_npz_list(z, &count);
    ck_assert_uint_eq(count, 4); /* without the text */
    ck_assert_str_eq(list[1].name, "b");
    ck_assert_str_eq(list[1].type, ">i8");
    ck_assert_int_eq(list[1].dtype, STAMP_DTYPE_F32);
    ck_assert_int_eq(list[2].dtype, STAMP_DTYPE_F16);
    ck_assert_uint_eq(list[3].rank, 4);
    ck_assert_uint_eq(list[3].count, 6);
    for (int twice = 0; twice < 2; twice++) {
        ck_assert_int_eq(stamp_npz_lazy(z, stamp_npz_find(z, "a"), &t, NULL), STAMP_OK);
        ck_assert(t.bytes > s.bytes && t.bytes < s.bytes + s.len); /* stored: in the file */
        rows_are(&t, 2, 3, want);
        ck_assert_int_eq(stamp_npz_lazy(z, stamp_npz_find(z, "b"), &t, NULL), STAMP_OK);
        rows_are(&t, 2, 3, want);
        ck_assert_int_eq(stamp_npz_lazy(z, stamp_npz_find(z, "c"), &t, NULL), STAMP_OK);
        rows_are(&t, 1, 2, half);
        ck_assert_int_eq(stamp_npz_lazy(z, stamp_npz_find(z, "d"), &t, NULL), STAMP_OK);
        ck_assert_str_eq(t.name, "d");
        rows_are(&t, 3, 2, want_d);
    }
    ck_assert_ptr_null(stamp_npz_find(z, "notes"));
    ck_assert_ptr_null(stamp_npz_find(z, "e"));
    stamp_npz_close(z);
}
END_TEST

/* One change to the sample: bytes at a record's offset. */
struct change {
    int record; /* member in front, 8 + member in the directory, 16 the end, 17 its zip64 twin */
    size_t at;
    const char *bytes;
    size_t len;
    enum stamp_status want;
    const char *line; /* has this */
};

static size_t place(const struct zip_places *p, int record)
{
    if (record == 17) return p->end - 76;
    return record == 16 ? p->end : record >= 8 ? p->entry[record - 8] : p->local[record];
}

/* Opens and asks for every tensor. */
static enum stamp_status read_all(const unsigned char *bytes, size_t len, struct stamp_err *e)
{
    struct stamp_npz *z = NULL;
    struct stamp_lazy t = {.rows = 99};
    size_t count = 0;
    enum stamp_status s = stamp_npz_memory("sample", bytes, len, &z, e);

    ck_assert(!s || !z);
    const struct stamp_npz_entry *list = s ? NULL : stamp_npz_list(z, &count);
    for (size_t i = 0; i < count && !s; i++) s = stamp_npz_lazy(z, &list[i], &t, e);
    ck_assert(!s || e->text[0]);
    stamp_npz_close(z);
    return s;
}

START_TEST(archives_that_lie_are_refused_with_member_and_place)
{
    static const struct change changes[] = {
        {8, 8, "\1", 1, STAMP_EUNSUPPORTED, "sample: member a.npy is encrypted"},
        {9, 10, "\14", 1, STAMP_EUNSUPPORTED, "sample: member b.npy: compression method 12"},
        {8, 28, "\1", 1, STAMP_EFORMAT, "offset"},
        {8, 46, "z", 1, STAMP_EFORMAT, "member z.npy: another name at offset 0"},
        {8, 46, "\0", 1, STAMP_EFORMAT, "a name with a zero byte"},
        {8, 16, "\1\2\3\4", 4, STAMP_EFORMAT, "member a.npy: the directory and offset 0 say"},
        {0, 14, "\1\2\3\4", 4, STAMP_EFORMAT, "member a.npy: the directory and offset 0 say"},
        {8, 24, "\1", 1, STAMP_EFORMAT, "member a.npy: 1 bytes out of 152 cannot be"},
        {9, 24, "\0\0\0\x7f", 4, STAMP_EFORMAT, "member b.npy: 2130706432 bytes out of"},
        {8, 42, "\1", 1, STAMP_EFORMAT, "member a.npy: nothing of it at offset 1"},
        {8, 42, "\0\0\0\xf0", 4, STAMP_EFORMAT, "member a.npy: nothing of it at offset 4026531840"},
        {0, 28, "\xff\xff", 2, STAMP_EFORMAT, "member a.npy: another name"},
        {0, 8, "\10", 1, STAMP_EFORMAT, "different sizes, methods"},
        {12, 52, "\2", 1, STAMP_EFORMAT, "no zip64 sizes"},
        {12, 55, "\1", 1, STAMP_EFORMAT, "member d.npy"},
        {4, 36, "\2", 1, STAMP_EFORMAT, "member d.npy: no zip64 sizes at offset"},
        {16, 0, "x", 1, STAMP_EFORMAT, "not a zip archive, or cut"},
        {16, 20, "\1", 1, STAMP_EFORMAT, "not a zip archive, or cut"},
        {17, 0, "x", 1, STAMP_EFORMAT, "no zip64 record where the locator says"},
        {17, 4, "\1", 1, STAMP_EFORMAT, "size of the zip64 record"},
        {17, 16, "\1", 1, STAMP_EUNSUPPORTED, "in parts"},
        {17, 32, "\4", 1, STAMP_EUNSUPPORTED, "in parts"},
        {17, 24, "\4\0\0\0\0\0\0\0\4", 9, STAMP_EFORMAT, "more than the end counts"},
        {17, 24, "\6\0\0\0\0\0\0\0\6", 9, STAMP_EFORMAT, "more members than"},
        {9, 0, "x", 1, STAMP_EFORMAT, "no member, though the end counts one"},
        {12, 32, "\xff", 1, STAMP_EFORMAT, "a member that leaves the directory"},
        {17, 24, "\0\0\1\0\0\0\0\0\0\0\1", 11, STAMP_EFORMAT, "more members than"},
        {17, 47, "\xff", 1, STAMP_EFORMAT, "does not end at its end"},
        {17, 48, "\1", 1, STAMP_EFORMAT, "does not end at its end"},
        {0, 35, "x", 1, STAMP_EFORMAT, "sample: member a: not an .npy file"},
        {0, 35 + 128, "x", 1, STAMP_EFORMAT, "sample: member a.npy at offset 35: wrong CRC"},
        {1, 35, "\xff", 1, STAMP_EFORMAT, "sample: member b.npy: broken deflated data at offset"},
    };
    static struct sample good, bad;
    struct zip_places at;
    struct stamp_err e;

    sample_npz(&good, &at);
    ck_assert_int_eq(read_all(good.bytes, good.len, &e), STAMP_OK);
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        const struct change *c = &changes[i];
        bad = good;
        memcpy(bad.bytes + place(&at, c->record) + c->at, c->bytes, c->len);
        const enum stamp_status got = read_all(bad.bytes, bad.len, &e);
        ck_assert_msg(got == c->want && strstr(e.text, c->line), "%zu: %d %s", i, got, e.text);
    }
}
END_TEST

/* Of archives, the members; of members, the data: nothing bent is taken for something else. */
START_TEST(a_bit_that_flips_is_refused_or_changes_nothing)
{
    static struct sample good;
    struct stamp_err e;
    size_t refused = 0, taken = 0;

    sample_npz(&good, NULL);
    for (size_t bit = 0; bit < 8 * good.len; bit++) {
        static const float want[6] = {1, 2, 3, 4, 5, 6}, half[2] = {-2, 0.5f};
        static const struct {
            const char *name;
            const float *want;
            size_t rows, cols;
        } all[] = {{"a", want, 2, 3}, {"b", want, 2, 3}, {"c", half, 1, 2}, {"d", want_d, 3, 2}};
        struct stamp_npz *z = NULL;
        struct stamp_lazy t;
        good.bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
        enum stamp_status s = stamp_npz_memory("sample", good.bytes, good.len, &z, &e);
        for (size_t i = 0; i < 4 && !s; i++) {
            const struct stamp_npz_entry *entry = stamp_npz_find(z, all[i].name);
            ck_assert_msg(entry, "bit %zu: no %s", bit, all[i].name);
            s = stamp_npz_lazy(z, entry, &t, &e);
            if (!s) rows_are(&t, all[i].rows, all[i].cols, all[i].want);
        }
        ck_assert_msg(!s || strncmp(e.text, "sample: ", 8) == 0, "bit %zu: %s", bit, e.text);
        refused += s != STAMP_OK;
        taken += s == STAMP_OK;
        stamp_npz_close(z);
        good.bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
    }
    ck_assert_uint_gt(refused, 6 * good.len);
    ck_assert_uint_gt(taken, 100); /* dates, versions, attributes, the text */
}
END_TEST

START_TEST(every_truncation_and_anything_behind_is_refused)
{
    static struct sample s;
    struct stamp_err e;

    sample_npz(&s, NULL);
    for (size_t len = 0; len < s.len; len++) ck_assert_int_ne(read_all(s.bytes, len, &e), STAMP_OK);
    s.bytes[s.len] = 'x';
    ck_assert_int_eq((int)read_all(s.bytes, s.len + 1, &e), (int)STAMP_EFORMAT);
}
END_TEST

START_TEST(names_twice_and_shared_bytes_are_refused)
{
    static struct sample npy, s;
    struct zip_places at;
    struct stamp_err e;

    sample_npy(&npy);
    const struct zip_part twice[] = {{"a.npy", npy.bytes, npy.len, false, false},
                                     {"a.npy", npy.bytes, npy.len, true, false}};
    sample_zip(&s, twice, 2, false, NULL);
    ck_assert_int_eq((int)read_all(s.bytes, s.len, &e), (int)STAMP_EFORMAT);
    ck_assert_msg(strstr(e.text, "sample: member a.npy twice, at offset"), "%s", e.text);

    const struct zip_part two[] = {{"a.npy", npy.bytes, npy.len, false, false},
                                   {"b.npy", npy.bytes, npy.len, false, false}};
    sample_zip(&s, two, 2, false, &at);
    ck_assert_int_eq(read_all(s.bytes, s.len, &e), STAMP_OK);
    memcpy(s.bytes + at.entry[1] + 42, s.bytes + at.entry[0] + 42, 4);
    s.bytes[at.entry[1] + ZIP_ENTRY] = 'a';
    ck_assert_int_eq((int)read_all(s.bytes, s.len, &e), (int)STAMP_EFORMAT);
    ck_assert_msg(strstr(e.text, "overlap at offset 35"), "%s", e.text);
}
END_TEST

START_TEST(data_beyond_the_archive_is_refused_though_both_records_agree)
{
    static struct sample npy, s;
    struct zip_places at;
    struct stamp_err e;

    sample_npy(&npy);
    const struct zip_part part = {"a.npy", npy.bytes, npy.len, false, false};
    for (size_t more = 0; more < 3; more++) {
        const size_t len = npy.len + more * more * 50000;
        const unsigned char size[4] = {(unsigned char)len, (unsigned char)(len >> 8),
                                       (unsigned char)(len >> 16), 0};
        sample_zip(&s, &part, 1, false, &at);
        for (size_t k = 0; k < 2; k++) { /* packed, bytes */
            memcpy(s.bytes + at.local[0] + 18 + 4 * k, size, 4);
            memcpy(s.bytes + at.entry[0] + 20 + 4 * k, size, 4);
        }
        ck_assert_int_eq((int)read_all(s.bytes, s.len, &e), (int)(more ? STAMP_EFORMAT : STAMP_OK));
        if (more)
            ck_assert_msg(strstr(e.text, "bytes at offset 35, its data ends at 187"), "%s", e.text);
    }
}
END_TEST

START_TEST(what_cannot_be_read_is_listed_and_refused_when_asked_for)
{
    static const struct {
        const char *header;
        size_t bytes;
        enum stamp_status open, ask;
        const char *line;
    } cases[] = {
        {"{'descr': '<c8', 'fortran_order': False, 'shape': (2,), }", 16, STAMP_OK,
         STAMP_EUNSUPPORTED, "sample: member x: element type complex64 (<c8)"},
        {"{'descr': '|O', 'fortran_order': False, 'shape': (2,), }", 9, STAMP_OK,
         STAMP_EUNSUPPORTED, "object"},
        {"{'descr': '<V2', 'fortran_order': False, 'shape': (2,), }", 4, STAMP_OK,
         STAMP_EUNSUPPORTED, "void (raw bytes)"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (), }", 4, STAMP_OK, STAMP_EUNSUPPORTED,
         "sample: member x: 0 dimensions"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1, 1, 1, 1), }", 4, STAMP_OK,
         STAMP_EUNSUPPORTED, "sample: member x: 5 dimensions"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (3, 0), }", 0, STAMP_OK, STAMP_ERANGE,
         "sample: member x: no elements"},
        {"{'descr': '|b1', 'fortran_order': False, 'shape': (1,), }", 1, STAMP_OK, STAMP_OK, ""},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", 9, STAMP_EFORMAT, STAMP_OK,
         "sample: member x at offset 35: 9 bytes of data, its shape and type need 8"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296), }", 8,
         STAMP_EFORMAT, STAMP_OK, "sample: member x: absurd shape"},
        {"{'descr': '<f4', 'shape': (2,), }", 8, STAMP_EFORMAT, STAMP_OK, "not what NumPy writes"},
    };
    static struct sample npy, s;

    for (size_t i = 0; i < 2 * sizeof cases / sizeof cases[0]; i++) {
        struct stamp_npz *z = NULL;
        struct stamp_lazy t;
        struct stamp_err e = {STAMP_OK, ""};
        size_t count;
        sample_npy_of(&npy, 1, cases[i / 2].header, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
                      cases[i / 2].bytes);
        const struct zip_part part = {"x.npy", npy.bytes, npy.len, i % 2, false};
        sample_zip(&s, &part, 1, false, NULL);
        const enum stamp_status open = stamp_npz_memory("sample", s.bytes, s.len, &z, &e);
        ck_assert_msg(open == cases[i / 2].open, "%zu: %s", i, e.text);
        if (!open)
            ck_assert_msg(stamp_npz_lazy(z, stamp_npz_list(z, &count), &t, &e) == cases[i / 2].ask,
                          "%zu: %s", i, e.text);
        ck_assert_msg(strstr(e.text, cases[i / 2].line), "%zu: %s", i, e.text);
        stamp_npz_close(z);
    }
}
END_TEST

START_TEST(a_file_of_either_format_gives_tensors_by_name)
{
    static struct sample s;
    static const char header[] =
        "{\"x\":{\"dtype\":\"BF16\",\"shape\":[2,1,2],\"data_offsets\":[0,8]}}";
    static const float want[4] = {1, -2, 1, -2};
    struct stamp_named *n;
    struct stamp_lazy t;

    sample_safetensors_of(&s, header, "\x80\x3f\0\xc0\x80\x3f\0\xc0", 8);
    front_write(front_temp("x.safetensors"), &s);
    ck_assert_int_eq(stamp_named_open(front_temp("x.safetensors"), &n, NULL), STAMP_OK);
    ck_assert_str_eq(stamp_named_format(n), "safetensors");
    ck_assert_uint_eq(stamp_named_find(n, "x"), 0);
    ck_assert_uint_eq(stamp_named_find(n, "y"), 1);
    ck_assert_uint_eq(stamp_named_shape(n, 0).rank, 3);
    ck_assert_int_eq(stamp_named_lazy(n, 0, &t, NULL), STAMP_OK);
    rows_are(&t, 2, 2, want);
    stamp_named_close(n);

    sample_npz(&s, NULL);
    front_write(front_temp("x.npz"), &s);
    ck_assert_int_eq(stamp_named_open(front_temp("x.npz"), &n, NULL), STAMP_OK);
    ck_assert_str_eq(stamp_named_format(n), "npz");
    ck_assert_uint_eq(stamp_named_count(n), 4);
    ck_assert_str_eq(stamp_named_name(n, 3), "d");
    ck_assert_uint_eq(stamp_named_shape(n, 3).dim[2], 2);
    ck_assert_int_eq(stamp_named_lazy(n, 3, &t, NULL), STAMP_OK);
    rows_are(&t, 3, 2, want_d);
    ck_assert_ptr_nonnull(strstr(stamp_named_file(n, 3), "x.npz"));
    stamp_named_close(n);
}
END_TEST

START_TEST(a_failing_allocation_is_reported)
{
    static struct sample s;
    struct stamp_err e;
    size_t n = 1;

    sample_npz(&s, NULL);
    for (;; n++) {
        stamp_mem_fail_at(n);
        const enum stamp_status got = read_all(s.bytes, s.len, &e);
        if (stamp_mem_fail_at(0)) break;
        ck_assert_msg(got == STAMP_ENOMEM, "allocation %zu: %d %s", n, got, e.text);
    }
    ck_assert_uint_gt(n, 20);
}
END_TEST

START_TEST(a_real_checkpoint_has_its_tensors)
{
    const char *path = front_shared("vision/deit_tiny_patch16_224_f32.npz");
    struct stamp_named *n;
    struct stamp_lazy t;

    if (!path) return;
    ck_assert_int_eq(stamp_named_open(path, &n, NULL), STAMP_OK);
    ck_assert_uint_eq(stamp_named_count(n), 152);
    for (size_t i = 0; i < 152; i++) ck_assert_int_eq(stamp_named_lazy(n, i, &t, NULL), STAMP_OK);
    const size_t patch = stamp_named_find(n, "patch_embed.proj.weight");
    ck_assert_int_eq(stamp_named_lazy(n, patch, &t, NULL), STAMP_OK);
    ck_assert_uint_eq(t.rows, 192);
    ck_assert_uint_eq(t.cols, 3 * 16 * 16);
    stamp_named_close(n);
}
END_TEST

Suite *stamp_suite_npz(void)
{
    Suite *s = suite_create("npz");
    TCase *c = tcase_create("npz");
    tcase_set_timeout(c, 300);

    tcase_add_test(c, tensors_are_read_in_any_type_order_and_compression);
    tcase_add_test(c, archives_that_lie_are_refused_with_member_and_place);
    tcase_add_test(c, a_bit_that_flips_is_refused_or_changes_nothing);
    tcase_add_test(c, every_truncation_and_anything_behind_is_refused);
    tcase_add_test(c, names_twice_and_shared_bytes_are_refused);
    tcase_add_test(c, data_beyond_the_archive_is_refused_though_both_records_agree);
    tcase_add_test(c, what_cannot_be_read_is_listed_and_refused_when_asked_for);
    tcase_add_test(c, a_file_of_either_format_gives_tensors_by_name);
    tcase_add_test(c, a_failing_allocation_is_reported);
    tcase_add_test(c, a_real_checkpoint_has_its_tensors);
    suite_add_tcase(s, c);
    return s;
}
