/* SPDX-License-Identifier: Apache-2.0 */
/* tensors.c - every tensor against f32. Contract in tensors.h. */
#include "sim/report/tensors.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <string.h>

#include "model/mem.h"
#include "sim/report/json_out.h"

/* A tensor of the document at hand in f32, and its sums. */
struct slot {
    float *ref; /* owned, NULL: not kept */
    size_t rows, cols;
    struct stamp_tensor_sum sum;
};

struct stamp_tensors {
    size_t layers;
    size_t row_bytes;  /* of all tensors, a token */
    struct slot *slot; /* [layers][STAMP_SEES], owned */
};

static bool of_layer(enum stamp_seen what)
{
    return what > STAMP_SEE_EMBEDDING && what < STAMP_SEE_NORM;
}

static struct slot *slot_of(const struct stamp_tensors *t, enum stamp_seen what, size_t layer)
{
    return &t->slot[(of_layer(what) ? layer : 0) * STAMP_SEES + what];
}

struct stamp_tensors *stamp_tensors_new(const struct stamp_llama *m)
{
    struct stamp_tensors *t = stamp_alloc(1, sizeof *t);
    const size_t q = m->heads * m->head_dim, kv = m->kv_heads * m->head_dim;

    if (!t) return NULL;
    t->layers = m->layers;
    t->row_bytes = (m->layers * (4 * m->dim + 2 * q + 2 * kv + m->hidden) + 2 * m->dim + m->vocab) *
                   sizeof(float);
    t->slot = stamp_alloc(m->layers * STAMP_SEES, sizeof *t->slot);
    if (t->slot) return t;
    stamp_free(t);
    return NULL;
}

static void drop(struct stamp_tensors *t)
{
    for (size_t i = 0; i < t->layers * STAMP_SEES; i++) {
        stamp_free(t->slot[i].ref);
        t->slot[i].ref = NULL;
    }
}

void stamp_tensors_free(struct stamp_tensors *t)
{
    if (!t) return;
    drop(t);
    stamp_free(t->slot);
    stamp_free(t);
}

enum stamp_status stamp_tensors_begin(struct stamp_tensors *t, size_t n, struct stamp_err *e)
{
    drop(t);
    if (n <= STAMP_TENSORS_BYTES / t->row_bytes) return STAMP_OK;
    return stamp_fail(e, STAMP_ERANGE,
                      "the tensors of %zu tokens take %zu MiB in f32, more than the %d they may: "
                      "%zu tokens fit",
                      n, n * t->row_bytes >> 20, STAMP_TENSORS_BYTES >> 20,
                      STAMP_TENSORS_BYTES / t->row_bytes);
}

enum stamp_status stamp_tensors_keep(void *ctx, enum stamp_seen what, size_t layer, size_t rows,
                                     size_t cols, const float *x, struct stamp_err *e)
{
    struct slot *s = slot_of(ctx, what, layer);

    stamp_free(s->ref);
    s->ref = stamp_alloc(rows * cols, sizeof *s->ref);
    if (!s->ref)
        return stamp_fail(e, STAMP_ENOMEM, "out of memory for %s of %zu tokens",
                          stamp_see_name[what], rows);
    memcpy(s->ref, x, rows * cols * sizeof *x);
    s->rows = rows;
    s->cols = cols;
    return STAMP_OK;
}

enum stamp_status stamp_tensors_compare(void *ctx, enum stamp_seen what, size_t layer, size_t rows,
                                        size_t cols, const float *x, struct stamp_err *e)
{
    struct slot *s = slot_of(ctx, what, layer);

    if (!s->ref || s->rows != rows || s->cols != cols)
        return stamp_fail(e, STAMP_ERANGE, "%s of layer %zu: %zu x %zu that f32 does not have",
                          stamp_see_name[what], layer, rows, cols);
    for (size_t i = 0; i < rows * cols; i++) {
        const double r = s->ref[i], diff = r - (double)x[i];
        s->sum.signal += r * r;
        s->sum.noise += diff * diff;
    }
    s->sum.rows += rows;
    s->sum.cols = cols;
    return STAMP_OK;
}

const struct stamp_tensor_sum *stamp_tensors_sum(const struct stamp_tensors *t,
                                                 enum stamp_seen what, size_t layer)
{
    return &slot_of(t, what, layer)->sum;
}

double stamp_tensor_db(const struct stamp_tensor_sum *s)
{
    if (s->noise == 0) return INFINITY;
    return s->signal == 0 ? NAN : 10 * log10(s->signal / s->noise);
}

/* ---- Figures --------------------------------------------------------------------------------- */

static void put_one(struct cJSON *list, const struct stamp_tensors *t, enum stamp_seen what,
                    size_t layer)
{
    const struct stamp_tensor_sum *s = stamp_tensors_sum(t, what, layer);
    struct cJSON *o = stamp_put_object(list, NULL);

    if (of_layer(what))
        stamp_put_count(o, "layer", layer);
    else
        cJSON_AddNullToObject(o, "layer");
    stamp_put_text(o, "name", stamp_see_name[what]);
    stamp_put_count(o, "rows", s->rows);
    stamp_put_count(o, "columns", s->cols);
    stamp_put_real(o, "sqnr_db", stamp_tensor_db(s));
}

void stamp_put_tensors(struct cJSON *object, const struct stamp_tensors *t)
{
    struct cJSON *list = stamp_put_array(object, "tensors");

    put_one(list, t, STAMP_SEE_EMBEDDING, 0);
    for (size_t i = 0; i < t->layers; i++)
        for (int k = STAMP_SEE_NORM_ATT; k <= STAMP_SEE_RESIDUAL_FFN; k++)
            put_one(list, t, (enum stamp_seen)k, i);
    put_one(list, t, STAMP_SEE_NORM, 0);
    put_one(list, t, STAMP_SEE_LOGITS, 0);
}

/* The value of every layer, where a line holds them. */
enum { SHOWN_LAYERS = 12 };

/* One name over all layers. */
static void text_one(struct stamp_text *text, const struct stamp_tensors *t, enum stamp_seen what)
{
    const size_t layers = of_layer(what) ? t->layers : 1;
    double least = INFINITY, sum = 0;
    size_t at = 0;

    for (size_t i = 0; i < layers; i++) {
        const double db = stamp_tensor_db(stamp_tensors_sum(t, what, i));
        sum += db;
        if (db < least) {
            least = db;
            at = i;
        }
    }
    stamp_text_add(text, "%-13s %8llu", stamp_see_name[what],
                   (unsigned long long)stamp_tensors_sum(t, what, 0)->cols);
    if (!isfinite(sum))
        stamp_text_add(text, " %9s\n", isinf(sum) ? "exact" : "-");
    else if (of_layer(what))
        stamp_text_add(text, " %9.2f %9.2f %6zu", sum / (double)layers, least, at);
    else
        stamp_text_add(text, " %9.2f\n", sum);
    if (!isfinite(sum) || !of_layer(what)) return;
    for (size_t i = 0; i < layers && layers <= SHOWN_LAYERS; i++)
        stamp_text_add(text, " %7.2f", stamp_tensor_db(stamp_tensors_sum(t, what, i)));
    stamp_text_add(text, "\n");
}

void stamp_text_tensors(struct stamp_text *text, const struct stamp_tensors *t)
{
    stamp_text_add(text, "%-13s %8s %9s %9s %6s", "SQNR, dB", "columns", "mean", "least", "layer");
    for (size_t i = 0; i < t->layers && t->layers <= SHOWN_LAYERS; i++)
        stamp_text_add(text, " %7zu", i);
    stamp_text_add(text, "\n");
    for (int k = 0; k < STAMP_SEES; k++) text_one(text, t, (enum stamp_seen)k);
}
