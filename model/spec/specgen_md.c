/* SPDX-License-Identifier: Apache-2.0 */
/* specgen_md.c - tables for documents. Contract in specgen_md.h. */
#include "model/spec/specgen_md.h"

#include <stdio.h>
#include <string.h>

#include "model/spec/mach.h"
#include "model/spec/specgen_rows.h"

/* What a machine keeps: name the parameter, kind the limit, meaning the reason. */
static const struct row rules[] = {
#define RULE(name, holds, limit, reason) {#name, limit, "", reason, 0},
#include "model/spec/mach.def"
};
/* Of cycles.def. */
static const struct row constants[] = {
#define CONSTANT(name, value, meaning) {#name, "", "", meaning, value},
#include "model/spec/cycles.def"
};
static const struct {
    const char *name, *value, *meaning;
    enum stamp_format format;
} quantities[] = {
#define QUANTITY(format, name, value, meaning) {#name, #value, meaning, STAMP_FORMAT_##format},
#include "model/spec/cycles.def"
};
static const struct {
    const char *op, *when, *occupy, *latency, *remark;
    enum stamp_format format;
} cycles[] = {
#define CYCLES(format, op, when, occupy, latency, remark)                                          \
    {#op, #when, #occupy, #latency, remark, STAMP_FORMAT_##format},
#include "model/spec/cycles.def"
};

static void md_rows(const char *head, const struct row *r, size_t n, int hex)
{
    printf("%s", head);
    for (size_t i = 0; i < n; i++) {
        printf(hex ? "| %s | 0x%02x |" : "| %s | %u |", r[i].name, r[i].code);
        if (r[i].kind[0]) printf(" %s |", r[i].kind);
        if (r[i].unit[0]) printf(" %s |", r[i].unit);
        printf(" %s |\n", r[i].meaning);
    }
    printf("\n");
}

static void md_isa(void)
{
    printf("| instruction | opcode | format | unit | meaning |\n|---|---|---|---|---|\n");
    for (size_t i = 0; i < stamp_op_count; i++)
        printf("| %s | 0x%02x | %c | %s | %s |\n", stamp_ops[i].name, (unsigned)stamp_ops[i].code,
               stamp_format_letter[stamp_ops[i].format], stamp_unit_name(stamp_ops[i].unit),
               stamp_ops[i].meaning);
    for (int f = 0; stamp_format_letter[f]; f++) {
        printf("\nFormat %c:\n\n| field | bits | meaning |\n|---|---|---|\n",
               stamp_format_letter[f]);
        for (size_t i = 0; i < stamp_field_count; i++)
            if ((int)stamp_fields[i].format == f)
                printf("| %s | [%d:%d] | %s |\n", stamp_fields[i].name,
                       stamp_fields[i].lsb + stamp_fields[i].width - 1, stamp_fields[i].lsb,
                       stamp_fields[i].meaning);
    }
    printf("\n");
    md_rows("| unit | code | meaning |\n|---|---|---|\n", units, COUNT(units), 0);
    md_rows("| space | code | a line | meaning |\n|---|---|---|---|\n", spaces, COUNT(spaces), 0);
    md_rows("| fmt | code | meaning |\n|---|---|---|\n", fmts, COUNT(fmts), 0);
    md_rows("| kind | code | meaning |\n|---|---|---|\n", kinds, COUNT(kinds), 0);
    md_rows("| function | code | meaning |\n|---|---|---|\n", fns, COUNT(fns), 0);
    md_rows("| constant | value | meaning |\n|---|---|---|\n", fixed, COUNT(fixed), 0);
}

static void md_mach(void)
{
    printf("| parameter |");
    for (size_t m = 0; m < STAMP_MACHS; m++) printf(" %s |", stamp_machs[m].name);
    printf(" meaning |\n|---|");
    for (size_t m = 0; m < STAMP_MACHS; m++) printf("---|");
    printf("---|\n");
    for (size_t i = 0; i < COUNT(params); i++) {
        printf("| %s |", params[i].name);
        for (size_t m = 0; m < STAMP_MACHS; m++)
            printf(" %u |", stamp_param_of(&stamp_machs[m], (enum stamp_param)i));
        printf(" %s |\n", params[i].meaning);
    }
}

static void md_rules(void)
{
    printf("| parameter | must be | because |\n|---|---|---|\n");
    for (size_t i = 0; i < COUNT(rules); i++)
        printf("| %s | %s | %s |\n", rules[i].name, rules[i].kind, rules[i].meaning);
}

/* An expression as code, names without their prefix; nothing for 0. */
static void md_expression(const char *text)
{
    static const char prefix[] = "STAMP_";

    if (!strcmp(text, "0")) {
        printf(" |");
        return;
    }
    printf(" `");
    for (const char *c = text; *c; c++)
        if (!strncmp(c, prefix, sizeof prefix - 1))
            c += sizeof prefix - 2;
        else
            putchar(*c);
    printf("` |");
}

static void md_cycles(void)
{
    printf("| instruction | case | occupy | latency | |\n|---|---|---|---|---|\n");
    for (size_t i = 0; i < COUNT(cycles); i++) {
        const int again = i && !strcmp(cycles[i].op, cycles[i - 1].op);
        printf("| %s |", cycles[i].op);
        if (strcmp(cycles[i].when, "1"))
            md_expression(cycles[i].when);
        else
            printf(again ? " else |" : " |");
        md_expression(cycles[i].occupy);
        md_expression(cycles[i].latency);
        printf(" %s |\n", cycles[i].remark);
    }
    printf("\n| format | quantity | value | meaning |\n|---|---|---|---|\n");
    for (size_t i = 0; i < COUNT(quantities); i++) {
        printf("| %c | %s |", stamp_format_letter[quantities[i].format], quantities[i].name);
        md_expression(quantities[i].value);
        printf(" %s |\n", quantities[i].meaning);
    }
    printf("\n");
    md_rows("| constant | cycles | meaning |\n|---|---|---|\n", constants, COUNT(constants), 0);
}

/* Rows of cycles.def: of the opcode's format, the last of an opcode for whatever is left. */
const char *specgen_check_cycles(void)
{
    for (size_t i = 0; i < COUNT(cycles); i++) {
        const int last = i + 1 == COUNT(cycles) || strcmp(cycles[i].op, cycles[i + 1].op);
        if (last != !strcmp(cycles[i].when, "1")) return cycles[i].op;
        for (size_t o = 0; o < stamp_op_count; o++)
            if (!strcmp(stamp_ops[o].name, cycles[i].op) && stamp_ops[o].format != cycles[i].format)
                return cycles[i].op;
        for (size_t k = 0; k < i && last; k++)
            if (!strcmp(cycles[k].op, cycles[i].op) && !strcmp(cycles[k].when, "1"))
                return cycles[i].op;
    }
    return NULL;
}

int specgen_table(const char *what)
{
    if (!strcmp(what, "isa"))
        md_isa();
    else if (!strcmp(what, "mach"))
        md_mach();
    else if (!strcmp(what, "rule"))
        md_rules();
    else if (!strcmp(what, "cycles"))
        md_cycles();
    else if (!strcmp(what, "event"))
        md_rows("| event | index | kind | unit | meaning |\n|---|---|---|---|---|\n", events,
                COUNT(events), 0);
    else if (!strcmp(what, "regs"))
        md_rows("| register | offset | access | meaning |\n|---|---|---|---|\n", regs, COUNT(regs),
                1);
    else if (!strcmp(what, "error"))
        md_rows("| error | code | meaning |\n|---|---|---|\n", errors, COUNT(errors), 0);
    else
        return 1;
    return 0;
}
