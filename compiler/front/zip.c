/* SPDX-License-Identifier: Apache-2.0 */
/* zip.c - opening an archive, and the data of its members. Contract in zip.h. */
#include "compiler/front/zip.h"

#include <assert.h>
#include <string.h>
#define ZLIB_CONST
#include <zlib.h>

#include "compiler/front/zip_parts.h"
#include "model/mem.h"

enum { STEP = 1 << 30 /* bytes zlib is given at a time */ };

/* Takes over in. */
static enum stamp_status open_over(struct stamp_infile *in, struct stamp_zip **out,
                                   struct stamp_err *e)
{
    struct stamp_zip *z = stamp_alloc(1, sizeof *z);
    enum stamp_status s = STAMP_OK;

    if (!z) {
        s = stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", stamp_infile_name(in));
        stamp_infile_close(in);
        return s;
    }
    z->in = in;
    z->size = stamp_infile_size(in);
    s = stamp_infile_map(in, &z->all, e);
    if (!s) s = stamp_zip_directory(z, e);
    if (s)
        stamp_zip_close(z);
    else
        *out = z;
    return s;
}

enum stamp_status stamp_zip_open(const char *path, struct stamp_zip **out, struct stamp_err *e)
{
    struct stamp_infile *in = NULL;
    const enum stamp_status s = stamp_infile_open(path, &in, e);
    return s ? s : open_over(in, out, e);
}

enum stamp_status stamp_zip_memory(const char *name, const void *bytes, size_t len,
                                   struct stamp_zip **out, struct stamp_err *e)
{
    struct stamp_infile *in = NULL;
    const enum stamp_status s = stamp_infile_memory(name, bytes, len, &in, e);
    return s ? s : open_over(in, out, e);
}

void stamp_zip_close(struct stamp_zip *z)
{
    if (!z) return;
    for (size_t i = 0; i < z->members; i++) stamp_free(z->member[i].name);
    stamp_free(z->member);
    stamp_infile_close(z->in);
    stamp_free(z);
}

const struct stamp_zip_member *stamp_zip_list(const struct stamp_zip *z, size_t *count)
{
    *count = z->members;
    return z->member;
}

const char *stamp_zip_file(const struct stamp_zip *z)
{
    return stamp_infile_name(z->in);
}

/* ---- Data ---------------------------------------------------------------------------------- */
static voidpf on_alloc(voidpf ctx, uInt count, uInt size)
{
    (void)ctx;
    return stamp_alloc(count, size);
}

static void on_free(voidpf ctx, voidpf p)
{
    (void)ctx;
    stamp_free(p);
}

static uInt step(uint64_t left)
{
    return left < STEP ? (uInt)left : (uInt)STEP;
}

struct expanded {
    int got;          /* Z_STREAM_END: the last block ended within len bytes */
    uint64_t in, out; /* bytes read, bytes made */
};

/* The first len bytes of deflated data. */
static struct expanded expand(const unsigned char *from, uint64_t packed, unsigned char *to,
                              uint64_t len)
{
    z_stream z = {.zalloc = on_alloc, .zfree = on_free};
    struct expanded x = {inflateInit2(&z, -15) /* no header of zlib's */, 0, 0};

    while (x.got == Z_OK) {
        const uInt give = step(packed - x.in), take = step(len - x.out);
        z.next_in = from + x.in;
        z.avail_in = give;
        z.next_out = to + x.out;
        z.avail_out = take;
        x.got = inflate(&z, Z_NO_FLUSH); /* Z_BUF_ERROR: nothing to read, or no room */
        x.in += give - z.avail_in;
        x.out += take - z.avail_out;
    }
    inflateEnd(&z);
    return x;
}

/* A failure of expand as a line. */
static enum stamp_status refuse(const struct stamp_zip *z, const struct stamp_zip_member *m,
                                const struct expanded *x, struct stamp_err *e)
{
    if (x->got == Z_MEM_ERROR)
        return stamp_fail(e, STAMP_ENOMEM, "%s: no memory for member %.100s", stamp_zip_file(z),
                          m->name);
    if (x->got == Z_STREAM_END || x->got == Z_BUF_ERROR)
        return stamp_fail(
            e, STAMP_EFORMAT,
            "%s: member %.100s: deflated data is not of the directory's %llu bytes, "
            "%llu packed: it %s at offset %llu",
            stamp_zip_file(z), m->name, (unsigned long long)m->bytes, (unsigned long long)m->packed,
            x->got == Z_STREAM_END ? "ends" : "goes on", (unsigned long long)(m->at + x->in));
    return stamp_fail(e, STAMP_EFORMAT, "%s: member %.100s: broken deflated data at offset %llu",
                      stamp_zip_file(z), m->name, (unsigned long long)(m->at + x->in));
}

enum stamp_status stamp_zip_head(const struct stamp_zip *z, const struct stamp_zip_member *m,
                                 unsigned char *to, size_t len, struct stamp_err *e)
{
    assert(len <= m->bytes);
    if (!m->deflated) {
        if (len) memcpy(to, z->all + m->at, len);
        return STAMP_OK;
    }
    const struct expanded x = expand(z->all + m->at, m->packed, to, len);
    if (x.out == len && (x.got == Z_STREAM_END || x.got == Z_BUF_ERROR)) return STAMP_OK;
    return refuse(z, m, &x, e);
}

static uint32_t crc_of(const unsigned char *p, uint64_t len)
{
    uLong crc = crc32(0, NULL, 0);

    for (uint64_t at = 0; at < len; at += step(len - at)) crc = crc32(crc, p + at, step(len - at));
    return (uint32_t)crc;
}

enum stamp_status stamp_zip_read(const struct stamp_zip *z, const struct stamp_zip_member *m,
                                 const unsigned char **bytes, unsigned char **owned,
                                 struct stamp_err *e)
{
    const unsigned char *data = z->all + m->at;
    unsigned char *made = NULL;
    enum stamp_status s = STAMP_OK;

    if (m->deflated) {
        struct expanded x = {Z_MEM_ERROR, 0, 0};
        made = stamp_alloc(m->bytes, 1);
        if (made) x = expand(data, m->packed, made, m->bytes);
        if (x.got != Z_STREAM_END || x.in != m->packed || x.out != m->bytes)
            s = refuse(z, m, &x, e);
        data = made;
    }
    if (!s && crc_of(data, m->bytes) != m->crc)
        s = stamp_fail(e, STAMP_EFORMAT,
                       "%s: member %.100s at offset %llu: wrong CRC; get the file again",
                       stamp_zip_file(z), m->name, (unsigned long long)m->at);
    if (s) {
        stamp_free(made);
        return s;
    }
    *bytes = data;
    *owned = made;
    return STAMP_OK;
}
