/* SPDX-License-Identifier: Apache-2.0 */
/*
 * encode.c - text to token ids. Contract and rule in tokenizer.h.
 *
 * The rule scans every pair for every merge. Here the pairs wait in a heap ordered as the rule
 * prefers them, (score falling, position rising). A merge makes at most two new pairs and leaves
 * stale ones in the heap; those are known by their ids and dropped when they come up. What is on
 * top and not stale is therefore the pair the scan would have found.
 */
#include <string.h>

#include "compiler/front/tokenizer_parts.h"
#include "model/mem.h"

/* One token of the sequence; a merge keeps the left one and takes the right one out. */
struct symbol {
    int32_t id; /* -1: taken out */
    int32_t prev, next;
};

struct pair {
    float score;
    int32_t at; /* index of the left symbol */
    int32_t left, right, joined;
};

struct work {
    const struct stamp_tokenizer *t;
    struct symbol *sym;
    size_t count;
    struct pair *heap; /* [2 * count]: count - 1 at first, one more per merge */
    size_t pairs;
};

static bool before(const struct pair *a, const struct pair *b)
{
    return a->score != b->score ? a->score > b->score : a->at < b->at;
}

static void push(struct work *w, struct pair p)
{
    size_t i = w->pairs++;
    while (i > 0 && before(&p, &w->heap[(i - 1) / 2])) {
        w->heap[i] = w->heap[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    w->heap[i] = p;
}

static struct pair pop(struct work *w)
{
    const struct pair top = w->heap[0], last = w->heap[--w->pairs];
    size_t i = 0;

    for (size_t k = 1; k < w->pairs; k = 2 * i + 1) {
        if (k + 1 < w->pairs && before(&w->heap[k + 1], &w->heap[k])) k++;
        if (!before(&w->heap[k], &last)) break;
        w->heap[i] = w->heap[k];
        i = k;
    }
    w->heap[i] = last;
    return top;
}

/* Put the pair that begins at symbol @p at into the heap, if it can merge. */
static void offer(struct work *w, int32_t at)
{
    if (at < 0 || w->sym[at].next < 0) return;
    const int32_t left = w->sym[at].id, right = w->sym[w->sym[at].next].id;
    const struct stamp_piece *a = &w->t->piece[left], *b = &w->t->piece[right];
    const int32_t joined = stamp_tokenizer_lookup(w->t, a->bytes, a->len, b->bytes, b->len);
    if (joined < 0 || !(w->t->piece[joined].score > -1e10f)) return;
    push(w, (struct pair){w->t->piece[joined].score, at, left, right, joined});
}

static void merge_all(struct work *w)
{
    for (size_t i = 0; i + 1 < w->count; i++) offer(w, (int32_t)i);
    while (w->pairs) {
        const struct pair p = pop(w);
        struct symbol *s = &w->sym[p.at];
        if (s->id != p.left || s->next < 0 || w->sym[s->next].id != p.right) continue;
        struct symbol *gone = &w->sym[s->next];
        gone->id = -1;
        s->id = p.joined;
        s->next = gone->next;
        if (s->next >= 0) w->sym[s->next].prev = p.at;
        offer(w, s->prev);
        offer(w, p.at);
    }
}

static void append(struct work *w, int32_t id)
{
    w->sym[w->count].id = id;
    w->count++;
}

/* One character [len], as one token or as its bytes. */
static void append_character(struct work *w, const char *bytes, size_t len)
{
    const int32_t id = stamp_tokenizer_lookup(w->t, bytes, len, "", 0);
    if (id >= 0) append(w, id);
    for (size_t i = 0; id < 0 && i < len; i++)
        append(w, (int32_t)(unsigned char)bytes[i] + STAMP_TOKEN_BYTE);
}

/* A character is a byte and the continuation bytes after it, four in all at most. */
static void split(struct work *w, const char *text, size_t len)
{
    size_t start = 0;

    append_character(w, " ", 1);
    for (size_t i = 0; i < len; i++) {
        const bool goes_on = i + 1 < len && ((unsigned char)text[i + 1] & 0xc0) == 0x80;
        if (goes_on && i + 1 - start < 4) continue;
        append_character(w, text + start, i + 1 - start);
        start = i + 1;
    }
    for (size_t i = 0; i < w->count; i++) {
        w->sym[i].prev = (int32_t)i - 1;
        w->sym[i].next = i + 1 < w->count ? (int32_t)i + 1 : -1;
    }
}

enum stamp_status stamp_tokenizer_encode(const struct stamp_tokenizer *t, const char *text,
                                         size_t len, bool bos, int32_t **ids, size_t *count,
                                         struct stamp_err *e)
{
    if (len >= (size_t)1 << 30)
        return stamp_fail(e, STAMP_ERANGE, "a document of %zu bytes is too long", len);

    struct work w = {t, stamp_alloc(len + 1, sizeof *w.sym), 0, NULL, 0};
    if (w.sym && len) split(&w, text, len);
    w.heap = stamp_alloc(2 * w.count, sizeof *w.heap);
    int32_t *out = stamp_alloc(w.count + 1, sizeof *out);
    if (!w.sym || !w.heap || !out) {
        stamp_free(w.sym);
        stamp_free(w.heap);
        stamp_free(out);
        return stamp_fail(e, STAMP_ENOMEM, "no memory to encode %zu bytes", len);
    }
    merge_all(&w);

    size_t n = 0;
    if (bos) out[n++] = STAMP_TOKEN_BOS;
    for (size_t i = 0; i < w.count; i++)
        if (w.sym[i].id >= 0) out[n++] = w.sym[i].id;
    stamp_free(w.sym);
    stamp_free(w.heap);
    *ids = out;
    *count = n;
    return STAMP_OK;
}
