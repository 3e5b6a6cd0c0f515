/* SPDX-License-Identifier: Apache-2.0 */
/* safetensors.c - named tensors of files. Contract in safetensors.h. */
#include "compiler/front/safetensors.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/front/json.h"
#include "compiler/front/safetensors_parts.h"
#include "model/file/infile.h"
#include "model/mem.h"

enum { HEADER_MAX = 100000000, CHUNK = 65536 };

/* Types of the format: bytes per element, and what this kit reads them as. */
static const struct {
    const char name[8];
    size_t bytes;
    enum stamp_dtype type;
} dtypes[] = {{"F32", 4, STAMP_DTYPE_F32},     {"F16", 2, STAMP_DTYPE_F16},
              {"BF16", 2, STAMP_DTYPE_BF16},   {"F64", 8, STAMP_DTYPE_NONE},
              {"I64", 8, STAMP_DTYPE_NONE},    {"U64", 8, STAMP_DTYPE_NONE},
              {"I32", 4, STAMP_DTYPE_NONE},    {"U32", 4, STAMP_DTYPE_NONE},
              {"I16", 2, STAMP_DTYPE_NONE},    {"U16", 2, STAMP_DTYPE_NONE},
              {"I8", 1, STAMP_DTYPE_NONE},     {"U8", 1, STAMP_DTYPE_NONE},
              {"BOOL", 1, STAMP_DTYPE_NONE},   {"F8_E4M3", 1, STAMP_DTYPE_NONE},
              {"F8_E5M2", 1, STAMP_DTYPE_NONE}};

static int by_name(const void *a, const void *b)
{
    const struct stamp_safetensors_entry *x = a, *y = b;
    return strcmp(x->name, y->name);
}

static enum stamp_status entry_dtype(const char *file, const cJSON *item, size_t *width,
                                     struct stamp_safetensors_entry *t, struct stamp_err *e)
{
    const cJSON *d = cJSON_GetObjectItemCaseSensitive(item, "dtype");
    if (!cJSON_IsString(d))
        return stamp_fail(e, STAMP_EFORMAT, "%s: tensor %.200s has no dtype", file, t->name);
    for (size_t i = 0; i < sizeof dtypes / sizeof dtypes[0]; i++) {
        if (strcmp(dtypes[i].name, d->valuestring) != 0) continue;
        t->dtype = dtypes[i].type;
        t->type = dtypes[i].name;
        *width = dtypes[i].bytes;
        return STAMP_OK;
    }
    return stamp_fail(e, STAMP_EUNSUPPORTED, "%s: tensor %.200s has dtype %.20s", file, t->name,
                      d->valuestring);
}

static enum stamp_status entry_shape(const char *file, const cJSON *item,
                                     struct stamp_safetensors_entry *t, struct stamp_err *e)
{
    const cJSON *shape = cJSON_GetObjectItemCaseSensitive(item, "shape"), *d;

    if (!cJSON_IsArray(shape))
        return stamp_fail(e, STAMP_EFORMAT, "%s: tensor %.200s has no shape", file, t->name);
    t->count = 1;
    for (size_t i = 0; i < STAMP_SAFETENSORS_RANK_MAX; i++) t->dim[i] = 1;
    cJSON_ArrayForEach(d, shape)
    {
        uint64_t v;
        if (!stamp_json_u64(d, &v))
            return stamp_fail(e, STAMP_EFORMAT, "%s: tensor %.200s: a dimension is no whole number",
                              file, t->name);
        if (v && t->count > SIZE_MAX / 8 / v)
            return stamp_fail(e, STAMP_EFORMAT, "%s: tensor %.200s: absurd shape", file, t->name);
        t->count *= v;
        if (t->rank < STAMP_SAFETENSORS_RANK_MAX) t->dim[t->rank] = (size_t)v;
        t->rank++;
    }
    return STAMP_OK;
}

/* @param data,size  where the file's data begins, and how many bytes it has */
static enum stamp_status entry_parse(const char *file, const cJSON *item, uint64_t data,
                                     uint64_t size, struct stamp_safetensors_entry *t,
                                     struct stamp_err *e)
{
    size_t width = 0;
    uint64_t begin, end;
    const cJSON *offsets = cJSON_GetObjectItemCaseSensitive(item, "data_offsets");

    if (!cJSON_IsObject(item))
        return stamp_fail(e, STAMP_EFORMAT, "%s: %.200s is not an object", file, t->name);
    enum stamp_status s = stamp_json_unique(file, item, e);
    if (!s) s = entry_dtype(file, item, &width, t, e);
    if (!s) s = entry_shape(file, item, t, e);
    if (s) return s;
    if (!cJSON_IsArray(offsets) || cJSON_GetArraySize(offsets) != 2 ||
        !stamp_json_u64(offsets->child, &begin) || !stamp_json_u64(offsets->child->next, &end))
        return stamp_fail(e, STAMP_EFORMAT, "%s: tensor %.200s: data_offsets are not two numbers",
                          file, t->name);
    if (begin > end)
        return stamp_fail(e, STAMP_EFORMAT, "%s: tensor %.200s: bytes %llu to %llu run backwards",
                          file, t->name, (unsigned long long)begin, (unsigned long long)end);
    if (end > size)
        return stamp_fail(e, STAMP_EFORMAT,
                          "%s: shorter than its header asks: tensor %.200s ends at byte %llu, the "
                          "file at %llu; get it again",
                          file, t->name, (unsigned long long)(data + end),
                          (unsigned long long)(data + size));
    if (end - begin != t->count * width)
        return stamp_fail(
            e, STAMP_EFORMAT, "%s: tensor %.200s: %llu bytes, its shape and type need %llu", file,
            t->name, (unsigned long long)(end - begin), (unsigned long long)(t->count * width));
    t->at = data + begin;
    return STAMP_OK;
}

/* A header as it is walked. */
struct header {
    struct stamp_safetensors *st;
    uint64_t data; /* where the file's data begins */
    size_t room;   /* of st->entry */
    bool metadata; /* was there */
};

/* Append one tensor. */
static enum stamp_status add_entry(void *ctx, const cJSON *item, struct stamp_err *e)
{
    struct header *h = ctx;
    struct stamp_safetensors *st = h->st;
    const struct stamp_infile *in = st->shard[st->shards - 1];
    const char *file = stamp_infile_name(in);

    if (strcmp(item->string, "__metadata__") == 0) {
        if (h->metadata)
            return stamp_fail(e, STAMP_EFORMAT, "%s: key \"__metadata__\" twice", file);
        h->metadata = true;
        return STAMP_OK;
    }
    if (st->entries == h->room) {
        const size_t room = st->entries + st->entries / 2 + 64;
        struct stamp_safetensors_entry *grown =
            stamp_grow(st->entry, st->entries, room, sizeof *grown);
        if (!grown) return stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", file);
        st->entry = grown;
        h->room = room;
    }
    struct stamp_safetensors_entry *t = &st->entry[st->entries];
    t->name = stamp_strdup(item->string);
    if (!t->name) return stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", file);
    st->entries++; /* from here close frees the name */
    t->shard = st->shards - 1;
    return entry_parse(file, item, h->data, stamp_infile_size(in) - h->data, t, e);
}

enum stamp_status stamp_safetensors_add(struct stamp_safetensors *st, struct stamp_infile *in,
                                        struct stamp_err *e)
{
    const char *file = stamp_infile_name(in);
    const uint64_t size = stamp_infile_size(in);
    unsigned char b[8];
    struct stamp_infile **grown = stamp_grow(st->shard, st->shards, st->shards + 1, sizeof *grown);

    if (!grown) {
        enum stamp_status s = stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", file);
        stamp_infile_close(in);
        return s;
    }
    st->shard = grown;
    st->shard[st->shards++] = in;

    enum stamp_status s = stamp_infile_read(in, 0, b, sizeof b, e);
    if (s) return s;
    uint64_t len = 0;
    for (size_t i = 8; i-- > 0;) len = len << 8 | b[i];
    if (len > size - 8 && len <= HEADER_MAX)
        return stamp_fail(e, STAMP_EFORMAT,
                          "%s: shorter than its header asks: a header of %llu bytes in a file of "
                          "%llu; get it again",
                          file, (unsigned long long)len, (unsigned long long)size);
    if (len > HEADER_MAX)
        return stamp_fail(e, STAMP_EFORMAT,
                          "%s: not a safetensors file: a header of %llu bytes in a file of %llu",
                          file, (unsigned long long)len, (unsigned long long)size);

    char *text = stamp_alloc((size_t)len, 1);
    if (!text) return stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", file);
    struct header h = {.st = st, .data = 8 + len, .room = st->entries};
    s = stamp_infile_read(in, 8, text, (size_t)len, e);
    if (!s) s = stamp_json_members(file, text, (size_t)len, add_entry, &h, e);
    stamp_free(text);
    return s;
}

enum stamp_status stamp_safetensors_finish(struct stamp_safetensors *st, struct stamp_err *e)
{
    if (st->entries) qsort(st->entry, st->entries, sizeof *st->entry, by_name);
    for (size_t i = 1; i < st->entries; i++) {
        const struct stamp_safetensors_entry *a = &st->entry[i - 1], *b = &st->entry[i];
        const char *file = stamp_infile_name(st->shard[b->shard]);
        if (strcmp(a->name, b->name) != 0) continue;
        if (a->shard == b->shard)
            return stamp_fail(e, STAMP_EFORMAT, "%s: key \"%.200s\" twice", file, b->name);
        return stamp_fail(e, STAMP_EFORMAT, "%s: tensor %.200s is in %s too", file, b->name,
                          stamp_infile_name(st->shard[a->shard]));
    }
    return STAMP_OK;
}

enum stamp_status stamp_safetensors_open(const char *path, struct stamp_safetensors **out,
                                         struct stamp_err *e)
{
    const size_t n = strlen(path);
    struct stamp_infile *in = NULL;
    struct stamp_safetensors *st = stamp_alloc(1, sizeof *st);
    enum stamp_status s;

    if (!st) return stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", path);
    if (n >= 5 && strcmp(path + n - 5, ".json") == 0) {
        s = stamp_safetensors_index(st, path, e);
    } else {
        s = stamp_infile_open(path, &in, e);
        if (!s) s = stamp_safetensors_add(st, in, e);
        if (!s) s = stamp_safetensors_finish(st, e);
    }
    if (s)
        stamp_safetensors_close(st);
    else
        *out = st;
    return s;
}

enum stamp_status stamp_safetensors_memory(const char *name, const void *bytes, size_t len,
                                           struct stamp_safetensors **out, struct stamp_err *e)
{
    struct stamp_infile *in = NULL;
    struct stamp_safetensors *st = stamp_alloc(1, sizeof *st);

    if (!st) return stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", name);
    enum stamp_status s = stamp_infile_memory(name, bytes, len, &in, e);
    if (!s) s = stamp_safetensors_add(st, in, e);
    if (!s) s = stamp_safetensors_finish(st, e);
    if (s)
        stamp_safetensors_close(st);
    else
        *out = st;
    return s;
}

void stamp_safetensors_close(struct stamp_safetensors *st)
{
    if (!st) return;
    for (size_t i = 0; i < st->entries; i++) stamp_free(st->entry[i].name);
    for (size_t i = 0; i < st->shards; i++) stamp_infile_close(st->shard[i]);
    stamp_free(st->entry);
    stamp_free(st->shard);
    stamp_free(st);
}

const struct stamp_safetensors_entry *stamp_safetensors_list(const struct stamp_safetensors *st,
                                                             size_t *count)
{
    *count = st->entries;
    return st->entry;
}

const struct stamp_safetensors_entry *stamp_safetensors_find(const struct stamp_safetensors *st,
                                                             const char *name)
{
    size_t low = 0, high = st->entries;
    while (low < high) {
        const size_t mid = low + (high - low) / 2;
        const int order = strcmp(name, st->entry[mid].name);
        if (order == 0) return &st->entry[mid];
        if (order < 0)
            high = mid;
        else
            low = mid + 1;
    }
    return NULL;
}

enum stamp_status stamp_safetensors_bytes(struct stamp_safetensors *st,
                                          const struct stamp_safetensors_entry *entry,
                                          const unsigned char **bytes, struct stamp_err *e)
{
    const unsigned char *all = NULL;
    const enum stamp_status s = stamp_infile_map(st->shard[entry->shard], &all, e);

    if (!s) *bytes = all + entry->at;
    return s;
}

const char *stamp_safetensors_file(const struct stamp_safetensors *st,
                                   const struct stamp_safetensors_entry *entry)
{
    return stamp_infile_name(st->shard[entry->shard]);
}

enum stamp_status stamp_safetensors_lazy(const struct stamp_safetensors *st,
                                         const struct stamp_safetensors_entry *entry,
                                         enum stamp_lazy_kind *kind, struct stamp_err *e)
{
    switch (entry->dtype) {
    case STAMP_DTYPE_F32: *kind = STAMP_LAZY_F32; return STAMP_OK;
    case STAMP_DTYPE_F16: *kind = STAMP_LAZY_F16; return STAMP_OK;
    case STAMP_DTYPE_BF16: *kind = STAMP_LAZY_BF16; return STAMP_OK;
    default:
        return stamp_fail(e, STAMP_EUNSUPPORTED,
                          "%s: tensor %.100s has dtype %s; F32, F16 or BF16 is needed",
                          stamp_safetensors_file(st, entry), entry->name, entry->type);
    }
}

enum stamp_status stamp_safetensors_read(struct stamp_safetensors *st,
                                         const struct stamp_safetensors_entry *entry, float *to,
                                         struct stamp_err *e)
{
    struct stamp_infile *in = st->shard[entry->shard];
    const size_t width = stamp_dtype_bytes(entry->dtype);
    unsigned char chunk[CHUNK];

    if (!width || entry->rank > STAMP_SAFETENSORS_RANK_MAX)
        return stamp_fail(e, STAMP_EUNSUPPORTED,
                          "%s: tensor %.200s: F32, F16 or BF16 of at most %d dimensions is needed",
                          stamp_infile_name(in), entry->name, STAMP_SAFETENSORS_RANK_MAX);
    for (uint64_t done = 0; done < entry->count;) {
        const uint64_t left = entry->count - done, step = CHUNK / width;
        const size_t n = (size_t)(left < step ? left : step);
        enum stamp_status s = stamp_infile_read(in, entry->at + done * width, chunk, n * width, e);
        if (s) return s;
        stamp_dtype_to_f32(entry->dtype, n, chunk, to + done);
        done += n;
    }
    return STAMP_OK;
}
