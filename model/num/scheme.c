/* SPDX-License-Identifier: Apache-2.0 */
/* scheme.c - defaults and limits of a quantization scheme. Contract in scheme.h. */
#include "model/num/scheme.h"

#include <stddef.h>

struct stamp_scheme stamp_scheme_default(void)
{
    return (struct stamp_scheme){.transform = STAMP_HAAR,
                                 .depth = STAMP_DEPTH_AUTO,
                                 .high_rows = 64,
                                 .high_bits = 8,
                                 .act_bits = 4,
                                 .weight_bits = 4,
                                 .sink = true};
}

const char *stamp_transform_name(enum stamp_transform t)
{
    static const char *const name[] = {"none", "haar", "haar2d", "wht", "dct"};
    return (size_t)t < sizeof name / sizeof name[0] ? name[t] : "?";
}

static bool is_width(uint8_t bits, bool f32_too)
{
    return bits == 4 || bits == 8 || (f32_too && bits == 32);
}

static enum stamp_status check_grid(const struct stamp_scheme *q, uint32_t s, struct stamp_err *e)
{
    const uint64_t points = (uint64_t)q->grid_h * q->grid_w;
    if (q->transform != STAMP_HAAR2D) return STAMP_OK;
    if (points + q->sink != s || points == 0)
        return stamp_fail(e, STAMP_ERANGE,
                          "transform haar2d: grid %ux%u%s does not hold the %u tokens", q->grid_h,
                          q->grid_w, q->sink ? " and the sink token" : "", s);
    return STAMP_OK;
}

enum stamp_status stamp_scheme_check_any(const struct stamp_scheme *q, struct stamp_err *e)
{
    if ((unsigned)q->transform > STAMP_DCT)
        return stamp_fail(e, STAMP_ERANGE, "transform %d is not known", (int)q->transform);
    if (q->depth < STAMP_DEPTH_AUTO || q->depth > STAMP_DEPTH_MAX)
        return stamp_fail(e, STAMP_ERANGE, "depth %d: must be auto or 0 to %d", q->depth,
                          STAMP_DEPTH_MAX);
    if (!is_width(q->high_bits, false))
        return stamp_fail(e, STAMP_ERANGE, "high bits %u: must be 4 or 8", q->high_bits);
    if (!is_width(q->act_bits, true))
        return stamp_fail(e, STAMP_ERANGE, "activation bits %u: must be 4, 8 or f32", q->act_bits);
    if (q->high_rows && q->act_bits == 8 && q->high_bits < 8)
        return stamp_fail(e, STAMP_ERANGE,
                          "high bits %u: must be at least the %u bits of the other rows",
                          q->high_bits, q->act_bits);
    if (!is_width(q->weight_bits, true))
        return stamp_fail(e, STAMP_ERANGE, "weight bits %u: must be 4, 8 or f32", q->weight_bits);
    if (q->block != 0 && q->block != STAMP_BLOCK)
        return stamp_fail(e, STAMP_ERANGE, "block %u: must be 0 or %d", q->block, STAMP_BLOCK);
    return STAMP_OK;
}

enum stamp_status stamp_scheme_check(const struct stamp_scheme *q, uint32_t s, struct stamp_err *e)
{
    const enum stamp_status st = stamp_scheme_check_any(q, e);

    if (st) return st;
    if (s < 1 || s > STAMP_SEQ_MAX)
        return stamp_fail(e, STAMP_ERANGE, "%u tokens: must be 1 to %d", s, STAMP_SEQ_MAX);
    return check_grid(q, s, e);
}
