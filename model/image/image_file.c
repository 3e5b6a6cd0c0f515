/* SPDX-License-Identifier: Apache-2.0 */
/* image_file.c - the image as bytes. Contract in image.h.
 *
 * Header, 32 bytes: magic "STAMPIMG", u32 version, u32 sections (8), u64 file bytes, u32 zero, u32
 * CRC of header (with this field zero) and section table.
 * Section table, 24 bytes each, in this order: u32 kind, u32 CRC of its bytes, u64 offset, u64 bytes.
 *   MACH  u8 length, name; u32 each PARAM of mach.def in order; u64 code address, u64 DRAM bytes,
 *         u32 each argument
 *   CODE  32 bytes an instruction
 *   ENTR  an entry: u8 length, name, u32 first, u32 count
 *   BUFS  a buffer: u8 length, name, u8 role, u8 format, u64 addr, bytes, rows, cols, row_bytes
 *   LAYR  a layer: u8 length, name, u64 s, d, n, products
 *   PHAS  a phase: u8 length, name, u32 entry, first, count, u64 products (bit 63: per key)
 *   TEXT  the scheme text
 *   DATA  a segment: u64 addr, u64 bytes, the bytes
 * Sections follow each other without a gap and end with the file. */
#include <stdio.h>
#include <string.h>

#include "model/file/infile.h"
#include "model/file/outfile.h"
#include "model/image/image_parts.h"
#include "model/mem.h"

const char stamp_image_magic[8] = {'S', 'T', 'A', 'M', 'P', 'I', 'M', 'G'};
const char stamp_image_kind[SECTIONS][4] = {
    {'M', 'A', 'C', 'H'}, {'C', 'O', 'D', 'E'}, {'E', 'N', 'T', 'R'}, {'B', 'U', 'F', 'S'},
    {'L', 'A', 'Y', 'R'}, {'P', 'H', 'A', 'S'}, {'T', 'E', 'X', 'T'}, {'D', 'A', 'T', 'A'}};

/* Where bytes go: to memory, to a file, or nowhere; they are counted and summed up (CRC) always. */
struct sink {
    uint8_t *to;             /* memory, or NULL */
    struct stamp_outfile *o; /* file, or NULL */
    size_t at;
    uint32_t crc;
    enum stamp_status status; /* of the file */
    struct stamp_err *e;
};

static void put(struct sink *s, const void *bytes, size_t n)
{
    if (!n) return;
    if (s->to) memcpy(s->to + s->at, bytes, n);
    if (s->o && !s->status) s->status = stamp_outfile_write(s->o, bytes, n, s->e);
    s->crc = stamp_crc32(s->crc, bytes, n);
    s->at += n;
}

static void put_int(struct sink *s, uint64_t v, unsigned bytes)
{
    uint8_t b[8];

    for (unsigned i = 0; i < bytes; i++) b[i] = (uint8_t)(v >> 8 * i);
    put(s, b, bytes);
}

static void put_name(struct sink *s, const char *name)
{
    put_int(s, strlen(name), 1);
    put(s, name, strlen(name));
}

/* Longer than most: a case for each section. */
static void put_section(struct sink *s, const struct stamp_image *m, int section)
{
    switch (section) {
    case MACH: put_name(s, m->mach->name);
#define PARAM(name, meaning) put_int(s, m->mach->name, 4);
#include "model/spec/mach.def"
        put_int(s, m->code_addr, 8);
        put_int(s, m->dram_bytes, 8);
        for (int i = 0; i < STAMP_ARGS; i++) put_int(s, m->arg[i], 4);
        break;
    case CODE:
        for (uint32_t i = 0; i < m->code_count; i++)
            for (int w = 0; w < 8; w++) put_int(s, m->code[i].w[w], 4);
        break;
    case ENTR:
        for (uint32_t i = 0; i < m->entries; i++) {
            put_name(s, m->entry[i].name);
            put_int(s, m->entry[i].first, 4);
            put_int(s, m->entry[i].count, 4);
        }
        break;
    case BUFS:
        for (uint32_t i = 0; i < m->buffers; i++) {
            const struct stamp_buffer *b = &m->buffer[i];
            const uint64_t v[5] = {b->addr, b->bytes, b->rows, b->cols, b->row_bytes};
            put_name(s, b->name);
            put_int(s, (unsigned)b->role, 1);
            put_int(s, (unsigned)b->fmt, 1);
            for (int j = 0; j < 5; j++) put_int(s, v[j], 8);
        }
        break;
    case LAYR:
        for (uint32_t i = 0; i < m->layers; i++) {
            const struct stamp_layer_info *l = &m->layer[i];
            put_name(s, l->name);
            put_int(s, l->s, 8);
            put_int(s, l->d, 8);
            put_int(s, l->n, 8);
            put_int(s, l->products, 8);
        }
        break;
    case PHAS:
        for (uint32_t i = 0; i < m->phases; i++) {
            const struct stamp_phase *p = &m->phase[i];
            put_name(s, p->name);
            put_int(s, p->entry, 4);
            put_int(s, p->first, 4);
            put_int(s, p->count, 4);
            put_int(s, p->products | (uint64_t)p->per_key << 63, 8);
        }
        break;
    case TEXT: put(s, m->scheme, strlen(m->scheme)); break;
    default:
        for (uint32_t i = 0; i < m->segments; i++) {
            put_int(s, m->segment[i].addr, 8);
            put_int(s, m->segment[i].bytes, 8);
            put(s, m->segment[i].data, (size_t)m->segment[i].bytes);
        }
        break;
    }
}

/* Header and section table into head[HEADER + SECTIONS * ENTRY]; a pass over everything. Returns the
 * bytes of the file. */
static size_t make_head(const struct stamp_image *image, uint8_t *head)
{
    struct sink h = {.to = head}, body = {.at = HEADER + SECTIONS * ENTRY};

    h.at = HEADER;
    for (int i = 0; i < SECTIONS; i++) {
        const size_t start = body.at;
        body.crc = 0;
        put_section(&body, image, i);
        put(&h, stamp_image_kind[i], 4);
        put_int(&h, body.crc, 4);
        put_int(&h, start, 8);
        put_int(&h, body.at - start, 8);
    }
    h.at = 0;
    put(&h, stamp_image_magic, sizeof stamp_image_magic);
    put_int(&h, VERSION, 4);
    put_int(&h, SECTIONS, 4);
    put_int(&h, body.at, 8);
    put_int(&h, 0, 8);
    h.at = HEADER - 4;
    put_int(&h, stamp_crc32(0, head, HEADER + SECTIONS * ENTRY), 4);
    return body.at;
}

static void put_all(struct sink *s, const struct stamp_image *image, const uint8_t *head)
{
    put(s, head, HEADER + SECTIONS * ENTRY);
    for (int i = 0; i < SECTIONS; i++) put_section(s, image, i);
}

enum stamp_status stamp_image_encode(const struct stamp_image *image, uint8_t **bytes,
                                     size_t *count, struct stamp_err *e)
{
    uint8_t head[HEADER + SECTIONS * ENTRY];
    const enum stamp_status st = stamp_image_check(image, e);

    if (st) return st;
    const size_t total = make_head(image, head);
    struct sink s = {.to = stamp_alloc(total, 1)};
    if (!s.to) return stamp_fail(e, STAMP_ENOMEM, "image of %zu bytes: out of memory", total);
    put_all(&s, image, head);
    *bytes = s.to;
    *count = total;
    return STAMP_OK;
}

enum stamp_status stamp_image_write(const struct stamp_image *image, const char *path,
                                    struct stamp_err *e)
{
    uint8_t head[HEADER + SECTIONS * ENTRY];
    struct stamp_outfile o;
    enum stamp_status st = stamp_image_check(image, e);

    if (!st) st = stamp_outfile_open(path, &o, e);
    if (st) return st;
    struct sink s = {.o = &o, .e = e};
    make_head(image, head);
    put_all(&s, image, head);
    if (!s.status) return stamp_outfile_commit(&o, e);
    stamp_outfile_discard(&o);
    return s.status;
}

enum stamp_status stamp_image_read(const char *path, struct stamp_image **out, struct stamp_err *e)
{
    struct stamp_infile *in = NULL;
    enum stamp_status st = stamp_infile_open(path, &in, e);

    if (st) return st;
    const uint64_t size = stamp_infile_size(in);
    uint8_t *bytes = size < SIZE_MAX ? stamp_alloc((size_t)size, 1) : NULL;
    if (!bytes) st = stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", path);
    if (!st) st = stamp_infile_read(in, 0, bytes, (size_t)size, e);
    if (!st) {
        st = stamp_image_take(bytes, (size_t)size, out, e);
        if (st) stamp_fail_at(e, "%s", path);
    }
    if (st) stamp_free(bytes);
    stamp_infile_close(in);
    return st;
}
