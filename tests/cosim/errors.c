/* SPDX-License-Identifier: Apache-2.0 */
/* errors.c - every error code on the RTL and on the C machine: same code, same instruction, a clean
 * stop, and the same Verilated machine runs a good program right after.
 *
 *   errors MACHINE [--dir RTL_DIR] [--list] [--cover FILE]
 *
 * Closing line: "errors MACHINE: N passed, M failed". A code of error.def without a case fails. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tests/cosim/err_cases.h"
#include "tests/cosim/err_rig.h"
#include "tests/cosim/watch.h"

struct tally {
    const struct stamp_mach *mach;
    const char *dir;
    bool list;
    struct cover *cover; /* or NULL */
    uint32_t passed, failed, code[16];
};

static const struct err_case *const lists[] = {err_cases_dispatch, err_cases_range, err_cases_unit,
                                               err_cases_newer, err_cases_pairs};

static void judge(struct tally *t, struct err_rig *r, bool ok, enum stamp_error code,
                  const char *name, uint32_t variant)
{
    if (ok) {
        t->passed++;
        t->code[code]++;
        return;
    }
    if (t->failed++ < 20) printf("%s %u: %s\n", name, variant, r->why);
    r->why[0] = 0;
}

static bool open_rig(const struct tally *t, struct err_rig *r, const struct err_world *world)
{
    struct err_world w = *world;

    w.cover = t->cover;
    return err_rig_open(r, t->mach, t->dir, &w);
}

/* One variant, then the good program on the same instance. */
static bool stop_and_go(struct err_rig *r, const struct err_case *c, const struct err_prog *p)
{
    if (!err_rig_expect(r, p, p->want ? p->want : c->error, p->bad, c->flags & ERR_MODEL,
                        c->flags & ERR_WHOLE))
        return false;
    return err_rig_good(r);
}

static void all_cases(struct tally *t, const struct err_world *world)
{
    static struct err_prog p;
    struct err_rig r;

    for (size_t l = 0; l < sizeof lists / sizeof lists[0]; l++) {
        for (const struct err_case *c = lists[l]; c->name; c++) {
            uint32_t v = 0;
            bool open = open_rig(t, &r, world);
            for (;; v++) {
                err_start(&p, t->mach);
                if (!c->build(&p, v)) break;
                const bool ok = open && stop_and_go(&r, c, &p);
                judge(t, &r, ok, p.want ? p.want : c->error, c->name, v);
                if (!ok) { /* the next one gets a machine of its own */
                    err_rig_close(&r);
                    open = open_rig(t, &r, world);
                }
            }
            err_rig_close(&r);
            if (t->list) printf("%-12s %-32s %u\n", stamp_error_name(c->error), c->name, v);
        }
    }
}

/* Memory that does not answer, or answers long after: WATCHDOG, and START is accepted again. */
static bool dead_memory(struct err_rig *r)
{
    static struct err_prog p;
    struct stamp_rtl_status st;

    err_good(&p, r->mach);
    p.watchdog = 3000;
    for (int i = 0; i < 3; i++) {
        err_rig_load(r, &p);
        err_rig_start(r, &p);
        if (!err_rig_wait(r, 20000, &st)) return false;
        if (st.error != STAMP_ERROR_WATCHDOG || st.error_pc != 0 || !st.irq)
            return err_rig_fail(r, "start %d: %s at %u", i, stamp_error_name(st.error),
                                st.error_pc);
    }
    return true;
}

/* The answer to what one program asked for comes when the next one runs. The watchdog is set once
 * the program has got to @p when, at so few cycles that the machine gives up waiting. Stores that
 * were on their way may still land in memory, so what that next program leaves there is not asked. */
static bool late_answer(struct err_rig *r, const struct err_prog *p, uint64_t when)
{
    static struct err_prog next;
    struct stamp_rtl_status st;

    err_rig_load(r, p);
    err_rig_start(r, p);
    r->ops->run(r->rtl, when, &st);
    if (!st.busy) return err_rig_fail(r, "ended before its memory could answer");
    r->ops->write(r->rtl, STAMP_REG_WATCHDOG, 200);
    if (!err_rig_wait(r, 1000, &st)) return false;
    if (st.error != STAMP_ERROR_WATCHDOG || !st.irq)
        return err_rig_fail(r, "%s, want WATCHDOG", stamp_error_name(st.error));
    r->ops->write(r->rtl, STAMP_REG_CTRL, 2);
    err_good(&next, r->mach);
    return err_rig_expect(r, &next, STAMP_ERROR_NONE, 0, true, false) && err_rig_good(r);
}

/* Latency 4000: a program of one burst has been fetched a little later. */
static bool late_answers(struct err_rig *r, union stamp_insn i, uint64_t when)
{
    static struct err_prog p;

    err_start(&p, r->mach);
    p.watchdog = 0;
    err_put(&p, i);
    err_control(&p, STAMP_OP_HALT, 0, 0);
    return late_answer(r, &p, when);
}

static bool late_fetch(struct err_rig *r)
{
    return late_answers(r, err_store(ERR_OUT, 0), 100);
}

static bool late_data(struct err_rig *r)
{
    union stamp_insn i = err_load(STAMP_SPACE_VM, ERR_F32, 100);

    i.d.lines = 16384 / 4 / r->mach->L;
    return late_answers(r, i, 5000);
}

static bool late_response(struct err_rig *r)
{
    union stamp_insn i = err_store(ERR_OUT, 0);

    i.d.lines = 16384 / 4 / r->mach->L;
    return err_rig_good(r) && late_answers(r, i, 5000);
}

static uint64_t cycles_of(struct err_rig *r)
{
    return r->ops->read(r->rtl, STAMP_REG_CTR) | (uint64_t)r->ops->read(r->rtl, STAMP_REG_CTR + 4)
                                                     << 32;
}

/* Twenty starts in turn good and bad; the same program takes the same time each time. */
static bool alternate(struct err_rig *r, uint64_t slack)
{
    static struct err_prog bad;
    uint64_t first = 0;

    for (uint32_t i = 0; i < 20; i++) {
        const struct err_case *c = &err_cases_unit[i % 7];
        if (i & 1) {
            err_start(&bad, r->mach);
            c->build(&bad, 0);
            if (!err_rig_expect(r, &bad, c->error, bad.bad, c->flags & ERR_MODEL, false))
                return false;
            continue;
        }
        if (!err_rig_good(r)) return false;
        const uint64_t now = cycles_of(r);
        if (i == 0) first = now;
        if (now > first + slack || now + slack < first)
            return err_rig_fail(r, "start %u took %" PRIu64 " cycles, the first %" PRIu64, i, now,
                                first);
    }
    return true;
}

static bool again_and_again(struct err_rig *r)
{
    return alternate(r, 64); /* what the last fetch ahead left may delay a start */
}

/* Stalls fall differently each time; a counter that was not cleared would show all the same. */
static bool again_with_stalls(struct err_rig *r)
{
    return alternate(r, 600);
}

/* A program of one HALT, at instruction @p end, with more behind it to read ahead. */
static void ends_early(struct err_rig *r, struct err_prog *p, uint64_t code, uint32_t end)
{
    err_start(p, r->mach);
    p->code = code;
    p->watchdog = 100000; /* half a window of a dropped program comes first, a beat in 256 cycles */
    for (uint32_t k = 0; k < 40; k++) err_control(p, k == end ? STAMP_OP_HALT : STAMP_OP_NOP, 0, 0);
}

/* What a program reads ahead is under way, or still to be asked for, when the next one starts elsewhere: its
 * beats count there. */
static bool read_ahead(struct err_rig *r)
{
    static struct err_prog p;
    struct stamp_rtl_status st;

    for (uint32_t i = 0; i < 16; i++) {
        ends_early(r, &p, ERR_BAD_CODE, i % 8);
        err_rig_load(r, &p);
        err_rig_start(r, &p);
        if (!err_rig_wait(r, 400000, &st)) return false;
        ends_early(r, &p, ERR_GOOD_CODE, 7 - i % 8);
        if (!err_rig_done(r, &p)) return false;
    }
    return true;
}

/* START while busy does nothing, and neither does clearing what is not there. */
static bool start_while_busy(struct err_rig *r)
{
    static struct err_prog p;
    struct stamp_rtl_status st;

    err_good(&p, r->mach);
    err_rig_load(r, &p);
    err_rig_model(r, &p);
    err_rig_start(r, &p);
    for (int i = 0; i < 12; i++) {
        r->ops->run(r->rtl, 20, &st);
        if (!st.busy || st.irq) return err_rig_fail(r, "not busy after %d x 20 cycles", i + 1);
        r->ops->write(r->rtl, STAMP_REG_CTRL, i & 1 ? 3 : 1);
    }
    const uint64_t before = cycles_of(r);
    if (!err_rig_wait(r, 100000, &st)) return false;
    if (!st.done || !st.irq) return err_rig_fail(r, "no done after START while busy");
    if (before < 200 || cycles_of(r) <= before)
        return err_rig_fail(r, "START while busy cleared a counter");
    return memcmp(r->dram, r->other, ERR_DRAM) ? err_rig_fail(r, "results differ") : true;
}

/* The interrupt is a level: raised with its enable, lowered by clearing, also by START. */
static bool interrupt(struct err_rig *r)
{
    static struct err_prog p;
    struct stamp_rtl_status st;

    err_good(&p, r->mach);
    for (int bad = 0; bad < 2; bad++) {
        p.count -= (uint32_t)bad; /* no HALT */
        err_rig_load(r, &p);
        err_rig_start(r, &p);
        r->ops->write(r->rtl, STAMP_REG_IRQ_ENABLE, 0);
        if (!err_rig_wait(r, 100000, &st)) return false;
        if (st.irq || st.done == bad) return err_rig_fail(r, "interrupt without enable");
        r->ops->write(r->rtl, STAMP_REG_IRQ_ENABLE, 1);
        r->ops->run(r->rtl, 1, &st);
        if (!st.irq) return err_rig_fail(r, "no interrupt once enabled");
        for (int i = 0; i < 50; i++) r->ops->run(r->rtl, 1, &st);
        if (!st.irq || (st.error != STAMP_ERROR_NONE) != bad)
            return err_rig_fail(r, "the interrupt did not stay");
        err_rig_start(r, &p);
        r->ops->run(r->rtl, 5, &st);
        if (st.irq || st.done || st.error || !st.busy)
            return err_rig_fail(r, "START left the interrupt");
        if (!err_rig_wait(r, 100000, &st)) return false;
        r->ops->write(r->rtl, STAMP_REG_CTRL, 2);
        r->ops->run(r->rtl, 1, &st);
        if (st.irq) return err_rig_fail(r, "the interrupt was not cleared");
    }
    return true;
}

static void scene(struct tally *t, const char *name, enum stamp_error code,
                  const struct err_world *world, bool (*run)(struct err_rig *))
{
    struct err_rig r;
    const bool ok = open_rig(t, &r, world) && run(&r);

    judge(t, &r, ok, code, name, 0);
    err_rig_close(&r);
}

int main(int argc, char **argv)
{
    static const struct err_world calm = {20, 0, 1, false, NULL}, rough = {97, 90, 7, false, NULL},
                                  fast = {1, 0, 1, false, NULL}, slow = {4000, 0, 3, false, NULL},
                                  deaf = {20, 255, 5, false, NULL}, dead = {20, 0, 1, true, NULL};
    const char *reached = NULL;
    struct tally t = {.mach = argc > 1 ? stamp_mach_find(argv[1]) : NULL, .dir = NULL};

    if (!t.mach) {
        fprintf(stderr, "errors: name a machine of the table (specgen machs)\n");
        return 2;
    }
    for (int i = 2; i < argc; i++) {
        if (!strcmp(argv[i], "--dir") && i + 1 < argc) t.dir = argv[++i];
        if (!strcmp(argv[i], "--cover") && i + 1 < argc) reached = argv[++i];
        if (!strcmp(argv[i], "--list")) t.list = true;
    }
    if (reached) t.cover = cover_new(t.mach);
    all_cases(&t, &calm);
    all_cases(&t, &rough);
    scene(&t, "again and again", STAMP_ERROR_NONE, &fast, again_and_again);
    scene(&t, "again and again, with stalls", STAMP_ERROR_NONE, &rough, again_with_stalls);
    scene(&t, "read ahead of an end", STAMP_ERROR_NONE, &slow, read_ahead);
    scene(&t, "read ahead of an end, with stalls", STAMP_ERROR_NONE, &deaf, read_ahead);
    scene(&t, "START while busy", STAMP_ERROR_NONE, &calm, start_while_busy);
    scene(&t, "interrupt", STAMP_ERROR_NONE, &calm, interrupt);
    scene(&t, "dead memory", STAMP_ERROR_WATCHDOG, &dead, dead_memory);
    scene(&t, "late answer to a fetch", STAMP_ERROR_WATCHDOG, &slow, late_fetch);
    scene(&t, "late answer to a load", STAMP_ERROR_WATCHDOG, &slow, late_data);
    scene(&t, "late answer to a store", STAMP_ERROR_WATCHDOG, &slow, late_response);
#define ERROR(name, number, meaning)                                                               \
    if (!t.code[number]) printf("no case ends in " #name "\n"), t.failed++;
#include "model/spec/error.def"
    printf("errors %s: %u passed, %u failed\n", t.mach->name, t.passed, t.failed);
    if (reached && !watch_keep(t.cover, reached)) t.failed++;
    return t.failed || !t.passed;
}
