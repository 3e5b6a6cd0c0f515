/* SPDX-License-Identifier: Apache-2.0 */
/* prepare.c - timm's evaluation transform. Contract in prepare.h. */
#include "compiler/front/prepare.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>

#include "model/mem.h"

struct stamp_prepare stamp_prepare_deit(void)
{
    return (struct stamp_prepare){.input = 224,
                                  .crop_pct = 0.9,
                                  .mean = {0.485f, 0.456f, 0.406f},
                                  .std = {0.229f, 0.224f, 0.225f},
                                  .filter = STAMP_FILTER_BICUBIC};
}

/* S: pixels of the shorter side. */
static double shorter(const struct stamp_prepare *p)
{
    return floor((double)p->input / p->crop_pct);
}

enum stamp_status stamp_prepare_check(const char *name, const struct stamp_prepare *p,
                                      struct stamp_err *e)
{
    if (p->input < 1 || p->input > STAMP_PREPARE_INPUT_MAX)
        return stamp_fail(e, STAMP_ERANGE,
                          "%s: pictures of %zu pixels a side; 1 to %d are possible", name, p->input,
                          STAMP_PREPARE_INPUT_MAX);
    if (!(p->crop_pct > 0.0 && p->crop_pct <= 1.0))
        return stamp_fail(e, STAMP_ERANGE, "%s: crop_pct %g is not above 0 and at most 1", name,
                          p->crop_pct);
    if (shorter(p) > STAMP_PICTURE_SIDE_MAX)
        return stamp_fail(e, STAMP_ERANGE,
                          "%s: crop_pct %g of %zu pixels: a resized side of more than %d", name,
                          p->crop_pct, p->input, STAMP_PICTURE_SIDE_MAX);
    for (int c = 0; c < 3; c++)
        if (!isfinite(p->mean[c]) || !isfinite(p->std[c]) || !(p->std[c] > 0.0f))
            return stamp_fail(e, STAMP_ERANGE, "%s: mean %g and std %g of colour %d", name,
                              (double)p->mean[c], (double)p->std[c], c);
    return STAMP_OK;
}

/* n / 2, halves to even. */
static size_t half(size_t n)
{
    return n / 2 + (n % 4 == 3);
}

enum stamp_status stamp_prepare_crop(const struct stamp_prepare *p,
                                     const struct stamp_picture *from, uint8_t *to,
                                     struct stamp_err *e)
{
    assert(!stamp_prepare_check("", p, NULL));
    const size_t side = (size_t)shorter(p);
    const bool upright = from->width <= from->height;
    /* Python divides in binary64 and cuts; a quotient of these sizes that is not whole is further
     * from a whole number than its rounding. */
    const struct stamp_resize how = {.width = upright ? side : side * from->width / from->height,
                                     .height = upright ? side * from->height / from->width : side,
                                     .columns = p->input,
                                     .rows = p->input,
                                     .filter = p->filter};
    struct stamp_resize part = how;

    part.left = half(how.width - p->input);
    part.top = half(how.height - p->input);
    return stamp_resize(from, &part, to, e);
}

void stamp_prepare_planes(const struct stamp_prepare *p, const uint8_t *rgb, float *to)
{
    const size_t pixels = p->input * p->input;

    for (size_t c = 0; c < 3; c++)
        for (size_t i = 0; i < pixels; i++) {
            const float unit = (float)rgb[3 * i + c] / 255.0f;
            to[c * pixels + i] = (unit - p->mean[c]) / p->std[c];
        }
}

enum stamp_status stamp_prepare_file(const struct stamp_prepare *p, const char *path, float **out,
                                     struct stamp_err *e)
{
    const size_t pixels = p->input * p->input;
    struct stamp_picture picture = {0, 0, NULL};
    uint8_t *rgb = NULL;
    float *planes = NULL;

    enum stamp_status s = stamp_picture_read(path, &picture, e);
    if (s) return s;
    rgb = stamp_alloc(pixels, 3);
    planes = stamp_alloc(pixels, 3 * sizeof *planes);
    if (!rgb || !planes) s = stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", path);
    if (!s) s = stamp_prepare_crop(p, &picture, rgb, e);
    if (!s) stamp_prepare_planes(p, rgb, planes);
    stamp_picture_free(&picture);
    stamp_free(rgb);
    if (s)
        stamp_free(planes);
    else
        *out = planes;
    return s;
}
