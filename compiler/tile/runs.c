/* SPDX-License-Identifier: Apache-2.0 */
/* runs.c - row lists to loops. Contract in runs.h. */
#include "compiler/tile/runs.h"

#include <assert.h>
#include <stdbool.h>

/* Whether v[at ..] repeats v[0 .. n0) shifted by @p shift. */
static bool repeats(const uint32_t *v, size_t at, size_t n0, uint32_t shift)
{
    for (size_t i = 0; i < n0; i++)
        if (v[at + i] != v[i] + shift) return false;
    return true;
}

struct stamp_run stamp_run_fit(const uint32_t *v, size_t n)
{
    struct stamp_run r = {v[0], 1, 0, 1, 0};

    assert(n >= 1);
    if (n > 1 && v[1] > v[0]) r.s0 = v[1] - v[0];
    while (r.s0 && r.n0 < n && r.n0 < STAMP_RUN_MAX && v[r.n0] > v[r.n0 - 1] &&
           v[r.n0] - v[r.n0 - 1] == r.s0)
        r.n0++;
    /* Two elements further apart than the next two: the gap belongs to the outer loop. */
    if (r.n0 == 2 && n > 2 && v[2] > v[1] && v[2] - v[1] < r.s0) r.n0 = 1;
    if (r.n0 == 1) r.s0 = 0;
    if (n >= 2 * (size_t)r.n0 && v[r.n0] > v[0]) r.s1 = v[r.n0] - v[0];
    while (r.s1 && (r.n1 + 1) * (size_t)r.n0 <= n && r.n1 < STAMP_RUN_MAX &&
           repeats(v, r.n1 * (size_t)r.n0, r.n0, r.n1 * r.s1))
        r.n1++;
    if (r.n1 == 1) r.s1 = 0;
    return r;
}
