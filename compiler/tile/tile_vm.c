/* SPDX-License-Identifier: Apache-2.0 */
/* tile_vm.c - what goes where in vector memory. Contract in tile.h. */
#include "compiler/tile/tile.h"

enum { BURST = 256, SLAB_LINES = 256, BUFFERS_MAX = 4 };

static uint32_t round_up(uint32_t v, uint32_t to)
{
    return (v + to - 1) / to * to;
}

static uint32_t ceil_div(uint32_t a, uint32_t b)
{
    return (a + b - 1) / b;
}

double stamp_tile_passes(const struct stamp_tiling *t)
{
    if (t->nchunks > 1 && !t->blk && !t->xb_double && !t->coded) return 2;
    const uint32_t again = t->blk || t->nchunks <= t->nx ? 0 : t->nchunks - t->nx;

    return 1.0 + (double)again / t->nchunks;
}

/* Panel width: long enough rows for the store, at most 3/8 of VM for two buffers; else smaller. */
static bool place_output(const struct stamp_work *w, uint32_t rows, uint32_t most,
                         struct stamp_tiling *t)
{
    const uint32_t line_bytes = stamp_line_bytes(w->mach, STAMP_SPACE_VM, w->out_fmt);
    const uint32_t copies = stamp_post_adds(w->post) ? 2 : 1; /* of an output buffer */
    const uint32_t gate = w->post == STAMP_POST_GATED ? 1 : 0;
    const uint32_t per = copies * rows + (w->bias ? 1 : 0) + gate;
    const uint32_t q = t->out_quantum * (w->post == STAMP_POST_SILU ? 2 : 1);
    uint32_t want = round_up(ceil_div(BURST, line_bytes), q);

    if (want > round_up(t->cg, q)) want = round_up(t->cg, q);
    if (w->max_panel && want > round_up(w->max_panel, q)) want = round_up(w->max_panel, q);
    while (want > q && 2 * per * want > copies * w->mach->VM_LINES * 3 / 8)
        want = round_up(want / 2, q) < want ? round_up(want / 2, q) : q;
    while (want > q && want > most) want = round_up(want / 2, q);
    const uint32_t sums = w->mach->AC_LINES / (t->groups * w->mach->P);
    if (t->coded && sums >= q && want > sums) want = sums / q * q; /* in AC at once (tile.c) */
    if (w->like) want = w->like->panel;
    t->panel = want;
    t->outs = 2 * per * want <= w->mach->VM_LINES * 3 / 4 ? 2 : 1;
    /* A few rows are stored slower than the next ones are multiplied: what waits is memory. */
    while (w->straight && t->outs < STAMP_OUTS_MAX &&
           2 * t->outs * per * want <= w->mach->VM_LINES / 16)
        t->outs *= 2;
    t->vm_out = 0;
    t->vm_bias = t->outs * rows * want;
    t->vm_add = t->vm_bias + (w->bias ? 2 * want : 0);
    t->vm_gate = t->vm_add + (copies - 1) * t->outs * rows * want;
    t->vm_x = t->vm_gate + 2 * gate * want;
    return t->vm_x < w->mach->VM_LINES;
}

/* All of K at once: as many rows as make a good load. */
static bool place_whole(struct stamp_tiling *t, uint32_t room)
{
    for (uint32_t nx = 4; nx >= 2; nx -= 2) { /* powers of two keep the program periodic */
        const uint32_t cap = room / nx;
        if (t->unit_rows > cap / t->kl) continue;
        t->nx = nx;
        t->chunk = t->kl;
        t->nchunks = 1;
        t->slab_rows = SLAB_LINES / t->kl;
        if (t->slab_rows > cap / t->kl) t->slab_rows = cap / t->kl;
        if (t->slab_rows < t->unit_rows) t->slab_rows = t->unit_rows;
        if (t->slab_rows > t->rows) t->slab_rows = t->rows;
        t->xlines = t->slab_rows * t->kl;
        return true;
    }
    return false;
}

/* Column chunks of one unit: the number of buffers that loads least twice. */
static bool place_chunks(struct stamp_tiling *t, uint32_t room)
{
    uint32_t q = t->blk > t->in_quantum ? t->blk : t->in_quantum;
    double best = 3;

    if (t->coded || t->split) q = t->code_quantum;

    for (uint32_t nx = 1; nx <= BUFFERS_MAX; nx++) {
        struct stamp_tiling c = *t;
        const uint32_t fit = room / nx / t->unit_rows / q * q;
        if (!fit) break;
        c.nx = nx;
        c.nchunks = ceil_div(t->kl, fit);
        c.chunk = round_up(ceil_div(t->kl, c.nchunks), q);
        c.nchunks = ceil_div(t->kl, c.chunk);
        c.slab_rows = t->unit_rows;
        c.xlines = c.slab_rows * c.chunk;
        /* one buffer alone never overlaps anything: only when nothing else fits */
        const double passes = stamp_tile_passes(&c) + (nx == 1 ? 1 : 0);
        if (passes > best) continue;
        best = passes;
        *t = c;
    }
    return best < 3;
}

/* With panels of @p most column groups at most, if that is possible. */
static bool place(const struct stamp_work *w, uint32_t rows, uint32_t most, struct stamp_tiling *t)
{
    if (!place_output(w, rows, most, t)) return false;
    uint32_t room = w->mach->VM_LINES - t->vm_x;
    if (w->max_xlines && room > w->max_xlines) room = w->max_xlines;
    if (!place_whole(t, room) && !place_chunks(t, room)) return false;
    /* Codes that come back need half of the input's lines: one row of packed ones and of values. */
    return (!t->split && !t->coded) || t->nx * t->xlines / 2 >= t->code_quantum * 5 / 4;
}

bool stamp_tile_vm(const struct stamp_work *w, uint32_t rows, struct stamp_tiling *t)
{
    if (!place(w, rows, w->mach->VM_LINES, t)) return false;
    /* Chunks as wide as codes want: rather a narrow panel than one buffer. */
    return t->nx > 1 || (!t->split && !t->coded) || place(w, rows, t->panel / 2, t);
}
