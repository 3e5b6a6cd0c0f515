/* SPDX-License-Identifier: Apache-2.0 */
/* edge_image.c - memory and code around the cases. Contract in edge_image.h. */
#include "tests/cosim/edge_image.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "tests/cosim/gen.h"

enum { CODE_MAX = EDGE_WORDS_END / 32, BUFFERS = 9 };

static uint64_t piece(uint64_t bytes)
{
    return bytes < EDGE_PIECE ? EDGE_PIECE : (bytes + 63) / 64 * 64;
}

struct edge_layout edge_layout_of(const struct stamp_mach *m)
{
    const uint64_t vm = (uint64_t)m->VM_LINES * m->L * 4;
    struct edge_layout a = {.room = piece(vm)};

    a.f32 = a.first + a.room;
    a.bf16 = a.f32 + a.room;
    a.wb = a.bf16 + a.room;
    a.cm = a.wb + piece((uint64_t)m->WB_LINES * m->L * m->T / 2);
    a.rt = a.cm + piece((uint64_t)m->CM_LINES * m->L * 8);
    a.nt = a.rt + EDGE_PIECE;
    a.it = a.nt + EDGE_PIECE;
    a.code = a.it + EDGE_PIECE;
    a.last = a.code + 32 * CODE_MAX;
    a.end = a.last + a.room;
    return a;
}

uint64_t edge_piece_at(const struct edge_layout *a, enum edge_piece piece)
{
    const uint64_t at[] = {a->f32, a->bf16, a->wb, a->cm, a->rt, a->nt, a->it, a->last};

    return at[piece];
}

uint64_t edge_index(uint64_t i)
{
    return i * 7 % 256;
}

/* ---- Memory ----------------------------------------------------------------------------------- */

static void put(uint8_t *p, uint32_t bytes, uint32_t v)
{
    for (uint32_t i = 0; i < bytes; i++) p[i] = (uint8_t)(v >> 8 * i);
}

static void fill_tables(const struct stamp_mach *m, uint8_t *rt, uint8_t *nt, uint8_t *it)
{
    const uint32_t n = m->RT_ENTRIES;

    for (uint32_t i = 0; i < EDGE_PIECE / 2; i++) {
        const uint32_t k = i % n;
        put(rt + 2 * i, 2, k < n / 2 ? k : 0x8000u | 2 * (k - n / 2));
        put(nt + 2 * i, 2, k < n - 2 ? 1u << 14 | k : (k == n - 2 ? 2u : 3u) << 14 | (n - 2));
    }
    for (uint32_t i = 0; i < EDGE_PIECE / 4; i++) put(it + 4 * i, 4, (uint32_t)edge_index(i));
}

/* Floats of 0.5 to 2, so that every function has a value of them; scales small enough that no
 * product overflows. */
static void fill(const struct stamp_mach *m, const struct edge_layout *a, uint8_t *const data[])
{
    struct gen_rng r = {29};

    for (uint64_t i = 0; i < a->room; i += 4) {
        const uint32_t x = gen_range(&r, 126, 127) << 23 | gen_below(&r, 0x800000);
        put(data[0] + i, 4, x);
        put(data[1] + i, 4, (x & 0xffff0000u) | x >> 16);
    }
    for (uint64_t i = 0; i < a->cm - a->wb; i += 4) put(data[2] + i, 4, (uint32_t)gen_next(&r));
    for (uint64_t i = 0; i < a->rt - a->cm; i += 8) {
        put(data[3] + i, 4, gen_range(&r, 113, 119) << 23 | gen_below(&r, 0x800000));
        put(data[3] + i + 4, 4, gen_below(&r, 8192) - 4096u);
    }
    fill_tables(m, data[4], data[5], data[6]);
}

static void name_buffer(struct stamp_image *im, const char *name, enum stamp_role role, uint64_t at,
                        uint64_t bytes)
{
    struct stamp_buffer *b = &im->buffer[im->buffers++];

    *b = (struct stamp_buffer){.role = role,
                               .fmt = STAMP_FMT_RAW,
                               .addr = at,
                               .bytes = bytes,
                               .rows = 1,
                               .cols = bytes,
                               .row_bytes = bytes};
    snprintf(b->name, sizeof b->name, "%s", name);
}

/* One of memory's ends: zeros. */
static void name_end(struct stamp_image *im, const char *name, enum stamp_role role, uint64_t at,
                     uint64_t bytes)
{
    name_buffer(im, name, role, at, bytes);
    if (role == STAMP_CONST)
        im->segment[im->segments++] =
            (struct stamp_segment){at, bytes, stamp_arena_alloc(im->arena, bytes, 1)};
}

/* An image with room for code and, with @p l, all of memory. Both ends hold zeros at first. */
static enum stamp_status begin(const struct stamp_mach *m, const struct edge_list *l,
                               struct stamp_image **out, struct stamp_err *e)
{
    static const char *const name[] = {"f32", "bf16", "wb", "cm", "rt", "nt", "it"};
    const struct edge_layout a = edge_layout_of(m);
    const uint64_t at[] = {a.f32, a.bf16, a.wb, a.cm, a.rt, a.nt, a.it, a.code};
    struct stamp_image *im = stamp_image_new(m);
    uint8_t *data[7];
    const enum stamp_role ends = l && l->stores ? STAMP_STATE : STAMP_CONST;

    if (!im) return stamp_fail(e, STAMP_ENOMEM, "out of memory");
    *out = im;
    im->code = stamp_arena_alloc(im->arena, CODE_MAX, sizeof *im->code);
    im->buffer = stamp_arena_alloc(im->arena, BUFFERS, sizeof *im->buffer);
    im->segment = stamp_arena_alloc(im->arena, BUFFERS, sizeof *im->segment);
    im->layer = stamp_arena_alloc(im->arena, 1, sizeof *im->layer);
    im->scheme = stamp_arena_text(im->arena, "edges", 5);
    if (!im->code || !im->buffer || !im->segment || !im->layer || !im->scheme)
        return stamp_fail(e, STAMP_ENOMEM, "out of memory");
    if (!l) return STAMP_OK;
    name_end(im, "first", ends, a.first, a.room);
    for (uint32_t i = 0; i < 7; i++) {
        const uint64_t bytes = at[i + 1] - at[i];
        data[i] = stamp_arena_alloc(im->arena, bytes, 1);
        if (!data[i]) return stamp_fail(e, STAMP_ENOMEM, "out of memory");
        name_buffer(im, name[i], STAMP_CONST, at[i], bytes);
        im->segment[im->segments++] = (struct stamp_segment){at[i], bytes, data[i]};
    }
    name_end(im, "last", ends, a.last, a.room);
    if (im->segments > 7 && (!im->segment[0].data || !im->segment[8].data))
        return stamp_fail(e, STAMP_ENOMEM, "out of memory");
    fill(m, &a, data);
    im->code_addr = a.code;
    im->dram_bytes = a.end;
    return STAMP_OK;
}

/* ---- Code ------------------------------------------------------------------------------------- */

static void emit(struct stamp_image *im, union stamp_insn i)
{
    const char *bad = stamp_encode(&i, &im->code[im->code_count++]);

    assert(!bad && im->code_count < CODE_MAX);
    (void)bad;
}

static void control(struct stamp_image *im, enum stamp_opcode op, uint64_t areg, uint64_t imm)
{
    emit(im, (union stamp_insn){.c = {.op = op, .areg = areg, .imm = imm}});
}

static void load_all(struct stamp_image *im, enum stamp_space space, uint64_t from)
{
    const uint32_t lines = stamp_space_lines(im->mach, space);

    emit(im,
         (union stamp_insn){.d = {.op = STAMP_OP_LOAD,
                                  .space = space,
                                  .fmt = space == STAMP_SPACE_VM ? STAMP_FMT_F32 : STAMP_FMT_RAW,
                                  .areg = EDGE_BASE,
                                  .dram = from,
                                  .lines = lines,
                                  .lstride = 1,
                                  .n0 = 1,
                                  .n1 = 1}});
}

/* Ranges of every entry of SM, two a row. */
static void fill_ranges(struct stamp_image *im)
{
    emit(im, (union stamp_insn){.v = {.op = STAMP_OP_VMINMAX,
                                      .first = 1,
                                      .n0 = im->mach->SM_ENTRIES / 2,
                                      .s0 = 1,
                                      .cols = 2,
                                      .blk = 1,
                                      .smstride = 2}});
}

/* Parameters of every entry of SM and RM; nibble rows 0 and 1 of as many lines of XB. */
static void fill_parameters(struct stamp_image *im)
{
    union stamp_insn i = {.v = {.op = STAMP_OP_VQPAR,
                                .first = 1,
                                .n0 = 2,
                                .cols = im->mach->SM_ENTRIES / 2,
                                .smstride = im->mach->SM_ENTRIES / 2}};

    emit(im, i);
    i.v.op = STAMP_OP_VQUANT;
    i.v.blk = 1;
    emit(im, i);
}

/* All of XB, AC and PB. */
static void fill_operands(struct stamp_image *im)
{
    const struct stamp_mach *m = im->mach;
    const uint64_t cols = edge_divisor(m->XB_LINES, m->VM_LINES), groups = m->XB_LINES / cols;

    emit(im, (union stamp_insn){.v = {.op = STAMP_OP_VQUANT,
                                      .first = 1,
                                      .n0 = groups * m->P,
                                      .cols = cols,
                                      .gstride = cols}});
    emit(im, (union stamp_insn){.v = {.op = STAMP_OP_VPACKV,
                                      .n0 = m->T,
                                      .s0 = 1,
                                      .cols = m->PB_LINES / 2,
                                      .b = 1,
                                      .gstride = m->PB_LINES / 2}});
    control(im, STAMP_OP_FENCE, 0, 0);
    emit(im,
         (union stamp_insn){
             .m = {.op = STAMP_OP_MM, .first = 1, .kl = 1, .groups = m->AC_LINES / m->P, .ng = 1}});
}

static void begin_code(struct stamp_image *im, uint64_t base, bool whole, bool operands)
{
    const struct edge_layout a = edge_layout_of(im->mach);
    const uint64_t mask = (UINT64_C(1) << STAMP_ADDR_BITS) - 1;

    control(im, STAMP_OP_SETR, EDGE_BASE, base);
    control(im, STAMP_OP_SETR, EDGE_BELOW, (base - STAMP_DRAM_ALIGN) & mask);
    control(im, STAMP_OP_SETR, EDGE_ODD, base);
    control(im, STAMP_OP_SETR, EDGE_LAST_REG, base);
    for (uint32_t k = EDGE_F32; k <= EDGE_END; k++)
        control(im, STAMP_OP_SETR, EDGE_PIECES + k, base + edge_piece_at(&a, (enum edge_piece)k));
    if (!whole) return;
    load_all(im, STAMP_SPACE_VM, a.f32);
    load_all(im, STAMP_SPACE_WB, a.wb);
    load_all(im, STAMP_SPACE_CM, a.cm);
    load_all(im, STAMP_SPACE_RT, a.rt);
    load_all(im, STAMP_SPACE_NT, a.nt);
    load_all(im, STAMP_SPACE_IT, a.it);
    control(im, STAMP_OP_FENCE, 0, 0);
    fill_ranges(im);
    fill_parameters(im);
    if (operands) fill_operands(im);
    control(im, STAMP_OP_FENCE, 0, 0);
}

static void put_back(struct stamp_image *im, enum edge_again what)
{
    if (what == EDGE_VM) load_all(im, STAMP_SPACE_VM, edge_layout_of(im->mach).f32);
    if (what == EDGE_SM) fill_ranges(im);
    if (what) control(im, STAMP_OP_FENCE, 0, 0);
}

static enum stamp_status end_code(struct stamp_image *im, struct stamp_err *e)
{
    control(im, STAMP_OP_HALT, 0, 0);
    return stamp_image_single(im) ? STAMP_OK : stamp_fail(e, STAMP_ENOMEM, "out of memory");
}

static void emit_case(struct stamp_image *im, const struct edge_case *c, uint64_t base)
{
    union stamp_insn i = c->insn;

    if (c->absolute) i.d.dram += base;
    emit(im, i);
}

enum stamp_status edge_image_all(const struct edge_list *l, uint64_t base, uint32_t *at,
                                 struct stamp_image **out, struct stamp_err *e)
{
    const enum stamp_status s = begin(l->mach, l, out, e);

    if (s) return s;
    begin_code(*out, base, true, l->operands);
    for (uint32_t k = 0; k < l->count; k++) {
        if (l->every && k % l->every == 0) put_back(*out, l->again);
        at[k] = (*out)->code_count;
        emit_case(*out, &l->at[k], base);
        if (!l->close) control(*out, STAMP_OP_FENCE, 0, 0);
    }
    return end_code(*out, e);
}

enum stamp_status edge_image_one(const struct edge_list *l, uint32_t k, uint64_t base, uint32_t *at,
                                 struct stamp_image **out, struct stamp_err *e)
{
    const enum stamp_status s = begin(l->mach, l, out, e);

    if (s) return s;
    begin_code(*out, base, l->at[k].found_late, l->operands);
    *at = (*out)->code_count;
    emit_case(*out, &l->at[k], base);
    return end_code(*out, e);
}

enum stamp_status edge_image_words(const struct stamp_mach *m, const union stamp_insn *insn,
                                   uint32_t n, struct stamp_image **out, struct stamp_err *e)
{
    const enum stamp_status s = begin(m, NULL, out, e);
    struct stamp_image *im = *out;

    if (s) return s;
    for (uint32_t k = 0; k < n; k++) emit(im, insn[k]);
    for (uint32_t k = 0; k < STAMP_ARGS; k++) im->arg[k] = 0x9e3779b9u * (k + 1);
    im->dram_bytes = EDGE_WORDS_END;
    return stamp_image_single(im) ? STAMP_OK : stamp_fail(e, STAMP_ENOMEM, "out of memory");
}

enum stamp_status edge_image_code(const struct stamp_mach *m, bool last, struct stamp_image **out,
                                  struct stamp_err *e)
{
    const enum stamp_status s = begin(m, NULL, out, e);
    struct stamp_image *im = *out;

    if (s) return s;
    while (im->code_count < 2 * m->IM_WORDS + 5) control(im, STAMP_OP_NOP, 0, 0);
    im->code_addr = last ? EDGE_PIECE : 0;
    im->dram_bytes = im->code_addr + 32 * (im->code_count + 1);
    return end_code(im, e);
}
