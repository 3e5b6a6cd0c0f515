/* SPDX-License-Identifier: Apache-2.0 */
/* plant.c - a back end that lies: build/plant/stamp_rtl_MACH.so is build/stamp_rtl_MACH.so with one wrong
 * word in what it reports, so that a test can see the comparison fire (tests/cosim/plant.sh).
 *
 * STAMP_PLANT names the wrong thing, fields apart by colons; N counts from 0:
 *   word:UNIT:SPACE:N    one bit of the N-th write of UNIT to SPACE
 *   address:UNIT:SPACE:N one line further (a byte of DRAM)
 *   strobe:STU:DRAM:N    its last byte is not written
 *   skip:UNIT:SPACE:N    not told
 *   twice:UNIT:SPACE:N   told twice
 *   pc:UNIT:N            the N-th retirement of UNIT is of the next instruction
 *   lost:UNIT:N          not told
 *   counter:EVENT[:N]    N more, or one
 *   memory               a byte of the last beat stored is another, once the machine has stopped
 *   status               done becomes NUMERIC
 *   errorpc              an error is of the next instruction
 *   irq                  no interrupt
 * Without it, or when the N-th does not come, it is an honest back end. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/run/rtl.h"

enum { FIELDS = 4, FIELD = 32, MAX_BYTES = 512 };

static const struct stamp_rtl_ops *honest;

struct plant {
    void *rtl;
    struct stamp_rtl_options o; /* of the caller */
    char field[FIELDS][FIELD];
    unsigned long seen; /* writes or retirements that may be the one */
    uint64_t stored;    /* address of the last byte written to DRAM */
    bool any, spoilt;   /* one was; memory is */
};

static bool is(const struct plant *p, const char *what)
{
    return !strcmp(p->field[0], what);
}

/* Of those named, the one whose number it is. */
static bool chosen(struct plant *p, const char *number)
{
    return p->seen++ == strtoul(number, NULL, 10);
}

static bool tell(struct plant *p, enum stamp_unit unit, enum stamp_space space, uint64_t addr,
                 const void *data, size_t bytes)
{
    return !p->o.on_write || p->o.on_write(p->o.ctx, unit, space, addr, data, bytes);
}

static bool on_write(void *ctx, enum stamp_unit unit, enum stamp_space space, uint64_t addr,
                     const void *data, size_t bytes)
{
    struct plant *p = ctx;
    uint8_t bent[MAX_BYTES];

    if (space == STAMP_SPACE_DRAM) p->stored = addr + bytes - 1, p->any = true;
    if (strcmp(p->field[1], stamp_unit_name(unit)) ||
        strcmp(p->field[2], stamp_space_name(space)) || !chosen(p, p->field[3]))
        return tell(p, unit, space, addr, data, bytes);
    if (is(p, "skip")) return true;
    if (is(p, "twice") && !tell(p, unit, space, addr, data, bytes)) return false;
    memcpy(bent, data, bytes);
    if (is(p, "word")) bent[bytes / 2] ^= 0x10;
    return tell(p, unit, space, addr + is(p, "address"), bent, bytes - is(p, "strobe"));
}

static bool on_retire(void *ctx, enum stamp_unit unit, uint32_t pc)
{
    struct plant *p = ctx;
    const bool mine = (is(p, "pc") || is(p, "lost")) &&
                      !strcmp(p->field[1], stamp_unit_name(unit)) && chosen(p, p->field[2]);

    if (mine && is(p, "lost")) return true;
    return !p->o.on_retire || p->o.on_retire(p->o.ctx, unit, pc + mine);
}

static bool on_edge(void *ctx, const struct stamp_axi *pins, bool reset_n)
{
    struct plant *p = ctx;
    return p->o.on_edge(p->o.ctx, pins, reset_n);
}

static bool on_cycle(void *ctx, const struct stamp_rtl_cycle *cycle)
{
    struct plant *p = ctx;
    return p->o.on_cycle(p->o.ctx, cycle);
}

static void *open_plant(const struct stamp_rtl_options *options)
{
    struct plant *p = calloc(1, sizeof *p);
    struct stamp_rtl_options o = *options;
    const char *what = getenv("STAMP_PLANT");

    if (!p) abort();
    p->o = *options;
    for (int f = 0; what && f < FIELDS; f++) {
        const size_t n = strcspn(what, ":");
        snprintf(p->field[f], FIELD, "%.*s", (int)n, what);
        what = what[n] ? what + n + 1 : NULL;
    }
    o.ctx = p;
    o.on_write = on_write;
    o.on_retire = on_retire;
    o.on_edge = options->on_edge ? on_edge : NULL;
    o.on_cycle = options->on_cycle ? on_cycle : NULL;
    p->rtl = honest->open(&o);
    return p;
}

static void close_plant(void *rtl)
{
    struct plant *p = rtl;

    honest->close(p->rtl);
    free(p);
}

/* The counter named is more where its low word is read. */
static uint32_t read_plant(void *rtl, uint32_t offset)
{
    struct plant *p = rtl;
    uint32_t value = honest->read(p->rtl, offset);

    for (uint32_t e = 0; is(p, "counter") && e < STAMP_EVENTS; e++)
        if (!strcmp(p->field[1], stamp_event_name((enum stamp_event)e)) &&
            offset == STAMP_REG_CTR + 8 * e)
            value += p->field[2][0] ? (uint32_t)strtoul(p->field[2], NULL, 10) : 1;
    return value;
}

static void write_plant(void *rtl, uint32_t offset, uint32_t value)
{
    honest->write(((struct plant *)rtl)->rtl, offset, value);
}

static void run_plant(void *rtl, uint64_t cycles, struct stamp_rtl_status *st)
{
    struct plant *p = rtl;

    honest->run(p->rtl, cycles, st);
    if (st->busy) return;
    if (is(p, "memory") && p->any && !p->spoilt)
        p->o.dram[p->stored - p->o.dram_base] ^= 0x40, p->spoilt = true;
    if (is(p, "status") && st->done) st->done = false, st->error = STAMP_ERROR_NUMERIC;
    if (is(p, "errorpc") && st->error) st->error_pc++;
    if (is(p, "irq")) st->irq = false;
}

static void events_plant(void *rtl, uint64_t out[STAMP_EVENTS])
{
    honest->events(((struct plant *)rtl)->rtl, out);
}

/* An activity as a counter. */
static void activity_plant(void *rtl, uint64_t out[STAMP_ACTIVITIES])
{
    struct plant *p = rtl;

    honest->activity(p->rtl, out);
    for (int a = 0; is(p, "counter") && a < STAMP_ACTIVITIES; a++)
        if (!strcmp(p->field[1], stamp_activity_name((enum stamp_activity)a))) out[a]++;
}

static void dram_plant(void *rtl, struct stamp_dram_counts *out)
{
    honest->dram(((struct plant *)rtl)->rtl, out);
}

static const char *failed_plant(void *rtl)
{
    return honest->failed(((struct plant *)rtl)->rtl);
}

/* The symbol of STAMP_RTL_SYMBOL. */
extern struct stamp_rtl_ops stamp_rtl_ops_6;
struct stamp_rtl_ops stamp_rtl_ops_6 = {.mach = MACH,
                                        .open = open_plant,
                                        .close = close_plant,
                                        .read = read_plant,
                                        .write = write_plant,
                                        .run = run_plant,
                                        .events = events_plant,
                                        .activity = activity_plant,
                                        .failed = failed_plant,
                                        .dram = dram_plant};

/* The honest one lies a folder up; this one passes for the machine it was built as. */
__attribute__((constructor)) static void find_honest(void)
{
    char path[1024];
    Dl_info here;

    if (!dladdr((void *)&stamp_rtl_ops_6, &here)) abort();
    snprintf(path, sizeof path, "%s", here.dli_fname);
    char *slash = strrchr(path, '/');
    if (!slash) abort();
    snprintf(slash + 1, sizeof path - (size_t)(slash + 1 - path), "../stamp_rtl_%s.so", MACH);
    void *object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    honest = object ? dlsym(object, STAMP_RTL_SYMBOL) : NULL;
    if (!honest) {
        fprintf(stderr, "plant: %s\n", dlerror());
        abort();
    }
    stamp_rtl_ops_6.params = honest->params;
    memcpy(stamp_rtl_ops_6.param, honest->param, sizeof honest->param);
}
