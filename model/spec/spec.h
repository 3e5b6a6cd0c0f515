/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file spec.h
 * The tables of model/spec as C: enums, the machine configuration, the fields of an instruction.
 * Nothing here is typed twice; everything expands from the .def files.
 */
#ifndef STAMP_SPEC_H
#define STAMP_SPEC_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum stamp_unit {
#define UNIT(name, code, meaning) STAMP_UNIT_##name = code,
#include "model/spec/isa.def"
};

/** How many: units, of these with a queue (all but control; unit u has queue u - 1), memories. */
enum {
    STAMP_UNITS = 0
#define UNIT(name, code, meaning) +1
#include "model/spec/isa.def"
    ,
    STAMP_QUEUES = STAMP_UNITS - 1,
    STAMP_SPACES = 0
#define SPACE(name, code, line, meaning) +1
#include "model/spec/isa.def"
};

enum stamp_space {
#define SPACE(name, code, line, meaning) STAMP_SPACE_##name = code,
#include "model/spec/isa.def"
};

enum stamp_fmt {
#define FMT(name, code, meaning) STAMP_FMT_##name = code,
#include "model/spec/isa.def"
};

enum stamp_kind {
#define KIND(name, code, meaning) STAMP_KIND_##name = code,
#include "model/spec/isa.def"
};

/** Functions of the format W instructions: STAMP_BIN_ADD, STAMP_ONE_EXP, ... */
enum stamp_fn {
#define FN(set, name, code, meaning) STAMP_##set##_##name = code,
#include "model/spec/isa.def"
};

enum stamp_opcode {
#define OP(name, code, format, unit, meaning) STAMP_OP_##name = code,
#include "model/spec/isa.def"
};

/** Instruction formats, in the order of isa.def. */
enum stamp_format {
    STAMP_FORMAT_C,
    STAMP_FORMAT_D,
    STAMP_FORMAT_B,
    STAMP_FORMAT_V,
    STAMP_FORMAT_M,
    STAMP_FORMAT_W
};

/** Their letters, in that order. */
extern const char stamp_format_letter[];

enum stamp_error {
#define ERROR(name, code, meaning) STAMP_ERROR_##name = code,
#include "model/spec/error.def"
};

/** Byte offsets of the AXI4-Lite registers. */
enum stamp_reg {
#define REG(name, offset, access, meaning) STAMP_REG_##name = offset,
#include "model/spec/regs.def"
};

enum stamp_fixed {
#define FIXED(name, value, meaning) STAMP_##name = value,
#include "model/spec/mach.def"
};

/** Counted events; value events are equal on every machine, the others belong to timed ones. */
enum stamp_event {
#define EVENT(name, kind, unit, meaning) STAMP_EV_##name,
#include "model/spec/event.def"
    STAMP_EVENTS
};

/** Kinds of events: event.def. */
enum stamp_event_kind { STAMP_EVENT_VALUE, STAMP_EVENT_TIME, STAMP_EVENT_STALL };

/** One machine configuration; members as in mach.def, lower case meaning in PARAM. */
struct stamp_mach {
    const char *name;
#define PARAM(name, meaning) uint32_t name;
#include "model/spec/mach.def"
    const char *intent;
};

/** All named configurations; the terminating entry has name NULL. */
extern const struct stamp_mach stamp_machs[];

/** The configuration of that name, or NULL. */
const struct stamp_mach *stamp_mach_find(const char *name);

/** One field of a format: bits [lsb + width - 1 : lsb] of the word. */
struct stamp_field {
    enum stamp_format format;
    const char *name, *meaning;
    uint16_t lsb, width;
};
extern const struct stamp_field stamp_fields[];
extern const size_t stamp_field_count;

/** One opcode. */
struct stamp_op {
    const char *name, *meaning;
    enum stamp_opcode code;
    enum stamp_format format;
    enum stamp_unit unit;
};
extern const struct stamp_op stamp_ops[];
extern const size_t stamp_op_count;

/** The opcode's row, or NULL if @p code is unknown. */
const struct stamp_op *stamp_op_find(uint32_t code);

/** Names for messages; "?" for a number without meaning. */
const char *stamp_unit_name(enum stamp_unit unit);
/** "ADD" of the function @p fn of opcode @p op; NULL where the opcode has none of that number. */
const char *stamp_fn_name(enum stamp_opcode op, unsigned fn);
const char *stamp_space_name(enum stamp_space space);
const char *stamp_error_name(enum stamp_error error);
const char *stamp_error_meaning(enum stamp_error error);
const char *stamp_event_name(enum stamp_event event);
const char *stamp_event_meaning(enum stamp_event event);
enum stamp_event_kind stamp_event_kind(enum stamp_event event);
/** The unit whose name an event's begins with, as every STALL's does; else CTL. */
enum stamp_unit stamp_event_unit(enum stamp_event event);

/** An instruction word, 256 bits: w[0] holds bits 31..0. */
struct stamp_word {
    uint32_t w[8];
};

/** Text of one format among those of all: STAMP_ONLY_D_##format(text) is text where format is D, else nothing. */
#define STAMP_ONLY_C_C(...) __VA_ARGS__
#define STAMP_ONLY_C_D(...)
#define STAMP_ONLY_C_B(...)
#define STAMP_ONLY_C_V(...)
#define STAMP_ONLY_C_M(...)
#define STAMP_ONLY_C_W(...)
#define STAMP_ONLY_D_C(...)
#define STAMP_ONLY_D_D(...) __VA_ARGS__
#define STAMP_ONLY_D_B(...)
#define STAMP_ONLY_D_V(...)
#define STAMP_ONLY_D_M(...)
#define STAMP_ONLY_D_W(...)
#define STAMP_ONLY_B_C(...)
#define STAMP_ONLY_B_D(...)
#define STAMP_ONLY_B_B(...) __VA_ARGS__
#define STAMP_ONLY_B_V(...)
#define STAMP_ONLY_B_M(...)
#define STAMP_ONLY_B_W(...)
#define STAMP_ONLY_V_C(...)
#define STAMP_ONLY_V_D(...)
#define STAMP_ONLY_V_B(...)
#define STAMP_ONLY_V_V(...) __VA_ARGS__
#define STAMP_ONLY_V_M(...)
#define STAMP_ONLY_V_W(...)
#define STAMP_ONLY_M_C(...)
#define STAMP_ONLY_M_D(...)
#define STAMP_ONLY_M_B(...)
#define STAMP_ONLY_M_V(...)
#define STAMP_ONLY_M_M(...) __VA_ARGS__
#define STAMP_ONLY_M_W(...)
#define STAMP_ONLY_W_C(...)
#define STAMP_ONLY_W_D(...)
#define STAMP_ONLY_W_B(...)
#define STAMP_ONLY_W_V(...)
#define STAMP_ONLY_W_M(...)
#define STAMP_ONLY_W_W(...) __VA_ARGS__

/** A decoded instruction: the fields of each format as plain numbers. One struct per format, as
 *  named in isa.def; which one holds is stamp_op_find(op)->format. */
struct stamp_insn_c {
#define FIELD(format, name, lsb, width, meaning) STAMP_ONLY_C_##format(uint64_t name;)
#include "model/spec/isa.def"
};
struct stamp_insn_d {
#define FIELD(format, name, lsb, width, meaning) STAMP_ONLY_D_##format(uint64_t name;)
#include "model/spec/isa.def"
};
struct stamp_insn_b {
#define FIELD(format, name, lsb, width, meaning) STAMP_ONLY_B_##format(uint64_t name;)
#include "model/spec/isa.def"
};
struct stamp_insn_v {
#define FIELD(format, name, lsb, width, meaning) STAMP_ONLY_V_##format(uint64_t name;)
#include "model/spec/isa.def"
};
struct stamp_insn_m {
#define FIELD(format, name, lsb, width, meaning) STAMP_ONLY_M_##format(uint64_t name;)
#include "model/spec/isa.def"
};
struct stamp_insn_w {
#define FIELD(format, name, lsb, width, meaning) STAMP_ONLY_W_##format(uint64_t name;)
#include "model/spec/isa.def"
};
union stamp_insn {
    struct stamp_insn_c c;
    struct stamp_insn_d d;
    struct stamp_insn_b b;
    struct stamp_insn_v v;
    struct stamp_insn_m m;
    struct stamp_insn_w w;
    uint64_t field[32]; /**< the same members by position in the format */
};

/** Bits of one field. */
uint64_t stamp_word_get(const struct stamp_word *word, unsigned lsb, unsigned width);
void stamp_word_set(struct stamp_word *word, unsigned lsb, unsigned width, uint64_t value);

/** Decode by opcode. Returns the opcode's row, or NULL if unknown (then @p insn is untouched). */
const struct stamp_op *stamp_decode(const struct stamp_word *word, union stamp_insn *insn);

/** Whether every field named rsv* of @p op's format is zero in @p word. */
int stamp_reserved_clear(const struct stamp_word *word, const struct stamp_op *op);

/** Encode; insn->c.op gives the opcode (must be known). Returns the name of the first field whose
 *  value does not fit its width, or NULL when all do; the word is written only then. */
const char *stamp_encode(const union stamp_insn *insn, struct stamp_word *word);

/** Sizes in bytes of a scratchpad line of @p space as it lies in DRAM (isa.md LOAD). */
uint32_t stamp_line_bytes(const struct stamp_mach *m, enum stamp_space space, enum stamp_fmt fmt);

/** Lines (entries) of a scratchpad memory. RT and NT count lines of TABLE_LINE
 *  entries, IT of INDEX_LINE. */
uint32_t stamp_space_lines(const struct stamp_mach *m, enum stamp_space space);

#ifdef __cplusplus
}
#endif
#endif
