/* SPDX-License-Identifier: Apache-2.0 */
/* net.c - a network's programs. Contract in net.h. */
#include "compiler/lower/net.h"

#include <stdio.h>
#include <string.h>

#include "compiler/emit/settle.h"
#include "compiler/emit/weave.h"
#include "compiler/kernel/kernel.h"
#include "compiler/lower/memory.h"
#include "compiler/lower/share.h"
#include "model/mem.h"

static bool has_cache(const struct stamp_graph *g)
{
    for (uint32_t i = 0; i < g->nodes; i++)
        if (g->node[i].attr.cache) return true;
    return false;
}

/* What the graph allows and a program does not do: caches have names and registers once; code of a block is
 * the same in every repetition, so what it goes on from is where what it hands on is. */
static enum stamp_status check_graph(const struct stamp_graph *g, struct stamp_err *e)
{
    uint32_t caches = 0;

    for (uint32_t i = 0; i < g->nodes; i++)
        if (g->node[i].attr.cache && caches++)
            return stamp_fail(e, STAMP_EUNSUPPORTED, "%s: a second attention with a cache",
                              g->value[i].name);
    for (uint32_t i = 0; i < g->blocks; i++) {
        const struct stamp_gvalue *in = &g->value[g->block[i].in],
                                  *out = &g->value[g->block[i].out];
        if (g->block[i].repeat > 1 &&
            (strcmp(stamp_lower_place_name(in), stamp_lower_place_name(out)) ||
             g->node[in->node].op == STAMP_GOP_PICK || g->node[out->node].op == STAMP_GOP_PICK))
            return stamp_fail(e, STAMP_EUNSUPPORTED, "%s goes on from %s in place %s, not %s",
                              g->block[i].name, out->name, stamp_lower_place_name(out),
                              stamp_lower_place_name(in));
    }
    return STAMP_OK;
}

static enum stamp_status check(const struct stamp_net_spec *s, struct stamp_err *e)
{
    const struct stamp_network *m = s->model;

    if (!s->s || s->s > s->ctx)
        return stamp_fail(e, STAMP_ERANGE, "%u tokens: 1 to the cache's %u", s->s, s->ctx);
    if (s->ctx > m->ctx)
        return stamp_fail(e, STAMP_ERANGE, "a cache of %u tokens: the network's context is %zu",
                          s->ctx, m->ctx);
    if (s->scheme.act_bits == 32 || s->scheme.weight_bits == 32)
        return stamp_fail(e, STAMP_EUNSUPPORTED,
                          "the machine multiplies 4- and 8-bit integers, not f32");
    const struct stamp_schemes schemes = {s->scheme, s->of_node};
    if (stamp_schemes_check(m->graph, &schemes, e)) return STAMP_ERANGE;
    for (uint32_t i = 0; s->of_node && i < m->graph->nodes; i++)
        if (s->of_node[i].act_bits == 32)
            return stamp_fail(e, STAMP_EUNSUPPORTED,
                              "%s: the machine multiplies 4- and 8-bit integers, not f32",
                              m->graph->value[m->graph->node[i].out].name);
    if (s->kv.bits != 4 && s->kv.bits != 8 && s->kv.bits != 32)
        return stamp_fail(e, STAMP_ERANGE, "cache of %u bits: 4, 8 or 32", s->kv.bits);
    if (s->kv.bits == 4 && s->kv.block > STAMP_KV_BLOCK_MAX)
        return stamp_fail(e, STAMP_ERANGE, "cache blocks of 2^%u tokens: at most 2^%d", s->kv.block,
                          STAMP_KV_BLOCK_MAX);
    if (s->decode && !has_cache(m->graph))
        return stamp_fail(e, STAMP_EUNSUPPORTED, "%s has no cache: nothing to decode",
                          m->graph->name);
    return check_graph(m->graph, e);
}

/* ---- Steps, and blocks as loops ---------------------------------------------------------------- */

static void view(struct stamp_lower *n, const struct stamp_lstep *s, struct stamp_views *views)
{
    for (uint32_t o = 0; o < s->s->made && views && !n->decode && !n->b->status; o++) {
        const uint32_t v = s->s->outs[o];
        const struct stamp_place p = stamp_lower_place(n, v);
        if (!n->g->value[v].probe) continue;
        views->view[views->count++] = (struct stamp_view){.value = v,
                                                          .phase = n->b->phases - 1,
                                                          .rows = stamp_lower_rows(n, v),
                                                          .addr = p.addr,
                                                          .row_bytes = p.row_bytes,
                                                          .layout = stamp_lower_layout(n, v)};
    }
}

/* What goes into one order, stream by stream. */
struct group {
    size_t border[STAMP_WEAVE_STREAMS + 1];
    uint32_t streams, phase; /* its first */
};

static const char *joined(struct stamp_build *b, const char *first, const char *second)
{
    char *name = stamp_build_alloc(b, STAMP_NAME_MAX + 1, 1);

    if (name) snprintf(name, STAMP_NAME_MAX + 1, "%s+%s", first, second);
    return name;
}

/* Its streams become one order and one phase, named after all of them. */
static void close(struct stamp_lower *n, struct group *g)
{
    struct stamp_build *b = n->b;

    stamp_build_phase_end(b);
    stamp_weave(b, g->border, g->streams);
    if (g->streams > 1 && !b->status) {
        struct stamp_build_phase *p = &b->phase[g->phase];
        for (uint32_t i = g->phase + 1; i < b->phases; i++) {
            p->name = joined(b, p->name, b->phase[i].name);
            p->products += b->phase[i].products;
            p->end = b->phase[i].end;
        }
        b->phases = g->phase + 1;
    }
    g->streams = 0;
}

static void part(struct stamp_lower *n, struct stamp_lstep *s, const struct stamp_room *room,
                 void (*emit)(struct stamp_lower *n, struct stamp_lstep *s), struct group *g)
{
    struct stamp_build *b = n->b;

    if (b->status || !emit) return;
    if (!room->beside || g->streams == STAMP_WEAVE_STREAMS) close(n, g);
    if (!g->streams) g->phase = b->phases;
    g->border[g->streams++] = b->count;
    memcpy(b->base, room->base, sizeof b->base);
    emit(n, s);
    memset(b->base, 0, sizeof b->base);
    stamp_build_phase_end(b);
    g->border[g->streams] = b->count;
}

/* What a body does with a block's steps. */
typedef void body_fn(struct stamp_lower *n, uint32_t from, uint32_t to, struct stamp_views *views);

static void emit_steps(struct stamp_lower *n, uint32_t from, uint32_t to, struct stamp_views *views)
{
    struct group g = {.streams = 0};

    for (uint32_t i = from; i < to; i++) {
        struct stamp_lstep *s = &n->step[i];
        const struct stamp_lkernel *k = stamp_lkernel_of(s->s->kind);
        part(n, s, &s->first, k->first, &g);
        part(n, s, &s->room, k->emit, &g);
        if (i > from && s[-1].back) view(n, &s[-1], views); /* they are there now */
        if (k->emit && !s->back) view(n, s, views);
    }
    close(n, &g);
}

static void recode_steps(struct stamp_lower *n, uint32_t from, uint32_t to,
                         struct stamp_views *views)
{
    (void)views;
    for (uint32_t i = from; i < to; i++) {
        if (n->step[i].s->kind != STAMP_STEP_ATTEND) continue;
        stamp_build_phase_begin(n->b, "recode", 0);
        stamp_attend_recode(&n->step[i].attend);
    }
}

/* All repetitions as one loop: registers 8 .. 15 hold the offset of the repetition. */
static void loop(struct stamp_lower *n, uint32_t block, uint32_t from, uint32_t to, body_fn *body,
                 struct stamp_views *views)
{
    const uint32_t count = n->g->block[block].repeat;

    stamp_build_phase_end(n->b);
    n->b->layer_lo = n->block_lo[block];
    n->b->layer_hi = n->block_lo[block] + n->block_bytes[block];
    if (count > 1) stamp_emit_control(n->b, STAMP_OP_LOOP, 0, count);
    stamp_emit_control(n->b, STAMP_OP_FENCE, 0, 0);
    body(n, from, to, views);
    stamp_build_phase_end(n->b);
    if (count > 1) {
        for (uint64_t r = STAMP_REG_COPIES; r <= STAMP_REG_LAYER; r++)
            stamp_emit_control(n->b, STAMP_OP_ADDR, r, n->block_bytes[block]);
        stamp_emit_control(n->b, STAMP_OP_FENCE, 0, 0);
        stamp_emit_control(n->b, STAMP_OP_ENDL, 0, 0);
    }
    stamp_emit_control(n->b, STAMP_OP_FENCE, 0, 0);
    n->b->layer_lo = n->b->layer_hi = 0;
}

static void runs(struct stamp_lower *n, body_fn *body, bool outside, struct stamp_views *views)
{
    for (uint32_t from = 0, to; from < n->steps.steps && !n->b->status; from = to) {
        const uint32_t block = n->step[from].s->block;
        for (to = from; to < n->steps.steps && n->step[to].s->block == block;) to++;
        if (block != STAMP_NO_BLOCK)
            loop(n, block, from, to, body, views);
        else if (outside)
            body(n, from, to, views);
    }
}

/* Address registers of a decode program: one attention with a cache. */
static void start(struct stamp_lower *n, bool recode)
{
    for (uint32_t i = 0; i < n->steps.steps; i++) {
        if (n->step[i].s->kind != STAMP_STEP_ATTEND) continue;
        stamp_attend_step_start(&n->step[i].attend, recode);
        return;
    }
}

static void network(struct stamp_lower *n, struct stamp_views *views)
{
    if (n->decode) start(n, false);
    runs(n, emit_steps, true, views);
    stamp_build_phase_end(n->b);
    stamp_emit_control(n->b, STAMP_OP_HALT, 0, 0);
}

static void recode(struct stamp_lower *n)
{
    start(n, true);
    runs(n, recode_steps, false, NULL);
    stamp_emit_control(n->b, STAMP_OP_HALT, 0, 0);
}

/* What was pushed since @p from, as a program of its own. */
static struct stamp_program program_since(struct stamp_build *b, const char *name, size_t *from)
{
    const struct stamp_program p = {.name = name, .count = b->count - *from};

    *from = b->count;
    return p;
}

/* Tokens the cache has room for, whole blocks of keys. */
static uint32_t cache_of(const struct stamp_lower *n)
{
    return (n->spec->ctx + STAMP_KEY_BLOCK - 1) / STAMP_KEY_BLOCK * STAMP_KEY_BLOCK;
}

/* Steps and places of a program, empty. */
static void arrays(struct stamp_lower *n)
{
    n->step = stamp_build_alloc(n->b, n->steps.steps, sizeof *n->step);
    n->place = stamp_build_alloc(n->b, n->g->values, sizeof *n->place);
    for (uint32_t i = 0; n->step && i < n->steps.steps; i++) n->step[i].s = &n->steps.step[i];
    stamp_lower_whole(n);
}

/* The program of one row behind those of @p n. */
static void decode_of(const struct stamp_lower *n, struct stamp_lower *step)
{
    *step = *n;
    step->rows = 1;
    step->decode = true;
    step->prefix = "step.";
    step->like = n;
    arrays(step);
    if (!step->b->status) stamp_lower_lay_decode(step);
}

/* The programs, one behind the other in b->word. Returns their number. */
static uint32_t programs(struct stamp_lower *n, struct stamp_lower *step, struct stamp_program *p,
                         struct stamp_views *views)
{
    struct stamp_build *b = n->b;
    uint32_t count = 0;
    size_t from = 0;

    network(n, views);
    p[count++] = program_since(b, "main", &from);
    if (n->spec->decode && !b->status) {
        b->image->arg[0] = n->spec->s < cache_of(n) ? n->spec->s : cache_of(n) - 1;
        decode_of(n, step);
        network(step, NULL);
        p[count++] = program_since(b, "step", &from);
        p[count - 1].no_roll = true; /* its registers are taken */
        p[count - 1].ahead = true;
        if (n->spec->kv.bits == 4) {
            recode(step);
            p[count++] = program_since(b, "recode", &from);
            p[count - 1].no_roll = true;
        }
    }
    from = 0;
    for (uint32_t i = 0; i < count; from += p[i++].count) p[i].word = b->word + from;
    return count;
}

/* What the layers compute, for reports. */
static void add_info(struct stamp_lower *n)
{
    struct stamp_image *m = n->b->image;

    for (uint32_t i = 0; i < n->steps.steps && !n->b->status; i++) {
        const struct stamp_lstep *s = &n->step[i];
        if (s->s->kind != STAMP_STEP_LINEARS) continue;
        const uint64_t times = stamp_graph_times(n->g, s->s->node);
        struct stamp_layer_info *l = &m->layer[m->layers++];
        snprintf(l->name, sizeof l->name, "%s", s->s->name);
        l->s = s->l.work.s;
        l->d = n->g->value[s->s->x].cols;
        for (uint32_t k = 0; k < s->s->linears; k++)
            l->n += n->g->value[n->g->node[s->s->linear[k]].out].cols;
        l->products = times * stamp_lkernel_linears.products(n, s);
    }
}

static enum stamp_status set_text(struct stamp_build *b, const struct stamp_net_spec *s)
{
    char text[STAMP_SCHEME_MAX + 1];
    const struct stamp_scheme *c = &s->scheme;

    snprintf(text, sizeof text,
             "network of %u layers, %u tokens; transform %s, depth %d, %u rows at %u bits, others "
             "%u, weights %u, block %u%s%s; cache %u bits, blocks of %u%s",
             stamp_graph_repeats(s->model->graph), s->s, stamp_transform_name(c->transform),
             c->depth, c->high_rows, c->high_bits, c->act_bits, c->weight_bits, c->block,
             c->symmetric ? ", symmetric" : "", c->sink ? ", sink" : "", s->kv.bits,
             1u << s->kv.block, s->kv.bits == 4 && s->kv.plain ? ", plain" : "");
    b->image->scheme = stamp_arena_text(b->image->arena, text, strlen(text));
    if (!b->image->scheme) stamp_build_fail(b, STAMP_ENOMEM, "out of memory");
    return b->status;
}

static void free_plans(struct stamp_lower *n)
{
    for (uint32_t i = 0; n->step && i < n->steps.steps; i++) stamp_plan_free(&n->step[i].plan);
}

static enum stamp_status lower(struct stamp_lower *n, struct stamp_lower *step,
                               struct stamp_compile_info *info, struct stamp_views *views)
{
    struct stamp_build *b = n->b;
    struct stamp_program program[3];
    uint32_t count = 0;

    n->block_lo = stamp_build_alloc(b, 2 * n->g->blocks, sizeof *n->block_lo);
    n->block_bytes = n->block_lo ? n->block_lo + n->g->blocks : NULL;
    arrays(n);
    if (!b->status) stamp_lower_lay(n);
    if (!b->status) count = programs(n, step, program, views);
    if (!b->status) add_info(n);
    if (!b->status) set_text(b, n->spec);
    if (!b->status) b->status = stamp_settle(b, program, count);
    if (!b->status) b->status = stamp_prove(b, info);
    return b->status;
}

enum stamp_status stamp_compile_net(const struct stamp_net_spec *spec,
                                    const struct stamp_compile_options *options,
                                    struct stamp_image **out, struct stamp_compile_info *info,
                                    struct stamp_views *views, struct stamp_err *e)
{
    struct stamp_build b;
    struct stamp_lower n = {.b = &b,
                            .spec = spec,
                            .g = spec->model->graph,
                            .mach = options->mach,
                            .L = options->mach->L,
                            .rows = spec->s,
                            .prefix = ""};
    struct stamp_lower step = {0};
    enum stamp_status st = check(spec, e);

    if (!st) st = stamp_gsteps_of(n.g, &n.steps, e);
    if (!st && views && !(views->view = stamp_alloc(n.g->values, sizeof *views->view)))
        st = stamp_fail(e, STAMP_ENOMEM, "out of memory");
    if (!st) {
        stamp_build_start(&b, options, stamp_lower_items(&n), e);
        st = b.status ? b.status : lower(&n, &step, info, views);
        if (!st) {
            *out = b.image;
            b.image = NULL;
        }
        free_plans(&n);
        free_plans(&step);
        stamp_build_end(&b);
    }
    if (st && views) {
        stamp_free(views->view);
        *views = (struct stamp_views){0};
    }
    stamp_gsteps_free(&n.steps);
    return st;
}
