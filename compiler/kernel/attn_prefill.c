/* SPDX-License-Identifier: Apache-2.0 */
/* attn_prefill.c - attention of the prefill. Contract in attend.h.
 *
 * An item is one query head's tile of rows against one block of keys. Its four parts run on
 * different units, so the items are a pipeline in program order:
 *
 *   query(i+1)  product(i+1)  softmax(i)  sum(i)  finish(i-1)
 *   VXU         MXU           VXU         MXU     VXU
 *
 * Scores, row scalars, weights P and results take turns in two buffers each. The query heads of a key
 * head meet a block of keys one behind the other where their sums fit beside each other: it is loaded once. */
#include "compiler/kernel/attn.h"

static uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* Heads that go through the blocks of keys together. */
static uint32_t together(const struct stamp_attn_plan *a)
{
    return a->slots > a->n->rep ? a->n->rep : 1;
}

/* Head, block, tile of rows of the item behind @p i: heads of a group, then blocks, groups, tiles. */
static void advance(const struct stamp_attn_plan *a, struct stamp_attn_item *i)
{
    const uint32_t group = together(a);

    i->index++;
    i->h++;
    i->head++;
    if (i->h % group) return;
    if (!i->last) {
        i->kb++;
        i->h -= group;
        i->head -= group;
        return;
    }
    i->kb = 0;
    if (i->h < a->n->heads) return;
    i->h = 0;
    i->t0 += a->R;
}

/* The item behind @p i, or false. */
static bool next(const struct stamp_attn_plan *a, struct stamp_attn_item *i)
{
    const struct stamp_attend *n = a->n;

    advance(a, i);
    if (i->t0 >= n->rows) return false;
    const uint32_t end = n->causal ? least(i->t0 + a->R, n->ctx) : n->keys,
                   done = i->kb * STAMP_KEY_BLOCK;
    const uint32_t left = end - done < STAMP_KEY_BLOCK ? end - done : STAMP_KEY_BLOCK;
    const uint32_t whole = left > n->kv.rec ? n->kv.rec : n->L; /* records, or groups of one */
    i->nk = (left + whole - 1) / whole * whole;
    i->first = i->kb == 0;
    i->last = done + STAMP_KEY_BLOCK >= end;
    i->kv = i->h / n->rep;
    i->lim = n->causal ? (int32_t)(i->t0 - done) + 1 : (int32_t)(n->keys - done);
    i->q_dram = n->q.addr + i->t0 * n->q.row_bytes + (uint64_t)i->h * n->hdp * 4;
    i->o_dram = n->out.addr + i->t0 * n->out.row_bytes + (uint64_t)i->h * n->hdp * 4;
    i->rows = n->rows - i->t0 < a->R ? n->rows - i->t0 : a->R;
    return true;
}

static void tables(struct stamp_attn_plan *a, uint32_t t0)
{
    if (!a->n->rope) return;
    stamp_emit_load(a->n->b, STAMP_SPACE_VM, STAMP_FMT_F32,
                    a->n->rope + (uint64_t)t0 * 2 * a->n->hdp * 4, a->table,
                    least(a->R, a->n->ctx - t0) * 2 * a->n->hl);
}

/* Where every row sees all keys, those are loaded anew for each tile of rows: tiles of several lines of scalars
 * where they fit. */
static bool choose(struct stamp_attn_plan *a, struct stamp_attend *n)
{
    const uint32_t most = n->L < 32 ? n->L : 32;
    uint32_t end;

    for (uint32_t rows = STAMP_ATTEND_ROWS / n->L * n->L; rows > n->L && !n->causal; rows -= n->L)
        if (stamp_attn_plan_exact(a, n, rows, 0, &end)) return true;
    for (a->slots = 2 * n->rep; a->slots > n->rep && n->rep > 1; a->slots--)
        if (a->slots <= STAMP_ATTN_SLOTS && stamp_attn_plan_exact(a, n, most, 0, &end)) return true;
    a->slots = 0;
    return stamp_attn_plan_rows(a, n, most, 0);
}

/* A line of scores costs the vector unit some 10 cycles, the array 8 digits' products for each element. */
bool stamp_attend_is_vector(const struct stamp_attend *n)
{
    const struct stamp_mach *m = n->mach;

    return 8 * n->hdp < 10 * m->P * m->T;
}

bool stamp_attend_rows_need(struct stamp_attend *n, struct stamp_mach *need)
{
    struct stamp_attn_plan a = {.slots = n->rep + 1};
    const uint32_t rows = n->L < 32 ? n->L : 32, table = 2 * STAMP_TABLE_LINE;
    uint32_t end;

    if (!n->causal || a.slots > STAMP_ATTN_SLOTS || !stamp_attn_plan_exact(&a, n, rows, 0, &end))
        return false;
    need->VM_LINES = (end + 3) / 4 * 4;
    need->XB_LINES = a.xb_end;
    need->WB_LINES /= 2;
    need->CM_LINES = a.cm_one + 1;
    need->SM_ENTRIES = a.rm_end > a.smp + rows ? a.rm_end : a.smp + rows;
    need->RT_ENTRIES = (2 * rows + table - 1) / table * table;
    n->mach = need;
    const bool fits = stamp_attn_plan_exact(&a, n, rows, 0, &end);
    return fits;
}

void stamp_attend_rows(struct stamp_attend *n)
{
    struct stamp_attn_plan a = {.rope_rep = 1, .lim_step = n->causal};
    struct stamp_attn_item now = {.h = n->heads - 1, .last = true}, ahead, before;

    if (!choose(&a, n)) return;
    a.q_pitch = n->q.row_bytes;
    a.out_pitch = n->out.row_bytes;
    now.t0 = 0u - a.R; /* the item before the first */
    now.head = now.index = UINT32_MAX;
    next(&a, &now);
    stamp_attn_constants(&a);
    tables(&a, 0);
    stamp_attn_query(&a, &now);
    stamp_attn_product(&a, &now);
    before = now;
    for (bool more = true, behind = false; more && !n->b->status; behind = true) {
        ahead = now;
        more = next(&a, &ahead);
        if (more && ahead.t0 != now.t0) tables(&a, ahead.t0);
        if (more) stamp_attn_query(&a, &ahead);
        if (more) stamp_attn_product(&a, &ahead);
        stamp_attn_softmax(&a, &now);
        stamp_attn_sum(&a, &now);
        if (behind) stamp_attn_finish(&a, &before, before.last);
        before = now;
        now = ahead;
    }
    stamp_attn_finish(&a, &before, before.last);
}
