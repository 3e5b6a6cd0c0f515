/* SPDX-License-Identifier: Apache-2.0 */
/* zip_samples.c - archives and pictures, built byte by byte. Contract in zip_samples.h. */
#include "tests/compiler/zip_samples.h"

#include <assert.h>
#include <string.h>
#include <zlib.h>

static void put_u16(struct sample *s, uint32_t v)
{
    const unsigned char b[2] = {(unsigned char)v, (unsigned char)(v >> 8)};
    sample_put(s, b, sizeof b);
}

static void put_u64(struct sample *s, uint64_t v)
{
    sample_put_u32(s, (uint32_t)v);
    sample_put_u32(s, (uint32_t)(v >> 32));
}

/* ---- Archives ------------------------------------------------------------------------------ */
static void squeeze(struct sample *to, const void *bytes, size_t len, int window)
{
    z_stream z = {0};

    to->len = 0;
    assert(deflateInit2(&z, 9, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    z.next_in = (unsigned char *)(uintptr_t)bytes;
    z.avail_in = (uInt)len;
    z.next_out = to->bytes;
    z.avail_out = SAMPLE_BYTES;
    assert(deflate(&z, Z_FINISH) == Z_STREAM_END);
    to->len = SAMPLE_BYTES - z.avail_out;
    deflateEnd(&z);
}

/* From "version needed" to the lengths of name and extra, which both records have alike. */
static void put_common(struct sample *s, const struct zip_part *p, size_t packed, size_t extra)
{
    put_u16(s, p->wide ? 45 : 20);
    put_u16(s, 0);
    put_u16(s, p->deflated ? 8 : 0);
    sample_put_u32(s, 0x00210000); /* 1980-01-01 */
    sample_put_u32(s, (uint32_t)crc32(0, p->bytes, (uInt)p->len));
    sample_put_u32(s, p->wide ? 0xffffffffu : (uint32_t)packed);
    sample_put_u32(s, p->wide ? 0xffffffffu : (uint32_t)p->len);
    put_u16(s, (uint32_t)strlen(p->name));
    put_u16(s, (uint32_t)extra);
}

static void put_wide(struct sample *s, const struct zip_part *p, size_t packed)
{
    if (!p->wide) return;
    put_u16(s, 1);
    put_u16(s, 16);
    put_u64(s, p->len);
    put_u64(s, packed);
}

static void put_end64(struct sample *s, size_t count, size_t from)
{
    const size_t at = s->len;

    sample_put(s, "PK\6\6", 4);
    put_u64(s, 44);
    put_u16(s, 45);
    put_u16(s, 45);
    put_u64(s, 0);
    put_u64(s, count);
    put_u64(s, count);
    put_u64(s, at - from);
    put_u64(s, from);
    sample_put(s, "PK\6\7", 4);
    sample_put_u32(s, 0);
    put_u64(s, at);
    sample_put_u32(s, 1);
}

void sample_zip(struct sample *s, const struct zip_part *part, size_t count, bool wide,
                struct zip_places *at)
{
    static struct sample packed;
    size_t bytes[ZIP_PARTS];
    struct zip_places here;

    s->len = 0;
    assert(count <= ZIP_PARTS);
    for (size_t i = 0; i < count; i++) {
        const struct zip_part *p = &part[i];
        if (p->deflated) squeeze(&packed, p->bytes, p->len, -15);
        bytes[i] = p->deflated ? packed.len : p->len;
        here.local[i] = s->len;
        sample_put(s, "PK\3\4", 4);
        put_common(s, p, bytes[i], p->wide ? 20 : 0);
        sample_put(s, p->name, strlen(p->name));
        put_wide(s, p, bytes[i]);
        sample_put(s, p->deflated ? packed.bytes : p->bytes, bytes[i]);
    }
    const size_t from = s->len;
    for (size_t i = 0; i < count; i++) {
        const struct zip_part *p = &part[i];
        here.entry[i] = s->len;
        sample_put(s, "PK\1\2", 4);
        put_u16(s, 20);
        put_common(s, p, bytes[i], p->wide ? 20 : 0);
        put_u16(s, 0); /* comment, disk, attributes */
        put_u16(s, 0);
        put_u16(s, 0);
        sample_put_u32(s, 0);
        sample_put_u32(s, (uint32_t)here.local[i]);
        sample_put(s, p->name, strlen(p->name));
        put_wide(s, p, bytes[i]);
    }
    const size_t size = s->len - from;
    if (wide) put_end64(s, count, from);
    here.end = s->len;
    sample_put(s, "PK\5\6", 4);
    sample_put_u32(s, 0);
    put_u16(s, wide ? 0xffff : (uint32_t)count);
    put_u16(s, wide ? 0xffff : (uint32_t)count);
    sample_put_u32(s, wide ? 0xffffffffu : (uint32_t)size);
    sample_put_u32(s, wide ? 0xffffffffu : (uint32_t)from);
    put_u16(s, 0);
    if (at) *at = here;
}

void sample_npz(struct sample *s, struct zip_places *at)
{
    static struct sample a, b, c, d;
    static const unsigned char columns[48] = {
        [7] = 1, [15] = 4, [23] = 2, [31] = 5, [39] = 3, [47] = 6};
    static const unsigned char wide[48] = {
        [6] = 0xf0, [7] = 0x3f, [15] = 0x40, [22] = 0x08, [23] = 0x40, [46] = 0xe0, [47] = 0xbf};

    sample_npy(&a);
    sample_npy_of(&b, 2, "{'descr': '>i8', 'fortran_order': True, 'shape': (2, 3), }", columns, 48);
    sample_npy_of(&c, 1, "{'descr': '<f2', 'fortran_order': False, 'shape': (2,), }",
                  "\0\xc0\0\x38", 4);
    sample_npy_of(&d, 1, "{'descr': '<f8', 'fortran_order': False, 'shape': (3, 1, 2, 1), }", wide,
                  48);
    const struct zip_part parts[] = {{"a.npy", a.bytes, a.len, false, false},
                                     {"b.npy", b.bytes, b.len, true, false},
                                     {"notes", "kept apart", 10, false, false},
                                     {"c.npy", c.bytes, c.len, true, false},
                                     {"d.npy", d.bytes, d.len, false, true}};
    sample_zip(s, parts, sizeof parts / sizeof parts[0], true, at);
}

/* ---- Pictures ------------------------------------------------------------------------------ */
static void put_be32(struct sample *s, uint32_t v)
{
    const unsigned char b[4] = {(unsigned char)(v >> 24), (unsigned char)(v >> 16),
                                (unsigned char)(v >> 8), (unsigned char)v};
    sample_put(s, b, sizeof b);
}

static void put_chunk(struct sample *s, const char *name, const void *bytes, size_t len)
{
    put_be32(s, (uint32_t)len);
    const size_t at = s->len;
    sample_put(s, name, 4);
    sample_put(s, bytes, len);
    put_be32(s, (uint32_t)crc32(0, s->bytes + at, (uInt)len + 4));
}

static void put_picture(struct sample *s, const char *head, const char *palette, const void *lines,
                        size_t len)
{
    static struct sample packed;

    s->len = 0;
    squeeze(&packed, lines, len, 15);
    sample_put(s, "\x89PNG\r\n\x1a\n", 8);
    put_chunk(s, "IHDR", head, 13);
    if (palette) put_chunk(s, "PLTE", palette, 9);
    put_chunk(s, "tEXt", "a\0b", 3);
    put_chunk(s, "IDAT", packed.bytes, packed.len / 2);
    put_chunk(s, "IDAT", packed.bytes + packed.len / 2, packed.len - packed.len / 2);
    put_chunk(s, "IEND", "", 0);
}

unsigned char sample_png_byte(size_t i)
{
    return (unsigned char)(i * 37 + i / 5 * 11);
}

void sample_png(struct sample *s)
{
    unsigned char lines[6 * 28];

    for (size_t y = 0; y < 6; y++) {
        lines[28 * y] = 0; /* no filter */
        for (size_t i = 0; i < 27; i++) lines[28 * y + 1 + i] = sample_png_byte(27 * y + i);
    }
    put_picture(s, "\0\0\0\x09\0\0\0\x06\x08\2\0\0\0", NULL, lines, sizeof lines);
}

void sample_png_palette(struct sample *s)
{
    /* Passes of 1x1, 1x1, none, 2x1, 4x1, 4x2, 8x1 pixels of 2 bits; a filter before each row. */
    static const unsigned char lines[] = "\0\x80\0\x40\0\x90\0\x24\0\x18\2\x01\0\x12\x21";

    put_picture(s, "\0\0\0\x08\0\0\0\x03\2\3\0\0\1", "rgbRGB\x10\x20\x30", lines, sizeof lines - 1);
}

void sample_png_sign(struct sample *s)
{
    for (size_t at = 8; at + 12 <= s->len;) {
        const unsigned char *p = s->bytes + at;
        const size_t len = (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];
        if (len > s->len - at - 12) return;
        const uint32_t crc = (uint32_t)crc32(0, p + 4, (uInt)len + 4);
        for (size_t k = 0; k < 4; k++)
            s->bytes[at + 8 + len + k] = (unsigned char)(crc >> (24 - 8 * k));
        at += 12 + len;
    }
}
