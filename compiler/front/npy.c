/* SPDX-License-Identifier: Apache-2.0 */
/* npy.c - reading NumPy arrays. Contract in npy.h; the format is NEP 1. */
#include "compiler/front/npy.h"

#include <stdint.h>
#include <string.h>

#include "compiler/front/dtype.h"
#include "compiler/front/npy_header.h"
#include "model/file/infile.h"
#include "model/mem.h"

enum { VALUES = 8192 }; /* converted at a time */

static const unsigned char magic[6] = {0x93, 'N', 'U', 'M', 'P', 'Y'};

enum stamp_status stamp_npy_head(struct stamp_infile *in, struct stamp_npy_header *h,
                                 uint64_t *data, struct stamp_err *e)
{
    const char *name = stamp_infile_name(in);
    unsigned char b[12] = {0};

    if (stamp_infile_size(in) < 10)
        return stamp_fail(e, STAMP_EFORMAT, "%s: not an .npy file (too short)", name);
    enum stamp_status s = stamp_infile_read(in, 0, b, 10, e);
    if (s) return s;
    if (memcmp(b, magic, sizeof magic) != 0)
        return stamp_fail(e, STAMP_EFORMAT, "%s: not an .npy file (wrong magic)", name);
    if (b[6] < 1 || b[6] > 3)
        return stamp_fail(e, STAMP_EUNSUPPORTED, "%s: .npy version %d.%d", name, b[6], b[7]);

    size_t len = (size_t)b[8] | (size_t)b[9] << 8, at = 10;
    if (b[6] > 1) {
        s = stamp_infile_read(in, 10, b + 10, 2, e);
        if (s) return s;
        len |= (size_t)b[10] << 16 | (size_t)b[11] << 24;
        at = 12;
    }
    if (len > STAMP_NPY_HEADER_MAX)
        return stamp_fail(e, STAMP_EFORMAT, "%s: header of %zu bytes is absurd", name, len);
    if (len > stamp_infile_size(in) - at)
        return stamp_fail(e, STAMP_EFORMAT,
                          "%s: ends early: header of %zu bytes, the file has %llu", name, len,
                          (unsigned long long)stamp_infile_size(in));

    char *text = stamp_alloc(len + 1, 1);
    if (!text) return stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", name);
    s = stamp_infile_read(in, at, text, len, e);
    if (!s && (strlen(text) != len || !stamp_npy_header(text, h)))
        s = stamp_fail(e, STAMP_EFORMAT, "%s: header is not what NumPy writes: %.60s", name, text);
    stamp_free(text);
    *data = at + len;
    return s;
}

static enum stamp_status check(const char *name, const struct stamp_npy_header *h, uint64_t bytes,
                               struct stamp_tensor *t, struct stamp_npy_type *type,
                               struct stamp_err *e)
{
    char what[48];
    size_t count = 1;

    if (!stamp_npy_type(h->descr, type, what))
        return stamp_fail(
            e, STAMP_EUNSUPPORTED,
            "%s: element type %s (%s); bool, integers and floats of up to 64 bits are "
            "read",
            name, what, h->descr);
    const size_t width = stamp_dtype_bytes(type->dtype);
    if (h->rank < 1 || h->rank > STAMP_TENSOR_RANK_MAX)
        return stamp_fail(e, STAMP_EUNSUPPORTED, "%s: %zu dimensions; 1 to %d are possible", name,
                          h->rank, STAMP_TENSOR_RANK_MAX);
    *t = (struct stamp_tensor){h->rank, {1, 1, 1, 1}, NULL};
    for (size_t i = 0; i < h->rank; i++) {
        if (h->dim[i] == 0)
            return stamp_fail(e, STAMP_ERANGE, "%s: dimension %zu is 0: no elements", name, i);
        if (count > SIZE_MAX / 8 / h->dim[i])
            return stamp_fail(e, STAMP_ERANGE, "%s: more elements than memory can hold", name);
        count *= h->dim[i];
        t->dim[i] = h->dim[i];
    }
    if (bytes != count * width)
        return stamp_fail(e, STAMP_EFORMAT,
                          "%s: %llu bytes of data, the header's shape and type need %zu", name,
                          (unsigned long long)bytes, count * width);
    return STAMP_OK;
}

/* Where the next value of a file in Fortran order goes. */
struct walk {
    size_t at[STAMP_TENSOR_RANK_MAX], to; /* index, and the same as an offset in C order */
};

static void scatter(const struct stamp_tensor *t, const float *from, size_t count, struct walk *w)
{
    size_t stride[STAMP_TENSOR_RANK_MAX], last = 1;

    for (size_t i = t->rank; i-- > 0; last *= t->dim[i]) stride[i] = last;
    for (size_t k = 0; k < count; k++) {
        t->f32[w->to] = from[k];
        for (size_t i = 0; i < t->rank; i++) {
            w->to += stride[i];
            if (++w->at[i] < t->dim[i]) break;
            w->to -= stride[i] * t->dim[i];
            w->at[i] = 0;
        }
    }
}

static void swap(unsigned char *p, size_t count, size_t width)
{
    for (; count > 0; count--, p += width)
        for (size_t i = 0; i < width / 2; i++) {
            const unsigned char low = p[i];
            p[i] = p[width - 1 - i];
            p[width - 1 - i] = low;
        }
}

/* Index of the first byte that is no bool, or count. */
static size_t no_bool(const unsigned char *p, size_t count)
{
    size_t i = 0;
    while (i < count && p[i] < 2) i++;
    return i;
}

static enum stamp_status read_values(struct stamp_infile *in, uint64_t from,
                                     const struct stamp_npy_type *type, bool fortran,
                                     const struct stamp_tensor *t, struct stamp_err *e)
{
    unsigned char chunk[VALUES * 8];
    float values[VALUES];
    struct walk w = {{0}, 0};
    const size_t width = stamp_dtype_bytes(type->dtype), count = stamp_tensor_count(t);

    for (size_t done = 0, n; done < count; done += n) {
        n = count - done < VALUES ? count - done : VALUES;
        const uint64_t at = from + (uint64_t)done * width;
        enum stamp_status s = stamp_infile_read(in, at, chunk, n * width, e);
        if (s) return s;
        const size_t bad = type->boolean ? no_bool(chunk, n) : n;
        if (bad < n)
            return stamp_fail(e, STAMP_EFORMAT, "%s: byte %u at offset %llu is not 0 or 1, a bool",
                              stamp_infile_name(in), (unsigned)chunk[bad],
                              (unsigned long long)(at + bad));
        if (type->big) swap(chunk, n, width);
        stamp_dtype_to_f32(type->dtype, n, chunk, fortran ? values : t->f32 + done);
        if (fortran) scatter(t, values, n, &w);
    }
    return STAMP_OK;
}

static enum stamp_status read_npy(struct stamp_infile *in, struct stamp_tensor *out,
                                  struct stamp_err *e)
{
    struct stamp_npy_header h;
    struct stamp_npy_type type;
    struct stamp_tensor t;
    const char *name = stamp_infile_name(in);
    uint64_t data = 0;

    enum stamp_status s = stamp_npy_head(in, &h, &data, e);
    if (!s) s = check(name, &h, stamp_infile_size(in) - data, &t, &type, e);
    if (s) return s;

    const size_t count = stamp_tensor_count(&t);
    t.f32 = stamp_alloc(count, sizeof *t.f32);
    if (!t.f32) return stamp_fail(e, STAMP_ENOMEM, "%s: no memory for %zu elements", name, count);
    s = read_values(in, data, &type, h.fortran && h.rank > 1, &t, e);
    if (s)
        stamp_free(t.f32);
    else
        *out = t;
    return s;
}

size_t stamp_tensor_count(const struct stamp_tensor *t)
{
    size_t count = 1;
    for (size_t i = 0; i < t->rank; i++) count *= t->dim[i];
    return count;
}

void stamp_tensor_free(struct stamp_tensor *t)
{
    if (!t) return;
    stamp_free(t->f32);
    *t = (struct stamp_tensor){0, {0}, NULL};
}

enum stamp_status stamp_npy_read(const char *path, struct stamp_tensor *out, struct stamp_err *e)
{
    struct stamp_infile *in = NULL;
    enum stamp_status s = stamp_infile_open(path, &in, e);
    if (!s) s = read_npy(in, out, e);
    stamp_infile_close(in);
    return s;
}

enum stamp_status stamp_npy_parse(const char *name, const void *bytes, size_t len,
                                  struct stamp_tensor *out, struct stamp_err *e)
{
    struct stamp_infile *in = NULL;
    enum stamp_status s = stamp_infile_memory(name, bytes, len, &in, e);
    if (!s) s = read_npy(in, out, e);
    stamp_infile_close(in);
    return s;
}
