/* SPDX-License-Identifier: Apache-2.0 */
/* qmodel.c - codes of a model's matrices. Contract in qmodel.h. */
#include "compiler/quant/qmodel.h"

#include <assert.h>

#include "model/mem.h"
#include "model/num/scheme.h"

enum { ROWS_AT_A_TIME = 64 };

struct stamp_qmodel {
    const struct stamp_llama *m;
    unsigned bits, head_bits;
    uint32_t block;
};

enum stamp_status stamp_qmodel_new(const struct stamp_llama *m, unsigned bits, unsigned head_bits,
                                   uint32_t block, struct stamp_qmodel **out, struct stamp_err *e)
{
    if ((bits != 4 && bits != 8) || (head_bits != 4 && head_bits != 8))
        return stamp_fail(e, STAMP_ERANGE, "weights of %u bits, head of %u: must be 4 or 8", bits,
                          head_bits);
    if (block != 0 && block != STAMP_BLOCK)
        return stamp_fail(e, STAMP_ERANGE, "block %u: must be 0 or %d", block, STAMP_BLOCK);
    struct stamp_qmodel *q = stamp_alloc(1, sizeof *q);
    if (!q) return stamp_fail(e, STAMP_ENOMEM, "out of memory for a quantizer");
    *q = (struct stamp_qmodel){m, bits, head_bits, block};
    *out = q;
    return STAMP_OK;
}

void stamp_qmodel_free(struct stamp_qmodel *q)
{
    stamp_free(q);
}

static const struct stamp_lazy *matrix_of(const struct stamp_llama *m, uint32_t layer,
                                          enum stamp_role_w role)
{
    if (role == STAMP_W_HEAD) return &m->head;
    assert(layer < m->layers);
    const struct stamp_llama_layer *l = &m->layer[layer];
    switch (role) {
    case STAMP_W_Q: return &l->wq;
    case STAMP_W_K: return &l->wk;
    case STAMP_W_V: return &l->wv;
    case STAMP_W_O: return &l->wo;
    case STAMP_W_GATE: return &l->w1;
    case STAMP_W_UP: return &l->w3;
    case STAMP_W_DOWN: return &l->w2;
    case STAMP_W_HEAD: break;
    }
    return &m->head;
}

static void quantize_row(const float *w, uint32_t row, struct stamp_weights *out)
{
    const uint32_t step = out->block ? out->block : out->d;

    for (uint32_t b = 0; b < out->nb; b++) {
        const uint32_t at = b * step, n = out->d - at < step ? out->d - at : step;
        const size_t meta = (size_t)row * out->nb + b;
        out->scale[meta] = stamp_quantize_weight_row(
            out->bits, n, w + at, out->code + (size_t)row * out->d + at, &out->colsum[meta]);
    }
}

static enum stamp_status quantize(const struct stamp_lazy *t, float *rows,
                                  struct stamp_weights *out, struct stamp_err *e)
{
    for (uint32_t at = 0; at < out->n; at += ROWS_AT_A_TIME) {
        const uint32_t n = out->n - at < ROWS_AT_A_TIME ? out->n - at : ROWS_AT_A_TIME;
        const enum stamp_status st = stamp_lazy_rows(t, at, n, rows, e);
        if (st) return st;
        for (uint32_t i = 0; i < n; i++) quantize_row(rows + (size_t)i * out->d, at + i, out);
    }
    return STAMP_OK;
}

enum stamp_status stamp_qmodel_weights(const struct stamp_qmodel *q, uint32_t layer,
                                       enum stamp_role_w role, struct stamp_weights *out,
                                       struct stamp_err *e)
{
    const struct stamp_lazy *t = matrix_of(q->m, layer, role);
    const bool head = role == STAMP_W_HEAD;

    *out = (struct stamp_weights){0};
    float *rows = stamp_alloc(ROWS_AT_A_TIME * t->cols, sizeof *rows);
    if (!rows) return stamp_fail(e, STAMP_ENOMEM, "out of memory for rows of %s", t->name);
    enum stamp_status st = stamp_weights_alloc(head ? q->head_bits : q->bits, head ? 0 : q->block,
                                               (uint32_t)t->rows, (uint32_t)t->cols, out, e);
    if (!st) st = quantize(t, rows, out, e);
    if (st) stamp_weights_free(out);
    stamp_free(rows);
    return st;
}
