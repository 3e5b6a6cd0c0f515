/* SPDX-License-Identifier: Apache-2.0 */
/* make_quant.c - ranges, codes and products: ties, limits, both widths, blocks, digits, tables. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tests/conformance/make.h"

enum { ROW_MAX = 2 * 128, DISTINCT = 3, WEIGHT_LINES = 5 };

/* What ranges may be: nothing, less than 2^-100 and not less, one sign, the largest, no numbers. */
static const uint32_t edge[][2] = {
    {0x00000000, 0x00000000}, {0x80000000, 0x80000001}, {0x0d7fffff, 0x00000000},
    {0x0d800000, 0x00000000}, {0x8d000000, 0x0d000000}, {0x3f800000, 0x40000000},
    {0xbf800000, 0xc0000000}, {0x7f7fffff, 0x00000000}, {0xff7fffff, 0x80000000},
    {0x7fc00000, 0x40e00000}, {0xbf800000, 0x3f800001}, {0x41700000, 0x3f000000}};
enum { EDGES = sizeof edge / sizeof edge[0] };

static uint64_t ranges_data(struct maker *m)
{
    uint32_t v[EDGES * ROW_MAX / 2];

    for (uint32_t r = 0; r < EDGES; r++)
        for (uint32_t l = 0; l < m->mach->L; l++)
            v[r * m->mach->L + l] = edge[r][l == 2 ? 0 : l == m->mach->L - 1 ? 1 : r ? 0 : l & 1];
    return mk_words(m, v, (size_t)EDGES * m->mach->L, 0).addr;
}

/* Rows of 4 and 8 bits in turn. */
static uint64_t both_widths(struct maker *m)
{
    uint16_t rt[EDGES];

    for (uint32_t r = 0; r < EDGES; r++) rt[r] = (uint16_t)(2 * r | (r & 1) << 15);
    return mk_table(m, rt, EDGES);
}

/* Range, scale and zero point; what codes become of, and values of the codes. */
static void parameters(struct maker *m, uint64_t rows, uint64_t rt)
{
    static const char *const kind[] = {"", " sym=1", " sd=1"};

    for (uint32_t k = 0; k < 3; k++) {
        for (uint32_t shift = 0; shift < 2; shift++) { /* each row as 4 and as 8 bits */
            const char *name[] = {"asymmetric", "symmetric", "digits"};
            mk_line(m, "LOAD space=VM fmt=RAW dram=0x%" PRIx64 " line=0 lines=%d", rows, EDGES);
            mk_line(m, "LOAD space=RT dram=0x%" PRIx64 " line=0 lines=1", rt);
            mk_fence(m);
            mk_line(m, "VMINMAX first=1 a=0 n0=%d s0=1 cols=1 smstride=1", EDGES - 1);
            mk_line(m, "VQPAR n0=%d cols=1 smstride=1 rt=%u%s", EDGES - 1, shift, kind[k]);
            mk_line(m, "VSMRD first=1 a=20 n0=1 cols=%d gstride=1", EDGES - 1);
            if (!k) {
                mk_line(m, "VCODE a=3 b=60 n0=5 s0=1 cols=1 sm=3 smstride=1 gstride=1 rt=%u",
                        shift + 3);
                /* the last one's largest code is beyond the largest number: its scale is rounded up */
                mk_line(m, "VDEQ a=80 b=60 n0=4 s0=1 cols=1 sm=3 smstride=1 gstride=1 rt=%u",
                        shift + 3);
            }
            mk_fence(m);
            mk_store(m, 20, (2 * (EDGES - 1) - 1) / m->mach->L + 1);
            if (!k) mk_store(m, 60, 5);
            if (!k) mk_store(m, 80, 4);
            mk_done(m, "VQPAR %s %u", name[k], shift);
        }
    }
}

/* Two lines a row. Each row's range is 0 .. n or -n .. n, so that steps are 1 and halves are ties. */
static uint64_t tied_rows(struct maker *m, uint32_t rows, const uint32_t *largest, bool negative)
{
    static uint32_t v[DISTINCT * ROW_MAX];
    const uint32_t n = 2 * m->mach->L;
    uint64_t random = 11;

    for (uint32_t r = 0; r < rows; r++)
        for (uint32_t l = 0; l < n; l++) {
            const uint32_t q = mk_random(&random) % largest[r];
            float x = (float)q + (l & 1 ? 0.5f : l & 2 ? 0.50001f : 0.f);
            if (l == 3 || l == n - 2) x = (float)largest[r];
            if (negative && l & 4) x = -x;
            memcpy(&v[r * n + l], &x, sizeof x);
        }
    return mk_words(m, v, (size_t)rows * n, 0).addr;
}

/* Columns of the identity, as lines of WB for one line of XB. */
static uint64_t identity(struct maker *m)
{
    const uint32_t L = m->mach->L, T = m->mach->T;
    uint8_t *b = calloc(L * L, 1);

    if (!b) mk_die(m, "out of memory");
    for (uint32_t c = 0; c < L; c++) {
        const uint32_t nibble = c / T * (L * T) + c * T + c % T;
        b[nibble / 2] = (uint8_t)(1 << 4 * (nibble % 2));
    }
    const uint64_t at = mk_data(m, b, L * L / 2);
    free(b);
    return at;
}

/* One line: scale and sum of each column. */
static uint64_t columns(struct maker *m, bool plain)
{
    uint32_t v[4 * 128];

    for (uint32_t c = 0; c < 2 * m->mach->L; c++) {
        v[2 * c] = plain ? 0x3f800000 : 0x3c000000 + c * 0x34567;
        v[2 * c + 1] = plain ? 1 : c * 37 - 400;
    }
    return mk_data(m, v, 16 * (size_t)m->mach->L);
}

/* Nibble rows of two groups: an 8-bit row and 4-bit rows fill each, or rows of 8 bits only. */
static void group_tables(struct maker *m, bool wide)
{
    const uint32_t P = m->mach->P, rows = wide ? P / 2 : P - 1;
    uint16_t rt[128], nt[128];

    for (uint32_t i = 0; i < 2 * P; i++) {
        const uint32_t g = i / P, r = i % P;
        nt[i] = (uint16_t)(wide || r < 2 ? (2 + r % 2) << 14 | (g * rows + r / 2)
                                         : 1 << 14 | (g * rows + r - 1));
        if (r >= rows) continue;
        rt[g * rows + r] = (uint16_t)(g * P + (wide ? 2 * r : r ? r + 1 : 0));
        if (!wide && !r) rt[g * rows] |= 0x8000;
    }
    mk_line(m, "LOAD space=RT dram=0x%" PRIx64 " line=0 lines={P/17+1}", mk_table(m, rt, 2 * rows));
    mk_line(m, "LOAD space=NT dram=0x%" PRIx64 " line=0 lines={P/17+1}", mk_table(m, nt, 2 * P));
}

/* How rows of two lines are quantized: the second line in an instruction of its own, which goes on. */
struct way {
    const char *flags;
    bool block, split;
};

/* VMINMAX or VQUANT over what lies in VM; rows behind the distinct ones are the last of them again. */
static void over_rows(struct maker *m, const char *op, uint32_t rows, uint32_t group, struct way w)
{
    const uint32_t some = rows < DISTINCT ? rows : DISTINCT;

    for (uint32_t part = 0; part < 1 + (rows > some); part++)
        for (uint32_t half = 0; half < 1u + w.split; half++) {
            const uint32_t first = part ? some : 0;
            mk_line(m, "%s a=%u n0=%u s0=%u cols=%d sm=%u smstride=2 blk=%d first=%d", op,
                    (part ? 2 * some - 2 : 0) + half, part ? rows - some : some, part ? 0 : 2,
                    w.split ? 1 : 2, 2 * first, w.block, !half);
            if (op[1] == 'M') continue;
            struct stamp_word *word = &m->code[m->count - 1];
            union stamp_insn i;
            stamp_decode(word, &i);
            i.v.rt = group * rows + first;
            i.v.rm = 2 * i.v.rt;
            i.v.xb = 3 + half;
            i.v.gstride = 2;
            i.v.sym = strstr(w.flags, "sym") != NULL;
            i.v.sd = strstr(w.flags, "sd") != NULL;
            stamp_encode(&i, word);
        }
}

static void quantize(struct maker *m, uint32_t rows, uint32_t groups, struct way w)
{
    over_rows(m, "VMINMAX", rows, 0, w);
    mk_line(m, "VQPAR n0=%u cols=%d smstride=2%s", rows, 1 + w.block, w.flags);
    for (uint32_t g = 0; g < groups; g++) over_rows(m, "VQUANT", rows, g, w);
}

/* Codes of each kind, seen through a product with the identity. */
static void codes(struct maker *m, uint64_t at, uint64_t weights, uint64_t cm)
{
    static const struct {
        const char *what, *flags;
        bool digits, block;
    } kinds[] = {{"asymmetric", "", false, false},
                 {"asymmetric, blocks", "", false, true},
                 {"symmetric", " sym=1", false, false},
                 {"digits", " sd=1", true, false}};

    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        const uint32_t rows = kinds[k].digits ? m->mach->P / 2 : m->mach->P - 1;
        const uint32_t some = rows < DISTINCT ? rows : DISTINCT;
        mk_line(m, "LOAD space=VM fmt=F32 dram=0x%" PRIx64 " line=0 lines=%u", at, 2 * some);
        mk_line(m, "LOAD space=WB dram=0x%" PRIx64 " line=0 lines={L/T} n0=2 d0=0 lstride={L/T}",
                weights);
        mk_line(m, "LOAD space=CM dram=0x%" PRIx64 " line=0 lines=2", cm);
        group_tables(m, kinds[k].digits);
        mk_fence(m);
        quantize(m, rows, 1, (struct way){kinds[k].flags, kinds[k].block, false});
        mk_fence(m);
        mk_line(m,
                "MM first=1 last=1 xb=3 groups=1 kl=2 ng=1 rmstride=2 vm=200 vstride=1 blk=%d "
                "cmstride=1",
                kinds[k].block);
        mk_fence(m);
        mk_store(m, 200, some);
        mk_done(m, "VQUANT %s", kinds[k].what);
    }
}

/* Random weights: chunks through AC, blocks, planes, column groups, row groups. */
static void products(struct maker *m, uint64_t at)
{
    static const struct {
        const char *what, *first, *second;
        bool block, split;
    } kinds[] = {
        {"one chunk", "MM first=1 last=1 kl=2 xb=3", NULL, false, false},
        {"rows in two pieces", "MM first=1 last=1 w8=1 kl=2 xb=3", NULL, false, true},
        {"two chunks", "MM first=1 kl=1 xb=3", "MM last=1 kl=1 xb=4 wb=1", false, false},
        {"8-bit weights", "MM first=1 last=1 w8=1 kl=2 xb=3", NULL, false, false},
        {"blocks", "MM first=1 last=1 kl=2 blk=1 xb=3", NULL, true, false},
        {"blocks in two chunks", "MM first=1 kl=1 blk=1 xb=3",
         "MM last=1 w8=1 kl=1 blk=1 xb=4 rm=1 cm=1", true, false},
    };
    const uint32_t rows = m->mach->P - 1, some = rows < DISTINCT ? rows : DISTINCT,
                   line = m->mach->L * m->mach->T / 2;
    uint8_t weights[WEIGHT_LINES * 1024];
    uint64_t random = 23;

    for (uint32_t i = 0; i < WEIGHT_LINES * line; i++)
        weights[i] = (uint8_t)(mk_random(&random) >> 9);
    const uint64_t w = mk_data(m, weights, WEIGHT_LINES * line), cm = columns(m, false);
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        mk_line(m, "LOAD space=VM fmt=F32 dram=0x%" PRIx64 " line=0 lines=%u", at, 2 * some);
        mk_line(m, "LOAD space=WB dram=0x%" PRIx64 " line=0 lines=%d n0={4*L/T/5+2} d0=0 lstride=5",
                w, WEIGHT_LINES);
        mk_line(m, "LOAD space=CM dram=0x%" PRIx64 " line=0 lines=2 n0=2 d0=0 lstride=2", cm);
        group_tables(m, false);
        mk_fence(m);
        quantize(m, rows, 2, (struct way){"", kinds[k].block, kinds[k].split});
        mk_fence(m);
        const char *const common =
            "groups=2 gstride=2 ng=2 wstride=1 rmstride=2 vm=200 vstride=2 cmstride=2 ac=5";
        mk_line(m, "%s %s", kinds[k].first, common);
        if (kinds[k].second) mk_line(m, "%s %s", kinds[k].second, common);
        mk_fence(m);
        mk_store(m, 200, 4);
        mk_store(m, 200 + 2 * rows, 2);
        mk_done(m, "MM %s", kinds[k].what);
    }
}

/* Zero points to the nearest, limited; scales as they are. */
static void entries(struct maker *m)
{
    static const uint32_t v[] = {0x3f800000, 0x3f000000, 0x40000000, 0x3fc00000, 0x00000001,
                                 0x40200000, 0x7f7fffff, 0x437f8000, 0xbf000000, 0x43960000,
                                 0x80000000, 0xbf800000, 0x3f800001, 0x7fc00000, 0x3f7fffff,
                                 0x437f7fff, 0x41000000, 0x3f000001};

    mk_line(m, "LOAD space=VM fmt=RAW dram=0x%" PRIx64 " line=0 lines=%u",
            mk_words(m, v, 18, 0x40e00000).addr, (18 - 1) / m->mach->L + 1);
    mk_fence(m);
    mk_line(m, "VSMWR a=0 n0=1 cols=9 sm=5 gstride=3");
    mk_line(m, "VSMRD first=1 a=20 n0=1 cols=9 sm=5 gstride=3");
    mk_line(m, "VSMRD a=30 n0=2 s0=2 cols=4 sm=5 smstride=3 gstride=3");
    mk_fence(m);
    mk_store(m, 20, (18 - 1) / m->mach->L + 1);
    mk_store(m, 30, 1);
    mk_store(m, 32, 1);
    mk_done(m, "VSMWR VSMRD");
}

/* Packed codes of rows that end inside a packed line, of both widths, in blocks. */
static void packed(struct maker *m, uint64_t at)
{
    static const uint16_t rt[] = {0x8000, 2};

    mk_line(m, "LOAD space=VM fmt=F32 dram=0x%" PRIx64 " line=0 lines=6", at);
    mk_line(m, "LOAD space=RT dram=0x%" PRIx64 " line=0 lines=1", mk_table(m, rt, 2));
    mk_fence(m);
    for (uint32_t blk = 0; blk < 3; blk += 2) {
        mk_line(m, "VMINMAX first=1 a=0 n0=2 s0=1 cols=5 sm=9 smstride=4 blk=%u", blk);
        mk_line(m, "VQPAR n0=2 cols=%u sm=9 smstride=4", blk ? 3 : 1);
        mk_line(m, "VCODE a=0 b=50 n0=2 s0=1 cols=5 sm=9 smstride=4 gstride=3 blk=%u", blk);
        mk_line(m, "VDEQ a=60 b=50 n0=2 s0=5 cols=5 sm=9 smstride=4 gstride=3 blk=%u", blk);
        mk_fence(m);
        mk_store(m, 50, 2);
        mk_store(m, 53, 1);
        mk_store(m, 60, 10);
        mk_fence(m);
    }
    mk_done(m, "VCODE VDEQ partial");
}

/* Lines of digits, then a few columns and depths over them. */
static void packs(struct maker *m, uint64_t at)
{
    mk_line(m, "LOAD space=VM fmt=F32 dram=0x%" PRIx64 " line=0 lines=6", at);
    mk_fence(m);
    mk_line(m, "VMINMAX first=1 a=0 n0=3 s0=2 cols=2 smstride=1");
    mk_line(m, "VQPAR sd=1 n0=3 cols=1 smstride=1");
    mk_line(m, "VPACKK a=0 n0={L} s0=0 cols=2 gstride={2*L/T} xb=1");
    mk_line(m, "VPACKK a=2 n0=2 s0=2 cols=2 sm=1 smstride=1 rm={L-2} gstride={2*L/T} xb=1");
    mk_line(m, "VPACKV a=0 n0={T+1} s0=0 cols=2 b=3 gstride=6 xb={4*L/T+1} rm={T-1}");
    mk_line(m, "VPACKV a=2 n0={2*T} s0=0 cols=2 sm=1 b=3 gstride=6 xb={4*L/T+1}");
    mk_line(m, "VPACKV a=2 n0=2 s0=2 cols=2 sm=1 smstride=1 b=3 gstride=6 xb={4*L/T+1} rm={T-1}");
    mk_fence(m);
    mk_line(m, "STORE space=PB fmt=RAW dram=0x%" PRIx64 " line=1 lines={2*L/T}",
            mk_out(m, (size_t)m->mach->L * m->mach->L));
    for (uint32_t i = 0; i < 4; i++)
        mk_line(m, "STORE space=PB fmt=RAW dram=0x%" PRIx64 " line={4*L/T+1+%u} lines=2",
                mk_out(m, (size_t)m->mach->L * m->mach->T), 3 * i);
    mk_done(m, "VPACKK VPACKV");
}

void mk_quant(struct maker *m)
{
    uint32_t asymmetric[DISTINCT];

    mk_chain(m, "quant", true);
    const uint64_t rows = ranges_data(m), rt = both_widths(m);
    parameters(m, rows, rt);
    for (uint32_t r = 0; r < DISTINCT; r++) asymmetric[r] = r % 2 ? 15 : r % 4 ? 119 : 255;
    const uint64_t tied = tied_rows(m, DISTINCT, asymmetric, false);
    codes(m, tied, identity(m), columns(m, true));
    products(m, tied);
    entries(m);
    packed(m, tied);
    packs(m, tied);
}
