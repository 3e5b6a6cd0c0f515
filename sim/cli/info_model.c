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

static bool has(const struct stamp_network *m, const char *param)
{
    return stamp_network_param(m, param) != UINT32_MAX;
}

static const char *scaling(const struct stamp_network *m)
{
    static const char *const names[] = {"plain", "linear", "llama3"};
    return m->dec.rope_divided ? "divided pair by pair" : names[m->dec.rope.kind];
}

static void print(const struct stamp_network *m, const struct weights *w)
{
    const struct stamp_rope_params *r = &m->dec.rope;

    printf("model         %s, %s\n", m->family->name, m->format);
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
    printf("weights       %" PRIu64 ":", w->total);
    for (int k = 0; k < STAMP_LAZY_KINDS; k++)
        if (w->count[k])
            printf(" %" PRIu64 " %s,", w->count[k], stamp_lazy_kind_name((enum stamp_lazy_kind)k));
    printf(" %" PRIu64 " in vectors; %" PRIu64 " bytes of matrices\n", w->vectors, w->bytes);
}

static void put(const struct stamp_network *m, const struct weights *w)
{
    const struct stamp_rope_params *r = &m->dec.rope;
    struct cJSON *o = stamp_json_root();

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
    stamp_put_count(o, "weights", w->total);
    stamp_put_count(o, "matrix_bytes", w->bytes);
    struct cJSON *types = stamp_put_object(o, "types");
    for (int k = 0; k < STAMP_LAZY_KINDS; k++)
        if (w->count[k])
            stamp_put_count(types, stamp_lazy_kind_name((enum stamp_lazy_kind)k), w->count[k]);
    stamp_put_count(types, "vectors", w->vectors);
    stamp_say_json(o);
}

enum stamp_status stamp_info_model(const char *path, bool json, struct stamp_err *e)
{
    struct stamp_network *m = NULL;
    const enum stamp_status s = stamp_say_open(path, &m, e);

    if (s) return s;
    const struct weights w = count(m);
    if (json)
        put(m, &w);
    else
        print(m, &w);
    stamp_network_close(m);
    return STAMP_OK;
}
