/* SPDX-License-Identifier: Apache-2.0 */
/* derive.c - what may be asked of fields. Contract in derive.h. */
#include "tests/cover/derive.h"

#include <stdio.h>
#include <string.h>

#include "tests/cover/probe.h"

bool cover_is_head(const struct stamp_field *f)
{
    static const char *const names[] = {
#define HEAD(name, lsb, width, meaning) #name,
#include "model/spec/isa.def"
    };

    if (f->format == STAMP_FORMAT_C) return !strcmp(f->name, "op");
    for (size_t k = 0; k < sizeof names / sizeof names[0]; k++)
        if (!strcmp(names[k], f->name)) return true;
    return false;
}

bool cover_is_reserved(const struct stamp_field *f)
{
    return !strncmp(f->name, "rsv", 3);
}

static bool is_float(const struct stamp_field *f)
{
#define FLOAT(fmt, field)                                                                          \
    if (f->format == STAMP_FORMAT_##fmt && !strcmp(f->name, #field)) return true;
#include "tests/cover/parts.def"
    return false;
}

static bool is_late(const struct stamp_op *op, const struct stamp_field *f)
{
#define LATE(o, field)                                                                             \
    if (op->code == STAMP_OP_##o && !strcmp(f->name, #field)) return true;
#include "tests/cover/parts.def"
    return false;
}

const char *cover_code_name(const struct stamp_op *op, const struct stamp_field *f, uint64_t code)
{
    static const char *const fmts[] = {
#define FMT(name, number, meaning) [number] = #name,
#include "model/spec/isa.def"
    };
    static const char *const kinds[] = {
#define KIND(name, number, meaning) [number] = #name,
#include "model/spec/isa.def"
    };

    if (!strcmp(f->name, "fn")) return stamp_fn_name(op->code, (unsigned)code);
    if (!strcmp(f->name, "space"))
        return code < STAMP_SPACES ? stamp_space_name((enum stamp_space)code) : NULL;
    if (!strcmp(f->name, "fmt")) return code < sizeof fmts / sizeof fmts[0] ? fmts[code] : NULL;
    if (!strcmp(f->name, "kind")) return code < sizeof kinds / sizeof kinds[0] ? kinds[code] : NULL;
    return NULL;
}

static int place_of(enum stamp_format format, const char *name)
{
    int at = 0;

    for (size_t k = 0; k < stamp_field_count; k++) {
        if (stamp_fields[k].format != format) continue;
        if (!strcmp(stamp_fields[k].name, name)) return at;
        at++;
    }
    return -1;
}

const struct stamp_field *cover_field_at(enum stamp_format format, int at)
{
    for (size_t k = 0; k < stamp_field_count && at >= 0; k++)
        if (stamp_fields[k].format == format && at-- == 0) return &stamp_fields[k];
    return NULL;
}

const int *cover_enums(enum stamp_format format)
{
    static int at[STAMP_FORMAT_W + 1][COVER_ENUMS];
    static bool known;
    int n[STAMP_FORMAT_W + 1] = {0};

    if (known) return at[format];
    for (int f = 0; f <= STAMP_FORMAT_W; f++)
        for (int k = 0; k < COVER_ENUMS; k++) at[f][k] = -1;
#define ENUM(fmt, field)                                                                           \
    at[STAMP_FORMAT_##fmt][n[STAMP_FORMAT_##fmt]++] = place_of(STAMP_FORMAT_##fmt, #field);
#include "tests/cover/parts.def"
    known = true;
    return at[format];
}

static bool is_named(const struct stamp_op *op, uint32_t at)
{
    for (uint32_t k = 0; k < COVER_ENUMS; k++)
        if (cover_enums(op->format)[k] == (int)at) return true;
    return false;
}

static void ask(struct cover_field *f, enum cover_edge e)
{
    f->point[e] = 0;
}

static struct cover_field *add(struct cover_set *s, const struct stamp_field *f, uint32_t at)
{
    struct cover_field *c = &s->field[s->fields++];

    *c = (struct cover_field){.f = f, .at = at, .step = 1};
    for (int e = 0; e < COVER_EDGE_COUNT; e++) c->point[e] = -1;
    return c;
}

/* Fields of the format in the order of isa.def: whole or variant. */
static void list(struct cover_set *s, bool variant)
{
    uint32_t at = 0;

    for (size_t k = 0; k < stamp_field_count; k++) {
        const struct stamp_field *f = &stamp_fields[k];
        if (f->format != s->op->format) continue;
        const bool whole = cover_is_head(f) || cover_is_reserved(f);
        if (strcmp(f->name, "op") && whole != variant && !is_named(s->op, at)) add(s, f, at);
        at++;
    }
}

void cover_derive_whole(struct cover_set *s)
{
    list(s, false);
    for (uint32_t k = 0; k < s->fields; k++) {
        struct cover_field *f = &s->field[k];
        if (cover_is_reserved(f->f)) {
            ask(f, COVER_SET);
            continue;
        }
        for (enum cover_edge e = COVER_ZERO; e <= COVER_LAST; e++) ask(f, e);
    }
}

/* What trying has shown of the fields. */
struct tried {
    uint32_t nonzero, far;
    union stamp_insn base; /* with as few fields other than 0 as may be */
    bool legal;
};

static uint64_t most(const struct cover_field *f)
{
    return (UINT64_C(1) << f->f->width) - 1;
}

static void note_far(const struct stamp_mach *mach, const struct cover_set *s,
                     const union stamp_insn *legal, struct tried *t)
{
    for (uint32_t k = 0; k < s->fields; k++) {
        union stamp_insn i = *legal;
        if (t->far >> k & 1) continue;
        i.field[s->field[k].at] = most(&s->field[k]);
        if (cover_too_far(cover_refused(mach, s->op, &i))) t->far |= 1u << k;
    }
}

/* Every choice of fields that are 2 (bits: 1) and others that are 0. */
static struct tried try_all(const struct stamp_mach *mach, const struct cover_set *s)
{
    struct tried t = {0};
    const int *named = cover_enums(s->op->format);
    int fewest = COVER_FIELDS + 1;

    for (uint32_t mask = 0; mask >> s->fields == 0; mask++) {
        union stamp_insn i = {.c = {.op = s->op->code}};
        for (uint32_t k = 0; k < COVER_ENUMS; k++)
            if (named[k] >= 0) i.field[named[k]] = s->code[k];
        for (uint32_t k = 0; k < s->fields; k++)
            if (mask >> k & 1) i.field[s->field[k].at] = s->field[k].f->width == 1 ? 1 : 2;
        if (cover_refused(mach, s->op, &i)) continue;
        t.legal = true;
        t.nonzero |= mask;
        if (__builtin_popcount(mask) < fewest) {
            fewest = __builtin_popcount(mask);
            t.base = i;
        }
        note_far(mach, s, &i, &t);
    }
    return t;
}

static void ask_number(const struct cover_set *s, struct cover_field *f, bool far)
{
    f->kind = COVER_NUMBER;
    for (enum cover_edge e = COVER_ZERO; e <= COVER_LAST; e++) ask(f, e);
    if (far || is_late(s->op, f->f)) ask(f, COVER_BEYOND);
    if (f->step > 1) ask(f, COVER_UNALIGNED);
}

static void ask_float(struct cover_field *f)
{
    static const enum cover_edge of[] = {COVER_ZERO, COVER_ONE, COVER_NEGATIVE, COVER_TINY,
                                         COVER_LAST};

    f->kind = COVER_FLOAT;
    for (size_t e = 0; e < sizeof of / sizeof of[0]; e++) ask(f, of[e]);
}

bool cover_derive(const struct stamp_mach *mach, struct cover_set *s)
{
    list(s, true);
    const struct tried t = try_all(mach, s);

    if (!t.legal) return false;
    for (uint32_t k = 0; k < s->fields; k++) {
        struct cover_field *f = &s->field[k];
        union stamp_insn i = t.base;
        f->count = t.base.field[f->at] != 0;
        i.field[f->at] = STAMP_DRAM_ALIGN;
        if (!(t.nonzero >> k & 1) && most(f) >= STAMP_DRAM_ALIGN && !cover_refused(mach, s->op, &i))
            f->step = STAMP_DRAM_ALIGN;
        if (!(t.nonzero >> k & 1) && f->step == 1) {
            ask(f, COVER_SET); /* has to be 0 */
        } else if (f->f->width == 1) {
            f->kind = COVER_BIT;
            ask(f, COVER_ZERO);
            ask(f, COVER_ONE);
        } else if (is_float(f->f)) {
            ask_float(f);
        } else {
            ask_number(s, f, t.far >> k & 1);
        }
    }
    return true;
}
