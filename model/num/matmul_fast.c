/* SPDX-License-Identifier: Apache-2.0 */
/* matmul_fast.c - the integer product on packed weights, tile by tile. Contract in matmul.h.
 *
 * Panels outside, rows inside: a panel (K x 64 bytes) stays in the second-level cache while all
 * token rows pass over it, six at a time. */
#include <assert.h>
#include <string.h>

#include "model/num/matmul_kernel.h"

enum { QUAD = 4 * STAMP_PANEL };

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

static void finish(bool first, uint32_t rows, const int32_t *acc,
                   const struct stamp_row_terms *terms, const int32_t *colsum, const float *scale,
                   float *y)
{
    stamp_finish(first, rows, acc, terms, colsum, scale, y);
}

const struct stamp_kernel stamp_kernel_portable = {tile, finish};

bool stamp_path_works(enum stamp_path path)
{
#if defined(__x86_64__)
    if (path == STAMP_PATH_AVX512)
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
               __builtin_cpu_supports("avx512vnni");
    if (path == STAMP_PATH_AVX2) return __builtin_cpu_supports("avx2");
#endif
    return path == STAMP_PATH_BEST || path == STAMP_PATH_PORTABLE;
}

static enum stamp_path resolve(enum stamp_path path)
{
    if (path != STAMP_PATH_BEST) return path;
    if (stamp_path_works(STAMP_PATH_AVX512)) return STAMP_PATH_AVX512;
    return stamp_path_works(STAMP_PATH_AVX2) ? STAMP_PATH_AVX2 : STAMP_PATH_PORTABLE;
}

const char *stamp_path_name(enum stamp_path path)
{
    static const char *const name[] = {"best", "portable", "avx2", "avx512-vnni"};
    return name[resolve(path)];
}

const struct stamp_kernel *stamp_kernel_of(enum stamp_path path)
{
#if defined(__x86_64__)
    switch (resolve(path)) {
    case STAMP_PATH_AVX512: return &stamp_kernel_avx512;
    case STAMP_PATH_AVX2: return &stamp_kernel_avx2;
    case STAMP_PATH_PORTABLE:
    case STAMP_PATH_BEST: break;
    }
#endif
    assert(resolve(path) == STAMP_PATH_PORTABLE);
    return &stamp_kernel_portable;
}

/* One tile of token rows times one panel, all blocks, into y[rows][STAMP_PANEL]. */
static void rows_times_panel(const struct stamp_kernel *k, const struct stamp_acts *x,
                             const struct stamp_packed *w, uint32_t row, uint32_t rows,
                             uint32_t panel, const uint8_t *next, float *y)
{
    const size_t quads_a_block = w->block ? w->block / 4 : w->quads;
    const int32_t uoff = w->bits == 8 ? 128 : 8;
    const uint8_t *code = w->code + (size_t)panel * w->quads * w->quad_bytes;
    int32_t acc[STAMP_TILE_ROWS * STAMP_PANEL];
    struct stamp_row_terms terms[STAMP_TILE_ROWS];

    for (uint32_t b = 0; b < w->nb; b++) {
        const size_t q = b * quads_a_block;
        const size_t n = w->quads - q < quads_a_block ? w->quads - q : quads_a_block;
        const uint32_t len =
            w->block ? (w->d - b * w->block < w->block ? w->d - b * w->block : w->block) : w->d;
        const size_t meta = ((size_t)panel * w->nb + b) * STAMP_PANEL;

        k->tile(rows, n, x->code + row * x->stride + 4 * q, x->stride, code + q * w->quad_bytes,
                w->bits, next ? next + q * STAMP_AHEAD : code, acc);
        for (uint32_t r = 0; r < rows; r++) {
            const struct stamp_rowmeta m = x->meta[(size_t)(row + r) * x->nb + b];
            const int32_t low = x->bits[row + r] == 8 ? 8 : 0;
            const int32_t csum = m.rowsum + low * (int32_t)len;
            terms[r] = (struct stamp_row_terms){-uoff * csum, m.corr - low, m.scale};
        }
        k->finish(b == 0, rows, acc, terms, w->colsum + meta, w->scale + meta, y);
    }
}

/* y[x->s][stride] = one panel. */
static void one_panel(const struct stamp_kernel *k, const struct stamp_acts *x,
                      const struct stamp_packed *w, uint32_t panel, const uint8_t *next,
                      size_t next_bytes, float *y, size_t stride)
{
    const uint32_t left = w->n - panel * STAMP_PANEL;
    const uint32_t cols = left < STAMP_PANEL ? left : STAMP_PANEL;
    const size_t share =
        w->quads * STAMP_AHEAD; /* of what comes, by every tile until all is there */
    float out[STAMP_TILE_ROWS * STAMP_PANEL];

    for (uint32_t row = 0; row < x->s; row += STAMP_TILE_ROWS) {
        const uint32_t rows = x->s - row < STAMP_TILE_ROWS ? x->s - row : STAMP_TILE_ROWS;
        rows_times_panel(k, x, w, row, rows, panel, next, out);
        if (next) next += next_bytes < share ? 0 : share;
        next_bytes -= next_bytes < share ? 0 : share;
        for (uint32_t r = 0; r < rows; r++)
            for (uint32_t j = 0; j < cols; j++)
                y[(size_t)(row + r) * stride + j] = stamp_f32_canon(out[r * STAMP_PANEL + j]);
    }
}

void stamp_matmul_panels(enum stamp_path path, const struct stamp_acts *x,
                         const struct stamp_packed *w, uint32_t first, uint32_t count, float *y)
{
    const struct stamp_kernel *k = stamp_kernel_of(path);

    assert(x->d == w->d && x->block == w->block && x->d <= STAMP_K_MAX);
    assert(first + count <= w->panels);
    for (uint32_t p = first; p < first + count; p++)
        one_panel(k, x, w, p, NULL, 0, y + (size_t)p * STAMP_PANEL, w->n);
}

void stamp_matmul_panel(const struct stamp_acts *x, const struct stamp_packed *w, uint32_t panel,
                        const uint8_t *next, size_t next_bytes, float *y)
{
    const uint32_t left = w->n - panel * STAMP_PANEL;

    assert(x->d == w->d && x->block == w->block && x->d <= STAMP_K_MAX && panel < w->panels);
    one_panel(stamp_kernel_of(STAMP_PATH_BEST), x, w, panel, next, next_bytes, y,
              left < STAMP_PANEL ? left : STAMP_PANEL);
}

void stamp_matmul(const struct stamp_acts *x, const struct stamp_packed *w, float *y)
{
    stamp_matmul_panels(STAMP_PATH_BEST, x, w, 0, w->panels, y);
}
