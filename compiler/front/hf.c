/* SPDX-License-Identifier: Apache-2.0 */
/* hf.c - weights of a Hugging Face folder. Contract in hf.h. */
#include "compiler/front/hf.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "compiler/front/infile.h"
#include "compiler/front/parts.h"
#include "compiler/front/safetensors.h"
#include "model/mem.h"

enum { CONFIG_MAX = 1 << 20 };

struct source {
    const struct stamp_llama *m;
    const char *name; /* for messages */
    struct stamp_safetensors *st;
    bool *used; /* [tensors of st] */
};

/* A stamp_part_source. */
static enum stamp_status take(void *ctx, const struct stamp_part *p, struct stamp_lazy *out,
                              struct stamp_err *e)
{
    struct source *src = ctx;
    const struct stamp_safetensors_entry *t = stamp_safetensors_find(src->st, out->name);
    const size_t rank = p->kind == STAMP_PART_MATRIX ? 2 : 1;
    size_t count;

    if (!t) return stamp_fail(e, STAMP_EFORMAT, "%s: tensor %s is missing", src->name, out->name);
    if (t->rank != rank || t->dim[0] != p->rows || t->dim[1] != p->cols)
        return stamp_fail(e, STAMP_EFORMAT,
                          "%s: tensor %s is %zu x %zu (rank %zu), config.json needs %zu x %zu",
                          stamp_safetensors_file(src->st, t), out->name, t->dim[0], t->dim[1],
                          t->rank, p->rows, p->cols);
    switch (t->dtype) {
    case STAMP_DTYPE_F32: out->kind = STAMP_LAZY_F32; break;
    case STAMP_DTYPE_F16: out->kind = STAMP_LAZY_F16; break;
    case STAMP_DTYPE_BF16: out->kind = STAMP_LAZY_BF16; break;
    default:
        return stamp_fail(e, STAMP_EUNSUPPORTED,
                          "%s: tensor %s has dtype %s; F32, F16 or BF16 is needed",
                          stamp_safetensors_file(src->st, t), out->name, t->type);
    }
    out->pair = p->paired ? src->m->head_dim : 0;
    src->used[t - stamp_safetensors_list(src->st, &count)] = true;
    return stamp_safetensors_bytes(src->st, t, &out->bytes, e);
}

/* A tensor nobody asked for may be a part of the model this kit would leave out. */
static enum stamp_status refuse_unknown(const struct source *src, struct stamp_err *e)
{
    const struct stamp_llama *m = src->m;
    static const char derived[] = "rotary_emb.inv_freq";
    size_t count = 0;
    const struct stamp_safetensors_entry *t = stamp_safetensors_list(src->st, &count);

    for (size_t i = 0; i < count; i++) {
        const size_t n = strlen(t[i].name), d = sizeof derived - 1;
        if (src->used[i] || (n >= d && strcmp(t[i].name + n - d, derived) == 0) ||
            (m->tied && strcmp(t[i].name, "lm_head.weight") == 0))
            continue;
        return stamp_fail(e, STAMP_EFORMAT,
                          "%s: tensor %.100s has no place in a %s model of %zu layers",
                          stamp_safetensors_file(src->st, &t[i]), t[i].name,
                          stamp_family_name(m->family), m->layers);
    }
    return STAMP_OK;
}

enum stamp_status stamp_hf_weights(const char *name, struct stamp_safetensors *st,
                                   struct stamp_llama *m, struct stamp_err *e)
{
    struct source src = {m, name, st, NULL};
    size_t count = 0;

    m->tensors = st;
    m->format = "safetensors";
    (void)stamp_safetensors_list(st, &count);
    src.used = stamp_alloc(count, sizeof *src.used);
    if (!src.used) return stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", name);
    if (!stamp_safetensors_find(st, "lm_head.weight")) m->tied = true;
    enum stamp_status s = stamp_parts_take(m, name, STAMP_NAMING_HF, take, &src, e);
    if (!s) s = refuse_unknown(&src, e);
    stamp_free(src.used);
    return s;
}

static enum stamp_status open_tensors(const char *folder, struct stamp_safetensors **st,
                                      struct stamp_err *e)
{
    struct stat info;
    char *one = stamp_infile_join(folder, "model.safetensors");
    char *index = stamp_infile_join(folder, "model.safetensors.index.json");
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
    char *path = stamp_infile_join(folder, "config.json"), *text = NULL;
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
