/* SPDX-License-Identifier: Apache-2.0 */
/* image.c - image life cycle and look-ups. Contract in image.h. */
#include "model/image/image.h"

#include <string.h>
#include <zlib.h>

#include "model/mem.h"

struct stamp_image *stamp_image_new(const struct stamp_mach *mach)
{
    struct stamp_image *image = stamp_alloc(1, sizeof *image);

    if (!image) return NULL;
    image->mach = mach;
    image->arena = stamp_arena_new();
    if (image->arena) image->scheme = stamp_arena_text(image->arena, "", 0);
    if (image->scheme) return image;
    stamp_image_free(image);
    return NULL;
}

void stamp_image_free(struct stamp_image *image)
{
    if (!image) return;
    stamp_arena_free(image->arena);
    stamp_free(image->file);
    stamp_free(image);
}

bool stamp_image_single(struct stamp_image *image)
{
    image->entry = stamp_arena_alloc(image->arena, 1, sizeof *image->entry);
    if (!image->entry) return false;
    image->entries = 1;
    *image->entry = (struct stamp_entry){"main", 0, image->code_count};
    return true;
}

const struct stamp_entry *stamp_image_entry(const struct stamp_image *image, const char *name)
{
    for (uint32_t i = 0; i < image->entries; i++)
        if (!name || !strcmp(image->entry[i].name, name)) return &image->entry[i];
    return NULL;
}

uint64_t stamp_image_entry_addr(const struct stamp_image *image, const struct stamp_entry *entry)
{
    return image->code_addr + (uint64_t)entry->first * sizeof(struct stamp_word);
}

const struct stamp_buffer *stamp_image_buffer(const struct stamp_image *image, const char *name)
{
    for (uint32_t i = 0; i < image->buffers; i++)
        if (!strcmp(image->buffer[i].name, name)) return &image->buffer[i];
    return NULL;
}

const struct stamp_buffer *stamp_image_buffer_at(const struct stamp_image *image, uint64_t addr,
                                                 uint64_t bytes)
{
    for (uint32_t i = 0; i < image->buffers; i++) {
        const struct stamp_buffer *b = &image->buffer[i];
        if (addr >= b->addr && addr - b->addr < b->bytes && b->bytes - (addr - b->addr) >= bytes)
            return b;
    }
    return NULL;
}

const uint8_t *stamp_image_bytes(const struct stamp_image *image, uint64_t addr, uint64_t bytes)
{
    for (uint32_t i = 0; i < image->segments; i++) {
        const struct stamp_segment *s = &image->segment[i];
        if (addr >= s->addr && addr - s->addr < s->bytes && s->bytes - (addr - s->addr) >= bytes)
            return s->data + (addr - s->addr);
    }
    return NULL;
}

uint64_t stamp_image_products(const struct stamp_image *image)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < image->layers; i++) sum += image->layer[i].products;
    return sum;
}

uint64_t stamp_image_phase_products(const struct stamp_image *image, const struct stamp_phase *p,
                                    uint32_t position)
{
    if (!p->per_key) return p->products;
    return p->products / (image->arg[0] + UINT64_C(1)) * (position + UINT64_C(1));
}

/* How often instruction @p at of an entry runs. Loops whose count a register holds lie inside phases. */
static uint64_t times_of(const struct stamp_image *image, const struct stamp_entry *entry,
                         uint32_t at)
{
    uint64_t times[STAMP_LOOP_DEPTH + 1] = {1};
    uint32_t depth = 0;

    for (uint32_t i = 0; i < at; i++) {
        union stamp_insn insn;
        const struct stamp_op *op = stamp_decode(&image->code[entry->first + i], &insn);
        if (op && op->code == STAMP_OP_LOOP && depth < STAMP_LOOP_DEPTH) {
            times[depth + 1] = times[depth] * (insn.c.areg ? 1 : insn.c.imm);
            depth++;
        }
        if (op && op->code == STAMP_OP_ENDL && depth) depth--;
    }
    return times[depth];
}

uint64_t stamp_image_needed(const struct stamp_image *image, const struct stamp_entry *entry,
                            uint32_t position)
{
    uint64_t sum = 0;

    if (!image->phases) return stamp_image_products(image);
    for (uint32_t i = 0; i < image->phases; i++) {
        const struct stamp_phase *p = &image->phase[i];
        if (&image->entry[p->entry] == entry && p->products)
            sum +=
                times_of(image, entry, p->first) * stamp_image_phase_products(image, p, position);
    }
    return sum;
}

uint32_t stamp_fmt_bytes(enum stamp_fmt fmt)
{
    return fmt == STAMP_FMT_F32 ? 4 : fmt == STAMP_FMT_BF16 ? 2 : 1;
}

const char *stamp_role_name(enum stamp_role role)
{
    static const char *const names[] = {"INPUT", "OUTPUT", "CONST", "TEMP", "STATE"};

    return (unsigned)role < STAMP_ROLES ? names[role] : "?";
}

int stamp_image_name_ok(const char *name)
{
    size_t n = 0;

    for (; name[n]; n++)
        if (n == STAMP_NAME_MAX || name[n] <= ' ' || name[n] > '~' || strchr("\";\\", name[n]))
            return 0;
    return n > 0;
}

uint32_t stamp_crc32(uint32_t crc, const void *bytes, size_t n)
{
    return (uint32_t)crc32_z(crc, bytes, n);
}
