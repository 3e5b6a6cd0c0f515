/* SPDX-License-Identifier: Apache-2.0 */
/* network_f32.c - a graph walked in binary32. Contract in network_f32.h. */
#include "sim/ref/network_f32.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "model/mem.h"
#include "sim/ref/attention_f32.h"
#include "sim/ref/kernels_f32.h"
#include "sim/ref/matmul_f32.h"

enum { HEAD_ROWS = 1024 }; /* rows of the output head held at a time */

struct run {
    const struct stamp_network *m;
    const struct stamp_graph *g;
    const struct stamp_f32_hooks *hooks;
    struct stamp_err *e;
    size_t n;                  /* tokens */
    const int32_t *tokens;     /* [n], or NULL */
    const float *const *input; /* rows of each input, or NULL */
    float *logits;             /* of the caller, or NULL: the last value is not computed */
    float **val;               /* [values], owned, NULL where none is held */
    float *w;                  /* the matrix at hand, owned */
    size_t w_room;             /* floats */
};

/* A node at work: its operands and where its result goes. */
struct work {
    struct stamp_gat at;
    const struct stamp_gnode *n;
    size_t rows, cols; /* of the result */
    const float *x;    /* operand 0, if a value */
    float *y;
};

static size_t rows_of(const struct run *r, uint32_t v)
{
    const uint32_t rows = r->g->value[v].rows;
    return rows == STAMP_ROWS_RUN || rows == STAMP_ROWS_PICKED ? r->n : rows;
}

static const float *vector(const struct run *r, const struct work *k, uint32_t i)
{
    if (i >= k->n->ins) return NULL;
    return stamp_network_vector(r->m, k->n->in[i] & ~STAMP_PARAM, k->at.time);
}

static const float *value(const struct run *r, const struct work *k, uint32_t i)
{
    return r->val[stamp_graph_read(r->g, k->at.node, k->at.time, k->n->in[i])];
}

/* Rows of a matrix of the network, whose name an error begins with. */
static enum stamp_status read_rows(const struct run *r, const struct stamp_lazy *t, size_t first,
                                   size_t count, float *out)
{
    const enum stamp_status s = stamp_lazy_rows(t, first, count, out, r->e);

    if (s && r->m->name) stamp_fail_at(r->e, "%s", r->m->name);
    return s;
}

static enum stamp_status reserve(struct run *r, size_t floats)
{
    if (floats <= r->w_room) return STAMP_OK;
    stamp_free(r->w);
    r->w = stamp_alloc(floats, sizeof *r->w);
    r->w_room = r->w ? floats : 0;
    return r->w ? STAMP_OK : stamp_fail(r->e, STAMP_ENOMEM, "no memory for a matrix");
}

/* The head, some rows at a time: it is the largest matrix of all. */
static enum stamp_status head(struct run *r, const struct work *k, const struct stamp_lazy *t)
{
    float *part = stamp_alloc(k->rows * HEAD_ROWS, sizeof *part);
    enum stamp_status s =
        part ? STAMP_OK : stamp_fail(r->e, STAMP_ENOMEM, "no memory for the output head");

    if (!s) s = reserve(r, (t->rows < HEAD_ROWS ? t->rows : HEAD_ROWS) * t->cols);
    for (size_t at = 0; at < t->rows && !s; at += HEAD_ROWS) {
        const size_t rows = t->rows - at < HEAD_ROWS ? t->rows - at : HEAD_ROWS;
        s = read_rows(r, t, at, rows, r->w);
        if (!s) s = stamp_ref_matmul(k->rows, t->cols, rows, k->x, r->w, part, r->e);
        for (size_t i = 0; i < k->rows && !s; i++)
            memcpy(k->y + i * t->rows + at, part + i * rows, rows * sizeof *part);
    }
    stamp_free(part);
    return s;
}

/* y = x wᵀ + bias, the product by the hook if there is one. */
static enum stamp_status linear(struct run *r, const struct work *k)
{
    const struct stamp_lazy *t = stamp_network_matrix(r->m, k->n->in[1] & ~STAMP_PARAM, k->at.time);
    const struct stamp_f32_hooks *h = r->hooks;
    const float *bias = vector(r, k, 2);
    enum stamp_status s = STAMP_OK;
    char name[2 * STAMP_GRAPH_NAME + 20];

    if (k->n->attr.kind == STAMP_GLINEAR_HEAD) {
        s = head(r, k, t);
    } else {
        stamp_graph_name(r->g, k->n->out, k->at.time, name, sizeof name);
        s = reserve(r, t->rows * t->cols);
        if (!s) s = read_rows(r, t, 0, t->rows, r->w);
        if (!s && h && h->linear)
            s = h->linear(h->linear_ctx, k->at, name, k->rows, t->cols, t->rows, k->x, r->w, k->y,
                          r->e);
        else if (!s)
            s = stamp_ref_matmul(k->rows, t->cols, t->rows, k->x, r->w, k->y, r->e);
    }
    for (size_t i = 0; i < k->rows && bias && !s; i++)
        stamp_ref_add(t->rows, bias, k->y + i * t->rows);
    return s;
}

static enum stamp_status gather(struct run *r, const struct work *k)
{
    const struct stamp_lazy *t = stamp_network_matrix(r->m, k->n->in[0] & ~STAMP_PARAM, k->at.time);
    enum stamp_status s = STAMP_OK;

    for (size_t i = 0; i < k->rows && !s; i++)
        s = read_rows(r, t, (size_t)r->tokens[i], 1, k->y + i * k->cols);
    return s;
}

/* Operand @p i, a parameter or a value; NULL for none. */
static const float *operand(const struct run *r, const struct work *k, uint32_t i)
{
    if (i >= k->n->ins) return NULL;
    return k->n->in[i] & STAMP_PARAM ? vector(r, k, i) : value(r, k, i);
}

static enum stamp_status attend(struct run *r, const struct work *k)
{
    const struct stamp_gattr *a = &k->n->attr;
    const struct stamp_attention shape = {k->rows,     rows_of(r, k->n->in[1]),
                                          a->heads,    a->kv_heads,
                                          a->head_dim, a->kind == STAMP_GATTEND_CAUSAL};

    if (a->kind == STAMP_GATTEND_LINEAR)
        return stamp_linear_attention_f32(&shape, a->eps, k->x, value(r, k, 1), value(r, k, 2),
                                          k->y, r->e);

    return stamp_attention_f32(&shape, k->x, value(r, k, 1), value(r, k, 2), k->y, r->e);
}

static void binary(const struct run *r, const struct work *k)
{
    const bool param = k->n->in[1] & STAMP_PARAM;
    const float *b = operand(r, k, 1);
    const size_t rows = param ? k->rows : rows_of(r, k->n->in[1]), count = rows * k->cols;

    if (k->y != k->x) memcpy(k->y, k->x, k->rows * k->cols * sizeof *k->y);
    for (size_t at = 0; at < k->rows * k->cols; at += count) /* one row serves all */
        if (k->n->attr.kind == STAMP_GBINARY_ADD)
            stamp_ref_add(count, b, k->y + at);
        else
            stamp_ref_times(count, b, k->y + at);
}

static void norm(const struct run *r, const struct work *k)
{
    const struct stamp_gattr *a = &k->n->attr;
    const size_t dim = a->group ? a->group : k->cols;
    const struct stamp_ref_norm how = {a->kind == STAMP_GNORM_LAYER, a->eps, operand(r, k, 1),
                                       operand(r, k, 2)};

    stamp_ref_norm(k->rows * k->cols / dim, dim, &how, k->x, k->y);
}

/* Copies where the result is not operand 0 itself. */
static void start_from_x(const struct work *k)
{
    if (k->y != k->x) memcpy(k->y, k->x, k->rows * k->cols * sizeof *k->y);
}

/* One case an operation: longer than most. */
static enum stamp_status run_node(struct run *r, const struct work *k)
{
    const struct stamp_gattr *a = &k->n->attr;

    switch (k->n->op) {
    case STAMP_GOP_PICTURE:
    case STAMP_GOP_INPUT:
        memcpy(k->y, r->input[stamp_graph_input(r->g, k->at.node)],
               k->rows * k->cols * sizeof *k->y);
        break;
    case STAMP_GOP_GATHER: return gather(r, k);
    case STAMP_GOP_LINEAR: return linear(r, k);
    case STAMP_GOP_NORM: norm(r, k); break;
    case STAMP_GOP_UNARY:
        start_from_x(k);
        if (a->kind == STAMP_GUNARY_SILU)
            stamp_ref_silu(k->rows * k->cols, k->y);
        else if (a->kind == STAMP_GUNARY_GELU_TANH)
            stamp_ref_gelu_tanh(k->rows * k->cols, k->y);
        else
            stamp_ref_gelu(k->rows * k->cols, k->y);
        break;
    case STAMP_GOP_BINARY: binary(r, k); break;
    case STAMP_GOP_ROPE:
        start_from_x(k);
        stamp_rope_f32(k->rows, k->cols / a->head_dim, a->head_dim,
                       stamp_network_table(r->m, k->n->in[1] & ~STAMP_PARAM), k->y);
        break;
    case STAMP_GOP_ATTEND: return attend(r, k);
    case STAMP_GOP_DEPTHWISE:
        stamp_ref_depthwise((struct stamp_ref_grid){a->height, a->width, a->kernel, a->stride},
                            k->cols, k->x, vector(r, k, 1), vector(r, k, 2), k->y);
        break;
    case STAMP_GOP_PREPEND:
        memcpy(k->y, vector(r, k, 0), k->cols * sizeof *k->y);
        memcpy(k->y + k->cols, value(r, k, 1), (k->rows - 1) * k->cols * sizeof *k->y);
        break;
    case STAMP_GOP_PICK: start_from_x(k); break; /* all of them, or the first */
    case STAMP_GOP_IDS:
    case STAMP_GOPS: break;
    }
    return STAMP_OK;
}

/* Whether nobody reads operand @p v of the node after it: then its memory is free. */
static bool is_last(const struct run *r, struct stamp_gat at, uint32_t v)
{
    const uint32_t b = stamp_graph_block(r->g, at.node),
                   from = stamp_graph_block(r->g, r->g->value[v].node);

    if (stamp_graph_last_reader(r->g, v) != at.node) return false;
    if (b == from || b == STAMP_NO_BLOCK || v == r->g->block[b].in) return true;
    return at.time + 1 == r->g->block[b].repeat;
}

/* The result's memory: operand 0's where the op works in place, or new. */
static float *room_for(struct run *r, const struct work *k)
{
    const uint32_t from = k->n->ins && !(k->n->in[0] & STAMP_PARAM)
                              ? stamp_graph_read(r->g, k->at.node, k->at.time, k->n->in[0])
                              : UINT32_MAX;
    const bool in_place =
        k->n->op == STAMP_GOP_UNARY || k->n->op == STAMP_GOP_BINARY || k->n->op == STAMP_GOP_ROPE ||
        (k->n->op == STAMP_GOP_NORM && k->n->attr.group) ||
        (k->n->op == STAMP_GOP_PICK && rows_of(r, k->n->out) == rows_of(r, k->n->in[0]));

    if (k->n->out + 1 == r->g->values) return r->logits;
    if (in_place && is_last(r, k->at, k->n->in[0])) {
        float *y = r->val[from];
        r->val[from] = NULL;
        return y;
    }
    return stamp_alloc(k->rows * k->cols, sizeof(float));
}

/* Lets go of operands nobody reads after the node. */
static void release(struct run *r, const struct work *k)
{
    for (uint32_t i = 0; i < k->n->ins; i++) {
        if (k->n->in[i] & STAMP_PARAM || !is_last(r, k->at, k->n->in[i])) continue;
        const uint32_t v = stamp_graph_read(r->g, k->at.node, k->at.time, k->n->in[i]);
        stamp_free(r->val[v]);
        r->val[v] = NULL;
    }
}

static enum stamp_status step(struct run *r, struct stamp_gat at)
{
    const struct stamp_gnode *n = &r->g->node[at.node];
    struct work k = {at, n, rows_of(r, n->out), r->g->value[n->out].cols, NULL, NULL};
    const struct stamp_f32_hooks *h = r->hooks;

    if (n->op == STAMP_GOP_IDS) return STAMP_OK;
    if (n->ins && !(n->in[0] & STAMP_PARAM)) k.x = value(r, &k, 0);
    k.y = room_for(r, &k);
    if (!k.y) return stamp_fail(r->e, STAMP_ENOMEM, "no memory to run %zu rows", k.rows);
    if (n->out + 1 != r->g->values) r->val[n->out] = k.y;
    enum stamp_status s = run_node(r, &k);
    if (!s && h && h->see && r->g->value[n->out].probe)
        s = h->see(h->see_ctx, n->out, at.time, k.rows, k.cols, k.y, r->e);
    release(r, &k);
    return s;
}

static enum stamp_status run(struct run *r)
{
    const struct stamp_f32_hooks *h = r->hooks;
    const uint32_t total = stamp_graph_repeats(r->g) + 1;
    struct stamp_gat at = STAMP_GRAPH_START;
    uint32_t done = 0;
    enum stamp_status s = STAMP_OK;

    r->val = stamp_alloc(r->g->values, sizeof *r->val);
    if (!r->val) return stamp_fail(r->e, STAMP_ENOMEM, "no memory to run");
    while (!s && stamp_graph_next(r->g, &at)) {
        const uint32_t b = stamp_graph_block(r->g, at.node);
        const bool last = at.node + 1 == r->g->nodes;
        if (last && !r->logits) break;
        s = step(r, at);
        const bool end =
            b != STAMP_NO_BLOCK && at.node + 1 == r->g->block[b].first + r->g->block[b].count;
        if (!s && end && h && h->progress) s = h->progress(h->progress_ctx, ++done, total, r->e);
    }
    if (!s && h && h->progress) s = h->progress(h->progress_ctx, total, total, r->e);
    for (uint32_t i = 0; i < r->g->values; i++) stamp_free(r->val[i]);
    stamp_free(r->val);
    stamp_free(r->w);
    return s;
}

static enum stamp_status check_tokens(const struct stamp_network *m, const int32_t *tokens,
                                      size_t n, struct stamp_err *e)
{
    if (n < 1 || n > m->ctx)
        return stamp_fail(e, STAMP_ERANGE, "%zu tokens; the network takes 1 to %zu", n, m->ctx);
    for (size_t i = 0; i < n; i++)
        if (tokens[i] < 0 || (size_t)tokens[i] >= m->vocab)
            return stamp_fail(e, STAMP_ERANGE, "token %zu is %ld, outside the vocabulary of %zu", i,
                              (long)tokens[i], m->vocab);
    return STAMP_OK;
}

enum stamp_status stamp_f32_forward(const struct stamp_network *m, const int32_t *tokens, size_t n,
                                    const struct stamp_f32_hooks *hooks, float *logits,
                                    struct stamp_err *e)
{
    struct run r = {
        .m = m, .g = m->graph, .hooks = hooks, .e = e, .n = n, .tokens = tokens, .logits = logits};
    const enum stamp_status s = check_tokens(m, tokens, n, e);

    return s ? s : run(&r);
}

enum stamp_status stamp_f32_inputs(const struct stamp_network *m, const struct stamp_ginputs *in,
                                   const struct stamp_f32_hooks *hooks, float *y,
                                   struct stamp_err *e)
{
    struct run r = {.m = m,
                    .g = m->graph,
                    .hooks = hooks,
                    .e = e,
                    .n = in->run,
                    .input = in->rows,
                    .logits = y};

    return run(&r);
}

enum stamp_status stamp_f32_rows(const struct stamp_network *m, const float *x,
                                 const struct stamp_f32_hooks *hooks, float *y, struct stamp_err *e)
{
    return stamp_f32_inputs(m, &(struct stamp_ginputs){0, &x}, hooks, y, e);
}
