/* SPDX-License-Identifier: Apache-2.0 */
/* matmul_fast.c - the integer product on packed weights, tile by tile. Contract in matmul.h.
 *
 * Panels outside, rows inside: a panel (K x 64 bytes) stays in the second-level cache while all
 * token rows pass over it, six at a time. */
#include <assert.h>
#include <string.h>

#include "model/num/matmul_kernel.h"

enum { QUAD = 4 * STAMP_PANEL, TALL_LEAST = 8, FAR = 1 << 21 /* bytes of a second-level cache */ };

static void unpack_quad(const uint8_t *w, unsigned w_bits, uint8_t *quad)
{
    if (w_bits == 8) {
        memcpy(quad, w, QUAD);
        return;
    }
    for (int i = 0; i < QUAD / 2; i++) {
        quad[i] = w[i] & 15;
        quad[QUAD / 2 + i] = w[i] >> 4;
    }
}

static void tile(uint32_t rows, size_t quads, const int8_t *x, size_t stride, const uint8_t *w,
                 unsigned w_bits, const uint8_t *ahead, int32_t *acc)
{
    uint8_t u[QUAD];

    (void)ahead;
    memset(acc, 0, rows * STAMP_PANEL * sizeof *acc);
    for (size_t q = 0; q < quads; q++, w += w_bits == 8 ? QUAD : QUAD / 2) {
        unpack_quad(w, w_bits, u);
        for (uint32_t r = 0; r < rows; r++) {
            const int8_t *c = x + r * stride + 4 * q;
            for (int j = 0; j < STAMP_PANEL; j++)
                acc[r * STAMP_PANEL + (uint32_t)j] += c[0] * u[4 * j] + c[1] * u[4 * j + 1] +
                                                      c[2] * u[4 * j + 2] + c[3] * u[4 * j + 3];
        }
    }
}

static void finish(struct stamp_turn t, uint32_t rows, const int32_t *acc,
                   const struct stamp_row_terms *terms, const int32_t *colsum, const float *scale,
                   float *y, size_t stride)
{
    stamp_finish(t, rows, acc, terms, colsum, scale, y, stride);
}

const struct stamp_kernel stamp_kernel_portable = {tile, finish};

const struct stamp_kernel *stamp_kernel_of(enum stamp_path path)
{
#if defined(__x86_64__)
    const bool best = path == STAMP_PATH_BEST;

    if (path >= STAMP_PATH_AVX512 || (best && stamp_path_may(STAMP_PATH_AVX512)))
        return &stamp_kernel_avx512;
    if (path == STAMP_PATH_AVX2 || (best && stamp_path_may(STAMP_PATH_AVX2)))
        return &stamp_kernel_avx2;
#endif
    assert(path == STAMP_PATH_PORTABLE || path == STAMP_PATH_BEST);
    return &stamp_kernel_portable;
}

/* What turns rows' products of a block into their sums. */
static void terms_of(const struct stamp_acts *x, const struct stamp_packed *w, uint32_t row,
                     uint32_t rows, uint32_t b, struct stamp_row_terms *terms)
{
    const int32_t uoff = w->bits == 8 ? 128 : 8;
    const uint32_t left = w->d - b * w->block;
    const int32_t len = (int32_t)(w->block && w->block < left ? w->block : left);

    for (uint32_t r = 0; r < rows; r++) {
        const struct stamp_rowmeta m = x->meta[(size_t)(row + r) * x->nb + b];
        const int32_t low = x->bits[row + r] == 8 ? 8 : 0;
        terms[r] = (struct stamp_row_terms){-uoff * (m.rowsum + low * len), m.corr - low, m.scale};
    }
}

/* Where rows of one panel go. */
struct place {
    uint32_t row, rows, panel;
    float *y;
    size_t stride;
    bool far; /* of struct stamp_turn */
};

static uint32_t columns(const struct stamp_packed *w, uint32_t panel)
{
    const uint32_t left = w->n - panel * STAMP_PANEL;
    return left < STAMP_PANEL ? left : STAMP_PANEL;
}

/* What a tile of rows may fetch while it works on block b, behind which @p behind lies. */
static const uint8_t *ahead_of(const struct stamp_packed *w, uint32_t rows,
                               const struct stamp_ahead *next, uint32_t b, const uint8_t *behind,
                               const uint8_t *code)
{
    if (rows < STAMP_TILE_ROWS && b + 1 < w->nb) return behind;
    if (!next->left) return code;
    return rows < STAMP_TILE_ROWS ? next->at : next->at + b * (size_t)(w->block / 4) * STAMP_AHEAD;
}

/* All blocks of one tile of token rows times one panel. tall: many rows, by AMX.
 * room: [at->rows][STAMP_PANEL], where a panel that the matrix does not fill is summed. */
static void rows_times_panel(const struct stamp_kernel *k, bool tall, const struct stamp_acts *x,
                             const struct stamp_packed *w, const struct place *at,
                             struct stamp_ahead *next, int32_t *acc, struct stamp_row_terms *terms,
                             float *room)
{
    const size_t quads_a_block = w->block ? w->block / 4 : w->quads;
    const uint8_t *code = stamp_packed_panel(w, at->panel);
    const int32_t *colsum = stamp_packed_colsum(w, at->panel);
    const float *scale = stamp_packed_scale(w, at->panel);
    const uint32_t cols = columns(w, at->panel);
    const bool whole = cols == STAMP_PANEL;

    for (uint32_t b = 0; b < w->nb; b++) {
        const size_t q = b * quads_a_block;
        const size_t n = w->quads - q < quads_a_block ? w->quads - q : quads_a_block;
        const size_t meta = (size_t)b * STAMP_PANEL;
        const int8_t *from = x->code + at->row * x->stride + 4 * q;
        const uint8_t *by = code + q * w->quad_bytes;

        for (int i = 0; i < STAMP_PANEL; i += 16) { /* lines that finish would wait for */
            __builtin_prefetch(colsum + meta + i);
            __builtin_prefetch(scale + meta + i);
        }
        if (tall)
            stamp_amx_tall(at->rows, n, from, x->stride, by, w->bits, next, acc);
        else
            k->tile(at->rows, n, from, x->stride, by, w->bits,
                    ahead_of(w, at->rows, next, b, by + n * w->quad_bytes, code), acc);
        terms_of(x, w, at->row, at->rows, b, terms);
        k->finish((struct stamp_turn){b == 0, b == w->nb - 1, at->far && whole}, at->rows, acc,
                  terms, colsum + meta, scale + meta, whole ? at->y : room,
                  whole ? at->stride : STAMP_PANEL);
    }
    for (uint32_t r = 0; r < at->rows && !whole; r++)
        memcpy(at->y + r * at->stride, room + r * STAMP_PANEL, cols * sizeof *room);
}

static void tall_panel(const struct stamp_kernel *k, const struct stamp_acts *x,
                       const struct stamp_packed *w, struct place at, struct stamp_ahead next)
{
    _Alignas(64) int32_t acc[STAMP_TALL_ROWS * STAMP_PANEL];
    struct stamp_row_terms terms[STAMP_TALL_ROWS];
    float room[STAMP_TALL_ROWS * STAMP_PANEL];

    assert(at.rows <= STAMP_TALL_ROWS);
    rows_times_panel(k, true, x, w, &at, &next, acc, terms, room);
}

/* Any number of rows, a tile at a time. */
static void short_panel(const struct stamp_kernel *k, const struct stamp_acts *x,
                        const struct stamp_packed *w, struct place all, struct stamp_ahead next)
{
    const size_t share =
        w->quads * STAMP_AHEAD; /* of what comes, by every tile until all is there */
    int32_t acc[STAMP_TILE_ROWS * STAMP_PANEL];
    struct stamp_row_terms terms[STAMP_TILE_ROWS];
    float room[STAMP_TILE_ROWS * STAMP_PANEL];

    for (uint32_t row = 0; row < all.rows; row += STAMP_TILE_ROWS) {
        struct place at = all;
        at.row += row;
        at.y += row * all.stride;
        at.rows = all.rows - row < STAMP_TILE_ROWS ? all.rows - row : STAMP_TILE_ROWS;
        rows_times_panel(k, false, x, w, &at, &next, acc, terms, room);
        if (next.left) {
            next.at += next.left < share ? 0 : share;
            next.left -= next.left < share ? next.left : share;
        }
    }
}

/* Tiles of AMX pay from half a tile of rows on; asked for by name they are taken for any. */
static bool is_tall(enum stamp_path path, uint32_t rows)
{
    return path == STAMP_PATH_AMX ||
           (path == STAMP_PATH_BEST && rows >= TALL_LEAST && stamp_path_may(STAMP_PATH_AMX));
}

static bool fits(const struct stamp_acts *x, const struct stamp_packed *w)
{
    return x->d == w->d && x->block == w->block && x->d <= STAMP_K_MAX;
}

/* Rows from .. of one panel, so many as are taken at once. */
static uint32_t rows_at_once(bool tall, const struct stamp_acts *x, uint32_t row)
{
    const uint32_t left = x->s - row;
    return tall && left > STAMP_TALL_ROWS ? STAMP_TALL_ROWS : left;
}

void stamp_matmul_panels(enum stamp_path path, const struct stamp_acts *x,
                         const struct stamp_packed *w, uint32_t first, uint32_t count, float *y)
{
    const struct stamp_kernel *k = stamp_kernel_of(path);
    const bool tall = is_tall(path, x->s);
    const bool far = (size_t)x->s * w->n * sizeof *y > FAR;
    uint32_t rows;

    assert(fits(x, w) && first + count <= w->panels);
    for (uint32_t row = 0; row < x->s; row += rows) {
        rows = rows_at_once(tall, x, row);
        for (uint32_t p = first; p < first + count; p++) {
            const struct stamp_ahead next = {stamp_packed_panel(w, p + 1),
                                             p + 1 < first + count ? w->panel_bytes : 0, 0};
            const struct place at = {
                row, rows, p, y + row * (size_t)w->n + (size_t)p * STAMP_PANEL, w->n, far};
            (tall ? tall_panel : short_panel)(k, x, w, at, next);
        }
    }
}

void stamp_matmul_panel(const struct stamp_acts *x, const struct stamp_packed *w, uint32_t panel,
                        const uint8_t *next, size_t next_bytes, float *y)
{
    const bool tall = is_tall(STAMP_PATH_BEST, x->s);
    const struct stamp_ahead ahead = {next, next ? next_bytes : 0, 0};
    const uint32_t cols = columns(w, panel);
    uint32_t rows;

    assert(fits(x, w) && panel < w->panels);
    for (uint32_t row = 0; row < x->s; row += rows) {
        rows = rows_at_once(tall, x, row);
        const struct place at = {row, rows, panel, y + row * (size_t)cols, cols, false};
        (tall ? tall_panel : short_panel)(stamp_kernel_of(STAMP_PATH_BEST), x, w, at, ahead);
    }
}

void stamp_matmul(const struct stamp_acts *x, const struct stamp_packed *w, float *y)
{
    stamp_matmul_panels(STAMP_PATH_BEST, x, w, 0, w->panels, y);
}
