/* SPDX-License-Identifier: Apache-2.0 */
/* zip_directory.c - what members an archive has. Contract: zip.h; format: PKWARE's APPNOTE 6.3. */
#include <stdlib.h>
#include <string.h>

#include "compiler/front/zip_parts.h"
#include "model/mem.h"

enum {
    END = 22,     /* bytes of the record behind the directory, a comment follows */
    END64 = 56,   /* of its zip64 twin */
    LOCATOR = 20, /* which says where that is */
    ENTRY = 46,   /* of the directory, name, extra, comment follow */
    LOCAL = 30,   /* in front of a member, name and extra follow */
    COMMENT_MAX = 65535,
    ENCRYPTED = 1 | 1 << 6 | 1 << 13, /* flags: data, data by certificates, directory */
    PATCH = 1 << 5,
    LATER = 1 << 3 /* sizes and CRC stand behind the data; the directory has them */
};
enum { STORED = 0, DEFLATED = 8 }; /* methods */
enum { RATIO = 1032 };             /* deflate makes no more of a byte */

static const uint32_t all32 = UINT32_C(0xffffffff); /* the value is in the zip64 extra */

static uint32_t u16(const unsigned char *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8;
}

static uint32_t u32(const unsigned char *p)
{
    return u16(p) | u16(p + 2) << 16;
}

static uint64_t u64(const unsigned char *p)
{
    return (uint64_t)u32(p) | (uint64_t)u32(p + 4) << 32;
}

static const char *file(const struct stamp_zip *z)
{
    return stamp_infile_name(z->in);
}

static enum stamp_status lies(const struct stamp_zip *z, uint64_t at, const char *what,
                              struct stamp_err *e)
{
    return stamp_fail(e, STAMP_EFORMAT, "%s: broken zip archive: offset %llu: %s", file(z),
                      (unsigned long long)at, what);
}

/* ---- Where the directory is ---------------------------------------------------------------- */
struct directory {
    uint64_t at, bytes, entries;
};

/* The record must end the file with its comment. */
static enum stamp_status find_end(const struct stamp_zip *z, uint64_t *at, struct stamp_err *e)
{
    const uint64_t most = z->size < END ? 0 : z->size - END;

    for (uint64_t back = 0; z->size >= END && back <= most && back <= COMMENT_MAX; back++) {
        const unsigned char *p = z->all + (most - back);
        if (memcmp(p, "PK\5\6", 4) != 0 || u16(p + 20) != back) continue;
        *at = most - back;
        return STAMP_OK;
    }
    return stamp_fail(e, STAMP_EFORMAT,
                      "%s: not a zip archive, or cut: no end of its directory in %llu bytes",
                      file(z), (unsigned long long)z->size);
}

/* The zip64 record, when a locator stands in front of the other. @param to  end of the directory */
static enum stamp_status take_end64(const struct stamp_zip *z, uint64_t end, struct directory *d,
                                    uint64_t *to, struct stamp_err *e)
{
    const uint64_t locator = end - LOCATOR;
    const uint64_t at = u64(z->all + locator + 8);

    if (u32(z->all + locator + 4) || u32(z->all + locator + 16) > 1)
        return stamp_fail(e, STAMP_EUNSUPPORTED, "%s: a zip archive in parts", file(z));
    if (at > locator || locator - at < END64 || memcmp(z->all + at, "PK\6\6", 4) != 0)
        return lies(z, locator, "no zip64 record where the locator says", e);
    const unsigned char *p = z->all + at;
    if (u64(p + 4) != locator - at - 12) return lies(z, at, "size of the zip64 record", e);
    if (u32(p + 16) || u32(p + 20) || u64(p + 24) != u64(p + 32))
        return stamp_fail(e, STAMP_EUNSUPPORTED, "%s: a zip archive in parts", file(z));
    *d = (struct directory){u64(p + 48), u64(p + 40), u64(p + 32)};
    *to = at;
    return STAMP_OK;
}

static enum stamp_status find(const struct stamp_zip *z, struct directory *d, struct stamp_err *e)
{
    uint64_t end = 0, to;
    enum stamp_status s = find_end(z, &end, e);

    if (s) return s;
    const unsigned char *p = z->all + end;
    to = end;
    *d = (struct directory){u32(p + 16), u32(p + 12), u16(p + 10)};
    if (end >= LOCATOR && memcmp(p - LOCATOR, "PK\6\7", 4) == 0) {
        s = take_end64(z, end, d, &to, e);
        if (s) return s;
    } else if (u16(p + 4) || u16(p + 6) || u16(p + 8) != u16(p + 10)) {
        return stamp_fail(e, STAMP_EUNSUPPORTED, "%s: a zip archive in parts", file(z));
    }
    if (d->at > to || d->bytes != to - d->at)
        return stamp_fail(
            e, STAMP_EFORMAT,
            "%s: broken zip archive: a directory of %llu bytes at offset %llu does not "
            "end at its end, offset %llu",
            file(z), (unsigned long long)d->bytes, (unsigned long long)d->at,
            (unsigned long long)to);
    if (d->entries > d->bytes / ENTRY)
        return lies(z, end, "more members than the directory has room for", e);
    return STAMP_OK;
}

/* ---- Members ------------------------------------------------------------------------------- */
/* Values of all ones are replaced, in this order, by those of the zip64 extra. False: too few. */
static bool widen(const unsigned char *extra, size_t len, uint64_t *const value[], size_t values)
{
    const unsigned char *from = NULL;
    size_t left = 0;

    for (size_t at = 0; at + 4 <= len && !from;) {
        const size_t n = u16(extra + at + 2);
        if (n > len - at - 4) break;
        if (u16(extra + at) == 1) {
            from = extra + at + 4;
            left = n;
        }
        at += 4 + n;
    }
    for (size_t i = 0; i < values; i++) {
        if (*value[i] != all32) continue;
        if (left < 8) return false;
        *value[i] = u64(from);
        from += 8;
        left -= 8;
    }
    return true;
}

/* What stands in front of the member's data, and that both say the same. @param end  of all data */
static enum stamp_status check_local(const struct stamp_zip *z, uint64_t local, uint64_t end,
                                     const unsigned char *entry, struct stamp_zip_member *m,
                                     struct stamp_err *e)
{
    const char *name = m->name;
    const size_t name_len = u16(entry + 28);

    if (local > end || end - local < LOCAL || memcmp(z->all + local, "PK\3\4", 4) != 0)
        return stamp_fail(e, STAMP_EFORMAT, "%s: member %.100s: nothing of it at offset %llu",
                          file(z), name, (unsigned long long)local);
    const unsigned char *p = z->all + local;
    const size_t extra_len = u16(p + 28);
    uint64_t bytes = u32(p + 22), packed = u32(p + 18);
    uint64_t *const sizes[2] = {&bytes, &packed};
    if (u16(p + 26) != name_len || end - local - LOCAL < name_len + extra_len ||
        memcmp(p + LOCAL, entry + ENTRY, name_len) != 0)
        return stamp_fail(e, STAMP_EFORMAT, "%s: member %.100s: another name at offset %llu",
                          file(z), name, (unsigned long long)local);
    m->at = local + LOCAL + name_len + extra_len;
    if (!widen(p + LOCAL + name_len, extra_len, sizes, 2))
        return stamp_fail(e, STAMP_EFORMAT, "%s: member %.100s: no zip64 sizes at offset %llu",
                          file(z), name, (unsigned long long)local);
    const bool later = u16(p + 6) & LATER;
    if (u16(p + 8) != u16(entry + 10) || (u16(p + 6) & ENCRYPTED) ||
        (!later && (bytes != m->bytes || packed != m->packed || u32(p + 14) != m->crc)))
        return stamp_fail(e, STAMP_EFORMAT,
                          "%s: member %.100s: the directory and offset %llu say different sizes, "
                          "methods or CRCs",
                          file(z), name, (unsigned long long)local);
    if (m->packed > end - m->at)
        return stamp_fail(e, STAMP_EFORMAT,
                          "%s: member %.100s: %llu bytes at offset %llu, its data ends at %llu",
                          file(z), name, (unsigned long long)m->packed, (unsigned long long)m->at,
                          (unsigned long long)end);
    return STAMP_OK;
}

static enum stamp_status check_kind(const struct stamp_zip *z, const unsigned char *entry,
                                    const struct stamp_zip_member *m, struct stamp_err *e)
{
    const unsigned method = u16(entry + 10), flags = u16(entry + 8);

    if (flags & ENCRYPTED)
        return stamp_fail(e, STAMP_EUNSUPPORTED, "%s: member %.100s is encrypted", file(z),
                          m->name);
    if ((method != STORED && method != DEFLATED) || (flags & PATCH))
        return stamp_fail(
            e, STAMP_EUNSUPPORTED,
            "%s: member %.100s: compression method %u; stored (0) and deflated (8) are "
            "read",
            file(z), m->name, method);
    if (method == STORED ? m->bytes != m->packed : m->bytes / RATIO > m->packed)
        return stamp_fail(e, STAMP_EFORMAT, "%s: member %.100s: %llu bytes out of %llu cannot be",
                          file(z), m->name, (unsigned long long)m->bytes,
                          (unsigned long long)m->packed);
    return STAMP_OK;
}

/* Appends the member whose entry is at *at, and steps behind it. */
static enum stamp_status take(struct stamp_zip *z, const struct directory *d, uint64_t *at,
                              struct stamp_err *e)
{
    const unsigned char *p = z->all + *at;
    const uint64_t left = d->at + d->bytes - *at;
    struct stamp_zip_member *m = &z->member[z->members];

    if (left < ENTRY || memcmp(p, "PK\1\2", 4) != 0)
        return lies(z, *at, "no member, though the end counts one", e);
    const size_t name = u16(p + 28), extra = u16(p + 30), comment = u16(p + 32);
    if (left - ENTRY < name + extra + comment)
        return lies(z, *at, "a member that leaves the directory", e);
    if (memchr(p + ENTRY, 0, name)) return lies(z, *at, "a name with a zero byte", e);

    uint64_t bytes = u32(p + 24), packed = u32(p + 20), local = u32(p + 42);
    uint64_t *const wide[3] = {&bytes, &packed, &local};
    if (!widen(p + ENTRY + name, extra, wide, 3)) return lies(z, *at, "no zip64 sizes", e);
    m->name = stamp_alloc(name + 1, 1);
    if (!m->name) return stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", file(z));
    memcpy(m->name, p + ENTRY, name);
    z->members++; /* from here close frees the name */
    m->deflated = u16(p + 10) == DEFLATED;
    m->crc = u32(p + 16);
    m->packed = packed;
    m->bytes = bytes;
    enum stamp_status s = check_kind(z, p, m, e);
    if (!s) s = check_local(z, local, d->at, p, m, e);
    *at += ENTRY + name + extra + comment;
    return s;
}

/* ---- Whole --------------------------------------------------------------------------------- */
static int by_name(const void *a, const void *b)
{
    const struct stamp_zip_member *x = a, *y = b;
    return strcmp(x->name, y->name);
}

static int by_place(const void *a, const void *b)
{
    const struct stamp_zip_member *x = a, *y = b;
    if (x->at != y->at) return x->at < y->at ? -1 : 1;
    return x->packed < y->packed ? -1 : x->packed > y->packed;
}

/* A member that takes another's bytes makes much of little: no writer's. Sorts by name at last. */
static enum stamp_status compare(struct stamp_zip *z, struct stamp_err *e)
{
    struct stamp_zip_member *m = z->member;

    if (!z->members) return STAMP_OK;
    qsort(m, z->members, sizeof *m, by_place);
    for (size_t i = 1; i < z->members; i++)
        if (m[i].at - m[i - 1].at < m[i - 1].packed || m[i].at == m[i - 1].at)
            return stamp_fail(e, STAMP_EFORMAT,
                              "%s: members %.100s and %.100s overlap at offset %llu", file(z),
                              m[i - 1].name, m[i].name, (unsigned long long)m[i].at);
    qsort(m, z->members, sizeof *m, by_name);
    for (size_t i = 1; i < z->members; i++)
        if (strcmp(m[i - 1].name, m[i].name) == 0)
            return stamp_fail(e, STAMP_EFORMAT, "%s: member %.100s twice, at offset %llu too",
                              file(z), m[i].name, (unsigned long long)m[i].at);
    return STAMP_OK;
}

enum stamp_status stamp_zip_directory(struct stamp_zip *z, struct stamp_err *e)
{
    struct directory d;
    enum stamp_status s = find(z, &d, e);

    if (s) return s;
    z->member = stamp_alloc(d.entries, sizeof *z->member);
    if (!z->member) return stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", file(z));
    uint64_t at = d.at;
    for (uint64_t i = 0; i < d.entries && !s; i++) s = take(z, &d, &at, e);
    if (!s && at != d.at + d.bytes)
        s = lies(z, at, "the directory has more than the end counts", e);
    return s ? s : compare(z, e);
}
