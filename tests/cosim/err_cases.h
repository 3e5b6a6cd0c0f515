/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file err_cases.h
 * Programs that stop the machine, by kind of error; beside them programs that just do not.
 */
#ifndef STAMP_TESTS_COSIM_ERR_CASES_H
#define STAMP_TESTS_COSIM_ERR_CASES_H

#include "tests/cosim/err_prog.h"

enum {
    ERR_MODEL = 1, /**< the C machine has to end the same way (it knows no faulty memory) */
    ERR_WHOLE = 2  /**< found at dispatch: what came before has been done, memory is equal */
};

/** The program of each variant 0, 1, ... : appended to @p p, which is begun; false when there is no
 *  such variant. The instruction at fault is marked. */
struct err_case {
    const char *name;
    enum stamp_error error; /**< NONE: that of err_prog, if it names one */
    bool (*build)(struct err_prog *p, uint32_t variant);
    unsigned flags;
};

/** Ended by a name of NULL. */
extern const struct err_case err_cases_dispatch[], err_cases_range[], err_cases_unit[],
    err_cases_newer[], err_cases_pairs[];

/** Every unit has work when the bad instruction comes: preamble, work; then mark. */
void err_busy(struct err_prog *p);

/** Newer vector instructions and transfers at the edge of each memory, see err_range.c. */
bool err_rows(struct err_prog *p, uint32_t variant, uint32_t over);

/** Preamble, the marked instruction, HALT. */
void err_simple(struct err_prog *p, union stamp_insn i);

#endif
