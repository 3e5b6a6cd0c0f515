/* SPDX-License-Identifier: Apache-2.0 */
/* named.c - named tensors of a .npz or a .safetensors file. Contract in named.h. */
#include "compiler/front/named.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "compiler/front/npz.h"
#include "compiler/front/safetensors.h"
#include "model/file/infile.h"
#include "model/mem.h"

static_assert((int)STAMP_NPZ_RANK_MAX == STAMP_NAMED_RANK_MAX, "ranks");
static_assert((int)STAMP_SAFETENSORS_RANK_MAX == STAMP_NAMED_RANK_MAX, "ranks");

struct stamp_named {
    struct stamp_npz *npz; /* owned; or NULL, then the other is there */
    struct stamp_safetensors *st;
};

/* Whether the file begins as a zip archive does: with a member, or, without any, its end. */
static enum stamp_status is_zip(const char *path, int *zip, struct stamp_err *e)
{
    struct stamp_infile *in = NULL;
    unsigned char b[4] = {0};

    enum stamp_status s = stamp_infile_open(path, &in, e);
    if (!s && stamp_infile_size(in) >= sizeof b) s = stamp_infile_read(in, 0, b, sizeof b, e);
    *zip = memcmp(b, "PK\3\4", 4) == 0 || memcmp(b, "PK\5\6", 4) == 0;
    stamp_infile_close(in);
    return s;
}

enum stamp_status stamp_named_open(const char *path, struct stamp_named **out, struct stamp_err *e)
{
    int zip = 0;
    enum stamp_status s = is_zip(path, &zip, e);
    if (s) return s;

    struct stamp_named *t = stamp_alloc(1, sizeof *t);
    if (!t) return stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", path);
    s = zip ? stamp_npz_open(path, &t->npz, e) : stamp_safetensors_open(path, &t->st, e);
    if (s)
        stamp_named_close(t);
    else
        *out = t;
    return s;
}

void stamp_named_close(struct stamp_named *t)
{
    if (!t) return;
    stamp_npz_close(t->npz);
    stamp_safetensors_close(t->st);
    stamp_free(t);
}

const char *stamp_named_format(const struct stamp_named *t)
{
    return t->npz ? "npz" : "safetensors";
}

/* One of them is set. */
struct entry {
    const struct stamp_npz_entry *npz;
    const struct stamp_safetensors_entry *st;
};

static struct entry entry_of(const struct stamp_named *t, size_t i)
{
    size_t count = 0;
    struct entry x = {NULL, NULL};

    assert(i < stamp_named_count(t));
    if (t->npz)
        x.npz = stamp_npz_list(t->npz, &count) + i;
    else
        x.st = stamp_safetensors_list(t->st, &count) + i;
    return x;
}

size_t stamp_named_count(const struct stamp_named *t)
{
    size_t count = 0;

    if (t->npz)
        (void)stamp_npz_list(t->npz, &count);
    else
        (void)stamp_safetensors_list(t->st, &count);
    return count;
}

const char *stamp_named_name(const struct stamp_named *t, size_t i)
{
    const struct entry x = entry_of(t, i);
    return x.npz ? x.npz->name : x.st->name;
}

size_t stamp_named_find(const struct stamp_named *t, const char *name)
{
    size_t count = 0;

    if (t->npz) {
        const struct stamp_npz_entry *all = stamp_npz_list(t->npz, &count);
        const struct stamp_npz_entry *found = stamp_npz_find(t->npz, name);
        return found ? (size_t)(found - all) : count;
    }
    const struct stamp_safetensors_entry *all = stamp_safetensors_list(t->st, &count);
    const struct stamp_safetensors_entry *found = stamp_safetensors_find(t->st, name);
    return found ? (size_t)(found - all) : count;
}

struct stamp_shape stamp_named_shape(const struct stamp_named *t, size_t i)
{
    const struct entry x = entry_of(t, i);
    struct stamp_shape shape = {.rank = x.npz ? x.npz->rank : x.st->rank};

    memcpy(shape.dim, x.npz ? x.npz->dim : x.st->dim, sizeof shape.dim);
    return shape;
}

const char *stamp_named_file(const struct stamp_named *t, size_t i)
{
    return t->npz ? stamp_npz_file(t->npz) : stamp_safetensors_file(t->st, entry_of(t, i).st);
}

static enum stamp_status of_safetensors(struct stamp_safetensors *st,
                                        const struct stamp_safetensors_entry *x,
                                        struct stamp_lazy *out, struct stamp_err *e)
{
    const char *file = stamp_safetensors_file(st, x);
    struct stamp_lazy t = {0};
    enum stamp_status s = stamp_safetensors_lazy(st, x, &t.kind, e);

    if (s) return s;
    if (x->rank < 1 || x->rank > STAMP_NAMED_RANK_MAX)
        return stamp_fail(e, STAMP_EUNSUPPORTED,
                          "%s: tensor %.100s: %zu dimensions; 1 to %d are possible", file, x->name,
                          x->rank, STAMP_NAMED_RANK_MAX);
    if (!x->count)
        return stamp_fail(e, STAMP_ERANGE, "%s: tensor %.100s: no elements", file, x->name);
    s = stamp_safetensors_bytes(st, x, &t.bytes, e);
    if (s) return s;
    snprintf(t.name, sizeof t.name, "%.*s", (int)sizeof t.name - 1, x->name);
    t.rows = x->rank > 1 ? x->dim[0] : 1;
    t.cols = (size_t)x->count / t.rows;
    *out = t;
    return STAMP_OK;
}

enum stamp_status stamp_named_lazy(struct stamp_named *t, size_t i, struct stamp_lazy *out,
                                   struct stamp_err *e)
{
    const struct entry x = entry_of(t, i);
    return x.npz ? stamp_npz_lazy(t->npz, x.npz, out, e) : of_safetensors(t->st, x.st, out, e);
}
