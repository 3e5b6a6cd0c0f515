/* SPDX-License-Identifier: Apache-2.0 */
/* kv.c - keys and values of the prefill to codes in the cache and to operands of attention.
 * Contract in attend.h; numbers: numerics.md section 9.
 *
 * Batch by batch: K works in the lower half of VM, SM and PB, V in the upper, so that one's loads
 * and stores go on beside the other's arithmetic. Long heads take turns in all of VM and PB. */
#include "compiler/kernel/kv.h"
#include "compiler/kernel/linear.h"

static uint32_t ceil_div(uint32_t a, uint32_t b)
{
    return (a + b - 1) / b;
}

static uint64_t round64(uint64_t v)
{
    return (v + STAMP_DRAM_ALIGN - 1) / STAMP_DRAM_ALIGN * STAMP_DRAM_ALIGN;
}

static struct stamp_kv_room rooms(const struct stamp_attend *n, uint32_t heads)
{
    const uint32_t batch = n->kv.batch, cols = heads * n->hl;
    struct stamp_kv_room r = {0};

    r.packed = r.rows + batch * cols;
    r.meta = r.packed + batch * ceil_div(cols, 4);
    r.scalars = r.meta + batch * ceil_div(2 * heads, n->L);
    r.cm = r.scalars + ceil_div(batch * heads, n->L);
    r.sv = r.cm + heads * 2 * (batch / n->L);
    r.table = r.sv + heads * (batch / n->L);
    r.gain = r.table + n->kv.turn * 2 * n->hl;
    r.eps = r.gain + n->hl;
    r.end = r.eps + 1;
    return r;
}

/* Whether so many heads of a batch fit at once; pb: PB lines of a head, K or V. */
static bool fits(const struct stamp_attend *n, uint32_t heads, uint32_t pb)
{
    const struct stamp_mach *m = n->mach;

    return rooms(n, heads).end <= m->VM_LINES / n->kv.parts &&
           heads * pb <= m->PB_LINES / n->kv.parts && heads * n->kv.batch <= m->SM_ENTRIES / 2 &&
           n->kv.batch <= m->RT_ENTRIES / 2;
}

/* As much beside each other as fits: the rotary table in pieces costs a little, K and V one after the
 * other more. */
static bool share(struct stamp_attend *n, uint32_t pb)
{
    for (n->kv.parts = 2; n->kv.parts; n->kv.parts--)
        for (n->kv.turn = n->kv.batch; n->kv.turn; n->kv.turn /= 2)
            if (fits(n, 1, pb)) return true;
    return false;
}

bool stamp_attend_sizes(struct stamp_attend *n)
{
    const struct stamp_mach *m = n->mach;
    const uint64_t line = 4 * (uint64_t)n->L;
    const uint64_t wb = stamp_line_bytes(m, STAMP_SPACE_WB, STAMP_FMT_RAW);
    struct stamp_kv_sizes *k = &n->kv;
    uint32_t heads = 1;

    k->block = n->scheme.bits == 4 ? n->scheme.block : 0;
    k->levels = n->scheme.plain ? 0 : k->block;
    k->batch = 32;
    if (k->batch < n->L) k->batch = n->L;
    if (k->batch < 1u << k->block) k->batch = 1u << k->block;
    k->rec = n->L > STAMP_DRAM_ALIGN / 4 ? n->L : STAMP_DRAM_ALIGN / 4;
    k->group = 2 * n->hl * (n->L / m->T);
    const uint32_t pb = k->batch / n->L * k->group; /* PB lines of a head, K or V */
    if (!share(n, pb)) return false;
    for (uint32_t h = 1; h <= n->kv_heads; h++)
        if (n->kv_heads % h == 0 && fits(n, h, pb)) heads = h;
    k->heads = heads;
    k->chunks = n->kv_heads / heads;
    k->pl8 = ceil_div(heads * n->hl, 4);
    k->pl4 = ceil_div(heads * n->hl, 8);
    k->ml = ceil_div(2 * heads, n->L);
    k->row8 = round64(n->scheme.bits == 32 ? heads * n->hl * line : k->pl8 * line);
    k->row4 = round64(k->pl4 * line);
    k->block_bytes = k->row8 + ((UINT64_C(1) << k->block) - 1) * k->row4;
    k->chunk_bytes = (n->ctx >> k->block) * k->block_bytes;
    k->tail_bytes = k->row8 << k->block;
    k->meta_row = round64(k->ml * line);
    k->k_head = k->rec / n->L * (uint64_t)k->group * wb;
    k->v_head = 2 * (uint64_t)n->hl * (k->rec / m->T) * wb;
    k->cm_head = k->rec * 8;
    k->sv_head = k->rec * 4;
    k->op_v = n->kv_heads * k->k_head;
    k->op_cm = k->op_v + n->kv_heads * k->v_head;
    k->op_sv = k->op_cm + n->kv_heads * k->cm_head;
    k->op_bytes = round64(k->op_sv + n->kv_heads * k->sv_head);
    return true;
}

static void shift(struct stamp_kv_room *r, uint32_t by)
{
    uint32_t *line = &r->rows;

    for (size_t i = 0; i < sizeof *r / sizeof *line; i++) line[i] += by;
}

struct stamp_kv_batch stamp_kv_batch_of(struct stamp_attend *n, uint32_t which, uint32_t chunk)
{
    struct stamp_kv_batch c = {.n = n, .which = which, .chunk = chunk, .rows = n->kv.batch};

    c.at = rooms(n, n->kv.heads);
    shift(&c.at, which * (n->kv.parts - 1) * (n->mach->VM_LINES / 2));
    c.sm = which * (n->mach->SM_ENTRIES / 2);
    return c;
}

uint32_t stamp_kv_lines(const struct stamp_attend *n)
{
    return n->kv.parts * rooms(n, n->kv.heads).end;
}

struct stamp_vec stamp_kv_rows(const struct stamp_kv_batch *c)
{
    const uint32_t cols = c->n->kv.heads * c->n->hl;

    return (struct stamp_vec){c->at.rows, c->rows, cols, cols};
}

void stamp_kv_tables(struct stamp_attend *n, uint32_t widths)
{
    const uint32_t table = STAMP_TABLE_LINE, lines = ceil_div(n->kv.batch, table);

    stamp_emit_load(n->b, STAMP_SPACE_RT, STAMP_FMT_RAW, n->constants + STAMP_CONST_RT_ALL8,
                    n->mach->RT_ENTRIES / 2 / table, lines);
    stamp_emit_load(n->b, STAMP_SPACE_RT, STAMP_FMT_RAW, n->constants + widths, 0, lines);
}

void stamp_kv_haar(const struct stamp_kv_batch *c, bool inverse)
{
    const uint32_t levels = c->n->kv.levels, cols = c->n->kv.heads * c->n->hl;

    for (uint32_t i = 1; i <= levels && c->blocks; i++) {
        const uint32_t l = inverse ? levels + 1 - i : i;
        const struct stamp_xop op = {.kind = STAMP_MEAN,
                                     .boff = 1u << (l - 1),
                                     .n0 = c->blocks << (levels - l),
                                     .s0 = 1u << l,
                                     .n1 = 1};
        stamp_emit_fly(c->n->b, &op, c->at.rows, cols, cols, inverse);
    }
}

void stamp_kv_params(const struct stamp_kv_batch *c, bool digits)
{
    const struct stamp_kv_sizes *k = &c->n->kv;
    struct stamp_vec v = stamp_kv_rows(c);
    struct stamp_vsm s = {.sm = c->sm,
                          .smstride = k->heads,
                          .blk = c->n->hl,
                          .rt = digits ? c->n->mach->RT_ENTRIES / 2 : c->rt,
                          .sd = digits,
                          .first = true};

    stamp_emit_v(c->n->b, STAMP_OP_VMINMAX, v, s);
    v.cols = k->heads;
    s.first = false;
    stamp_emit_v(c->n->b, STAMP_OP_VQPAR, v, s);
}

/* The layer's region is reached through its register unless a place has one of its own. */
void stamp_kv_move_blocks(const struct stamp_kv_batch *c, enum stamp_opcode op)
{
    const struct stamp_attend *n = c->n;
    const struct stamp_kv_sizes *k = &n->kv;
    const uint32_t size = 1u << k->block;
    const uint64_t codes =
        n->at.codes[c->which] + c->chunk * k->chunk_bytes + (c->t0 >> k->block) * k->block_bytes;
    struct stamp_move m = {.space = STAMP_SPACE_VM,
                           .fmt = STAMP_FMT_RAW,
                           .areg = c->reg.codes,
                           .dram = codes,
                           .line = c->at.packed,
                           .lines = k->pl8,
                           .lstride = size * k->pl8,
                           .n0 = c->blocks,
                           .d0 = k->block_bytes};

    if (c->blocks) stamp_emit_move(n->b, op, m);
    m.lines = k->pl4;
    m.lstride = k->pl8;
    m.n0 = size - 1;
    m.d0 = k->row4;
    for (uint32_t i = 0; i < c->blocks && size > 1; i++) {
        m.dram = codes + i * k->block_bytes + k->row8;
        m.line = c->at.packed + (i * size + 1) * k->pl8;
        stamp_emit_move(n->b, op, m);
    }
}

void stamp_kv_move_rows(const struct stamp_kv_batch *c, enum stamp_opcode op, uint64_t dram,
                        uint32_t areg, uint32_t first, uint32_t count)
{
    const struct stamp_kv_sizes *k = &c->n->kv;

    stamp_emit_move(c->n->b, op,
                    (struct stamp_move){.space = STAMP_SPACE_VM,
                                        .fmt = STAMP_FMT_RAW,
                                        .areg = areg,
                                        .dram = dram,
                                        .line = c->at.packed + first * k->pl8,
                                        .lines = k->pl8,
                                        .lstride = k->pl8,
                                        .n0 = count,
                                        .d0 = k->row8});
}

void stamp_kv_move_meta(const struct stamp_kv_batch *c, enum stamp_opcode op)
{
    const struct stamp_attend *n = c->n;
    const struct stamp_kv_sizes *k = &n->kv;

    stamp_emit_move(n->b, op,
                    (struct stamp_move){.space = STAMP_SPACE_VM,
                                        .fmt = STAMP_FMT_RAW,
                                        .areg = c->reg.meta,
                                        .dram = n->at.meta[c->which] +
                                                (c->chunk * (uint64_t)n->ctx + c->t0) * k->meta_row,
                                        .line = c->at.meta,
                                        .lines = k->ml,
                                        .lstride = k->ml,
                                        .n0 = c->rows,
                                        .d0 = k->meta_row});
}

/* Entries of SM against rows of meta. */
static void move_params(const struct stamp_kv_batch *c, enum stamp_opcode op)
{
    const struct stamp_kv_sizes *k = &c->n->kv;

    stamp_emit_v(
        c->n->b, op, (struct stamp_vec){c->at.meta, c->rows, k->ml, k->heads},
        (struct stamp_vsm){
            .sm = c->sm, .smstride = k->heads, .gstride = 1, .first = op == STAMP_OP_VSMRD});
}

void stamp_kv_use_meta(const struct stamp_kv_batch *c)
{
    move_params(c, STAMP_OP_VSMWR);
}

static void coded(const struct stamp_kv_batch *c, enum stamp_opcode op)
{
    stamp_emit_v(c->n->b, op, stamp_kv_rows(c),
                 (struct stamp_vsm){.sm = c->sm,
                                    .smstride = c->n->kv.heads,
                                    .blk = c->n->hl,
                                    .rt = c->rt,
                                    .b = c->at.packed,
                                    .gstride = c->n->kv.pl8});
}

void stamp_kv_code(const struct stamp_kv_batch *c)
{
    stamp_kv_params(c, false);
    coded(c, STAMP_OP_VCODE);
    move_params(c, STAMP_OP_VSMRD);
}

void stamp_kv_values(const struct stamp_kv_batch *c)
{
    coded(c, STAMP_OP_VDEQ);
}

void stamp_kv_move_f32(const struct stamp_kv_batch *c, enum stamp_opcode op)
{
    const struct stamp_kv_sizes *k = &c->n->kv;
    const struct stamp_vec v = stamp_kv_rows(c);

    stamp_emit_move(c->n->b, op,
                    (struct stamp_move){.space = STAMP_SPACE_VM,
                                        .fmt = STAMP_FMT_F32,
                                        .areg = c->reg.codes,
                                        .dram = c->n->at.codes[c->which] +
                                                c->chunk * k->chunk_bytes + c->t0 * k->row8,
                                        .line = v.a,
                                        .lines = v.cols,
                                        .lstride = v.s0,
                                        .n0 = v.n0,
                                        .d0 = k->row8});
}

/* Keys of linear attention: +0 where they are not larger. */
static void relu(const struct stamp_kv_batch *c)
{
    const struct stamp_vec v = stamp_kv_rows(c), zero = {c->at.eps, v.n0 * v.cols, 0, 1};

    stamp_emit_bin(c->n->b, STAMP_BIN_MAX, zero, v.a, 1, 1, v.a, 1);
}

/* Rows of the batch; keys are normed and turned. */
static void fetch(const struct stamp_kv_batch *c)
{
    const struct stamp_attend *n = c->n;
    const struct stamp_vec v = stamp_kv_rows(c);
    const struct stamp_place from = c->which ? n->v : n->k;

    stamp_emit_move(n->b, STAMP_OP_LOAD,
                    (struct stamp_move){.space = STAMP_SPACE_VM,
                                        .fmt = STAMP_FMT_F32,
                                        .dram = from.addr + c->t0 * from.row_bytes +
                                                (uint64_t)c->chunk * v.cols * n->L * 4,
                                        .line = v.a,
                                        .lines = v.cols,
                                        .lstride = v.s0,
                                        .n0 = v.n0,
                                        .d0 = from.row_bytes});
    if (!c->which) stamp_kv_turn(c, false);
    if (!c->which && n->linear) relu(c);
}

/* To the cache, and what the cache holds back to values. */
static void cache(const struct stamp_kv_batch *c)
{
    const struct stamp_attend *n = c->n;
    const uint32_t first = c->blocks << n->kv.block;

    if (!n->cached) return;
    if (n->scheme.bits == 32) {
        stamp_kv_move_f32(c, STAMP_OP_STORE);
        return;
    }
    stamp_kv_haar(c, false);
    stamp_kv_code(c);
    stamp_kv_move_blocks(c, STAMP_OP_STORE);
    if (c->tail)
        stamp_kv_move_rows(c, STAMP_OP_STORE, n->at.tail[c->which] + c->chunk * n->kv.tail_bytes, 0,
                           first, c->tail);
    stamp_kv_move_meta(c, STAMP_OP_STORE);
    stamp_kv_values(c);
    stamp_kv_haar(c, true);
}

void stamp_attend_fill(struct stamp_attend *n)
{
    const uint32_t batches = ceil_div(n->keys, n->kv.batch);

    stamp_kv_tables(n, STAMP_CONST_RT_BLOCK);
    /* A sink comes last out of a layer, so the batch of row 0 does; one cut short has tables of its own. */
    for (uint32_t i = 0; i < batches && !n->b->status; i++) {
        const uint32_t turn = n->keys % n->kv.batch ? i : (i + 1) % batches,
                       t0 = turn * n->kv.batch;
        const uint32_t rows = n->keys - t0 < n->kv.batch ? n->keys - t0 : n->kv.batch;
        if (rows < n->kv.batch) stamp_kv_tables(n, STAMP_CONST_RT_LAST);
        for (uint32_t k = 0; k < 2 * n->kv.chunks; k++) {
            struct stamp_kv_batch c = stamp_kv_batch_of(n, k % 2, k / 2);
            c.t0 = t0;
            c.blocks = rows >> n->kv.block;
            c.tail = rows - (c.blocks << n->kv.block);
            if (i == 0 && k == 0) stamp_kv_gain(&c);
            fetch(&c);
            cache(&c);
            stamp_kv_pack(&c);
        }
    }
}
