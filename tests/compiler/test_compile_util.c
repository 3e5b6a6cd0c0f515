/* SPDX-License-Identifier: Apache-2.0 */
/* test_compile_util.c - compiled programs against numerics. Contract in test_compile_util.h. */
#include "tests/compiler/test_compile_util.h"

#include <check.h>
#include <string.h>

#include "model/machine/machine.h"
#include "model/mem.h"
#include "model/num/bf16.h"
#include "model/num/f32.h"
#include "model/num/linear.h"

struct stamp_case stamp_case_of(const char *mach, size_t s, size_t d, size_t n,
                                enum stamp_transform transform)
{
    struct stamp_case c = {.mach = mach,
                           .s = s,
                           .width = {d, n},
                           .layers = 1,
                           .in_fmt = STAMP_FMT_F32,
                           .out_fmt = STAMP_FMT_F32,
                           .seed = 1};

    for (int i = 0; i < STAMP_CASE_LAYERS; i++) {
        c.scheme[i] = stamp_scheme_default();
        c.scheme[i].transform = transform;
        c.scheme[i].sink = false;
    }
    return c;
}

uint64_t stamp_test_next(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

float stamp_test_float(uint64_t *state)
{
    return (float)((double)(int64_t)stamp_test_next(state) / 9.3e18);
}

static float *random_matrix(size_t count, uint64_t *state)
{
    float *m = stamp_alloc(count, sizeof *m);

    ck_assert_ptr_nonnull(m);
    for (size_t i = 0; i < count; i++) m[i] = stamp_test_float(state);
    return m;
}

static void round_bf16(float *v, size_t n)
{
    for (size_t i = 0; i < n; i++) v[i] = stamp_bf16_to_f32(stamp_bf16_from_f32(v[i]));
}

struct stamp_image *stamp_case_compile(const struct stamp_case *c, struct stamp_compile_info *info,
                                       float **x, float **want)
{
    struct stamp_compile_layer layer[STAMP_CASE_LAYERS] = {{0}};
    struct stamp_compile_options o = c->options;
    struct stamp_image *image = NULL;
    struct stamp_err e = {0};
    uint64_t state = c->seed;
    float *now = random_matrix(c->s * c->width[0], &state);

    for (size_t t = 0; t < c->s; t++) /* a slow wave under the noise, as activations have */
        for (size_t k = 0; k < c->width[0]; k++)
            now[t * c->width[0] + k] += (float)((int)(t / 7 + 3 * k) % 13 - 6) * 0.25f;
    if (c->in_fmt == STAMP_FMT_BF16) round_bf16(now, c->s * c->width[0]);
    *x = now;
    for (size_t i = 0; i < c->layers; i++) {
        const size_t d = c->width[i], n = c->width[i + 1];
        float *w = random_matrix(n * d, &state), *b = random_matrix(n, &state);
        float *y = stamp_alloc(c->s * n, sizeof *y);
        layer[i] =
            (struct stamp_compile_layer){"test", c->scheme[i], c->s, d, n, w, c->bias ? b : NULL};
        const enum stamp_status st = stamp_linear_num(&c->scheme[i], (uint32_t)c->s, (uint32_t)d,
                                                      (uint32_t)n, now, w, layer[i].bias, y, &e);
        ck_assert_msg(st == STAMP_OK, "reference: %s", e.text);
        if (now != *x) stamp_free(now);
        now = y;
        if (!c->bias) stamp_free(b);
    }
    if (c->out_fmt == STAMP_FMT_BF16) round_bf16(now, c->s * c->width[c->layers]);
    *want = now;
    o.mach = c->own ? c->own : stamp_mach_find(c->mach);
    o.in_fmt = c->in_fmt;
    o.out_fmt = c->out_fmt;
    const enum stamp_status st = stamp_compile(layer, c->layers, &o, &image, info, &e);
    ck_assert_msg(st == STAMP_OK, "%s %zux%zux%zu: %s", c->mach, c->s, c->width[0], c->width[1],
                  e.text);
    for (size_t i = 0; i < c->layers; i++) {
        stamp_free((void *)(uintptr_t)layer[i].w);
        stamp_free((void *)(uintptr_t)layer[i].bias);
    }
    return image;
}

static void put_le(uint8_t *to, uint32_t v, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++) to[i] = (uint8_t)(v >> 8 * i);
}

static uint8_t *host_memory(const struct stamp_image *m, const float *x)
{
    const struct stamp_buffer *in = stamp_image_buffer(m, "x");
    uint8_t *dram = stamp_alloc((size_t)m->dram_bytes, 1);

    ck_assert_ptr_nonnull(dram);
    for (uint32_t i = 0; i < m->segments; i++)
        memcpy(dram + m->segment[i].addr, m->segment[i].data, (size_t)m->segment[i].bytes);
    for (uint32_t i = 0; i < m->code_count; i++)
        for (unsigned w = 0; w < 8; w++)
            put_le(dram + m->code_addr + 32u * i + 4 * w, m->code[i].w[w], 4);
    for (uint64_t r = 0; r < in->rows; r++)
        for (uint64_t k = 0; k < in->cols; k++) {
            uint8_t *to = dram + in->addr + r * in->row_bytes + k * stamp_fmt_bytes(in->fmt);
            const float v = x[r * in->cols + k];
            if (in->fmt == STAMP_FMT_BF16)
                put_le(to, stamp_bf16_from_f32(v), 2);
            else
                put_le(to, stamp_f32_bits(v), 4);
        }
    return dram;
}

void stamp_case_check(const struct stamp_case *c, const struct stamp_image *image, const float *x,
                      const float *want)
{
    const struct stamp_buffer *out = stamp_image_buffer(image, "y");
    struct stamp_machine *m = stamp_machine_new(image->mach);
    uint8_t *dram = host_memory(image, x);
    struct stamp_retire r = {0};

    ck_assert_ptr_nonnull(m);
    stamp_machine_start(m, (struct stamp_memory){dram, image->dram_bytes, 0}, image->code_addr,
                        image->code_count, 0, image->dram_bytes);
    while (stamp_machine_step(m, &r)) {}
    ck_assert_msg(r.error == STAMP_ERROR_NONE, "instruction %u: %s", r.pc,
                  stamp_error_meaning(r.error));
    for (uint64_t t = 0; t < out->rows; t++)
        for (uint64_t k = 0; k < out->cols; k++) {
            const uint8_t *at =
                dram + out->addr + t * out->row_bytes + k * stamp_fmt_bytes(out->fmt);
            uint32_t got = (uint32_t)at[0] | (uint32_t)at[1] << 8;
            const uint32_t all = stamp_f32_bits(want[t * out->cols + k]);
            if (out->fmt == STAMP_FMT_BF16)
                got <<= 16;
            else
                got |= (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
            ck_assert_msg(got == all,
                          "%s s %zu d %zu n %zu seed %llu: y[%llu][%llu] %08x, not %08x", c->mach,
                          c->s, c->width[0], c->width[1], (unsigned long long)c->seed,
                          (unsigned long long)t, (unsigned long long)k, got, all);
        }
    stamp_free(dram);
    stamp_machine_free(m);
}

size_t stamp_case_run(const struct stamp_case *c)
{
    float *x = NULL, *want = NULL;
    struct stamp_image *image = stamp_case_compile(c, NULL, &x, &want);

    stamp_case_check(c, image, x, want);
    stamp_image_free(image);
    stamp_free(x);
    stamp_free(want);
    return c->s * c->width[c->layers];
}
