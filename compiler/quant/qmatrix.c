/* SPDX-License-Identifier: Apache-2.0 */
/* qmatrix.c - one matrix to codes. Contract in qmatrix.h. */
#include "compiler/quant/qmatrix.h"

#include <string.h>

#include "compiler/quant/clip.h"
#include "compiler/quant/gptq.h"
#include "model/mem.h"

enum { ROWS_AT_A_TIME = 64 };

const char *const stamp_quantizer_name[STAMP_QUANTIZERS] = {"rtn", "clip", "gptq"};

/* What a row needs besides itself. */
struct scratch {
    float *rows;                   /* [ROWS_AT_A_TIME][d] */
    int8_t *code;                  /* [d] */
    struct stamp_qparam *max, *cl; /* [nb] by absmax, clipped */
    double *carry;                 /* [d] */
};

static void scratch_free(struct scratch *s)
{
    stamp_free(s->rows);
    stamp_free(s->code);
    stamp_free(s->max);
    stamp_free(s->cl);
    stamp_free(s->carry);
}

static enum stamp_status scratch_new(const struct stamp_weights *w, struct scratch *s,
                                     struct stamp_err *e)
{
    s->rows = stamp_alloc((size_t)ROWS_AT_A_TIME * w->d, sizeof *s->rows);
    s->code = stamp_alloc(w->d, sizeof *s->code);
    s->max = stamp_alloc(w->nb, sizeof *s->max);
    s->cl = stamp_alloc(w->nb, sizeof *s->cl);
    s->carry = stamp_alloc(w->d, sizeof *s->carry);
    if (s->rows && s->code && s->max && s->cl && s->carry) return STAMP_OK;
    return stamp_fail(e, STAMP_ENOMEM, "out of memory for rows of %u weights", w->d);
}

/* Parameters and codes of a row, block by block. */
static void by_blocks(const struct stamp_qmatrix_how *how, const struct stamp_weights *out,
                      const float *w, bool clip, struct stamp_qparam *q, int8_t *code)
{
    const uint32_t step = out->block ? out->block : out->d;

    for (uint32_t b = 0; b < out->nb; b++) {
        const uint32_t at = b * step, n = out->d - at < step ? out->d - at : step;
        if (clip) {
            q[b] =
                stamp_clip(out->bits, n, w + at, how->weight ? how->weight + at : NULL, code + at);
        } else {
            const struct stamp_range r = stamp_range_widen(stamp_range_empty(), n, w + at);
            q[b] = stamp_quant_params(r, out->bits, true);
            (void)stamp_quantize(q[b], out->bits, true, n, w + at, code + at);
        }
    }
}

/* The best of three: RTN, GPTQ on its scales, GPTQ on clipped ones. @return the scales of it */
static const struct stamp_qparam *gptq(const struct stamp_qmatrix_how *how,
                                       const struct stamp_weights *out, const float *w,
                                       struct scratch *s, int8_t *code)
{
    struct stamp_gptq_row row = {out->bits, out->d, out->block, w, s->cl};

    by_blocks(how, out, w, true, s->cl, s->code);
    by_blocks(how, out, w, false, s->max, code);
    const struct stamp_qparam *best = row.q = s->max;
    double least = stamp_gptq_error(&row, how->factor, s->carry, code);
    for (int i = 0; i < 2; i++) {
        row.q = i ? s->cl : s->max;
        const double e = stamp_gptq(&row, how->factor, s->carry, s->code);
        if (!(e < least)) continue; /* an error that is not finite loses, too */
        least = e;
        best = row.q;
        memcpy(code, s->code, out->d);
    }
    return best;
}

static void quantize_row(const struct stamp_qmatrix_how *how, const float *w, uint32_t row,
                         struct scratch *s, struct stamp_weights *out)
{
    int8_t *const code = out->code + (size_t)row * out->d;
    const struct stamp_qparam *q = s->max;

    if (how->quantizer == STAMP_GPTQ)
        q = gptq(how, out, w, s, code);
    else
        by_blocks(how, out, w, how->quantizer == STAMP_CLIP, s->max, code);
    for (uint32_t b = 0; b < out->nb; b++) out->scale[(size_t)row * out->nb + b] = q[b].scale;
}

enum stamp_status stamp_qmatrix(const struct stamp_lazy *t, const struct stamp_qmatrix_how *how,
                                struct stamp_weights *out, struct stamp_err *e)
{
    struct scratch s = {0};

    *out = (struct stamp_weights){0};
    enum stamp_status st =
        stamp_weights_alloc(how->bits, how->block, (uint32_t)t->rows, (uint32_t)t->cols, out, e);
    if (!st) st = scratch_new(out, &s, e);
    for (uint32_t at = 0; at < out->n && !st; at += ROWS_AT_A_TIME) {
        const uint32_t n = out->n - at < ROWS_AT_A_TIME ? out->n - at : ROWS_AT_A_TIME;
        st = stamp_lazy_rows(t, at, n, s.rows, e);
        for (uint32_t i = 0; i < n && !st; i++)
            quantize_row(how, s.rows + (size_t)i * out->d, at + i, &s, out);
    }
    if (st)
        stamp_weights_free(out);
    else
        stamp_weights_sum(out);
    scratch_free(&s);
    return st;
}
