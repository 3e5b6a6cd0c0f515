/* SPDX-License-Identifier: Apache-2.0 */
/* noise.c - Gaussian noise of a seed. Contract in noise.h. */
#include "sim/paint/noise.h"

#include <assert.h>
#include <math.h>

#include "model/num/series.h"

enum { DEGREE = 7 };

/* Numerators and denominators of AS 241, lowest power first: near the middle, in a tail, far out. */
static const double middle[2][DEGREE + 1] = {
    {3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3,
     1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4,
     3.3430575583588128105e4, 2.5090809287301226727e3},
    {1, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3,
     2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4,
     5.2264952788528545610e3}};
static const double tail[2][DEGREE + 1] = {
    {1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0,
     3.64784832476320460504e0, 1.27045825245236838258e0, 2.41780725177450611770e-1,
     2.27238449892691845833e-2, 7.74545014278341407640e-4},
    {1, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
     1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4,
     1.05075007164441684324e-9}};
static const double far[2][DEGREE + 1] = {
    {6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0,
     2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
     2.71155556874348757815e-5, 2.01033439929228813265e-7},
    {1, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
     7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7,
     2.04426310338993978564e-15}};

static double ratio(const double of[2][DEGREE + 1], double r)
{
    double n = of[0][DEGREE], d = of[1][DEGREE];

    for (int k = DEGREE - 1; k >= 0; k--) {
        n = n * r + of[0][k];
        d = d * r + of[1][k];
    }
    return n / d;
}

double stamp_normal_quantile(double p)
{
    const double q = p - 0.5;

    assert(p > 0 && p < 1);
    if (q >= -0.425 && q <= 0.425) return q * ratio(middle, 0.180625 - q * q);
    const double r = sqrt(-stamp_log_series(q < 0 ? p : 1 - p));
    const double x = r <= 5 ? ratio(tail, r - 1.6) : ratio(far, r - 5);
    return q < 0 ? -x : x;
}

static uint64_t mix(uint64_t z)
{
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

void stamp_noise(uint64_t seed, size_t count, float *out)
{
    uint64_t at = mix(seed);

    for (size_t i = 0; i < count; i++) {
        at += UINT64_C(0x9e3779b97f4a7c15);
        const double p = ((double)(mix(at) >> 12) + 0.5) * 0x1p-52;
        out[i] = (float)stamp_normal_quantile(p);
    }
}
