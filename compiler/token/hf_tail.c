/* SPDX-License-Identifier: Apache-2.0 */
/* hf_tail.c - decoder, added tokens and post-processor of a tokenizer.json. Contract in hf_parts.h. */
#include <string.h>

#include "compiler/front/json.h"
#include "compiler/token/bytelevel.h"
#include "compiler/token/hf_parts.h"
#include "model/mem.h"

enum { REPLACES_MAX = 8 };

/* ---- Decoder: what every token shows ------------------------------------------------------------ */

struct decoding {
    bool byte_level, bytes, fused;
    struct {
        const char *from, *to;
    } replace[REPLACES_MAX];
    size_t replaces;
};

static enum stamp_status decode_replace(const struct stamp_hf *h, const char *from, const char *to,
                                        struct decoding *d)
{
    if (!from || !*from || !to)
        return stamp_fail(h->e, STAMP_EUNSUPPORTED, "%s: decoder Replace of a pattern", h->name);
    if (d->replaces == REPLACES_MAX)
        return stamp_fail(h->e, STAMP_EUNSUPPORTED, "%s: decoder: more than %d replacements",
                          h->name, REPLACES_MAX);
    d->replace[d->replaces].from = from;
    d->replace[d->replaces++].to = to;
    return STAMP_OK;
}

/* Spaces off the front of the whole text. */
static enum stamp_status decode_strip(const struct stamp_hf *h, const cJSON *o,
                                      const struct decoding *d)
{
    const char *content = stamp_hf_text(o, "content");
    uint64_t start = 0, stop = 0;

    if (!content || !stamp_json_u64(stamp_hf_get(o, "start"), &start) ||
        !stamp_json_u64(stamp_hf_get(o, "stop"), &stop))
        return stamp_fail(h->e, STAMP_EFORMAT, "%s: decoder Strip lacks content, start or stop",
                          h->name);
    if (strcmp(content, " ") != 0 || stop || start >= STAMP_STRIP_ALL || !d->fused)
        return stamp_fail(h->e, STAMP_EUNSUPPORTED,
                          "%s: decoder Strip of anything but spaces in front of a fused text",
                          h->name);
    h->t->strip = (uint8_t)start;
    return STAMP_OK;
}

static enum stamp_status decode_metaspace(const struct stamp_hf *h, const cJSON *o,
                                          struct decoding *d)
{
    const char *mark = stamp_hf_text(o, "replacement"), *when = stamp_hf_text(o, "prepend_scheme");
    bool front = !when || strcmp(when, "never") != 0;

    const enum stamp_status s =
        when ? STAMP_OK : stamp_hf_flag(h, o, "add_prefix_space", true, &front);
    if (front) h->t->strip = STAMP_STRIP_ALL;
    return s ? s : decode_replace(h, mark ? mark : "\xe2\x96\x81", " ", d);
}

static enum stamp_status decoder(const struct stamp_hf *h, const cJSON *o, struct decoding *d,
                                 int depth)
{
    const char *type = NULL;
    enum stamp_status s = stamp_hf_type(h, o, "decoder", &type);

    if (s) return s;
    if (strcmp(type, "Replace") == 0)
        return decode_replace(h, stamp_hf_text(stamp_hf_get(o, "pattern"), "String"),
                              stamp_hf_text(o, "content"), d);
    if (strcmp(type, "Strip") == 0) return decode_strip(h, o, d);
    if (strcmp(type, "Metaspace") == 0) return decode_metaspace(h, o, d);
    if (strcmp(type, "ByteLevel") == 0)
        d->byte_level = true;
    else if (strcmp(type, "ByteFallback") == 0)
        d->bytes = true;
    else if (strcmp(type, "Fuse") == 0)
        d->fused = true;
    else if (strcmp(type, "Sequence") != 0 || depth == STAMP_HF_DEPTH_MAX)
        return stamp_fail(h->e, STAMP_EUNSUPPORTED, "%s: decoder %.40s", h->name, type);
    if (strcmp(type, "Sequence") != 0) return STAMP_OK;
    const cJSON *list = stamp_hf_get(o, "decoders"), *n;
    if (!cJSON_IsArray(list))
        return stamp_fail(h->e, STAMP_EFORMAT, "%s: decoder Sequence has no list", h->name);
    cJSON_ArrayForEach(n, list)
    {
        s = decoder(h, n, d, depth + 1);
        if (s) return s;
    }
    return STAMP_OK;
}

static enum stamp_status replaced(const char *text, size_t len, const char *from, const char *to,
                                  struct stamp_bytes *out, struct stamp_err *e)
{
    const size_t n = strlen(from);
    enum stamp_status s = STAMP_OK;

    out->len = 0;
    for (size_t at = 0; at < len && !s;) {
        const bool here = len - at >= n && memcmp(text + at, from, n) == 0;
        s = stamp_bytes_add(out, here ? to : text + at, here ? strlen(to) : 1, e);
        at += here ? n : 1;
    }
    return s;
}

/* "<0x41>" is a byte. */
static bool byte_token(const char *text, size_t len, char *out)
{
    static const char digits[] = "0123456789ABCDEF";

    if (len != 6 || memcmp(text, "<0x", 3) != 0 || text[5] != '>') return false;
    const char *high = memchr(digits, text[3], 16), *low = memchr(digits, text[4], 16);
    if (!high || !low) return false;
    *out = (char)((high - digits) * 16 + (low - digits));
    return true;
}

static enum stamp_status show(const struct stamp_hf *h, const struct decoding *d, size_t id,
                              struct stamp_bytes work[2])
{
    struct stamp_vocab *v = &h->t->shown;
    const struct stamp_piece *p = &v->piece[id];
    enum stamp_status s = STAMP_OK;
    char byte;

    if (!p->bytes) return STAMP_OK;
    if (d->bytes && byte_token(p->bytes, p->len, &byte))
        return stamp_vocab_set(v, id, &byte, 1, h->e);
    if (d->byte_level) {
        bool all; /* else it stands for itself */
        s = stamp_bytelevel_decode(p->bytes, p->len, &work[0], &all, h->e);
        return s || !all ? s
                         : stamp_vocab_set(v, id, work[0].s ? work[0].s : "", work[0].len, h->e);
    }
    for (size_t i = 0; i < d->replaces && !s; i++) {
        s = replaced(p->bytes, p->len, d->replace[i].from, d->replace[i].to, &work[i % 2], h->e);
        if (!s)
            s = stamp_vocab_set(v, id, work[i % 2].s ? work[i % 2].s : "", work[i % 2].len, h->e);
        p = &v->piece[id];
    }
    return s;
}

enum stamp_status stamp_hf_decoder(const struct stamp_hf *h, const cJSON *o)
{
    struct decoding d = {0};
    struct stamp_bytes work[2] = {{0}, {0}};

    h->t->joined = !o;
    enum stamp_status s = o ? decoder(h, o, &d, 0) : STAMP_OK;
    for (size_t id = 0; id < h->t->shown.count && !s; id++) s = show(h, &d, id, work);
    stamp_free(work[0].s);
    stamp_free(work[1].s);
    return s;
}

/* ---- Added tokens ------------------------------------------------------------------------------- */

enum stamp_status stamp_hf_added_token(const struct stamp_hf *h, const cJSON *o, int32_t id)
{
    const char *content = cJSON_IsObject(o) ? stamp_hf_text(o, "content") : NULL;
    struct stamp_added a = {.id = id};

    if (!content)
        return stamp_fail(h->e, STAMP_EFORMAT, "%s: added token %d has no content", h->name,
                          (int)id);
    if (!*content) return STAMP_OK; /* found nowhere */
    enum stamp_status s = stamp_hf_flag(h, o, "special", false, &a.special);
    if (!s) s = stamp_hf_flag(h, o, "normalized", !a.special, &a.normalized);
    if (!s) s = stamp_hf_flag(h, o, "single_word", false, &a.single_word);
    if (!s) s = stamp_hf_flag(h, o, "lstrip", false, &a.lstrip);
    if (!s) s = stamp_hf_flag(h, o, "rstrip", false, &a.rstrip);
    a.text = (char *)content;
    a.len = strlen(content);
    return s ? s : stamp_tokenizer_add(h->t, &a, h->e);
}

enum stamp_status stamp_hf_added(const struct stamp_hf *h, const cJSON *list)
{
    const cJSON *o;

    if (!list) return STAMP_OK;
    if (!cJSON_IsArray(list))
        return stamp_fail(h->e, STAMP_EFORMAT, "%s: added_tokens is not a list", h->name);
    /* Special ones are put first, as the library does it: of equal texts those count. */
    for (int special = 1; special >= 0; special--) cJSON_ArrayForEach(o, list)
        {
            const char *content = stamp_hf_text(o, "content");
            uint64_t id = 0;
            if (!stamp_json_u64(stamp_hf_get(o, "id"), &id) || id >= STAMP_VOCAB_MAX)
                return stamp_fail(h->e, STAMP_EFORMAT, "%s: added token \"%.60s\" has no id",
                                  h->name, content ? content : "?");
            if ((bool)cJSON_IsTrue(stamp_hf_get(o, "special")) != (bool)special) continue;
            int32_t have = -1;
            enum stamp_status s = STAMP_OK;
            if (content) s = stamp_tokenizer_id(h->t, content, strlen(content), &have, h->e);
            if (s) return s;
            if (have >= 0 && (uint64_t)have != id)
                return stamp_fail(h->e, STAMP_EFORMAT,
                                  "%s: added token \"%.60s\" has id %llu, the vocabulary says %d",
                                  h->name, content, (unsigned long long)id, (int)have);
            s = stamp_hf_added_token(h, o, (int32_t)id);
            if (s) return s;
        }
    return STAMP_OK;
}

/* ---- Post-processor ----------------------------------------------------------------------------- */

static enum stamp_status around(const struct stamp_hf *h, int32_t *list, size_t *count, size_t at,
                                uint64_t id)
{
    if (id >= STAMP_VOCAB_MAX || *count == STAMP_TOKENIZER_AROUND)
        return stamp_fail(h->e, STAMP_EUNSUPPORTED,
                          "%s: post_processor: more than %d tokens around a text, or an absurd id",
                          h->name, STAMP_TOKENIZER_AROUND);
    memmove(list + at + 1, list + at, (*count - at) * sizeof *list);
    list[at] = (int32_t)id;
    ++*count;
    return STAMP_OK;
}

/* "single": what stands before and behind the one sequence. */
static enum stamp_status template_of(const struct stamp_hf *h, const cJSON *o)
{
    const cJSON *single = stamp_hf_get(o, "single"), *specials = stamp_hf_get(o, "special_tokens");
    const cJSON *part, *id;
    struct stamp_tokenizer *t = h->t;
    size_t fronts = 0;
    int sequences = 0;

    cJSON_ArrayForEach(part, single)
    {
        const char *name = stamp_hf_text(stamp_hf_get(part, "SpecialToken"), "id");
        const cJSON *ids = name ? stamp_hf_get(stamp_hf_get(specials, name), "ids") : NULL;
        if (stamp_hf_get(part, "Sequence")) {
            sequences++;
            continue;
        }
        if (!cJSON_IsArray(ids))
            return stamp_fail(h->e, STAMP_EFORMAT,
                              "%s: post_processor: special token \"%.40s\" has no ids", h->name,
                              name ? name : "?");
        cJSON_ArrayForEach(id, ids)
        {
            uint64_t n = UINT64_MAX;
            enum stamp_status s;
            (void)stamp_json_u64(id, &n);
            if (sequences)
                s = around(h, t->back, &t->backs, t->backs, n);
            else
                s = around(h, t->front, &t->fronts, fronts++, n);
            if (s) return s;
        }
    }
    if (sequences == 1) return STAMP_OK;
    return stamp_fail(h->e, STAMP_EUNSUPPORTED,
                      "%s: post_processor: a template with %d places for the text", h->name,
                      sequences);
}

/* "cls": ["<s>", 0] */
static enum stamp_status pair_of(const struct stamp_hf *h, const cJSON *o, const char *key,
                                 int32_t *list, size_t *count, size_t at)
{
    const cJSON *p = stamp_hf_get(o, key);
    uint64_t id = UINT64_MAX;

    if (!cJSON_IsArray(p) || !p->child || !stamp_json_u64(p->child->next, &id))
        return stamp_fail(h->e, STAMP_EFORMAT, "%s: post_processor: %s is no token", h->name, key);
    return around(h, list, count, at, id);
}

static enum stamp_status post_processor(const struct stamp_hf *h, const cJSON *o, int depth)
{
    struct stamp_tokenizer *t = h->t;
    const char *type = NULL;
    enum stamp_status s = stamp_hf_type(h, o, "post_processor", &type);

    if (s || strcmp(type, "ByteLevel") == 0) return s; /* offsets only */
    if (strcmp(type, "TemplateProcessing") == 0) return template_of(h, o);
    if (strcmp(type, "BertProcessing") == 0 || strcmp(type, "RobertaProcessing") == 0) {
        s = pair_of(h, o, "cls", t->front, &t->fronts, 0);
        return s ? s : pair_of(h, o, "sep", t->back, &t->backs, t->backs);
    }
    return stamp_hf_sequence(h, o, "post_processor", "processors", depth, post_processor);
}

enum stamp_status stamp_hf_post_processor(const struct stamp_hf *h, const cJSON *o)
{
    return o ? post_processor(h, o, 0) : STAMP_OK;
}
