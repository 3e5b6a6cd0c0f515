/* SPDX-License-Identifier: Apache-2.0 */
/* kv.c - rows of the key-value cache. Contract in kv.h. */
#include "model/num/kv.h"

#include <assert.h>

#include "model/num/butterfly.h"
#include "model/num/f32.h"

/* Pairs of level l = 1..block: rows i 2^l and i 2^l + 2^(l-1). */
static void level(enum stamp_bfly kind, uint32_t block, uint32_t l, uint32_t hd, float *x)
{
    const uint32_t rows = UINT32_C(1) << block, half = UINT32_C(1) << (l - 1);
    for (uint32_t i = 0; i < rows; i += 2 * half)
        stamp_butterfly(kind, 0, 0, hd, x + (size_t)i * hd, x + (size_t)(i + half) * hd);
}

static uint32_t levels(struct stamp_kv_scheme kv)
{
    return kv.plain ? 0 : kv.block;
}

static void encode(unsigned bits, uint32_t hd, const float *x, uint8_t *q,
                   struct stamp_kv_meta *meta)
{
    enum { CHUNK = 64 };
    const struct stamp_range r = stamp_range_widen(stamp_range_empty(), hd, x);
    const struct stamp_qparam p = stamp_quant_params(r, bits, false);
    const int32_t shift = bits == 8 ? 128 : 8; /* from a stored code to the code */
    int8_t stored[CHUNK];

    for (uint32_t i = 0; i < hd; i += CHUNK) {
        const uint32_t n = hd - i < CHUNK ? hd - i : CHUNK;
        stamp_quantize(p, bits, false, n, x + i, stored);
        for (uint32_t j = 0; j < n; j++) q[i + j] = (uint8_t)(stored[j] + shift);
    }
    *meta = (struct stamp_kv_meta){p.scale, p.zero};
}

void stamp_kv_encode_block(struct stamp_kv_scheme kv, uint32_t hd, float *x, uint8_t *q,
                           struct stamp_kv_meta *meta)
{
    assert(kv.block <= STAMP_KV_BLOCK_MAX);
    for (uint32_t l = 1; l <= levels(kv); l++) level(STAMP_MEAN, kv.block, l, hd, x);
    for (uint32_t i = 0; i < UINT32_C(1) << kv.block; i++)
        encode(i == 0 ? 8 : 4, hd, x + (size_t)i * hd, q + (size_t)i * hd, meta + i);
}

void stamp_kv_encode_row(uint32_t hd, const float *x, uint8_t *q, struct stamp_kv_meta *meta)
{
    encode(8, hd, x, q, meta);
}

void stamp_kv_decode_row(uint32_t hd, const uint8_t *q, struct stamp_kv_meta meta, float *x)
{
    for (uint32_t i = 0; i < hd; i++)
        x[i] = stamp_f32_mul(stamp_s32_f32((int32_t)q[i] - meta.zero), meta.scale);
}

void stamp_kv_decode_block(struct stamp_kv_scheme kv, uint32_t hd, const uint8_t *q,
                           const struct stamp_kv_meta *meta, float *x)
{
    assert(kv.block <= STAMP_KV_BLOCK_MAX);
    for (uint32_t i = 0; i < UINT32_C(1) << kv.block; i++)
        stamp_kv_decode_row(hd, q + (size_t)i * hd, meta[i], x + (size_t)i * hd);
    for (uint32_t l = levels(kv); l >= 1; l--) level(STAMP_SUM, kv.block, l, hd, x);
}
