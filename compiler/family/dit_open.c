/* SPDX-License-Identifier: Apache-2.0 */
/* dit_open.c - weights of a diffusers folder. Contract in dit.h. */
#include <string.h>

#include "compiler/family/family.h"
#include "compiler/front/safetensors.h"
#include "model/file/infile.h"
#include "model/mem.h"

enum { CONFIG_MAX = 1 << 20 };

struct source {
    const struct stamp_network *m;
    const char *name; /* for messages */
    struct stamp_safetensors *st;
    bool *used; /* [tensors of st] */
};

/* Numbers of an entry behind its first dimension. */
static uint64_t inner(const struct stamp_safetensors_entry *t)
{
    return t->rank && t->dim[0] ? t->count / t->dim[0] : 0;
}

/* A stamp_part_source. Convolutions are matrices whose columns have further dimensions. */
static enum stamp_status take(void *ctx, const struct stamp_part *p, struct stamp_lazy *out,
                              struct stamp_err *e)
{
    struct source *src = ctx;
    const struct stamp_safetensors_entry *t = stamp_safetensors_find(src->st, out->name);
    size_t count;

    (void)p;
    if (!t) return stamp_fail(e, STAMP_EFORMAT, "%s: tensor %s is missing", src->name, out->name);
    const enum stamp_status s = stamp_safetensors_lazy(src->st, t, &out->kind, e);
    if (s) return s;
    if (t->rank < 1 || t->rank > STAMP_SAFETENSORS_RANK_MAX || t->dim[0] != out->rows ||
        inner(t) != out->cols)
        return stamp_fail(e, STAMP_EFORMAT,
                          "%s: tensor %s is %zu x %llu (rank %zu), config.json needs %zu x %zu",
                          stamp_safetensors_file(src->st, t), out->name, t->dim[0],
                          (unsigned long long)inner(t), t->rank, out->rows, out->cols);
    src->used[t - stamp_safetensors_list(src->st, &count)] = true;
    return stamp_safetensors_bytes(src->st, t, &out->bytes, e);
}

/* A tensor nobody asked for may be a part of the model this kit would leave out; positions are computed. */
static enum stamp_status refuse_unknown(const struct source *src, struct stamp_err *e)
{
    size_t count = 0;
    const struct stamp_safetensors_entry *t = stamp_safetensors_list(src->st, &count);

    for (size_t i = 0; i < count; i++) {
        if (src->used[i] || !strcmp(t[i].name, "pos_embed.pos_embed")) continue;
        return stamp_fail(e, STAMP_EFORMAT,
                          "%s: tensor %.100s has no place in a %s network of %zu blocks",
                          stamp_safetensors_file(src->st, &t[i]), t[i].name, src->m->family->name,
                          src->m->dit.layers);
    }
    return STAMP_OK;
}

static enum stamp_status weights(const char *folder, struct stamp_network *m, struct stamp_err *e)
{
    struct source src = {m, folder, m->tensors, NULL};
    size_t count = 0;

    m->format = "safetensors";
    (void)stamp_safetensors_list(src.st, &count);
    src.used = stamp_alloc(count + 1, sizeof *src.used);
    if (!src.used) return stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", folder);
    enum stamp_status s = stamp_family_make(m, folder, STAMP_NAMING_DIFFUSERS, take, &src, e);
    if (!s) s = refuse_unknown(&src, e);
    stamp_free(src.used);
    return s;
}

/* diffusion_pytorch_model.safetensors, or the shards of its index. */
static enum stamp_status open_tensors(const char *folder, struct stamp_network *m,
                                      struct stamp_err *e)
{
    static const char *const files[] = {"diffusion_pytorch_model.safetensors",
                                        "diffusion_pytorch_model.safetensors.index.json"};

    for (size_t i = 0; i < 2; i++) {
        char *path = stamp_infile_join(folder, files[i]);
        if (!path) return stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", folder);
        const bool there = stamp_infile_there(path);
        enum stamp_status s = STAMP_OK;
        if (there) s = stamp_safetensors_open(path, &m->tensors, e);
        stamp_free(path);
        if (there) return s;
    }
    return stamp_fail(e, STAMP_EIO, "%s: no %s in this folder, nor its index", folder, files[0]);
}

enum stamp_status stamp_dit_open(const char *folder, struct stamp_dit_grid grid,
                                 struct stamp_network **out, struct stamp_err *e)
{
    struct stamp_network *m = stamp_alloc(1, sizeof *m);
    char *path = stamp_infile_join(folder, "config.json"), *text = NULL;
    enum stamp_status s = STAMP_OK;
    size_t len = 0;

    if (!m || !path) s = stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", folder);
    if (!s) s = stamp_infile_slurp(path, CONFIG_MAX, &text, &len, e);
    if (!s) s = stamp_dit_config(path, text, len, grid, m, e);
    if (!s) s = open_tensors(folder, m, e);
    if (!s) s = weights(folder, m, e);
    stamp_free(text);
    stamp_free(path);
    if (s)
        stamp_network_close(m);
    else
        *out = m;
    return s;
}
