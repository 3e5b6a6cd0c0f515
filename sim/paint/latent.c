/* SPDX-License-Identifier: Apache-2.0 */
/* latent.c - a latent's channels become pixels. Contract in latent.h. */
#include "sim/paint/latent.h"

#include <string.h>

#include "model/mem.h"
#include "sim/paint/config.h"

static enum stamp_status read(const struct stamp_config *c, struct stamp_shuffle *to,
                              struct stamp_err *e)
{
    const char *name = NULL;
    enum stamp_status s = stamp_config_class(c, &name, e);

    if (s) return s;
    if (strcmp(name, "PixelShuffle"))
        return stamp_fail(e, STAMP_EUNSUPPORTED,
                          "%s: this kit does not do the decoder %.60s, only PixelShuffle", c->name,
                          name);
    s = stamp_config_keys(c, STAMP_PAINT_SHUFFLE, e);
    if (!s) s = stamp_config_need(c, "factor", e);
    if (!s) s = stamp_config_need(c, "latent_channels", e);
    if (!s) s = stamp_config_count(c, "factor", 1, STAMP_SHUFFLE_FACTOR_MAX, &to->factor, e);
    if (!s) s = stamp_config_count(c, "latent_channels", 1, UINT32_MAX, &to->channels, e);
    if (!s && to->channels != 3 * to->factor * to->factor)
        s = stamp_fail(e, STAMP_ERANGE, "%s: latent_channels is %u; a factor of %u needs %u",
                       c->name, to->channels, to->factor, 3 * to->factor * to->factor);
    return s;
}

enum stamp_status stamp_shuffle_read(const char *folder, struct stamp_shuffle *out,
                                     struct stamp_err *e)
{
    struct stamp_shuffle got = {0};
    struct stamp_config c = {0};
    enum stamp_status s = stamp_config_open(folder, "config.json", &c, e);

    if (s) return s;
    s = read(&c, &got, e);
    if (!s) *out = got;
    stamp_config_close(&c);
    return s;
}

uint8_t stamp_pixel(float v)
{
    const double limited = v >= -1 ? v <= 1 ? (double)v : 1 : -1, x = (limited + 1) * 127.5;
    const uint8_t n = (uint8_t)x;
    const double rest = x - n;

    return (uint8_t)(n + (rest > 0.5 || (rest == 0.5 && n % 2 == 1)));
}

enum stamp_status stamp_shuffle_picture(const struct stamp_shuffle *s, const float *latent,
                                        uint32_t height, uint32_t width, struct stamp_picture *out,
                                        struct stamp_err *e)
{
    const uint64_t high = (uint64_t)height * s->factor, wide = (uint64_t)width * s->factor;
    const size_t f = s->factor;

    if (!high || !wide || high > STAMP_PICTURE_SIDE_MAX || wide > STAMP_PICTURE_SIDE_MAX ||
        high * wide > STAMP_PICTURE_AREA_MAX)
        return stamp_fail(e, STAMP_ERANGE, "a picture of %llu x %llu pixels",
                          (unsigned long long)wide, (unsigned long long)high);
    uint8_t *const rgb = stamp_alloc(high * wide, 3);
    if (!rgb) return stamp_fail(e, STAMP_ENOMEM, "out of memory for a picture");
    for (size_t y = 0; y < high; y++)
        for (size_t x = 0; x < wide; x++)
            for (size_t c = 0; c < 3; c++) {
                const size_t channel = (c * f + y % f) * f + x % f;
                rgb[(y * wide + x) * 3 + c] =
                    stamp_pixel(latent[(channel * height + y / f) * width + x / f]);
            }
    *out = (struct stamp_picture){wide, high, rgb};
    return STAMP_OK;
}
