/* SPDX-License-Identifier: Apache-2.0 */
/* npz.c - named tensors of an archive of .npy files. Contract in npz.h. */
#include "compiler/front/npz.h"

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "compiler/front/npy.h"
#include "compiler/front/npy_header.h"
#include "compiler/front/zip.h"
#include "model/file/infile.h"
#include "model/mem.h"

enum { FRONT = 12 /* bytes that say how long the header is */ };

/* What an entry of the listing needs besides. */
struct data {
    const struct stamp_zip_member *member;
    uint64_t front;             /* bytes of the member in front of its elements */
    bool made;                  /* as binary32, by npy.c */
    const unsigned char *bytes; /* of the elements; NULL: not asked for yet */
    unsigned char *owned;       /* what they are in, unless it is the file */
};

struct stamp_npz {
    struct stamp_zip *zip;
    struct stamp_npz_entry *entry; /* [entries], sorted by name */
    struct data *data;             /* [entries] */
    size_t entries;
};

/* ---- Listing ------------------------------------------------------------------------------- */
/* "file: member name": what npy.c calls a file. */
static void call(const struct stamp_npz *z, const struct stamp_npz_entry *t, char to[300])
{
    snprintf(to, 300, "%.180s: member %.100s", stamp_zip_file(z->zip), t->name);
}

/* Reads the member's header. */
static enum stamp_status read_head(const struct stamp_npz *z, const struct stamp_npz_entry *t,
                                   struct data *d, struct stamp_npy_header *h, struct stamp_err *e)
{
    const struct stamp_zip_member *m = d->member;
    unsigned char front[FRONT];
    char name[300];
    struct stamp_infile *in = NULL;
    size_t len = m->bytes < FRONT ? (size_t)m->bytes : FRONT;

    call(z, t, name);
    enum stamp_status s = stamp_zip_head(z->zip, m, front, len, e);
    if (s) return s;
    if (len == FRONT) {
        len += (size_t)front[8] | (size_t)front[9] << 8;
        if (front[6] > 1) len += (size_t)front[10] << 16 | (size_t)front[11] << 24;
        if (len > FRONT + STAMP_NPY_HEADER_MAX) len = FRONT + STAMP_NPY_HEADER_MAX;
        if (len > m->bytes) len = (size_t)m->bytes;
    }
    unsigned char *head = stamp_alloc(len, 1);
    if (!head) return stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", name);
    s = stamp_zip_head(z->zip, m, head, len, e);
    if (!s) s = stamp_infile_memory(name, head, len, &in, e);
    if (!s) s = stamp_npy_head(in, h, &d->front, e);
    stamp_infile_close(in);
    stamp_free(head);
    return s;
}

/* What the header says, checked against the member's size. */
static enum stamp_status take_head(const struct stamp_npz *z, const struct stamp_npy_header *h,
                                   struct data *d, struct stamp_npz_entry *t, struct stamp_err *e)
{
    struct stamp_npy_type type = {STAMP_DTYPE_NONE, false, false};
    char what[48], name[300];

    call(z, t, name);
    strcpy(t->type, h->descr);
    t->rank = h->rank;
    t->count = 1;
    for (size_t i = 0; i < STAMP_NPZ_RANK_MAX; i++) {
        t->dim[i] = i < h->rank ? h->dim[i] : 1;
        if (t->dim[i] && t->count > SIZE_MAX / 8 / t->dim[i])
            return stamp_fail(e, STAMP_EFORMAT, "%s: absurd shape", name);
        t->count *= t->dim[i];
    }
    const bool known = stamp_npy_type(h->descr, &type, what);
    const size_t width = known ? stamp_dtype_bytes(type.dtype) : 0;
    const uint64_t have = d->member->bytes - d->front;
    if (known && t->rank <= STAMP_NPZ_RANK_MAX && have != t->count * width)
        return stamp_fail(e, STAMP_EFORMAT,
                          "%s at offset %llu: %llu bytes of data, its shape and type need %llu",
                          name, (unsigned long long)d->member->at, (unsigned long long)have,
                          (unsigned long long)(t->count * width));
    const bool as_it_lies = type.dtype == STAMP_DTYPE_F32 || type.dtype == STAMP_DTYPE_F16 ||
                            type.dtype == STAMP_DTYPE_F64;
    d->made = !as_it_lies || type.big || (h->fortran && h->rank > 1);
    t->dtype = !known ? STAMP_DTYPE_NONE : d->made ? STAMP_DTYPE_F32 : type.dtype;
    return STAMP_OK;
}

/* Length of "name" of "name.npy", or 0. */
static size_t stem(const char *name)
{
    const size_t n = strlen(name);
    return n > 4 && strcmp(name + n - 4, ".npy") == 0 ? n - 4 : 0;
}

/* Members come in order of "a.npy"; "a" is to be in order of its own. */
static enum stamp_status place(struct stamp_npz *z, const struct stamp_zip_member *m,
                               struct stamp_err *e)
{
    size_t at = z->entries;
    const size_t len = stem(m->name);
    char *name = stamp_alloc(len + 1, 1);

    if (!name) return stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", stamp_zip_file(z->zip));
    memcpy(name, m->name, len);
    for (; at > 0 && strcmp(z->entry[at - 1].name, name) > 0; at--) {
        z->entry[at] = z->entry[at - 1];
        z->data[at] = z->data[at - 1];
    }
    z->entry[at] = (struct stamp_npz_entry){.name = name};
    z->data[at] = (struct data){.member = m};
    z->entries++;
    return STAMP_OK;
}

static enum stamp_status list(struct stamp_npz *z, struct stamp_err *e)
{
    size_t count = 0;
    const struct stamp_zip_member *m = stamp_zip_list(z->zip, &count);
    struct stamp_npy_header h;
    enum stamp_status s = STAMP_OK;

    z->entry = stamp_alloc(count, sizeof *z->entry);
    z->data = stamp_alloc(count, sizeof *z->data);
    if (!z->entry || !z->data)
        return stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", stamp_zip_file(z->zip));
    for (size_t i = 0; i < count && !s; i++)
        if (stem(m[i].name)) s = place(z, &m[i], e);
    for (size_t i = 0; i < z->entries && !s; i++) {
        s = read_head(z, &z->entry[i], &z->data[i], &h, e);
        if (!s) s = take_head(z, &h, &z->data[i], &z->entry[i], e);
    }
    return s;
}

/* Takes over zip; s is how it was opened. */
static enum stamp_status open_over(struct stamp_zip *zip, enum stamp_status s, const char *name,
                                   struct stamp_npz **out, struct stamp_err *e)
{
    if (s) return s;
    struct stamp_npz *z = stamp_alloc(1, sizeof *z);
    if (!z) {
        stamp_zip_close(zip);
        return stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", name);
    }
    z->zip = zip;
    s = list(z, e);
    if (s)
        stamp_npz_close(z);
    else
        *out = z;
    return s;
}

enum stamp_status stamp_npz_open(const char *path, struct stamp_npz **out, struct stamp_err *e)
{
    struct stamp_zip *zip = NULL;
    const enum stamp_status s = stamp_zip_open(path, &zip, e);
    return open_over(zip, s, path, out, e);
}

enum stamp_status stamp_npz_memory(const char *name, const void *bytes, size_t len,
                                   struct stamp_npz **out, struct stamp_err *e)
{
    struct stamp_zip *zip = NULL;
    const enum stamp_status s = stamp_zip_memory(name, bytes, len, &zip, e);
    return open_over(zip, s, name, out, e);
}

void stamp_npz_close(struct stamp_npz *z)
{
    if (!z) return;
    for (size_t i = 0; i < z->entries; i++) {
        stamp_free(z->entry[i].name);
        stamp_free(z->data[i].owned);
    }
    stamp_free(z->entry);
    stamp_free(z->data);
    stamp_zip_close(z->zip);
    stamp_free(z);
}

const struct stamp_npz_entry *stamp_npz_list(const struct stamp_npz *z, size_t *count)
{
    *count = z->entries;
    return z->entry;
}

const struct stamp_npz_entry *stamp_npz_find(const struct stamp_npz *z, const char *name)
{
    size_t low = 0, high = z->entries;

    while (low < high) {
        const size_t mid = low + (high - low) / 2;
        const int order = strcmp(name, z->entry[mid].name);
        if (order == 0) return &z->entry[mid];
        if (order < 0)
            high = mid;
        else
            low = mid + 1;
    }
    return NULL;
}

const char *stamp_npz_file(const struct stamp_npz *z)
{
    return stamp_zip_file(z->zip);
}

/* ---- Data ---------------------------------------------------------------------------------- */
static enum stamp_status refuse_kind(const struct stamp_npz *z, const struct stamp_npz_entry *t,
                                     struct stamp_err *e)
{
    struct stamp_npy_type type;
    char name[300], what[48] = "?";

    call(z, t, name);
    if (t->dtype == STAMP_DTYPE_NONE) {
        (void)stamp_npy_type(t->type, &type, what);
        return stamp_fail(
            e, STAMP_EUNSUPPORTED,
            "%s: element type %s (%s); bool, integers and floats of up to 64 bits are "
            "read",
            name, what, t->type);
    }
    if (t->rank < 1 || t->rank > STAMP_NPZ_RANK_MAX)
        return stamp_fail(e, STAMP_EUNSUPPORTED, "%s: %zu dimensions; 1 to %d are possible", name,
                          t->rank, STAMP_NPZ_RANK_MAX);
    if (!t->count) return stamp_fail(e, STAMP_ERANGE, "%s: no elements", name);
    return STAMP_OK;
}

/* Values as little-endian bytes, in place. */
static unsigned char *little(float *v, size_t count)
{
    unsigned char *const bytes = (unsigned char *)v;

    for (size_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, &v[i], sizeof bits);
        for (size_t k = 0; k < 4; k++) bytes[4 * i + k] = (unsigned char)(bits >> 8 * k);
    }
    return bytes;
}

enum stamp_status stamp_npz_bytes(struct stamp_npz *z, const struct stamp_npz_entry *entry,
                                  const unsigned char **bytes, struct stamp_err *e)
{
    struct data *d = &z->data[entry - z->entry];
    struct stamp_tensor t = {0};
    const unsigned char *all = NULL;
    unsigned char *owned = NULL;
    char name[300];

    if (!d->bytes) {
        enum stamp_status s = refuse_kind(z, entry, e);
        if (!s) s = stamp_zip_read(z->zip, d->member, &all, &owned, e);
        if (s) return s;
        if (d->made) {
            call(z, entry, name);
            s = stamp_npy_parse(name, all, (size_t)d->member->bytes, &t, e);
            stamp_free(owned);
            if (s) return s;
        }
        d->owned = d->made ? little(t.f32, (size_t)entry->count) : owned;
        d->bytes = d->made ? d->owned : all + d->front;
    }
    *bytes = d->bytes;
    return STAMP_OK;
}

enum stamp_status stamp_npz_lazy(struct stamp_npz *z, const struct stamp_npz_entry *entry,
                                 struct stamp_lazy *out, struct stamp_err *e)
{
    struct stamp_lazy t = {.kind = STAMP_LAZY_F32};
    const enum stamp_status s = stamp_npz_bytes(z, entry, &t.bytes, e);

    if (s) return s;
    if (entry->dtype == STAMP_DTYPE_F16) t.kind = STAMP_LAZY_F16;
    if (entry->dtype == STAMP_DTYPE_F64) t.kind = STAMP_LAZY_F64;
    snprintf(t.name, sizeof t.name, "%.*s", (int)sizeof t.name - 1, entry->name);
    t.rows = entry->rank > 1 ? entry->dim[0] : 1;
    t.cols = (size_t)entry->count / t.rows;
    *out = t;
    return STAMP_OK;
}
