/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file skip.h
 * Checks that need what is not there (the RTL, shared data): said, and counted beside passed and
 * failed.
 */
#ifndef STAMP_TESTS_SKIP_H
#define STAMP_TESTS_SKIP_H

#include "model/status.h"

/** Before any test: the count is shared with the processes of tests. */
void test_skips_begin(void);

/** Say "SKIP: ..." on standard error and count the test as skipped, not passed. A process, which is a
 *  test, counts once; what else it skips is said without the word that tests/run.sh counts. */
void test_skip(const char *fmt, ...) STAMP_PRINTF(1, 2);

/** Tests that were skipped, whole or in part. */
int test_skips(void);

#endif
