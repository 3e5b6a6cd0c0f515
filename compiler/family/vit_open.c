/* SPDX-License-Identifier: Apache-2.0 */
/* vit_open.c - checkpoints of vision transformers. Contract in vit.h. */
#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

#include "compiler/family/family.h"
#include "compiler/family/vit.h"
#include "compiler/front/json.h"
#include "compiler/front/named.h"
#include "model/mem.h"

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

enum stamp_status stamp_vit_is_config(const char *text, size_t len, bool *is, struct stamp_err *e)
{
    cJSON *json = NULL;
    struct stamp_err why = {0};

    *is = false;
    if (stamp_json_object("config.json", text, len, &json, &why))
        return why.status == STAMP_ENOMEM ? stamp_fail(e, STAMP_ENOMEM, "%s", why.text) : STAMP_OK;
    *is = cJSON_IsString(cJSON_GetObjectItemCaseSensitive(json, "architecture")) &&
          !cJSON_GetObjectItemCaseSensitive(json, "model_type");
    stamp_json_free(json);
    return STAMP_OK;
}

/* ---- config.json ------------------------------------------------------------------------------- */

static enum stamp_status number(const char *name, const cJSON *o, const char *key, double least,
                                double most, double *to, struct stamp_err *e)
{
    const cJSON *v = cJSON_GetObjectItemCaseSensitive(o, key);

    if (!v || cJSON_IsNull(v)) return STAMP_OK;
    if (!cJSON_IsNumber(v) || !(v->valuedouble >= least && v->valuedouble <= most))
        return stamp_fail(e, STAMP_ERANGE, "%s: %s is not a number of %g to %g", name, key, least,
                          most);
    *to = v->valuedouble;
    return STAMP_OK;
}

static enum stamp_status three(const char *name, const cJSON *o, const char *key, float to[3],
                               struct stamp_err *e)
{
    const cJSON *v = cJSON_GetObjectItemCaseSensitive(o, key);

    if (!v || cJSON_IsNull(v)) return STAMP_OK;
    if (!cJSON_IsArray(v) || cJSON_GetArraySize(v) != 3)
        return stamp_fail(e, STAMP_EFORMAT, "%s: %s is not three numbers", name, key);
    for (int i = 0; i < 3; i++) {
        const cJSON *one = cJSON_GetArrayItem(v, i);
        if (!cJSON_IsNumber(one))
            return stamp_fail(e, STAMP_EFORMAT, "%s: %s is not three numbers", name, key);
        to[i] = (float)one->valuedouble;
    }
    return STAMP_OK;
}

/* What a value must be where it is said at all. */
static enum stamp_status refuse_text(const char *name, const cJSON *o, const char *key,
                                     const char *only, struct stamp_err *e)
{
    const cJSON *v = cJSON_GetObjectItemCaseSensitive(o, key);

    if (!v || cJSON_IsNull(v) || (cJSON_IsString(v) && !strcmp(v->valuestring, only)))
        return STAMP_OK;
    return stamp_fail(e, STAMP_EUNSUPPORTED, "%s: %s is \"%.40s\"; \"%s\" is done", name, key,
                      cJSON_IsString(v) ? v->valuestring : "?", only);
}

static enum stamp_status interpolation(const char *name, const cJSON *o, struct stamp_prepare *p,
                                       struct stamp_err *e)
{
    const cJSON *v = cJSON_GetObjectItemCaseSensitive(o, "interpolation");

    if (!v || cJSON_IsNull(v)) return STAMP_OK;
    if (cJSON_IsString(v) && stamp_filter_of(v->valuestring, &p->filter)) return STAMP_OK;
    return stamp_fail(e, STAMP_EUNSUPPORTED,
                      "%s: interpolation is \"%.40s\"; bicubic and bilinear are done", name,
                      cJSON_IsString(v) ? v->valuestring : "?");
}

/* pretrained_cfg: how pictures are prepared. */
static enum stamp_status read_prepare(const char *name, const cJSON *o, struct stamp_vit *v,
                                      struct stamp_err *e)
{
    float size[3] = {0, 0, 0};
    enum stamp_status s = three(name, o, "input_size", size, e);

    if (!s) s = number(name, o, "crop_pct", 0.01, 1, &v->prepare.crop_pct, e);
    if (!s) s = three(name, o, "mean", v->prepare.mean, e);
    if (!s) s = three(name, o, "std", v->prepare.std, e);
    if (!s) s = interpolation(name, o, &v->prepare, e);
    if (!s) s = refuse_text(name, o, "crop_mode", "center", e);
    if (!s && size[1] != 0 && (size[0] != 3 || size[1] != size[2]))
        s = stamp_fail(e, STAMP_EUNSUPPORTED, "%s: input_size is not three channels of a square",
                       name);
    if (!s && size[1] != 0) v->prepare.input = (size_t)size[1];
    return s;
}

static enum stamp_status read_config(const char *name, const char *text, size_t len,
                                     struct stamp_vit *v, struct stamp_err *e)
{
    cJSON *json = NULL;
    double heads = 0;
    enum stamp_status s = stamp_json_object(name, text, len, &json, e);

    if (s) return s;
    const cJSON *cfg = cJSON_GetObjectItemCaseSensitive(json, "pretrained_cfg"),
                *args = cJSON_GetObjectItemCaseSensitive(json, "model_args");
    s = refuse_text(name, json, "global_pool", "token", e);
    if (!s) s = number(name, args, "num_heads", 1, 1024, &heads, e);
    if (!s && cJSON_IsObject(cfg)) s = read_prepare(name, cfg, v, e);
    v->heads = (size_t)heads;
    stamp_json_free(json);
    return s;
}

/* ---- Tensors ----------------------------------------------------------------------------------- */

/* A stamp_part_source. */
static enum stamp_status take(void *ctx, const struct stamp_part *p, struct stamp_lazy *out,
                              struct stamp_err *e)
{
    struct source *src = ctx;
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
    const bool fits = rows     ? shape.rank >= 2 && shape.dim[shape.rank - 1] == out->cols
                      : vector ? shape.rank == 1
                               : shape.rank >= 2 && t.rows == out->rows;
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

/* Sizes that the shapes tell. */
static enum stamp_status read_shapes(const struct source *src, struct stamp_vit *v,
                                     struct stamp_err *e)
{
    struct stamp_shape patch, positions, fc1, head;
    size_t grid = 1;

    enum stamp_status s = shape_of(src, "patch_embed.proj.weight", 4, &patch, e);
    if (!s) s = shape_of(src, "pos_embed", 3, &positions, e);
    if (!s) s = shape_of(src, "blocks.0.mlp.fc1.weight", 2, &fc1, e);
    if (!s) s = shape_of(src, "head.weight", 2, &head, e);
    if (s) return s;
    while (grid * grid + 1 < positions.dim[1]) grid++;
    if (patch.dim[2] != patch.dim[3] || patch.dim[1] != 3 || grid * grid + 1 != positions.dim[1])
        return stamp_fail(
            e, STAMP_EUNSUPPORTED,
            "%s: patches of %zu x %zu pixels of %zu channels, %zu positions: squares of 3 "
            "channels and a class token are done",
            src->name, patch.dim[2], patch.dim[3], patch.dim[1], positions.dim[1]);
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
    if (v->prepare.input != v->side)
        return stamp_fail(e, STAMP_ERANGE,
                          "%s: the positions are of pictures of %zu pixels, input_size says %zu",
                          src->name, v->side, v->prepare.input);
    return stamp_prepare_check(src->name, &v->prepare, e);
}

static enum stamp_status load(struct stamp_network *m, struct source *src, bool told,
                              struct stamp_err *e)
{
    enum stamp_status s = read_shapes(src, &m->vit, e);

    if (!told) m->vit.prepare.input = m->vit.side;
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
    enum stamp_status s = STAMP_OK;

    if (!m) return stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", name);
    m->family = &stamp_family_vit;
    m->ctx = 1;
    m->vit.prepare = stamp_prepare_deit();
    if (config) s = read_config(name, config, len, &m->vit, e);
    if (!s) s = stamp_named_open(path, &m->named, e);
    if (!s) {
        struct source src = {name, m->named, NULL};
        m->format = stamp_named_format(m->named);
        s = load(m, &src, config != NULL, e);
    }
    m->vocab = m->vit.classes;
    if (s)
        stamp_network_close(m);
    else
        *out = m;
    return s;
}
