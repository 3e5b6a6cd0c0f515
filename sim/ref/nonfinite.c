/* SPDX-License-Identifier: Apache-2.0 */
/* nonfinite.c - the first value that is not finite. Contract in nonfinite.h. */
#include "sim/ref/nonfinite.h"

#include <stdio.h>

#include "model/num/f32.h"
#include "model/num/norm.h"

static void name_of(const struct stamp_nonfinite *f, enum stamp_seen what, size_t layer, char *text,
                    size_t size)
{
    const bool outside = what == STAMP_SEE_EMBEDDING || what >= STAMP_SEE_NORM;

    if (outside || !f->m)
        snprintf(text, size, "tensor %s", stamp_see_name[what]);
    else
        snprintf(text, size, "layer %zu, tensor %s", layer, stamp_see_name[what]);
}

/* Outputs of q and k in pairs back to the file's order (lazy.h). */
static size_t file_column(const struct stamp_nonfinite *f, enum stamp_seen what, size_t layer,
                          size_t c)
{
    if (what != STAMP_SEE_Q && what != STAMP_SEE_K) return c;
    const struct stamp_llama_layer *l = &f->m->layer[layer];
    return stamp_lazy_file_row(what == STAMP_SEE_Q ? &l->wq : &l->wk, c);
}

static bool is_stream(enum stamp_seen what)
{
    return what == STAMP_SEE_EMBEDDING || what == STAMP_SEE_RESIDUAL_ATT ||
           what == STAMP_SEE_RESIDUAL_FFN;
}

/* First row whose sum of squares overflows, or rows. */
static size_t find_squares(const struct stamp_nonfinite *f, enum stamp_seen what, size_t rows,
                           size_t cols, const float *x)
{
    size_t r = 0;

    if (!f->squares || !is_stream(what)) return rows;
    while (r < rows && stamp_f32_is_finite(stamp_reduce_squares(cols, x + r * cols))) r++;
    return r;
}

enum stamp_status stamp_nonfinite_see(void *ctx, enum stamp_seen what, size_t layer, size_t rows,
                                      size_t cols, const float *x, struct stamp_err *e)
{
    struct stamp_nonfinite *f = ctx;
    const size_t at = stamp_f32_find_nonfinite(rows * cols, x);
    char name[60];

    name_of(f, what, layer, name, sizeof name);
    if (at == rows * cols) {
        const size_t r = find_squares(f, what, rows, cols, x);
        f->any = true;
        f->last = what;
        f->layer = layer;
        if (r == rows) return STAMP_OK;
        snprintf(f->text, sizeof f->text, "%s: position %zu: the sum of its squares overflows",
                 name, r + f->first);
        f->found = true;
        return stamp_fail(e, STAMP_ERANGE, "%s", f->text);
    }
    /* Norm and logits may be of the last rows only. */
    snprintf(f->text, sizeof f->text, "%s: %s %zu, column %zu is %s", name,
             what >= STAMP_SEE_NORM ? "row" : "position",
             at / cols + (what >= STAMP_SEE_NORM ? 0 : f->first),
             file_column(f, what, layer, at % cols), stamp_f32_nonfinite_name(x[at]));
    f->found = true;
    return stamp_fail(e, STAMP_ERANGE, "%s", f->text);
}

const char *stamp_nonfinite_text(struct stamp_nonfinite *f)
{
    char name[60];

    if (f->found) return f->text;
    if (!f->any) return "";
    name_of(f, f->last, f->layer, name, sizeof name);
    snprintf(f->text, sizeof f->text, "behind %s, which is finite", name);
    return f->text;
}
