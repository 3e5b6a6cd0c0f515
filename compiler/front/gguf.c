/* SPDX-License-Identifier: Apache-2.0 */
/* gguf.c - the container of GGUF files. Contract and layout in gguf.h. */
#include "compiler/front/gguf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/front/keys.h"
#include "model/file/infile.h"
#include "model/mem.h"

enum { NAME_MAX_BYTES = 1 << 16, ALIGNMENT = 32, ALIGNMENT_MAX = 1 << 20 };

/* Bytes of a scalar; 0 for strings and arrays. By code. */
static const uint8_t widths[STAMP_GGUF_TYPES] = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};

size_t stamp_gguf_width(enum stamp_gguf_type type)
{
    return widths[type];
}

struct cursor {
    const char *name; /* of the file */
    const uint8_t *bytes;
    uint64_t at, size;
    struct stamp_err *e;
};

static uint64_t load(const uint8_t *p, size_t width)
{
    uint64_t v = 0;
    while (width-- > 0) v = v << 8 | p[width];
    return v;
}

/* Step over @p len bytes; @p what for the message. */
static enum stamp_status skip(struct cursor *c, uint64_t len, const char *what, const uint8_t **at)
{
    if (len > c->size - c->at)
        return stamp_fail(c->e, STAMP_EFORMAT,
                          "%s: %.80s of %llu bytes at offset %llu leaves the file's %llu", c->name,
                          what, (unsigned long long)len, (unsigned long long)c->at,
                          (unsigned long long)c->size);
    *at = c->bytes + c->at;
    c->at += len;
    return STAMP_OK;
}

static enum stamp_status number(struct cursor *c, size_t width, const char *what, uint64_t *out)
{
    const uint8_t *p = NULL;
    const enum stamp_status s = skip(c, width, what, &p);

    if (!s) *out = load(p, width);
    return s;
}

/* A name, copied and terminated. */
static enum stamp_status name_of(struct cursor *c, const char *what, char **out)
{
    uint64_t len = 0;
    const uint8_t *p = NULL;

    enum stamp_status s = number(c, 8, what, &len);
    if (!s && (len < 1 || len > NAME_MAX_BYTES))
        s = stamp_fail(c->e, STAMP_EFORMAT, "%s: %s of %llu bytes", c->name, what,
                       (unsigned long long)len);
    if (!s) s = skip(c, len, what, &p);
    if (!s && memchr(p, 0, (size_t)len))
        s = stamp_fail(c->e, STAMP_EFORMAT, "%s: %s with a zero byte inside", c->name, what);
    if (s) return s;
    *out = stamp_alloc((size_t)len + 1, 1);
    if (!*out) return stamp_fail(c->e, STAMP_ENOMEM, "%s: out of memory", c->name);
    memcpy(*out, p, (size_t)len);
    return STAMP_OK;
}

static enum stamp_status type_of(struct cursor *c, const char *key, enum stamp_gguf_type *out)
{
    uint64_t code = 0;
    const enum stamp_status s = number(c, 4, key, &code);

    if (s) return s;
    if (code >= STAMP_GGUF_TYPES)
        return stamp_fail(c->e, STAMP_EFORMAT, "%s: key %.80s has type %llu, which does not exist",
                          c->name, key, (unsigned long long)code);
    *out = (enum stamp_gguf_type)code;
    return STAMP_OK;
}

static enum stamp_status array_of(struct cursor *c, struct stamp_gguf_value *v)
{
    const uint8_t *p = NULL;

    enum stamp_status s = type_of(c, v->key, &v->element);
    if (!s) s = number(c, 8, v->key, &v->count);
    if (s) return s;
    if (v->element == STAMP_GGUF_ARRAY)
        return stamp_fail(c->e, STAMP_EUNSUPPORTED, "%s: key %.80s is an array of arrays", c->name,
                          v->key);
    const uint64_t least = v->element == STAMP_GGUF_STRING ? 8 : widths[v->element];
    if (v->count > (c->size - c->at) / least)
        return stamp_fail(c->e, STAMP_EFORMAT, "%s: key %.80s claims %llu elements", c->name,
                          v->key, (unsigned long long)v->count);
    v->bytes = c->bytes + c->at;
    if (v->element != STAMP_GGUF_STRING) return skip(c, v->count * least, v->key, &p);
    for (uint64_t i = 0; i < v->count && !s; i++) {
        uint64_t len = 0;
        s = number(c, 8, v->key, &len);
        if (!s) s = skip(c, len, v->key, &p);
    }
    return s;
}

static enum stamp_status value_of(struct cursor *c, struct stamp_gguf_value *v)
{
    enum stamp_status s = name_of(c, "a key", &v->key);

    if (!s) s = type_of(c, v->key, &v->type);
    if (s) return s;
    if (v->type == STAMP_GGUF_ARRAY) return array_of(c, v);
    v->count = widths[v->type];
    if (v->type == STAMP_GGUF_STRING) s = number(c, 8, v->key, &v->count);
    if (!s) s = skip(c, v->count, v->key, &v->bytes);
    return s;
}

/* All but where its data is, which depends on the end of the listing: @p offset. */
static enum stamp_status tensor_of(struct cursor *c, struct stamp_gguf_tensor *t, uint64_t *offset)
{
    uint64_t rank = 0, type = 0, count = 1;
    enum stamp_status s = name_of(c, "a tensor name", &t->name);

    if (!s) s = number(c, 4, t->name, &rank);
    if (!s && (rank < 1 || rank > STAMP_GGUF_RANK_MAX))
        s = stamp_fail(c->e, STAMP_EFORMAT, "%s: tensor %.100s has rank %llu", c->name, t->name,
                       (unsigned long long)rank);
    for (size_t i = 0; i < STAMP_GGUF_RANK_MAX && !s; i++) {
        t->dim[i] = 1;
        if (i < rank) s = number(c, 8, t->name, &t->dim[i]);
        if (!s && (t->dim[i] < 1 || t->dim[i] > (UINT64_C(1) << 40) / count))
            s = stamp_fail(c->e, STAMP_EFORMAT, "%s: tensor %.100s has an absurd shape", c->name,
                           t->name);
        if (!s) count *= t->dim[i];
    }
    if (!s) s = number(c, 4, t->name, &type);
    if (!s) s = number(c, 8, t->name, offset);
    if (s) return s;
    t->rank = (uint32_t)rank;
    t->type = (uint32_t)type;
    t->readable = stamp_blocks_of_gguf(t->type, &t->kind, &t->text);
    return STAMP_OK;
}

/* @param data  where the data begins */
static enum stamp_status place(const struct cursor *c, uint64_t data, uint64_t alignment,
                               uint64_t offset, struct stamp_gguf_tensor *t)
{
    const uint64_t block = t->readable ? stamp_blocks(t->kind)->values : 1;
    const uint64_t rows = t->dim[1] * t->dim[2] * t->dim[3];

    if (offset % alignment)
        return stamp_fail(c->e, STAMP_EFORMAT,
                          "%s: tensor %.100s at offset %llu, not a multiple of %llu", c->name,
                          t->name, (unsigned long long)offset, (unsigned long long)alignment);
    if (t->dim[0] % block)
        return stamp_fail(
            c->e, STAMP_EFORMAT,
            "%s: tensor %.100s: rows of %llu values, not a multiple of the %llu of a %s "
            "block",
            c->name, t->name, (unsigned long long)t->dim[0], (unsigned long long)block, t->text);
    const uint64_t bytes =
        t->readable ? rows * stamp_lazy_row_bytes(t->kind, (size_t)t->dim[0]) : 0;
    if (data > c->size || offset > c->size - data || bytes > c->size - data - offset)
        return stamp_fail(c->e, STAMP_EFORMAT,
                          "%s: tensor %.100s: %llu bytes at offset %llu leave the file's %llu",
                          c->name, t->name, (unsigned long long)bytes, (unsigned long long)offset,
                          (unsigned long long)(data > c->size ? 0 : c->size - data));
    t->bytes = c->bytes + data + offset;
    return STAMP_OK;
}

static int by_key(const void *a, const void *b)
{
    return strcmp(((const struct stamp_gguf_value *)a)->key,
                  ((const struct stamp_gguf_value *)b)->key);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct stamp_gguf_tensor *)a)->name,
                  ((const struct stamp_gguf_tensor *)b)->name);
}

/* Sort both lists and refuse what is there twice. */
static enum stamp_status sort(const struct cursor *c, struct stamp_gguf *g)
{
    if (g->values) qsort(g->value, g->values, sizeof *g->value, by_key);
    for (size_t i = 1; i < g->values; i++)
        if (strcmp(g->value[i - 1].key, g->value[i].key) == 0)
            return stamp_fail(c->e, STAMP_EFORMAT, "%s: key %.100s twice", c->name,
                              g->value[i].key);
    if (g->tensors) qsort(g->tensor, g->tensors, sizeof *g->tensor, by_name);
    for (size_t i = 1; i < g->tensors; i++)
        if (strcmp(g->tensor[i - 1].name, g->tensor[i].name) == 0)
            return stamp_fail(c->e, STAMP_EFORMAT, "%s: tensor %.100s twice", c->name,
                              g->tensor[i].name);
    return STAMP_OK;
}

static enum stamp_status header(struct cursor *c, struct stamp_gguf *g, uint64_t *tensors,
                                uint64_t *values)
{
    const uint8_t *magic = NULL;
    uint64_t version = 0;

    enum stamp_status s = skip(c, 4, "the magic", &magic);
    if (!s && memcmp(magic, "GGUF", 4) != 0)
        s = stamp_fail(c->e, STAMP_EFORMAT, "%s: not a GGUF file", c->name);
    if (!s) s = number(c, 4, "the version", &version);
    if (!s && version != 2 && version != 3)
        s = stamp_fail(
            c->e, STAMP_EUNSUPPORTED, "%s: GGUF version %llu%s; versions 2 and 3 are read", c->name,
            (unsigned long long)version, version && version % 65536 == 0 ? " (big endian?)" : "");
    if (!s) s = number(c, 8, "the count of tensors", tensors);
    if (!s) s = number(c, 8, "the count of keys", values);
    if (s) return s;
    g->version = (uint32_t)version;
    /* The least a tensor and a key can take: 8+1 name, 4, 8, 4, 8; 8+1, 4, 1. */
    if (*tensors > (c->size - c->at) / 33 || *values > (c->size - c->at) / 14)
        return stamp_fail(
            c->e, STAMP_EFORMAT, "%s: claims %llu tensors and %llu keys in %llu bytes", c->name,
            (unsigned long long)*tensors, (unsigned long long)*values, (unsigned long long)c->size);
    return STAMP_OK;
}

static enum stamp_status alignment_of(const struct cursor *c, const struct stamp_gguf *g,
                                      uint64_t *out)
{
    const char *key = stamp_keys_ask(STAMP_KEYS_GGUF, "general.alignment");
    const struct stamp_gguf_value *v = NULL;

    *out = ALIGNMENT;
    for (size_t i = 0; i < g->values; i++)
        if (strcmp(g->value[i].key, key) == 0) v = &g->value[i];
    if (v && (!stamp_gguf_u64(v, out) || *out < 1 || *out > ALIGNMENT_MAX || *out & (*out - 1)))
        return stamp_fail(c->e, STAMP_EFORMAT, "%s: general.alignment is no power of two up to %d",
                          c->name, ALIGNMENT_MAX);
    return STAMP_OK;
}

static enum stamp_status read_all(struct cursor *c, struct stamp_gguf *g, uint64_t *offset,
                                  uint64_t tensors, uint64_t values)
{
    uint64_t alignment = ALIGNMENT;
    enum stamp_status s = STAMP_OK;

    for (; g->values < values && !s; g->values++) s = value_of(c, &g->value[g->values]);
    for (; g->tensors < tensors && !s; g->tensors++)
        s = tensor_of(c, &g->tensor[g->tensors], &offset[g->tensors]);
    if (!s) s = alignment_of(c, g, &alignment);
    if (s) return s;
    const uint64_t data = (c->at + alignment - 1) / alignment * alignment;
    for (size_t i = 0; i < g->tensors && !s; i++)
        s = place(c, data, alignment, offset[i], &g->tensor[i]);
    return s ? s : sort(c, g);
}

enum stamp_status stamp_gguf_read(struct stamp_infile *in, struct stamp_gguf *out,
                                  struct stamp_err *e)
{
    struct cursor c = {stamp_infile_name(in), NULL, 0, stamp_infile_size(in), e};
    struct stamp_gguf g = {0};
    uint64_t tensors = 0, values = 0, *offset = NULL;

    enum stamp_status s = stamp_infile_map(in, &c.bytes, e);
    if (!s) s = header(&c, &g, &tensors, &values);
    if (s) return s;
    g.value = stamp_alloc((size_t)values, sizeof *g.value);
    g.tensor = stamp_alloc((size_t)tensors, sizeof *g.tensor);
    offset = stamp_alloc((size_t)tensors, sizeof *offset);
    if (g.value && g.tensor && offset)
        s = read_all(&c, &g, offset, tensors, values);
    else
        s = stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", c.name);
    stamp_free(offset);
    if (s)
        stamp_gguf_free(&g);
    else
        *out = g;
    return s;
}

void stamp_gguf_free(struct stamp_gguf *g)
{
    for (size_t i = 0; i < g->values; i++) stamp_free(g->value[i].key);
    for (size_t i = 0; i < g->tensors; i++) stamp_free(g->tensor[i].name);
    stamp_free(g->value);
    stamp_free(g->tensor);
    *g = (struct stamp_gguf){0};
}
