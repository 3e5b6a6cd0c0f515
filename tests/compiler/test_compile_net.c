/* SPDX-License-Identifier: Apache-2.0 */
/* test_compile_net.c - compiled networks against model/net, which knows nothing of programs: every
 * logit of prefill and decode, on every machine, over lengths, caches, families and schemes. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/lower/net.h"
#include "compiler/prove/verify.h"
#include "model/mem.h"
#include "sim/net/netbuild.h"
#include "sim/run/device.h"
#include "sim/run/runtime.h"
#include "tests/compiler/net_pair.h"
#include "tests/compiler/net_random.h"
#include "tests/skip.h"

Suite *stamp_suite_compile_net(void);

enum { STEPS = 5 };

struct point {
    const char *config;
    uint32_t s;
    uint8_t transform;
    uint32_t high_rows, kv_bits, kv_block;
    bool last, unfused, plain;
};

static const struct point points[] = {
    {net_random_llama, 1, STAMP_HAAR, 64, 4, 5, false, false, false},
    {net_random_llama, 40, STAMP_HAAR, 8, 4, 3, false, false, false},
    {net_random_llama, 30, STAMP_HAAR, 8, 4, 5, true, false, false},
    {net_random_llama, 70, STAMP_WHT, 8, 8, 0, false, false, false},
    {net_random_llama, 33, STAMP_DCT, 4, 32, 0, true, false, false},
    {net_random_llama, 254, STAMP_HAAR, 16, 4, 5, true, false, false},
    {net_random_llama, 520, STAMP_NONE, 64, 4, 5, true, false, false},
    {net_random_llama, 24, STAMP_HAAR, 4, 4, 0, false, true, false},
    {net_random_qwen2, 37, STAMP_HAAR, 8, 4, 5, false, false, false},
    {net_random_qwen2, 5, STAMP_HAAR, 64, 8, 0, false, false, false},
    {net_random_qwen3, 62, STAMP_HAAR, 8, 4, 5, false, false, false},
    {net_random_qwen3, 19, STAMP_NONE, 0, 4, 4, false, false, false},
    {net_random_llama, 30, STAMP_NONE, 8, 4, 5, true, false, true},
    {net_random_qwen2, 37, STAMP_HAAR, 8, 4, 3, false, false, true},
    {net_random_qwen3, 62, STAMP_WHT, 8, 4, 5, false, false, true},
    /* across the end of a batch of keys, whose operands stay from then on */
    {net_random_llama, 30, STAMP_HAAR, 8, 4, 2, true, false, false},
    {net_random_qwen2, 62, STAMP_HAAR, 8, 4, 3, true, false, true},
    {net_random_qwen3, 62, STAMP_HAAR, 8, 8, 0, true, false, false},
    {net_random_llama, 61, STAMP_HAAR, 8, 32, 0, true, false, false},
    {net_random_llama, 253, STAMP_HAAR, 8, 4, 6, true, false, false},
};
enum { POINTS = sizeof points / sizeof points[0] };

static struct stamp_net_spec spec_of(const struct point *p)
{
    struct stamp_net_spec s = {.scheme = stamp_scheme_default(),
                               .kv = {p->kv_bits, p->kv_block, p->plain},
                               .s = p->s,
                               .ctx = p->s + STEPS,
                               .last_logits = p->last,
                               .decode = true};

    s.scheme.transform = p->transform;
    s.scheme.high_rows = p->high_rows;
    return s;
}

static void open_pair(struct net_pair *p, const struct point *at, const struct stamp_mach *mach)
{
    const struct stamp_compile_options o = {.mach = mach, .unfused = at->unfused};
    const struct stamp_net_spec spec = spec_of(at);
    struct stamp_err e = {0};

    ck_assert_msg(!net_pair_compile(p, at->config, &spec, &o, &e), "%s: %s", mach->name, e.text);
    net_pair_start(p);
}

static void check_point(const struct point *at, const struct stamp_mach *mach)
{
    struct net_pair p;
    int32_t token[600];

    open_pair(&p, at, mach);
    for (uint32_t i = 0; i < 600; i++)
        token[i] = (int32_t)((i * 2654435761u >> 8) % (uint32_t)p.m->vocab);
    net_pair_prefill(&p, token);
    for (uint32_t i = 0; i < STEPS; i++) net_pair_step(&p, at->s + i, token[7 * i]);
    net_pair_close(&p);
}

START_TEST(programs_give_the_networks_logits)
{
    check_point(&points[_i / 3], &stamp_machs[_i % 3]);
}
END_TEST

/* Heads that fill no line, and those for which K and V, or pieces of the rotary table, take turns. */
static const struct {
    const char *family;
    unsigned head_dim, heads, kv;
    uint32_t s, kv_bits, kv_block;
} lengths[] = {
    {"llama", 80, 2, 1, 37, 4, 5},   {"qwen2", 96, 4, 2, 35, 4, 3},
    {"llama", 112, 3, 3, 62, 4, 2},  {"qwen3", 128, 4, 2, 61, 4, 5},
    {"llama", 128, 1, 1, 30, 32, 0}, {"qwen2", 192, 2, 2, 62, 4, 5},
    {"llama", 192, 2, 1, 37, 8, 0},  {"llama", 256, 1, 1, 62, 4, 5},
    {"qwen3", 256, 4, 2, 35, 4, 5},  {"qwen2", 256, 2, 1, 62, 4, 3},
    {"llama", 256, 2, 2, 61, 32, 0}, {"llama", 256, 1, 1, 253, 8, 0},
};
enum { LENGTHS = sizeof lengths / sizeof lengths[0] };

START_TEST(heads_of_any_length_up_to_256)
{
    const struct point at = {.config =
                                 net_random_heads(lengths[_i / 3].family, lengths[_i / 3].head_dim,
                                                  lengths[_i / 3].heads, lengths[_i / 3].kv),
                             .s = lengths[_i / 3].s,
                             .transform = STAMP_HAAR,
                             .high_rows = 8,
                             .kv_bits = lengths[_i / 3].kv_bits,
                             .kv_block = lengths[_i / 3].kv_block};

    check_point(&at, &stamp_machs[_i % 3]);
}
END_TEST

/* What does not fit names head_dim, and a flag or a machine with which it does. */
START_TEST(heads_that_do_not_fit_are_refused_with_advice)
{
    static const struct {
        const char *mach;
        unsigned head_dim;
        uint32_t block;
        const char *advice;
    } cases[] = {{"tiny", 256, 6, "--kv-block 5"},   {"base", 128, 8, "--kv-block 5"},
                 {"wide", 256, 8, "--kv-block 6"},   {"tiny", 320, 5, "--machine base"},
                 {"wide", 512, 5, "--machine base"}, {"base", 512, 5, NULL}};

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct stamp_compile_options o = {.mach = stamp_mach_find(cases[i].mach)};
        const struct point at = {.s = 8, .kv_bits = 4, .kv_block = cases[i].block, .last = true};
        struct stamp_net_spec spec = spec_of(&at);
        struct stamp_network *m =
            net_random_open(net_random_heads("llama", cases[i].head_dim, 1, 1));
        struct stamp_image *image = NULL;
        struct stamp_qmodel *q = NULL;
        struct stamp_err e = {0};
        ck_assert(!stamp_qmodel_new(m, 4, 8, 0, &q, &e));
        spec.model = m;
        spec.weights = q;
        const enum stamp_status s = stamp_compile_net(&spec, &o, &image, NULL, NULL, &e);
        ck_assert_msg(s == (cases[i].advice ? STAMP_EUNSUPPORTED : STAMP_OK), "%zu: %s", i, e.text);
        ck_assert_msg(!s || (strstr(e.text, "head_dim") && strstr(e.text, cases[i].advice)),
                      "%zu: %s", i, e.text);
        stamp_image_free(image);
        stamp_qmodel_free(q);
        stamp_network_close(m);
    }
}
END_TEST

/* The verifier walks a step with its real address registers at other positions, too. */
START_TEST(steps_are_legal_at_every_kind_of_position)
{
    static const uint32_t position[] = {0, 1, 31, 32, 63, 255, 256, 300, 511, 512, 600};
    const struct point at = {net_random_llama, 3, STAMP_HAAR, 8, 4, 5, true, false, false};
    struct stamp_err e = {0};
    struct net_pair p;

    open_pair(&p, &at, &stamp_machs[_i]);
    stamp_image_free(p.image);
    p.spec.ctx = 601;
    const struct stamp_compile_options o = {.mach = &stamp_machs[_i]};
    ck_assert_msg(!stamp_compile_net(&p.spec, &o, &p.image, NULL, NULL, &e), "%s", e.text);
    for (size_t i = 0; i < sizeof position / sizeof position[0]; i++) {
        const uint32_t arg[STAMP_ARGS] = {position[i]};
        for (int k = 0; k < 2; k++)
            ck_assert_msg(!stamp_verify_entry(p.image,
                                              stamp_image_entry(p.image, k ? "recode" : "step"),
                                              arg, NULL, &e),
                          "position %u: %s", position[i], e.text);
    }
    net_pair_close(&p);
}
END_TEST

START_TEST(what_cannot_be_compiled_is_refused)
{
    const struct point at = {net_random_llama, 8, STAMP_HAAR, 8, 4, 5, false, false, false};
    struct stamp_compile_options o = {.mach = stamp_mach_find("base")};
    struct stamp_image *image = NULL;
    struct stamp_net_spec bad;
    struct stamp_err e = {0};
    struct net_pair p;

    open_pair(&p, &at, o.mach);
    bad = p.spec;
    bad.s = 0;
    ck_assert_int_eq(stamp_compile_net(&bad, &o, &image, NULL, NULL, &e), STAMP_ERANGE);
    bad = p.spec;
    bad.ctx = 701; /* the model's context is 700 */
    ck_assert_int_eq(stamp_compile_net(&bad, &o, &image, NULL, NULL, &e), STAMP_ERANGE);
    bad = p.spec;
    bad.kv.bits = 5;
    ck_assert_int_eq(stamp_compile_net(&bad, &o, &image, NULL, NULL, &e), STAMP_ERANGE);
    bad = p.spec;
    bad.scheme.act_bits = 32;
    ck_assert_int_eq(stamp_compile_net(&bad, &o, &image, NULL, NULL, &e), STAMP_EUNSUPPORTED);
    ck_assert_ptr_null(image);
    net_pair_close(&p);
}
END_TEST

/* The parts of a network in order; its rows are too short for one order of several (share.h). */
static const char *const parts[] = {"gather", "norm",   "qkv",  "kv",   "attention", "o",
                                    "norm",   "gateup", "down", "norm", "head"};

static void check_phases(const struct net_pair *p, const char *entry,
                         const struct stamp_run_result *r)
{
    const bool first = !strcmp(entry, "main");
    const size_t layers = p->m->dec.layers, inside = 8;
    uint64_t sum[STAMP_EVENTS] = {0}, cycles = 0, products = 0;

    ck_assert_uint_eq(r->instances, 3 + inside * layers);
    for (uint32_t i = 0; i < r->instances; i++) {
        const struct stamp_phase_instance *at = &r->instance[i];
        const struct stamp_phase *f = &p->image->phase[at->phase];
        const size_t k = i == 0                ? 0
                         : i > inside * layers ? inside + i - inside * layers
                                               : 1 + (i - 1) % inside;
        ck_assert_str_eq(f->name, parts[k]);
        ck_assert_str_eq(p->image->entry[f->entry].name, entry);
        ck_assert_uint_eq(at->iteration, k == 0 || k > inside ? 0 : (i - 1) / inside);
        ck_assert_uint_eq(at->start, cycles);
        ck_assert_uint_gt(at->event[STAMP_EV_LOAD_BYTES], 0);
        cycles += at->cycles;
        products += at->products;
        for (size_t e = 0; e < STAMP_EVENTS; e++) sum[e] += at->event[e];
    }
    ck_assert_uint_eq(cycles, r->cycles);
    for (size_t e = 0; e < STAMP_EVENTS; e++) ck_assert_uint_eq(sum[e], r->event[e]);
    ck_assert_uint_eq(products, r->products);
    /* 40 queries, each with the keys up to itself, 6 heads of 8 elements, two products of 2 x 2 nibbles. */
    if (first)
        ck_assert_uint_eq(products, stamp_image_products(p->image) + layers * 820 * 6 * 8 * 8);
}

/* Everything counted lies in exactly one instance, on the C machine and, where built, on the RTL. */
START_TEST(phases_of_a_network_add_up)
{
    static const struct point at = {net_random_llama, 40, STAMP_HAAR, 8, 4, 3, false, false, false};
    struct stamp_run_options o = stamp_run_options_default();
    struct stamp_run_result r;
    struct stamp_err e = {0};
    int32_t tokens[40];
    struct net_pair p;

    open_pair(&p, &at, stamp_mach_find("tiny"));
    for (int32_t i = 0; i < 40; i++) tokens[i] = i * 7 % 70;
    o.phases = true;
    o.rtl_dir = "build";
    o.on = _i ? &stamp_on_rtl : &stamp_on_model;
    for (int step = 0; step < 2; step++) {
        o.entry = step ? "step" : "main";
        ck_assert_int_eq(stamp_run_put_raw(p.run, step ? "token" : "tokens", tokens,
                                           step ? 4 : sizeof tokens, &e),
                         STAMP_OK);
        stamp_run_set_arg(p.run, 0, step ? 40 : 0);
        const enum stamp_status s = stamp_run_go(p.run, &o, &r, &e);
        if (_i && s == STAMP_EUNSUPPORTED) {
            test_skip("the RTL of tiny is not built: its phases are NOT added up");
            break;
        }
        ck_assert_msg(!s, "%s", e.text);
        check_phases(&p, o.entry, &r);
    }
    net_pair_close(&p);
}
END_TEST

/* A prompt and rows so long that units lie in two tiles, codes of down go through DRAM, and attention leaves o's
 * rows to the norm behind: what a large layer has, as small as it can be. */
START_TEST(long_rows_of_a_long_prompt)
{
    static const char config[] =
        "{\"model_type\":\"llama\",\"hidden_size\":640,\"intermediate_size\":5120,"
        "\"num_hidden_layers\":2,\"num_attention_heads\":8,\"num_key_value_heads\":2,"
        "\"head_dim\":64,\"vocab_size\":50,\"rms_norm_eps\":1e-5,\"rope_theta\":10000.0,"
        "\"max_position_embeddings\":1100,\"tie_word_embeddings\":true}";
    static const char *const said[] = {"units in two tiles", "codes through DRAM"};
    const struct point at = {config, 1030, STAMP_HAAR, 20, 4, 5, true, false, false};
    struct stamp_text text = {0};
    const struct stamp_compile_options o = {.mach = stamp_mach_find("base"), .dump = &text};
    const struct stamp_net_spec spec = spec_of(&at);
    struct stamp_err e = {0};
    int32_t token[1030];
    struct net_pair p;
    bool left = false;

    ck_assert_msg(!net_pair_compile(&p, config, &spec, &o, &e), "%s", e.text);
    for (size_t i = 0; i < sizeof said / sizeof said[0]; i++)
        ck_assert_msg(strstr(text.s, said[i]) != NULL, "%s: not in\n%s", said[i], text.s);
    for (uint32_t i = 0; i < p.image->phases; i++)
        left = left || !strcmp(p.image->phase[i].name, "o+norm+gateup");
    ck_assert(left);
    net_pair_start(&p);
    for (uint32_t i = 0; i < at.s; i++) token[i] = (int32_t)(i * 2654435761u >> 8) % 50;
    net_pair_prefill(&p, token);
    net_pair_close(&p);
    stamp_free(text.s);
}
END_TEST

Suite *stamp_suite_compile_net(void)
{
    Suite *s = suite_create("compiled networks");
    TCase *c = tcase_create("logits");

    tcase_set_timeout(c, 600);
    tcase_add_loop_test(c, programs_give_the_networks_logits, 0, 3 * POINTS);
    tcase_add_loop_test(c, heads_of_any_length_up_to_256, 0, 3 * LENGTHS);
    tcase_add_test(c, heads_that_do_not_fit_are_refused_with_advice);
    tcase_add_loop_test(c, steps_are_legal_at_every_kind_of_position, 0, 3);
    tcase_add_test(c, what_cannot_be_compiled_is_refused);
    suite_add_tcase(s, c);
    c = tcase_create("long");
    tcase_set_timeout(c, 300);
    tcase_add_test(c, long_rows_of_a_long_prompt);
    suite_add_tcase(s, c);
    c = tcase_create("phases");
    tcase_set_timeout(c, 300);
    tcase_add_loop_test(c, phases_of_a_network_add_up, 0, 2);
    suite_add_tcase(s, c);
    return s;
}
