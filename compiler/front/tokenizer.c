/* SPDX-License-Identifier: Apache-2.0 */
/* tokenizer.c - the tokenizer file and its lookup table. Contract in tokenizer.h. */
#include "compiler/front/tokenizer.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "compiler/front/gguf.h"
#include "compiler/front/infile.h"
#include "compiler/front/tokenizer_parts.h"
#include "model/mem.h"

enum { FILE_MAX = 1 << 28, VOCAB_MIN = 256 + STAMP_TOKEN_BYTE, VOCAB_MAX = 1 << 20 };

static uint64_t hash(uint64_t h, const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) h = (h ^ (unsigned char)bytes[i]) * UINT64_C(1099511628211);
    return h;
}

int32_t stamp_tokenizer_lookup(const struct stamp_tokenizer *t, const char *a, size_t a_len,
                               const char *b, size_t b_len)
{
    if (a_len + b_len > t->longest) return -1;
    const uint64_t h = hash(hash(UINT64_C(14695981039346656037), a, a_len), b, b_len);
    for (size_t i = (size_t)(h ^ h >> 32) & t->mask; t->table[i] >= 0; i = (i + 1) & t->mask) {
        const struct stamp_piece *p = &t->piece[t->table[i]];
        if (p->len == a_len + b_len && memcmp(p->bytes, a, a_len) == 0 &&
            memcmp(p->bytes + a_len, b, b_len) == 0)
            return t->table[i];
    }
    return -1;
}

/* Open addressing, at most half full; an equal token is not entered again: the lowest id counts. */
static enum stamp_status build_table(struct stamp_tokenizer *t, const char *name,
                                     struct stamp_err *e)
{
    size_t size = 1;
    while (size < 2 * t->vocab) size *= 2;
    t->table = stamp_alloc(size, sizeof *t->table);
    if (!t->table) return stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", name);
    t->mask = size - 1;
    for (size_t i = 0; i < size; i++) t->table[i] = -1;
    for (size_t k = 0; k < t->vocab; k++) {
        const struct stamp_piece *p = &t->piece[k];
        if (stamp_tokenizer_lookup(t, p->bytes, p->len, "", 0) >= 0) continue;
        const uint64_t h = hash(UINT64_C(14695981039346656037), p->bytes, p->len);
        size_t i = (size_t)(h ^ h >> 32) & t->mask;
        while (t->table[i] >= 0) i = (i + 1) & t->mask;
        t->table[i] = (int32_t)k;
    }
    return STAMP_OK;
}

static uint32_t load_u32(const unsigned char *b)
{
    return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

/* Split t->bytes [len] into tokens. */
static enum stamp_status read_pieces(struct stamp_tokenizer *t, const char *name, size_t len,
                                     struct stamp_err *e)
{
    const unsigned char *b = (const unsigned char *)t->bytes;
    size_t at = 4;

    const uint32_t longest = len < 4 ? 0 : load_u32(b);
    if (longest < 1 || longest > len)
        return stamp_fail(e, STAMP_EFORMAT, "%s: not a llama2.c tokenizer", name);
    t->longest = longest;
    for (size_t i = 0; i < t->vocab; i++) {
        if (len - at < 8)
            return stamp_fail(e, STAMP_EFORMAT, "%s: ends at token %zu of the model's %zu", name, i,
                              t->vocab);
        const uint32_t bits = load_u32(b + at), n = load_u32(b + at + 4);
        at += 8;
        if (n > len - at || n > longest)
            return stamp_fail(e, STAMP_EFORMAT, "%s: token %zu claims %lu bytes", name, i,
                              (unsigned long)n);
        memcpy(&t->piece[i].score, &bits, sizeof bits);
        if (!isfinite(t->piece[i].score))
            return stamp_fail(e, STAMP_EFORMAT, "%s: token %zu has no finite score", name, i);
        t->piece[i].bytes = t->bytes + at;
        t->piece[i].len = n;
        at += n;
    }
    if (at != len)
        return stamp_fail(e, STAMP_EFORMAT,
                          "%s: %zu bytes after token %zu: it has more tokens than the model", name,
                          len - at, t->vocab - 1);
    return STAMP_OK;
}

/* Takes over @p bytes. */
static enum stamp_status make(const char *name, char *bytes, size_t len, size_t vocab,
                              struct stamp_tokenizer **out, struct stamp_err *e)
{
    struct stamp_tokenizer *t = NULL;
    enum stamp_status s = STAMP_OK;

    if (vocab < VOCAB_MIN || vocab > VOCAB_MAX)
        s = stamp_fail(e, STAMP_ERANGE, "%s: a vocabulary of %zu tokens, not %d .. %d", name, vocab,
                       VOCAB_MIN, VOCAB_MAX);
    else if (!bytes || !(t = stamp_alloc(1, sizeof *t)) ||
             !(t->piece = stamp_alloc(vocab, sizeof *t->piece)))
        s = stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", name);
    if (s) {
        stamp_free(bytes);
        stamp_free(t);
        return s;
    }
    t->bytes = bytes;
    t->vocab = vocab;
    s = read_pieces(t, name, len, e);
    if (!s) s = build_table(t, name, e);
    if (s)
        stamp_tokenizer_close(t);
    else
        *out = t;
    return s;
}

enum stamp_status stamp_tokenizer_open(const char *path, size_t vocab, struct stamp_tokenizer **out,
                                       struct stamp_err *e)
{
    const size_t n = strlen(path);
    char *bytes = NULL;
    size_t len = 0;

    if (n >= 5 && strcmp(path + n - 5, ".json") == 0)
        return stamp_fail(e, STAMP_EUNSUPPORTED,
                          "%s: a Hugging Face tokenizer; a llama2.c tokenizer.bin is needed", path);
    enum stamp_status s = stamp_infile_slurp(path, FILE_MAX, &bytes, &len, e);
    return s ? s : make(path, bytes, len, vocab, out, e);
}

enum stamp_status stamp_tokenizer_memory(const char *name, const void *bytes, size_t len,
                                         size_t vocab, struct stamp_tokenizer **out,
                                         struct stamp_err *e)
{
    char *copy = stamp_alloc(len, 1);
    if (copy && len) memcpy(copy, bytes, len);
    return make(name, copy, len, vocab, out, e);
}

/* folder/file, owned by the caller; NULL when memory is out. */
static char *join(const char *folder, const char *file)
{
    const size_t size = strlen(folder) + strlen(file) + 2;
    char *path = stamp_alloc(size, 1);
    if (path) snprintf(path, size, "%s/%s", folder, file);
    return path;
}

enum stamp_status stamp_tokenizer_for(const char *model, const char *path, size_t vocab,
                                      struct stamp_tokenizer **out, struct stamp_err *e)
{
    struct stat info;

    if (path && stamp_gguf_is(path)) return stamp_gguf_tokenizer(path, vocab, out, e);
    if (path) return stamp_tokenizer_open(path, vocab, out, e);
    if (stamp_gguf_is(model)) return stamp_gguf_tokenizer(model, vocab, out, e);
    if (stat(model, &info) != 0 || !S_ISDIR(info.st_mode))
        return stamp_fail(e, STAMP_EIO, "%s: has no tokenizer inside; name one with --tokenizer",
                          model);
    char *bin = join(model, "tokenizer.bin"), *json = join(model, "tokenizer.json");
    enum stamp_status s;
    if (!bin || !json)
        s = stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", model);
    else
        s = stamp_tokenizer_open(stat(bin, &info) != 0 && stat(json, &info) == 0 ? json : bin,
                                 vocab, out, e);
    stamp_free(bin);
    stamp_free(json);
    return s;
}

void stamp_tokenizer_close(struct stamp_tokenizer *t)
{
    if (!t) return;
    stamp_free(t->bytes);
    stamp_free(t->piece);
    stamp_free(t->table);
    stamp_free(t);
}

const char *stamp_tokenizer_piece(const struct stamp_tokenizer *t, int32_t id, size_t *len)
{
    assert(id >= 0 && (size_t)id < t->vocab);
    *len = t->piece[id].len;
    return t->piece[id].bytes;
}
