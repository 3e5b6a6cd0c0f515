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
    const struct stamp_graph *g; /* borrowed */
    size_t row_bytes;            /* of all tensors, a token */
    struct slot **slot;          /* [values][times], owned; NULL for what is no probe */
};

static uint32_t times(const struct stamp_tensors *t, uint32_t value)
{
    return stamp_graph_times(t->g, t->g->value[value].node);
}

static bool of_layer(const struct stamp_tensors *t, uint32_t value)
{
    return stamp_graph_block(t->g, t->g->value[value].node) != STAMP_NO_BLOCK;
}

static struct slot *slot_of(const struct stamp_tensors *t, uint32_t value, uint32_t time)
{
    return &t->slot[value][time];
}

struct stamp_tensors *stamp_tensors_new(const struct stamp_network *m)
{
    struct stamp_tensors *t = stamp_alloc(1, sizeof *t);

    if (!t) return NULL;
    t->g = m->graph;
    t->slot = stamp_alloc(t->g->values, sizeof *t->slot);
    for (uint32_t v = 0; t->slot && v < t->g->values; v++) {
        const struct stamp_gvalue *g = &t->g->value[v];
        const bool run = g->rows == STAMP_ROWS_RUN || g->rows == STAMP_ROWS_PICKED;
        if (!g->probe) continue;
        if (run) t->row_bytes += (size_t)times(t, v) * g->cols * sizeof(float);
        t->slot[v] = stamp_alloc(times(t, v), sizeof **t->slot);
        if (!t->slot[v]) {
            stamp_tensors_free(t);
            return NULL;
        }
    }
    if (t->slot) return t;
    stamp_free(t);
    return NULL;
}

static void drop(struct stamp_tensors *t)
{
    for (uint32_t v = 0; v < t->g->values; v++)
        for (uint32_t i = 0; t->slot[v] && i < times(t, v); i++) {
            stamp_free(t->slot[v][i].ref);
            t->slot[v][i].ref = NULL;
        }
}

void stamp_tensors_free(struct stamp_tensors *t)
{
    if (!t) return;
    drop(t);
    for (uint32_t v = 0; v < t->g->values; v++) stamp_free(t->slot[v]);
    stamp_free(t->slot);
    stamp_free(t);
}

enum stamp_status stamp_tensors_begin(struct stamp_tensors *t, size_t n, struct stamp_err *e)
{
    drop(t);
    if (!t->row_bytes || n <= STAMP_TENSORS_BYTES / t->row_bytes) return STAMP_OK;
    return stamp_fail(e, STAMP_ERANGE,
                      "the tensors of %zu tokens take %zu MiB in f32, more than the %d they may: "
                      "%zu tokens fit",
                      n, n * t->row_bytes >> 20, STAMP_TENSORS_BYTES >> 20,
                      STAMP_TENSORS_BYTES / t->row_bytes);
}

enum stamp_status stamp_tensors_keep(void *ctx, uint32_t value, uint32_t time, size_t rows,
                                     size_t cols, const float *x, struct stamp_err *e)
{
    struct slot *s = slot_of(ctx, value, time);

    stamp_free(s->ref);
    s->ref = stamp_alloc(rows * cols, sizeof *s->ref);
    if (!s->ref) return stamp_fail(e, STAMP_ENOMEM, "out of memory for a tensor of %zu rows", rows);
    memcpy(s->ref, x, rows * cols * sizeof *x);
    s->rows = rows;
    s->cols = cols;
    return STAMP_OK;
}

enum stamp_status stamp_tensors_compare(void *ctx, uint32_t value, uint32_t time, size_t rows,
                                        size_t cols, const float *x, struct stamp_err *e)
{
    struct slot *s = slot_of(ctx, value, time);

    if (!s->ref || s->rows != rows || s->cols != cols)
        return stamp_fail(e, STAMP_ERANGE, "%s of layer %u: %zu x %zu that f32 does not have",
                          ((struct stamp_tensors *)ctx)->g->value[value].name, time, rows, cols);
    for (size_t i = 0; i < rows * cols; i++) {
        const double r = s->ref[i], diff = r - (double)x[i];
        s->sum.signal += r * r;
        s->sum.noise += diff * diff;
    }
    s->sum.rows += rows;
    s->sum.cols = cols;
    return STAMP_OK;
}

const struct stamp_tensor_sum *stamp_tensors_sum(const struct stamp_tensors *t, uint32_t value,
                                                 uint32_t time)
{
    return &slot_of(t, value, time)->sum;
}

double stamp_tensor_db(const struct stamp_tensor_sum *s)
{
    if (s->noise == 0) return INFINITY;
    return s->signal == 0 ? NAN : 10 * log10(s->signal / s->noise);
}

/* ---- Figures --------------------------------------------------------------------------------- */

static void put_one(struct cJSON *list, const struct stamp_tensors *t, uint32_t value,
                    uint32_t time)
{
    const struct stamp_tensor_sum *s = stamp_tensors_sum(t, value, time);
    struct cJSON *o = stamp_put_object(list, NULL);

    if (of_layer(t, value))
        stamp_put_count(o, "layer", time);
    else
        cJSON_AddNullToObject(o, "layer");
    stamp_put_text(o, "name", t->g->value[value].name);
    stamp_put_count(o, "rows", s->rows);
    stamp_put_count(o, "columns", s->cols);
    stamp_put_real(o, "sqnr_db", stamp_tensor_db(s));
}

void stamp_put_tensors(struct cJSON *object, const struct stamp_tensors *t)
{
    struct cJSON *list = stamp_put_array(object, "tensors");
    struct stamp_gat at = STAMP_GRAPH_START;

    while (stamp_graph_next(t->g, &at))
        if (t->g->value[t->g->node[at.node].out].probe)
            put_one(list, t, t->g->node[at.node].out, at.time);
}

/* The value of every layer, where a line holds them. */
enum { SHOWN_LAYERS = 12 };

/* One name over all layers. */
static void text_one(struct stamp_text *text, const struct stamp_tensors *t, uint32_t value)
{
    const uint32_t layers = times(t, value);
    const bool many = of_layer(t, value);
    double least = INFINITY, sum = 0;
    uint32_t at = 0;

    for (uint32_t i = 0; i < layers; i++) {
        const double db = stamp_tensor_db(stamp_tensors_sum(t, value, i));
        sum += db;
        if (db < least) {
            least = db;
            at = i;
        }
    }
    stamp_text_add(text, "%-13s %8llu", t->g->value[value].name,
                   (unsigned long long)stamp_tensors_sum(t, value, 0)->cols);
    if (!isfinite(sum))
        stamp_text_add(text, " %9s\n", isinf(sum) ? "exact" : "-");
    else if (many)
        stamp_text_add(text, " %9.2f %9.2f %6u", sum / (double)layers, least, at);
    else
        stamp_text_add(text, " %9.2f\n", sum);
    if (!isfinite(sum) || !many) return;
    for (uint32_t i = 0; i < layers && layers <= SHOWN_LAYERS; i++)
        stamp_text_add(text, " %7.2f", stamp_tensor_db(stamp_tensors_sum(t, value, i)));
    stamp_text_add(text, "\n");
}

void stamp_text_tensors(struct stamp_text *text, const struct stamp_tensors *t)
{
    uint32_t layers = 0;

    for (uint32_t i = 0; i < t->g->blocks; i++)
        if (t->g->block[i].repeat > layers) layers = t->g->block[i].repeat;
    stamp_text_add(text, "%-13s %8s %9s %9s %6s", "SQNR, dB", "columns", "mean", "least", "layer");
    for (uint32_t i = 0; i < layers && layers <= SHOWN_LAYERS; i++) stamp_text_add(text, " %7u", i);
    stamp_text_add(text, "\n");
    for (uint32_t v = 0; v < t->g->values; v++)
        if (t->g->value[v].probe) text_one(text, t, v);
}
