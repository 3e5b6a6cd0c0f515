/* SPDX-License-Identifier: Apache-2.0 */
/* shape.c - what of an instruction decides time. Contract in shape.h. */
#include "model/clock/shape.h"

#include <string.h>

#include "model/clock/contents.h"
#include "model/clock/hash.h"
#include "model/clock/vxu_tape.h"
#include "model/mem.h"

enum {
    UNIT_LOG = 6,
    PAGE = STAMP_BURST_PAGE >> UNIT_LOG,
    BASE = 22,      /* bits of a word's number; above are what is left of addresses */
    PLACE_LOG = 13, /* of a place in 4 KiB, from 1 on */
    MOST = 1 << 18,
    PARTS = 16 /* tables of parts, at most */
};

/* Fields of which only some bits count, beside what is kept apart from the word: VM has four banks, XB and WB two by the
 * lowest bits of a line. */
struct part {
    const char *name;
    uint64_t bits;
};
/* Above the word's number: of a transfer into a table its address, of another where its rows lie in 4 KiB, of RECIP
 * and RSQRT the limit, of a control instruction where it goes on; of what reads a table the number of what that holds, of
 * a gathering load beside its place in 4 KiB. */
static uint64_t with(uint32_t base, uint64_t rest)
{
    return (rest + 1) << BASE | base;
}

struct stamp_clock_shapes {
    const struct stamp_mach *mach;
    const struct stamp_word *code;
    struct stamp_clock_tables tables;
    struct stamp_clock_contents *contents;
    uint16_t *nt;     /* entries without what does not count */
    uint32_t version; /* of what the tables hold */
    uint32_t *base;   /* of each word of the program, or 0 */
    struct one {
        struct stamp_word word;
        uint32_t pc;
        uint32_t version,
            holds; /* number of what it reads of a table, where the version is that of now */
    } * one;       /* from 1 on */
    uint32_t ones, most, places, *place; /* places: a power of 2 */
    struct {
        const struct part *of;
        struct stamp_word word;
    } bits[PARTS + 1]; /* as they are asked for */
};

struct stamp_clock_shapes *stamp_clock_shapes_new(const struct stamp_mach *mach,
                                                  const struct stamp_word *code, uint32_t count,
                                                  const struct stamp_clock_tables *tables,
                                                  size_t bytes)
{
    struct stamp_clock_shapes *s = stamp_alloc(1, sizeof *s);

    if (!s) return NULL;
    s->mach = mach;
    s->code = code;
    s->tables = *tables;
    s->version = 1;
    s->contents = stamp_clock_contents_new(bytes);
    s->most = count < MOST ? count : MOST;
    for (s->places = 64; s->places < 2 * s->most;) s->places *= 2;
    s->nt = stamp_alloc(mach->RT_ENTRIES, sizeof *s->nt);
    s->base = stamp_alloc(count, sizeof *s->base);
    s->one = stamp_alloc(s->most + 1u, sizeof *s->one);
    s->place = stamp_alloc(s->places, sizeof *s->place);
    if (s->contents && s->nt && s->base && s->one && s->place) return s;
    stamp_clock_shapes_free(s);
    return NULL;
}

void stamp_clock_shapes_free(struct stamp_clock_shapes *s)
{
    if (!s) return;
    stamp_clock_contents_free(s->contents);
    stamp_free(s->nt);
    stamp_free(s->base);
    stamp_free(s->one);
    stamp_free(s->place);
    stamp_free(s);
}

/* ---- The word without what does not count ----------------------------------------------------------- */

static bool divides(const struct stamp_op *op, const union stamp_insn *i)
{
    return op->code == STAMP_OP_VFN && (i->w.fn == STAMP_ONE_RECIP || i->w.fn == STAMP_ONE_RSQRT);
}

enum { VM = 3, XB = 1, WB = 1 };
enum {
    NT = 3 << 14 | VM
}; /* of an entry: whether and how it is used, the bank its token lies in */

static const struct part *parts(const struct stamp_op *op, const union stamp_insn *i)
{
    static const struct part none[] = {{NULL, 0}},
                             vm[] = {{"areg", 0}, {"dram", 0}, {"line", VM}, {NULL, 0}},
                             wb[] = {{"areg", 0}, {"dram", 0}, {"line", WB}, {NULL, 0}},
                             cm[] = {{"areg", 0}, {"dram", 0}, {"line", 0}, {NULL, 0}},
                             table[] = {{"areg", 0}, {"dram", 0}, {NULL, 0}},
                             b[] = {{"a", VM}, {"c", 0}, {"s", 0}, {NULL, 0}},
                             m[] = {{"xb", XB}, {"wb", WB}, {"cm", 0},
                                    {"rm", 0},  {"vm", VM}, {NULL, 0}},
                             w[] = {{"a", VM}, {"b", VM},  {"d", VM},    {"areg", 0},
                                    {"c", 0},  {"lim", 0}, {"lstep", 0}, {NULL, 0}},
                             divide[] = {{"a", VM}, {"b", VM},  {"d", VM}, {"areg", 0},
                                         {"c", 0},  {"lim", 0}, {NULL, 0}},
                             seta[] = {{"areg", 0}, {"acc", 0}, {"imm", 0}, {NULL, 0}},
                             c[] = {{"areg", 0}, {"imm", 0}, {NULL, 0}},
                             minmax[] = {{"sym", 0}, {"a", VM}, {"sm", 0}, {NULL, 0}},
                             quant[] = {{"sym", 0}, {"a", VM},  {"sm", 0},
                                        {"rm", 0},  {"xb", XB}, {NULL, 0}},
                             code[] = {{"sym", 0}, {"a", VM}, {"b", VM}, {"sm", 0}, {NULL, 0}},
                             pack[] = {{"sym", 0}, {"a", VM}, {"sm", 0}, {"xb", 0}, {NULL, 0}},
                             other[] = {{"sym", 0}, {"a", VM}, {NULL, 0}};

    if (op->format == STAMP_FORMAT_D) {
        if (i->d.space == STAMP_SPACE_VM) return vm;
        if (i->d.space == STAMP_SPACE_WB) return wb;
        return i->d.space == STAMP_SPACE_CM || i->d.space == STAMP_SPACE_PB ? cm : table;
    }
    switch (op->code) {
    case STAMP_OP_MM: return m;
    case STAMP_OP_VMINMAX:
    case STAMP_OP_VQPAR: return minmax;
    case STAMP_OP_VQUANT: return quant;
    case STAMP_OP_VCODE:
    case STAMP_OP_VDEQ: return code;
    case STAMP_OP_VPACKK:
    case STAMP_OP_VPACKV: return pack;
    case STAMP_OP_SETA: return seta;
    default: break;
    }
    switch (op->format) {
    case STAMP_FORMAT_B: return b;
    case STAMP_FORMAT_V: return other;
    case STAMP_FORMAT_W: return divides(op, i) ? divide : w;
    case STAMP_FORMAT_C: return c;
    default: return none;
    }
}

/* The bits of a word that count: those of fields that are no part, and what is said of these. */
static struct stamp_word bits_of(const struct stamp_op *op, const struct part *of)
{
    struct stamp_word out;

    memset(&out, 0xff, sizeof out);
    for (const struct part *p = of; p->name; p++)
        for (size_t f = 0; f < stamp_field_count; f++) {
            const struct stamp_field *at = &stamp_fields[f];
            if (at->format == op->format && !strcmp(at->name, p->name))
                stamp_word_set(&out, at->lsb, at->width, p->bits);
        }
    return out;
}

static struct stamp_word bare(struct stamp_clock_shapes *s, const struct stamp_word *word,
                              const struct stamp_op *op, const union stamp_insn *i)
{
    const struct part *of = parts(op, i);
    struct stamp_word out;
    uint32_t k = 0;

    while (s->bits[k].of && s->bits[k].of != of) k++;
    if (!s->bits[k].of) {
        s->bits[k].of = of;
        s->bits[k].word = bits_of(op, of);
    }
    for (int n = 0; n < 8; n++) out.w[n] = word->w[n] & s->bits[k].word.w[n];
    return out;
}

/* The number of the word at @p pc; 0: no room. */
static uint32_t base_of(struct stamp_clock_shapes *s, uint32_t pc)
{
    union stamp_insn i;

    if (s->base[pc]) return s->base[pc];
    const struct stamp_op *op = stamp_decode(&s->code[pc], &i);
    const struct stamp_word w = bare(s, &s->code[pc], op, &i);
    uint32_t at = (uint32_t)stamp_clock_hash(&w, sizeof w) & (s->places - 1);
    while (s->place[at] && memcmp(&s->one[s->place[at]].word, &w, sizeof w) != 0)
        at = (at + 1) & (s->places - 1);
    if (!s->place[at]) {
        if (s->ones == s->most) return 0;
        s->place[at] = ++s->ones;
        s->one[s->ones] = (struct one){.word = w, .pc = pc};
    }
    return s->base[pc] = s->place[at];
}

/* ---- Where rows lie --------------------------------------------------------------------------------- */

bool stamp_clock_cut_alike(uint64_t at, bool fixed, uint32_t units, uint32_t most)
{
    const uint64_t low = (at | PAGE) & -(at | PAGE);

    return units < low || low > most || (fixed && at % PAGE + units < PAGE);
}

/* What the address of a transfer decides. */
static uint64_t place_of(const struct stamp_clock_shapes *s, const struct stamp_insn_d *d)
{
    const uint32_t axi = s->mach->AXI_BYTES, burst = STAMP_BURST_BEATS * axi >> UNIT_LOG;
    const uint64_t bytes =
        d->lines * stamp_line_bytes(s->mach, (enum stamp_space)d->space, (enum stamp_fmt)d->fmt);
    const uint64_t d0 = d->n0 > 1 ? d->d0 : 0, d1 = d->n1 > 1 ? d->d1 : 0;
    const bool fixed = (d0 | d1) % STAMP_BURST_PAGE == 0;

    if (d->space == STAMP_SPACE_RT || d->space == STAMP_SPACE_NT || d->space == STAMP_SPACE_IT)
        return d->dram + 1;
    if (!d->gather && bytes % 64 == 0 &&
        stamp_clock_cut_alike((d->dram | d0 | d1) >> UNIT_LOG, fixed,
                              (uint32_t)(bytes >> UNIT_LOG) - 1, (burst < PAGE ? burst : PAGE) - 1))
        return 0;
    return d->dram % STAMP_BURST_PAGE + 1;
}

/* ---- What tables hold ------------------------------------------------------------------------------- */

void stamp_clock_shapes_filled(struct stamp_clock_shapes *s)
{
    s->version++;
}

bool stamp_clock_shapes_full(const struct stamp_clock_shapes *s)
{
    return stamp_clock_contents_full(s->contents);
}

void stamp_clock_shapes_forget(struct stamp_clock_shapes *s)
{
    stamp_clock_contents_forget(s->contents);
    s->version++;
}

uint32_t stamp_clock_entries(struct stamp_clock_shapes *s, enum stamp_space space, uint32_t first,
                             uint32_t count)
{
    const bool index = space == STAMP_SPACE_IT;
    const uint32_t there = index ? s->mach->IT_ENTRIES : s->mach->RT_ENTRIES;
    const uint32_t from = first < there ? first : there;
    const uint32_t n = count < there - from ? count : there - from;

    if (index) return stamp_clock_content(s->contents, s->tables.it + from, n * sizeof(uint32_t));
    if (space == STAMP_SPACE_RT)
        return stamp_clock_content(s->contents, s->tables.rt + from, n * sizeof(uint16_t));
    for (uint32_t i = 0; i < n; i++) s->nt[i] = s->tables.nt[from + i] & NT;
    return stamp_clock_content(s->contents, s->nt, n * sizeof *s->nt);
}

/* What an instruction reads of a table, or will; the fields that say where are in its word. 0: no room */
static uint32_t holds(struct stamp_clock_shapes *s, uint32_t base, const struct stamp_op *op,
                      const union stamp_insn *i)
{
    struct one *one = &s->one[base];

    if (one->version == s->version) return one->holds;
    if (op->code == STAMP_OP_MM)
        one->holds = stamp_clock_entries(s, STAMP_SPACE_NT, (uint32_t)i->m.nt,
                                         (uint32_t)i->m.groups * s->mach->P);
    else if (op->format == STAMP_FORMAT_D)
        one->holds = stamp_clock_entries(s, STAMP_SPACE_IT, (uint32_t)i->d.it,
                                         (uint32_t)(i->d.n0 * i->d.n1));
    else
        one->holds =
            stamp_clock_entries(s, STAMP_SPACE_RT, (uint32_t)i->v.rt, stamp_clock_tape_rows(i));
    one->version = one->holds ? s->version : 0;
    return one->holds;
}

static bool looks_up(const struct stamp_op *op, const union stamp_insn *i)
{
    if (op->format == STAMP_FORMAT_D) return i->d.gather;
    if (op->format == STAMP_FORMAT_V) return stamp_clock_tape_rows(i) != 0;
    return op->code == STAMP_OP_MM;
}

uint64_t stamp_clock_shape(struct stamp_clock_shapes *s, const struct stamp_issue *issue)
{
    const uint32_t base = base_of(s, issue->pc);
    uint32_t held = 0;

    if (!base) return 0;
    if (looks_up(issue->op, &issue->insn)) {
        held = holds(s, base, issue->op, &issue->insn);
        if (!held) return 0;
    }
    switch (issue->op->format) {
    case STAMP_FORMAT_D:
        if (held) return with(base, place_of(s, &issue->insn.d) | (uint64_t)held << PLACE_LOG);
        return with(base, place_of(s, &issue->insn.d));
    case STAMP_FORMAT_W:
        return with(base, divides(issue->op, &issue->insn) ? issue->insn.w.lim : 0);
    case STAMP_FORMAT_C: return with(base, issue->next - issue->pc);
    default: return with(base, held);
    }
}

void stamp_clock_of_shape(const struct stamp_clock_shapes *s, uint64_t shape,
                          struct stamp_issue *issue)
{
    const struct one *one = &s->one[shape & ((1u << BASE) - 1)];
    const uint64_t rest = (shape >> BASE) - 1;

    *issue = (struct stamp_issue){.pc = one->pc};
    issue->op = stamp_decode(&s->code[one->pc], &issue->insn);
    if (issue->op->format == STAMP_FORMAT_D) {
        const uint64_t at = issue->insn.d.gather ? rest & ((1u << PLACE_LOG) - 1) : rest;
        issue->insn.d.dram = at ? at - 1 : 0;
        issue->insn.d.areg = 0;
    }
    if (issue->op->format != STAMP_FORMAT_W) return;
    issue->insn.w.lim = rest;
    issue->insn.w.areg = 0;
}
