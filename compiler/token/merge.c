/* SPDX-License-Identifier: Apache-2.0 */
/*
 * merge.c - byte-pair merging. Contract and rule in merge.h.
 *
 * The rule scans every pair for every merge. Here the pairs wait in a heap ordered as the rule
 * prefers them, (order rising, position rising). A merge makes at most two new pairs and leaves
 * stale ones in the heap; those are known by what their place would become now, and dropped when
 * they come up. What is on top and not stale is therefore the pair the scan would have found.
 */
#include "compiler/token/merge.h"

#include <string.h>

#include "model/mem.h"

enum { FIRST = 64 };

struct stamp_pair {
    uint32_t order;
    int32_t at; /* index of the left symbol */
    int32_t left, right, joined;
};

enum stamp_status stamp_merges_make(struct stamp_merges *m, size_t count, struct stamp_err *e)
{
    size_t size = FIRST;

    while (size < 2 * count) size *= 2;
    m->slot = stamp_alloc(size, sizeof *m->slot);
    if (!m->slot) return stamp_fail(e, STAMP_ENOMEM, "out of memory for %zu merges", count);
    m->mask = size - 1;
    return STAMP_OK;
}

/* The slot that holds the pair, or the empty one it would go to. */
static struct stamp_merge *slot_of(const struct stamp_merges *m, int32_t left, int32_t right)
{
    const uint64_t pair = ((uint64_t)(uint32_t)left << 32 | (uint32_t)right) + 1;
    const uint64_t h = pair * UINT64_C(0x9e3779b97f4a7c15);
    size_t i = (size_t)(h >> 32) & m->mask;

    while (m->slot[i].pair && m->slot[i].pair != pair) i = (i + 1) & m->mask;
    return &m->slot[i];
}

void stamp_merges_put(struct stamp_merges *m, int32_t left, int32_t right, uint32_t rank,
                      int32_t joined)
{
    *slot_of(m, left, right) =
        (struct stamp_merge){((uint64_t)(uint32_t)left << 32 | (uint32_t)right) + 1, rank, joined};
}

void stamp_merges_free(struct stamp_merges *m)
{
    stamp_free(m->slot);
    *m = (struct stamp_merges){0};
}

enum stamp_status stamp_merger_add(struct stamp_merger *w, int32_t id, struct stamp_err *e)
{
    if (w->count == w->room) {
        const size_t room = w->room ? 2 * w->room : FIRST;
        struct stamp_symbol *grown = stamp_grow(w->symbol, w->room, room, sizeof *grown);
        if (!grown) return stamp_fail(e, STAMP_ENOMEM, "out of memory for %zu symbols", room);
        w->symbol = grown;
        w->room = room;
    }
    w->symbol[w->count++].id = id;
    return STAMP_OK;
}

static bool before(const struct stamp_pair *a, const struct stamp_pair *b)
{
    return a->order != b->order ? a->order < b->order : a->at < b->at;
}

static void push(struct stamp_merger *w, struct stamp_pair p)
{
    size_t i = w->pairs++;
    while (i > 0 && before(&p, &w->heap[(i - 1) / 2])) {
        w->heap[i] = w->heap[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    w->heap[i] = p;
}

static struct stamp_pair pop(struct stamp_merger *w)
{
    const struct stamp_pair top = w->heap[0], last = w->heap[--w->pairs];
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

/* Scores falling are orders rising: the bits of a float, turned so that they count upwards. */
static uint32_t order_of(float score)
{
    uint32_t bits;

    score += 0.0f; /* -0 is 0 */
    memcpy(&bits, &score, sizeof bits);
    return ~(bits & 0x80000000u ? ~bits : bits | 0x80000000u);
}

/* What two neighbours become, and when. */
static bool joins(const struct stamp_vocab *v, const struct stamp_merges *m, struct stamp_pair *p)
{
    if (m->slot) {
        const struct stamp_merge *s = slot_of(m, p->left, p->right);
        p->order = s->rank;
        p->joined = s->joined;
        return s->pair != 0;
    }
    if ((size_t)p->left >= v->count || (size_t)p->right >= v->count) return false;
    const struct stamp_piece *a = &v->piece[p->left], *b = &v->piece[p->right];
    if (!a->bytes || !b->bytes) return false; /* an unknown, or a byte: it joins nothing */
    p->joined = stamp_vocab_find2(v, a->bytes, a->len, b->bytes, b->len);
    if (p->joined < 0 || !(v->piece[p->joined].score > -1e10f)) return false;
    p->order = order_of(v->piece[p->joined].score);
    return true;
}

/* Put the pair that begins at symbol @p at into the heap, if it can merge. */
static void offer(struct stamp_merger *w, const struct stamp_vocab *v, const struct stamp_merges *m,
                  int32_t at)
{
    if (at < 0 || w->symbol[at].next < 0) return;
    struct stamp_pair p = {0, at, w->symbol[at].id, w->symbol[w->symbol[at].next].id, -1};
    if (joins(v, m, &p)) push(w, p);
}

/* Whether the symbols at its place still become what the pair says. */
static bool fresh(const struct stamp_merger *w, const struct stamp_vocab *v,
                  const struct stamp_merges *m, const struct stamp_pair *p)
{
    const struct stamp_symbol *s = &w->symbol[p->at];

    if (s->id < 0 || s->next < 0) return false;
    struct stamp_pair now = {0, p->at, s->id, w->symbol[s->next].id, -1};
    if (now.left == p->left && now.right == p->right) return true;
    return joins(v, m, &now) && now.joined == p->joined;
}

enum stamp_status stamp_merger_run(struct stamp_merger *w, const struct stamp_vocab *v,
                                   const struct stamp_merges *m, struct stamp_err *e)
{
    const size_t room = 2 * w->count; /* count - 1 pairs at first, one more per merge */

    if (w->count > INT32_MAX / 2)
        return stamp_fail(e, STAMP_ERANGE, "%zu characters in one word", w->count);
    if (room > w->heap_room) {
        stamp_free(w->heap);
        w->heap_room = 0;
        w->heap = stamp_alloc(room, sizeof *w->heap);
        if (!w->heap) return stamp_fail(e, STAMP_ENOMEM, "out of memory for %zu pairs", room);
        w->heap_room = room;
    }
    w->pairs = w->taken = 0;
    for (size_t i = 0; i < w->count; i++) {
        w->symbol[i].prev = (int32_t)i - 1;
        w->symbol[i].next = i + 1 < w->count ? (int32_t)i + 1 : -1;
    }
    for (size_t i = 0; i + 1 < w->count; i++) offer(w, v, m, (int32_t)i);
    while (w->pairs) {
        const struct stamp_pair p = pop(w);
        w->taken++;
        if (!fresh(w, v, m, &p)) continue;
        struct stamp_symbol *s = &w->symbol[p.at], *gone = &w->symbol[s->next];
        gone->id = -1;
        s->id = p.joined;
        s->next = gone->next;
        if (s->next >= 0) w->symbol[s->next].prev = p.at;
        offer(w, v, m, s->prev);
        offer(w, v, m, p.at);
    }
    return STAMP_OK;
}

void stamp_merger_free(struct stamp_merger *w)
{
    stamp_free(w->symbol);
    stamp_free(w->heap);
    *w = (struct stamp_merger){0};
}
