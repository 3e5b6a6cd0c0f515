/* SPDX-License-Identifier: Apache-2.0 */
/* f32.c - the binary32 operations that are not inline. Contract in f32.h. */
#include "model/num/f32.h"

#include <math.h>

float stamp_f32_sqrt(float x)
{
    /* sqrtf is the IEEE operation, correctly rounded, not an approximation of the math library. */
    return stamp_f32_canon(sqrtf(x));
}

size_t stamp_f32_find_nonfinite(size_t n, const float *x)
{
    for (size_t i = 0; i < n;) {
        const size_t end = n - i > 64 ? i + 64 : n;
        uint32_t bad = 0;
        for (size_t j = i; j < end; j++) bad |= !stamp_f32_is_finite(x[j]);
        if (!bad) {
            i = end;
            continue;
        }
        while (stamp_f32_is_finite(x[i])) i++;
        return i;
    }
    return n;
}
