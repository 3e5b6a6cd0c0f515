/* SPDX-License-Identifier: Apache-2.0 */
/* trace_meters.c - queues and semaphores over time. Contract in trace_meters.h. */
#include "sim/report/trace_meters.h"

#include <inttypes.h>
#include <stdio.h>

enum { QUEUES_MIB = 5, SEMAPHORES_MIB = 5, FIRST = 64, NAME = 32 };

/* A track as it is written. */
struct track {
    struct stamp_trace_out *out;
    struct stamp_trace_level *level;
    const char *name;
    uint64_t base;
};

static void write_to(const struct track *t, struct stamp_trace_meter *m, uint64_t end)
{
    const uint64_t cycles = end - m->begin;

    if (!cycles) return;
    stamp_trace_put(
        t->out, t->level,
        ",\n{\"ph\":\"C\",\"pid\":%d,\"ts\":%" PRIu64 ",\"name\":\"%s\",\"args\":{\"value\":%.6g}}",
        STAMP_TRACE_QUEUES, t->base + m->begin, t->name, (double)m->area / (double)cycles);
    m->begin = end;
    m->area = 0;
}

/* What was long without a change is a stretch of its own: a mean would blur what came before. */
static void change(const struct track *t, struct stamp_trace_meter *m, uint64_t cycle,
                   uint32_t value)
{
    const uint64_t join = t->level->join;

    if (cycle - m->at > join) write_to(t, m, m->at);
    m->area += m->value * (cycle - m->at);
    m->at = cycle;
    if (cycle - m->begin >= join) write_to(t, m, cycle);
    m->value = value;
    m->used = true;
}

static struct track queue_track(struct stamp_trace_meters *m, struct stamp_trace_out *o,
                                uint64_t base, enum stamp_unit unit, char name[NAME])
{
    snprintf(name, NAME, "queue %s", stamp_unit_name(unit));
    return (struct track){o, &m->of_queues, name, base};
}

static struct track semaphore_track(struct stamp_trace_meters *m, struct stamp_trace_out *o,
                                    uint64_t base, uint32_t n, char name[NAME])
{
    snprintf(name, NAME, "semaphore %02" PRIu32, n);
    return (struct track){o, &m->of_semaphores, name, base};
}

void stamp_trace_meters_open(struct stamp_trace_meters *m)
{
    m->of_queues = stamp_trace_level((uint64_t)QUEUES_MIB * STAMP_TRACE_MIB, FIRST, 0);
    m->of_semaphores = stamp_trace_level((uint64_t)SEMAPHORES_MIB * STAMP_TRACE_MIB, FIRST, 0);
}

void stamp_trace_meters_begin(struct stamp_trace_meters *m)
{
    for (int u = 0; u < STAMP_UNITS; u++)
        m->queue[u] = (struct stamp_trace_meter){.used = m->queue[u].used};
    for (int i = 0; i < STAMP_SEMAPHORES; i++)
        m->semaphore[i] = (struct stamp_trace_meter){.used = m->semaphore[i].used};
}

void stamp_trace_queue(struct stamp_trace_meters *m, struct stamp_trace_out *o, uint64_t base,
                       enum stamp_unit unit, uint32_t fill, uint64_t cycle)
{
    char name[NAME];
    const struct track t = queue_track(m, o, base, unit, name);

    change(&t, &m->queue[unit], cycle, fill);
}

void stamp_trace_semaphore(struct stamp_trace_meters *m, struct stamp_trace_out *o, uint64_t base,
                           uint32_t n, uint32_t value, uint64_t cycle)
{
    char name[NAME];
    const struct track t = semaphore_track(m, o, base, n, name);

    change(&t, &m->semaphore[n], cycle, value);
}

static void end(const struct track *t, struct stamp_trace_meter *m, uint64_t cycles)
{
    if (!m->used) return;
    change(t, m, cycles, 0);
    write_to(t, m, cycles);
    stamp_trace_put(t->out, t->level,
                    ",\n{\"ph\":\"C\",\"pid\":%d,\"ts\":%" PRIu64
                    ",\"name\":\"%s\",\"args\":{\"value\":0}}",
                    STAMP_TRACE_QUEUES, t->base + cycles, t->name);
}

void stamp_trace_meters_end(struct stamp_trace_meters *m, struct stamp_trace_out *o, uint64_t base,
                            uint64_t cycles)
{
    char name[NAME];

    for (int u = 0; u < STAMP_UNITS; u++) {
        const struct track t = queue_track(m, o, base, (enum stamp_unit)u, name);
        end(&t, &m->queue[u], cycles);
    }
    for (uint32_t i = 0; i < STAMP_SEMAPHORES; i++) {
        const struct track t = semaphore_track(m, o, base, i, name);
        end(&t, &m->semaphore[i], cycles);
    }
}
