/* SPDX-License-Identifier: Apache-2.0 */
/* specgen.c - prints what derives from the tables, and refuses a bad table.
 *
 *   specgen sv          rtl/gen/stamp_isa_pkg.sv
 *   specgen fn          rtl/gen/stamp_fn_pkg.sv
 *   specgen isa|mach|rule|event|regs|error|cycles   a table for a document, between its markers
 *   specgen doc FILE    FILE with the text between every pair of markers replaced
 *   specgen params NAME Verilator -G flags of a machine configuration
 *   specgen machs       names of the configurations
 */
#include <stdio.h>
#include <string.h>

#include "model/spec/mach.h"
#include "model/spec/specgen_md.h"
#include "model/spec/specgen_rows.h"

/* Tables of the functions: c0, c1, c2 in a word, as the RTL reads them. */
#define FN_WORD(i, c0, c1, c2) [i] = (uint64_t)(c0) << 27 | (uint64_t)(c1) << 10 | (c2),
static const uint64_t fn_exp[] = {
#define FN_EXP FN_WORD
#include "model/spec/fn.def"
};
static const uint64_t fn_sig[] = {
#define FN_SIG FN_WORD
#include "model/spec/fn.def"
};
static const uint64_t fn_gelu[] = {
#define FN_GELU FN_WORD
#include "model/spec/fn.def"
};
static const uint64_t fn_inverse[] = {
#define FN_INVERSE(i, bits) [i] = bits,
#include "model/spec/fn.def"
};

static const struct stamp_field head[] = {
#define HEAD(name, lsb, width, meaning) {STAMP_FORMAT_C, #name, meaning, lsb, width},
#include "model/spec/isa.def"
};

static int bad(const char *what, const char *name)
{
    fprintf(stderr, "specgen: %s: %s\n", what, name);
    return 1;
}

/* Every format must tile the word, in rising order; opcodes must not repeat. */
static int check_isa(void)
{
    for (size_t a = 0; a < stamp_op_count; a++)
        for (size_t b = 0; b < a; b++)
            if (stamp_ops[a].code == stamp_ops[b].code)
                return bad("repeated opcode", stamp_ops[a].name);
    for (int f = 0; stamp_format_letter[f]; f++) {
        unsigned next = 0;
        for (size_t i = 0; i < stamp_field_count; i++) {
            if ((int)stamp_fields[i].format != f) continue;
            if (stamp_fields[i].lsb != next)
                return bad("gap or overlap before field", stamp_fields[i].name);
            next += stamp_fields[i].width;
        }
        if (next != STAMP_WORD_BITS)
            return bad("word not filled by format", &stamp_format_letter[f]);
    }
    return 0;
}

/* Units are numbered from control's 0; what a unit executes begins with the head; a stall is a unit's. */
static int check_units(void)
{
    for (size_t i = 0; i < COUNT(units); i++)
        if (units[i].code != i) return bad("unit out of order", units[i].name);
    if (STAMP_UNIT_CTL) return bad("not the first unit", "CTL");
    for (size_t i = 0; i < stamp_op_count; i++)
        if ((stamp_ops[i].unit == STAMP_UNIT_CTL) != (stamp_ops[i].format == STAMP_FORMAT_C))
            return bad("format C is control's, and its only one", stamp_ops[i].name);
    for (unsigned e = 0; e < STAMP_EVENTS; e++)
        if (stamp_event_kind(e) == STAMP_EVENT_STALL && stamp_event_unit(e) == STAMP_UNIT_CTL)
            return bad("stall of no unit", stamp_event_name(e));
    return 0;
}

static int check_fn(void)
{
    if (COUNT(fn_exp) != 64 || COUNT(fn_sig) != 128 || COUNT(fn_gelu) != 128)
        return bad("table", "not 64 and 128 entries");
    for (size_t i = 0; i < COUNT(fn_exp); i++)
        if (!fn_exp[i]) return bad("table", "an entry is missing");
    return 0;
}

static int check_mach(void)
{
    char why[STAMP_MACH_WHY];

    for (const struct stamp_mach *m = stamp_machs; m->name; m++) {
        if (stamp_mach_find(m->name) != m) return bad("repeated machine", m->name);
        if (!stamp_mach_check(m, why)) {
            fprintf(stderr, "specgen: machine %s: %s\n", m->name, why);
            return 1;
        }
    }
    return 0;
}

/* Bits that hold 0 .. n - 1. */
static int width_of(size_t n)
{
    int bits = 1;

    while (n > (size_t)1 << bits) bits++;
    return bits;
}

static void sv_rows(const char *prefix, const struct row *r, size_t n, const char *type)
{
    for (size_t i = 0; i < n; i++)
        printf("  localparam %s %s%s = %u; // %s\n", type, prefix, r[i].name, r[i].code,
               r[i].meaning);
    printf("\n");
}

/* Codes of units; which bit or slice is a unit's where their queues lie side by side. */
static void sv_units(void)
{
    char type[32];

    snprintf(type, sizeof type, "logic [%d:0]", width_of(COUNT(units)) - 1);
    sv_rows("UNIT_", units, COUNT(units), type);
    printf("  localparam int unsigned UNIT_W = %d; // bits of a code\n", width_of(COUNT(units)));
    printf("  localparam int unsigned QUEUES = %d; // units that have a queue, all but CTL\n",
           (int)STAMP_QUEUES);
    for (size_t i = 1; i < COUNT(units); i++)
        printf("  localparam int unsigned QUEUE_%s = %u;\n", units[i].name, units[i].code - 1);
    printf("\n");
}

/* Packed structs, most significant field first: a word cast to one is decoded. */
static void sv_structs(void)
{
    for (int f = 0; stamp_format_letter[f]; f++) {
        printf("  typedef struct packed {\n");
        for (size_t i = stamp_field_count; i-- > 0;) {
            const struct stamp_field *fd = &stamp_fields[i];
            if ((int)fd->format == f)
                printf("    logic [%d:0] %s; // %s\n", fd->width - 1, fd->name, fd->meaning);
        }
        printf("  } insn_%c_t;\n\n", stamp_format_letter[f] + ('a' - 'A'));
    }
    const struct stamp_field *top = &head[COUNT(head) - 1];
    printf("  // What all formats but C begin with.\n  typedef struct packed {\n"
           "    logic [%d:0] rest;\n",
           STAMP_WORD_BITS - 1 - top->lsb - top->width);
    for (size_t i = COUNT(head); i-- > 0;)
        printf("    logic [%d:0] %s; // %s\n", head[i].width - 1, head[i].name, head[i].meaning);
    printf("  } insn_head_t;\n\n");
}

static void sv_reserved(void)
{
    for (int f = 0; stamp_format_letter[f]; f++) {
        printf("  // Reserved bits of format %c.\n  localparam logic [255:0] RSV_%c = ",
               stamp_format_letter[f], stamp_format_letter[f]);
        struct stamp_word w = {{0}};
        for (size_t i = 0; i < stamp_field_count; i++)
            if ((int)stamp_fields[i].format == f && !strncmp(stamp_fields[i].name, "rsv", 3))
                for (unsigned b = 0; b < stamp_fields[i].width; b++)
                    stamp_word_set(&w, stamp_fields[i].lsb + b, 1, 1);
        printf("256'h");
        for (int k = 7; k >= 0; k--) printf("%08x", w.w[k]);
        printf(";\n");
    }
    printf("\n");
}

static void print_sv(void)
{
    printf("// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1\n"
           "// stamp_isa_pkg - printed by specgen from model/spec/*.def; never edit, run `make "
           "spec`.\n"
           "// verilator lint_off UNUSEDPARAM\n" /* one module never uses every fact */
           "package stamp_isa_pkg;\n");
    sv_rows("", fixed, COUNT(fixed), "int unsigned");
    sv_units();
    sv_rows("SPACE_", spaces, COUNT(spaces), "logic [3:0]");
    sv_rows("FMT_", fmts, COUNT(fmts), "logic [1:0]");
    sv_rows("KIND_", kinds, COUNT(kinds), "logic [1:0]");
    sv_rows("FN_", fns, COUNT(fns), "logic [3:0]");
    for (size_t i = 0; i < stamp_op_count; i++)
        printf("  localparam logic [7:0] OP_%s = 8'h%02x; // %s\n", stamp_ops[i].name,
               (unsigned)stamp_ops[i].code, stamp_ops[i].meaning);
    printf("\n");
    sv_rows("ERR_", errors, COUNT(errors), "logic [3:0]");
    sv_rows("EV_", events, COUNT(events), "int unsigned");
    printf("  localparam int unsigned EVENTS = %d;\n\n", (int)STAMP_EVENTS);
    sv_rows("REG_", regs, COUNT(regs), "logic [11:0]");
    sv_reserved();
    sv_structs();
    printf("endpackage\n// verilator lint_on UNUSEDPARAM\n");
}

static void sv_table(const char *name, size_t n, int bits, const uint64_t *t, const char *meaning)
{
    const int w = width_of(n);

    printf("\n  // %s\n"
           "  function automatic logic [%d:0] %s(input logic [%d:0] i);\n"
           "    case (i)\n",
           meaning, bits - 1, name, w - 1);
    for (size_t i = 0; i < n - 1; i++)
        printf("      %d'd%zu: %s = %d'h%0*llx;\n", w, i, name, bits, (bits + 3) / 4,
               (unsigned long long)t[i]);
    printf("      default: %s = %d'h%0*llx;\n    endcase\n  endfunction\n", name, bits,
           (bits + 3) / 4, (unsigned long long)t[n - 1]);
}

static void print_fn(void)
{
    printf("// SPDX-License-Identifier: Apache-2.0 WITH SHL-2.1\n"
           "// stamp_fn_pkg - printed by specgen from model/spec/fn.def; never edit, run `make "
           "spec`.\n"
           "// Functions of an element, numerics.md section 8: a segment's c0 22 bits, c1 17, c2 "
           "10; section 6,\n"
           "// inverses of scales, binary32.\n"
           "package stamp_fn_pkg;\n");
    sv_table("exp_c", COUNT(fn_exp), 49, fn_exp, "EXP2");
    sv_table("sig_c", COUNT(fn_sig), 49, fn_sig, "SIGMOID");
    sv_table("gelu_c", COUNT(fn_gelu), 49, fn_gelu, "GELU");
    sv_table("inverse", COUNT(fn_inverse), 32, fn_inverse, "1 / (1 + i/128)");
    printf("\nendpackage\n");
}

/* Copy a document, reprinting what stands between <!-- specgen NAME --> and <!-- end -->. */
static int print_doc(const char *path)
{
    FILE *in = fopen(path, "r");
    char line[4096], what[32];
    int skipping = 0, rc = 0;

    if (!in) return bad("cannot open", path);
    while (!rc && fgets(line, sizeof line, in)) {
        if (!strncmp(line, "<!-- end -->", 12)) skipping = 0;
        if (!skipping) fputs(line, stdout);
        if (sscanf(line, "<!-- specgen %31s", what) == 1) {
            skipping = 1;
            rc = specgen_table(what);
        }
    }
    fclose(in);
    return rc || skipping ? bad("bad markers in", path) : 0;
}

static int print_params(const char *name)
{
    const struct stamp_mach *m = stamp_mach_find(name);
    if (!m) return bad("unknown machine", name);
    for (size_t i = 0; i < COUNT(params); i++)
        printf("-G%s=%u ", params[i].name, stamp_param_of(m, (enum stamp_param)i));
    printf("\n");
    return 0;
}

static int print(int argc, char **argv)
{
    if (argc == 2 && !strcmp(argv[1], "sv")) return print_sv(), 0;
    if (argc == 2 && !strcmp(argv[1], "fn")) return print_fn(), 0;
    if (argc == 2 && !strcmp(argv[1], "machs")) {
        for (const struct stamp_mach *m = stamp_machs; m->name; m++) printf("%s\n", m->name);
        return 0;
    }
    if (argc == 3 && !strcmp(argv[1], "doc")) return print_doc(argv[2]);
    if (argc == 3 && !strcmp(argv[1], "params")) return print_params(argv[2]);
    if (argc == 2) return specgen_table(argv[1]) ? bad("unknown table", argv[1]) : 0;
    return bad("usage",
               "specgen sv|fn|isa|mach|rule|event|regs|error|cycles|machs|doc FILE|params NAME");
}

int main(int argc, char **argv)
{
    if (check_isa() || check_units() || check_fn() || check_mach()) return 1;
    if (specgen_check_cycles()) return bad("rows of cycles.def", specgen_check_cycles());
    const int rc = print(argc, argv);
    if (fflush(stdout) || ferror(stdout)) return bad("cannot write", "standard output");
    return rc;
}
