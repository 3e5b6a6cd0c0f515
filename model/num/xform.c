/* SPDX-License-Identifier: Apache-2.0 */
/* xform.c - apply a planned transform. Contract in xform.h. */
#include "model/num/xform.h"

/* Columns are independent: strips of this many keep a few hundred tokens in cache for all stages. */
enum { STRIP = 256 };

static void apply(enum stamp_bfly kind, float s, const struct stamp_xop *op, size_t d, size_t cols,
                  float *x)
{
    for (size_t i1 = 0; i1 < op->n1; i1++)
        for (size_t i0 = 0; i0 < op->n0; i0++) {
            float *a = x + (op->a + i1 * op->s1 + i0 * op->s0) * d;
            stamp_butterfly(kind, op->c, s, cols, a, a + op->boff * d);
        }
}

void stamp_xform_forward_cols(const struct stamp_xops *ops, size_t stride, size_t cols, float *x)
{
    for (uint32_t i = 0; i < ops->count; i++)
        apply(ops->op[i].kind, ops->op[i].s, &ops->op[i], stride, cols, x);
}

void stamp_xform_inverse_cols(const struct stamp_xops *ops, size_t stride, size_t cols, float *x)
{
    for (uint32_t i = ops->count; i-- > 0;) {
        const struct stamp_xop *op = &ops->op[i];
        if (op->kind == STAMP_ROT)
            apply(STAMP_ROT, -op->s, op, stride, cols, x);
        else
            apply(STAMP_SUM, 0, op, stride, cols, x);
    }
}

void stamp_xform_forward(const struct stamp_xops *ops, size_t d, float *x)
{
    for (size_t at = 0; at < d; at += STRIP)
        stamp_xform_forward_cols(ops, d, d - at < STRIP ? d - at : STRIP, x + at);
}

void stamp_xform_inverse(const struct stamp_xops *ops, size_t d, float *x)
{
    for (size_t at = 0; at < d; at += STRIP)
        stamp_xform_inverse_cols(ops, d, d - at < STRIP ? d - at : STRIP, x + at);
}
