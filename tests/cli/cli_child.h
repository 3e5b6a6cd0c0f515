/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file cli_child.h
 * stamp as a child process, in a folder of the test's own.
 */
#ifndef STAMP_TESTS_CLI_CHILD_H
#define STAMP_TESTS_CLI_CHILD_H

#include <check.h>
#include <stddef.h>

enum { CHILD_TEXT = 1 << 18 };

/** What a child printed and how it ended. */
struct child {
    int code;
    char out[CHILD_TEXT], err[CHILD_TEXT];
};

/** The test's folder, made on first use, removed at the end of the process. */
const char *child_folder(void);

/** The program under test: env STAMP_BIN, else build/stamp; absolute. */
const char *child_stamp(void);

/** The kit's root: the working directory of the test. */
const char *child_kit(void);

/** Run a shell line in the test's folder; $S is the program, $K the kit. Static result. */
const struct child *child_run(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/** The number behind "key": in JSON text; the test fails when there is none. */
double child_number(const char *json, const char *key);

/** Write floats as .npy into the test's folder, and read a file of @p count floats back. */
void child_npy(const char *name, size_t rows, size_t cols, const float *values);
void child_read(const char *name, size_t count, float *values);

/** Standard error is one line, "stamp: ...", with @p part in it. */
void child_one_line(const struct child *c, const char *part);

/** Its last line is; what stands before explains it. */
void child_last_line(const struct child *c, const char *part);

#endif
