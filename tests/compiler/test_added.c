/* SPDX-License-Identifier: Apache-2.0 */
/* test_added.c - tokens that are taken out of a text whole. */
#include <stdio.h>
#include <string.h>

#include "compiler/token/added.h"
#include "model/mem.h"
#include "tests/compiler/token_tests.h"

struct stretches {
    const char *text;
    char got[256];
    size_t n;
};

/* "7<text>" for token 7, "<text>" for what is none. */
static enum stamp_status stretch(void *ctx, const struct stamp_added *token, size_t at, size_t len,
                                 struct stamp_err *e)
{
    struct stretches *s = ctx;
    char id[16] = "";

    (void)e;
    if (token) snprintf(id, sizeof id, "%d", (int)token->id);
    s->n += (size_t)snprintf(s->got + s->n, sizeof s->got - s->n, "%s<%.*s>", id, (int)len,
                             s->text + at);
    return STAMP_OK;
}

static void gives(const struct stamp_added *token, size_t count, const char *text, const char *want)
{
    struct stamp_added_list l = {0};
    struct stretches s = {text, "", 0};

    for (size_t i = 0; i < count; i++) {
        struct stamp_added a = token[i];
        a.len = strlen(a.text);
        ck_assert_int_eq(stamp_added_put(&l, &a, NULL), 0);
    }
    stamp_added_ready(&l);
    ck_assert_int_eq(stamp_added_split(&l, text, strlen(text), stretch, &s, NULL), 0);
    ck_assert_msg(strcmp(s.got, want) == 0, "\"%s\" gives %s, not %s", text, s.got, want);
    stamp_added_free(&l);
}

START_TEST(the_leftmost_and_there_the_longest_token_is_taken)
{
    static const struct stamp_added t[] = {{.text = (char *)"ab", .id = 1},
                                           {.text = (char *)"abcd", .id = 2},
                                           {.text = (char *)"bcx", .id = 3},
                                           {.text = (char *)"c", .id = 4}};

    gives(t, 4, "abcd", "2<abcd>");
    gives(t, 4, "abcx", "1<ab>4<c><x>"); /* "bcx" begins later */
    gives(t, 4, "xabc", "<x>1<ab>4<c>");
    gives(t, 4, "bcx", "3<bcx>");
    gives(t, 4, "abab", "1<ab>1<ab>");
    gives(t, 4, "xyz", "<xyz>");
    gives(t, 4, "", "");
    gives(t, 0, "ab", "<ab>");
}
END_TEST

START_TEST(of_two_equal_texts_the_one_added_first_counts)
{
    static const struct stamp_added t[] = {{.text = (char *)"x", .id = 9},
                                           {.text = (char *)"a", .id = 5},
                                           {.text = (char *)"a", .id = 2},
                                           {.text = (char *)"a", .id = 7}};

    gives(t, 4, "ax", "5<a>9<x>");
}
END_TEST

START_TEST(a_single_word_is_not_taken_where_a_word_touches_it)
{
    static const struct stamp_added t[] = {{.text = (char *)"in", .id = 1, .single_word = true}};

    gives(t, 1, "in", "1<in>");
    gives(t, 1, "so in it", "<so >1<in>< it>");
    gives(t, 1, "find", "<find>");
    gives(t, 1, "in_", "<in_>");
    gives(t, 1, "1in", "<1in>");
    gives(t, 1, "(in)", "<(>1<in><)>");
    gives(t, 1, "in\xc3\xa9", "<in\xc3\xa9>"); /* a letter */
    gives(t, 1, "\xc3\xa9in", "<\xc3\xa9in>");
    gives(t, 1, "in\xcc\x81", "<in\xcc\x81>");            /* a mark is part of a word */
    gives(t, 1, "in\xe2\x80\x94", "1<in><\xe2\x80\x94>"); /* a dash is not */
}
END_TEST

START_TEST(white_space_beside_a_token_goes_along_where_it_says_so)
{
    static const struct stamp_added left[] = {{.text = (char *)"[m]", .id = 1, .lstrip = true}};
    static const struct stamp_added right[] = {{.text = (char *)"[m]", .id = 1, .rstrip = true}};
    static const struct stamp_added both[] = {
        {.text = (char *)"[m]", .id = 1, .lstrip = true, .rstrip = true}};

    gives(left, 1, "a \t[m] b", "<a>1< \t[m]>< b>");
    gives(left, 1, "  [m]", "1<  [m]>");
    gives(left, 1, "a\xe3\x80\x80[m]", "<a>1<\xe3\x80\x80[m]>"); /* U+3000 */
    gives(left, 1, "[m][m]", "1<[m]>1<[m]>");
    gives(right, 1, "a [m] \n b", "<a >1<[m] \n ><b>");
    gives(right, 1, "[m]  ", "1<[m]  >");
    gives(right, 1, "[m]  [m]", "1<[m]  >1<[m]>");
    gives(both, 1, "[m]  [m] x", "1<[m]  >1<[m] ><x>"); /* the first takes what both could */
    gives(both, 1, "a  [m]  b", "<a>1<  [m]  ><b>");
}
END_TEST

START_TEST(tokens_that_begin_with_any_byte_are_found)
{
    for (int byte = 1; byte < 256; byte++) {
        const char text[3] = {(char)byte, 'x', '\0'};
        const struct stamp_added t[] = {{.text = (char *)text, .id = 3}};
        char want[16];
        snprintf(want, sizeof want, "3<%s>", text);
        gives(t, 1, text, want);
    }
}
END_TEST

TCase *stamp_tcase_added(void)
{
    TCase *c = tcase_create("added tokens");
    tcase_add_test(c, the_leftmost_and_there_the_longest_token_is_taken);
    tcase_add_test(c, of_two_equal_texts_the_one_added_first_counts);
    tcase_add_test(c, a_single_word_is_not_taken_where_a_word_touches_it);
    tcase_add_test(c, white_space_beside_a_token_goes_along_where_it_says_so);
    tcase_add_test(c, tokens_that_begin_with_any_byte_are_found);
    return c;
}
