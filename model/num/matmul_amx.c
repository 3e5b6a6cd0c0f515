/* SPDX-License-Identifier: Apache-2.0 */
/* matmul_amx.c - the product of many token rows by tiles of AMX int8. Contract in matmul_kernel.h.
 *
 * tdpbsud: signed codes by unsigned weights, 16 rows x 16 channels x 64 features, sums modulo 2^32
 * without saturation. A quad of packed weights holds four rows of four weight tiles as they stand.
 * Two tiles of rows by two of channels take the eight registers. Codes, the unpacked weights of CHUNK
 * features and the sums of up to STAMP_TALL_ROWS rows stay in the second-level cache, whose bandwidth
 * is then the bound: 1.7 of the 3.3 Tmac/s that the tiles alone make. Chunks that fit the first level
 * gain nothing, because their sums go to and fro more often. */
#define _DEFAULT_SOURCE /* syscall */
#include <string.h>

#include "model/num/matmul_kernel.h"

#if defined(__x86_64__) && defined(__linux__)
#include <cpuid.h>
#include <immintrin.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#define AMX __attribute__((target("amx-tile,amx-int8")))

enum {
    QUAD = 4 * STAMP_PANEL,
    STEP = 16,         /* quads of one tile product: 64 features */
    CHUNK = 64 * STEP, /* quads whose weights are unpacked together */
    TILE_ROWS = 32,    /* of one pass: two tiles */
    TILE_BYTES = 64,   /* of a row of a tile */
    ARCH_REQ_XCOMP_PERM = 0x1023,
    XFEATURE_XTILEDATA = 18
};

static bool works;

/* Tiles of the processor, and the kernel's leave to use them, which holds for the whole process. */
static void ask(void)
{
    unsigned a, b, c, d;

    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return;
    if (!(d & bit_AMX_TILE) || !(d & bit_AMX_INT8)) return;
    works = syscall(SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA) == 0;
}

bool stamp_amx_works(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, ask);
    return works;
}

static AMX void configure(void)
{
    struct {
        uint8_t palette, start, reserved[14];
        uint16_t bytes[16];
        uint8_t rows[16];
    } c = {.palette = 1};

    for (int i = 0; i < 8; i++) {
        c.bytes[i] = TILE_BYTES;
        c.rows[i] = 16;
    }
    _tile_loadconfig(&c);
}

/* Weights of count quads as tiles want them: 4 bits unpacked, zeros up to a whole step. Where there is
 * nothing to do, the packed ones as they are. */
static AVX512 const uint8_t *weights(const uint8_t *w, unsigned bits, size_t count, uint8_t *to)
{
    const size_t all = (count + STEP - 1) / STEP * STEP;

    if (bits == 8) {
        if (all == count) return w;
        memcpy(to, w, count * QUAD);
    } else {
        const __m512i low = _mm512_set1_epi8(15);
        for (size_t q = 0; q < count; q++) {
            const __m512i a = _mm512_loadu_si512(w + q * (QUAD / 2));
            const __m512i b = _mm512_loadu_si512(w + q * (QUAD / 2) + 64);
            _mm512_store_si512(to + q * QUAD, _mm512_and_si512(a, low));
            _mm512_store_si512(to + q * QUAD + 64, _mm512_and_si512(b, low));
            _mm512_store_si512(to + q * QUAD + 128, _mm512_and_si512(_mm512_srli_epi16(a, 4), low));
            _mm512_store_si512(to + q * QUAD + 192, _mm512_and_si512(_mm512_srli_epi16(b, 4), low));
        }
    }
    memset(to + count * QUAD, 0, (all - count) * QUAD);
    return to;
}

/* acc[TILE_ROWS][32 of STAMP_PANEL] = or += rows' codes by weights; steps of 64 features. */
static inline __attribute__((always_inline)) AMX void square(bool first, size_t steps,
                                                             const int8_t *x, size_t stride,
                                                             const uint8_t *w,
                                                             struct stamp_ahead *ahead,
                                                             int32_t *acc)
{
    const size_t line = STAMP_PANEL * sizeof *acc;
    int32_t *const below = acc + 16 * STAMP_PANEL;

    if (first) {
        _tile_zero(0);
        _tile_zero(1);
        _tile_zero(2);
        _tile_zero(3);
    } else {
        _tile_loadd(0, acc, line);
        _tile_loadd(1, acc + 16, line);
        _tile_loadd(2, below, line);
        _tile_loadd(3, below + 16, line);
    }
    for (size_t i = 0; i < steps; i++, x += TILE_BYTES, w += STEP * QUAD) {
        if (ahead->left) {
            __builtin_prefetch(ahead->at, 0, 2);
            __builtin_prefetch(ahead->at + 64, 0, 2);
            ahead->at += 128;
            ahead->left -= ahead->left < 128 ? ahead->left : 128;
        }
        _tile_loadd(6, w, QUAD);
        _tile_loadd(4, x, stride);
        _tile_dpbsud(0, 4, 6);
        _tile_loadd(7, w + TILE_BYTES, QUAD);
        _tile_dpbsud(1, 4, 7);
        _tile_loadd(5, x + 16 * stride, stride);
        _tile_dpbsud(2, 5, 6);
        _tile_dpbsud(3, 5, 7);
    }
    _tile_stored(0, acc, line);
    _tile_stored(1, acc + 16, line);
    _tile_stored(2, below, line);
    _tile_stored(3, below + 16, line);
}

/* One chunk of features for all rows: sums begin where first. What no tile may read is copied. */
static AMX void chunk(bool first, uint32_t rows, size_t count, const int8_t *x, size_t stride,
                      const uint8_t *w, struct stamp_ahead *ahead, int32_t *acc)
{
    const size_t steps = (count + STEP - 1) / STEP;
    _Alignas(64) int8_t edge[TILE_ROWS * 4 * CHUNK];

    for (uint32_t r = 0; r < rows; r += TILE_ROWS, acc += TILE_ROWS * STAMP_PANEL) {
        const uint32_t n = rows - r < TILE_ROWS ? rows - r : TILE_ROWS;
        const int8_t *from = x + r * stride;
        size_t to_next = stride;

        if (n < TILE_ROWS || count % STEP) {
            memset(edge, 0, sizeof edge);
            for (uint32_t i = 0; i < n; i++)
                memcpy(edge + i * 4 * CHUNK, from + i * stride, 4 * count);
            from = edge;
            to_next = 4 * CHUNK;
        }
        for (int half = 0; half < 2; half++) {
            const uint8_t *v = w + half * 2 * TILE_BYTES;
            int32_t *to = acc + half * 32;
            if (first)
                square(true, steps, from, to_next, v, ahead, to);
            else
                square(false, steps, from, to_next, v, ahead, to);
        }
    }
}

AMX void stamp_amx_tall(uint32_t rows, size_t quads, const int8_t *x, size_t stride,
                        const uint8_t *w, unsigned w_bits, struct stamp_ahead *ahead, int32_t *acc)
{
    const size_t quad_bytes = w_bits == 8 ? QUAD : QUAD / 2;
    _Alignas(64) uint8_t open[CHUNK * QUAD];

    configure();
    for (size_t q = 0; q < quads; q += CHUNK) {
        const size_t count = quads - q < CHUNK ? quads - q : CHUNK;
        chunk(q == 0, rows, count, x + 4 * q, stride,
              weights(w + q * quad_bytes, w_bits, count, open), ahead, acc);
    }
    _tile_release();
}

#else

bool stamp_amx_works(void)
{
    return false;
}

void stamp_amx_tall(uint32_t rows, size_t quads, const int8_t *x, size_t stride, const uint8_t *w,
                    unsigned w_bits, struct stamp_ahead *ahead, int32_t *acc)
{
    (void)ahead, (void)rows, (void)quads, (void)x, (void)stride, (void)w, (void)w_bits, (void)acc;
}

#endif
