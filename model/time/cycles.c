/* SPDX-License-Identifier: Apache-2.0 */
/* cycles.c - cycles of one instruction: cycles.def, evaluated. Contract in cycles.h. */
#include "model/time/cycles.h"

#include <assert.h>

#include "model/spec/expr.h"

/* An instruction without a row does not compile. */
#define CYCLES(format, op, when, occupy, latency, remark) extern const char row_of_##op;
#include "model/spec/cycles.def"
enum {
    HAVE_ROWS = 0
#define OP(name, code, format, unit, meaning) +(int)sizeof row_of_##name
#include "model/spec/isa.def"
};

/* ---- The rows of each format ---------------------------------------------------------------------- */

#define ONLY(format, ...) STAMP_ONLY_C_##format(__VA_ARGS__)
#define ROWS              rows_c
#define INSN              stamp_insn_c
#include "model/time/rows.h"
#define ONLY(format, ...) STAMP_ONLY_D_##format(__VA_ARGS__)
#define ROWS              rows_d
#define INSN              stamp_insn_d
#include "model/time/rows.h"
#define ONLY(format, ...) STAMP_ONLY_B_##format(__VA_ARGS__)
#define ROWS              rows_b
#define INSN              stamp_insn_b
#include "model/time/rows.h"
#define ONLY(format, ...) STAMP_ONLY_V_##format(__VA_ARGS__)
#define ROWS              rows_v
#define INSN              stamp_insn_v
#include "model/time/rows.h"
#define ONLY(format, ...) STAMP_ONLY_M_##format(__VA_ARGS__)
#define ROWS              rows_m
#define INSN              stamp_insn_m
#include "model/time/rows.h"
#define ONLY(format, ...) STAMP_ONLY_W_##format(__VA_ARGS__)
#define ROWS              rows_w
#define INSN              stamp_insn_w
#include "model/time/rows.h"

unsigned stamp_cycles_row(const struct stamp_mach *m, struct stamp_cost_memory memory,
                          const struct stamp_op *op, const union stamp_insn *insn,
                          struct stamp_cycles *out)
{
    switch (op->format) {
    case STAMP_FORMAT_C: return rows_c(m, memory, op->code, &insn->c, out);
    case STAMP_FORMAT_D: return rows_d(m, memory, op->code, &insn->d, out);
    case STAMP_FORMAT_B: return rows_b(m, memory, op->code, &insn->b, out);
    case STAMP_FORMAT_V: return rows_v(m, memory, op->code, &insn->v, out);
    case STAMP_FORMAT_M: return rows_m(m, memory, op->code, &insn->m, out);
    default: return rows_w(m, memory, op->code, &insn->w, out);
    }
}

struct stamp_cycles stamp_cycles_of(const struct stamp_mach *m, struct stamp_cost_memory memory,
                                    const struct stamp_op *op, const union stamp_insn *insn)
{
    struct stamp_cycles c = {0, 0};
    const unsigned row = stamp_cycles_row(m, memory, op, insn, &c);

    assert(row);
    (void)row;
    return c;
}
