/* SPDX-License-Identifier: Apache-2.0 */
/* record_sample.c - records of runs, made up. Contract in record_sample.h. */
#include "tests/report/record_sample.h"

#include <math.h>
#include <stdlib.h>

struct stamp_record_piece sample_piece(const char *name, uint64_t layer, uint64_t start,
                                       uint64_t cycles)
{
    struct stamp_record_piece p = {.name = name,
                                   .iteration = stamp_known(layer),
                                   .start = stamp_known(start),
                                   .times = stamp_known(1),
                                   .cycles = stamp_known(cycles),
                                   .products = stamp_known(1000 * layer)};

    for (int i = 0; i < STAMP_EVENTS; i++) p.event[i] = stamp_known(0);
    return p;
}

static struct stamp_record *begin(const struct stamp_device *on)
{
    struct stamp_run_options o = stamp_run_options_default();
    struct stamp_record *r = stamp_record_new();

    if (!r) abort();
    r->version = "1.0.0";
    r->command = "generate";
    r->command_line = "stamp generate 'a <model>' \"& more\"";
    r->subject = "folder/a <model>";
    o.has_dram = stamp_dram_preset("lpddr5", &o.dram);
    o.seed = UINT64_MAX; /* more than a number of JSON holds */
    stamp_record_machine(r, stamp_mach_find("tiny"));
    if (!stamp_record_device(r, on, &o)) abort();
    return r;
}

/* Every event of the piece a number of its own. */
static void number(struct stamp_record_piece *p, uint64_t i)
{
    for (int e = 0; e < STAMP_EVENTS; e++) p->event[e] = stamp_known(10 * i + (uint64_t)e);
}

static void sum(struct stamp_record_program *p)
{
    p->all = sample_piece(NULL, 0, 0, 0);
    p->all.iteration = p->all.start = p->all.times = (struct stamp_known){.known = false};
    for (uint32_t i = 0; i < p->instances; i++) {
        p->all.cycles.n += p->instance[i].cycles.n;
        p->all.products.n += p->instance[i].products.n;
        for (int e = 0; e < STAMP_EVENTS; e++) p->all.event[e].n += p->instance[i].event[e].n;
    }
}

struct stamp_record *sample_record(uint64_t scale)
{
    struct stamp_record *r = begin(stamp_device_find("rtl", 0));
    struct stamp_record_program *p = &r->program[0], *q = &r->program[1];
    uint64_t at = 0;

    r->scheme = "haar";
    p->name = "prefill";
    p->tokens = stamp_known(5);
    p->runs = stamp_known(1);
    p->expected = stamp_known(290);
    p->seconds = 0.25;
    p->instances = 4;
    p->instance = stamp_arena_alloc(r->arena, 4, sizeof *p->instance);
    if (!p->instance) abort();
    for (uint32_t i = 0; i < 4; i++) {
        const uint64_t cycles = scale * (i % 2 ? 50 : 100);
        p->instance[i] = sample_piece(i % 2 ? "b" : "a", i / 2, at, cycles);
        number(&p->instance[i], i);
        at += cycles;
    }
    sum(p);
    q->name = "step";
    q->seconds = 0.5;
    sum(q);
    q->all.cycles = stamp_known(40);
    number(&q->all, 4);
    r->programs = 2;
    if (!stamp_record_figure(r, "ppl", NULL, 9.5)) abort();
    if (!stamp_record_figure(r, "sqnr_db", "y", (double)INFINITY)) abort();
    if (!stamp_record_finish(r)) abort();
    return r;
}

struct stamp_record *sample_untimed(void)
{
    struct stamp_record *r = begin(&stamp_on_model);
    struct stamp_run_result result = {.instructions = 7, .products = 11};
    struct stamp_record_program *p;

    for (int e = 0; e < STAMP_EVENTS; e++) result.event[e] = (uint64_t)e;
    p = stamp_record_add(r, "main", NULL, &result, false);
    if (!p) abort();
    p->runs = stamp_known(1);
    if (!stamp_record_finish(r)) abort();
    return r;
}
