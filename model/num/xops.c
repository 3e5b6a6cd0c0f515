/* SPDX-License-Identifier: Apache-2.0 */
/* xops.c - operation lists of Haar and Walsh-Hadamard. Contract in xops.h. */
#include "model/num/xops.h"

#include "model/mem.h"

bool stamp_xops_push(struct stamp_xops *ops, struct stamp_xop op)
{
    if (op.n0 == 0 || op.n1 == 0) return true;
    if (op.n0 == 1) op.s0 = 0;
    if (op.n1 == 1) op.s1 = 0;

    if (ops->count == ops->cap) {
        const uint32_t cap = ops->cap ? 2 * ops->cap : 32;
        void *p = stamp_grow(ops->op, ops->cap, cap, sizeof *ops->op);
        if (!p) return false;
        ops->op = p;
        ops->cap = cap;
    }
    ops->op[ops->count++] = op;
    return true;
}

void stamp_xops_free(struct stamp_xops *ops)
{
    stamp_free(ops->op);
    *ops = (struct stamp_xops){0};
}

/* Pairs (x, x + step) with x a multiple of 2*step and both below n. */
static uint32_t pairs(uint32_t n, uint32_t step)
{
    return n > step ? (n - step - 1) / (2 * step) + 1 : 0;
}

/* Multiples of step below n. */
static uint32_t multiples(uint32_t n, uint32_t step)
{
    return (n + step - 1) / step;
}

bool stamp_xops_haar(struct stamp_xops *ops, uint32_t base, uint32_t n, uint32_t depth)
{
    for (uint32_t l = 1; l <= depth; l++) {
        const uint32_t step = UINT32_C(1) << (l - 1);
        const struct stamp_xop op = {.kind = STAMP_MEAN,
                                     .a = base,
                                     .boff = step,
                                     .n0 = pairs(n, step),
                                     .s0 = 2 * step,
                                     .n1 = 1};
        if (!stamp_xops_push(ops, op)) return false;
    }
    return true;
}

/* One op for every grid, or for all at once when a grid's last i1 is followed at the same distance
 * by the first of the next grid. */
static bool push_grids(struct stamp_xops *ops, struct stamp_xop op, uint32_t grid, uint32_t count)
{
    if (op.s1 * op.n1 == grid) {
        op.n1 *= count;
        return stamp_xops_push(ops, op);
    }
    for (uint32_t g = 0; g < count; g++, op.a += grid)
        if (!stamp_xops_push(ops, op)) return false;
    return true;
}

bool stamp_xops_haar2d(struct stamp_xops *ops, uint32_t base, uint32_t h, uint32_t w,
                       uint32_t depth, uint32_t count)
{
    for (uint32_t l = 1; l <= depth; l++) {
        const uint32_t step = UINT32_C(1) << (l - 1);
        const struct stamp_xop along_w = {.kind = STAMP_MEAN,
                                          .a = base,
                                          .boff = step,
                                          .n0 = pairs(w, step),
                                          .s0 = 2 * step,
                                          .n1 = multiples(h, step),
                                          .s1 = step * w};
        const struct stamp_xop along_h = {.kind = STAMP_MEAN,
                                          .a = base,
                                          .boff = step * w,
                                          .n0 = multiples(w, step),
                                          .s0 = step,
                                          .n1 = pairs(h, step),
                                          .s1 = 2 * step * w};
        if (!push_grids(ops, along_w, h * w, count)) return false;
        if (!push_grids(ops, along_h, h * w, count)) return false;
    }
    return true;
}

bool stamp_xops_wht(struct stamp_xops *ops, uint32_t base, uint32_t m, uint32_t count)
{
    const uint32_t rows = count << m;
    for (uint32_t h = 1; h < UINT32_C(1) << m; h *= 2) {
        const struct stamp_xop op = {.kind = STAMP_MEAN,
                                     .a = base,
                                     .boff = h,
                                     .n0 = h,
                                     .s0 = 1,
                                     .n1 = rows / (2 * h),
                                     .s1 = 2 * h};
        if (!stamp_xops_push(ops, op)) return false;
    }
    return true;
}

uint32_t stamp_wht_row(uint32_t f, uint32_t m)
{
    const uint32_t gray = f ^ (f >> 1);
    uint32_t row = 0;
    for (uint32_t b = 0; b < m; b++) row |= (gray >> b & 1) << (m - 1 - b);
    return row;
}
