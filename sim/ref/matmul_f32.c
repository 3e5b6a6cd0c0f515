/* SPDX-License-Identifier: Apache-2.0 */
/* matmul_f32.c - binary32 matrix product. Contract in matmul_f32.h. */
#include "sim/ref/matmul_f32.h"

#include <stdint.h>

#include "model/mem.h"

/* COLS outputs lie side by side in the packed weights, so a vector holds independent sums and the
 * order within each of them stays as it is. */
enum { ROWS = 8, COLS = 16 };

#if defined(__GNUC__)
typedef float lanes __attribute__((vector_size(sizeof(float) * COLS)));
#endif

/* Vector widths the host may have; products and sums stay separate roundings in all of them. */
#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__)
#define WIDTHS __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define WIDTHS
#endif

static void row(size_t d, const float *restrict x, const float *restrict panel, float *restrict y,
                size_t cols)
{
    float acc[COLS] = {0};

    for (size_t k = 0; k < d; k++)
        for (size_t c = 0; c < COLS; c++) acc[c] = acc[c] + x[k] * panel[k * COLS + c];
    for (size_t c = 0; c < cols; c++) y[c] = acc[c];
}

/* ROWS x COLS outputs; panel is [d][COLS], 64-byte aligned, x rows are d apart, y rows n apart. */
WIDTHS static void tile(size_t d, size_t n, const float *restrict x, const float *restrict panel,
                        float *restrict y, size_t cols)
{
#if defined(__GNUC__)
    const lanes *p = (const lanes *)(const void *)panel;
    lanes a[ROWS] = {{0}};

    for (size_t k = 0; k < d; k++) {
        a[0] += x[0 * d + k] * p[k];
        a[1] += x[1 * d + k] * p[k];
        a[2] += x[2 * d + k] * p[k];
        a[3] += x[3 * d + k] * p[k];
        a[4] += x[4 * d + k] * p[k];
        a[5] += x[5 * d + k] * p[k];
        a[6] += x[6 * d + k] * p[k];
        a[7] += x[7 * d + k] * p[k];
    }
    for (size_t r = 0; r < ROWS; r++)
        for (size_t c = 0; c < cols; c++) y[r * n + c] = a[r][c];
#else
    for (size_t r = 0; r < ROWS; r++) row(d, x + r * d, panel, y + r * n, cols);
#endif
}

enum stamp_status stamp_ref_matmul(size_t s, size_t d, size_t n, const float *x, const float *w,
                                   float *y, struct stamp_err *e)
{
    float *panel = d > SIZE_MAX / COLS ? NULL : stamp_alloc(d * COLS, sizeof *panel);
    if (!panel) return stamp_fail(e, STAMP_ENOMEM, "no memory for a product over %zu", d);

    for (size_t at = 0; at < n; at += COLS) {
        const size_t cols = n - at < COLS ? n - at : COLS;
        for (size_t k = 0; k < d; k++)
            for (size_t c = 0; c < COLS; c++)
                panel[k * COLS + c] = c < cols ? w[(at + c) * d + k] : 0.0f;
        size_t r = 0;
        for (; r + ROWS <= s; r += ROWS) tile(d, n, x + r * d, panel, y + r * n + at, cols);
        for (; r < s; r++) row(d, x + r * d, panel, y + r * n + at, cols);
    }
    stamp_free(panel);
    return STAMP_OK;
}
