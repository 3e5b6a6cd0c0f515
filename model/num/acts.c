/* SPDX-License-Identifier: Apache-2.0 */
/* acts.c - quantized activation matrices. Contract in acts.h. */
#include "model/num/acts.h"

#include <string.h>

#include "model/mem.h"
#include "model/num/f32.h"

enum stamp_status stamp_acts_quantize(const struct stamp_plan *plan, uint32_t d, const float *t,
                                      struct stamp_acts *out, struct stamp_err *e)
{
    const struct stamp_scheme *q = &plan->scheme;
    const uint32_t s = plan->s;

    *out = (struct stamp_acts){.s = s,
                               .d = d,
                               .block = q->block,
                               .nb = stamp_scheme_blocks(q, d),
                               .symmetric = q->symmetric,
                               .stride = stamp_acts_stride(d)};
    out->bits = stamp_alloc(s, sizeof *out->bits);
    out->code = stamp_alloc(s, out->stride);
    out->meta = stamp_alloc((size_t)s * out->nb, sizeof *out->meta);
    if (!out->bits || !out->code || !out->meta) {
        stamp_acts_free(out);
        return stamp_fail(e, STAMP_ENOMEM, "out of memory for the codes of %u x %u activations", s,
                          d);
    }
    memcpy(out->bits, plan->bits, s);
    for (uint32_t r = 0; r < s; r++)
        stamp_quantize_row(plan->bits[r], q->symmetric, q->block, d, t + (size_t)r * d,
                           out->code + r * out->stride, out->meta + (size_t)r * out->nb);
    return STAMP_OK;
}

void stamp_acts_dequantize(const struct stamp_acts *a, float *x)
{
    for (uint32_t r = 0; r < a->s; r++)
        for (uint32_t k = 0; k < a->d; k++) {
            const uint32_t b = a->block ? k / a->block : 0;
            const struct stamp_rowmeta m = a->meta[(size_t)r * a->nb + b];
            const int32_t centred = stamp_operand(a->code[r * a->stride + k], a->bits[r]) + m.corr;
            x[(size_t)r * a->d + k] = stamp_f32_mul(stamp_s32_f32(centred), m.scale);
        }
}

void stamp_acts_free(struct stamp_acts *a)
{
    stamp_free(a->bits);
    stamp_free(a->code);
    stamp_free(a->meta);
    *a = (struct stamp_acts){0};
}
