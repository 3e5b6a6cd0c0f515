/* SPDX-License-Identifier: Apache-2.0 */
/* err_dispatch.c - errors the dispatcher finds: what was handed out before has to complete. */
#include <string.h>

#include "tests/cosim/err_cases.h"

void err_simple(struct err_prog *p, union stamp_insn i)
{
    err_preamble(p);
    err_mark(p);
    err_put(p, i);
    err_control(p, STAMP_OP_HALT, 0, 0);
}

void err_busy(struct err_prog *p)
{
    union stamp_insn load = err_load(STAMP_SPACE_VM, ERR_F32, 300), store = err_store(ERR_OUT, 2);

    err_preamble(p);
    load.d.lines = 60;
    err_put(p, load);
    err_put(p, err_insn(p->mach, STAMP_OP_MM));
    store.d.lines = 4 * p->mach->P - 2;
    err_put(p, store);
    err_put(p, err_insn(p->mach, STAMP_OP_VMINMAX));
    err_mark(p);
}

static void ends(struct err_prog *p)
{
    err_control(p, STAMP_OP_HALT, 0, 0);
}

static void raw(struct err_prog *p, struct stamp_word w)
{
    p->word[p->count++] = w;
}

static bool opcode(struct err_prog *p, uint32_t v)
{
    static const uint32_t codes[] = {0x00, 0x09, 0x0f, 0x12, 0x1f, 0x32, 0x31, 0x80, 0xff};
    const uint32_t n = sizeof codes / sizeof codes[0];

    if (v > n + 1) return false;
    if (v < n) err_busy(p);
    if (v == n + 1) err_control(p, STAMP_OP_LOOP, 0, 3), err_control(p, STAMP_OP_NOP, 0, 0);
    err_mark(p); /* variant n: the very first instruction */
    raw(p, (struct stamp_word){.w = {v < n ? codes[v] : 0x7f, 0x12345, 0, 0, 0, 0, 0, 0xffff}});
    if (v == n + 1) err_control(p, STAMP_OP_ENDL, 0, 0);
    ends(p);
    return true;
}

/* The lowest and the highest bit of every reserved field of every opcode. */
static bool reserved_bits(struct err_prog *p, uint32_t v)
{
    for (size_t o = 0; o < stamp_op_count; o++)
        for (size_t f = 0; f < stamp_field_count; f++) {
            const struct stamp_field *field = &stamp_fields[f];
            if (field->format != stamp_ops[o].format || strncmp(field->name, "rsv", 3)) continue;
            if (v >= 2) {
                v -= 2;
                continue;
            }
            err_busy(p);
            err_put(p, err_insn(p->mach, stamp_ops[o].code));
            stamp_word_set(&p->word[p->bad], field->lsb + (v ? field->width - 1u : 0), 1, 1);
            ends(p);
            return true;
        }
    return false;
}

static bool meaningless(struct err_prog *p, uint32_t v)
{
    union stamp_insn i = err_insn(p->mach, STAMP_OP_LOAD);

    switch (v) {
    case 0:
        i = err_insn(p->mach, STAMP_OP_SETR);
        i.c.areg = 0;
        break;
    case 1:
        i = err_insn(p->mach, STAMP_OP_ADDR);
        i.c.areg = 0;
        break;
    case 2:
        i = err_insn(p->mach, STAMP_OP_VBFLY);
        i.b.kind = 3;
        break;
    case 3: i.d.fmt = 3, i.d.dram = 0; break;
    case 4: i.d.fmt = 3; break;
    case 5: i.d.space = STAMP_SPACE_WB; break;
    case 6: i.d.space = STAMP_SPACE_CM, i.d.fmt = STAMP_FMT_BF16; break;
    case 7: i.d.space = STAMP_SPACE_RT; break;
    case 8: i.d.space = STAMP_SPACE_NT, i.d.fmt = 3; break;
    case 9:
        i = err_insn(p->mach, STAMP_OP_STORE);
        i.d.space = STAMP_SPACE_PB; /* but RAW only */
        break;
    case 10:
        i = err_insn(p->mach, STAMP_OP_STORE);
        i.d.fmt = 3;
        break;
    default: /* spaces without a load, then without a store */
        if (v > 10 + 11 + 15) return false;
        if (v > 10 + 11) i.d.op = STAMP_OP_STORE;
        i.d.fmt = STAMP_FMT_RAW;
        i.d.space = v > 10 + 11 ? v - 21 : v - 6;
        if (i.d.space == (v > 10 + 11 ? STAMP_SPACE_PB : STAMP_SPACE_IT)) i.d.fmt = 3;
    }
    err_busy(p);
    err_put(p, i);
    ends(p);
    return true;
}

/* Each count of each opcode at zero. */
static bool zero_count(struct err_prog *p, uint32_t v)
{
    static const char *const counts[] = {"lines", "n0", "n1", "boff", "cols", "groups", "kl", "ng"};

    for (size_t o = 0; o < stamp_op_count; o++)
        for (size_t f = 0; f < stamp_field_count; f++)
            for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++) {
                const struct stamp_field *field = &stamp_fields[f];
                if (field->format != stamp_ops[o].format || strcmp(field->name, counts[c]))
                    continue;
                if (v--) continue;
                err_busy(p);
                err_put(p, err_insn(p->mach, stamp_ops[o].code));
                stamp_word_set(&p->word[p->bad], field->lsb, field->width, 0);
                ends(p);
                return true;
            }
    return false;
}

static bool misaligned(struct err_prog *p, uint32_t v)
{
    static const uint32_t by[] = {1, 32, 63};
    union stamp_insn i = err_insn(p->mach, v & 1 ? STAMP_OP_STORE : STAMP_OP_LOAD);
    const uint32_t off = by[v / 2 % 3];

    if (v >= 5 * 6) return false;
    err_busy(p);
    switch (v / 6) {
    case 0: i.d.dram += off; break;
    case 1: i.d.d0 += off; break;
    case 2: i.d.d1 += off; break;
    case 3: /* through an address register */
        err_control(p, STAMP_OP_SETR, 7, off);
        i.d.areg = 7;
        break;
    default: /* two halves that do not add up */
        err_control(p, STAMP_OP_SETR, 15, 32);
        err_control(p, STAMP_OP_ADDR, 15, (UINT64_C(1) << 40) - 64 + off);
        i.d.areg = 15;
        i.d.dram += 128 - (off == 32 ? 16u : 0u);
    }
    err_mark(p);
    err_put(p, i);
    ends(p);
    return true;
}

/* An unaligned constant an address register makes whole. */
static bool aligned(struct err_prog *p, uint32_t v)
{
    union stamp_insn i = err_insn(p->mach, STAMP_OP_STORE);

    if (v) return false;
    err_preamble(p);
    err_control(p, STAMP_OP_SETR, 3, (UINT64_C(1) << 40) - 33);
    i.d.areg = 3;
    i.d.dram += 97;
    err_put(p, i);
    ends(p);
    return true;
}

static bool loops(struct err_prog *p, uint32_t v)
{
    if (v > 6) return false;
    err_busy(p);
    if (v < 2) { /* no iterations, too many */
        err_control(p, STAMP_OP_LOOP, 0, v ? UINT64_C(1) << 24 : 0);
    } else if (v == 2) {
        err_control(p, STAMP_OP_ENDL, 0, 0);
    } else if (v == 3) { /* one ENDL too many */
        err_control(p, STAMP_OP_LOOP, 0, 3);
        err_control(p, STAMP_OP_ENDL, 0, 0);
        err_mark(p);
        err_control(p, STAMP_OP_ENDL, 0, 0);
    } else if (v == 6) { /* a LOOP without end of its own, met again and again */
        err_control(p, STAMP_OP_LOOP, 0, 100);
        err_mark(p);
        err_control(p, STAMP_OP_LOOP, 0, UINT64_C(1) << 39);
        err_control(p, STAMP_OP_ENDL, 0, 0);
    } else { /* a fifth one */
        for (uint32_t k = 0; k < 4; k++) err_control(p, STAMP_OP_LOOP, 0, v == 4 ? 1 : 2);
        err_mark(p);
        err_control(p, STAMP_OP_LOOP, 0, 1);
        for (uint32_t k = 0; k < 5; k++) err_control(p, STAMP_OP_ENDL, 0, 0);
    }
    ends(p);
    return true;
}

/* Four deep, the most iterations a NOP program can afford, and longer than the watchdog. */
static bool loops_fine(struct err_prog *p, uint32_t v)
{
    if (v) return false;
    p->watchdog = 300;
    for (uint32_t k = 0; k < 4; k++) err_control(p, STAMP_OP_LOOP, 0, k + 2);
    err_control(p, STAMP_OP_NOP, 0, 0);
    for (uint32_t k = 0; k < 4; k++) err_control(p, STAMP_OP_ENDL, 0, 0);
    ends(p);
    return true;
}

static bool past_the_end(struct err_prog *p, uint32_t v)
{
    if (v > 4) return false;
    if (v == 0) return true; /* no instruction at all */
    if (v < 4) err_busy(p);
    if (v == 2) err_control(p, STAMP_OP_NOP, 0, 0); /* odd and even counts */
    if (v == 3) {
        err_control(p, STAMP_OP_LOOP, 0, 40);
        for (uint32_t k = 0; k < 50; k++) err_control(p, STAMP_OP_NOP, 0, 0);
        err_control(p, STAMP_OP_ENDL, 0, 0);
    }
    if (v == 4) err_control(p, STAMP_OP_LOOP, 0, 2); /* its ENDL is missing */
    p->bad = p->count;
    return true;
}

/* Code whose fetch the memory refuses: from the first instruction on, or after some. */
static bool fetch_fault(struct err_prog *p, uint32_t v)
{
    if (v > 12) return false;
    if (v == 0) {
        p->code = ERR_FAULT_END - 64;
        ends(p);
        return true;
    }
    p->code = ERR_FAULT - 64 * v;
    for (uint32_t k = 0; k < 2 * v + 8; k++) err_control(p, STAMP_OP_NOP, 0, 0);
    ends(p);
    p->bad = 2 * v;
    return true;
}

/* The refused instructions are never reached: fetched ahead behind HALT, also over and over. */
static bool fetch_unused(struct err_prog *p, uint32_t v)
{
    const uint32_t whole = 2 * (v / 2 + 2); /* instructions that can be read */

    if (v > 7) return false;
    p->code = ERR_FAULT - 32 * whole;
    if (v & 1) err_control(p, STAMP_OP_LOOP, 0, 200);
    while (p->count < whole - 2) err_control(p, STAMP_OP_NOP, 0, 0);
    err_control(p, v & 1 ? STAMP_OP_ENDL : STAMP_OP_NOP, 0, 0);
    ends(p);
    while (p->count < 40) err_control(p, STAMP_OP_NOP, 0, 0);
    return true;
}

const struct err_case err_cases_dispatch[] = {
    {"unknown opcode", STAMP_ERROR_OPCODE, opcode, ERR_MODEL | ERR_WHOLE},
    {"reserved bits", STAMP_ERROR_RESERVED, reserved_bits, ERR_MODEL | ERR_WHOLE},
    {"field value without meaning", STAMP_ERROR_RESERVED, meaningless, ERR_MODEL | ERR_WHOLE},
    {"count of zero", STAMP_ERROR_RANGE, zero_count, ERR_MODEL | ERR_WHOLE},
    {"misaligned address", STAMP_ERROR_ALIGN, misaligned, ERR_MODEL | ERR_WHOLE},
    {"aligned by a register", STAMP_ERROR_NONE, aligned, ERR_MODEL | ERR_WHOLE},
    {"loop nesting", STAMP_ERROR_LOOP, loops, ERR_MODEL | ERR_WHOLE},
    {"four loops", STAMP_ERROR_NONE, loops_fine, ERR_MODEL | ERR_WHOLE},
    {"fetch past the program", STAMP_ERROR_AXI_FETCH, past_the_end, ERR_MODEL | ERR_WHOLE},
    {"fetch from faulty memory", STAMP_ERROR_AXI_FETCH, fetch_fault, 0},
    {"faulty memory fetched ahead", STAMP_ERROR_NONE, fetch_unused, ERR_MODEL | ERR_WHOLE},
    {NULL, STAMP_ERROR_NONE, NULL, 0}};
