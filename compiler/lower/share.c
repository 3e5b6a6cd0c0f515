/* SPDX-License-Identifier: Apache-2.0 */
/* share.c - parts of the machine for steps beside each other. Contract in share.h.
 *
 * Products of a linear layer leave the vector unit, the load unit and the store unit time. Beside them go the norm
 * whose rows it multiplies, tile by tile before it, and the keys and values it gives, behind it:
 *
 *   norm(t+1)   qkv(t)   keys and values(t-1)
 *
 * Attention with short heads leaves the array time: beside it goes the linear layer that multiplies its rows. What that
 * has to do behind its products, transform back and sum, goes beside the norm behind where there are many rows.
 * Cycles of a layer without and with all of this, base, estimates in million: Llama-3.2-1B, 512 tokens 40.4 and 38.2,
 * 2048 tokens 188.5 and 179.5; Qwen3-0.6B 13.6 and 12.2, 79.9 and 70.9 (of these 2.5 by two places for keys,
 * attn.c). The sum behind the norm, 2048 tokens of Llama-3.2-1B: 173.4 and 172.2.
 */
#include "compiler/lower/share.h"

#include "compiler/kernel/kernel.h"

/* Lines a norm needs: three rows that take turns, what it multiplies and adds, a few scalars. */
static uint32_t norm_lines(const struct stamp_lower *n, const struct stamp_lstep *s)
{
    const struct stamp_gattr *t = &n->g->node[s->s->node].attr;
    const uint32_t row = n->g->value[s->s->x].cols / n->L + 1;

    return (t->kind == STAMP_GNORM_LAYER ? 6 : 4) * row + 16;
}

void stamp_lower_whole(struct stamp_lower *n)
{
    for (uint32_t i = 0; i < n->steps.steps && !n->b->status; i++)
        n->step[i].first = n->step[i].room = (struct stamp_room){.mach = *n->mach};
}

/* Short rows take many instructions in a part of the machine: 26 % more cycles of the shipped network. */
enum { LONG = 32 }; /* lines */

static bool is_long(const struct stamp_lower *n, const struct stamp_lstep *s)
{
    return n->g->value[s->s->x].cols / n->L >= LONG;
}

static bool is(const struct stamp_lower *n, uint32_t i, enum stamp_gstep_kind kind, uint32_t block)
{
    return i < n->steps.steps && n->step[i].s->kind == kind && n->step[i].s->block == block;
}

/* The first @p lines of VM to @p small, the rest to @p rest. */
static void cut_vm(struct stamp_room *small, struct stamp_room *rest, uint32_t lines)
{
    lines = (lines + 3) / 4 * 4;
    small->mach.VM_LINES = lines;
    small->base[STAMP_SPACE_VM] = rest->base[STAMP_SPACE_VM];
    rest->mach.VM_LINES -= lines;
    rest->base[STAMP_SPACE_VM] += lines;
}

/* What keys and values need beside VM: half of SM, a table of a batch twice. */
static void cut_tables(struct stamp_room *kv, struct stamp_room *rest)
{
    const uint32_t half = kv->mach.SM_ENTRIES / 2, table = 2 * STAMP_TABLE_LINE;

    kv->mach.SM_ENTRIES = kv->base[STAMP_SPACE_SM] = rest->mach.SM_ENTRIES = half;
    kv->mach.RT_ENTRIES = table;
    rest->mach.RT_ENTRIES -= table;
    kv->base[STAMP_SPACE_RT] = rest->mach.RT_ENTRIES;
}

/* A norm, the linear layer of its rows, keys and values of what that makes. */
static void share_linear(struct stamp_lower *n, uint32_t i)
{
    const uint32_t block = n->step[i].s->block, all = n->mach->VM_LINES;
    const bool norm = i && is(n, i - 1, STAMP_STEP_NORM, block),
               kv = is(n, i + 1, STAMP_STEP_ATTEND, block);
    struct stamp_lstep *s = &n->step[i];
    const uint32_t lines = norm ? norm_lines(n, s - 1) : 0;

    if (!is_long(n, s) || is(n, i + 1, STAMP_STEP_DEPTHWISE, block))
        return; /* that goes beside it already */
    if (lines + (kv ? all / 4 : 0) > all * 5 / 8) return;
    if (norm) {
        cut_vm(&s[-1].room, &s->room, lines);
        s->room.beside = true;
    }
    if (!kv) return;
    cut_vm(&s[1].first, &s->room, all / 4);
    cut_tables(&s[1].first, &s->room);
    s[1].first.beside = true;
}

bool stamp_lower_alone(struct stamp_lower *n, struct stamp_lstep *s)
{
    if (n->stay || s->room.mach.VM_LINES == n->mach->VM_LINES) return false;
    s->room = (struct stamp_room){.mach = *n->mach};
    if (s + 1 < n->step + n->steps.steps) s[1].first.beside = s[1].room.beside = false;
    return true;
}

void stamp_lower_share(struct stamp_lower *n)
{
    if (n->b->options->unfused) return;
    for (uint32_t i = 0; i < n->steps.steps && !n->b->status; i++)
        if (n->step[i].s->kind == STAMP_STEP_LINEARS && n->step[i].s->block != STAMP_NO_BLOCK)
            share_linear(n, i);
}

/* What @p need takes of a memory of the machine, from its first line; the rest is @p rest's. */
#define CUT(space, lines)                                                                          \
    rest->base[STAMP_SPACE_##space] = need->lines, rest->mach.lines -= need->lines

/* Fewer rows leave attention vector time: of Llama-3.2-1B 512 tokens took 0.08 million cycles more, 2048 1.2 less. */
enum { MANY = 1024 };

/* The layer's rows are left to the norm behind, transform back and sum: attention has no vector time for them,
 * the products behind the norm have. */
static void leave_rows(struct stamp_lower *n, uint32_t i)
{
    struct stamp_lstep *s = &n->step[i];
    const uint32_t block = s->s->block, lines = n->mach->VM_LINES / 8;

    if (n->rows < MANY || s->s->post != STAMP_GPOST_ADD || n->g->node[s->s->linear[0]].ins > 2 ||
        !is(n, i + 1, STAMP_STEP_NORM, block) || !is(n, i + 2, STAMP_STEP_LINEARS, block) ||
        s[1].s->x != s->s->out || !s[2].room.beside || s[2].room.mach.VM_LINES < 5 * lines)
        return;
    s->back = true;
    cut_vm(&s[1].first, &s[2].room, lines);
    s[1].room.beside = true;
}

/* A linear layer beside the attention whose rows it multiplies. */
static void share_rows(struct stamp_lower *n, uint32_t i)
{
    struct stamp_lstep *s = &n->step[i];
    struct stamp_room *rest = &s[1].room;
    struct stamp_attend a = s->attend;
    struct stamp_mach all = *n->mach, *need = &all;

    if (!is_long(n, s)) return;
    a.mach = n->mach;
    a.rope = s->s->frequency != STAMP_NO_OPERAND; /* its table has no place yet */
    if (!is(n, i + 1, STAMP_STEP_LINEARS, s->s->block) || s[1].s->x != s->s->out || rest->beside ||
        is(n, i + 2, STAMP_STEP_DEPTHWISE, s->s->block) || !stamp_attend_is_vector(&a) ||
        !stamp_attend_rows_need(&a, need) || need->VM_LINES > n->mach->VM_LINES * 11 / 16)
        return;
    s->room.mach = *need;
    CUT(VM, VM_LINES);
    CUT(XB, XB_LINES);
    CUT(WB, WB_LINES);
    CUT(CM, CM_LINES);
    CUT(SM, SM_ENTRIES);
    CUT(RT, RT_ENTRIES);
    rest->base[STAMP_SPACE_RM] = need->SM_ENTRIES;
    rest->base[STAMP_SPACE_NT] = need->RT_ENTRIES;
    rest->beside = true;
    leave_rows(n, i + 1);
}

void stamp_lower_share_rows(struct stamp_lower *n)
{
    if (n->b->options->unfused) return;
    for (uint32_t i = 0; i < n->steps.steps && !n->b->status; i++)
        if (n->step[i].s->kind == STAMP_STEP_ATTEND && n->step[i].s->block != STAMP_NO_BLOCK)
            share_rows(n, i);
}
