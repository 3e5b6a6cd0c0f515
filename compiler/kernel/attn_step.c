/* SPDX-License-Identifier: Apache-2.0 */
/* attn_step.c - decode: one token's keys and values, operands of its batch, attention, recoding.
 * Contract in attend.h; numbers: numerics.md section 9.
 *
 * Everything that depends on the position p = ARG0 is an address register or a loop count. Registers
 * 8 and up also carry the offset of the layer (build.h): what is added to them is added once, or
 * taken away again. Loops stand between FENCEs, because what they touch is not known beforehand.
 * Nothing else does where a step works by records: its transfers that meet at some position meet at
 * position 0, too, which is what semaphores are made for; blocks behind the first stand behind a FENCE.
 *
 * Operands of earlier batches stay as they are: a step makes those of p's batch anew, of which a cache in
 * blocks as long as a batch needs the record of p alone; recoding, which changes values, makes the batch's. */
#include "compiler/kernel/kv.h"
#include "compiler/kernel/step.h"

uint64_t stamp_step_minus(uint64_t v)
{
    return (0 - v) & ((UINT64_C(1) << STAMP_ADDR_BITS) - 1);
}

void stamp_step_set(struct stamp_attend *n, uint32_t reg, bool add, uint32_t more, uint32_t shift,
                    uint64_t imm)
{
    union stamp_insn i = {.c = {.op = STAMP_OP_SETA, .areg = reg, .shift = shift}};

    i.c.acc = add;
    i.c.add = more;
    i.c.imm = imm;
    stamp_build_push(n->b, &i);
}

void stamp_step_fence(struct stamp_attend *n)
{
    stamp_emit_control(n->b, STAMP_OP_FENCE, 0, 0);
}

uint32_t stamp_step_log2(uint32_t v)
{
    uint32_t n = 0;

    while (1u << n < v) n++;
    return n;
}

/* Whether a step makes the operands of p's record alone: its rows are rows of the tail. */
static bool by_record(const struct stamp_attend *n)
{
    return n->scheme.bits == 4 && n->kv.batch == 1u << n->kv.block && n->kv.rec < n->kv.batch;
}

/* Registers of a step: the rows of p's record in the tail, their meta, the record. */
static void record_start(struct stamp_attend *n)
{
    const struct stamp_kv_sizes *k = &n->kv;
    const uint32_t rec = stamp_step_log2(k->rec);

    stamp_step_set(n, STAMP_STEP_BLOCK, false, 0, rec, k->meta_row << rec);
    stamp_step_set(n, STAMP_STEP_CODES, false, 0, rec, k->row8 << rec);
    stamp_step_set(n, STAMP_STEP_CODES, true, 0, k->block, stamp_step_minus(k->row8 << k->block));
    stamp_step_set(n, STAMP_STEP_OPS, false, 0, rec, k->op_bytes);
}

void stamp_attend_step_start(struct stamp_attend *n, bool recode)
{
    const struct stamp_kv_sizes *k = &n->kv;
    const uint64_t block_meta = k->meta_row << k->block;
    const uint32_t deep = stamp_step_log2(k->batch);

    stamp_step_set(n, STAMP_STEP_ROPE, false, 0, 0, 2 * (uint64_t)n->hdp * 4);
    if (!recode) stamp_step_count_blocks(n);
    stamp_step_set(n, STAMP_STEP_ROW, false, 0, 0, k->row8);
    if (n->scheme.bits == 4)
        stamp_step_set(n, STAMP_STEP_ROW, true, 0, k->block, stamp_step_minus(k->row8 << k->block));
    stamp_step_set(n, STAMP_STEP_META, false, 0, 0, k->meta_row);
    if (!recode && by_record(n)) {
        record_start(n);
        return;
    }
    stamp_step_set(n, STAMP_STEP_BLOCK, false, 0, k->block, block_meta);
    stamp_step_set(n, STAMP_STEP_CODES, false, 0, deep, (k->batch >> k->block) * k->block_bytes);
    stamp_step_set(n, STAMP_STEP_BATCH, false, 0, deep, k->batch * k->meta_row);
    stamp_step_set(n, STAMP_STEP_OPS, false, 0, deep, k->batch / k->rec * k->op_bytes);
    if (recode) stamp_step_set(n, STAMP_STEP_NEW, false, 0, k->block, k->block_bytes);
}

/* ---- The token's own rows ------------------------------------------------------------------------ */

static void append(struct stamp_attend *n, uint32_t which, uint32_t chunk)
{
    const struct stamp_kv_sizes *k = &n->kv;
    struct stamp_kv_batch c = stamp_kv_batch_of(n, which, chunk);
    const uint32_t cols = k->heads * n->hl;
    const struct stamp_place from = which ? n->v : n->k;

    c.rows = 1;
    c.rt = n->mach->RT_ENTRIES / 2;
    if (from.vm)
        c.at.rows = from.vm - 1 + chunk * cols;
    else
        stamp_emit_load(n->b, STAMP_SPACE_VM, STAMP_FMT_F32,
                        from.addr + (uint64_t)chunk * cols * n->L * 4, c.at.rows, cols);
    if (!which) {
        stamp_emit_move(n->b, STAMP_OP_LOAD,
                        (struct stamp_move){.space = STAMP_SPACE_VM,
                                            .fmt = STAMP_FMT_F32,
                                            .areg = STAMP_STEP_ROPE,
                                            .dram = n->rope,
                                            .line = c.at.table,
                                            .lines = 2 * n->hl,
                                            .lstride = 2 * n->hl});
        stamp_kv_turn(&c, true);
    }
    c.reg.codes = STAMP_STEP_ROW;
    c.reg.meta = STAMP_STEP_META;
    if (n->scheme.bits == 32) {
        stamp_kv_move_f32(&c, STAMP_OP_STORE);
        return;
    }
    stamp_kv_code(&c);
    stamp_kv_move_rows(&c, STAMP_OP_STORE,
                       n->scheme.bits == 4 ? n->at.tail[which] + chunk * k->tail_bytes
                                           : n->at.codes[which] + chunk * k->chunk_bytes,
                       STAMP_STEP_ROW, 0, 1);
    stamp_kv_move_meta(&c, STAMP_OP_STORE);
}

/* ---- Operands of the batch that p lies in --------------------------------------------------------- */

static const struct stamp_kv_regs batch_regs = {STAMP_STEP_CODES, STAMP_STEP_BATCH, STAMP_STEP_OPS};

/* All of it from the cache. */
static void batch(struct stamp_attend *n, uint32_t which, uint32_t chunk)
{
    struct stamp_kv_batch c = stamp_kv_batch_of(n, which, chunk);

    c.blocks = n->kv.batch >> n->kv.block;
    c.reg = batch_regs;
    if (n->scheme.bits == 32) {
        stamp_kv_move_f32(&c, STAMP_OP_LOAD);
    } else {
        stamp_kv_move_blocks(&c, STAMP_OP_LOAD);
        stamp_kv_move_meta(&c, STAMP_OP_LOAD);
        stamp_kv_use_meta(&c);
        stamp_kv_values(&c);
        stamp_kv_haar(&c, true);
    }
    stamp_kv_pack(&c);
}

/* The 8-bit rows of p's block, or of its record, to values. */
static void tail_values(struct stamp_kv_batch *c, bool record)
{
    struct stamp_attend *n = c->n;

    c->rows = record ? n->kv.rec : 1u << n->kv.block;
    c->rt = n->mach->RT_ENTRIES / 2;
    stamp_kv_move_rows(c, STAMP_OP_LOAD, n->at.tail[c->which] + c->chunk * n->kv.tail_bytes,
                       record ? STAMP_STEP_CODES : STAMP_REG_LAYER, 0, c->rows);
    c->reg.meta = STAMP_STEP_BLOCK;
    stamp_kv_move_meta(c, STAMP_OP_LOAD);
    stamp_kv_use_meta(c);
    stamp_kv_values(c);
}

/* Rows against the scratch buffer, from row R[areg] on. */
static void move_scratch(const struct stamp_kv_batch *c, enum stamp_opcode op, uint32_t areg)
{
    const struct stamp_vec v = stamp_kv_rows(c);
    const uint64_t row = (uint64_t)v.cols * c->n->L * 4;

    stamp_emit_move(c->n->b, op,
                    (struct stamp_move){.space = STAMP_SPACE_VM,
                                        .fmt = STAMP_FMT_F32,
                                        .areg = areg,
                                        .dram = c->n->scratch,
                                        .line = v.a,
                                        .lines = v.cols,
                                        .lstride = v.s0,
                                        .n0 = v.n0,
                                        .d0 = row});
}

/* Complete blocks, then the tail's rows; they meet in the scratch rows. */
static void last_batch(struct stamp_attend *n, uint32_t which, uint32_t chunk)
{
    const struct stamp_kv_sizes *k = &n->kv;
    const uint32_t deep = stamp_step_log2(k->batch);
    const uint64_t row = (uint64_t)k->heads * n->hdp * 4;
    struct stamp_kv_batch all = stamp_kv_batch_of(n, which, chunk), tail = all;

    all.reg = batch_regs;
    if (k->batch == 1u << k->block) {
        tail_values(&tail, by_record(n));
        tail.reg = all.reg;
        stamp_kv_pack(&tail);
        return;
    }
    all.blocks = k->batch >> k->block;
    stamp_kv_move_blocks(&all, STAMP_OP_LOAD);
    stamp_kv_move_meta(&all, STAMP_OP_LOAD);
    stamp_kv_use_meta(&all);
    stamp_kv_values(&all);
    stamp_kv_haar(&all, true);
    move_scratch(&all, STAMP_OP_STORE, 0);
    stamp_step_fence(n);
    stamp_step_set(n, STAMP_STEP_COUNT, false, 0, k->block, row << k->block);
    stamp_step_set(n, STAMP_STEP_COUNT, true, 0, deep, stamp_step_minus(row << deep));
    tail_values(&tail, false);
    move_scratch(&tail, STAMP_OP_STORE, STAMP_STEP_COUNT);
    stamp_step_fence(n);
    move_scratch(&all, STAMP_OP_LOAD, 0);
    stamp_kv_pack(&all);
    stamp_step_fence(n);
}

void stamp_attend_step_kv(struct stamp_attend *n)
{
    const struct stamp_kv_sizes *k = &n->kv;

    stamp_kv_tables(n, STAMP_CONST_RT_BLOCK);
    for (uint32_t i = 0; i < 2 * k->chunks; i++) {
        struct stamp_kv_batch c = stamp_kv_batch_of(n, i % 2, i / 2);
        if (i == 0) stamp_kv_gain(&c);
        append(n, i % 2, i / 2);
    }
    if (!by_record(n)) stamp_step_fence(n);
    for (uint32_t i = 0; i < 2 * k->chunks; i++) {
        if (n->scheme.bits == 4)
            last_batch(n, i % 2, i / 2);
        else
            batch(n, i % 2, i / 2);
    }
    if (!by_record(n)) stamp_step_fence(n);
}

/* ---- A block that has become complete --------------------------------------------------------------- */

void stamp_attend_recode(struct stamp_attend *n)
{
    stamp_kv_tables(n, STAMP_CONST_RT_BLOCK);
    for (uint32_t i = 0; i < 2 * n->kv.chunks; i++) {
        struct stamp_kv_batch c = stamp_kv_batch_of(n, i % 2, i / 2);
        tail_values(&c, false);
        c.rt = 0;
        c.blocks = 1;
        c.reg.codes = STAMP_STEP_NEW;
        stamp_kv_haar(&c, false);
        stamp_kv_code(&c);
        stamp_kv_move_blocks(&c, STAMP_OP_STORE);
        stamp_kv_move_meta(&c, STAMP_OP_STORE);
    }
    stamp_step_fence(n);
    for (uint32_t i = 0; i < 2 * n->kv.chunks; i++) batch(n, i % 2, i / 2);
    stamp_step_fence(n);
}
