/* SPDX-License-Identifier: Apache-2.0 */
/* work_rows.h - rows of work.def for one format. work.c includes it once for each, with ONLY(format, text), ROWS
 * (the function) and INSN (the struct) defined; therefore no guard. */
static void ROWS(const struct stamp_mach *m, enum stamp_opcode code, const struct INSN *i,
                 uint64_t work[STAMP_WORKS])
{
    /* What quantities of cycles.def name that are not of the instruction: no row here uses them. */
    enum { latency = 0, rate = 1 };
#define COUNT(name, value)                                                                         \
    const uint64_t name = value;                                                                   \
    (void)name;
#define PARAM(name, meaning)        COUNT(name, m->name)
#define FIXED(name, value, meaning) COUNT(name, value)
#include "model/spec/mach.def"
#define FIELD(format, name, lsb, width, meaning) ONLY(format, COUNT(name, i->name))
#include "model/spec/isa.def"
    ONLY(D, COUNT(line_bytes, stamp_line_bytes(m, (enum stamp_space)space, (enum stamp_fmt)fmt)))
#define CONSTANT(name, value, meaning)         COUNT(name, value)
#define QUANTITY(format, name, value, meaning) ONLY(format, COUNT(name, value))
#include "model/spec/cycles.def"
#define DOES(format, op, when, what, amount)                                                       \
    ONLY(format, if (code == STAMP_OP_##op && (when)) work[STAMP_WORK_##what] += amount;)
#include "model/spec/work.def"
#undef COUNT
}
#undef ONLY
#undef ROWS
#undef INSN
