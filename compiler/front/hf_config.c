/* SPDX-License-Identifier: Apache-2.0 */
/* hf_config.c - config.json of a model. Contract in hf.h. */
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

static enum stamp_status family_of(const struct config *c, enum stamp_family *out)
{
    static const char *const names[] = {"llama", "qwen2", "qwen3"}; /* in the order of the enum */
    const cJSON *type = get(c, "model_type");

    if (!cJSON_IsString(type)) return stamp_fail(c->e, STAMP_EFORMAT, "%s: no model_type", c->name);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(type->valuestring, names[i]) == 0) {
            *out = (enum stamp_family)i;
            return STAMP_OK;
        }
    return stamp_fail(c->e, STAMP_EUNSUPPORTED,
                      "%s: model_type \"%.60s\"; llama, qwen2 and qwen3 are read", c->name,
                      type->valuestring);
}

/* Layers that see only a window: harmless when the window holds the whole context. */
static enum stamp_status refuse_window(const struct config *c, const struct stamp_llama *m)
{
    const cJSON *types = get(c, "layer_types"), *t;
    uint64_t window = 0, full = 0;

    cJSON_ArrayForEach(t, types)
    {
        if (!cJSON_IsString(t) || strcmp(t->valuestring, "full_attention") != 0)
            return stamp_fail(c->e, STAMP_EUNSUPPORTED, "%s: layer_types has \"%.40s\"", c->name,
                              cJSON_IsString(t) ? t->valuestring : "?");
    }
    if (!cJSON_IsTrue(get(c, "use_sliding_window"))) return STAMP_OK;
    if (!get(c, "sliding_window") ||
        (stamp_json_u64(get(c, "sliding_window"), &window) && window >= m->ctx))
        return STAMP_OK;
    if (stamp_json_u64(get(c, "max_window_layers"), &full) && full >= m->layers) return STAMP_OK;
    return stamp_fail(c->e, STAMP_EUNSUPPORTED, "%s: a sliding window of %llu tokens is in use",
                      c->name, (unsigned long long)window);
}

static enum stamp_status refuse_kinds(const struct config *c, const struct stamp_llama *m)
{
    static const char *const flags[] = {"attention_bias", "mlp_bias", "use_mrope"};
    const cJSON *act = get(c, "hidden_act"), *part = get(c, "partial_rotary_factor");

    if (act && !(cJSON_IsString(act) && strcmp(act->valuestring, "silu") == 0))
        return stamp_fail(c->e, STAMP_EUNSUPPORTED, "%s: hidden_act \"%.40s\"; silu is needed",
                          c->name, cJSON_IsString(act) ? act->valuestring : "?");
    /* Qwen 2 always has the bias of q, k and v; the key, if there, says nothing more. */
    for (size_t i = m->family == STAMP_FAMILY_QWEN2; i < sizeof flags / sizeof flags[0]; i++)
        if (get(c, flags[i]) && !cJSON_IsFalse(get(c, flags[i])))
            return stamp_fail(c->e, STAMP_EUNSUPPORTED, "%s: %s is set", c->name, flags[i]);
    if (part && !(cJSON_IsNumber(part) && part->valuedouble == 1))
        return stamp_fail(c->e, STAMP_EUNSUPPORTED, "%s: partial_rotary_factor is not 1", c->name);
    if (get(c, "quantization_config"))
        return stamp_fail(c->e, STAMP_EUNSUPPORTED, "%s: the checkpoint is already quantized",
                          c->name);
    return refuse_window(c, m);
}

static enum stamp_status rope_kind(const struct config *sub, enum stamp_rope_kind *out)
{
    static const char *const names[] = {"default", "linear", "llama3"}; /* in the enum's order */
    const cJSON *type = get(sub, "rope_type");

    if (!type) type = get(sub, "type");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (cJSON_IsString(type) && strcmp(type->valuestring, names[i]) == 0) {
            *out = (enum stamp_rope_kind)i;
            return STAMP_OK;
        }
    return stamp_fail(sub->e, STAMP_EUNSUPPORTED, "%s: rope_scaling of type \"%.40s\"", sub->name,
                      cJSON_IsString(type) ? type->valuestring : "");
}

/* Newer files keep theta and the scaling together in rope_parameters. */
static enum stamp_status rope_of(const struct config *c, struct stamp_rope_params *rope)
{
    const cJSON *scaling = get(c, "rope_scaling");
    struct config sub = {c->name, scaling ? scaling : get(c, "rope_parameters"), c->e};
    struct stamp_rope_params r = {10000, 0, STAMP_ROPE_KIND_PLAIN, 1, 1, 4, 8192};

    enum stamp_status s = real_of(c, "rope_theta", r.theta, &r.theta);
    if (!s && sub.json) {
        if (!cJSON_IsObject(sub.json))
            return stamp_fail(c->e, STAMP_EFORMAT, "%s: rope_scaling is not an object", c->name);
        s = rope_kind(&sub, &r.kind);
        if (!s) s = real_of(&sub, "rope_theta", r.theta, &r.theta);
        if (!s) s = real_of(&sub, "factor", 1, &r.factor);
        if (!s) s = real_of(&sub, "low_freq_factor", r.low_freq, &r.low_freq);
        if (!s) s = real_of(&sub, "high_freq_factor", r.high_freq, &r.high_freq);
        if (!s) s = real_of(&sub, "original_max_position_embeddings", r.old_ctx, &r.old_ctx);
    }
    if (s) return s;
    if (!(r.factor >= 1 && r.factor <= 1e6 && r.high_freq > r.low_freq && r.old_ctx >= 1))
        return stamp_fail(c->e, STAMP_ERANGE, "%s: rope_scaling is out of range", c->name);
    *rope = r;
    return STAMP_OK;
}

static enum stamp_status read_config(const struct config *c, struct stamp_llama *m)
{
    double eps = 0;
    enum stamp_status s = family_of(c, &m->family);
    const bool qwen3 = m->family == STAMP_FAMILY_QWEN3; /* 128 whatever the hidden size */

    if (!s) s = size_of(c, "hidden_size", 0, &m->dim);
    if (!s) s = size_of(c, "intermediate_size", 0, &m->hidden);
    if (!s) s = size_of(c, "num_hidden_layers", 0, &m->layers);
    if (!s) s = size_of(c, "num_attention_heads", 0, &m->heads);
    if (!s) s = size_of(c, "num_key_value_heads", m->heads, &m->kv_heads);
    if (!s && !qwen3 && !get(c, "head_dim") && m->dim % m->heads)
        s = stamp_fail(c->e, STAMP_EFORMAT, "%s: hidden_size %zu is not a multiple of %zu heads",
                       c->name, m->dim, m->heads);
    if (!s) s = size_of(c, "head_dim", qwen3 ? 128 : m->dim / m->heads, &m->head_dim);
    if (!s) s = size_of(c, "vocab_size", 0, &m->vocab);
    if (!s) s = size_of(c, "max_position_embeddings", 2048, &m->ctx);
    if (!s) s = real_of(c, "rms_norm_eps", 1e-6, &eps);
    if (!s) s = rope_of(c, &m->rope);
    if (!s) s = refuse_kinds(c, m);
    if (s) return s;
    m->rms_eps = (float)eps;
    m->tied = cJSON_IsTrue(get(c, "tie_word_embeddings"));
    m->rope.head_dim = (uint32_t)m->head_dim;
    return stamp_llama_check(c->name, m, c->e);
}

enum stamp_status stamp_hf_config(const char *name, const char *text, size_t len,
                                  struct stamp_llama *m, struct stamp_err *e)
{
    struct stamp_llama dims = {0};
    cJSON *json = NULL;

    enum stamp_status s = stamp_json_object(name, text, len, &json, e);
    if (s) return s;
    const struct config c = {name, json, e};
    s = read_config(&c, &dims);
    stamp_json_free(json);
    if (!s) *m = dims;
    return s;
}
