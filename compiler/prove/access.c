/* SPDX-License-Identifier: Apache-2.0 */
/* access.c - lines touched by an instruction. Contract in access.h. */
#include "compiler/prove/access.h"

#include <string.h>

#include "compiler/prove/access_parts.h"
#include "compiler/prove/own.h"
#include "model/dispatch/check.h"
#include "model/mem.h"

enum stamp_status stamp_tables_new(const struct stamp_image *image, struct stamp_tables *t,
                                   struct stamp_err *e)
{
    const struct stamp_mach *m = image->mach;
    const size_t entries = m->RT_ENTRIES, lines = entries / STAMP_TABLE_LINE;
    const size_t marks = m->VM_LINES > m->SM_ENTRIES ? m->VM_LINES : m->SM_ENTRIES;

    t->image = image;
    t->rt = stamp_alloc(entries, sizeof *t->rt);
    t->nt = stamp_alloc(entries, sizeof *t->nt);
    t->rt_known = stamp_alloc(lines, sizeof *t->rt_known);
    t->nt_known = stamp_alloc(lines, sizeof *t->nt_known);
    t->marks = 0;
    t->mark = stamp_alloc(marks, sizeof *t->mark);
    if (t->rt && t->nt && t->rt_known && t->nt_known && t->mark) return STAMP_OK;
    stamp_tables_free(t);
    return stamp_fail(e, STAMP_ENOMEM, "out of memory");
}

void stamp_tables_free(struct stamp_tables *t)
{
    stamp_free(t->rt);
    stamp_free(t->nt);
    stamp_free(t->rt_known);
    stamp_free(t->nt_known);
    stamp_free(t->mark);
    memset(t, 0, sizeof *t);
}

/* Rows of one instruction: more than any memory has lines, far less than two 12-bit loops allow. */
enum { TOUCHES_MAX = 1 << 18 };

enum stamp_status stamp_scan_part(struct stamp_scan *c, const struct stamp_touch *part)
{
    struct stamp_touches *o = c->out;
    const enum stamp_space space = part->space;
    const uint64_t first = part->first, count = part->count;

    if (space != STAMP_SPACE_DRAM && first + count > stamp_space_lines(c->mach, space))
        return stamp_fail(
            c->e, STAMP_ERANGE, "instruction %u: %s touches %s lines %llu to %llu of %u",
            c->step->pc, c->step->op->name, stamp_space_name(space), (unsigned long long)first,
            (unsigned long long)(first + count - 1), stamp_space_lines(c->mach, space));
    if (o->count >= TOUCHES_MAX)
        return stamp_fail(c->e, STAMP_EUNSUPPORTED, "instruction %u: %s touches more than %d rows",
                          c->step->pc, c->step->op->name, TOUCHES_MAX);
    if (o->count == o->cap) {
        const size_t cap = o->cap ? 2 * o->cap : 256;
        void *p = stamp_grow(o->t, o->count, cap, sizeof *o->t);
        if (!p) return stamp_fail(c->e, STAMP_ENOMEM, "out of memory");
        o->t = p;
        o->cap = cap;
    }
    o->t[o->count++] = *part;
    return STAMP_OK;
}

enum stamp_status stamp_scan_touch(struct stamp_scan *c, enum stamp_space space, unsigned how,
                                   uint64_t first, uint64_t count)
{
    const struct stamp_touch whole = {.space = space,
                                      .how = how,
                                      .first = first,
                                      .count = count,
                                      .rows = UINT64_MAX,
                                      .cols = c->mach->L,
                                      .depths = c->mach->T};
    return stamp_scan_part(c, &whole);
}

enum stamp_status stamp_scan_table(struct stamp_scan *c, enum stamp_space space, uint64_t first,
                                   uint64_t n)
{
    const bool *known = space == STAMP_SPACE_RT ? c->t->rt_known : c->t->nt_known;
    const uint64_t lo = first / STAMP_TABLE_LINE, hi = (first + n - 1) / STAMP_TABLE_LINE;
    const enum stamp_status st = stamp_scan_touch(c, space, STAMP_READ, lo, hi - lo + 1);

    for (uint64_t l = lo; l <= hi && !st; l++)
        if (!known[l])
            return stamp_fail(c->e, STAMP_EFORMAT,
                              "instruction %u: %s reads %s line %llu, not loaded from constants",
                              c->step->pc, c->step->op->name, stamp_space_name(space),
                              (unsigned long long)l);
    return st;
}

/* A table line takes what the image's constants hold at @p addr. */
static void follow_table(struct stamp_scan *c, enum stamp_space space, uint64_t line, uint64_t addr)
{
    const uint8_t *b = stamp_image_bytes(c->t->image, addr, STAMP_TABLE_LINE * 2);
    uint16_t *to = (space == STAMP_SPACE_RT ? c->t->rt : c->t->nt) + line * STAMP_TABLE_LINE;

    (space == STAMP_SPACE_RT ? c->t->rt_known : c->t->nt_known)[line] = b != NULL;
    for (int i = 0; i < STAMP_TABLE_LINE && b; i++)
        to[i] = (uint16_t)(b[2 * i] | b[2 * i + 1] << 8);
}

/* Rows from wherever the index table says: the whole of one buffer that no STORE changes. */
static enum stamp_status scan_gather(struct stamp_scan *c, const struct stamp_insn_d *d)
{
    const struct stamp_buffer *b = stamp_image_buffer_at(c->t->image, d->dram, 1);
    const uint64_t lo = d->it / STAMP_INDEX_LINE,
                   hi = (d->it + d->n0 * d->n1 - 1) / STAMP_INDEX_LINE;
    enum stamp_status st;

    if (!b || (b->role != STAMP_CONST && b->role != STAMP_INPUT))
        return stamp_fail(c->e, STAMP_EFORMAT,
                          "instruction %u: LOAD gathers from 0x%llx, in no CONST or INPUT buffer",
                          c->step->pc, (unsigned long long)d->dram);
    st = stamp_scan_touch(c, STAMP_SPACE_IT, STAMP_READ, lo, hi - lo + 1);
    if (!st)
        st = stamp_scan_touch(c, STAMP_SPACE_DRAM, STAMP_READ, b->addr / STAMP_DRAM_ALIGN,
                              b->bytes / STAMP_DRAM_ALIGN);
    for (uint64_t r = 0; r < d->n0 * d->n1 && !st; r++)
        st = stamp_scan_touch(c, STAMP_SPACE_VM, STAMP_WRITE, d->line + r * d->lstride, d->lines);
    return st;
}

static enum stamp_status scan_transfer(struct stamp_scan *c, const struct stamp_insn_d *d)
{
    const enum stamp_space space = (enum stamp_space)d->space;
    const bool load = c->step->op->code == STAMP_OP_LOAD;
    const uint64_t line_bytes = stamp_line_bytes(c->mach, space, (enum stamp_fmt)d->fmt);
    const uint64_t bytes = d->lines * line_bytes, limit = c->t->image->dram_bytes;
    enum stamp_status st = STAMP_OK;

    for (uint64_t r = 0; r < d->n0 * d->n1 && !st; r++) {
        const uint64_t addr = d->dram + r / d->n0 * d->d1 + r % d->n0 * d->d0;
        const uint64_t line = d->line + r * d->lstride;
        if (addr > limit || limit - addr < bytes)
            return stamp_fail(c->e, STAMP_ERANGE,
                              "instruction %u: %s reaches beyond memory at 0x%llx", c->step->pc,
                              c->step->op->name, (unsigned long long)addr);
        st = stamp_scan_touch(c, STAMP_SPACE_DRAM, load ? STAMP_READ : STAMP_WRITE,
                              addr / STAMP_DRAM_ALIGN,
                              (bytes + STAMP_DRAM_ALIGN - 1) / STAMP_DRAM_ALIGN);
        if (!st) st = stamp_scan_touch(c, space, load ? STAMP_WRITE : STAMP_READ, line, d->lines);
        if (!st && (space == STAMP_SPACE_RT || space == STAMP_SPACE_NT))
            for (uint64_t j = 0; j < d->lines; j++)
                follow_table(c, space, line + j, addr + j * line_bytes);
    }
    return st;
}

static enum stamp_status scan_vbfly(struct stamp_scan *c, const struct stamp_insn_b *b)
{
    enum stamp_status st = STAMP_OK;

    for (uint64_t i = 0; i < b->n1 * b->n0 && !st; i++) {
        const uint64_t a = b->a + i / b->n0 * b->s1 + i % b->n0 * b->s0;
        st = stamp_scan_touch(c, STAMP_SPACE_VM, STAMP_READ | STAMP_WRITE, a, b->cols);
        if (!st)
            st =
                stamp_scan_touch(c, STAMP_SPACE_VM, STAMP_READ | STAMP_WRITE, a + b->boff, b->cols);
    }
    return st;
}

/* Accumulators of nibble row @p r: from an earlier chunk, for a later one. */
static enum stamp_status scan_sums(struct stamp_scan *c, const struct stamp_insn_m *m, uint64_t r,
                                   uint64_t blocks)
{
    const unsigned how = (m->first ? 0u : STAMP_READ) | (m->last && blocks == 1 ? 0u : STAMP_WRITE);
    enum stamp_status st = STAMP_OK;

    for (uint64_t n = 0; n < m->ng && how && !st; n++)
        st = stamp_scan_touch(c, STAMP_SPACE_AC, how, m->ac + n * m->groups * c->mach->P + r, 1);
    return st;
}

/* Results of nibble row @p r: metadata in, VM lines out. */
static enum stamp_status scan_drain(struct stamp_scan *c, const struct stamp_insn_m *m, uint64_t r)
{
    const uint16_t q = c->t->nt[m->nt + r];
    const uint64_t token = q & 0xfff, form = q >> 14;
    const uint64_t blocks = m->blk ? (m->kl + m->blk - 1) / m->blk : 1;
    enum stamp_status st = STAMP_OK;

    if (form == 0 || form == 3) return STAMP_OK;
    if (form == 2 && r % c->mach->P == c->mach->P - 1)
        return stamp_fail(c->e, STAMP_EFORMAT, "instruction %u: high half in the last nibble row",
                          c->step->pc);
    if (m->blk || m->last)
        st = stamp_scan_touch(c, STAMP_SPACE_RM, STAMP_READ, m->rm + token * m->rmstride, blocks);
    if (!st) st = scan_sums(c, m, r, blocks);
    if (!st && m->last)
        st = stamp_scan_touch(c, STAMP_SPACE_VM, STAMP_WRITE, m->vm + token * m->vstride, m->ng);
    return st;
}

/* The operand lines of row group @p g, of which the drain wants these nibble rows. */
static enum stamp_status scan_group(struct stamp_scan *c, const struct stamp_insn_m *m, uint64_t g)
{
    const uint16_t *nt = c->t->nt + m->nt + g * c->mach->P;
    uint64_t rows = 0;

    for (uint32_t r = 0; r < c->mach->P; r++) {
        if (nt[r] >> 14 == 1) rows |= UINT64_C(1) << r;
        if (nt[r] >> 14 == 2) rows |= UINT64_C(3) << r;
    }
    return stamp_scan_part(c, &(struct stamp_touch){.space = STAMP_SPACE_XB,
                                                    .how = STAMP_READ,
                                                    .first = m->xb + g * m->gstride,
                                                    .count = m->kl,
                                                    .rows = rows});
}

static enum stamp_status scan_mm(struct stamp_scan *c, const struct stamp_insn_m *m)
{
    const uint64_t wlines = m->kl * (c->mach->L / c->mach->T) * (1 + m->w8);
    const uint64_t blocks = m->blk ? (m->kl + m->blk - 1) / m->blk : 1;
    enum stamp_status st = stamp_scan_table(c, STAMP_SPACE_NT, m->nt, m->groups * c->mach->P);

    for (uint64_t g = 0; g < m->groups && !st; g++) st = scan_group(c, m, g);
    for (uint64_t n = 0; n < m->ng && !st; n++) {
        st = stamp_scan_touch(c, STAMP_SPACE_WB, STAMP_READ, m->wb + n * m->wstride, wlines);
        if (!st && (m->blk || m->last))
            st = stamp_scan_touch(c, STAMP_SPACE_CM, STAMP_READ, m->cm + n * m->cmstride, blocks);
    }
    for (uint64_t r = 0; r < m->groups * c->mach->P && !st; r++) st = scan_drain(c, m, r);
    return st;
}

enum stamp_status stamp_touches_of(struct stamp_tables *t, const struct stamp_issue *step,
                                   struct stamp_touches *out, struct stamp_err *e)
{
    struct stamp_scan c = {t, t->image->mach, step, out, e};
    enum stamp_status st = STAMP_OK;

    out->count = 0;
    if (stamp_check_range(c.mach, step->op, &step->insn))
        return stamp_fail(e, STAMP_ERANGE, "instruction %u: %s reaches outside a scratchpad memory",
                          step->pc, step->op->name);
    switch (step->op->format) {
    case STAMP_FORMAT_D:
        st =
            step->insn.d.gather ? scan_gather(&c, &step->insn.d) : scan_transfer(&c, &step->insn.d);
        break;
    case STAMP_FORMAT_B: st = scan_vbfly(&c, &step->insn.b); break;
    case STAMP_FORMAT_V: st = stamp_scan_vector(&c, &step->insn.v); break;
    case STAMP_FORMAT_W: st = stamp_scan_rows(&c, &step->insn.w); break;
    case STAMP_FORMAT_M: st = scan_mm(&c, &step->insn.m); break;
    case STAMP_FORMAT_C: break;
    }
    return st ? st : stamp_scan_own(&c);
}
