/* SPDX-License-Identifier: Apache-2.0 */
/* trace.c - a timeline as JSON trace events. Contract in trace.h. */
#include "sim/report/trace.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "compiler/asm/dis.h"
#include "model/file/outfile.h"
#include "model/mem.h"
#include "model/text.h"

enum { STEPS = 16, FIRST = 32 /* cycles joined from the first step on */, PARTS = STAMP_UNITS };

/* What a unit does, not yet written. */
struct pending {
    bool any;
    uint32_t first, last; /* program counters */
    uint64_t count, begin, end;
};

struct stamp_trace {
    struct stamp_run_tracer tracer;
    struct stamp_outfile file;
    enum stamp_status status;
    struct stamp_err err;
    uint64_t bytes, join, next; /* written; cycles of a joined slice; bytes at which it doubles */
    uint64_t base;              /* cycles of the runs before */
    const struct stamp_image *image;
    const struct stamp_entry *entry;
    struct pending unit[STAMP_UNITS];
    uint64_t at, seen[STAMP_EVENTS]; /* of the last counters */
};

static void put(struct stamp_trace *t, const char *fmt, ...) STAMP_PRINTF(2, 3);

static void put(struct stamp_trace *t, const char *fmt, ...)
{
    char line[1024];
    va_list args;

    va_start(args, fmt);
    const int n = vsnprintf(line, sizeof line, fmt, args);
    va_end(args);
    if (t->status || n < 0 || (size_t)n >= sizeof line) return;
    t->status = stamp_outfile_write(&t->file, line, (size_t)n, &t->err);
    t->bytes += (uint64_t)n;
}

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
    put(t,
        ",\n{\"ph\":\"X\",\"pid\":1,\"tid\":%d,\"ts\":%" PRIu64 ",\"dur\":%" PRIu64
        ",\"name\":\"%s\",\"args\":{\"pc\":%" PRIu32 ",\"to\":%" PRIu32 "}}",
        (int)unit, t->base + p->begin, p->end - p->begin, name, p->first, p->last);
    if (t->bytes < t->next) return;
    t->next += STAMP_TRACE_BYTES / STEPS;
    t->join = t->join ? 2 * t->join : FIRST;
}

static void begin(void *ctx, const struct stamp_image *image, const struct stamp_entry *entry)
{
    struct stamp_trace *t = ctx;

    t->image = image;
    t->entry = entry;
    t->at = 0;
    memset(t->seen, 0, sizeof t->seen);
    memset(t->unit, 0, sizeof t->unit);
}

/* A unit ends its instructions in order: one is shown from the end of the one before, at most. */
static void span(void *ctx, enum stamp_unit unit, uint32_t pc, uint64_t from, uint64_t to)
{
    struct stamp_trace *t = ctx;
    struct pending *p = &t->unit[unit];
    const uint64_t start = from > p->end ? from : p->end;

    if (p->any && (to - p->begin > t->join || start > p->end + t->join)) flush(t, unit);
    if (!p->any) {
        p->begin = start;
        p->first = pc;
        p->count = 0;
    }
    p->any = true;
    p->last = pc;
    p->count++;
    p->end = to > start ? to : start;
}

static void counters(void *ctx, uint64_t cycle, const uint64_t event[STAMP_EVENTS])
{
    struct stamp_trace *t = ctx;
    const double n = (double)(cycle - t->at);
    const uint64_t *seen = t->seen;

    if (cycle <= t->at) return;
    put(t,
        ",\n{\"ph\":\"C\",\"pid\":1,\"ts\":%" PRIu64
        ",\"name\":\"bytes a cycle\",\"args\":{\"load\":%.3f,\"store\":%.3f,\"fetch\":%.3f}}",
        t->base + t->at, (double)(event[STAMP_EV_LOAD_BYTES] - seen[STAMP_EV_LOAD_BYTES]) / n,
        (double)(event[STAMP_EV_STORE_BYTES] - seen[STAMP_EV_STORE_BYTES]) / n,
        (double)(event[STAMP_EV_FETCH_BYTES] - seen[STAMP_EV_FETCH_BYTES]) / n);
    put(t,
        ",\n{\"ph\":\"C\",\"pid\":1,\"ts\":%" PRIu64
        ",\"name\":\"array active\",\"args\":{\"part\":%.4f}}",
        t->base + t->at, (double)(event[STAMP_EV_MXU_ACTIVE] - seen[STAMP_EV_MXU_ACTIVE]) / n);
    t->at = cycle;
    memcpy(t->seen, event, sizeof t->seen);
}

static void end(void *ctx, const struct stamp_run_result *r)
{
    struct stamp_trace *t = ctx;
    char name[STAMP_NAME_MAX + 1];

    for (int u = 0; u < STAMP_UNITS; u++) flush(t, (enum stamp_unit)u);
    counters(t, r->cycles, r->event);
    put(t,
        ",\n{\"ph\":\"X\",\"pid\":1,\"tid\":%d,\"ts\":%" PRIu64 ",\"dur\":%" PRIu64
        ",\"name\":\"entry %s\"}",
        PARTS + 1, t->base, r->cycles, t->entry->name);
    for (uint32_t i = 0; i < r->instances; i++) {
        const struct stamp_phase_instance *p = &r->instance[i];
        snprintf(name, sizeof name, "%s", t->image->phase[p->phase].name);
        plain(name);
        put(t,
            ",\n{\"ph\":\"X\",\"pid\":1,\"tid\":%d,\"ts\":%" PRIu64 ",\"dur\":%" PRIu64
            ",\"name\":\"%s\",\"args\":{\"layer\":%" PRIu32 ",\"products\":%" PRIu64 "}}",
            PARTS, t->base + p->start, p->cycles, name, p->iteration, p->products);
    }
    t->base += r->cycles;
}

enum stamp_status stamp_trace_open(const char *path, struct stamp_trace **out, struct stamp_err *e)
{
    struct stamp_trace *t = stamp_alloc(1, sizeof *t);

    if (!t) return stamp_fail(e, STAMP_ENOMEM, "out of memory for a trace");
    const enum stamp_status s = stamp_outfile_open(path, &t->file, e);
    if (s) {
        stamp_free(t);
        return s;
    }
    t->tracer = (struct stamp_run_tracer){t, begin, span, counters, end};
    t->next = STAMP_TRACE_BYTES / STEPS;
    put(t,
        "{\"displayTimeUnit\":\"ns\",\"otherData\":{\"unit\":\"a cycle is a microsecond\"},\n"
        "\"traceEvents\":[\n{\"ph\":\"M\",\"pid\":1,\"name\":\"process_name\",\"args\":{\"name\":"
        "\"STaMP machine\"}}");
    for (int u = 0; u <= PARTS + 1; u++)
        put(t,
            ",\n{\"ph\":\"M\",\"pid\":1,\"tid\":%d,\"name\":\"thread_name\",\"args\":{\"name\":\"%"
            "s\"}}",
            u,
            u < STAMP_UNITS ? stamp_unit_name((enum stamp_unit)u)
            : u == PARTS    ? "parts"
                            : "programs");
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
    put(t, "\n]}\n");
    if (t->status && keep) {
        *e = t->err;
        s = t->status;
    }
    if (keep && !s)
        s = stamp_outfile_commit(&t->file, e);
    else
        stamp_outfile_discard(&t->file);
    stamp_free(t);
    return s;
}
