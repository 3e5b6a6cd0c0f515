/* SPDX-License-Identifier: Apache-2.0 */
/** @file paint_tests.h  What the tests of sim/paint share. */
#ifndef STAMP_TESTS_PAINT_TESTS_H
#define STAMP_TESTS_PAINT_TESTS_H

#include <check.h>

#include "model/status.h"
#include "tests/paint/paint_sample.h"

/** A folder of the test's own, removed at the end of its process. */
const char *paint_folder(void);

/** "folder/name", of the last four calls. */
const char *paint_path(const char *name);

/** Write a text to paint_path(name), or fail the test. */
void paint_put(const char *name, const char *text);

/** Assert that @p e is a line with all of the words, up to three, NULL after the last. */
void paint_said(const struct stamp_err *e, const char *const words[3], const char *what);

#endif
