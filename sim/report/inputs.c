/* SPDX-License-Identifier: Apache-2.0 */
/* inputs.c - inputs of every linear layer. Contract in inputs.h. */
#include "sim/report/inputs.h"

#include <stdio.h>
#include <string.h>

#include "model/mem.h"
#include "sim/report/layer.h"

/* The input of the layer before when it is the same (q, k, v; gate, up), else a copy. */
static float *share(const struct stamp_inputs *in, const float *x, size_t count)
{
    if (in->count) {
        const struct stamp_layer_input *last = &in->layer[in->count - 1];
        if (last->s * last->d == count && !memcmp(last->x, x, count * sizeof *x)) return last->x;
    }
    float *copy = stamp_alloc(count, sizeof *copy);
    if (copy) memcpy(copy, x, count * sizeof *copy);
    return copy;
}

static enum stamp_status keep(void *ctx, struct stamp_gat at, const char *name, size_t s, size_t d,
                              size_t n, const float *x, const float *w, float *y,
                              struct stamp_err *e)
{
    struct stamp_inputs *in = ctx;

    (void)at;
    if (in->count == in->cap) {
        const size_t cap = in->cap ? 2 * in->cap : 64;
        struct stamp_layer_input *more = stamp_grow(in->layer, in->cap, cap, sizeof *more);
        if (!more) return stamp_fail(e, STAMP_ENOMEM, "out of memory for %zu layers", cap);
        in->layer = more;
        in->cap = cap;
    }
    float *kept = share(in, x, s * d), *weight = kept ? stamp_alloc(n * d, sizeof *weight) : NULL;
    if (!kept) return stamp_fail(e, STAMP_ENOMEM, "out of memory to keep %zu x %zu", s, d);
    struct stamp_layer_input *to = &in->layer[in->count++]; /* from here free finds both */
    *to = (struct stamp_layer_input){.s = s, .d = d, .n = n, .w = weight, .x = kept};
    if (!weight) return stamp_fail(e, STAMP_ENOMEM, "out of memory to keep %zu x %zu", n, d);
    memcpy(weight, w, n * d * sizeof *w);
    snprintf(to->name, sizeof to->name, "%s", name);
    const struct stamp_compile_layer layer = {.s = s, .d = d, .n = n, .w = w};
    return stamp_measure_ref(&layer, x, y, e);
}

enum stamp_status stamp_inputs_take(const struct stamp_network *m, const int32_t *tokens, size_t n,
                                    struct stamp_inputs *out, struct stamp_err *e)
{
    const struct stamp_f32_hooks hooks = {.linear = keep, .linear_ctx = out};

    *out = (struct stamp_inputs){0};
    const enum stamp_status s = stamp_f32_forward(m, tokens, n, &hooks, NULL, e);
    if (s) stamp_inputs_free(out);
    return s;
}

void stamp_inputs_free(struct stamp_inputs *in)
{
    for (size_t i = 0; i < in->count; i++) {
        if (!i || in->layer[i].x != in->layer[i - 1].x) stamp_free(in->layer[i].x);
        stamp_free(in->layer[i].w);
    }
    stamp_free(in->layer);
    *in = (struct stamp_inputs){0};
}
