/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file expr.h
 * What expressions of cycles.def and work.def may use, on 64-bit counts. For the files that evaluate them.
 */
#ifndef STAMP_SPEC_EXPR_H
#define STAMP_SPEC_EXPR_H

#include <stdint.h>

static inline uint64_t max(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static inline uint64_t min(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static inline uint64_t ceil_of(uint64_t n, uint64_t d)
{
    return (n + d - 1) / d;
}

static inline uint64_t bits_of(uint64_t v)
{
    uint64_t n = 0;

    for (; v; v /= 2) n++;
    return n;
}

static inline uint64_t log2_of(uint64_t v)
{
    return bits_of(v) - 1;
}

#endif
