/* SPDX-License-Identifier: Apache-2.0 */
/* test_stay.c - rows of a decode program that stay in vector memory: where there is room for them, where there is
 * some, and where there is none, the logits are those of model/net, which knows nothing of places. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/lower/net.h"
#include "tests/compiler/net_pair.h"
#include "tests/compiler/net_random.h"

Suite *stamp_suite_stay(void);

enum { TOKENS = 20, STEPS = 3 };

static struct stamp_net_spec spec(void)
{
    struct stamp_net_spec s = {.scheme = stamp_scheme_default(),
                               .kv = {4, 3, false},
                               .s = TOKENS,
                               .ctx = TOKENS + STEPS,
                               .last_logits = true,
                               .decode = true};

    s.scheme.high_rows = 8;
    return s;
}

static bool has(const struct stamp_image *image, const char *name)
{
    for (uint32_t i = 0; i < image->buffers; i++)
        if (!strcmp(image->buffer[i].name, name)) return true;
    return false;
}

/* Rows of the step that are in DRAM. */
static uint32_t in_dram(const struct stamp_image *image)
{
    static const char *const row[] = {"step.x", "step.h", "step.qkv", "step.att", "step.ff"};
    uint32_t rows = 0;

    for (size_t i = 0; i < sizeof row / sizeof *row; i++) rows += has(image, row[i]);
    return rows;
}

static void run(struct net_pair *p)
{
    int32_t token[TOKENS];

    net_pair_start(p);
    for (int32_t i = 0; i < TOKENS; i++) token[i] = (i * 31 + 7) % (int32_t)p->m->vocab;
    net_pair_prefill(p, token);
    for (uint32_t i = 0; i < STEPS; i++) net_pair_step(p, TOKENS + i, token[5 * i]);
}

START_TEST(all_rows_stay_where_there_is_room)
{
    const struct stamp_compile_options o = {.mach = stamp_mach_find("base")};
    const struct stamp_net_spec s = spec();
    struct net_pair p;
    struct stamp_err e = {0};

    ck_assert_msg(!net_pair_compile(&p, net_random_llama, &s, &o, &e), "%s", e.text);
    ck_assert_uint_eq(in_dram(p.image), 0);
    ck_assert(has(p.image, "step.logits"));
    run(&p);
    net_pair_close(&p);
}
END_TEST

/* From no room to room for all: each place in VM is one less in DRAM, and never a value lost. */
START_TEST(some_rows_stay_where_there_is_some_room)
{
    bool seen[6] = {false};

    for (uint32_t lines = 320; lines <= 1600; lines += lines < 640 ? 36 : 120) {
        struct stamp_mach m = *stamp_mach_find(_i ? "base" : "tiny");
        const struct stamp_compile_options o = {.mach = &m};
        const struct stamp_net_spec s = spec();
        struct net_pair p;
        struct stamp_err e = {0};

        m.VM_LINES = lines / 4 * 4;
        if (!net_pair_compile(&p, net_random_llama, &s, &o, &e)) {
            seen[in_dram(p.image)] = true;
            run(&p);
        }
        net_pair_close(&p);
    }
    ck_assert(seen[0]);
    ck_assert(seen[1] || seen[2] || seen[3] || seen[4]);
}
END_TEST

Suite *stamp_suite_stay(void)
{
    Suite *s = suite_create("stay");
    TCase *t = tcase_create("stay");

    tcase_set_timeout(t, 300);
    tcase_add_test(t, all_rows_stay_where_there_is_room);
    tcase_add_loop_test(t, some_rows_stay_where_there_is_some_room, 0, 2);
    suite_add_tcase(s, t);
    return s;
}
