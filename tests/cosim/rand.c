/* SPDX-License-Identifier: Apache-2.0 */
/* rand.c - random programs on RTL and C machine in lock-step; a failing one is shrunk.
 *
 *   rand MACHINE [--seed S] [--count N] [--dir RTL_DIR] [--keep FILE] [--only CLASSES]
 *        [--without CLASSES] [--model yes] [--near N] [--wave FST [--wave-last N]] [--cover FILE]
 *
 * With --cover what was reached of tests/cover is written to FILE.
 * What differs is shrunk, explained, kept in FILE with its memory (stamp run FILE --on all repeats it), and its
 * last N (2000) cycles are written as a wave.
 * CLASSES of gen.h, separated by commas (VBIN,SETA,...), choose what programs are made of. With
 * --model the C machine runs alone. Every program also has to pass the verifier. With --near each has N
 * neighbours (gen_near.h), refused or equal; what the machine refuses by an error, both refuse alike.
 * Program k of a run has seed S + k; the same seed is the same program, stalls included. Closing
 * line: "rand MACHINE: N passed, M failed". */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/asm/dis.h"
#include "compiler/prove/verify.h"
#include "model/mem.h"
#include "sim/report/explain.h"
#include "sim/run/device.h"
#include "sim/run/runtime.h"
#include "sim/run/surroundings.h"
#include "tests/cosim/gen_memory.h"
#include "tests/cosim/gen_near.h"
#include "tests/cosim/monitor.h"
#include "tests/cosim/watch.h"

struct totals {
    uint64_t programs, instructions, checked, cycles, dropped;
    uint64_t near, same, ended; /* neighbours: drawn, legal and equal, legal to an error */
    uint64_t refused[GEN_REFUSED],
        odd[GEN_REFUSED]; /* refused, and of these, different on the two */
};

static const char *rtl_dir, *wave;
static uint64_t wave_last;
static bool model_only;
static uint64_t classes = UINT64_MAX;
static uint64_t bursts_watched;
static struct cover *cover; /* or NULL */
static bool counts = true;  /* the program is legal, or refused by the error it ends with */

/* Cycles without a retirement that are a failure. A bent instruction may have a line for each of 2^24 items to look at
 * before it is found to be too far. */
static uint32_t patience(const struct gen_program *p)
{
    for (uint32_t k = 0; k < p->pieces; k++)
        if (p->piece[k].bent) return 1u << 27;
    return 200000;
}

/* Memory behaviour of a seed. */
static struct stamp_run_options surroundings(uint64_t seed)
{
    struct stamp_run_options o = stamp_run_options_default();
    struct gen_rng r = {seed * 77 + 5};

    o.rtl_dir = rtl_dir;
    o.seed = seed;
    o.read_latency = gen_range(&r, 1, 100);
    o.write_latency = gen_range(&r, 1, 100);
    o.stall = gen_below(&r, 2) ? 0 : gen_range(&r, 1, 160);
    o.read_rate = gen_below(&r, 3) ? 256 : gen_range(&r, 32, 256);
    o.write_rate = gen_below(&r, 3) ? 256 : gen_range(&r, 32, 256);
    o.watchdog = 200000;
    o.poison = seed + 1;
    o.initial = seed + 2;
    o.has_dram = gen_dram(seed, &r, &o.dram);
    return o;
}

static void say(void *ctx, const struct stamp_image *im, const struct stamp_entry *entry,
                const struct stamp_run_result *r)
{
    struct stamp_text t = {0};

    (void)ctx;
    stamp_explain_text(&t, im, entry, r);
    fputs(t.s ? t.s : "", stdout);
    stamp_free(t.s);
}

/* @p loud  say what differs, with a wave of it where one is asked for */
static enum stamp_status run_said(const struct gen_program *p, const struct stamp_device *on,
                                  bool loud, struct stamp_run_result *r, struct stamp_err *e)
{
    struct stamp_run_options o = surroundings(p->seed);
    struct stamp_image *im = NULL;
    struct stamp_run *job = NULL;
    struct monitor *bus = NULL;
    struct watch watch = {NULL, (on == &stamp_on_all || model_only) && counts ? cover : NULL};

    o.on = on;
    o.watchdog = patience(p);
    watch_run(&watch, &o);
    o.dram_base = p->dram_base;
    if (loud) {
        o.on_difference = say;
        o.wave = wave;
        o.wave_last = wave_last;
    }
    enum stamp_status s = gen_image(p, &im, e);
    if (!s) s = stamp_run_new(im, &job, e);
    if (!s && on != &stamp_on_model) { /* every run on the RTL is held against AXI4 */
        o.on_edge = monitor_edge;
        o.on_edge_ctx = bus =
            monitor_new(p->mach->AXI_BYTES, p->dram_base, p->dram_base + im->dram_bytes);
        const uint64_t code = p->dram_base + im->code_addr;
        watch.timing = timing_new(p->mach, code, code + 32 * (uint64_t)im->code_count);
        if (!bus || !watch.timing) s = stamp_fail(e, STAMP_ENOMEM, "out of memory");
    }
    if (!s) s = stamp_run_go(job, &o, r, e);
    const char *odd = watch.timing && !s ? timing_check(watch.timing, r->event, true) : NULL;
    if (odd) s = stamp_fail(e, STAMP_EMISMATCH, "%s", odd);
    timing_free(watch.timing);
    if (bus && monitor_result(bus) && !r->difference[0]) /* a run cut short leaves bursts open */
        s = stamp_fail(e, STAMP_EMISMATCH, "AXI: %s", monitor_result(bus));
    watch_end(&watch, s, r);
    if (bus) bursts_watched += monitor_bursts(bus);
    monitor_free(bus);
    stamp_run_free(job);
    stamp_image_free(im);
    return s;
}

static enum stamp_status run(const struct gen_program *p, const struct stamp_device *on,
                             struct stamp_run_result *r, struct stamp_err *e)
{
    return run_said(p, on, false, r, e);
}

/* The program with its memory settings, so that the file repeats the run by itself. */
static void keep_as(const char *file, const struct gen_program *p, struct stamp_image *im)
{
    struct stamp_run_options o = surroundings(p->seed);
    struct stamp_text t = {0};
    struct stamp_err e = {0};
    char *before = im->scheme;

    o.dram_base = p->dram_base;
    stamp_surroundings_print(&o, &t);
    if (t.s) im->scheme = t.s;
    if (t.s && !stamp_image_write(im, file, &e))
        printf("kept as %s: build/stamp run %s --on all\n", file, file);
    else
        printf("not kept: %s\n", t.s ? e.text : "out of memory");
    im->scheme = before;
    stamp_free(t.s);
}

/* Take out the instructions that overflow, so that what is left runs to HALT. */
static bool settle(struct gen_program *p, struct totals *t)
{
    struct stamp_run_result r;
    struct stamp_err e;

    while (p->pieces) {
        const enum stamp_status s = run(p, &stamp_on_model, &r, &e);
        if (!s) return true;
        if (s != STAMP_EMACHINE || r.error != STAMP_ERROR_NUMERIC) {
            printf("seed %" PRIu64 ": not a legal program: %s\n", p->seed, e.text);
            return false;
        }
        uint32_t lo = 0, hi = p->pieces; /* prefixes that pass, that fail */
        struct gen_program q;
        while (hi - lo > 1) {
            q = *p;
            q.pieces = (lo + hi) / 2;
            if (run(&q, &stamp_on_model, &r, &e))
                hi = q.pieces;
            else
                lo = q.pieces;
        }
        gen_drop(p, hi - 1);
        t->dropped++;
    }
    return true;
}

/* The verifier has to find it legal (it knows memory at address 0 only). */
static bool legal(const struct gen_program *p)
{
    struct gen_program q = *p;
    struct stamp_image *im = NULL;
    struct stamp_err e;

    q.dram_base = 0;
    enum stamp_status s = gen_image(&q, &im, &e);
    if (!s) s = stamp_verify(im, NULL, &e);
    if (s) printf("seed %" PRIu64 ": verifier: %s\n", p->seed, e.text);
    stamp_image_free(im);
    return !s;
}

static void shrink(struct gen_program *p)
{
    struct stamp_run_result r;
    struct stamp_err e;
    bool smaller = true;

    while (smaller) {
        smaller = false;
        for (uint32_t i = p->pieces; i-- > 0 && p->pieces > 1;) {
            struct gen_program q = *p;
            gen_drop(&q, i);
            if (run(&q, &stamp_on_all, &r, &e) == STAMP_EMISMATCH) *p = q, smaller = true;
        }
    }
}

static void explain(struct gen_program *p, const char *mach, const char *keep)
{
    struct stamp_run_result r;
    struct stamp_err e;
    struct stamp_image *im;

    shrink(p);
    run_said(p, &stamp_on_all, true, &r, &e);
    printf("seed %" PRIu64 ", shrunk to %u instructions: %s\n", p->seed, p->pieces, e.text);
    printf("replay: build/rand %s --seed %" PRIu64 " --count 1 (and the same classes)\n", mach,
           p->seed);
    if (gen_image(p, &im, &e)) return;
    for (uint32_t i = 0; i < im->code_count; i++) {
        struct stamp_text line = {0};
        stamp_dis_word(&im->code[i], &line);
        printf("  %3u  %s\n", i, line.s ? line.s : "");
        stamp_free(line.s);
    }
    if (keep) keep_as(keep, p, im);
    stamp_image_free(im);
}

/* Alone, both end alike. Before an error every rule may be broken, so that writes need not agree. */
static bool same_end(const struct gen_program *p)
{
    struct stamp_run_result c = {0}, rtl = {0};
    struct stamp_err e;

    run(p, &stamp_on_model, &c, &e);
    run(p, &stamp_on_rtl, &rtl, &e);
    return c.error == rtl.error && c.error_pc == rtl.error_pc;
}

/* One neighbour of @p p. What a unit wrote before the error it ends with is nobody's affair. */
static bool neighbour(const struct gen_program *p, uint64_t k, const char *keep, struct totals *t)
{
    struct gen_rng r = {p->seed * UINT64_C(0x2545f4914f6cdd1d) + 2 * k + 1};
    struct gen_program q = *p, at_zero;
    struct stamp_image *im = NULL;
    struct stamp_run_result result = {0};
    struct stamp_err e, why;

    if (!gen_bend(&r, &q)) return true;
    at_zero = q;
    at_zero.dram_base = 0;
    t->near++;
    if (gen_image(&at_zero, &im, &e)) return printf("near: no image: %s\n", e.text), false;
    const bool refused = stamp_verify(im, NULL, &why) != STAMP_OK;
    const enum gen_refusal rule = refused ? gen_refusal_of(why.text) : GEN_REFUSED;
    stamp_image_free(im);
    counts = !refused || rule == GEN_REFUSED_ERROR;
    const enum stamp_status s = run(&q, model_only ? &stamp_on_model : &stamp_on_all, &result, &e);
    counts = true;
    t->instructions += result.instructions;
    t->checked += result.checked;
    if (refused) t->refused[rule]++;
    if (!s || s == STAMP_EMACHINE) {
        if (!refused) ++*(s ? &t->ended : &t->same);
        return true;
    }
    if (refused && s == STAMP_EMISMATCH && rule != GEN_REFUSED_ERROR) return t->odd[rule]++, true;
    if (refused && s == STAMP_EMISMATCH && same_end(&q)) return t->odd[rule]++, true;
    printf("seed %" PRIu64 " neighbour %" PRIu64 " (%s): %s\n", p->seed, k,
           refused ? why.text : "legal", e.text);
    if (s == STAMP_EMISMATCH && !refused) explain(&q, p->mach->name, keep);
    return false;
}

static bool neighbours(const struct gen_program *p, uint64_t n, const char *keep, struct totals *t)
{
    for (uint64_t k = 0; k < n; k++)
        if (!neighbour(p, k, keep, t)) return false;
    return true;
}

static void report_near(const struct totals *t, const char *mach)
{
    printf("near %s: %" PRIu64 " neighbours: %" PRIu64 " legal and equal, %" PRIu64
           " legal up to the same overflow\n",
           mach, t->near, t->same, t->ended);
    for (int r = 0; r < GEN_REFUSED; r++)
        if (t->refused[r])
            printf("near %s: %" PRIu64 " refused: %s (%" PRIu64 " of them differ)\n", mach,
                   t->refused[r], gen_refusal_meaning((enum gen_refusal)r), t->odd[r]);
}

static bool one(const struct stamp_mach *mach, uint64_t seed, uint64_t near, const char *keep,
                struct totals *t)
{
    struct gen_program p;
    struct stamp_run_result r;
    struct stamp_err e;

    gen_make(mach, seed, classes, &p);
    if (!legal(&p) || !settle(&p, t)) return false;
    const enum stamp_status s = run(&p, model_only ? &stamp_on_model : &stamp_on_all, &r, &e);
    if (s) {
        printf("seed %" PRIu64 ": %s\n", seed, e.text);
        if (s == STAMP_EMISMATCH) explain(&p, mach->name, keep);
        return false;
    }
    t->programs++;
    t->instructions += r.instructions;
    t->checked += r.checked;
    t->cycles += r.cycles;
    return neighbours(&p, near, keep, t);
}

static const char *option(int argc, char **argv, const char *name, const char *otherwise)
{
    for (int i = 2; i + 1 < argc; i += 2)
        if (!strcmp(argv[i], name)) return argv[i + 1];
    return otherwise;
}

static bool choose(const char *only, const char *without)
{
    uint64_t no;

    if (only && !gen_class_mask(only, &classes)) return false;
    if (!gen_class_mask(without, &no)) return false;
    classes &= ~no;
    return true;
}

int main(int argc, char **argv)
{
    const struct stamp_mach *mach = argc > 1 ? stamp_mach_find(argv[1]) : NULL;
    struct totals t = {0};
    uint64_t failed = 0;

    if (!mach) {
        fprintf(stderr, "rand: name a machine of the table (specgen machs)\n");
        return 2;
    }
    const uint64_t seed = strtoull(option(argc, argv, "--seed", "1"), NULL, 10);
    const uint64_t count = strtoull(option(argc, argv, "--count", "100"), NULL, 10);
    const uint64_t near = strtoull(option(argc, argv, "--near", "0"), NULL, 10);
    wave = option(argc, argv, "--wave", NULL);
    wave_last = strtoull(option(argc, argv, "--wave-last", "2000"), NULL, 10);
    rtl_dir = option(argc, argv, "--dir", NULL);
    model_only = option(argc, argv, "--model", NULL) != NULL;
    if (!choose(option(argc, argv, "--only", NULL), option(argc, argv, "--without", ""))) {
        fprintf(stderr, "rand: unknown class of instructions, see tests/cosim/gen.h\n");
        return 2;
    }
    const char *reached = option(argc, argv, "--cover", NULL);
    cover = reached ? cover_new(mach) : NULL;
    for (uint64_t k = 0; k < count && failed < 3; k++) {
        if (!one(mach, seed + k, near, option(argc, argv, "--keep", NULL), &t)) failed++;
        if (k % 100 == 99)
            fprintf(stderr, "rand %s: %" PRIu64 " of %" PRIu64 " programs\r", mach->name, k + 1,
                    count);
    }
    printf("rand %s: seeds %" PRIu64 "..%" PRIu64 ", %" PRIu64 " instructions, %" PRIu64
           " words compared, %" PRIu64 " cycles, %" PRIu64 " bursts watched, %" PRIu64
           " overflowing instructions left out\n",
           mach->name, seed, seed + count - 1, t.instructions, t.checked, t.cycles, bursts_watched,
           t.dropped);
    if (near) report_near(&t, mach->name);
    printf("rand %s: %" PRIu64 " passed, %" PRIu64 " failed\n", mach->name, t.programs, failed);
    if (reached && !watch_keep(cover, reached)) failed++;
    return failed || !t.programs;
}
