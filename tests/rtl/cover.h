/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file cover.h
 * The end of a bench's top. One verilated with coverage writes it to the file STAMP_COVERAGE names;
 * the counts live in the model, so this comes before it is deleted.
 */
#ifndef STAMP_TESTS_RTL_COVER_H
#define STAMP_TESTS_RTL_COVER_H

#include <cstdlib>

#include "verilated.h"
#if VM_COVERAGE
#include "verilated_cov.h"
#endif

template <class T> static inline void finish(T *top)
{
    top->final();
#if VM_COVERAGE
    if (const char *path = getenv("STAMP_COVERAGE")) top->contextp()->coveragep()->write(path);
#endif
}

#endif
