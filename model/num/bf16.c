/* SPDX-License-Identifier: Apache-2.0 */
/* bf16.c - bfloat16 to binary32 and back. Contract in bf16.h. */
#include "model/num/bf16.h"

#include "model/num/f32.h"

uint16_t stamp_bf16_from_f32(float x)
{
    const uint32_t u = stamp_f32_bits(x);
    if (x != x) return STAMP_F32_NAN >> 16;

    /* 0x7fff, plus 1 where the last kept bit is odd: carries upwards exactly when RNE rounds up,
     * and from the largest finite value into infinity. */
    return (uint16_t)((u + UINT32_C(0x7fff) + (u >> 16 & 1)) >> 16);
}

float stamp_bf16_to_f32(uint16_t b)
{
    return stamp_f32_canon(stamp_f32_from_bits((uint32_t)b << 16));
}

void stamp_bf16_pack(size_t n, const float *x, uint16_t *b)
{
    for (size_t i = 0; i < n; i++) b[i] = stamp_bf16_from_f32(x[i]);
}

void stamp_bf16_unpack(size_t n, const uint16_t *b, float *x)
{
    for (size_t i = 0; i < n; i++) x[i] = stamp_bf16_to_f32(b[i]);
}
