/* SPDX-License-Identifier: Apache-2.0 */
/* resets.c - random programs on the RTL, whose registers and memories begin with zeros, ones, and with what seeds draw:
 * a run must not depend on it, in results, error, cycles or counters.
 *
 *   resets MACHINE [--seed S] [--count N] [--seeds K] [--dir RTL_DIR]
 *
 * K (2) draws beside zeros and ones. Program k has seed S + k. Closing line: "resets MACHINE: N passed, M failed". */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/run/device.h"
#include "sim/run/runtime.h"
#include "sim/run/runtime_parts.h"
#include "tests/cosim/gen.h"

static const char *rtl_dir;
static uint64_t cycles;

/* What a run leaves behind. */
struct trail {
    enum stamp_status status;
    struct stamp_run_result r;
    struct stamp_err e;
    uint64_t sum; /* of the memory's bytes and places */
};

static uint64_t sum_of(const uint8_t *at, uint64_t bytes)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325); /* FNV-1a */

    for (uint64_t i = 0; i < bytes; i++) h = (h ^ at[i]) * UINT64_C(0x100000001b3);
    return h;
}

static void run(const struct stamp_image *im, const struct gen_program *p, uint64_t initial,
                uint64_t most, struct trail *t)
{
    struct stamp_run_options o = stamp_run_options_default();
    struct stamp_run *job = NULL;

    memset(t, 0, sizeof *t);
    o.on = &stamp_on_rtl;
    o.rtl_dir = rtl_dir;
    o.dram_base = p->dram_base;
    o.seed = p->seed;
    o.stall = p->seed % 3 ? 0 : 60;
    o.watchdog = 200000;
    o.initial = initial;
    o.max_cycles = most;
    t->status = stamp_run_new(im, &job, &t->e);
    if (t->status) return;
    t->status = stamp_run_go(job, &o, &t->r, &t->e);
    t->sum = sum_of(job->memory, job->bytes);
    stamp_run_free(job);
}

/* NULL, or what is not as with zeros. */
static const char *differs(const struct trail *a, const struct trail *b)
{
    static char text[160];

    if (a->r.error != b->r.error || a->r.error_pc != b->r.error_pc || a->status != b->status)
        snprintf(text, sizeof text, "%.70s, with zeros %.70s", b->status ? b->e.text : "ends well",
                 a->status ? a->e.text : "ends well");
    else if (a->r.cycles != b->r.cycles)
        snprintf(text, sizeof text, "%" PRIu64 " cycles, with zeros %" PRIu64, b->r.cycles,
                 a->r.cycles);
    else if (a->sum != b->sum)
        snprintf(text, sizeof text, "another memory than with zeros");
    else {
        for (int i = 0; i < STAMP_EVENTS; i++)
            if (a->r.event[i] != b->r.event[i]) {
                snprintf(text, sizeof text, "counter %s %" PRIu64 ", with zeros %" PRIu64,
                         stamp_event_name((enum stamp_event)i), b->r.event[i], a->r.event[i]);
                return text;
            }
        return NULL;
    }
    return text;
}

/* An error of the program is a result as any other; that it cannot be run, or an assertion, is not. */
static bool fair(const struct trail *t)
{
    return t->status == STAMP_OK || t->status == STAMP_EMACHINE;
}

static bool one(const struct stamp_mach *mach, uint64_t seed, uint64_t seeds)
{
    struct gen_program p;
    struct stamp_image *im = NULL;
    struct stamp_err e;
    struct trail zeros, other;

    gen_make(mach, seed, UINT64_MAX, &p);
    if (gen_image(&p, &im, &e)) return printf("seed %" PRIu64 ": %s\n", seed, e.text), false;
    run(im, &p, 0, 4000000, &zeros);
    bool same = fair(&zeros);
    if (!same) printf("seed %" PRIu64 ", zeros: %s\n", seed, zeros.e.text);
    cycles += zeros.r.cycles;
    for (uint64_t k = 1; k < 2 + seeds && same; k++) {
        const uint64_t initial = k == 1 ? 1 : seed * 1000 + k;
        run(im, &p, initial, zeros.r.cycles + 20000, &other);
        const char *odd = fair(&other) ? differs(&zeros, &other) : other.e.text;
        if (odd) printf("seed %" PRIu64 ", registers of %" PRIu64 ": %s\n", seed, initial, odd);
        same = !odd;
    }
    stamp_image_free(im);
    return same;
}

static uint64_t option(int argc, char **argv, const char *name, uint64_t otherwise)
{
    for (int i = 2; i + 1 < argc; i += 2)
        if (!strcmp(argv[i], name)) return strtoull(argv[i + 1], NULL, 10);
    return otherwise;
}

int main(int argc, char **argv)
{
    const struct stamp_mach *mach = argc > 1 ? stamp_mach_find(argv[1]) : NULL;
    uint64_t passed = 0, failed = 0;

    if (!mach) {
        fprintf(stderr, "resets: name a machine of the table (specgen machs)\n");
        return 2;
    }
    for (int i = 2; i + 1 < argc; i += 2)
        if (!strcmp(argv[i], "--dir")) rtl_dir = argv[i + 1];
    const uint64_t seed = option(argc, argv, "--seed", 1),
                   count = option(argc, argv, "--count", 100);
    const uint64_t seeds = option(argc, argv, "--seeds", 2);
    for (uint64_t k = 0; k < count && failed < 3; k++)
        if (one(mach, seed + k, seeds))
            passed++;
        else
            failed++;
    printf("resets %s: seeds %" PRIu64 "..%" PRIu64 ", each from zeros, ones and %" PRIu64
           " draws, %" PRIu64 " cycles each\n",
           mach->name, seed, seed + count - 1, seeds, cycles);
    printf("resets %s: %" PRIu64 " passed, %" PRIu64 " failed\n", mach->name, passed, failed);
    return failed || !passed;
}
