/* SPDX-License-Identifier: Apache-2.0 */
/* test_netphases.c - phases of a network's programs, added up over runs of several lengths. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "sim/net/netrun.h"
#include "tests/compiler/net_random.h"
#include "tests/skip.h"

Suite *stamp_suite_netphases(void);

enum { FIRST = 41, SECOND = 26, STEPS = 9, LAYERS = 2 };
enum { INSTANCES = 3 + 8 * LAYERS };

static struct stamp_network *m;

static void setup(void)
{
    m = net_random_open(net_random_llama);
    ck_assert_uint_eq(m->dec.layers, LAYERS);
}

static void teardown(void)
{
    stamp_network_close(m);
}

/* Prefills of a[0], a[1], ... up to 0, then steps. NULL where the machine is not built. */
static struct stamp_netrun *run(const struct stamp_device *on, const uint32_t *a, uint32_t steps)
{
    struct stamp_netrun_options o = {.mach = stamp_mach_find("base"),
                                     .scheme = stamp_scheme_default(),
                                     .kv = {.bits = 4, .block = 3},
                                     .head_bits = 8,
                                     .threads = 1,
                                     .ctx = FIRST + STEPS,
                                     .on = on,
                                     .decode = true,
                                     .last = true,
                                     .run = stamp_run_options_default()};
    float logits[128];
    struct stamp_netrun *r = NULL;
    struct stamp_err e = {0};
    int32_t token[FIRST];

    ck_assert_uint_le(m->vocab, 128);
    for (int32_t i = 0; i < FIRST; i++) token[i] = i * 7 % 70;
    o.run.phases = true;
    o.run.rtl_dir = "build";
    enum stamp_status s = stamp_netrun_new(m, &o, &r, &e);
    if (s == STAMP_EUNSUPPORTED && on != &stamp_on_model) {
        test_skip("the RTL is not built: its phases are NOT tested");
        return NULL;
    }
    for (; *a && !s; a++) s = stamp_netrun_prefill(r, token, *a, logits, &e);
    for (uint32_t i = 0; i < steps && !s; i++) s = stamp_netrun_step(r, token[i], logits, &e);
    ck_assert_msg(!s, "%s", e.text);
    return r;
}

static const struct stamp_run_result *sum_of(const struct stamp_netrun *r,
                                             enum stamp_netrun_which which)
{
    return &stamp_netrun_phase(r, which)->sum;
}

static const char *name_of(const struct stamp_netrun *r, const struct stamp_phase_instance *i)
{
    return stamp_netrun_image(r)->phase[i->phase].name;
}

/* Everything that was counted lies in one instance. */
static void check_whole(const struct stamp_run_result *sum)
{
    uint64_t cycles = 0;

    for (size_t e = 0; e < STAMP_EVENTS; e++) {
        uint64_t all = 0;
        for (uint32_t i = 0; i < sum->instances; i++) all += sum->instance[i].event[e];
        ck_assert_uint_eq(all, sum->event[e]);
    }
    for (uint32_t i = 0; i < sum->instances; i++) cycles += sum->instance[i].cycles;
    ck_assert_uint_eq(cycles, sum->cycles);
}

static const struct stamp_device *const ons[] = {&stamp_on_model, &stamp_on_rtl};

START_TEST(two_prefills_are_the_sum_of_one_and_one)
{
    const uint32_t one[] = {FIRST, 0}, other[] = {SECOND, 0}, both[] = {FIRST, SECOND, 0};
    struct stamp_netrun *a = run(ons[_i], one, 0), *b = run(ons[_i], other, 0),
                        *c = run(ons[_i], both, 0);

    if (a) {
        const struct stamp_run_result *x = sum_of(a, STAMP_PREFILL), *y = sum_of(b, STAMP_PREFILL),
                                      *z = sum_of(c, STAMP_PREFILL);
        ck_assert_uint_eq(z->instances, INSTANCES);
        ck_assert_uint_eq(x->instances, INSTANCES);
        ck_assert_uint_eq(sum_of(c, STAMP_DECODE)->instances, 0);
        check_whole(z);
        for (uint32_t i = 0; i < INSTANCES; i++) {
            const struct stamp_phase_instance *p = &x->instance[i], *q = &y->instance[i],
                                              *s = &z->instance[i];
            ck_assert(s->phase == p->phase && s->iteration == p->iteration);
            ck_assert_uint_eq(p->times, 1);
            ck_assert_uint_eq(s->times, 2);
            ck_assert_uint_eq(s->cycles, p->cycles + q->cycles);
            ck_assert_uint_eq(s->products, p->products + q->products);
            for (size_t e = 0; e < STAMP_EVENTS; e++)
                ck_assert_uint_eq(s->event[e], p->event[e] + q->event[e]);
        }
    }
    stamp_netrun_free(a);
    stamp_netrun_free(b);
    stamp_netrun_free(c);
}
END_TEST

/* 6 heads of 8 elements, two products of 2 x 2 nibbles; a query with each key up to its own. */
START_TEST(attention_needs_products_by_the_position_of_each_run)
{
    const uint32_t both[] = {SECOND, FIRST, 0};
    struct stamp_netrun *r = run(&stamp_on_model, both, STEPS);
    const struct stamp_run_result *pre = sum_of(r, STAMP_PREFILL), *dec = sum_of(r, STAMP_DECODE);
    const uint64_t rows = FIRST + SECOND,
                   seen = FIRST * (FIRST + 1) / 2 + SECOND * (SECOND + 1) / 2;
    /* Of a row: q, k and v, o, gate and up, down; of a run the head of its last row, 8-bit weights. */
    const uint64_t layer = 48 * (48 + 2 * 16) + 48 * 48 + 48 * 2 * 80 + 80 * 48, head = 48 * 70;
    uint64_t pairs = 0, products = 0;
    uint32_t recoded = 0;

    for (uint32_t p = FIRST; p < FIRST + STEPS; p++) pairs += p + 1;
    for (uint32_t i = 0; i < pre->instances; i++) products += pre->instance[i].products;
    ck_assert_uint_eq(products, pre->products);
    ck_assert_uint_eq(products, LAYERS * (rows * 2 * layer + seen * 6 * 8 * 8) + 2 * 4 * head);
    ck_assert_uint_eq(dec->instances, INSTANCES + LAYERS);
    check_whole(dec);
    for (uint32_t i = 0; i < dec->instances; i++) {
        const struct stamp_phase_instance *at = &dec->instance[i];
        const bool recode = !strcmp(name_of(r, at), "recode");
        ck_assert_uint_eq(at->times, recode ? 1 : STEPS); /* position 47 ends a block of 8 */
        recoded += recode;
        if (!strcmp(name_of(r, at), "attention"))
            ck_assert_uint_eq(at->products, pairs * 6 * 8 * 8);
    }
    ck_assert_uint_eq(recoded, LAYERS);
    stamp_netrun_free(r);
}
END_TEST

Suite *stamp_suite_netphases(void)
{
    Suite *s = suite_create("netphases");
    TCase *c = tcase_create("netphases");

    tcase_set_timeout(c, 300);
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_loop_test(c, two_prefills_are_the_sum_of_one_and_one, 0, 2);
    tcase_add_test(c, attention_needs_products_by_the_position_of_each_run);
    suite_add_tcase(s, c);
    return s;
}
