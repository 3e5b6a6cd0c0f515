/* SPDX-License-Identifier: Apache-2.0 */
/* test_npy.c - .npy in and out, element types, output files. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compiler/front/dtype.h"
#include "compiler/front/npy.h"
#include "model/file/outfile.h"
#include "model/mem.h"
#include "tests/compiler/front_tests.h"
#include "tests/skip.h"

static enum stamp_status parse(const struct sample *s, struct stamp_tensor *t, struct stamp_err *e)
{
    return stamp_npy_parse("sample", s->bytes, s->len, t, e);
}

START_TEST(every_element_type_reads_as_its_value)
{
    static const struct {
        const char *descr;
        unsigned char data[16];
        size_t len;
        float want[2];
    } kinds[] = {{"<f4", {0, 0, 0xc0, 0x3f, 0, 0, 0x80, 0xff}, 8, {1.5f, -INFINITY}},
                 {"<f2", {0x00, 0x3c, 0x01, 0x80}, 4, {1.0f, -5.9604645e-8f}},
                 {"<f8", {0, 0, 0, 0, 0, 0, 0xf8, 0x3f, 0, 0, 0, 0, 0, 0, 0, 0xc0}, 16, {1.5f, -2}},
                 {"|i1", {0x80, 0x7f}, 2, {-128, 127}},
                 {"|u1", {0x80, 0xff}, 2, {128, 255}},
                 {"<i4", {0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0x80}, 8, {-1, -2147483648.0f}}};

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        for (int version = 1; version <= 3; version++) {
            struct sample s;
            struct stamp_tensor t;
            struct stamp_err e;
            char header[80];
            snprintf(header, sizeof header,
                     "{'descr': '%s', 'fortran_order': False, 'shape': (2,), }", kinds[i].descr);
            sample_npy_of(&s, version, header, kinds[i].data, kinds[i].len);
            ck_assert_msg(parse(&s, &t, &e) == STAMP_OK, "%s: %s", kinds[i].descr, e.text);
            ck_assert_uint_eq(t.rank, 1);
            ck_assert_uint_eq(t.dim[0], 2);
            ck_assert(t.f32[0] == kinds[i].want[0] && t.f32[1] == kinds[i].want[1]);
            stamp_tensor_free(&t);
        }
}
END_TEST

START_TEST(every_half_reads_as_its_value)
{
    for (unsigned h = 0; h < 65536; h++) {
        const int exponent = (int)(h >> 10 & 31), fraction = (int)(h & 1023);
        const float got = stamp_f32_from_f16((uint16_t)h);
        double want = exponent ? ldexp(1024 + fraction, exponent - 25) : ldexp(fraction, -24);
        if (exponent == 31) want = fraction ? (double)NAN : (double)INFINITY;
        if (h & 0x8000) want = -want;
        ck_assert(isnan(want) ? isnan(got) : (double)got == want);
        ck_assert(isnan(want) || !signbit(got) == !(h & 0x8000));
    }
}
END_TEST

START_TEST(headers_that_lie_are_refused_with_their_kind)
{
    static const struct {
        const char *header;
        enum stamp_status want;
    } lies[] = {
        {"{'descr': '<i8', 'fortran_order': False, 'shape': (2, 3), }", STAMP_EFORMAT},
        {"{'descr': '|O', 'fortran_order': False, 'shape': (2, 3), }", STAMP_EUNSUPPORTED},
        {"{'descr': '<f4', 'fortran_order': True, 'shape': (2, 4), }", STAMP_EFORMAT},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (), }", STAMP_EUNSUPPORTED},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,2,3), }", STAMP_EUNSUPPORTED},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (0, 3), }", STAMP_ERANGE},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296), }",
         STAMP_ERANGE},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (2, 4), }", STAMP_EFORMAT},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1, 3), }", STAMP_EFORMAT},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (-2, 3), }", STAMP_EFORMAT},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999, 3), }",
         STAMP_EFORMAT},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (6), }", STAMP_EFORMAT},
        {"{'descr': '<f4', 'fortran_order': False, }", STAMP_EFORMAT},
        {"{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }",
         STAMP_EFORMAT},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), 'more': 1}", STAMP_EFORMAT},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), } x", STAMP_EFORMAT},
    };
    struct sample good;
    sample_npy(&good);

    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        struct sample s;
        struct stamp_tensor t = {.rank = 77};
        struct stamp_err e = {STAMP_OK, ""};
        sample_npy_of(&s, 1, lies[i].header, good.bytes + good.len - 24, 24);
        ck_assert_msg(parse(&s, &t, &e) == lies[i].want, "%s -> %s", lies[i].header, e.text);
        ck_assert_int_eq((int)e.status, (int)lies[i].want);
        ck_assert_uint_eq(t.rank, 77);
    }
}
END_TEST

START_TEST(every_truncation_is_refused)
{
    struct sample s;
    struct stamp_tensor t;
    sample_npy(&s);
    const size_t whole = s.len;

    ck_assert_int_eq(parse(&s, &t, NULL), STAMP_OK);
    stamp_tensor_free(&t);
    for (s.len = 0; s.len < whole; s.len++)
        ck_assert_int_eq((int)parse(&s, &t, NULL), (int)STAMP_EFORMAT);
    s.len = whole + 1;
    ck_assert_int_eq((int)parse(&s, &t, NULL), (int)STAMP_EFORMAT);
}
END_TEST

START_TEST(a_missing_file_or_a_folder_is_an_io_error)
{
    struct stamp_tensor t;
    struct stamp_err e;
    ck_assert_int_eq((int)stamp_npy_read("/nowhere/x.npy", &t, &e), (int)STAMP_EIO);
    ck_assert_str_eq(e.text, "/nowhere/x.npy: No such file or directory");
    ck_assert_int_eq((int)stamp_npy_read("/tmp", &t, &e), (int)STAMP_EIO);
}
END_TEST

START_TEST(what_is_written_has_the_bytes_numpy_writes)
{
    float v[6] = {1, 2, 3, 4, 5, 6};
    struct stamp_tensor t = {2, {2, 3, 1, 1}, v};
    struct sample want, got;
    const char *path = front_temp("w.npy");

    sample_npy(&want);
    ck_assert_int_eq(stamp_npy_write(path, &t, NULL), STAMP_OK);
    FILE *f = fopen(path, "rb");
    ck_assert_ptr_nonnull(f);
    got.len = fread(got.bytes, 1, sizeof got.bytes, f);
    fclose(f);
    ck_assert_uint_eq(got.len, want.len);
    ck_assert_mem_eq(got.bytes, want.bytes, want.len);
}
END_TEST

START_TEST(a_failed_write_leaves_what_was_there)
{
    float v = 1;
    struct stamp_tensor t = {1, {1, 1, 1, 1}, &v};
    struct stamp_err e;
    struct stamp_outfile o;
    const char *path = front_temp("old.txt");
    struct sample old = {"old", 3};

    front_write(path, &old);
    ck_assert_int_eq(stamp_outfile_open(path, &o, &e), STAMP_OK);
    ck_assert_int_eq(stamp_outfile_write(&o, "new", 3, &e), STAMP_OK);
    stamp_outfile_discard(&o);
    stamp_outfile_discard(&o); /* again: nothing */
    ck_assert_int_eq(stamp_outfile_open(path, &o, &e), STAMP_OK);
    stamp_outfile_abandon_all();
    ck_assert_int_eq((int)stamp_outfile_commit(&o, &e), (int)STAMP_EIO); /* its file is gone */

    FILE *f = fopen(path, "rb");
    char text[8] = {0};
    ck_assert_uint_eq(fread(text, 1, sizeof text, f), 3);
    fclose(f);
    ck_assert_str_eq(text, "old");
    ck_assert_int_eq((int)stamp_npy_write("/nowhere/x.npy", &t, &e), (int)STAMP_EIO);
    ck_assert_int_eq((int)stamp_npy_write("", &t, &e), (int)STAMP_EIO);
    ck_assert_int_eq((int)stamp_npy_write("/tmp", &t, &e), (int)STAMP_EIO);
    if (access("/dev/full", W_OK) == 0) {
        ck_assert_int_eq((int)stamp_npy_write("/dev/full", &t, &e), (int)STAMP_EIO);
        ck_assert_ptr_nonnull(strstr(e.text, strerror(ENOSPC)));
        /* An error of an earlier print must not be forgotten when the last flush has no work. */
        ck_assert_int_eq(stamp_outfile_open("/dev/full", &o, &e), STAMP_OK);
        fprintf(o.stream, "%1000d", 1);
        ck_assert_int_ne(fflush(o.stream), 0);
        ck_assert_int_eq((int)stamp_outfile_commit(&o, &e), (int)STAMP_EIO);
    } else {
        test_skip("no /dev/full: writes to a full disk are NOT tested");
    }
}
END_TEST

START_TEST(output_files_beyond_the_limit_are_refused_not_lost)
{
    struct stamp_outfile o[STAMP_OUTFILE_MAX], more;
    for (size_t i = 0; i < STAMP_OUTFILE_MAX; i++) {
        char name[16];
        snprintf(name, sizeof name, "o%zu", i);
        ck_assert_int_eq(stamp_outfile_open(front_temp(name), &o[i], NULL), STAMP_OK);
    }
    ck_assert_int_eq((int)stamp_outfile_open(front_temp("o"), &more, NULL), (int)STAMP_ERANGE);
    for (size_t i = 0; i < STAMP_OUTFILE_MAX; i++)
        ck_assert_int_eq(stamp_outfile_commit(&o[i], NULL), STAMP_OK);
    ck_assert_int_eq(access(front_temp("o7"), F_OK), 0);
}
END_TEST

START_TEST(a_failing_allocation_is_reported)
{
    struct sample s;
    struct stamp_tensor t;
    size_t n = 1;
    sample_npy(&s);

    for (;; n++) {
        stamp_mem_fail_at(n);
        const enum stamp_status got = parse(&s, &t, NULL);
        stamp_mem_fail_at(0);
        if (got == STAMP_OK) break;
        ck_assert_int_eq((int)got, (int)STAMP_ENOMEM);
    }
    ck_assert_uint_gt(n, 3); /* handle, name, header, data */
    stamp_tensor_free(&t);
}
END_TEST

TCase *stamp_tcase_npy(void)
{
    TCase *c = tcase_create("npy");
    tcase_add_test(c, every_element_type_reads_as_its_value);
    tcase_add_test(c, every_half_reads_as_its_value);
    tcase_add_test(c, headers_that_lie_are_refused_with_their_kind);
    tcase_add_test(c, every_truncation_is_refused);
    tcase_add_test(c, a_missing_file_or_a_folder_is_an_io_error);
    tcase_add_test(c, what_is_written_has_the_bytes_numpy_writes);
    tcase_add_test(c, a_failed_write_leaves_what_was_there);
    tcase_add_test(c, output_files_beyond_the_limit_are_refused_not_lost);
    tcase_add_test(c, a_failing_allocation_is_reported);
    return c;
}
