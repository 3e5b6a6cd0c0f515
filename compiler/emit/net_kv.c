/* SPDX-License-Identifier: Apache-2.0 */
/* net_kv.c - keys and values of the prefill to codes in the cache and to operands of attention.
 * Contract in net_build.h; numbers: numerics.md section 9.
 *
 * Batch by batch: K works in the lower half of VM, SM and PB, V in the upper, so that one's loads
 * and stores go on beside the other's arithmetic. */
#include "compiler/emit/net_build.h"

static uint32_t ceil_div(uint32_t a, uint32_t b)
{
    return (a + b - 1) / b;
}

static uint64_t round64(uint64_t v)
{
    return (v + STAMP_DRAM_ALIGN - 1) / STAMP_DRAM_ALIGN * STAMP_DRAM_ALIGN;
}

/* VM lines of one batch of @p heads heads. */
struct room {
    uint32_t rows, packed, meta, scalars, cm, sv, table, gain, eps, end; /* first lines */
};

static struct room rooms(const struct stamp_netc *n, uint32_t heads)
{
    const uint32_t batch = n->kv.batch, cols = heads * n->hl;
    struct room r = {0};

    r.packed = r.rows + batch * cols;
    r.meta = r.packed + batch * ceil_div(cols, 4);
    r.scalars = r.meta + batch * ceil_div(2 * heads, n->L);
    r.cm = r.scalars + ceil_div(batch * heads, n->L);
    r.sv = r.cm + heads * 2 * (batch / n->L);
    r.table = r.sv + heads * (batch / n->L);
    r.gain = r.table + batch * 2 * n->hl;
    r.eps = r.gain + n->hl;
    r.end = r.eps + 1;
    return r;
}

bool stamp_netc_kv_sizes(struct stamp_netc *n)
{
    const struct stamp_mach *m = n->mach;
    const uint64_t line = 4 * (uint64_t)n->L;
    const uint64_t wb = stamp_line_bytes(m, STAMP_SPACE_WB, STAMP_FMT_RAW);
    struct stamp_net_kv *k = &n->kv;
    uint32_t heads = 1;

    k->block = n->spec->kv.bits == 4 ? n->spec->kv.block : 0;
    k->batch = 32;
    if (k->batch < n->L) k->batch = n->L;
    if (k->batch < 1u << k->block) k->batch = 1u << k->block;
    k->group = 2 * n->hl * (n->L / m->T);
    const uint32_t pb = k->batch / n->L * k->group; /* PB lines of a head, K or V */
    for (uint32_t h = 1; h <= n->kv_heads; h++) {
        if (n->kv_heads % h) continue;
        if (rooms(n, h).end > m->VM_LINES / 2 || h * pb > m->PB_LINES / 2) continue;
        if (h * k->batch > m->SM_ENTRIES / 2) continue;
        heads = h;
    }
    if (rooms(n, heads).end > m->VM_LINES / 2 || pb > m->PB_LINES / 2) return false;
    k->heads = heads;
    k->chunks = n->kv_heads / heads;
    k->pl8 = ceil_div(heads * n->hl, 4);
    k->pl4 = ceil_div(heads * n->hl, 8);
    k->ml = ceil_div(2 * heads, n->L);
    k->row8 = round64(n->spec->kv.bits == 32 ? heads * n->hl * line : k->pl8 * line);
    k->row4 = round64(k->pl4 * line);
    k->block_bytes = k->row8 + ((UINT64_C(1) << k->block) - 1) * k->row4;
    k->chunk_bytes = (n->ctx >> k->block) * k->block_bytes;
    k->tail_bytes = k->row8 << k->block;
    k->meta_row = round64(k->ml * line);
    k->k_head = n->ctx / n->L * (uint64_t)k->group * wb;
    k->v_head = 2 * (uint64_t)n->hl * (n->ctx / m->T) * wb;
    k->cm_head = n->ctx * 8;
    k->sv_head = n->ctx * 4;
    return true;
}

/* One batch of K or V. */
struct batch {
    struct stamp_netc *n;
    uint32_t which;        /* 0 K, 1 V */
    uint32_t chunk;        /* of heads */
    uint32_t t0;           /* first token */
    uint32_t blocks, tail; /* complete blocks; rows behind them that exist */
    uint32_t sm, rt;
    struct room at;
};

static struct stamp_vec rows_of(const struct batch *c)
{
    const uint32_t cols = c->n->kv.heads * c->n->hl;

    return (struct stamp_vec){c->at.rows, c->n->kv.batch, cols, cols};
}

/* The levels of HAAR on the complete blocks, or what undoes them. */
static void haar(const struct batch *c, bool inverse)
{
    const uint32_t levels = c->n->kv.block, cols = c->n->kv.heads * c->n->hl;

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

/* Range and parameters of every row and head. */
static void params(const struct batch *c, bool digits)
{
    const struct stamp_net_kv *k = &c->n->kv;
    struct stamp_vec v = rows_of(c);
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

/* Codes of the complete blocks and of the tail, scales and zeros of all rows. */
static void store_codes(const struct batch *c)
{
    const struct stamp_netc *n = c->n;
    const struct stamp_net_kv *k = &n->kv;
    const uint32_t size = 1u << k->block;
    const uint64_t codes =
        n->at.codes[c->which] + c->chunk * k->chunk_bytes + (c->t0 >> k->block) * k->block_bytes;
    struct stamp_move m = {.space = STAMP_SPACE_VM,
                           .fmt = STAMP_FMT_RAW,
                           .dram = codes,
                           .line = c->at.packed,
                           .lines = k->pl8,
                           .lstride = size * k->pl8,
                           .n0 = c->blocks,
                           .d0 = k->block_bytes};

    if (c->blocks) stamp_emit_move(n->b, STAMP_OP_STORE, m);
    m.lines = k->pl4;
    m.lstride = k->pl8;
    m.n0 = size - 1;
    m.d0 = k->row4;
    for (uint32_t i = 0; i < c->blocks && size > 1; i++) {
        m.dram = codes + i * k->block_bytes + k->row8;
        m.line = c->at.packed + (i * size + 1) * k->pl8;
        stamp_emit_move(n->b, STAMP_OP_STORE, m);
    }
    if (c->tail) {
        m.dram = n->at.tail[c->which] + c->chunk * k->tail_bytes;
        m.line = c->at.packed + c->blocks * size * k->pl8;
        m.lines = k->pl8;
        m.n0 = c->tail;
        m.d0 = k->row8;
        stamp_emit_move(n->b, STAMP_OP_STORE, m);
    }
    m.dram = n->at.meta[c->which] + (c->chunk * (uint64_t)n->ctx + c->t0) * k->meta_row;
    m.line = c->at.meta;
    m.lines = m.lstride = k->ml;
    m.n0 = k->batch;
    m.d0 = k->meta_row;
    stamp_emit_move(n->b, STAMP_OP_STORE, m);
}

/* Rows to codes, stored, and back to the values the codes stand for. */
static void code(const struct batch *c)
{
    const struct stamp_net_kv *k = &c->n->kv;
    const struct stamp_vec v = rows_of(c);
    const struct stamp_vsm s = {.sm = c->sm,
                                .smstride = k->heads,
                                .blk = c->n->hl,
                                .rt = c->rt,
                                .b = c->at.packed,
                                .gstride = k->pl8};

    haar(c, false);
    params(c, false);
    stamp_emit_v(c->n->b, STAMP_OP_VCODE, v, s);
    stamp_emit_v(
        c->n->b, STAMP_OP_VSMRD, (struct stamp_vec){c->at.meta, k->batch, k->ml, k->heads},
        (struct stamp_vsm){.sm = c->sm, .smstride = k->heads, .gstride = 1, .first = true});
    store_codes(c);
    stamp_emit_v(c->n->b, STAMP_OP_VDEQ, v, s);
    haar(c, true);
}

static void store_rows(const struct batch *c)
{
    const struct stamp_net_kv *k = &c->n->kv;
    const struct stamp_vec v = rows_of(c);

    stamp_emit_move(c->n->b, STAMP_OP_STORE,
                    (struct stamp_move){.space = STAMP_SPACE_VM,
                                        .fmt = STAMP_FMT_F32,
                                        .dram = c->n->at.codes[c->which] +
                                                c->chunk * k->chunk_bytes + c->t0 * k->row8,
                                        .line = v.a,
                                        .lines = v.cols,
                                        .lstride = v.s0,
                                        .n0 = v.n0,
                                        .d0 = k->row8});
}

/* Keys: a column group of L keys after the other, planes of a group together. */
static void pack_keys(const struct batch *c)
{
    const struct stamp_netc *n = c->n;
    const struct stamp_net_kv *k = &n->kv;
    const uint32_t groups = k->batch / n->L, cols = k->heads * n->hl;
    const uint64_t wb = stamp_line_bytes(n->mach, STAMP_SPACE_WB, STAMP_FMT_RAW);

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
    struct stamp_move m = {.space = STAMP_SPACE_PB,
                           .fmt = STAMP_FMT_RAW,
                           .dram = n->k_op + c->chunk * k->heads * k->k_head +
                                   c->t0 / n->L * k->group * wb,
                           .lines = groups * k->group,
                           .lstride = groups * k->group,
                           .n0 = k->heads,
                           .d0 = k->k_head};
    stamp_emit_move(n->b, STAMP_OP_STORE, m);
    m.space = STAMP_SPACE_VM;
    m.fmt = STAMP_FMT_F32;
    m.dram = n->cm_op + c->chunk * k->heads * k->cm_head + c->t0 * 8;
    m.line = c->at.cm;
    m.lines = m.lstride = 2 * groups;
    m.d0 = k->cm_head;
    stamp_emit_move(n->b, STAMP_OP_STORE, m);
}

/* Values: a head's column groups, of each the planes, of each the depths of all tokens. */
static void pack_values(const struct batch *c)
{
    const struct stamp_netc *n = c->n;
    const struct stamp_net_kv *k = &n->kv;
    const uint32_t deep = k->batch / n->mach->T, cols = k->heads * n->hl;
    const uint32_t pb = n->mach->PB_LINES / 2, groups = k->batch / n->L;
    const uint64_t wb = stamp_line_bytes(n->mach, STAMP_SPACE_WB, STAMP_FMT_RAW);

    for (uint32_t h = 0; h < k->heads; h++)
        stamp_emit_v(n->b, STAMP_OP_VPACKV,
                     (struct stamp_vec){c->at.rows + h * n->hl, k->batch, cols, n->hl},
                     (struct stamp_vsm){.sm = c->sm + h,
                                        .smstride = k->heads,
                                        .xb = pb + h * 2 * n->hl * deep,
                                        .gstride = deep,
                                        .b = 2 * deep});
    stamp_emit_v(n->b, STAMP_OP_VSMRD, (struct stamp_vec){c->at.sv, k->heads, groups, k->batch},
                 (struct stamp_vsm){.sm = c->sm, .smstride = 1, .gstride = k->heads});
    struct stamp_move m = {.space = STAMP_SPACE_PB,
                           .fmt = STAMP_FMT_RAW,
                           .dram =
                               n->v_op + c->chunk * k->heads * k->v_head + c->t0 / n->mach->T * wb,
                           .line = pb,
                           .lines = deep,
                           .lstride = deep,
                           .n0 = 2 * n->hl,
                           .d0 = n->ctx / n->mach->T * wb,
                           .n1 = k->heads,
                           .d1 = k->v_head};
    stamp_emit_move(n->b, STAMP_OP_STORE, m);
    stamp_emit_move(
        n->b, STAMP_OP_STORE,
        (struct stamp_move){.space = STAMP_SPACE_VM,
                            .fmt = STAMP_FMT_F32,
                            .dram = n->sv_op + c->chunk * k->heads * k->sv_head + c->t0 * 4,
                            .line = c->at.sv,
                            .lines = groups,
                            .lstride = groups,
                            .n0 = k->heads,
                            .d0 = k->sv_head});
}

/* Rows of the batch from the QKV buffer; keys are normed and turned. */
static void fetch(const struct batch *c)
{
    const struct stamp_netc *n = c->n;
    const struct stamp_net_kv *k = &n->kv;
    const struct stamp_vec v = rows_of(c);
    const uint32_t col = n->ql + c->which * n->kvl + c->chunk * v.cols;
    const struct stamp_vec head = {v.a, v.n0 * k->heads, n->hl, n->hl};

    stamp_emit_move(n->b, STAMP_OP_LOAD,
                    (struct stamp_move){.space = STAMP_SPACE_VM,
                                        .fmt = STAMP_FMT_F32,
                                        .dram = n->qkv.addr + c->t0 * n->qkv.row_bytes +
                                                (uint64_t)col * n->L * 4,
                                        .line = v.a,
                                        .lines = v.cols,
                                        .lstride = v.s0,
                                        .n0 = v.n0,
                                        .d0 = n->qkv.row_bytes});
    if (c->which) return;
    stamp_emit_load(n->b, STAMP_SPACE_VM, STAMP_FMT_F32, n->rope + (uint64_t)c->t0 * 2 * n->hdp * 4,
                    c->at.table, k->batch * 2 * n->hl);
    if (n->at.norm_k)
        stamp_netc_head_norm((struct stamp_netc *)n, head, c->at.gain, c->at.eps, c->at.scalars);
    stamp_emit_rope(n->b, head, c->at.table, 2 * n->hl, k->heads, v.a, n->hl);
}

static void shift(struct room *r, uint32_t by)
{
    uint32_t *line = &r->rows;

    for (size_t i = 0; i < sizeof *r / sizeof *line; i++) line[i] += by;
}

void stamp_netc_kv_fill(struct stamp_netc *n)
{
    const uint32_t table = STAMP_TABLE_LINE, half = n->mach->RT_ENTRIES / 2;
    const uint32_t lines = ceil_div(n->kv.batch, table);
    struct batch c = {.n = n};

    stamp_emit_load(n->b, STAMP_SPACE_RT, STAMP_FMT_RAW, n->constants + STAMP_NET_RT_ALL8,
                    half / table, lines);
    for (c.t0 = 0; c.t0 < n->rows && !n->b->status; c.t0 += n->kv.batch) {
        const uint32_t rows = n->rows - c.t0 < n->kv.batch ? n->rows - c.t0 : n->kv.batch;
        const bool last = rows < n->kv.batch;
        c.blocks = rows >> n->kv.block;
        c.tail = rows - (c.blocks << n->kv.block);
        if (c.t0 == 0 || last)
            stamp_emit_load(n->b, STAMP_SPACE_RT, STAMP_FMT_RAW,
                            n->constants + (last ? STAMP_NET_RT_LAST : STAMP_NET_RT_BLOCK), 0,
                            lines);
        for (c.chunk = 0; c.chunk < n->kv.chunks; c.chunk++)
            for (c.which = 0; c.which < 2; c.which++) {
                c.at = rooms(n, n->kv.heads);
                shift(&c.at, c.which * (n->mach->VM_LINES / 2));
                c.sm = c.which * (n->mach->SM_ENTRIES / 2);
                if (c.t0 == 0 && c.chunk == 0 && c.which == 0 && n->at.norm_k) {
                    stamp_emit_load(n->b, STAMP_SPACE_VM, STAMP_FMT_F32, n->at.norm_k, c.at.gain,
                                    n->hl);
                    stamp_emit_load(n->b, STAMP_SPACE_VM, STAMP_FMT_F32,
                                    n->constants + STAMP_NET_EPS, c.at.eps, 1);
                }
                fetch(&c);
                if (n->spec->kv.bits == 32)
                    store_rows(&c);
                else
                    code(&c);
                params(&c, true);
                if (c.which)
                    pack_values(&c);
                else
                    pack_keys(&c);
            }
    }
}
