/* SPDX-License-Identifier: Apache-2.0 */
/* fn_avx512.c - rows of functions on 512 bits. Contract in fn.h, the rule and its steps in fn.c.
 *
 * Sixteen elements look into tables that stand in registers: a gather loads one by one, and hosts whose
 * gathers were made safe take ten times as long for one. */
#include "model/num/fn.h"
#include "model/num/fn_rows.h"

#if defined(__x86_64__)
#include <immintrin.h>

enum { LANES = 16 };

#define FN     INLINE AVX512 __m512i
#define INT(x) _mm512_set1_epi32((int)(x))

/* table[i] of 32 words; bits of i above the low 5 do not count. */
FN look32(const uint32_t *table, __m512i i)
{
    return _mm512_permutex2var_epi32(_mm512_loadu_si512(table), i,
                                     _mm512_loadu_si512(table + LANES));
}

FN look64(const uint32_t *table, __m512i i)
{
    return _mm512_mask_blend_epi32(_mm512_test_epi32_mask(i, INT(32)), look32(table, i),
                                   look32(table + 32, i));
}

FN look128(const uint32_t *table, __m512i i)
{
    return _mm512_mask_blend_epi32(_mm512_test_epi32_mask(i, INT(64)), look64(table, i),
                                   look64(table + 64, i));
}

/* SEGMENT: fn.c says why the product is made in two parts. */
FN segment(__m512i c0, __m512i c12, __m512i d)
{
    const __m512i c1 = _mm512_srli_epi32(c12, 10), c2 = _mm512_and_si512(c12, INT(1023));
    const __m512i high = _mm512_mullo_epi32(c1, _mm512_srli_epi32(d, 7));
    const __m512i low = _mm512_mullo_epi32(c1, _mm512_and_si512(d, INT(127)));
    const __m512i step = _mm512_srli_epi32(d, 5);
    const __m512i square = _mm512_srli_epi32(_mm512_mullo_epi32(step, step), 10);
    const __m512i line = _mm512_srli_epi32(_mm512_add_epi32(high, _mm512_srli_epi32(low, 7)), 8);
    const __m512i bend = _mm512_srli_epi32(_mm512_mullo_epi32(c2, square), 10);

    return _mm512_add_epi32(_mm512_add_epi32(c0, line), bend);
}

/* |x| 2^n, cut. */
FN fix(__m512i magnitude, float scale)
{
    return _mm512_cvttps_epi32(
        _mm512_mul_ps(_mm512_castsi512_ps(magnitude), _mm512_set1_ps(scale)));
}

INLINE AVX512 __mmask16 nan_of(__m512i u)
{
    return _mm512_cmpgt_epi32_mask(_mm512_and_si512(u, INT(0x7fffffff)), INT(0x7f800000));
}

INLINE AVX512 __m512 canon(__m512 x)
{
    const __m512i u = _mm512_castps_si512(x);
    return _mm512_castsi512_ps(_mm512_mask_mov_epi32(u, nan_of(u), INT(STAMP_F32_NAN)));
}

INLINE AVX512 __m512 exp2_16(__m512 x)
{
    const __m512i u = _mm512_castps_si512(x);
    const __mmask16 nan = nan_of(u);
    const __mmask16 below = _mm512_cmpgt_epu32_mask(u, INT(0xc2fc0000));
    const __mmask16 above = _mm512_cmpge_epi32_mask(u, INT(0x43000000));
    const __m512i in = _mm512_maskz_mov_epi32((__mmask16) ~(nan | below | above), u);
    const __m512i v = fix(_mm512_and_si512(in, INT(0x7fffffff)), 0x1p22f);
    const __m512i r = _mm512_srli_epi32(_mm512_add_epi32(v, INT(1)), 1);
    const __m512i t = _mm512_mask_sub_epi32(r, _mm512_movepi32_mask(in), _mm512_setzero_si512(), r);
    const __m512i i = _mm512_srli_epi32(t, 15), d = _mm512_and_si512(t, INT(32767));
    const __m512i y = segment(look64(exp_first, i), look64(exp_second, i), d);
    const __m512i whole = _mm512_slli_epi32(_mm512_andnot_si512(INT(0x1fffff), t), 2);
    __m512i out =
        _mm512_add_epi32(_mm512_add_epi32(whole, INT(127u << 23)), _mm512_slli_epi32(y, 1));

    out = _mm512_maskz_mov_epi32((__mmask16)~below, out);
    out = _mm512_mask_mov_epi32(out, above, INT(0x7f800000));
    return _mm512_castsi512_ps(_mm512_mask_mov_epi32(out, nan, INT(STAMP_F32_NAN)));
}

/* SIGMOID: q or 1 - q over |x| up to 16. */
INLINE AVX512 __m512 sigmoid_16(__m512 x)
{
    const __m512i u = _mm512_castps_si512(x), magnitude = _mm512_and_si512(u, INT(0x7fffffff));
    const __mmask16 small = _mm512_cmplt_epi32_mask(magnitude, INT(0x41800000));
    const __m512i v = fix(_mm512_maskz_mov_epi32(small, magnitude), 0x1p19f);
    const __m512i one = _mm512_maskz_mov_epi32(_mm512_cmpge_epi32_mask(v, INT(1 << 21)), INT(1));
    const __m512i s =
        _mm512_mask_add_epi32(one, _mm512_cmpge_epi32_mask(v, INT(1 << 22)), one, INT(1));
    const __m512i at = _mm512_srlv_epi32(v, s);
    const __m512i i = _mm512_add_epi32(_mm512_srli_epi32(at, 15), _mm512_slli_epi32(s, 5));
    const __m512i d = _mm512_andnot_si512(at, INT(32767));
    const __m512i q =
        _mm512_maskz_mov_epi32(small, segment(look128(sig_first, i), look128(sig_second, i), d));
    const __m512i r =
        _mm512_mask_sub_epi32(q, (__mmask16)~_mm512_movepi32_mask(u), INT(0x400000), q);
    const __m512 y = _mm512_mul_ps(_mm512_cvtepi32_ps(r), _mm512_set1_ps(0x1p-22f));

    return _mm512_castsi512_ps(
        _mm512_mask_mov_epi32(_mm512_castps_si512(y), nan_of(u), INT(STAMP_F32_NAN)));
}

INLINE AVX512 __mmask16 lanes(size_t left)
{
    return (__mmask16)(left < LANES ? (1u << left) - 1 : 0xffff);
}

AVX512 void stamp_exp2_rows_avx512(size_t n, const float *x, float m, float c, float *y)
{
    for (size_t i = 0; i < n; i += LANES) {
        const __mmask16 in = lanes(n - i);
        const __m512 v = _mm512_sub_ps(_mm512_maskz_loadu_ps(in, x + i), _mm512_set1_ps(m));
        _mm512_mask_storeu_ps(y + i, in, exp2_16(_mm512_mul_ps(v, _mm512_set1_ps(c))));
    }
}

AVX512 void stamp_silu_mul_avx512(size_t n, const float *gate, const float *up, float *y)
{
    for (size_t i = 0; i < n; i += LANES) {
        const __mmask16 in = lanes(n - i);
        const __m512 x = _mm512_maskz_loadu_ps(in, gate + i);
        const __m512 silu = canon(_mm512_mul_ps(x, sigmoid_16(x)));
        _mm512_mask_storeu_ps(y + i, in,
                              canon(_mm512_mul_ps(silu, _mm512_maskz_loadu_ps(in, up + i))));
    }
}

#endif
