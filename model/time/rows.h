/* SPDX-License-Identifier: Apache-2.0 */
/* rows.h - rows of cycles.def for one format. cycles.c includes it once for each, with ONLY(format, text), ROWS
 * (the function) and INSN (the struct) defined; therefore no guard. */
static unsigned ROWS(const struct stamp_mach *m, struct stamp_cost_memory memory,
                     enum stamp_opcode code, const struct INSN *i, struct stamp_cycles *out)
{
#define COUNT(name, value)                                                                         \
    const uint64_t name = value;                                                                   \
    (void)name;
#define PARAM(name, meaning)        COUNT(name, m->name)
#define FIXED(name, value, meaning) COUNT(name, value)
#include "model/spec/mach.def"
#define FIELD(format, name, lsb, width, meaning) ONLY(format, COUNT(name, i->name))
#include "model/spec/isa.def"
    COUNT(latency, memory.latency)
    COUNT(rate, memory.rate)
    ONLY(D, COUNT(line_bytes, stamp_line_bytes(m, (enum stamp_space)space, (enum stamp_fmt)fmt)))
#define CONSTANT(name, value, meaning)         COUNT(name, value)
#define QUANTITY(format, name, value, meaning) ONLY(format, COUNT(name, value))
#define ROW(op, when, occupied, later)                                                             \
    if (code == op && (when)) {                                                                    \
        const uint64_t occupy = occupied;                                                          \
        *out = (struct stamp_cycles){occupy, later};                                               \
        return __LINE__;                                                                           \
    }
#define CYCLES(format, op, when, occupied, later, remark)                                          \
    ONLY(format, ROW(STAMP_OP_##op, when, occupied, later))
#include "model/spec/cycles.def"
    return 0;
#undef COUNT
#undef ROW
}
#undef ONLY
#undef ROWS
#undef INSN
