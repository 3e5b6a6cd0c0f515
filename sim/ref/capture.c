/* SPDX-License-Identifier: Apache-2.0 */
/* capture.c - input and weight of one linear layer. Contract in llama_f32.h. */
#include <stdio.h>
#include <string.h>

#include "model/mem.h"
#include "sim/ref/llama_f32.h"
#include "sim/ref/matmul_f32.h"

struct catch
{
    const char *layer;
    struct stamp_tensor x, w;
    bool done;
};

static enum stamp_status copy(const float *from, size_t rows, size_t cols, struct stamp_tensor *to,
                              struct stamp_err *e)
{
    float *f = stamp_alloc(rows * cols, sizeof *f);
    if (!f) return stamp_fail(e, STAMP_ENOMEM, "no memory to keep %zu x %zu", rows, cols);
    memcpy(f, from, rows * cols * sizeof *f);
    *to = (struct stamp_tensor){2, {rows, cols, 1, 1}, f};
    return STAMP_OK;
}

static enum stamp_status keep(void *ctx, const char *layer, size_t s, size_t d, size_t n,
                              const float *x, const float *w, float *y, struct stamp_err *e)
{
    struct catch *c = ctx;

    if (strcmp(layer, c->layer) != 0) return stamp_ref_matmul(s, d, n, x, w, y, e);
    enum stamp_status status = copy(x, s, d, &c->x, e);
    if (!status) status = copy(w, n, d, &c->w, e);
    if (status) return status;
    c->done = true;
    return STAMP_EINTR; /* nothing after this layer is wanted */
}

/* Rows of q and k as the file has them: those the hook saw are in pairs (lazy.h). */
static enum stamp_status as_it_lies(const struct stamp_llama *m, const char *layer,
                                    struct stamp_tensor *w, struct stamp_err *e)
{
    size_t i = 0;
    char part[8] = "";

    if (sscanf(layer, "layers.%zu.%7s", &i, part) != 2 || (*part != 'q' && *part != 'k'))
        return STAMP_OK;
    struct stamp_lazy t = *part == 'q' ? m->layer[i].wq : m->layer[i].wk;
    if (!t.pair) return STAMP_OK;
    t.pair = 0;
    return stamp_lazy_rows(&t, 0, t.rows, w->f32, e);
}

enum stamp_status stamp_llama_capture(const struct stamp_llama *m, const int32_t *tokens, size_t n,
                                      const char *layer, struct stamp_tensor *x,
                                      struct stamp_tensor *w, struct stamp_err *e)
{
    struct catch c = {.layer = layer};
    const struct stamp_llama_hooks hooks = {.linear = keep, .linear_ctx = &c};

    enum stamp_status s = stamp_llama_forward(m, tokens, n, &hooks, NULL, e);
    if (!c.done) {
        stamp_tensor_free(&c.x);
        if (s) return s;
        return stamp_fail(e, STAMP_ERANGE,
                          "no linear layer \"%.60s\"; there are layers.0 to layers.%zu with "
                          ".q .k .v .o .gate .up .down",
                          layer, m->layers - 1);
    }
    s = w ? as_it_lies(m, layer, &c.w, e) : STAMP_OK;
    if (s || !w) stamp_tensor_free(&c.w);
    if (s) {
        stamp_tensor_free(&c.x);
        return s;
    }
    *x = c.x;
    if (w) *w = c.w;
    return STAMP_OK;
}
