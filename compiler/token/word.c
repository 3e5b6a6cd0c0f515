/* SPDX-License-Identifier: Apache-2.0 */
/* word.c - a piece of text to ids. Contract in word.h. */
#include "compiler/token/word.h"

#include <string.h>

#include "compiler/token/bytes.h"
#include "compiler/front/utf8.h"
#include "model/mem.h"

/* Words of a text repeat: short ones are remembered, one at each place of a table. */
enum { KNOWN_LEN = 22, KNOWN_IDS = 10, KNOWN_WORDS = 1 << 14, FIRST = 256 };

struct stamp_known {
    uint8_t len, ids; /* len 0: empty */
    char text[KNOWN_LEN];
    int32_t id[KNOWN_IDS];
};

enum stamp_status stamp_ids_add(struct stamp_ids *out, int32_t id, struct stamp_err *e)
{
    if (out->count == out->room) {
        const size_t room = out->room ? 2 * out->room : FIRST;
        int32_t *grown = stamp_grow(out->id, out->room, room, sizeof *grown);
        if (!grown) return stamp_fail(e, STAMP_ENOMEM, "out of memory for %zu tokens", room);
        out->id = grown;
        out->room = room;
    }
    out->id[out->count++] = id;
    return STAMP_OK;
}

/* Symbols of a word as they are made; an unknown token waits until what follows is known. */
struct making {
    const struct stamp_bpe *m;
    struct stamp_merger *w;
    bool waiting;
    struct stamp_bytes key;
    struct stamp_err *e;
};

static enum stamp_status flush(struct making *k)
{
    if (!k->waiting) return STAMP_OK;
    k->waiting = false;
    return stamp_merger_add(k->w, k->m->unknown, k->e);
}

static enum stamp_status unknown(struct making *k, const char *text, size_t len)
{
    const struct stamp_bpe *m = k->m;
    enum stamp_status s = STAMP_OK;
    bool all = m->byte_fallback;

    for (size_t i = 0; i < len && all; i++) all = m->byte[(unsigned char)text[i]] >= 0;
    if (all) { /* an unknown that waits comes behind: so the library that defines this does it */
        for (size_t i = 0; i < len && !s; i++)
            s = stamp_merger_add(k->w, m->byte[(unsigned char)text[i]], k->e);
        return s;
    }
    if (m->unknown < 0) return STAMP_OK;
    if (!m->fuse_unknown) s = flush(k);
    k->waiting = true;
    return s;
}

/* One character or byte; @p text is what is looked up, @p raw what it was in the text. */
static enum stamp_status symbol(struct making *k, const char *text, size_t len, const char *raw,
                                size_t raw_len)
{
    const int32_t id = stamp_vocab_find(&k->m->vocab, text, len);

    if (id < 0) return unknown(k, raw, raw_len);
    const enum stamp_status s = flush(k);
    return s ? s : stamp_merger_add(k->w, id, k->e);
}

/* With the affixes of old vocabularies: "##ing", "word</w>". */
static enum stamp_status affixed(struct making *k, const char *text, size_t len, bool first,
                                 bool last)
{
    const char *front = !first && k->m->prefix ? k->m->prefix : "";
    const char *back = last && k->m->suffix ? k->m->suffix : "";

    k->key.len = 0;
    enum stamp_status s = stamp_bytes_add(&k->key, front, strlen(front), k->e);
    if (!s) s = stamp_bytes_add(&k->key, text, len, k->e);
    if (!s) s = stamp_bytes_add(&k->key, back, strlen(back), k->e);
    /* What falls back to bytes is the symbol with its affixes, as in the library that defines this. */
    return s ? s : symbol(k, k->key.s, k->key.len, k->key.s, k->key.len);
}

static size_t step(const struct stamp_bpe *m, const char *text, size_t len, bool first)
{
    uint32_t code;
    bool good;
    size_t n = 1;

    if (m->byte_level) return 1;
    if (m->merges.slot) return stamp_utf8_next(text, len, &code, &good);
    /* SentencePiece files are used on any bytes: a byte and the continuation bytes after it, but for
     * the space that was put in front. */
    if (first && *text == ' ') return 1;
    while (n < len && n < STAMP_UTF8_MAX && ((unsigned char)text[n] & 0xc0) == 0x80) n++;
    return n;
}

static enum stamp_status merge_word(const struct stamp_bpe *m, struct stamp_merger *w,
                                    const char *text, size_t len, struct stamp_err *e)
{
    struct making k = {m, w, false, {0}, e};
    enum stamp_status s = STAMP_OK;

    w->count = 0;
    for (size_t at = 0, n; at < len && !s; at += n) {
        n = step(m, text + at, len - at, at == 0);
        if (m->prefix || m->suffix)
            s = affixed(&k, text + at, n, at == 0, at + n == len);
        else
            s = symbol(&k, text + at, n, text + at, n);
    }
    if (!s) s = flush(&k);
    stamp_free(k.key.s);
    return s ? s : stamp_merger_run(w, &m->vocab, &m->merges, e);
}

static struct stamp_known *place_of(struct stamp_known *known, const char *text, size_t len)
{
    uint64_t h = len;

    for (size_t i = 0; i < len; i++)
        h = (h ^ (unsigned char)text[i]) * UINT64_C(0x9e3779b97f4a7c15);
    return &known[(h ^ h >> 29) % KNOWN_WORDS];
}

static enum stamp_status add_all(struct stamp_ids *out, const int32_t *id, size_t count,
                                 struct stamp_err *e)
{
    enum stamp_status s = STAMP_OK;
    for (size_t i = 0; i < count && !s; i++) s = stamp_ids_add(out, id[i], e);
    return s;
}

enum stamp_status stamp_word_encode(const struct stamp_bpe *m, struct stamp_word_work *w,
                                    const char *text, size_t len, struct stamp_ids *out,
                                    struct stamp_err *e)
{
    struct stamp_known *k = NULL;

    if (!len) return STAMP_OK;
    if (m->ignore_merges) {
        const int32_t id = stamp_vocab_find(&m->vocab, text, len);
        if (id >= 0) return stamp_ids_add(out, id, e);
    }
    if (len <= KNOWN_LEN) {
        if (!w->known && !(w->known = stamp_alloc(KNOWN_WORDS, sizeof *w->known)))
            return stamp_fail(e, STAMP_ENOMEM, "out of memory for known words");
        k = place_of(w->known, text, len);
        if (k->len == len && memcmp(k->text, text, len) == 0) return add_all(out, k->id, k->ids, e);
    }
    enum stamp_status s = merge_word(m, &w->merger, text, len, e);
    const size_t begin = out->count;
    for (size_t i = 0; i < w->merger.count && !s; i++)
        if (w->merger.symbol[i].id >= 0) s = stamp_ids_add(out, w->merger.symbol[i].id, e);
    if (!s && k && out->count - begin <= KNOWN_IDS) {
        k->len = (uint8_t)len;
        k->ids = (uint8_t)(out->count - begin);
        memcpy(k->text, text, len);
        if (k->ids) memcpy(k->id, out->id + begin, k->ids * sizeof *k->id);
    }
    return s;
}

void stamp_word_work_free(struct stamp_word_work *w)
{
    stamp_merger_free(&w->merger);
    stamp_free(w->known);
    *w = (struct stamp_word_work){0};
}

void stamp_bpe_free(struct stamp_bpe *m)
{
    stamp_vocab_free(&m->vocab);
    stamp_merges_free(&m->merges);
    stamp_free(m->prefix);
    stamp_free(m->suffix);
    *m = (struct stamp_bpe){0};
}
