/* SPDX-License-Identifier: Apache-2.0 */
/* net_lin.c - the linear layers of a network: tiles, fused weights, code. Contract in net_build.h. */
#include <string.h>

#include "compiler/lower/net_build.h"
#include "compiler/kernel/passes.h"

const char *const stamp_net_linear_name[] = {"qkv", "o", "gateup", "down", "head"};

struct stamp_net_size stamp_netc_size(const struct stamp_netc *n, enum stamp_net_linear which)
{
    const struct stamp_llama *m = n->spec->model;
    const uint64_t q = m->heads * m->head_dim, kv = m->kv_heads * m->head_dim;

    switch (which) {
    case STAMP_NET_QKV: return (struct stamp_net_size){m->dim, q + 2 * kv};
    case STAMP_NET_O: return (struct stamp_net_size){q, m->dim};
    case STAMP_NET_GATEUP: return (struct stamp_net_size){m->dim, 2 * m->hidden};
    case STAMP_NET_DOWN: return (struct stamp_net_size){m->hidden, m->dim};
    default: return (struct stamp_net_size){m->dim, m->vocab};
    }
}

/* Shape, padding included, and post-processing of a part. */
struct shape {
    uint32_t d, n;
    enum stamp_post post;
    bool bias;
};

static struct shape shape_of(const struct stamp_netc *n, enum stamp_net_linear which)
{
    const struct stamp_llama *m = n->spec->model;
    const uint32_t dim = (uint32_t)m->dim, hidden = (uint32_t)m->hidden;

    switch (which) {
    case STAMP_NET_QKV:
        return (struct shape){dim, (n->ql + 2 * n->kvl) * n->L, STAMP_POST_NONE,
                              m->layer[0].bias_q};
    case STAMP_NET_O: return (struct shape){n->ql * n->L, dim, STAMP_POST_ADD, false};
    case STAMP_NET_GATEUP: return (struct shape){dim, 2 * n->fl * n->L, STAMP_POST_SILU, false};
    case STAMP_NET_DOWN: return (struct shape){hidden, dim, STAMP_POST_ADD, false};
    default: return (struct shape){dim, (uint32_t)m->vocab, STAMP_POST_NONE, false};
    }
}

static struct stamp_scheme scheme_of(const struct stamp_netc *n, enum stamp_net_linear which)
{
    struct stamp_scheme s = n->spec->scheme;

    if (which == STAMP_NET_HEAD) {
        s.transform = STAMP_NONE;
        s.high_rows = 0;
        s.act_bits = 8;
        s.weight_bits = 8;
        s.block = 0;
        s.symmetric = false;
    }
    return s;
}

/* Where a part reads and writes; rows of the head may be the last one only. */
static void places(const struct stamp_netc *n, enum stamp_net_linear which, struct stamp_linear *l)
{
    l->add = n->x;
    switch (which) {
    case STAMP_NET_QKV:
        l->x = n->h;
        l->y = n->qkv;
        break;
    case STAMP_NET_O:
        l->x = n->att;
        l->y = n->x;
        break;
    case STAMP_NET_GATEUP:
        l->x = n->h;
        l->y = n->ff;
        break;
    case STAMP_NET_DOWN:
        l->x = n->ff;
        l->y = n->x;
        break;
    default:
        l->x = n->h;
        l->y = n->logits;
        break;
    }
}

static void tile_one(struct stamp_netc *n, enum stamp_net_linear which)
{
    struct stamp_net_part *p = &n->part[which];
    const struct shape sh = shape_of(n, which);
    const struct stamp_scheme scheme = scheme_of(n, which);
    const uint32_t rows = which == STAMP_NET_HEAD && n->spec->last_logits ? 1 : n->rows;
    const struct stamp_compile_options *o = n->b->options;

    if (n->b->status) return;
    n->b->status = stamp_plan_build(&scheme, rows, &p->plan, n->b->e);
    if (n->b->status) return;
    struct stamp_work w = {.mach = n->mach,
                           .plan = &p->plan,
                           .transform = p->plan.ops.count > 0,
                           .s = rows,
                           .d = sh.d,
                           .n = sh.n,
                           .block = scheme.block,
                           .in_fmt = STAMP_FMT_F32,
                           .out_fmt = STAMP_FMT_F32,
                           .w8 = scheme.weight_bits == 8,
                           .bias = sh.bias,
                           .post = sh.post,
                           .max_groups = o->max_groups,
                           .max_panel = o->max_panel,
                           .max_kc = o->max_kc,
                           .max_xlines = o->max_xlines};
    memset(&p->l, 0, sizeof p->l);
    p->l.b = n->b;
    p->l.plan = &p->plan;
    p->l.symmetric = scheme.symmetric;
    places(n, which, &p->l);
    p->l.work = w;
    const bool apart = n->prefill ? n->prefill->part[which].apart : w.transform && o->unfused;
    if (n->prefill) p->l.work.like = &n->prefill->part[which].l.t;
    p->apart = false;
    if (!apart && stamp_tile_choose(&p->l.work, n->b->arena, &p->l.t)) return;
    if (stamp_build_starved(n->b)) return;
    p->apart = true;
    p->l.work.transform = false;
    p->l.work.bias = false;
    p->l.work.post = STAMP_POST_NONE;
    if (stamp_tile_choose(&p->l.work, n->b->arena, &p->l.t)) return;
    stamp_build_starved(n->b);
    char need[STAMP_NEED_TEXT];
    stamp_tile_need(&p->l.work, n->b->arena, need);
    stamp_build_fail(n->b, STAMP_EUNSUPPORTED, "%s, %u to %u, does not fit machine %s: %s",
                     stamp_net_linear_name[which], sh.d, sh.n, n->mach->name, need);
}

void stamp_netc_tile(struct stamp_netc *n)
{
    for (int i = 0; i < STAMP_NET_LINEARS; i++) tile_one(n, (enum stamp_net_linear)i);
}

void stamp_netc_tile_free(struct stamp_netc *n)
{
    for (int i = 0; i < STAMP_NET_LINEARS; i++) stamp_plan_free(&n->part[i].plan);
}

/* ---- Fused weights ---------------------------------------------------------------------------- */

/* Rows of w to rows of out: row r of w lies at to(r). */
struct spread {
    uint32_t first;        /* row of out where it begins */
    uint32_t unit, padded; /* unit rows of w, then padding up to padded; 0: as they lie */
};

static void copy_rows(struct stamp_weights *out, const struct stamp_weights *w, struct spread s)
{
    for (uint32_t r = 0; r < w->n; r++) {
        const uint32_t to = s.first + (s.unit ? r / s.unit * s.padded + r % s.unit : r);
        memcpy(out->code + (size_t)to * out->d, w->code + (size_t)r * w->d, w->d);
        memcpy(out->scale + (size_t)to * out->nb, w->scale + (size_t)r * w->nb,
               w->nb * sizeof *w->scale);
    }
}

/* Columns of w, in groups of hd, each padded to hdp. */
static void copy_columns(struct stamp_weights *out, const struct stamp_weights *w, uint32_t hd,
                         uint32_t hdp)
{
    for (uint32_t r = 0; r < w->n; r++)
        for (uint32_t h = 0; h < w->d / hd; h++)
            memcpy(out->code + (size_t)r * out->d + h * hdp, w->code + (size_t)r * w->d + h * hd,
                   hd);
    memcpy(out->scale, w->scale, (size_t)w->n * w->nb * sizeof *w->scale);
}

static void get(struct stamp_netc *n, uint32_t layer, enum stamp_role_w role,
                struct stamp_weights *w)
{
    if (n->b->status) return;
    n->b->status = stamp_qmodel_weights(n->spec->weights, layer, role, w, n->b->e);
}

/* Gate and up in alternating runs of half a panel, so that each panel holds both of its columns. */
static void copy_gate_up(struct stamp_netc *n, struct stamp_weights *out,
                         const struct stamp_weights *w, bool up)
{
    const struct stamp_net_part *p = &n->part[STAMP_NET_GATEUP];
    const uint32_t half = p->apart ? n->fl : p->l.t.panel / 2;

    for (uint32_t line = 0; line < n->fl; line++) {
        const uint32_t panel = line / half, left = n->fl - panel * half;
        const uint32_t wide = left < half ? left : half;
        const uint32_t to = (2 * panel * half + (up ? wide : 0) + line % half) * n->L;
        for (uint32_t r = line * n->L; r < (line + 1) * n->L && r < w->n; r++) {
            const uint32_t t = to + r % n->L;
            memcpy(out->code + (size_t)t * out->d, w->code + (size_t)r * w->d, w->d);
            memcpy(out->scale + (size_t)t * out->nb, w->scale + (size_t)r * w->nb,
                   w->nb * sizeof *w->scale);
        }
    }
}

void stamp_netc_weights(struct stamp_netc *n, uint32_t layer, enum stamp_net_linear which,
                        struct stamp_weights *out)
{
    const uint32_t hd = (uint32_t)n->spec->model->head_dim;
    const struct shape sh = shape_of(n, which);
    const struct stamp_scheme scheme = scheme_of(n, which);
    struct stamp_weights w[3];

    memset(out, 0, sizeof *out);
    memset(w, 0, sizeof w);
    if (which == STAMP_NET_DOWN || which == STAMP_NET_HEAD) {
        get(n, layer, which == STAMP_NET_HEAD ? STAMP_W_HEAD : STAMP_W_DOWN, out);
        return;
    }
    if (!n->b->status)
        n->b->status =
            stamp_weights_alloc(scheme.weight_bits, scheme.block, sh.n, sh.d, out, n->b->e);
    if (which == STAMP_NET_QKV) {
        const uint32_t q = n->ql * n->L, kv = n->kvl * n->L;
        for (uint32_t i = 0; i < 3; i++) get(n, layer, (enum stamp_role_w)(STAMP_W_Q + i), &w[i]);
        for (uint32_t i = 0; i < 3 && !n->b->status; i++)
            copy_rows(out, &w[i], (struct spread){i ? q + (i - 1) * kv : 0, hd, n->hdp});
    } else if (which == STAMP_NET_O) {
        get(n, layer, STAMP_W_O, &w[0]);
        if (!n->b->status) copy_columns(out, &w[0], hd, n->hdp);
    } else {
        for (uint32_t i = 0; i < 2; i++) {
            get(n, layer, i ? STAMP_W_UP : STAMP_W_GATE, &w[0]);
            if (!n->b->status) copy_gate_up(n, out, &w[0], i == 1);
            stamp_weights_free(&w[0]);
        }
    }
    if (!n->b->status) stamp_weights_sum(out);
    for (int i = 0; i < 3; i++) stamp_weights_free(&w[i]);
}

/* ---- Code --------------------------------------------------------------------------------------- */

/* Element by element on whole rows, DRAM to DRAM: y = a + c, or SILU(a) * c where c lies behind a. */
static void elementwise(struct stamp_netc *n, const struct stamp_net_part *p, enum stamp_post post)
{
    const uint32_t cols = post == STAMP_POST_SILU ? n->fl : n->dl;
    const uint64_t line = (uint64_t)n->L * 4;
    const uint32_t room = n->mach->VM_LINES / 4;
    uint32_t chunk = cols < room ? cols : room / 4 * 4, turn = 0;
    uint32_t batch = room / chunk;

    for (uint32_t r = 0; r < n->rows; r += batch)
        for (uint32_t c = 0; c < cols; c += chunk, turn = !turn) {
            const uint32_t rows = n->rows - r < batch ? n->rows - r : batch;
            const uint32_t wide = cols - c < chunk ? cols - c : chunk;
            const struct stamp_vec v = {turn * 2 * room, rows, wide, wide};
            struct stamp_move m = {.space = STAMP_SPACE_VM,
                                   .fmt = STAMP_FMT_F32,
                                   .dram = p->u.addr + r * p->u.row_bytes + c * line,
                                   .line = v.a,
                                   .lines = wide,
                                   .lstride = wide,
                                   .n0 = rows,
                                   .d0 = p->u.row_bytes};
            stamp_emit_move(n->b, STAMP_OP_LOAD, m);
            m.line += room;
            m.dram += cols * line;
            if (post == STAMP_POST_ADD) {
                m.dram = p->l.add.addr + r * p->l.add.row_bytes + c * line;
                m.d0 = p->l.add.row_bytes;
            }
            stamp_emit_move(n->b, STAMP_OP_LOAD, m);
            if (post == STAMP_POST_SILU)
                stamp_emit_fn(n->b, STAMP_ONE_SILU, v, 0, 0, 0.0f, v.a, wide);
            stamp_emit_bin(n->b, post == STAMP_POST_SILU ? STAMP_BIN_MUL : STAMP_BIN_ADD, v,
                           v.a + room, wide, 1, v.a, wide);
            m.line = v.a;
            m.dram = p->l.y.addr + r * p->l.y.row_bytes + c * line;
            m.d0 = p->l.y.row_bytes;
            stamp_emit_move(n->b, STAMP_OP_STORE, m);
        }
}

/* Transform through DRAM, multiply, transform back into z, post-process into y. */
static void emit_apart(struct stamp_netc *n, enum stamp_net_linear which)
{
    struct stamp_net_part *p = &n->part[which];
    const struct shape sh = shape_of(n, which);
    struct stamp_linear l = p->l;
    const uint32_t in = (sh.d + n->L - 1) / n->L, out = (sh.n + n->L - 1) / n->L;
    const bool plain = sh.post == STAMP_POST_NONE;

    l.x = p->t;
    l.y = p->z;
    l.bias = 0; /* it comes behind the transform, with its last pass */
    stamp_emit_passes(n->b, &p->plan, false, p->l.x, p->t, in, 0);
    stamp_linear_code(&l);
    stamp_emit_passes(n->b, &p->plan, true, p->z, plain ? p->l.y : p->u, out, p->l.bias);
    if (!plain) elementwise(n, p, sh.post);
}

void stamp_netc_linear(struct stamp_netc *n, enum stamp_net_linear which)
{
    struct stamp_net_part *p = &n->part[which];

    if (n->b->status) return;
    if (p->apart) {
        emit_apart(n, which);
    } else {
        struct stamp_linear l = p->l;
        stamp_linear_code(&l);
    }
}
