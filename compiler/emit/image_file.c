/* SPDX-License-Identifier: Apache-2.0 */
/* image_file.c - the image as bytes. Contract in image.h.
 *
 * Header, 32 bytes: magic "STAMPIMG", u32 version, u32 sections (7), u64 file bytes, u32 zero, u32
 * CRC of header (with this field zero) and section table.
 * Section table, 24 bytes each, in this order: u32 kind, u32 CRC of its bytes, u64 offset, u64 bytes.
 *   MACH  u8 length, name; u32 each PARAM of mach.def in order; u64 code address, u64 DRAM bytes,
 *         u32 each argument
 *   CODE  32 bytes an instruction
 *   ENTR  an entry: u8 length, name, u32 first, u32 count
 *   BUFS  a buffer: u8 length, name, u8 role, u8 format, u64 addr, bytes, rows, cols, row_bytes
 *   LAYR  a layer: u8 length, name, u64 s, d, n, products
 *   TEXT  the scheme text
 *   DATA  a segment: u64 addr, u64 bytes, the bytes
 * Sections follow each other without a gap and end with the file. */
#include <stdio.h>
#include <string.h>

#include "compiler/emit/image.h"
#include "compiler/front/infile.h"
#include "compiler/front/outfile.h"
#include "model/mem.h"

enum { HEADER = 32, ENTRY = 24, SECTIONS = 7, VERSION = 2, WORD = 32 };
enum { MACH, CODE, ENTR, BUFS, LAYR, TEXT, DATA };

static const char magic[8] = {'S', 'T', 'A', 'M', 'P', 'I', 'M', 'G'};
static const char kind[SECTIONS][4] = {
    {'M', 'A', 'C', 'H'}, {'C', 'O', 'D', 'E'}, {'E', 'N', 'T', 'R'}, {'B', 'U', 'F', 'S'},
    {'L', 'A', 'Y', 'R'}, {'T', 'E', 'X', 'T'}, {'D', 'A', 'T', 'A'}};

/* Writes when to is set, counts always. */
struct sink {
    uint8_t *to;
    size_t at;
};

static void put(struct sink *s, const void *bytes, size_t n)
{
    if (s->to && n) memcpy(s->to + s->at, bytes, n);
    s->at += n;
}

static void put_int(struct sink *s, uint64_t v, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++) {
        const uint8_t b = (uint8_t)(v >> 8 * i);
        put(s, &b, 1);
    }
}

static void put_name(struct sink *s, const char *name)
{
    put_int(s, strlen(name), 1);
    put(s, name, strlen(name));
}

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

enum stamp_status stamp_image_encode(const struct stamp_image *image, uint8_t **bytes,
                                     size_t *count, struct stamp_err *e)
{
    struct sink s = {NULL, 0};
    const enum stamp_status st = stamp_image_check(image, e);

    if (st) return st;
    for (int i = 0; i < SECTIONS; i++) put_section(&s, image, i);
    const size_t total = s.at + HEADER + SECTIONS * ENTRY;
    uint8_t *buf = stamp_alloc(total, 1);
    if (!buf) return stamp_fail(e, STAMP_ENOMEM, "image of %zu bytes: out of memory", total);

    struct sink head = {buf, 0}, body = {buf, HEADER + SECTIONS * ENTRY};
    put(&head, magic, sizeof magic);
    put_int(&head, VERSION, 4);
    put_int(&head, SECTIONS, 4);
    put_int(&head, total, 8);
    put_int(&head, 0, 8);
    for (int i = 0; i < SECTIONS; i++) {
        const size_t start = body.at;
        put_section(&body, image, i);
        put(&head, kind[i], 4);
        put_int(&head, stamp_crc32(0, buf + start, body.at - start), 4);
        put_int(&head, start, 8);
        put_int(&head, body.at - start, 8);
    }
    head.at = HEADER - 4;
    put_int(&head, stamp_crc32(0, buf, HEADER + SECTIONS * ENTRY), 4);
    *bytes = buf;
    *count = total;
    return STAMP_OK;
}

/* Reads from p[0..n); once short it stays failed and gives zeros. */
struct source {
    const uint8_t *p;
    size_t n;
    int failed;
};

static uint64_t get_int(struct source *s, unsigned bytes)
{
    uint64_t v = 0;

    if (s->failed || s->n < bytes) {
        s->failed = 1;
        return 0;
    }
    for (unsigned i = 0; i < bytes; i++) v |= (uint64_t)s->p[i] << 8 * i;
    s->p += bytes;
    s->n -= bytes;
    return v;
}

static void get_name(struct source *s, char name[STAMP_NAME_MAX + 1])
{
    const size_t n = (size_t)get_int(s, 1);

    if (s->failed || n > STAMP_NAME_MAX || s->n < n || memchr(s->p, 0, n)) {
        s->failed = 1;
        return;
    }
    memcpy(name, s->p, n);
    name[n] = 0;
    s->p += n;
    s->n -= n;
}

static enum stamp_status get_mach(struct source s, struct stamp_image **out, struct stamp_err *e)
{
    char name[STAMP_NAME_MAX + 1] = "";
    int same = 1;

    get_name(&s, name);
    const struct stamp_mach *mach = stamp_mach_find(name);
    if (!mach) return stamp_fail(e, STAMP_EFORMAT, "unknown machine '%s'", name);
#define PARAM(field, meaning) same = get_int(&s, 4) == mach->field && same;
#include "model/spec/mach.def"
    if (!same) return stamp_fail(e, STAMP_EFORMAT, "its machine '%s' has other parameters", name);
    struct stamp_image *image = stamp_image_new(mach);
    if (!image) return stamp_fail(e, STAMP_ENOMEM, "out of memory");
    image->code_addr = get_int(&s, 8);
    image->dram_bytes = get_int(&s, 8);
    for (int i = 0; i < STAMP_ARGS; i++) image->arg[i] = (uint32_t)get_int(&s, 4);
    *out = image;
    if (s.failed || s.n) return stamp_fail(e, STAMP_EFORMAT, "machine section has a wrong size");
    return STAMP_OK;
}

static enum stamp_status get_code(struct source s, struct stamp_image *m, struct stamp_err *e)
{
    if (s.n % WORD || s.n / WORD > STAMP_IMAGE_CODE_MAX)
        return stamp_fail(e, STAMP_EFORMAT, "code section has a wrong size");
    m->code_count = (uint32_t)(s.n / WORD);
    m->code = stamp_arena_alloc(m->arena, m->code_count, sizeof *m->code);
    if (!m->code) return stamp_fail(e, STAMP_ENOMEM, "out of memory");
    for (uint32_t i = 0; i < m->code_count; i++)
        for (int w = 0; w < 8; w++) m->code[i].w[w] = (uint32_t)get_int(&s, 4);
    return STAMP_OK;
}

static enum stamp_status get_entries(struct source s, struct stamp_image *m, struct stamp_err *e)
{
    m->entry = stamp_arena_alloc(m->arena, s.n / 9 + 1, sizeof *m->entry);
    if (!m->entry) return stamp_fail(e, STAMP_ENOMEM, "out of memory");
    while (s.n && !s.failed && m->entries <= STAMP_IMAGE_ENTRIES_MAX) {
        struct stamp_entry n = {.name = ""};
        get_name(&s, n.name);
        n.first = (uint32_t)get_int(&s, 4);
        n.count = (uint32_t)get_int(&s, 4);
        if (!s.failed) m->entry[m->entries++] = n;
    }
    return s.failed ? stamp_fail(e, STAMP_EFORMAT, "entry table is cut short") : STAMP_OK;
}

static enum stamp_status get_buffers(struct source s, struct stamp_image *m, struct stamp_err *e)
{
    m->buffer = stamp_arena_alloc(m->arena, s.n / 44 + 1, sizeof *m->buffer);
    if (!m->buffer) return stamp_fail(e, STAMP_ENOMEM, "out of memory");
    while (s.n && !s.failed && m->buffers <= STAMP_IMAGE_ITEMS_MAX) {
        struct stamp_buffer b = {.name = ""};
        get_name(&s, b.name);
        b.role = (enum stamp_role)get_int(&s, 1);
        b.fmt = (enum stamp_fmt)get_int(&s, 1);
        b.addr = get_int(&s, 8);
        b.bytes = get_int(&s, 8);
        b.rows = get_int(&s, 8);
        b.cols = get_int(&s, 8);
        b.row_bytes = get_int(&s, 8);
        if (!s.failed) m->buffer[m->buffers++] = b;
    }
    return s.failed ? stamp_fail(e, STAMP_EFORMAT, "buffer table is cut short") : STAMP_OK;
}

static enum stamp_status get_layers(struct source s, struct stamp_image *m, struct stamp_err *e)
{
    m->layer = stamp_arena_alloc(m->arena, s.n / 34 + 1, sizeof *m->layer);
    if (!m->layer) return stamp_fail(e, STAMP_ENOMEM, "out of memory");
    while (s.n && !s.failed && m->layers <= STAMP_IMAGE_ITEMS_MAX) {
        struct stamp_layer_info l = {.name = ""};
        get_name(&s, l.name);
        l.s = get_int(&s, 8);
        l.d = get_int(&s, 8);
        l.n = get_int(&s, 8);
        l.products = get_int(&s, 8);
        if (!s.failed) m->layer[m->layers++] = l;
    }
    return s.failed ? stamp_fail(e, STAMP_EFORMAT, "layer table is cut short") : STAMP_OK;
}

static enum stamp_status get_data(struct source s, struct stamp_image *m, struct stamp_err *e)
{
    struct source look = s;
    uint32_t count = 0;

    for (; look.n && !look.failed && count <= STAMP_IMAGE_ITEMS_MAX; count++) {
        get_int(&look, 8);
        const uint64_t bytes = get_int(&look, 8);
        if (bytes > look.n) return stamp_fail(e, STAMP_EFORMAT, "data section is cut short");
        look.p += bytes;
        look.n -= (size_t)bytes;
    }
    if (look.failed || look.n)
        return stamp_fail(e, STAMP_EFORMAT, "data section is cut short or has too many segments");
    m->segment = stamp_arena_alloc(m->arena, count, sizeof *m->segment);
    if (!m->segment) return stamp_fail(e, STAMP_ENOMEM, "out of memory");
    for (uint32_t i = 0; i < count; i++) {
        struct stamp_segment *seg = &m->segment[i];
        seg->addr = get_int(&s, 8);
        seg->bytes = get_int(&s, 8);
        seg->data = stamp_arena_alloc(m->arena, (size_t)seg->bytes, 1);
        if (!seg->data) return stamp_fail(e, STAMP_ENOMEM, "out of memory");
        if (seg->bytes) memcpy(seg->data, s.p, (size_t)seg->bytes);
        s.p += seg->bytes;
        s.n -= (size_t)seg->bytes;
        m->segments = i + 1;
    }
    return STAMP_OK;
}

/* Header and table to the place of each section. */
static enum stamp_status get_sections(const uint8_t *bytes, size_t count,
                                      struct source section[SECTIONS], struct stamp_err *e)
{
    const size_t table = HEADER + SECTIONS * ENTRY;
    static const uint8_t zero[4];
    struct source s = {bytes, count, 0};
    uint64_t next = table;

    if (count < sizeof magic || memcmp(bytes, magic, sizeof magic))
        return stamp_fail(e, STAMP_EFORMAT, "not a program image");
    s.p += sizeof magic;
    s.n -= sizeof magic;
    const uint64_t version = get_int(&s, 4), sections = get_int(&s, 4), total = get_int(&s, 8);
    const uint64_t spare = get_int(&s, 4), crc = get_int(&s, 4);
    if (!s.failed && version != VERSION)
        return stamp_fail(e, STAMP_EFORMAT, "image version %llu, this program reads %d",
                          (unsigned long long)version, VERSION);
    if (s.failed || total != count || count < table || sections != SECTIONS || spare)
        return stamp_fail(e, STAMP_EFORMAT, "image header does not fit a file of %zu bytes", count);
    uint32_t sum = stamp_crc32(0, bytes, HEADER - 4);
    sum = stamp_crc32(sum, zero, 4);
    if (crc != stamp_crc32(sum, bytes + HEADER, table - HEADER))
        return stamp_fail(e, STAMP_EFORMAT, "image header is damaged (checksum)");
    for (int i = 0; i < SECTIONS; i++) {
        const int known = !memcmp(s.p, kind[i], 4);
        get_int(&s, 4);
        const uint64_t want = get_int(&s, 4), offset = get_int(&s, 8), size = get_int(&s, 8);
        if (!known || offset != next || size > count - next)
            return stamp_fail(e, STAMP_EFORMAT, "section %d is unknown or out of place", i);
        if (want != stamp_crc32(0, bytes + offset, (size_t)size))
            return stamp_fail(e, STAMP_EFORMAT, "section %.4s is damaged (checksum)", kind[i]);
        section[i] = (struct source){bytes + offset, (size_t)size, 0};
        next += size;
    }
    if (next != count) return stamp_fail(e, STAMP_EFORMAT, "bytes behind the last section");
    return STAMP_OK;
}

enum stamp_status stamp_image_decode(const uint8_t *bytes, size_t count, struct stamp_image **out,
                                     struct stamp_err *e)
{
    struct source s[SECTIONS];
    struct stamp_image *m = NULL;
    enum stamp_status st = get_sections(bytes, count, s, e);

    if (!st) st = get_mach(s[MACH], &m, e);
    if (!st) st = get_code(s[CODE], m, e);
    if (!st) st = get_entries(s[ENTR], m, e);
    if (!st) st = get_buffers(s[BUFS], m, e);
    if (!st) st = get_layers(s[LAYR], m, e);
    if (!st && (s[TEXT].n > STAMP_SCHEME_MAX || memchr(s[TEXT].p, 0, s[TEXT].n)))
        st = stamp_fail(e, STAMP_EFORMAT, "scheme text is too long or not printable");
    if (!st && !(m->scheme = stamp_arena_text(m->arena, (const char *)s[TEXT].p, s[TEXT].n)))
        st = stamp_fail(e, STAMP_ENOMEM, "out of memory");
    if (!st) st = get_data(s[DATA], m, e);
    if (!st) st = stamp_image_check(m, e);
    if (st)
        stamp_image_free(m);
    else
        *out = m;
    return st;
}

enum stamp_status stamp_image_write(const struct stamp_image *image, const char *path,
                                    struct stamp_err *e)
{
    struct stamp_outfile o;
    uint8_t *bytes = NULL;
    size_t count = 0;
    enum stamp_status st = stamp_image_encode(image, &bytes, &count, e);

    if (!st) st = stamp_outfile_open(path, &o, e);
    if (!st) {
        st = stamp_outfile_write(&o, bytes, count, e);
        if (st)
            stamp_outfile_discard(&o);
        else
            st = stamp_outfile_commit(&o, e);
    }
    stamp_free(bytes);
    return st;
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
        st = stamp_image_decode(bytes, (size_t)size, out, e);
        if (st) stamp_fail_at(e, "%s", path);
    }
    stamp_free(bytes);
    stamp_infile_close(in);
    return st;
}
