/* SPDX-License-Identifier: Apache-2.0 */
/* matmul_pack.c - weights in the order of the fast path. Contract in matmul.h. */
#include "model/mem.h"
#include "model/num/matmul.h"

static void pack_codes(const struct stamp_weights *w, struct stamp_packed *p)
{
    const int uoff = w->bits == 8 ? 128 : 8;

    for (uint32_t j = 0; j < w->n; j++) {
        const int8_t *from = w->code + (size_t)j * w->d;
        uint8_t *to = p->code + (size_t)(j / STAMP_PANEL) * p->quads * 4 * STAMP_PANEL +
                      4 * (j % STAMP_PANEL);
        for (uint32_t k = 0; k < w->d; k++)
            to[(size_t)(k / 4) * 4 * STAMP_PANEL + k % 4] = (uint8_t)(from[k] + uoff);
    }
}

static void pack_meta(const struct stamp_weights *w, struct stamp_packed *p)
{
    for (uint32_t j = 0; j < w->n; j++)
        for (uint32_t b = 0; b < w->nb; b++) {
            const size_t from = (size_t)j * w->nb + b;
            const size_t to =
                ((size_t)(j / STAMP_PANEL) * w->nb + b) * STAMP_PANEL + j % STAMP_PANEL;
            p->scale[to] = w->scale[from];
            p->colsum[to] = w->colsum[from];
        }
}

enum stamp_status stamp_pack(const struct stamp_weights *w, struct stamp_packed *p,
                             struct stamp_err *e)
{
    const uint32_t panels = (w->n + STAMP_PANEL - 1) / STAMP_PANEL;
    const size_t quads = ((size_t)w->d + 3) / 4, metas = (size_t)panels * w->nb;

    *p = (struct stamp_packed){.n = w->n,
                               .d = w->d,
                               .block = w->block,
                               .nb = w->nb,
                               .bits = w->bits,
                               .panels = panels,
                               .quads = quads};
    p->code = stamp_alloc(panels * quads, 4 * STAMP_PANEL);
    p->scale = stamp_alloc(metas, STAMP_PANEL * sizeof *p->scale);
    p->colsum = stamp_alloc(metas, STAMP_PANEL * sizeof *p->colsum);
    if (!p->code || !p->scale || !p->colsum) {
        stamp_packed_free(p);
        return stamp_fail(e, STAMP_ENOMEM, "out of memory for a packed %u x %u weight", w->n, w->d);
    }
    pack_codes(w, p);
    pack_meta(w, p);
    return STAMP_OK;
}

struct stamp_packed stamp_packed_panel(const struct stamp_packed *p, uint32_t panel)
{
    const uint32_t left = p->n - panel * STAMP_PANEL;
    const size_t metas = (size_t)panel * p->nb * STAMP_PANEL;
    struct stamp_packed one = *p;

    one.n = left < STAMP_PANEL ? left : STAMP_PANEL;
    one.panels = 1;
    one.code += (size_t)panel * p->quads * 4 * STAMP_PANEL;
    one.scale += metas;
    one.colsum += metas;
    return one;
}

void stamp_packed_free(struct stamp_packed *p)
{
    stamp_free(p->code);
    stamp_free(p->scale);
    stamp_free(p->colsum);
    *p = (struct stamp_packed){0};
}
