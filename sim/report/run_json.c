/* SPDX-License-Identifier: Apache-2.0 */
/* run_json.c - the record of a run, filled. Contract in run_json.h. */
#include "sim/report/run_json.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "model/mem.h"

enum { KEY_BYTES = 32 };

struct stamp_record *stamp_record_new(void)
{
    struct stamp_arena *arena = stamp_arena_new();
    struct stamp_record *r = arena ? stamp_arena_alloc(arena, 1, sizeof *r) : NULL;

    if (!r) {
        stamp_arena_free(arena);
        return NULL;
    }
    r->arena = arena;
    r->total.seconds = (double)NAN;
    return r;
}

void stamp_record_free(struct stamp_record *r)
{
    if (r) stamp_arena_free(r->arena);
}

const char *stamp_record_event(enum stamp_event i)
{
    static char key[STAMP_EVENTS][KEY_BYTES];

    if (!key[i][0]) {
        char text[KEY_BYTES];
        snprintf(text, sizeof text, "%s", stamp_event_name(i));
        for (char *c = text; *c; c++) *c = (char)tolower((unsigned char)*c);
        memcpy(key[i], text, sizeof text);
    }
    return key[i];
}

uint64_t stamp_record_peak(const struct stamp_record *r)
{
    return r->machine ? (uint64_t)r->param[STAMP_PARAM_P] * r->param[STAMP_PARAM_L] *
                            r->param[STAMP_PARAM_T]
                      : 0;
}

double stamp_record_use(const struct stamp_record *r, const struct stamp_record_piece *p)
{
    const double could = (double)stamp_record_peak(r) * (double)p->cycles.n;

    return p->cycles.known && p->products.known && could > 0 ? (double)p->products.n / could
                                                             : (double)NAN;
}

static bool plain(char c)
{
    return isalnum((unsigned char)c) || (c && strchr("_.+:/-", c));
}

bool stamp_record_name_ok(const char *name)
{
    size_t len = 0;

    while (plain(name[len])) len++;
    return len && len <= STAMP_NAME_MAX && !name[len];
}

static const char *plain_name(struct stamp_record *r, const char *name)
{
    char *copy = stamp_arena_text(r->arena, name, strlen(name));

    for (char *c = copy; c && *c; c++)
        if (!plain(*c)) *c = '_';
    return copy;
}

void stamp_record_machine(struct stamp_record *r, const struct stamp_mach *mach)
{
    r->machine = mach->name;
    for (int i = 0; i < STAMP_PARAMS; i++) r->param[i] = stamp_param_of(mach, (enum stamp_param)i);
}

bool stamp_record_device(struct stamp_record *r, const struct stamp_device *on,
                         const struct stamp_run_options *o)
{
    char seed[24];

    r->device = on->name;
    r->device_is = on->what;
    r->timed = (on->can & STAMP_CAN_TIMED) != 0;
    r->checked = (on->can & STAMP_CAN_CHECKED) != 0;
    r->has_memory = r->timed;
    r->read_latency = o->read_latency;
    r->write_latency = o->write_latency;
    r->read_rate = o->read_rate;
    r->write_rate = o->write_rate;
    r->stall = o->stall;
    r->has_dram = r->has_memory && o->has_dram;
    if (r->has_dram) r->dram = o->dram;
    snprintf(seed, sizeof seed, "%" PRIu64, o->seed);
    r->seed = stamp_arena_text(r->arena, seed, strlen(seed));
    return r->seed != NULL;
}

bool stamp_record_figure(struct stamp_record *r, const char *key, const char *of, double value)
{
    const char *copy = of ? stamp_arena_text(r->arena, of, strlen(of)) : NULL;

    if (r->figures == STAMP_RECORD_FIGURES || (of && !copy)) return false;
    r->figure[r->figures++] =
        (struct stamp_record_figure){key, copy, isfinite(value) ? value : (double)NAN};
    return true;
}

static void set_events(struct stamp_record_piece *p, const uint64_t event[STAMP_EVENTS], bool timed)
{
    for (int i = 0; i < STAMP_EVENTS; i++)
        if (timed || stamp_event_kind((enum stamp_event)i) == STAMP_EVENT_VALUE)
            p->event[i] = stamp_known(event[i]);
}

/* Instances of the phases, in the order of time. */
static bool add_instances(struct stamp_record *r, struct stamp_record_program *p,
                          const struct stamp_image *image, const struct stamp_run_result *result,
                          bool timed)
{
    p->instance = stamp_arena_alloc(r->arena, result->instances, sizeof *p->instance);
    if (!p->instance || result->instances > STAMP_RECORD_PIECES) return false;
    for (uint32_t i = 0; i < result->instances; i++) {
        const struct stamp_phase_instance *from = &result->instance[i];
        struct stamp_record_piece *to = &p->instance[i];
        to->name = plain_name(r, image->phase[from->phase].name);
        if (!to->name) return false;
        to->iteration = stamp_known(from->iteration);
        to->times = stamp_known(from->times);
        to->products = stamp_known(from->products);
        if (timed) to->cycles = stamp_known(from->cycles);
        if (timed && from->times == 1) to->start = stamp_known(from->start);
        set_events(to, from->event, timed);
    }
    p->instances = result->instances;
    return true;
}

struct stamp_record_program *stamp_record_add(struct stamp_record *r, const char *name,
                                              const struct stamp_image *image,
                                              const struct stamp_run_result *result, bool timed)
{
    if (r->programs == STAMP_RECORD_PROGRAMS) return NULL;
    struct stamp_record_program *p = &r->program[r->programs];

    memset(p, 0, sizeof *p);
    p->name = plain_name(r, name);
    if (!p->name) return NULL;
    p->checked = stamp_known(result->checked);
    p->mismatches = stamp_known(result->mismatches);
    p->seconds = result->seconds;
    p->all.products = stamp_known(result->products);
    if (!result->mismatches) { /* what was counted up to a difference belongs to no whole run */
        if (timed) p->all.cycles = stamp_known(result->cycles);
        set_events(&p->all, result->event, timed);
        if (image && !add_instances(r, p, image, result, timed)) return NULL;
    }
    r->programs++;
    return p;
}

/* ---- Sums -------------------------------------------------------------------------------------- */

/* Known where both are; the first addend is *sum as it is. */
static void add(struct stamp_known *sum, struct stamp_known more, bool first)
{
    if (first)
        *sum = more;
    else
        *sum = (struct stamp_known){sum->known && more.known, sum->n + more.n};
    if (!sum->known) sum->n = 0;
}

static void add_piece(struct stamp_record_piece *sum, const struct stamp_record_piece *p,
                      bool first)
{
    add(&sum->times, p->times, first);
    add(&sum->cycles, p->cycles, first);
    add(&sum->products, p->products, first);
    for (int i = 0; i < STAMP_EVENTS; i++) add(&sum->event[i], p->event[i], first);
}

static bool add_parts(struct stamp_record *r, struct stamp_record_program *p)
{
    p->part = stamp_arena_alloc(r->arena, p->instances, sizeof *p->part);
    if (!p->part) return false;
    p->parts = 0;
    for (uint32_t i = 0; i < p->instances; i++) {
        uint32_t k = 0;
        while (k < p->parts && strcmp(p->part[k].name, p->instance[i].name)) k++;
        if (k == STAMP_RECORD_PARTS) return false;
        p->part[k].name = p->instance[i].name;
        add_piece(&p->part[k], &p->instance[i], k == p->parts);
        if (k == p->parts) p->parts++;
    }
    return true;
}

bool stamp_record_finish(struct stamp_record *r)
{
    struct stamp_record_program *t = &r->total;

    memset(t, 0, sizeof *t);
    t->name = "total";
    t->seconds = r->programs ? 0 : (double)NAN;
    for (uint32_t i = 0; i < r->programs; i++) {
        struct stamp_record_program *p = &r->program[i];
        if (!add_parts(r, p)) return false;
        add(&t->tokens, p->tokens, i == 0);
        add(&t->runs, p->runs, i == 0);
        add(&t->expected, p->expected, i == 0);
        add(&t->checked, p->checked, i == 0);
        add(&t->mismatches, p->mismatches, i == 0);
        add(&t->compared, p->compared, i == 0);
        add_piece(&t->all, &p->all, i == 0);
        t->seconds += p->seconds;
    }
    return true;
}
