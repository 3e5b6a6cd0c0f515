/* SPDX-License-Identifier: Apache-2.0 */
/* info_model.c - stamp info for a model. Contract in info_model.h. */
#include "sim/cli/info_model.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "compiler/family/family.h"
#include "compiler/family/gguf_model.h"
#include "compiler/family/random.h"
#include "sim/cli/say.h"
#include "sim/report/json_out.h"

/* Weights by type; vectors are told apart. */
struct weights {
    uint64_t count[STAMP_LAZY_KINDS], vectors, total;
    uint64_t bytes; /* of matrices in their files */
};

bool stamp_info_is_model(const char *path)
{
    static const char *const ends[] = {".bin", ".safetensors", ".npz"};
    const size_t n = strlen(path);
    struct stat info;

    if (stamp_random_is(path)) return true;
    if (stat(path, &info) == 0 && S_ISDIR(info.st_mode)) return true;
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        if (n > strlen(ends[i]) && strcmp(path + n - strlen(ends[i]), ends[i]) == 0) return true;
    return stamp_gguf_is(path);
}

static void add(struct weights *w, const struct stamp_lazy *t)
{
    w->count[t->kind] += (uint64_t)t->rows * t->cols;
    w->total += (uint64_t)t->rows * t->cols;
    w->bytes += (uint64_t)t->rows * stamp_lazy_row_bytes(t->kind, t->cols);
}

static struct weights count(const struct stamp_network *m)
{
    const struct stamp_graph *g = m->graph;
    struct weights w = {0};

    for (uint32_t p = 0; p < g->params; p++) {
        const uint32_t b = g->param[p].block, times = b == STAMP_NO_BLOCK ? 1 : g->block[b].repeat;
        if (g->param[p].kind == STAMP_GPARAM_MATRIX)
            for (uint32_t t = 0; t < times; t++) add(&w, stamp_network_matrix(m, p, t));
        else if (g->param[p].kind != STAMP_GPARAM_TABLE)
            w.vectors += (uint64_t)times * g->param[p].rows * g->param[p].cols;
    }
    w.total += w.vectors;
    return w;
}

static void print_weights(const struct weights *w)
{
    printf("weights       %" PRIu64 ":", w->total);
    for (int k = 0; k < STAMP_LAZY_KINDS; k++)
        if (w->count[k])
            printf(" %" PRIu64 " %s,", w->count[k], stamp_lazy_kind_name((enum stamp_lazy_kind)k));
    printf(" %" PRIu64 " in vectors; %" PRIu64 " bytes of matrices\n", w->vectors, w->bytes);
}

static void put_weights(struct cJSON *o, const struct weights *w)
{
    stamp_put_count(o, "weights", w->total);
    stamp_put_count(o, "matrix_bytes", w->bytes);
    struct cJSON *types = stamp_put_object(o, "types");
    for (int k = 0; k < STAMP_LAZY_KINDS; k++)
        if (w->count[k])
            stamp_put_count(types, stamp_lazy_kind_name((enum stamp_lazy_kind)k), w->count[k]);
    stamp_put_count(types, "vectors", w->vectors);
}

static bool has(const struct stamp_network *m, const char *param)
{
    return stamp_network_param(m, param) != UINT32_MAX;
}

static const char *scaling(const struct stamp_network *m)
{
    static const char *const names[] = {"plain", "linear", "llama3"};
    return m->dec.rope_divided ? "divided pair by pair" : names[m->dec.rope.kind];
}

static void print(const struct stamp_network *m)
{
    const struct stamp_rope_params *r = &m->dec.rope;

    printf("network       %s, %s\n", m->family->name, m->format);
    printf("layers        %zu, width %zu, feed-forward %zu\n", m->dec.layers, m->dec.dim,
           m->dec.hidden);
    printf("attention     %zu heads of %zu, %zu of keys and values%s%s\n", m->dec.heads,
           m->dec.head_dim, m->dec.kv_heads, has(m, "q.bias") ? ", biases" : "",
           has(m, "norm.q") ? ", q and k normalised" : "");
    printf("vocabulary    %zu, head %s\n", m->vocab,
           m->dec.tied ? "tied to the embedding" : "its own");
    printf("context       %zu tokens\n", m->ctx);
    printf("rope          theta %g, %s", r->theta, scaling(m));
    if (r->kind != STAMP_ROPE_KIND_PLAIN) printf(", factor %g", r->factor);
    if (r->kind == STAMP_ROPE_KIND_LLAMA3)
        printf(", %g to %g turns in %g tokens", r->low_freq, r->high_freq, r->old_ctx);
    printf("\nepsilon       %g\n", (double)m->dec.rms_eps);
}

static void put(struct cJSON *o, const struct stamp_network *m)
{
    const struct stamp_rope_params *r = &m->dec.rope;

    stamp_put_text(o, "family", m->family->name);
    stamp_put_text(o, "format", m->format);
    stamp_put_count(o, "layers", m->dec.layers);
    stamp_put_count(o, "dim", m->dec.dim);
    stamp_put_count(o, "hidden", m->dec.hidden);
    stamp_put_count(o, "heads", m->dec.heads);
    stamp_put_count(o, "kv_heads", m->dec.kv_heads);
    stamp_put_count(o, "head_dim", m->dec.head_dim);
    stamp_put_count(o, "vocab", m->vocab);
    stamp_put_count(o, "context", m->ctx);
    stamp_put_count(o, "tied", m->dec.tied);
    stamp_put_count(o, "qkv_bias", has(m, "q.bias"));
    stamp_put_count(o, "qk_norm", has(m, "norm.q"));
    stamp_put_real(o, "epsilon", (double)m->dec.rms_eps);
    struct cJSON *rope = stamp_put_object(o, "rope");
    stamp_put_real(rope, "theta", r->theta);
    stamp_put_text(rope, "scaling", scaling(m));
    stamp_put_real(rope, "factor", r->factor);
    stamp_put_real(rope, "low_freq", r->low_freq);
    stamp_put_real(rope, "high_freq", r->high_freq);
    stamp_put_real(rope, "old_context", r->old_ctx);
}

/* ---- Networks that take pictures: all out of the graph, but for how pictures are prepared ------- */

struct vision {
    const struct stamp_gattr *picture, *attend;
    const char *block;
    uint32_t blocks, rows, width, classes;
    uint64_t layers,
        macs;           /* linear layers of all kinds, repetitions counted; products of a picture */
    uint64_t text_macs; /* products of a row of the run: of a text */
};

static struct vision look(const struct stamp_graph *g)
{
    struct vision v = {.picture = &g->node[0].attr,
                       .attend = &g->node[0].attr,
                       .block = "blocks",
                       .classes = g->value[g->values - 1].cols};
    struct stamp_gat at = STAMP_GRAPH_START;

    for (uint32_t i = 0; i < g->nodes; i++)
        if (g->node[i].op == STAMP_GOP_ATTEND) v.attend = &g->node[i].attr;
    for (uint32_t i = 0; i < g->blocks; i++) {
        v.block = g->block[i].name;
        v.blocks += g->block[i].repeat;
        v.rows = g->value[g->block[i].out].rows;
        v.width = g->value[g->block[i].out].cols;
    }
    while (stamp_graph_next_linear(g, &at)) {
        const struct stamp_gnode *n = &g->node[at.node];
        const struct stamp_gvalue *y = &g->value[n->out];
        v.layers++;
        const uint64_t a_row = (uint64_t)y->cols * g->value[n->in[0]].cols;
        v.macs += y->rows * a_row;
        v.text_macs += y->rows ? 0 : a_row;
    }
    return v;
}

static void print_vision(const struct stamp_network *m, const struct vision *v)
{
    const struct stamp_gattr *p = v->picture;
    const struct stamp_prepare *how = &m->vit.prepare;

    printf("network       %s, %s\n", m->family->name, m->format);
    printf("picture       %u x %u pixels of %u channels, patches of %u x %u\n", p->height, p->width,
           p->channels, p->patch, p->patch);
    printf("prepared      %s to %g of the crop, mean %g %g %g, deviation %g %g %g\n",
           how->filter == STAMP_FILTER_BICUBIC ? "bicubic" : "bilinear", how->crop_pct,
           (double)how->mean[0], (double)how->mean[1], (double)how->mean[2], (double)how->std[0],
           (double)how->std[1], (double)how->std[2]);
    printf("tokens        %u: a grid of %u x %u, and %u\n", v->rows, p->height / p->patch,
           p->width / p->patch, v->rows - p->height / p->patch * (p->width / p->patch));
    printf("%-13s %u, width %u\n", v->block, v->blocks, v->width);
    printf("attention     %u heads of %u\n", v->attend->heads, v->attend->head_dim);
    printf("classes       %u\n", v->classes);
    printf("linear layers %" PRIu64 ", %" PRIu64 " multiply-accumulates a picture\n", v->layers,
           v->macs);
}

static void put_vision(struct cJSON *o, const struct stamp_network *m, const struct vision *v)
{
    const struct stamp_gattr *p = v->picture;

    stamp_put_text(o, "family", m->family->name);
    stamp_put_text(o, "format", m->format);
    struct cJSON *picture = stamp_put_object(o, "picture");
    stamp_put_count(picture, "channels", p->channels);
    stamp_put_count(picture, "height", p->height);
    stamp_put_count(picture, "width", p->width);
    stamp_put_real(picture, "crop_pct", m->vit.prepare.crop_pct);
    stamp_put_count(o, "patch", p->patch);
    struct cJSON *grid = stamp_put_object(o, "grid");
    stamp_put_count(grid, "height", p->height / p->patch);
    stamp_put_count(grid, "width", p->width / p->patch);
    stamp_put_count(o, "tokens", v->rows);
    stamp_put_count(o, "blocks", v->blocks);
    stamp_put_count(o, "dim", v->width);
    stamp_put_count(o, "heads", v->attend->heads);
    stamp_put_count(o, "head_dim", v->attend->head_dim);
    stamp_put_count(o, "classes", v->classes);
    stamp_put_count(o, "parameters", stamp_graph_parameters(m->graph));
    stamp_put_count(o, "linear_layers", v->layers);
    stamp_put_count(o, "macs", v->macs);
}

/* ---- Networks that paint ----------------------------------------------------------------------- */

static void print_dit(const struct stamp_network *m, const struct vision *v)
{
    const struct stamp_gattr *p = v->picture;
    const struct stamp_dit *d = &m->dit;

    printf("network       %s, %s\n", m->family->name, m->format);
    printf("latent        %u x %u pixels of %u channels, patches of %u x %u; %zu channels are "
           "predicted\n",
           p->height, p->width, p->channels, p->patch, p->patch, d->out_channels);
    printf("tokens        %zu: a grid of %zu x %zu; trained at %zu x %zu\n", d->grid_h * d->grid_w,
           d->grid_h, d->grid_w, d->sample / d->patch, d->sample / d->patch);
    printf("text          rows of %zu, at most %zu\n", d->caption, m->ctx);
    printf("%-13s %zu, width %zu, feed-forward %zu\n", v->block, d->layers, d->dim, d->hidden);
    printf("attention     %zu heads of %zu; to the text %zu of %zu\n", d->heads, d->head_dim,
           d->cross_heads, d->cross_head_dim);
    printf("linear layers %" PRIu64 ", %" PRIu64 " multiply-accumulates an evaluation, and %" PRIu64
           " a row of text\n",
           v->layers, v->macs, v->text_macs);
}

static void put_dit(struct cJSON *o, const struct stamp_network *m, const struct vision *v)
{
    const struct stamp_gattr *p = v->picture;
    const struct stamp_dit *d = &m->dit;

    stamp_put_text(o, "family", m->family->name);
    stamp_put_text(o, "format", m->format);
    struct cJSON *latent = stamp_put_object(o, "latent");
    stamp_put_count(latent, "channels", p->channels);
    stamp_put_count(latent, "height", p->height);
    stamp_put_count(latent, "width", p->width);
    stamp_put_count(latent, "predicted", d->out_channels);
    stamp_put_count(o, "patch", p->patch);
    struct cJSON *grid = stamp_put_object(o, "grid");
    stamp_put_count(grid, "height", d->grid_h);
    stamp_put_count(grid, "width", d->grid_w);
    stamp_put_count(o, "tokens", d->grid_h * d->grid_w);
    struct cJSON *text = stamp_put_object(o, "text");
    stamp_put_count(text, "width", d->caption);
    stamp_put_count(text, "most", m->ctx);
    stamp_put_count(o, "blocks", d->layers);
    stamp_put_count(o, "dim", d->dim);
    stamp_put_count(o, "hidden", d->hidden);
    stamp_put_count(o, "heads", d->heads);
    stamp_put_count(o, "head_dim", d->head_dim);
    stamp_put_count(o, "cross_heads", d->cross_heads);
    stamp_put_count(o, "cross_head_dim", d->cross_head_dim);
    stamp_put_count(o, "parameters", stamp_graph_parameters(m->graph));
    stamp_put_count(o, "linear_layers", v->layers);
    stamp_put_count(o, "macs", v->macs);
    stamp_put_count(o, "text_macs", v->text_macs);
}

enum stamp_status stamp_info_model(const char *path, const struct stamp_dit_grid *at, bool json,
                                   struct stamp_err *e)
{
    struct stamp_network *m = NULL;
    const enum stamp_status s = stamp_say_open_grid(path, at, &m, e);

    if (s) return s;
    const struct weights w = count(m);
    const bool pictures = m->graph->node[0].op == STAMP_GOP_PICTURE;
    const struct vision v = look(m->graph);
    if (json) {
        struct cJSON *o = stamp_json_root();
        if (stamp_network_paints(m))
            put_dit(o, m, &v);
        else if (pictures)
            put_vision(o, m, &v);
        else
            put(o, m);
        put_weights(o, &w);
        stamp_say_json(o);
    } else {
        if (stamp_network_paints(m))
            print_dit(m, &v);
        else if (pictures)
            print_vision(m, &v);
        else
            print(m);
        print_weights(&w);
    }
    stamp_network_close(m);
    return STAMP_OK;
}
