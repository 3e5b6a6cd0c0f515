/* SPDX-License-Identifier: Apache-2.0 */
/* compile.c - the compiler's passes in order. Contract in compile.h. */
#include "compiler/lower/compile.h"

#include <stdio.h>
#include <string.h>

#include "compiler/kernel/linear.h"
#include "compiler/kernel/passes.h"
#include "compiler/emit/settle.h"
#include "model/num/f32.h"

enum { ITEMS_PER_LAYER = 11 };

uint64_t stamp_layer_products(const struct stamp_compile_layer *layer, const uint8_t *bits)
{
    uint64_t rows = 0;

    for (size_t i = 0; i < layer->s; i++) rows += bits[i] == 8 ? 2 : 1;
    return rows * layer->d * layer->n * (layer->scheme.weight_bits == 8 ? 2 : 1);
}

/* Short text for messages and buffer names: printable, at most 40 characters. */
static void clean_name(const char *name, size_t index, char out[STAMP_NAME_MAX + 1])
{
    int n = 0;

    for (; name && name[n] && n < 40; n++) {
        const char c = name[n];
        out[n] = c <= ' ' || c > '~' || strchr("\";\\", c) ? '_' : c;
    }
    out[n] = 0;
    if (!n) snprintf(out, STAMP_NAME_MAX + 1, "layer%zu", index);
}

static enum stamp_status check_layer(const struct stamp_compile_layer *l, const char *name,
                                     struct stamp_err *e)
{
    if (!l->s || !l->d || !l->n || l->s > STAMP_SEQ_MAX || l->n > STAMP_SEQ_MAX)
        return stamp_fail(e, STAMP_ERANGE, "layer %s: shape %zu x %zu x %zu: sizes are 1 to %d",
                          name, l->s, l->d, l->n, STAMP_SEQ_MAX);
    if (l->d > STAMP_K_MAX)
        return stamp_fail(e, STAMP_ERANGE, "layer %s: %zu input features, at most %d", name, l->d,
                          STAMP_K_MAX);
    if (l->scheme.act_bits == 32 || l->scheme.weight_bits == 32)
        return stamp_fail(e, STAMP_EUNSUPPORTED,
                          "layer %s: the machine multiplies 4- and 8-bit integers, not f32", name);
    for (size_t i = 0; l->bias && i < l->n; i++)
        if (!stamp_f32_is_finite(l->bias[i]))
            return stamp_fail(e, STAMP_ERANGE, "layer %s: bias %zu is not finite", name, i);
    return STAMP_OK;
}

/* What compiling one layer needs; given back in one place. */
struct job {
    struct stamp_build *b;
    const struct stamp_compile_layer *layer;
    char name[STAMP_NAME_MAX + 1];
    char prefix[24]; /* of its buffers' names: the layer's number */
    struct stamp_plan plan;
    struct stamp_weights w;
    struct stamp_place x, y;
};

static struct stamp_work work_of(const struct job *j, bool transform, enum stamp_fmt in,
                                 enum stamp_fmt out, bool bias)
{
    const struct stamp_compile_options *o = j->b->options;

    return (struct stamp_work){
        .mach = j->b->mach,
        .plan = &j->plan,
        .transform = transform,
        .s = (uint32_t)j->layer->s,
        .d = (uint32_t)j->layer->d,
        .n = (uint32_t)j->layer->n,
        .block = j->layer->scheme.block,
        .in_fmt = in,
        .out_fmt = out,
        .w8 = j->layer->scheme.weight_bits == 8,
        .bias = bias,
        .codes = !j->layer->scheme.block && !j->layer->scheme.symmetric,
        .rate = o->memory.rate,
        .max_groups = o->max_groups,
        .max_panel = o->max_panel,
        .max_kc = o->max_kc,
        .max_xlines = o->max_xlines,
    };
}

static void emit_tiled(struct job *j, struct stamp_linear *l, const float *bias)
{
    stamp_tile_text(&l->t, j->name, j->b->options->dump);
    l->b = j->b;
    l->plan = &j->plan;
    l->symmetric = j->layer->scheme.symmetric;
    stamp_linear_emit(l, j->prefix, &j->w, bias);
}

static void refuse(struct job *j, const struct stamp_work *work)
{
    char need[STAMP_NEED_TEXT];

    stamp_tile_need(work, j->b->arena, need);
    stamp_build_fail(j->b, STAMP_EUNSUPPORTED, "layer %s does not fit machine %s: %s", j->name,
                     j->b->mach->name, need);
}

/* Transform to DRAM, multiply rows without transform, transform back. */
static void emit_unfused(struct job *j)
{
    struct stamp_build *b = j->b;
    const uint32_t L = b->mach->L;
    const uint32_t in_lines = (uint32_t)((j->layer->d + L - 1) / L);
    const uint32_t out_lines = (uint32_t)((j->layer->n + L - 1) / L);
    char text[STAMP_NAME_MAX + 1];
    struct stamp_linear l = {.work = work_of(j, false, STAMP_FMT_F32, STAMP_FMT_F32, false)};
    uint64_t bias = 0;

    if (b->options->dump)
        stamp_text_add(b->options->dump, "%s: transform in passes of its own\n", j->name);
    if (!stamp_tile_choose(&l.work, b->arena, &l.t)) {
        stamp_build_starved(b);
        refuse(j, &l.work);
        return;
    }
    snprintf(text, sizeof text, "%s.t", j->prefix);
    l.x = stamp_build_matrix(b, text, STAMP_TEMP, STAMP_FMT_F32, j->layer->s, j->layer->d);
    snprintf(text, sizeof text, "%s.z", j->prefix);
    l.y = stamp_build_matrix(b, text, STAMP_TEMP, STAMP_FMT_F32, j->layer->s, j->layer->n);
    if (j->layer->bias) {
        snprintf(text, sizeof text, "%s.bias", j->prefix);
        uint8_t *data =
            stamp_build_const(b, text, STAMP_FMT_F32, (uint64_t)out_lines * L * 4, &bias);
        for (size_t i = 0; i < j->layer->n && data; i++) {
            const uint32_t bits = stamp_f32_bits(j->layer->bias[i]);
            for (int k = 0; k < 4; k++) data[4 * i + (size_t)k] = (uint8_t)(bits >> 8 * k);
        }
    }
    stamp_emit_passes(b, &j->plan, false, j->x, l.x, in_lines, 0);
    emit_tiled(j, &l, NULL);
    stamp_emit_passes(b, &j->plan, true, l.y, j->y, out_lines, bias);
}

static void emit_layer(struct job *j)
{
    struct stamp_build *b = j->b;
    const bool transform = j->plan.ops.count > 0;
    struct stamp_linear l = {.work =
                                 work_of(j, transform, j->x.fmt, j->y.fmt, j->layer->bias != NULL),
                             .x = j->x,
                             .y = j->y};

    if (transform && b->options->unfused) {
        emit_unfused(j);
    } else if (stamp_tile_choose(&l.work, b->arena, &l.t)) {
        emit_tiled(j, &l, j->layer->bias);
    } else if (stamp_build_starved(b)) {
        return;
    } else if (transform) {
        emit_unfused(j);
    } else {
        refuse(j, &l.work);
    }
}

static void add_info(struct job *j)
{
    struct stamp_image *m = j->b->image;
    struct stamp_layer_info *i = &m->layer[m->layers];

    if (j->b->status) return;
    m->layers++;
    memcpy(i->name, j->name, sizeof i->name);
    i->s = j->layer->s;
    i->d = j->layer->d;
    i->n = j->layer->n;
    i->products = stamp_layer_products(j->layer, j->plan.bits);
}

/* One layer from @p x to @p y. */
static enum stamp_status compile_layer(struct stamp_build *b,
                                       const struct stamp_compile_layer *layer, size_t index,
                                       struct stamp_place x, struct stamp_place y)
{
    struct job j = {.b = b, .layer = layer, .x = x, .y = y};

    clean_name(layer->name, index, j.name);
    snprintf(j.prefix, sizeof j.prefix, "%zu", index);
    enum stamp_status st = stamp_plan_build(&layer->scheme, (uint32_t)layer->s, &j.plan, b->e);
    if (!st)
        st = stamp_weights_quantize(layer->scheme.weight_bits, layer->scheme.block,
                                    (uint32_t)layer->n, (uint32_t)layer->d, layer->w, &j.w, b->e);
    if (st) {
        stamp_fail_at(b->e, "layer %s", j.name);
        b->status = st;
    } else {
        add_info(&j);
        emit_layer(&j);
    }
    stamp_weights_free(&j.w);
    stamp_plan_free(&j.plan);
    return b->status;
}

static enum stamp_status check_all(const struct stamp_compile_layer *layers, size_t count,
                                   struct stamp_err *e)
{
    char name[STAMP_NAME_MAX + 1];

    if (!count || count > STAMP_IMAGE_ITEMS_MAX / ITEMS_PER_LAYER - 2)
        return stamp_fail(e, STAMP_ERANGE, "%zu layers: 1 to %d", count,
                          STAMP_IMAGE_ITEMS_MAX / ITEMS_PER_LAYER - 2);
    for (size_t i = 0; i < count; i++) {
        clean_name(layers[i].name, i, name);
        const enum stamp_status st = check_layer(&layers[i], name, e);
        if (st) return st;
        if (i && (layers[i].s != layers[i - 1].s || layers[i].d != layers[i - 1].n))
            return stamp_fail(e, STAMP_ERANGE,
                              "layer %s takes %zu x %zu, the one before gives %zu x %zu", name,
                              layers[i].s, layers[i].d, layers[i - 1].s, layers[i - 1].n);
    }
    return STAMP_OK;
}

static void emit_all(struct stamp_build *b, const struct stamp_compile_layer *layers, size_t count)
{
    const struct stamp_compile_options *o = b->options;
    struct stamp_place x =
        stamp_build_matrix(b, "x", STAMP_INPUT, o->in_fmt, layers[0].s, layers[0].d);
    union stamp_insn halt = {.c = {.op = STAMP_OP_HALT}};
    char text[STAMP_NAME_MAX + 1];

    for (size_t i = 0; i < count && !b->status; i++) {
        struct stamp_place y;
        snprintf(text, sizeof text, "y%zu", i);
        if (i + 1 < count)
            y = stamp_build_matrix(b, text, STAMP_TEMP, STAMP_FMT_F32, layers[i].s, layers[i].n);
        else
            y = stamp_build_matrix(b, "y", STAMP_OUTPUT, o->out_fmt, layers[i].s, layers[i].n);
        compile_layer(b, &layers[i], i, x, y);
        x = y;
    }
    stamp_build_push(b, &halt);
}

static enum stamp_status set_scheme(struct stamp_build *b, const struct stamp_scheme *s)
{
    char text[STAMP_SCHEME_MAX + 1];

    snprintf(text, sizeof text,
             "transform %s, depth %d, %u rows at %u bits, others %u, weights %u, block %u%s%s",
             stamp_transform_name(s->transform), s->depth, s->high_rows, s->high_bits, s->act_bits,
             s->weight_bits, s->block, s->symmetric ? ", symmetric" : "", s->sink ? ", sink" : "");
    b->image->scheme = stamp_arena_text(b->image->arena, text, strlen(text));
    if (!b->image->scheme) stamp_build_fail(b, STAMP_ENOMEM, "out of memory");
    return b->status;
}

enum stamp_status stamp_compile(const struct stamp_compile_layer *layers, size_t count,
                                const struct stamp_compile_options *options,
                                struct stamp_image **out, struct stamp_compile_info *info,
                                struct stamp_err *e)
{
    struct stamp_build b;
    enum stamp_status st = check_all(layers, count, e);

    if (st) return st;
    stamp_build_start(&b, options, (uint32_t)(count * ITEMS_PER_LAYER + 2), e);
    if (!b.status) emit_all(&b, layers, count);
    if (!b.status) set_scheme(&b, &layers[0].scheme);
    st = b.status;
    const struct stamp_program main_program = {.name = "main", .word = b.word, .count = b.count};
    if (!st) st = stamp_settle(&b, &main_program, 1);
    if (!st) st = stamp_prove(&b, info);
    if (!st) {
        *out = b.image;
        b.image = NULL;
    }
    stamp_build_end(&b);
    return st;
}
