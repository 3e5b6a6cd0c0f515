/* SPDX-License-Identifier: Apache-2.0 */
/* net_attn.c - attention of the prefill. Contract in net_build.h; numbers: numerics.md section 9.
 *
 * An item is one query head's tile of rows against one block of keys. Its four parts run on
 * different units, so the items are a pipeline in program order:
 *
 *   query(i+1)  product(i+1)  softmax(i)  sum(i)  finish(i-1)
 *   VXU         MXU           VXU         MXU     VXU
 *
 * Scores, row scalars, weights P and results take turns in two buffers each. */
#include "compiler/emit/net_build.h"

/* VM lines, XB lines and entries; [2]: buffers that take turns. */
struct attn {
    struct stamp_netc *n;
    uint32_t R, SL; /* rows of a tile; lines of a block's scores */
    uint32_t s[2], q[2], o[2], ob[2], sv[2];
    uint32_t m[2], l[2], a[2], mb, table, gain, eps;
    uint32_t xq[2], xp[2], rmq[2], rmp[2], smq, smp;
    uint32_t cm[2], cm_one;
    uint32_t kg, vk; /* column groups of keys, keys of V that half of WB holds */
    float scale;
    /* What lies where: item tags plus 1. */
    uint64_t in_k, in_v, in_cm[2], in_sv[2];
    uint32_t cm_turn, sv_turn;
};

struct item {
    uint32_t t0, h, kb; /* first row; query head; block of keys */
    uint32_t nk;        /* keys of the block that some row of the tile sees, whole groups */
    bool first, last;   /* block of its head */
    uint32_t head;      /* heads before it: picks q, m, l, o */
    uint32_t index;     /* items before it: picks s, xp */
};

static uint32_t place(uint32_t *at, uint32_t lines)
{
    const uint32_t first = *at;

    *at += lines;
    return first;
}

static bool plan(struct attn *a)
{
    struct stamp_netc *n = a->n;
    const struct stamp_mach *m = n->mach;
    const uint32_t groups = 2 * a->R / m->P;
    uint32_t vm = 0, xb = 0;

    a->SL = STAMP_KEY_BLOCK / n->L;
    a->table = place(&vm, a->R * 2 * n->hl);
    a->gain = place(&vm, n->hl);
    a->eps = place(&vm, 1);
    a->mb = place(&vm, 1);
    for (int i = 0; i < 2; i++) {
        a->s[i] = place(&vm, a->R * a->SL);
        a->q[i] = place(&vm, a->R * n->hl);
        a->o[i] = place(&vm, a->R * n->hl);
        a->ob[i] = place(&vm, a->R * n->hl);
        a->sv[i] = place(&vm, a->SL);
        a->a[i] = place(&vm, 1);
        a->m[i] = place(&vm, 1);
        a->l[i] = place(&vm, 1);
        a->xq[i] = place(&xb, groups * n->hl);
        a->xp[i] = place(&xb, groups * a->SL);
        a->rmq[i] = (uint32_t)i * a->R;
        a->rmp[i] = (2 + (uint32_t)i) * a->R;
        a->cm[i] = (uint32_t)i * a->SL;
    }
    a->smq = 0;
    a->smp = a->R;
    a->cm_one = 2 * a->SL;
    a->kg = m->WB_LINES / 2 / n->kv.group;
    a->vk = m->WB_LINES / 2 / (2 * n->hl) * m->T / n->L * n->L;
    if (a->vk > STAMP_KEY_BLOCK) a->vk = STAMP_KEY_BLOCK;
    return vm <= m->VM_LINES && xb <= m->XB_LINES && 2 * a->SL < m->CM_LINES && a->kg && a->vk &&
           groups * m->P * n->hl <= m->AC_LINES;
}

/* ---- Query rows ---------------------------------------------------------------------------------- */

static void query(struct attn *a, const struct item *i)
{
    struct stamp_netc *n = a->n;
    const uint32_t k = i->head % 2;
    const struct stamp_vec v = {a->q[k], a->R, n->hl, n->hl};
    struct stamp_vsm s = {.sm = a->smq, .smstride = 1, .sd = true, .first = true};

    if (!i->first) return;
    stamp_emit_move(n->b, STAMP_OP_LOAD,
                    (struct stamp_move){.space = STAMP_SPACE_VM,
                                        .fmt = STAMP_FMT_F32,
                                        .dram = n->qkv.addr + i->t0 * n->qkv.row_bytes +
                                                (uint64_t)i->h * n->hdp * 4,
                                        .line = v.a,
                                        .lines = n->hl,
                                        .lstride = n->hl,
                                        .n0 = a->R,
                                        .d0 = n->qkv.row_bytes});
    if (n->at.norm_q) stamp_net_head_norm(n, v, a->gain, a->eps, a->mb);
    stamp_emit_rope(n->b, v, a->table, 2 * n->hl, 1, v.a, n->hl);
    stamp_emit_v(n->b, STAMP_OP_VMINMAX, v, s);
    stamp_emit_v(n->b, STAMP_OP_VQPAR, (struct stamp_vec){0, a->R, 0, 1}, s);
    s.rm = a->rmq[k];
    s.xb = a->xq[k];
    s.gstride = n->hl;
    stamp_emit_v(n->b, STAMP_OP_VQUANT, v, s);
}

/* ---- Products ------------------------------------------------------------------------------------ */

static uint32_t kv_head(const struct attn *a, const struct item *i)
{
    return i->h / a->n->rep;
}

/* Which keys or values, how many: equal tags mean equal contents. */
static uint64_t tag_of(const struct attn *a, const struct item *i, uint32_t from, uint32_t count)
{
    return ((((uint64_t)kv_head(a, i) << 20 | i->kb) << 10 | from) << 10 | count) + 1;
}

static uint32_t columns(struct attn *a, const struct item *i)
{
    struct stamp_netc *n = a->n;
    const uint64_t tag = tag_of(a, i, 0, i->nk);

    for (uint32_t k = 0; k < 2; k++)
        if (a->in_cm[k] == tag) return a->cm[k];
    a->cm_turn = !a->cm_turn;
    a->in_cm[a->cm_turn] = tag;
    stamp_emit_load(n->b, STAMP_SPACE_CM, STAMP_FMT_RAW,
                    n->cm_op + kv_head(a, i) * n->kv.cm_head +
                        (uint64_t)i->kb * STAMP_KEY_BLOCK * 8,
                    a->cm[a->cm_turn], i->nk / n->L);
    return a->cm[a->cm_turn];
}

static union stamp_insn product_of(const struct attn *a)
{
    union stamp_insn i = {.m = {.op = STAMP_OP_MM, .first = 1, .last = 1, .w8 = 1}};

    i.m.groups = 2 * a->R / a->n->mach->P;
    i.m.rmstride = 1;
    return i;
}

static void product(struct attn *a, const struct item *i)
{
    struct stamp_netc *n = a->n;
    const uint64_t wb = stamp_line_bytes(n->mach, STAMP_SPACE_WB, STAMP_FMT_RAW);
    const uint32_t all = i->nk / n->L, cm = columns(a, i);

    for (uint32_t g = 0; g < all; g += a->kg) {
        const uint32_t groups = all - g < a->kg ? all - g : a->kg;
        const uint64_t tag = tag_of(a, i, g, groups);
        union stamp_insn m = product_of(a);
        if (a->in_k != tag)
            stamp_emit_load(n->b, STAMP_SPACE_WB, STAMP_FMT_RAW,
                            n->k_op + kv_head(a, i) * n->kv.k_head +
                                ((uint64_t)i->kb * a->SL + g) * n->kv.group * wb,
                            0, groups * n->kv.group);
        a->in_k = tag;
        m.m.xb = a->xq[i->head % 2];
        m.m.gstride = n->hl;
        m.m.kl = n->hl;
        m.m.ng = groups;
        m.m.wstride = n->kv.group;
        m.m.cm = cm + g;
        m.m.cmstride = 1;
        m.m.rm = a->rmq[i->head % 2];
        m.m.vm = a->s[i->index % 2] + g;
        m.m.vstride = a->SL;
        stamp_build_push(n->b, &m);
    }
}

static void sum(struct attn *a, const struct item *i)
{
    struct stamp_netc *n = a->n;
    const uint64_t wb = stamp_line_bytes(n->mach, STAMP_SPACE_WB, STAMP_FMT_RAW);
    const uint32_t T = n->mach->T, half = n->mach->WB_LINES / 2;

    for (uint32_t k = 0; k < i->nk; k += a->vk) {
        const uint32_t keys = i->nk - k < a->vk ? i->nk - k : a->vk;
        const uint64_t tag = tag_of(a, i, k, keys);
        union stamp_insn m = product_of(a);
        if (a->in_v != tag)
            stamp_emit_move(n->b, STAMP_OP_LOAD,
                            (struct stamp_move){.space = STAMP_SPACE_WB,
                                                .fmt = STAMP_FMT_RAW,
                                                .dram = n->v_op + kv_head(a, i) * n->kv.v_head +
                                                        (i->kb * STAMP_KEY_BLOCK + k) / T * wb,
                                                .line = half,
                                                .lines = keys / T,
                                                .lstride = keys / T,
                                                .n0 = 2 * n->hl,
                                                .d0 = n->ctx / T * wb});
        a->in_v = tag;
        m.m.first = k == 0;
        m.m.last = k + keys == i->nk;
        m.m.xb = a->xp[i->index % 2] + k / n->L;
        m.m.gstride = a->SL;
        m.m.kl = keys / n->L;
        m.m.wb = half;
        m.m.ng = n->hl;
        m.m.wstride = 2 * (keys / T);
        m.m.cm = a->cm_one;
        m.m.rm = a->rmp[i->index % 2];
        m.m.vm = i->first ? a->o[i->head % 2] : a->ob[i->index % 2];
        m.m.vstride = n->hl;
        stamp_build_push(n->b, &m);
    }
}

/* ---- Softmax ------------------------------------------------------------------------------------- */

static uint32_t value_scales(struct attn *a, const struct item *i)
{
    struct stamp_netc *n = a->n;
    const uint64_t tag = tag_of(a, i, 0, i->nk);

    for (uint32_t k = 0; k < 2; k++)
        if (a->in_sv[k] == tag) return a->sv[k];
    a->sv_turn = !a->sv_turn;
    a->in_sv[a->sv_turn] = tag;
    stamp_emit_load(n->b, STAMP_SPACE_VM, STAMP_FMT_F32,
                    n->sv_op + kv_head(a, i) * n->kv.sv_head +
                        (uint64_t)i->kb * STAMP_KEY_BLOCK * 4,
                    a->sv[a->sv_turn], i->nk / n->L);
    return a->sv[a->sv_turn];
}

/* m, l: largest score and sum so far. A block behind the first leaves in a->a what scales what
 * was summed before. */
static void softmax(struct attn *a, const struct item *i)
{
    struct stamp_netc *n = a->n;
    struct stamp_build *b = n->b;
    const uint32_t k = i->head % 2, x = i->index % 2, m = a->m[k], l = a->l[k], old = a->a[x];
    const struct stamp_vec v = {a->s[x], a->R, a->SL, i->nk / n->L}, one = {m, 1, 1, 1};
    const struct stamp_lim seen = {(int32_t)(i->t0 - i->kb * STAMP_KEY_BLOCK) + 1, 1, 0};
    const struct stamp_lim all = {STAMP_LIM_ALL, 0, 0};
    struct stamp_vsm s = {.sm = a->smp, .smstride = 1, .sd = true, .first = true};
    const uint32_t sv = value_scales(a, i);

    stamp_emit_red(b, STAMP_RED_MAX, v, seen, i->first ? m : a->mb);
    if (!i->first) {
        stamp_emit_bin(b, STAMP_BIN_MAX, one, a->mb, 1, 1, a->mb, 1);
        stamp_emit_bin(b, STAMP_BIN_SUB, one, a->mb, 1, 1, old, 1);
        stamp_emit_fn(b, STAMP_ONE_EXP, (struct stamp_vec){old, 1, 1, 1}, 0, 0, a->scale, old, 1);
        stamp_emit_bin(b, STAMP_BIN_MAX, one, a->mb, 1, 1, m, 1);
    }
    stamp_emit_fnm(b, STAMP_ONE_EXPM, v, m, a->scale, seen, v.a, v.s0);
    stamp_emit_red(b, STAMP_RED_SUM, v, all, i->first ? l : a->mb);
    if (!i->first) {
        stamp_emit_bin(b, STAMP_BIN_MUL, (struct stamp_vec){l, 1, 1, 1}, old, 1, 1, l, 1);
        stamp_emit_bin(b, STAMP_BIN_ADD, (struct stamp_vec){l, 1, 1, 1}, a->mb, 1, 1, l, 1);
    }
    stamp_emit_bin(b, STAMP_BIN_MUL, v, sv, 0, 0, v.a, v.s0);
    stamp_emit_v(b, STAMP_OP_VMINMAX, v, s);
    stamp_emit_v(b, STAMP_OP_VQPAR, (struct stamp_vec){0, a->R, 0, 1}, s);
    s.rm = a->rmp[x];
    s.xb = a->xp[x];
    s.gstride = a->SL;
    stamp_emit_v(b, STAMP_OP_VQUANT, v, s);
}

static void finish(struct attn *a, const struct item *i)
{
    struct stamp_netc *n = a->n;
    const uint32_t k = i->head % 2;
    const struct stamp_vec o = {a->o[k], a->R, n->hl, n->hl};

    if (!i->first) {
        stamp_emit_row(n->b, STAMP_ROW_MUL, o, a->a[i->index % 2], o.a, n->hl);
        stamp_emit_bin(n->b, STAMP_BIN_ADD, o, a->ob[i->index % 2], n->hl, 1, o.a, n->hl);
    }
    if (!i->last) return;
    stamp_emit_fnm(n->b, STAMP_ONE_RECIP, (struct stamp_vec){a->l[k], 1, 1, 1}, 0, 0.0f,
                   (struct stamp_lim){(int32_t)a->R, 0, 0}, a->l[k], 1);
    stamp_emit_row(n->b, STAMP_ROW_MUL, o, a->l[k], o.a, n->hl);
    stamp_emit_move(n->b, STAMP_OP_STORE,
                    (struct stamp_move){.space = STAMP_SPACE_VM,
                                        .fmt = STAMP_FMT_F32,
                                        .dram = n->att.addr + i->t0 * n->att.row_bytes +
                                                (uint64_t)i->h * n->hdp * 4,
                                        .line = o.a,
                                        .lines = n->hl,
                                        .lstride = n->hl,
                                        .n0 = n->rows - i->t0 < a->R ? n->rows - i->t0 : a->R,
                                        .d0 = n->att.row_bytes});
}

/* ---- The pipeline -------------------------------------------------------------------------------- */

/* The item behind @p i, or false. */
static bool next(const struct attn *a, struct item *i)
{
    const struct stamp_netc *n = a->n;

    i->index++;
    if (!i->last) {
        i->kb++;
    } else {
        i->kb = 0;
        i->head++;
        if (++i->h == n->heads) {
            i->h = 0;
            i->t0 += a->R;
        }
    }
    if (i->t0 >= n->rows) return false;
    const uint32_t end = i->t0 + a->R, done = i->kb * STAMP_KEY_BLOCK;
    const uint32_t left = end - done < STAMP_KEY_BLOCK ? end - done : STAMP_KEY_BLOCK;
    i->nk = (left + n->L - 1) / n->L * n->L;
    i->first = i->kb == 0;
    i->last = done + STAMP_KEY_BLOCK >= end;
    return true;
}

static void tables(struct attn *a, uint32_t t0)
{
    stamp_emit_load(a->n->b, STAMP_SPACE_VM, STAMP_FMT_F32,
                    a->n->rope + (uint64_t)t0 * 2 * a->n->hdp * 4, a->table, a->R * 2 * a->n->hl);
}

static void constants(struct attn *a)
{
    struct stamp_netc *n = a->n;
    const uint32_t line = STAMP_TABLE_LINE;

    stamp_emit_load(n->b, STAMP_SPACE_RT, STAMP_FMT_RAW, n->constants + STAMP_NET_RT_ALL8, 0,
                    (a->R + line - 1) / line);
    stamp_emit_load(n->b, STAMP_SPACE_NT, STAMP_FMT_RAW, n->constants + STAMP_NET_NT_PAIRS, 0,
                    (2 * a->R + line - 1) / line);
    stamp_emit_load(n->b, STAMP_SPACE_CM, STAMP_FMT_RAW, n->constants + STAMP_NET_CM_ONE, a->cm_one,
                    1);
    if (!n->at.norm_q) return;
    stamp_emit_load(n->b, STAMP_SPACE_VM, STAMP_FMT_F32, n->at.norm_q, a->gain, n->hl);
    stamp_emit_load(n->b, STAMP_SPACE_VM, STAMP_FMT_F32, n->constants + STAMP_NET_EPS, a->eps, 1);
}

void stamp_net_attention(struct stamp_netc *n)
{
    struct attn a = {.n = n, .scale = stamp_net_score_scale(n)};
    struct item now = {.h = n->heads - 1, .last = true}, ahead, before;

    for (a.R = n->L < 32 ? n->L : 32; 2 * a.R >= n->mach->P && !plan(&a); a.R /= 2) {}
    if (2 * a.R < n->mach->P) {
        stamp_build_fail(n->b, STAMP_EUNSUPPORTED,
                         "attention with heads of %u elements does not fit machine %s", n->hdp,
                         n->mach->name);
        return;
    }
    now.t0 = 0u - a.R; /* the item before the first */
    now.head = now.index = UINT32_MAX;
    next(&a, &now);
    constants(&a);
    tables(&a, 0);
    query(&a, &now);
    product(&a, &now);
    before = now;
    for (bool more = true, behind = false; more && !n->b->status; behind = true) {
        ahead = now;
        more = next(&a, &ahead);
        if (more && ahead.t0 != now.t0) tables(&a, ahead.t0);
        if (more) query(&a, &ahead);
        if (more) product(&a, &ahead);
        softmax(&a, &now);
        sum(&a, &now);
        if (behind) finish(&a, &before);
        before = now;
        now = ahead;
    }
    finish(&a, &before);
}
