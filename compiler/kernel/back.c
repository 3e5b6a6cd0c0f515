/* SPDX-License-Identifier: Apache-2.0 */
/* back.c - products transformed back and added to, apart from the layer that made them. Contract in linear.h. */
#include "compiler/emit/vec.h"
#include "compiler/kernel/linear.h"

/* Rows without a transform go so many at a time. */
enum { ROWS = 16 };

/* Column groups of @p rows rows at once: two buffers of products and of what is added in @p lines lines. */
static uint32_t columns(const struct stamp_linear *l, uint32_t rows, uint32_t lines)
{
    const uint32_t q = l->t.out_quantum, most = lines / (4 * rows) / q * q;

    return most < q ? q : most > l->t.cg ? l->t.cg : most;
}

uint32_t stamp_linear_back_lines(const struct stamp_plan *plan, bool transform, uint32_t quantum)
{
    uint32_t rows = transform ? 1 : ROWS;

    for (uint32_t i = 0; i < plan->blocks && transform; i++) {
        const struct stamp_block b = stamp_plan_block(plan, i);
        if (b.h * b.w > rows) rows = b.h * b.w;
    }
    return 4 * rows * quantum;
}

/* Units u .. u+un-1, @p rows rows of tokens @p row. */
static void back(struct stamp_linear *l, struct stamp_place from, const uint32_t *row,
                 uint32_t rows, uint32_t u, uint32_t un, uint32_t lines, uint32_t *turn)
{
    const uint32_t cols = columns(l, rows, lines);

    for (uint32_t c = 0; c < l->t.cg; c += cols) {
        const uint32_t cn = l->t.cg - c < cols ? l->t.cg - c : cols;
        const uint32_t vm = (*turn)++ % 2 * (lines / 2), add = vm + rows * cn;
        const struct stamp_vec v = {vm, rows, cn, cn};
        stamp_emit_rows(l->b, STAMP_OP_LOAD, from, row, rows, c, cn, vm, cn);
        stamp_emit_rows(l->b, STAMP_OP_LOAD, l->add, row, rows, c, cn, add, cn);
        stamp_linear_transform(l, u, un, vm, cn, cn, true);
        stamp_emit_bin(l->b, STAMP_BIN_ADD, v, add, cn, 1, vm, cn);
        stamp_emit_rows(l->b, STAMP_OP_STORE, l->y, row, rows, c, cn, vm, cn);
    }
}

void stamp_linear_back(struct stamp_linear *l, struct stamp_place from, uint32_t lines)
{
    const uint32_t units = stamp_work_units(&l->work), sink = l->work.transform && l->plan->sink;
    uint32_t turn = 0, *row = stamp_build_alloc(l->b, l->work.s, sizeof *row);

    for (uint32_t i = 0, un = 1; i < units && !l->b->status; i += un) {
        /* What reads the rows begins with the first: the sink, which is the last unit. */
        struct stamp_tile t = {.first = sink ? (i + units - 1) % units : i, .count = 1};
        if (!l->work.transform) t.count = units - i < ROWS ? units - i : ROWS;
        un = t.count;
        for (uint32_t k = 0; k < un; k++) {
            const struct stamp_block b = stamp_work_unit(&l->work, t.first + k);
            t.rows += b.h * b.w;
        }
        stamp_linear_rows(l, &t, row);
        back(l, from, row, t.rows, t.first, un, lines, &turn);
    }
    stamp_xops_free(&l->inverse.ops);
}
