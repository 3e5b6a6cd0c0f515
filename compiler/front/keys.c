/* SPDX-License-Identifier: Apache-2.0 */
/* keys.c - keys held against the table. Contract in keys.h. */
#include "compiler/front/keys.h"

#include <assert.h>
#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

#include "compiler/front/gguf.h"
#include "compiler/front/json.h"

enum { SHOWN = STAMP_KEY_SHOWN };

static const struct stamp_key rows[] = {
#define STAMP_KEY(file, key, kind, text) {STAMP_KEYS_##file, key, STAMP_KEY_##kind, text},
#include "compiler/front/keys.def"
#undef STAMP_KEY
};
enum { ROWS = sizeof rows / sizeof rows[0] };

static bool *watching; /* [ROWS]; the test's */

const struct stamp_key *stamp_keys(size_t *count)
{
    *count = ROWS;
    return rows;
}

static bool matches(const char *pattern, const char *key)
{
    const size_t n = strlen(pattern);

    if (n && pattern[n - 1] == '*') return strncmp(pattern, key, n - 1) == 0;
    return strcmp(pattern, key) == 0;
}

const struct stamp_key *stamp_keys_find(enum stamp_keys_file file, const char *key)
{
    for (size_t i = 0; i < ROWS; i++)
        if (rows[i].file == file && matches(rows[i].key, key)) return &rows[i];
    return NULL;
}

const char *stamp_keys_ask(enum stamp_keys_file file, const char *key)
{
    const struct stamp_key *row = stamp_keys_find(file, key);

    assert(row && row->kind == STAMP_KEY_USED);
    if (watching && row) watching[row - rows] = true;
    return key;
}

void stamp_keys_watch(bool *seen)
{
    watching = seen;
}

/* Whether @p value is one of "a|b|c". */
static bool among(const char *list, const char *value)
{
    const size_t n = strlen(value);

    for (const char *at = list; *at;) {
        const size_t k = strcspn(at, "|");
        if (k == n && memcmp(at, value, n) == 0) return true;
        at += k + (at[k] == '|');
    }
    return false;
}

static enum stamp_status judge(enum stamp_keys_file file, const char *name, const char *full,
                               const char *key, const char *value, struct stamp_notes *notes,
                               struct stamp_err *e)
{
    const struct stamp_key *row = stamp_keys_find(file, key);

    if (!row)
        return stamp_notes_add(notes, e,
                               "%s: key %.100s is not known to this kit; if it changes numbers, "
                               "they are not those of the model",
                               name, full);
    if (row->kind != STAMP_KEY_ONLY || among(row->text, value)) return STAMP_OK;
    return stamp_fail(e, STAMP_EUNSUPPORTED, "%s: %.100s is %.60s%s%s", name, full, value,
                      *row->text ? "; it must be absent or " : "; this kit does not do that",
                      row->text);
}

static const char *json_value(const cJSON *v, char to[SHOWN])
{
    if (cJSON_IsString(v))
        snprintf(to, SHOWN, "%s", v->valuestring);
    else if (cJSON_IsNumber(v))
        snprintf(to, SHOWN, "%.9g", v->valuedouble);
    else if (cJSON_IsBool(v))
        snprintf(to, SHOWN, "%s", cJSON_IsTrue(v) ? "true" : "false");
    else
        snprintf(to, SHOWN, "%s", cJSON_IsObject(v) ? v->child ? "{...}" : "{}" : "[...]");
    return to;
}

bool stamp_key_allows(const char *list, const struct cJSON *value, char shown[STAMP_KEY_SHOWN])
{
    return among(list, json_value(value, shown));
}

enum stamp_status stamp_keys_check(enum stamp_keys_file file, const char *name,
                                   const struct cJSON *object, struct stamp_notes *notes,
                                   struct stamp_err *e)
{
    enum stamp_status s = stamp_json_unique(name, object, e);
    char value[SHOWN];

    for (const cJSON *m = s ? NULL : object->child; m && !s; m = m->next)
        if (!cJSON_IsNull(m))
            s = judge(file, name, m->string, m->string, json_value(m, value), notes, e);
    return s;
}

static const char *gguf_value(const struct stamp_gguf_value *v, char to[SHOWN])
{
    uint64_t n;
    double d;

    if (v->type == STAMP_GGUF_STRING) return stamp_gguf_text(v, to, SHOWN);
    if (v->type == STAMP_GGUF_BOOL)
        snprintf(to, SHOWN, "%s", v->bytes[0] ? "true" : "false");
    else if (stamp_gguf_u64(v, &n))
        snprintf(to, SHOWN, "%llu", (unsigned long long)n);
    else if (stamp_gguf_real(v, &d))
        snprintf(to, SHOWN, "%.9g", d);
    else
        snprintf(to, SHOWN, "%s", v->type == STAMP_GGUF_ARRAY ? "[...]" : "negative");
    return to;
}

enum stamp_status stamp_keys_check_gguf(const char *name, const struct stamp_gguf *g,
                                        const char *arch, struct stamp_notes *notes,
                                        struct stamp_err *e)
{
    const size_t n = strlen(arch);
    enum stamp_status s = STAMP_OK;
    char value[SHOWN];

    for (size_t i = 0; i < g->values && !s; i++) {
        const struct stamp_gguf_value *v = &g->value[i];
        const bool own = strncmp(v->key, arch, n) == 0 && v->key[n] == '.';
        s = judge(STAMP_KEYS_GGUF, name, v->key, own ? v->key + n : v->key, gguf_value(v, value),
                  notes, e);
    }
    return s;
}
