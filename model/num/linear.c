/* SPDX-License-Identifier: Apache-2.0 */
/* linear.c - a STaMP linear layer by numerics alone. Contract in linear.h. */
#include "model/num/linear.h"

#include <string.h>

#include "model/mem.h"
#include "model/num/f32.h"
#include "model/num/matmul_f32.h"
#include "model/num/xform.h"

static bool is_integer(const struct stamp_scheme *q)
{
    return q->act_bits != 32 && q->weight_bits != 32;
}

static enum stamp_status check_shape(const struct stamp_scheme *q, uint32_t n, uint32_t d,
                                     struct stamp_err *e)
{
    if (n == 0 || d == 0)
        return stamp_fail(e, STAMP_ERANGE, "a weight of %u x %u has no elements", n, d);
    if (is_integer(q) && d > STAMP_K_MAX)
        return stamp_fail(e, STAMP_ERANGE,
                          "%u features: an integer product takes at most %d, or it could overflow",
                          d, STAMP_K_MAX);
    return STAMP_OK;
}

/* The values the codes stand for: MUL(S32_F32(q), scale). */
static void dequantize(const struct stamp_weights *c, float *w)
{
    for (uint32_t j = 0; j < c->n; j++)
        for (uint32_t k = 0; k < c->d; k++) {
            const size_t at = (size_t)j * c->d + k;
            const float scale = c->scale[(size_t)j * c->nb + (c->block ? k / c->block : 0)];
            w[at] = stamp_f32_mul(stamp_s32_f32(c->code[at]), scale);
        }
}

static enum stamp_status alloc_f32(struct stamp_layer *layer, struct stamp_err *e)
{
    layer->w = stamp_alloc((size_t)layer->n * layer->d, sizeof *layer->w);
    if (layer->w) return STAMP_OK;
    return stamp_fail(e, STAMP_ENOMEM, "out of memory for a %u x %u weight", layer->n, layer->d);
}

enum stamp_status stamp_layer_from_codes(const struct stamp_scheme *q,
                                         const struct stamp_weights *w, struct stamp_layer *out,
                                         struct stamp_err *e)
{
    *out = (struct stamp_layer){.n = w->n, .d = w->d};
    enum stamp_status st = check_shape(q, w->n, w->d, e);
    if (!st && is_integer(q)) st = stamp_pack(w, &out->packed, e);
    if (!st && !is_integer(q)) {
        st = alloc_f32(out, e);
        if (!st) dequantize(w, out->w);
    }
    if (st) stamp_layer_free(out);
    return st;
}

enum stamp_status stamp_layer_prepare(const struct stamp_scheme *q, uint32_t n, uint32_t d,
                                      const float *w, struct stamp_layer *out, struct stamp_err *e)
{
    struct stamp_weights codes;

    *out = (struct stamp_layer){.n = n, .d = d};
    enum stamp_status st = check_shape(q, n, d, e);
    if (!st && q->weight_bits == 32) {
        st = stamp_check_finite("weight", n, d, w, e);
        if (!st) st = alloc_f32(out, e);
        if (!st) memcpy(out->w, w, (size_t)n * d * sizeof *w);
    } else if (!st) {
        st = stamp_weights_quantize(q->weight_bits, q->block, n, d, w, &codes, e);
        if (!st) st = stamp_layer_from_codes(q, &codes, out, e);
        stamp_weights_free(&codes);
    }
    if (st) stamp_layer_free(out);
    return st;
}

void stamp_layer_free(struct stamp_layer *layer)
{
    stamp_packed_free(&layer->packed);
    stamp_free(layer->w);
    *layer = (struct stamp_layer){0};
}

/* y = the product of t[s][d], which may be overwritten, still in the transformed domain. */
static enum stamp_status product(const struct stamp_layer *layer, const struct stamp_plan *plan,
                                 float *t, float *y, struct stamp_err *e)
{
    struct stamp_acts acts = {0};

    if (plan->scheme.act_bits != 32) {
        const enum stamp_status st = stamp_acts_quantize(plan, layer->d, t, &acts, e);
        if (st) return st;
    }
    if (!layer->w) {
        stamp_matmul(&acts, &layer->packed, y);
        stamp_acts_free(&acts);
        return STAMP_OK;
    }
    if (plan->scheme.act_bits != 32) stamp_acts_dequantize(&acts, t);
    stamp_acts_free(&acts);
    return stamp_matmul_f32(plan->s, layer->n, layer->d, t, layer->w, y, e);
}

static void add_bias(uint32_t s, uint32_t n, const float *bias, float *y)
{
    for (uint32_t r = 0; r < s; r++)
        for (uint32_t j = 0; j < n; j++) {
            float *v = &y[(size_t)r * n + j];
            *v = stamp_f32_add(*v, bias[j]);
        }
}

static enum stamp_status run_planned(const struct stamp_layer *layer, const struct stamp_plan *plan,
                                     const float *x, const float *bias, float *y,
                                     struct stamp_err *e)
{
    const size_t count = (size_t)plan->s * layer->d;
    float *t = stamp_alloc(count, sizeof *t);
    if (!t) return stamp_fail(e, STAMP_ENOMEM, "out of memory for %zu activations", count);

    memcpy(t, x, count * sizeof *t);
    stamp_xform_forward(&plan->ops, layer->d, t);
    enum stamp_status st =
        stamp_check_finite("transformed activations overflow", plan->s, layer->d, t, e);
    if (!st) st = product(layer, plan, t, y, e);
    stamp_free(t);
    if (st) return st;

    stamp_xform_inverse(&plan->ops, layer->n, y);
    if (bias) add_bias(plan->s, layer->n, bias, y);
    return stamp_check_finite("output overflows", plan->s, layer->n, y, e);
}

enum stamp_status stamp_layer_run(const struct stamp_layer *layer,
                                  const struct stamp_scheme *scheme, uint32_t s, const float *x,
                                  const float *bias, float *y, struct stamp_err *e)
{
    struct stamp_plan plan;
    enum stamp_status st = stamp_plan_build(scheme, s, &plan, e);
    if (st) return st;

    st = stamp_check_finite("activations", s, layer->d, x, e);
    if (!st && bias) st = stamp_check_finite("bias", 1, layer->n, bias, e);
    if (!st) st = run_planned(layer, &plan, x, bias, y, e);
    stamp_plan_free(&plan);
    return st;
}

enum stamp_status stamp_linear_num(const struct stamp_scheme *scheme, uint32_t s, uint32_t d,
                                   uint32_t n, const float *x, const float *w, const float *bias,
                                   float *y, struct stamp_err *e)
{
    struct stamp_layer layer;
    enum stamp_status st = stamp_scheme_check(scheme, s, e);
    if (!st) st = stamp_layer_prepare(scheme, n, d, w, &layer, e);
    if (st) return st;

    st = stamp_layer_run(&layer, scheme, s, x, bias, y, e);
    stamp_layer_free(&layer);
    return st;
}
