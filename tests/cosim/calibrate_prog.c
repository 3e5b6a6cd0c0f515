/* SPDX-License-Identifier: Apache-2.0 */
/* calibrate_prog.c - short programs. Contract in calibrate_prog.h. */
#include "tests/cosim/calibrate_prog.h"

#include <assert.h>
#include <string.h>

#include "tests/cosim/cycle_rig.h"

/* Where tables lie, before RIG_DATA. */
enum { AT_RT = 0x8000, AT_NT = 0xa000, AT_IT = 0xc000 };

static void put(uint8_t *p, uint32_t bytes, uint32_t v)
{
    for (uint32_t i = 0; i < bytes; i++) p[i] = (uint8_t)(v >> 8 * i);
}

/* As cycle_rig.c has it: floats of 0.5 to 2; token i is nibble row i, half of them with 8 bits; few tokens. */
void calibrate_memory(const struct stamp_mach *m, uint8_t *at)
{
    const uint32_t n = m->RT_ENTRIES;
    uint32_t x = 1;

    memset(at, 0, CALIBRATE_BYTES);
    for (uint32_t i = RIG_DATA; i < RIG_STORE; i += 4) {
        x = x * 1664525 + 1013904223;
        const uint32_t f = (126 + (x >> 8 & 1)) << 23 | x >> 9;
        put(at + i, 4, i < RIG_BF16 ? f : (f & 0xffff0000u) | f >> 16);
    }
    for (uint32_t i = 0; i < n; i++) {
        put(at + AT_RT + 2 * i, 2, i < n / 2 ? i : 0x8000u | 2 * (i - n / 2));
        put(at + AT_NT + 2 * i, 2, 1u << 14 | i % 16);
    }
    for (uint32_t i = 0; i < m->IT_ENTRIES; i++) put(at + AT_IT + 4 * i, 4, i % RIG_INDEX);
}

void calibrate_add(struct calibrate_prog *p, const union stamp_insn *i, uint32_t wait,
                   uint32_t post)
{
    union stamp_insn one = *i;

    assert(p->count < CALIBRATE_WORDS);
    if (stamp_op_find((uint32_t)i->c.op)->unit != STAMP_UNIT_CTL) {
        one.d.wait0 = wait;
        one.d.post0 = post;
    }
    const char *bad = stamp_encode(&one, &p->code[p->count++]);
    assert(!bad);
    (void)bad;
}

void calibrate_control(struct calibrate_prog *p, enum stamp_opcode op, uint64_t imm)
{
    const union stamp_insn i = {.c = {.op = op, .imm = imm}};
    calibrate_add(p, &i, 0, 0);
}

static void load(struct calibrate_prog *p, enum stamp_space space, uint64_t from, uint64_t lines)
{
    const union stamp_insn i = {
        .d = {.op = STAMP_OP_LOAD,
              .space = space,
              .fmt = space == STAMP_SPACE_VM ? STAMP_FMT_F32 : STAMP_FMT_RAW,
              .dram = from,
              .lines = lines,
              .lstride = lines,
              .n0 = 1,
              .n1 = 1}};
    calibrate_add(p, &i, 0, 0);
}

void calibrate_begin(struct calibrate_prog *p, const struct stamp_mach *m, bool transfers)
{
    union stamp_insn i = {
        .v = {.op = STAMP_OP_VMINMAX, .first = 1, .n0 = RIG_SM, .s0 = 1, .cols = 1, .smstride = 1}};

    p->mach = m;
    p->count = 0;
    load(p, STAMP_SPACE_RT, AT_RT, m->RT_ENTRIES / STAMP_TABLE_LINE);
    load(p, STAMP_SPACE_NT, AT_NT, m->RT_ENTRIES / STAMP_TABLE_LINE);
    load(p, STAMP_SPACE_IT, AT_IT, m->IT_ENTRIES / STAMP_INDEX_LINE);
    load(p, STAMP_SPACE_VM, RIG_DATA, RIG_VM);
    calibrate_control(p, STAMP_OP_FENCE, 0);
    if (transfers) return;
    calibrate_add(p, &i, 0, 0);
    i.v.op = STAMP_OP_VQPAR;
    calibrate_add(p, &i, 0, 0);
    calibrate_control(p, STAMP_OP_FENCE, 0);
}
