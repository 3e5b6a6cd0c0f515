/* SPDX-License-Identifier: Apache-2.0 */
/* edges.c - every instruction at both ends of everything it addresses, on RTL and C machine in
 * lock-step; and one line further, where both have to stop with the same error.
 *
 *   edges MACHINE [--dir RTL_DIR] [--only GROUP] [--list] [--cover FILE]
 *
 * What coverage has left then follows (edge_corner.h); with --cover what all of them reached is written to FILE.
 * The legal cases of a group are one program, which has to pass the verifier; each of the others is a
 * program the verifier has to refuse. Closing line: "edges MACHINE: N passed, M failed". */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/prove/verify.h"
#include "sim/run/device.h"
#include "tests/cosim/edge_corner.h"
#include "tests/cosim/edge_image.h"
#include "tests/cosim/edge_run.h"
#include "tests/cosim/watch.h"

static void inside(struct edge_tally *t, const struct edge_group *g, const struct edge_list *l)
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
    if (!s) s = edge_image_all(l, EDGE_PLACE, at, &im, &e);
    if (!s) s = edge_run(t, im, EDGE_PLACE, &r, &e);
    stamp_image_free(im);
    if (s)
        edge_complain(t, g->name, edge_case_at(l, at, edge_pc_of(e.text)), e.text);
    else
        t->inside += l->count;
}

static void beyond(struct edge_tally *t, const struct edge_group *g, const struct edge_list *l,
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
        edge_complain(t, g->name, c->name, "the verifier does not call it out of range");
        stamp_image_free(im);
        return;
    }
    stamp_image_free(im);
    im = NULL;
    if (!s) s = edge_image_one(l, k, EDGE_PLACE, &at, &im, &e);
    if (!s) s = edge_run(t, im, EDGE_PLACE, &r, &e);
    stamp_image_free(im);
    if (s != STAMP_EMACHINE || r.error != c->error || r.error_pc != at) {
        char text[600];
        snprintf(text, sizeof text, "one line further: %s at %u, want %s at %u (%s)",
                 stamp_error_name(r.error), r.error_pc, stamp_error_name(c->error), at,
                 s ? e.text : "done");
        edge_complain(t, g->name, c->name, text);
    } else {
        t->beyond++;
    }
}

static void group(struct edge_tally *t, const struct edge_group *g)
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
static void code(struct edge_tally *t)
{
    for (uint32_t last = 0; last < 2; last++) {
        struct stamp_image *im = NULL;
        struct stamp_run_result r;
        struct stamp_err e = {0};
        enum stamp_status s = edge_image_code(t->mach, last, &im, &e);

        if (!s) s = edge_run(t, im, EDGE_PLACE, &r, &e);
        if (s)
            edge_complain(t, "code", last ? "last byte" : "first byte", e.text);
        else
            t->inside++;
        stamp_image_free(im);
    }
}

static const struct edge_group *const lists[] = {edge_transfers, edge_vectors, edge_packs,
                                                 edge_rows,      edge_matrix,  edge_crowds};

static bool has_group(const char *name)
{
    for (size_t k = 0; k < sizeof lists / sizeof lists[0]; k++)
        for (const struct edge_group *g = lists[k]; g->name; g++)
            if (!strcmp(g->name, name)) return true;
    return false;
}

/* Every instruction of a unit has a group. */
static void complete(struct edge_tally *t)
{
#define OP(name, code, format, unit, meaning)                                                      \
    if (STAMP_UNIT_##unit != STAMP_UNIT_CTL && !has_group(#name))                                  \
        edge_complain(t, #name, "all", "no group has this instruction");
#include "model/spec/isa.def"
}

int main(int argc, char **argv)
{
    const char *reached = NULL;
    struct edge_tally t = {.mach = argc > 1 ? stamp_mach_find(argv[1]) : NULL, .dir = "build"};

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
    t.cover = cover_new(t.mach);
    if (!t.cover) {
        fprintf(stderr, "edges: out of memory\n");
        return 1;
    }
    for (size_t k = 0; k < sizeof lists / sizeof lists[0]; k++)
        for (const struct edge_group *g = lists[k]; g->name; g++) group(&t, g);
    if (!t.only) complete(&t), code(&t), edge_corners(&t), edge_controls(&t);
    if (t.only && !has_group(t.only)) edge_complain(&t, t.only, "all", "there is no such group");
    printf("edges %s: %" PRIu64 " legal, %" PRIu64 " one line further, %" PRIu64
           " no field can hold; %" PRIu64 " cycles\n",
           t.mach->name, t.inside, t.beyond, t.beyond_field, t.cycles);
    printf("edges %s: %" PRIu64 " passed, %" PRIu64 " failed\n", t.mach->name, t.inside + t.beyond,
           t.failed);
    if (reached && !watch_keep(t.cover, reached)) t.failed++;
    return t.failed || !t.inside;
}
