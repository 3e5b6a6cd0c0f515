/* SPDX-License-Identifier: Apache-2.0 */
/* config.c - small JSON files and their keys. Contract in config.h. */
#include "sim/paint/config.h"

#include <cjson/cJSON.h>
#include <string.h>

#include "compiler/front/json.h"
#include "compiler/front/keys.h"
#include "model/file/infile.h"
#include "model/mem.h"

static const struct row {
    enum stamp_paint_file file;
    const char *key;
    enum stamp_key_kind kind;
    const char *text;
} rows[] = {
#define STAMP_PAINT_KEY(file, key, kind, text) {STAMP_PAINT_##file, key, STAMP_KEY_##kind, text},
#include "sim/paint/keys.def"
#undef STAMP_PAINT_KEY
};

/* Outside of texts, Infinity becomes 1e999 and spaces, which strtod makes an infinity of. */
static void respell(char *text, size_t len)
{
    static const char from[] = "Infinity", to[] = "1e999   ";
    bool inside = false;

    for (size_t i = 0; i < len; i++) {
        if (inside && text[i] == '\\')
            i++;
        else if (text[i] == '"')
            inside = !inside;
        else if (!inside && len - i >= sizeof from - 1 && !memcmp(text + i, from, sizeof from - 1))
            memcpy(text + i, to, sizeof to - 1);
    }
}

enum stamp_status stamp_config_open(const char *folder, const char *file, struct stamp_config *out,
                                    struct stamp_err *e)
{
    struct stamp_config c = {.name = stamp_infile_join(folder, file)};
    char *text = NULL;
    size_t len = 0;

    if (!c.name) return stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", folder);
    enum stamp_status s = stamp_infile_slurp(c.name, STAMP_CONFIG_BYTES_MAX, &text, &len, e);
    if (!s) {
        respell(text, len);
        s = stamp_json_object(c.name, text, len, &c.json, e);
    }
    stamp_free(text);
    if (s)
        stamp_free(c.name);
    else
        *out = c;
    return s;
}

void stamp_config_close(struct stamp_config *c)
{
    stamp_free(c->name);
    stamp_json_free(c->json);
    *c = (struct stamp_config){0};
}

const struct cJSON *stamp_config_item(const struct stamp_config *c, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(c->json, key);

    return cJSON_IsNull(item) ? NULL : item;
}

enum stamp_status stamp_config_class(const struct stamp_config *c, const char **out,
                                     struct stamp_err *e)
{
    const cJSON *item = stamp_config_item(c, "_class_name");

    if (!item) item = cJSON_GetArrayItem(stamp_config_item(c, "architectures"), 0);
    if (!item) item = stamp_config_item(c, "model_type");
    if (!cJSON_IsString(item))
        return stamp_fail(e, STAMP_EFORMAT, "%s: no _class_name that is a text", c->name);
    *out = item->valuestring;
    return STAMP_OK;
}

static const struct row *find(enum stamp_paint_file file, const char *key)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if ((rows[i].file == file || rows[i].file == STAMP_PAINT_EVERY) &&
            !strcmp(rows[i].key, key))
            return &rows[i];
    return NULL;
}

enum stamp_status stamp_config_keys(const struct stamp_config *c, enum stamp_paint_file file,
                                    struct stamp_err *e)
{
    char shown[STAMP_KEY_SHOWN];

    for (const cJSON *m = c->json->child; m; m = m->next) {
        const struct row *row = find(file, m->string);
        if (cJSON_IsNull(m)) continue;
        if (!row)
            return stamp_fail(e, STAMP_EUNSUPPORTED, "%s: key %.100s is not known to this kit",
                              c->name, m->string);
        if (row->kind == STAMP_KEY_ONLY && !stamp_key_allows(row->text, m, shown))
            return stamp_fail(
                e, STAMP_EUNSUPPORTED, "%s: %s is %.60s%s%s", c->name, row->key, shown,
                *row->text ? "; it must be absent or " : "; this kit does not do that", row->text);
    }
    return STAMP_OK;
}

enum stamp_status stamp_config_need(const struct stamp_config *c, const char *key,
                                    struct stamp_err *e)
{
    if (stamp_config_item(c, key)) return STAMP_OK;
    return stamp_fail(e, STAMP_EFORMAT, "%s: no %s", c->name, key);
}

enum stamp_status stamp_config_count(const struct stamp_config *c, const char *key, uint32_t least,
                                     uint32_t most, uint32_t *to, struct stamp_err *e)
{
    const cJSON *item = stamp_config_item(c, key);
    uint64_t v = 0;

    if (!item) return STAMP_OK;
    if (!cJSON_IsNumber(item))
        return stamp_fail(e, STAMP_EFORMAT, "%s: %s is not a number", c->name, key);
    if (!stamp_json_u64(item, &v) || v < least || v > most)
        return stamp_fail(e, STAMP_ERANGE, "%s: %s is %.9g, not a whole number of %u to %u",
                          c->name, key, item->valuedouble, least, most);
    *to = (uint32_t)v;
    return STAMP_OK;
}

enum stamp_status stamp_config_real(const struct stamp_config *c, const char *key, double least,
                                    double most, double *to, struct stamp_err *e)
{
    const cJSON *item = stamp_config_item(c, key);

    if (!item) return STAMP_OK;
    if (!cJSON_IsNumber(item))
        return stamp_fail(e, STAMP_EFORMAT, "%s: %s is not a number", c->name, key);
    if (!(item->valuedouble >= least && item->valuedouble <= most))
        return stamp_fail(e, STAMP_ERANGE, "%s: %s is %.9g, not a number of %g to %g", c->name, key,
                          item->valuedouble, least, most);
    *to = item->valuedouble;
    return STAMP_OK;
}

enum stamp_status stamp_config_flag(const struct stamp_config *c, const char *key, bool *to,
                                    struct stamp_err *e)
{
    const cJSON *item = stamp_config_item(c, key);

    if (!item) return STAMP_OK;
    if (!cJSON_IsBool(item))
        return stamp_fail(e, STAMP_EFORMAT, "%s: %s is neither true nor false", c->name, key);
    *to = cJSON_IsTrue(item);
    return STAMP_OK;
}

enum stamp_status stamp_config_choice(const struct stamp_config *c, const char *key,
                                      const char *list, uint32_t *to, struct stamp_err *e)
{
    const cJSON *item = stamp_config_item(c, key);
    uint32_t place = 0;

    if (!item) return STAMP_OK;
    if (!cJSON_IsString(item))
        return stamp_fail(e, STAMP_EFORMAT, "%s: %s is not a text", c->name, key);
    const size_t n = strlen(item->valuestring);
    for (const char *at = list; *at; place++) {
        const size_t k = strcspn(at, "|");
        if (k == n && !memcmp(at, item->valuestring, n)) {
            *to = place;
            return STAMP_OK;
        }
        at += k + (at[k] == '|');
    }
    return stamp_fail(e, STAMP_EUNSUPPORTED, "%s: %s is \"%.40s\"; this kit does %s", c->name, key,
                      item->valuestring, list);
}
