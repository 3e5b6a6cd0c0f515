/* SPDX-License-Identifier: Apache-2.0 */
/* tokenizer.c - a tokenizer being made, asked and given back. Contracts in tokenizer.h, parts.h. */
#include "compiler/token/tokenizer.h"

#include <assert.h>

#include "compiler/token/bytelevel.h"
#include "compiler/token/parts.h"
#include "model/mem.h"

struct stamp_tokenizer *stamp_tokenizer_new(const char *format, size_t rows)
{
    struct stamp_tokenizer *t = stamp_alloc(1, sizeof *t);

    if (t) t->work = stamp_alloc(1, sizeof *t->work);
    if (!t || !t->work) {
        stamp_free(t);
        return NULL;
    }
    t->format = format;
    t->rows = rows;
    t->bos = t->eos = t->bpe.unknown = -1;
    for (size_t i = 0; i < 256; i++) t->bpe.byte[i] = -1;
    return t;
}

void stamp_tokenizer_close(struct stamp_tokenizer *t)
{
    if (!t) return;
    stamp_bpe_free(&t->bpe);
    stamp_steps_free(&t->normal);
    stamp_steps_free(&t->cut);
    stamp_added_free(&t->raw);
    stamp_added_free(&t->normalized);
    stamp_vocab_free(&t->names);
    stamp_vocab_free(&t->shown);
    stamp_free(t->special);
    stamp_notes_free(&t->notes);
    stamp_word_work_free(t->work);
    stamp_free(t->work);
    stamp_free(t);
}

enum stamp_status stamp_tokenizer_mark(struct stamp_tokenizer *t, size_t id, struct stamp_err *e)
{
    if (id >= t->specials) {
        const size_t room = id + 1 > 2 * t->specials ? id + 1 : 2 * t->specials;
        bool *grown = stamp_grow(t->special, t->specials, room, sizeof *grown);
        if (!grown) return stamp_fail(e, STAMP_ENOMEM, "out of memory for a vocabulary");
        t->special = grown;
        t->specials = room;
    }
    t->special[id] = true;
    return STAMP_OK;
}

enum stamp_status stamp_tokenizer_add(struct stamp_tokenizer *t, const struct stamp_added *a,
                                      struct stamp_err *e)
{
    enum stamp_status s = stamp_vocab_set(&t->shown, (size_t)a->id, a->text, a->len, e);
    if (!s) s = stamp_vocab_set(&t->names, (size_t)a->id, a->text, a->len, e);
    if (!s) s = stamp_vocab_list(&t->names, (size_t)a->id, false, e);
    if (!s && a->special) s = stamp_tokenizer_mark(t, (size_t)a->id, e);
    return s ? s : stamp_added_put(a->normalized ? &t->normalized : &t->raw, a, e);
}

enum stamp_status stamp_tokenizer_end_at(struct stamp_tokenizer *t, int32_t id, struct stamp_err *e)
{
    if (stamp_tokenizer_ends(t, id)) return STAMP_OK;
    if (t->ends == STAMP_TOKENIZER_ENDS)
        return stamp_fail(e, STAMP_ERANGE, "more than %d tokens that end a text",
                          STAMP_TOKENIZER_ENDS);
    t->end[t->ends++] = id;
    return STAMP_OK;
}

enum stamp_status stamp_tokenizer_id(const struct stamp_tokenizer *t, const char *text, size_t len,
                                     int32_t *id, struct stamp_err *e)
{
    struct stamp_bytes key = {0};
    bool all = false;

    *id = stamp_vocab_find(&t->names, text, len);
    if (*id < 0 && !t->bpe.byte_level) *id = stamp_vocab_find(&t->bpe.vocab, text, len);
    if (*id >= 0 || !t->bpe.byte_level) return STAMP_OK;
    const enum stamp_status s = stamp_bytelevel_decode(text, len, &key, &all, e);
    if (!s && all && key.len) *id = stamp_vocab_find(&t->bpe.vocab, key.s, key.len);
    stamp_free(key.s);
    return s;
}

/* What is looked for in normalized text is normalized too. */
static enum stamp_status normalize_added(struct stamp_tokenizer *t, struct stamp_err *e)
{
    struct stamp_added_list done = {0};
    enum stamp_status s = STAMP_OK;

    for (size_t i = 0; i < t->normalized.count && !s; i++) {
        struct stamp_added a = t->normalized.token[i];
        struct stamp_bytes text = {0};
        s = a.literal ? stamp_bytes_add(&text, a.text, a.len, e)
                      : stamp_tokenizer_normalize(t, a.text, a.len, true, &text, e);
        a.text = text.s;
        a.len = text.len;
        if (!s && a.len) s = stamp_added_put(&done, &a, e);
        stamp_free(text.s);
    }
    if (s) {
        stamp_added_free(&done);
        return s;
    }
    stamp_added_free(&t->normalized);
    t->normalized = done;
    return STAMP_OK;
}

enum stamp_status stamp_tokenizer_ready(struct stamp_tokenizer *t, struct stamp_err *e)
{
    const enum stamp_status s = t->normal.count ? normalize_added(t, e) : STAMP_OK;

    stamp_added_ready(&t->raw);
    stamp_added_ready(&t->normalized);
    return s;
}

const char *stamp_tokenizer_format(const struct stamp_tokenizer *t)
{
    return t->format;
}

const struct stamp_notes *stamp_tokenizer_notes(const struct stamp_tokenizer *t)
{
    return &t->notes;
}

size_t stamp_tokenizer_size(const struct stamp_tokenizer *t)
{
    return t->shown.count;
}

int32_t stamp_tokenizer_bos(const struct stamp_tokenizer *t)
{
    return t->bos;
}

bool stamp_tokenizer_ends(const struct stamp_tokenizer *t, int32_t id)
{
    for (size_t i = 0; i < t->ends; i++)
        if (t->end[i] == id) return true;
    return false;
}

bool stamp_tokenizer_special(const struct stamp_tokenizer *t, int32_t id)
{
    assert(id >= 0);
    return (size_t)id < t->specials && t->special[id];
}

const char *stamp_tokenizer_piece(const struct stamp_tokenizer *t, int32_t id, size_t *len)
{
    assert(id >= 0);
    const bool known = (size_t)id < t->shown.count && t->shown.piece[id].bytes;
    *len = known ? t->shown.piece[id].len : 0;
    return known ? t->shown.piece[id].bytes : "";
}
