/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file dtype.h
 * Element types of files, all little endian, and their conversion to binary32.
 */
#ifndef STAMP_FRONT_DTYPE_H
#define STAMP_FRONT_DTYPE_H

#include <stddef.h>
#include <stdint.h>

enum stamp_dtype {
    STAMP_DTYPE_F32,
    STAMP_DTYPE_F16,
    STAMP_DTYPE_BF16,
    STAMP_DTYPE_F64, /**< rounded to nearest even */
    STAMP_DTYPE_S8,
    STAMP_DTYPE_U8,
    STAMP_DTYPE_S16,
    STAMP_DTYPE_U16,
    STAMP_DTYPE_S32, /**< beyond 2^24 rounded to nearest even, once, as are the next three */
    STAMP_DTYPE_U32,
    STAMP_DTYPE_S64,
    STAMP_DTYPE_U64,
    STAMP_DTYPE_NONE /**< known to a format, not readable here */
};

/** Bytes per element; 0 for STAMP_DTYPE_NONE. */
size_t stamp_dtype_bytes(enum stamp_dtype t);

/** binary16 to binary32, exact; NaN payloads are kept in the upper bits. */
float stamp_f32_from_f16(uint16_t bits);

/** @param from  [count] elements of type @p t, any alignment  @param to  [count], apart from it */
void stamp_dtype_to_f32(enum stamp_dtype t, size_t count, const unsigned char *from, float *to);

#endif
