/* SPDX-License-Identifier: Apache-2.0 */
/* kernels_f32.c - rows and elements in binary32. Contract in kernels_f32.h. */
#include "sim/ref/kernels_f32.h"

#include <math.h>
#include <string.h>

void stamp_ref_norm(size_t rows, size_t dim, const struct stamp_ref_norm *how, const float *x,
                    float *y)
{
    for (size_t i = 0; i < rows; i++, x += dim, y += dim) {
        float mean = 0, sum = 0;
        for (size_t k = 0; k < dim && how->layer; k++) mean += x[k];
        mean /= (float)dim;
        for (size_t k = 0; k < dim; k++) sum += (x[k] - mean) * (x[k] - mean);
        const float scale = 1.0f / sqrtf(sum / (float)dim + how->eps);
        for (size_t k = 0; k < dim; k++) y[k] = (x[k] - mean) * scale * how->gain[k];
        for (size_t k = 0; k < dim && how->bias; k++) y[k] += how->bias[k];
    }
}

void stamp_ref_add(size_t count, const float *b, float *y)
{
    for (size_t i = 0; i < count; i++) y[i] += b[i];
}

void stamp_ref_times(size_t count, const float *b, float *y)
{
    for (size_t i = 0; i < count; i++) y[i] *= b[i];
}

void stamp_ref_silu(size_t count, float *y)
{
    for (size_t i = 0; i < count; i++) y[i] /= 1.0f + expf(-y[i]);
}

void stamp_ref_gelu(size_t count, float *y)
{
    for (size_t i = 0; i < count; i++) y[i] *= 0.5f * (1.0f + erff(y[i] * 0.70710678f));
}

void stamp_ref_gelu_tanh(size_t count, float *y)
{
    for (size_t i = 0; i < count; i++)
        y[i] *= 0.5f * (1.0f + tanhf(0.79788456f * (y[i] + 0.044715f * y[i] * y[i] * y[i])));
}

void stamp_ref_depthwise(struct stamp_ref_grid g, size_t cols, const float *x, const float *w,
                         const float *bias, float *y)
{
    const size_t pad = g.stride == 1 ? g.kernel / 2 : 0;

    for (size_t r = 0; r < g.height / g.stride; r++)
        for (size_t c = 0; c < g.width / g.stride; c++, y += cols) {
            memcpy(y, bias, cols * sizeof *y);
            for (size_t t = 0; t < g.kernel * g.kernel; t++) {
                const size_t row = r * g.stride + t / g.kernel, col = c * g.stride + t % g.kernel;
                if (row < pad || row - pad >= g.height || col < pad || col - pad >= g.width)
                    continue;
                const float *v = x + ((row - pad) * g.width + col - pad) * cols;
                for (size_t i = 0; i < cols; i++) y[i] += v[i] * w[t * cols + i];
            }
        }
}
