/* SPDX-License-Identifier: Apache-2.0 */
/* classify.c - the points an instruction reaches. Contract in cover_parts.h. */
#include <string.h>

#include "tests/cover/cover_parts.h"
#include "tests/cover/derive.h"
#include "tests/cover/probe.h"

/* An instruction: as it was written, and with address and limit final. */
struct at_hand {
    const struct stamp_machine *m;
    const struct stamp_op *op;
    struct stamp_word word;
    union stamp_insn written, final;
};

static bool fetch(struct at_hand *h)
{
    const struct stamp_machine *m = h->m;
    const uint64_t at = m->code_addr + (uint64_t)m->ctl.pc * sizeof h->word - m->dram.base;

    if (m->ctl.pc >= m->code_count || at > m->dram.size || m->dram.size - at < sizeof h->word)
        return false;
    for (unsigned k = 0; k < 8; k++) {
        const uint8_t *b = m->dram.bytes + at + 4 * k;
        h->word.w[k] =
            (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
    }
    h->op = stamp_decode(&h->word, &h->written);
    if (!h->op) return true;
    h->final = h->written;
    if (h->op->format == STAMP_FORMAT_D) {
        struct stamp_insn_d *d = &h->final.d;
        d->dram = (d->dram + m->ctl.areg[d->areg]) & ((UINT64_C(1) << STAMP_ADDR_BITS) - 1);
    }
    if (h->op->format == STAMP_FORMAT_W)
        h->final.w.lim = (h->final.w.lim + m->ctl.areg[h->final.w.areg]) & 0xffffff;
    return true;
}

static void pend(struct cover *c, int32_t point)
{
    if (point >= 0 && c->pendings < COVER_PENDING) c->pending[c->pendings++] = (uint32_t)point;
}

/* ---- Legal ones ------------------------------------------------------------------------------------ */

static void number(struct cover *c, const struct at_hand *h, const struct cover_field *f)
{
    const uint64_t v = h->written.field[f->at] / f->step;
    union stamp_insn next = h->final;

    if (v == 0) pend(c, f->point[COVER_ZERO]);
    if (v == 1) pend(c, f->point[COVER_ONE]);
    if (v > 1 && v & 1) pend(c, f->point[COVER_ODD]);
    if (f->point[COVER_LAST] < 0) return;
    next.field[f->at] += f->step;
    if ((h->written.field[f->at] + f->step) >> f->f->width ||
        (f->point[COVER_BEYOND] >= 0 && cover_too_far(cover_refused_here(h->m, h->op, &next))))
        pend(c, f->point[COVER_LAST]);
}

static void real(struct cover *c, uint64_t bits, const struct cover_field *f)
{
    if (bits == 0) pend(c, f->point[COVER_ZERO]);
    if (bits == 0x3f800000) pend(c, f->point[COVER_ONE]);
    if (bits >> 31) pend(c, f->point[COVER_NEGATIVE]);
    if (bits << 33 && !(bits & 0x7f800000)) pend(c, f->point[COVER_TINY]);
    if ((bits & 0x7fffffff) == 0x7f7fffff) pend(c, f->point[COVER_LAST]);
}

static void fields(struct cover *c, const struct at_hand *h, const struct cover_set *s)
{
    for (uint32_t k = 0; k < s->fields; k++) {
        const struct cover_field *f = &s->field[k];
        const uint64_t v = h->written.field[f->at];
        if (f->kind == COVER_BIT)
            pend(c, f->point[v ? COVER_ONE : COVER_ZERO]);
        else if (f->kind == COVER_FLOAT)
            real(c, v, f);
        else
            number(c, h, f);
    }
}

static uint64_t row_bytes(const struct stamp_mach *k, const struct stamp_insn_d *d)
{
    return cover_row_bytes(k, d);
}

/* Lines that row r of VCODE or VDEQ packs into one. */
static uint64_t packed(const struct stamp_machine *m, uint64_t rt)
{
    return m->rt[rt] >> 15 ? 4 : 8;
}

static bool mixed(const struct stamp_machine *m, uint64_t rt, uint64_t n)
{
    uint64_t wide = 0;

    for (uint64_t r = 0; r < n; r++) wide += m->rt[rt + r] >> 15;
    return wide && wide < n;
}

static int64_t limit(const struct stamp_insn_w *w)
{
    return (int64_t)(w->lim ^ 0x800000) - 0x800000;
}

static bool inside(const struct stamp_mach *k, const struct stamp_insn_w *w)
{
    return limit(w) > 0 && limit(w) <= (int64_t)(w->cols * k->L);
}

/* Whether MM meets an entry of NT of one of these kinds. */
static bool meets(const struct stamp_machine *m, const struct stamp_insn_m *i, unsigned kinds)
{
    for (uint64_t r = 0; r < i->groups * m->mach->P; r++)
        if (kinds >> (m->nt[i->nt + r] >> 14) & 1) return true;
    return false;
}

static bool wide(const struct stamp_machine *m, const struct stamp_insn_m *i)
{
    return meets(m, i, 1u << 2);
}

static bool unused(const struct stamp_machine *m, const struct stamp_insn_m *i)
{
    return meets(m, i, 1u << 0);
}

/* A table: the lines of parts.def, one after the other. */
static void parts(struct cover *c, const struct at_hand *h, const struct cover_set *s)
{
    const struct stamp_machine *m = h->m;
    const struct stamp_mach *k = m->mach;
    const union stamp_insn *i = &h->final, *w = &h->written;
    uint32_t at = 0;

#define PART(o, what, n, unit)                                                                     \
    if (s->part[at] >= 0) {                                                                        \
        const uint64_t of = (uint64_t)(unit);                                                      \
        if (of) pend(c, s->part[at] + ((uint64_t)(n) % of != 0));                                  \
    }                                                                                              \
    at++;
#define CASE(o, what, holds)                                                                       \
    if (s->part[at] >= 0 && (holds)) pend(c, s->part[at]);                                         \
    at++;
#include "tests/cover/parts.def"
}

/* Its mode, and with the one before it in the unit a pair. A FENCE leaves every unit idle. */
static void pair(struct cover *c, const struct at_hand *h, uint32_t variant)
{
    const struct cover_pairs *q = &c->p->pairs[h->op->unit];
    const struct cover_set *s = &c->p->set[variant];
    uint32_t mode = 0, bits = 0;

    while (q->set[mode] != variant) mode++;
    mode <<= q->bits;
    for (uint32_t k = 0; q->bits && k < s->fields; k++)
        if (s->field[k].kind == COVER_BIT)
            mode |= (uint32_t)(h->written.field[s->field[k].at] & 1) << bits++;
    if (c->last[h->op->unit])
        pend(c, (int32_t)(q->first + (c->last[h->op->unit] - 1) * q->modes + mode));
    if (h->op->code == STAMP_OP_FENCE)
        for (int u = 0; u < STAMP_UNITS; u++)
            if (u != STAMP_UNIT_CTL) c->last[u] = 0;
    c->last[h->op->unit] = mode + 1;
}

/* ---- Refused ones ---------------------------------------------------------------------------------- */

/* A field whose value alone is why: with another it would be legal. */
static bool alone(const struct at_hand *h, uint32_t at, uint64_t value, enum stamp_error e)
{
    union stamp_insn other = h->final;

    other.field[at] = value;
    return cover_refused_here(h->m, h->op, &other) != e;
}

static void refused_fields(struct cover *c, const struct at_hand *h, const struct cover_set *s,
                           enum stamp_error e)
{
    for (uint32_t k = 0; k < s->fields; k++) {
        const struct cover_field *f = &s->field[k];
        const uint64_t v = h->final.field[f->at], written = h->written.field[f->at];
        if (cover_is_reserved(f->f) || f->kind == COVER_FLOAT) continue;
        if (written == 0 && (cover_too_far(e) || e == STAMP_ERROR_RESERVED) &&
            alone(h, f->at, f->step, e))
            pend(c, f->point[COVER_ZERO]);
        if (v >= f->step && written && cover_too_far(e) && alone(h, f->at, v - f->step, e))
            pend(c, f->point[COVER_BEYOND]);
        if (v % f->step && e == STAMP_ERROR_ALIGN && alone(h, f->at, v - v % f->step, e))
            pend(c, f->point[COVER_UNALIGNED]);
        if (v && e == STAMP_ERROR_RESERVED && alone(h, f->at, 0, e)) pend(c, f->point[COVER_SET]);
    }
}

/* Reserved bits: which of the fields. */
static bool reserved(struct cover *c, const struct at_hand *h, const struct cover_set *s)
{
    bool any = false;

    for (uint32_t k = 0; k < s->fields; k++)
        for (uint32_t at = 0; cover_is_reserved(s->field[k].f) && at < s->field[k].f->width; at++)
            if (stamp_word_get(&h->word, s->field[k].f->lsb + at, 1)) {
                pend(c, s->field[k].point[COVER_SET]);
                any = true;
                break;
            }
    return any;
}

static void refused_codes(struct cover *c, const struct at_hand *h, uint32_t whole)
{
    const int *named = cover_enums(h->op->format);
    uint64_t code[COVER_ENUMS] = {0};
    bool nameless = false;

    for (int k = 0; k < COVER_ENUMS; k++) {
        if (named[k] < 0) continue;
        code[k] = h->written.field[named[k]];
        const bool known = cover_code_name(h->op, cover_field_at(h->op->format, named[k]), code[k]);
        if (!known) pend(c, c->p->nameless[whole][k]);
        if (!known) nameless = true;
    }
    if (!nameless) pend(c, c->p->other[whole][code[0]][code[1]]);
}

void cover_classify(struct cover *c, const struct stamp_machine *m)
{
    struct at_hand h = {.m = m};
    uint32_t whole = 0, variant = 0;

    c->pendings = 0;
    c->expected = STAMP_ERROR_OPCODE;
    if (!fetch(&h)) return;
    if (!h.op) {
        pend(c, (int32_t)c->p->unknown);
        return;
    }
    const bool known = cover_find(c->p, h.op, &h.written, &whole, &variant);
    const struct cover_set *all = &c->p->set[whole], *its = &c->p->set[variant];
    c->expected = STAMP_ERROR_RESERVED;
    if (reserved(c, &h, all)) return;
    if (!known) {
        refused_codes(c, &h, whole);
        return;
    }
    c->expected = cover_refused_here(m, h.op, &h.final);
    if (c->expected) {
        refused_fields(c, &h, its, c->expected);
        return;
    }
    fields(c, &h, all);
    fields(c, &h, its);
    parts(c, &h, all);
    parts(c, &h, its);
    pair(c, &h, variant);
}
