/* SPDX-License-Identifier: Apache-2.0 */
/* spec.c - the .def tables as data, and the two functions that walk them. Contract in spec.h. */
#include "model/spec/spec.h"

#include <assert.h>
#include <string.h>

const char stamp_format_letter[] = "CDBVMW";

const struct stamp_field stamp_fields[] = {
#define FIELD(format, name, lsb, width, meaning)                                                   \
    {STAMP_FORMAT_##format, #name, meaning, lsb, width},
#include "model/spec/isa.def"
};
const size_t stamp_field_count = sizeof stamp_fields / sizeof stamp_fields[0];

const struct stamp_op stamp_ops[] = {
#define OP(name, code, format, unit, meaning)                                                      \
    {#name, meaning, code, STAMP_FORMAT_##format, STAMP_UNIT_##unit},
#include "model/spec/isa.def"
};
const size_t stamp_op_count = sizeof stamp_ops / sizeof stamp_ops[0];

const struct stamp_op *stamp_op_find(uint32_t code)
{
    for (size_t i = 0; i < stamp_op_count; i++)
        if ((uint32_t)stamp_ops[i].code == code) return &stamp_ops[i];
    return NULL;
}

static const char *const unit_names[] = {
#define UNIT(name, code, meaning) [code] = #name,
#include "model/spec/isa.def"
};

static const char *const space_names[] = {
#define SPACE(name, code, line, meaning) [code] = #name,
#include "model/spec/isa.def"
};

static const struct {
    const char *name;
    unsigned op, fn;
} fns[] = {
#define STAMP_OP_BIN                 STAMP_OP_VBIN
#define STAMP_OP_ROW                 STAMP_OP_VROW
#define STAMP_OP_RED                 STAMP_OP_VRED
#define STAMP_OP_ONE                 STAMP_OP_VFN
#define FN(set, name, code, meaning) {#name, STAMP_OP_##set, code},
#include "model/spec/isa.def"
};

static const char *const error_names[] = {
#define ERROR(name, code, meaning) [code] = #name,
#include "model/spec/error.def"
};

static const char *const error_meanings[] = {
#define ERROR(name, code, meaning) [code] = meaning,
#include "model/spec/error.def"
};

/* Entry @p i of a table of @p n names. */
static const char *name_of(const char *const *names, size_t n, unsigned i)
{
    return i < n && names[i] ? names[i] : "?";
}

#define NAME_OF(table, i) name_of(table, sizeof(table) / sizeof(table)[0], (unsigned)(i))

const char *stamp_unit_name(enum stamp_unit unit)
{
    return NAME_OF(unit_names, unit);
}

const char *stamp_fn_name(enum stamp_opcode op, unsigned fn)
{
    if (op == STAMP_OP_VROPE) return fn ? NULL : "ROPE";
    for (size_t i = 0; i < sizeof fns / sizeof fns[0]; i++)
        if (fns[i].op == (unsigned)op && fns[i].fn == fn) return fns[i].name;
    return NULL;
}

const char *stamp_space_name(enum stamp_space space)
{
    return NAME_OF(space_names, space);
}

const char *stamp_error_name(enum stamp_error error)
{
    return NAME_OF(error_names, error);
}

const char *stamp_error_meaning(enum stamp_error error)
{
    return NAME_OF(error_meanings, error);
}

static const struct {
    const char *name, *meaning;
    enum stamp_event_kind kind;
} events[] = {
#define EVENT(name, kind, unit, meaning) {#name, meaning, STAMP_EVENT_##kind},
#include "model/spec/event.def"
};

const char *stamp_event_name(enum stamp_event event)
{
    return (unsigned)event < STAMP_EVENTS ? events[event].name : "?";
}

const char *stamp_event_meaning(enum stamp_event event)
{
    return (unsigned)event < STAMP_EVENTS ? events[event].meaning : "?";
}

enum stamp_event_kind stamp_event_kind(enum stamp_event event)
{
    assert((unsigned)event < STAMP_EVENTS);
    return events[event].kind;
}

enum stamp_unit stamp_event_unit(enum stamp_event event)
{
    const char *name = stamp_event_name(event);

    for (unsigned u = 1; u < STAMP_UNITS; u++) {
        const size_t n = strlen(unit_names[u]);
        if (!strncmp(name, unit_names[u], n) && name[n] == '_') return (enum stamp_unit)u;
    }
    return STAMP_UNIT_CTL;
}

/* With lsb and width known to the compiler: a few shifts. */
static inline uint64_t get(const struct stamp_word *word, unsigned lsb, unsigned width)
{
    const unsigned at = lsb / 32, shift = lsb % 32;
    uint64_t value = word->w[at] >> shift;

    if (width > 32 - shift) value |= (uint64_t)word->w[at + 1] << (32 - shift);
    if (width > 64 - shift) value |= (uint64_t)word->w[at + 2] << (64 - shift);
    return width == 64 ? value : value & ((UINT64_C(1) << width) - 1);
}

uint64_t stamp_word_get(const struct stamp_word *word, unsigned lsb, unsigned width)
{
    assert(width >= 1 && width <= 64 && lsb + width <= STAMP_WORD_BITS);
    return get(word, lsb, width);
}

void stamp_word_set(struct stamp_word *word, unsigned lsb, unsigned width, uint64_t value)
{
    assert(width >= 1 && width <= 64 && lsb + width <= STAMP_WORD_BITS);
    for (unsigned done = 0, bits; done < width; done += bits) { /* what lies in one w[] at once */
        const unsigned at = lsb + done, shift = at % 32;
        bits = width - done < 32 - shift ? width - done : 32 - shift;
        const uint32_t ones = bits == 32 ? UINT32_MAX : (UINT32_C(1) << bits) - 1;
        uint32_t *w = &word->w[at / 32];
        *w = (*w & ~(ones << shift)) | ((uint32_t)(value >> done) & ones) << shift;
    }
}

/* Reserved fields wider than 64 bits are checked and written in pieces. */
static inline int wide_is_zero(const struct stamp_word *word, unsigned lsb, unsigned width)
{
    for (unsigned i = 0; i < width; i += 32)
        if (get(word, lsb + i, width - i < 32 ? width - i : 32)) return 0;
    return 1;
}

/* Fields of one format, which the compiler knows: those of the others fall away. */
static inline void decode(const struct stamp_word *word, enum stamp_format format,
                          union stamp_insn *insn)
{
    size_t n = 0;

#define FIELD(letter, name, lsb, width, meaning)                                                   \
    if (format == STAMP_FORMAT_##letter)                                                           \
        insn->field[n++] = width <= 64 ? get(word, lsb, width <= 64 ? width : 64)                  \
                                       : (uint64_t)!wide_is_zero(word, lsb, width);
#include "model/spec/isa.def"
}

const struct stamp_op *stamp_decode(const struct stamp_word *word, union stamp_insn *insn)
{
    const struct stamp_op *op = stamp_op_find((uint32_t)stamp_word_get(word, 0, 8));

    if (!op) return NULL;
    switch (op->format) {
    case STAMP_FORMAT_C: decode(word, STAMP_FORMAT_C, insn); break;
    case STAMP_FORMAT_D: decode(word, STAMP_FORMAT_D, insn); break;
    case STAMP_FORMAT_B: decode(word, STAMP_FORMAT_B, insn); break;
    case STAMP_FORMAT_V: decode(word, STAMP_FORMAT_V, insn); break;
    case STAMP_FORMAT_M: decode(word, STAMP_FORMAT_M, insn); break;
    case STAMP_FORMAT_W: decode(word, STAMP_FORMAT_W, insn); break;
    }
    return op;
}

int stamp_reserved_clear(const struct stamp_word *word, const struct stamp_op *op)
{
#define FIELD(letter, name, lsb, width, meaning)                                                   \
    if (op->format == STAMP_FORMAT_##letter && !strncmp(#name, "rsv", 3) &&                        \
        !wide_is_zero(word, lsb, width))                                                           \
        return 0;
#include "model/spec/isa.def"
    return 1;
}

const char *stamp_encode(const union stamp_insn *insn, struct stamp_word *word)
{
    const struct stamp_op *op = stamp_op_find((uint32_t)insn->c.op);
    struct stamp_word w = {{0}};
    size_t n = 0;

    assert(op);
    for (size_t i = 0; i < stamp_field_count; i++) {
        const struct stamp_field *f = &stamp_fields[i];
        if (f->format != op->format) continue;
        const uint64_t value = insn->field[n++];
        if (f->width > 64 ? value != 0 : f->width < 64 && value >> f->width) return f->name;
        if (f->width <= 64) stamp_word_set(&w, f->lsb, f->width, value);
    }
    *word = w;
    return NULL;
}

uint32_t stamp_line_bytes(const struct stamp_mach *m, enum stamp_space space, enum stamp_fmt fmt)
{
    switch (space) {
    case STAMP_SPACE_VM: return m->L * (fmt == STAMP_FMT_BF16 ? 2 : 4);
    case STAMP_SPACE_WB:
    case STAMP_SPACE_PB: return m->L * m->T / 2;
    case STAMP_SPACE_CM: return m->L * 8;
    case STAMP_SPACE_RT:
    case STAMP_SPACE_NT: return STAMP_TABLE_LINE * 2;
    case STAMP_SPACE_IT: return STAMP_INDEX_LINE * 4;
    case STAMP_SPACE_XB: return m->P * m->L / 2;
    case STAMP_SPACE_AC: return m->L * 4;
    default: return 1;
    }
}

uint32_t stamp_space_lines(const struct stamp_mach *m, enum stamp_space space)
{
    switch (space) {
    case STAMP_SPACE_VM: return m->VM_LINES;
    case STAMP_SPACE_WB: return m->WB_LINES;
    case STAMP_SPACE_CM: return m->CM_LINES;
    case STAMP_SPACE_RT:
    case STAMP_SPACE_NT: return m->RT_ENTRIES / STAMP_TABLE_LINE;
    case STAMP_SPACE_IT: return m->IT_ENTRIES / STAMP_INDEX_LINE;
    case STAMP_SPACE_PB: return m->PB_LINES;
    case STAMP_SPACE_XB: return m->XB_LINES;
    case STAMP_SPACE_SM:
    case STAMP_SPACE_RM: return m->SM_ENTRIES;
    case STAMP_SPACE_AC: return m->AC_LINES;
    default: return 0;
    }
}
