/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file series.h
 * Logarithm, and sine and cosine near 0, by their series, in double with + - * / only: the same bits on
 * every host, the error below 2^-52 (of the logarithm: of the larger of it and 1) and so far from any tie of
 * a rounding to binary32.
 */
#ifndef STAMP_NUM_SERIES_H
#define STAMP_NUM_SERIES_H

/** ln 2 in parts of 33 bits (the second: what is left, rounded): the first times a whole number below 2^20
 *  is exact. */
#define STAMP_LN2_HIGH 0x1.62e42fefp-1
#define STAMP_LN2_LOW  0x1.473de6af278edp-34

/** Natural logarithm of a normal x > 0: x = m 2^e with m within a factor of sqrt 2 of 1, and
 *  ln m = 2 artanh((m-1)/(m+1)), whose argument is at most 0.172. */
static inline double stamp_log_series(double x)
{
    double e = 0, m = x, sum = 0;
    for (; m > 1.4142135623730951; m *= 0.5) e += 1;
    for (; m < 0.70710678118654757; m *= 2) e -= 1;
    const double s = (m - 1) / (m + 1), z = s * s;
    for (int k = 25; k >= 3; k -= 2) sum = z * (1.0 / (double)k + sum);
    return e * STAMP_LN2_HIGH + (2 * (s + s * sum) + e * STAMP_LN2_LOW);
}

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
