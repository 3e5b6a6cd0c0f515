/* SPDX-License-Identifier: Apache-2.0 */
/* hf.c - weights of a Hugging Face folder. Contract in hf.h. */
#include "compiler/family/hf.h"

#include <stdio.h>
#include <string.h>

#include "compiler/family/family.h"
#include "compiler/front/hf_folder.h"
#include "compiler/front/safetensors.h"
#include "model/file/infile.h"
#include "model/mem.h"

enum { CONFIG_MAX = 1 << 20, CHUNK = 1024 };

#define EMBED "model.embed_tokens.weight"
#define HEAD  "lm_head.weight"

/* How checkpoints name the same tensors: in front of "embed_tokens", "layers" and "norm", and in
 * front of "lm_head". */
static const struct naming {
    const char *base, *head;
} namings[] = {
    {"model.", ""},                     /* a model with its head */
    {"", ""},                           /* a base model saved alone, as AutoModel does */
    {"module.model.", "module."},       /* saved out of DistributedDataParallel */
    {"_orig_mod.model.", "_orig_mod."}, /* saved out of torch.compile */
};

struct source {
    const struct stamp_network *m;
    const char *name; /* for messages */
    struct stamp_safetensors *st;
    const struct naming *as;
    bool *used; /* [tensors of st] */
};

/* The checkpoint's name of the tensor that namings[0] calls @p name. */
static void rename_to(const struct source *src, const char *name, char *out, size_t size)
{
    const size_t n = strlen(namings[0].base);

    if (strncmp(name, namings[0].base, n) == 0)
        snprintf(out, size, "%s%s", src->as->base, name + n);
    else
        snprintf(out, size, "%s%s", src->as->head, name);
}

static const struct stamp_safetensors_entry *find(const struct source *src, const char *name)
{
    char real[160];

    rename_to(src, name, real, sizeof real);
    return stamp_safetensors_find(src->st, real);
}

/* The naming whose embedding is there. */
static enum stamp_status find_naming(struct source *src, struct stamp_err *e)
{
    size_t count = 0;
    const struct stamp_safetensors_entry *t = stamp_safetensors_list(src->st, &count);

    for (size_t i = 0; i < sizeof namings / sizeof namings[0]; i++) {
        src->as = &namings[i];
        if (find(src, EMBED)) return STAMP_OK;
    }
    src->as = &namings[0];
    for (size_t i = 0; i < count; i++)
        if (strncmp(t[i].name, namings[0].base, strlen(namings[0].base)) == 0 ||
            strncmp(t[i].name, "layers.", 7) == 0)
            return stamp_fail(e, STAMP_EFORMAT, "%s: tensor " EMBED " is missing", src->name);
    const size_t other = count > 1 && strcmp(t[0].name, HEAD) == 0;
    return stamp_fail(e, STAMP_EUNSUPPORTED,
                      "%s: tensor " EMBED
                      " is missing; the first tensor is %.100s: names of another "
                      "architecture than %s",
                      src->name, count ? t[other].name : "none", src->m->family->name);
}

/* A stamp_part_source. */
static enum stamp_status take(void *ctx, const struct stamp_part *p, struct stamp_lazy *out,
                              struct stamp_err *e)
{
    struct source *src = ctx;
    const struct stamp_safetensors_entry *t = find(src, out->name);
    const size_t rank = p->kind == STAMP_PART_MATRIX ? 2 : 1;
    char asked[sizeof out->name];
    size_t count;

    snprintf(asked, sizeof asked, "%s", out->name);
    rename_to(src, asked, out->name, sizeof out->name);
    if (!t) return stamp_fail(e, STAMP_EFORMAT, "%s: tensor %s is missing", src->name, out->name);
    const enum stamp_status s = stamp_safetensors_lazy(src->st, t, &out->kind, e);
    if (s) return s;
    if (t->rank != rank || t->dim[0] != out->rows || t->dim[1] != out->cols)
        return stamp_fail(e, STAMP_EFORMAT,
                          "%s: tensor %s is %zu x %zu (rank %zu), config.json needs %zu x %zu",
                          stamp_safetensors_file(src->st, t), out->name, t->dim[0], t->dim[1],
                          t->rank, out->rows, out->cols);
    out->pair = p->paired ? src->m->dec.head_dim : 0;
    src->used[t - stamp_safetensors_list(src->st, &count)] = true;
    return stamp_safetensors_bytes(src->st, t, &out->bytes, e);
}

/* A tensor nobody asked for may be a part of the model this kit would leave out. */
static enum stamp_status refuse_unknown(const struct source *src, struct stamp_err *e)
{
    const struct stamp_network *m = src->m;
    static const char derived[] = "rotary_emb.inv_freq";
    size_t count = 0;
    const struct stamp_safetensors_entry *t = stamp_safetensors_list(src->st, &count);

    for (size_t i = 0; i < count; i++) {
        const size_t n = strlen(t[i].name), d = sizeof derived - 1;
        if (src->used[i] || (n >= d && strcmp(t[i].name + n - d, derived) == 0)) continue;
        return stamp_fail(
            e, STAMP_EFORMAT, "%s: tensor %.100s has no place in a %s network of %zu layers",
            stamp_safetensors_file(src->st, &t[i]), t[i].name, m->family->name, m->dec.layers);
    }
    return STAMP_OK;
}

/* Whether two matrices of the same shape hold the same values; reads no more than it must. */
static enum stamp_status same_values(struct source *src, const struct stamp_safetensors_entry *a,
                                     const struct stamp_safetensors_entry *b, bool *same,
                                     struct stamp_err *e)
{
    const unsigned char *x = NULL, *y = NULL;
    const size_t wa = stamp_dtype_bytes(a->dtype), wb = stamp_dtype_bytes(b->dtype);
    float va[CHUNK], vb[CHUNK];

    *same = a->rank == b->rank && a->dim[0] == b->dim[0] && a->dim[1] == b->dim[1] && wa && wb;
    if (!*same) return STAMP_OK;
    enum stamp_status s = stamp_safetensors_bytes(src->st, a, &x, e);
    if (!s) s = stamp_safetensors_bytes(src->st, b, &y, e);
    if (s) return s;
    if (a->dtype == b->dtype) {
        *same = memcmp(x, y, (size_t)a->count * wa) == 0;
        return STAMP_OK;
    }
    for (size_t i = 0, n; i < a->count && *same; i += n) {
        n = a->count - i < CHUNK ? (size_t)(a->count - i) : CHUNK;
        stamp_dtype_to_f32(a->dtype, n, x + i * wa, va);
        stamp_dtype_to_f32(b->dtype, n, y + i * wb, vb);
        *same = memcmp(va, vb, n * sizeof *va) == 0;
    }
    return STAMP_OK;
}

/* Which head the model has: a matrix of its own counts, whatever config.json says, as in transformers
 * from version 5; a copy of the embedding is the embedding. */
static enum stamp_status settle_head(struct source *src, struct stamp_network *m,
                                     struct stamp_err *e)
{
    const struct stamp_safetensors_entry *embed = find(src, EMBED), *head = find(src, HEAD);
    char names[2][160];
    bool same = false;
    size_t count;

    rename_to(src, EMBED, names[0], sizeof names[0]);
    rename_to(src, HEAD, names[1], sizeof names[1]);
    if (!head && !m->dec.tied) {
        m->dec.tied = true;
        return stamp_notes_add(&m->notes, e,
                               "%.150s: no %s, though tie_word_embeddings is not true in "
                               "config.json: %s is the head too",
                               src->name, names[1], names[0]);
    }
    if (!head || !m->dec.tied) return STAMP_OK;
    const enum stamp_status s = same_values(src, embed, head, &same, e);
    if (s) return s;
    m->dec.tied = same;
    if (same) {
        src->used[head - stamp_safetensors_list(src->st, &count)] = true;
        return STAMP_OK;
    }
    return stamp_notes_add(
        &m->notes, e,
        "%.150s: tie_word_embeddings is true in config.json, but %s differs from "
        "%s: %s is used",
        src->name, names[1], names[0], names[1]);
}

enum stamp_status stamp_hf_weights(const char *name, struct stamp_safetensors *st,
                                   struct stamp_network *m, struct stamp_err *e)
{
    struct source src = {m, name, st, NULL, NULL};
    size_t count = 0;

    m->tensors = st;
    m->format = "safetensors";
    (void)stamp_safetensors_list(st, &count);
    src.used = stamp_alloc(count, sizeof *src.used);
    if (!src.used) return stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", name);
    enum stamp_status s = find_naming(&src, e);
    if (!s) s = settle_head(&src, m, e);
    if (!s) s = stamp_decoder_rope(&m->dec, e);
    if (!s) s = stamp_family_make(m, name, STAMP_NAMING_HF, take, &src, e);
    if (!s) s = refuse_unknown(&src, e);
    stamp_free(src.used);
    return s;
}

enum stamp_status stamp_hf_open(const char *folder, struct stamp_network **out, struct stamp_err *e)
{
    struct stamp_safetensors *st = NULL;
    struct stamp_network *m = stamp_alloc(1, sizeof *m);
    char *path = stamp_infile_join(folder, "config.json"), *text = NULL;
    size_t len = 0;
    enum stamp_status s;

    if (!m || !path)
        s = stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", folder);
    else
        s = stamp_hf_look(folder, e);
    if (!s) s = stamp_infile_slurp(path, CONFIG_MAX, &text, &len, e);
    if (!s) s = stamp_hf_config(path, text, len, m, e);
    if (!s) s = stamp_hf_tensors(folder, &st, e);
    if (!s) s = stamp_hf_weights(folder, st, m, e);

    stamp_free(text);
    stamp_free(path);
    if (s)
        stamp_network_close(m);
    else
        *out = m;
    return s;
}
