/* SPDX-License-Identifier: Apache-2.0 */
/* resize.c - Pillow's resampling of 8-bit pictures. Contract in resize.h. */
#include "compiler/front/resize.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "model/mem.h"

enum {
    FRACTION = 22 /* bits of a weight behind the point: a sum of 8-bit values fits in 32 bits */
};

/* Weights of one axis: output i is the sum over k of weight[i * room + k] in[first[i] + k]. */
struct axis {
    size_t outputs, room;
    size_t *first, *count; /* [outputs] */
    int32_t *weight;       /* [outputs][room], Q9.22 */
};

/* ---- Weights ------------------------------------------------------------------------------- */
static double reach(enum stamp_filter f)
{
    return f == STAMP_FILTER_BICUBIC ? 2.0 : 1.0;
}

/* In the order of operations of Pillow's; a = -1/2. */
static double filter_at(enum stamp_filter f, double t)
{
    const double a = -0.5, x = fabs(t);

    if (f == STAMP_FILTER_BILINEAR) return x < 1.0 ? 1.0 - x : 0.0;
    if (x < 1.0) return ((a + 2.0) * x - (a + 3.0)) * x * x + 1.0;
    if (x < 2.0) return (((x - 5.0) * x + 8.0) * x - 4.0) * a;
    return 0.0;
}

static int32_t fixed(double w)
{
    const double scaled = w * (double)(1 << FRACTION);
    return (int32_t)(scaled < 0.0 ? scaled - 0.5 : scaled + 0.5);
}

/* One output. @param unit  [room], scratch */
static void weigh(struct axis *a, size_t i, double center, double stretch, size_t inputs,
                  enum stamp_filter f, double *unit)
{
    const double support = reach(f) * stretch, shrink = 1.0 / stretch;
    const double low = center - support + 0.5, high = center + support + 0.5;
    const size_t first = low > 0.0 ? (size_t)low : 0;
    const size_t end = high < (double)inputs ? (size_t)high : inputs;
    double sum = 0.0;

    a->first[i] = first;
    a->count[i] = end - first;
    assert(first < end && a->count[i] <= a->room);
    for (size_t k = 0; k < a->count[i]; k++) {
        unit[k] = filter_at(f, ((double)(first + k) - center + 0.5) * shrink);
        sum += unit[k];
    }
    for (size_t k = 0; k < a->count[i]; k++)
        a->weight[i * a->room + k] = fixed(sum != 0.0 ? unit[k] / sum : unit[k]);
}

static void axis_free(struct axis *a)
{
    stamp_free(a->first);
    stamp_free(a->count);
    stamp_free(a->weight);
}

/* Outputs start .. start + count - 1 of the @p outputs that @p inputs become. False: no memory. The
 * caller frees, either way. */
static bool axis_make(struct axis *a, size_t inputs, size_t outputs, size_t start, size_t count,
                      enum stamp_filter f)
{
    const double scale = (double)inputs / (double)outputs, stretch = scale < 1.0 ? 1.0 : scale;
    double *unit;

    a->outputs = count;
    a->room = (size_t)ceil(reach(f) * stretch) * 2 + 1;
    a->first = stamp_alloc(count, sizeof *a->first);
    a->count = stamp_alloc(count, sizeof *a->count);
    a->weight = stamp_alloc(count * a->room, sizeof *a->weight);
    unit = stamp_alloc(a->room, sizeof *unit);
    const bool fine = a->first && a->count && a->weight && unit;
    for (size_t i = 0; fine && i < count; i++)
        weigh(a, i, ((double)(start + i) + 0.5) * scale, stretch, inputs, f, unit);
    stamp_free(unit);
    return fine;
}

/* ---- Passes -------------------------------------------------------------------------------- */
/* The half rounds. |sum| < 255 2^22 times the sum of |weight|, at most 1.5: 32 bits hold it. */
static uint8_t clip(int32_t sum)
{
    if (sum < 0) return 0;
    return sum >> FRACTION > 255 ? 255 : (uint8_t)(sum >> FRACTION);
}

/* A row of pixels along it. */
static void across(const struct axis *a, const uint8_t *from, uint8_t *to)
{
    for (size_t i = 0; i < a->outputs; i++) {
        const int32_t *w = a->weight + i * a->room;
        const uint8_t *p = from + 3 * a->first[i];
        int32_t sum[3] = {1 << (FRACTION - 1), 1 << (FRACTION - 1), 1 << (FRACTION - 1)};
        for (size_t k = 0; k < a->count[i]; k++)
            for (size_t c = 0; c < 3; c++) sum[c] += w[k] * p[3 * k + c];
        for (size_t c = 0; c < 3; c++) to[3 * i + c] = clip(sum[c]);
    }
}

/* Row i of the result from rows of @p bytes. */
static void down(const struct axis *a, size_t i, const uint8_t *from, size_t bytes, uint8_t *to)
{
    const int32_t *w = a->weight + i * a->room;

    for (size_t b = 0; b < bytes; b++) {
        int32_t sum = 1 << (FRACTION - 1);
        for (size_t k = 0; k < a->count[i]; k++) sum += w[k] * from[k * bytes + b];
        to[b] = clip(sum);
    }
}

bool stamp_filter_of(const char *name, enum stamp_filter *out)
{
    static const char *const names[] = {
        [STAMP_FILTER_BILINEAR] = "bilinear", [STAMP_FILTER_BICUBIC] = "bicubic"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(names[i], name) != 0) continue;
        *out = (enum stamp_filter)i;
        return true;
    }
    return false;
}

/* ---- Whole --------------------------------------------------------------------------------- */
/* An axis that keeps its length has no outputs. @param top,rows  of @p from: what y needs */
static void resize(const struct stamp_picture *from, const struct stamp_resize *how,
                   const struct axis *x, const struct axis *y, size_t top, size_t rows,
                   uint8_t *middle, uint8_t *to)
{
    const size_t bytes = 3 * how->columns;

    for (size_t r = 0; r < rows; r++) {
        const uint8_t *row = from->rgb + (top + r) * 3 * from->width;
        if (x->outputs)
            across(x, row, middle + r * bytes);
        else
            memcpy(middle + r * bytes, row + 3 * how->left, bytes);
    }
    for (size_t i = 0; i < how->rows; i++)
        if (y->outputs)
            down(y, i, middle + (y->first[i] - top) * bytes, bytes, to + i * bytes);
        else
            memcpy(to + i * bytes, middle + i * bytes, bytes);
}

enum stamp_status stamp_resize(const struct stamp_picture *from, const struct stamp_resize *how,
                               uint8_t *to, struct stamp_err *e)
{
    struct axis x = {0}, y = {0};
    size_t top = how->top, rows = how->rows; /* of from that the part needs */
    uint8_t *middle = NULL;

    assert(how->width && how->height && how->width <= 1u << 28 && how->height <= 1u << 28);
    assert(how->columns && how->left < how->width && how->columns <= how->width - how->left);
    assert(how->rows && how->top < how->height && how->rows <= how->height - how->top);
    bool fine = how->width == from->width ||
                axis_make(&x, from->width, how->width, how->left, how->columns, how->filter);
    fine = fine && (how->height == from->height ||
                    axis_make(&y, from->height, how->height, how->top, how->rows, how->filter));
    if (fine && y.outputs) {
        top = y.first[0];
        rows = y.first[y.outputs - 1] + y.count[y.outputs - 1] - top;
    }
    if (fine) middle = stamp_alloc(rows, 3 * how->columns);
    if (middle) resize(from, how, &x, &y, top, rows, middle, to);
    axis_free(&x);
    axis_free(&y);
    stamp_free(middle);
    return middle ? STAMP_OK
                  : stamp_fail(e, STAMP_ENOMEM, "no memory to resize a picture to %zu x %zu",
                               how->width, how->height);
}
