/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file series.h
 * Sine and cosine near 0 by their series, in double with + - * and constant divisions only: the same
 * bits on every host, the error below 2^-52 and so far from any tie of a rounding to binary32.
 */
#ifndef STAMP_NUM_SERIES_H
#define STAMP_NUM_SERIES_H

/** cos x, x in -pi/4 .. pi/4. */
static inline double stamp_cos_series(double x)
{
    const double z = x * x;
    double sum = 1.0;
    for (int k = 18; k >= 2; k -= 2) sum = 1.0 - z * (1.0 / (double)(k * (k - 1))) * sum;
    return sum;
}

/** sin x, x in -pi/4 .. pi/4. */
static inline double stamp_sin_series(double x)
{
    const double z = x * x;
    double sum = 1.0;
    for (int k = 19; k >= 3; k -= 2) sum = 1.0 - z * (1.0 / (double)(k * (k - 1))) * sum;
    return x * sum;
}

#endif
