/* SPDX-License-Identifier: Apache-2.0 */
/* mutant.cpp - which fault of tests/assert/mutants.txt a machine of them has: STAMP_MUTANT, counted from 1. */
#include <cstdlib>

extern "C" int stamp_mutant(void);
extern "C" int stamp_mutant(void)
{
    const char *number = getenv("STAMP_MUTANT");
    return number ? atoi(number) : 0;
}
