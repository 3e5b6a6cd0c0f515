/* SPDX-License-Identifier: Apache-2.0 */
/* memdiff.c - the first byte in which two memories differ. Contract in memdiff.h. */
#include "sim/run/memdiff.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "model/mem.h"

bool stamp_memory_agrees(const struct stamp_image *image, uint64_t base, const uint8_t *rtl,
                         const uint8_t *model, char *text, size_t size)
{
    const struct stamp_buffer *b;
    char where[STAMP_NAME_MAX + 40] = "in no buffer";
    const uint64_t at = stamp_map_differs(rtl, model, image->dram_bytes);

    if (at == image->dram_bytes) return true;
    b = stamp_image_buffer_at(image, at, 1);
    if (b) snprintf(where, sizeof where, "buffer %s + 0x%" PRIx64, b->name, at - b->addr);
    snprintf(text, size, "memory after the run: byte 0x%" PRIx64 " (%s): rtl 0x%02x, model 0x%02x",
             base + at, where, rtl[at], model[at]);
    return false;
}
