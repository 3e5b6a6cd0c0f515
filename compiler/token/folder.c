/* SPDX-License-Identifier: Apache-2.0 */
/*
 * folder.c - what the files beside a tokenizer say of it. Contract in parts.h.
 *
 * Tokens that only tokenizer_config.json or added_tokens.json has are added; add_bos_token and
 * add_eos_token override what the tokenizer's file puts around a text. The tokens that end a text are
 * those of generation_config.json, else of config.json, else eos_token.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "compiler/front/json.h"
#include "compiler/front/keys.h"
#include "compiler/token/hf_parts.h"
#include "model/file/infile.h"
#include "model/mem.h"

enum { FILE_MAX = 1 << 24 };

/* One of the files, open. */
struct side {
    struct stamp_hf h; /* its name is the file's path, owned here */
    char *path;
    cJSON *json; /* NULL: there is no such file */
    enum stamp_keys_file file;
};

static const cJSON *get(const struct side *f, const char *key)
{
    return f->json ? stamp_hf_get(f->json, stamp_keys_ask(f->file, key)) : NULL;
}

/* @p keys  false: config.json, whose keys the reader of the model has gone through */
static enum stamp_status open_side(struct stamp_tokenizer *t, const char *folder, const char *name,
                                   enum stamp_keys_file file, bool keys, struct side *out,
                                   struct stamp_err *e)
{
    struct stat info;
    char *text = NULL;
    size_t len = 0;

    *out = (struct side){.path = stamp_infile_join(folder, name), .file = file};
    out->h = (struct stamp_hf){out->path, t, e};
    if (!out->path) return stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", folder);
    if (stat(out->path, &info) != 0 && errno == ENOENT) return STAMP_OK;
    enum stamp_status s = stamp_infile_slurp(out->path, FILE_MAX, &text, &len, e);
    if (!s) s = stamp_json_object(out->path, text, len, &out->json, e);
    if (!s && keys) s = stamp_keys_check(file, out->path, out->json, &t->notes, e);
    stamp_free(text);
    return s;
}

static void close_side(struct side *f)
{
    stamp_json_free(f->json);
    stamp_free(f->path);
}

/* ---- tokenizer_config.json ---------------------------------------------------------------------- */

/* "added_tokens_decoder": {"128000": {"content": ..., "special": true}} */
static enum stamp_status add_tokens(const struct side *f)
{
    const cJSON *map = get(f, "added_tokens_decoder"), *m;
    struct stamp_tokenizer *t = f->h.t;
    enum stamp_status s = STAMP_OK;

    if (map && !cJSON_IsObject(map))
        return stamp_fail(f->h.e, STAMP_EFORMAT, "%s: added_tokens_decoder is not an object",
                          f->path);
    cJSON_ArrayForEach(m, map)
    {
        char *end = NULL;
        const char *content = stamp_hf_text(m, "content");
        const unsigned long id = strtoul(m->string, &end, 10);
        if (end == m->string || *end || id >= STAMP_VOCAB_MAX || !content)
            return stamp_fail(f->h.e, STAMP_EFORMAT,
                              "%s: added_tokens_decoder: \"%.40s\" is no token", f->path,
                              m->string);
        int32_t have;
        s = stamp_tokenizer_id(t, content, strlen(content), &have, f->h.e);
        if (s) return s;
        if (have >= 0 && (unsigned long)have != id)
            return stamp_fail(f->h.e, STAMP_EFORMAT,
                              "%s: token \"%.60s\" has id %lu, the tokenizer's file says %d",
                              f->path, content, id, (int)have);
        if (have < 0) s = stamp_hf_added_token(&f->h, m, (int32_t)id);
        if (s) return s;
    }
    return STAMP_OK;
}

/* A token by its text: "bos_token": "<s>" or {"content": "<s>"}; -1: none. */
static enum stamp_status named(const struct side *f, const char *key, int32_t *out)
{
    const cJSON *item = get(f, key);
    const char *text = cJSON_IsString(item) ? item->valuestring : stamp_hf_text(item, "content");

    *out = -1;
    if (!item) return STAMP_OK;
    const enum stamp_status s =
        text ? stamp_tokenizer_id(f->h.t, text, strlen(text), out, f->h.e) : STAMP_OK;
    if (s || *out >= 0) return s;
    return stamp_notes_add(&f->h.t->notes, f->h.e, "%s: %s \"%.60s\" is no token of the tokenizer",
                           f->path, key, text ? text : "?");
}

/* "add_bos_token" and its like: whether @p token stands at the end of @p list that faces outwards. */
static enum stamp_status put_around(const struct side *f, const char *key, int32_t token,
                                    bool front)
{
    struct stamp_tokenizer *t = f->h.t;
    int32_t *list = front ? t->front : t->back;
    size_t *count = front ? &t->fronts : &t->backs;
    const cJSON *item = get(f, key);
    bool want;

    if (!item) return STAMP_OK;
    const enum stamp_status s = stamp_hf_flag(&f->h, f->json, key, false, &want);
    if (s) return s;
    const size_t at = front || !*count ? 0 : *count - 1;
    const bool have = *count && list[at] == token;
    if (want && token < 0)
        return stamp_fail(f->h.e, STAMP_EFORMAT, "%s: %s is true, and no such token is named",
                          f->path, key);
    if (want && !have) {
        if (*count == STAMP_TOKENIZER_AROUND)
            return stamp_fail(f->h.e, STAMP_EUNSUPPORTED, "%s: more than %d tokens around a text",
                              f->path, STAMP_TOKENIZER_AROUND);
        if (front) memmove(list + 1, list, *count * sizeof *list);
        list[front ? 0 : *count] = token;
        ++*count;
    }
    if (!want && have) {
        --*count;
        if (front) memmove(list, list + 1, *count * sizeof *list);
    }
    return STAMP_OK;
}

/* tokenizer.model alone: where its spaces go is said here. */
static enum stamp_status space_rule(const struct side *f)
{
    struct stamp_steps *l = &f->h.t->normal;
    bool legacy, space;

    enum stamp_status s =
        get(f, "legacy") ? stamp_hf_flag(&f->h, f->json, "legacy", true, &legacy) : STAMP_OK;
    if (!s && get(f, "legacy") && !legacy)
        for (size_t i = 0; i < l->count; i++)
            if (l->step[i].kind == STAMP_STEP_PREFIX) l->step[i].first = true;
    if (!s && get(f, "add_prefix_space"))
        s = stamp_hf_flag(&f->h, f->json, "add_prefix_space", true, &space);
    else
        return s;
    if (s || space || !l->count || l->step[l->count - 1].kind != STAMP_STEP_PREFIX) return s;
    stamp_free(l->step[--l->count].text);
    f->h.t->strip = 0;
    return STAMP_OK;
}

static enum stamp_status read_config(const struct side *f)
{
    struct stamp_tokenizer *t = f->h.t;
    int32_t bos = -1, eos = -1;

    if (!f->json) return STAMP_OK;
    enum stamp_status s = add_tokens(f);
    if (!s) s = named(f, "bos_token", &bos);
    if (!s) s = named(f, "eos_token", &eos);
    if (bos >= 0) t->bos = bos;
    if (eos >= 0) t->eos = eos;
    if (!s) s = put_around(f, "add_bos_token", t->bos, true);
    if (!s) s = put_around(f, "add_eos_token", t->eos, false);
    if (!s && strcmp(t->format, "SentencePiece") == 0) s = space_rule(f);
    if (!s && eos >= 0) {
        t->ends = 0;
        s = stamp_tokenizer_end_at(t, eos, f->h.e);
    }
    return s;
}

/* ---- added_tokens.json: {"<pad>": 32000} -------------------------------------------------------- */

static enum stamp_status read_added(const struct side *f)
{
    const cJSON *m;
    enum stamp_status s = STAMP_OK;

    cJSON_ArrayForEach(m, f->json)
    {
        struct stamp_added a = {.text = m->string, .len = strlen(m->string), .special = true};
        uint64_t id = 0;
        if (!a.len || !stamp_json_u64(m, &id) || id >= STAMP_VOCAB_MAX)
            return stamp_fail(f->h.e, STAMP_EFORMAT, "%s: \"%.40s\" is no token with an id",
                              f->path, m->string);
        int32_t have;
        s = stamp_tokenizer_id(f->h.t, a.text, a.len, &have, f->h.e);
        a.id = (int32_t)id;
        if (!s && have < 0) s = stamp_tokenizer_add(f->h.t, &a, f->h.e);
        if (s) return s;
    }
    return STAMP_OK;
}

/* ---- generation_config.json, config.json -------------------------------------------------------- */

static enum stamp_status one_id(const struct side *f, const char *key, const cJSON *item,
                                int32_t *out)
{
    uint64_t id = 0;

    if (!stamp_json_u64(item, &id) || id >= STAMP_VOCAB_MAX)
        return stamp_fail(f->h.e, STAMP_EFORMAT, "%s: %s is no token id", f->path, key);
    *out = (int32_t)id;
    return STAMP_OK;
}

/* "eos_token_id": 2, or [2, 3]; *found when it says something. -1 in older files says nothing. */
static enum stamp_status read_ends(const struct side *f, bool *found)
{
    const cJSON *item = get(f, "eos_token_id");
    const cJSON *m = cJSON_IsArray(item) ? item->child : item;
    enum stamp_status s = STAMP_OK;
    int32_t id = -1;

    if (!item || (cJSON_IsNumber(item) && item->valuedouble == -1)) return STAMP_OK;
    *found = true;
    f->h.t->ends = 0;
    for (; m && !s; m = cJSON_IsArray(item) ? m->next : NULL) {
        s = one_id(f, "eos_token_id", m, &id);
        if (!s) s = stamp_tokenizer_end_at(f->h.t, id, f->h.e);
    }
    return s;
}

static enum stamp_status read_ids(struct side *const from[2])
{
    bool ends = false, bos = false;
    enum stamp_status s = STAMP_OK;

    for (size_t i = 0; i < 2 && !s; i++) {
        const cJSON *item = get(from[i], "bos_token_id");
        if (item && !bos && !(cJSON_IsNumber(item) && item->valuedouble == -1)) {
            bos = true;
            s = one_id(from[i], "bos_token_id", item, &from[i]->h.t->bos);
        }
        if (!s && !ends) s = read_ends(from[i], &ends);
    }
    return s;
}

enum stamp_status stamp_tokenizer_config(struct stamp_tokenizer *t, const char *folder,
                                         struct stamp_err *e)
{
    struct side config = {0}, added = {0};

    enum stamp_status s =
        open_side(t, folder, "tokenizer_config.json", STAMP_KEYS_TOKENIZER, true, &config, e);
    if (!s) s = read_config(&config);
    if (!s) s = open_side(t, folder, "added_tokens.json", STAMP_KEYS_FILES, false, &added, e);
    if (!s && added.json) s = read_added(&added);
    close_side(&config);
    close_side(&added);
    return s;
}

enum stamp_status stamp_tokenizer_ids(struct stamp_tokenizer *t, const char *folder,
                                      struct stamp_err *e)
{
    struct side generation = {0}, model = {0};

    enum stamp_status s =
        open_side(t, folder, "generation_config.json", STAMP_KEYS_GENERATION, true, &generation, e);
    if (!s) s = open_side(t, folder, "config.json", STAMP_KEYS_CONFIG, false, &model, e);
    if (!s) s = read_ids((struct side *const[]){&generation, &model});
    close_side(&generation);
    close_side(&model);
    return s;
}
