/* SPDX-License-Identifier: Apache-2.0 */
/* matmul_f32.c - the f32 product in its canonical order. Contract in matmul_f32.h.
 *
 * Channels side by side, features one after the other: vector code without a change of order. The
 * vectors are the compiler's, 16 lanes wide, cut to what each target has. */
#include "model/num/matmul_f32.h"

#include "model/mem.h"
#include "model/num/f32.h"
#include "model/num/simd.h"

enum { LANES = 16, VECTORS = 2, COLS = LANES * VECTORS, ROWS = 4 };

#define VECTOR        float __attribute__((vector_size(LANES * sizeof(float))))
#define ALWAYS_INLINE inline __attribute__((always_inline))

/* panel[d][COLS]: COLS channels of w from col on, missing ones 0. */
static void transpose(uint32_t n, uint32_t d, uint32_t col, const float *w, float *panel)
{
    for (uint32_t j = 0; j < COLS; j++)
        for (uint32_t k = 0; k < d; k++)
            panel[(size_t)k * COLS + j] = col + j < n ? w[(size_t)(col + j) * d + k] : 0.0f;
}

/* out[rows][COLS]; @p panel is aligned to a vector. A sum that has become NaN stays NaN, so that
 * one canonicalization at the end is enough. */
static ALWAYS_INLINE void rows_body(uint32_t rows, uint32_t d, const float *x, const float *panel,
                                    float *out)
{
    VECTOR sum[ROWS][VECTORS] = {{{0}}};

    for (uint32_t k = 0; k < d; k++) {
        const VECTOR *w = (const void *)(panel + (size_t)k * COLS);
#pragma GCC unroll 4
        for (uint32_t r = 0; r < rows; r++)
#pragma GCC unroll 2
            for (int v = 0; v < VECTORS; v++) sum[r][v] += x[(size_t)r * d + k] * w[v];
    }
    for (uint32_t r = 0; r < rows; r++)
        for (uint32_t j = 0; j < COLS; j++)
            out[r * COLS + j] = stamp_f32_canon(sum[r][j / LANES][j % LANES]);
}

static ALWAYS_INLINE void some_rows(uint32_t rows, uint32_t d, const float *x, const float *panel,
                                    float *out)
{
    if (rows == ROWS)
        rows_body(ROWS, d, x, panel, out);
    else
        for (uint32_t r = 0; r < rows; r++)
            rows_body(1, d, x + (size_t)r * d, panel, out + r * COLS);
}

static void rows_portable(uint32_t rows, uint32_t d, const float *x, const float *panel, float *out)
{
    some_rows(rows, d, x, panel, out);
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) static void rows_avx2(uint32_t rows, uint32_t d, const float *x,
                                                      const float *panel, float *out)
{
    some_rows(rows, d, x, panel, out);
}

__attribute__((target("avx512f"))) static void rows_avx512(uint32_t rows, uint32_t d,
                                                           const float *x, const float *panel,
                                                           float *out)
{
    some_rows(rows, d, x, panel, out);
}
#endif

static void rows_best(uint32_t rows, uint32_t d, const float *x, const float *panel, float *out)
{
#if defined(__x86_64__)
    if (HAS_AVX512) {
        rows_avx512(rows, d, x, panel, out);
        return;
    }
    if (HAS_AVX2) {
        rows_avx2(rows, d, x, panel, out);
        return;
    }
#endif
    rows_portable(rows, d, x, panel, out);
}

enum stamp_status stamp_matmul_f32(uint32_t s, uint32_t n, uint32_t d, const float *x,
                                   const float *w, float *y, struct stamp_err *e)
{
    float out[ROWS * COLS];
    float *panel = stamp_alloc(d, COLS * sizeof *panel);
    if (!panel) return stamp_fail(e, STAMP_ENOMEM, "out of memory for a panel of %u features", d);

    for (uint32_t col = 0; col < n; col += COLS) {
        const uint32_t cols = n - col < COLS ? n - col : COLS;
        transpose(n, d, col, w, panel);
        for (uint32_t row = 0; row < s; row += ROWS) {
            const uint32_t rows = s - row < ROWS ? s - row : ROWS;
            rows_best(rows, d, x + (size_t)row * d, panel, out);
            for (uint32_t r = 0; r < rows; r++)
                for (uint32_t j = 0; j < cols; j++)
                    y[(size_t)(row + r) * n + col + j] = out[r * COLS + j];
        }
    }
    stamp_free(panel);
    return STAMP_OK;
}
