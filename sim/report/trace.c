/* SPDX-License-Identifier: Apache-2.0 */
/* trace.c - a timeline as JSON trace events. Contract in trace.h. */
#include "sim/report/trace.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "compiler/asm/dis.h"
#include "model/mem.h"
#include "model/text.h"
#include "sim/report/trace_dram.h"
#include "sim/report/trace_meters.h"

enum { FIRST = 32, PARTS = STAMP_UNITS, SLICES_MIB = 20, COUNTERS_MIB = 5 };

/* What a unit does, not yet written. */
struct pending {
    bool any;
    uint32_t first, last; /* program counters */
    uint64_t count, queued, begin, end;
};

struct stamp_trace {
    struct stamp_run_tracer tracer;
    struct stamp_trace_out out;
    struct stamp_trace_level of_slices, of_counters;
    struct stamp_trace_meters meters;
    struct stamp_trace_dram dram;
    uint64_t base; /* cycles of the runs before */
    const struct stamp_image *image;
    const struct stamp_entry *entry;
    struct pending unit[STAMP_UNITS];
    uint64_t at, seen[STAMP_EVENTS]; /* of the last counters */
};

/* Text of the kit's own names and numbers: quotes and backslashes are not in it, control characters neither. */
static void plain(char *text)
{
    for (char *c = text; *c; c++)
        if (*c == '"' || *c == '\\' || (unsigned char)*c < ' ') *c = ' ';
}

static void name_of(const struct stamp_trace *t, const struct pending *p, char *name, size_t size)
{
    struct stamp_text text = {0};

    if (p->count > 1) {
        snprintf(name, size, "%" PRIu64 " instructions", p->count);
        return;
    }
    if (p->first < t->entry->count) {
        stamp_dis_word(&t->image->code[t->entry->first + p->first], &text);
        stamp_dis_buffer(t->image, t->entry->first + p->first, &text);
    }
    snprintf(name, size, "%s", text.s ? text.s : "?");
    plain(name);
    stamp_free(text.s);
}

static void flush(struct stamp_trace *t, enum stamp_unit unit)
{
    struct pending *p = &t->unit[unit];
    char name[300];

    if (!p->any) return;
    p->any = false;
    name_of(t, p, name, sizeof name);
    stamp_trace_put(
        &t->out, &t->of_slices,
        ",\n{\"ph\":\"X\",\"pid\":1,\"tid\":%d,\"ts\":%" PRIu64 ",\"dur\":%" PRIu64
        ",\"name\":\"%s\",\"args\":{\"pc\":%" PRIu32 ",\"to\":%" PRIu32 ",\"queued\":%" PRIu64 "}}",
        (int)unit, t->base + p->begin, p->end - p->begin, name, p->first, p->last, p->queued);
}

static void begin(void *ctx, const struct stamp_image *image, const struct stamp_entry *entry)
{
    struct stamp_trace *t = ctx;

    t->image = image;
    t->entry = entry;
    t->at = 0;
    memset(t->seen, 0, sizeof t->seen);
    memset(t->unit, 0, sizeof t->unit);
    stamp_trace_meters_begin(&t->meters);
    stamp_trace_dram_begin(&t->dram);
}

/* A unit ends its instructions in order: one is shown from the end of the one before, at most. */
static void span(void *ctx, enum stamp_unit unit, uint32_t pc, uint64_t queued, uint64_t from,
                 uint64_t to)
{
    struct stamp_trace *t = ctx;
    struct pending *p = &t->unit[unit];
    const uint64_t start = from > p->end ? from : p->end;

    if (p->any && (to - p->begin > t->of_slices.join || start > p->end + t->of_slices.join))
        flush(t, unit);
    if (!p->any) {
        p->begin = start;
        p->first = pc;
        p->count = p->queued = 0;
    }
    p->any = true;
    p->last = pc;
    p->count++;
    p->queued += queued;
    p->end = to > start ? to : start;
}

static void queue(void *ctx, enum stamp_unit unit, uint32_t fill, uint64_t cycle)
{
    struct stamp_trace *t = ctx;

    stamp_trace_queue(&t->meters, &t->out, t->base, unit, fill, cycle);
}

static void semaphore(void *ctx, uint32_t n, uint32_t value, uint64_t cycle)
{
    struct stamp_trace *t = ctx;

    stamp_trace_semaphore(&t->meters, &t->out, t->base, n, value, cycle);
}

static void command(void *ctx, const struct stamp_run_command *c)
{
    struct stamp_trace *t = ctx;

    stamp_trace_command(&t->dram, &t->out, t->base, c);
}

/* A counter of the stretch since the last ones; series: its events, over the cycles each. */
struct counter {
    const char *name;
    int digits, series;
    struct {
        const char *name;
        enum stamp_event event;
    } of[4];
};

static const struct counter counter[] = {
    {"bytes a cycle",
     3,
     3,
     {{"load", STAMP_EV_LOAD_BYTES},
      {"store", STAMP_EV_STORE_BYTES},
      {"fetch", STAMP_EV_FETCH_BYTES}}},
    {"array active", 4, 1, {{"part", STAMP_EV_MXU_ACTIVE}}},
    {"busy",
     4,
     4,
     {{"LDU", STAMP_EV_LDU_BUSY},
      {"STU", STAMP_EV_STU_BUSY},
      {"VXU", STAMP_EV_VXU_BUSY},
      {"MXU", STAMP_EV_MXU_BUSY}}},
    {"head waits for a semaphore",
     4,
     4,
     {{"LDU", STAMP_EV_LDU_WAIT},
      {"STU", STAMP_EV_STU_WAIT},
      {"VXU", STAMP_EV_VXU_WAIT},
      {"MXU", STAMP_EV_MXU_WAIT}}},
};

static void write_counter(struct stamp_trace *t, const struct counter *c, uint64_t cycle,
                          const uint64_t event[STAMP_EVENTS])
{
    const double n = (double)(cycle - t->at);

    stamp_trace_put(&t->out, &t->of_counters,
                    ",\n{\"ph\":\"C\",\"pid\":1,\"ts\":%" PRIu64 ",\"name\":\"%s\",\"args\":{",
                    t->base + t->at, c->name);
    for (int i = 0; i < c->series; i++)
        stamp_trace_put(&t->out, &t->of_counters, "%s\"%s\":%.*f", i ? "," : "", c->of[i].name,
                        c->digits, (double)(event[c->of[i].event] - t->seen[c->of[i].event]) / n);
    stamp_trace_put(&t->out, &t->of_counters, "}}");
}

static void counters(void *ctx, uint64_t cycle, const uint64_t event[STAMP_EVENTS])
{
    struct stamp_trace *t = ctx;

    if (cycle <= t->at || cycle - t->at < t->of_counters.join) return;
    for (size_t i = 0; i < sizeof counter / sizeof counter[0]; i++)
        write_counter(t, &counter[i], cycle, event);
    t->at = cycle;
    memcpy(t->seen, event, sizeof t->seen);
}

static void end(void *ctx, const struct stamp_run_result *r)
{
    struct stamp_trace *t = ctx;
    const uint64_t join = t->of_counters.join;
    char name[STAMP_NAME_MAX + 1];

    for (int u = 0; u < STAMP_UNITS; u++) flush(t, (enum stamp_unit)u);
    t->of_counters.join = 0; /* the rest, however short */
    counters(t, r->cycles, r->event);
    t->of_counters.join = join;
    stamp_trace_meters_end(&t->meters, &t->out, t->base, r->cycles);
    stamp_trace_dram_end(&t->dram, &t->out, t->base, r->cycles);
    stamp_trace_put(&t->out, NULL,
                    ",\n{\"ph\":\"X\",\"pid\":1,\"tid\":%d,\"ts\":%" PRIu64 ",\"dur\":%" PRIu64
                    ",\"name\":\"entry %s\"}",
                    PARTS + 1, t->base, r->cycles, t->entry->name);
    for (uint32_t i = 0; i < r->instances; i++) {
        const struct stamp_phase_instance *p = &r->instance[i];
        snprintf(name, sizeof name, "%s", t->image->phase[p->phase].name);
        plain(name);
        stamp_trace_put(&t->out, NULL,
                        ",\n{\"ph\":\"X\",\"pid\":1,\"tid\":%d,\"ts\":%" PRIu64 ",\"dur\":%" PRIu64
                        ",\"name\":\"%s\",\"args\":{\"layer\":%" PRIu32 ",\"products\":%" PRIu64
                        "}}",
                        PARTS, t->base + p->start, p->cycles, name, p->iteration, p->products);
    }
    t->base += r->cycles;
}

enum stamp_status stamp_trace_open(const char *path, struct stamp_trace **out, struct stamp_err *e)
{
    struct stamp_trace *t = stamp_alloc(1, sizeof *t);

    if (!t) return stamp_fail(e, STAMP_ENOMEM, "out of memory for a trace");
    const enum stamp_status s = stamp_outfile_open(path, &t->out.file, e);
    if (s) {
        stamp_free(t);
        return s;
    }
    t->tracer = (struct stamp_run_tracer){t, begin, span, queue, semaphore, command, counters, end};
    t->of_slices = stamp_trace_level((uint64_t)SLICES_MIB * STAMP_TRACE_MIB, FIRST, 0);
    t->of_counters = stamp_trace_level((uint64_t)COUNTERS_MIB * STAMP_TRACE_MIB, FIRST, 0);
    stamp_trace_meters_open(&t->meters);
    stamp_trace_dram_open(&t->dram);
    stamp_trace_put(
        &t->out, NULL,
        "{\"displayTimeUnit\":\"ns\",\"otherData\":{\"unit\":\"a cycle is a microsecond\"},\n"
        "\"traceEvents\":[\n{\"ph\":\"M\",\"pid\":1,\"name\":\"process_name\",\"args\":{\"name\":"
        "\"STaMP machine\"}}");
    for (int u = 0; u <= PARTS + 1; u++)
        stamp_trace_name(&t->out, STAMP_TRACE_MACHINE, u,
                         u < STAMP_UNITS ? stamp_unit_name((enum stamp_unit)u)
                         : u == PARTS    ? "parts"
                                         : "programs");
    stamp_trace_name(&t->out, STAMP_TRACE_QUEUES, -1, "queues and semaphores");
    *out = t;
    return STAMP_OK;
}

const struct stamp_run_tracer *stamp_trace_tracer(struct stamp_trace *t)
{
    return &t->tracer;
}

enum stamp_status stamp_trace_close(struct stamp_trace *t, bool keep, struct stamp_err *e)
{
    enum stamp_status s = STAMP_OK;

    if (!t) return s;
    stamp_trace_put(&t->out, NULL, "\n]}\n");
    if (t->out.status && keep) {
        *e = t->out.err;
        s = t->out.status;
    }
    if (keep && !s)
        s = stamp_outfile_commit(&t->out.file, e);
    else
        stamp_outfile_discard(&t->out.file);
    stamp_free(t);
    return s;
}
