/* SPDX-License-Identifier: Apache-2.0 */
/* linear_rows.c - transfers of chosen rows, a step of a transform. Contract in linear.h. */
#include <string.h>

#include "compiler/kernel/linear.h"
#include "compiler/tile/runs.h"

void stamp_emit_rows(struct stamp_build *b, enum stamp_opcode op, struct stamp_place place,
                     const uint32_t *row, uint32_t n, uint32_t c0, uint32_t cn, uint32_t vm,
                     uint32_t pitch)
{
    const uint64_t at =
        place.addr + (uint64_t)c0 * stamp_line_bytes(b->mach, STAMP_SPACE_VM, place.fmt);

    for (uint32_t done = 0; done < n;) {
        const struct stamp_run r = stamp_run_fit(row + done, n - done);
        union stamp_insn i = {.d = {.op = (uint64_t)op}};
        i.d.space = STAMP_SPACE_VM;
        i.d.fmt = (uint64_t)place.fmt;
        i.d.dram = at + r.first * place.row_bytes;
        i.d.line = vm + done * pitch;
        i.d.lines = cn;
        i.d.lstride = pitch;
        i.d.n0 = r.n0;
        i.d.n1 = r.n1;
        i.d.d0 = r.s0 * place.row_bytes;
        i.d.d1 = r.s1 * place.row_bytes;
        stamp_build_push(b, &i);
        done += r.n0 * r.n1;
    }
}

static uint64_t float_bits(float x)
{
    uint32_t u;

    memcpy(&u, &x, sizeof u);
    return u;
}

void stamp_emit_fly(struct stamp_build *b, const struct stamp_xop *op, uint32_t vm, uint32_t pitch,
                    uint32_t cols, bool inverse)
{
    union stamp_insn i = {.b = {.op = STAMP_OP_VBFLY}};

    i.b.kind = op->kind == STAMP_ROT ? STAMP_KIND_ROT : inverse ? STAMP_KIND_SUM : STAMP_KIND_MEAN;
    i.b.a = vm + op->a * pitch;
    i.b.boff = op->boff * pitch;
    i.b.cols = cols;
    i.b.n0 = op->n0;
    i.b.s0 = op->s0 * pitch;
    i.b.n1 = op->n1;
    i.b.s1 = op->s1 * pitch;
    if (op->kind == STAMP_ROT) {
        i.b.c = float_bits(op->c);
        i.b.s = float_bits(inverse ? -op->s : op->s);
    }
    stamp_build_push(b, &i);
}
