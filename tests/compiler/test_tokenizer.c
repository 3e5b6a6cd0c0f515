/* SPDX-License-Identifier: Apache-2.0 */
/* test_tokenizer.c - tokenizer files, and the heap against the rule done literally. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/token/tokenizer.h"
#include "model/file/infile.h"
#include "model/mem.h"
#include "tests/compiler/front_tests.h"

enum { NAIVE_MAX = 4096 };

/* Tokens read again here, and the rule of tokenizer.h word by word: scan all, merge one, repeat. */
struct naive {
    size_t vocab;
    float score[1024];
    char text[1024][32];
    int32_t ids[NAIVE_MAX];
    size_t count;
};

static void naive_read(struct naive *n, const unsigned char *b, size_t len)
{
    size_t at = 4;
    for (n->vocab = 0; at < len; n->vocab++) {
        uint32_t size;
        memcpy(&n->score[n->vocab], b + at, 4);
        memcpy(&size, b + at + 4, 4);
        memcpy(n->text[n->vocab], b + at + 8, size);
        n->text[n->vocab][size] = '\0';
        at += 8 + size;
    }
}

static int32_t naive_find(const struct naive *n, const char *text)
{
    for (size_t i = 0; i < n->vocab; i++)
        if (strcmp(n->text[i], text) == 0) return (int32_t)i;
    return -1;
}

static bool naive_merge(struct naive *n)
{
    float best = -1e10f;
    size_t where = 0;
    int32_t what = -1;

    for (size_t i = 0; i + 1 < n->count; i++) {
        char both[64];
        snprintf(both, sizeof both, "%s%s", n->text[n->ids[i]], n->text[n->ids[i + 1]]);
        const int32_t id = naive_find(n, both);
        if (id < 0 || !(n->score[id] > best)) continue;
        best = n->score[id];
        where = i;
        what = id;
    }
    if (what < 0) return false;
    n->ids[where] = what;
    n->count--;
    memmove(n->ids + where + 1, n->ids + where + 2, (n->count - where - 1) * sizeof *n->ids);
    return true;
}

static void naive_encode(struct naive *n, const char *text)
{
    char c[8];
    n->count = 0;
    n->ids[n->count++] = naive_find(n, " ");
    for (size_t i = 0, k = 0; text[i]; i++) {
        c[k++] = text[i];
        c[k] = '\0';
        if (((unsigned char)text[i + 1] & 0xc0) == 0x80 && k < 4) continue;
        const int32_t id = naive_find(n, c);
        if (id >= 0) n->ids[n->count++] = id;
        for (size_t j = 0; id < 0 && j < k; j++) n->ids[n->count++] = (unsigned char)c[j] + 3;
        k = 0;
    }
    while (naive_merge(n)) {}
}

static void expect_naive(const struct stamp_tokenizer *t, struct naive *n, const char *text)
{
    int32_t *ids = NULL;
    size_t count = 0;

    naive_encode(n, text);
    ck_assert_int_eq(stamp_tokenizer_encode(t, text, strlen(text), false, &ids, &count, NULL),
                     STAMP_OK);
    ck_assert_msg(count == n->count, "%zu tokens, the rule gives %zu: %s", count, n->count, text);
    ck_assert_mem_eq(ids, n->ids, count * sizeof *ids);
    stamp_free(ids);
}

static struct stamp_tokenizer *sample(struct naive *n)
{
    struct sample s;
    struct stamp_tokenizer *t = NULL;
    sample_tokenizer(&s);
    ck_assert_int_eq(
        stamp_tokenizer_memory(STAMP_TOKENIZER_BIN, "tok", s.bytes, s.len, SAMPLE_TOKENS, &t, NULL),
        STAMP_OK);
    if (n) naive_read(n, s.bytes, s.len);
    return t;
}

START_TEST(small_texts_give_the_tokens_worked_out_by_hand)
{
    /* 259 " ", 260 a, 261 b, 263 d, 264 e acute, 265 ab -1, 267 aa -2, 271 aab -1, 275 dd -7 */
    static const struct {
        const char *text;
        int32_t want[6];
        size_t count;
    } cases[] = {
        {"", {1}, 1},
        {"d", {1, 259, 263}, 3},
        {"dd", {1, 259, 275}, 3},
        {"ab", {1, 273}, 2},            /* ab first (-1), then " ab" (-6) */
        {"aab", {1, 259, 271}, 3},      /* ab, then a + ab = aab (-1) */
        {"\xc3\xa9", {1, 259, 264}, 3}, /* a character that is a token */
        {"\xc3\xa8", {1, 259, 0xc3 + 3, 0xa8 + 3}, 4},
        {"\xff", {1, 259, 0xff + 3}, 3},
        {"\xa8", {1, 259, 0xa8 + 3}, 3}, /* it does not join the space in front */
        {"x", {1, 259, 'x' + 3}, 3},
    };
    struct stamp_tokenizer *t = sample(NULL);

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int32_t *ids = NULL;
        size_t n = 0;
        ck_assert_int_eq(
            stamp_tokenizer_encode(t, cases[i].text, strlen(cases[i].text), true, &ids, &n, NULL),
            STAMP_OK);
        ck_assert_msg(n == cases[i].count, "case %zu: %zu tokens", i, n);
        ck_assert_mem_eq(ids, cases[i].want, n * sizeof *ids);
        stamp_free(ids);
    }
    stamp_tokenizer_close(t);
}
END_TEST

START_TEST(random_texts_follow_the_greedy_rule_exactly)
{
    static struct naive n;
    struct stamp_tokenizer *t = sample(&n);
    const char letters[] = "aaabbbccdd  \xc3\xa9\xa8x";
    uint32_t seed = 20260;

    for (int round = 0; round < 3000; round++) {
        char text[200];
        size_t len = 0;
        seed = seed * 1664525u + 1013904223u;
        const size_t want = seed >> 25;
        while (len < want) {
            seed = seed * 1664525u + 1013904223u;
            text[len++] = letters[(seed >> 16) % (sizeof letters - 1)];
        }
        text[len] = '\0';
        if (len) expect_naive(t, &n, text);
    }
    stamp_tokenizer_close(t);
}
END_TEST

START_TEST(the_shipped_tokenizer_follows_the_greedy_rule_on_the_evaluation_text)
{
    static struct naive n;
    struct stamp_tokenizer *t = NULL;
    struct stamp_err e;
    char *bytes = NULL, *text = NULL;
    size_t len = 0, text_len = 0, pieces = 0;

    ck_assert_int_eq(
        stamp_infile_slurp("traces/model/stamp-stories/tokenizer.bin", 1 << 20, &bytes, &len, &e),
        STAMP_OK);
    ck_assert_int_eq(stamp_infile_slurp("traces/model/eval.txt", 1 << 20, &text, &text_len, &e),
                     STAMP_OK);
    naive_read(&n, (unsigned char *)bytes, len);
    ck_assert_int_eq(stamp_tokenizer_for("traces/model/stamp-stories", NULL, 1024, &t, &e),
                     STAMP_OK);
    for (char *p = strtok(text, "\n"); p; p = strtok(NULL, "\n"), pieces++) {
        if (strlen(p) > 300) p[300] = '\0';
        expect_naive(t, &n, p);
    }
    ck_assert_uint_gt(pieces, 50);
    stamp_tokenizer_close(t);
    stamp_free(bytes);
    stamp_free(text);
}
END_TEST

/* What it costs is counted where the pairs are, in test_merge.c. */
START_TEST(a_megabyte_is_encoded_to_tokens_of_every_byte)
{
    struct stamp_tokenizer *t = sample(NULL);
    const size_t len = 1000000;
    char *text = stamp_alloc(len, 1);
    int32_t *ids = NULL;
    size_t count = 0, bytes = 0;

    for (size_t i = 0; i < len; i++) text[i] = (char)('a' + i * i % 7 % 4);
    ck_assert_int_eq(stamp_tokenizer_encode(t, text, len, false, &ids, &count, NULL), STAMP_OK);
    for (size_t i = 0, n; i < count; i++, bytes += n) {
        const char *piece = stamp_tokenizer_piece(t, ids[i], &n);
        const size_t front = bytes == 0; /* the space in front */
        ck_assert(bytes + n <= len + 1 && (!front || *piece == ' '));
        ck_assert_mem_eq(piece + front, text + bytes + front - 1, n - front);
    }
    ck_assert_uint_eq(bytes, len + 1);
    stamp_free(ids);
    stamp_free(text);
    stamp_tokenizer_close(t);
}
END_TEST

/* Bytes of the first @p tokens of the sample. */
static size_t bytes_of(const struct sample *s, size_t tokens)
{
    size_t at = 4;
    for (size_t i = 0; i < tokens; i++) at += 8 + s->bytes[at + 4]; /* all are short */
    return at;
}

static enum stamp_status open_bin(const struct sample *s, size_t len, size_t rows)
{
    struct stamp_tokenizer *t = NULL;
    const enum stamp_status got =
        stamp_tokenizer_memory(STAMP_TOKENIZER_BIN, "t", s->bytes, len, rows, &t, NULL);

    ck_assert(!got == (t != NULL));
    stamp_tokenizer_close(t);
    return got;
}

START_TEST(a_file_cut_inside_a_token_or_before_the_last_byte_token_is_refused)
{
    struct sample s;
    size_t tokens = 0, accepted = 0;
    sample_tokenizer(&s);

    for (size_t len = 0; len < s.len; len++) {
        while (tokens < SAMPLE_TOKENS && bytes_of(&s, tokens) < len) tokens++;
        const bool whole = tokens >= 259 && bytes_of(&s, tokens) == len;
        ck_assert_msg(open_bin(&s, len, SAMPLE_TOKENS) == (whole ? STAMP_OK : STAMP_EFORMAT),
                      "%zu bytes", len);
        accepted += whole;
    }
    ck_assert_uint_eq(accepted, 17); /* 259 .. 275 tokens */
}
END_TEST

START_TEST(an_embedding_may_have_more_rows_than_tokens_and_not_fewer)
{
    struct sample s;
    sample_tokenizer(&s);

    ck_assert_int_eq((int)open_bin(&s, s.len, 0), STAMP_OK); /* not known */
    ck_assert_int_eq((int)open_bin(&s, s.len, SAMPLE_TOKENS), STAMP_OK);
    ck_assert_int_eq((int)open_bin(&s, s.len, SAMPLE_TOKENS + 1), STAMP_OK);
    ck_assert_int_eq((int)open_bin(&s, s.len, SAMPLE_TOKENS - 1), STAMP_EFORMAT);
    ck_assert_int_eq((int)open_bin(&s, s.len, 258), STAMP_EFORMAT);
}
END_TEST

START_TEST(a_score_that_is_no_number_is_refused)
{
    struct sample s;
    sample_tokenizer(&s);

    s.bytes[6] = 0xc0;
    s.bytes[7] = 0x7f;
    ck_assert_int_eq((int)open_bin(&s, s.len, SAMPLE_TOKENS), STAMP_EFORMAT);
}
END_TEST

START_TEST(a_failing_allocation_is_reported)
{
    struct sample s;
    size_t n = 1;
    sample_tokenizer(&s);

    for (;; n++) {
        struct stamp_tokenizer *t = NULL;
        int32_t *ids = NULL;
        size_t count = 0;
        stamp_mem_fail_at(n);
        enum stamp_status got = stamp_tokenizer_memory(STAMP_TOKENIZER_BIN, "t", s.bytes, s.len,
                                                       SAMPLE_TOKENS, &t, NULL);
        if (!got) got = stamp_tokenizer_encode(t, "abab", 4, true, &ids, &count, NULL);
        stamp_mem_fail_at(0);
        stamp_tokenizer_close(t);
        stamp_free(ids);
        if (got == STAMP_OK) break;
        ck_assert_int_eq((int)got, (int)STAMP_ENOMEM);
    }
    ck_assert_uint_gt(n, 15);
}
END_TEST

TCase *stamp_tcase_tokenizer(void)
{
    TCase *c = tcase_create("tokenizer");
    tcase_set_timeout(c, 60);
    tcase_add_test(c, small_texts_give_the_tokens_worked_out_by_hand);
    tcase_add_test(c, random_texts_follow_the_greedy_rule_exactly);
    tcase_add_test(c, the_shipped_tokenizer_follows_the_greedy_rule_on_the_evaluation_text);
    tcase_add_test(c, a_megabyte_is_encoded_to_tokens_of_every_byte);
    tcase_add_test(c, a_file_cut_inside_a_token_or_before_the_last_byte_token_is_refused);
    tcase_add_test(c, an_embedding_may_have_more_rows_than_tokens_and_not_fewer);
    tcase_add_test(c, a_score_that_is_no_number_is_refused);
    tcase_add_test(c, a_failing_allocation_is_reported);
    return c;
}
