/* SPDX-License-Identifier: Apache-2.0 */
/* edge_draw.c - instructions for points of coverage. Contract in edge_draw.h. */
#include "tests/cosim/edge_draw.h"

#include <string.h>

#include "tests/cosim/edge_image.h"
#include "tests/cover/probe.h"

enum { TRIES = 400 };

static uint64_t most(const struct cover_field *f)
{
    return ((UINT64_C(1) << f->f->width) - 1) / f->step * f->step;
}

/* Small, or the number of some line. */
static uint64_t number(struct gen_rng *r, const struct cover_field *f)
{
    const uint64_t lines[] = {4, 16, 300, 1000};
    uint64_t v = gen_below(r, (uint32_t)lines[gen_below(r, 4)]);

    if (!strcmp(f->f->name, "areg") && gen_below(r, 4)) return 0; /* limits stay small */
    if (f->count) v = gen_below(r, 4) ? 1 : 1 + v % 4;
    return edge_least(v * f->step, most(f));
}

static uint64_t real(struct gen_rng *r, enum cover_edge e)
{
    switch (e) {
    case COVER_ZERO: return 0;
    case COVER_ONE: return 0x3f800000;
    case COVER_TINY: return 1 + gen_below(r, 0x7fffff);
    case COVER_LAST: return 0x7f7fffff;
    default: return gen_below(r, 2) << 31 | gen_range(r, 122, 127) << 23 | gen_below(r, 0x800000);
    }
}

/* A transfer begins in a piece of its format; registers hold where the pieces are. */
static void place_transfer(struct gen_rng *r, struct stamp_insn_d *d)
{
    static const enum edge_piece of[STAMP_SPACES] = {
        [STAMP_SPACE_VM] = EDGE_F32, [STAMP_SPACE_WB] = EDGE_WB, [STAMP_SPACE_CM] = EDGE_CM,
        [STAMP_SPACE_RT] = EDGE_RT,  [STAMP_SPACE_NT] = EDGE_NT, [STAMP_SPACE_IT] = EDGE_IT};
    enum edge_piece piece = of[d->space];

    if (d->fmt == STAMP_FMT_BF16) piece = EDGE_BF16;
    if (d->op == STAMP_OP_STORE) piece = EDGE_END;
    d->areg = (uint64_t)EDGE_PIECES + piece;
    d->dram = 64 * gen_below(r, 16);
}

static void draw(const struct cover_set *s, struct gen_rng *r, union stamp_insn *i)
{
    const int *named = cover_enums(s->op->format);

    memset(i, 0, sizeof *i);
    i->c.op = s->op->code;
    for (uint32_t k = 0; k < COVER_ENUMS; k++)
        if (named[k] >= 0) i->field[named[k]] = s->code[k];
    for (uint32_t k = 0; k < s->fields; k++) {
        const struct cover_field *f = &s->field[k];
        if (f->point[COVER_SET] >= 0) continue; /* has to be 0 */
        i->field[f->at] = f->kind == COVER_BIT     ? gen_below(r, 2)
                          : f->kind == COVER_FLOAT ? real(r, COVER_NEGATIVE)
                                                   : number(r, f);
    }
    if (s->op->format == STAMP_FORMAT_D) place_transfer(r, &i->d);
}

bool edge_draw(const struct stamp_mach *m, const struct cover_set *s, struct gen_rng *r,
               struct edge_case *c)
{
    memset(c, 0, sizeof *c);
    for (int k = 0; k < TRIES; k++) {
        draw(s, r, &c->insn);
        if (!cover_refused(m, s->op, &c->insn)) return true;
    }
    return false;
}

/* The largest value of a field with which @p i is legal, as it is with what it has. */
static uint64_t last(const struct stamp_mach *m, const struct cover_set *s,
                     const struct cover_field *f, union stamp_insn i)
{
    uint64_t lo = i.field[f->at] / f->step, hi = most(f) / f->step + 1;

    while (hi - lo > 1) {
        const uint64_t v = lo + (hi - lo) / 2;
        i.field[f->at] = v * f->step;
        if (cover_refused(m, s->op, &i))
            hi = v;
        else
            lo = v;
    }
    return lo * f->step;
}

static uint64_t odd(struct gen_rng *r, const struct cover_field *f)
{
    const uint64_t v = 3 + 2 * (uint64_t)gen_below(r, gen_below(r, 2) ? 2 : 200);

    return v * f->step <= most(f) ? v * f->step : 3 * f->step;
}

/* The value of an edge; false where it does not fit. */
static bool value(const struct stamp_mach *m, const struct cover_set *s,
                  const struct cover_field *f, enum cover_edge e, struct gen_rng *r,
                  union stamp_insn *i)
{
    uint64_t *v = &i->field[f->at];

    if (f->kind == COVER_FLOAT) {
        *v = real(r, e);
        if (e == COVER_NEGATIVE) *v |= UINT64_C(1) << 31;
        return true;
    }
    switch (e) {
    case COVER_ZERO: *v = 0; return true;
    case COVER_ONE: *v = f->step; return true;
    case COVER_ODD: *v = odd(r, f); return true;
    case COVER_SET: *v = 1; return true;
    case COVER_UNALIGNED: *v += 1 + gen_below(r, 63); return true;
    case COVER_LAST: *v = f->point[COVER_BEYOND] >= 0 ? last(m, s, f, *i) : most(f); return true;
    default: *v = last(m, s, f, *i) + f->step; return *v <= most(f);
    }
}

/* A transfer whose register is the point: it holds memory's place, or nothing and the address is whole. */
static void place_register(const struct stamp_mach *m, uint64_t piece, struct edge_case *c)
{
    const struct edge_layout a = edge_layout_of(m);
    struct stamp_insn_d *d = &c->insn.d;

    if (d->areg == piece) return;
    if (d->areg >= EDGE_PIECES && d->areg < EDGE_LAST_REG) d->areg = EDGE_ODD;
    d->dram += edge_piece_at(&a, (enum edge_piece)(piece - EDGE_PIECES));
    c->absolute = d->areg == 0;
}

/* The error that belongs to an edge. */
static bool is_wanted(enum cover_edge e, enum stamp_error error)
{
    switch (e) {
    case COVER_BEYOND: return cover_too_far(error);
    case COVER_UNALIGNED: return error == STAMP_ERROR_ALIGN;
    case COVER_SET: return error == STAMP_ERROR_RESERVED;
    case COVER_ZERO: return !error || cover_too_far(error);
    default: return !error;
    }
}

/* Whether behind the value there is none: it does not fit, or is too far. */
static bool is_last(const struct stamp_mach *m, const struct cover_set *s,
                    const struct cover_field *f, union stamp_insn i)
{
    i.field[f->at] += f->step;
    return i.field[f->at] > most(f) || cover_too_far(cover_refused(m, s->op, &i));
}

bool edge_draw_at(const struct stamp_mach *m, const struct cover_set *s,
                  const struct cover_field *f, enum cover_edge e, struct gen_rng *r,
                  struct edge_case *c)
{
    for (int k = 0; k < TRIES; k++) {
        if (!edge_draw(m, s, r, c)) return false;
        const uint64_t piece = c->insn.d.areg;
        if (!value(m, s, f, e, r, &c->insn)) continue;
        if (e == COVER_LAST && f->kind == COVER_NUMBER && !is_last(m, s, f, c->insn)) continue;
        if (s->op->format == STAMP_FORMAT_D) place_register(m, piece, c);
        c->error = cover_refused(m, s->op, &c->insn);
        if (is_wanted(e, c->error)) return true;
    }
    return false;
}
