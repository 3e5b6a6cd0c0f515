/* SPDX-License-Identifier: Apache-2.0 */
/* gptq.c - rounding with feedback. Contract in gptq.h. */
#include "compiler/quant/gptq.h"

#include <math.h>
#include <string.h>

static const double DAMPING = 0.01;

static void damp(uint32_t d, double *h)
{
    double sum = 0;

    for (size_t j = 0; j < d; j++) sum += h[j * d + j];
    const double add = sum == 0 ? 1 : DAMPING * sum / d;
    for (size_t j = 0; j < d; j++) h[j * d + j] += add;
}

enum stamp_status stamp_gptq_factor(uint32_t d, double *h, struct stamp_err *e)
{
    damp(d, h);
    /* From the last column: column j of R, then its part out of what is left of H. The lower
     * triangle's row j holds the column, so that the innermost loop walks along rows. */
    for (size_t j = d; j-- > 0;) {
        double *const col = h + j * d, pivot = col[j];
        if (!(pivot > 0) || !isfinite(pivot))
            return stamp_fail(e, STAMP_ERANGE,
                              "feature %zu of the calibration is not positive definite (%g)", j,
                              pivot);
        col[j] = sqrt(pivot);
        for (size_t i = 0; i < j; i++) col[i] = h[i * d + j] / col[j];
        for (size_t i = 0; i < j; i++) {
            double *const to = h + i * d;
            const double c = col[i];
            for (size_t l = i; l < j; l++) to[l] -= c * col[l];
            to[j] = c / col[j];
        }
    }
    return STAMP_OK;
}

/* Walk the features; given NULL: round, otherwise take those codes. */
static double walk(const struct stamp_gptq_row *r, const double *factor, double *carry,
                   const int8_t *given, int8_t *code)
{
    double sum = 0;

    memset(carry, 0, r->d * sizeof *carry);
    for (size_t j = 0; j < r->d; j++) {
        const struct stamp_qparam q = r->q[r->block ? j / r->block : 0];
        const double *const f = factor + j * r->d;
        const double at = (double)r->w[j] + carry[j];
        int8_t c;
        if (given) {
            c = given[j];
        } else {
            const float v = (float)at;
            (void)stamp_quantize(q, r->bits, true, 1, &v, &c);
            code[j] = c;
        }
        const double value = (double)q.scale * c;
        const double left = (at - value) * f[j], error = (double)r->w[j] - value;
        sum += left * left;
        for (size_t l = j + 1; l < r->d; l++) carry[l] += f[l] * error;
    }
    return sum;
}

double stamp_gptq(const struct stamp_gptq_row *row, const double *factor, double *carry,
                  int8_t *code)
{
    return walk(row, factor, carry, NULL, code);
}

double stamp_gptq_error(const struct stamp_gptq_row *row, const double *factor, double *carry,
                        const int8_t *code)
{
    return walk(row, factor, carry, code, NULL);
}
