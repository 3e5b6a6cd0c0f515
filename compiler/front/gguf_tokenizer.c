/* SPDX-License-Identifier: Apache-2.0 */
/* gguf_tokenizer.c - a SentencePiece tokenizer kept in a GGUF file. Contract in gguf.h.
 *
 * It is put into the bytes of a tokenizer.bin (tokenizer.h), which has the same rule: U+2581 becomes
 * the space it stands for, and tokens that text must not become by merging get a score that never
 * merges. */
#include <stdio.h>
#include <string.h>

#include "compiler/front/gguf.h"
#include "compiler/front/infile.h"
#include "model/mem.h"

enum { NORMAL = 1, USER = 4 }; /* tokenizer.ggml.token_type: those that text may become */

static const uint32_t NEVER = 0xd09502f9;   /* -2e10f */
static const char space[] = "\xe2\x96\x81"; /* U+2581 */

struct work {
    const char *name;
    const struct stamp_gguf *g;
    const struct stamp_gguf_value *tokens, *scores, *types;
    size_t vocab;
    struct stamp_err *e;
};

static uint64_t load(const uint8_t *p, size_t width)
{
    uint64_t v = 0;
    while (width-- > 0) v = v << 8 | p[width];
    return v;
}

static void store_u32(uint8_t *p, uint32_t v)
{
    for (size_t i = 0; i < 4; i++) p[i] = (uint8_t)(v >> 8 * i);
}

static enum stamp_status array(const struct work *w, const char *key, enum stamp_gguf_type element,
                               const struct stamp_gguf_value **out)
{
    *out = stamp_gguf_find(w->g, key);
    if (!*out) return stamp_fail(w->e, STAMP_EFORMAT, "%s: no %s", w->name, key);
    if ((*out)->type != STAMP_GGUF_ARRAY || (*out)->element != element)
        return stamp_fail(w->e, STAMP_EFORMAT, "%s: %s is not an array of the right type", w->name,
                          key);
    if ((*out)->count != w->vocab)
        return stamp_fail(w->e, STAMP_EFORMAT, "%s: %s has %llu elements, the vocabulary %zu",
                          w->name, key, (unsigned long long)(*out)->count, w->vocab);
    return STAMP_OK;
}

/* The rule of tokenizer.h is fixed where these keys leave a choice. */
static enum stamp_status refuse_kinds(const struct work *w)
{
    const struct stamp_gguf_value *model = stamp_gguf_find(w->g, "tokenizer.ggml.model");
    const struct stamp_gguf_value *bos = stamp_gguf_find(w->g, "tokenizer.ggml.bos_token_id");
    const struct stamp_gguf_value *front = stamp_gguf_find(w->g, "tokenizer.ggml.add_space_prefix");
    uint64_t id = 0;
    char shown[48];

    if (!model)
        return stamp_fail(w->e, STAMP_EFORMAT,
                          "%s: has no tokenizer inside; name one with --tokenizer", w->name);
    if (!stamp_gguf_text_is(model, "llama"))
        return stamp_fail(w->e, STAMP_EUNSUPPORTED,
                          "%s: tokenizer.ggml.model \"%s\"; \"llama\" is read, or name a "
                          "tokenizer.bin with --tokenizer",
                          w->name, stamp_gguf_text(model, shown, sizeof shown));
    if (bos && (!stamp_gguf_u64(bos, &id) || id != STAMP_TOKEN_BOS))
        return stamp_fail(w->e, STAMP_EUNSUPPORTED, "%s: the BOS token is not %d", w->name,
                          STAMP_TOKEN_BOS);
    if (front && (front->type != STAMP_GGUF_BOOL || !front->bytes[0]))
        return stamp_fail(w->e, STAMP_EUNSUPPORTED, "%s: tokenizer.ggml.add_space_prefix is false",
                          w->name);
    return STAMP_OK;
}

/* The text of a token with its spaces; bytes written. */
static size_t spaced(const uint8_t *from, size_t len, uint8_t *to)
{
    const size_t mark = sizeof space - 1;
    size_t n = 0;

    for (size_t i = 0; i < len;) {
        if (len - i >= mark && memcmp(from + i, space, mark) == 0) {
            to[n++] = ' ';
            i += mark;
        } else {
            to[n++] = from[i++];
        }
    }
    return n;
}

/* @param to  as many bytes as the arrays have, and 8 per token and 4; *len: bytes used */
static enum stamp_status convert(const struct work *w, uint8_t *to, size_t *len)
{
    const uint8_t *token = w->tokens->bytes;
    size_t at = 4, longest = 1;

    for (size_t i = 0; i < w->vocab; i++) {
        const size_t n = (size_t)load(token, 8);
        const uint64_t type = w->types ? load(w->types->bytes + 4 * i, 4) : NORMAL;
        char byte[8];

        snprintf(byte, sizeof byte, "<0x%02X>", (unsigned)(i - STAMP_TOKEN_BYTE) & 0xffu);
        if (i >= STAMP_TOKEN_BYTE && i < STAMP_TOKEN_BYTE + 256 &&
            (n != 6 || memcmp(token + 8, byte, 6) != 0))
            return stamp_fail(w->e, STAMP_EUNSUPPORTED, "%s: token %zu is not the byte token %s",
                              w->name, i, byte);
        memcpy(to + at, w->scores->bytes + 4 * i, 4);
        if (type != NORMAL && type != USER) store_u32(to + at, NEVER);
        const size_t text = spaced(token + 8, n, to + at + 8);
        store_u32(to + at + 4, (uint32_t)text);
        at += 8 + text;
        token += 8 + n;
        if (text > longest) longest = text;
    }
    store_u32(to, (uint32_t)longest);
    *len = at;
    return STAMP_OK;
}

/* Bytes of all tokens, each with its 8 bytes of length; below 2^32. */
static enum stamp_status measure(const struct work *w, size_t *out)
{
    const uint8_t *at = w->tokens->bytes;

    for (size_t i = 0; i < w->vocab; i++) at += 8 + load(at, 8);
    const size_t total = (size_t)(at - w->tokens->bytes);
    if (total > UINT32_MAX / 2)
        return stamp_fail(w->e, STAMP_ERANGE, "%s: %zu bytes of tokens", w->name, total);
    *out = total;
    return STAMP_OK;
}

static enum stamp_status read_from(struct stamp_infile *in, size_t vocab,
                                   struct stamp_tokenizer **out, struct stamp_err *e)
{
    struct stamp_gguf g = {0};
    struct work w = {stamp_infile_name(in), &g, NULL, NULL, NULL, vocab, e};
    uint8_t *bytes = NULL;
    size_t len = 0;

    enum stamp_status s = stamp_gguf_read(in, &g, e);
    if (!s) s = refuse_kinds(&w);
    if (!s) s = array(&w, "tokenizer.ggml.tokens", STAMP_GGUF_STRING, &w.tokens);
    if (!s) s = array(&w, "tokenizer.ggml.scores", STAMP_GGUF_F32, &w.scores);
    if (!s && stamp_gguf_find(&g, "tokenizer.ggml.token_type"))
        s = array(&w, "tokenizer.ggml.token_type", STAMP_GGUF_S32, &w.types);
    if (!s) s = measure(&w, &len);
    if (!s && !(bytes = stamp_alloc(4 + len, 1)))
        s = stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", w.name);
    if (!s) s = convert(&w, bytes, &len);
    if (!s) s = stamp_tokenizer_memory(w.name, bytes, len, vocab, out, e);
    stamp_free(bytes);
    stamp_gguf_free(&g);
    stamp_infile_close(in);
    return s;
}

enum stamp_status stamp_gguf_tokenizer(const char *path, size_t vocab, struct stamp_tokenizer **out,
                                       struct stamp_err *e)
{
    struct stamp_infile *in = NULL;
    const enum stamp_status s = stamp_infile_open(path, &in, e);
    return s ? s : read_from(in, vocab, out, e);
}

enum stamp_status stamp_gguf_tokenizer_memory(const char *name, const void *bytes, size_t len,
                                              size_t vocab, struct stamp_tokenizer **out,
                                              struct stamp_err *e)
{
    struct stamp_infile *in = NULL;
    const enum stamp_status s = stamp_infile_memory(name, bytes, len, &in, e);
    return s ? s : read_from(in, vocab, out, e);
}
