/* SPDX-License-Identifier: Apache-2.0 */
/* edges.c - every instruction at both ends of everything it addresses, on RTL and C machine in
 * lock-step; and one line further, where both have to stop with the same error.
 *
 *   edges MACHINE [--dir RTL_DIR] [--only GROUP] [--list] [--cover FILE]
 *
 * The legal cases of a group are one program, which has to pass the verifier; each of the others is a
 * program the verifier has to refuse. Closing line: "edges MACHINE: N passed, M failed". */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/prove/verify.h"
#include "sim/run/device.h"
#include "sim/run/runtime.h"
#include "tests/cosim/edge_image.h"
#include "tests/cosim/monitor.h"
#include "tests/cosim/timing.h"
#include "tests/cover/cover.h"

struct tally {
    const struct stamp_mach *mach;
    const char *dir, *only;
    bool list;
    uint64_t inside, beyond, beyond_field, failed, cycles;
    struct cover *cover; /* or NULL */
};

/* Who watches the clocks of a run. */
struct clocks {
    struct timing *timing;
    struct cover *cover;
};

static bool watch_cycle(void *ctx, const struct stamp_rtl_cycle *cycle)
{
    const struct clocks *w = ctx;

    return cover_cycle(w->cover, cycle) && timing_cycle(w->timing, cycle);
}

enum { PLACE = 0x12340000 }; /* memory's place on the RTL; the verifier knows it at 0 only */

static enum stamp_status run(struct tally *t, const struct stamp_image *im, uint64_t base,
                             struct stamp_run_result *r, struct stamp_err *e)
{
    struct stamp_run_options o = stamp_run_options_default();
    struct stamp_run *job = NULL;
    struct monitor *bus = monitor_new(t->mach->AXI_BYTES, base, base + im->dram_bytes);
    const uint64_t code = base + im->code_addr;
    struct timing *clocks = timing_new(t->mach, code, code + 32 * (uint64_t)im->code_count);
    struct clocks watch = {clocks, t->cover};
    enum stamp_status s =
        bus && clocks ? stamp_run_new(im, &job, e) : stamp_fail(e, STAMP_ENOMEM, "out of memory");

    memset(r, 0, sizeof *r);
    o.on = &stamp_on_all;
    o.rtl_dir = t->dir;
    o.dram_base = base;
    o.read_latency = o.write_latency = 20;
    o.on_edge = monitor_edge;
    o.on_edge_ctx = bus;
    o.on_cycle = watch_cycle;
    o.on_cycle_ctx = &watch;
    if (t->cover) o.on_insn = cover_insn;
    o.on_insn_ctx = t->cover;
    cover_begin(t->cover);
    if (!s) s = stamp_run_go(job, &o, r, e);
    if (bus && monitor_result(bus) && !r->difference[0]) /* a run cut short leaves bursts open */
        s = stamp_fail(e, STAMP_EMISMATCH, "AXI: %s", monitor_result(bus));
    const char *odd =
        clocks && (!s || s == STAMP_EMACHINE) ? timing_check(clocks, r->event, !s) : NULL;
    if (odd) s = stamp_fail(e, STAMP_EMISMATCH, "%s", odd);
    if (!s || (s == STAMP_EMACHINE && !r->difference[0])) cover_end(t->cover, r->error, r->event);
    t->cycles += r->cycles;
    timing_free(clocks);
    monitor_free(bus);
    stamp_run_free(job);
    return s;
}

/* The case whose instruction is the last at or before @p pc. */
static const char *case_at(const struct edge_list *l, const uint32_t *at, uint32_t pc)
{
    const char *name = "before the first case";

    for (uint32_t k = 0; k < l->count && at[k] <= pc; k++) name = l->at[k].name;
    return name;
}

/* Of "UNIT pc 12: ..." or "instruction 12: ..."; UINT32_MAX when none is named. */
static uint32_t pc_of(const char *text)
{
    const char *p = strstr(text, "pc ");

    if (!p) p = strstr(text, "instruction ");
    return p ? (uint32_t)strtoul(strchr(p, ' ') + 1, NULL, 10) : UINT32_MAX;
}

static void complain(struct tally *t, const char *group, const char *name, const char *text)
{
    t->failed++;
    printf("%s, %s: %s\n", group, name, text);
}

static void inside(struct tally *t, const struct edge_group *g, const struct edge_list *l)
{
    uint32_t at[EDGE_CASES];
    struct stamp_image *im = NULL;
    struct stamp_run_result r;
    struct stamp_err e = {0};
    enum stamp_status s = edge_image_all(l, 0, at, &im, &e);

    if (!s) s = stamp_verify(im, NULL, &e);
    if (s) stamp_fail_at(&e, "verifier");
    stamp_image_free(im);
    im = NULL;
    if (!s) s = edge_image_all(l, PLACE, at, &im, &e);
    if (!s) s = run(t, im, PLACE, &r, &e);
    stamp_image_free(im);
    if (s)
        complain(t, g->name, case_at(l, at, pc_of(e.text)), e.text);
    else
        t->inside += l->count;
}

static void beyond(struct tally *t, const struct edge_group *g, const struct edge_list *l,
                   uint32_t k)
{
    const struct edge_case *c = &l->at[k];
    struct stamp_image *im = NULL;
    struct stamp_run_result r = {0};
    struct stamp_err e = {0};
    uint32_t at;
    enum stamp_status s = edge_image_one(l, k, 0, &at, &im, &e);

    /* Where a gather leads only the index table tells. */
    if (!s && !(l->at[k].insn.d.op == STAMP_OP_LOAD && l->at[k].insn.d.gather && c->found_late) &&
        stamp_verify(im, NULL, &e) != STAMP_ERANGE) {
        complain(t, g->name, c->name, "the verifier does not call it out of range");
        stamp_image_free(im);
        return;
    }
    stamp_image_free(im);
    im = NULL;
    if (!s) s = edge_image_one(l, k, PLACE, &at, &im, &e);
    if (!s) s = run(t, im, PLACE, &r, &e);
    stamp_image_free(im);
    if (s != STAMP_EMACHINE || r.error != c->error || r.error_pc != at) {
        char text[600];
        snprintf(text, sizeof text, "one line further: %s at %u, want %s at %u (%s)",
                 stamp_error_name(r.error), r.error_pc, stamp_error_name(c->error), at,
                 s ? e.text : "done");
        complain(t, g->name, c->name, text);
    } else {
        t->beyond++;
    }
}

static void group(struct tally *t, const struct edge_group *g)
{
    static struct edge_list l;

    if (t->only && strcmp(t->only, g->name)) return;
    for (uint32_t over = 0; over < 2; over++) {
        memset(&l, 0, sizeof l);
        l.mach = t->mach;
        l.over = over;
        g->build(&l);
        if (!over) inside(t, g, &l);
        for (uint32_t k = 0; over && k < l.count; k++) beyond(t, g, &l, k);
        for (uint32_t k = 0; t->list && k < l.count; k++)
            printf("%-14s %s%s\n", g->name, l.at[k].name, over ? ", one further" : "");
        t->beyond_field += l.beyond_field;
    }
}

/* Code in memory's first bytes and in its last. */
static void code(struct tally *t)
{
    for (uint32_t last = 0; last < 2; last++) {
        struct stamp_image *im = NULL;
        struct stamp_run_result r;
        struct stamp_err e = {0};
        enum stamp_status s = edge_image_code(t->mach, last, &im, &e);

        if (!s) s = run(t, im, PLACE, &r, &e);
        if (s)
            complain(t, "code", last ? "last byte" : "first byte", e.text);
        else
            t->inside++;
        stamp_image_free(im);
    }
}

static const struct edge_group *const lists[] = {edge_transfers, edge_vectors, edge_packs,
                                                 edge_rows, edge_matrix};

static bool has_group(const char *name)
{
    for (size_t k = 0; k < sizeof lists / sizeof lists[0]; k++)
        for (const struct edge_group *g = lists[k]; g->name; g++)
            if (!strcmp(g->name, name)) return true;
    return false;
}

/* Every instruction of a unit has a group. */
static void complete(struct tally *t)
{
#define OP(name, code, format, unit, meaning)                                                      \
    if (STAMP_UNIT_##unit != STAMP_UNIT_CTL && !has_group(#name))                                  \
        complain(t, #name, "all", "no group has this instruction");
#include "model/spec/isa.def"
}

static bool keep_cover(const struct cover *c, const char *file)
{
    struct stamp_err e = {0};

    if (c && !cover_write(c, file, &e)) return true;
    fprintf(stderr, "edges: %s\n", c ? e.text : "out of memory");
    return false;
}

int main(int argc, char **argv)
{
    const char *reached = NULL;
    struct tally t = {.mach = argc > 1 ? stamp_mach_find(argv[1]) : NULL, .dir = "build"};

    if (!t.mach) {
        fprintf(stderr, "edges: name a machine of model/spec/mach.def\n");
        return 2;
    }
    for (int i = 2; i < argc; i++) {
        if (!strcmp(argv[i], "--dir") && i + 1 < argc) t.dir = argv[++i];
        if (!strcmp(argv[i], "--only") && i + 1 < argc) t.only = argv[++i];
        if (!strcmp(argv[i], "--cover") && i + 1 < argc) reached = argv[++i];
        if (!strcmp(argv[i], "--list")) t.list = true;
    }
    if (reached) t.cover = cover_new(t.mach);
    for (size_t k = 0; k < sizeof lists / sizeof lists[0]; k++)
        for (const struct edge_group *g = lists[k]; g->name; g++) group(&t, g);
    if (!t.only) complete(&t), code(&t);
    if (t.only && !has_group(t.only)) complain(&t, t.only, "all", "there is no such group");
    printf("edges %s: %" PRIu64 " legal, %" PRIu64 " one line further, %" PRIu64
           " no field can hold; %" PRIu64 " cycles\n",
           t.mach->name, t.inside, t.beyond, t.beyond_field, t.cycles);
    printf("edges %s: %" PRIu64 " passed, %" PRIu64 " failed\n", t.mach->name, t.inside + t.beyond,
           t.failed);
    if (reached && !keep_cover(t.cover, reached)) t.failed++;
    return t.failed || !t.inside;
}
