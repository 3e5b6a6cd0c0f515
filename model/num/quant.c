/* SPDX-License-Identifier: Apache-2.0 */
/* quant.c - activations to codes. Contract in quant.h. */
#include "model/num/quant.h"

#include <assert.h>

#include "model/num/f32.h"
#include "model/num/quant_kernel.h"
#include "model/num/scale.h"
#include "model/num/simd.h"

/* Fixed-length inner loops become vector code at -O2. */
enum { CHUNK = 32 };

INLINE struct stamp_range range_widen(struct stamp_range r, size_t n, const float *x)
{
    float lo[CHUNK], hi[CHUNK];
    size_t i = 0;

    for (int j = 0; j < CHUNK; j++) {
        lo[j] = r.lo;
        hi[j] = r.hi;
    }
    for (; i + CHUNK <= n; i += CHUNK)
        for (int j = 0; j < CHUNK; j++) {
            const float v = x[i + (size_t)j];
            lo[j] = v < lo[j] ? v : lo[j];
            hi[j] = v > hi[j] ? v : hi[j];
        }
    for (; i < n; i++) {
        lo[0] = x[i] < lo[0] ? x[i] : lo[0];
        hi[0] = x[i] > hi[0] ? x[i] : hi[0];
    }
    for (int j = 0; j < CHUNK; j++) {
        r.lo = lo[j] < r.lo ? lo[j] : r.lo;
        r.hi = hi[j] > r.hi ? hi[j] : r.hi;
    }
    return r;
}

AVX2 static struct stamp_range range_widen_avx2(struct stamp_range r, size_t n, const float *x)
{
    return range_widen(r, n, x);
}

struct stamp_range stamp_range_widen(struct stamp_range r, size_t n, const float *x)
{
#if defined(__x86_64__)
    if (HAS_AVX512) return stamp_range_avx512(r, n, x);
#endif
    return HAS_AVX2 ? range_widen_avx2(r, n, x) : range_widen(r, n, x);
}

static int32_t steps(unsigned bits, bool symmetric)
{
    assert(bits == 4 || bits == 8);
    return symmetric ? (bits == 8 ? 127 : 7) : (bits == 8 ? 255 : 15);
}

struct stamp_qparam stamp_step_params(float r, int32_t n)
{
    const float tiny = 0x1p-100f;

    if (r < tiny) return (struct stamp_qparam){0.0f, 0.0f, 0};
    const float scale = stamp_scale_up8(r, n);
    return (struct stamp_qparam){stamp_f32_div(1.0f, scale), scale, 0};
}

struct stamp_qparam stamp_quant_params(struct stamp_range range, unsigned bits, bool symmetric)
{
    const int32_t n = steps(bits, symmetric);
    const float neg_lo = stamp_f32_neg(range.lo);
    const float larger = neg_lo > range.hi ? neg_lo : range.hi;
    struct stamp_qparam q =
        stamp_step_params(symmetric ? larger : stamp_f32_sub(range.hi, range.lo), n);
    const int32_t z = symmetric ? 0 : stamp_rne_int10(stamp_f32_mul(neg_lo, q.inv));

    q.zero = z < 0 ? 0 : z > n ? n : z;
    return q;
}

static int32_t quantize_scalar(struct stamp_qparam q, struct stamp_limits to, size_t n,
                               const float *x, int8_t *code)
{
    int32_t sum = 0;
    for (size_t i = 0; i < n; i++) {
        const int32_t v = stamp_rne_int10(stamp_f32_mul(x[i], q.inv)) + q.zero;
        const int32_t stored = (v < to.min ? to.min : v > to.max ? to.max : v) - to.shift;
        code[i] = (int8_t)stored;
        sum += stored;
    }
    return sum;
}

int32_t stamp_quantize(struct stamp_qparam q, unsigned bits, bool symmetric, size_t n,
                       const float *x, int8_t *code)
{
    const int32_t max = steps(bits, symmetric);
    const struct stamp_limits to = {symmetric ? -max : 0, max, symmetric ? 0 : bits == 8 ? 128 : 8};
    int32_t sum = 0;
    size_t done = 0;

#if defined(__x86_64__)
    if (HAS_AVX512)
        done = stamp_quantize_avx512(q, to, n, x, code, &sum);
    else if (HAS_AVX2)
        done = stamp_quantize_avx2(q, to, n, x, code, &sum);
#endif
    sum += quantize_scalar(q, to, n - done, x + done, code + done);
    return bits == 8 ? sum - 8 * (int32_t)n : sum;
}

void stamp_quantize_row(unsigned bits, bool symmetric, uint32_t block, uint32_t d, const float *x,
                        int8_t *code, struct stamp_rowmeta *meta)
{
    const uint32_t step = block ? block : d;

    for (uint32_t at = 0; at < d; at += step, meta++) {
        const uint32_t n = d - at < step ? d - at : step;
        const struct stamp_range r = stamp_range_widen(stamp_range_empty(), n, x + at);
        const struct stamp_qparam q = stamp_quant_params(r, bits, symmetric);

        meta->rowsum = stamp_quantize(q, bits, symmetric, n, x + at, code + at);
        meta->scale = q.scale;
        meta->corr = stamp_operand_offset(bits, symmetric) - q.zero;
    }
}
