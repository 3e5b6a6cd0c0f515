/* SPDX-License-Identifier: Apache-2.0 */
/* test_utf8.c - characters, broken characters, and the byte-level alphabet. */
#include <stdio.h>
#include <string.h>

#include "compiler/front/utf8.h"
#include "compiler/token/bytelevel.h"
#include "model/mem.h"
#include "tests/compiler/token_tests.h"

START_TEST(a_character_at_the_edge_of_every_length_is_read)
{
    static const struct {
        const char *bytes;
        uint32_t code;
    } cases[] = {{"\x7f", 0x7f},
                 {"\xc2\x80", 0x80},
                 {"\xdf\xbf", 0x7ff},
                 {"\xe0\xa0\x80", 0x800},
                 {"\xed\x9f\xbf", 0xd7ff},
                 {"\xee\x80\x80", 0xe000},
                 {"\xef\xbf\xbf", 0xffff},
                 {"\xf0\x90\x80\x80", 0x10000},
                 {"\xf4\x8f\xbf\xbf", 0x10ffff}};

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const size_t len = strlen(cases[i].bytes);
        uint32_t code = 0;
        bool good = false;
        char back[STAMP_UTF8_MAX];
        ck_assert_uint_eq(stamp_utf8_next(cases[i].bytes, len, &code, &good), len);
        ck_assert_msg(good && code == cases[i].code, "case %zu: U+%04X", i, (unsigned)code);
        ck_assert_uint_eq(stamp_utf8_put(cases[i].code, back), len);
        ck_assert_mem_eq(back, cases[i].bytes, len);
        ck_assert_uint_eq(stamp_utf8_valid(cases[i].bytes, len), len);
        for (size_t cut = 1; cut < len; cut++) {
            ck_assert_uint_eq(stamp_utf8_valid(cases[i].bytes, cut), 0);
            ck_assert(stamp_utf8_cut(cases[i].bytes, cut));
        }
        ck_assert(!stamp_utf8_cut(cases[i].bytes, len));
    }
}
END_TEST

START_TEST(zero_is_a_character)
{
    uint32_t code = 1;
    bool good = false;

    ck_assert_uint_eq(stamp_utf8_next("\0a", 2, &code, &good), 1);
    ck_assert(good && code == 0);
    ck_assert_uint_eq(stamp_utf8_valid("a\0b", 3), 3);
}
END_TEST

START_TEST(overlong_surrogate_and_too_large_forms_are_no_characters)
{
    static const char *const bad[] = {"\x80",
                                      "\xbf",
                                      "\xc0\x80",
                                      "\xc1\xbf",
                                      "\xe0\x80\x80",
                                      "\xe0\x9f\xbf",
                                      "\xed\xa0\x80",
                                      "\xed\xbf\xbf",
                                      "\xf0\x80\x80\x80",
                                      "\xf0\x8f\xbf\xbf",
                                      "\xf4\x90\x80\x80",
                                      "\xf5\x80\x80\x80",
                                      "\xfe",
                                      "\xff"};

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        uint32_t code = 0;
        bool good = true;
        ck_assert_uint_eq(stamp_utf8_next(bad[i], strlen(bad[i]), &code, &good), 1);
        ck_assert_msg(!good && code == 0xfffd, "case %zu", i);
        ck_assert(!stamp_utf8_cut(bad[i], strlen(bad[i])));
        ck_assert_uint_eq(stamp_utf8_valid(bad[i], strlen(bad[i])), 0);
    }
}
END_TEST

START_TEST(broken_bytes_become_one_mark_for_each_maximal_subpart)
{
#define M "\xef\xbf\xbd"
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"abc", "abc"},
        {"\xc3\xa9", "\xc3\xa9"},
        /* Unicode, chapter 3, the table of maximal subparts: 61 F1 80 80 E1 80 C2 62 80 63 80 BF 64 */
        {"a\xf1\x80\x80\xe1\x80\xc2"
         "b\x80"
         "c\x80\xbf"
         "d",
         "a" M M M "b" M "c" M M "d"},
        /* the tables before it: C0 AF E0 80 BF F0 81 82 41; ED A0 80 ED BF BF ED AF 41;
         * F4 91 92 93 FF 41 80 BF 42; E1 80 E2 F0 91 92 F1 BF 41 */
        {"\xc0\xaf\xe0\x80\xbf\xf0\x81\x82"
         "A",
         M M M M M M M M "A"},
        {"\xed\xa0\x80\xed\xbf\xbf\xed\xaf"
         "A",
         M M M M M M M M "A"},
        {"\xf4\x91\x92\x93\xff"
         "A\x80\xbf"
         "B",
         M M M M M "A" M M "B"},
        {"\xe1\x80\xe2\xf0\x91\x92\xf1\xbf"
         "A",
         M M M M "A"},
        {"\xf0\x9f\x98", M},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t len = 0;
        char *got = stamp_utf8_mend(cases[i].text, strlen(cases[i].text), &len);
        ck_assert_str_eq(got, cases[i].want);
        ck_assert_uint_eq(len, strlen(cases[i].want));
        stamp_free(got);
    }
#undef M
}
END_TEST

START_TEST(what_was_mended_is_valid_whatever_the_bytes)
{
    uint32_t seed = 77;

    for (int round = 0; round < 20000; round++) {
        unsigned char text[24];
        size_t len = 0;
        for (size_t i = 0; i < sizeof text; i++) {
            seed = seed * 1664525u + 1013904223u;
            text[i] = (unsigned char)(seed >> 24);
            if (seed >> 23 & 1) text[i] |= 0x80; /* mostly no ASCII */
        }
        char *got = stamp_utf8_mend((const char *)text, sizeof text, &len);
        ck_assert_uint_eq(stamp_utf8_valid(got, len), len);
        stamp_free(got);
    }
}
END_TEST

TCase *stamp_tcase_utf8(void)
{
    TCase *c = tcase_create("UTF-8");
    tcase_add_test(c, a_character_at_the_edge_of_every_length_is_read);
    tcase_add_test(c, zero_is_a_character);
    tcase_add_test(c, overlong_surrogate_and_too_large_forms_are_no_characters);
    tcase_add_test(c, broken_bytes_become_one_mark_for_each_maximal_subpart);
    tcase_add_test(c, what_was_mended_is_valid_whatever_the_bytes);
    return c;
}

/* ---- The byte-level alphabet --------------------------------------------------------------------- */

/* The 68 bytes that are not printable by themselves, in rising order: they are U+0100, U+0101, ... */
static const unsigned char shifted[68] = {
    0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d,
    0x0e, 0x0f, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19, 0x1a, 0x1b,
    0x1c, 0x1d, 0x1e, 0x1f, 0x20, 0x7f, 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87,
    0x88, 0x89, 0x8a, 0x8b, 0x8c, 0x8d, 0x8e, 0x8f, 0x90, 0x91, 0x92, 0x93, 0x94, 0x95,
    0x96, 0x97, 0x98, 0x99, 0x9a, 0x9b, 0x9c, 0x9d, 0x9e, 0x9f, 0xa0, 0xad};

START_TEST(every_byte_is_the_character_of_the_published_alphabet_and_back)
{
    bool used[0x144] = {false};

    for (unsigned byte = 0; byte < 256; byte++) {
        uint32_t want = byte;
        for (uint32_t k = 0; k < 68; k++)
            if (shifted[k] == byte) want = 0x100 + k;
        ck_assert_uint_eq(stamp_bytelevel_code((unsigned char)byte), want);
        ck_assert_int_eq(stamp_bytelevel_byte(want), (int)byte);
        used[want] = true;
    }
    for (uint32_t code = 0; code < 0x144; code++)
        if (!used[code]) ck_assert_int_eq(stamp_bytelevel_byte(code), -1);
    ck_assert_int_eq(stamp_bytelevel_byte(0x144), -1);
    ck_assert_int_eq(stamp_bytelevel_byte(0x2581), -1);
}
END_TEST

START_TEST(space_newline_and_tab_are_the_letters_everybody_knows)
{
    ck_assert_uint_eq(stamp_bytelevel_code(' '), 0x120);
    ck_assert_uint_eq(stamp_bytelevel_code('\n'), 0x10a);
    ck_assert_uint_eq(stamp_bytelevel_code('\t'), 0x109);
    ck_assert_uint_eq(stamp_bytelevel_code('!'), '!');
    ck_assert_uint_eq(stamp_bytelevel_code(0xad), 0x143);
}
END_TEST

START_TEST(a_text_outside_the_alphabet_is_not_decoded)
{
    struct stamp_bytes out = {0};
    bool all = false;

    ck_assert_int_eq(stamp_bytelevel_decode("\xc4\xa0"
                                            "a\xc3\x83\xc2\xa9",
                                            7, &out, &all, NULL),
                     0);
    ck_assert(all);
    ck_assert_uint_eq(out.len, 4);
    ck_assert_mem_eq(out.s, " a\xc3\xa9", 4);
    ck_assert_int_eq(stamp_bytelevel_decode("a b", 3, &out, &all, NULL), 0);
    ck_assert(!all); /* a space is none of it */
    ck_assert_int_eq(stamp_bytelevel_decode("\xe2\x96\x81", 3, &out, &all, NULL), 0);
    ck_assert(!all);
    ck_assert_int_eq(stamp_bytelevel_decode("", 0, &out, &all, NULL), 0);
    ck_assert(all && out.len == 0);
    stamp_free(out.s);
}
END_TEST

TCase *stamp_tcase_bytelevel(void)
{
    TCase *c = tcase_create("byte-level alphabet");
    tcase_add_test(c, every_byte_is_the_character_of_the_published_alphabet_and_back);
    tcase_add_test(c, space_newline_and_tab_are_the_letters_everybody_knows);
    tcase_add_test(c, a_text_outside_the_alphabet_is_not_decoded);
    return c;
}
