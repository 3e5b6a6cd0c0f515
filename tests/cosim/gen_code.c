/* SPDX-License-Identifier: Apache-2.0 */
/* gen_code.c - the code of random programs around their pieces: first contents of every memory, loops,
 * registers, semaphores. Contract of gen_image in gen.h. */
#include <string.h>

#include "compiler/emit/schedule.h"
#include "model/arena.h"
#include "tests/cosim/gen_data.h"
#include "tests/cosim/gen_vec.h"

/* Address registers: a stepped LOAD's, everybody's, limits (GEN_LIM_REG), counts of loops. */
enum { STEP_REG = 1, BASE_REG = 2, COUNT_REG = 4 };

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

/* SETA that yields @p value times @p imm from an argument, through a shift that drops noise. */
static void seta(struct gen_rng *r, const struct gen_program *p, struct stamp_word *w, uint32_t reg,
                 uint32_t value, uint64_t imm, bool acc)
{
    const uint32_t arg = gen_below(r, STAMP_ARGS);
    uint32_t shift = gen_below(r, 32), noise;

    while (shift && value >> (32 - shift)) shift--;
    noise = (uint32_t)gen_next(r) & ((UINT32_C(1) << shift) - 1);
    const union stamp_insn i = {.c = {.op = STAMP_OP_SETA,
                                      .areg = reg,
                                      .arg = arg,
                                      .shift = shift,
                                      .acc = acc,
                                      .imm = imm,
                                      .add = (uint32_t)((value << shift | noise) - p->arg[arg])}};
    encode(&i, w);
}

static bool may(const struct gen_program *p, uint32_t class)
{
    return p->classes >> class & 1;
}

/* Both tables, whole, from line @p from of their data. */
static uint32_t load_tables(const struct stamp_mach *m, uint64_t from, struct stamp_word *w)
{
    for (uint32_t t = 0; t < 2; t++) {
        const uint32_t lines = m->RT_ENTRIES / STAMP_TABLE_LINE;
        union stamp_insn i = {
            .d = {.op = STAMP_OP_LOAD,
                  .space = t ? STAMP_SPACE_NT : STAMP_SPACE_RT,
                  .dram = (uint64_t)(t ? GEN_AT_NT : GEN_AT_RT) * GEN_PIECE + 64 * from,
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
    const bool f32 = space == STAMP_SPACE_VM && piece == GEN_AT_F32;
    union stamp_insn i = {.d = {.op = STAMP_OP_LOAD,
                                .space = space,
                                .fmt = f32 ? STAMP_FMT_F32 : STAMP_FMT_RAW,
                                .dram = (uint64_t)piece * GEN_PIECE,
                                .line = line,
                                .lines = lines,
                                .lstride = lines,
                                .n0 = 1,
                                .n1 = 1}};
    encode(&i, w);
}

/* Every nibble of PB's part, by whichever instruction may be used. */
static void fill_pb(const struct gen_program *p, struct stamp_word *w)
{
    const uint32_t L = p->mach->L, T = p->mach->T, plane = GEN_PB_PART / 2;
    const bool keys = !may(p, GEN_IS_VPACKV);
    const union stamp_insn i = {.v = {.op = keys ? STAMP_OP_VPACKK : STAMP_OP_VPACKV,
                                      .a = p->base.vm,
                                      .n0 = keys ? L : T,
                                      .s0 = 1,
                                      .cols = keys ? plane / (L / T) : plane,
                                      .b = 1,
                                      .sm = p->base.sm,
                                      .xb = p->base.pb,
                                      .gstride = plane}};
    encode(&i, w);
}

/* Write every line the pieces may read: reading an unwritten one is not legal. Row table entries
 * i % P let VQUANT reach all rows of a group, and any number of RM entries. */
static uint32_t initialise(const struct gen_program *p, struct stamp_word *w)
{
    const struct gen_bases *b = &p->base;
    const uint32_t tables = gen_table(p->mach);
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

    load_part(&w[n++], STAMP_SPACE_VM, GEN_AT_F32, b->vm, GEN_VM_PART);
    load_part(&w[n++], STAMP_SPACE_VM, may(p, GEN_IS_RAW) ? GEN_AT_WB : GEN_AT_F32, b->raw,
              GEN_RAW_PART);
    load_part(&w[n++], STAMP_SPACE_WB, GEN_AT_WB, b->wb, GEN_WB_PART);
    load_part(&w[n++], STAMP_SPACE_CM, GEN_AT_CM, b->cm, GEN_CM_PART);
    if (may(p, GEN_IS_IT))
        load_part(&w[n++], STAMP_SPACE_IT, GEN_AT_IT, 0, p->mach->IT_ENTRIES / STAMP_INDEX_LINE);
    i.v.op = STAMP_OP_VMINMAX;
    encode(&i, &w[n++]);
    i.v.op = STAMP_OP_VQUANT;
    encode(&i, &w[n++]);
    i.v.n0 = p->mach->P;
    i.v.cols = GEN_XB_PART + 8;
    encode(&i, &w[n++]);
    if (may(p, GEN_IS_PB)) fill_pb(p, &w[n++]);
    const union stamp_insn mm = {.m = {.op = STAMP_OP_MM,
                                       .first = 1,
                                       .xb = b->xb,
                                       .kl = 1,
                                       .groups = gen_ac_part(p->mach) / p->mach->P,
                                       .wb = b->wb,
                                       .ng = 1,
                                       .cm = b->cm,
                                       .ac = b->ac,
                                       .rm = b->rm,
                                       .vm = b->vm}};
    encode(&mm, &w[n++]);
    return n + load_tables(p->mach, tables + p->seed % (2 * tables), w + n);
}

/* Addresses are relative to memory's place: register 2, or 1 where a loop moves them. */
static void place(struct stamp_word *w, bool stepped)
{
    union stamp_insn i;
    const struct stamp_op *op = stamp_decode(w, &i);

    if (op->format != STAMP_FORMAT_D) return;
    i.d.areg = stepped ? STEP_REG : BASE_REG;
    encode(&i, w);
}

/* All words in program order, each segment closed by a FENCE; at[k] is where piece k went. */
static uint32_t lay_out(const struct gen_program *p, struct stamp_word *w, uint32_t *at)
{
    uint32_t n = initialise(p, w);

    control(&w[n++], STAMP_OP_FENCE, 0, 0);
    for (uint32_t k = 0; k < p->pieces; k++) {
        at[k] = n;
        if (p->piece[k].bent) { /* who knows what it touches: nothing beside it */
            control(&w[n++], STAMP_OP_FENCE, 0, 0);
            control(&w[n++], STAMP_OP_FENCE, 0, 0);
        } else {
            w[n++] = p->piece[k].word;
        }
        if (k + 1 == p->pieces || p->piece[k + 1].segment != p->piece[k].segment)
            control(&w[n++], STAMP_OP_FENCE, 0, 0);
    }
    control(&w[n++], STAMP_OP_HALT, 0, 0);
    return n;
}

/* Loops of the segment [k, end). Dependencies were derived from one pass, so a segment that changes a
 * table must not come back to instructions that went through the old one, and not be left out. */
static struct gen_loop loops_of(const struct gen_program *p, uint32_t k, uint32_t end)
{
    union stamp_insn i;

    for (uint32_t j = k; j < end; j++)
        if (stamp_decode(&p->piece[j].word, &i)->code == STAMP_OP_LOAD &&
            (i.d.space == STAMP_SPACE_RT || i.d.space == STAMP_SPACE_NT))
            return (struct gen_loop){{1, 1, 1}, false};
    return p->loop[p->piece[k].segment];
}

/* Registers and LOOPs in front of a segment; returns how many words. @p open: how many loops. */
static uint32_t open_loops(struct gen_rng *r, const struct gen_program *p, struct gen_loop l,
                           struct stamp_word *w, uint32_t *open)
{
    uint32_t n = 0;

    *open = 0;
    control(&w[n++], STAMP_OP_SETR, STEP_REG, p->dram_base);
    if (may(p, GEN_IS_SETA)) {
        seta(r, p, &w[n++], STEP_REG, gen_below(r, 4), 64, true);
        seta(r, p, &w[n++], GEN_LIM_REG, gen_below(r, 40), gen_below(r, 8), gen_below(r, 2));
    }
    for (uint32_t k = 0; k < GEN_NEST && l.by_reg; k++) {
        if (may(p, GEN_IS_SETA))
            seta(r, p, &w[n++], COUNT_REG + k, l.count[k], 1, false);
        else
            control(&w[n++], STAMP_OP_SETR, COUNT_REG + k, l.count[k]);
    }
    for (uint32_t k = 0; k < GEN_NEST; k++) {
        if (l.count[k] == 1 && (!l.by_reg || gen_below(r, 2))) continue;
        control(&w[n++], STAMP_OP_LOOP, l.by_reg ? COUNT_REG + k : 0, l.by_reg ? 0 : l.count[k]);
        ++*open;
        /* What a loop of no iterations holds is not looked at. */
        if (!l.count[k]) w[n++] = (struct stamp_word){{0xf0 | gen_below(r, 8), 0x1234567, 89}};
    }
    return n;
}

/* Copy the scheduled words, with loops around the segments that have one: the FENCEs at both ends
 * keep every semaphore inside. */
static void roll(const struct gen_program *p, const struct stamp_word *w, uint32_t n,
                 const uint32_t *at, struct stamp_image *im)
{
    struct gen_rng r = {p->seed * 31 + 7};
    struct stamp_word *out = im->code;
    uint32_t from = 0, open;

    control(out++, STAMP_OP_SETR, BASE_REG, p->dram_base);
    for (uint32_t k = 0, end; k < p->pieces; k = end) {
        for (end = k; end < p->pieces && p->piece[end].segment == p->piece[k].segment;) end++;
        for (; from < at[k]; from++, out++) {
            *out = w[from];
            place(out, false);
        }
        out += open_loops(&r, p, loops_of(p, k, end), out, &open);
        for (uint32_t j = k; j < end; j++) {
            const bool bent = p->piece[j].bent;
            if (bent) *out++ = w[from++];
            *out = bent ? p->piece[j].word : w[from++];
            place(out, open && p->piece[j].stepped);
            out++;
            if (bent) *out++ = w[from++];
        }
        *out++ = w[from++]; /* the FENCE */
        if (open) control(out++, STAMP_OP_ADDR, STEP_REG, GEN_STEP);
        for (; open; open--) control(out++, STAMP_OP_ENDL, 0, 0);
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
        memcpy(im->arg, p->arg, sizeof im->arg);
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
