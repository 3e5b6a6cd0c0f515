/* SPDX-License-Identifier: Apache-2.0 */
/* lazy.c - rows of a weight matrix, read or made when asked for. Contract in lazy.h. */
#include "compiler/front/lazy.h"

#include <assert.h>
#include <string.h>

#include "compiler/front/dtype.h"
#include "model/num/bf16.h"

enum { CHUNK = 512, BLOCK = 32, Q8_BYTES = 2 + BLOCK, Q4_BYTES = 2 + BLOCK / 2 };

/* The finalizer of splitmix64: every bit of the result depends on every bit of x. */
static uint64_t mix(uint64_t x)
{
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

/* The sum of eight random bytes has mean 1020 and variance 8 (256^2 - 1) / 12 = 43690. Rounded to
 * bfloat16, what checkpoints of such models hold. */
static void random_row(const struct stamp_lazy *t, size_t row, float *out)
{
    const uint64_t base = mix(t->seed ^ mix((uint64_t)row + 1)),
                   even = UINT64_C(0x00ff00ff00ff00ff);
    const float unit = t->spread / 209.02153f;
    uint16_t half[CHUNK];

    for (size_t c = 0; c < t->cols; c++) {
        const uint64_t h = mix(base + (uint64_t)c * UINT64_C(0x9e3779b97f4a7c15));
        const uint64_t pairs = (h & even) + (h >> 8 & even); /* four sums of two bytes */
        out[c] = (float)((int32_t)(pairs * UINT64_C(0x0001000100010001) >> 48) - 1020) * unit;
    }
    for (size_t c = 0; c < t->cols; c += CHUNK) {
        const size_t n = t->cols - c < CHUNK ? t->cols - c : CHUNK;
        stamp_bf16_pack(n, out + c, half);
        stamp_bf16_unpack(n, half, out + c);
    }
}

static float scale_of(const uint8_t *block)
{
    return stamp_f32_from_f16((uint16_t)(block[0] | block[1] << 8));
}

static void q8_row(const uint8_t *from, size_t cols, float *out)
{
    for (size_t c = 0; c < cols; c += BLOCK, from += Q8_BYTES) {
        const float d = scale_of(from);
        for (size_t i = 0; i < BLOCK; i++) {
            const int q = from[2 + i];
            out[c + i] = (float)(q < 128 ? q : q - 256) * d;
        }
    }
}

/* Byte i of a block holds values i (low nibble) and i + 16. */
static void q4_row(const uint8_t *from, size_t cols, float *out)
{
    for (size_t c = 0; c < cols; c += BLOCK, from += Q4_BYTES) {
        const float d = scale_of(from);
        for (size_t i = 0; i < BLOCK / 2; i++) {
            out[c + i] = (float)((from[2 + i] & 15) - 8) * d;
            out[c + i + BLOCK / 2] = (float)((from[2 + i] >> 4) - 8) * d;
        }
    }
}

size_t stamp_lazy_row_bytes(enum stamp_lazy_kind kind, size_t cols)
{
    switch (kind) {
    case STAMP_LAZY_F32: return 4 * cols;
    case STAMP_LAZY_F16:
    case STAMP_LAZY_BF16: return 2 * cols;
    case STAMP_LAZY_Q8_0: return cols / BLOCK * Q8_BYTES;
    case STAMP_LAZY_Q4_0: return cols / BLOCK * Q4_BYTES;
    case STAMP_LAZY_RANDOM: break;
    }
    return 0;
}

const char *stamp_lazy_kind_name(enum stamp_lazy_kind kind)
{
    static const char *const names[] = {"f32", "f16", "bf16", "q8_0", "q4_0", "random"};
    return names[kind];
}

bool stamp_lazy_bf16(enum stamp_lazy_kind kind)
{
    return kind == STAMP_LAZY_BF16 || kind == STAMP_LAZY_RANDOM;
}

uint64_t stamp_lazy_seed(const char *name, uint64_t seed)
{
    uint64_t h = UINT64_C(14695981039346656037);

    for (; *name; name++) h = (h ^ (unsigned char)*name) * UINT64_C(1099511628211);
    return mix(h ^ mix(seed + UINT64_C(0x9e3779b97f4a7c15)));
}

static size_t file_row(const struct stamp_lazy *t, size_t row)
{
    if (!t->pair) return row;
    const size_t i = row % t->pair;
    return row - i + i / 2 + (i % 2) * (t->pair / 2);
}

static void read_row(const struct stamp_lazy *t, size_t row, float *out)
{
    const size_t step = stamp_lazy_row_bytes(t->kind, t->cols);
    const uint8_t *from = t->bytes ? t->bytes + file_row(t, row) * step : NULL;

    switch (t->kind) {
    case STAMP_LAZY_F32: stamp_dtype_to_f32(STAMP_DTYPE_F32, t->cols, from, out); break;
    case STAMP_LAZY_F16: stamp_dtype_to_f32(STAMP_DTYPE_F16, t->cols, from, out); break;
    case STAMP_LAZY_BF16: stamp_dtype_to_f32(STAMP_DTYPE_BF16, t->cols, from, out); break;
    case STAMP_LAZY_Q8_0: q8_row(from, t->cols, out); break;
    case STAMP_LAZY_Q4_0: q4_row(from, t->cols, out); break;
    case STAMP_LAZY_RANDOM: random_row(t, row, out); break;
    }
}

static uint32_t exponent(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits & 0x7f800000u;
}

/* First value that is not finite, or n. Two passes, so that the usual one has no early exit. */
static size_t find_bad(const float *x, size_t n)
{
    uint32_t top = 0;
    for (size_t i = 0; i < n; i++) top |= exponent(x[i]) == 0x7f800000u;
    if (!top) return n;
    for (size_t i = 0; i < n; i++)
        if (exponent(x[i]) == 0x7f800000u) return i;
    return n;
}

enum stamp_status stamp_lazy_rows(const struct stamp_lazy *t, size_t first, size_t count,
                                  float *out, struct stamp_err *e)
{
    assert(first <= t->rows && count <= t->rows - first);
    assert(t->bytes || t->kind == STAMP_LAZY_RANDOM);
    assert(!t->pair || (t->pair % 2 == 0 && t->rows % t->pair == 0));
    for (size_t r = first; r < first + count; r++, out += t->cols) {
        read_row(t, r, out);
        const size_t bad = find_bad(out, t->cols);
        if (bad < t->cols)
            return stamp_fail(e, STAMP_ERANGE,
                              "tensor %s: row %zu, column %zu is not a finite number", t->name,
                              file_row(t, r), bad);
    }
    return STAMP_OK;
}
