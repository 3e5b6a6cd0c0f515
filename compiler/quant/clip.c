/* SPDX-License-Identifier: Apache-2.0 */
/* clip.c - clip search. Contract in clip.h. */
#include "compiler/quant/clip.h"

double stamp_clip_error(uint32_t d, const float *w, const double *weight, float scale,
                        const int8_t *code)
{
    double sum = 0;

    for (uint32_t k = 0; k < d; k++) {
        const double e = (double)w[k] - (double)scale * code[k];
        sum += weight ? weight[k] * e * e : e * e;
    }
    return sum;
}

struct stamp_qparam stamp_clip(unsigned bits, uint32_t d, const float *w, const double *weight,
                               int8_t *code)
{
    const struct stamp_range all = stamp_range_widen(stamp_range_empty(), d, w);
    struct stamp_qparam best = {0};
    double least = 0;

    for (int i = 0; i <= STAMP_CLIP_STEPS; i++) {
        const float ratio = (float)(STAMP_CLIP_UNIT - i) / STAMP_CLIP_UNIT;
        const struct stamp_range r = {all.lo * ratio, all.hi * ratio};
        const struct stamp_qparam q = stamp_quant_params(r, bits, true);
        (void)stamp_quantize(q, bits, true, d, w, code);
        const double e = stamp_clip_error(d, w, weight, q.scale, code);
        if (i && !(e < least)) continue;
        best = q;
        least = e;
    }
    (void)stamp_quantize(best, bits, true, d, w, code);
    return best;
}
