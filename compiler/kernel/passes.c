/* SPDX-License-Identifier: Apache-2.0 */
/* passes.c - transforms through DRAM. Contract in passes.h. */
#include "compiler/kernel/passes.h"

#include <stdlib.h>
#include <string.h>

#include "compiler/kernel/linear.h"
#include "compiler/tile/runs.h"

/* One pair of rows, to be done by operation op of the plan. */
struct pair {
    uint32_t batch, op, boff, a; /* boff and a in local rows */
};

struct pass {
    struct stamp_build *b;
    const struct stamp_plan *plan;
    bool inverse, all; /* all: also rows that no operation touches (they change buffers) */
    struct stamp_place from, to;
    uint32_t lines, cap; /* rows of a batch at most */
    uint64_t bias;
    uint32_t op0, op1; /* operations [op0, op1) in the order of execution */
    uint32_t *root;    /* [s] representative row of a set */
    uint32_t *size;    /* [s] of a representative's set */
    uint32_t *local;   /* [s] row of its batch */
    uint32_t *batch;   /* [s] */
    uint32_t *row;     /* [s] rows sorted by batch, then row */
    uint32_t *start;   /* [batches + 1] in row */
    uint32_t batches;
    struct pair *pair;
    size_t pairs;
    uint32_t turn; /* VM half */
};

/* Operation number @p i in the order of execution. */
static const struct stamp_xop *op_at(const struct pass *p, uint32_t i)
{
    return &p->plan->ops.op[p->inverse ? p->plan->ops.count - 1 - i : i];
}

static uint32_t find(uint32_t *root, uint32_t r)
{
    while (root[r] != r) r = root[r] = root[root[r]];
    return r;
}

static uint32_t first_of(const struct stamp_xop *op, uint32_t i)
{
    return op->a + i / op->n0 * op->s1 + i % op->n0 * op->s0;
}

/* Join the sets of an operation's pairs; false when one would exceed the cap. */
static bool join(struct pass *p, const struct stamp_xop *op)
{
    for (uint32_t i = 0; i < op->n0 * op->n1; i++) {
        const uint32_t a = first_of(op, i);
        uint32_t x = find(p->root, a), y = find(p->root, a + op->boff);
        if (x == y) continue;
        if (p->size[x] + p->size[y] > p->cap) return false;
        if (p->size[x] < p->size[y]) {
            const uint32_t t = x;
            x = y;
            y = t;
        }
        p->root[y] = x;
        p->size[x] += p->size[y];
    }
    return true;
}

static void forget(struct pass *p)
{
    for (uint32_t r = 0; r < p->plan->s; r++) {
        p->root[r] = r;
        p->size[r] = 1;
    }
}

/* As many operations as keep every set within the cap; then the sets of exactly these. */
static void choose_ops(struct pass *p)
{
    forget(p);
    p->op1 = p->op0;
    while (p->op1 < p->plan->ops.count && join(p, op_at(p, p->op1))) p->op1++;
    forget(p);
    for (uint32_t i = p->op0; i < p->op1; i++) join(p, op_at(p, i));
}

/* Sets, in the order of their first row, fill batches; rows in a batch stay in rising order. */
static void choose_batches(struct pass *p)
{
    const uint32_t s = p->plan->s, none = UINT32_MAX;
    uint32_t filled = p->cap; /* forces the first batch */

    p->batches = 0;
    for (uint32_t r = 0; r < s; r++) p->batch[r] = none;
    for (uint32_t r = 0; r < s; r++) {
        const uint32_t x = find(p->root, r);
        if (!p->all && p->size[x] == 1) continue;
        if (p->batch[x] == none) { /* the set's first row: batch[x] is its number from now on */
            if (filled + p->size[x] > p->cap) {
                filled = 0;
                p->batches++;
            }
            filled += p->size[x];
            p->batch[x] = p->batches - 1;
        }
    }
    for (uint32_t r = 0; r < s; r++) p->batch[r] = p->batch[find(p->root, r)];
    memset(p->start, 0, ((size_t)s + 2) * sizeof *p->start);
    for (uint32_t r = 0; r < s; r++)
        if (p->batch[r] != none) p->start[p->batch[r] + 2]++;
    for (uint32_t i = 2; i <= p->batches + 1; i++) p->start[i] += p->start[i - 1];
    for (uint32_t r = 0; r < s; r++) {
        if (p->batch[r] == none) continue;
        p->row[p->start[p->batch[r] + 1]++] = r;
    }
    for (uint32_t b = 0; b < p->batches; b++)
        for (uint32_t at = p->start[b]; at < p->start[b + 1]; at++)
            p->local[p->row[at]] = at - p->start[b];
}

static int compare(const void *x, const void *y)
{
    const struct pair *a = x, *b = y;

    if (a->batch != b->batch) return a->batch < b->batch ? -1 : 1;
    if (a->op != b->op) return a->op < b->op ? -1 : 1;
    if (a->boff != b->boff) return a->boff < b->boff ? -1 : 1;
    return a->a < b->a ? -1 : a->a > b->a;
}

static void choose_pairs(struct pass *p)
{
    size_t n = 0;

    for (uint32_t i = p->op0; i < p->op1; i++) n += (size_t)op_at(p, i)->n0 * op_at(p, i)->n1;
    p->pair = stamp_build_alloc(p->b, n, sizeof *p->pair);
    p->pairs = 0;
    if (!p->pair) return;
    for (uint32_t i = p->op0; i < p->op1; i++) {
        const struct stamp_xop *op = op_at(p, i);
        for (uint32_t j = 0; j < op->n0 * op->n1; j++) {
            const uint32_t a = first_of(op, j), z = a + op->boff;
            p->pair[p->pairs++] =
                (struct pair){p->batch[a], i, p->local[z] - p->local[a], p->local[a]};
        }
    }
    qsort(p->pair, p->pairs, sizeof *p->pair, compare);
}

/* Pairs of one operation with one distance in rows: as few instructions as loops allow. */
static void emit_pairs(struct pass *p, const struct pair *q, size_t n, uint32_t vm, uint32_t pitch,
                       uint32_t *scratch)
{
    for (size_t i = 0; i < n; i++) scratch[i] = q[i].a;
    for (size_t done = 0; done < n;) {
        const struct stamp_run r = stamp_run_fit(scratch + done, n - done);
        struct stamp_xop op = *op_at(p, q->op);
        op.a = r.first;
        op.boff = q->boff;
        op.n0 = r.n0;
        op.s0 = r.s0;
        op.n1 = r.n1;
        op.s1 = r.s1;
        stamp_emit_fly(p->b, &op, vm, pitch, pitch, p->inverse);
        done += (size_t)r.n0 * r.n1;
    }
}

static void emit_bias(struct pass *p, uint32_t c0, uint32_t cn, uint32_t vm, uint32_t rows,
                      uint32_t line)
{
    const struct stamp_place bias = {.addr = p->bias, .fmt = STAMP_FMT_F32};
    const uint32_t row = 0;
    union stamp_insn i = {.v = {.op = STAMP_OP_VBIAS}};

    stamp_emit_rows(p->b, STAMP_OP_LOAD, bias, &row, 1, c0, cn, line, cn);
    i.v.a = vm;
    i.v.n0 = rows;
    i.v.s0 = cn;
    i.v.cols = cn;
    i.v.b = line;
    stamp_build_push(p->b, &i);
}

/* One batch, column chunk by column chunk, in alternating halves of VM. */
static void emit_batch(struct pass *p, uint32_t batch, const struct pair *q, size_t n,
                       uint32_t quantum, uint32_t *scratch)
{
    const uint32_t *row = p->row + p->start[batch];
    const uint32_t rows = p->start[batch + 1] - p->start[batch];
    const uint32_t half = p->b->mach->VM_LINES / 2;
    const uint32_t room = half / (rows + 1) / quantum * quantum;
    const uint32_t chunk = room < p->lines ? room : p->lines;

    for (uint32_t c0 = 0; c0 < p->lines && !p->b->status; c0 += chunk) {
        const uint32_t cn = p->lines - c0 < chunk ? p->lines - c0 : chunk;
        const uint32_t vm = p->turn++ % 2 * half;
        stamp_emit_rows(p->b, STAMP_OP_LOAD, p->from, row, rows, c0, cn, vm, cn);
        for (size_t i = 0; i < n;) {
            size_t k = i;
            while (k < n && q[k].op == q[i].op && q[k].boff == q[i].boff) k++;
            emit_pairs(p, q + i, k - i, vm, cn, scratch);
            i = k;
        }
        if (p->bias && p->inverse && p->all) emit_bias(p, c0, cn, vm, rows, vm + rows * cn);
        stamp_emit_rows(p->b, STAMP_OP_STORE, p->to, row, rows, c0, cn, vm, cn);
    }
}

static void emit_pass(struct pass *p, uint32_t quantum, uint32_t *scratch)
{
    size_t at = 0;

    choose_batches(p);
    choose_pairs(p);
    for (uint32_t i = 0; i < p->batches && !p->b->status; i++) {
        size_t end = at;
        while (end < p->pairs && p->pair[end].batch == i) end++;
        emit_batch(p, i, p->pair + at, end - at, quantum, scratch);
        at = end;
    }
}

/* Lines of 64 bytes of DRAM in the wider of both formats. */
static uint32_t quantum_of(const struct pass *p)
{
    const uint32_t in = stamp_line_bytes(p->b->mach, STAMP_SPACE_VM, p->from.fmt);
    const uint32_t out = stamp_line_bytes(p->b->mach, STAMP_SPACE_VM, p->to.fmt);
    const uint32_t least = in < out ? in : out;

    return least < STAMP_DRAM_ALIGN ? STAMP_DRAM_ALIGN / least : 1;
}

void stamp_emit_passes(struct stamp_build *b, const struct stamp_plan *plan, bool inverse,
                       struct stamp_place from, struct stamp_place to, uint32_t lines,
                       uint64_t bias)
{
    struct pass p = {.b = b, .plan = plan, .inverse = inverse, .lines = lines, .bias = bias};
    const size_t s = plan->s;
    uint32_t *scratch = stamp_build_alloc(b, s, sizeof *scratch);

    p.root = stamp_build_alloc(b, s, sizeof *p.root);
    p.size = stamp_build_alloc(b, s, sizeof *p.size);
    p.local = stamp_build_alloc(b, s, sizeof *p.local);
    p.batch = stamp_build_alloc(b, s, sizeof *p.batch);
    p.row = stamp_build_alloc(b, s, sizeof *p.row);
    p.start = stamp_build_alloc(b, s + 2, sizeof *p.start);
    p.from = from;
    p.to = to;
    const uint32_t quantum = quantum_of(&p);
    p.cap = b->mach->VM_LINES / 2 / quantum - 1; /* one row of the half is for the bias */
    if (b->options->max_rows && p.cap > b->options->max_rows) p.cap = b->options->max_rows;
    if (p.cap < 2) p.cap = 2;
    /* Inverse: the last pass changes buffers, so passes before it work inside from. */
    do {
        if (b->status) return;
        choose_ops(&p);
        const bool end = p.op1 == plan->ops.count;
        p.all = inverse ? end : p.op0 == 0;
        p.from = !inverse && p.op0 ? to : from;
        p.to = inverse && !end ? from : to;
        emit_pass(&p, quantum, scratch);
        p.op0 = p.op1;
    } while (p.op0 < plan->ops.count);
}
