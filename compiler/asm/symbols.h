/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file symbols.h
 * Values that the assembly text writes by name, from isa.def.
 */
#ifndef STAMP_ASM_SYMBOLS_H
#define STAMP_ASM_SYMBOLS_H

#include "model/spec/spec.h"

/** One value of a field. A field that is not listed is a number. */
struct stamp_symbol {
    const char *field, *name;
    uint64_t value;
};

/** All symbols; the terminating entry has name NULL. */
extern const struct stamp_symbol stamp_symbols[];

/** Whether the field is best read in hexadecimal. */
int stamp_field_is_hex(const struct stamp_field *f);

/** Whether the field is written at all: not the opcode, not reserved. */
int stamp_field_is_operand(const struct stamp_field *f);

#endif
