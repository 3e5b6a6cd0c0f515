/* SPDX-License-Identifier: Apache-2.0 */
/* test_dram.c - commands of a DRAM worked out by hand, and the time of a read from its parts.
 *
 * The memory of the hand-worked cases, one clock a cycle, nothing in front and behind (all numbers in CK):
 *     RL 10  WL 6  data 2   RCD 8  RCDW 7  RP 9  RPab 11  RAS 20  RC 30   RRD_S 3  RRD_L 5  FAW 16
 *     CCD_S 2  CCD_L 4  CCD_LW 6   RTP 4  WR 12   WTR_S 3  WTR_L 6  RTW 2   RFC 60  REFI 1000
 * A request accepted at edge e can have its command at clock e. Data that are whole after clock d show at edge d,
 * and are taken at edge d + 1. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "tests/model/dram_rig.h"

#define HAND                                                                                       \
    "accel_mhz = 1000\nclock_khz = 1000000\nchannels = 1\nranks = 1\ngroups = 2\nbanks = 4\n"      \
    "rows = 1024\ncolumns = 256\nwidth = 64\nburst = 4\nbeats = 2\naccess = 32\ncapacity = 16\n"   \
    "buses = 1\nact_clocks = 1\ncas_clocks = 1\npre_clocks = 1\nreads = 32\nwrites = 32\n"         \
    "drain_high = 24\ndrain_low = 8\nclosed = 0\nposted = 0\nrowless = 0\nmap = ro ra ch ba bg "   \
    "co\n"                                                                                         \
    "tRL = 10\ntWL = 6\ntRCD = 8\ntRCDW = 7\ntRP = 9\ntRPab = 11\ntRAS = 20\ntRC = 30\n"           \
    "tRRD_S = 3\ntRRD_L = 5\ntFAW = 16\ntCCD_S = 2\ntCCD_L = 4\ntCCD_LW = 6\ntRTP = 4\n"           \
    "tWR = 12\ntWTR_S = 3\ntWTR_L = 6\ntRTW = 2\ntCS = 2\ntPPD = 2\ntRFC = 60\ntREFI = 1000\n"     \
    "tFRONT = 0\ntBACK = 0\ntAGE = 500\n"

enum { ACT = STAMP_DRAM_ACT, PRE, PREA, REF, RD, WR };

static struct stamp_dram_params hand(void)
{
    struct stamp_dram_params p;
    struct stamp_err e = {0};

    if (stamp_dram_parse("hand", HAND, &p, &e)) ck_abort_msg("%s", e.text);
    return p;
}

/* Byte address: row, bank, group, column command. */
static uint64_t at(uint64_t row, uint64_t bank, uint64_t group, uint64_t column)
{
    return row << 14 | bank << 12 | group << 11 | column << 5;
}

struct want {
    uint64_t at;
    int what;
};

/* The run is over: its commands are these, and nobody's rules were broken. */
static void ends(struct dram_rig *r, const struct want *want, unsigned count)
{
    static const char *const names[] = {"ACT", "PRE", "PREA", "REF", "RD", "WR"};

    for (unsigned i = 0; i < count; i++)
        ck_assert_msg(i < r->issues && r->issue[i].at == want[i].at &&
                          (int)r->issue[i].what == want[i].what,
                      "command %u: %s at %" PRIu64 ", must be %s at %" PRIu64, i,
                      names[r->issue[i].what], r->issue[i].at, names[want[i].what], want[i].at);
    ck_assert_uint_eq(r->issues, count);
    ck_assert_msg(!r->watch.broken, "%s", r->watch.first);
    dram_rig_free(r);
}
#define ENDS(rig, ...)                                                                             \
    do {                                                                                           \
        static const struct want w[] = {__VA_ARGS__};                                              \
        ends(rig, w, sizeof w / sizeof w[0]);                                                      \
    } while (0)

START_TEST(a_read_of_a_closed_bank_is_ACT_tRCD_RD_tRL_data)
{
    const struct stamp_dram_params p = hand();
    struct dram_rig r;

    dram_rig_new(&r, &p, NULL, 32);
    dram_rig_read(&r, 2, at(0, 0, 0, 0), 0);
    dram_rig_until(&r, 100);
    /* RD at 2 + 8; data 20, 21, whole after 22, taken at 23 */
    ck_assert_uint_eq(r.r_at, 23);
    ENDS(&r, {2, ACT}, {10, RD});
}
END_TEST

START_TEST(a_row_hit_waits_for_tCCD_L_in_its_group_and_a_conflict_for_tRAS_tRP_tRC)
{
    const struct stamp_dram_params p = hand();
    struct dram_rig r;

    dram_rig_new(&r, &p, NULL, 32);
    dram_rig_read(&r, 2, at(0, 0, 0, 0), 0);
    dram_rig_read(&r, 3, at(0, 0, 0, 1), 0);
    dram_rig_read(&r, 4, at(1, 0, 0, 0), 0);
    dram_rig_until(&r, 100);
    /* hit: 10 + CCD_L. Conflict: PRE at ACT + RAS = 22 (RD 14 + RTP = 18 is before), ACT at 22 + RP = 31, but
     * ACT + RC = 32; RD at 40, data whole after 52. */
    ck_assert_uint_eq(r.r_at, 53);
    ENDS(&r, {2, ACT}, {10, RD}, {14, RD}, {22, PRE}, {32, ACT}, {40, RD});
}
END_TEST

START_TEST(a_fifth_ACT_waits_for_tFAW_and_others_for_tRRD)
{
    const struct stamp_dram_params p = hand();
    struct dram_rig r;

    dram_rig_new(&r, &p, NULL, 32);
    for (uint64_t i = 0; i < 5; i++) dram_rig_read(&r, 2 + i, at(0, i / 2, i % 2, 0), 0);
    dram_rig_until(&r, 100);
    /* groups 0 1 0 1 0: 2; +RRD_S 5; RRD_S 8, RRD_L 7; 11, 10; RRD_S 14, RRD_L 13, but FAW 2 + 16 = 18.
     * Each RD at its ACT + 8. */
    ENDS(&r, {2, ACT}, {5, ACT}, {8, ACT}, {10, RD}, {11, ACT}, {13, RD}, {16, RD}, {18, ACT},
         {19, RD}, {26, RD});
}
END_TEST

START_TEST(two_ACT_of_one_group_are_tRRD_L_apart)
{
    const struct stamp_dram_params p = hand();
    struct dram_rig r;

    dram_rig_new(&r, &p, NULL, 32);
    dram_rig_read(&r, 2, at(0, 0, 0, 0), 0);
    dram_rig_read(&r, 3, at(0, 1, 0, 0), 0);
    dram_rig_until(&r, 100);
    ENDS(&r, {2, ACT}, {7, ACT}, {10, RD}, {15, RD});
}
END_TEST

START_TEST(the_data_bus_turns_around)
{
    const struct stamp_dram_params p = hand();
    struct dram_rig r;

    dram_rig_new(&r, &p, NULL, 32);
    dram_rig_write(&r, 2, at(0, 0, 0, 0), 0);
    dram_rig_read(&r, 3, at(0, 0, 1, 0), 0);  /* reads go first */
    dram_rig_read(&r, 23, at(0, 0, 1, 1), 0); /* another group than the write's */
    dram_rig_until(&r, 26);
    dram_rig_read(&r, 27, at(0, 0, 0, 1), 0); /* the write's */
    dram_rig_until(&r, 100);
    /* RD at 5 + 8 = 13, its data end with clock 24. WR: data from 25 + RTW 2 = 27, so 21 (bank: 2 + 7).
     * Data written end with 21 + 6 + 2 = 29: RD of the other group at 29 + WTR_S 3 = 32; of the same at
     * 29 + WTR_L 6 = 35. */
    ck_assert_uint_eq(r.b_at, 30); /* not posted: 21 + 6 + 2, and one */
    ENDS(&r, {2, ACT}, {5, ACT}, {13, RD}, {21, WR}, {32, RD}, {35, RD});
}
END_TEST

START_TEST(a_row_written_closes_after_tWR)
{
    const struct stamp_dram_params p = hand();
    struct dram_rig r;

    dram_rig_new(&r, &p, NULL, 32);
    dram_rig_write(&r, 2, at(0, 0, 0, 0), 0);
    dram_rig_write(&r, 3, at(0, 0, 0, 1), 0);
    dram_rig_write(&r, 4, at(1, 0, 0, 0), 0);
    dram_rig_until(&r, 100);
    /* WR 9, 9 + CCD_LW = 15; PRE at 15 + WL 6 + 2 + WR 12 = 35; ACT 44, WR 51 */
    ENDS(&r, {2, ACT}, {9, WR}, {15, WR}, {35, PRE}, {44, ACT}, {51, WR});
}
END_TEST

START_TEST(a_refresh_closes_the_banks_and_holds_the_rank)
{
    const struct stamp_dram_params p = hand();
    struct dram_rig r;

    dram_rig_new(&r, &p, NULL, 32);
    dram_rig_read(&r, 900, at(0, 0, 0, 0), 0);
    dram_rig_read(&r, 1005, at(0, 0, 0, 0), 0);
    dram_rig_until(&r, 2100);
    /* PREA at 1000, REF at + RPab, ACT at + RFC 60; the next REF is due at 2000, whatever the first did */
    ENDS(&r, {900, ACT}, {908, RD}, {1000, PREA}, {1011, REF}, {1071, ACT}, {1079, RD},
         {2000, PREA}, {2011, REF});
}
END_TEST

START_TEST(a_closed_page_is_closed_behind_the_last_that_wants_it)
{
    struct stamp_dram_params p = hand();
    struct dram_rig r;

    p.closed = 1;
    dram_rig_new(&r, &p, NULL, 32);
    dram_rig_read(&r, 2, at(0, 0, 0, 0), 0);
    dram_rig_read(&r, 3, at(0, 0, 0, 1), 0);
    dram_rig_until(&r, 20);
    dram_rig_read(&r, 21, at(1, 0, 0, 0), 0);
    dram_rig_until(&r, 100);
    /* closes at ACT + RAS = 22 (14 + RTP = 18), ACT at 22 + RP = 31, but RC: 32; no PRE on the bus */
    ck_assert(!r.issue[1].close && r.issue[2].close);
    ENDS(&r, {2, ACT}, {10, RD}, {14, RD}, {32, ACT}, {40, RD});
}
END_TEST

START_TEST(ranks_change_with_a_gap_on_the_bus)
{
    struct stamp_dram_params p = hand();
    struct dram_rig r;

    p.ranks = 2;
    p.capacity = 32;
    strcpy(p.map, "ra ro ch ba bg co");
    dram_rig_new(&r, &p, NULL, 32);
    dram_rig_read(&r, 2, 0, 0);
    dram_rig_read(&r, 3, (uint64_t)16 << 20, 0);
    dram_rig_until(&r, 20);
    dram_rig_read(&r, 21, 32, 0);
    dram_rig_read(&r, 22, ((uint64_t)16 << 20) + 32, 0);
    dram_rig_until(&r, 100);
    /* no RRD between ranks: ACT 2, 3; RD 10, then data 2 + CS 2 behind: 14; later 21 and 25 */
    ENDS(&r, {2, ACT}, {3, ACT}, {10, RD}, {14, RD}, {21, RD}, {25, RD});
}
END_TEST

/* Reads go before writes, until a write has waited too long. */
START_TEST(a_stream_of_reads_does_not_starve_a_write)
{
    struct stamp_dram_params p = hand();
    struct dram_rig r;
    uint64_t column = 0;

    p.tREFI = 0;
    dram_rig_new(&r, &p, NULL, 32);
    dram_rig_read(&r, 2, at(0, 0, 0, 0), 0);
    dram_rig_write(&r, 3, at(1, 1, 1, 0), 0);
    while (r.edge < 2000 && !r.answers) {
        r.pins.arvalid = r.pins.rready = r.pins.bready = true;
        r.pins.araddr = at(0, 0, 0, column % 64);
        column += dram_rig_edge(&r).ar;
    }
    /* Its clock is 3. At 503 the channel turns: ACT no later than 504, WR 7 behind it and 10 + 2 + 2 - 6 behind
     * the last RD of 502; written 8 later, taken in the next edge. */
    ck_assert_uint_ge(r.b_at, 503 + 7 + 8 + 1);
    ck_assert_uint_le(r.b_at, 504 + 8 + 8 + 1);
    ck_assert_msg(!r.watch.broken, "%s", r.watch.first);
    dram_rig_free(&r);
}
END_TEST

/* Read hits end by themselves, since answers keep their order; write hits do not. */
START_TEST(row_hits_of_writes_do_not_starve_a_conflict)
{
    struct stamp_dram_params p = hand();
    struct dram_rig r;
    uint64_t column = 0;

    p.tREFI = 0;
    p.tCCD_LW = 2;
    p.posted = 1;
    dram_rig_new(&r, &p, NULL, 32);
    dram_rig_write(&r, 2, at(0, 0, 0, 0), 0);
    dram_rig_write(&r, 3, at(1, 0, 0, 0), 0);
    while (r.edge < 2000 && !r.model->counts.conflicts) {
        r.pins.awvalid = r.pins.wvalid = r.pins.wlast = true;
        r.pins.awaddr = at(0, 0, 0, column % 64);
        column += dram_rig_edge(&r).aw;
    }
    /* From 503 on the bank is its own: the last hit of 502 + 6 + 2 + WR 12, RP 9, RCDW 7; seen an edge later */
    ck_assert_uint_ge(r.edge, 503 + 16);
    ck_assert_uint_le(r.edge, 502 + 20 + 9 + 7 + 1);
    ck_assert_msg(!r.watch.broken, "%s", r.watch.first);
    dram_rig_free(&r);
}
END_TEST

START_TEST(a_read_behind_a_waiting_write_is_answered_by_it)
{
    const struct stamp_dram_params p = hand();
    struct dram_rig r;

    dram_rig_new(&r, &p, NULL, 32);
    dram_rig_write(&r, 2, at(0, 0, 0, 5), 0);
    dram_rig_read(&r, 4, at(0, 0, 0, 5), 0); /* the write goes at 9 */
    dram_rig_until(&r, 100);
    ck_assert_uint_eq(r.r_at, 5);
    ck_assert_uint_eq(r.model->counts.forwarded, 1);
    ENDS(&r, {2, ACT}, {9, WR});
}
END_TEST

/* The parts of an idle read, from the table alone. */
START_TEST(an_idle_read_takes_the_sum_of_its_parts)
{
    for (const struct stamp_dram_preset *s = stamp_dram_presets; s->name; s++) {
        struct stamp_dram_params p;
        struct dram_rig r;
        ck_assert(stamp_dram_preset(s->name, &p));
        const uint64_t accel = p.accel_mhz * UINT64_C(1000);
        dram_rig_new(&r, &p, NULL, 8);
        dram_rig_read(&r, 1000, 0, 0);
        dram_rig_until(&r, 2000);
        const uint64_t parts =
            p.tFRONT + (p.rowless ? 0 : p.tRCD) + p.tRL + p.burst / p.beats + p.tBACK;
        uint64_t edge = 1000, done = 1000 * (uint64_t)p.clock_khz / accel + parts;
        while (edge * p.clock_khz / accel < done) edge++;
        ck_assert_msg(r.r_at == edge + 1, "%s: R at %" PRIu64 ", %" PRIu64 " CK: %" PRIu64, s->name,
                      r.r_at, parts, edge + 1);
        dram_rig_free(&r);
    }
}
END_TEST

Suite *stamp_suite_dram(void)
{
    Suite *s = suite_create("dram");
    TCase *t = tcase_create("commands");

    tcase_add_test(t, a_read_of_a_closed_bank_is_ACT_tRCD_RD_tRL_data);
    tcase_add_test(t, a_row_hit_waits_for_tCCD_L_in_its_group_and_a_conflict_for_tRAS_tRP_tRC);
    tcase_add_test(t, a_fifth_ACT_waits_for_tFAW_and_others_for_tRRD);
    tcase_add_test(t, two_ACT_of_one_group_are_tRRD_L_apart);
    tcase_add_test(t, the_data_bus_turns_around);
    tcase_add_test(t, a_row_written_closes_after_tWR);
    tcase_add_test(t, a_refresh_closes_the_banks_and_holds_the_rank);
    tcase_add_test(t, a_closed_page_is_closed_behind_the_last_that_wants_it);
    tcase_add_test(t, ranks_change_with_a_gap_on_the_bus);
    tcase_add_test(t, a_stream_of_reads_does_not_starve_a_write);
    tcase_add_test(t, row_hits_of_writes_do_not_starve_a_conflict);
    tcase_add_test(t, a_read_behind_a_waiting_write_is_answered_by_it);
    tcase_add_test(t, an_idle_read_takes_the_sum_of_its_parts);
    suite_add_tcase(s, t);
    return s;
}
