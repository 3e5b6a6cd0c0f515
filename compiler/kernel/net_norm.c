/* SPDX-License-Identifier: Apache-2.0 */
/* net_norm.c - norms from DRAM to DRAM, norms of heads, embedding rows. Contract in net_build.h. */
#include "compiler/lower/net_build.h"

/* Batches of rows under way: one loaded, one worked on, one stored. */
enum { BUFFERS = 3 };

static uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* Scalars of the rows in v, one line each, from sums of squares to 1/rms. */
static void rms_scalars(struct stamp_netc *n, struct stamp_vec v, uint64_t count, uint32_t eps,
                        uint32_t scalars)
{
    const uint32_t lines = (v.n0 + n->L - 1) / n->L;
    const struct stamp_vec s = {scalars, lines, 1, 1}; /* lanes behind the last row: 1/sqrt(eps) */

    stamp_emit_red(n->b, STAMP_RED_SUMSQ, v, (struct stamp_lim){STAMP_LIM_ALL, 0, 0}, scalars);
    stamp_emit_fnm(n->b, STAMP_ONE_RSQRT, s, eps, 1.0f / (float)count,
                   (struct stamp_lim){STAMP_LIM_ALL, 0, 0}, scalars, 1);
}

void stamp_netc_head_norm(struct stamp_netc *n, struct stamp_vec v, uint32_t gain, uint32_t eps,
                          uint32_t scalars)
{
    rms_scalars(n, v, n->spec->model->head_dim, eps, scalars);
    stamp_emit_row(n->b, STAMP_ROW_MUL, v, scalars, v.a, v.s0);
    stamp_emit_bin(n->b, STAMP_BIN_MUL, v, gain, 0, 0, v.a, v.s0);
}

void stamp_netc_norm(struct stamp_netc *n, struct stamp_place from, uint64_t gain,
                     struct stamp_place to, uint32_t row0, uint32_t rows)
{
    const uint32_t dl = n->dl, vm = n->mach->VM_LINES;
    const uint32_t eps = dl, buffers = dl + 1 + 8;
    const uint32_t room = vm > buffers ? (vm - buffers) / BUFFERS : 0;
    const uint32_t fit = room / dl;
    uint32_t batch = 1;

    if (!fit) {
        stamp_build_fail(n->b, STAMP_EUNSUPPORTED,
                         "rows of %u lines do not fit machine %s: VM_LINES is %u, needs %u", dl,
                         n->mach->name, vm, (buffers + BUFFERS * dl + 3) / 4 * 4);
        return;
    }
    while (2 * batch <= least(fit, n->L)) batch *= 2;
    stamp_emit_load(n->b, STAMP_SPACE_VM, STAMP_FMT_F32, gain, 0, dl);
    stamp_emit_load(n->b, STAMP_SPACE_VM, STAMP_FMT_F32, n->constants + STAMP_NET_EPS, eps, 1);
    for (uint32_t r = 0, turn = 0; r < rows; r += batch, turn = (turn + 1) % BUFFERS) {
        const struct stamp_vec v = {buffers + turn * room, least(batch, rows - r), dl, dl};
        const uint32_t scalars = dl + 1 + turn;
        struct stamp_move m = {.space = STAMP_SPACE_VM,
                               .fmt = from.fmt,
                               .dram = from.addr + (row0 + r) * from.row_bytes,
                               .line = v.a,
                               .lines = dl,
                               .lstride = dl,
                               .n0 = v.n0,
                               .d0 = from.row_bytes};
        stamp_emit_move(n->b, STAMP_OP_LOAD, m);
        rms_scalars(n, v, n->spec->model->dim, eps, scalars);
        stamp_emit_row(n->b, STAMP_ROW_MUL, v, scalars, v.a, dl);
        stamp_emit_bin(n->b, STAMP_BIN_MUL, v, 0, 0, 0, v.a, dl);
        m.dram = to.addr + r * to.row_bytes;
        m.d0 = to.row_bytes;
        stamp_emit_move(n->b, STAMP_OP_STORE, m);
    }
}

void stamp_netc_gather(struct stamp_netc *n)
{
    const uint32_t cap = n->mach->IT_ENTRIES / 2, room = n->mach->VM_LINES / 2;
    uint32_t batch = least(room / n->dl, cap), turn = 0;

    if (!batch) {
        stamp_build_fail(n->b, STAMP_EUNSUPPORTED,
                         "rows of %u lines do not fit machine %s: VM_LINES is %u, needs %u", n->dl,
                         n->mach->name, n->mach->VM_LINES, (2 * n->dl + 3) / 4 * 4);
        return;
    }
    if (batch > STAMP_INDEX_LINE) batch = batch / STAMP_INDEX_LINE * STAMP_INDEX_LINE;
    /* Indices come in whole lines: a batch starts inside the lines loaded with it. */
    for (uint32_t r = 0; r < n->rows; r += batch, turn = !turn) {
        const uint32_t rows = least(batch, n->rows - r);
        const uint32_t line0 = r / STAMP_INDEX_LINE;
        const uint32_t lines = (r + rows - 1) / STAMP_INDEX_LINE - line0 + 1;
        const uint32_t it = turn * (cap / STAMP_INDEX_LINE);
        stamp_emit_load(n->b, STAMP_SPACE_IT, STAMP_FMT_RAW, n->tokens + 64 * (uint64_t)line0, it,
                        lines);
        union stamp_insn i = {.d = {.op = STAMP_OP_LOAD, .gather = 1}};
        i.d.space = STAMP_SPACE_VM;
        i.d.fmt = (uint64_t)n->embed.fmt;
        i.d.dram = n->embed.addr;
        i.d.d0 = n->embed.row_bytes;
        i.d.it = it * STAMP_INDEX_LINE + r % STAMP_INDEX_LINE;
        i.d.line = turn * room;
        i.d.lines = n->dl;
        i.d.lstride = n->dl;
        i.d.n0 = rows;
        i.d.n1 = 1;
        stamp_build_push(n->b, &i);
        stamp_emit_move(n->b, STAMP_OP_STORE,
                        (struct stamp_move){.space = STAMP_SPACE_VM,
                                            .fmt = STAMP_FMT_F32,
                                            .dram = n->x.addr + r * n->x.row_bytes,
                                            .line = turn * room,
                                            .lines = n->dl,
                                            .lstride = n->dl,
                                            .n0 = rows,
                                            .d0 = n->x.row_bytes});
    }
}
