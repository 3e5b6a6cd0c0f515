/* SPDX-License-Identifier: Apache-2.0 */
/* lazy.c - rows of a weight matrix, read or made when asked for. Contract in lazy.h. */
#include "compiler/front/lazy.h"

#include <assert.h>
#include <string.h>

#include "model/num/bf16.h"

enum { CHUNK = 512 };

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

size_t stamp_lazy_row_bytes(enum stamp_lazy_kind kind, size_t cols)
{
    const struct stamp_blocks *b = stamp_blocks(kind);
    return b->row ? cols / b->values * b->bytes : 0;
}

const char *stamp_lazy_kind_name(enum stamp_lazy_kind kind)
{
    return stamp_blocks(kind)->name;
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

size_t stamp_lazy_file_row(const struct stamp_lazy *t, size_t row)
{
    if (!t->pair) return row;
    const size_t i = row % t->pair;
    return row - i + i / 2 + (i % 2) * (t->pair / 2);
}

static void read_row(const struct stamp_lazy *t, size_t row, float *out)
{
    const struct stamp_blocks *b = stamp_blocks(t->kind);

    if (b->row)
        b->row(t->bytes + stamp_lazy_file_row(t, row) * stamp_lazy_row_bytes(t->kind, t->cols),
               t->cols, out);
    else
        random_row(t, row, out);
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
    assert(t->kind == STAMP_LAZY_RANDOM ||
           (t->bytes && t->cols % stamp_blocks(t->kind)->values == 0));
    assert(!t->pair || (t->pair % 2 == 0 && t->rows % t->pair == 0));
    for (size_t r = first; r < first + count; r++, out += t->cols) {
        read_row(t, r, out);
        const size_t bad = find_bad(out, t->cols);
        if (bad < t->cols)
            return stamp_fail(e, STAMP_ERANGE,
                              "tensor %s: row %zu, column %zu is not a finite number", t->name,
                              stamp_lazy_file_row(t, r), bad);
    }
    return STAMP_OK;
}
