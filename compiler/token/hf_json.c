/* SPDX-License-Identifier: Apache-2.0 */
/* hf_json.c - tokenizer.json: the whole of it, its model. Contracts in parts.h, hf_parts.h. */
#include <stdio.h>
#include <string.h>

#include "compiler/front/json.h"
#include "compiler/token/bytelevel.h"
#include "compiler/token/hf_parts.h"
#include "model/mem.h"

const cJSON *stamp_hf_get(const cJSON *o, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(o, key);
    return cJSON_IsNull(item) ? NULL : item;
}

const char *stamp_hf_text(const cJSON *o, const char *key)
{
    const cJSON *item = stamp_hf_get(o, key);
    return cJSON_IsString(item) ? item->valuestring : NULL;
}

enum stamp_status stamp_hf_flag(const struct stamp_hf *h, const cJSON *o, const char *key,
                                bool fallback, bool *out)
{
    const cJSON *item = stamp_hf_get(o, key);

    if (item && !cJSON_IsBool(item))
        return stamp_fail(h->e, STAMP_EFORMAT, "%s: %s is neither true nor false", h->name, key);
    *out = item ? cJSON_IsTrue(item) : fallback;
    return STAMP_OK;
}

enum stamp_status stamp_hf_type(const struct stamp_hf *h, const cJSON *o, const char *section,
                                const char **out)
{
    *out = cJSON_IsObject(o) ? stamp_hf_text(o, "type") : NULL;
    return *out ? STAMP_OK
                : stamp_fail(h->e, STAMP_EFORMAT, "%s: %s has no type", h->name, section);
}

enum stamp_status stamp_hf_sequence(const struct stamp_hf *h, const cJSON *o, const char *section,
                                    const char *key, int depth,
                                    enum stamp_status (*each)(const struct stamp_hf *h,
                                                              const cJSON *o, int depth))
{
    const cJSON *list = stamp_hf_get(o, key), *n;
    const char *type = NULL;
    enum stamp_status s = stamp_hf_type(h, o, section, &type);

    if (s) return s;
    if (strcmp(type, "Sequence") != 0 || depth == STAMP_HF_DEPTH_MAX)
        return stamp_fail(h->e, STAMP_EUNSUPPORTED, "%s: %s %.40s", h->name, section, type);
    if (!cJSON_IsArray(list))
        return stamp_fail(h->e, STAMP_EFORMAT, "%s: %s Sequence has no list", h->name, section);
    cJSON_ArrayForEach(n, list)
    {
        s = each(h, n, depth + 1);
        if (s) return s;
    }
    return STAMP_OK;
}

/* Work of reading a model: the token at hand in the form it is looked up by. */
struct reading {
    const struct stamp_hf *h;
    struct stamp_bytes key, other;
};

/* Form of a token that text is looked up by; *possible false: no text can become it. */
static enum stamp_status key_of(struct reading *r, const char *text, size_t len, bool *possible)
{
    if (r->h->t->bpe.byte_level)
        return stamp_bytelevel_decode(text, len, &r->key, possible, r->h->e);
    *possible = true;
    r->key.len = 0;
    return stamp_bytes_add(&r->key, text, len, r->h->e);
}

static enum stamp_status read_vocab(struct reading *r, const cJSON *o)
{
    const struct stamp_hf *h = r->h;
    struct stamp_tokenizer *t = h->t;
    enum stamp_status s = STAMP_OK;

    if (!cJSON_IsObject(o))
        return stamp_fail(h->e, STAMP_EFORMAT, "%s: model.vocab is not an object", h->name);
    for (const cJSON *m = o->child; m && !s; m = m->next) {
        uint64_t id;
        bool possible;
        if (!stamp_json_u64(m, &id) || id >= STAMP_VOCAB_MAX)
            return stamp_fail(h->e, STAMP_EFORMAT,
                              "%s: model.vocab: the id of \"%.60s\" is not 0 .. %d", h->name,
                              m->string, STAMP_VOCAB_MAX - 1);
        s = key_of(r, m->string, strlen(m->string), &possible);
        if (!s) s = stamp_vocab_set(&t->shown, (size_t)id, m->string, strlen(m->string), h->e);
        if (!s && !possible) continue;
        if (!s && (size_t)id < t->bpe.vocab.count && t->bpe.vocab.piece[id].bytes)
            return stamp_fail(h->e, STAMP_EFORMAT, "%s: model.vocab: id %llu twice", h->name,
                              (unsigned long long)id);
        if (!s)
            s = stamp_vocab_set(&t->bpe.vocab, (size_t)id, r->key.s ? r->key.s : "", r->key.len,
                                h->e);
        if (!s) s = stamp_vocab_list(&t->bpe.vocab, (size_t)id, true, h->e);
    }
    return s;
}

/* The two sides of merge number @p i: "a b", or ["a", "b"]. @return false when it is neither */
static bool sides(const cJSON *m, const char **left, size_t *left_len, const char **right)
{
    if (cJSON_IsString(m)) {
        const char *space = strchr(m->valuestring, ' ');
        if (!space || strchr(space + 1, ' ')) return false;
        *left = m->valuestring;
        *left_len = (size_t)(space - m->valuestring);
        *right = space + 1;
        return true;
    }
    if (!cJSON_IsArray(m) || !cJSON_IsString(m->child) || !cJSON_IsString(m->child->next) ||
        m->child->next->next)
        return false;
    *left = m->child->valuestring;
    *left_len = strlen(*left);
    *right = m->child->next->valuestring;
    return true;
}

static enum stamp_status read_merge(struct reading *r, const cJSON *m, uint32_t rank)
{
    const struct stamp_hf *h = r->h;
    struct stamp_bpe *bpe = &h->t->bpe;
    const size_t inside = bpe->prefix ? strlen(bpe->prefix) : 0;
    const char *left = NULL, *right = NULL;
    size_t left_len = 0;
    bool possible, also;

    if (!sides(m, &left, &left_len, &right))
        return stamp_fail(h->e, STAMP_EFORMAT, "%s: model.merges: number %lu is not two tokens",
                          h->name, (unsigned long)rank);
    enum stamp_status s = key_of(r, left, left_len, &possible);
    if (s) return s;
    const int32_t a = stamp_vocab_find(&bpe->vocab, r->key.s ? r->key.s : "", r->key.len);
    r->other.len = 0;
    s = stamp_bytes_add(&r->other, r->key.s ? r->key.s : "", r->key.len, h->e);
    if (!s) s = key_of(r, right, strlen(right), &also);
    if (s || !possible || !also) return s; /* no text comes to that */
    const int32_t b = stamp_vocab_find(&bpe->vocab, r->key.s ? r->key.s : "", r->key.len);
    if (r->key.len < inside)
        return stamp_fail(h->e, STAMP_EFORMAT,
                          "%s: model.merges: number %lu lacks the prefix \"%.20s\"", h->name,
                          (unsigned long)rank, bpe->prefix);
    s = stamp_bytes_add(&r->other, r->key.s ? r->key.s + inside : "", r->key.len - inside, h->e);
    const int32_t joined = s ? -1 : stamp_vocab_find(&bpe->vocab, r->other.s, r->other.len);
    if (!s && (a < 0 || b < 0 || joined < 0))
        return stamp_fail(h->e, STAMP_EFORMAT,
                          "%s: model.merges: number %lu (\"%.*s\" and \"%.40s\") is of tokens the "
                          "vocabulary does not have",
                          h->name, (unsigned long)rank, (int)(left_len < 40 ? left_len : 40), left,
                          right);
    if (!s) stamp_merges_put(&bpe->merges, a, b, rank, joined);
    return s;
}

static enum stamp_status read_merges(struct reading *r, const cJSON *list)
{
    const struct stamp_hf *h = r->h;
    uint32_t rank = 0;

    if (!cJSON_IsArray(list))
        return stamp_fail(h->e, STAMP_EFORMAT, "%s: model.merges is not a list", h->name);
    enum stamp_status s =
        stamp_merges_make(&h->t->bpe.merges, (size_t)cJSON_GetArraySize(list), h->e);
    for (const cJSON *m = list->child; m && !s; m = m->next) {
        if (cJSON_IsString(m) && strncmp(m->valuestring, "#version", 8) == 0) continue;
        s = read_merge(r, m, rank++);
    }
    return s;
}

/* An affix of symbols, kept when it is not empty. */
static enum stamp_status affix(const struct stamp_hf *h, const cJSON *o, const char *key,
                               char **out)
{
    const cJSON *item = stamp_hf_get(o, key);

    if (!item || (cJSON_IsString(item) && !*item->valuestring)) return STAMP_OK;
    if (!cJSON_IsString(item))
        return stamp_fail(h->e, STAMP_EFORMAT, "%s: model.%s is not a text", h->name, key);
    for (const char *c = item->valuestring; *c && h->t->bpe.byte_level; c++)
        if (*c <= ' ' || *c > '~')
            return stamp_fail(h->e, STAMP_EUNSUPPORTED, "%s: model.%s is not of printable ASCII",
                              h->name, key);
    *out = stamp_strdup(item->valuestring);
    return *out ? STAMP_OK : stamp_fail(h->e, STAMP_ENOMEM, "%s: out of memory", h->name);
}

/* The token for what has none, and the tokens that stand for bytes. */
static enum stamp_status read_unknown(const struct stamp_hf *h, const cJSON *o)
{
    struct stamp_bpe *bpe = &h->t->bpe;
    const char *text = stamp_hf_text(o, "unk_token");
    const cJSON *dropout = stamp_hf_get(o, "dropout");

    if (dropout && !(cJSON_IsNumber(dropout) && dropout->valuedouble == 0))
        return stamp_fail(h->e, STAMP_EUNSUPPORTED, "%s: model.dropout is set: ids are random",
                          h->name);
    if (text) {
        bpe->unknown = stamp_vocab_find(&bpe->vocab, text, strlen(text));
        if (bpe->unknown < 0)
            return stamp_fail(h->e, STAMP_EFORMAT, "%s: model.unk_token \"%.60s\" is no token",
                              h->name, text);
    }
    for (unsigned i = 0; i < 256; i++) {
        char byte[8];
        snprintf(byte, sizeof byte, "<0x%02X>", i);
        bpe->byte[i] = stamp_vocab_find(&bpe->vocab, byte, 6);
    }
    return STAMP_OK;
}

enum stamp_status stamp_hf_model(const struct stamp_hf *h, const cJSON *o)
{
    struct stamp_bpe *bpe = &h->t->bpe;
    struct reading r = {h, {0}, {0}};
    const char *type = cJSON_IsObject(o) ? stamp_hf_text(o, "type") : NULL;

    if (!cJSON_IsObject(o)) return stamp_fail(h->e, STAMP_EFORMAT, "%s: no model", h->name);
    if (!type && stamp_hf_get(o, "merges")) type = "BPE"; /* files of 2020 */
    if (!type || strcmp(type, "BPE") != 0)
        return stamp_fail(h->e, STAMP_EUNSUPPORTED, "%s: model.type \"%.40s\"; BPE is read",
                          h->name, type ? type : "?");
    enum stamp_status s = affix(h, o, "continuing_subword_prefix", &bpe->prefix);
    if (!s) s = affix(h, o, "end_of_word_suffix", &bpe->suffix);
    if (!s) s = stamp_hf_flag(h, o, "fuse_unk", false, &bpe->fuse_unknown);
    if (!s) s = stamp_hf_flag(h, o, "byte_fallback", false, &bpe->byte_fallback);
    if (!s) s = stamp_hf_flag(h, o, "ignore_merges", false, &bpe->ignore_merges);
    if (!s) s = read_vocab(&r, stamp_hf_get(o, "vocab"));
    if (!s) s = read_merges(&r, stamp_hf_get(o, "merges"));
    if (!s) s = read_unknown(h, o);
    stamp_free(r.key.s);
    stamp_free(r.other.s);
    return s;
}

enum stamp_status stamp_tokenizer_json(const char *name, const char *text, size_t len, size_t rows,
                                       struct stamp_tokenizer **out, struct stamp_err *e)
{
    struct stamp_hf h = {name, stamp_tokenizer_new("tokenizer.json", rows), e};
    cJSON *json = NULL;

    if (!h.t) return stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", name);
    h.t->mend = true;
    enum stamp_status s = stamp_json_object(name, text, len, &json, e);
    if (!s) s = stamp_hf_normalizer(&h, stamp_hf_get(json, "normalizer"));
    if (!s) s = stamp_hf_pre_tokenizer(&h, stamp_hf_get(json, "pre_tokenizer"));
    if (!s) s = stamp_hf_model(&h, stamp_hf_get(json, "model"));
    if (!s) s = stamp_hf_decoder(&h, stamp_hf_get(json, "decoder"));
    if (!s) s = stamp_hf_added(&h, stamp_hf_get(json, "added_tokens"));
    if (!s) s = stamp_hf_post_processor(&h, stamp_hf_get(json, "post_processor"));
    if (!s && stamp_hf_get(json, "truncation"))
        s = stamp_notes_add(&h.t->notes, e, "%s: its truncation is not applied", name);
    if (!s && stamp_hf_get(json, "padding"))
        s = stamp_notes_add(&h.t->notes, e, "%s: its padding is not applied", name);
    stamp_json_free(json);
    if (s)
        stamp_tokenizer_close(h.t);
    else
        *out = h.t;
    return s;
}
