/* SPDX-License-Identifier: Apache-2.0 */
/* trace_dram.c - channels of a DRAM over time. Contract in trace_dram.h. */
#include "sim/report/trace_dram.h"

#include <inttypes.h>
#include <stdio.h>

#include "model/dram/model.h"

enum { COUNTERS_MIB = 7, COMMANDS_MIB = 3, WINDOW = 512 };

void stamp_trace_dram_open(struct stamp_trace_dram *d)
{
    d->of_counters = stamp_trace_level((uint64_t)COUNTERS_MIB * STAMP_TRACE_MIB, WINDOW, WINDOW);
    d->of_commands = stamp_trace_level((uint64_t)COMMANDS_MIB * STAMP_TRACE_MIB, 1, 0);
}

void stamp_trace_dram_begin(struct stamp_trace_dram *d)
{
    for (int i = 0; i < STAMP_TRACE_CHANNELS; i++)
        d->channel[i] =
            (struct stamp_trace_channel){.used = d->channel[i].used, .window = d->of_counters.join};
}

/* The first command of a channel names its tracks. */
static void name(struct stamp_trace_dram *d, struct stamp_trace_out *o, uint32_t n)
{
    char text[64];
    bool any = false;

    for (int i = 0; i < STAMP_TRACE_CHANNELS; i++) any |= d->channel[i].used;
    if (!any) stamp_trace_name(o, STAMP_TRACE_DRAM, -1, "DRAM");
    snprintf(text, sizeof text, "channel %02" PRIu32 " data", n);
    stamp_trace_name(o, STAMP_TRACE_DRAM, 2 * (int)n, text);
    snprintf(text, sizeof text, "channel %02" PRIu32 " rows", n);
    stamp_trace_name(o, STAMP_TRACE_DRAM, 2 * (int)n + 1, text);
    d->channel[n].used = true;
}

/* Rates, so that windows of different length compare: a channel's share of the cycles, commands in 1000 cycles. */
static void write_window(struct stamp_trace_dram *d, struct stamp_trace_out *o, uint64_t base,
                         uint32_t n, uint64_t cycles)
{
    struct stamp_trace_channel *c = &d->channel[n];
    const double over = (double)cycles, a_1000 = 1000 / over;

    stamp_trace_put(o, &d->of_counters,
                    ",\n{\"ph\":\"C\",\"pid\":%d,\"ts\":%" PRIu64 ",\"name\":\"channel %02" PRIu32
                    " data bus busy\",\"args\":{\"part\":%.4f}}",
                    STAMP_TRACE_DRAM, base + c->begin, n, c->busy / over);
    stamp_trace_put(o, &d->of_counters,
                    ",\n{\"ph\":\"C\",\"pid\":%d,\"ts\":%" PRIu64 ",\"name\":\"channel %02" PRIu32
                    " in 1000 cycles\",\"args\":{\"hit\":%.3f,\"miss\":%.3f,\"conflict\":%.3f,"
                    "\"refresh\":%.4f}}",
                    STAMP_TRACE_DRAM, base + c->begin, n, c->kind[0] * a_1000, c->kind[1] * a_1000,
                    c->kind[2] * a_1000, c->refreshes * a_1000);
}

/* Windows that are over, up to the one of @p at; of those in which nothing happens the first alone. */
static void advance(struct stamp_trace_dram *d, struct stamp_trace_out *o, uint64_t base,
                    uint32_t n, double at)
{
    struct stamp_trace_channel *c = &d->channel[n];

    while (at >= (double)(c->begin + c->window)) {
        const double gap = at - (double)(c->begin + c->window);
        const bool empty = c->busy <= 0 && !c->kind[0] && !c->kind[1] && !c->kind[2];
        if (empty && !c->refreshes) { /* one stretch up to the window of `at` */
            const uint64_t whole = c->window * (1 + (uint64_t)(gap / (double)c->window));
            write_window(d, o, base, n, whole);
            c->begin += whole;
        } else {
            write_window(d, o, base, n, c->window);
            c->begin += c->window;
        }
        c->window = d->of_counters.join;
        c->busy = c->later < (double)c->window ? c->later : (double)c->window;
        c->later -= c->busy;
        c->kind[0] = c->kind[1] = c->kind[2] = c->refreshes = 0;
    }
}

static void slice(struct stamp_trace_dram *d, struct stamp_trace_out *o, uint64_t base,
                  const struct stamp_run_command *c)
{
    static const char *const what[] = {"ACT", "PRE", "PRE all", "REF", "RD", "WR"};
    static const char *const row[] = {"hit", "miss", "conflict"};
    const struct stamp_dram_issue *i = c->issue;
    const bool data = i->what == STAMP_DRAM_RD || i->what == STAMP_DRAM_WR;

    if (d->of_commands.join) return;
    stamp_trace_put(o, &d->of_commands,
                    ",\n{\"ph\":\"X\",\"pid\":%d,\"tid\":%" PRIu32
                    ",\"ts\":%.2f,\"dur\":%.2f,\"name\":\"%s\",\"args\":{\"rank\":%" PRIu32,
                    STAMP_TRACE_DRAM, 2 * i->channel + !data, (double)base + c->from,
                    c->to - c->from, what[i->what], i->rank);
    if (i->what != STAMP_DRAM_PREA && i->what != STAMP_DRAM_REF)
        stamp_trace_put(o, &d->of_commands,
                        ",\"group\":%" PRIu32 ",\"bank\":%" PRIu32 ",\"row\":%" PRIu32, i->group,
                        i->bank, i->row);
    if (data)
        stamp_trace_put(o, &d->of_commands, ",\"column\":%" PRIu32 ",\"is\":\"%s\"", i->column,
                        row[i->miss]);
    stamp_trace_put(o, NULL, "}}");
}

void stamp_trace_command(struct stamp_trace_dram *d, struct stamp_trace_out *o, uint64_t base,
                         const struct stamp_run_command *command)
{
    const struct stamp_dram_issue *i = command->issue;
    struct stamp_trace_channel *c = &d->channel[i->channel];

    if (!c->used) name(d, o, i->channel);
    slice(d, o, base, command);
    if (i->what == STAMP_DRAM_REF) {
        advance(d, o, base, i->channel, command->from);
        c->refreshes++;
    } else if (i->what == STAMP_DRAM_RD || i->what == STAMP_DRAM_WR) {
        advance(d, o, base, i->channel, command->from);
        const double end = (double)(c->begin + c->window), to = command->to;
        c->kind[i->miss]++;
        c->busy += (to < end ? to : end) - command->from;
        if (to > end) c->later += to - end;
    }
}

void stamp_trace_dram_end(struct stamp_trace_dram *d, struct stamp_trace_out *o, uint64_t base,
                          uint64_t cycles)
{
    for (uint32_t n = 0; n < STAMP_TRACE_CHANNELS; n++) {
        const struct stamp_trace_channel *c = &d->channel[n];
        if (!c->used) continue;
        advance(d, o, base, n, (double)cycles);
        if (cycles > c->begin) write_window(d, o, base, n, cycles - c->begin);
    }
}
