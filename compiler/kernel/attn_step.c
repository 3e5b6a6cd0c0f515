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
#include "compiler/kernel/attn.h"
#include "compiler/kernel/kv.h"

enum {
    REG_ROPE = 1,   /* row of the rotary table */
    REG_LIM = 2,    /* keys seen of a block */
    REG_COUNT = 3,  /* place in the scratch rows */
    REG_FULL = 4,   /* blocks of keys behind the first, but for */
    REG_SHORT = 5,  /* the last where p sees no more than few() of it: 0 or 1 */
    REG_ROW = 8,    /* row of p in the tail, or in the cache of 8 and 32 bits */
    REG_META = 9,   /* meta of p */
    REG_CODES = 10, /* p's batch: codes; the rows of its record in the tail */
    REG_BATCH = 11, /* p's batch: meta */
    REG_BLOCK = 12, /* meta of the first row of p's block, or record */
    REG_NEW = 13,   /* recoding: codes of p's block */
    REG_KEYS = 13,  /* attention: operands of a block of keys */
    REG_OPS = 14    /* p's batch, or record: operands */
};

static uint64_t minus(uint64_t v)
{
    return (0 - v) & ((UINT64_C(1) << STAMP_ADDR_BITS) - 1);
}

/* R[reg] = (add ? R[reg] : 0) + ((p + more) >> shift) * imm */
static void seta(struct stamp_attend *n, uint32_t reg, bool add, uint32_t more, uint32_t shift,
                 uint64_t imm)
{
    union stamp_insn i = {.c = {.op = STAMP_OP_SETA, .areg = reg, .shift = shift}};

    i.c.acc = add;
    i.c.add = more;
    i.c.imm = imm;
    stamp_build_push(n->b, &i);
}

static void fence(struct stamp_attend *n)
{
    stamp_emit_control(n->b, STAMP_OP_FENCE, 0, 0);
}

static uint32_t log2_of(uint32_t v)
{
    uint32_t n = 0;

    while (1u << n < v) n++;
    return n;
}

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
static void count_blocks(struct stamp_attend *n)
{
    const uint32_t shift = log2_of(STAMP_KEY_BLOCK), all = log2_of(n->ctx), f = few(n);

    seta(n, REG_SHORT, false, 0, shift, 1);
    if (!has_full(n)) return;
    seta(n, REG_SHORT, true, STAMP_KEY_BLOCK - f, shift, minus(1));
    seta(n, REG_SHORT, true, (1u << all) - f, all, 1);
    seta(n, REG_FULL, false, STAMP_KEY_BLOCK - f, shift, 1);
    seta(n, REG_FULL, true, (1u << all) - f, all, minus(1));
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
    const uint32_t rec = log2_of(k->rec);

    seta(n, REG_BLOCK, false, 0, rec, k->meta_row << rec);
    seta(n, REG_CODES, false, 0, rec, k->row8 << rec);
    seta(n, REG_CODES, true, 0, k->block, minus(k->row8 << k->block));
    seta(n, REG_OPS, false, 0, rec, k->op_bytes);
}

void stamp_attend_step_start(struct stamp_attend *n, bool recode)
{
    const struct stamp_kv_sizes *k = &n->kv;
    const uint64_t block_meta = k->meta_row << k->block;
    const uint32_t deep = log2_of(k->batch);

    seta(n, REG_ROPE, false, 0, 0, 2 * (uint64_t)n->hdp * 4);
    if (!recode && has_more(n)) count_blocks(n);
    seta(n, REG_ROW, false, 0, 0, k->row8);
    if (n->scheme.bits == 4) seta(n, REG_ROW, true, 0, k->block, minus(k->row8 << k->block));
    seta(n, REG_META, false, 0, 0, k->meta_row);
    if (!recode && by_record(n)) {
        record_start(n);
        return;
    }
    seta(n, REG_BLOCK, false, 0, k->block, block_meta);
    seta(n, REG_CODES, false, 0, deep, (k->batch >> k->block) * k->block_bytes);
    seta(n, REG_BATCH, false, 0, deep, k->batch * k->meta_row);
    seta(n, REG_OPS, false, 0, deep, k->batch / k->rec * k->op_bytes);
    if (recode) seta(n, REG_NEW, false, 0, k->block, k->block_bytes);
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
    stamp_emit_load(n->b, STAMP_SPACE_VM, STAMP_FMT_F32,
                    from.addr + (uint64_t)chunk * cols * n->L * 4, c.at.rows, cols);
    if (!which) {
        stamp_emit_move(n->b, STAMP_OP_LOAD,
                        (struct stamp_move){.space = STAMP_SPACE_VM,
                                            .fmt = STAMP_FMT_F32,
                                            .areg = REG_ROPE,
                                            .dram = n->rope,
                                            .line = c.at.table,
                                            .lines = 2 * n->hl,
                                            .lstride = 2 * n->hl});
        stamp_kv_turn(&c, true);
    }
    c.reg.codes = REG_ROW;
    c.reg.meta = REG_META;
    if (n->scheme.bits == 32) {
        stamp_kv_move_f32(&c, STAMP_OP_STORE);
        return;
    }
    stamp_kv_code(&c);
    stamp_kv_move_rows(&c, STAMP_OP_STORE,
                       n->scheme.bits == 4 ? n->at.tail[which] + chunk * k->tail_bytes
                                           : n->at.codes[which] + chunk * k->chunk_bytes,
                       REG_ROW, 0, 1);
    stamp_kv_move_meta(&c, STAMP_OP_STORE);
}

/* ---- Operands of the batch that p lies in --------------------------------------------------------- */

static const struct stamp_kv_regs batch_regs = {REG_CODES, REG_BATCH, REG_OPS};

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
                       record ? REG_CODES : STAMP_REG_LAYER, 0, c->rows);
    c->reg.meta = REG_BLOCK;
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
    const uint32_t deep = log2_of(k->batch);
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
    fence(n);
    seta(n, REG_COUNT, false, 0, k->block, row << k->block);
    seta(n, REG_COUNT, true, 0, deep, minus(row << deep));
    tail_values(&tail, false);
    move_scratch(&tail, STAMP_OP_STORE, REG_COUNT);
    fence(n);
    move_scratch(&all, STAMP_OP_LOAD, 0);
    stamp_kv_pack(&all);
    fence(n);
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
    if (!by_record(n)) fence(n);
    for (uint32_t i = 0; i < 2 * k->chunks; i++) {
        if (n->scheme.bits == 4)
            last_batch(n, i % 2, i / 2);
        else
            batch(n, i % 2, i / 2);
    }
    if (!by_record(n)) fence(n);
}

/* ---- Attention ------------------------------------------------------------------------------------ */

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
                                    .rows = n->rep,
                                    .nk = has_more(n) ? STAMP_KEY_BLOCK : whole(n, n->most),
                                    .first = true,
                                    .head = i,
                                    .index = i,
                                    .reg = {REG_KEYS, REG_LIM}};
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
    fence(n);
    stamp_emit_control(n->b, STAMP_OP_ADDR, REG_KEYS, records);
    stamp_emit_control(n->b, STAMP_OP_ADDR, REG_LIM, minus(STAMP_KEY_BLOCK));
    block(a, &w);
    fence(n);
    stamp_emit_control(n->b, STAMP_OP_ENDL, 0, 0);
}

/* Query heads of one or two key-value heads against all blocks of keys. */
static void group(struct stamp_attn_plan *a, uint32_t g, uint32_t count)
{
    struct stamp_attend *n = a->n;
    const uint64_t records = STAMP_KEY_BLOCK / n->kv.rec * n->kv.op_bytes;
    struct heads w = {.count = count};

    for (uint32_t i = 0; i < count; i++) w.item[i] = item_of(n, g + i, i);
    seta(n, REG_LIM, false, 1, 0, 1);
    for (uint32_t i = 0; i < count; i++) stamp_attn_query(a, &w.item[i]);
    block(a, &w);
    if (has_more(n)) {
        if (has_full(n)) more_blocks(a, w, REG_FULL, STAMP_KEY_BLOCK);
        more_blocks(a, w, REG_SHORT, few(n));
        fence(n);
        seta(n, REG_KEYS, true, 0, log2_of(STAMP_KEY_BLOCK), minus(records)); /* back to the layer */
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

void stamp_attend_step(struct stamp_attend *n)
{
    const uint32_t unit = n->mach->P / 2, rows = (n->rep + unit - 1) / unit * unit;
    struct stamp_attn_plan a = {0};

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
                                        .areg = REG_ROPE,
                                        .dram = n->rope,
                                        .line = a.table,
                                        .lines = 2 * n->hl,
                                        .lstride = 2 * n->hl});
    for (uint32_t g = 0; g < n->kv_heads && !n->b->status; g += 2)
        group(&a, g, g + 1 < n->kv_heads ? 2 : 1);
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
        c.reg.codes = REG_NEW;
        stamp_kv_haar(&c, false);
        stamp_kv_code(&c);
        stamp_kv_move_blocks(&c, STAMP_OP_STORE);
        stamp_kv_move_meta(&c, STAMP_OP_STORE);
    }
    fence(n);
    for (uint32_t i = 0; i < 2 * n->kv.chunks; i++) batch(n, i % 2, i / 2);
    fence(n);
}
