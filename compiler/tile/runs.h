/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file runs.h
 * Lists of row numbers as the two nested loops an instruction has.
 */
#ifndef STAMP_TILE_RUNS_H
#define STAMP_TILE_RUNS_H

#include <stddef.h>
#include <stdint.h>

enum { STAMP_RUN_MAX = 4095 }; /**< largest count of a loop: 12 bits */

/** first + i1*s1 + i0*s0, i0 < n0 inside i1 < n1. A stride is 0 where its count is 1. */
struct stamp_run {
    uint32_t first, n0, s0, n1, s1;
};

/** The longest run at the start of the list v[n], n >= 1: greedy, inner loop first, strides only
 *  forward. It covers n0 * n1 elements of the list in order. */
struct stamp_run stamp_run_fit(const uint32_t *v, size_t n);

#endif
