/* SPDX-License-Identifier: Apache-2.0 */
/* calibrate.c - the timed machine of model/clock against the RTL: cycles and every counter of whole programs.
 *
 *   calibrate MACHINE [--dir RTL_DIR] [--seed S] [--short N] [--rand N] [--units LETTERS]
 *             [--image FILE [--entry E] [--memory PRESET]]
 *
 * --short: N programs of instructions of cycle_shapes.h, of the units named (L, S, V, M; all), with semaphores,
 * loops and FENCEs drawn (60). --rand: N programs of gen.h (60). --image: a compiled program instead. Each behind a
 * memory of its own: latency, rates, random stalls, or a DRAM; an image without a seed behind 60 cycles of latency, or
 * the DRAM named. Closing
 * line "calibrate MACHINE: N passed, M failed". Where it is an image behind 60 cycles of latency, what the compiler
 * expects is held to the RTL too. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/clock/estimate.h"
#include "model/mem.h"
#include "sim/run/runtime.h"
#include "tests/cosim/calibrate_prog.h"
#include "tests/cosim/calibrate_run.h"
#include "tests/cosim/cycle_shapes.h"
#include "tests/cosim/gen_memory.h"

struct job {
    const struct stamp_mach *mach;
    const char *dir, *units;
    struct calibrate_totals totals;
    uint8_t *memory;
    bool transfers; /* no instruction of the units that need SM */
};

static const char *option(int argc, char **argv, const char *name, const char *otherwise)
{
    for (int i = 2; i + 1 < argc; i += 2)
        if (!strcmp(argv[i], name)) return argv[i + 1];
    return otherwise;
}

static uint64_t number(int argc, char **argv, const char *name, const char *otherwise)
{
    return strtoull(option(argc, argv, name, otherwise), NULL, 10);
}

/* A DRAM of a seed, or NULL. */
static const struct stamp_dram_params *dram_of(uint64_t seed)
{
    static struct stamp_dram_params p;
    struct gen_rng r = {seed * 79 + 3};

    return gen_dram(seed, &r, &p) ? &p : NULL;
}

/* Plain memory of a seed. */
static struct stamp_plain_config surroundings(uint64_t seed)
{
    static const uint32_t latency[] = {1, 10, 60, 200};
    struct gen_rng r = {seed * 77 + 5};
    struct stamp_plain_config c = {.seed = seed};

    c.read_latency = gen_below(&r, 2) ? latency[gen_below(&r, 4)] : gen_range(&r, 1, 100);
    c.write_latency = gen_below(&r, 2) ? c.read_latency : gen_range(&r, 1, 100);
    c.stall_ar = gen_below(&r, 2) ? 0 : gen_range(&r, 1, 160);
    c.stall_r = c.stall_aw = c.stall_w = c.stall_b = c.stall_ar;
    c.read_rate = gen_below(&r, 3) ? 256 : gen_range(&r, 32, 256);
    c.write_rate = gen_below(&r, 3) ? 256 : gen_range(&r, 32, 256);
    return c;
}

/* ---- Short programs --------------------------------------------------------------------------------- */

static bool wanted(const struct job *j, enum stamp_unit unit)
{
    return unit != STAMP_UNIT_CTL && strchr(j->units, " LSVM"[unit]);
}

/* An instruction of a unit asked for. */
static bool draw(const struct job *j, struct gen_rng *r, uint32_t place, union stamp_insn *i)
{
    const struct stamp_op *op = &stamp_ops[gen_below(r, (uint32_t)stamp_op_count)];

    return wanted(j, op->unit) &&
           shape_of(j->mach, op->code, gen_below(r, shape_functions(op->code)),
                    gen_below(r, SHAPES), place, i) &&
           !(i->c.op == STAMP_OP_MM && !i->m.first);
}

/* Posts on their way: one semaphore for each pair of units, given before it is waited for. */
static void sequence(const struct job *j, struct gen_rng *r, struct calibrate_prog *p)
{
    uint32_t given[STAMP_UNITS][STAMP_UNITS] = {{0}};
    union stamp_insn i;

    for (uint32_t n = 0; n < CALIBRATE_MANY;) {
        if (!draw(j, r, n % 4, &i)) continue;
        const enum stamp_unit u = stamp_op_find((uint32_t)i.c.op)->unit;
        const uint32_t from = 1 + gen_below(r, STAMP_QUEUES), to = 1 + gen_below(r, STAMP_QUEUES);
        uint32_t wait = 0, post = 0;
        if (given[from][u] && gen_below(r, 2)) given[from][u]--, wait = from * 5 + u;
        if (gen_below(r, 2)) given[u][to]++, post = (uint32_t)u * 5 + to;
        calibrate_add(p, &i, wait, post);
        if (gen_below(r, 8) == 0) calibrate_control(p, STAMP_OP_NOP, 0);
        n++;
    }
}

static void short_program(const struct job *j, uint64_t seed, struct calibrate_prog *p)
{
    struct gen_rng r = {seed * UINT64_C(0x9e3779b97f4a7c15) + 1};
    const uint32_t loop = gen_below(&r, 3);

    gen_next(&r);
    calibrate_begin(p, j->mach, j->transfers);
    if (loop) calibrate_control(p, STAMP_OP_LOOP, loop + 1);
    sequence(j, &r, p);
    if (gen_below(&r, 2)) calibrate_control(p, STAMP_OP_FENCE, 0);
    if (gen_below(&r, 2)) sequence(j, &r, p);
    if (loop) calibrate_control(p, STAMP_OP_ENDL, 0);
    calibrate_control(p, STAMP_OP_HALT, 0);
}

static void run_short(struct job *j, uint64_t seed)
{
    struct calibrate_prog p;
    struct stamp_err e;
    char name[64];

    short_program(j, seed, &p);
    calibrate_memory(j->mach, j->memory);
    memcpy(j->memory, p.code, p.count * sizeof p.code[0]);
    const struct calibrate_case c = {.mach = j->mach,
                                     .code = p.code,
                                     .count = p.count,
                                     .memory = j->memory,
                                     .bytes = CALIBRATE_BYTES,
                                     .plain = surroundings(seed),
                                     .dram = dram_of(seed)};
    snprintf(name, sizeof name, "short program of seed %" PRIu64, seed);
    const enum stamp_status s = calibrate(&c, j->dir, name, &j->totals, &e);
    if (s && s != STAMP_EMISMATCH && s != STAMP_EMACHINE)
        j->totals.failed++, printf("%s: %s\n", name, e.text);
}

/* ---- Programs of images ----------------------------------------------------------------------------- */

static enum stamp_status run_image(struct job *j, const struct stamp_image *im, const char *entry,
                                   uint64_t base, const struct stamp_plain_config *plain,
                                   const struct stamp_dram_params *dram, const char *name,
                                   struct stamp_err *e)
{
    struct stamp_clock_options o = {0};
    struct stamp_run *run;
    enum stamp_status s = stamp_run_new(im, &run, e);

    if (s) return s;
    if (!stamp_clock_entry(im, entry, &o)) s = stamp_fail(e, STAMP_ERANGE, "no entry %s", entry);
    struct calibrate_case c = {.mach = im->mach,
                               .code = o.code,
                               .count = o.count,
                               .code_addr = base + o.code_addr,
                               .memory = stamp_run_memory(run),
                               .bytes = im->dram_bytes,
                               .dram_base = base,
                               .plain = *plain,
                               .dram = dram};
    memcpy(c.arg, o.arg, sizeof c.arg);
    if (!s) s = calibrate(&c, j->dir, name, &j->totals, e);
    stamp_run_free(run);
    return s;
}

static void run_rand(struct job *j, uint64_t seed)
{
    const struct stamp_plain_config plain = surroundings(seed);
    struct gen_program p;
    struct stamp_image *im = NULL;
    struct stamp_err e;
    char name[64];

    snprintf(name, sizeof name, "program of gen.h of seed %" PRIu64, seed);
    gen_make(j->mach, seed, UINT64_MAX, &p);
    enum stamp_status s = gen_image(&p, &im, &e);
    if (!s) s = run_image(j, im, NULL, p.dram_base, &plain, dram_of(seed), name, &e);
    if (s && s != STAMP_EMISMATCH && s != STAMP_EMACHINE)
        j->totals.failed++, printf("%s: %s\n", name, e.text);
    stamp_image_free(im);
}

/* What the compiler expects of it, beside what it took. */
static enum stamp_status expect(struct job *j, const struct stamp_image *im, const char *entry,
                                const struct stamp_plain_config *plain, struct stamp_err *e)
{
    const struct stamp_cost_memory memory = {plain->read_latency, plain->read_rate};
    struct stamp_cost cost;
    const enum stamp_status s =
        stamp_cost_entry(im, stamp_image_entry(im, entry), NULL, memory, &cost, e);

    if (s) return s;
    printf("calibrate %s: estimate %" PRIu64 " of %" PRIu64 "\n", j->mach->name, cost.cycles,
           j->totals.cycles);
    if (cost.cycles == j->totals.cycles) return STAMP_OK;
    j->totals.failed++;
    return stamp_fail(e, STAMP_EMISMATCH, "the estimate is another");
}

static void run_file(struct job *j, const char *file, const char *entry, uint64_t seed,
                     const struct stamp_dram_params *dram)
{
    struct stamp_plain_config plain = {60, 60, 256, 256, 0, 0, 0, 0, 0, false, 1};
    struct stamp_image *im = NULL;
    struct stamp_err e;

    if (seed) plain = surroundings(seed);
    enum stamp_status s = stamp_image_read(file, &im, &e);
    if (!s) s = run_image(j, im, entry, 0, &plain, dram, file, &e);
    if (!s && !seed && !dram) s = expect(j, im, entry, &plain, &e);
    if (s) printf("%s: %s\n", file, e.text);
    if (s && s != STAMP_EMISMATCH) j->totals.failed++;
    stamp_image_free(im);
}

static void report(const struct job *j)
{
    const struct calibrate_totals *t = &j->totals;
    const double cycles = (double)t->cycles, least = 1e-9;

    printf("calibrate %s: %" PRIu64 " cycles, %" PRIu64 " instructions, %" PRIu64
           " programs that end in an error left out\n",
           j->mach->name, t->cycles, t->insns, t->ended);
    printf(
        "calibrate %s: million cycles a second of CPU: RTL %.2f, clock %.1f, in every cycle %.1f\n",
        j->mach->name, cycles * 1e-6 / (t->rtl_seconds + least),
        cycles * 1e-6 / (t->clock_seconds + least), cycles * 1e-6 / (t->slow_seconds + least));
}

int main(int argc, char **argv)
{
    struct job j = {.mach = argc > 1 ? stamp_mach_find(argv[1]) : NULL};
    struct calibrate_totals *t = &j.totals;

    if (!j.mach) {
        fprintf(stderr, "calibrate: name a machine of the table (specgen machs)\n");
        return 2;
    }
    const char *file = option(argc, argv, "--image", NULL), *most = file ? "0" : "60";
    const char *dram = option(argc, argv, "--memory", NULL);
    struct stamp_dram_params preset;
    const uint64_t seed = number(argc, argv, "--seed", file ? "0" : "1");
    const uint64_t few = number(argc, argv, "--short", most);
    const uint64_t many = number(argc, argv, "--rand", most);
    j.dir = option(argc, argv, "--dir", NULL);
    j.units = option(argc, argv, "--units", "LSVM");
    j.transfers = !strpbrk(j.units, "VM");
    j.memory = stamp_alloc(CALIBRATE_BYTES, 1);
    if (!j.memory) return 1;
    for (uint64_t k = 0; k < few && t->failed < 5; k++) run_short(&j, seed + k);
    for (uint64_t k = 0; k < many && t->failed < 5; k++) run_rand(&j, seed + k);
    if (dram && !stamp_dram_preset(dram, &preset)) return printf("no memory %s\n", dram), 1;
    if (file) run_file(&j, file, option(argc, argv, "--entry", NULL), seed, dram ? &preset : NULL);
    stamp_free(j.memory);
    report(&j);
    printf("calibrate %s: %" PRIu64 " passed, %" PRIu64 " failed\n", j.mach->name, t->passed,
           t->failed);
    return t->failed || !t->passed;
}
