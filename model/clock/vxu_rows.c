/* SPDX-License-Identifier: Apache-2.0 */
/* When rows give their number or range: the twin of rtl/vec/stamp_vx_rows.sv. */
#include "model/clock/vxu_rows.h"

#include <string.h>

enum { ADD = 4, MUL = 4 }; /* AddLatency, MulLatency */

void stamp_clock_rows_init(struct stamp_clock_rows *r, const struct stamp_mach *mach)
{
    memset(r, 0, sizeof *r);
    while (1u << r->stages < mach->L) r->stages++;
    r->red.lanes = (uint8_t)mach->L;
    r->red.log = r->stages;
    r->red.lines = (uint8_t)(64 / mach->L);
}

void stamp_clock_rows_load(struct stamp_clock_rows *r, uint32_t op, uint32_t fn)
{
    r->ranges = op == STAMP_OP_VMINMAX;
    r->sum = op == STAMP_OP_VRED && fn == STAMP_RED_SUM;
    r->squares = op == STAMP_OP_VRED && fn == STAMP_RED_SUMSQ;
    r->largest = op == STAMP_OP_VRED && !r->sum && !r->squares;
    r->red.bank = r->red.tree = false;
    r->red.s = r->red.k = 0;
}

void stamp_clock_rows_drive(const struct stamp_clock_rows *r, struct stamp_clock_rows_pins *p)
{
    const bool found = r->mm >> r->stages & 1;

    p->range = found && r->ranges;
    p->range_sm = r->mm_sm[(r->mm_at - 1 - r->stages) & 15];
    p->red = (found && r->largest) || (r->red.s & r->red.f) >> (ADD + 1) & 1;
    p->add = r->red.s >> 1 & 1;
    p->busy = r->mm || r->red.tree || r->red.s || r->in || r->v;
}

/* ---- Sums --------------------------------------------------------------------------------------------- */

/* The sum of line @p at is not at the adder's output in the next cycle. */
static bool flies(const struct stamp_clock_red *r, uint8_t at)
{
    for (unsigned n = 1; n < ADD; n++)
        if (r->s >> n & ~(r->f >> n) & 1 && (uint8_t)(r->i >> 8 * n) == at) return true;
    return false;
}

static uint8_t line(const struct stamp_clock_red *r, bool bank, uint32_t at)
{
    return (uint8_t)((bank ? r->lines : 0) + (at & (r->lines - 1u)));
}

/* An addition of the tree is made. */
static void tree_step(struct stamp_clock_red *r, bool in_line)
{
    const bool step_last = in_line || r->pair + 1 == r->half >> r->log;

    if (r->half == 1) r->tree = false;
    r->pair = (uint8_t)(step_last ? 0 : r->pair + 1);
    if (step_last) r->half >>= 1;
}

/* A line of a row is taken. */
static void row_step(struct stamp_clock_red *r, bool last)
{
    r->k = (uint8_t)(last || r->k + 1 == r->lines ? 0 : r->k + 1);
    if (!last) return;
    r->tree_bank = r->bank;
    r->bank = !r->bank;
    r->tree = true;
    r->half = 32;
    r->pair = 0;
}

/* @return whether the line that waits was taken */
static bool red_edge(struct stamp_clock_red *r, bool valid, bool last)
{
    const bool in_line = r->half < r->lanes, was_tree = r->tree;
    const uint8_t lo = line(r, r->tree_bank, r->pair);
    const uint8_t hi =
        line(r, r->tree_bank, r->pair + (in_line ? 0u : (uint32_t)r->half >> r->log));
    const uint8_t to = line(r, r->bank, r->k);
    const bool tree_go = r->tree && !flies(r, lo) && !flies(r, hi), final = r->half == 1;
    const bool row_go = valid && !tree_go && !flies(r, to) && !(last && was_tree);

    if (tree_go) tree_step(r, in_line);
    if (row_go) row_step(r, last);
    r->s = (uint8_t)((r->s << 1 | (tree_go || row_go) << 1) & 0x3e);
    r->f = (uint8_t)((r->f << 1 | (tree_go && final) << 1) & 0x3e);
    r->i = r->i << 8 | (uint64_t)(tree_go ? lo : to) << 8;
    return row_go;
}

/* ---- Rows ---------------------------------------------------------------------------------------------- */

void stamp_clock_rows_edge(struct stamp_clock_rows *r, const struct stamp_clock_rows_pins *p)
{
    const bool squares = r->v >> MUL & 1, full = r->in == 2;
    const bool push = (squares || (p->valid && r->sum)) && p->en && !full;
    const bool last = r->squares ? r->last >> MUL & 1 : p->last;

    if (p->en) {
        r->mm_sm[r->mm_at & 15] = p->sm;
        r->mm_at++;
        r->mm = (uint8_t)((r->mm << 1 | (p->valid && p->last && (r->ranges || r->largest))) &
                          ((2 << r->stages) - 1));
        if ((r->in || r->red.tree || r->red.s) && red_edge(&r->red, r->in, r->in_last & 1)) {
            r->in--;
            r->in_last >>= 1;
        }
    }
    if (p->adv) {
        r->v = (uint8_t)((r->v << 1 | (p->valid && r->squares) << 1) & 0x1e);
        r->last = (uint8_t)((r->last << 1 | p->last << 1) & 0x1e);
    }
    if (push) {
        r->in_last = (uint8_t)((r->in_last & ((1 << r->in) - 1)) | last << r->in);
        r->in++;
    }
}
