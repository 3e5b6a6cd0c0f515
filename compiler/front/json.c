/* SPDX-License-Identifier: Apache-2.0 */
/* json.c - the gate in front of cJSON. Contract in json.h. */
#include "compiler/front/json.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/front/json_parts.h"
#include "compiler/front/utf8.h"
#include "model/mem.h"

enum { SLACK = 16 }; /* cJSON before 1.7.18 can look one byte past the length it is given */

static _Thread_local bool starved; /* cJSON does not tell no memory from bad text */

static void *take(size_t size)
{
    void *p = stamp_alloc_raw(size);
    if (!p) starved = true;
    return p;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

enum stamp_status stamp_json_unique(const char *name, const struct cJSON *object,
                                    struct stamp_err *e)
{
    size_t count = 0, i = 0;
    for (const cJSON *m = object->child; m; m = m->next) count++;

    const char **keys = stamp_alloc(count, sizeof *keys);
    if (!keys) return stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", name);
    for (const cJSON *m = object->child; m; m = m->next) keys[i++] = m->string;
    qsort(keys, count, sizeof *keys, by_text);

    enum stamp_status s = STAMP_OK;
    for (i = 1; i < count && !s; i++)
        if (strcmp(keys[i - 1], keys[i]) == 0)
            s = stamp_fail(e, STAMP_EFORMAT, "%s: key \"%.200s\" twice", name, keys[i]);
    stamp_free(keys);
    return s;
}

/* cJSON ends a text at "\u0000"; the escape is found before a backslash of its own hides it. */
static bool zero_escape(const char *text, size_t len)
{
    for (size_t i = 0; i + 1 < len; i++) {
        if (text[i] != '\\') continue;
        if (len - i >= 6 && memcmp(text + i, "\\u0000", 6) == 0) return true;
        i++;
    }
    return false;
}

enum stamp_status stamp_json_text(const char *name, const char *text, size_t len,
                                  struct stamp_err *e)
{
    if (memchr(text, 0, len))
        return stamp_fail(e, STAMP_EFORMAT, "%s: not JSON: a zero byte inside", name);
    if (stamp_utf8_valid(text, len) < len)
        return stamp_fail(e, STAMP_EFORMAT, "%s: not JSON: no UTF-8 at byte %zu", name,
                          stamp_utf8_valid(text, len));
    if (zero_escape(text, len))
        return stamp_fail(e, STAMP_EFORMAT, "%s: a text with a zero character (\\u0000)", name);
    return STAMP_OK;
}

/* The parser stopped at @p at because the text ends: nothing is left, or only a string without its end,
   or a piece of a word or of a number. */
static bool breaks_off(const char *text, size_t len, size_t at)
{
    bool string = false;
    size_t last = 0; /* where the last token begins */

    for (size_t i = 0; i < len; i++) {
        if (string && text[i] == '\\') {
            i++;
        } else if (text[i] == '"') {
            last = string ? last : i;
            string = !string;
        } else if (!string && strchr(" \t\r\n[]{}:,", text[i])) {
            last = i + 1;
        }
    }
    if (at >= len || (string && at > last)) return true;
    return !string && at >= last && len - at == strspn(text + at, "0123456789+-.Eaeflnrstu");
}

enum stamp_status stamp_json_parse(const char *name, const char *text, size_t len,
                                   struct cJSON **out, size_t *stop, struct stamp_err *e)
{
    cJSON_Hooks hooks = {take, stamp_free};
    const char *end = NULL;

    if (len > SIZE_MAX - SLACK) return stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", name);
    char *copy = stamp_alloc(len + SLACK, 1);
    if (!copy) return stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", name);
    memcpy(copy, text, len);

    cJSON_InitHooks(&hooks);
    starved = false;
    cJSON *json = cJSON_ParseWithLengthOpts(copy, len + 1, &end, 0);
    enum stamp_status s = STAMP_OK;
    *stop = end ? (size_t)(end - copy) : 0;
    if (!json && starved)
        s = stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", name);
    else if (!json)
        s = stamp_fail(e, STAMP_EFORMAT, "%s: not JSON, near byte %zu of %zu%s", name, *stop, len,
                       !len                           ? ": empty"
                       : breaks_off(copy, len, *stop) ? ": cut off"
                                                      : "");
    else if (end[strspn(end, " \t\r\n")] != '\0')
        s = stamp_fail(e, STAMP_EFORMAT, "%s: bytes after the JSON text, at %zu", name, *stop);
    stamp_free(copy);
    if (s)
        cJSON_Delete(json);
    else
        *out = json;
    return s;
}

enum stamp_status stamp_json_object(const char *name, const char *text, size_t len,
                                    struct cJSON **out, struct stamp_err *e)
{
    size_t end = 0;
    cJSON *json = NULL;
    enum stamp_status s = stamp_json_text(name, text, len, e);

    if (!s) s = stamp_json_parse(name, text, len, &json, &end, e);
    if (!s && !cJSON_IsObject(json))
        s = stamp_fail(e, STAMP_EFORMAT, "%s: the JSON is not an object", name);
    if (!s) s = stamp_json_unique(name, json, e);
    if (s)
        cJSON_Delete(json);
    else
        *out = json;
    return s;
}

void stamp_json_free(struct cJSON *json)
{
    cJSON_Delete(json);
}

bool stamp_json_u64(const struct cJSON *item, uint64_t *out)
{
    if (!cJSON_IsNumber(item)) return false;
    const double v = item->valuedouble;
    if (!(v >= 0 && v <= 9007199254740992.0) || v != floor(v)) return false;
    *out = (uint64_t)v;
    return true;
}
