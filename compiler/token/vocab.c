/* SPDX-License-Identifier: Apache-2.0 */
/* vocab.c - tokens by id and by bytes. Contract in vocab.h. */
#include "compiler/token/vocab.h"

#include <string.h>

#include "model/mem.h"

enum { TEXT_FIRST = 1 << 12, TEXT_BLOCK = 1 << 20, FIRST = 1024 };

static uint64_t hash(uint64_t h, const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) h = (h ^ (unsigned char)bytes[i]) * UINT64_C(1099511628211);
    return h;
}

static const uint64_t seed = UINT64_C(14695981039346656037);

int32_t stamp_vocab_find2(const struct stamp_vocab *v, const char *a, size_t a_len, const char *b,
                          size_t b_len)
{
    if (!v->table) return -1;
    const uint64_t h = hash(hash(seed, a, a_len), b, b_len);
    for (size_t i = (size_t)(h ^ h >> 32) & v->mask; v->table[i] >= 0; i = (i + 1) & v->mask) {
        const struct stamp_piece *p = &v->piece[v->table[i]];
        if (p->len == a_len + b_len && memcmp(p->bytes, a, a_len) == 0 &&
            memcmp(p->bytes + a_len, b, b_len) == 0)
            return v->table[i];
    }
    return -1;
}

int32_t stamp_vocab_find(const struct stamp_vocab *v, const char *bytes, size_t len)
{
    return stamp_vocab_find2(v, bytes, len, "", 0);
}

/* Bytes of a token into blocks that never move. */
static char *keep(struct stamp_vocab *v, const char *bytes, size_t len)
{
    if (!v->texts || len > v->text_size - v->text_used) {
        size_t size = v->texts ? 2 * v->text_size : TEXT_FIRST; /* a small vocabulary is small */
        if (size > TEXT_BLOCK) size = TEXT_BLOCK;
        if (size < len) size = len;
        char **grown = stamp_grow(v->text, v->texts, v->texts + 1, sizeof *grown);
        if (!grown) return NULL;
        v->text = grown;
        grown[v->texts] = stamp_alloc(size, 1);
        if (!grown[v->texts]) return NULL;
        v->texts++;
        v->text_used = 0;
        v->text_size = size;
    }
    char *to = v->text[v->texts - 1] + v->text_used;
    if (len) memcpy(to, bytes, len);
    v->text_used += len;
    return to;
}

enum stamp_status stamp_vocab_set(struct stamp_vocab *v, size_t id, const char *bytes, size_t len,
                                  struct stamp_err *e)
{
    if (id >= STAMP_VOCAB_MAX || len > UINT32_MAX)
        return stamp_fail(e, STAMP_ERANGE, "a token of id %zu and %zu bytes; ids go to %d", id, len,
                          STAMP_VOCAB_MAX - 1);
    if (id >= v->room) {
        size_t room = v->room ? v->room : FIRST;
        while (room <= id) room *= 2;
        struct stamp_piece *grown = stamp_grow(v->piece, v->room, room, sizeof *grown);
        if (!grown) return stamp_fail(e, STAMP_ENOMEM, "out of memory for a vocabulary");
        v->piece = grown;
        v->room = room;
    }
    char *kept = keep(v, bytes, len);
    if (!kept) return stamp_fail(e, STAMP_ENOMEM, "out of memory for a vocabulary");
    v->piece[id].bytes = kept;
    v->piece[id].len = (uint32_t)len;
    if (id >= v->count) v->count = id + 1;
    return STAMP_OK;
}

static void enter(struct stamp_vocab *v, int32_t id)
{
    const struct stamp_piece *p = &v->piece[id];
    const uint64_t h = hash(seed, p->bytes, p->len);
    size_t i = (size_t)(h ^ h >> 32) & v->mask;

    while (v->table[i] >= 0) i = (i + 1) & v->mask;
    v->table[i] = id;
}

/* Open addressing, at most half full. */
static enum stamp_status make_room(struct stamp_vocab *v, struct stamp_err *e)
{
    const size_t old = v->table ? v->mask + 1 : 0, size = old ? 2 * old : 2 * FIRST;
    int32_t *const before = v->table;

    if (2 * (v->listed + 1) <= old) return STAMP_OK;
    int32_t *table = stamp_alloc(size, sizeof *table);
    if (!table) return stamp_fail(e, STAMP_ENOMEM, "out of memory for a vocabulary");
    for (size_t i = 0; i < size; i++) table[i] = -1;
    v->table = table;
    v->mask = size - 1;
    for (size_t i = 0; i < old; i++)
        if (before[i] >= 0) enter(v, before[i]);
    stamp_free(before);
    return STAMP_OK;
}

enum stamp_status stamp_vocab_list(struct stamp_vocab *v, size_t id, bool last, struct stamp_err *e)
{
    const struct stamp_piece *p = &v->piece[id];
    const int32_t have = stamp_vocab_find(v, p->bytes, p->len);

    if (have >= 0) {
        if (!last) return STAMP_OK;
        const uint64_t h = hash(seed, p->bytes, p->len);
        size_t i = (size_t)(h ^ h >> 32) & v->mask;
        while (v->table[i] != have) i = (i + 1) & v->mask;
        v->table[i] = (int32_t)id;
        return STAMP_OK;
    }
    const enum stamp_status s = make_room(v, e);
    if (s) return s;
    enter(v, (int32_t)id);
    v->listed++;
    return STAMP_OK;
}

void stamp_vocab_free(struct stamp_vocab *v)
{
    for (size_t i = 0; i < v->texts; i++) stamp_free(v->text[i]);
    stamp_free(v->text);
    stamp_free(v->piece);
    stamp_free(v->table);
    *v = (struct stamp_vocab){0};
}
