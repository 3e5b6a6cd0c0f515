/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file image_parts.h
 * What the writer and the reader of image files share; the format stands in image_file.c.
 */
#ifndef STAMP_EMIT_IMAGE_PARTS_H
#define STAMP_EMIT_IMAGE_PARTS_H

#include "compiler/emit/image.h"

enum { HEADER = 32, ENTRY = 24, VERSION = 3, WORD = 32 };
enum { MACH, CODE, ENTR, BUFS, LAYR, PHAS, TEXT, DATA, SECTIONS };

extern const char stamp_image_magic[8];
extern const char stamp_image_kind[SECTIONS][4];

#endif
