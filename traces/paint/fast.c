/* SPDX-License-Identifier: Apache-2.0 */
/* fast.c - activations and softmax over bfloat16 values for training (fast.py compiles and loads it).
 * PyTorch 1.13 spends a third of a step in them; here they are loops the C compiler turns into vectors. */
#include <stdint.h>
#include <string.h>

static inline float wide(uint16_t b)
{
    uint32_t u = (uint32_t)b << 16;
    float f;
    memcpy(&f, &u, 4);
    return f;
}

static inline uint16_t narrow(float f) /* to nearest, ties to even */
{
    uint32_t u;
    memcpy(&u, &f, 4);
    return (uint16_t)((u + 0x7fff + (u >> 16 & 1)) >> 16);
}

/* e^x within 3e-7 of its value, x held to -80 .. 80: 2^(whole part) times a polynomial of the rest */
static inline float power_e(float x)
{
    x = x < -80.0f ? -80.0f : x > 80.0f ? 80.0f : x;
    float k = __builtin_rintf(x * 1.44269504f), r = x - k * 0.693359375f + k * 2.12194440e-4f;
    float p = 1.0f + r * (1.0f + r * (0.5f + r * (0.166666657f +
                                                  r * (0.0416695364f + r * (0.00837312452f +
                                                                            r * 0.00137805939f)))));
    int32_t u = ((int32_t)k + 127) << 23;
    float scale;
    memcpy(&scale, &u, 4);
    return p * scale;
}

static inline float sigmoid(float x)
{
    return 1.0f / (1.0f + power_e(-x));
}

/* tanh GELU is x * sigmoid(2 u), u = sqrt(2 / pi) (x + 0.044715 x^3) */
void gelu(const uint16_t *restrict x, uint16_t *restrict y, long n)
{
    for (long i = 0; i < n; i++) {
        float v = wide(x[i]);
        y[i] = narrow(v * sigmoid(1.5957691f * (v + 0.044715f * v * v * v)));
    }
}

void gelu_back(const uint16_t *restrict x, const uint16_t *restrict g, uint16_t *restrict d, long n)
{
    for (long i = 0; i < n; i++) {
        float v = wide(x[i]), s = sigmoid(1.5957691f * (v + 0.044715f * v * v * v));
        float slope = 1.5957691f * (1.0f + 3 * 0.044715f * v * v);
        d[i] = narrow(wide(g[i]) * (s + v * s * (1.0f - s) * slope));
    }
}

void silu(const uint16_t *restrict x, uint16_t *restrict y, long n)
{
    for (long i = 0; i < n; i++) y[i] = narrow(wide(x[i]) * sigmoid(wide(x[i])));
}

void silu_back(const uint16_t *restrict x, const uint16_t *restrict g, uint16_t *restrict d, long n)
{
    for (long i = 0; i < n; i++) {
        float v = wide(x[i]), s = sigmoid(v);
        d[i] = narrow(wide(g[i]) * s * (1.0f + v * (1.0f - s)));
    }
}

void softmax(const uint16_t *restrict x, uint16_t *restrict y, long rows, long n)
{
    float e[4096];
    for (long r = 0; r < rows; r++, x += n, y += n) {
        float top = -1e30f, sum = 0;
        for (long i = 0; i < n; i++) top = wide(x[i]) > top ? wide(x[i]) : top;
        for (long i = 0; i < n; i++) sum += e[i] = power_e(wide(x[i]) - top);
        for (long i = 0; i < n; i++) y[i] = narrow(e[i] / sum);
    }
}

void softmax_back(const uint16_t *restrict y, const uint16_t *restrict g, uint16_t *restrict d,
                  long rows, long n)
{
    for (long r = 0; r < rows; r++, y += n, g += n, d += n) {
        float dot = 0;
        for (long i = 0; i < n; i++) dot += wide(y[i]) * wide(g[i]);
        for (long i = 0; i < n; i++) d[i] = narrow(wide(y[i]) * (wide(g[i]) - dot));
    }
}
