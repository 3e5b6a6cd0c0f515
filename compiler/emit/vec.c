/* SPDX-License-Identifier: Apache-2.0 */
/* vec.c - vector instructions and plain transfers. Contract in vec.h. */
#include "compiler/emit/vec.h"

#include "model/num/f32.h"

static union stamp_insn format_w(enum stamp_opcode op, unsigned fn, struct stamp_vec v)
{
    union stamp_insn i = {.w = {.op = (uint64_t)op, .fn = fn}};

    i.w.a = v.a;
    i.w.n0 = v.n0;
    i.w.s0 = v.s0;
    i.w.cols = v.cols;
    return i;
}

void stamp_emit_bin(struct stamp_build *b, enum stamp_fn fn, struct stamp_vec v, uint32_t bline,
                    uint32_t bs, uint32_t rep, uint32_t d, uint32_t ds)
{
    union stamp_insn i = format_w(STAMP_OP_VBIN, fn, v);

    i.w.b = bline;
    i.w.bs = bs;
    i.w.rep = rep;
    i.w.d = d;
    i.w.ds = ds;
    stamp_build_push(b, &i);
}

void stamp_emit_rope(struct stamp_build *b, struct stamp_vec v, uint32_t table, uint32_t bs,
                     uint32_t rep, uint32_t d, uint32_t ds)
{
    union stamp_insn i = format_w(STAMP_OP_VROPE, 0, v);

    i.w.b = table;
    i.w.bs = bs;
    i.w.rep = rep;
    i.w.d = d;
    i.w.ds = ds;
    stamp_build_push(b, &i);
}

void stamp_emit_row(struct stamp_build *b, enum stamp_fn fn, struct stamp_vec v, uint32_t scalars,
                    uint32_t d, uint32_t ds)
{
    union stamp_insn i = format_w(STAMP_OP_VROW, fn, v);

    i.w.b = scalars;
    i.w.d = d;
    i.w.ds = ds;
    stamp_build_push(b, &i);
}

static void set_lim(union stamp_insn *i, struct stamp_lim lim)
{
    i->w.lim = (uint32_t)lim.first & 0xffffffu;
    i->w.lstep = lim.step;
    i->w.areg = lim.areg;
}

void stamp_emit_red(struct stamp_build *b, enum stamp_fn fn, struct stamp_vec v,
                    struct stamp_lim lim, uint32_t d)
{
    union stamp_insn i = format_w(STAMP_OP_VRED, fn, v);

    set_lim(&i, lim);
    i.w.d = d;
    stamp_build_push(b, &i);
}

void stamp_emit_fn(struct stamp_build *b, enum stamp_fn fn, struct stamp_vec v, uint32_t bline,
                   uint32_t bs, float c, uint32_t d, uint32_t ds)
{
    union stamp_insn i = format_w(STAMP_OP_VFN, fn, v);

    set_lim(&i, (struct stamp_lim){STAMP_LIM_ALL, 0, 0});
    i.w.b = bline;
    i.w.bs = bs;
    i.w.rep = 1;
    i.w.c = stamp_f32_bits(c);
    i.w.d = d;
    i.w.ds = ds;
    stamp_build_push(b, &i);
}

void stamp_emit_fnm(struct stamp_build *b, enum stamp_fn fn, struct stamp_vec v, uint32_t bline,
                    float c, struct stamp_lim lim, uint32_t d, uint32_t ds)
{
    union stamp_insn i = format_w(STAMP_OP_VFN, fn, v);

    set_lim(&i, lim);
    i.w.b = bline;
    i.w.c = stamp_f32_bits(c);
    i.w.d = d;
    i.w.ds = ds;
    stamp_build_push(b, &i);
}

void stamp_emit_v(struct stamp_build *b, enum stamp_opcode op, struct stamp_vec v,
                  struct stamp_vsm s)
{
    union stamp_insn i = {.v = {.op = (uint64_t)op}};

    i.v.a = v.a;
    i.v.n0 = v.n0;
    i.v.s0 = v.s0;
    i.v.cols = v.cols;
    i.v.first = s.first;
    i.v.sym = s.sym;
    i.v.sd = s.sd;
    i.v.blk = s.blk;
    i.v.b = s.b;
    i.v.sm = s.sm;
    i.v.smstride = s.smstride;
    i.v.rt = s.rt;
    i.v.rm = s.rm;
    i.v.xb = s.xb;
    i.v.gstride = s.gstride;
    stamp_build_push(b, &i);
}

void stamp_emit_control(struct stamp_build *b, enum stamp_opcode op, uint64_t reg, uint64_t imm)
{
    union stamp_insn i = {.c = {.op = (uint64_t)op, .areg = reg, .imm = imm}};

    stamp_build_push(b, &i);
}

void stamp_emit_move(struct stamp_build *b, enum stamp_opcode op, struct stamp_move m)
{
    union stamp_insn i = {.d = {.op = (uint64_t)op}};

    i.d.space = (uint64_t)m.space;
    i.d.fmt = (uint64_t)m.fmt;
    i.d.areg = m.areg;
    i.d.dram = m.dram;
    i.d.line = m.line;
    i.d.lines = m.lines;
    i.d.lstride = m.lstride;
    i.d.n0 = m.n0 ? m.n0 : 1;
    i.d.n1 = m.n1 ? m.n1 : 1;
    i.d.d0 = m.d0;
    i.d.d1 = m.d1;
    stamp_build_push(b, &i);
}

void stamp_emit_load(struct stamp_build *b, enum stamp_space space, enum stamp_fmt fmt,
                     uint64_t dram, uint32_t line, uint32_t lines)
{
    stamp_emit_move(b, STAMP_OP_LOAD,
                    (struct stamp_move){.space = space,
                                        .fmt = fmt,
                                        .dram = dram,
                                        .line = line,
                                        .lines = lines,
                                        .lstride = lines});
}
