/* SPDX-License-Identifier: Apache-2.0 */
/* sheet.c - several pictures on one. Contract in sheet.h. */
#include "sim/paint/sheet.h"

#include <string.h>

#include "model/mem.h"

/* n times (each x scale + margin) and one margin more; beyond a side's limit, one more than it. */
static size_t side(size_t n, size_t each, const struct stamp_sheet *s)
{
    enum { MOST = STAMP_PICTURE_SIDE_MAX };

    if (n > MOST || each > MOST || s->scale > MOST || s->margin > MOST) return MOST + 1;
    const uint64_t cell = (uint64_t)each * s->scale + s->margin, all = n * cell + s->margin;
    return all > MOST ? MOST + 1 : (size_t)all;
}

static void place(const struct stamp_sheet *s, const struct stamp_picture *p, size_t left,
                  size_t top, struct stamp_picture *to)
{
    for (size_t y = 0; y < p->height * s->scale; y++)
        for (size_t x = 0; x < p->width * s->scale; x++)
            memcpy(to->rgb + ((top + y) * to->width + left + x) * 3,
                   p->rgb + (y / s->scale * p->width + x / s->scale) * 3, 3);
}

enum stamp_status stamp_sheet_make(const struct stamp_sheet *s, const struct stamp_picture *picture,
                                   size_t count, struct stamp_picture *out, struct stamp_err *e)
{
    if (!count || !s->columns || !s->scale)
        return stamp_fail(e, STAMP_ERANGE, "a sheet of %zu pictures, %zu columns, scale %zu", count,
                          s->columns, s->scale);
    for (size_t i = 1; i < count; i++)
        if (picture[i].width != picture->width || picture[i].height != picture->height)
            return stamp_fail(e, STAMP_ERANGE,
                              "a sheet of pictures of two sizes: %zu x %zu and %zu x %zu",
                              picture->width, picture->height, picture[i].width, picture[i].height);

    const size_t columns = s->columns < count ? s->columns : count,
                 rows = (count - 1) / columns + 1;
    struct stamp_picture sheet = {side(columns, picture->width, s), side(rows, picture->height, s),
                                  NULL};
    if (sheet.width > STAMP_PICTURE_SIDE_MAX || sheet.height > STAMP_PICTURE_SIDE_MAX ||
        sheet.width * sheet.height > STAMP_PICTURE_AREA_MAX)
        return stamp_fail(
            e, STAMP_ERANGE,
            "a sheet of %zu x %zu pictures is more than %d pixels a side or %d in all", columns,
            rows, STAMP_PICTURE_SIDE_MAX, STAMP_PICTURE_AREA_MAX);
    sheet.rgb = stamp_alloc(sheet.width * sheet.height, 3);
    if (!sheet.rgb) return stamp_fail(e, STAMP_ENOMEM, "out of memory for a sheet");
    for (size_t i = 0; i < sheet.width * sheet.height; i++) memcpy(sheet.rgb + 3 * i, s->paper, 3);
    for (size_t i = 0; i < count; i++)
        place(s, &picture[i], s->margin + i % columns * (picture->width * s->scale + s->margin),
              s->margin + i / columns * (picture->height * s->scale + s->margin), &sheet);
    *out = sheet;
    return STAMP_OK;
}
