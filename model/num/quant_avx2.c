/* SPDX-License-Identifier: Apache-2.0 */
/* quant_avx2.c - codes of activations, 16 at a time. Contract in quant_kernel.h. */
#include "model/num/quant_kernel.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX2 __attribute__((target("avx2")))

/* Stored codes of 8 values as s32. A NaN becomes +0 by the mask, and vcvtps2dq rounds RNE: together
 * with the limits that is RNE_INT10. */
static inline __attribute__((always_inline)) AVX2 __m256i eight(struct stamp_qparam q,
                                                                struct stamp_limits to,
                                                                const float *x)
{
    const __m256 raw = _mm256_mul_ps(_mm256_loadu_ps(x), _mm256_set1_ps(q.inv));
    const __m256 v = _mm256_and_ps(raw, _mm256_cmp_ps(raw, raw, _CMP_ORD_Q));
    const __m256 in = _mm256_min_ps(_mm256_max_ps(v, _mm256_set1_ps(-512)), _mm256_set1_ps(511));
    const __m256i code = _mm256_add_epi32(_mm256_cvtps_epi32(in), _mm256_set1_epi32(q.zero));
    const __m256i limited = _mm256_min_epi32(_mm256_max_epi32(code, _mm256_set1_epi32(to.min)),
                                             _mm256_set1_epi32(to.max));
    return _mm256_sub_epi32(limited, _mm256_set1_epi32(to.shift));
}

AVX2 size_t stamp_quantize_avx2(struct stamp_qparam q, struct stamp_limits to, size_t n,
                                const float *x, int8_t *code, int32_t *sum)
{
    __m256i total = _mm256_setzero_si256();
    int32_t lane[8];
    size_t i = 0;

    for (; i + 16 <= n; i += 16) {
        const __m256i a = eight(q, to, x + i), b = eight(q, to, x + i + 8);
        /* packs works on 128-bit halves: the permutation puts the quads back in order */
        const __m256i words = _mm256_permute4x64_epi64(_mm256_packs_epi32(a, b), 0xd8);
        const __m128i bytes =
            _mm_packs_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
        _mm_storeu_si128((__m128i *)(void *)(code + i), bytes);
        total = _mm256_add_epi32(total, _mm256_add_epi32(a, b));
    }
    _mm256_storeu_si256((__m256i *)(void *)lane, total);
    for (int k = 0; k < 8; k++) *sum += lane[k];
    return i;
}

#endif
