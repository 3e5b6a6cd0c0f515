/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file picture.h
 * Pictures from PNG files, as rows of 8-bit RGB.
 *
 * Decoding is libpng's (1.6); what the values mean is PIL's: the result is, byte for byte, that of
 * Image.open(path).convert("RGB"). Grey is put in all three, 1, 2 and 4 bits of it spread to 0 ..
 * 255; a palette is looked up; of 16 bits the upper 8 are kept; alpha and the transparent colour
 * are dropped, not blended; gamma, chromaticities and colour profiles are not applied. Grey of 16
 * bits without alpha is refused: versions of PIL disagree on it. The default picture of an
 * animation is taken. Stricter than PIL: a wrong CRC of any chunk, an index beyond the palette and
 * data that end early are refused.
 */
#ifndef STAMP_FRONT_PICTURE_H
#define STAMP_FRONT_PICTURE_H

#include <stddef.h>
#include <stdint.h>

#include "model/status.h"

enum {
    STAMP_PICTURE_SIDE_MAX = 16384,  /**< pixels of a side */
    STAMP_PICTURE_AREA_MAX = 1 << 26 /**< pixels, three bytes each */
};

/** A picture of 1 x 1 pixels at least. */
struct stamp_picture {
    size_t width, height; /**< pixels */
    uint8_t *rgb;         /**< [height][width][3], top row first, owned (stamp_free) */
};

/** Give the pixels back and zero the struct; NULL is allowed. */
void stamp_picture_free(struct stamp_picture *p);

/**
 * Read a PNG file.
 * @param out  untouched by a failure
 * @return STAMP_EIO, STAMP_EFORMAT (not a PNG: the line names JPEG, GIF, BMP and WebP; broken or
 * cut: the line has libpng's reason and the offset read up to), STAMP_ERANGE (a side or an area
 * beyond the limits, which the line has), STAMP_EUNSUPPORTED (grey of 16 bits), STAMP_ENOMEM
 */
enum stamp_status stamp_picture_read(const char *path, struct stamp_picture *out,
                                     struct stamp_err *e);

/** The same from @p bytes [len]; @p name stands for the path in messages. */
enum stamp_status stamp_picture_parse(const char *name, const void *bytes, size_t len,
                                      struct stamp_picture *out, struct stamp_err *e);

#endif
