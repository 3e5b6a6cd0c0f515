/* SPDX-License-Identifier: Apache-2.0 */
/* blocks.c - rows of every format to binary32. Contract in blocks.h; formulas in blocks.def. */
#include "compiler/front/blocks.h"

#include "compiler/front/dtype.h"

enum { SMALL = 32, LARGE = 256 }; /* values of a block */

enum { /* Q4_K_BYTES and so on */
#define BLOCK(kind, name, code, values, bytes, row) kind##_BYTES = bytes,
#include "compiler/front/blocks.def"
};

/* The levels of IQ4_NL and IQ4_XS, by code. */
static const int8_t levels[16] = {-127, -104, -83, -65, -49, -35, -22, -10,
                                  1,    13,   25,  38,  53,  69,  89,  113};

static unsigned u16(const uint8_t *p)
{
    return p[0] | (unsigned)p[1] << 8;
}

static float f16(const uint8_t *p)
{
    return stamp_f32_from_f16((uint16_t)u16(p));
}

static int s8(uint8_t b)
{
    return b < 128 ? b : b - 256;
}

/* ---- Values that stand alone --------------------------------------------------------------- */
static void f32_row(const uint8_t *from, size_t cols, float *out)
{
    stamp_dtype_to_f32(STAMP_DTYPE_F32, cols, from, out);
}

static void f16_row(const uint8_t *from, size_t cols, float *out)
{
    stamp_dtype_to_f32(STAMP_DTYPE_F16, cols, from, out);
}

static void bf16_row(const uint8_t *from, size_t cols, float *out)
{
    stamp_dtype_to_f32(STAMP_DTYPE_BF16, cols, from, out);
}

static void f64_row(const uint8_t *from, size_t cols, float *out)
{
    stamp_dtype_to_f32(STAMP_DTYPE_F64, cols, from, out);
}

/* ---- Blocks of 32: byte i of the codes has values i (low nibble) and i + 16 ------------------ */
static void q8_0_row(const uint8_t *from, size_t cols, float *out)
{
    for (size_t c = 0; c < cols; c += SMALL, from += Q8_0_BYTES) {
        const float d = f16(from);
        for (size_t i = 0; i < SMALL; i++) out[c + i] = (float)s8(from[2 + i]) * d;
    }
}

static void q4_0_row(const uint8_t *from, size_t cols, float *out)
{
    for (size_t c = 0; c < cols; c += SMALL, from += Q4_0_BYTES) {
        const float d = f16(from);
        for (size_t i = 0; i < SMALL / 2; i++) {
            out[c + i] = (float)((from[2 + i] & 15) - 8) * d;
            out[c + i + SMALL / 2] = (float)((from[2 + i] >> 4) - 8) * d;
        }
    }
}

static void q4_1_row(const uint8_t *from, size_t cols, float *out)
{
    for (size_t c = 0; c < cols; c += SMALL, from += Q4_1_BYTES) {
        const float d = f16(from), m = f16(from + 2);
        for (size_t i = 0; i < SMALL / 2; i++) {
            out[c + i] = (float)(from[4 + i] & 15) * d + m;
            out[c + i + SMALL / 2] = (float)(from[4 + i] >> 4) * d + m;
        }
    }
}

/* Codes of 5 bits: bit i of the four bytes at @p high is the highest of value i. */
static void five_bits(const uint8_t *high, const uint8_t *low, int q[SMALL])
{
    for (unsigned i = 0; i < SMALL; i++)
        q[i] = (low[i % 16] >> i / 16 * 4 & 15) | (high[i / 8] >> i % 8 & 1) << 4;
}

static void q5_0_row(const uint8_t *from, size_t cols, float *out)
{
    int q[SMALL];

    for (size_t c = 0; c < cols; c += SMALL, from += Q5_0_BYTES) {
        const float d = f16(from);
        five_bits(from + 2, from + 6, q);
        for (size_t i = 0; i < SMALL; i++) out[c + i] = (float)(q[i] - 16) * d;
    }
}

static void q5_1_row(const uint8_t *from, size_t cols, float *out)
{
    int q[SMALL];

    for (size_t c = 0; c < cols; c += SMALL, from += Q5_1_BYTES) {
        const float d = f16(from), m = f16(from + 2);
        five_bits(from + 4, from + 8, q);
        for (size_t i = 0; i < SMALL; i++) out[c + i] = (float)q[i] * d + m;
    }
}

static void iq4_nl_row(const uint8_t *from, size_t cols, float *out)
{
    for (size_t c = 0; c < cols; c += SMALL, from += IQ4_NL_BYTES) {
        const float d = f16(from);
        for (size_t i = 0; i < SMALL / 2; i++) {
            out[c + i] = (float)levels[from[2 + i] & 15] * d;
            out[c + i + SMALL / 2] = (float)levels[from[2 + i] >> 4] * d;
        }
    }
}

/* ---- Blocks of 256 ------------------------------------------------------------------------- */
/* Group g of 32 values lies in plane g % 4 (2 bits each) of the 32 bytes of its half. */
static int two_bits(const uint8_t *codes, size_t g, size_t i)
{
    return codes[g / 4 * 32 + i] >> g % 4 * 2 & 3;
}

/* 16 bytes of scale (low nibble) and minimum, 64 of codes, d, dmin. */
static void q2_k_row(const uint8_t *from, size_t cols, float *out)
{
    for (; cols; cols -= LARGE, from += Q2_K_BYTES) {
        const float d = f16(from + 80), dmin = f16(from + 82);
        for (size_t k = 0; k < 16; k++) {
            const float scale = d * (float)(from[k] & 15), least = dmin * (float)(from[k] >> 4);
            for (size_t i = 0; i < 16; i++) {
                const int q = two_bits(from + 16, k / 2, k % 2 * 16 + i);
                *out++ = scale * (float)q - least;
            }
        }
    }
}

/* 32 bytes of third bits (0: less 4), 64 of codes, 12 of scales, d. Scale k has its lower four bits in
 * nibble k / 8 of byte k % 8 and the upper two in pair k / 4 of byte 8 + k % 4. */
static void q3_k_row(const uint8_t *from, size_t cols, float *out)
{
    for (; cols; cols -= LARGE, from += Q3_K_BYTES) {
        const uint8_t *scales = from + 96;
        const float d = f16(from + 108);
        for (size_t k = 0; k < 16; k++) {
            const int low = scales[k % 8] >> k / 8 * 4 & 15;
            const int high = scales[8 + k % 4] >> k / 4 * 2 & 3;
            const float scale = d * (float)((low | high << 4) - 32);
            for (size_t i = k % 2 * 16; i < k % 2 * 16 + 16; i++) {
                const int third = from[i] >> k / 2 & 1;
                const int q = two_bits(from + 32, k / 2, i) + 4 * third - 4;
                *out++ = scale * (float)q;
            }
        }
    }
}

/* Scales 0 .. 3 and minima 0 .. 3 are the lower six bits of 12 bytes' first eight; the rest have four
 * bits in the last four bytes and the upper two above those of four before. */
static void six_bits(const uint8_t *p, size_t g, float d, float dmin, float *scale, float *least)
{
    int s = p[g] & 63, m = p[g + 4] & 63;

    if (g >= 4) {
        s = (p[g + 4] & 15) | p[g - 4] >> 6 << 4;
        m = p[g + 4] >> 4 | p[g] >> 6 << 4;
    }
    *scale = d * (float)s;
    *least = dmin * (float)m;
}

/* d, dmin, 12 bytes of scales and minima, 128 of codes: two groups of 32 share 32 bytes. */
static void q4_k_row(const uint8_t *from, size_t cols, float *out)
{
    for (; cols; cols -= LARGE, from += Q4_K_BYTES) {
        const float d = f16(from), dmin = f16(from + 2);
        for (size_t g = 0; g < 8; g++) {
            const uint8_t *codes = from + 16 + g / 2 * 32;
            float scale, least;
            six_bits(from + 4, g, d, dmin, &scale, &least);
            for (size_t i = 0; i < 32; i++)
                *out++ = scale * (float)(codes[i] >> g % 2 * 4 & 15) - least;
        }
    }
}

/* As Q4_K, with 32 bytes of fifth bits in front of the codes: bit g is that of group g. */
static void q5_k_row(const uint8_t *from, size_t cols, float *out)
{
    for (; cols; cols -= LARGE, from += Q5_K_BYTES) {
        const float d = f16(from), dmin = f16(from + 2);
        for (size_t g = 0; g < 8; g++) {
            const uint8_t *high = from + 16, *codes = from + 48 + g / 2 * 32;
            float scale, least;
            six_bits(from + 4, g, d, dmin, &scale, &least);
            for (size_t i = 0; i < 32; i++) {
                const int q = (codes[i] >> g % 2 * 4 & 15) | (high[i] >> g & 1) << 4;
                *out++ = scale * (float)q - least;
            }
        }
    }
}

/* 128 bytes of lower nibbles, 64 of upper pairs, 16 scales, d. Groups 0, 1 of a half are the low
 * nibbles of its 64 bytes, 2, 3 the high ones. */
static void q6_k_row(const uint8_t *from, size_t cols, float *out)
{
    for (; cols; cols -= LARGE, from += Q6_K_BYTES) {
        const float d = f16(from + 208);
        for (size_t k = 0; k < 16; k++) {
            const size_t g = k / 2, half = g / 4;
            const uint8_t *low = from + half * 64 + g % 2 * 32;
            const float scale = d * (float)s8(from[192 + k]);
            for (size_t i = k % 2 * 16; i < k % 2 * 16 + 16; i++) {
                const int high = two_bits(from + 128, g, i);
                const int q = (low[i] >> g % 4 / 2 * 4 & 15) | high << 4;
                *out++ = scale * (float)(q - 32);
            }
        }
    }
}

/* d, u16 of the scales' upper pairs, 4 bytes of their lower nibbles, 128 of codes: 16 a group, as in
 * blocks of 32. */
static void iq4_xs_row(const uint8_t *from, size_t cols, float *out)
{
    for (; cols; cols -= LARGE, from += IQ4_XS_BYTES, out += LARGE) {
        const float d = f16(from);
        for (size_t g = 0; g < 8; g++) {
            const uint8_t *codes = from + 8 + g * 16;
            const int low = from[4 + g / 2] >> g % 2 * 4 & 15;
            const int high = (int)(u16(from + 2) >> 2 * g & 3);
            const float scale = d * (float)((low | high << 4) - 32);
            for (size_t i = 0; i < 16; i++) {
                out[g * 32 + i] = scale * (float)levels[codes[i] & 15];
                out[g * 32 + i + 16] = scale * (float)levels[codes[i] >> 4];
            }
        }
    }
}

/* ---- The table ----------------------------------------------------------------------------- */
static const struct stamp_blocks formats[STAMP_LAZY_KINDS] = {
#define BLOCK(kind, name, code, values, bytes, row) {name, #kind, code, values, bytes, row},
#define MADE(kind, name)                            {name, NULL, 0, 0, 0, NULL},
#include "compiler/front/blocks.def"
};

const struct stamp_blocks *stamp_blocks(enum stamp_lazy_kind kind)
{
    return &formats[kind];
}

bool stamp_blocks_of_gguf(uint32_t code, enum stamp_lazy_kind *kind, const char **name)
{
    static const struct {
        uint32_t code;
        const char *name;
    } others[] = {
#define OTHER(code, name) {code, name},
#include "compiler/front/blocks.def"
    };

    *name = "?";
    for (size_t k = 0; k < STAMP_LAZY_KINDS; k++)
        if (formats[k].gguf && formats[k].code == code) {
            *kind = (enum stamp_lazy_kind)k;
            *name = formats[k].gguf;
            return true;
        }
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (others[i].code == code) *name = others[i].name;
    return false;
}

const char *stamp_blocks_list(bool single)
{
    static const char all[] =
#define BLOCK(kind, name, code, values, bytes, row) ", " #kind
#include "compiler/front/blocks.def"
        ;
    static const char plain[] =
#define PLAIN(kind, name, code, bytes, row) ", " #kind
#include "compiler/front/blocks.def"
        ;
    return (single ? plain : all) + 2;
}
