/* SPDX-License-Identifier: Apache-2.0 */
/* gen_data.c - memory of random programs, and their assembly into an image. Contracts in gen_data.h
 * and gen.h. */
#include "tests/cosim/gen_data.h"

#include <stdio.h>
#include <string.h>

#include "compiler/emit/schedule.h"
#include "compiler/ir/arena.h"

/* Six constant pieces and one for stores, of equal size, then the code. */
enum { F32, BF16, WB, CM, RT, NT, OUT, PIECES };
static const uint64_t piece_bytes = 256 * 1024;

static uint32_t piece_of(bool store, const struct stamp_insn_d *d)
{
    if (store) return OUT;
    switch ((enum stamp_space)d->space) {
    case STAMP_SPACE_WB: return WB;
    case STAMP_SPACE_CM: return CM;
    case STAMP_SPACE_RT: return RT;
    case STAMP_SPACE_NT: return NT;
    default: return d->fmt == STAMP_FMT_BF16 ? BF16 : F32;
    }
}

void gen_data_window(struct gen_rng *r, const struct stamp_mach *m, bool store,
                     struct stamp_insn_d *d)
{
    const uint64_t line = stamp_line_bytes(m, (enum stamp_space)d->space, (enum stamp_fmt)d->fmt);
    const uint64_t row = (d->lines * line + 63) / 64 * 64;
    const uint32_t piece = piece_of(store, d);

    d->d0 = row + 64 * gen_below(r, 2);
    d->d1 = d->n0 * d->d0 + 64 * gen_below(r, 2);
    const uint64_t span = d->n1 * d->d1 + d->n0 * d->d0 + 4 * GEN_STEP;
    const uint64_t room = piece == RT || piece == NT ? GEN_TABLES * 64 : piece_bytes;
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

static void fill_tables(struct gen_rng *r, uint32_t P, uint8_t *rt, uint8_t *nt)
{
    for (uint32_t i = 0; i < GEN_TABLES * 32; i++) {
        const bool is8 = gen_below(r, 3) == 0 && i >= GEN_INIT * 32;
        uint32_t v = i < GEN_INIT * 32 ? i % P : gen_below(r, GEN_NIBS - 1);
        if (is8) v = (v & ~1u) | 0x8000;
        rt[2 * i] = (uint8_t)v;
        rt[2 * i + 1] = (uint8_t)(v >> 8);
    }
    for (uint32_t i = 0; i < GEN_TABLES * 32; i++) {
        uint32_t kind = gen_below(r, 4), token = gen_below(r, GEN_TOKENS);
        if (i < GEN_INIT * 32) kind = 1, token = 0;
        if (kind == 3 || (kind == 2 && i % P == P - 1)) kind = 1;
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
    fill_tables(r, m->P, data[RT], data[NT]);
}

enum stamp_status gen_data_fill(uint64_t seed, struct stamp_image *im, struct stamp_err *e)
{
    static const char *const name[PIECES] = {"f32", "bf16", "wb", "cm", "rt", "nt", "out"};
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

/* ---- Code ----------------------------------------------------------------------------------- */

static void encode(const union stamp_insn *i, struct stamp_word *w)
{
    memset(w, 0, sizeof *w);
    stamp_encode(i, w);
}

static void control(struct stamp_word *w, enum stamp_opcode op, uint32_t reg, uint64_t imm)
{
    union stamp_insn i = {.c = {.op = op, .areg = reg, .imm = imm}};
    encode(&i, w);
}

/* Both tables, whole, from line @p from of their data. */
static uint32_t load_tables(const struct stamp_mach *m, uint64_t from, struct stamp_word *w)
{
    for (uint32_t t = 0; t < 2; t++) {
        const uint32_t lines = m->RT_ENTRIES / STAMP_TABLE_LINE;
        union stamp_insn i = {.d = {.op = STAMP_OP_LOAD,
                                    .space = t ? STAMP_SPACE_NT : STAMP_SPACE_RT,
                                    .dram = (t ? NT : RT) * piece_bytes + 64 * from,
                                    .lines = lines,
                                    .lstride = lines,
                                    .n0 = 1,
                                    .n1 = 1,
                                    .d0 = 64,
                                    .d1 = 64}};
        encode(&i, &w[t]);
    }
    return 2;
}

static void load_part(struct stamp_word *w, enum stamp_space space, uint32_t piece, uint32_t line,
                      uint32_t lines)
{
    union stamp_insn i = {.d = {.op = STAMP_OP_LOAD,
                                .space = space,
                                .fmt = space == STAMP_SPACE_VM ? STAMP_FMT_F32 : STAMP_FMT_RAW,
                                .dram = piece * piece_bytes,
                                .line = line,
                                .lines = lines,
                                .lstride = lines,
                                .n0 = 1,
                                .n1 = 1}};
    encode(&i, w);
}

/* Write every line the pieces may read: reading an unwritten one is not legal. Row table entries
 * i % P let VQUANT reach all rows of a group, and any number of RM entries. */
static uint32_t initialise(const struct gen_program *p, struct stamp_word *w)
{
    const struct gen_bases *b = &p->base;
    uint32_t n = load_tables(p->mach, 0, w);
    union stamp_insn i = {.v = {.a = b->vm,
                                .cols = 1,
                                .n0 = GEN_SM_PART,
                                .sm = b->sm,
                                .smstride = 1,
                                .rm = b->rm,
                                .first = 1,
                                .xb = b->xb,
                                .gstride = 1}};

    load_part(&w[n++], STAMP_SPACE_VM, F32, b->vm, GEN_VM_PART + 64);
    load_part(&w[n++], STAMP_SPACE_WB, WB, b->wb, GEN_WB_PART);
    load_part(&w[n++], STAMP_SPACE_CM, CM, b->cm, GEN_CM_PART);
    i.v.op = STAMP_OP_VMINMAX;
    encode(&i, &w[n++]);
    i.v.op = STAMP_OP_VQUANT;
    encode(&i, &w[n++]);
    i.v.n0 = p->mach->P;
    i.v.cols = GEN_XB_PART + 8;
    encode(&i, &w[n++]);
    const union stamp_insn mm = {.m = {.op = STAMP_OP_MM,
                                       .first = 1,
                                       .xb = b->xb,
                                       .kl = 1,
                                       .groups = GEN_AC_PART / p->mach->P,
                                       .wb = b->wb,
                                       .ng = 1,
                                       .cm = b->cm,
                                       .ac = b->ac,
                                       .rm = b->rm,
                                       .vm = b->vm}};
    encode(&mm, &w[n++]);
    return n + load_tables(p->mach, GEN_INIT + p->seed % (GEN_TABLES - GEN_INIT - 16), w + n);
}

/* Addresses are relative to memory's place: register 2, or 1 where a loop moves them. */
static void place(struct stamp_word *w, bool stepped)
{
    union stamp_insn i;
    const struct stamp_op *op = stamp_decode(w, &i);

    if (op->format != STAMP_FORMAT_D) return;
    i.d.areg = stepped ? 1 : 2;
    encode(&i, w);
}

/* All words in program order, each segment closed by a FENCE; at[k] is where piece k went. */
static uint32_t lay_out(const struct gen_program *p, struct stamp_word *w, uint32_t *at)
{
    uint32_t n = initialise(p, w);

    control(&w[n++], STAMP_OP_FENCE, 0, 0);
    for (uint32_t k = 0; k < p->pieces; k++) {
        at[k] = n;
        w[n++] = p->piece[k].word;
        if (k + 1 == p->pieces || p->piece[k + 1].segment != p->piece[k].segment)
            control(&w[n++], STAMP_OP_FENCE, 0, 0);
    }
    control(&w[n++], STAMP_OP_HALT, 0, 0);
    return n;
}

/* Iterations of the segment [k, end). Dependencies were derived from one pass, so a segment that
 * changes a table must not come back to instructions that went through the old one. */
static uint32_t loops_of(const struct gen_program *p, uint32_t k, uint32_t end)
{
    union stamp_insn i;

    for (uint32_t j = k; j < end; j++)
        if (stamp_decode(&p->piece[j].word, &i)->code == STAMP_OP_LOAD &&
            (i.d.space == STAMP_SPACE_RT || i.d.space == STAMP_SPACE_NT))
            return 1;
    return p->loop[p->piece[k].segment];
}

/* Copy the scheduled words, with loops around the segments that have one: the FENCEs at both ends
 * keep every semaphore inside. */
static void roll(const struct gen_program *p, const struct stamp_word *w, uint32_t n,
                 const uint32_t *at, struct stamp_image *im)
{
    struct stamp_word *out = im->code;
    uint32_t from = 0;

    control(out++, STAMP_OP_SETR, 2, p->dram_base);

    for (uint32_t k = 0, end; k < p->pieces; k = end) {
        for (end = k; end < p->pieces && p->piece[end].segment == p->piece[k].segment;) end++;
        const uint32_t loop = loops_of(p, k, end);
        for (; from < at[k]; from++, out++) {
            *out = w[from];
            place(out, false);
        }
        if (loop > 1) {
            control(out++, STAMP_OP_SETR, 1, p->dram_base);
            control(out++, STAMP_OP_LOOP, 0, loop);
        }
        for (uint32_t j = k; j < end; j++) {
            *out = w[from++];
            place(out, loop > 1 && p->piece[j].stepped);
            out++;
        }
        *out++ = w[from++]; /* the FENCE */
        if (loop > 1) {
            control(out++, STAMP_OP_ADDR, 1, GEN_STEP);
            control(out++, STAMP_OP_ENDL, 0, 0);
        }
    }
    while (from < n) *out++ = w[from++];
    im->code_count = (uint32_t)(out - im->code);
}

enum stamp_status gen_image(const struct gen_program *p, struct stamp_image **out,
                            struct stamp_err *e)
{
    struct stamp_word w[3 * GEN_MAX];
    uint32_t at[GEN_MAX];
    struct stamp_image *im = stamp_image_new(p->mach);
    enum stamp_status s =
        im ? gen_data_fill(p->seed, im, e) : stamp_fail(e, STAMP_ENOMEM, "out of memory");

    if (!s) {
        const uint32_t n = lay_out(p, w, at);
        im->code = stamp_arena_alloc(im->arena, 16 * GEN_MAX, sizeof *im->code);
        s = im->code ? stamp_schedule(im, w, n, e) : stamp_fail(e, STAMP_ENOMEM, "out of memory");
        if (!s) roll(p, w, n, at, im);
        if (!s && !stamp_image_single(im)) s = stamp_fail(e, STAMP_ENOMEM, "out of memory");
    }
    if (s)
        stamp_image_free(im);
    else
        *out = im;
    return s;
}
