/* SPDX-License-Identifier: Apache-2.0 */
/* attn_linear.c - attention without softmax. Contract in attend.h; numbers: numerics.md section 9, linear attention.
 *
 * A head's sums over its keys are the results of attention whose queries are the rows of the identity and whose
 * weights are the scores themselves: the array turns keys about, and the same parts serve (attn.h). The sums, in VM,
 * become operands like values, a feature to a depth; each query then weighs them by what is left of it. */
#include "compiler/kernel/attn.h"

/* Places of a head's sums and of the queries under way. */
struct linear {
    struct stamp_attn_plan a;
    uint32_t R2;                         /* queries at once */
    uint32_t sums, l, lb, sm, eps, zero; /* VM lines: [hdp] rows; rows of hl lines; one line */
    uint32_t q[2], t[2], y[2], den[2];   /* VM lines, queries */
    uint32_t xq[2], rm[2], smq;
    uint32_t deep; /* WB lines of the sums' depths */
    uint32_t head, turn;
};

uint64_t stamp_attend_sums(const struct stamp_attend *n)
{
    const uint64_t wb = stamp_line_bytes(n->mach, STAMP_SPACE_WB, STAMP_FMT_RAW);
    return 2 * (uint64_t)n->hl * (n->hdp / n->mach->T) * wb;
}

static uint32_t place(uint32_t *at, uint32_t lines)
{
    const uint32_t first = *at;

    *at += lines;
    return first;
}

/* Lines of the scalars of so many rows. */
static uint32_t scalars(const struct stamp_attend *n, uint32_t rows)
{
    return (rows + n->L - 1) / n->L;
}

static bool queries_fit(struct linear *p, struct stamp_attend *n, uint32_t end, uint32_t rows)
{
    const struct stamp_mach *m = n->mach;
    const uint32_t groups = 2 * rows / m->P;
    uint32_t vm = end, xb = 2 * (2 * p->a.R / m->P) * (n->hl + p->a.SL), rm = 4 * p->a.R;

    p->R2 = rows;
    p->sums = place(&vm, n->hdp * n->hl);
    p->l = place(&vm, n->hl);
    p->lb = place(&vm, n->hl);
    p->sm = place(&vm, n->hl);
    p->eps = place(&vm, 1);
    p->zero = place(&vm, 1);
    for (int i = 0; i < 2; i++) {
        p->q[i] = place(&vm, rows * n->hl);
        p->t[i] = place(&vm, rows * n->hl);
        p->y[i] = place(&vm, rows * n->hl);
        p->den[i] = place(&vm, scalars(n, rows));
        p->xq[i] = place(&xb, groups * n->hl);
        p->rm[i] = place(&rm, rows);
    }
    p->smq = 2 * p->a.R;
    p->deep = n->hdp / m->T;
    return rows && rows % (m->P / 2) == 0 && vm <= m->VM_LINES && xb <= m->XB_LINES &&
           rm <= m->SM_ENTRIES && p->smq + rows <= m->SM_ENTRIES &&
           p->smq + n->hdp <= m->SM_ENTRIES && 2 * rows <= 256 && n->kv.batch % (m->P / 2) == 0 &&
           2 * n->hl * p->deep <= m->WB_LINES / 2 && 2 * n->hl * p->deep <= m->PB_LINES &&
           groups * m->P * n->hl <= m->AC_LINES;
}

/* Features in whole lines of scalars, as many as fit beside queries. */
static bool choose(struct linear *p, struct stamp_attend *n)
{
    uint32_t end;

    for (uint32_t rows = n->hdp; rows >= n->L; rows -= n->L) {
        if (n->hdp % rows || !stamp_attn_plan_exact(&p->a, n, rows, 0, &end)) continue;
        for (uint32_t q = 128; q; q /= 2)
            if (queries_fit(p, n, end, q)) return true;
    }
    stamp_build_fail(n->b, STAMP_EUNSUPPORTED,
                     "linear attention with heads of %u does not fit machine %s", n->head_dim,
                     n->mach->name);
    return false;
}

/* ---- Sums over the keys ------------------------------------------------------------------------ */

/* Block @p kb of the keys of a head; f: feature the rows of the identity begin with. */
static struct stamp_attn_item item_of(const struct linear *p, uint32_t head, uint32_t f,
                                      uint32_t kb)
{
    const struct stamp_attend *n = p->a.n;
    const uint32_t done = kb * STAMP_KEY_BLOCK,
                   left = n->keys - done < STAMP_KEY_BLOCK ? n->keys - done : STAMP_KEY_BLOCK;
    const uint32_t whole = left > n->kv.rec ? n->kv.rec : n->L;

    return (struct stamp_attn_item){.h = head,
                                    .kv = head,
                                    .kb = kb,
                                    .t0 = f,
                                    .lim = (int32_t)left,
                                    .nk = (left + whole - 1) / whole * whole,
                                    .first = kb == 0,
                                    .last = done + STAMP_KEY_BLOCK >= n->keys};
}

/* Rows of the identity as operands, once for all heads where all features are there at once. */
static void identity(struct linear *p, uint32_t f)
{
    struct stamp_attn_item i = {.first = true,
                                .q_dram = p->a.n->one + (uint64_t)f * p->a.n->hdp * 4};

    i.head = 0;
    stamp_attn_query(&p->a, &i);
}

/* Scores to weights: l gets their sum, then each times the scale of its value. */
static void weigh(struct linear *p, const struct stamp_attn_item *i, uint32_t l)
{
    struct stamp_attn_plan *a = &p->a;
    struct stamp_build *b = a->n->b;
    const uint32_t x = i->index % 2;
    const struct stamp_vec v = {a->s[x], a->R, a->SL, i->nk / a->n->L},
                           sums = {l, scalars(a->n, a->R), 1, 1};
    const struct stamp_lim seen = {i->lim, 0, 0};
    const uint32_t sv = stamp_attn_value_scales(a, i);

    stamp_emit_red(b, STAMP_RED_SUM, v, seen, i->first ? l : p->lb);
    if (!i->first) stamp_emit_bin(b, STAMP_BIN_ADD, sums, p->lb, 1, 1, l, 1);
    stamp_attn_weights(a, x, v, sv);
}

static void add_up(struct linear *p, const struct stamp_attn_item *i, uint32_t to)
{
    struct stamp_attn_plan *a = &p->a;
    const struct stamp_vec o = {i->first ? a->o[0] : to, a->R, a->n->hl, a->n->hl};

    if (i->first) /* the first block's are copied: +0 is the smaller of nothing, so the larger of itself */
        stamp_emit_bin(a->n->b, STAMP_BIN_MAX, o, o.a, a->n->hl, 1, to, a->n->hl);
    else
        stamp_emit_bin(a->n->b, STAMP_BIN_ADD, o, a->ob[i->index % 2], a->n->hl, 1, to, a->n->hl);
}

/* All features of a head against all its keys: sums and l in VM. */
static void sum_up(struct linear *p, uint32_t head)
{
    const struct stamp_attend *n = p->a.n;
    const uint32_t blocks = (n->keys + STAMP_KEY_BLOCK - 1) / STAMP_KEY_BLOCK;

    for (uint32_t f = 0; f < n->hdp; f += p->a.R) {
        if (n->hdp > p->a.R || !head) identity(p, f);
        for (uint32_t kb = 0; kb < blocks; kb++) {
            struct stamp_attn_item i = item_of(p, head, f, kb);
            i.index = p->turn++;
            stamp_attn_product(&p->a, &i);
            weigh(p, &i, p->l + f / n->L);
            stamp_attn_sum(&p->a, &i);
            add_up(p, &i, p->sums + f * n->hl);
        }
    }
}

/* The sums become operands of the array, by way of DRAM. */
static void pack(struct linear *p, uint32_t head)
{
    struct stamp_attend *n = p->a.n;
    const struct stamp_vec rows = {p->sums, n->hdp, n->hl, n->hl};
    const uint64_t at = n->sums + head % 2 * stamp_attend_sums(n);
    const uint32_t half = n->mach->WB_LINES / 2, lines = 2 * n->hl * p->deep;
    struct stamp_vsm s = {.sm = p->smq, .smstride = 1, .sd = true, .first = true};

    stamp_emit_v(n->b, STAMP_OP_VMINMAX, rows, s);
    stamp_emit_v(n->b, STAMP_OP_VQPAR, (struct stamp_vec){0, n->hdp, 0, 1}, s);
    stamp_emit_v(
        n->b, STAMP_OP_VPACKV, rows,
        (struct stamp_vsm){.sm = p->smq, .smstride = 1, .gstride = p->deep, .b = 2 * p->deep});
    stamp_emit_v(n->b, STAMP_OP_VSMRD, (struct stamp_vec){p->sm, 1, n->hl, n->hdp},
                 (struct stamp_vsm){.sm = p->smq, .smstride = 1, .gstride = 1});
    stamp_emit_move(n->b, STAMP_OP_STORE,
                    (struct stamp_move){.space = STAMP_SPACE_PB,
                                        .fmt = STAMP_FMT_RAW,
                                        .dram = at,
                                        .lines = lines,
                                        .lstride = lines,
                                        .n0 = 1});
    stamp_emit_load(n->b, STAMP_SPACE_WB, STAMP_FMT_RAW, at, half, lines);
    p->a.in_v[0] = p->a.in_v[1] = 0; /* values lay there */
}

/* ---- Queries ----------------------------------------------------------------------------------- */

static void divide(struct linear *p, uint32_t k, uint32_t rows)
{
    struct stamp_attend *n = p->a.n;
    const struct stamp_vec den = {p->den[k], scalars(n, rows), 1, 1};

    stamp_emit_bin(n->b, STAMP_BIN_ADD, den, p->eps, 0, 0, den.a, 1);
    stamp_emit_fnm(n->b, STAMP_ONE_RECIP, den, 0, 0.0f,
                   (struct stamp_lim){(int32_t)(rows < n->L ? rows : n->L), 0, 0}, den.a, 1);
}

/* Rows t0 .. of a head's queries, and the product of their weights. */
static void query(struct linear *p, uint32_t head, uint32_t t0, uint32_t rows)
{
    struct stamp_attend *n = p->a.n;
    struct stamp_build *b = n->b;
    const uint32_t k = p->turn % 2, cols = n->hl;
    const struct stamp_vec q = {p->q[k], rows, cols, cols}, t = {p->t[k], rows, cols, cols},
                           zero = {p->zero, rows * cols, 0, 1};
    struct stamp_vsm s = {.sm = p->smq, .smstride = 1, .sd = true, .first = true};
    union stamp_insn m = {.m = {.op = STAMP_OP_MM, .first = 1, .last = 1, .w8 = 1}};

    stamp_emit_move(
        b, STAMP_OP_LOAD,
        (struct stamp_move){.space = STAMP_SPACE_VM,
                            .fmt = STAMP_FMT_F32,
                            .dram = n->q.addr + t0 * n->q.row_bytes + (uint64_t)head * n->hdp * 4,
                            .line = q.a,
                            .lines = cols,
                            .lstride = cols,
                            .n0 = rows,
                            .d0 = n->q.row_bytes});
    stamp_emit_bin(b, STAMP_BIN_MAX, zero, q.a, 1, 1, q.a, 1);
    stamp_emit_bin(b, STAMP_BIN_MUL, q, p->l, 0, 0, t.a, cols);
    stamp_emit_red(b, STAMP_RED_SUM, t, (struct stamp_lim){STAMP_LIM_ALL, 0, 0}, p->den[k]);
    stamp_emit_bin(b, STAMP_BIN_MUL, q, p->sm, 0, 0, q.a, cols);
    stamp_emit_v(b, STAMP_OP_VMINMAX, q, s);
    stamp_emit_v(b, STAMP_OP_VQPAR, (struct stamp_vec){0, rows, 0, 1}, s);
    s.rm = p->rm[k];
    s.xb = p->xq[k];
    s.gstride = cols;
    stamp_emit_v(b, STAMP_OP_VQUANT, q, s);
    m.m.groups = (2 * rows + n->mach->P - 1) / n->mach->P;
    m.m.rmstride = 1;
    m.m.xb = p->xq[k];
    m.m.gstride = cols;
    m.m.kl = cols;
    m.m.wb = n->mach->WB_LINES / 2;
    m.m.ng = cols;
    m.m.wstride = 2 * p->deep;
    m.m.cm = p->a.cm_one;
    m.m.rm = p->rm[k];
    m.m.vm = p->y[k];
    m.m.vstride = cols;
    stamp_build_push(b, &m);
    divide(p, k, rows);
}

static void finish(struct linear *p, uint32_t k, uint32_t head, uint32_t t0, uint32_t rows)
{
    struct stamp_attend *n = p->a.n;
    const struct stamp_vec y = {p->y[k], rows, n->hl, n->hl};

    stamp_emit_row(n->b, STAMP_ROW_MUL, y, p->den[k], y.a, n->hl);
    stamp_emit_move(n->b, STAMP_OP_STORE,
                    (struct stamp_move){.space = STAMP_SPACE_VM,
                                        .fmt = STAMP_FMT_F32,
                                        .dram = n->out.addr + t0 * n->out.row_bytes +
                                                (uint64_t)head * n->hdp * 4,
                                        .line = y.a,
                                        .lines = n->hl,
                                        .lstride = n->hl,
                                        .n0 = n->rows - t0 < rows ? n->rows - t0 : rows,
                                        .d0 = n->out.row_bytes});
}

/* Behind the last query others are read, as far as a group of rows goes; their results are not stored. */
static void queries(struct linear *p, uint32_t head)
{
    const struct stamp_attend *n = p->a.n;
    const uint32_t unit = n->mach->P / 2;
    uint32_t before = 0, rows = 0;

    p->turn = 0;
    for (uint32_t t0 = 0; t0 < n->rows; t0 += p->R2) {
        const uint32_t left = (n->rows - t0 + unit - 1) / unit * unit;
        const uint32_t now = left < p->R2 ? left : p->R2;
        query(p, head, t0, now);
        if (t0) finish(p, before, head, t0 - p->R2, rows);
        before = p->turn++ % 2;
        rows = now;
    }
    finish(p, before, head, (n->rows - 1) / p->R2 * p->R2, rows);
}

void stamp_attend_linear(struct stamp_attend *n)
{
    struct linear p = {.turn = 0};

    if (!choose(&p, n)) return;
    p.a.q_pitch = (uint64_t)n->hdp * 4;
    stamp_attn_constants(&p.a);
    stamp_attn_tables(&p.a, p.R2);
    stamp_emit_load(n->b, STAMP_SPACE_VM, STAMP_FMT_F32, n->eps, p.eps, 1);
    stamp_emit_load(n->b, STAMP_SPACE_VM, STAMP_FMT_F32, n->zeros, p.zero, 1);
    for (uint32_t head = 0; head < n->heads && !n->b->status; head++) {
        sum_up(&p, head);
        pack(&p, head);
        queries(&p, head);
    }
}
