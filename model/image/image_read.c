/* SPDX-License-Identifier: Apache-2.0 */
/* image_read.c - bytes to an image. Contract in image.h, format in image_file.c. */
#include <string.h>

#include "model/image/image_parts.h"

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

static enum stamp_status get_phases(struct source s, struct stamp_image *m, struct stamp_err *e)
{
    m->phase = stamp_arena_alloc(m->arena, s.n / 22 + 1, sizeof *m->phase);
    if (!m->phase) return stamp_fail(e, STAMP_ENOMEM, "out of memory");
    while (s.n && !s.failed && m->phases <= STAMP_IMAGE_ITEMS_MAX) {
        struct stamp_phase p = {.name = ""};
        get_name(&s, p.name);
        p.entry = (uint32_t)get_int(&s, 4);
        p.first = (uint32_t)get_int(&s, 4);
        p.count = (uint32_t)get_int(&s, 4);
        p.products = get_int(&s, 8);
        p.per_key = p.products >> 63;
        p.products &= ~(UINT64_C(1) << 63);
        if (!s.failed) m->phase[m->phases++] = p;
    }
    return s.failed ? stamp_fail(e, STAMP_EFORMAT, "phase table is cut short") : STAMP_OK;
}

/* @p at is where s.p points when the segments may stay there; else NULL, and they are copied. */
static enum stamp_status get_data(struct source s, uint8_t *at, struct stamp_image *m,
                                  struct stamp_err *e)
{
    const uint8_t *const start = s.p;
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
        seg->data = at ? at + (s.p - start) : stamp_arena_alloc(m->arena, (size_t)seg->bytes, 1);
        if (!seg->data) return stamp_fail(e, STAMP_ENOMEM, "out of memory");
        if (seg->bytes && !at) memcpy(seg->data, s.p, (size_t)seg->bytes);
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

    if (count < sizeof stamp_image_magic ||
        memcmp(bytes, stamp_image_magic, sizeof stamp_image_magic))
        return stamp_fail(
            e, STAMP_EFORMAT,
            "not a program image; stamp compile W.npy --rows S -o P.stamp, or stamp compile "
            "MODEL --tokens S -o P.stamp, makes one");
    s.p += sizeof stamp_image_magic;
    s.n -= sizeof stamp_image_magic;
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
        const int known = !memcmp(s.p, stamp_image_kind[i], 4);
        get_int(&s, 4);
        const uint64_t want = get_int(&s, 4), offset = get_int(&s, 8), size = get_int(&s, 8);
        if (!known || offset != next || size > count - next)
            return stamp_fail(e, STAMP_EFORMAT, "section %d is unknown or out of place", i);
        if (want != stamp_crc32(0, bytes + offset, (size_t)size))
            return stamp_fail(e, STAMP_EFORMAT, "section %.4s is damaged (checksum)",
                              stamp_image_kind[i]);
        section[i] = (struct source){bytes + offset, (size_t)size, 0};
        next += size;
    }
    if (next != count) return stamp_fail(e, STAMP_EFORMAT, "bytes behind the last section");
    return STAMP_OK;
}

/* @p own is @p bytes when the image may keep them, or NULL. */
static enum stamp_status decode(const uint8_t *bytes, size_t count, uint8_t *own,
                                struct stamp_image **out, struct stamp_err *e)
{
    struct source s[SECTIONS];
    struct stamp_image *m = NULL;
    enum stamp_status st = get_sections(bytes, count, s, e);

    if (!st) st = get_mach(s[MACH], &m, e);
    if (!st) st = get_code(s[CODE], m, e);
    if (!st) st = get_entries(s[ENTR], m, e);
    if (!st) st = get_buffers(s[BUFS], m, e);
    if (!st) st = get_layers(s[LAYR], m, e);
    if (!st) st = get_phases(s[PHAS], m, e);
    if (!st && (s[TEXT].n > STAMP_SCHEME_MAX || memchr(s[TEXT].p, 0, s[TEXT].n)))
        st = stamp_fail(e, STAMP_EFORMAT, "scheme text is too long or not printable");
    if (!st && !(m->scheme = stamp_arena_text(m->arena, (const char *)s[TEXT].p, s[TEXT].n)))
        st = stamp_fail(e, STAMP_ENOMEM, "out of memory");
    if (!st) st = get_data(s[DATA], own ? own + (s[DATA].p - bytes) : NULL, m, e);
    if (!st) st = stamp_image_check(m, e);
    if (st) {
        stamp_image_free(m);
        return st;
    }
    m->file = own;
    *out = m;
    return STAMP_OK;
}

enum stamp_status stamp_image_decode(const uint8_t *bytes, size_t count, struct stamp_image **out,
                                     struct stamp_err *e)
{
    return decode(bytes, count, NULL, out, e);
}

enum stamp_status stamp_image_take(uint8_t *bytes, size_t count, struct stamp_image **out,
                                   struct stamp_err *e)
{
    return decode(bytes, count, bytes, out, e);
}
