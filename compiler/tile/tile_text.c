/* SPDX-License-Identifier: Apache-2.0 */
/* tile_text.c - what was chosen, for people. Contract in tile.h. */
#include "compiler/tile/tile.h"

void stamp_tile_text(const struct stamp_tiling *t, const char *name, struct stamp_text *out)
{
    if (!out) return;
    stamp_text_add(
        out,
        "tiles %s: %u of at most %u rows, %u row groups%s%s%s; K %u lines in %u chunks of %u\n",
        name, t->tiles, t->rows, t->groups, t->xb_double ? " (two in XB)" : "",
        t->split ? ", units in two tiles" : "", t->coded ? ", codes through DRAM" : "", t->kl,
        t->chunks, t->kc);
    stamp_text_add(out, "  columns: %u groups, panel %u, slot %u%s; output buffers %u\n", t->cg,
                   t->panel, t->ng, t->resident ? ", weights stay in WB" : "", t->outs);
    stamp_text_add(out,
                   "  input: slabs of %u rows, %u column chunks of %u lines, %u buffers of %u, "
                   "X loaded %.2f times; estimate %.0f cycles\n",
                   t->slab_rows, t->nchunks, t->chunk, t->nx, t->xlines, stamp_tile_passes(t),
                   t->cycles);
}
