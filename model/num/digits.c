/* SPDX-License-Identifier: Apache-2.0 */
/* digits.c - signed-digit codes. Contract in digits.h. */
#include "model/num/digits.h"

#include "model/num/f32.h"
#include "model/num/quant_kernel.h"
#include "model/num/simd.h"

struct stamp_qparam stamp_digit_params(struct stamp_range range)
{
    const float neg_lo = stamp_f32_neg(range.lo);

    return stamp_step_params(neg_lo > range.hi ? neg_lo : range.hi, STAMP_DIGITS_MAX);
}

void stamp_digit_codes(float inv, size_t n, const float *x, int8_t *code)
{
    size_t i = 0;

#if defined(__x86_64__)
    if (HAS_AVX2) {
        const struct stamp_limits to = {-STAMP_DIGITS_MAX, STAMP_DIGITS_MAX, 0};
        int32_t sum = 0;
        i = (HAS_AVX512 ? stamp_quantize_avx512 : stamp_quantize_avx2)(
            (struct stamp_qparam){.inv = inv}, to, n, x, code, &sum);
    }
#endif
    for (; i < n; i++) {
        const int32_t q = stamp_rne_int10(stamp_f32_mul(x[i], inv));
        const int32_t low = q > -STAMP_DIGITS_MAX ? q : -STAMP_DIGITS_MAX;
        code[i] = (int8_t)(low < STAMP_DIGITS_MAX ? low : STAMP_DIGITS_MAX);
    }
}
