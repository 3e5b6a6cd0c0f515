/* SPDX-License-Identifier: Apache-2.0 */
/* parts.c - what tensors a model has. Contract in parts.h. */
#include "compiler/front/parts.h"

#include <stdio.h>
#include <string.h>

#include "model/mem.h"

/* Sizes by name, so that the table below is one. */
enum size { ONE, DIM, HIDDEN, Q, KV, HEAD_DIM, VOCAB };

enum where { ALL, QWEN2, QWEN3 }; /* families that have it */

struct row {
    const char *hf, *gguf;
    enum stamp_part_kind kind;
    enum size rows, cols;
    bool paired;
    enum where where;
    size_t slot; /* offset in struct stamp_llama_layer */
};

#define SLOT(member) offsetof(struct stamp_llama_layer, member)
static const struct row layer_rows[] = {
    {"input_layernorm", "attn_norm", STAMP_PART_GAIN, DIM, ONE, false, ALL, SLOT(norm_att)},
    {"self_attn.q_proj", "attn_q", STAMP_PART_MATRIX, Q, DIM, true, ALL, SLOT(wq)},
    {"self_attn.k_proj", "attn_k", STAMP_PART_MATRIX, KV, DIM, true, ALL, SLOT(wk)},
    {"self_attn.v_proj", "attn_v", STAMP_PART_MATRIX, KV, DIM, false, ALL, SLOT(wv)},
    {"self_attn.q_proj", "attn_q", STAMP_PART_BIAS, Q, ONE, true, QWEN2, SLOT(bias_q)},
    {"self_attn.k_proj", "attn_k", STAMP_PART_BIAS, KV, ONE, true, QWEN2, SLOT(bias_k)},
    {"self_attn.v_proj", "attn_v", STAMP_PART_BIAS, KV, ONE, false, QWEN2, SLOT(bias_v)},
    {"self_attn.q_norm", "attn_q_norm", STAMP_PART_GAIN, HEAD_DIM, ONE, true, QWEN3, SLOT(norm_q)},
    {"self_attn.k_norm", "attn_k_norm", STAMP_PART_GAIN, HEAD_DIM, ONE, true, QWEN3, SLOT(norm_k)},
    {"self_attn.o_proj", "attn_output", STAMP_PART_MATRIX, DIM, Q, false, ALL, SLOT(wo)},
    {"post_attention_layernorm", "ffn_norm", STAMP_PART_GAIN, DIM, ONE, false, ALL, SLOT(norm_ffn)},
    {"mlp.gate_proj", "ffn_gate", STAMP_PART_MATRIX, HIDDEN, DIM, false, ALL, SLOT(w1)},
    {"mlp.down_proj", "ffn_down", STAMP_PART_MATRIX, DIM, HIDDEN, false, ALL, SLOT(w2)},
    {"mlp.up_proj", "ffn_up", STAMP_PART_MATRIX, HIDDEN, DIM, false, ALL, SLOT(w3)},
};
static const struct row embed_row = {
    "model.embed_tokens", "token_embd", STAMP_PART_MATRIX, VOCAB, DIM, false, ALL, 0};
static const struct row norm_row = {
    "model.norm", "output_norm", STAMP_PART_GAIN, DIM, ONE, false, ALL, 0};
static const struct row head_row = {"lm_head", "output", STAMP_PART_MATRIX, VOCAB, DIM, false,
                                    ALL,       0};

struct taking {
    struct stamp_llama *m;
    const char *name;
    enum stamp_naming naming;
    stamp_part_source *source;
    void *ctx;
    struct stamp_err *e;
};

static size_t value_of(const struct stamp_llama *m, enum size which)
{
    const size_t v[] = {
        1,           m->dim,  m->hidden, m->heads * m->head_dim, m->kv_heads * m->head_dim,
        m->head_dim, m->vocab};
    return v[which];
}

/* One tensor, of a layer or (SIZE_MAX) of the model, into a struct stamp_lazy or a float *. */
static enum stamp_status take(const struct taking *t, const struct row *row, size_t layer,
                              void *slot)
{
    const char *kind = row->kind == STAMP_PART_BIAS ? "bias" : "weight";
    struct stamp_part p = {.kind = row->kind,
                           .rows = value_of(t->m, row->rows),
                           .cols = value_of(t->m, row->cols),
                           .paired = row->paired};

    if (layer == SIZE_MAX) {
        snprintf(p.name[STAMP_NAMING_HF], sizeof p.name[0], "%s.%s", row->hf, kind);
        snprintf(p.name[STAMP_NAMING_GGUF], sizeof p.name[0], "%s.%s", row->gguf, kind);
    } else {
        snprintf(p.name[STAMP_NAMING_HF], sizeof p.name[0], "model.layers.%zu.%s.%s", layer,
                 row->hf, kind);
        snprintf(p.name[STAMP_NAMING_GGUF], sizeof p.name[0], "blk.%zu.%s.%s", layer, row->gguf,
                 kind);
    }
    struct stamp_lazy lazy = {.rows = p.rows, .cols = p.cols};
    memcpy(lazy.name, p.name[t->naming], sizeof lazy.name);
    const enum stamp_status s = t->source(t->ctx, &p, &lazy, t->e);
    if (s) return s;
    if (row->kind != STAMP_PART_MATRIX) return stamp_llama_vector(t->name, &lazy, slot, t->e);
    *(struct stamp_lazy *)slot = lazy;
    return STAMP_OK;
}

enum stamp_status stamp_parts_take(struct stamp_llama *m, const char *name,
                                   enum stamp_naming naming, stamp_part_source *source, void *ctx,
                                   struct stamp_err *e)
{
    const struct taking t = {m, name, naming, source, ctx, e};

    m->layer = stamp_alloc(m->layers, sizeof *m->layer);
    if (!m->layer) return stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", name);
    enum stamp_status s = take(&t, &embed_row, SIZE_MAX, &m->embed);
    for (size_t i = 0; i < m->layers; i++)
        for (size_t k = 0; k < sizeof layer_rows / sizeof layer_rows[0] && !s; k++) {
            const struct row *r = &layer_rows[k];
            if ((r->where == QWEN2 && m->family != STAMP_FAMILY_QWEN2) ||
                (r->where == QWEN3 && m->family != STAMP_FAMILY_QWEN3))
                continue;
            s = take(&t, r, i, (char *)&m->layer[i] + r->slot);
        }
    if (!s) s = take(&t, &norm_row, SIZE_MAX, &m->norm);
    if (m->tied)
        m->head = m->embed;
    else if (!s)
        s = take(&t, &head_row, SIZE_MAX, &m->head);
    return s ? s : stamp_llama_rope(m, e);
}
