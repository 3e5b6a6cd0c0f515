/* SPDX-License-Identifier: Apache-2.0 */
/* k_depthwise.c - convolution of every column by itself, over the grid of rows. Contract in kernel.h; numbers:
 * numerics.md section 8, DEPTHWISE.
 *
 * Some columns of some rows of the grid are in VM at once: with a kernel of 3 each row of the grid has a point of
 * zeros before it and behind it, so that every tap of a row is one instruction. Two sets of buffers take turns. */
#include <stdio.h>

#include "compiler/kernel/kernel.h"
#include "model/num/depthwise.h"

enum { SETS = 2, ZEROS = 16 /* lines */ };

/* Sizes, in lines where nothing else is said. */
struct cut {
    struct stamp_grid grid;
    uint32_t wide;     /* points of a row of the result */
    uint32_t c;        /* columns at once */
    uint32_t rows;     /* of the result's grid at once */
    uint32_t pitch;    /* points of a row of the input with the zeros before it */
    uint32_t taps, in, out, tmp; /* of one convolution */
    uint32_t each, all; /* of a set; of everything */
};

static uint32_t quantum(const struct stamp_lower *n)
{
    uint32_t q = 1;

    while (q * n->L * 4 % STAMP_DRAM_ALIGN) q++;
    return q;
}

static bool padded(const struct stamp_grid *g)
{
    return g->stride == 1;
}

static struct cut cut_of(struct stamp_grid g, uint32_t convs, uint32_t c, uint32_t rows)
{
    struct cut k = {.grid = g, .wide = g.width / g.stride, .c = c, .rows = rows};
    const uint32_t pad = padded(&g) ? 1 : 0;

    k.pitch = g.width + pad;
    k.taps = (g.kernel * g.kernel + 1) * c;
    k.in = ((rows * g.stride + 2 * pad) * k.pitch + pad) * c;
    k.out = rows * k.wide * c;
    k.tmp = k.wide * c;
    k.each = convs * (k.in + k.out);
    k.all = SETS * (k.each + convs * k.taps) + k.tmp;
    return k;
}

/* The most rows that fit, of the fewest columns that are whole 64 bytes; more columns while all rows do. */
static bool choose(const struct stamp_lower *n, struct stamp_grid g, uint32_t convs, uint32_t lines,
                   struct cut *out)
{
    const uint32_t vm = n->mach->VM_LINES, q = quantum(n), high = g.height / g.stride;
    uint32_t rows = 0;

    for (uint32_t r = 1; r <= high && r * (g.width / g.stride) < 4096; r++)
        if (cut_of(g, convs, q, r).all <= vm) rows = r;
    if (!rows) return false;
    *out = cut_of(g, convs, q, rows);
    const uint32_t wide = (lines + q - 1) / q * q;
    for (uint32_t c = 2 * q; c <= wide && c <= ZEROS && rows == high; c += q)
        if (wide % c == 0 && cut_of(g, convs, c, rows).all <= vm) *out = cut_of(g, convs, c, rows);
    return true;
}

/* One convolution of some columns: where it reads, where its parts are in VM. */
struct conv {
    const struct cut *k;
    struct stamp_place from;
    uint64_t taps, tap_row; /* DRAM */
    uint32_t in, out, weights, tmp;
};

static void load_rows(struct stamp_lower *n, const struct conv *v, uint64_t dram, uint64_t pitch,
                      uint32_t line, uint32_t rows)
{
    stamp_emit_move(n->b, STAMP_OP_LOAD,
                    (struct stamp_move){.space = STAMP_SPACE_VM,
                                        .fmt = STAMP_FMT_F32,
                                        .dram = dram,
                                        .line = line,
                                        .lines = v->k->c,
                                        .lstride = v->k->c,
                                        .n0 = rows,
                                        .d0 = pitch});
}

/* Points of zeros that nothing writes later. */
static void clear(struct stamp_lower *n, const struct conv *v, uint64_t zeros)
{
    const struct cut *k = v->k;

    if (!padded(&k->grid)) return;
    stamp_emit_move(n->b, STAMP_OP_LOAD,
                    (struct stamp_move){.space = STAMP_SPACE_VM,
                                        .fmt = STAMP_FMT_F32,
                                        .dram = zeros,
                                        .line = v->in,
                                        .lines = k->c,
                                        .lstride = k->pitch * k->c,
                                        .n0 = k->rows + 3});
}

/* Rows of the grid that result rows first .. first + rows - 1 need, of columns from line c0 on. */
static void load_points(struct stamp_lower *n, const struct conv *v, uint64_t zeros, uint32_t c0,
                        uint32_t first, uint32_t rows)
{
    const struct cut *k = v->k;
    const uint32_t pad = padded(&k->grid) ? 1 : 0, high = rows * k->grid.stride + 2 * pad;
    const uint64_t at = v->from.addr + (uint64_t)c0 * n->L * 4;

    for (uint32_t y = 0; y < high; y++) {
        const uint32_t row = first * k->grid.stride + y - pad, line = v->in + (y * k->pitch + pad) * k->c;
        const bool there = row < k->grid.height; /* above the first it is large */
        load_rows(n, v, there ? at + (uint64_t)row * k->grid.width * v->from.row_bytes : zeros,
                  there ? v->from.row_bytes : 0, line, k->grid.width);
    }
}

static void load_weights(struct stamp_lower *n, const struct conv *v, uint32_t c0)
{
    load_rows(n, v, v->taps + (uint64_t)c0 * n->L * 4, v->tap_row, v->weights, v->k->taps / v->k->c);
}

/* Tap @p tap of one row of results. */
static void add_tap(struct stamp_lower *n, const struct conv *v, uint32_t row, uint32_t tap, bool first)
{
    const struct cut *k = v->k;
    const uint32_t y = row * k->grid.stride + tap / k->grid.kernel, x = tap % k->grid.kernel;
    const struct stamp_vec a = {v->in + (y * k->pitch + x) * k->c, k->wide, k->grid.stride * k->c, k->c},
                           d = {v->out + row * k->wide * k->c, k->wide, k->c, k->c};
    const uint32_t w = v->weights + tap * k->c;

    if (first) {
        stamp_emit_bin(n->b, STAMP_BIN_MUL, a, w, 0, 0, d.a, k->c);
        return;
    }
    stamp_emit_bin(n->b, STAMP_BIN_MUL, a, w, 0, 0, v->tmp, k->c);
    stamp_emit_bin(n->b, STAMP_BIN_ADD, d, v->tmp, k->c, 1, d.a, k->c);
}

static void convolve(struct stamp_lower *n, const struct conv *v, uint32_t rows)
{
    const struct cut *k = v->k;
    const uint32_t taps = k->grid.kernel * k->grid.kernel, first = stamp_grid_first_tap(&k->grid);
    const struct stamp_vec all = {v->out, rows * k->wide, k->c, k->c};

    for (uint32_t r = 0; r < rows; r++) {
        add_tap(n, v, r, first, true);
        for (uint32_t t = 0; t < taps; t++)
            if (t != first) add_tap(n, v, r, t, false);
    }
    stamp_emit_bin(n->b, STAMP_BIN_ADD, all, v->weights + taps * k->c, 0, 0, v->out, k->c);
}

static struct conv conv_of(const struct stamp_lower *n, const struct stamp_lstep *s,
                           const struct cut *k, uint32_t i, uint32_t set, uint32_t weights)
{
    const uint32_t convs = s->s->second == STAMP_NO_OPERAND ? 1 : 2;
    const uint32_t at = set * k->each + i * (k->in + k->out), tables = SETS * k->each;

    return (struct conv){.k = k,
                         .from = stamp_lower_place(n, i ? s->s->k : s->s->x),
                         .taps = s->taps[i],
                         .tap_row = s->tap_row,
                         .in = at,
                         .out = at + k->in,
                         .weights = tables + (weights * convs + i) * k->taps,
                         .tmp = tables + SETS * convs * k->taps};
}

static void points(struct stamp_lower *n, struct stamp_lstep *s, const struct cut *k)
{
    const uint32_t convs = s->s->second == STAMP_NO_OPERAND ? 1 : 2;
    const uint32_t lines = (stamp_lower_width(n, s->s->out) + n->L - 1) / n->L;
    const uint32_t high = k->grid.height / k->grid.stride;
    const struct stamp_place to = stamp_lower_place(n, s->s->out);
    uint32_t turn = 0, set = 0;

    for (uint32_t i = 0; i < SETS * convs; i++) {
        const struct conv v = conv_of(n, s, k, i % convs, i / convs, 0);
        clear(n, &v, s->over);
    }
    for (uint32_t c0 = 0; c0 < lines; c0 += k->c, turn = !turn)
        for (uint32_t r = 0; r < high; r += k->rows, set = !set) {
            const uint32_t rows = high - r < k->rows ? high - r : k->rows;
            for (uint32_t i = 0; i < convs; i++) {
                const struct conv v = conv_of(n, s, k, i, set, turn);
                if (!r) load_weights(n, &v, c0);
                load_points(n, &v, s->over, c0, r, rows);
            }
            for (uint32_t i = 0; i < convs; i++) {
                const struct conv v = conv_of(n, s, k, i, set, turn);
                convolve(n, &v, rows);
            }
            const struct conv v = conv_of(n, s, k, 0, set, turn), g = conv_of(n, s, k, convs - 1, set, turn);
            const struct stamp_vec all = {g.out, rows * k->wide, k->c, k->c};
            if (convs > 1) {
                stamp_emit_fn(n->b, STAMP_ONE_SILU, all, 0, 0, 0.0f, g.out, k->c);
                stamp_emit_bin(n->b, STAMP_BIN_MUL, all, v.out, k->c, 1, v.out, k->c);
            }
            stamp_emit_move(n->b, STAMP_OP_STORE,
                            (struct stamp_move){.space = STAMP_SPACE_VM,
                                                .fmt = STAMP_FMT_F32,
                                                .dram = to.addr + (uint64_t)c0 * n->L * 4 +
                                                        (uint64_t)r * k->wide * to.row_bytes,
                                                .line = v.out,
                                                .lines = k->c,
                                                .lstride = k->c,
                                                .n0 = rows * k->wide,
                                                .d0 = to.row_bytes});
        }
}

static struct stamp_grid grid_of(const struct stamp_lower *n, const struct stamp_lstep *s)
{
    const struct stamp_gattr *a = &n->g->node[s->s->node].attr;
    return (struct stamp_grid){a->height, a->width, a->kernel, a->stride};
}

static void emit(struct stamp_lower *n, struct stamp_lstep *s)
{
    const struct stamp_grid g = grid_of(n, s);
    const uint32_t convs = s->s->second == STAMP_NO_OPERAND ? 1 : 2;
    struct cut k;

    stamp_build_phase_begin(n->b, s->s->name, 0);
    if (choose(n, g, convs, (stamp_lower_width(n, s->s->out) + n->L - 1) / n->L, &k))
        points(n, s, &k);
    else
        stamp_build_fail(n->b, STAMP_EUNSUPPORTED,
                         "%s: a grid %u points wide does not fit machine %s: VM_LINES is %u, needs %u",
                         s->s->name, g.width, n->mach->name, n->mach->VM_LINES,
                         (cut_of(g, convs, quantum(n), 1).all + 3) / 4 * 4);
}

/* Columns behind the last: lines are loaded as whole multiples of 64 bytes. */
static void global(struct stamp_lower *n, struct stamp_lstep *s)
{
    float *zeros = stamp_build_alloc(n->b, (size_t)ZEROS * n->L, sizeof *zeros);
    char name[STAMP_NAME_MAX + 1];

    snprintf(name, sizeof name, "zeros.%.50s", s->s->name);
    if (zeros)
        s->over = stamp_lower_vector(n, name, zeros, (size_t)ZEROS * n->L, n->L, n->L);
}

/* The taps of a convolution and its bias as rows of the input's layout. */
static uint64_t lay_conv(struct stamp_lower *n, struct stamp_lstep *s, uint32_t node, uint32_t time)
{
    const struct stamp_gnode *k = &n->g->node[node];
    const struct stamp_layout in = stamp_lower_layout(n, k->in[0]);
    const uint32_t cols = n->g->value[node].cols, taps = k->attr.kernel * k->attr.kernel;
    const float *w = stamp_lower_vector_of(n, node, 1, time), *b = stamp_lower_vector_of(n, node, 2, time);
    const uint32_t wide = in.groups * in.padded;
    float *rows = stamp_build_alloc(n->b, (size_t)(taps + 1) * wide, sizeof *rows);
    char name[STAMP_NAME_MAX + 1];

    if (!rows) return 0;
    for (uint32_t t = 0; t <= taps; t++)
        for (uint32_t c = 0; c < cols; c++)
            rows[(size_t)t * wide + c / in.unit * in.padded + c % in.unit] =
                t < taps ? w[(size_t)t * cols + c] : b[c];
    stamp_lower_name(n, s, time, n->g->param[k->in[1] & ~STAMP_PARAM].name, name);
    const struct stamp_place p = stamp_lower_rows_const(n, name, rows, taps + 1, wide);
    s->tap_row = p.row_bytes;
    return p.addr;
}

static void lay(struct stamp_lower *n, struct stamp_lstep *s, enum stamp_lay what, uint32_t time)
{
    if (what != STAMP_LAY_GAINS) return;
    const uint64_t first = lay_conv(n, s, s->s->node, time);
    const uint64_t second =
        s->s->second == STAMP_NO_OPERAND ? 0 : lay_conv(n, s, s->s->second, time);
    if (time) return;
    s->taps[0] = first;
    s->taps[1] = second;
}

const struct stamp_lkernel stamp_lkernel_depthwise = {.global = global, .lay = lay, .emit = emit};
