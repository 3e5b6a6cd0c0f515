/* SPDX-License-Identifier: Apache-2.0 */
/* gen_data.c - memory of random programs. Contract in gen_data.h. */
#include "tests/cosim/gen_data.h"

#include <stdio.h>
#include <string.h>

#include "model/arena.h"
#include "tests/cosim/gen_vec.h"

enum {
    F32 = GEN_AT_F32,
    BF16 = GEN_AT_BF16,
    WB = GEN_AT_WB,
    CM = GEN_AT_CM,
    RT = GEN_AT_RT,
    NT = GEN_AT_NT,
    IT = GEN_AT_IT,
    OUT = GEN_AT_OUT,
    PIECES = GEN_PIECES
};
static const uint64_t piece_bytes = GEN_PIECE;

static uint32_t piece_of(bool store, bool bits, const struct stamp_insn_d *d)
{
    if (store) return OUT;
    switch ((enum stamp_space)d->space) {
    case STAMP_SPACE_WB: return WB;
    case STAMP_SPACE_CM: return CM;
    case STAMP_SPACE_RT: return RT;
    case STAMP_SPACE_NT: return NT;
    case STAMP_SPACE_IT: return IT;
    default: return d->fmt == STAMP_FMT_RAW && bits ? WB : d->fmt == STAMP_FMT_BF16 ? BF16 : F32;
    }
}

void gen_data_window(struct gen_rng *r, const struct stamp_mach *m, bool store, bool bits,
                     struct stamp_insn_d *d)
{
    const uint64_t line = stamp_line_bytes(m, (enum stamp_space)d->space, (enum stamp_fmt)d->fmt);
    const uint64_t row = (d->lines * line + 63) / 64 * 64;
    const uint32_t piece = piece_of(store, bits, d);

    if (d->gather) { /* GEN_INDEX rows; an entry's top bit leaves the address where it is */
        d->d0 = 512u << gen_below(r, 2);
        d->dram = piece * piece_bytes + 64 * gen_below(r, 1024);
        return;
    }
    d->d0 = row + 64 * gen_below(r, 2);
    d->d1 = d->n0 * d->d0 + 64 * gen_below(r, 2);
    const uint64_t span = d->n1 * d->d1 + d->n0 * d->d0 + 4 * GEN_STEP;
    const uint64_t room = piece == RT || piece == NT ? 4 * gen_table(m) * 64 : piece_bytes;
    const uint64_t spare = room > span ? (room - span) / 64 : 0;
    d->dram = piece * piece_bytes + 64 * gen_below(r, (uint32_t)spare + 1);
}

static void put32(uint8_t *p, uint32_t v)
{
    for (int i = 0; i < 4; i++) p[i] = (uint8_t)(v >> 8 * i);
}

/* A finite float of moderate size, now and then a zero, a tie or something tiny. */
static uint32_t some_float(struct gen_rng *r)
{
    const uint32_t sign = gen_below(r, 2) << 31;

    switch (gen_below(r, 32)) {
    case 0: return sign;
    case 1: return sign | gen_below(r, 0x00800000); /* subnormal */
    case 2: return sign | 0x3f000000u | gen_below(r, 4) << 22;
    case 3: return sign | (127 - 100 + gen_below(r, 3)) << 23;
    default: return sign | gen_range(r, 120, 128) << 23 | gen_below(r, 0x800000);
    }
}

/* Loads move lines of 32 entries, and groups of P rows begin anywhere: where P is no power of two a pair
 * begins at an even row. */
static void fill_tables(struct gen_rng *r, const struct stamp_mach *m, uint8_t *rt, uint8_t *nt)
{
    const uint32_t P = m->P, init = m->RT_ENTRIES, all = 4 * init, odd = P & (P - 1);

    for (uint32_t i = 0; i < all; i++) {
        const bool is8 = gen_below(r, 3) == 0 && i >= init;
        uint32_t v = i < init ? i % P : gen_below(r, GEN_NIBS - 1);
        if (is8 || i % 32 >= GEN_EVEN) v &= ~1u;
        if (is8) v |= 0x8000;
        rt[2 * i] = (uint8_t)v;
        rt[2 * i + 1] = (uint8_t)(v >> 8);
    }
    for (uint32_t i = 0; i < all; i++) {
        uint32_t kind = gen_below(r, 4), token = gen_below(r, GEN_TOKENS);
        if (i < init) kind = 1, token = 0;
        if (kind == 3 || (kind == 2 && (odd ? i % 2 == 1 : i % P == P - 1))) kind = 1;
        const uint32_t v = kind << 14 | token;
        nt[2 * i] = (uint8_t)v;
        nt[2 * i + 1] = (uint8_t)(v >> 8);
        if (kind != 2) continue;
        i++;
        nt[2 * i] = (uint8_t)token;
        nt[2 * i + 1] = (uint8_t)((3 << 14 | token) >> 8);
    }
}

static void fill_constants(struct gen_rng *r, const struct stamp_mach *m, uint8_t *data[PIECES])
{
    for (uint64_t i = 0; i < piece_bytes; i += 4) {
        put32(data[F32] + i, some_float(r));
        put32(data[BF16] + i, (some_float(r) & 0xffff0000u) | some_float(r) >> 16);
        put32(data[WB] + i, (uint32_t)gen_next(r));
    }
    for (uint64_t i = 0; i < piece_bytes; i += 8) {
        put32(data[CM] + i, gen_range(r, 113, 119) << 23 | gen_below(r, 0x800000));
        put32(data[CM] + i + 4, gen_below(r, 8192) - 4096u);
    }
    fill_tables(r, m, data[RT], data[NT]);
    for (uint64_t i = 0; i < piece_bytes; i += 4)
        put32(data[IT] + i, gen_below(r, GEN_INDEX) | gen_below(r, 2) << 31);
}

enum stamp_status gen_data_fill(uint64_t seed, struct stamp_image *im, struct stamp_err *e)
{
    static const char *const name[PIECES] = {"f32", "bf16", "wb", "cm", "rt", "nt", "it", "out"};
    struct gen_rng r = {seed ^ UINT64_C(0xd1b54a32d192ed03)};
    uint8_t *data[PIECES] = {NULL};

    im->buffer = stamp_arena_alloc(im->arena, PIECES, sizeof *im->buffer);
    im->segment = stamp_arena_alloc(im->arena, PIECES, sizeof *im->segment);
    im->layer = stamp_arena_alloc(im->arena, 1, sizeof *im->layer);
    im->scheme = stamp_arena_text(im->arena, "random", 6);
    if (!im->buffer || !im->segment || !im->layer || !im->scheme)
        return stamp_fail(e, STAMP_ENOMEM, "out of memory");
    for (uint32_t i = 0; i < PIECES; i++) {
        struct stamp_buffer *b = &im->buffer[im->buffers++];
        *b = (struct stamp_buffer){.role = i == OUT ? STAMP_TEMP : STAMP_CONST,
                                   .fmt = STAMP_FMT_RAW,
                                   .addr = i * piece_bytes,
                                   .bytes = piece_bytes,
                                   .rows = 1,
                                   .cols = piece_bytes,
                                   .row_bytes = piece_bytes};
        snprintf(b->name, sizeof b->name, "%s", name[i]);
        if (i == OUT) continue;
        data[i] = stamp_arena_alloc(im->arena, piece_bytes, 1);
        if (!data[i]) return stamp_fail(e, STAMP_ENOMEM, "out of memory");
        im->segment[im->segments++] = (struct stamp_segment){i * piece_bytes, piece_bytes, data[i]};
    }
    fill_constants(&r, im->mach, data);
    im->code_addr = PIECES * piece_bytes;
    im->dram_bytes = im->code_addr + 32 * 16 * GEN_MAX; /* room for the code */
    return STAMP_OK;
}
