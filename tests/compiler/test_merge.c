/* SPDX-License-Identifier: Apache-2.0 */
/* test_merge.c - the heap of pairs against the rule done literally: scan all, merge one, repeat. */
#include <string.h>

#include "compiler/token/merge.h"
#include "model/mem.h"
#include "tests/compiler/token_tests.h"

enum { LETTERS = 6, TOKENS_MAX = 80, LEN_MAX = 200 };

static uint32_t seed;

static uint32_t draw(uint32_t below)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % below;
}

/* A table of merges in the order of their ranks; what a pair becomes has an id of its own. */
struct table {
    struct {
        int32_t left, right, joined;
    } merge[TOKENS_MAX];
    size_t count;
    int32_t tokens;
};

/* Pairs of tokens that exist; some have equal results, as "a"+"bc" and "ab"+"c" would. */
static void random_table(struct table *t)
{
    t->count = 1 + draw(TOKENS_MAX - LETTERS);
    t->tokens = LETTERS;
    for (size_t i = 0; i < t->count; i++) {
        bool known = true;
        while (known) {
            t->merge[i].left = (int32_t)draw((uint32_t)t->tokens);
            t->merge[i].right = (int32_t)draw((uint32_t)t->tokens);
            known = false;
            for (size_t k = 0; k < i; k++)
                known |=
                    t->merge[k].left == t->merge[i].left && t->merge[k].right == t->merge[i].right;
        }
        t->merge[i].joined = t->tokens++;
    }
    for (size_t i = t->count; i-- > 1;) { /* ranks in any order */
        const size_t k = draw((uint32_t)i + 1);
        const struct table was = *t;
        t->merge[i] = was.merge[k];
        t->merge[k] = was.merge[i];
    }
}

/* The rule: of all neighbours the one with the lowest rank, leftmost on ties, again and again. */
static size_t naive(const struct table *t, int32_t *ids, size_t n)
{
    for (;;) {
        size_t best = t->count, where = 0;
        for (size_t i = 0; i + 1 < n; i++)
            for (size_t rank = 0; rank < best; rank++)
                if (t->merge[rank].left == ids[i] && t->merge[rank].right == ids[i + 1]) {
                    best = rank;
                    where = i;
                }
        if (best == t->count) return n;
        ids[where] = t->merge[best].joined;
        n--;
        memmove(ids + where + 1, ids + where + 2, (n - where - 1) * sizeof *ids);
    }
}

static void compare(struct stamp_merger *w, const struct stamp_merges *m, const struct table *t,
                    int32_t *ids, size_t n)
{
    size_t k = 0;

    w->count = 0;
    for (size_t i = 0; i < n; i++) ck_assert_int_eq(stamp_merger_add(w, ids[i], NULL), 0);
    ck_assert_int_eq(stamp_merger_run(w, &(struct stamp_vocab){0}, m, NULL), 0);
    n = naive(t, ids, n);
    for (size_t i = 0; i < w->count; i++) {
        if (w->symbol[i].id < 0) continue;
        ck_assert_msg(k < n && w->symbol[i].id == ids[k], "token %zu is %d", k,
                      (int)w->symbol[i].id);
        k++;
    }
    ck_assert_uint_eq(k, n);
}

START_TEST(random_tables_of_ranks_follow_the_rule_exactly)
{
    struct stamp_merger w = {0};
    size_t merged = 0;

    seed = 20261;
    for (int round = 0; round < 400; round++) {
        struct stamp_merges m = {0};
        struct table t;
        random_table(&t);
        ck_assert_int_eq(stamp_merges_make(&m, t.count, NULL), 0);
        for (size_t i = 0; i < t.count; i++)
            stamp_merges_put(&m, t.merge[i].left, t.merge[i].right, (uint32_t)i, t.merge[i].joined);
        for (int text = 0; text < 20; text++) {
            int32_t ids[LEN_MAX];
            const size_t n = draw(LEN_MAX + 1);
            const uint32_t letters = 1 + draw(LETTERS);
            for (size_t i = 0; i < n; i++) ids[i] = (int32_t)draw(letters);
            compare(&w, &m, &t, ids, n);
            for (size_t i = 0; i < w.count; i++) merged += w.symbol[i].id < 0;
        }
        stamp_merges_free(&m);
    }
    ck_assert_uint_gt(merged, 50000); /* something happened */
    stamp_merger_free(&w);
}
END_TEST

START_TEST(a_pair_entered_again_has_its_new_rank)
{
    struct stamp_merger w = {0};
    struct stamp_merges m = {0};

    ck_assert_int_eq(stamp_merges_make(&m, 3, NULL), 0);
    stamp_merges_put(&m, 0, 1, 5, 10);
    stamp_merges_put(&m, 1, 2, 1, 11);
    stamp_merges_put(&m, 0, 1, 0, 12);
    for (int32_t i = 0; i < 3; i++) ck_assert_int_eq(stamp_merger_add(&w, i, NULL), 0);
    ck_assert_int_eq(stamp_merger_run(&w, &(struct stamp_vocab){0}, &m, NULL), 0);
    ck_assert(w.symbol[0].id == 12 && w.symbol[1].id == -1 && w.symbol[2].id == 2);
    stamp_merges_free(&m);
    stamp_merger_free(&w);
}
END_TEST

/* By score: tokens 0 a, 1 b, 2 ab; 3 and 4 have no bytes, and ids beyond the vocabulary have none. */
START_TEST(a_token_without_bytes_joins_nothing)
{
    static const char *const text[] = {"a", "b", "ab"};
    static const int32_t far[] = {3, 4, 5000, 200000};
    struct stamp_vocab v = {0};
    struct stamp_merger w = {0};

    for (size_t i = 0; i < 3; i++) {
        ck_assert_int_eq(stamp_vocab_set(&v, i, text[i], strlen(text[i]), NULL), 0);
        ck_assert_int_eq(stamp_vocab_list(&v, i, false, NULL), 0);
    }
    ck_assert_int_eq(stamp_vocab_set(&v, 5, "z", 1, NULL), 0); /* 3 and 4 lie before it */
    for (size_t i = 0; i < sizeof far / sizeof far[0]; i++) {
        w.count = 0;
        ck_assert_int_eq(stamp_merger_add(&w, far[i], NULL), 0);
        ck_assert_int_eq(stamp_merger_add(&w, 1, NULL), 0);
        ck_assert_int_eq(stamp_merger_add(&w, far[i], NULL), 0);
        ck_assert_int_eq(stamp_merger_add(&w, 0, NULL), 0);
        ck_assert_int_eq(stamp_merger_add(&w, 1, NULL), 0);
        ck_assert_int_eq(stamp_merger_run(&w, &v, &(struct stamp_merges){0}, NULL), 0);
        ck_assert(w.symbol[0].id == far[i] && w.symbol[1].id == 1 && w.symbol[2].id == far[i]);
        ck_assert(w.symbol[3].id == 2 && w.symbol[4].id == -1);
    }
    stamp_vocab_free(&v);
    stamp_merger_free(&w);
}
END_TEST

START_TEST(a_score_of_minus_ten_billion_never_merges)
{
    static const struct {
        float score;
        bool merges;
    } cases[] = {{-1e10f, false}, {-2e10f, false}, {-9.9e9f, true}, {0, true}, {3e38f, true}};

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct stamp_vocab v = {0};
        struct stamp_merger w = {0};
        for (size_t k = 0; k < 2; k++) {
            ck_assert_int_eq(stamp_vocab_set(&v, k, k ? "aa" : "a", k + 1, NULL), 0);
            ck_assert_int_eq(stamp_vocab_list(&v, k, false, NULL), 0);
        }
        v.piece[1].score = cases[i].score;
        for (size_t k = 0; k < 2; k++) ck_assert_int_eq(stamp_merger_add(&w, 0, NULL), 0);
        ck_assert_int_eq(stamp_merger_run(&w, &v, &(struct stamp_merges){0}, NULL), 0);
        ck_assert_msg((w.symbol[0].id == 1) == cases[i].merges, "case %zu", i);
        stamp_vocab_free(&v);
        stamp_merger_free(&w);
    }
}
END_TEST

/* There are at most as many pairs as gaps, and each merge offers at most two more, so a run looks at
 * fewer than three a symbol, however long the text; the literal rule looks at all for every merge. */
START_TEST(the_work_of_a_run_grows_with_its_length_and_no_faster)
{
    static struct table t;

    for (uint32_t round = 0; round < 20; round++) {
        struct stamp_merges m = {0};
        struct stamp_merger w = {0};
        seed = 900 + round;
        random_table(&t);
        ck_assert_int_eq(stamp_merges_make(&m, t.count, NULL), 0);
        for (size_t i = 0; i < t.count; i++)
            stamp_merges_put(&m, t.merge[i].left, t.merge[i].right, (uint32_t)i, t.merge[i].joined);
        for (size_t n = 10; n <= (round ? 10000 : 1000000); n *= 10) {
            size_t left = 0;
            w.count = 0;
            for (size_t i = 0; i < n; i++)
                ck_assert_int_eq(stamp_merger_add(&w, (int32_t)draw(LETTERS), NULL), 0);
            ck_assert_int_eq(stamp_merger_run(&w, &(struct stamp_vocab){0}, &m, NULL), 0);
            for (size_t i = 0; i < w.count; i++) left += w.symbol[i].id >= 0;
            ck_assert_msg(w.taken >= w.count - left && w.taken < w.count + 2 * (w.count - left),
                          "%zu symbols, %zu left, %zu pairs taken", w.count, left, w.taken);
        }
        stamp_merges_free(&m);
        stamp_merger_free(&w);
    }
}
END_TEST

TCase *stamp_tcase_merge(void)
{
    TCase *c = tcase_create("merges");
    tcase_set_timeout(c, 60);
    tcase_add_test(c, random_tables_of_ranks_follow_the_rule_exactly);
    tcase_add_test(c, a_pair_entered_again_has_its_new_rank);
    tcase_add_test(c, a_token_without_bytes_joins_nothing);
    tcase_add_test(c, a_score_of_minus_ten_billion_never_merges);
    tcase_add_test(c, the_work_of_a_run_grows_with_its_length_and_no_faster);
    return c;
}
