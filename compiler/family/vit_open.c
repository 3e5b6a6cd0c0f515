/* SPDX-License-Identifier: Apache-2.0 */
/* vit_open.c - checkpoints of vision transformers. Contract in vit.h. */
#include <stdio.h>
#include <string.h>

#include "compiler/family/family.h"
#include "compiler/family/vit.h"
#include "compiler/front/named.h"
#include "model/mem.h"

enum { GRID_MAX = 4096 }; /* patches of a side */

struct source {
    const char *name; /* for messages */
    struct stamp_named *t;
    bool *used; /* [tensors] */
};

enum stamp_status stamp_vit_is(const char *path, bool *is, struct stamp_err *e)
{
    struct stamp_named *t = NULL;
    struct stamp_err why = {0};

    *is = false;
    if (stamp_named_open(path, &t, &why))
        return why.status == STAMP_ENOMEM ? stamp_fail(e, STAMP_ENOMEM, "%s", why.text) : STAMP_OK;
    *is = stamp_named_find(t, "patch_embed.proj.weight") < stamp_named_count(t);
    stamp_named_close(t);
    return STAMP_OK;
}

/* ---- Tensors ----------------------------------------------------------------------------------- */

/* A stamp_part_source. */
static enum stamp_status take(void *ctx, const struct stamp_part *p, struct stamp_lazy *out,
                              struct stamp_err *e)
{
    struct source *src = ctx;
    static const char patch_weight[] = "patch_embed.proj.weight";
    const size_t i = stamp_named_find(src->t, out->name);
    struct stamp_lazy t;

    if (i == stamp_named_count(src->t))
        return stamp_fail(e, STAMP_EFORMAT, "%s: tensor %s is missing", src->name, out->name);
    const enum stamp_status s = stamp_named_lazy(src->t, i, &t, e);
    if (s) return s;
    src->used[i] = true;
    const struct stamp_shape shape = stamp_named_shape(src->t, i);
    const bool rows = p->kind == STAMP_PART_ROWS,
               vector = p->kind == STAMP_PART_GAIN || p->kind == STAMP_PART_BIAS;
    const size_t rank = rows ? 3 : vector ? 1 : !strcmp(out->name, patch_weight) ? 4 : 2;
    const bool fits = shape.rank == rank && (rows     ? shape.dim[2] == out->cols
                                             : vector ? true
                                                      : t.rows == out->rows);
    if (!fits || t.rows * t.cols != out->rows * out->cols)
        return stamp_fail(e, STAMP_EFORMAT,
                          "%s: tensor %s is %zu x %zu (rank %zu), %zu x %zu is due",
                          stamp_named_file(src->t, i), out->name, t.rows, t.cols, shape.rank,
                          out->rows, out->cols);
    out->kind = t.kind;
    out->bytes = t.bytes;
    return STAMP_OK;
}

static enum stamp_status refuse_unknown(const struct source *src, struct stamp_err *e)
{
    for (size_t i = 0; i < stamp_named_count(src->t); i++)
        if (!src->used[i])
            return stamp_fail(e, STAMP_EFORMAT,
                              "%s: tensor %.100s has no place in a vision transformer",
                              stamp_named_file(src->t, i), stamp_named_name(src->t, i));
    return STAMP_OK;
}

/* The shape of a tensor, of so many dimensions. */
static enum stamp_status shape_of(const struct source *src, const char *tensor, size_t rank,
                                  struct stamp_shape *out, struct stamp_err *e)
{
    const size_t i = stamp_named_find(src->t, tensor);

    if (i == stamp_named_count(src->t))
        return stamp_fail(e, STAMP_EFORMAT, "%s: tensor %s is missing", src->name, tensor);
    *out = stamp_named_shape(src->t, i);
    if (out->rank == rank) return STAMP_OK;
    return stamp_fail(e, STAMP_EFORMAT, "%s: tensor %s has %zu dimensions, %zu are due",
                      stamp_named_file(src->t, i), tensor, out->rank, rank);
}

/* Blocks there are: blocks.0, blocks.1, ... */
static size_t count_blocks(const struct source *src)
{
    char name[64];
    size_t n = 0;

    for (;; n++) {
        snprintf(name, sizeof name, "blocks.%zu.norm1.weight", n);
        if (stamp_named_find(src->t, name) == stamp_named_count(src->t)) return n;
    }
}

/* DeiT's distilled networks: a second token, and a head for it whose classes are averaged with the first's. */
static enum stamp_status refuse_distilled(const struct source *src, struct stamp_err *e)
{
    static const char *const of[] = {"dist_token", "head_dist.weight"};

    for (size_t i = 0; i < sizeof of / sizeof of[0]; i++)
        if (stamp_named_find(src->t, of[i]) < stamp_named_count(src->t))
            return stamp_fail(e, STAMP_EUNSUPPORTED,
                              "%s: tensor %s is of a distilled network, which is not done",
                              src->name, of[i]);
    return STAMP_OK;
}

/* Sizes that the shapes tell. */
static enum stamp_status read_shapes(const struct source *src, struct stamp_vit *v,
                                     struct stamp_err *e)
{
    struct stamp_shape patch, positions, first, fc1, head;
    size_t grid = 1;

    enum stamp_status s = refuse_distilled(src, e);
    if (!s) s = shape_of(src, "patch_embed.proj.weight", 4, &patch, e);
    if (!s) s = shape_of(src, "pos_embed", 3, &positions, e);
    if (!s) s = shape_of(src, "blocks.0.norm1.weight", 1, &first, e);
    if (!s) s = shape_of(src, "blocks.0.mlp.fc1.weight", 2, &fc1, e);
    if (!s) s = shape_of(src, "head.weight", 2, &head, e);
    if (s) return s;
    if (patch.dim[2] != patch.dim[3] || patch.dim[1] != 3)
        return stamp_fail(e, STAMP_EUNSUPPORTED,
                          "%s: tensor patch_embed.proj.weight is of %zu x %zu pixels of %zu "
                          "channels: squares of 3 channels are done",
                          src->name, patch.dim[2], patch.dim[3], patch.dim[1]);
    while (grid < GRID_MAX && grid * grid + 1 < positions.dim[1]) grid++;
    if (grid * grid + 1 != positions.dim[1])
        return stamp_fail(e, STAMP_EUNSUPPORTED,
                          "%s: tensor pos_embed has %zu positions: a class token and a square of "
                          "at most %d x %d patches are done",
                          src->name, positions.dim[1], GRID_MAX, GRID_MAX);
    v->dim = patch.dim[0];
    v->channels = patch.dim[1];
    v->patch = patch.dim[2];
    v->side = grid * v->patch;
    v->hidden = fc1.dim[0];
    v->classes = head.dim[0];
    v->depth = count_blocks(src);
    return STAMP_OK;
}

/* Widths of timm's own models, whose heads have 64 features. */
static bool is_timms(size_t dim)
{
    return dim == 192 || dim == 384 || dim == 768 || dim == 1024;
}

/* Sizes of config.json against those of the tensors. */
static enum stamp_status agree(const struct source *src, const struct stamp_vit *said,
                               const struct stamp_vit *v, struct stamp_err *e)
{
    const struct {
        const char *what;
        size_t said, found;
    } size[] = {{"width", said->dim, v->dim},
                {"depth", said->depth, v->depth},
                {"number of classes", said->classes, v->classes},
                {"number of channels", said->channels, v->channels},
                {"patch", said->patch, v->patch},
                {"picture", said->side, v->side},
                {"hidden width", (size_t)((double)v->dim * said->mlp_ratio),
                 said->mlp_ratio > 0 ? v->hidden : 0}};

    for (size_t i = 0; i < sizeof size / sizeof size[0]; i++)
        if (size[i].said && size[i].said != size[i].found)
            return stamp_fail(e, STAMP_EFORMAT,
                              "%s: config.json says the %s is %zu, the tensors say %zu", src->name,
                              size[i].what, size[i].said, size[i].found);
    return STAMP_OK;
}

static enum stamp_status settle(const struct source *src, struct stamp_vit *v, struct stamp_err *e)
{
    const struct {
        const char *what;
        size_t value, max;
    } limit[] = {{"width", v->dim, 1u << 14}, {"hidden", v->hidden, 1u << 16},
                 {"depth", v->depth, 1024},   {"classes", v->classes, 1u << 20},
                 {"picture", v->side, 4096},  {"patch", v->patch, 256}};

    for (size_t i = 0; i < sizeof limit / sizeof limit[0]; i++)
        if (limit[i].value < 1 || limit[i].value > limit[i].max)
            return stamp_fail(e, STAMP_ERANGE, "%s: %s is %zu, not in 1 .. %zu", src->name,
                              limit[i].what, limit[i].value, limit[i].max);
    if (!v->heads && !is_timms(v->dim))
        return stamp_fail(
            e, STAMP_EUNSUPPORTED,
            "%s: the number of heads is not in it, and width %zu is none of timm's own: put "
            "it in a folder as model.safetensors with a config.json that has architecture "
            "and model_args.num_heads",
            src->name, v->dim);
    if (!v->heads) v->heads = v->dim / 64;
    if (v->dim % v->heads)
        return stamp_fail(e, STAMP_ERANGE, "%s: width %zu is not a multiple of %zu heads",
                          src->name, v->dim, v->heads);
    if (!v->prepare.input) v->prepare.input = v->side;
    if (v->prepare.input != v->side)
        return stamp_fail(e, STAMP_ERANGE,
                          "%s: the positions are of pictures of %zu pixels, input_size says %zu",
                          src->name, v->side, v->prepare.input);
    return stamp_prepare_check(src->name, &v->prepare, e);
}

static enum stamp_status load(struct stamp_network *m, struct source *src,
                              const struct stamp_vit *said, struct stamp_err *e)
{
    enum stamp_status s = read_shapes(src, &m->vit, e);

    m->vit.heads = said->heads;
    m->vit.prepare = said->prepare;
    if (!s) s = agree(src, said, &m->vit, e);
    if (!s) s = settle(src, &m->vit, e);
    src->used = stamp_alloc(stamp_named_count(src->t) + 1, sizeof *src->used);
    if (!s && !src->used) s = stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", src->name);
    if (!s) s = stamp_family_make(m, src->name, STAMP_NAMING_TIMM, take, src, e);
    if (!s) s = refuse_unknown(src, e);
    stamp_free(src->used);
    return s;
}

enum stamp_status stamp_vit_open(const char *path, const char *name, const char *config, size_t len,
                                 struct stamp_network **out, struct stamp_err *e)
{
    struct stamp_network *m = stamp_alloc(1, sizeof *m);
    struct stamp_vit said = {.prepare = stamp_prepare_deit()};
    enum stamp_status s = STAMP_OK;

    if (!m) return stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", name);
    m->family = &stamp_family_vit;
    m->ctx = 1;
    said.prepare.input = 0; /* as the tensors say */
    if (config) s = stamp_vit_config(name, config, len, &said, e);
    if (!s) s = stamp_named_open(path, &m->named, e);
    if (!s) {
        struct source src = {name, m->named, NULL};
        m->format = stamp_named_format(m->named);
        s = load(m, &src, &said, e);
    }
    m->vocab = m->vit.classes;
    if (s)
        stamp_network_close(m);
    else
        *out = m;
    return s;
}
