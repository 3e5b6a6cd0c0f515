/* SPDX-License-Identifier: Apache-2.0 */
/* shares.c - products and lines by class of work. Contract in shares.h. */
#include "model/energy/shares.h"

#include <string.h>

#include "model/dispatch/walk.h"
#include "model/mem.h"

enum { ENTRY_BYTES = 2, LINE_BYTES = STAMP_TABLE_LINE * ENTRY_BYTES };

/* Products by bits of their row, and what the nibble table holds: 15:14 of an entry say what a nibble row is. */
struct tally {
    const struct stamp_image *image;
    uint8_t *form; /* [entries] 0 unused, 1 of 4 bits, 2 and 3 halves of 8 */
    uint32_t entries;
    double four, eight;
};

/* Constant data at @p addr, or NULL. */
static const uint8_t *constant(const struct stamp_image *m, uint64_t addr, uint64_t bytes)
{
    uint32_t lo = 0, hi = m->segments;

    while (lo < hi) {
        const uint32_t mid = (lo + hi) / 2;
        const struct stamp_segment *s = &m->segment[mid];
        if (addr < s->addr)
            hi = mid;
        else if (addr - s->addr >= s->bytes)
            lo = mid + 1;
        else
            return s->data && bytes <= s->bytes - (addr - s->addr) ? s->data + (addr - s->addr)
                                                                   : NULL;
    }
    return NULL;
}

static enum stamp_status take_table(struct tally *t, const struct stamp_insn_d *d,
                                    struct stamp_err *e)
{
    for (uint64_t r = 0; r < d->n0 * d->n1; r++) {
        const uint64_t from = d->dram + r % d->n0 * d->d0 + r / d->n0 * d->d1;
        const uint64_t to = (d->line + r * d->lstride) * STAMP_TABLE_LINE;
        const uint8_t *b = constant(t->image, from, d->lines * LINE_BYTES);

        if (!b || to + d->lines * STAMP_TABLE_LINE > t->entries)
            return stamp_fail(
                e, STAMP_EUNSUPPORTED,
                "products by the bits of their rows: the nibble table at address %llu "
                "is no constant",
                (unsigned long long)from);
        for (uint64_t k = 0; k < d->lines * STAMP_TABLE_LINE; k++)
            t->form[to + k] = b[k * ENTRY_BYTES + 1] >> 6;
    }
    return STAMP_OK;
}

static void count(struct tally *t, const struct stamp_insn_m *m)
{
    const uint64_t rows = m->groups * t->image->mach->P;
    uint64_t n[4] = {0};

    for (uint64_t r = m->nt; r < m->nt + rows && r < t->entries; r++) n[t->form[r]]++;
    const double each = (double)(m->kl * m->ng) * (m->w8 ? 2 : 1);
    t->four += (double)n[1] * each;
    t->eight += (double)(n[2] + n[3]) * each;
}

static enum stamp_status walk(struct tally *t, const struct stamp_entry *entry, const uint32_t *arg,
                              double lines[STAMP_CLASSES], struct stamp_err *e)
{
    struct stamp_walk w;
    struct stamp_issue step;
    enum stamp_status s;

    stamp_walk_start(&w, t->image->code + entry->first, entry->count, arg ? arg : t->image->arg,
                     STAMP_WALK_LIMIT);
    do {
        uint64_t work[STAMP_WORKS] = {0};
        s = stamp_walk_next(&w, &step, e);
        if (s || w.ctl.done) break;
        if (step.op->code == STAMP_OP_LOAD && step.insn.d.space == STAMP_SPACE_NT)
            s = take_table(t, &step.insn.d, e);
        if (step.op->code == STAMP_OP_MM) count(t, &step.insn.m);
        if (step.op->unit != STAMP_UNIT_VXU) continue;
        stamp_work_of(t->image->mach, step.op, &step.insn, work);
        for (size_t i = 0; i < STAMP_WORKS; i++)
            lines[stamp_work_info((enum stamp_work)i)->class] += (double)work[i];
    } while (!s);
    return s;
}

enum stamp_status stamp_energy_shares_of(const struct stamp_image *image,
                                         const struct stamp_entry *entry, const uint32_t *arg,
                                         struct stamp_energy_shares *out, struct stamp_err *e)
{
    struct tally t = {.image = image, .entries = image->mach->RT_ENTRIES};
    double sum = 0;

    *out = (struct stamp_energy_shares){0};
    t.form = stamp_alloc(t.entries, sizeof *t.form);
    if (!t.form) return stamp_fail(e, STAMP_ENOMEM, "out of memory");
    const enum stamp_status s = walk(&t, entry, arg, out->vector, e);
    stamp_free(t.form);
    if (s) return s;
    if (t.four + t.eight > 0) out->rows8 = t.eight / (t.four + t.eight);
    for (int i = 0; i < STAMP_CLASSES; i++) sum += out->vector[i];
    for (int i = 0; i < STAMP_CLASSES && sum > 0; i++) out->vector[i] /= sum;
    return STAMP_OK;
}
