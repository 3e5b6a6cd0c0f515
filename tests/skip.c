/* SPDX-License-Identifier: Apache-2.0 */
/* skip.c - tests that were not run. Contract in skip.h. */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include "tests/skip.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static atomic_int *count;

void test_skips_begin(void)
{
    void *p = mmap(NULL, sizeof *count, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (p == MAP_FAILED) abort();
    count = p;
}

void test_skip(const char *fmt, ...)
{
    static char last[600];
    char text[600];
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    if (!strcmp(text, last)) return;
    if (!last[0]) atomic_fetch_add(count, 1);
    fprintf(stderr, "%s: %s\n", last[0] ? "skipped too" : "SKIP", text);
    strcpy(last, text);
}

int test_skips(void)
{
    return atomic_load(count);
}
