/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file png_out.h
 * Pictures to PNG files: 8-bit RGB, no interlace, every row by filter Up, zlib level 9, no chunk but
 * IHDR, IDAT and IEND. Equal pictures give equal files wherever zlib is the same.
 */
#ifndef STAMP_PAINT_PNG_OUT_H
#define STAMP_PAINT_PNG_OUT_H

#include "compiler/front/picture.h"
#include "model/status.h"

/**
 * Write a file that appears whole or not at all (model/file/outfile.h).
 * @pre a picture of 1 x 1 pixels at least, sides to STAMP_PICTURE_SIDE_MAX
 * @return STAMP_EIO (no folder, no permission, disk full, ...), STAMP_ENOMEM; as stamp_outfile_open
 */
enum stamp_status stamp_png_write(const char *path, const struct stamp_picture *p,
                                  struct stamp_err *e);

#endif
