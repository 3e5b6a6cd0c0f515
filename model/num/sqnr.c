/* SPDX-License-Identifier: Apache-2.0 */
/* sqnr.c - signal to quantization noise ratio. Contract in sqnr.h. */
#include "model/num/sqnr.h"

#include <math.h>

double stamp_sqnr_db(size_t n, const float *ref, const float *y)
{
    double signal = 0, noise = 0;

    for (size_t i = 0; i < n; i++) {
        const double r = ref[i], diff = r - (double)y[i];
        signal += r * r;
        noise += diff * diff;
    }
    if (noise == 0) return INFINITY;
    return signal == 0 ? NAN : 10 * log10(signal / noise);
}
