/* SPDX-License-Identifier: Apache-2.0 */
/* image_check.c - whether an image is one a machine may run. Contract in image.h. */
#include <string.h>

#include "model/dispatch/check.h"
#include "model/image/image.h"

static int aligned(uint64_t v)
{
    return v % STAMP_DRAM_ALIGN == 0;
}

/* [addr, addr + bytes) inside [0, limit), without overflow. */
static int inside(uint64_t addr, uint64_t bytes, uint64_t limit)
{
    return addr <= limit && limit - addr >= bytes;
}

static int disjoint(uint64_t a, uint64_t an, uint64_t b, uint64_t bn)
{
    return a + an <= b || b + bn <= a;
}

static enum stamp_status check_buffer(const struct stamp_image *image, uint32_t i,
                                      struct stamp_err *e)
{
    const struct stamp_buffer *b = &image->buffer[i];

    if (!stamp_image_name_ok(b->name))
        return stamp_fail(e, STAMP_EFORMAT, "buffer %u has no printable name", i);
    if ((unsigned)b->role >= STAMP_ROLES || (unsigned)b->fmt > STAMP_FMT_BF16)
        return stamp_fail(e, STAMP_EFORMAT, "buffer %s: unknown role or format", b->name);
    if (!b->bytes || !b->rows || !b->cols || !aligned(b->addr) || !aligned(b->bytes) ||
        !aligned(b->row_bytes) || !inside(b->addr, b->bytes, image->dram_bytes))
        return stamp_fail(e, STAMP_EFORMAT,
                          "buffer %s: address or size outside memory, zero, or "
                          "not a multiple of 64",
                          b->name);
    if (b->cols > b->row_bytes / stamp_fmt_bytes(b->fmt) || b->rows > b->bytes / b->row_bytes)
        return stamp_fail(e, STAMP_EFORMAT, "buffer %s: its rows do not fit", b->name);
    for (uint32_t j = 0; j < i; j++) {
        const struct stamp_buffer *o = &image->buffer[j];
        if (!disjoint(b->addr, b->bytes, o->addr, o->bytes) || !strcmp(b->name, o->name))
            return stamp_fail(e, STAMP_EFORMAT, "buffers %s and %s overlap or share a name",
                              o->name, b->name);
    }
    if (!disjoint(b->addr, b->bytes, image->code_addr,
                  (uint64_t)image->code_count * sizeof(struct stamp_word)))
        return stamp_fail(e, STAMP_EFORMAT, "buffer %s overlaps the code", b->name);
    return STAMP_OK;
}

static enum stamp_status check_segments(const struct stamp_image *image, struct stamp_err *e)
{
    uint64_t end = 0;

    for (uint32_t i = 0; i < image->segments; i++) {
        const struct stamp_segment *s = &image->segment[i];
        const struct stamp_buffer *b = NULL;
        if (s->bytes && aligned(s->addr) && aligned(s->bytes) &&
            inside(s->addr, s->bytes, image->dram_bytes) && s->addr >= end)
            b = stamp_image_buffer_at(image, s->addr, s->bytes);
        if (!b || b->role != STAMP_CONST)
            return stamp_fail(e, STAMP_EFORMAT,
                              "data segment %u is out of order, misaligned, or "
                              "not inside a CONST buffer",
                              i);
        end = s->addr + s->bytes;
    }
    return STAMP_OK;
}

static enum stamp_status check_layers(const struct stamp_image *image, struct stamp_err *e)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < image->layers; i++) {
        const struct stamp_layer_info *l = &image->layer[i];
        if (!stamp_image_name_ok(l->name))
            return stamp_fail(e, STAMP_EFORMAT, "layer %u has no printable name", i);
        if (!l->s || !l->d || !l->n || l->s >> 32 || l->d >> 32 || l->n >> 32 ||
            l->products > UINT64_MAX - sum)
            return stamp_fail(e, STAMP_EFORMAT, "layer %s: impossible shape", l->name);
        sum += l->products;
    }
    return STAMP_OK;
}

static enum stamp_status check_code(const struct stamp_image *image, struct stamp_err *e)
{
    if (!image->code_count || image->code_count > STAMP_IMAGE_CODE_MAX ||
        !aligned(image->code_addr) ||
        !inside(image->code_addr, (uint64_t)image->code_count * sizeof(struct stamp_word),
                image->dram_bytes))
        return stamp_fail(e, STAMP_EFORMAT, "code is empty, misaligned or outside memory");
    return STAMP_OK;
}

enum stamp_status stamp_image_check_code(const struct stamp_image *image, struct stamp_err *e)
{
    for (uint32_t i = 0; i < image->code_count; i++) {
        union stamp_insn insn;
        const struct stamp_op *op = stamp_decode(&image->code[i], &insn);
        const enum stamp_error error =
            op ? stamp_check_static(&image->code[i], op, &insn) : STAMP_ERROR_OPCODE;
        if (error)
            return stamp_fail(e, STAMP_EFORMAT, "instruction %u: %s", i,
                              stamp_error_meaning(error));
    }
    return STAMP_OK;
}

/* Entries tile the code, each from an even index; what is between is a NOP. */
static enum stamp_status check_entries(const struct stamp_image *image, struct stamp_err *e)
{
    const struct stamp_word nop = {{STAMP_OP_NOP}};
    uint64_t end = 0;

    if (!image->entries || image->entries > STAMP_IMAGE_ENTRIES_MAX)
        return stamp_fail(e, STAMP_EFORMAT, "no entry, or too many");
    for (uint32_t i = 0; i < image->entries; i++) {
        const struct stamp_entry *n = &image->entry[i];
        if (!stamp_image_name_ok(n->name))
            return stamp_fail(e, STAMP_EFORMAT, "entry %u has no printable name", i);
        for (uint32_t j = 0; j < i; j++)
            if (!strcmp(n->name, image->entry[j].name))
                return stamp_fail(e, STAMP_EFORMAT, "two entries are called %s", n->name);
        if (n->first != end + end % 2 || !n->count || n->count > image->code_count - end ||
            (end % 2 && memcmp(&image->code[end], &nop, sizeof nop)))
            return stamp_fail(e, STAMP_EFORMAT, "entry %s does not follow the one before", n->name);
        end = (uint64_t)n->first + n->count;
        if (end > image->code_count) break;
    }
    if (end != image->code_count)
        return stamp_fail(e, STAMP_EFORMAT, "the entries do not end with the code");
    return STAMP_OK;
}

static enum stamp_status check_phases(const struct stamp_image *image, struct stamp_err *e)
{
    uint32_t entry = 0, end = 0;

    for (uint32_t i = 0; i < image->phases; i++) {
        const struct stamp_phase *p = &image->phase[i];
        if (!stamp_image_name_ok(p->name))
            return stamp_fail(e, STAMP_EFORMAT, "phase %u has no printable name", i);
        if (p->entry > entry) end = 0;
        if (p->entry < entry || p->entry >= image->entries || p->first < end || !p->count ||
            p->first > image->entry[p->entry].count ||
            p->count > image->entry[p->entry].count - p->first)
            return stamp_fail(e, STAMP_EFORMAT,
                              "phase %u (%s) is empty, out of order, or outside its entry", i,
                              p->name);
        entry = p->entry;
        end = p->first + p->count;
    }
    return STAMP_OK;
}

enum stamp_status stamp_image_check(const struct stamp_image *image, struct stamp_err *e)
{
    enum stamp_status st;
    const size_t text = strlen(image->scheme);

    if (image->buffers > STAMP_IMAGE_ITEMS_MAX || image->segments > STAMP_IMAGE_ITEMS_MAX ||
        image->layers > STAMP_IMAGE_ITEMS_MAX || image->phases > STAMP_IMAGE_ITEMS_MAX)
        return stamp_fail(e, STAMP_EFORMAT, "too many buffers, segments, layers or phases");
    if (!image->dram_bytes || !aligned(image->dram_bytes) ||
        image->dram_bytes >= UINT64_C(1) << STAMP_ADDR_BITS)
        return stamp_fail(e, STAMP_EFORMAT,
                          "memory size is zero, not a multiple of 64, or beyond "
                          "the address space");
    for (size_t i = 0; i < text; i++)
        if (text > STAMP_SCHEME_MAX || image->scheme[i] < ' ' || image->scheme[i] > '~')
            return stamp_fail(e, STAMP_EFORMAT, "scheme text is too long or not printable");
    if ((st = check_code(image, e))) return st;
    if ((st = check_entries(image, e))) return st;
    for (uint32_t i = 0; i < image->buffers; i++)
        if ((st = check_buffer(image, i, e))) return st;
    if ((st = check_segments(image, e))) return st;
    if ((st = check_layers(image, e))) return st;
    return check_phases(image, e);
}
