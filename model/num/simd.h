/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file simd.h
 * A function compiled several times: INLINE bodies in plain C, called from a plain function, from an
 * AVX2 and from an AVX-512 one, which the compiler then turns into wider vectors. The same operations
 * in the same order, so the same bits.
 */
#ifndef STAMP_NUM_SIMD_H
#define STAMP_NUM_SIMD_H

#include "model/num/f32.h"
#include "model/num/path.h"

#define INLINE static inline __attribute__((always_inline))

#if defined(__x86_64__)
#define AVX2       __attribute__((target("avx2")))
#define HAS_AVX2   stamp_path_may(STAMP_PATH_AVX2)
#define AVX512     __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,prefer-vector-width=512")))
#define HAS_AVX512 stamp_path_may(STAMP_PATH_AVX512)
#else
#define AVX2
#define HAS_AVX2 0
#define AVX512
#define HAS_AVX512 0
#endif

/** stamp_f32_canon by integers: a comparison of floats may raise a flag, so gcc would keep its branch
 *  and make no vectors. */
INLINE float stamp_simd_canon(float x)
{
    const uint32_t u = stamp_f32_bits(x);
    const uint32_t nan = 0u - (uint32_t)((u & UINT32_C(0x7fffffff)) > UINT32_C(0x7f800000));
    return stamp_f32_from_bits((u & ~nan) | (STAMP_F32_NAN & nan));
}

#endif
