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

struct source {
    const char *name; /* for messages */
    struct stamp_safetensors *st;
    struct stamp_err *e;
};

/* One tensor [rows][cols], or [cols] when rows is 0, into a new array. */
static enum stamp_status take(const struct source *src, const char *tensor, size_t rows,
                              size_t cols, float **out)
{
    const struct stamp_safetensors_entry *t = stamp_safetensors_find(src->st, tensor);

    if (!t) return stamp_fail(src->e, STAMP_EFORMAT, "%s: tensor %s is missing", src->name, tensor);
    if (t->rank != (rows ? 2 : 1) || t->dim[0] != (rows ? rows : cols) ||
        t->dim[1] != (rows ? cols : 1))
        return stamp_fail(src->e, STAMP_EFORMAT,
                          "%s: tensor %s is %zu x %zu (rank %zu), config.json needs %zu x %zu",
                          src->name, tensor, t->dim[0], t->dim[1], t->rank, rows ? rows : cols,
                          rows ? cols : 1);
    *out = stamp_alloc((size_t)t->count, sizeof **out);
    if (!*out) return stamp_fail(src->e, STAMP_ENOMEM, "%s: no memory for %s", src->name, tensor);
    enum stamp_status s = stamp_safetensors_read(src->st, t, *out, src->e);
    return s ? s : stamp_llama_finite(src->name, tensor, *out, (size_t)t->count, src->e);
}

static enum stamp_status take_layer(const struct source *src, const struct stamp_llama *m, size_t i)
{
    struct stamp_llama_layer *l = &m->layer[i];
    const size_t q = m->heads * m->head_dim, kv = m->kv_heads * m->head_dim;
    const struct {
        const char *name;
        size_t rows, cols; /* rows 0: a vector */
        float **slot;
    } parts[] = {
        {"input_layernorm", 0, m->dim, &l->norm_att},
        {"self_attn.q_proj", q, m->dim, &l->wq},
        {"self_attn.k_proj", kv, m->dim, &l->wk},
        {"self_attn.v_proj", kv, m->dim, &l->wv},
        {"self_attn.o_proj", m->dim, q, &l->wo},
        {"post_attention_layernorm", 0, m->dim, &l->norm_ffn},
        {"mlp.gate_proj", m->hidden, m->dim, &l->w1},
        {"mlp.down_proj", m->dim, m->hidden, &l->w2},
        {"mlp.up_proj", m->hidden, m->dim, &l->w3},
    };

    for (size_t k = 0; k < sizeof parts / sizeof parts[0]; k++) {
        char tensor[96];
        snprintf(tensor, sizeof tensor, "model.layers.%zu.%s.weight", i, parts[k].name);
        enum stamp_status s = take(src, tensor, parts[k].rows, parts[k].cols, parts[k].slot);
        if (s) return s;
    }
    return STAMP_OK;
}

enum stamp_status stamp_hf_weights(const char *name, struct stamp_safetensors *st, bool tied,
                                   struct stamp_llama *m, struct stamp_err *e)
{
    const struct source src = {name, st, e};

    m->layer = stamp_alloc(m->layers, sizeof *m->layer);
    if (!m->layer) return stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", name);
    enum stamp_status s = take(&src, "model.embed_tokens.weight", m->vocab, m->dim, &m->embed);
    for (size_t i = 0; i < m->layers && !s; i++) s = take_layer(&src, m, i);
    if (!s) s = take(&src, "model.norm.weight", 0, m->dim, &m->norm);
    if (!s && !tied) s = take(&src, "lm_head.weight", m->vocab, m->dim, &m->head);
    if (tied) m->head = m->embed;
    return s;
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
    struct stamp_rope rope;
    struct stamp_safetensors *st = NULL;
    struct stamp_llama *m = stamp_alloc(1, sizeof *m);
    char *path = join(folder, "config.json"), *text = NULL;
    size_t len = 0;
    bool tied = false;
    enum stamp_status s;

    if (!m || !path)
        s = stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", folder);
    else
        s = stamp_infile_slurp(path, CONFIG_MAX, &text, &len, e);
    if (!s) s = stamp_hf_config(path, text, len, m, &rope, &tied, e);
    if (!s) s = open_tensors(folder, &st, e);
    if (!s) s = stamp_hf_weights(folder, st, tied, m, e);
    if (!s) s = stamp_llama_rope(m, &rope, e);

    stamp_safetensors_close(st);
    stamp_free(text);
    stamp_free(path);
    if (s)
        stamp_llama_close(m);
    else
        *out = m;
    return s;
}
