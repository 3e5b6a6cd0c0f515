/* SPDX-License-Identifier: Apache-2.0 */
/* test_memo.c - stretches passed over because they were seen before: programs of tiles drawn, of few kinds, each at
 * other addresses, with tables loaded between them; cycles, every counter and what memory counts are those of the
 * machine clocked in every cycle. */
#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/clock/clock.h"
#include "model/clock/plain.h"
#include "model/dram/model.h"
#include "model/mem.h"
#include "tests/cosim/calibrate_prog.h"
#include "tests/cosim/cycle_shapes.h"
#include "tests/cosim/gen.h"

Suite *stamp_suite_memo(void);

enum { WORDS = 4096, TILE = 12, KINDS = 3, SEEDS = 15, PAGE = 4096, OTHER = 0xe000 };

struct program {
    const struct stamp_mach *mach;
    struct gen_rng rng;
    struct stamp_word code[WORDS];
    uint32_t count;
    uint8_t *memory;
};

/* Instructions of a tile; each that posts is waited for in it. */
struct tile {
    union stamp_insn insn[TILE];
    uint32_t count;
};

static void emit(struct program *p, const union stamp_insn *i)
{
    ck_assert_uint_lt(p->count, WORDS);
    ck_assert_ptr_null(stamp_encode(i, &p->code[p->count++]));
}

static void control(struct program *p, enum stamp_opcode op, uint32_t areg, uint64_t imm)
{
    const union stamp_insn i = {.c = {.op = op, .areg = areg, .imm = imm}};
    emit(p, &i);
}

/* What reads a table is drawn more often. */
static bool draw(struct program *p, union stamp_insn *i)
{
    const uint32_t what = gen_below(&p->rng, 8);
    const struct stamp_op *op = &stamp_ops[gen_below(&p->rng, (uint32_t)stamp_op_count)];

    if (what < 2) op = stamp_op_find(what ? STAMP_OP_MM : STAMP_OP_LOAD);
    const uint32_t functions = shape_functions(op->code), fn = gen_below(&p->rng, functions);
    return op->unit != STAMP_UNIT_CTL &&
           shape_of(p->mach, op->code, what ? fn : functions - 1, gen_below(&p->rng, SHAPES),
                    gen_below(&p->rng, 4), i) &&
           !(i->c.op == STAMP_OP_MM && !i->m.first);
}

static void draw_tile(struct program *p, struct tile *t)
{
    t->count = 3 + gen_below(&p->rng, TILE - 3);
    for (uint32_t n = 0; n < t->count;) n += draw(p, &t->insn[n]);
    for (uint32_t n = 0; n < t->count; n++)
        if (t->insn[n].c.op == STAMP_OP_LOAD && t->insn[n].d.gather)
            t->insn[n].d.dram += UINT64_C(64) * gen_below(&p->rng, 64);
    for (uint32_t k = 0; k < 3;
         k++) { /* a semaphore for each pair of units: nobody takes another's */
        const uint32_t from = gen_below(&p->rng, t->count - 1);
        const uint32_t to = from + 1 + gen_below(&p->rng, t->count - from - 1);
        if (t->insn[from].d.post0 || t->insn[to].d.wait0) continue;
        const uint32_t u = (uint32_t)stamp_op_find((uint32_t)t->insn[from].c.op)->unit;
        const uint32_t v = (uint32_t)stamp_op_find((uint32_t)t->insn[to].c.op)->unit;
        t->insn[from].d.post0 = t->insn[to].d.wait0 = 4 * u + v - 4;
    }
}

/* The same shapes: in other banks or not, at other addresses, by a register or not. */
static void put_tile(struct program *p, const struct tile *t)
{
    for (uint32_t n = 0; n < t->count; n++) {
        union stamp_insn i = t->insn[n];
        const enum stamp_format f = stamp_op_find((uint32_t)i.c.op)->format;
        const uint32_t step = gen_below(&p->rng, 6) ? PAGE : 64;
        if (f == STAMP_FORMAT_D && !i.d.gather) i.d.dram += step * gen_below(&p->rng, 16);
        if (f == STAMP_FORMAT_D && gen_below(&p->rng, 3) == 0) i.d.areg = 1;
        if (f == STAMP_FORMAT_B) i.b.a += 4 * gen_below(&p->rng, 2);
        if (f == STAMP_FORMAT_W) i.w.d += 4 * gen_below(&p->rng, 2);
        if (f == STAMP_FORMAT_M) i.m.rm += gen_below(&p->rng, 2);
        emit(p, &i);
    }
    if (gen_below(&p->rng, 4) == 0)
        control(p, STAMP_OP_ADDR, 1, gen_below(&p->rng, 4) ? PAGE : 192);
}

/* Other entries of the same kind, or those of the begin: of the whole table, or of a line of it. */
static void put_table(struct program *p)
{
    static const uint64_t at[][2] = {
        {0x8000, OTHER}, {0xa000, OTHER + 0x800}, {0xc000, OTHER + 0x1000}};
    static const enum stamp_space space[] = {STAMP_SPACE_RT, STAMP_SPACE_NT, STAMP_SPACE_IT};
    const uint32_t k = gen_below(&p->rng, 3);
    const uint32_t all =
        k == 2 ? p->mach->IT_ENTRIES / STAMP_INDEX_LINE : p->mach->RT_ENTRIES / STAMP_TABLE_LINE;
    const bool whole = gen_below(&p->rng, 2);
    const uint64_t line = whole ? 0 : gen_below(&p->rng, all), lines = whole ? all : 1;
    union stamp_insn i = {.d = {.op = STAMP_OP_LOAD,
                                .space = space[k],
                                .fmt = STAMP_FMT_RAW,
                                .dram = at[k][gen_below(&p->rng, 2)] + STAMP_DRAM_ALIGN * line,
                                .line = line,
                                .lines = lines,
                                .lstride = lines,
                                .n0 = 1,
                                .n1 = 1}};
    control(p, STAMP_OP_FENCE, 0, 0);
    emit(p, &i);
    control(p, STAMP_OP_FENCE, 0, 0);
}

static void other_tables(struct program *p)
{
    static const uint32_t use[] = {1u << 14, 1u << 15, 3u << 14,
                                   0}; /* a row, two of a pair, none */
    const uint32_t n = p->mach->RT_ENTRIES;

    for (uint32_t i = 0; i < n; i++) {
        const uint32_t k = i / 4 % 3, rt = i % (n / 2);
        const uint32_t nt = use[k == 0 ? 0 : k == 1 ? 1 + i % 2 : 3 * (i % 2)] | i * 3 % 16;
        memcpy(p->memory + OTHER + 2 * i, &rt, 2);
        memcpy(p->memory + OTHER + 0x800 + 2 * i, &nt, 2);
    }
    for (uint32_t i = 0; i < p->mach->IT_ENTRIES; i++) {
        const uint32_t it = (i * 7 + 3) % 16;
        memcpy(p->memory + OTHER + 0x1000 + 4 * i, &it, 4);
    }
}

static void draw_program(struct program *p, const char *machine, uint64_t seed)
{
    static struct calibrate_prog begin;
    struct tile tile[KINDS];

    p->mach = stamp_mach_find(machine);
    p->rng = (struct gen_rng){seed * UINT64_C(0x9e3779b97f4a7c15) + 1};
    calibrate_memory(p->mach, p->memory);
    other_tables(p);
    calibrate_begin(&begin, p->mach, false);
    memcpy(p->code, begin.code, begin.count * sizeof *begin.code);
    p->count = begin.count;
    for (uint32_t k = 0; k < KINDS; k++) draw_tile(p, &tile[k]);
    const bool outer = gen_below(&p->rng, 2);
    if (outer) control(p, STAMP_OP_LOOP, 0, 2);
    while (p->count < 1500 + (uint32_t)(seed % 3) * 600) {
        const uint32_t turns = gen_below(&p->rng, 3) ? 0 : 2 + gen_below(&p->rng, 6);
        if (gen_below(&p->rng, 20) == 0) put_table(p);
        if (turns) control(p, STAMP_OP_LOOP, 0, turns);
        for (uint32_t n = 1 + gen_below(&p->rng, 8); n; n--)
            put_tile(p, &tile[gen_below(&p->rng, 8) ? 0 : gen_below(&p->rng, KINDS)]);
        if (turns) control(p, STAMP_OP_ENDL, 0, 0);
    }
    if (outer) control(p, STAMP_OP_ENDL, 0, 0);
    control(p, STAMP_OP_HALT, 0, 0);
}

enum way { EVERY_CYCLE, NO_MEMO, MEMO, IN_PARTS, LITTLE };
enum {
    LITTLE_ROOM = 30000
}; /* bytes: for states of some hundred instructions, and few contents of tables */

struct ran {
    uint64_t event[STAMP_EVENTS];
    struct stamp_dram_counts dram;
    struct stamp_clock_passed passed;
};

/* @return false: it ends in an error */
static bool run(const struct program *p, uint64_t seed, enum way way, struct ran *out)
{
    static const struct stamp_plain_config plain[] = {
        {.read_latency = 60, .write_latency = 60, .read_rate = 256, .write_rate = 256},
        {.read_latency = 7, .write_latency = 31, .read_rate = 100, .write_rate = 256},
        {.read_latency = 200, .write_latency = 3, .read_rate = 256, .write_rate = 77}};
    struct stamp_clock_plain memory;
    struct stamp_dram_model *model = NULL;
    struct stamp_dram_params ideal;
    struct stamp_clock_options o = {.mach = p->mach,
                                    .code = p->code,
                                    .count = p->count,
                                    .memory = stamp_clock_plain(&memory, &plain[seed % 3]),
                                    .dram = p->memory,
                                    .dram_bytes = CALIBRATE_BYTES,
                                    .code_addr = seed % 5 * 64,
                                    .tapes = true,
                                    .no_memo = way == NO_MEMO,
                                    .memo_bytes = way == LITTLE ? LITTLE_ROOM : 0,
                                    .every_cycle = way == EVERY_CYCLE,
                                    .watchdog = 1000000};
    struct stamp_clock *c;
    struct stamp_err e;
    bool done = false;

    memset(out, 0, sizeof *out);
    if (seed % 2) {
        ck_assert(stamp_dram_preset("ideal", &ideal));
        if (seed % 4 == 1) ideal.accel_mhz = 1000;
        model = stamp_alloc(1, stamp_dram_bytes(&ideal));
        stamp_dram_new(model, &ideal, p->mach->AXI_BYTES);
        o.memory = stamp_dram_memory(model);
    }
    ck_assert_int_eq(stamp_clock_new(&o, &c, &e), STAMP_OK);
    enum stamp_status st = STAMP_OK;
    while (!done && !st) st = stamp_clock_run(c, way == IN_PARTS ? 777 : 0, &done, &e);
    memcpy(out->event, stamp_clock_events(c), sizeof out->event);
    out->passed = stamp_clock_passed(c);
    if (model) out->dram = model->counts;
    stamp_clock_free(c);
    stamp_free(model);
    return !st;
}

static void compare(const struct program *p, uint64_t seed, const struct ran *want,
                    const struct ran *got, const char *how)
{
    for (int i = 0; i < STAMP_EVENTS; i++)
        ck_assert_msg(want->event[i] == got->event[i],
                      "seed %" PRIu64 ", %s, %s: %s %" PRIu64 ", every cycle %" PRIu64, seed,
                      p->mach->name, how, stamp_event_name((enum stamp_event)i), got->event[i],
                      want->event[i]);
    ck_assert(!memcmp(&want->dram, &got->dram, sizeof want->dram));
}

static void all_of(const char *machine, uint64_t first)
{
    static struct program p;
    struct ran want, got;
    uint64_t cycles = 0, passed = 0, programs = 0, forgotten = 0;

    p.memory = stamp_alloc(CALIBRATE_BYTES, 1);
    for (uint64_t seed = first; seed < first + SEEDS; seed++) {
        draw_program(&p, machine, seed);
        if (!run(&p, seed, EVERY_CYCLE, &want)) continue;
        programs++;
        ck_assert(run(&p, seed, NO_MEMO, &got));
        compare(&p, seed, &want, &got, "not remembered");
        ck_assert_uint_eq(got.passed.stretches, 0);
        ck_assert(run(&p, seed, MEMO, &got));
        compare(&p, seed, &want, &got, "remembered");
        cycles += want.event[STAMP_EV_CYCLES];
        passed += got.passed.cycles;
        ck_assert(run(&p, seed, IN_PARTS, &got));
        compare(&p, seed, &want, &got, "in parts");
        ck_assert(run(&p, seed, LITTLE, &got));
        compare(&p, seed, &want, &got, "in little room");
        forgotten += got.passed.forgotten;
    }
    if (getenv("STAMP_SHOW"))
        fprintf(stderr,
                "%s: %" PRIu64 " of %" PRIu64 " cycles of %" PRIu64 " programs passed over\n",
                machine, passed, cycles, programs);
    ck_assert_uint_ge(programs, SEEDS / 2);
    ck_assert_uint_ge(passed, cycles / 8);
    ck_assert_uint_ge(forgotten, SEEDS);
    stamp_free(p.memory);
}

START_TEST(what_was_seen_before_takes_the_same_cycles_on_tiny)
{
    all_of("tiny", 1);
}
END_TEST

START_TEST(what_was_seen_before_takes_the_same_cycles_on_base)
{
    all_of("base", 101);
}
END_TEST

START_TEST(what_was_seen_before_takes_the_same_cycles_on_wide)
{
    all_of("wide", 201);
}
END_TEST

Suite *stamp_suite_memo(void)
{
    Suite *s = suite_create("memo");
    TCase *t = tcase_create("programs");

    tcase_set_timeout(t, 240);
    tcase_add_test(t, what_was_seen_before_takes_the_same_cycles_on_tiny);
    tcase_add_test(t, what_was_seen_before_takes_the_same_cycles_on_base);
    tcase_add_test(t, what_was_seen_before_takes_the_same_cycles_on_wide);
    suite_add_tcase(s, t);
    return s;
}
