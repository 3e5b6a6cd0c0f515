/* SPDX-License-Identifier: Apache-2.0 */
/* err_rig.c - an RTL instance that is started again and again. Contract in err_rig.h. */
#include "tests/cosim/err_rig.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "model/mem.h"
#include "sim/run/rtl_open.h"

bool err_rig_fail(struct err_rig *r, const char *fmt, ...)
{
    va_list args;

    if (r->why[0]) return false;
    va_start(args, fmt);
    vsnprintf(r->why, sizeof r->why, fmt, args);
    va_end(args);
    return false;
}

static bool on_edge(void *ctx, const struct stamp_axi *pins, bool reset_n)
{
    return monitor_edge(((struct err_rig *)ctx)->monitor, pins, reset_n);
}

static bool on_cycle(void *ctx, const struct stamp_rtl_cycle *cycle)
{
    struct err_rig *r = ctx;

    return cover_cycle(r->cover, cycle) && timing_cycle(r->timing, cycle);
}

bool err_rig_open(struct err_rig *r, const struct stamp_mach *mach, const char *dir,
                  const struct err_world *world)
{
    struct stamp_err e;

    memset(r, 0, sizeof *r);
    r->mach = mach;
    r->cover = world->cover;
    cover_begin(r->cover);
    if (stamp_rtl_find(dir, mach, false, &r->ops, &e)) return err_rig_fail(r, "%s", e.text);
    r->dram = stamp_alloc(ERR_DRAM, 1);
    r->other = stamp_alloc(ERR_DRAM, 1);
    r->fresh = stamp_alloc(ERR_DRAM, 1);
    r->twin = stamp_machine_new(mach);
    r->monitor = monitor_new(mach->AXI_BYTES, ERR_WINDOW, ERR_WINDOW_END);
    r->timing = timing_new(mach, 0, 0);
    if (!r->dram || !r->other || !r->fresh || !r->twin || !r->monitor || !r->timing)
        return err_rig_fail(r, "out of memory");
    err_memory(mach, r->fresh);

    const struct stamp_rtl_options o = {.dram = r->dram,
                                        .dram_bytes = ERR_DRAM,
                                        .read_latency = world->latency,
                                        .write_latency = world->latency,
                                        .read_rate = 256,
                                        .write_rate = 256,
                                        .stall = world->stall,
                                        .seed = world->seed,
                                        .fault_lo = ERR_FAULT,
                                        .fault_hi = ERR_FAULT_END,
                                        .fault_read = true,
                                        .fault_write = true,
                                        .dead = world->dead,
                                        .ctx = r,
                                        .on_edge = on_edge,
                                        .on_cycle = on_cycle};
    r->rtl = r->ops->open(&o);
    return true;
}

void err_rig_close(struct err_rig *r)
{
    if (r->rtl) r->ops->close(r->rtl);
    monitor_free(r->monitor);
    timing_free(r->timing);
    stamp_machine_free(r->twin);
    stamp_free(r->dram);
    stamp_free(r->other);
    stamp_free(r->fresh);
}

void err_rig_load(struct err_rig *r, const struct err_prog *p)
{
    memcpy(r->dram, r->fresh, ERR_DRAM);
    for (uint32_t i = 0; i < p->count; i++)
        for (unsigned b = 0; b < 32; b++)
            r->dram[p->code + 32 * (uint64_t)i + b] = (uint8_t)(p->word[i].w[b / 4] >> 8 * (b % 4));
    memcpy(r->other, r->dram, ERR_DRAM);
}

void err_rig_start(struct err_rig *r, const struct err_prog *p)
{
    const struct {
        uint32_t reg, value;
    } writes[] = {
        {STAMP_REG_CODE_LO, (uint32_t)p->code},
        {STAMP_REG_CODE_COUNT, p->count},
        {STAMP_REG_WIN_LO_LO, ERR_WINDOW},
        {STAMP_REG_WIN_HI_LO, ERR_WINDOW_END},
        {STAMP_REG_WATCHDOG, p->watchdog},
        {STAMP_REG_IRQ_ENABLE, 1},
        {STAMP_REG_CTRL, 1},
    };
    timing_code(r->timing, p->code, p->code + 32 * (uint64_t)p->count);
    for (size_t i = 0; i < sizeof writes / sizeof writes[0]; i++)
        r->ops->write(r->rtl, writes[i].reg, writes[i].value);
}

bool err_rig_wait(struct err_rig *r, uint64_t cycles, struct stamp_rtl_status *st)
{
    const uint64_t first = monitor_cycles(r->monitor);

    do r->ops->run(r->rtl, cycles, st); /* the last cycle of a run still reads as busy */
    while (st->busy && !st->stopped && monitor_cycles(r->monitor) - first < cycles);
    if (st->stopped) return err_rig_fail(r, "AXI: %s", monitor_result(r->monitor));
    if (st->busy) return err_rig_fail(r, "still busy after %" PRIu64 " cycles", cycles);
    return true;
}

void err_rig_model(struct err_rig *r, const struct err_prog *p)
{
    struct stamp_retire last;

    stamp_machine_start(r->twin, (struct stamp_memory){r->other, ERR_DRAM, 0}, p->code, p->count,
                        ERR_WINDOW, ERR_WINDOW_END);
    cover_begin(r->cover);
    do cover_insn(r->cover, r->twin);
    while (stamp_machine_step(r->twin, &last));
}

/* The first byte in [from, to) where the RTL's memory is not @p want. */
static bool same(struct err_rig *r, const char *what, const uint8_t *want, uint32_t from,
                 uint32_t to)
{
    for (uint32_t i = from; i < to; i++)
        if (r->dram[i] != want[i])
            return err_rig_fail(r, "%s: byte 0x%x is 0x%02x, not 0x%02x", what, i, r->dram[i],
                                want[i]);
    return true;
}

/* Status, interrupt and their clearing at the end of a run. */
static bool check_end(struct err_rig *r, const struct stamp_rtl_status *st, enum stamp_error error,
                      uint32_t pc)
{
    struct stamp_rtl_status idle;

    if (st->error != error || st->done != (error == STAMP_ERROR_NONE))
        return err_rig_fail(r, "RTL ended with %s%s at %u, want %s at %u",
                            stamp_error_name(st->error), st->done ? " done" : "", st->error_pc,
                            stamp_error_name(error), pc);
    if (error && st->error_pc != pc)
        return err_rig_fail(r, "RTL: %s at instruction %u, want %u", stamp_error_name(error),
                            st->error_pc, pc);
    if (!st->irq) return err_rig_fail(r, "no interrupt");
    r->ops->write(r->rtl, STAMP_REG_CTRL, 2);
    r->ops->run(r->rtl, 1, &idle);
    if (idle.irq || idle.done || idle.error || idle.busy)
        return err_rig_fail(r, "interrupt and status were not cleared");
    return true;
}

static void read_counters(struct err_rig *r, uint64_t got[STAMP_EVENTS])
{
    for (uint32_t i = 0; i < STAMP_EVENTS; i++)
        got[i] = r->ops->read(r->rtl, STAMP_REG_CTR + 8 * i) |
                 (uint64_t)r->ops->read(r->rtl, STAMP_REG_CTR + 8 * i + 4) << 32;
}

bool err_rig_expect(struct err_rig *r, const struct err_prog *p, enum stamp_error error,
                    uint32_t pc, bool model, bool whole)
{
    struct stamp_rtl_status st;
    uint64_t got[STAMP_EVENTS];

    err_rig_load(r, p);
    err_rig_model(r, p);
    if (model && (r->twin->error != error || (error && r->twin->error_pc != pc)))
        return err_rig_fail(r, "model: %s at %u, want %s at %u", stamp_error_name(r->twin->error),
                            r->twin->error_pc, stamp_error_name(error), pc);
    err_rig_start(r, p);
    if (!err_rig_wait(r, 400000, &st) || !check_end(r, &st, error, pc)) return false;
    read_counters(r, got);
    const char *odd = timing_check(r->timing, got, false);
    if (odd) return err_rig_fail(r, "%s", odd);
    if (r->twin->error == error && r->twin->error_pc == pc) cover_end(r->cover, error, got);
    if (r->runs++ % 3 == 0) /* usually the next START comes at once */
        for (int i = 0; i < 60; i++) r->ops->run(r->rtl, 1, &st);
    if (!same(r, "below the window", r->other, 0, ERR_WINDOW) ||
        !same(r, "above the window", r->other, ERR_WINDOW_END, ERR_DRAM) ||
        (whole && !same(r, "window", r->other, ERR_WINDOW, ERR_WINDOW_END)))
        return false;
    return monitor_result(r->monitor) ? err_rig_fail(r, "AXI: %s", monitor_result(r->monitor))
                                      : true;
}

/* Counters of values equal to the model's, those of time to what was seen of the run. */
static bool counters(struct err_rig *r)
{
    uint64_t got[STAMP_EVENTS];

    read_counters(r, got);
    for (enum stamp_event e = 0; e < STAMP_EVENTS; e++)
        if (stamp_event_kind(e) == STAMP_EVENT_VALUE && got[e] != r->twin->event[e])
            return err_rig_fail(r, "counter %s is %" PRIu64 ", model %" PRIu64, stamp_event_name(e),
                                got[e], r->twin->event[e]);
    const char *odd = timing_check(r->timing, got, true);
    return odd ? err_rig_fail(r, "%s", odd) : true;
}

bool err_rig_done(struct err_rig *r, const struct err_prog *p)
{
    return err_rig_expect(r, p, STAMP_ERROR_NONE, 0, true, true) && counters(r);
}

bool err_rig_good(struct err_rig *r)
{
    static struct err_prog p;

    err_good(&p, r->mach);
    return err_rig_done(r, &p);
}
