/* SPDX-License-Identifier: Apache-2.0 */
/* matmul_pack.c - weights in the order of the fast path. Contract in matmul.h. */
#include <string.h>

#include "model/mem.h"
#include "model/num/matmul.h"

enum { QUAD = 4 * STAMP_PANEL };

/* The quad of features 4q .. 4q+3 of one panel; what lies beyond n and d is 0. */
static void pack_quad(const struct stamp_weights *w, uint32_t panel, size_t q, uint8_t *quad)
{
    const uint32_t first = panel * STAMP_PANEL;
    const uint32_t rows = w->n - first < STAMP_PANEL ? w->n - first : STAMP_PANEL;
    const size_t left = w->d - 4 * q, cols = left < 4 ? left : 4;
    const int uoff = w->bits == 8 ? 128 : 8;
    const int8_t *from = w->code + (size_t)first * w->d + 4 * q;

    memset(quad, 0, QUAD);
    for (uint32_t j = 0; j < rows; j++, from += w->d)
        for (size_t k = 0; k < cols; k++) quad[4 * j + k] = (uint8_t)(from[k] + uoff);
}

static void pack_codes(const struct stamp_weights *w, struct stamp_packed *p)
{
    uint8_t quad[QUAD];

    for (uint32_t panel = 0; panel < p->panels; panel++) {
        uint8_t *to = p->code + panel * p->panel_bytes;
        for (size_t q = 0; q < p->quads; q++, to += p->quad_bytes) {
            pack_quad(w, panel, q, quad);
            if (w->bits == 8)
                memcpy(to, quad, QUAD);
            else
                for (int i = 0; i < QUAD / 2; i++)
                    to[i] = (uint8_t)(quad[i] | quad[QUAD / 2 + i] << 4);
        }
    }
}

static void pack_meta(const struct stamp_weights *w, struct stamp_packed *p)
{
    for (uint32_t j = 0; j < w->n; j++)
        for (uint32_t b = 0; b < w->nb; b++) {
            const size_t from = (size_t)j * w->nb + b;
            const size_t to = (size_t)b * STAMP_PANEL + j % STAMP_PANEL;
            stamp_packed_scale(p, j / STAMP_PANEL)[to] = w->scale[from];
            stamp_packed_colsum(p, j / STAMP_PANEL)[to] = w->colsum[from];
        }
}

enum stamp_status stamp_pack(const struct stamp_weights *w, struct stamp_packed *p,
                             struct stamp_err *e)
{
    const uint32_t panels = (w->n + STAMP_PANEL - 1) / STAMP_PANEL;
    const size_t quads = ((size_t)w->d + 3) / 4, quad_bytes = w->bits == 8 ? QUAD : QUAD / 2;
    const size_t meta_bytes = STAMP_PANEL * (sizeof(float) + sizeof(int32_t));

    *p = (struct stamp_packed){.n = w->n,
                               .d = w->d,
                               .block = w->block,
                               .nb = w->nb,
                               .bits = w->bits,
                               .panels = panels,
                               .quads = quads,
                               .quad_bytes = quad_bytes,
                               .panel_bytes = quads * quad_bytes + w->nb * meta_bytes};
    p->code = stamp_alloc(panels, p->panel_bytes);
    if (!p->code) {
        stamp_packed_free(p);
        return stamp_fail(e, STAMP_ENOMEM, "out of memory for a packed %u x %u weight", w->n, w->d);
    }
    pack_codes(w, p);
    pack_meta(w, p);
    return STAMP_OK;
}

void stamp_packed_free(struct stamp_packed *p)
{
    stamp_free(p->code);
    *p = (struct stamp_packed){0};
}
