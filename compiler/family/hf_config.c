/* SPDX-License-Identifier: Apache-2.0 */
/* hf_config.c - config.json of a model. Contract in hf.h. */
#include <cjson/cJSON.h>
#include <string.h>

#include "compiler/family/family.h"
#include "compiler/family/hf.h"
#include "compiler/front/json.h"
#include "compiler/front/keys.h"

/* An object whose keys are asked for: the file, or rope_parameters inside it. */
struct config {
    const char *name;
    const char *within; /* key of the object, "" for the file's own */
    const cJSON *json;
    enum stamp_keys_file keys;
    struct stamp_err *e;
};

static const cJSON *get(const struct config *c, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(c->json, stamp_keys_ask(c->keys, key));
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

static enum stamp_status family_of(const struct config *c, const struct stamp_family **out)
{
    const cJSON *type = get(c, "model_type");

    if (!cJSON_IsString(type)) return stamp_fail(c->e, STAMP_EFORMAT, "%s: no model_type", c->name);
    *out = stamp_family_find(type->valuestring);
    if (*out) return STAMP_OK;
    return stamp_fail(c->e, STAMP_EUNSUPPORTED, "%s: model_type \"%.60s\"; %s are read", c->name,
                      type->valuestring, stamp_family_types());
}

/* Layers that see only a window: harmless when the window holds the whole context. */
static enum stamp_status refuse_window(const struct config *c, const struct stamp_network *m)
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
    if (stamp_json_u64(get(c, "max_window_layers"), &full) && full >= m->dec.layers)
        return STAMP_OK;
    return stamp_fail(c->e, STAMP_EUNSUPPORTED, "%s: a sliding window of %llu tokens is in use",
                      c->name, (unsigned long long)window);
}

static enum stamp_status whole_rotary(const struct config *c)
{
    const cJSON *part = get(c, "partial_rotary_factor");

    if (part && !(cJSON_IsNumber(part) && part->valuedouble == 1))
        return stamp_fail(c->e, STAMP_EUNSUPPORTED, "%s: partial_rotary_factor is not 1", c->name);
    return STAMP_OK;
}

static enum stamp_status refuse_kinds(const struct config *c, const struct stamp_network *m)
{
    const cJSON *bias = get(c, "attention_bias");

    /* Qwen 2 always has the bias of q, k and v; the key, if there, says nothing more. */
    if (m->family != &stamp_family_qwen2 && bias && !cJSON_IsFalse(bias))
        return stamp_fail(c->e, STAMP_EUNSUPPORTED, "%s: attention_bias is set", c->name);
    if (get(c, "quantization_config"))
        return stamp_fail(c->e, STAMP_EUNSUPPORTED, "%s: the checkpoint is already quantized",
                          c->name);
    const enum stamp_status s = whole_rotary(c);
    return s ? s : refuse_window(c, m);
}

/* Where theta and the scaling stand: rope_parameters in newer files, rope_scaling in older ones. */
static enum stamp_status rope_object(const struct config *c, const char *key,
                                     struct stamp_notes *notes, struct config *out)
{
    const cJSON *o = get(c, key);

    *out = (struct config){c->name, key, o, STAMP_KEYS_ROPE, c->e};
    if (!o) return STAMP_OK;
    if (!cJSON_IsObject(o))
        return stamp_fail(c->e, STAMP_EFORMAT, "%s: %s is not an object", c->name, key);
    const enum stamp_status s = stamp_keys_check(STAMP_KEYS_ROPE, c->name, o, notes, c->e);
    return s ? s : whole_rotary(out);
}

/* An object without a type scales nothing. */
static enum stamp_status rope_kind(const struct config *sub, const char *key,
                                   enum stamp_rope_kind *out)
{
    static const char *const names[] = {"default", "linear", "llama3"}; /* in the enum's order */
    const cJSON *type = sub->json ? get(sub, "rope_type") : NULL;

    *out = STAMP_ROPE_KIND_PLAIN;
    if (sub->json && !type) type = get(sub, "type");
    if (!type) return STAMP_OK;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (cJSON_IsString(type) && strcmp(type->valuestring, names[i]) == 0) {
            *out = (enum stamp_rope_kind)i;
            return STAMP_OK;
        }
    return stamp_fail(sub->e, STAMP_EUNSUPPORTED,
                      "%s: %s of type \"%.40s\"; default, linear and llama3 are read", sub->name,
                      key, cJSON_IsString(type) ? type->valuestring : "?");
}

/* A number that a scaling cannot do without. */
static enum stamp_status needed(const struct config *sub, const char *key, double *out)
{
    if (!get(sub, key))
        return stamp_fail(sub->e, STAMP_EFORMAT, "%s: %s has no %s", sub->name, sub->within, key);
    return real_of(sub, key, 0, out);
}

static enum stamp_status rope_scaling(const struct config *sub, struct stamp_rope_params *r)
{
    enum stamp_status s = STAMP_OK;

    if (r->kind != STAMP_ROPE_KIND_PLAIN) s = needed(sub, "factor", &r->factor);
    if (s || r->kind != STAMP_ROPE_KIND_LLAMA3) return s;
    s = needed(sub, "low_freq_factor", &r->low_freq);
    if (!s) s = needed(sub, "high_freq_factor", &r->high_freq);
    return s ? s : needed(sub, "original_max_position_embeddings", &r->old_ctx);
}

/* 10000 is what all three families have when nothing is said. */
static enum stamp_status rope_of(const struct config *c, struct stamp_notes *notes,
                                 struct stamp_rope_params *rope)
{
    struct config older, newer;
    struct stamp_rope_params r = {10000, 0, STAMP_ROPE_KIND_PLAIN, 1, 1, 4, 8192};
    enum stamp_rope_kind other;
    double top;

    enum stamp_status s = real_of(c, "rope_theta", r.theta, &top);
    if (!s) s = rope_object(c, "rope_scaling", notes, &older);
    if (!s) s = rope_object(c, "rope_parameters", notes, &newer);
    if (!s) s = rope_kind(&older, "rope_scaling", &other);
    if (!s) s = rope_kind(&newer, "rope_parameters", &r.kind);
    if (s) return s;
    if (other != STAMP_ROPE_KIND_PLAIN && r.kind != STAMP_ROPE_KIND_PLAIN && other != r.kind)
        return stamp_fail(c->e, STAMP_EFORMAT,
                          "%s: rope_scaling and rope_parameters are of different types", c->name);
    const struct config *from = &newer;
    if (r.kind == STAMP_ROPE_KIND_PLAIN) {
        r.kind = other;
        from = &older;
    }
    r.theta = top;
    if (older.json) s = real_of(&older, "rope_theta", r.theta, &r.theta);
    if (!s && newer.json) s = real_of(&newer, "rope_theta", r.theta, &r.theta);
    if (!s && get(c, "rope_theta") && r.theta != top)
        s = stamp_notes_add(
            notes, c->e, "%s: rope_theta is %.9g and %.9g among the rope parameters: these count",
            c->name, top, r.theta);
    if (!s) s = rope_scaling(from, &r);
    if (s) return s;
    if (!(r.factor >= 1 && r.factor <= 1e6 && r.high_freq > r.low_freq && r.old_ctx >= 1))
        return stamp_fail(c->e, STAMP_ERANGE, "%s: %s is out of range", c->name, from->within);
    *rope = r;
    return STAMP_OK;
}

/* Where the key is missing Qwen has a number of its own, 32, whatever the heads. */
static enum stamp_status kv_heads(const struct config *c, struct stamp_network *m)
{
    if (m->family != &stamp_family_llama &&
        !cJSON_HasObjectItem(c->json, stamp_keys_ask(c->keys, "num_key_value_heads")))
        return stamp_fail(c->e, STAMP_EFORMAT, "%s: no num_key_value_heads", c->name);
    return size_of(c, "num_key_value_heads", m->dec.heads, &m->dec.kv_heads);
}

static enum stamp_status read_config(const struct config *c, struct stamp_network *m)
{
    double eps = 0;
    enum stamp_status s = family_of(c, &m->family);
    const bool qwen3 = m->family == &stamp_family_qwen3; /* 128 whatever the hidden size */

    if (!s) s = size_of(c, "hidden_size", 0, &m->dec.dim);
    if (!s) s = size_of(c, "intermediate_size", 0, &m->dec.hidden);
    if (!s) s = size_of(c, "num_hidden_layers", 0, &m->dec.layers);
    if (!s) s = size_of(c, "num_attention_heads", 0, &m->dec.heads);
    if (!s) s = kv_heads(c, m);
    if (!s && !qwen3 && !get(c, "head_dim") && m->dec.dim % m->dec.heads)
        s = stamp_fail(c->e, STAMP_EFORMAT, "%s: hidden_size %zu is not a multiple of %zu heads",
                       c->name, m->dec.dim, m->dec.heads);
    if (!s) s = size_of(c, "head_dim", qwen3 ? 128 : m->dec.dim / m->dec.heads, &m->dec.head_dim);
    if (!s) s = size_of(c, "vocab_size", 0, &m->vocab);
    if (!s)
        s = size_of(c, "max_position_embeddings", m->family == &stamp_family_llama ? 2048 : 32768,
                    &m->ctx);
    if (!s) s = real_of(c, "rms_norm_eps", 1e-6, &eps);
    if (!s) s = rope_of(c, &m->notes, &m->dec.rope);
    if (!s) s = refuse_kinds(c, m);
    if (s) return s;
    m->dec.rms_eps = (float)eps;
    m->dec.tied = cJSON_IsTrue(get(c, "tie_word_embeddings"));
    m->dec.rope.head_dim = (uint32_t)m->dec.head_dim;
    return stamp_decoder_check(c->name, m, c->e);
}

enum stamp_status stamp_hf_config(const char *name, const char *text, size_t len,
                                  struct stamp_network *m, struct stamp_err *e)
{
    struct stamp_network dims = {0};
    cJSON *json = NULL;

    enum stamp_status s = stamp_json_object(name, text, len, &json, e);
    if (s) return s;
    const struct config c = {name, "", json, STAMP_KEYS_CONFIG, e};
    s = read_config(&c, &dims);
    if (!s) s = stamp_keys_check(STAMP_KEYS_CONFIG, name, json, &dims.notes, e);
    stamp_json_free(json);
    if (s)
        stamp_notes_free(&dims.notes);
    else
        *m = dims;
    return s;
}
