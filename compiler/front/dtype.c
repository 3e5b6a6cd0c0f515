/* SPDX-License-Identifier: Apache-2.0 */
/* dtype.c - file element types to binary32. Contract in dtype.h. */
#include "compiler/front/dtype.h"

#include <assert.h>
#include <string.h>

static uint32_t load_u16(const unsigned char *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8;
}

static uint32_t load_u32(const unsigned char *p)
{
    return load_u16(p) | load_u16(p + 2) << 16;
}

static float f32_of_bits(uint32_t bits)
{
    float f;
    memcpy(&f, &bits, sizeof f);
    return f;
}

static uint64_t load_u64(const unsigned char *p)
{
    return (uint64_t)load_u32(p) | (uint64_t)load_u32(p + 4) << 32;
}

static float f32_from_f64(const unsigned char *p)
{
    const uint64_t bits = load_u64(p);
    double d;
    memcpy(&d, &bits, sizeof d);
    return (float)d; /* IEEE 754: overflow gives an infinity */
}

/* Two's complement without relying on an out-of-range cast. */
static int64_t signed64(uint64_t u)
{
    int64_t i;
    memcpy(&i, &u, sizeof i);
    return i;
}

/* The lower @p bits of u as a signed number, 8 to 32. */
static int32_t signed_of(uint32_t u, int bits)
{
    const uint32_t top = UINT32_C(1) << (bits - 1);
    return (int32_t)((int64_t)(u ^ top) - (int64_t)top);
}

size_t stamp_dtype_bytes(enum stamp_dtype t)
{
    switch (t) {
    case STAMP_DTYPE_F64:
    case STAMP_DTYPE_S64:
    case STAMP_DTYPE_U64: return 8;
    case STAMP_DTYPE_F32:
    case STAMP_DTYPE_S32:
    case STAMP_DTYPE_U32: return 4;
    case STAMP_DTYPE_F16:
    case STAMP_DTYPE_BF16:
    case STAMP_DTYPE_S16:
    case STAMP_DTYPE_U16: return 2;
    case STAMP_DTYPE_S8:
    case STAMP_DTYPE_U8: return 1;
    case STAMP_DTYPE_NONE: break;
    }
    return 0;
}

float stamp_f32_from_f16(uint16_t bits)
{
    const uint32_t sign = (uint32_t)(bits & 0x8000u) << 16;
    uint32_t exponent = bits >> 10 & 0x1fu, fraction = bits & 0x3ffu;

    if (exponent == 31) return f32_of_bits(sign | 0x7f800000u | fraction << 13);
    if (exponent == 0) {
        if (fraction == 0) return f32_of_bits(sign);
        for (exponent = 1; !(fraction & 0x400u); exponent--) fraction <<= 1; /* wraps below 0 */
        fraction &= 0x3ffu;
    }
    return f32_of_bits(sign | (exponent + (127 - 15)) << 23 | fraction << 13);
}

void stamp_dtype_to_f32(enum stamp_dtype t, size_t count, const unsigned char *from, float *to)
{
    const size_t step = stamp_dtype_bytes(t);

    assert(step);
    for (size_t i = 0; i < count; i++, from += step) {
        switch (t) {
        case STAMP_DTYPE_F32: to[i] = f32_of_bits(load_u32(from)); break;
        case STAMP_DTYPE_F16: to[i] = stamp_f32_from_f16((uint16_t)load_u16(from)); break;
        case STAMP_DTYPE_BF16: to[i] = f32_of_bits(load_u16(from) << 16); break;
        case STAMP_DTYPE_F64: to[i] = f32_from_f64(from); break;
        case STAMP_DTYPE_S8: to[i] = (float)signed_of(from[0], 8); break;
        case STAMP_DTYPE_U8: to[i] = (float)from[0]; break;
        case STAMP_DTYPE_S16: to[i] = (float)signed_of(load_u16(from), 16); break;
        case STAMP_DTYPE_U16: to[i] = (float)load_u16(from); break;
        case STAMP_DTYPE_S32: to[i] = (float)signed_of(load_u32(from), 32); break;
        case STAMP_DTYPE_U32: to[i] = (float)load_u32(from); break;
        case STAMP_DTYPE_S64: to[i] = (float)signed64(load_u64(from)); break;
        case STAMP_DTYPE_U64: to[i] = (float)load_u64(from); break;
        case STAMP_DTYPE_NONE: break;
        }
    }
}
