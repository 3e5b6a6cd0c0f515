/* SPDX-License-Identifier: Apache-2.0 */
/* k_attend.c - attention and its cache in a network's program. Contract in kernel.h. */
#include <stdio.h>

#include "compiler/kernel/kernel.h"
#include "compiler/tile/need.h"
#include "model/num/rope.h"

static bool kv_fits(void *ctx, const struct stamp_mach *m)
{
    struct stamp_attend *n = ctx;
    const struct stamp_mach *own = n->mach;

    n->mach = m;
    const bool ok = stamp_attend_sizes(n);
    n->mach = own;
    return ok;
}

/* Keys or values of a batch do not fit: say what does. */
static void refuse_heads(struct stamp_attend *n)
{
    const uint32_t least = n->L > 32 ? n->L : 32;
    char need[STAMP_NEED_TEXT];
    uint32_t block = 0;

    stamp_need(n->mach, kv_fits, n, need);

    while (2u << block <= least) block++;
    if (n->kv.batch > least)
        stamp_build_fail(n->b, STAMP_EUNSUPPORTED,
                         "head_dim %u with cache blocks of %u tokens does not fit machine %s; take "
                         "--kv-block %u or less, or: %s",
                         n->head_dim, n->kv.batch, n->mach->name, block, need);
    else
        stamp_build_fail(n->b, STAMP_EUNSUPPORTED,
                         "head_dim %u does not fit machine %s (%s); --machine base takes the "
                         "longest heads, of 512",
                         n->head_dim, n->mach->name, need);
}

/* Lines of a head: whole 64 bytes of f32 in DRAM, so that what follows can be addressed. */
static uint32_t head_lines(uint32_t elements, uint32_t L)
{
    uint32_t lines = (elements + L - 1) / L;

    while (lines * L * 4 % STAMP_DRAM_ALIGN) lines++;
    return lines;
}

static void size(struct stamp_lower *n, struct stamp_lstep *s)
{
    const struct stamp_gattr *t = &n->g->node[s->s->node].attr;
    const uint32_t keys = t->cache ? n->spec->ctx : stamp_lower_rows(n, s->s->k);
    struct stamp_attend *a = &s->attend;

    *a = (struct stamp_attend){.b = n->b,
                               .mach = &s->first.mach,
                               .L = n->L,
                               .head_dim = t->head_dim,
                               .hl = head_lines(t->head_dim, n->L),
                               .heads = t->heads,
                               .kv_heads = t->kv_heads,
                               .rep = t->heads / t->kv_heads,
                               .rows = stamp_lower_rows(n, s->s->out),
                               .keys = stamp_lower_rows(n, s->s->k),
                               .linear = t->kind == STAMP_GATTEND_LINEAR,
                               .causal = t->kind == STAMP_GATTEND_CAUSAL,
                               .cached = t->cache,
                               .scheme = {.bits = 32}};
    a->hdp = a->hl * n->L;
    a->ctx = (keys + STAMP_KEY_BLOCK - 1) / STAMP_KEY_BLOCK * STAMP_KEY_BLOCK;
    if (t->cache) a->scheme = n->spec->kv;
    if (n->b->status || stamp_attend_sizes(a)) return;
    s->first = (struct stamp_room){.mach = *n->mach};
    if (!stamp_attend_sizes(a)) refuse_heads(a);
}

static uint64_t eps_of(struct stamp_lower *n, uint32_t node)
{
    return stamp_lower_eps(n, n->g->node[node].attr.eps);
}

static void places(struct stamp_lower *n, struct stamp_lstep *s)
{
    struct stamp_attend *a = &s->attend;

    a->q = stamp_lower_place(n, s->s->x);
    a->k = stamp_lower_place(n, s->s->k);
    a->v = stamp_lower_place(n, s->s->v);
    a->out = stamp_lower_place(n, s->s->out);
    a->constants = n->constants;
    if (s->s->gain_q != STAMP_NO_OPERAND) a->eps_q = eps_of(n, s->s->gain_q);
    if (s->s->gain_k != STAMP_NO_OPERAND) a->eps_k = eps_of(n, s->s->gain_k);
}

/* Queries of the sums are the rows of the identity. */
static void global_linear(struct stamp_lower *n, struct stamp_lstep *s)
{
    struct stamp_attend *a = &s->attend;
    float *one = stamp_build_alloc(n->b, (size_t)a->hdp * a->hdp, sizeof *one),
          *line = stamp_build_alloc(n->b, n->L, sizeof *line);
    char name[STAMP_NAME_MAX + 1];

    if (!one || !line) return;
    for (uint32_t i = 0; i < a->head_dim; i++) one[(size_t)i * a->hdp + i] = 1.0f;
    snprintf(name, sizeof name, "identity.%.40s", s->s->name);
    a->one = stamp_lower_vector(n, name, one, (size_t)a->hdp * a->hdp, n->L, n->L);
    snprintf(name, sizeof name, "zeros.%.40s", s->s->name);
    a->zeros = stamp_lower_vector(n, name, line, n->L, n->L, n->L);
    a->eps = stamp_lower_eps(n, n->g->node[s->s->node].attr.eps);
    snprintf(name, sizeof name, "sums.%.40s", s->s->name);
    a->sums = stamp_build_bytes(n->b, name, STAMP_TEMP, 2 * stamp_attend_sums(a));
}

static void global(struct stamp_lower *n, struct stamp_lstep *s)
{
    struct stamp_attend *a = &s->attend;
    const uint32_t hd = a->head_dim, hdp = a->hdp;

    if (s->s->gain_q != STAMP_NO_OPERAND) eps_of(n, s->s->gain_q);
    if (s->s->gain_k != STAMP_NO_OPERAND) eps_of(n, s->s->gain_k);
    if (a->linear) global_linear(n, s);
    if (s->s->frequency == STAMP_NO_OPERAND) return;
    const double *frequency = stamp_network_table(n->spec->model, s->s->frequency);
    float *row = stamp_build_alloc(n->b, 2 * (size_t)hdp, sizeof *row);
    uint8_t *data =
        stamp_build_const(n->b, "rope", STAMP_FMT_F32, (uint64_t)a->ctx * 2 * hdp * 4, &a->rope);

    for (uint32_t p = 0; p < a->ctx && data && row; p++) {
        stamp_rope_row(frequency, hd, p, row, row + hdp);
        stamp_put_floats(data + (size_t)p * 2 * hdp * 4, row, 2 * (size_t)hdp);
    }
}

static uint64_t lay_gain(struct stamp_lower *n, struct stamp_lstep *s, uint32_t node, uint32_t time)
{
    const struct stamp_attend *a = &s->attend;
    char name[STAMP_NAME_MAX + 1];

    if (node == STAMP_NO_OPERAND) return 0;
    stamp_lower_name(n, s, time, n->g->param[n->g->node[node].in[1] & ~STAMP_PARAM].name, name);
    return stamp_lower_vector(n, name, stamp_lower_vector_of(n, node, 1, time), a->head_dim,
                              a->head_dim, a->hdp);
}

static void lay_heads(struct stamp_lower *n, struct stamp_lstep *s, uint32_t time)
{
    const uint64_t q = lay_gain(n, s, s->s->gain_q, time), k = lay_gain(n, s, s->s->gain_k, time);

    if (time) return;
    s->attend.at.norm_q = q;
    s->attend.at.norm_k = k;
}

/* Of the attentions of the network. */
static bool is_first(const struct stamp_lower *n, const struct stamp_lstep *s)
{
    for (const struct stamp_lstep *o = n->step; o < s; o++)
        if (o->s->kind == STAMP_STEP_ATTEND) return false;
    return true;
}

static void lay_state(struct stamp_lower *n, struct stamp_lstep *s, uint32_t layer)
{
    static const char *const what[] = {"k", "v"};
    const struct stamp_attend *a = &s->attend;
    const struct stamp_kv_sizes *k = &a->kv;
    const uint64_t rows = a->ctx;
    struct stamp_attend_at at = a->at;
    char name[STAMP_NAME_MAX + 1];

    for (int i = 0; i < 2 && a->cached; i++) {
        snprintf(name, sizeof name, "cache.%u.%s", layer, what[i]);
        at.codes[i] = stamp_build_bytes(n->b, name, STAMP_STATE, k->chunks * k->chunk_bytes);
        snprintf(name, sizeof name, "cache.%u.%s.tail", layer, what[i]);
        at.tail[i] = stamp_build_bytes(n->b, name, STAMP_STATE, k->chunks * k->tail_bytes);
        snprintf(name, sizeof name, "cache.%u.%s.meta", layer, what[i]);
        at.meta[i] = stamp_build_bytes(n->b, name, STAMP_STATE, k->chunks * rows * k->meta_row);
    }
    if (is_first(n, s))
        snprintf(name, sizeof name, "operands.%u", layer);
    else
        snprintf(name, sizeof name, "%u.%.40s.operands", layer, s->s->name);
    at.ops = stamp_build_bytes(n->b, name, STAMP_STATE, rows / k->rec * k->op_bytes);
    if (!layer) s->attend.at = at;
}

static void lay(struct stamp_lower *n, struct stamp_lstep *s, enum stamp_lay what, uint32_t time)
{
    if (what == STAMP_LAY_HEADS) lay_heads(n, s, time);
    if (what == STAMP_LAY_STATE) lay_state(n, s, time);
}

static void share(struct stamp_lower *n, struct stamp_lstep *s)
{
    s->attend = n->like->step[s - n->step].attend;
    s->attend.most = n->spec->ctx;
    if (s->attend.most <= n->b->image->arg[0]) s->attend.most = n->b->image->arg[0] + 1;
    s->attend.rows = s->attend.keys = 1;
    s->attend.decode = true;
    s->attend.mach = n->mach;
    s->attend.scratch =
        stamp_build_bytes(n->b, "step.rows", STAMP_STATE,
                          (uint64_t)s->attend.kv.batch * s->attend.kv.heads * s->attend.hdp * 4);
}

/* Two products of 8-bit factors: a key or value against each query that sees it. The position of a decode
 * program is the image's argument. */
static uint64_t products(const struct stamp_lower *n, const struct stamp_lstep *s)
{
    const struct stamp_attend *a = &s->attend;
    const uint64_t rows = a->rows;
    const uint64_t pairs = n->decode   ? (uint64_t)n->b->image->arg[0] + 1
                           : a->causal ? rows * (rows + 1) / 2
                                       : rows * a->keys;

    if (a->linear) return (rows + a->keys) * a->heads * a->head_dim * a->head_dim * 4;
    return pairs * a->heads * a->head_dim * 4 * 2;
}

static void first(struct stamp_lower *n, struct stamp_lstep *s)
{
    struct stamp_attend *a = &s->attend;

    places(n, s);
    a->mach = &s->first.mach;
    stamp_build_phase_begin(n->b, "kv", 0);
    if (n->decode)
        stamp_attend_step_kv(a);
    else
        stamp_attend_fill(a);
}

static void emit(struct stamp_lower *n, struct stamp_lstep *s)
{
    struct stamp_attend *a = &s->attend;

    a->mach = &s->room.mach;
    stamp_build_phase_begin(n->b, "attention", products(n, s));
    if (n->decode) stamp_build_phase_per_key(n->b);
    if (n->decode)
        stamp_attend_step(a);
    else if (a->linear)
        stamp_attend_linear(a);
    else
        stamp_attend_rows(a);
}

const struct stamp_lkernel stamp_lkernel_attend = {.size = size,
                                                   .global = global,
                                                   .lay = lay,
                                                   .share = share,
                                                   .first = first,
                                                   .emit = emit,
                                                   .products = products};
