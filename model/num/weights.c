/* SPDX-License-Identifier: Apache-2.0 */
/* weights.c - weight codes by absmax. Contract in weights.h. */
#include "model/num/weights.h"

#include "model/mem.h"
#include "model/num/f32.h"
#include "model/num/quant.h"

float stamp_quantize_weight_row(unsigned bits, uint32_t d, const float *w, int8_t *code,
                                int32_t *colsum)
{
    /* absmax, n / a and a / n, codes limited to -n..n: the symmetric quantizer of a row. */
    const struct stamp_range r = stamp_range_widen(stamp_range_empty(), d, w);
    const struct stamp_qparam q = stamp_quant_params(r, bits, true);

    (void)stamp_quantize(q, bits, true, d, w, code);
    *colsum = 0;
    for (uint32_t k = 0; k < d; k++) *colsum += code[k];
    return q.scale;
}

enum stamp_status stamp_check_finite(const char *what, uint32_t rows, uint32_t cols, const float *m,
                                     struct stamp_err *e)
{
    for (uint32_t r = 0; r < rows; r++) {
        const size_t c = stamp_f32_find_nonfinite(cols, m + (size_t)r * cols);
        if (c < cols)
            return stamp_fail(e, STAMP_ERANGE, "%s: row %u, column %zu is not finite (%s)", what, r,
                              c, stamp_f32_nonfinite_name(m[(size_t)r * cols + c]));
    }
    return STAMP_OK;
}

enum stamp_status stamp_weights_alloc(unsigned bits, uint32_t block, uint32_t n, uint32_t d,
                                      struct stamp_weights *out, struct stamp_err *e)
{
    const uint32_t nb = block ? (d + block - 1) / block : 1;

    *out = (struct stamp_weights){.n = n, .d = d, .block = block, .nb = nb, .bits = (uint8_t)bits};
    out->code = stamp_alloc((size_t)n * d, sizeof *out->code);
    out->scale = stamp_alloc((size_t)n * nb, sizeof *out->scale);
    out->colsum = stamp_alloc((size_t)n * nb, sizeof *out->colsum);
    if (out->code && out->scale && out->colsum) return STAMP_OK;

    stamp_weights_free(out);
    return stamp_fail(e, STAMP_ENOMEM, "out of memory for the codes of a %u x %u weight", n, d);
}

static uint32_t block_len(const struct stamp_weights *w, uint32_t b)
{
    const uint32_t at = b * w->block;
    if (!w->block) return w->d;
    return w->d - at < w->block ? w->d - at : w->block;
}

void stamp_weights_sum(struct stamp_weights *w)
{
    for (uint32_t j = 0; j < w->n; j++)
        for (uint32_t b = 0; b < w->nb; b++) {
            const int8_t *code = w->code + (size_t)j * w->d + (size_t)b * w->block;
            int32_t sum = 0;
            for (uint32_t k = 0; k < block_len(w, b); k++) sum += code[k];
            w->colsum[(size_t)j * w->nb + b] = sum;
        }
}

enum stamp_status stamp_weights_quantize(unsigned bits, uint32_t block, uint32_t n, uint32_t d,
                                         const float *w, struct stamp_weights *out,
                                         struct stamp_err *e)
{
    *out = (struct stamp_weights){0};
    enum stamp_status st = stamp_check_finite("weight", n, d, w, e);
    if (!st) st = stamp_weights_alloc(bits, block, n, d, out, e);
    if (st) return st;

    for (uint32_t j = 0; j < n; j++)
        for (uint32_t b = 0; b < out->nb; b++) {
            const size_t at = (size_t)j * d + (size_t)b * block, m = (size_t)j * out->nb + b;
            out->scale[m] = stamp_quantize_weight_row(bits, block_len(out, b), w + at,
                                                      out->code + at, &out->colsum[m]);
        }
    return STAMP_OK;
}

void stamp_weights_free(struct stamp_weights *w)
{
    stamp_free(w->code);
    stamp_free(w->scale);
    stamp_free(w->colsum);
    *w = (struct stamp_weights){0};
}
