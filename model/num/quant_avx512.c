/* SPDX-License-Identifier: Apache-2.0 */
/* quant_avx512.c - ranges and codes of activations, in vectors of 16. Contract in quant_kernel.h. */
#include "model/num/quant_kernel.h"
#include "model/num/simd.h"

#if defined(__x86_64__)
#include <immintrin.h>

/* Stored codes of 16 values as s32: as in quant_avx2.c. */
INLINE AVX512 __m512i sixteen(struct stamp_qparam q, struct stamp_limits to, const float *x)
{
    const __m512 raw = _mm512_mul_ps(_mm512_loadu_ps(x), _mm512_set1_ps(q.inv));
    const __m512 v = _mm512_maskz_mov_ps(_mm512_cmp_ps_mask(raw, raw, _CMP_ORD_Q), raw);
    const __m512 in = _mm512_min_ps(_mm512_max_ps(v, _mm512_set1_ps(-512)), _mm512_set1_ps(511));
    const __m512i code = _mm512_add_epi32(_mm512_cvtps_epi32(in), _mm512_set1_epi32(q.zero));
    const __m512i limited = _mm512_min_epi32(_mm512_max_epi32(code, _mm512_set1_epi32(to.min)),
                                             _mm512_set1_epi32(to.max));

    return _mm512_sub_epi32(limited, _mm512_set1_epi32(to.shift));
}

AVX512 size_t stamp_quantize_avx512(struct stamp_qparam q, struct stamp_limits to, size_t n,
                                    const float *x, int8_t *code, int32_t *sum)
{
    __m512i total = _mm512_setzero_si512();
    size_t i = 0;

    for (; i + 32 <= n; i += 32) {
        const __m512i a = sixteen(q, to, x + i), b = sixteen(q, to, x + i + 16);
        _mm_storeu_si128((__m128i *)(void *)(code + i), _mm512_cvtepi32_epi8(a));
        _mm_storeu_si128((__m128i *)(void *)(code + i + 16), _mm512_cvtepi32_epi8(b));
        total = _mm512_add_epi32(total, _mm512_add_epi32(a, b));
    }
    *sum += _mm512_reduce_add_epi32(total);
    return i;
}

/* min and max give their second operand where one is NaN or both are zero: what is there stays. */
AVX512 struct stamp_range stamp_range_avx512(struct stamp_range r, size_t n, const float *x)
{
    __m512 lo[4], hi[4];
    size_t i = 0;

    for (int k = 0; k < 4; k++) lo[k] = _mm512_set1_ps(r.lo), hi[k] = _mm512_set1_ps(r.hi);
    for (; i + 64 <= n; i += 64)
#pragma GCC unroll 4
        for (int k = 0; k < 4; k++) {
            const __m512 v = _mm512_loadu_ps(x + i + 16 * k);
            lo[k] = _mm512_min_ps(v, lo[k]);
            hi[k] = _mm512_max_ps(v, hi[k]);
        }
    for (; i < n; i += 16) {
        const __mmask16 in = (__mmask16)(n - i < 16 ? (1u << (n - i)) - 1 : 0xffff);
        const __m512 v = _mm512_mask_loadu_ps(lo[0], in, x + i);
        lo[0] = _mm512_min_ps(v, lo[0]);
        hi[0] = _mm512_max_ps(_mm512_mask_loadu_ps(hi[0], in, x + i), hi[0]);
    }
    for (int k = 1; k < 4; k++) {
        lo[0] = _mm512_min_ps(lo[k], lo[0]);
        hi[0] = _mm512_max_ps(hi[k], hi[0]);
    }
    return (struct stamp_range){_mm512_reduce_min_ps(lo[0]), _mm512_reduce_max_ps(hi[0])};
}

#endif
