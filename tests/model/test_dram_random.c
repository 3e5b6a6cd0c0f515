/* SPDX-License-Identifier: Apache-2.0 */
/* test_dram_random.c - random traffic under a watch, bandwidth against what pins and rows allow, jumps. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "model/mem.h"
#include "tests/model/dram_rig.h"

/* Variants of a preset: as it is; rows closed; B when written; two ranks; another map, a slow accelerator. */
enum { VARIANTS = 5 };

static struct stamp_dram_params variant(const char *name, int v)
{
    struct stamp_dram_params p;

    ck_assert(stamp_dram_preset(name, &p));
    if (v == 1) p.closed = 1;
    if (v == 2) p.posted = 0;
    if (v == 3 && !p.rowless) {
        p.ranks = 2;
        p.capacity *= 2;
        strcpy(p.map, "rorabacobgch");
    }
    if (v == 4) {
        strcpy(p.map, "rorachbabgco");
        p.accel_mhz = 333;
    }
    return p;
}

/* @p edges edges of random traffic. */
static void traffic(struct dram_rig *r, struct dram_master *a, uint64_t edges)
{
    for (uint64_t i = 0; i < edges; i++) {
        dram_master_drive(a, &r->pins);
        const bool last = r->pins.rlast;
        const struct stamp_plain_did did = dram_rig_edge(r);
        dram_master_see(a, &r->pins, last, &did);
    }
}

static struct dram_master master(uint64_t stream)
{
    struct dram_master a = {.rnd = rnd_start(stream),
                            .span = (uint64_t)64 << 20,
                            .axi_bytes = 8u << stream % 4,
                            .writes = 64 + 32 * (uint32_t)(stream % 3)};
    a.pause = stream % 2 ? 2 : 0;
    return a;
}

START_TEST(no_command_of_random_traffic_breaks_a_timing)
{
    uint64_t commands = 0;
    static struct dram_rig r;

    for (const struct stamp_dram_preset *s = stamp_dram_presets; s->name; s++)
        for (int v = 0; v < VARIANTS; v++) {
            const struct stamp_dram_params p = variant(s->name, v);
            struct dram_master a =
                master(500 + (uint64_t)v + (uint64_t)(s - stamp_dram_presets) * 8);
            struct stamp_err e = {0};
            ck_assert_msg(!stamp_dram_check(&p, &e), "%s variant %d: %s", s->name, v, e.text);
            dram_rig_new(&r, &p, NULL, a.axi_bytes);
            traffic(&r, &a, 30000);
            dram_watch_end(&r.watch, r.model->now);
            ck_assert_msg(!r.watch.broken, "%s variant %d: %" PRIu64 " broken: %s" RND_FMT, s->name,
                          v, r.watch.broken, r.watch.first, rnd_seed());
            ck_assert_uint_gt(r.beats, 500);
            ck_assert_uint_gt(r.answers, 20);
            if (!p.rowless) commands += r.watch.seen;
            dram_rig_free(&r);
        }
    ck_assert_uint_gt(commands, 100000); /* a loop that ran short must not pass */
}
END_TEST

/* The watch finds a model that has one timing a clock too short (REFI: twice too long). */
START_TEST(the_watch_finds_every_timing_that_is_too_short)
{
    static const char *const slack[] = {"tFRONT", "tBACK", "tAGE", "tREFI", NULL};
    static struct dram_rig r;
    struct stamp_dram_key k;
    unsigned tried = 0;

    for (size_t i = 0; stamp_dram_key_at(i, &k); i++) {
        bool free = !k.timing, found = false;
        for (int n = 0; slack[n]; n++) free |= !strcmp(slack[n], k.name) && n < 3;
        if (free) continue;
        tried++;
        for (const struct stamp_dram_preset *s = stamp_dram_presets; s->name && !found; s++)
            for (int v = 0; v < 4 && !found; v++) {
                const struct stamp_dram_params p = variant(s->name, v);
                struct stamp_dram_params due = p;
                struct dram_master a = master(900 + (uint64_t)v);
                const uint32_t value = stamp_dram_value(&p, &k);
                if (p.rowless) continue;
                stamp_dram_put(&due, k.name, strcmp(k.name, "tREFI") ? value + 1 : value / 2);
                dram_rig_new(&r, &due, &p, a.axi_bytes);
                traffic(&r, &a, 12000);
                found = r.watch.broken != 0;
                dram_rig_free(&r);
            }
        ck_assert_msg(found, "%s one short was not found", k.name);
    }
    ck_assert_uint_eq(tried, 23);
}
END_TEST

/* Looking only when there is something to do finds the same commands as looking every clock. */
START_TEST(waking_finds_what_every_clock_finds)
{
    static struct dram_rig r;

    for (const struct stamp_dram_preset *s = stamp_dram_presets; s->name; s++)
        for (int v = 0; v < VARIANTS; v++) {
            const struct stamp_dram_params p = variant(s->name, v);
            uint64_t digest[2];
            for (int every = 0; every < 2; every++) {
                struct dram_master a = master(700 + (uint64_t)v);
                dram_rig_new(&r, &p, NULL, a.axi_bytes);
                r.model->every = every;
                traffic(&r, &a, 4000);
                digest[every] = r.digest;
                ck_assert_uint_gt(r.issues, 100);
                dram_rig_free(&r);
            }
            ck_assert_msg(digest[0] == digest[1], "%s variant %d", s->name, v);
        }
}
END_TEST

static bool same_outputs(const struct stamp_clock_axi *a, const struct stamp_clock_axi *b)
{
    return a->arready == b->arready && a->rvalid == b->rvalid && a->awready == b->awready &&
           a->wready == b->wready && a->bvalid == b->bvalid && (!a->rvalid || a->rlast == b->rlast);
}

enum { MOST = 9000 }; /* edges jumped at once */

/* @p r stands still for what it says, and a copy that skips is the same model behind it. */
static uint64_t jump(struct dram_rig *r, struct dram_master *a, struct stamp_dram_model *copy,
                     size_t bytes)
{
    const struct stamp_clock_axi pins = r->pins;
    uint64_t n = stamp_dram_still(r->model, &r->pins);

    if (n > MOST) n = MOST;
    if (!n) return 0;
    memcpy(copy, r->model, bytes);
    copy->watch = NULL;
    stamp_dram_skip(copy, &pins, n);
    for (uint64_t i = 0; i < n; i++) {
        dram_rig_edge(r);
        ck_assert_msg(same_outputs(&r->pins, &pins),
                      "%s: edge %" PRIu64 " of %" PRIu64 " still ones changed a pin" RND_FMT,
                      r->model->p.name, i, n, rnd_seed());
    }
    struct stamp_clock_axi own = pins;
    stamp_dram_edge(copy, &own);
    const bool last = r->pins.rlast;
    const struct stamp_plain_did did = dram_rig_edge(r);
    dram_master_see(a, &r->pins, last, &did);
    copy->watch = r->model->watch;
    ck_assert_msg(same_outputs(&r->pins, &own) && !memcmp(copy, r->model, bytes),
                  "%s: %" PRIu64 " skipped is not %" PRIu64 " stepped" RND_FMT, r->model->p.name, n,
                  n, rnd_seed());
    return n;
}

START_TEST(still_and_skip_are_so_many_edges)
{
    static struct dram_rig r;
    uint64_t all = 0; /* short of the ends, where nothing is under way */

    for (const struct stamp_dram_preset *s = stamp_dram_presets; s->name; s++)
        for (int v = 0; v < VARIANTS; v++) {
            const struct stamp_dram_params p = variant(s->name, v);
            const size_t bytes = stamp_dram_bytes(&p);
            struct stamp_dram_model *copy = stamp_alloc(1, bytes);
            struct dram_master a = master(300 + (uint64_t)v);
            if (v % 2) a.span = 16384; /* reads of what waits to be written */
            uint64_t jumped = 0, jumps = 0;
            dram_rig_new(&r, &p, NULL, a.axi_bytes);
            for (int round = bytes < 100000 ? 30 : 8; round > 0; round--) {
                uint64_t n = 0;
                traffic(&r, &a, rnd_below(&a.rnd, 30));
                for (a.idle = 20000; n < MOST && a.idle > 10;) { /* what is asked for comes */
                    traffic(&r, &a, rnd_below(&a.rnd, 40));
                    n = jump(&r, &a, copy, bytes);
                    jumps += n > 0;
                    if (n < MOST) jumped += n;
                }
                a.idle = 0;
            }
            ck_assert_uint_gt(jumps, 8);
            all += jumped;
            stamp_free(copy);
            dram_rig_free(&r);
        }
    ck_assert_uint_gt(all, 20000);
}
END_TEST

/* ---- Bandwidth -------------------------------------------------------------------------------------- */

struct stream {
    bool write;
    uint64_t span;  /**< bytes after which it begins again; 0: random rows */
    uint32_t bytes; /**< of a burst */
};

/* Rows at random; of the presets' map the banks and channels one after the other. */
static uint64_t next_row(const struct stamp_dram_params *p, struct rnd *rnd, uint64_t i)
{
    const uint64_t channel = i % p->channels, group = i / p->channels % p->groups,
                   bank = i / p->channels / p->groups % p->banks,
                   column = rnd_below(rnd, p->columns / p->burst);

    return ((((rnd_below(rnd, p->rows) * (uint64_t)p->banks + bank) * (p->columns / p->burst) +
              column) *
                 p->groups +
             group) *
                p->channels +
            channel) *
           p->access;
}

/* The master's pins for bursts one after the other; beats: of W that are to come. */
static void drive_stream(struct dram_rig *r, struct stream s, uint64_t addr, uint8_t len,
                         uint64_t out, uint64_t beats)
{
    r->pins.awvalid = s.write && out < 32;
    r->pins.arvalid = !s.write && out < 60;
    r->pins.awaddr = r->pins.araddr = addr;
    r->pins.awlen = r->pins.arlen = len;
    r->pins.wvalid = beats > 0;
    r->pins.wlast = beats && (beats - 1) % (len + 1u) == 0;
}

/* Bytes per second of a stream of bursts, after a while. */
static double bandwidth(const struct stamp_dram_params *p, uint32_t axi, struct stream s)
{
    static struct dram_rig r;
    struct rnd rnd = rnd_start(77);
    uint64_t addr = 0, out = 0, beats = 0, start = 0, bytes = 0, bursts = 0;
    const uint64_t edges = p->accel_mhz * UINT64_C(20), warm = edges / 5; /* 20 us: 5 refreshes */
    const uint8_t len = (uint8_t)(s.bytes / axi - 1);

    dram_rig_new(&r, p, NULL, axi);
    r.pins.rready = r.pins.bready = true;
    for (uint64_t i = 0; i < edges; i++) {
        if (i == warm) {
            start = r.edge;
            bytes = 0;
        }
        drive_stream(&r, s, addr, len, out, beats);
        const bool rlast = r.pins.rlast;
        const struct stamp_plain_did did = dram_rig_edge(&r);
        if (did.ar || did.aw) {
            out++;
            if (did.aw) beats += len + 1u;
            addr = s.span ? (addr + s.bytes) % s.span : next_row(p, &rnd, bursts++);
        }
        if (did.w) beats--;
        if (did.b || (did.r && rlast)) out--;
        bytes += did.r || did.w ? axi : 0;
    }
    ck_assert_msg(!r.watch.broken, "%s: %s", p->name, r.watch.first);
    const double seconds = (double)(r.edge - start) / (p->accel_mhz * 1e6);
    dram_rig_free(&r);
    return (double)bytes / seconds;
}

static double least(double a, double b)
{
    return a < b ? a : b;
}

/* Part of the time in which no rank is in a refresh: PREA, REF. */
static double awake(const struct stamp_dram_params *p)
{
    return p->tREFI ? 1 - (double)(p->tRFC + p->tRPab) / p->tREFI : 1;
}

/* @p mhz of a port of 64 bytes: 1250 is slower than HBM's pins, 16000 faster. */
static void streams(bool write, double part, uint32_t mhz)
{
    for (const struct stamp_dram_preset *s = stamp_dram_presets; s->name; s++) {
        struct stamp_dram_params p = variant(s->name, 0);
        p.accel_mhz = mhz;
        const double pins = (double)stamp_dram_peak(&p), port = 64e6 * mhz;
        const double limit = least(pins * awake(&p), port);
        const double got = bandwidth(&p, 64, (struct stream){write, (uint64_t)1 << 28, 4096});
        if (getenv("STAMP_SHOW"))
            fprintf(stderr,
                    "%-7s %s %5u MHz: %6.1f GB/s of %6.1f (pins %6.1f, port %7.1f): %.1f %%\n",
                    s->name, write ? "writes" : "reads ", mhz, got / 1e9, limit / 1e9, pins / 1e9,
                    port / 1e9, 100 * got / limit);
        ck_assert_msg(got >= part * limit && got <= 1.01 * least(pins, port),
                      "%s: %.2f of %.2f GB/s", s->name, got / 1e9, limit / 1e9);
    }
}

START_TEST(streaming_reads_come_at_nine_tenths_of_the_pins_or_the_port)
{
    streams(false, 0.9, 1250);
}
END_TEST

START_TEST(streaming_reads_of_a_fast_port_come_at_the_pins_rate)
{
    streams(false, 0.85, 16000);
}
END_TEST

START_TEST(streaming_writes_go_at_the_pins_or_the_port_rate)
{
    streams(true, 0.8, 1250);
}
END_TEST

/* Reads of one column command each, every one of another row. */
START_TEST(random_rows_come_at_the_rate_of_activates)
{
    for (const struct stamp_dram_preset *s = stamp_dram_presets; s->name; s++) {
        struct stamp_dram_params p = variant(s->name, 0);
        if (p.rowless) continue;
        const double banks = (double)(p.groups * p.banks) / p.tRC, window = 4.0 / p.tFAW;
        p.accel_mhz = 8000; /* not the port limits, nor the bursts under way */
        if (p.channels > 2) p.capacity = p.capacity / p.channels * 2;
        if (p.channels > 2) p.channels = 2;
        const double rate = least(least(banks, window), 1.0 / p.tRRD_S) * awake(&p);
        const double limit = rate * p.clock_khz * 1e3 * p.channels * p.access;
        const double got = bandwidth(&p, p.access, (struct stream){false, 0, p.access});
        if (getenv("STAMP_SHOW"))
            fprintf(stderr, "%-7s random rows: %6.2f GB/s of %6.2f: %.1f %%\n", s->name, got / 1e9,
                    limit / 1e9, 100 * got / limit);
        ck_assert_msg(got >= 0.85 * limit && got <= 1.01 * limit, "%s: %.2f of %.2f GB/s", s->name,
                      got / 1e9, limit / 1e9);
    }
}
END_TEST

Suite *stamp_suite_dram_random(void)
{
    Suite *s = suite_create("dram_random");
    TCase *t = tcase_create("traffic");

    tcase_add_test(t, no_command_of_random_traffic_breaks_a_timing);
    tcase_add_test(t, the_watch_finds_every_timing_that_is_too_short);
    tcase_add_test(t, waking_finds_what_every_clock_finds);
    tcase_add_test(t, still_and_skip_are_so_many_edges);
    tcase_add_test(t, streaming_reads_come_at_nine_tenths_of_the_pins_or_the_port);
    tcase_add_test(t, streaming_reads_of_a_fast_port_come_at_the_pins_rate);
    tcase_add_test(t, streaming_writes_go_at_the_pins_or_the_port_rate);
    tcase_add_test(t, random_rows_come_at_the_rate_of_activates);
    suite_add_tcase(s, t);
    return s;
}
