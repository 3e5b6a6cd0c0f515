/* SPDX-License-Identifier: Apache-2.0 */
/* make_values.c - what f32 instructions do with special values, ties, partial lines. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/conformance/make.h"

/* Zeros, subnormal and normal limits, neighbours of 1, ties of sums, the largest. */
static const uint32_t special[] = {
    0x00000000, 0x80000000, 0x00000001, 0x80000001, 0x007fffff, 0x00800000, 0x80800001, 0x3f800000,
    0xbf800000, 0x3f800001, 0x3f7fffff, 0x4b800000, 0x4b800001, 0xcb7fffff, 0x3f000000, 0x40200000,
    0x3eaaaaab, 0xc0490fdb, 0x5f800000, 0x1f800000, 0x7f7fffff, 0xff7fffff, 0x33800000, 0x33800001};
enum { SPECIALS = sizeof special / sizeof special[0], PAIRS_MAX = 512 };

static float f32(uint32_t bits)
{
    float f;

    memcpy(&f, &bits, sizeof f);
    return f;
}

/* Pairs whose sum, difference and product are finite, in the order of a walk that meets every value
 * with many others. */
static void pairs(size_t n, uint32_t *a, uint32_t *b)
{
    const double limit = 3.402823e38;
    size_t i = 0;

    for (uint32_t k = 0; i < n; k++) {
        const double x = (double)f32(special[k % SPECIALS]);
        const uint32_t other = special[(k / SPECIALS * 7 + k) % SPECIALS];
        const double y = (double)f32(other);
        if (fabs(x * y) > limit || fabs(x + y) > limit || fabs(x - y) > limit) continue;
        a[i] = special[k % SPECIALS];
        b[i++] = other;
    }
}

static void elementwise(struct maker *m)
{
    static const char *const fn[] = {"ADD", "SUB", "MUL", "MAX"};
    uint32_t a[PAIRS_MAX], b[PAIRS_MAX], scalars[PAIRS_MAX];
    const uint32_t count = 3 * m->mach->L < 192 ? 192 : 3 * m->mach->L; /* three lines or more */

    pairs(count, a, b);
    const struct mk_rows ra = mk_words(m, a, count, 0), rb = mk_words(m, b, count, 0);
    const uint32_t n = ra.lines;
    mk_load(m, 0, ra);
    mk_load(m, n, rb);
    mk_fence(m);
    for (uint32_t f = 0; f < 4; f++)
        mk_line(m, "VBIN fn=%s a=0 b=%u d=%u n0=1 cols=%u", fn[f], n, n * (2 + f), n);
    mk_fence(m);
    mk_store(m, 2 * n, 4 * n);
    mk_done(m, "VBIN specials");
    mk_load(m, 0, ra); /* a program of its own */
    mk_load(m, n, rb);
    mk_load(m, 2 * n, rb);
    mk_fence(m);
    mk_line(m, "VBIN fn=MAC a=0 b=%u d=%u n0=1 cols=%u", n, 2 * n, n);
    mk_fence(m);
    mk_store(m, 2 * n, n);
    mk_done(m, "VBIN MAC specials");

    mk_load(m, 0, mk_part(ra, 3));
    mk_load(m, 8, mk_part(rb, 2));
    mk_fence(m);
    mk_line(m, "VBIN fn=MAX a=0 b=8 d=0 n0=3 s0=1 ds=1 cols=1 bs=1 rep=2");
    mk_line(m, "VBIN fn=ADD a=0 b=8 d=4 n0=3 s0=1 ds=1 cols=1 rep=0");
    mk_fence(m);
    mk_store(m, 0, 3);
    mk_store(m, 4, 3);
    mk_done(m, "VBIN rows that share b, in place");
    for (uint32_t i = 0; i < count; i++) a[i] = special[i * 5 % 11 + 7];
    mk_load(m, 0, mk_part(mk_words(m, a, count, 0), 3));
    mk_load(m, 8, mk_part(mk_words(m, a + 1, count - 1, 0), 3));
    mk_load(m, 12, mk_part(mk_words(m, a + 2, count - 2, 0), 3));
    mk_fence(m);
    mk_line(m, "VBIN fn=MAC a=0 b=8 d=12 n0=3 s0=1 ds=1 cols=1 bs=1 rep=2");
    mk_line(m, "VBIN fn=MAC a=12 b=8 d=0 n0=3 s0=1 ds=1 cols=1 rep=0");
    mk_line(m, "VBIN fn=MAC a=1 b=8 d=1 n0=1 cols=2 rep=0");
    mk_fence(m);
    mk_store(m, 0, 3);
    mk_store(m, 12, 3);
    mk_done(m, "VBIN MAC rows that share b, in place");

    for (uint32_t i = 0; i <= m->mach->L; i++) scalars[i] = i % 2 ? special[i % 7 + 9] : special[7];
    mk_load(m, 0, mk_part(ra, 2));
    mk_load(m, 2, mk_words(m, scalars, m->mach->L + 1, 0x3f800000));
    mk_fence(m);
    mk_line(m, "VROW fn=ADD a=0 b=2 d=4 n0=2 s0=1 ds=1 cols=1");
    mk_line(m, "VROW fn=SUB a=0 b=2 d=6 n0=2 s0=1 ds=1 cols=1");
    mk_line(m, "VROW fn=MUL a=0 b=2 d=8 n0=2 s0=1 ds=1 cols=1");
    mk_line(m, "VROW fn=ADD a=0 b=2 d=10 n0={L+1} s0=0 ds=0 cols=1"); /* two lines of scalars */
    mk_fence(m);
    mk_store(m, 4, 7);
    mk_done(m, "VROW scalars");
}

/* b of VBFLY, the row of VBIAS, C and S of VROPE. */
static void in_place(struct maker *m)
{
    static const char *const kind[] = {"MEAN", "SUM", "ROT"};
    uint32_t a[PAIRS_MAX], b[PAIRS_MAX];
    const uint32_t count = 2 * m->mach->L < 64 ? 64 : 2 * m->mach->L;

    pairs(count, a, b);
    const struct mk_rows ra = mk_words(m, a, count, 0), rb = mk_words(m, b, count, 0);
    const uint32_t n = ra.lines;
    for (uint32_t k = 0; k < 3; k++) {
        mk_load(m, 0, ra);
        mk_load(m, n, rb);
        mk_fence(m);
        mk_line(m, "VBFLY kind=%s a=0 boff=%u cols=%u n0=1 c=0x3f3504f3 s=0xbf000001", kind[k], n,
                n);
        mk_fence(m);
        mk_store(m, 0, 2 * n);
        mk_done(m, "VBFLY %s", kind[k]);
    }
    mk_load(m, 0, ra);
    mk_load(m, n, rb);
    mk_fence(m);
    mk_line(m, "VBIAS a=0 b=%u n0=1 cols=%u", n, n);
    mk_line(m, "VBIAS a=0 b=%u n0=%u s0=1 cols=1", n, n);
    mk_fence(m);
    mk_store(m, 0, n);
    mk_done(m, "VBIAS");

    mk_load(m, 0, mk_part(ra, 2));
    mk_load(m, 2, mk_part(rb, 1));
    mk_load(m, 3, mk_words(m, special + 9, 6, 0x3e800000));
    mk_fence(m);
    mk_line(m, "VROPE a=0 b=2 d=4 n0=2 s0=1 ds=1 cols=1");
    mk_line(m, "VROPE a=0 b=2 d=0 n0=2 s0=1 ds=1 cols=1 bs=1 rep=2");
    mk_fence(m);
    mk_store(m, 0, 2);
    mk_store(m, 4, 2);
    mk_done(m, "VROPE");
}

/* Limits inside a line, negative, zero, beyond; one that grows from row to row. */
static void reductions(struct maker *m)
{
    static const struct {
        const char *lim;
        uint32_t step;
    } limits[] = {{"{2*L}", 0}, {"{L-3}", 1},    {"{L+1}", 0},
                  {"0", 0},     {"0xfffffe", 1}, {"8388607", 0}};
    static const char *const fn[] = {"SUM", "SUMSQ", "MAX"};
    uint32_t v[PAIRS_MAX];
    const uint32_t words = 3 * m->mach->L < 192 ? 192 : 3 * m->mach->L;
    uint64_t random = 5;

    for (uint32_t i = 0; i < words; i++) /* magnitudes far apart, so that the order shows */
        v[i] = (mk_random(&random) & 0x807fffff) | (100 + mk_random(&random) % 40) << 23;
    v[0] = 0x80000000, v[1] = 0, v[2] = 0x80000001;
    const struct mk_rows rows = mk_words(m, v, words, 0x80000000);
    const uint32_t n = rows.lines;
    mk_load(m, 0, rows);
    mk_fence(m);
    for (uint32_t i = 0; i < 18; i++) {
        char lim[64];
        snprintf(lim, sizeof lim, "lim=%s lstep=%u", limits[i / 3].lim, limits[i / 3].step);
        mk_line(m, "VRED fn=%s a=0 d=%u n0=2 s0=0 cols=2 %s", fn[i % 3], 100 + i, lim);
    }
    for (uint32_t f = 0; f < 3; f++)
        mk_line(m, "VRED fn=%s a=0 d=%u n0=1 cols=%u lim=150", fn[f], 118 + f, n);
    mk_line(m, "VRED fn=MAX a=0 d=121 n0={L+1} s0=0 cols=1 lim={L}");
    mk_fence(m);
    mk_store(m, 100, 23);
    mk_done(m, "VRED limits and order");

    mk_line(m, "LOAD space=VM fmt=F32 dram=0x%" PRIx64 " line=0 lines=1 n0=8 d0=64 lstride=1",
            rows.addr);
    mk_fence(m);
    mk_line(m, "VBFLY kind=ROT a=0 boff=1 cols=1 n0=2 s0=2 n1=2 s1=4 c=0x3f000001 s=0x3f400000");
    mk_line(m, "VBFLY kind=MEAN a=0 boff=2 cols=2 n0=2 s0=4");
    mk_line(m, "VBFLY kind=SUM a=0 boff=4 cols=1 n0=4 s0=1");
    mk_fence(m);
    mk_store(m, 0, 8);
    mk_done(m, "VBFLY stages");
}

static const uint32_t near_zero[] = {0x00000000, 0x80000000, 0x00000001, 0x80000001, 0x3f800000,
                                     0xbf800000, 0x3f000000, 0xbf000000, 0x3b317218, 0x3b31721a,
                                     0x40490fdb, 0xc0490fdb, 0x41200000, 0xc1200000, 0x42ae0000,
                                     0xc2ae0000, 0xc084e1a4, 0xbff8811a, 0x40ffffff, 0xc0a9b33b};

/* A function over values and infinities; where @p wild, NaN too is no error when it is masked. */
static void function(struct maker *m, const char *fn, uint32_t c, const uint32_t *v, uint32_t count,
                     const char *what)
{
    const struct mk_rows rows = mk_words(m, v, count, 0x7fc01234); /* behind the limit: NaN */
    const uint32_t n = rows.lines;

    mk_line(m, "LOAD space=VM fmt=RAW dram=0x%" PRIx64 " line=0 lines=%u", rows.addr, n);
    mk_fence(m);
    mk_line(m, "VFN fn=%s a=0 d=%u n0=1 cols=%u lim=%u c=0x%x", fn, n, n, count, c);
    mk_fence(m);
    mk_store(m, n, n);
    mk_done(m, "VFN %s %s", fn, what);
}

static void functions(struct maker *m)
{
    static const uint32_t exp[] = {0xff800000, 0xc2fc0001, 0xc2fc0000, 0xc2fbffff, 0x42fffffe,
                                   0x42ffffff, 0xff7fffff, 0x3f317218, 0xbf317218, 0x3c000000,
                                   0x3f800000, 0x00000000, 0x80000000, 0x00000001, 0xc2000000},
                          wild[] = {0xff800000, 0x7f800000, 0xff7fffff, 0x7f7fffff, 0x417fffff,
                                    0xc1800000, 0x43000000, 0xc3000000, 0x7f000000},
                          recip[] = {0x3f800000, 0xbf800000, 0x40400000, 0x7f7fffff, 0xff7fffff,
                                     0x00800000, 0x00800001, 0x00400000, 0x7f800000, 0xff800000,
                                     0x40490fdb, 0x3f800001, 0x3f7fffff, 0x7e800000, 0x7effffff};
    static const char *const smooth[] = {"SIGMOID", "SILU", "GELU"};
    const uint32_t count = sizeof near_zero / sizeof near_zero[0];

    function(m, "EXP", 0x3f800000, exp, sizeof exp / 4, "edges");
    function(m, "EXP", 0xbdb504f3, near_zero, count, "scaled");
    for (int i = 0; i < 3; i++) function(m, smooth[i], 0, near_zero, count, "ordinary");
    function(m, "SIGMOID", 0, wild, sizeof wild / 4, "infinities");
    function(m, "SILU", 0, wild + 2, 2, "largest");
    function(m, "RECIP", 0, recip, sizeof recip / 4, "edges");
}

/* Functions with a second operand; the limit that a register moves. */
static void functions_of_two(struct maker *m)
{
    static const uint32_t v[] = {0x00000000, 0x3f800000, 0x00000001,
                                 0x40490fdb, 0x7e000000, 0x42c80000},
                          eps[] = {0x3727c5ac, 0x00800000, 0x3f800000,
                                   0x00000001, 0x3f800000, 0x3089705f};

    mk_load(m, 0, mk_words(m, v, 6, 0x3f800000));
    mk_load(m, 1, mk_words(m, eps, 6, 0x3f800000));
    mk_fence(m);
    mk_line(m, "VFN fn=RSQRT a=0 b=1 d=2 n0=1 cols=1 lim=5 c=0x3f800000");
    mk_line(m, "VFN fn=RSQRT a=0 b=1 d=3 n0=2 s0=1 ds=1 cols=1 lim=6 lstep=255 c=0x3d000000");
    mk_line(m, "VFN fn=EXPM a=0 b=1 d=5 n0=2 s0=0 ds=1 cols=1 lim=2 lstep=2 c=0xbe000000");
    mk_line(m, "SETR areg=5 imm=0xfffffffffe");
    mk_line(m, "VFN fn=SIGMOID a=0 d=7 n0=2 s0=1 ds=1 cols=1 lim=4 areg=5");
    mk_fence(m);
    mk_store(m, 2, 7);
    mk_done(m, "VFN RSQRT EXPM, limit from a register");
}

/* Ties to bf16, what overflows apart; bits that are no numbers pass as RAW; rows and strides. */
static void transfers(struct maker *m)
{
    static const uint32_t v[] = {0x3f808000, 0x3f818000, 0x3f807fff, 0x3f808001,
                                 0xbf808000, 0x00008000, 0x00018000, 0x80000001,
                                 0x7f7f7fff, 0xff7f0000, 0x007fffff, 0x00000000},
                          odd[] = {0x7fc00000, 0x7f800001, 0xffffffff,
                                   0x7f800000, 0xff800000, 0x80000000};
    uint16_t half[128];
    uint8_t index[64] = {0};
    const struct mk_rows ties = mk_words(m, v, 12, 0x3f808000);
    const uint32_t n = ties.lines;

    mk_load(m, 0, ties);
    mk_fence(m);
    mk_line(m, "STORE space=VM fmt=BF16 dram=0x%" PRIx64 " line=0 lines=%u", mk_out(m, 256), n);
    mk_line(m, "STORE space=VM fmt=F32 dram=0x%" PRIx64 " line=0 lines=%u", mk_out(m, 512), n);
    mk_done(m, "STORE BF16 ties");
    for (uint32_t i = 0; i < 128; i++) half[i] = (uint16_t)(i * 509 % 0x7f80 | (i & 1) << 15);
    const uint64_t at = mk_data(m, half, sizeof half);
    mk_line(m, "LOAD space=VM fmt=BF16 dram=0x%" PRIx64 " line=0 lines=1 n0=2 d0=64 lstride=2", at);
    mk_line(m, "LOAD space=VM fmt=RAW dram=0x%" PRIx64 " line=1 lines=1",
            mk_words(m, odd, 6, 0xffc00000).addr);
    mk_fence(m);
    mk_store(m, 0, 3);
    mk_done(m, "LOAD BF16 and RAW");
    for (uint32_t i = 0; i < 16; i++) index[4 * i] = (uint8_t)(i * 7 % 5);
    const uint64_t it = mk_data(m, index, 64);
    mk_line(m, "LOAD space=IT dram=0x%" PRIx64 " line=1 lines=1", it);
    mk_fence(m);
    mk_line(m,
            "LOAD space=VM fmt=RAW gather=1 it=19 dram=0x%" PRIx64
            " d0=64 n0=3 n1=2 line=0 lines=1 lstride=1",
            at);
    mk_fence(m);
    mk_line(m,
            "STORE space=VM fmt=RAW dram=0x%" PRIx64
            " line=1 lines=1 n0=2 n1=2 d0=512 d1=1024 lstride=1",
            mk_out(m, 2048));
    mk_done(m, "LOAD gather, STORE rows");
}

void mk_values(struct maker *m)
{
    mk_chain(m, "values", true);
    transfers(m);
    elementwise(m);
    in_place(m);
    reductions(m);
    functions(m);
    functions_of_two(m);
}
