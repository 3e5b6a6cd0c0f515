/* SPDX-License-Identifier: Apache-2.0 */
/* netsee.c - values in a machine's memory. Contract in netsee.h. */
#include "sim/net/netsee.h"

#include "model/mem.h"
#include "model/num/f32.h"

static float word(const uint8_t *p)
{
    return stamp_f32_from_bits((uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
                               (uint32_t)p[3] << 24);
}

/* The rows of a value, without padding. */
static enum stamp_status show(const struct stamp_netsee *n, const struct stamp_view *v,
                              uint32_t time, const uint8_t *memory, struct stamp_err *e)
{
    const struct stamp_layout *l = &v->layout;
    const size_t cols = (size_t)l->groups * l->unit;
    float *x = stamp_alloc(v->rows * cols, sizeof *x), *to = x;

    if (!x) return stamp_fail(e, STAMP_ENOMEM, "out of memory for a tensor of %u rows", v->rows);
    for (uint32_t r = 0; r < v->rows; r++)
        for (uint32_t g = 0; g < l->groups; g++) {
            const uint8_t *from = memory + v->addr + r * v->row_bytes + 4 * (uint64_t)g * l->padded;
            for (uint32_t i = 0; i < l->unit; i++) *to++ = word(from + 4 * i);
        }
    const enum stamp_status s = n->see(n->see_ctx, v->value, time, v->rows, cols, x, e);
    stamp_free(x);
    return s;
}

enum stamp_status stamp_netsee_phase(void *ctx, uint32_t phase, uint32_t iteration,
                                     const uint8_t *memory, struct stamp_err *e)
{
    const struct stamp_netsee *n = ctx;
    enum stamp_status s = STAMP_OK;

    for (uint32_t i = 0; i < n->views->count && !s; i++)
        if (n->views->view[i].phase == phase) s = show(n, &n->views->view[i], iteration, memory, e);
    return s;
}
