/* SPDX-License-Identifier: Apache-2.0 */
/* keys.c - members of a JSON object, each asked for once. Contract in keys.h. */
#include "sim/report/keys.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "compiler/front/json.h"

void stamp_keys_bad(struct stamp_keys_reader *in, const char *where, const char *key,
                    const char *what)
{
    if (!in->s)
        in->s = stamp_fail(in->e, STAMP_EFORMAT, "%s: %s%s: %s", in->name, where, key, what);
}

void stamp_keys_no_memory(struct stamp_keys_reader *in)
{
    if (!in->s) in->s = stamp_fail(in->e, STAMP_ENOMEM, "%s: out of memory", in->name);
}

const cJSON *stamp_keys_member(struct stamp_keys *o, const char *key)
{
    const cJSON *m = o->in->s ? NULL : cJSON_GetObjectItemCaseSensitive(o->json, key);

    o->taken++;
    if (!m) stamp_keys_bad(o->in, o->where, key, "missing; a file of another version, or edited?");
    return m;
}

/* All members were asked for, each once. */
void stamp_keys_done(struct stamp_keys *o, const char *const *keys)
{
    if (o->in->s || cJSON_GetArraySize(o->json) == o->taken) return;
    o->in->s = stamp_json_unique(o->in->name, o->json, o->in->e);
    for (const cJSON *m = o->json->child; m && !o->in->s; m = m->next) {
        const char *const *k = keys;
        while (*k && strcmp(*k, m->string)) k++;
        if (!*k)
            stamp_keys_bad(o->in, o->where, m->string,
                           "not a key of this format; a file of another version, or edited?");
    }
    stamp_keys_bad(o->in, o->where, "", "keys that this format does not have");
}

struct stamp_keys stamp_keys_object(struct stamp_keys_reader *in, const cJSON *json,
                                    const char *where)
{
    struct stamp_keys o = {.in = in, .json = json};

    snprintf(o.where, sizeof o.where, "%s", where);
    if (!in->s && !cJSON_IsObject(json)) stamp_keys_bad(in, where, "", "must be an object");
    return o;
}

struct stamp_keys stamp_keys_inside(struct stamp_keys *o, const char *key)
{
    char where[STAMP_KEYS_WHERE];

    snprintf(where, sizeof where, "%.90s%.24s.", o->where, key);
    return stamp_keys_object(o->in, stamp_keys_member(o, key), where);
}

struct stamp_known stamp_keys_known(struct stamp_keys *o, const char *key)
{
    struct stamp_known v = {.known = false};
    const cJSON *m = stamp_keys_member(o, key);

    if (!m || cJSON_IsNull(m)) return v;
    v.known = stamp_json_u64(m, &v.n);
    if (!v.known)
        stamp_keys_bad(o->in, o->where, key, "must be a whole number of 0 to 2^53, or null");
    return v;
}

uint64_t stamp_keys_count(struct stamp_keys *o, const char *key, uint64_t most)
{
    const struct stamp_known v = stamp_keys_known(o, key);

    if (!o->in->s && (!v.known || v.n > most))
        stamp_keys_bad(o->in, o->where, key, "must be a whole number in its range");
    return v.n;
}

double stamp_keys_real(struct stamp_keys *o, const char *key)
{
    const cJSON *m = stamp_keys_member(o, key);

    if (!m || cJSON_IsNull(m)) return (double)NAN;
    if (cJSON_IsNumber(m) && isfinite(m->valuedouble)) return m->valuedouble;
    stamp_keys_bad(o->in, o->where, key, "must be a number or null");
    return (double)NAN;
}

const char *stamp_keys_text(struct stamp_keys *o, const char *key, bool or_null)
{
    const cJSON *m = stamp_keys_member(o, key);
    const char *copy = NULL;

    if (!m || (or_null && cJSON_IsNull(m))) return NULL;
    if (!cJSON_IsString(m)) {
        stamp_keys_bad(o->in, o->where, key, or_null ? "must be a text or null" : "must be a text");
        return NULL;
    }
    copy = stamp_arena_text(o->in->r->arena, m->valuestring, strlen(m->valuestring));
    if (!copy) stamp_keys_no_memory(o->in);
    return copy;
}

const char *stamp_keys_name(struct stamp_keys *o, const char *key)
{
    const char *s = stamp_keys_text(o, key, false);

    if (!o->in->s && !stamp_record_name_ok(s))
        stamp_keys_bad(o->in, o->where, key, "must be 1 to 63 of letters, digits and _.+:/-");
    return s;
}

bool stamp_keys_flag(struct stamp_keys *o, const char *key)
{
    const cJSON *m = stamp_keys_member(o, key);

    if (m && !cJSON_IsBool(m)) stamp_keys_bad(o->in, o->where, key, "must be true or false");
    return m && cJSON_IsTrue(m);
}

/* An array of at most @p most; its first element and their number. */
const cJSON *stamp_keys_array(struct stamp_keys *o, const char *key, uint32_t most, uint32_t *count)
{
    const cJSON *m = stamp_keys_member(o, key);

    *count = 0;
    if (!m) return NULL;
    if (!cJSON_IsArray(m) || (uint32_t)cJSON_GetArraySize(m) > most) {
        stamp_keys_bad(o->in, o->where, key, "must be an array, not too long");
        return NULL;
    }
    *count = (uint32_t)cJSON_GetArraySize(m);
    return m->child;
}
