/* SPDX-License-Identifier: Apache-2.0 */
/* step_attend.c - decode: attention of one token over all blocks of keys. Contracts in attend.h, step.h;
 * numbers: numerics.md section 9. */
#include "compiler/kernel/attn.h"
#include "compiler/kernel/kv.h"
#include "compiler/kernel/step.h"

/* Keys up to whole records. */
static uint32_t whole(const struct stamp_attend *n, uint32_t keys)
{
    return (keys + n->kv.rec - 1) / n->kv.rec * n->kv.rec;
}

/* A position sees a block of keys behind the first. */
static bool has_more(const struct stamp_attend *n)
{
    return n->most > STAMP_KEY_BLOCK;
}

/* Keys of a short last block: a quarter, or all that there can be. */
static uint32_t few(const struct stamp_attend *n)
{
    const uint32_t quarter = STAMP_KEY_BLOCK / 4, over = whole(n, n->most - STAMP_KEY_BLOCK);

    return over < quarter ? over : quarter;
}

/* And more of it than that. */
static bool has_full(const struct stamp_attend *n)
{
    return has_more(n) && n->most - STAMP_KEY_BLOCK > few(n);
}

/* How often the two loops over blocks of keys run. In the first, full blocks: [p >= few] is a division by
 * what no position reaches. */
void stamp_step_count_blocks(struct stamp_attend *n)
{
    const uint32_t shift = stamp_step_log2(STAMP_KEY_BLOCK), all = stamp_step_log2(n->ctx);

    if (!has_more(n)) return;
    const uint32_t f = few(n);
    stamp_step_set(n, STAMP_STEP_SHORT, false, 0, shift, 1);
    if (!has_full(n)) return;
    stamp_step_set(n, STAMP_STEP_SHORT, true, STAMP_KEY_BLOCK - f, shift, stamp_step_minus(1));
    stamp_step_set(n, STAMP_STEP_SHORT, true, (1u << all) - f, all, 1);
    stamp_step_set(n, STAMP_STEP_FULL, false, STAMP_KEY_BLOCK - f, shift, 1);
    stamp_step_set(n, STAMP_STEP_FULL, true, (1u << all) - f, all, stamp_step_minus(1));
}

/* Key heads worked on side by side: one's loads and products beside the other's softmax. */
struct heads {
    uint32_t count;
    struct stamp_attn_item item[2];
};

static struct stamp_attn_item item_of(const struct stamp_attend *n, uint32_t g, uint32_t i)
{
    const uint32_t h = g * n->rep;

    return (struct stamp_attn_item){.h = h,
                                    .kv = g,
                                    .q_dram = n->q.addr + (uint64_t)h * n->hdp * 4,
                                    .o_dram = n->out.addr + (uint64_t)h * n->hdp * 4,
                                    .q_vm = n->q.vm ? n->q.vm + h * n->hl : 0,
                                    .o_vm = n->out.vm ? n->out.vm + h * n->hl : 0,
                                    .rows = n->rep,
                                    .nk = has_more(n) ? STAMP_KEY_BLOCK : whole(n, n->most),
                                    .first = true,
                                    .head = i,
                                    .index = i,
                                    .reg = {STAMP_STEP_KEYS, STAMP_STEP_LIM}};
}

/* A block of keys. */
static void block(struct stamp_attn_plan *a, const struct heads *w)
{
    for (uint32_t i = 0; i < w->count; i++) stamp_attn_product(a, &w->item[i]);
    for (uint32_t i = 0; i < w->count; i++) {
        stamp_attn_softmax(a, &w->item[i]);
        stamp_attn_sum(a, &w->item[i]);
        stamp_attn_finish(a, &w->item[i], false);
    }
}

/* Blocks behind the first, R[count] of them, of which p's token sees @p keys at most. */
static void more_blocks(struct stamp_attn_plan *a, struct heads w, uint32_t count, uint32_t keys)
{
    struct stamp_attend *n = a->n;
    const uint64_t records = STAMP_KEY_BLOCK / n->kv.rec * n->kv.op_bytes;

    for (uint32_t i = 0; i < w.count; i++) {
        w.item[i].first = false;
        w.item[i].nk = keys;
    }
    stamp_emit_control(n->b, STAMP_OP_LOOP, count, 0);
    stamp_step_fence(n);
    stamp_emit_control(n->b, STAMP_OP_ADDR, STAMP_STEP_KEYS, records);
    stamp_emit_control(n->b, STAMP_OP_ADDR, STAMP_STEP_LIM, stamp_step_minus(STAMP_KEY_BLOCK));
    block(a, &w);
    stamp_step_fence(n);
    stamp_emit_control(n->b, STAMP_OP_ENDL, 0, 0);
}

/* Query heads of one or two key-value heads against all blocks of keys. */
static void group(struct stamp_attn_plan *a, uint32_t g, uint32_t count)
{
    struct stamp_attend *n = a->n;
    const uint64_t records = STAMP_KEY_BLOCK / n->kv.rec * n->kv.op_bytes;
    struct heads w = {.count = count};

    for (uint32_t i = 0; i < count; i++) w.item[i] = item_of(n, g + i, i);
    stamp_step_set(n, STAMP_STEP_LIM, false, 1, 0, 1);
    for (uint32_t i = 0; i < count; i++) stamp_attn_query(a, &w.item[i]);
    block(a, &w);
    if (has_more(n)) {
        if (has_full(n)) more_blocks(a, w, STAMP_STEP_FULL, STAMP_KEY_BLOCK);
        more_blocks(a, w, STAMP_STEP_SHORT, few(n));
        stamp_step_fence(n);
        stamp_step_set(n, STAMP_STEP_KEYS, true, 0, stamp_step_log2(STAMP_KEY_BLOCK),
                       stamp_step_minus(records)); /* back to the layer */
    }
    for (uint32_t i = 0; i < count; i++) stamp_attn_finish(a, &w.item[i], true);
}

/* Places in WB and CM that weights of layers around do not need now. */
static void take_turns(struct stamp_attn_plan *a)
{
    const struct stamp_attend *n = a->n;
    const uint32_t keys = a->kk < STAMP_KEY_BLOCK ? a->kk : STAMP_KEY_BLOCK,
                   values = a->vk < STAMP_KEY_BLOCK ? a->vk : STAMP_KEY_BLOCK;

    a->wb_k = stamp_build_turn(n->b, STAMP_SPACE_WB, keys / n->L * n->kv.group);
    a->wb_v = stamp_build_turn(n->b, STAMP_SPACE_WB, 2 * n->hl * (values / n->mach->T));
    a->cm[0] = stamp_build_turn(n->b, STAMP_SPACE_CM, 2 * a->SL + 1);
    a->cm[1] = a->cm[0] + a->SL;
    a->cm_one = a->cm[1] + a->SL;
}

/* Rows of one key head's queries, whole groups. */
static uint32_t step_rows(const struct stamp_attend *n)
{
    const uint32_t unit = n->mach->P / 2;

    return (n->rep + unit - 1) / unit * unit;
}

uint32_t stamp_attend_step_lines(struct stamp_attend *n, const struct stamp_mach *mach)
{
    struct stamp_attn_plan a = {.places = 1};
    uint32_t end = mach->VM_LINES;

    n->mach = mach;
    stamp_attn_plan_exact(&a, n, step_rows(n), 0, &end);
    const uint32_t kv = stamp_kv_lines(n);
    return kv > end ? kv : end;
}

void stamp_attend_step(struct stamp_attend *n)
{
    const uint32_t rows = step_rows(n);
    struct stamp_attn_plan a = {.places = 1}; /* all of a block is loaded, of both heads */

    if (rows > n->L) {
        stamp_build_fail(n->b, STAMP_EUNSUPPORTED,
                         "%u query heads to a key head do not fit machine %s: L is %u, needs %u",
                         n->rep, n->mach->name, n->L, rows);
        return;
    }
    if (!stamp_attn_plan_rows(&a, n, rows, rows)) return;
    a.live = n->rep;
    take_turns(&a);
    a.q_pitch = a.out_pitch = (uint64_t)n->hdp * 4;
    stamp_attn_constants(&a);
    stamp_emit_move(n->b, STAMP_OP_LOAD,
                    (struct stamp_move){.space = STAMP_SPACE_VM,
                                        .fmt = STAMP_FMT_F32,
                                        .areg = STAMP_STEP_ROPE,
                                        .dram = n->rope,
                                        .line = a.table,
                                        .lines = 2 * n->hl,
                                        .lstride = 2 * n->hl});
    for (uint32_t g = 0; g < n->kv_heads && !n->b->status; g += 2)
        group(&a, g, g + 1 < n->kv_heads ? 2 : 1);
}
