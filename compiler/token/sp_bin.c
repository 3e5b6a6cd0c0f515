/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sp_bin.c - tokenizer.bin of llama2.c. Contract in parts.h.
 *
 * File, little endian: s32 longest token in bytes; then per token, to the end of the file, f32 score,
 * s32 length, bytes. Token 0 is unknown, 1 BOS, 2 EOS, byte b is b + 3.
 *
 * Rule: BOS, a space, the text; one symbol per UTF-8 character, or one per byte where the character
 * is no token; then merges by score (merge.h). Generation ends at BOS or EOS.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "compiler/token/sp.h"
#include "model/mem.h"

enum { BOS = 1, EOS = 2, FIRST_BYTE = 3, TOKENS_MIN = FIRST_BYTE + 256 };

static uint32_t load_u32(const char *b)
{
    const unsigned char *u = (const unsigned char *)b;
    return (uint32_t)u[0] | (uint32_t)u[1] << 8 | (uint32_t)u[2] << 16 | (uint32_t)u[3] << 24;
}

static enum stamp_status one(struct stamp_tokenizer *t, const char *name, size_t id,
                             const char *text, size_t len, float score, struct stamp_err *e)
{
    const char byte = (char)(id - FIRST_BYTE);
    const bool is_byte = id >= FIRST_BYTE && id < TOKENS_MIN;
    enum stamp_status s = STAMP_OK;

    if (!isfinite(score))
        return stamp_fail(e, STAMP_EFORMAT, "%s: token %zu has no finite score", name, id);
    s = stamp_vocab_set(&t->shown, id, is_byte ? &byte : text, is_byte ? 1 : len, e);
    if (!s) s = stamp_vocab_set(&t->bpe.vocab, id, text, len, e);
    if (!s) s = stamp_vocab_list(&t->bpe.vocab, id, false, e);
    if (s) return s;
    t->bpe.vocab.piece[id].score = score;
    if (is_byte) t->bpe.byte[(unsigned char)byte] = (int32_t)id;
    return id < FIRST_BYTE ? stamp_tokenizer_mark(t, id, e) : STAMP_OK;
}

static enum stamp_status read_all(struct stamp_tokenizer *t, const char *name, const char *b,
                                  size_t len, struct stamp_err *e)
{
    const uint32_t longest = len < 4 ? 0 : load_u32(b);
    size_t at = 4, id = 0;

    if (longest < 1 || longest > len)
        return stamp_fail(e, STAMP_EFORMAT, "%s: not a llama2.c tokenizer", name);
    for (; at < len; id++) {
        if (len - at < 8)
            return stamp_fail(e, STAMP_EFORMAT, "%s: ends inside token %zu", name, id);
        const uint32_t bits = load_u32(b + at), n = load_u32(b + at + 4);
        float score;
        at += 8;
        if (n > len - at || n > longest)
            return stamp_fail(e, STAMP_EFORMAT, "%s: token %zu claims %lu bytes", name, id,
                              (unsigned long)n);
        if (t->rows && id >= t->rows)
            return stamp_fail(e, STAMP_EFORMAT, "%s: it has more tokens than the network's %zu",
                              name, t->rows);
        memcpy(&score, &bits, sizeof score);
        const enum stamp_status s = one(t, name, id, b + at, n, score, e);
        if (s) return s;
        at += n;
    }
    if (id < TOKENS_MIN)
        return stamp_fail(e, STAMP_EFORMAT, "%s: %zu tokens; %d are there for the bytes alone",
                          name, id, TOKENS_MIN);
    return STAMP_OK;
}

enum stamp_status stamp_tokenizer_bin(const char *name, const char *bytes, size_t len, size_t rows,
                                      struct stamp_tokenizer **out, struct stamp_err *e)
{
    struct stamp_tokenizer *t = stamp_tokenizer_new("tokenizer.bin", rows);

    if (!t) return stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", name);
    enum stamp_status s = read_all(t, name, bytes, len, e);
    if (!s) s = stamp_sp_steps(t, (struct stamp_sp_rule){.space = true}, e);
    if (!s) s = stamp_tokenizer_end_at(t, BOS, e);
    if (!s) s = stamp_tokenizer_end_at(t, EOS, e);
    if (s) {
        stamp_tokenizer_close(t);
        return s;
    }
    t->bpe.byte_fallback = true;
    t->bos = t->front[0] = BOS;
    t->fronts = 1;
    t->eos = EOS;
    *out = t;
    return STAMP_OK;
}
