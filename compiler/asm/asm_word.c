/* SPDX-License-Identifier: Apache-2.0 */
/* asm_word.c - one instruction from text. Contract in asm_word.h. */
#include "compiler/asm/asm_word.h"

#include <stdlib.h>
#include <string.h>

#include "compiler/asm/asm.h"
#include "compiler/asm/symbols.h"

static const struct stamp_op *find_op(const char *name)
{
    for (size_t i = 0; i < stamp_op_count; i++)
        if (!strcmp(stamp_ops[i].name, name)) return &stamp_ops[i];
    return NULL;
}

/* The operand of that name and its position in the format. */
static const struct stamp_field *find_field(enum stamp_format format, const char *name, size_t *pos)
{
    *pos = 0;
    for (size_t i = 0; i < stamp_field_count; i++) {
        const struct stamp_field *f = &stamp_fields[i];
        if (f->format != format) continue;
        if (stamp_field_is_operand(f) && !strcmp(f->name, name)) return f;
        ++*pos;
    }
    return NULL;
}

/* The function of that name of @p op. */
static bool find_fn(enum stamp_opcode op, const char *name, uint64_t *value)
{
    for (unsigned fn = 0; fn < 16; fn++) {
        const char *s = stamp_fn_name(op, fn);
        if (!s || strcmp(s, name)) continue;
        *value = fn;
        return true;
    }
    return false;
}

static enum stamp_status value_of(struct stamp_lex *x, enum stamp_opcode op,
                                  const struct stamp_field *f, uint64_t *value)
{
    char word[STAMP_WORD_MAX + 1];
    const enum stamp_status st = stamp_lex_word(x, word);

    if (st) return st;
    for (const struct stamp_symbol *s = stamp_symbols; s->name; s++)
        if (!strcmp(s->field, f->name) && !strcmp(s->name, word)) {
            *value = s->value;
            return STAMP_OK;
        }
    if (!strcmp(f->name, "fn") && find_fn(op, word, value)) return STAMP_OK;
    if (!stamp_lex_parse(word, value))
        return stamp_lex_fail(x, "'%s' is no value of %s", word, f->name);
    if (f->width < 64 && *value >> f->width)
        return stamp_lex_fail(x, "%s=%s does not fit %u bits", f->name, word, f->width);
    return STAMP_OK;
}

/* 256 bits as 64 hexadecimal digits, the highest first. */
static enum stamp_status raw_word(struct stamp_lex *x, struct stamp_word *out)
{
    char word[STAMP_WORD_MAX + 1];
    const enum stamp_status st = stamp_lex_word(x, word);

    if (st) return st;
    if (strlen(word) != 66 || strncmp(word, "0x", 2) ||
        strspn(word + 2, "0123456789abcdefABCDEF") != 64 || !stamp_lex_end(x))
        return stamp_lex_fail(x, ".word takes 0x and 64 hexadecimal digits");
    for (int k = 0; k < 8; k++) {
        char part[9] = "";
        memcpy(part, word + 2 + 8 * (7 - k), 8);
        out->w[k] = (uint32_t)strtoul(part, NULL, 16);
    }
    return STAMP_OK;
}

enum stamp_status stamp_asm_line(struct stamp_lex *x, struct stamp_word *out)
{
    char word[STAMP_WORD_MAX + 1];
    union stamp_insn insn;
    uint32_t seen = 0;
    enum stamp_status st = stamp_lex_word(x, word);

    if (st) return st;
    if (!strcmp(word, ".word")) return raw_word(x, out);
    const struct stamp_op *op = find_op(word);
    if (!op) return stamp_lex_fail(x, "unknown instruction '%s'", word);
    memset(&insn, 0, sizeof insn);
    insn.c.op = (uint64_t)op->code;
    while (!stamp_lex_end(x)) {
        size_t pos;
        if ((st = stamp_lex_field(x, word))) return st;
        const struct stamp_field *f = find_field(op->format, word, &pos);
        if (!f) return stamp_lex_fail(x, "%s has no field '%s'", op->name, word);
        if (seen >> pos & 1) return stamp_lex_fail(x, "field '%s' given twice", word);
        seen |= UINT32_C(1) << pos;
        if ((st = value_of(x, op->code, f, &insn.field[pos]))) return st;
    }
    const char *wide = stamp_encode(&insn, out);
    return wide ? stamp_lex_fail(x, "field '%s' does not fit", wide) : STAMP_OK;
}

enum stamp_status stamp_asm_word(const char *line, struct stamp_word *word, struct stamp_err *e)
{
    struct stamp_lex x = {.s = line, .n = strlen(line), .line = 1, .e = e};

    return stamp_asm_line(&x, word);
}
