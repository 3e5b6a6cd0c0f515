/* SPDX-License-Identifier: Apache-2.0 */
/* test_sample.c - the next token: the largest, or drawn with the right probability. */
#include <check.h>
#include <math.h>

#include "sim/net/sample.h"

Suite *stamp_suite_sample(void);

static int32_t one(struct stamp_sampler *s, const float *logits, size_t vocab)
{
    struct stamp_err e = {0};
    int32_t token = -1;

    ck_assert_msg(!stamp_sample(s, logits, vocab, &token, &e), "%s", e.text);
    return token;
}

START_TEST(without_temperature_the_largest_and_of_equals_the_lowest)
{
    const float logits[] = {-3, 2, 7, 7, 1};
    struct stamp_sampler s = {.state = 5};

    ck_assert_int_eq(one(&s, logits, 5), 2);
    ck_assert_uint_eq(s.state, 5); /* nothing was drawn */
    s.temperature = 1;
    s.top_k = 1;
    for (int i = 0; i < 50; i++) ck_assert_int_eq(one(&s, logits, 5), 2);
}
END_TEST

/* The first output of splitmix64 from 0 is 0xe220a8397b1dcdaf: 0.88331 of 2^64. */
START_TEST(the_first_draw_is_that_of_splitmix64)
{
    const double p[] = {0.8832, 0.8834};

    for (int i = 0; i < 2; i++) {
        const float logits[] = {(float)log(p[i] / (1 - p[i])), 0};
        struct stamp_sampler s = {.temperature = 1};
        ck_assert_int_eq(one(&s, logits, 2), i ? 0 : 1);
    }
}
END_TEST

/* 4 of 5 tokens, temperature 2: frequencies within 5 standard deviations of the softmax. */
START_TEST(frequencies_are_those_of_the_softmax)
{
    enum { DRAWS = 40000 };
    const float logits[] = {1, -2, 3, 0.5f, 2};
    const double w[] = {exp(0.5), 0, exp(1.5), exp(0.25), exp(1)};
    const double sum = w[0] + w[2] + w[3] + w[4];
    struct stamp_sampler s = {.temperature = 2, .top_k = 4, .state = 99};
    int count[5] = {0};

    for (int i = 0; i < DRAWS; i++) count[one(&s, logits, 5)]++;
    ck_assert_int_eq(count[1], 0);
    for (int i = 0; i < 5; i++) {
        const double p = w[i] / sum;
        ck_assert_double_eq_tol(count[i], DRAWS * p, 5 * sqrt(DRAWS * p * (1 - p)) + 1e-9);
    }
}
END_TEST

START_TEST(a_logit_that_is_not_finite_is_refused)
{
    const float logits[] = {1, NAN, 3};
    struct stamp_sampler s = {0};
    struct stamp_err e = {0};
    int32_t token = -1;

    ck_assert_int_eq(stamp_sample(&s, logits, 3, &token, &e), STAMP_ERANGE);
}
END_TEST

Suite *stamp_suite_sample(void)
{
    Suite *s = suite_create("sample");
    TCase *t = tcase_create("sample");

    tcase_add_test(t, without_temperature_the_largest_and_of_equals_the_lowest);
    tcase_add_test(t, the_first_draw_is_that_of_splitmix64);
    tcase_add_test(t, frequencies_are_those_of_the_softmax);
    tcase_add_test(t, a_logit_that_is_not_finite_is_refused);
    suite_add_tcase(s, t);
    return s;
}
