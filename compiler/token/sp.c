/* SPDX-License-Identifier: Apache-2.0 */
/* sp.c - pieces of SentencePiece vocabularies. Contract in sp.h. */
#include "compiler/token/sp.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "model/mem.h"

static const char mark[] = "\xe2\x96\x81"; /* U+2581 */

/* The text of a piece with its spaces. */
static enum stamp_status spaced(const char *from, size_t len, struct stamp_bytes *to,
                                struct stamp_err *e)
{
    const size_t n = sizeof mark - 1;
    enum stamp_status s = STAMP_OK;

    for (size_t i = 0; i < len && !s;) {
        const bool here = len - i >= n && memcmp(from + i, mark, n) == 0;
        s = stamp_bytes_add(to, here ? " " : from + i, 1, e);
        i += here ? n : 1;
    }
    return s;
}

static enum stamp_status byte_piece(struct stamp_tokenizer *t, size_t id, const char *text,
                                    size_t len, struct stamp_err *e)
{
    unsigned value = 256;
    char form[8] = "";

    for (unsigned i = 0; i < 256 && value == 256 && len == 6; i++) {
        snprintf(form, sizeof form, "<0x%02X>", i);
        if (memcmp(form, text, 6) == 0) value = i;
    }
    if (value == 256)
        return stamp_fail(e, STAMP_EFORMAT, "token %zu is of type byte and not <0x00> .. <0xFF>",
                          id);
    const char byte = (char)value;
    t->bpe.byte[value] = (int32_t)id;
    t->bpe.byte_fallback = true;
    return stamp_vocab_set(&t->shown, id, &byte, 1, e);
}

/* A piece that merges can give. */
static enum stamp_status list(struct stamp_tokenizer *t, size_t id, const char *text, size_t len,
                              float score, struct stamp_err *e)
{
    enum stamp_status s = stamp_vocab_set(&t->bpe.vocab, id, text, len, e);

    if (!s) t->bpe.vocab.piece[id].score = score;
    return s ? s : stamp_vocab_list(&t->bpe.vocab, id, false, e);
}

static enum stamp_status typed(struct stamp_tokenizer *t, size_t id, const struct stamp_bytes *b,
                               float score, unsigned type, bool raw, struct stamp_err *e)
{
    struct stamp_added a = {.text = b->s, .len = b->len, .id = (int32_t)id};
    enum stamp_status s = STAMP_OK;

    switch ((enum stamp_sp_type)type) {
    case STAMP_SP_NORMAL: return list(t, id, b->s ? b->s : "", b->len, score, e);
    case STAMP_SP_UNKNOWN: t->bpe.unknown = (int32_t)id; return stamp_tokenizer_mark(t, id, e);
    case STAMP_SP_CONTROL: a.special = true; return a.len ? stamp_tokenizer_add(t, &a, e) : s;
    case STAMP_SP_USER:
        a.normalized = a.literal = !raw;
        s = a.len ? stamp_tokenizer_add(t, &a, e) : STAMP_OK;
        return s ? s : list(t, id, b->s ? b->s : "", b->len, score, e);
    case STAMP_SP_UNUSED:
    case STAMP_SP_BYTE: break;
    }
    return s;
}

enum stamp_status stamp_sp_piece(struct stamp_tokenizer *t, size_t id, const char *text, size_t len,
                                 float score, unsigned type, bool raw, struct stamp_err *e)
{
    struct stamp_bytes b = {0};

    if (type < STAMP_SP_NORMAL || type > STAMP_SP_BYTE)
        return stamp_fail(e, STAMP_EFORMAT, "token %zu has type %u, which does not exist", id,
                          type);
    if (!isfinite(score)) return stamp_fail(e, STAMP_EFORMAT, "token %zu has no finite score", id);
    if (type == STAMP_SP_BYTE) return byte_piece(t, id, text, len, e);
    enum stamp_status s = spaced(text, len, &b, e);
    if (!s) s = stamp_vocab_set(&t->shown, id, b.s ? b.s : "", b.len, e);
    if (!s) s = typed(t, id, &b, score, type, raw, e);
    stamp_free(b.s);
    return s;
}

enum stamp_status stamp_sp_steps(struct stamp_tokenizer *t, struct stamp_sp_rule rule,
                                 struct stamp_err *e)
{
    struct stamp_step blank = {.kind = STAMP_STEP_REPLACE, .len = 1},
                      front = {.kind = STAMP_STEP_PREFIX, .len = 1, .first = rule.first};

    t->bpe.fuse_unknown = true;
    t->strip = rule.space;
    enum stamp_status s = STAMP_OK;
    if (rule.collapse) /* only spaces: a U+2581 of the text stays */
        s = stamp_steps_add(&t->normal, &(struct stamp_step){.kind = STAMP_STEP_COLLAPSE}, e);
    if (!s) s = stamp_regex_literal(mark, sizeof mark - 1, &blank.regex, e);
    if (s) return s;
    blank.text = stamp_strdup(" ");
    if (!blank.text) {
        stamp_regex_free(blank.regex);
        return stamp_fail(e, STAMP_ENOMEM, "out of memory for the steps of a tokenizer");
    }
    s = stamp_steps_add(&t->normal, &blank, e);
    if (s || !rule.space) return s;
    front.text = stamp_strdup(" ");
    if (!front.text)
        return stamp_fail(e, STAMP_ENOMEM, "out of memory for the steps of a tokenizer");
    return stamp_steps_add(&t->normal, &front, e);
}
