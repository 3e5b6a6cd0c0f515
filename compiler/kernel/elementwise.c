/* SPDX-License-Identifier: Apache-2.0 */
/* elementwise.c - rows from DRAM to DRAM. Contract in elementwise.h. */
#include "compiler/kernel/elementwise.h"

#include "compiler/emit/vec.h"

/* Rows r .. of columns c .. in the buffers of one turn. */
static void part(struct stamp_build *b, const struct stamp_elementwise *e, struct stamp_vec v,
                 uint32_t room, uint32_t gate, uint64_t line, uint32_t r, uint32_t c)
{
    struct stamp_move m = {.space = STAMP_SPACE_VM,
                           .fmt = STAMP_FMT_F32,
                           .dram = e->a.addr + r * e->a.row_bytes + c * line,
                           .line = v.a,
                           .lines = v.cols,
                           .lstride = v.cols,
                           .n0 = v.n0,
                           .d0 = e->a.row_bytes};

    stamp_emit_move(b, STAMP_OP_LOAD, m);
    m.line += room;
    m.dram += e->cols * line;
    if (stamp_post_adds(e->post)) {
        m.dram = e->c.addr + r * e->c.row_bytes + c * line;
        m.d0 = e->c.row_bytes;
    }
    if (e->post == STAMP_POST_GELU || e->post == STAMP_POST_ACT) {
        stamp_emit_fn(b, e->post == STAMP_POST_GELU ? STAMP_ONE_GELU : STAMP_ONE_SILU, v, 0, 0,
                      0.0f, v.a, v.cols);
    } else {
        stamp_emit_move(b, STAMP_OP_LOAD, m);
        if (e->post == STAMP_POST_GATED) {
            stamp_emit_load(b, STAMP_SPACE_VM, STAMP_FMT_F32, e->gate + c * line, gate, v.cols);
            stamp_emit_bin(b, STAMP_BIN_MUL, v, gate, 0, 0, v.a, v.cols);
        }
        if (e->post == STAMP_POST_SILU)
            stamp_emit_fn(b, STAMP_ONE_SILU, v, 0, 0, 0.0f, v.a, v.cols);
        stamp_emit_bin(b, e->post == STAMP_POST_SILU ? STAMP_BIN_MUL : STAMP_BIN_ADD, v, v.a + room,
                       v.cols, 1, v.a, v.cols);
    }
    m.line = v.a;
    m.dram = e->y.addr + r * e->y.row_bytes + c * line;
    m.d0 = e->y.row_bytes;
    stamp_emit_move(b, STAMP_OP_STORE, m);
}

void stamp_emit_elementwise(struct stamp_build *b, const struct stamp_mach *mach,
                            const struct stamp_elementwise *e)
{
    const uint32_t gated = e->post == STAMP_POST_GATED ? 2 : 0; /* rows behind the buffers */
    const uint32_t share = gated ? mach->VM_LINES / 5 / 4 * 4 : 0;
    const uint32_t room = gated ? share : mach->VM_LINES / 4, most = gated ? share / 2 : room;
    const uint32_t chunk = e->cols < most ? e->cols : most / 4 * 4, batch = room / chunk;
    uint32_t turn = 0;

    for (uint32_t r = 0; r < e->rows; r += batch)
        for (uint32_t c = 0; c < e->cols; c += chunk, turn = !turn) {
            const uint32_t rows = e->rows - r < batch ? e->rows - r : batch;
            const uint32_t wide = e->cols - c < chunk ? e->cols - c : chunk;
            part(b, e, (struct stamp_vec){turn * 2 * room, rows, wide, wide}, room,
                 4 * room + turn * most, (uint64_t)mach->L * 4, r, c);
        }
}
