/* SPDX-License-Identifier: Apache-2.0 */
/* k_gather.c - rows of a table by their ids. Contract in kernel.h. */
#include "compiler/kernel/kernel.h"
#include "model/num/bf16.h"
#include "model/num/f32.h"

static uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static void put32(uint8_t *to, uint32_t v)
{
    for (int k = 0; k < 4; k++) to[k] = (uint8_t)(v >> 8 * k);
}

static void put16(uint8_t *to, uint32_t v)
{
    to[0] = (uint8_t)v;
    to[1] = (uint8_t)(v >> 8);
}

/* Whether every value of the table is a bf16; then half the memory holds it. */
static bool is_bf16(struct stamp_lower *n, const struct stamp_lazy *t, float *row)
{
    if (stamp_lazy_bf16(t->kind)) return true;
    for (size_t r = 0; r < t->rows && !n->b->status; r++) {
        n->b->status = stamp_lazy_rows(t, r, 1, row, n->b->e);
        for (size_t c = 0; c < t->cols; c++)
            if (stamp_f32_bits(row[c]) & 0xffffu) return false;
    }
    return true;
}

static void global(struct stamp_lower *n, struct stamp_lstep *s)
{
    const uint32_t param = n->g->node[s->s->node].in[0] & ~STAMP_PARAM;
    const struct stamp_lazy *t = stamp_network_matrix(n->spec->model, param, 0);
    float *row = stamp_build_alloc(n->b, t->cols, sizeof *row);

    if (!row) return;
    const enum stamp_fmt fmt =
        !n->spec->weights || is_bf16(n, t, row) ? STAMP_FMT_BF16 : STAMP_FMT_F32;
    const uint64_t line = (uint64_t)n->L * stamp_fmt_bytes(fmt);
    const uint64_t pitch = ((t->cols + n->L - 1) / n->L * line + STAMP_DRAM_ALIGN - 1) /
                           STAMP_DRAM_ALIGN * STAMP_DRAM_ALIGN;
    s->table.row_bytes = pitch;
    s->table.fmt = fmt;
    uint8_t *data = stamp_lower_room(n, s->s->name, fmt, t->rows * pitch, &s->table.addr);
    for (size_t r = 0; r < t->rows && data && !n->b->status; r++) {
        uint8_t *to = data + r * pitch;
        n->b->status = stamp_lazy_rows(t, r, 1, row, n->b->e);
        for (size_t c = 0; c < t->cols; c++) {
            if (fmt == STAMP_FMT_BF16)
                put16(to + 2 * c, stamp_f32_bits(row[c]) >> 16);
            else
                put32(to + 4 * c, stamp_f32_bits(row[c]));
        }
    }
}

static void rows_of(struct stamp_lower *n, const struct stamp_lstep *s)
{
    const struct stamp_place x = stamp_lower_place(n, s->s->out);
    const uint32_t lines_of_row = (n->g->value[s->s->out].cols + n->L - 1) / n->L;
    const uint32_t cap = n->mach->IT_ENTRIES / 2, room = n->mach->VM_LINES / 2;
    uint32_t batch = least(room / lines_of_row, cap), turn = 0;

    if (!batch) {
        stamp_build_fail(n->b, STAMP_EUNSUPPORTED,
                         "rows of %u lines do not fit machine %s: VM_LINES is %u, needs %u",
                         lines_of_row, n->mach->name, n->mach->VM_LINES,
                         (2 * lines_of_row + 3) / 4 * 4);
        return;
    }
    if (batch > STAMP_INDEX_LINE) batch = batch / STAMP_INDEX_LINE * STAMP_INDEX_LINE;
    /* Indices come in whole lines: a batch starts inside the lines loaded with it. */
    for (uint32_t r = 0; r < n->rows; r += batch, turn = !turn) {
        const uint32_t rows = least(batch, n->rows - r);
        const uint32_t line0 = r / STAMP_INDEX_LINE;
        const uint32_t lines = (r + rows - 1) / STAMP_INDEX_LINE - line0 + 1;
        const uint32_t it = turn * (cap / STAMP_INDEX_LINE);
        stamp_emit_load(n->b, STAMP_SPACE_IT, STAMP_FMT_RAW, n->ids + 64 * (uint64_t)line0, it,
                        lines);
        union stamp_insn i = {.d = {.op = STAMP_OP_LOAD, .gather = 1}};
        i.d.space = STAMP_SPACE_VM;
        i.d.fmt = (uint64_t)s->table.fmt;
        i.d.dram = s->table.addr;
        i.d.d0 = s->table.row_bytes;
        i.d.it = it * STAMP_INDEX_LINE + r % STAMP_INDEX_LINE;
        i.d.line = x.vm ? x.vm - 1 : turn * room;
        i.d.lines = lines_of_row;
        i.d.lstride = lines_of_row;
        i.d.n0 = rows;
        i.d.n1 = 1;
        stamp_build_push(n->b, &i);
        if (x.vm) continue;
        stamp_emit_move(n->b, STAMP_OP_STORE,
                        (struct stamp_move){.space = STAMP_SPACE_VM,
                                            .fmt = STAMP_FMT_F32,
                                            .dram = x.addr + r * x.row_bytes,
                                            .line = turn * room,
                                            .lines = lines_of_row,
                                            .lstride = lines_of_row,
                                            .n0 = rows,
                                            .d0 = x.row_bytes});
    }
}

static void emit(struct stamp_lower *n, struct stamp_lstep *s)
{
    stamp_build_phase_begin(n->b, "gather", 0);
    rows_of(n, s);
}

static void share(struct stamp_lower *n, struct stamp_lstep *s)
{
    s->table = n->like->step[s - n->step].table;
}

const struct stamp_lkernel stamp_lkernel_gather = {.global = global, .share = share, .emit = emit};
