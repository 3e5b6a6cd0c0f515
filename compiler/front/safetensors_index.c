/* SPDX-License-Identifier: Apache-2.0 */
/* safetensors_index.c - model.safetensors.index.json and its shards. Contract in safetensors.h. */
#include <cjson/cJSON.h>
#include <string.h>

#include "compiler/front/json.h"
#include "compiler/front/safetensors_parts.h"
#include "model/mem.h"

enum { INDEX_MAX = 100000000, SHARDS_MAX = 4096 };

/* Path of @p file in the folder of @p beside; owned by the caller, NULL when memory is out. */
static char *sibling(const char *beside, const char *file)
{
    const char *slash = strrchr(beside, '/');
    const size_t folder = slash ? (size_t)(slash - beside) + 1 : 0, len = strlen(file) + 1;
    char *path = stamp_alloc(folder + len, 1);
    if (!path) return NULL;
    memcpy(path, beside, folder);
    memcpy(path + folder, file, len);
    return path;
}

/* The shard of that path, opened when it is new. */
static enum stamp_status shard_of(struct stamp_safetensors *st, const char *index, const char *file,
                                  size_t *shard, struct stamp_err *e)
{
    struct stamp_infile *in = NULL;
    enum stamp_status s = STAMP_OK;

    if (!*file || strchr(file, '/') || strcmp(file, ".") == 0 || strcmp(file, "..") == 0)
        return stamp_fail(e, STAMP_EFORMAT, "%s: shard \"%.100s\" is not a plain file name", index,
                          file);
    char *path = sibling(index, file);
    if (!path) return stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", index);
    for (*shard = 0; *shard < st->shards; ++*shard)
        if (strcmp(stamp_infile_name(st->shard[*shard]), path) == 0) break;
    if (*shard == st->shards) {
        if (st->shards == SHARDS_MAX)
            s = stamp_fail(e, STAMP_ERANGE, "%s: more than %d shards", index, SHARDS_MAX);
        if (!s) s = stamp_infile_open(path, &in, e);
        if (!s) s = stamp_safetensors_add(st, in, e);
    }
    stamp_free(path);
    return s;
}

enum stamp_status stamp_safetensors_index(struct stamp_safetensors *st, const char *path,
                                          struct stamp_err *e)
{
    char *text = NULL;
    size_t len = 0, shard = 0;
    cJSON *json = NULL;

    enum stamp_status s = stamp_infile_slurp(path, INDEX_MAX, &text, &len, e);
    if (!s) s = stamp_json_object(path, text, len, &json, e);
    stamp_free(text);
    if (s) return s;

    const cJSON *map = cJSON_GetObjectItemCaseSensitive(json, "weight_map");
    if (!cJSON_IsObject(map)) s = stamp_fail(e, STAMP_EFORMAT, "%s: no weight_map", path);
    if (!s) s = stamp_json_unique(path, map, e);
    for (const cJSON *m = s ? NULL : map->child; m && !s; m = m->next) {
        if (!cJSON_IsString(m))
            s = stamp_fail(e, STAMP_EFORMAT, "%s: %.200s names no shard", path, m->string);
        else
            s = shard_of(st, path, m->valuestring, &shard, e);
    }
    if (!s) s = stamp_safetensors_finish(st, e);
    for (const cJSON *m = s ? NULL : map->child; m && !s; m = m->next) {
        const struct stamp_safetensors_entry *t = stamp_safetensors_find(st, m->string);
        s = shard_of(st, path, m->valuestring, &shard, e);
        if (!s && (!t || t->shard != shard))
            s = stamp_fail(e, STAMP_EFORMAT, "%s: %.200s is not in %.100s", path, m->string,
                           m->valuestring);
    }
    stamp_json_free(json);
    return s;
}
