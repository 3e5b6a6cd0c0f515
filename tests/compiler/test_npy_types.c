/* SPDX-License-Identifier: Apache-2.0 */
/* test_npy_types.c - .npy as NumPy, cnpy and others write it: types, orders, headers. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "compiler/front/npy.h"
#include "model/mem.h"
#include "tests/compiler/front_tests.h"

static enum stamp_status parse(const struct sample *s, struct stamp_tensor *t, struct stamp_err *e)
{
    return stamp_npy_parse("sample", s->bytes, s->len, t, e);
}

/* Values of one type, big endian: the tests turn them round for the other order. */
static const struct {
    const char *type; /* letter and bytes */
    unsigned char data[2][8];
    float want[2];
} types[] = {
    {"b1", {{0}, {1}}, {0, 1}},
    {"i1", {{0x80}, {0x7f}}, {-128, 127}},
    {"u1", {{0x80}, {0xff}}, {128, 255}},
    {"i2", {{0x80, 0}, {0x12, 0x34}}, {-32768, 4660}},
    {"u2", {{0x80, 0}, {0xff, 0xff}}, {32768, 65535}},
    {"i4", {{0x80, 0, 0, 0}, {0xff, 0xff, 0xff, 0xfe}}, {-2147483648.0f, -2}},
    {"u4", {{0x80, 0, 0, 0}, {0xff, 0xff, 0xff, 0xff}}, {2147483648.0f, 4294967296.0f}},
    {"i8", {{0x80}, {0, 0, 0, 0, 0, 0, 1, 2}}, {-0x1p63f, 258}},
    {"u8", {{0x80}, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}}, {0x1p63f, 0x1p64f}},
    {"f2", {{0x3c, 0}, {0x80, 1}}, {1, -0x1p-24f}},
    {"f4", {{0x3f, 0xc0, 0, 0}, {0xff, 0x80, 0, 0}}, {1.5f, -INFINITY}},
    {"f8", {{0x3f, 0xf8}, {0x7e, 0x37, 0xe4, 0x3c, 0x88, 0, 0x75, 0x9c}}, {1.5f, INFINITY}},
    /* Ties, and just beside them: half a unit of 2^62 is 2^38, of 2^63 2^39. Rounded to binary64 first
     * the last bit would be lost and the tie go the other way. */
    {"i4", {{1, 0, 0, 1}, {1, 0, 0, 3}}, {0x1p24f, 0x1.000004p24f}},
    {"i8", {{0x40, 0, 0, 0x40}, {0x40, 0, 0, 0x40, 0, 0, 0, 1}}, {0x1p62f, 0x1.000002p62f}},
    {"i8",
     {{0xbf, 0xff, 0xff, 0xbf, 0xff, 0xff, 0xff, 0xff}, {0xbf, 0xff, 0xff, 0xc0}},
     {-0x1.000002p62f, -0x1p62f}},
    {"u8", {{0x80, 0, 0, 0x80}, {0x80, 0, 0, 0x80, 0, 0, 0, 1}}, {0x1p63f, 0x1.000002p63f}},
    {"f8",
     {{0x3f, 0xf0, 0, 0, 0x10, 0, 0, 0}, {0x3f, 0xf0, 0, 0, 0x10, 0, 0, 1}},
     {1, 0x1.000002p0f}},
};

START_TEST(every_type_reads_in_both_byte_orders_however_it_is_spelled)
{
    static const char *const order[] = {">", "<", "=", "|", ""};

    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        for (size_t o = 0; o < 5; o++) {
            const size_t width = (size_t)(types[i].type[1] - '0');
            struct sample s;
            struct stamp_tensor t;
            struct stamp_err e;
            unsigned char data[16];
            char header[90];

            for (size_t k = 0; k < 2 * width; k++)
                data[k] = types[i].data[k / width][o ? width - 1 - k % width : k % width];
            snprintf(header, sizeof header,
                     "{'descr': '%s%s', 'fortran_order': False, 'shape': (2,), }", order[o],
                     types[i].type);
            sample_npy_of(&s, 1 + (int)(o % 3), header, data, 2 * width);
            ck_assert_msg(parse(&s, &t, &e) == STAMP_OK, "%s: %s", header, e.text);
            for (size_t k = 0; k < 2; k++)
                ck_assert_msg(t.f32[k] == types[i].want[k], "%s: value %zu is %a", header, k,
                              (double)t.f32[k]);
            stamp_tensor_free(&t);
        }
}
END_TEST

START_TEST(a_bool_is_0_or_1)
{
    static const unsigned char data[6] = {0, 1, 1, 0, 1, 2};
    static const char *const spelled[] = {"|b1", "<b1", "?", "b1"};
    struct sample s;
    struct stamp_tensor t = {.rank = 77};
    struct stamp_err e;
    char header[90];

    for (size_t i = 0; i < 4; i++) {
        snprintf(header, sizeof header, "{'descr': '%s', 'fortran_order': False, 'shape': (6,), }",
                 spelled[i]);
        sample_npy_of(&s, 1, header, data, 6);
        ck_assert_int_eq((int)parse(&s, &t, &e), (int)STAMP_EFORMAT);
        ck_assert_str_eq(e.text, "sample: byte 2 at offset 133 is not 0 or 1, a bool");
        ck_assert_uint_eq(t.rank, 77);
    }
}
END_TEST

START_TEST(fortran_order_becomes_row_major)
{
    /* Value at index i, j, k, l is its number in the file: i fastest. */
    static const struct {
        size_t rank, dim[4];
        const char *shape;
    } shapes[] = {{1, {6, 1, 1, 1}, "(6,)"},       {2, {2, 3, 1, 1}, "(2, 3)"},
                  {2, {1, 5, 1, 1}, "(1, 5)"},     {2, {5, 1, 1, 1}, "(5, 1)"},
                  {3, {2, 3, 4, 1}, "(2, 3, 4)"},  {4, {2, 3, 4, 5}, "(2, 3, 4, 5)"},
                  {2, {97, 91, 1, 1}, "(97, 91)"}, {2, {3, 3001, 1, 1}, "(3, 3001)"}};
    static struct sample s, data;

    for (size_t c = 0; c < 2 * sizeof shapes / sizeof shapes[0]; c++) {
        const size_t *d = shapes[c / 2].dim, count = d[0] * d[1] * d[2] * d[3], wide = 1 + c % 2;
        struct stamp_tensor t;
        struct stamp_err e;
        char header[90];

        data.len = 0;
        for (size_t n = 0; n < count; n++) { /* u1 wraps, >u2 does not */
            const unsigned char b[2] = {(unsigned char)(n >> 8), (unsigned char)n};
            sample_put(&data, b + 2 - wide, wide);
        }
        snprintf(header, sizeof header, "{'descr': '%s', 'fortran_order': True, 'shape': %s, }",
                 wide == 2 ? ">u2" : "|u1", shapes[c / 2].shape);
        sample_npy_of(&s, 1, header, data.bytes, data.len);
        ck_assert_msg(parse(&s, &t, &e) == STAMP_OK, "%s: %s", header, e.text);
        ck_assert_uint_eq(t.rank, shapes[c / 2].rank);
        for (size_t n = 0; n < count; n++) {
            const size_t l = n % d[3], k = n / d[3] % d[2], j = n / d[3] / d[2] % d[1],
                         i = n / d[3] / d[2] / d[1];
            const size_t want = i + d[0] * (j + d[1] * (k + d[2] * l));
            ck_assert_msg(t.f32[n] == (float)(wide == 2 ? want : want % 256), "%s: %zu is %g",
                          header, n, (double)t.f32[n]);
        }
        stamp_tensor_free(&t);
    }
}
END_TEST

/* .npy with the header as it is: no padding, no newline. */
static void bare(struct sample *s, const char *header)
{
    s->len = 0;
    sample_put(s, "\x93NUMPY\1\0", 8);
    sample_put_u32(s, (uint32_t)strlen(header));
    s->len = 10;
    sample_put(s, header, strlen(header));
    for (int i = 1; i <= 6; i++) sample_put_f32(s, (float)i);
}

START_TEST(headers_of_other_writers_are_read)
{
    static const char *const headers[] = {
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)}",
        "{'shape': (2, 3), 'fortran_order': False, 'descr': '<f4'}\n",
        "{'descr':'<f4','fortran_order':False,'shape':(2,3)}          \n",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2L, 3L), }   ",
        "{\"fortran_order\": False, \"descr\": \"<f4\", \"shape\": (2, 3, ), }\r\n",
        "  {'descr': '=f4', 'fortran_order': False, 'shape': ( 2 , 3 ) , }\n\n",
        "{'descr': 'f4', 'fortran_order': False, 'shape': (2, 3), }\t\n"};

    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        struct sample s;
        struct stamp_tensor t;
        struct stamp_err e;
        bare(&s, headers[i]);
        ck_assert_msg(parse(&s, &t, &e) == STAMP_OK, "%s: %s", headers[i], e.text);
        ck_assert(t.rank == 2 && t.dim[0] == 2 && t.dim[1] == 3);
        for (int k = 0; k < 6; k++) ck_assert(t.f32[k] == (float)(k + 1));
        stamp_tensor_free(&t);
    }
}
END_TEST

START_TEST(what_has_no_meaning_here_is_refused_by_its_name)
{
    static const struct {
        const char *descr, *name;
    } kinds[] = {{"'<c8'", "complex64"},
                 {"'>c16'", "complex128"},
                 {"'|O'", "object"},
                 {"'|S7'", "byte string"},
                 {"'<U12'", "unicode string"},
                 {"'<M8[ns]'", "datetime64"},
                 {"'<m8[25us]'", "timedelta64"},
                 {"'|V2'", "void"},
                 {"'<f16'", "float128"},
                 {"'<i16'", "int128"},
                 {"''", "unknown"},
                 {"'<'", "unknown"},
                 {"'<f4x'", "float32 (<f4x)"},
                 {"[('a', '<f4'), ('b)', '<i8', (2, 2))]", "structured"},
                 {"('<f4', (2,))", "structured"},
                 {"[(\"a]'\", [('b', '<f4')])]", "structured"}};

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        struct sample s;
        struct stamp_tensor t = {.rank = 77};
        struct stamp_err e;
        char header[160], want[60];
        snprintf(header, sizeof header, "{'descr': %s, 'fortran_order': False, 'shape': (2, 3), }",
                 kinds[i].descr);
        bare(&s, header);
        ck_assert_msg(parse(&s, &t, &e) == STAMP_EUNSUPPORTED, "%s: %s", header, e.text);
        snprintf(want, sizeof want, "element type %s", kinds[i].name);
        ck_assert_msg(strstr(e.text, want) != NULL, "%s: %s", header, e.text);
        ck_assert_uint_eq(t.rank, 77);
    }
}
END_TEST

START_TEST(broken_lists_of_fields_are_no_header)
{
    static const char *const lists[] = {"[('a', '<f4')", "[", "('a", "[('a', '<f4']", "[)"};

    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        struct sample s;
        struct stamp_tensor t;
        char header[120];
        snprintf(header, sizeof header, "{'descr': %s", lists[i]);
        bare(&s, header);
        ck_assert_int_eq((int)parse(&s, &t, NULL), (int)STAMP_EFORMAT);
    }
}
END_TEST

START_TEST(nothing_is_allocated_before_the_size_is_checked)
{
    struct sample s;
    struct stamp_tensor t;

    bare(&s, "{'descr': '<f4', 'fortran_order': True, 'shape': (1000000, 1000000), }");
    stamp_mem_fail_at(4); /* behind the handle, its name, the header */
    ck_assert_int_eq((int)parse(&s, &t, NULL), (int)STAMP_EFORMAT);
    s.bytes[9] = 0xff; /* a header longer than the file */
    stamp_mem_fail_at(3);
    ck_assert_int_eq((int)parse(&s, &t, NULL), (int)STAMP_EFORMAT);
    stamp_mem_fail_at(0);
}
END_TEST

TCase *stamp_tcase_npy_types(void)
{
    TCase *c = tcase_create("npy_types");
    tcase_add_test(c, every_type_reads_in_both_byte_orders_however_it_is_spelled);
    tcase_add_test(c, a_bool_is_0_or_1);
    tcase_add_test(c, fortran_order_becomes_row_major);
    tcase_add_test(c, headers_of_other_writers_are_read);
    tcase_add_test(c, what_has_no_meaning_here_is_refused_by_its_name);
    tcase_add_test(c, broken_lists_of_fields_are_no_header);
    tcase_add_test(c, nothing_is_allocated_before_the_size_is_checked);
    return c;
}
