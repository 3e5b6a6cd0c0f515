/* SPDX-License-Identifier: Apache-2.0 */
/* hf.c - weights of a Hugging Face folder. Contract in hf.h. */
#include "compiler/front/hf.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "compiler/front/infile.h"
#include "compiler/front/safetensors.h"
#include "model/mem.h"

enum { CONFIG_MAX = 1 << 20 };

enum { WEIGHT, BIAS };

struct source {
    const char *name; /* for messages */
    struct stamp_safetensors *st;
    bool *used; /* [tensors of st] */
    struct stamp_err *e;
};

/* Tensor "<name>.weight" or ".bias" as [rows][cols]; cols 0: a vector, which becomes one column. */
static enum stamp_status take(struct source *src, const char *name, int what, size_t rows,
                              size_t cols, struct stamp_lazy *out)
{
    struct stamp_lazy t = {.rows = rows, .cols = cols ? cols : 1, .pair = out->pair};
    const size_t rank = cols ? 2 : 1;
    size_t count;

    snprintf(t.name, sizeof t.name, "%s.%s", name, what == BIAS ? "bias" : "weight");
    const struct stamp_safetensors_entry *entry = stamp_safetensors_find(src->st, t.name);
    if (!entry)
        return stamp_fail(src->e, STAMP_EFORMAT, "%s: tensor %s is missing", src->name, t.name);
    if (entry->rank != rank || entry->dim[0] != rows || entry->dim[1] != t.cols)
        return stamp_fail(src->e, STAMP_EFORMAT,
                          "%s: tensor %s is %zu x %zu (rank %zu), config.json needs %zu x %zu",
                          stamp_safetensors_file(src->st, entry), t.name, entry->dim[0],
                          entry->dim[1], entry->rank, rows, t.cols);
    switch (entry->dtype) {
    case STAMP_DTYPE_F32: t.kind = STAMP_LAZY_F32; break;
    case STAMP_DTYPE_F16: t.kind = STAMP_LAZY_F16; break;
    case STAMP_DTYPE_BF16: t.kind = STAMP_LAZY_BF16; break;
    default:
        return stamp_fail(src->e, STAMP_EUNSUPPORTED,
                          "%s: tensor %s has dtype %s; F32, F16 or BF16 is needed",
                          stamp_safetensors_file(src->st, entry), t.name, entry->type);
    }
    src->used[entry - stamp_safetensors_list(src->st, &count)] = true;
    *out = t;
    return stamp_safetensors_bytes(src->st, entry, &out->bytes, src->e);
}

static enum stamp_status take_vector(struct source *src, const char *name, int what, size_t count,
                                     size_t pair, float **out)
{
    struct stamp_lazy t = {.pair = pair};
    const enum stamp_status s = take(src, name, what, count, 0, &t);

    return s ? s : stamp_llama_vector(src->name, &t, out, src->e);
}

static enum stamp_status take_matrices(struct source *src, const struct stamp_llama *m, size_t i)
{
    struct stamp_llama_layer *l = &m->layer[i];
    const size_t q = m->heads * m->head_dim, kv = m->kv_heads * m->head_dim;
    const struct {
        const char *name;
        size_t rows, cols, pair;
        struct stamp_lazy *slot;
    } parts[] = {
        {"self_attn.q_proj", q, m->dim, m->head_dim, &l->wq},
        {"self_attn.k_proj", kv, m->dim, m->head_dim, &l->wk},
        {"self_attn.v_proj", kv, m->dim, 0, &l->wv},
        {"self_attn.o_proj", m->dim, q, 0, &l->wo},
        {"mlp.gate_proj", m->hidden, m->dim, 0, &l->w1},
        {"mlp.down_proj", m->dim, m->hidden, 0, &l->w2},
        {"mlp.up_proj", m->hidden, m->dim, 0, &l->w3},
    };
    enum stamp_status s = STAMP_OK;

    for (size_t k = 0; k < sizeof parts / sizeof parts[0] && !s; k++) {
        char name[80];
        snprintf(name, sizeof name, "model.layers.%zu.%s", i, parts[k].name);
        parts[k].slot->pair = parts[k].pair;
        s = take(src, name, WEIGHT, parts[k].rows, parts[k].cols, parts[k].slot);
    }
    return s;
}

static enum stamp_status take_vectors(struct source *src, const struct stamp_llama *m, size_t i)
{
    struct stamp_llama_layer *l = &m->layer[i];
    const size_t q = m->heads * m->head_dim, kv = m->kv_heads * m->head_dim;
    const bool bias = m->family == STAMP_FAMILY_QWEN2, norm = m->family == STAMP_FAMILY_QWEN3;
    const struct {
        const char *name;
        bool there;
        int what;
        size_t count, pair;
        float **slot;
    } parts[] = {
        {"input_layernorm", true, WEIGHT, m->dim, 0, &l->norm_att},
        {"post_attention_layernorm", true, WEIGHT, m->dim, 0, &l->norm_ffn},
        {"self_attn.q_proj", bias, BIAS, q, m->head_dim, &l->bias_q},
        {"self_attn.k_proj", bias, BIAS, kv, m->head_dim, &l->bias_k},
        {"self_attn.v_proj", bias, BIAS, kv, 0, &l->bias_v},
        {"self_attn.q_norm", norm, WEIGHT, m->head_dim, m->head_dim, &l->norm_q},
        {"self_attn.k_norm", norm, WEIGHT, m->head_dim, m->head_dim, &l->norm_k},
    };
    enum stamp_status s = STAMP_OK;

    for (size_t k = 0; k < sizeof parts / sizeof parts[0] && !s; k++) {
        char name[80];
        snprintf(name, sizeof name, "model.layers.%zu.%s", i, parts[k].name);
        if (parts[k].there)
            s = take_vector(src, name, parts[k].what, parts[k].count, parts[k].pair, parts[k].slot);
    }
    return s;
}

/* A tensor nobody asked for may be a part of the model this kit would leave out. */
static enum stamp_status refuse_unknown(const struct source *src, const struct stamp_llama *m)
{
    static const char derived[] = "rotary_emb.inv_freq";
    size_t count = 0;
    const struct stamp_safetensors_entry *t = stamp_safetensors_list(src->st, &count);

    for (size_t i = 0; i < count; i++) {
        const size_t n = strlen(t[i].name), d = sizeof derived - 1;
        if (src->used[i] || (n >= d && strcmp(t[i].name + n - d, derived) == 0) ||
            (m->tied && strcmp(t[i].name, "lm_head.weight") == 0))
            continue;
        return stamp_fail(src->e, STAMP_EFORMAT,
                          "%s: tensor %.100s has no place in a %s model of %zu layers",
                          stamp_safetensors_file(src->st, &t[i]), t[i].name,
                          stamp_family_name(m->family), m->layers);
    }
    return STAMP_OK;
}

static enum stamp_status take_all(struct source *src, struct stamp_llama *m)
{
    enum stamp_status s = take(src, "model.embed_tokens", WEIGHT, m->vocab, m->dim, &m->embed);

    for (size_t i = 0; i < m->layers && !s; i++) {
        s = take_matrices(src, m, i);
        if (!s) s = take_vectors(src, m, i);
    }
    if (!s) s = take_vector(src, "model.norm", WEIGHT, m->dim, 0, &m->norm);
    if (m->tied)
        m->head = m->embed;
    else if (!s)
        s = take(src, "lm_head", WEIGHT, m->vocab, m->dim, &m->head);
    return s ? s : refuse_unknown(src, m);
}

enum stamp_status stamp_hf_weights(const char *name, struct stamp_safetensors *st,
                                   struct stamp_llama *m, struct stamp_err *e)
{
    struct source src = {name, st, NULL, e};
    size_t count = 0;

    m->tensors = st;
    m->format = "safetensors";
    (void)stamp_safetensors_list(st, &count);
    src.used = stamp_alloc(count, sizeof *src.used);
    m->layer = stamp_alloc(m->layers, sizeof *m->layer);
    if (!stamp_safetensors_find(st, "lm_head.weight")) m->tied = true;
    enum stamp_status s = m->layer && src.used
                              ? take_all(&src, m)
                              : stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", name);
    stamp_free(src.used);
    return s ? s : stamp_llama_rope(m, e);
}

/* folder/file, owned by the caller; NULL when memory is out. */
static char *join(const char *folder, const char *file)
{
    const size_t size = strlen(folder) + strlen(file) + 2;
    char *path = stamp_alloc(size, 1);
    if (path) snprintf(path, size, "%s/%s", folder, file);
    return path;
}

static enum stamp_status open_tensors(const char *folder, struct stamp_safetensors **st,
                                      struct stamp_err *e)
{
    struct stat info;
    char *one = join(folder, "model.safetensors");
    char *index = join(folder, "model.safetensors.index.json");
    enum stamp_status s;

    if (!one || !index)
        s = stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", folder);
    else
        s = stamp_safetensors_open(stat(one, &info) != 0 && stat(index, &info) == 0 ? index : one,
                                   st, e);
    stamp_free(one);
    stamp_free(index);
    return s;
}

enum stamp_status stamp_hf_open(const char *folder, struct stamp_llama **out, struct stamp_err *e)
{
    struct stamp_safetensors *st = NULL;
    struct stamp_llama *m = stamp_alloc(1, sizeof *m);
    char *path = join(folder, "config.json"), *text = NULL;
    size_t len = 0;
    enum stamp_status s;

    if (!m || !path)
        s = stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", folder);
    else
        s = stamp_infile_slurp(path, CONFIG_MAX, &text, &len, e);
    if (!s) s = stamp_hf_config(path, text, len, m, e);
    if (!s) s = open_tensors(folder, &st, e);
    if (!s) s = stamp_hf_weights(folder, st, m, e);

    stamp_free(text);
    stamp_free(path);
    if (s)
        stamp_llama_close(m);
    else
        *out = m;
    return s;
}
