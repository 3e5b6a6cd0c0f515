/* SPDX-License-Identifier: Apache-2.0 */
/* matmul_amx.c - the product of many token rows by tiles of AMX int8. Contract in matmul_kernel.h.
 *
 * tdpbsud: signed codes by unsigned weights, 16 rows x 16 channels x 64 features, sums modulo 2^32
 * without saturation. A quad of packed weights holds four rows of four weight tiles as they stand.
 * A tile of rows by all four of a panel's channels: of the five tiles loaded for four products only the one
 * of rows comes from the second-level cache, which gives half of what the first level does. So a panel's
 * weights of CHUNK features, 32 KiB, stay in the first level while the codes of all rows, up to
 * STAMP_TALL_ROWS, pass by once. Longer chunks do not stay, shorter ones have their sums, which the
 * second level holds too, go to and fro more often. */
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
    STEP = 16,        /* quads of one tile product: 64 features */
    CHUNK = 8 * STEP, /* quads whose weights are unpacked together */
    TILE_ROWS = 16,
    FETCH_MOST = 1024, /* bytes fetched ahead with one step */
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

/* Where the tiles of a chunk's channels 0 .. 31 and 32 .. 63 begin, and bytes from quad to quad. */
struct halves {
    const uint8_t *of[2];
    size_t stride;
};

/* Weights of count quads as tiles want them, zeros up to a whole step. Of 4 bits only the lower half is
 * unpacked: the bytes as they are make lower + 16 upper, and finish_upper takes the lower sums away. */
static AVX512 struct halves open_weights(const uint8_t *w, unsigned bits, size_t count,
                                         uint8_t *room)
{
    const size_t line = bits == 8 ? QUAD : QUAD / 2, all = (count + STEP - 1) / STEP * STEP;
    uint8_t *const low = room + CHUNK * QUAD / 2;
    const __m512i mask = _mm512_set1_epi8(15);

    if (all != count) {
        memcpy(room, w, count * line);
        memset(room + count * line, 0, (all - count) * line);
        w = room;
    }
    if (bits == 8) return (struct halves){{w, w + QUAD / 2}, QUAD};
    for (size_t i = 0; i < all * line; i += 64)
        _mm512_store_si512(low + i, _mm512_and_si512(_mm512_loadu_si512(w + i), mask));
    return (struct halves){{low, w}, QUAD / 2};
}

/* Sums of lower + 16 upper, of all features, to those of upper. They stay below 2^31: matmul_kernel.h. */
static AVX512 void finish_upper(uint32_t rows, int32_t *acc)
{
    for (uint32_t r = 0; r < rows; r++, acc += STAMP_PANEL)
        for (int j = 0; j < STAMP_PANEL / 2; j += 16) {
            const __m512i both = _mm512_load_si512(acc + STAMP_PANEL / 2 + j);
            const __m512i lower = _mm512_load_si512(acc + j);
            _mm512_store_si512(acc + STAMP_PANEL / 2 + j,
                               _mm512_srai_epi32(_mm512_sub_epi32(both, lower), 4));
        }
}

/* So many bytes with each tile product, that all are there when it is their turn. */
static inline __attribute__((always_inline)) void fetch(struct stamp_ahead *ahead)
{
    if (!ahead->left) return;
    const size_t bytes = ahead->left < ahead->share ? ahead->left : ahead->share;
    for (size_t i = 0; i < bytes; i += 64) __builtin_prefetch(ahead->at + i, 0, 2);
    ahead->at += bytes;
    ahead->left -= bytes;
}

/* acc[TILE_ROWS][STAMP_PANEL] = or += rows' codes by weights; steps of 64 features. */
static inline __attribute__((always_inline)) AMX void strip(bool first, size_t steps,
                                                            const int8_t *x, size_t stride,
                                                            struct halves w,
                                                            struct stamp_ahead *ahead, int32_t *acc)
{
    const size_t line = STAMP_PANEL * sizeof *acc;
    const uint8_t *low = w.of[0], *high = w.of[1];

    if (first) {
        _tile_zero(0);
        _tile_zero(1);
        _tile_zero(2);
        _tile_zero(3);
    } else {
        _tile_loadd(0, acc, line);
        _tile_loadd(1, acc + 16, line);
        _tile_loadd(2, acc + 32, line);
        _tile_loadd(3, acc + 48, line);
    }
    for (size_t i = 0; i < steps; i++) {
        fetch(ahead);
        _tile_loadd(4, x, stride);
        _tile_loadd(5, low, w.stride);
        _tile_dpbsud(0, 4, 5);
        _tile_loadd(6, low + TILE_BYTES, w.stride);
        _tile_dpbsud(1, 4, 6);
        _tile_loadd(7, high, w.stride);
        _tile_dpbsud(2, 4, 7);
        _tile_loadd(5, high + TILE_BYTES, w.stride);
        _tile_dpbsud(3, 4, 5);
        x += TILE_BYTES;
        low += STEP * w.stride;
        high += STEP * w.stride;
    }
    _tile_stored(0, acc, line);
    _tile_stored(1, acc + 16, line);
    _tile_stored(2, acc + 32, line);
    _tile_stored(3, acc + 48, line);
}

/* What products of a chunk share. */
struct chunk {
    bool first; /* sums begin here */
    uint32_t rows;
    size_t count; /* quads */
    const int8_t *x;
    size_t stride;
    struct halves w;
};

/* One chunk of features for all rows. What no tile may read is copied. */
static AMX void all_rows(const struct chunk *c, struct stamp_ahead *ahead, int32_t *acc)
{
    const size_t steps = (c->count + STEP - 1) / STEP;
    const size_t edge_line = (steps | 1) * TILE_BYTES; /* odd, as stamp_acts_stride is */
    _Alignas(64) int8_t edge[TILE_ROWS * (4 * CHUNK + TILE_BYTES)];

    for (uint32_t r = 0; r < c->rows; r += TILE_ROWS, acc += TILE_ROWS * STAMP_PANEL) {
        const uint32_t n = c->rows - r < TILE_ROWS ? c->rows - r : TILE_ROWS;
        const int8_t *from = c->x + r * c->stride;
        size_t to_next = c->stride;

        if (n < TILE_ROWS || c->count % STEP) {
            memset(edge, 0, TILE_ROWS * edge_line);
            for (uint32_t i = 0; i < n; i++)
                memcpy(edge + i * edge_line, from + i * c->stride, 4 * c->count);
            from = edge;
            to_next = edge_line;
        }
        if (c->first)
            strip(true, steps, from, to_next, c->w, ahead, acc);
        else
            strip(false, steps, from, to_next, c->w, ahead, acc);
    }
}

AMX void stamp_amx_tall(uint32_t rows, size_t quads, const int8_t *x, size_t stride,
                        const uint8_t *w, unsigned w_bits, struct stamp_ahead *ahead, int32_t *acc)
{
    const size_t quad_bytes = w_bits == 8 ? QUAD : QUAD / 2;
    const size_t all_steps = (rows + TILE_ROWS - 1) / TILE_ROWS * ((quads + STEP - 1) / STEP);
    _Alignas(64) uint8_t room[CHUNK * QUAD];

    ahead->share = (ahead->left / all_steps + 63) / 64 * 64;
    if (ahead->share > FETCH_MOST) ahead->share = FETCH_MOST;
    configure();
    for (size_t q = 0; q < quads; q += CHUNK) {
        const size_t count = quads - q < CHUNK ? quads - q : CHUNK;
        const struct halves open = open_weights(w + q * quad_bytes, w_bits, count, room);
        const struct chunk c = {q == 0, rows, count, x + 4 * q, stride, open};
        all_rows(&c, ahead, acc);
    }
    _tile_release();
    if (w_bits == 4) finish_upper(rows, acc);
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
