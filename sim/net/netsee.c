/* SPDX-License-Identifier: Apache-2.0 */
/* netsee.c - tensors of a prefill in a machine's memory. Contract in netsee.h. */
#include "sim/net/netsee.h"

#include <string.h>

#include "model/mem.h"
#include "model/num/f32.h"

/* Columns of a buffer that are one tensor: groups of unit elements, each padded to padded. */
struct part {
    enum stamp_seen what;
    const char *buffer;
    size_t first, groups, unit, padded;
};

static float word(const uint8_t *p)
{
    return stamp_f32_from_bits((uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
                               (uint32_t)p[3] << 24);
}

/* The first @p rows rows of a part, without padding. */
static enum stamp_status show(const struct stamp_netsee *n, const struct part *p, size_t layer,
                              size_t rows, const uint8_t *memory, struct stamp_err *e)
{
    const struct stamp_buffer *b = stamp_image_buffer(n->image, p->buffer);
    const size_t cols = p->groups * p->unit;
    float *x = stamp_alloc(rows * cols, sizeof *x), *to = x;

    if (!x) return stamp_fail(e, STAMP_ENOMEM, "out of memory for a tensor of %zu rows", rows);
    for (size_t r = 0; r < rows; r++)
        for (size_t g = 0; g < p->groups; g++) {
            const uint8_t *from =
                memory + b->addr + r * b->row_bytes + 4 * (p->first + g * p->padded);
            for (size_t i = 0; i < p->unit; i++) *to++ = word(from + 4 * i);
        }
    const enum stamp_status s = n->see(n->see_ctx, p->what, layer, rows, cols, x, e);
    stamp_free(x);
    return s;
}

static size_t rows_of(const struct stamp_netsee *n, const char *buffer)
{
    return (size_t)stamp_image_buffer(n->image, buffer)->rows;
}

static enum stamp_status show_whole(const struct stamp_netsee *n, enum stamp_seen what,
                                    const char *buffer, size_t layer, size_t rows,
                                    const uint8_t *memory, struct stamp_err *e)
{
    const size_t cols = (size_t)stamp_image_buffer(n->image, buffer)->cols;
    const struct part p = {what, buffer, 0, 1, cols, cols};

    return show(n, &p, layer, rows, memory, e);
}

/* Heads lie padded, keys behind queries, values behind keys. */
static enum stamp_status show_qkv(const struct stamp_netsee *n, size_t layer, size_t rows,
                                  const uint8_t *memory, struct stamp_err *e)
{
    const size_t q = n->m->heads, kv = n->m->kv_heads, hd = n->m->head_dim;
    const size_t padded = (size_t)stamp_image_buffer(n->image, "qkv")->cols / (q + 2 * kv);
    const struct part parts[] = {{STAMP_SEE_Q, "qkv", 0, q, hd, padded},
                                 {STAMP_SEE_K, "qkv", q * padded, kv, hd, padded},
                                 {STAMP_SEE_V, "qkv", (q + kv) * padded, kv, hd, padded}};
    enum stamp_status s = STAMP_OK;

    for (int i = 0; i < 3 && !s; i++) s = show(n, &parts[i], layer, rows, memory, e);
    return s;
}

static enum stamp_status show_attention(const struct stamp_netsee *n, size_t layer, size_t rows,
                                        const uint8_t *memory, struct stamp_err *e)
{
    const size_t padded = (size_t)stamp_image_buffer(n->image, "att")->cols / n->m->heads;
    const struct part p = {STAMP_SEE_ATTENTION, "att", 0, n->m->heads, n->m->head_dim, padded};

    return show(n, &p, layer, rows, memory, e);
}

/* A norm is known by the part that reads it. */
static enum stamp_status show_norm(const struct stamp_netsee *n, const char *reader, size_t layer,
                                   size_t rows, const uint8_t *memory, struct stamp_err *e)
{
    if (!strcmp(reader, "head"))
        return show_whole(n, STAMP_SEE_NORM, "h", 0, rows_of(n, "logits"), memory, e);
    return show_whole(n, strcmp(reader, "qkv") ? STAMP_SEE_NORM_FFN : STAMP_SEE_NORM_ATT, "h",
                      layer, rows, memory, e);
}

enum stamp_status stamp_netsee_phase(void *ctx, uint32_t phase, uint32_t iteration,
                                     const uint8_t *memory, struct stamp_err *e)
{
    static const struct {
        const char *phase, *buffer;
        enum stamp_seen what;
    } whole[] = {{"gather", "x", STAMP_SEE_EMBEDDING},
                 {"o", "x", STAMP_SEE_RESIDUAL_ATT},
                 {"gateup", "ff", STAMP_SEE_HIDDEN},
                 {"down", "x", STAMP_SEE_RESIDUAL_FFN},
                 {"head", "logits", STAMP_SEE_LOGITS}};
    const struct stamp_netsee *n = ctx;
    const char *name = n->image->phase[phase].name;
    const size_t rows = rows_of(n, "x");

    for (size_t i = 0; i < sizeof whole / sizeof whole[0]; i++)
        if (!strcmp(name, whole[i].phase))
            return show_whole(n, whole[i].what, whole[i].buffer, iteration,
                              rows_of(n, whole[i].buffer), memory, e);
    if (!strcmp(name, "qkv")) return show_qkv(n, iteration, rows, memory, e);
    if (!strcmp(name, "attention")) return show_attention(n, iteration, rows, memory, e);
    if (!strcmp(name, "norm"))
        return show_norm(n, n->image->phase[phase + 1].name, iteration, rows, memory, e);
    return STAMP_OK; /* kv: the cache */
}
