/* SPDX-License-Identifier: Apache-2.0 */
/* dit_config.c - transformer/config.json as diffusers writes it. Contract in dit.h. */
#include <cjson/cJSON.h>
#include <string.h>

#include "compiler/family/dit.h"
#include "compiler/family/family.h"
#include "compiler/front/json.h"
#include "compiler/front/keys.h"

enum { SIDE_MAX = 4096, SIZE_MAX_OF = 1 << 16 };

struct config {
    const char *name;
    const cJSON *json;
    enum stamp_keys_file keys;
    struct stamp_err *e;
};

static const cJSON *get(const struct config *c, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(c->json, stamp_keys_ask(c->keys, key));
    return cJSON_IsNull(item) ? NULL : item;
}

/* A whole number of 1 or more; @p fallback 0 means the key is needed. */
static enum stamp_status size_of(const struct config *c, const char *key, size_t fallback,
                                 size_t *out)
{
    const cJSON *item = get(c, key);
    uint64_t v = fallback;

    if (!item && !fallback) return stamp_fail(c->e, STAMP_EFORMAT, "%s: no %s", c->name, key);
    if (item && (!stamp_json_u64(item, &v) || v < 1 || v > SIZE_MAX_OF))
        return stamp_fail(c->e, STAMP_ERANGE, "%s: %s is not a whole number of 1 to %d", c->name,
                          key, SIZE_MAX_OF);
    *out = (size_t)v;
    return STAMP_OK;
}

static enum stamp_status real_of(const struct config *c, const char *key, double fallback,
                                 double least, double most, double *out)
{
    const cJSON *item = get(c, key);

    if (item && !(cJSON_IsNumber(item) && item->valuedouble >= least && item->valuedouble <= most))
        return stamp_fail(c->e, STAMP_ERANGE, "%s: %s is not a number of %g to %g", c->name, key,
                          least, most);
    *out = item ? item->valuedouble : fallback;
    return STAMP_OK;
}

static enum stamp_status flag_of(const struct config *c, const char *key, bool fallback, bool *out)
{
    const cJSON *item = get(c, key);

    if (item && !cJSON_IsBool(item))
        return stamp_fail(c->e, STAMP_EFORMAT, "%s: %s is neither true nor false", c->name, key);
    *out = item ? cJSON_IsTrue(item) : fallback;
    return STAMP_OK;
}

static bool is_class(const cJSON *json, const struct stamp_family **family)
{
    const cJSON *name = cJSON_GetObjectItemCaseSensitive(json, "_class_name");

    *family = NULL;
    if (!cJSON_IsString(name)) return false;
    if (!strcmp(name->valuestring, stamp_family_pixart.model_type)) *family = &stamp_family_pixart;
    if (!strcmp(name->valuestring, stamp_family_sana.model_type)) *family = &stamp_family_sana;
    return true;
}

enum stamp_status stamp_dit_is_config(const char *text, size_t len, bool *is, struct stamp_err *e)
{
    const struct stamp_family *family;
    struct stamp_err why = {0};
    cJSON *json = NULL;

    *is = false;
    if (stamp_json_object("config.json", text, len, &json, &why))
        return why.status == STAMP_ENOMEM ? stamp_fail(e, STAMP_ENOMEM, "%s", why.text) : STAMP_OK;
    *is = is_class(json, &family);
    stamp_json_free(json);
    return STAMP_OK;
}

/* Blocks from .. to whose keys and values are compressed, one behind the other. */
static enum stamp_status squeeze(const struct config *c, struct stamp_dit *d)
{
    const cJSON *o = get(c, "kv_compress"), *layer;
    const cJSON *layers = cJSON_GetObjectItemCaseSensitive(o, "layers"),
                *factor = cJSON_GetObjectItemCaseSensitive(o, "factor");
    uint64_t v = 0, count = 0;

    if (!o) return STAMP_OK;
    if (!cJSON_IsObject(o) || !stamp_json_u64(factor, &v) || v < 2 || v > 8 ||
        !cJSON_IsArray(layers))
        return stamp_fail(c->e, STAMP_EFORMAT,
                          "%s: kv_compress is not a list of layers and a factor of 2 to 8",
                          c->name);
    d->squeeze = (size_t)v;
    cJSON_ArrayForEach(layer, layers)
    {
        if (!stamp_json_u64(layer, &v) || v >= d->layers ||
            (count && v != d->squeeze_first + count))
            return stamp_fail(c->e, STAMP_EUNSUPPORTED,
                              "%s: layers of kv_compress are not a run of the %zu blocks", c->name,
                              d->layers);
        if (!count++) d->squeeze_first = (size_t)v;
    }
    if (!count) d->squeeze = 0;
    d->squeeze_last = d->squeeze_first + (size_t)count - 1;
    return STAMP_OK;
}

/* null: as many as come in; absent: those of diffusers' default. */
static enum stamp_status out_channels(const struct config *c, size_t absent, struct stamp_dit *d)
{
    const bool there = cJSON_GetObjectItemCaseSensitive(c->json, "out_channels");
    return size_of(c, "out_channels", there ? d->channels : absent, &d->out_channels);
}

static enum stamp_status read_pixart(const struct config *c, struct stamp_dit *d)
{
    enum stamp_status s = size_of(c, "num_attention_heads", 16, &d->heads);
    if (!s) s = size_of(c, "attention_head_dim", 72, &d->head_dim);
    d->dim = d->heads * d->head_dim;
    d->cross_heads = d->heads;
    d->cross_head_dim = d->head_dim;
    if (!s) s = size_of(c, "in_channels", 4, &d->channels);
    if (!s) s = out_channels(c, 8, d);
    if (!s) s = size_of(c, "num_layers", 28, &d->layers);
    if (!s) s = size_of(c, "patch_size", 2, &d->patch);
    if (!s) s = size_of(c, "sample_size", 128, &d->sample);
    if (!s) s = size_of(c, "caption_channels", 0, &d->caption);
    if (!s) s = real_of(c, "mlp_ratio", 4, 0.01, 64, &d->mlp_ratio);
    if (!s) s = real_of(c, "norm_eps", 1e-6, 0, 0.5, &d->eps);
    const size_t times = d->sample / 64;
    if (!s)
        s = real_of(c, "interpolation_scale", times > 1 ? (double)times : 1, 1e-3, 1e3,
                    &d->interpolation);
    d->hidden = (size_t)((double)d->dim * d->mlp_ratio);
    return s ? s : squeeze(c, d);
}

static enum stamp_status read_sana(const struct config *c, struct stamp_dit *d)
{
    const cJSON *norm = get(c, "qk_norm");

    enum stamp_status s = size_of(c, "num_attention_heads", 70, &d->heads);
    if (!s) s = size_of(c, "attention_head_dim", 32, &d->head_dim);
    d->dim = d->heads * d->head_dim;
    if (!s) s = size_of(c, "num_cross_attention_heads", 20, &d->cross_heads);
    if (!s) s = size_of(c, "cross_attention_head_dim", 112, &d->cross_head_dim);
    if (!s) s = size_of(c, "in_channels", 32, &d->channels);
    if (!s) s = out_channels(c, 32, d);
    if (!s) s = size_of(c, "num_layers", 20, &d->layers);
    if (!s) s = size_of(c, "patch_size", 1, &d->patch);
    if (!s) s = size_of(c, "sample_size", 32, &d->sample);
    if (!s) s = size_of(c, "caption_channels", 2304, &d->caption);
    if (!s) s = real_of(c, "mlp_ratio", 2.5, 0.01, 64, &d->mlp_ratio);
    if (!s) s = real_of(c, "norm_eps", 1e-6, 0, 0.5, &d->eps);
    if (!s) s = real_of(c, "interpolation_scale", 0, 1e-3, 1e3, &d->interpolation);
    if (!s) s = flag_of(c, "attention_bias", false, &d->attention_bias);
    if (!s && norm &&
        !(cJSON_IsString(norm) && !strcmp(norm->valuestring, "rms_norm_across_heads")))
        s = stamp_fail(c->e, STAMP_EUNSUPPORTED,
                       "%s: qk_norm is \"%.40s\"; rms_norm_across_heads, or none, is done", c->name,
                       cJSON_IsString(norm) ? norm->valuestring : "?");
    d->qk_norm = norm;
    d->hidden = (size_t)((double)d->dim * d->mlp_ratio);
    return s;
}

/* Sizes that do not fit each other. */
static enum stamp_status check(const struct config *c, const struct stamp_dit *d)
{
    size_t cross = 0;
    enum stamp_status s = size_of(c, "cross_attention_dim", d->dim, &cross);

    if (s) return s;
    if (cross != d->dim || d->cross_heads * d->cross_head_dim != d->dim)
        return stamp_fail(c->e, STAMP_EUNSUPPORTED,
                          "%s: attention to the text is %zu wide, cross_attention_dim %zu, the "
                          "network %zu",
                          c->name, d->cross_heads * d->cross_head_dim, cross, d->dim);
    if (!d->hidden || d->dim > SIZE_MAX_OF || d->hidden > SIZE_MAX_OF)
        return stamp_fail(c->e, STAMP_ERANGE, "%s: rows of %zu and %zu: 1 to %d are done", c->name,
                          d->dim, d->hidden, SIZE_MAX_OF);
    if (d->interpolation > 0 && d->dim % 4)
        return stamp_fail(c->e, STAMP_EFORMAT, "%s: positions need a width of fours, not %zu",
                          c->name, d->dim);
    if (d->patch > d->sample || d->sample % d->patch || d->channels > 64)
        return stamp_fail(c->e, STAMP_ERANGE,
                          "%s: patches of %zu in a latent of %zu, %zu channels: whole patches and "
                          "at most 64 channels are done",
                          c->name, d->patch, d->sample, d->channels);
    if (d->grid_h > SIDE_MAX || d->grid_w > SIDE_MAX)
        return stamp_fail(c->e, STAMP_ERANGE, "%s: a grid of %zu x %zu: at most %d each way",
                          c->name, d->grid_h, d->grid_w, SIDE_MAX);
    if (d->squeeze && (d->grid_h % d->squeeze || d->grid_w % d->squeeze))
        return stamp_fail(c->e, STAMP_EUNSUPPORTED,
                          "%s: a grid of %zu x %zu is not whole squares of %zu", c->name, d->grid_h,
                          d->grid_w, d->squeeze);
    return STAMP_OK;
}

static enum stamp_status read_config(const struct config *c, struct stamp_dit_grid grid,
                                     struct stamp_network *m)
{
    struct stamp_dit *d = &m->dit;
    enum stamp_status s = c->keys == STAMP_KEYS_SANA ? read_sana(c, d) : read_pixart(c, d);

    if (!s) s = size_of(c, "model_max_length", STAMP_DIT_TEXT, &m->ctx);
    if (s) return s;
    d->grid_h = grid.height ? grid.height : d->sample / d->patch;
    d->grid_w = grid.width ? grid.width : d->sample / d->patch;
    return check(c, d);
}

enum stamp_status stamp_dit_config(const char *name, const char *text, size_t len,
                                   struct stamp_dit_grid grid, struct stamp_network *m,
                                   struct stamp_err *e)
{
    struct stamp_network own = {0};
    cJSON *json = NULL;

    enum stamp_status s = stamp_json_object(name, text, len, &json, e);
    if (s) return s;
    if (!is_class(json, &own.family))
        s = stamp_fail(e, STAMP_EFORMAT, "%s: no _class_name", name);
    else if (!own.family)
        s = stamp_fail(e, STAMP_EUNSUPPORTED, "%s: _class_name \"%.60s\"; %s and %s are read", name,
                       cJSON_GetObjectItemCaseSensitive(json, "_class_name")->valuestring,
                       stamp_family_pixart.model_type, stamp_family_sana.model_type);
    const enum stamp_keys_file keys =
        own.family == &stamp_family_sana ? STAMP_KEYS_SANA : STAMP_KEYS_PIXART;
    const struct config c = {name, json, keys, e};
    if (!s) s = read_config(&c, grid, &own);
    if (!s) s = stamp_keys_check(keys, name, json, &own.notes, e);
    stamp_json_free(json);
    if (s)
        stamp_notes_free(&own.notes);
    else
        *m = own;
    return s;
}
