/* SPDX-License-Identifier: Apache-2.0 */
/* symbols.c - names of field values. Contract in symbols.h. */
#include "compiler/asm/symbols.h"

#include <string.h>

const struct stamp_symbol stamp_symbols[] = {
#define SPACE(name, code, line, meaning) {"space", #name, code},
#define FMT(name, code, meaning)         {"fmt", #name, code},
#define KIND(name, code, meaning)        {"kind", #name, code},
#include "model/spec/isa.def"
    {NULL, NULL, 0},
};

int stamp_field_is_hex(const struct stamp_field *f)
{
    return !strcmp(f->name, "dram") || !strcmp(f->name, "imm") ||
           (f->format == STAMP_FORMAT_W && !strcmp(f->name, "c")) ||
           (f->format == STAMP_FORMAT_B && (!strcmp(f->name, "c") || !strcmp(f->name, "s")));
}

int stamp_field_is_operand(const struct stamp_field *f)
{
    return strcmp(f->name, "op") && strncmp(f->name, "rsv", 3);
}
