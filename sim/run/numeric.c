/* SPDX-License-Identifier: Apache-2.0 */
/* numeric.c - where a program stopped on NUMERIC. Contract in numeric.h. */
#include "sim/run/numeric.h"

#include <inttypes.h>
#include <stdio.h>

#include "model/num/f32.h"

static float element(const struct stamp_buffer *b, const uint8_t *memory, uint64_t r, uint64_t c)
{
    const uint32_t n = stamp_fmt_bytes(b->fmt);
    const uint8_t *p = memory + b->addr + r * b->row_bytes + c * n;
    uint32_t bits = 0;

    for (uint32_t i = 0; i < n; i++) bits |= (uint32_t)p[i] << 8 * i;
    return stamp_f32_from_bits(b->fmt == STAMP_FMT_BF16 ? bits << 16 : bits);
}

static bool scan(const struct stamp_buffer *b, const uint8_t *memory, char *text, size_t size)
{
    if (b->fmt == STAMP_FMT_RAW || b->role == STAMP_CONST) return false;
    for (uint64_t r = 0; r < b->rows; r++)
        for (uint64_t c = 0; c < b->cols; c++) {
            const float x = element(b, memory, r, c);
            if (stamp_f32_is_finite(x)) continue;
            snprintf(text, size, "; buffer %s: row %" PRIu64 ", column %" PRIu64 " is %s", b->name,
                     r, c, stamp_f32_nonfinite_name(x));
            return true;
        }
    return false;
}

void stamp_numeric_text(const struct stamp_image *image, const struct stamp_entry *entry,
                        uint32_t pc, const uint8_t *memory, char *text, size_t size)
{
    const uint32_t which = (uint32_t)(entry - image->entry);
    size_t len = 0;

    text[0] = 0;
    for (uint32_t i = 0; i < image->phases; i++) {
        const struct stamp_phase *p = &image->phase[i];
        if (p->entry == which && pc >= p->first && pc - p->first < p->count)
            len = (size_t)snprintf(text, size, ", in part %s", p->name);
    }
    for (uint32_t i = 0; i < image->buffers && len < size; i++)
        if (scan(&image->buffer[i], memory, text + len, size - len)) return;
}
