/* SPDX-License-Identifier: Apache-2.0 */
/* test_regex.c - patterns of tokenizer.json mean what Oniguruma says. */
#include <stdio.h>
#include <string.h>

#include "compiler/token/regex.h"
#include "model/mem.h"
#include "tests/compiler/token_tests.h"

static struct stamp_regex *compiled(const char *pattern)
{
    struct stamp_regex *r = NULL;
    struct stamp_err e = {STAMP_OK, ""};

    ck_assert_msg(!stamp_regex_new(pattern, strlen(pattern), &r, &e), "%s: %s", pattern, e.text);
    return r;
}

/* All matches of @p pattern in @p text, as "begin-end begin-end", are @p want. */
static void matches(const char *pattern, const char *text, const char *want)
{
    struct stamp_regex *r = compiled(pattern);
    const size_t len = strlen(text);
    size_t n = 0, from = 0;
    char got[256] = "";

    while (from < len) {
        size_t begin = 0, end = 0;
        bool found = false;
        ck_assert_int_eq(stamp_regex_find(r, text, len, from, &found, &begin, &end, NULL), 0);
        if (!found) break;
        n += (size_t)snprintf(got + n, sizeof got - n, "%s%zu-%zu", n ? " " : "", begin, end);
        from = begin < end ? end : end + 1;
    }
    stamp_regex_free(r);
    ck_assert_msg(strcmp(got, want) == 0, "%s on \"%s\" matches %s, not %s", pattern, text, got,
                  want);
}

static void refused(const char *pattern, const char *word)
{
    struct stamp_regex *r = NULL;
    struct stamp_err e = {STAMP_OK, ""};
    const enum stamp_status s = stamp_regex_new(pattern, strlen(pattern), &r, &e);

    stamp_regex_free(r);
    ck_assert_msg(s == STAMP_EUNSUPPORTED, "%s: status %d", pattern, (int)s);
    ck_assert_ptr_null(r);
    ck_assert_msg(strstr(e.text, word), "%s: %s", pattern, e.text);
}

START_TEST(white_space_is_that_of_unicode)
{
    matches("\\s", "a\tb\nc d", "1-2 3-4 5-6");
    matches("\\s", "\x0b\x0c\r", "0-1 1-2 2-3");
    matches("\\s",
            "a\xc2\x85"
            "b",
            "1-3"); /* U+0085 */
    matches("\\s",
            "a\xc2\xa0"
            "b",
            "1-3");                                         /* U+00A0 */
    matches("\\s", "a\xe2\x80\xa8\xe3\x80\x80", "1-4 4-7"); /* U+2028, U+3000 */
    matches("\\s",
            "a\xe1\xa0\x8e"
            "b",
            ""); /* U+180E was white space until Unicode 6.3 */
    matches("\\s",
            "a\xe2\x80\x8b"
            "b",
            ""); /* U+200B */
    matches("\\S+",
            "ab\xc2\x85"
            "c",
            "0-2 4-5");
    matches("[\\s]+", " \xc2\x85 x", "0-4");
    matches("[^\\s]+", " \xc2\x85 x", "4-5");
}
END_TEST

START_TEST(a_word_has_marks_digits_and_connectors)
{
    matches("\\w+",
            "e\xcc\x81"
            "a-b_1",
            "0-4 5-8"); /* U+0301 */
    /* U+0661, U+203F; U+00B2 is one where \w stands alone, as in the engine that defines it */
    matches("[\\w]+", "\xd9\xa1\xe2\x80\xbf\xc2\xb2", "0-5");
    matches("\\w+", "\xd9\xa1\xe2\x80\xbf\xc2\xb2", "0-7");
    matches("\\W", "a-\xcc\x81", "1-2");
    matches("[\\w]+", "\xe0\xa4\x95\xe0\xa4\xbf!", "0-6"); /* U+0915 U+093F */
    matches("\\bab\\b", "ab xab ab", "0-2 7-9");
    matches("\\Bb", "ab b", "1-2");
}
END_TEST

START_TEST(digits_are_decimal_in_every_script)
{
    matches("\\d+", "12\xd9\xa1x\xc2\xb2", "0-4"); /* U+0661; U+00B2 is no decimal digit */
    matches("\\D+",
            "1a\xc2\xb2"
            "2",
            "1-4");
    matches("[\\d]", "\xd9\xa1", "0-2");
}
END_TEST

START_TEST(h_is_a_hexadecimal_digit_and_no_blank)
{
    matches("\\h+", "fF9g \t0", "0-3 6-7");
    matches("\\H+", "g \tA", "0-3");
    matches("[\\hx]+", "x0Fy", "0-3");
}
END_TEST

START_TEST(a_plus_behind_an_interval_repeats_it_and_gives_back)
{
    matches("a{1,3}+", "aaaaaaa", "0-7");
    matches("a{1,3}+a", "aaa", "0-3"); /* possessive, it would leave no a */
    matches("(?:ab){2}+", "abababab", "0-8");
    matches("a{2}+", "aaaaa", "0-4");
}
END_TEST

START_TEST(a_question_mark_behind_one_number_makes_it_optional)
{
    matches("xa{2}?", "xaa", "0-3"); /* twice or not at all; lazy it would still be twice */
    matches("xa{2}?y", "xy xaay", "0-2 3-7");
    matches("a{1,3}?", "aaa", "0-1 1-2 2-3"); /* behind a range it is lazy */
}
END_TEST

START_TEST(an_interval_may_lack_its_lower_end)
{
    matches("xa{,2}", "xaaa", "0-3");
    matches("xa{,2}y", "xy", "0-2");
    matches("a{2,}", "aaaa", "0-4");
    matches("a{,}", "a{,}", "0-4"); /* without numbers it is text */
    matches("{2}", "{2}", "0-3");
}
END_TEST

START_TEST(m_lets_the_dot_match_newlines_and_lines_begin_everywhere)
{
    matches("(?m).", "\n", "0-1");
    matches("(?m:a.)b", "a\nb", "0-3");
    matches(".", "\na", "1-2");
    matches("(?m-i)A.", "A\n", "0-2");
    matches("^a", "a\na", "0-1 2-3"); /* a line, not the text */
    matches("a$", "a\nba", "0-1 3-4");
    matches("(?i)AB", "ab", "0-2");
}
END_TEST

START_TEST(code_points_may_be_written_in_four_digits)
{
    matches("\\u3042+", "\xe3\x81\x82\xe3\x81\x82", "0-6");
    matches("[\\u3041-\\u3043]", "\xe3\x81\x82", "0-3");
    matches("\\x41\\x{3042}", "A\xe3\x81\x82", "0-4");
}
END_TEST

START_TEST(a_class_inside_a_class_is_joined_to_it)
{
    matches("[a[bc]d]+", "abcde", "0-4");
    matches("[^a[bc]]+", "abcxyz", "3-6");
    matches("[[:alpha:]1]+", "ab12", "0-3");
    matches("[]a]+", "]a[", "0-2");
    matches("[^]a]+", "]b[", "1-3");
}
END_TEST

START_TEST(properties_may_be_negated_inside_and_have_long_names)
{
    matches("\\p{^L}+", "ab12", "2-4");
    matches("\\P{^L}+", "ab12", "0-2");
    matches("\\p{Letter}+", "ab12", "0-2");
    matches("\\p{Uppercase_Letter}", "aB", "1-2");
    matches("\\p{uppercase letter}|\\p{Lt}", "a", "");
    matches("[\\p{Decimal_Number}\\p{^ASCII}]+", "a1", "1-2");
    matches("\\p{Han}+", "a\xe4\xb8\x80", "1-4");
}
END_TEST

START_TEST(what_cannot_be_rewritten_is_refused_by_name)
{
    refused("[a-z&&[aeiou]]", "intersection");
    refused("[a[^b]]", "negated class in a class");
    refused("[\\W]", "negated shorthand");
    refused("[\\Sx]", "negated shorthand");
    refused("(?~abc)", "absent");
    refused("[abc", "class without its end");
    refused("\\", "backslash");
    refused("\\u12", "\\u");
    refused("\\pL", "\\p without {");
    refused("\\p{L", "without }");
    refused("\\x{41", "\\x{");
    refused("\\Qa\\E", "escape");
    refused("(a", "pattern (a");         /* the message of PCRE2 follows */
    refused("\\p{Nonsense}", "pattern"); /* so here */
}
END_TEST

START_TEST(groups_too_deep_and_patterns_too_long_are_refused)
{
    static char deep[100000];
    struct stamp_regex *r = NULL;

    memset(deep, '(', 300);
    refused(deep, "too deep");
    memset(deep, 'a', sizeof deep);
    ck_assert_int_eq((int)stamp_regex_new(deep, sizeof deep, &r, NULL), (int)STAMP_ERANGE);
}
END_TEST

START_TEST(a_hostile_pattern_ends_with_a_status)
{
    static char text[20003]; /* many a, then c and the b that the patterns end in */
    static const char *const patterns[] = {"(a*)*b", "(a|a)*b", "(?:a+)+b", "(a*)*[bd]"};

    memset(text, 'a', sizeof text - 3);
    memcpy(text + sizeof text - 3, "cb", 3);
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
        struct stamp_regex *r = compiled(patterns[i]);
        struct stamp_err e = {STAMP_OK, ""};
        size_t begin, end;
        bool found = true;
        ck_assert_int_eq(
            (int)stamp_regex_find(r, text, sizeof text - 1, 0, &found, &begin, &end, &e),
            (int)STAMP_ERANGE);
        ck_assert(!found && e.text[0]);
        stamp_regex_free(r);
    }
}
END_TEST

START_TEST(a_literal_is_found_byte_by_byte)
{
    struct stamp_regex *r = NULL;
    size_t begin = 0, end = 0;
    bool found = false;

    ck_assert_int_eq(stamp_regex_literal("a.[", 3, &r, NULL), 0);
    ck_assert_int_eq(stamp_regex_find(r,
                                      "\xff"
                                      "aXa.[",
                                      6, 0, &found, &begin, &end, NULL),
                     0);
    ck_assert(found && begin == 3 && end == 6);
    ck_assert_int_eq(stamp_regex_find(r,
                                      "\xff"
                                      "aXa.[",
                                      6, 4, &found, &begin, &end, NULL),
                     0);
    ck_assert(!found);
    stamp_regex_free(r);
}
END_TEST

START_TEST(a_search_may_look_back_before_its_begin)
{
    struct stamp_regex *r = compiled("(?<=a)b");
    size_t begin = 0, end = 0;
    bool found = false;

    ck_assert_int_eq(stamp_regex_find(r, "ab", 2, 1, &found, &begin, &end, NULL), 0);
    ck_assert(found && begin == 1 && end == 2);
    stamp_regex_free(r);
}
END_TEST

TCase *stamp_tcase_regex(void)
{
    TCase *c = tcase_create("patterns");
    tcase_set_timeout(c, 60);
    tcase_add_test(c, white_space_is_that_of_unicode);
    tcase_add_test(c, a_word_has_marks_digits_and_connectors);
    tcase_add_test(c, digits_are_decimal_in_every_script);
    tcase_add_test(c, h_is_a_hexadecimal_digit_and_no_blank);
    tcase_add_test(c, a_plus_behind_an_interval_repeats_it_and_gives_back);
    tcase_add_test(c, a_question_mark_behind_one_number_makes_it_optional);
    tcase_add_test(c, an_interval_may_lack_its_lower_end);
    tcase_add_test(c, m_lets_the_dot_match_newlines_and_lines_begin_everywhere);
    tcase_add_test(c, code_points_may_be_written_in_four_digits);
    tcase_add_test(c, a_class_inside_a_class_is_joined_to_it);
    tcase_add_test(c, properties_may_be_negated_inside_and_have_long_names);
    tcase_add_test(c, what_cannot_be_rewritten_is_refused_by_name);
    tcase_add_test(c, groups_too_deep_and_patterns_too_long_are_refused);
    tcase_add_test(c, a_hostile_pattern_ends_with_a_status);
    tcase_add_test(c, a_literal_is_found_byte_by_byte);
    tcase_add_test(c, a_search_may_look_back_before_its_begin);
    return c;
}
