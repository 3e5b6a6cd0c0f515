/* SPDX-License-Identifier: Apache-2.0 */
/* attn.c - parts of attention. Contract in attn.h; numbers: numerics.md section 9. */
#include "compiler/kernel/attn.h"
#include "model/num/attn.h"

/* Of keys from .. from + keys - 1 of the item's block: the pieces of *span keys in each of their
 * records, without line and lines. @p part  where it begins in a record; @p unit  bytes of L keys */
static struct stamp_move pieces(const struct stamp_attn_plan *a, const struct stamp_attn_item *i,
                                uint64_t part, uint64_t unit, uint32_t from, uint32_t keys,
                                uint32_t *span)
{
    const struct stamp_attend *n = a->n;
    const uint32_t rec = n->kv.rec, at = i->kb * STAMP_KEY_BLOCK + from;

    *span = keys < rec ? keys : rec;
    return (struct stamp_move){.fmt = STAMP_FMT_RAW,
                               .areg = i->reg.keys,
                               .dram = n->at.ops + at / rec * n->kv.op_bytes + part +
                                       at % rec / n->L * unit,
                               .n0 = keys / *span,
                               .d0 = n->kv.op_bytes};
}

static void load(const struct stamp_attn_plan *a, struct stamp_move m, enum stamp_space space,
                 uint32_t line, uint32_t lines)
{
    m.space = space;
    m.line = line;
    m.lines = m.lstride = lines;
    stamp_emit_move(a->n->b, STAMP_OP_LOAD, m);
}

/* ---- Query rows ---------------------------------------------------------------------------------- */

void stamp_attn_query(struct stamp_attn_plan *a, const struct stamp_attn_item *i)
{
    struct stamp_attend *n = a->n;
    const uint32_t k = i->head % a->slots;
    const struct stamp_vec v = {i->q_vm ? i->q_vm - 1 : a->q[i->head % 2], a->live, n->hl, n->hl};
    struct stamp_vsm s = {.sm = a->smq, .smstride = 1, .sd = true, .first = true};

    if (!i->first) return;
    if (!i->q_vm)
        stamp_emit_move(n->b, STAMP_OP_LOAD,
                        (struct stamp_move){.space = STAMP_SPACE_VM,
                                            .fmt = STAMP_FMT_F32,
                                            .dram = i->q_dram,
                                            .line = v.a,
                                            .lines = n->hl,
                                            .lstride = n->hl,
                                            .n0 = a->live,
                                            .d0 = a->q_pitch});
    if (n->at.norm_q) stamp_head_norm(n->b, n->L, n->head_dim, v, a->gain, a->eps, a->mb);
    if (n->rope) stamp_emit_rope(n->b, v, a->table, 2 * n->hl, a->rope_rep, v.a, n->hl);
    stamp_emit_v(n->b, STAMP_OP_VMINMAX, v, s);
    stamp_emit_v(n->b, STAMP_OP_VQPAR, (struct stamp_vec){0, a->live, 0, 1}, s);
    s.rm = a->rmq[k];
    s.xb = a->xq[k];
    s.gstride = n->hl;
    stamp_emit_v(n->b, STAMP_OP_VQUANT, v, s);
}

/* ---- Products ------------------------------------------------------------------------------------ */

/* Equal tags mean equal keys or values. */
static uint64_t tag_of(const struct stamp_attn_item *i, uint32_t from, uint32_t count)
{
    if (i->reg.keys) return UINT64_MAX; /* known at run time only: load it */
    return ((((uint64_t)i->kv << 20 | i->kb) << 10 | from) << 10 | count) + 1;
}

/* The place of @p places in which @p tag lies; *load: it is to be brought there first. */
static uint32_t place_of(uint64_t in[2], uint32_t *turn, uint32_t places, uint64_t tag, bool *load)
{
    for (uint32_t k = 0; k < places; k++)
        if (tag != UINT64_MAX && in[k] == tag) return *load = false, k;
    *load = true;
    *turn = (*turn + 1) % places;
    in[*turn] = tag;
    return *turn;
}

static uint32_t columns(struct stamp_attn_plan *a, const struct stamp_attn_item *i)
{
    const struct stamp_attend *n = a->n;
    const uint64_t tag = tag_of(i, 0, i->nk);
    uint32_t span;
    bool bring;

    const uint32_t at = a->cm[place_of(a->in_cm, &a->cm_turn, 2, tag, &bring)];
    const struct stamp_move m =
        pieces(a, i, n->kv.op_cm + i->kv * n->kv.cm_head, 8 * n->L, 0, i->nk, &span);
    if (bring) load(a, m, STAMP_SPACE_CM, at, span / n->L);
    return at;
}

static union stamp_insn product_of(const struct stamp_attn_plan *a)
{
    union stamp_insn i = {.m = {.op = STAMP_OP_MM, .first = 1, .last = 1, .w8 = 1}};

    i.m.groups = 2 * a->R / a->n->mach->P;
    i.m.rmstride = 1;
    return i;
}

void stamp_attn_product(struct stamp_attn_plan *a, const struct stamp_attn_item *i)
{
    struct stamp_attend *n = a->n;
    const uint64_t wb = stamp_line_bytes(n->mach, STAMP_SPACE_WB, STAMP_FMT_RAW);
    const uint32_t cm = columns(a, i);

    for (uint32_t k = 0; k < i->nk; k += a->kk) {
        const uint32_t keys = i->nk - k < a->kk ? i->nk - k : a->kk, g = k / n->L;
        const uint64_t tag = tag_of(i, k, keys);
        union stamp_insn m = product_of(a);
        uint32_t span;
        bool bring;
        const struct stamp_move from =
            pieces(a, i, i->kv * n->kv.k_head, n->kv.group * wb, k, keys, &span);
        m.m.wb = a->wb_k + place_of(a->in_k, &a->k_turn, a->k_places, tag, &bring) *
                               (n->mach->WB_LINES / 2 / a->k_places);
        if (bring) load(a, from, STAMP_SPACE_WB, (uint32_t)m.m.wb, span / n->L * n->kv.group);
        m.m.xb = a->xq[i->head % a->slots];
        m.m.gstride = n->hl;
        m.m.kl = n->hl;
        m.m.ng = keys / n->L;
        m.m.wstride = n->kv.group;
        m.m.cm = cm + g;
        m.m.cmstride = 1;
        m.m.rm = a->rmq[i->head % a->slots];
        m.m.vm = a->s[i->index % 2] + g;
        m.m.vstride = a->SL;
        stamp_build_push(n->b, &m);
    }
}

void stamp_attn_sum(struct stamp_attn_plan *a, const struct stamp_attn_item *i)
{
    struct stamp_attend *n = a->n;
    const uint64_t wb = stamp_line_bytes(n->mach, STAMP_SPACE_WB, STAMP_FMT_RAW);
    const uint32_t T = n->mach->T;

    for (uint32_t k = 0; k < i->nk; k += a->vk) {
        const uint32_t keys = i->nk - k < a->vk ? i->nk - k : a->vk;
        const uint64_t tag = tag_of(i, k, keys);
        union stamp_insn m = product_of(a);
        uint32_t span;
        bool bring;
        struct stamp_move from =
            pieces(a, i, n->kv.op_v + i->kv * n->kv.v_head, n->L / T * wb, k, keys, &span);
        from.n1 = 2 * n->hl;
        from.d1 = n->kv.rec / T * wb;
        m.m.wb = a->wb_v + place_of(a->in_v, &a->v_turn, a->v_places, tag, &bring) *
                               (n->mach->WB_LINES / 2 / a->v_places);
        if (bring) load(a, from, STAMP_SPACE_WB, (uint32_t)m.m.wb, span / T);
        m.m.first = k == 0;
        m.m.last = k + keys == i->nk;
        m.m.xb = a->xp[i->index % 2] + k / n->L;
        m.m.gstride = a->SL;
        m.m.kl = keys / n->L;
        m.m.ng = n->hl;
        m.m.wstride = 2 * (keys / T);
        m.m.cm = a->cm_one;
        m.m.rm = a->rmp[i->index % 2];
        m.m.vm = i->first ? a->o[i->head % a->slots] : a->ob[i->index % 2];
        m.m.vstride = n->hl;
        stamp_build_push(n->b, &m);
    }
}

/* ---- Softmax ------------------------------------------------------------------------------------- */

uint32_t stamp_attn_value_scales(struct stamp_attn_plan *a, const struct stamp_attn_item *i)
{
    const struct stamp_attend *n = a->n;
    const uint64_t tag = tag_of(i, 0, i->nk);
    uint32_t span;
    bool bring;

    const uint32_t at = a->sv[place_of(a->in_sv, &a->sv_turn, 2, tag, &bring)];
    struct stamp_move m =
        pieces(a, i, n->kv.op_sv + i->kv * n->kv.sv_head, 4 * n->L, 0, i->nk, &span);
    m.fmt = STAMP_FMT_F32;
    if (bring) load(a, m, STAMP_SPACE_VM, at, span / n->L);
    return at;
}

/* m, l: largest score and sum so far. A block behind the first leaves in a->a what scales what
 * was summed before. */
void stamp_attn_weights(struct stamp_attn_plan *a, uint32_t x, struct stamp_vec v, uint32_t sv)
{
    struct stamp_build *b = a->n->b;
    struct stamp_vsm s = {.sm = a->smp, .smstride = 1, .sd = true, .first = true};

    stamp_emit_bin(b, STAMP_BIN_MUL, v, sv, 0, 0, v.a, v.s0);
    stamp_emit_v(b, STAMP_OP_VMINMAX, v, s);
    stamp_emit_v(b, STAMP_OP_VQPAR, (struct stamp_vec){0, a->live, 0, 1}, s);
    s.rm = a->rmp[x];
    s.xb = a->xp[x];
    s.gstride = a->SL;
    stamp_emit_v(b, STAMP_OP_VQUANT, v, s);
}

void stamp_attn_softmax(struct stamp_attn_plan *a, const struct stamp_attn_item *i)
{
    struct stamp_attend *n = a->n;
    struct stamp_build *b = n->b;
    const uint32_t k = i->head % a->slots, x = i->index % 2, m = a->m[k], l = a->l[k],
                   old = a->a[x];
    const uint32_t lines = stamp_attn_scalars(a);
    const struct stamp_vec v = {a->s[x], a->live, a->SL, i->nk / n->L}, one = {m, lines, 1, 1};
    const struct stamp_lim seen = {i->lim, a->lim_step, i->reg.lim};
    const struct stamp_lim all = {STAMP_LIM_ALL, 0, 0};
    const uint32_t sv = stamp_attn_value_scales(a, i);

    stamp_emit_red(b, STAMP_RED_MAX, v, seen, i->first ? m : a->mb);
    if (!i->first) {
        stamp_emit_bin(b, STAMP_BIN_MAX, one, a->mb, 1, 1, a->mb, 1);
        stamp_emit_bin(b, STAMP_BIN_SUB, one, a->mb, 1, 1, old, 1);
        stamp_emit_fn(b, STAMP_ONE_EXP, (struct stamp_vec){old, lines, 1, 1}, 0, 0, a->scale, old,
                      1);
        stamp_emit_bin(b, STAMP_BIN_MAX, one, a->mb, 1, 1, m, 1);
    }
    stamp_emit_fnm(b, STAMP_ONE_EXPM, v, m, a->scale, seen, v.a, v.s0);
    stamp_emit_red(b, STAMP_RED_SUM, v, all, i->first ? l : a->mb);
    if (!i->first) {
        stamp_emit_bin(b, STAMP_BIN_MUL, (struct stamp_vec){l, lines, 1, 1}, old, 1, 1, l, 1);
        stamp_emit_bin(b, STAMP_BIN_ADD, (struct stamp_vec){l, lines, 1, 1}, a->mb, 1, 1, l, 1);
    }
    stamp_attn_weights(a, x, v, sv);
}

void stamp_attn_finish(struct stamp_attn_plan *a, const struct stamp_attn_item *i, bool end)
{
    struct stamp_attend *n = a->n;
    const uint32_t k = i->head % a->slots;
    const struct stamp_vec o = {a->o[k], a->live, n->hl, n->hl};

    if (!i->first) {
        stamp_emit_row(n->b, STAMP_ROW_MUL, o, a->a[i->index % 2], o.a, n->hl);
        stamp_emit_bin(n->b, STAMP_BIN_ADD, o, a->ob[i->index % 2], n->hl, 1, o.a, n->hl);
    }
    if (!end) return;
    stamp_emit_fnm(n->b, STAMP_ONE_RECIP, (struct stamp_vec){a->l[k], stamp_attn_scalars(a), 1, 1},
                   0, 0.0f, (struct stamp_lim){(int32_t)(a->live < n->L ? a->live : n->L), 0, 0},
                   a->l[k], 1);
    stamp_emit_row(n->b, STAMP_ROW_MUL, o, a->l[k], i->o_vm ? i->o_vm - 1 : o.a, n->hl);
    if (i->o_vm) return;
    stamp_emit_move(n->b, STAMP_OP_STORE,
                    (struct stamp_move){.space = STAMP_SPACE_VM,
                                        .fmt = STAMP_FMT_F32,
                                        .dram = i->o_dram,
                                        .line = o.a,
                                        .lines = n->hl,
                                        .lstride = n->hl,
                                        .n0 = i->rows,
                                        .d0 = a->out_pitch});
}

void stamp_attn_tables(const struct stamp_attn_plan *a, uint32_t rows)
{
    struct stamp_attend *n = a->n;
    const uint32_t line = STAMP_TABLE_LINE;

    stamp_emit_load(n->b, STAMP_SPACE_RT, STAMP_FMT_RAW, n->constants + STAMP_CONST_RT_ALL8, 0,
                    (rows + line - 1) / line);
    stamp_emit_load(n->b, STAMP_SPACE_NT, STAMP_FMT_RAW,
                    n->constants + (n->decode ? STAMP_CONST_NT_STEP : STAMP_CONST_NT_PAIRS), 0,
                    (2 * rows + line - 1) / line);
}

void stamp_attn_constants(struct stamp_attn_plan *a)
{
    struct stamp_attend *n = a->n;

    stamp_attn_tables(a, a->R);
    stamp_emit_load(n->b, STAMP_SPACE_CM, STAMP_FMT_RAW, n->constants + STAMP_CONST_CM_ONE,
                    a->cm_one, 1);
    if (!n->at.norm_q) return;
    stamp_emit_load(n->b, STAMP_SPACE_VM, STAMP_FMT_F32, n->at.norm_q, a->gain, n->hl);
    stamp_emit_load(n->b, STAMP_SPACE_VM, STAMP_FMT_F32, n->eps_q, a->eps, 1);
}
