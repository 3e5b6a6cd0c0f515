/* SPDX-License-Identifier: Apache-2.0 */
/* cycles.c - every row of model/spec/cycles.def against the RTL: instructions of all sizes, four of them one
 * after the other, the clocks in which they leave the queue and are over.
 *
 *   cycles MACHINE [--dir RTL_DIR] [--list]       closing line "cycles MACHINE: N passed, M failed"
 *
 * Exact, but for transfers where the bursts under way are the limit: within 1/16 where an instruction has
 * more than BURSTS of them; with fewer, a sequence as short as these waits for memory once or not at all. And
 * behind a memory that has no beat in every cycle: within the time of two beats. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "model/time/cycles.h"
#include "tests/cosim/cycle_rig.h"
#include "tests/cosim/cycle_shapes.h"

struct row {
    unsigned line;
    const char *op, *when;
};

static const struct row rows[] = {
#define CYCLES(format, op, when, occupy, latency, remark) {__LINE__, #op, #when},
#include "model/spec/cycles.def"
};
enum { ROWS = sizeof rows / sizeof rows[0], MIXES = 48, ENOUGH = 3 };

struct tally {
    const struct stamp_mach *mach;
    struct rig *rig;
    struct stamp_cost_memory memory;
    bool list;
    unsigned passed, failed, cases[ROWS];
};

/* Of an instruction, and its row. */
static struct stamp_cycles cycles_of(const struct tally *t, const union stamp_insn *i,
                                     uint32_t latency, size_t *row)
{
    const struct stamp_cost_memory memory = {latency, t->memory.rate};
    struct stamp_cycles c = {0, 0};
    const unsigned line =
        stamp_cycles_row(t->mach, memory, stamp_op_find((uint32_t)i->c.op), i, &c);

    for (size_t k = 0; row && k < ROWS; k++)
        if (rows[k].line == line) *row = k;
    return c;
}

static void judge(struct tally *t, const union stamp_insn *i, const char *what, uint64_t got,
                  uint64_t low, uint64_t high)
{
    size_t row = 0;

    cycles_of(t, i, t->memory.latency, &row);
    const bool good = got >= low && got <= high;
    if (good)
        t->passed++, t->cases[row]++;
    else
        t->failed++;
    if (good && !t->list) return;
    printf("%s, %s (model/spec/cycles.def:%u): %s %" PRIu64 " cycles", rows[row].op, rows[row].when,
           rows[row].line, what, got);
    if (!good && low == high) printf(", the table says %" PRIu64, low);
    if (!good && low != high) printf(", the table says %" PRIu64 " to %" PRIu64, low, high);
    if (!good)
        for (size_t f = 0, n = 0; f < stamp_field_count; f++)
            if (stamp_fields[f].format == stamp_op_find((uint32_t)i->c.op)->format) {
                if (i->field[n] && n) printf(" %s=%" PRIu64, stamp_fields[f].name, i->field[n]);
                n++;
            }
    printf("\n");
}

static void complain(struct tally *t, const union stamp_insn *i, const char *text)
{
    t->failed++;
    printf("%s: %s\n", stamp_op_find((uint32_t)i->c.op)->name, text);
}

/* ---- Units ------------------------------------------------------------------------------------------ */

/* The vector unit begins an instruction when the one before is over; the matrix unit ends one after the
 * other, the first sooner where its first tile is shorter than the drain, and takes the next
 * as soon as the one before is walked, which is up to a tile before the drain lets that end. */
static void judge_steady(struct tally *t, const union stamp_insn *i, const struct rig_times *r)
{
    const bool vector = stamp_op_find((uint32_t)i->c.op)->unit == STAMP_UNIT_VXU;
    uint64_t before = 0;

    for (uint32_t k = 0; k < r->count; k++) {
        const struct stamp_cycles c = cycles_of(t, &i[k], t->memory.latency, NULL);
        const uint64_t whole = c.occupy + c.latency, took = r->done[k] + 1 - r->take[k];
        if (vector && k + 1 < r->count)
            judge(t, &i[k], "from take to take", r->take[k + 1] - r->take[k], c.occupy, c.occupy);
        if (!vector && k)
            judge(t, &i[k], "from end to end", r->done[k] - r->done[k - 1], c.occupy, c.occupy);
        judge(t, &i[k], "from take to end", took, vector || k ? whole : c.latency,
              vector || !k ? whole : whole + 2 * before);
        before = c.occupy;
    }
}

/* All of a sequence are the same transfer. */
static void judge_transfer(struct tally *t, const union stamp_insn *i, const struct rig_times *r)
{
    const uint64_t beat = (STAMP_COST_RATE_ONE + t->memory.rate - 1) / t->memory.rate;
    const uint64_t slack = beat > 1 ? 2 * beat : 0, rows_ = i->d.n0 * i->d.n1;
    const struct stamp_cycles c = cycles_of(t, i, t->memory.latency, NULL);
    const uint64_t bare = cycles_of(t, i, 1, NULL).occupy,
                   near = cycles_of(t, i, t->memory.latency * 4 / 3 + 8, NULL).occupy;
    const uint64_t whole = c.occupy + c.latency, took = r->done[0] + 1 - r->take[0],
                   all = r->done[r->count - 1] - r->done[0], many = r->count - 1;

    if (near == bare && !slack) {
        for (uint32_t k = 1; k < r->count; k++)
            judge(t, i, "from end to end", r->done[k] - r->done[k - 1], c.occupy, c.occupy);
        judge(t, i, "from take to end", took, whole, whole);
    } else if (near == bare) {
        judge(t, i, "from the first end to the last", all, many * c.occupy - slack,
              many * c.occupy + slack);
        judge(t, i, "from take to end", took, whole - slack, whole + slack);
    } else if (rows_ > STAMP_BURSTS) {
        judge(t, i, "from the first end to the last", all, many * c.occupy * 15 / 16,
              many * c.occupy * 17 / 16);
        judge(t, i, "from take to end", took, whole * 15 / 16, whole * 17 / 16);
    } else {
        judge(t, i, "from the first end to the last", all, many * bare,
              many * c.occupy + t->memory.latency);
    }
}

/* What an instruction wants to find. */
static uint32_t before(const union stamp_insn *i, union stamp_insn *b)
{
    if (i->c.op == STAMP_OP_VQPAR) { /* ranges */
        *b = (union stamp_insn){
            .v = {.op = STAMP_OP_VMINMAX, .first = 1, .n0 = RIG_SM, .cols = 1, .smstride = 1}};
        return 1;
    }
    if (i->c.op == STAMP_OP_MM && !i->m.first) { /* sums to go on from */
        *b = *i;
        b->m.first = 1;
        b->m.last = 0;
        return 1;
    }
    return 0;
}

static void sequence(struct tally *t, const union stamp_insn *i, uint32_t count)
{
    union stamp_insn b;
    struct rig_times r;
    struct stamp_err e;

    if (rig_sequence(t->rig, &b, before(i, &b), i, count, &r, &e))
        complain(t, i, e.text);
    else if (stamp_op_find((uint32_t)i->c.op)->format == STAMP_FORMAT_D)
        judge_transfer(t, i, &r);
    else
        judge_steady(t, i, &r);
}

static uint32_t most(const struct tally *t)
{
    return t->mach->QUEUE < RIG_MANY ? t->mach->QUEUE : RIG_MANY;
}

static void alike(struct tally *t, enum stamp_unit unit)
{
    for (size_t o = 0; o < stamp_op_count; o++) {
        const enum stamp_opcode op = stamp_ops[o].code;
        if (stamp_ops[o].unit != unit) continue;
        for (uint32_t k = 0; k < shape_functions(op) * SHAPES; k++) {
            union stamp_insn i[RIG_MANY];
            bool room = true;
            for (uint32_t n = 0; n < most(t); n++)
                room = room && shape_of(t->mach, op, k / SHAPES, k % SHAPES, n, &i[n]);
            if (room) sequence(t, i, most(t));
        }
    }
}

/* Different ones one after the other: what one takes does not depend on the others. Of matrix
 * instructions those that need not wait for an empty drain. */
static void mixed(struct tally *t, enum stamp_unit unit)
{
    uint32_t x = 7;

    for (uint32_t k = 0; k < MIXES; k++) {
        union stamp_insn i[RIG_MANY];
        for (uint32_t n = 0; n < most(t);) {
            x = x * 1664525 + 1013904223;
            const struct stamp_op *op = &stamp_ops[(x >> 8) % stamp_op_count];
            if (op->unit != unit ||
                !shape_of(t->mach, op->code, (x >> 16) % shape_functions(op->code),
                          (x >> 20) % SHAPES, n, &i[n]) ||
                i[n].c.op == STAMP_OP_VQPAR)
                continue;
            if (i[n].c.op == STAMP_OP_MM && n && (!i[n].m.blk != !i->m.blk || !i[n].m.first))
                continue;
            n++;
        }
        sequence(t, i, most(t));
    }
}

/* ---- Dispatch --------------------------------------------------------------------------------------- */

static union stamp_insn word(enum stamp_opcode op, uint64_t areg, uint64_t imm)
{
    return (union stamp_insn){.c = {.op = op, .areg = areg, .imm = imm}};
}

/* Words of the longest sequence, what is around them, and what a loop wants to fit besides. */
enum { IN_BUFFER = 32 };

/* Word @p of among @p words, which are dispatched with @p others that take DISPATCH each, and @p jumps
 * of them JUMP. */
static void dispatch(struct tally *t, const union stamp_insn *w, uint32_t words, uint32_t of,
                     uint64_t others, uint64_t jumps)
{
    const struct stamp_cycles c = cycles_of(t, &w[of], t->memory.latency, NULL);
    const bool halt = w->c.op == STAMP_OP_HALT;
    union stamp_insn all[RIG_WORDS];
    struct stamp_err e;
    uint64_t cycles;

    const uint32_t idle = halt || w->c.op == STAMP_OP_FENCE ? 8 : 0;
    for (uint32_t n = 0; n < idle; n++) all[n] = word(STAMP_OP_NOP, 0, 0);
    memcpy(all + idle, w, words * sizeof *w);
    if (rig_dispatch(t->rig, all, idle + (halt ? 0 : words), halt, &cycles, &e))
        complain(t, w, e.text);
    else
        judge(t, &w[of], "at dispatch",
              cycles - (idle + others) * STAMP_COST_DISPATCH - jumps * STAMP_COST_JUMP, c.occupy,
              c.occupy);
}

static void control(struct tally *t)
{
    const union stamp_insn nop = word(STAMP_OP_NOP, 0, 0), end = word(STAMP_OP_ENDL, 0, 0);

    for (uint32_t k = 0; k < 8; k++) {
        union stamp_insn seta = word(STAMP_OP_SETA, 1, 3);
        seta.c.add = (UINT64_C(1) << 4 * k) - k % 2, seta.c.shift = k / 2;
        dispatch(t, &seta, 1, 0, 1, 0);
    }
    for (uint32_t n = 0; n < ENOUGH; n++) {
        const union stamp_insn set = word(STAMP_OP_SETR, 1, n), add = word(STAMP_OP_ADDR, 1, n);
        const union stamp_insn loop[] = {word(STAMP_OP_LOOP, 0, n + 1), nop, end};
        const union stamp_insn none[] = {word(STAMP_OP_LOOP, 2, 0), nop, nop, end};
        const union stamp_insn fence = word(STAMP_OP_FENCE, 0, 0), halt = word(STAMP_OP_HALT, 0, 0);
        dispatch(t, &nop, 1, 0, 1, 0); /* 1: the instruction behind */
        dispatch(t, &set, 1, 0, 1, 0);
        dispatch(t, &add, 1, 0, 1, 0);
        dispatch(t, loop, 3, 0, 1 + 2 * (n + 1), n + 1);
        dispatch(t, loop, 3, 2, 1 + 2 * (n + 1), n);
        dispatch(t, none, 4, 0, 1 + 3, 0);
        dispatch(t, &fence, 1, 0, 1, 0);
        dispatch(t, &halt, 1, 0, 0, 0);
    }
}

/* ----------------------------------------------------------------------------------------------------- */

/* Rows of the control unit are of what is in the instruction buffer. */
static bool fits(const struct tally *t)
{
    return t->mach->IM_WORDS >= IN_BUFFER;
}

static enum stamp_unit row_unit(const struct row *row)
{
    for (size_t o = 0; o < stamp_op_count; o++)
        if (!strcmp(stamp_ops[o].name, row->op)) return stamp_ops[o].unit;
    return STAMP_UNIT_CTL;
}

static int machine(struct tally *t, const char *dir)
{
    static const struct stamp_cost_memory memory[] = {
        {20, STAMP_COST_RATE_ONE},  {1, STAMP_COST_RATE_ONE},   {60, STAMP_COST_RATE_ONE},
        {200, STAMP_COST_RATE_ONE}, {500, STAMP_COST_RATE_ONE}, {20, 64}};
    struct stamp_err e;

    for (size_t k = 0; k < sizeof memory / sizeof memory[0]; k++) {
        t->memory = memory[k];
        if (rig_new(t->mach, dir, memory[k].latency, memory[k].rate, &t->rig, &e))
            return fprintf(stderr, "cycles: %s\n", e.text), 1;
        alike(t, STAMP_UNIT_LDU);
        alike(t, STAMP_UNIT_STU);
        if (!k) {
            if (fits(t)) control(t);
            alike(t, STAMP_UNIT_MXU);
            mixed(t, STAMP_UNIT_MXU);
            alike(t, STAMP_UNIT_VXU);
            mixed(t, STAMP_UNIT_VXU);
        }
        rig_free(t->rig);
    }
    for (size_t k = 0; k < ROWS; k++)
        if (t->cases[k] < ENOUGH && !(row_unit(&rows[k]) == STAMP_UNIT_CTL && !fits(t))) {
            t->failed++;
            printf("%s, %s (model/spec/cycles.def:%u): %u cases, at least %d\n", rows[k].op,
                   rows[k].when, rows[k].line, t->cases[k], ENOUGH);
        }
    printf("cycles %s: %u passed, %u failed\n", t->mach->name, t->passed, t->failed);
    return t->failed || !t->passed;
}

int main(int argc, char **argv)
{
    struct tally t = {.mach = argc > 1 ? stamp_mach_find(argv[1]) : NULL};
    const char *dir = NULL;

    if (!t.mach) {
        fprintf(stderr, "cycles: name a machine of the table (specgen machs)\n");
        return 2;
    }
    for (int i = 2; i < argc; i++) {
        if (!strcmp(argv[i], "--dir") && i + 1 < argc) dir = argv[++i];
        if (!strcmp(argv[i], "--list")) t.list = true;
    }
    return machine(&t, dir);
}
