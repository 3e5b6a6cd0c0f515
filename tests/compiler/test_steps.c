/* SPDX-License-Identifier: Apache-2.0 */
/* test_steps.c - steps that change a text, steps that cut one. */
#include <stdio.h>
#include <string.h>

#include "compiler/token/step.h"
#include "model/mem.h"
#include "tests/compiler/token_tests.h"

static void becomes(const struct stamp_step *step, const char *text, bool first, const char *want)
{
    struct stamp_bytes out = {0};

    ck_assert_int_eq(stamp_step_change(step, text, strlen(text), first, &out, NULL), 0);
    ck_assert_int_eq(stamp_bytes_add(&out, "", 1, NULL), 0);
    ck_assert_msg(strcmp(out.s, want) == 0, "\"%s\" becomes \"%s\", not \"%s\"", text, out.s, want);
    stamp_free(out.s);
}

START_TEST(the_four_normalization_forms_are_those_of_unicode)
{
#define HANGUL "\xea\xb0\x81"                         /* U+AC01 */
#define JAMO   "\xe1\x84\x80\xe1\x85\xa1\xe1\x86\xa8" /* U+1100 U+1161 U+11A8 */
    static const struct {
        const char *text, *want[4]; /* NFC, NFD, NFKC, NFKD */
    } cases[] = {
        {"plain", {"plain", "plain", "plain", "plain"}},
        /* e U+0301, U+00E9 */
        {"xe\xcc\x81", {"x\xc3\xa9", "xe\xcc\x81", "x\xc3\xa9", "xe\xcc\x81"}},
        {"x\xc3\xa9", {"x\xc3\xa9", "xe\xcc\x81", "x\xc3\xa9", "xe\xcc\x81"}},
        /* U+FB01, the ligature fi */
        {"\xef\xac\x81", {"\xef\xac\x81", "\xef\xac\x81", "fi", "fi"}},
        /* U+212B, the unit, is U+00C5; U+00B2 */
        {"\xe2\x84\xab\xc2\xb2",
         {"\xc3\x85\xc2\xb2", "A\xcc\x8a\xc2\xb2",
          "\xc3\x85"
          "2",
          "A\xcc\x8a"
          "2"}},
        {HANGUL, {HANGUL, JAMO, HANGUL, JAMO}},
        {JAMO, {HANGUL, JAMO, HANGUL, JAMO}},
        /* U+1E9B U+0323, from UAX 15 */
        {"\xe1\xba\x9b\xcc\xa3",
         {"\xe1\xba\x9b\xcc\xa3", "\xc5\xbf\xcc\xa3\xcc\x87", "\xe1\xb9\xa9", "s\xcc\xa3\xcc\x87"}},
        /* marks are put in order: U+0307 (230) behind U+0323 (220) */
        {"a\xcc\x87\xcc\xa3",
         {"\xe1\xba\xa1\xcc\x87", "a\xcc\xa3\xcc\x87", "\xe1\xba\xa1\xcc\x87",
          "a\xcc\xa3\xcc\x87"}},
        /* U+0958 is never composed */
        {"\xe0\xa5\x98",
         {"\xe0\xa4\x95\xe0\xa4\xbc", "\xe0\xa4\x95\xe0\xa4\xbc", "\xe0\xa4\x95\xe0\xa4\xbc",
          "\xe0\xa4\x95\xe0\xa4\xbc"}},
    };
    static const enum stamp_step_kind kinds[4] = {STAMP_STEP_NFC, STAMP_STEP_NFD, STAMP_STEP_NFKC,
                                                  STAMP_STEP_NFKD};

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        for (size_t k = 0; k < 4; k++)
            becomes(&(struct stamp_step){.kind = kinds[k]}, cases[i].text, true, cases[i].want[k]);
}
END_TEST

START_TEST(lower_case_is_made_character_by_character)
{
    const struct stamp_step lower = {.kind = STAMP_STEP_LOWER};

    becomes(&lower, "AbC1!", true, "abc1!");
    becomes(&lower, "\xc4\xb0x", true, "i\xcc\x87x");              /* U+0130 becomes two */
    becomes(&lower, "\xc3\x89\xce\xa3", true, "\xc3\xa9\xcf\x83"); /* a final sigma too is U+03C3 */
    becomes(&lower, "\xe2\x84\xaa", true, "k");                    /* U+212A, the Kelvin sign */
    becomes(&lower, "\xe1\xba\x9e", true, "\xc3\x9f");             /* U+1E9E */
    becomes(&lower, "\xf0\x90\x90\x80", true, "\xf0\x90\x90\xa8"); /* U+10400 */
    becomes(&lower, "", true, "");
}
END_TEST

START_TEST(strip_takes_white_space_off_the_ends_it_is_told)
{
    static const char text[] = " \t\xc2\xa0 a b \n\xe3\x80\x80";

    becomes(&(struct stamp_step){.kind = STAMP_STEP_STRIP, .left = true, .right = true}, text, true,
            "a b");
    becomes(&(struct stamp_step){.kind = STAMP_STEP_STRIP, .left = true}, text, true,
            "a b \n\xe3\x80\x80");
    becomes(&(struct stamp_step){.kind = STAMP_STEP_STRIP, .right = true}, text, true,
            " \t\xc2\xa0 a b");
    becomes(&(struct stamp_step){.kind = STAMP_STEP_STRIP}, text, true, text);
    becomes(&(struct stamp_step){.kind = STAMP_STEP_STRIP, .left = true, .right = true}, " \n ",
            true, "");
    becomes(&(struct stamp_step){.kind = STAMP_STEP_STRIP, .right = true}, "  ", true, "");
}
END_TEST

START_TEST(replace_puts_its_text_for_every_match)
{
    struct stamp_step step = {.kind = STAMP_STEP_REPLACE, .text = (char *)"--", .len = 2};

    ck_assert_int_eq(stamp_regex_new(" {2,}", 5, &step.regex, NULL), 0);
    becomes(&step, "a  b c   ", true, "a--b c--");
    stamp_regex_free(step.regex);
    ck_assert_int_eq(stamp_regex_literal("a.", 2, &step.regex, NULL), 0);
    becomes(&step, "a.a.ab", true, "----ab");
    stamp_regex_free(step.regex);
    ck_assert_int_eq(stamp_regex_new("x*", 2, &step.regex, NULL), 0);
    becomes(&step, "\xc3\xa9xa", true, "--\xc3\xa9--a--"); /* empty matches too, never inside */
    stamp_regex_free(step.regex);
    step.len = 0;
    ck_assert_int_eq(stamp_regex_literal("a", 1, &step.regex, NULL), 0);
    becomes(&step, "banana", true, "bnn");
    becomes(&step, "", true, "");
    stamp_regex_free(step.regex);
}
END_TEST

START_TEST(a_prefix_goes_in_front_of_what_is_not_empty)
{
    struct stamp_step step = {.kind = STAMP_STEP_PREFIX, .text = (char *)"__", .len = 2};

    becomes(&step, "a", true, "__a");
    becomes(&step, "a", false, "__a");
    becomes(&step, "__a", true, "____a");
    becomes(&step, "", true, "");
    step.absent = true;
    becomes(&step, "__a", true, "__a");
    becomes(&step, "_a", true, "___a");
    becomes(&step, "_", true, "___");
    step.first = true;
    becomes(&step, "a", true, "__a");
    becomes(&step, "a", false, "a");
}
END_TEST

START_TEST(collapse_leaves_one_space_between_words_and_none_at_the_ends)
{
    const struct stamp_step step = {.kind = STAMP_STEP_COLLAPSE};

    becomes(&step, "  a   b c  ", true, "a b c");
    becomes(&step, "   ", true, "");
    becomes(&step, "", true, "");
    becomes(&step, "a\t\t b", true, "a\t\t b"); /* spaces only */
}
END_TEST

START_TEST(the_thirty_third_step_is_refused)
{
    struct stamp_steps l = {0};

    for (int i = 0; i < 32; i++)
        ck_assert_int_eq(stamp_steps_add(&l, &(struct stamp_step){.kind = STAMP_STEP_NFC}, NULL),
                         0);
    struct stamp_step last = {.kind = STAMP_STEP_REPLACE, .text = stamp_strdup("x"), .len = 1};
    ck_assert_int_eq(stamp_regex_literal("a", 1, &last.regex, NULL), 0);
    ck_assert_int_eq((int)stamp_steps_add(&l, &last, NULL), (int)STAMP_EUNSUPPORTED);
    ck_assert_uint_eq(l.count, 32); /* what the last one owned is gone: the sanitizer looks */
    stamp_steps_free(&l);
}
END_TEST

TCase *stamp_tcase_steps(void)
{
    TCase *c = tcase_create("steps that change");
    tcase_add_test(c, the_four_normalization_forms_are_those_of_unicode);
    tcase_add_test(c, lower_case_is_made_character_by_character);
    tcase_add_test(c, strip_takes_white_space_off_the_ends_it_is_told);
    tcase_add_test(c, replace_puts_its_text_for_every_match);
    tcase_add_test(c, a_prefix_goes_in_front_of_what_is_not_empty);
    tcase_add_test(c, collapse_leaves_one_space_between_words_and_none_at_the_ends);
    tcase_add_test(c, the_thirty_third_step_is_refused);
    return c;
}

/* ---- Cuts ---------------------------------------------------------------------------------------- */

struct pieces {
    const char *text;
    char got[256];
    size_t n;
};

static enum stamp_status piece(void *ctx, size_t at, size_t len, struct stamp_err *e)
{
    struct pieces *p = ctx;

    (void)e;
    p->n += (size_t)snprintf(p->got + p->n, sizeof p->got - p->n, "%s%.*s", p->n ? "/" : "",
                             (int)len, p->text + at);
    return STAMP_OK;
}

static void cuts(const char *pattern, enum stamp_split behavior, bool invert, const char *text,
                 const char *want)
{
    struct stamp_step step = {.kind = STAMP_STEP_SPLIT, .behavior = behavior, .invert = invert};
    struct pieces p = {text, "", 0};

    ck_assert_int_eq(stamp_regex_new(pattern, strlen(pattern), &step.regex, NULL), 0);
    ck_assert_int_eq(stamp_step_split(&step, text, strlen(text), piece, &p, NULL), 0);
    ck_assert_msg(strcmp(p.got, want) == 0, "%s %d %d: \"%s\" becomes %s, not %s", pattern,
                  (int)behavior, invert, text, p.got, want);
    stamp_regex_free(step.regex);
}

START_TEST(every_behaviour_cuts_as_its_name_says)
{
    /* The example of the library's manual: "the-final--countdown" cut at "-". */
    static const struct {
        enum stamp_split behavior;
        bool invert;
        const char *want;
    } cases[] = {{STAMP_SPLIT_REMOVED, false, "the/final/countdown"},
                 {STAMP_SPLIT_ISOLATED, false, "the/-/final/-/-/countdown"},
                 {STAMP_SPLIT_PREVIOUS, false, "the-/final-/-/countdown"},
                 {STAMP_SPLIT_NEXT, false, "the/-final/-/-countdown"},
                 {STAMP_SPLIT_CONTIGUOUS, false, "the/-/final/--/countdown"},
                 {STAMP_SPLIT_REMOVED, true, "-/-/-"},
                 {STAMP_SPLIT_ISOLATED, true, "the/-/final/-/-/countdown"},
                 {STAMP_SPLIT_PREVIOUS, true, "the/-final/-/-countdown"},
                 {STAMP_SPLIT_NEXT, true, "the-/final-/-/countdown"},
                 {STAMP_SPLIT_CONTIGUOUS, true, "the/-/final/--/countdown"}};

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        cuts("-", cases[i].behavior, cases[i].invert, "the-final--countdown", cases[i].want);
}
END_TEST

START_TEST(matches_at_the_ends_and_nothing_but_matches_are_cut_too)
{
    cuts("-", STAMP_SPLIT_REMOVED, false, "--", "");
    cuts("-", STAMP_SPLIT_ISOLATED, false, "-a-", "-/a/-");
    cuts("-", STAMP_SPLIT_PREVIOUS, false, "-a-", "-/a-");
    cuts("-", STAMP_SPLIT_NEXT, false, "-a-", "-a/-");
    cuts("-", STAMP_SPLIT_CONTIGUOUS, false, "--a", "--/a");
    cuts("-", STAMP_SPLIT_ISOLATED, false, "abc", "abc");
    cuts("-", STAMP_SPLIT_REMOVED, true, "abc", "");
    cuts("-", STAMP_SPLIT_ISOLATED, false, "", "");
}
END_TEST

START_TEST(an_empty_match_cuts_and_is_no_piece)
{
    cuts("(?=b)", STAMP_SPLIT_ISOLATED, false,
         "ab\xc3\xa9"
         "b",
         "a/b\xc3\xa9/b");
    cuts("x*", STAMP_SPLIT_ISOLATED, false, "a\xc3\xa9", "a/\xc3\xa9");
}
END_TEST

static enum stamp_status stop(void *ctx, size_t at, size_t len, struct stamp_err *e)
{
    (void)at, (void)len;
    ++*(int *)ctx;
    return stamp_fail(e, STAMP_EINTR, "enough");
}

START_TEST(what_the_receiver_returns_ends_the_cutting)
{
    struct stamp_step step = {.kind = STAMP_STEP_SPLIT};
    int calls = 0;

    ck_assert_int_eq(stamp_regex_literal("-", 1, &step.regex, NULL), 0);
    ck_assert_int_eq((int)stamp_step_split(&step, "a-b-c", 5, stop, &calls, NULL),
                     (int)STAMP_EINTR);
    ck_assert_int_eq(calls, 1);
    stamp_regex_free(step.regex);
}
END_TEST

TCase *stamp_tcase_split(void)
{
    TCase *c = tcase_create("steps that cut");
    tcase_add_test(c, every_behaviour_cuts_as_its_name_says);
    tcase_add_test(c, matches_at_the_ends_and_nothing_but_matches_are_cut_too);
    tcase_add_test(c, an_empty_match_cuts_and_is_no_piece);
    tcase_add_test(c, what_the_receiver_returns_ends_the_cutting);
    return c;
}
