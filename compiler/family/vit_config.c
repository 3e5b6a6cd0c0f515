/* SPDX-License-Identifier: Apache-2.0 */
/* vit_config.c - config.json as timm writes it. Contract in vit.h. */
#include <cjson/cJSON.h>
#include <string.h>

#include "compiler/family/vit.h"
#include "compiler/front/json.h"

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

/* A whole number, 1 or more. */
static enum stamp_status count(const char *name, const cJSON *o, const char *key, size_t *to,
                               struct stamp_err *e)
{
    double v = 0;
    const enum stamp_status s = number(name, o, key, 1, 1 << 24, &v, e);

    if (s || v == 0) return s;
    if (v != (double)(size_t)v)
        return stamp_fail(e, STAMP_ERANGE, "%s: %s is not a whole number", name, key);
    if (*to && *to != (size_t)v)
        return stamp_fail(e, STAMP_EFORMAT, "%s: %s: %zu and %zu are said", name, key, *to,
                          (size_t)v);
    *to = (size_t)v;
    return STAMP_OK;
}

/* Pixels of a side, of channels, height and width. */
static enum stamp_status input_size(const char *name, const cJSON *o, struct stamp_vit *said,
                                    struct stamp_err *e)
{
    float size[3] = {0, 0, 0};
    const enum stamp_status s = three(name, o, "input_size", size, e);

    if (s || !cJSON_IsArray(cJSON_GetObjectItemCaseSensitive(o, "input_size"))) return s;
    if (size[0] != 3 || size[1] != size[2] || !(size[1] >= 1 && size[1] <= 1 << 14) ||
        size[1] != (float)(size_t)size[1])
        return stamp_fail(e, STAMP_EUNSUPPORTED, "%s: input_size is not three channels of a square",
                          name);
    said->prepare.input = (size_t)size[1];
    return STAMP_OK;
}

/* pretrained_cfg: how pictures are prepared. */
static enum stamp_status read_prepare(const char *name, const cJSON *o, struct stamp_vit *said,
                                      struct stamp_err *e)
{
    enum stamp_status s = input_size(name, o, said, e);

    if (!s) s = number(name, o, "crop_pct", 0.01, 1, &said->prepare.crop_pct, e);
    if (!s) s = three(name, o, "mean", said->prepare.mean, e);
    if (!s) s = three(name, o, "std", said->prepare.std, e);
    if (!s) s = interpolation(name, o, &said->prepare, e);
    if (!s) s = refuse_text(name, o, "crop_mode", "center", e);
    return s;
}

/* model_args that change nothing that is done here: null, false, rates of dropping, how weights begin. */
static bool is_idle(const cJSON *arg)
{
    static const char *const idle[] = {"weight_init", "final_norm", "class_token", "qkv_bias"};
    const size_t len = strlen(arg->string);

    if (cJSON_IsNull(arg)) return true;
    for (size_t i = 0; i < sizeof idle / sizeof idle[0]; i++)
        if (!strcmp(arg->string, idle[i])) return i == 0 || cJSON_IsTrue(arg);
    if (cJSON_IsFalse(arg)) return true;
    return len > 5 && !strcmp(arg->string + len - 5, "_rate");
}

/* What a model was made with beside its architecture: sizes are held against the tensors, and what nothing
 * in the tensors would show is refused. */
static enum stamp_status read_args(const char *name, const cJSON *args, struct stamp_vit *said,
                                   struct stamp_err *e)
{
    const struct {
        const char *key;
        size_t *to;
    } sizes[] = {{"num_heads", &said->heads},   {"embed_dim", &said->dim},
                 {"depth", &said->depth},       {"num_classes", &said->classes},
                 {"in_chans", &said->channels}, {"img_size", &said->side},
                 {"patch_size", &said->patch}};
    enum { SIZES = sizeof sizes / sizeof sizes[0] };
    const cJSON *arg;

    cJSON_ArrayForEach(arg, args)
    {
        enum stamp_status s = STAMP_OK;
        size_t i = 0;
        while (i < SIZES && strcmp(sizes[i].key, arg->string)) i++;
        if (i < SIZES)
            s = count(name, args, arg->string, sizes[i].to, e);
        else if (!strcmp(arg->string, "global_pool"))
            s = refuse_text(name, args, arg->string, "token", e);
        else if (!strcmp(arg->string, "act_layer"))
            s = refuse_text(name, args, arg->string, "gelu", e);
        else if (!strcmp(arg->string, "pos_embed"))
            s = refuse_text(name, args, arg->string, "learn", e);
        else if (!strcmp(arg->string, "mlp_ratio"))
            s = number(name, args, arg->string, 0, 1 << 12, &said->mlp_ratio, e);
        else if (!is_idle(arg))
            s = stamp_fail(e, STAMP_EUNSUPPORTED, "%s: model_args.%.40s is not done", name,
                           arg->string);
        if (s) return s;
    }
    return STAMP_OK;
}

enum stamp_status stamp_vit_config(const char *name, const char *text, size_t len,
                                   struct stamp_vit *said, struct stamp_err *e)
{
    cJSON *json = NULL;
    enum stamp_status s = stamp_json_object(name, text, len, &json, e);

    if (s) return s;
    const cJSON *cfg = cJSON_GetObjectItemCaseSensitive(json, "pretrained_cfg"),
                *args = cJSON_GetObjectItemCaseSensitive(json, "model_args");
    if (!cfg) cfg = json; /* as timm wrote it at first */
    if (!cJSON_IsObject(cfg) || (args && !cJSON_IsNull(args) && !cJSON_IsObject(args)))
        s = stamp_fail(e, STAMP_EFORMAT, "%s: %s is no object", name,
                       cJSON_IsObject(cfg) ? "model_args" : "pretrained_cfg");
    if (!s) s = refuse_text(name, json, "global_pool", "token", e);
    if (!s) s = count(name, json, "num_classes", &said->classes, e);
    if (!s) s = count(name, json, "num_features", &said->dim, e);
    if (!s) s = read_args(name, args, said, e);
    if (!s) s = read_prepare(name, cfg, said, e);
    stamp_json_free(json);
    return s;
}
