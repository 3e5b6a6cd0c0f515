/* SPDX-License-Identifier: Apache-2.0 */
/* test_dram_params.c - presets, the rules they keep, address maps, files. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "model/dram/map.h"
#include "tests/model/rnd.h"

static struct stamp_dram_params preset(const char *name)
{
    struct stamp_dram_params p;
    ck_assert(stamp_dram_preset(name, &p));
    return p;
}

START_TEST(every_preset_keeps_the_rules_and_says_where_each_number_is_from)
{
    unsigned count = 0;

    for (const struct stamp_dram_preset *s = stamp_dram_presets; s->name; s++, count++) {
        const struct stamp_dram_params p = preset(s->name);
        struct stamp_err e = {0};
        struct stamp_dram_key k;
        ck_assert_msg(!stamp_dram_check(&p, &e), "%s: %s", s->name, e.text);
        for (size_t i = 0; stamp_dram_key_at(i, &k); i++) {
            unsigned said = !strcmp(k.name, "accel_mhz");
            for (const struct stamp_dram_fact *f = stamp_dram_facts; f->preset; f++)
                if (!strcmp(f->key, k.name) &&
                    (!strcmp(f->preset, s->name) || !strcmp(f->preset, "all")))
                    said += f->source && *f->source;
            ck_assert_msg(said, "%s: %s has no source", s->name, k.name);
        }
    }
    ck_assert_uint_eq(count, 7);
    for (const struct stamp_dram_fact *f = stamp_dram_facts; f->preset; f++) {
        struct stamp_dram_params p;
        ck_assert_msg(!strcmp(f->preset, "all") || stamp_dram_preset(f->preset, &p), "%s",
                      f->preset);
        memset(&p, 0, sizeof p);
        ck_assert_msg(stamp_dram_put(&p, f->key, 1), "%s: no key %s", f->preset, f->key);
    }
}
END_TEST

/* Peaks as data sheets and papers print them, GB/s; clocks as DRAMSys and Ramulator state them. */
START_TEST(presets_are_what_is_printed_of_them)
{
    static const struct {
        const char *name;
        uint64_t mega;
        uint32_t tRCD, tRP, tRAS, tRC, tFAW, tRFC;
    } known[] = {
        {"lpddr4", 12800, 29, 29, 68, 97, 64, 448},  {"LPDDR5", 25600, 15, 15, 34, 49, 16, 224},
        {"lpddr5x", 34133, 20, 20, 45, 65, 16, 299}, {"DDR5", 38400, 39, 39, 77, 116, 32, 708},
        {"hbm2", 256000, 14, 14, 34, 48, 16, 260},   {"HBM3", 819200, 26, 26, 48, 74, 24, 560}};

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        const struct stamp_dram_params p = preset(known[i].name);
        ck_assert_uint_eq(stamp_dram_peak(&p) / 1000000, known[i].mega);
        ck_assert_msg(p.tRCD == known[i].tRCD && p.tRP == known[i].tRP && p.tRAS == known[i].tRAS &&
                          p.tRC == known[i].tRC && p.tFAW == known[i].tFAW &&
                          p.tRFC == known[i].tRFC,
                      "%s", known[i].name);
    }
    struct stamp_dram_params p;
    ck_assert(!stamp_dram_preset("lpddr", &p) && !stamp_dram_preset("", &p));
}
END_TEST

/* A line of a file behind `base = ddr5`, and what is said of it. */
START_TEST(numbers_that_contradict_each_other_are_refused_with_one_line)
{
    static const struct {
        const char *lines, *said;
    } bad[] = {
        {"tRC = 100", "tRC = 100, must be >= tRAS + tRP = 116: "},
        {"tFAW = 31", "tFAW = 31, must be >= 4 * tRRD_S = 32: "},
        {"tCCD_L = 7\ntCCD_S = 8", "tCCD_L = 7, must be >= tCCD_S = 8: "},
        {"tCCD_LW = 7", "tCCD_LW = 7, must be >= tCCD_S = 8: "},
        {"tRRD_L = 7", "tRRD_L = 7, must be >= tRRD_S = 8: "},
        {"tWTR_L = 2", "tWTR_L = 2, must be >= tWTR_S = 6: "},
        {"tREFI = 750", "tREFI = 750, must be > tRFC + tRPab + tRAS = 824: "},
        {"tRCDW = 3900ns", "= 10536: any access can be over between refreshes"},
        {"tRPab = 20", "tRPab = 20, must be >= tRP = 39: "},
        {"tRAS = 30\ntRC = 116", "tRAS = 30, must be >= tRCD = 39: "},
        {"tRFC = 100", "tRFC = 100, must be >= tRC = 116: "},
        {"tCCD_S = 4", "tCCD_S = 4, must be >= burst / beats = 8: "},
        {"access = 32", "burst * width = 512, must be == 8 * access = 256: "},
        {"capacity = 8192", "must be == 8 * 1048576 * capacity = 68719476736: "},
        {"burst = 12\naccess = 48", "columns % burst = 4, must be == 0 = 0: "},
        {"beats = 3", "burst % beats = 1, must be == 0 = 0: "},
        {"banks = 16\ncapacity = 65536", "ranks * groups * banks = 128, must be <= 64 = 64: "},
        {"drain_low = 24", "drain_low = 24, must be < drain_high = 24: "},
        {"drain_high = 33", "drain_high = 33, must be <= writes = 32: "},
        {"tWL = 60", "tRL + burst / beats + tRTW = 52, must be > tWL = 60: "},
        {"tRP = 0", "tRP = 0, must be 1 to 1000000: "},
        {"channels = 65", "channels = 65, must be 1 to 64: "},
        {"channels = 3\ncapacity = 24576", "ch: 3 of them, must be a power of two"},
        {"map = ro ra ba bg ch", "co has 6 bits, the map has 0: it does not name it"},
        {"map = ro ra ba co bg ch ch2", "ch has 1 bits, the map has 2"},
        {"map = ro ra ba co5 bg ch", "co has 6 bits, the map has 5"},
        {"map = ro ro2 ra ba co bg ch ro",
         "ro has 16 bits, the map has 2 and several parts for the rest"},
        {"map = ro ra bb co bg ch", "is no field"},
        {"map = ro99 ra ba co bg ch", "of more than 40 bits"},
    };

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char text[300];
        struct stamp_dram_params p;
        struct stamp_err e = {0};
        snprintf(text, sizeof text, "base = ddr5\n%s\n", bad[i].lines);
        const enum stamp_status s = stamp_dram_parse("f", text, &p, &e);
        ck_assert_msg(s && strstr(e.text, bad[i].said) && !strchr(e.text, '\n'),
                      "%s: '%s', not '%s'", bad[i].lines, e.text, bad[i].said);
    }
}
END_TEST

START_TEST(a_file_is_read_and_what_is_wrong_is_said_with_its_line)
{
    static const struct {
        const char *text, *said; /* NULL: fine */
    } files[] = {
        {"base = lpddr5\n", NULL},
        {"# all as it is\n\n  base=LPDDR5 # but\r\n\ttRCD = 20ns\ntRC=70\nmap = ro ba ra co bg ch",
         NULL},
        {"base = lpddr5\ntRCD = 20 ns\n",
         "f:2: tRCD = '20 ns': must be a whole number of clocks, or with ns or ps"},
        {"base = lpddr5\ntRCD = 1.5ns\n", "f:2: tRCD = '1.5ns'"},
        {"base = lpddr5\nrows = 20ns\n", "f:2: rows = '20ns': must be a whole number"},
        {"base = lpddr5\nrows = -1\n", "f:2: rows = '-1'"},
        {"base = lpddr5\nrows = 99999999999999999999\n", "f:2: rows = '99999999999999999999'"},
        {"base = lpddr5\n\ntRDC = 20\n", "f:3: no key 'tRDC'"},
        {"base = lpddr5\ntRP = 20\ntRP = 21\n", "f:3: tRP stands in line 2 already"},
        {"tRP = 20\nbase = lpddr5\n", "f:2: base has to come first"},
        {"map = ro\nbase = lpddr5\n", "f:2: base has to come first"},
        {"base = lpddr5\nbase = lpddr5\n", "f:2: base stands in line 1 already"},
        {"base = sram\n", "f:1: base = 'sram': no such preset"},
        {"base = lpddr5\ntRP\n", "f:2: must be key = value"},
        {"base = lpddr5\n= 3\n", "f:2: must be key = value"},
        {"base = lpddr5\ntRP =\n", "f:2: must be key = value"},
        {"", "f: clock_khz = 0, must be 1000 to 20000000: "},
        {"base = ideal\nbanks = 2\ncapacity = 8192\ntRC = 1\n",
         NULL}, /* no rows: no rules of rows */
        {"base = ddr5\ntREFI = 0\n", NULL},
        {"base = lpddr5\nmap = ro ra ba co bg ch ro ra ba co bg ch ro ra ba co bg ch ro ra ba co "
         "bg\n",
         "f:2: more than 63 letters"},
    };

    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        struct stamp_dram_params p;
        struct stamp_err e = {0};
        const enum stamp_status s = stamp_dram_parse("f", files[i].text, &p, &e);
        ck_assert_msg(files[i].said ? s && strstr(e.text, files[i].said) : !s, "'%s': '%s'",
                      files[i].text, e.text);
        if (i == 1) /* 20 ns of 800 MHz */
            ck_assert(p.tRCD == 16 && p.tRC == 70 && p.tRP == 15 &&
                      !strcmp(p.map, "ro ba ra co bg ch"));
    }
}
END_TEST

/* The bits of an address, worked out: ddr5 of 64-byte commands, "ro ra ba co4 bg ch co2" from the lowest:
 * co bits 0 1, ch 1 bit, bg 3 bits, co bits 2..5, ba 2 bits, ra none, ro 16. */
START_TEST(an_address_is_split_as_the_map_says)
{
    struct stamp_dram_params p = preset("ddr5");
    struct stamp_dram_map m;
    struct stamp_err e = {0};
    uint32_t f[STAMP_DRAM_FIELDS];

    strcpy(p.map, "rora_ba co4 bg ch co2");
    ck_assert_msg(!stamp_dram_map_read(&m, &p, &e), "%s", e.text);
    const uint64_t number =
        2 | 1 << 2 | 5 << 3 | UINT64_C(9) << 6 | UINT64_C(3) << 10 | UINT64_C(40000) << 12;
    stamp_dram_map_at(&m, number * 64 + 63, f);
    ck_assert_uint_eq(f[STAMP_DRAM_CO], 2 + 9 * 4);
    ck_assert_uint_eq(f[STAMP_DRAM_CH], 1);
    ck_assert_uint_eq(f[STAMP_DRAM_BG], 5);
    ck_assert_uint_eq(f[STAMP_DRAM_BA], 3);
    ck_assert_uint_eq(f[STAMP_DRAM_RA], 0);
    ck_assert_uint_eq(f[STAMP_DRAM_RO], 40000);
}
END_TEST

/* No two addresses are one place: all of a small memory, for random maps. */
START_TEST(a_map_is_a_bijection)
{
    struct stamp_dram_params p = preset("lpddr5");
    struct rnd r = rnd_start(41);
    unsigned read = 0;

    p.rows = 4;
    p.columns = 64;
    for (int n = 0; n < 400; n++) {
        static const char *const parts[] = {"ro", "ra",  "bg",  "ba",  "co",
                                            "ch", "ro1", "bg1", "co1", "ba1"};
        static bool seen[4096];
        struct stamp_dram_map m;
        p.map[0] = 0;
        for (unsigned used = 0; used != 0x3ff;) {
            const unsigned i = rnd_below(&r, 10);
            if (!(used >> i & 1)) strcat(p.map, parts[i]);
            used |= 1u << i;
        }
        memset(seen, 0, sizeof seen);
        if (stamp_dram_map_read(&m, &p, NULL)) continue;
        read++;
        const uint64_t all =
            2 * 4 * 4 * 4 * 4; /* channels, groups, banks, rows, commands of a row */
        for (uint64_t a = 0; a < all; a++) {
            uint32_t f[STAMP_DRAM_FIELDS];
            stamp_dram_map_at(&m, a * 32, f);
            const uint32_t at =
                (((f[STAMP_DRAM_CH] * 4 + f[STAMP_DRAM_BG]) * 4 + f[STAMP_DRAM_BA]) * 4 +
                 f[STAMP_DRAM_RO]) *
                    4 +
                f[STAMP_DRAM_CO];
            ck_assert_msg(at < all && !seen[at], "map %s", p.map);
            seen[at] = true;
        }
    }
    ck_assert_uint_eq(read, 400);
}
END_TEST

Suite *stamp_suite_dram_params(void)
{
    Suite *s = suite_create("dram_params");
    TCase *t = tcase_create("numbers");

    tcase_add_test(t, every_preset_keeps_the_rules_and_says_where_each_number_is_from);
    tcase_add_test(t, presets_are_what_is_printed_of_them);
    tcase_add_test(t, numbers_that_contradict_each_other_are_refused_with_one_line);
    tcase_add_test(t, a_file_is_read_and_what_is_wrong_is_said_with_its_line);
    tcase_add_test(t, an_address_is_split_as_the_map_says);
    tcase_add_test(t, a_map_is_a_bijection);
    suite_add_tcase(s, t);
    return s;
}
