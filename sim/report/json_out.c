/* SPDX-License-Identifier: Apache-2.0 */
/* json_out.c - numbers into JSON. Contract in json_out.h. */
#include "sim/report/json_out.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "compiler/front/utf8.h"
#include "model/mem.h"

static bool starved; /* an allocation since stamp_json_root failed */

static void *take(size_t bytes)
{
    void *p = stamp_alloc_raw(bytes);

    if (!p) starved = true;
    return p;
}

struct cJSON *stamp_json_root(void)
{
    cJSON_Hooks hooks = {take, stamp_free};

    cJSON_InitHooks(&hooks);
    starved = false;
    return cJSON_CreateObject();
}

bool stamp_json_complete(void)
{
    return !starved;
}

void stamp_put_real(struct cJSON *object, const char *key, double value)
{
    char text[40];

    snprintf(text, sizeof text, "%.9g", value);
    if (isfinite(value))
        cJSON_AddRawToObject(object, key, text);
    else
        cJSON_AddNullToObject(object, key);
}

void stamp_put_count(struct cJSON *object, const char *key, uint64_t value)
{
    char text[24];

    snprintf(text, sizeof text, "%" PRIu64, value);
    cJSON_AddRawToObject(object, key, text);
}

/* A JSON string with its quotes, owned by the caller: cJSON's own end at a zero character. */
static char *quoted(const char *text, size_t len)
{
    char *to = stamp_alloc(6 * len + 3, 1); /* a character is six at most */
    size_t n = 0;

    if (!to) return NULL;
    to[n++] = '"';
    for (size_t i = 0; i < len; i++) {
        const unsigned char c = (unsigned char)text[i];
        if (c == '"' || c == '\\') to[n++] = '\\';
        if (c < ' ' || c == 127)
            n += (size_t)snprintf(to + n, 7, "\\u%04x", (unsigned)c);
        else
            to[n++] = (char)c;
    }
    to[n++] = '"';
    return to;
}

void stamp_put_bytes(struct cJSON *object, const char *key, const char *bytes, size_t len)
{
    size_t mended = 0;
    char *text = stamp_utf8_mend(bytes, len, &mended);
    char *raw = text ? quoted(text, mended) : NULL;

    if (raw)
        cJSON_AddRawToObject(object, key, raw);
    else
        starved = true;
    stamp_free(raw);
    stamp_free(text);
}

void stamp_put_text(struct cJSON *object, const char *key, const char *text)
{
    stamp_put_bytes(object, key, text, strlen(text));
}

struct cJSON *stamp_put_object(struct cJSON *parent, const char *key)
{
    if (key) return cJSON_AddObjectToObject(parent, key);
    struct cJSON *item = cJSON_CreateObject();
    if (cJSON_AddItemToArray(parent, item)) return item;
    cJSON_Delete(item);
    return NULL;
}

struct cJSON *stamp_put_array(struct cJSON *object, const char *key)
{
    return cJSON_AddArrayToObject(object, key);
}
