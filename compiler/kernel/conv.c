/* SPDX-License-Identifier: Apache-2.0 */
/* conv.c - convolution item by item. Contract in conv.h.
 *
 * With a kernel of 3 each row of the grid lies in VM with a point of zeros before it and behind it, so that a tap of
 * a row of results is one instruction. Two sets of buffers take turns. */
#include "compiler/kernel/conv.h"

#include "compiler/emit/vec.h"

enum { SETS = 2 };

static uint32_t pad_of(const struct stamp_grid *g)
{
    return g->stride == 1 ? 1 : 0;
}

static uint32_t taps_of(const struct stamp_conv *v)
{
    return v->grid.kernel * v->grid.kernel;
}

static uint32_t high_of(const struct stamp_conv *v)
{
    return v->grid.height / v->grid.stride;
}

static uint32_t quantum(const struct stamp_conv *v)
{
    uint32_t q = 1;

    while (q * v->b->mach->L * 4 % STAMP_DRAM_ALIGN) q++;
    return q;
}

/* Sizes for chunks of @p c lines and strips of @p rows. */
static void size(struct stamp_conv *v, uint32_t c, uint32_t rows)
{
    const uint32_t pad = pad_of(&v->grid);

    v->c = c;
    v->rows = rows;
    v->wide = v->grid.width / v->grid.stride;
    v->pitch = v->grid.width + pad;
    v->in = ((rows * v->grid.stride + 2 * pad) * v->pitch + pad) * c;
    v->out = rows * v->wide * c;
    v->weights = (taps_of(v) + 1) * c;
    v->all = SETS * v->convs * (v->in + v->out + v->weights);
    v->chunks = (v->lines + c - 1) / c;
    v->items = v->chunks * ((high_of(v) + rows - 1) / rows);
}

uint32_t stamp_conv_least(const struct stamp_conv *v)
{
    struct stamp_conv t = *v;

    size(&t, quantum(v), 1);
    return t.all;
}

bool stamp_conv_cut(struct stamp_conv *v, uint32_t room)
{
    const uint32_t q = quantum(v), high = high_of(v);
    uint32_t rows = 0, c = q;

    for (uint32_t r = 1; r <= high && r * (v->grid.width / v->grid.stride) < 4096; r++) {
        size(v, q, r);
        if (v->all <= room) rows = r;
    }
    for (uint32_t k = 2 * q; k <= v->lines && k <= STAMP_CONV_ZEROS && rows == high; k += q) {
        size(v, k, rows);
        if (v->lines % k == 0 && v->all <= room) c = k;
    }
    if (rows) size(v, c, rows);
    return rows > 0;
}

/* VM lines of a convolution in a set. */
struct at {
    uint32_t in, out, weights;
};

static struct at at_of(const struct stamp_conv *v, uint32_t set, uint32_t i)
{
    const uint32_t each = v->in + v->out + v->weights, first = v->vm + (set * v->convs + i) * each;

    return (struct at){first, first + v->in, first + v->in + v->out};
}

static void load(const struct stamp_conv *v, uint64_t dram, uint64_t pitch, uint32_t line,
                 uint32_t lstride, uint32_t rows)
{
    stamp_emit_move(v->b, STAMP_OP_LOAD,
                    (struct stamp_move){.space = STAMP_SPACE_VM,
                                        .fmt = STAMP_FMT_F32,
                                        .dram = dram,
                                        .line = line,
                                        .lines = v->c,
                                        .lstride = lstride,
                                        .n0 = rows,
                                        .d0 = pitch});
}

void stamp_conv_begin(struct stamp_conv *v, uint32_t vm)
{
    v->vm = vm;
    v->next = 0;
    for (uint32_t i = 0; i < SETS * v->convs && pad_of(&v->grid); i++)
        load(v, v->zeros, 0, at_of(v, i / v->convs, i % v->convs).in, v->pitch * v->c, v->rows + 3);
}

/* Rows of the grid that result rows first .. first + rows - 1 need, of columns from line c0 on. */
static void load_points(const struct stamp_conv *v, uint32_t i, uint32_t in, uint32_t c0,
                        uint32_t first, uint32_t rows)
{
    const uint32_t pad = pad_of(&v->grid), high = rows * v->grid.stride + 2 * pad;
    const uint64_t at = v->from[i].addr + (uint64_t)c0 * v->b->mach->L * 4;

    for (uint32_t y = 0; y < high; y++) {
        const uint32_t row = first * v->grid.stride + y - pad,
                       line = in + (y * v->pitch + pad) * v->c;
        const bool there = row < v->grid.height; /* above the first it is large */
        load(v, there ? at + (uint64_t)row * v->grid.width * v->from[i].row_bytes : v->zeros,
             there ? v->from[i].row_bytes : 0, line, v->c, v->grid.width);
    }
}

/* One row of results. */
static void convolve_row(const struct stamp_conv *v, struct at at, uint32_t row)
{
    const uint32_t taps = taps_of(v), first = stamp_grid_first_tap(&v->grid);

    for (uint32_t n = 0; n < taps; n++) {
        const uint32_t t = n == 0       ? first
                           : n <= first ? n - 1
                                        : n; /* the first, then the others in order */
        const uint32_t y = row * v->grid.stride + t / v->grid.kernel, x = t % v->grid.kernel;
        const struct stamp_vec a = {at.in + (y * v->pitch + x) * v->c, v->wide,
                                    v->grid.stride * v->c, v->c};
        stamp_emit_bin(v->b, n ? STAMP_BIN_MAC : STAMP_BIN_MUL, a, at.weights + t * v->c, 0, 0,
                       at.out + row * v->wide * v->c, v->c);
    }
}

static void convolve(const struct stamp_conv *v, struct at at, uint32_t rows)
{
    const struct stamp_vec all = {at.out, rows * v->wide, v->c, v->c};

    for (uint32_t r = 0; r < rows; r++) convolve_row(v, at, r);
    stamp_emit_bin(v->b, STAMP_BIN_ADD, all, at.weights + taps_of(v) * v->c, 0, 0, at.out, v->c);
}

static void store(const struct stamp_conv *v, uint32_t out, uint32_t c0, uint32_t first,
                  uint32_t rows)
{
    stamp_emit_move(v->b, STAMP_OP_STORE,
                    (struct stamp_move){.space = STAMP_SPACE_VM,
                                        .fmt = STAMP_FMT_F32,
                                        .dram = v->to.addr + (uint64_t)c0 * v->b->mach->L * 4 +
                                                (uint64_t)first * v->wide * v->to.row_bytes,
                                        .line = out,
                                        .lines = v->c,
                                        .lstride = v->c,
                                        .n0 = rows * v->wide,
                                        .d0 = v->to.row_bytes});
}

uint32_t stamp_conv_ready(const struct stamp_conv *v, uint32_t rows)
{
    const uint32_t there = rows / v->grid.width, pad = pad_of(&v->grid);
    uint32_t strips = 0;

    if (there >= v->grid.height) return v->items;
    while (((strips + 1) * v->rows) * v->grid.stride + pad <= there) strips++;
    return strips * v->chunks;
}

void stamp_conv_item(struct stamp_conv *v)
{
    const uint32_t c0 = v->next % v->chunks * v->c, first = v->next / v->chunks * v->rows,
                   set = v->next % SETS;
    const uint32_t left = high_of(v) - first, rows = left < v->rows ? left : v->rows;
    struct at at[2];

    for (uint32_t i = 0; i < v->convs; i++) {
        at[i] = at_of(v, set, i);
        load(v, v->taps[i] + (uint64_t)c0 * v->b->mach->L * 4, v->tap_row, at[i].weights, v->c,
             taps_of(v) + 1);
        load_points(v, i, at[i].in, c0, first, rows);
    }
    for (uint32_t i = 0; i < v->convs; i++) convolve(v, at[i], rows);
    if (v->convs > 1) {
        const struct stamp_vec all = {at[1].out, rows * v->wide, v->c, v->c};
        stamp_emit_fn(v->b, STAMP_ONE_SILU, all, 0, 0, 0.0f, all.a, v->c);
        stamp_emit_bin(v->b, STAMP_BIN_MUL, all, at[0].out, v->c, 1, at[0].out, v->c);
    }
    store(v, at[0].out, c0, first, rows);
    v->next++;
}
