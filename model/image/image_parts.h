/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file image_parts.h
 * What the writer and the reader of image files share; the format stands in image_file.c.
 */
#ifndef STAMP_IMAGE_IMAGE_PARTS_H
#define STAMP_IMAGE_IMAGE_PARTS_H

#include "model/image/image.h"

enum { HEADER = 32, ENTRY = 24, VERSION = 3, WORD = 32 };
enum { MACH, CODE, ENTR, BUFS, LAYR, PHAS, TEXT, DATA, SECTIONS };

extern const char stamp_image_magic[8];
extern const char stamp_image_kind[SECTIONS][4];

/** stamp_image_decode of bytes from stamp_alloc, which become the image's: its segments lie in them.
 *  On failure they stay the caller's. */
enum stamp_status stamp_image_take(uint8_t *bytes, size_t count, struct stamp_image **out,
                                   struct stamp_err *e);

#endif
