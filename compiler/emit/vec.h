/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file vec.h
 * Vector instructions, one function each: rows in VM in, an instruction in the program out.
 *
 * Meaning of every argument: model/spec/isa.md section 4.
 */
#ifndef STAMP_EMIT_VEC_H
#define STAMP_EMIT_VEC_H

#include "compiler/emit/build.h"

/** Rows of VM lines. */
struct stamp_vec {
    uint32_t a, n0, s0, cols; /**< first line; rows; lines from row to row; lines of a row */
};

enum { STAMP_LIM_ALL = 0x7fffff }; /**< lim that masks nothing */

/** d = v fn b, MAC d += v * b; rows of b are @p bs lines apart, each serves @p rep rows (0: all). */
void stamp_emit_bin(struct stamp_build *b, enum stamp_fn fn, struct stamp_vec v, uint32_t bline,
                    uint32_t bs, uint32_t rep, uint32_t d, uint32_t ds);
void stamp_emit_rope(struct stamp_build *b, struct stamp_vec v, uint32_t table, uint32_t bs,
                     uint32_t rep, uint32_t d, uint32_t ds);
/** Row r takes lane r mod L of line @p scalars + r / L. */
void stamp_emit_row(struct stamp_build *b, enum stamp_fn fn, struct stamp_vec v, uint32_t scalars,
                    uint32_t d, uint32_t ds);

/** Which elements count: below first + r * step in row r, first plus address register areg. */
struct stamp_lim {
    int32_t first;
    uint32_t step, areg;
};

void stamp_emit_red(struct stamp_build *b, enum stamp_fn fn, struct stamp_vec v,
                    struct stamp_lim lim, uint32_t d);
/** Functions of every element, none masked. */
void stamp_emit_fn(struct stamp_build *b, enum stamp_fn fn, struct stamp_vec v, uint32_t bline,
                   uint32_t bs, float c, uint32_t d, uint32_t ds);
/** The same with a mask; bline holds scalars (EXPM) or rows (RSQRT). */
void stamp_emit_fnm(struct stamp_build *b, enum stamp_fn fn, struct stamp_vec v, uint32_t bline,
                    float c, struct stamp_lim lim, uint32_t d, uint32_t ds);

/** How an instruction of format V uses SM, and where else it goes. */
struct stamp_vsm {
    uint32_t sm, smstride, blk, rt;
    uint32_t rm, xb, gstride, b;
    bool sym, sd, first;
};
void stamp_emit_v(struct stamp_build *b, enum stamp_opcode op, struct stamp_vec v,
                  struct stamp_vsm s);

/** An instruction of the control unit that takes a register and a number at most. */
void stamp_emit_control(struct stamp_build *b, enum stamp_opcode op, uint64_t reg, uint64_t imm);

/** One plain transfer: n1 x n0 rows of @p lines lines. */
struct stamp_move {
    enum stamp_space space;
    enum stamp_fmt fmt;
    uint32_t areg;
    uint64_t dram;
    uint32_t line, lines, lstride, n0, n1;
    uint64_t d0, d1;
};
void stamp_emit_move(struct stamp_build *b, enum stamp_opcode op, struct stamp_move m);
/** @p lines lines in one piece. */
void stamp_emit_load(struct stamp_build *b, enum stamp_space space, enum stamp_fmt fmt,
                     uint64_t dram, uint32_t line, uint32_t lines);

#endif
