/* SPDX-License-Identifier: Apache-2.0 */
/* test_cli_compile.c - programs from the command line: what run says of their output, whole models,
 * quantizers of weights. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/cli/cli_child.h"

Suite *stamp_suite_cli_compile(void);

enum { ROWS = 24, D = 40, OUT = 17 };

/* x, w and y = x wt in double, rounded once. */
static void make_layer(float *y)
{
    static float x[ROWS * D], w[OUT * D];

    for (int i = 0; i < ROWS * D; i++) x[i] = (float)((i * 7919 + 13) % 1009) / 500 - 1;
    for (int i = 0; i < OUT * D; i++) w[i] = (float)((i * 104729 + 7) % 997) / 400 - 1;
    for (int i = 0; i < ROWS * OUT; i++) {
        double sum = 0;
        for (int k = 0; k < D; k++) sum += (double)x[i / OUT * D + k] * (double)w[i % OUT * D + k];
        y[i] = (float)sum;
    }
    child_npy("x.npy", ROWS, D, x);
    child_npy("w.npy", OUT, D, w);
    child_npy("ref.npy", ROWS, OUT, y);
}

START_TEST(run_tells_how_far_an_output_is_from_a_reference)
{
    static float ref[ROWS * OUT], y[ROWS * OUT];
    double signal = 0, noise = 0, differ = 0;

    make_layer(ref);
    ck_assert_int_eq(child_run("$S compile w.npy --rows %d -o p.stamp", ROWS)->code, 0);
    const struct child *c = child_run("$S run p.stamp --on model --input x=x.npy --output y=y.npy "
                                      "--reference y=ref.npy --json");
    ck_assert_msg(c->code == 0, "%s", c->err);
    child_read("y.npy", ROWS * OUT, y);
    for (int i = 0; i < ROWS * OUT; i++) {
        const double off = (double)ref[i] - (double)y[i];
        signal += (double)ref[i] * (double)ref[i];
        noise += off * off;
        differ += off != 0;
    }
    const char *at = strstr(c->out, "\"references\"");
    ck_assert_ptr_nonnull(at);
    ck_assert_double_eq_tol(child_number(at, "sqnr_db"), 10 * log10(signal / noise), 1e-6);
    ck_assert_double_eq(child_number(at, "differ"), differ);
    ck_assert_double_gt(differ, ROWS * OUT / 2);
    c = child_run("$S run p.stamp --on model --input x=x.npy --reference y=y.npy");
    ck_assert_msg(c->code == 0, "%s", c->err);
    ck_assert_ptr_nonnull(strstr(c->out, "reference     y: 0 of 408 values differ\n"));
}
END_TEST

Suite *stamp_suite_cli_compile(void)
{
    Suite *s = suite_create("cli_compile");
    TCase *t = tcase_create("stamp");

    tcase_set_timeout(t, 240);
    tcase_add_test(t, run_tells_how_far_an_output_is_from_a_reference);
    suite_add_tcase(s, t);
    return s;
}
