/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file noise.h
 * Gaussian noise of a seed, equal on every host.
 *
 * Value i of a seed depends on both alone, so a longer noise begins as a shorter one does:
 *
 *     z = MIX(MIX(seed) + (i + 1) 0x9e3779b97f4a7c15)        modulo 2^64
 *     p = (floor(z / 2^12) + 1/2) / 2^52                     exact, never 0, 1/2 or 1
 *     x = QUANTILE(p), in double by + - * / and square root, rounded once to binary32
 *
 * MIX is the output function of splitmix64 (Steele, Lea, Flood 2014, as published by Vigna). QUANTILE is
 * the inverse of the normal distribution by rational functions: M. J. Wichura, Algorithm AS 241, PPND16,
 * Applied Statistics 37 (1988) 477-484, relative error about 1e-16; its logarithm is a series
 * (model/num/series.h).
 */
#ifndef STAMP_PAINT_NOISE_H
#define STAMP_PAINT_NOISE_H

#include <stddef.h>
#include <stdint.h>

/** x with P(X <= x) = p of a standard normal X. @pre 0 < p < 1 */
double stamp_normal_quantile(double p);

/** @param out  [count] values of mean 0 and deviation 1, owned by the caller */
void stamp_noise(uint64_t seed, size_t count, float *out);

#endif
