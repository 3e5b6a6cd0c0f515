/* SPDX-License-Identifier: Apache-2.0 */
/* hf_config.c - config.json of a Llama model. Contract in hf.h. */
#include <cjson/cJSON.h>
#include <string.h>

#include "compiler/front/hf.h"
#include "compiler/front/json.h"

struct config {
    const char *name;
    const cJSON *json;
    struct stamp_err *e;
};

static const cJSON *get(const struct config *c, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(c->json, key);
    return cJSON_IsNull(item) ? NULL : item;
}

/* A positive whole number; @p fallback 0 means the key is needed. */
static enum stamp_status size_of(const struct config *c, const char *key, size_t fallback,
                                 size_t *out)
{
    uint64_t v = fallback;
    const cJSON *item = get(c, key);

    if (!item && !fallback) return stamp_fail(c->e, STAMP_EFORMAT, "%s: no %s", c->name, key);
    if (item && (!stamp_json_u64(item, &v) || v < 1 || v > UINT32_MAX))
        return stamp_fail(c->e, STAMP_EFORMAT, "%s: %s is not a positive whole number", c->name,
                          key);
    *out = (size_t)v;
    return STAMP_OK;
}

static enum stamp_status real_of(const struct config *c, const char *key, double fallback,
                                 double *out)
{
    const cJSON *item = get(c, key);

    if (item && !(cJSON_IsNumber(item) && item->valuedouble >= 0 && item->valuedouble <= 1e30))
        return stamp_fail(c->e, STAMP_EFORMAT, "%s: %s is not a number of 0 or more", c->name, key);
    *out = item ? item->valuedouble : fallback;
    return STAMP_OK;
}

static enum stamp_status refuse_kinds(const struct config *c)
{
    static const char *const flags[] = {"attention_bias", "mlp_bias"};
    const cJSON *type = get(c, "model_type"), *act = get(c, "hidden_act");

    if (!cJSON_IsString(type)) return stamp_fail(c->e, STAMP_EFORMAT, "%s: no model_type", c->name);
    if (strcmp(type->valuestring, "llama") != 0)
        return stamp_fail(c->e, STAMP_EUNSUPPORTED, "%s: model_type \"%.60s\"; llama is read",
                          c->name, type->valuestring);
    if (act && !(cJSON_IsString(act) && strcmp(act->valuestring, "silu") == 0))
        return stamp_fail(c->e, STAMP_EUNSUPPORTED, "%s: hidden_act is not silu", c->name);
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++)
        if (get(c, flags[i]) && !cJSON_IsFalse(get(c, flags[i])))
            return stamp_fail(c->e, STAMP_EUNSUPPORTED, "%s: %s is set", c->name, flags[i]);
    if (get(c, "quantization_config"))
        return stamp_fail(c->e, STAMP_EUNSUPPORTED, "%s: the checkpoint is already quantized",
                          c->name);
    return STAMP_OK;
}

static enum stamp_status rope_of(const struct config *c, struct stamp_rope *rope)
{
    struct config sub = {c->name, get(c, "rope_scaling"), c->e};
    struct stamp_rope r = {STAMP_ROPE_PLAIN, 1, 1, 4, 8192};
    const char *kind = "";

    if (sub.json && !cJSON_IsObject(sub.json))
        return stamp_fail(c->e, STAMP_EFORMAT, "%s: rope_scaling is not an object", c->name);
    if (sub.json) {
        const cJSON *type = get(&sub, "rope_type");
        if (!type) type = get(&sub, "type");
        if (cJSON_IsString(type)) kind = type->valuestring;
        if (strcmp(kind, "linear") == 0)
            r.scaling = STAMP_ROPE_LINEAR;
        else if (strcmp(kind, "llama3") == 0)
            r.scaling = STAMP_ROPE_LLAMA3;
        else if (strcmp(kind, "default") != 0)
            return stamp_fail(c->e, STAMP_EUNSUPPORTED, "%s: rope_scaling of type \"%.40s\"",
                              c->name, kind);
        enum stamp_status s = real_of(&sub, "factor", 1, &r.factor);
        if (!s) s = real_of(&sub, "low_freq_factor", r.low_freq, &r.low_freq);
        if (!s) s = real_of(&sub, "high_freq_factor", r.high_freq, &r.high_freq);
        if (!s) s = real_of(&sub, "original_max_position_embeddings", r.old_ctx, &r.old_ctx);
        if (s) return s;
        if (!(r.factor >= 1 && r.factor <= 1e6 && r.high_freq > r.low_freq && r.old_ctx >= 1))
            return stamp_fail(c->e, STAMP_ERANGE, "%s: rope_scaling is out of range", c->name);
    }
    *rope = r;
    return STAMP_OK;
}

static enum stamp_status read_config(const struct config *c, struct stamp_llama *m,
                                     struct stamp_rope *rope, bool *tied)
{
    double eps = 0, theta = 0;
    enum stamp_status s = refuse_kinds(c);

    if (!s) s = size_of(c, "hidden_size", 0, &m->dim);
    if (!s) s = size_of(c, "intermediate_size", 0, &m->hidden);
    if (!s) s = size_of(c, "num_hidden_layers", 0, &m->layers);
    if (!s) s = size_of(c, "num_attention_heads", 0, &m->heads);
    if (!s) s = size_of(c, "num_key_value_heads", m->heads, &m->kv_heads);
    if (!s && !get(c, "head_dim") && m->dim % m->heads)
        s = stamp_fail(c->e, STAMP_EFORMAT, "%s: hidden_size %zu is not a multiple of %zu heads",
                       c->name, m->dim, m->heads);
    if (!s) s = size_of(c, "head_dim", m->dim / m->heads, &m->head_dim);
    if (!s) s = size_of(c, "vocab_size", 0, &m->vocab);
    if (!s) s = size_of(c, "max_position_embeddings", 2048, &m->ctx);
    if (!s) s = real_of(c, "rms_norm_eps", 1e-6, &eps);
    if (!s) s = real_of(c, "rope_theta", 10000, &theta);
    if (!s) s = rope_of(c, rope);
    if (s) return s;
    m->rms_eps = (float)eps;
    m->rope_theta = (float)theta;
    m->rope_interleaved = false;
    *tied = cJSON_IsTrue(get(c, "tie_word_embeddings"));
    return stamp_llama_check(c->name, m, c->e);
}

enum stamp_status stamp_hf_config(const char *name, const char *text, size_t len,
                                  struct stamp_llama *m, struct stamp_rope *rope, bool *tied,
                                  struct stamp_err *e)
{
    struct stamp_llama dims = {0};
    cJSON *json = NULL;

    enum stamp_status s = stamp_json_object(name, text, len, &json, e);
    if (s) return s;
    const struct config c = {name, json, e};
    s = read_config(&c, &dims, rope, tied);
    stamp_json_free(json);
    if (!s) *m = dims;
    return s;
}
