/* SPDX-License-Identifier: Apache-2.0 */
/* pack.c - weights for the machine. Contract in pack.h. */
#include "compiler/quant/pack.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

enum { T_MAX = 8 }; /* products of a dot product, at most */

/* Nibble of a plane: 4 bits as it is; 8 bits hi = floor(c / 16), lo = c mod 16 - 8. */
static unsigned nibble(int8_t code, unsigned bits, unsigned plane)
{
    const unsigned c = (uint8_t)code;

    if (bits == 4) return c & 15;
    return plane == 0 ? c >> 4 : ((c & 15) - 8u) & 15;
}

static int8_t code_at(const struct stamp_weights *w, uint32_t n, uint32_t k)
{
    return n < w->n && k < w->d ? w->code[(size_t)n * w->d + k] : 0;
}

/* T nibbles of a column, two to a byte. */
static void pack_column(const int8_t *code, uint32_t T, unsigned bits, unsigned plane, uint8_t *to)
{
    for (uint32_t t = 0; t < T; t += 2)
        to[t / 2] = (uint8_t)(nibble(code[t], bits, plane) | nibble(code[t + 1], bits, plane) << 4);
}

/* One WB line: column c, depth t in nibble c*T + t; zeros beyond the matrix. */
static void pack_line(const struct stamp_mach *m, const struct stamp_weights *w, uint32_t n,
                      uint32_t k, unsigned plane, uint8_t *to)
{
    assert(m->T <= T_MAX);
    for (uint32_t c = 0; c < m->L; c++, to += m->T / 2) {
        int8_t edge[T_MAX];
        const bool inside = n + c < w->n && k + m->T <= w->d;
        for (uint32_t t = 0; t < m->T && !inside; t++) edge[t] = code_at(w, n + c, k + t);
        pack_column(inside ? &w->code[(size_t)(n + c) * w->d + k] : edge, m->T, w->bits, plane, to);
    }
}

void stamp_pack_weights(const struct stamp_mach *m, const struct stamp_weights *w,
                        struct stamp_piece p, uint8_t *to)
{
    const uint32_t bytes = stamp_line_bytes(m, STAMP_SPACE_WB, STAMP_FMT_RAW);
    const uint32_t blk = p.blk ? p.blk : p.kn, planes = w->bits == 8 ? 2 : 1;

    for (uint32_t g = p.n0; g < p.n0 + p.ng; g++)
        for (uint32_t b = 0; b < p.kn; b += blk)
            for (uint32_t plane = 0; plane < planes; plane++)
                for (uint32_t k = b; k < b + blk && k < p.kn; k++)
                    for (uint32_t lane = 0; lane < m->L; lane += m->T, to += bytes)
                        pack_line(m, w, g * m->L, (p.k0 + k) * m->L + lane, plane, to);
}

static void put_u32(uint8_t *to, uint32_t v)
{
    for (int i = 0; i < 4; i++) to[i] = (uint8_t)(v >> 8 * i);
}

void stamp_pack_columns(const struct stamp_mach *m, const struct stamp_weights *w,
                        struct stamp_piece p, uint8_t *to)
{
    const uint32_t b0 = p.blk ? p.k0 / p.blk : 0;
    const uint32_t nb = p.blk ? (p.kn + p.blk - 1) / p.blk : 1;

    for (uint32_t g = p.n0; g < p.n0 + p.ng; g++)
        for (uint32_t b = b0; b < b0 + nb; b++)
            for (uint32_t c = 0; c < m->L; c++, to += 8) {
                const uint32_t n = g * m->L + c;
                uint32_t scale;
                if (n >= w->n) continue;
                memcpy(&scale, &w->scale[(size_t)n * w->nb + b], sizeof scale);
                put_u32(to, scale);
                put_u32(to + 4, (uint32_t)w->colsum[(size_t)n * w->nb + b]);
            }
}
