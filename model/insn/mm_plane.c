/* SPDX-License-Identifier: Apache-2.0 */
/* mm_plane.c - the plain form, and the choice of one. Contract in mm_plane.h. */
#include "model/insn/mm_plane.h"

#include <assert.h>

#include "model/num/simd.h"

static void quads_plain(const struct stamp_mm_plane *p)
{
    const uint32_t L = p->columns;

    for (uint64_t k = 0; k < p->lines; k++)
        for (uint32_t i = 0; i < p->rows; i++) {
            const int8_t *x = p->x + k * p->x_stride + p->row[i] * L;
            const uint8_t *w = p->w + k * L * L;
            uint32_t *acc = p->acc[p->row[i]];

            for (uint32_t q = 0; q < L / 4; q++, x += 4, w += 4 * (size_t)L)
                for (uint32_t c = 0; c < L; c++)
                    acc[c] += (uint32_t)(x[0] * w[4 * c] + x[1] * w[4 * c + 1] +
                                         x[2] * w[4 * c + 2] + x[3] * w[4 * c + 3]);
        }
}

/* What the 8 in every u added. */
static void correct(const struct stamp_mm_plane *p)
{
    const uint32_t L = p->columns;

    for (uint32_t i = 0; i < p->rows; i++) {
        const int8_t *x = p->x + p->row[i] * L;
        uint32_t *acc = p->acc[p->row[i]];
        int32_t sum = 0;

        for (uint64_t k = 0; k < p->lines; k++)
            for (uint32_t l = 0; l < L; l++) sum += x[k * p->x_stride + l];
        for (uint32_t c = 0; c < L; c++) acc[c] -= 8 * (uint32_t)sum;
    }
}

/* Whether this host has the form, and the form knows so many columns. */
static bool has(enum stamp_mm_form form, uint32_t columns)
{
#if defined(__x86_64__)
    if (form == STAMP_MM_AVX512) return stamp_mm_knows_avx512(columns) && HAS_AVX512;
    if (form == STAMP_MM_AVX2) return stamp_mm_knows_avx2(columns) && HAS_AVX2;
#else
    (void)columns;
#endif
    return form == STAMP_MM_PLAIN;
}

bool stamp_mm_plane_by(enum stamp_mm_form form, const struct stamp_mm_plane *p)
{
    if (!has(form, p->columns)) return false;
#if defined(__x86_64__)
    if (form == STAMP_MM_AVX512) stamp_mm_quads_avx512(p);
    if (form == STAMP_MM_AVX2) stamp_mm_quads_avx2(p);
#endif
    if (form == STAMP_MM_PLAIN) quads_plain(p);
    correct(p);
    return true;
}

void stamp_mm_plane(const struct stamp_mm_plane *p)
{
    const bool done = stamp_mm_plane_by(STAMP_MM_AVX512, p) ||
                      stamp_mm_plane_by(STAMP_MM_AVX2, p) || stamp_mm_plane_by(STAMP_MM_PLAIN, p);

    assert(done);
    (void)done;
}
