/* SPDX-License-Identifier: Apache-2.0 */
/* kv_pack.c - keys and values to operands of attention. Contract in kv.h. */
#include "compiler/kernel/kv.h"

/* Rows of operands: of head c->chunk * heads + h, in the part at @p part, one of each of the batch's records. */
static struct stamp_move records(const struct stamp_kv_batch *c, uint64_t part, uint64_t head,
                                 uint32_t h)
{
    const struct stamp_attend *n = c->n;
    const struct stamp_kv_sizes *k = &n->kv;

    return (struct stamp_move){.areg = c->reg.ops,
                               .dram = n->at.ops + c->t0 / k->rec * k->op_bytes + part +
                                       ((uint64_t)c->chunk * k->heads + h) * head,
                               .n0 = c->rows / k->rec,
                               .d0 = k->op_bytes};
}

/* The same of all heads, head by head: @p lines of each in memory. */
static void store(const struct stamp_kv_batch *c, struct stamp_move m, enum stamp_space space,
                  uint32_t line, uint32_t lines, uint64_t head)
{
    m.space = space;
    m.fmt = space == STAMP_SPACE_VM ? STAMP_FMT_F32 : STAMP_FMT_RAW;
    m.line = line;
    m.lines = m.lstride = lines / m.n0;
    m.n1 = c->n->kv.heads;
    m.d1 = head;
    stamp_emit_move(c->n->b, STAMP_OP_STORE, m);
}

/* Keys: a column group of L keys after the other, planes of a group together. */
static void pack_keys(const struct stamp_kv_batch *c)
{
    const struct stamp_attend *n = c->n;
    const struct stamp_kv_sizes *k = &n->kv;
    const uint32_t groups = c->rows / n->L, cols = k->heads * n->hl;

    for (uint32_t h = 0; h < k->heads; h++) {
        for (uint32_t g = 0; g < groups; g++) {
            const struct stamp_vec v = {c->at.rows + g * n->L * cols + h * n->hl, n->L, cols,
                                        n->hl};
            stamp_emit_v(n->b, STAMP_OP_VPACKK, v,
                         (struct stamp_vsm){.sm = c->sm + g * n->L * k->heads + h,
                                            .smstride = k->heads,
                                            .xb = (h * groups + g) * k->group,
                                            .gstride = k->group / 2});
        }
        stamp_emit_v(
            n->b, STAMP_OP_VSMRD, (struct stamp_vec){c->at.cm + h * 2 * groups, groups, 2, n->L},
            (struct stamp_vsm){
                .sm = c->sm + h, .smstride = n->L * k->heads, .gstride = k->heads, .first = true});
    }
    store(c, records(c, 0, k->k_head, 0), STAMP_SPACE_PB, 0, groups * k->group, k->k_head);
    store(c, records(c, k->op_cm, k->cm_head, 0), STAMP_SPACE_VM, c->at.cm, 2 * groups, k->cm_head);
}

/* Values: a head's column groups, of each the planes, of each the depths of all tokens. */
static void pack_values(const struct stamp_kv_batch *c)
{
    const struct stamp_attend *n = c->n;
    const struct stamp_kv_sizes *k = &n->kv;
    const uint32_t deep = c->rows / n->mach->T, cols = k->heads * n->hl;
    const uint32_t pb = (k->parts - 1) * (n->mach->PB_LINES / 2), groups = c->rows / n->L;
    const uint64_t wb = stamp_line_bytes(n->mach, STAMP_SPACE_WB, STAMP_FMT_RAW);

    for (uint32_t h = 0; h < k->heads; h++)
        stamp_emit_v(n->b, STAMP_OP_VPACKV,
                     (struct stamp_vec){c->at.rows + h * n->hl, c->rows, cols, n->hl},
                     (struct stamp_vsm){.sm = c->sm + h,
                                        .smstride = k->heads,
                                        .xb = pb + h * 2 * n->hl * deep,
                                        .gstride = deep,
                                        .b = 2 * deep});
    stamp_emit_v(n->b, STAMP_OP_VSMRD, (struct stamp_vec){c->at.sv, k->heads, groups, c->rows},
                 (struct stamp_vsm){.sm = c->sm, .smstride = 1, .gstride = k->heads});
    for (uint32_t h = 0; h < k->heads; h++) {
        struct stamp_move m = records(c, k->op_v, k->v_head, h);
        m.space = STAMP_SPACE_PB;
        m.fmt = STAMP_FMT_RAW;
        m.line = pb + h * 2 * n->hl * deep;
        m.lines = m.lstride = k->rec / n->mach->T;
        m.n1 = 2 * n->hl;
        m.d1 = k->rec / n->mach->T * wb;
        stamp_emit_move(n->b, STAMP_OP_STORE, m);
    }
    store(c, records(c, k->op_sv, k->sv_head, 0), STAMP_SPACE_VM, c->at.sv, groups, k->sv_head);
}

void stamp_kv_pack(const struct stamp_kv_batch *c)
{
    stamp_kv_params(c, true);
    if (c->which)
        pack_values(c);
    else
        pack_keys(c);
}

/* Rows of the rotary table from the batch's row @p row on. */
static void load_turn(const struct stamp_kv_batch *c, uint32_t row)
{
    const struct stamp_attend *n = c->n;

    stamp_emit_load(n->b, STAMP_SPACE_VM, STAMP_FMT_F32,
                    n->rope + (uint64_t)(c->t0 + row) * 2 * n->hdp * 4, c->at.table,
                    n->kv.turn * 2 * n->hl);
}

void stamp_kv_turn(const struct stamp_kv_batch *c, bool shared)
{
    struct stamp_attend *n = c->n;
    const uint32_t heads = n->kv.heads, step = shared ? c->rows : n->kv.turn;
    const struct stamp_vec head = {c->at.rows, c->rows * heads, n->hl, n->hl};

    if (!shared && n->rope) load_turn(c, 0);
    if (n->at.norm_k)
        stamp_head_norm(n->b, n->L, n->head_dim, head, c->at.gain, c->at.eps, c->at.scalars);
    for (uint32_t r = 0; r < c->rows && n->rope; r += step) {
        const struct stamp_vec v = {head.a + r * heads * n->hl, step * heads, n->hl, n->hl};
        if (r) load_turn(c, r);
        stamp_emit_rope(n->b, v, c->at.table, 2 * n->hl, shared ? 0 : heads, v.a, n->hl);
    }
}

void stamp_kv_gain(const struct stamp_kv_batch *c)
{
    struct stamp_attend *n = c->n;

    if (n->linear) stamp_emit_load(n->b, STAMP_SPACE_VM, STAMP_FMT_F32, n->zeros, c->at.eps, 1);
    if (!n->at.norm_k) return;
    stamp_emit_load(n->b, STAMP_SPACE_VM, STAMP_FMT_F32, n->at.norm_k, c->at.gain, n->hl);
    stamp_emit_load(n->b, STAMP_SPACE_VM, STAMP_FMT_F32, n->eps_k, c->at.eps, 1);
}
