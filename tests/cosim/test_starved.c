/* SPDX-License-Identifier: Apache-2.0 */
/* test_starved.c - every allocation of a job fails once: the job says so with STAMP_ENOMEM and gives
 * everything back (the sanitizers see what it keeps), or, where it reports, tells that it is not whole. */
#include <cjson/cJSON.h>
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "model/mem.h"
#include "sim/net/netbuild.h"
#include "sim/net/netrun.h"
#include "sim/ref/calibrate.h"
#include "sim/report/counters.h"
#include "sim/report/json_out.h"
#include "sim/report/phases.h"
#include "sim/report/quantized.h"
#include "sim/report/tensors.h"
#include "tests/compiler/net_random.h"
#include "tests/compiler/test_compile_util.h"
#include "tests/compiler/token_samples.h"
#include "tests/skip.h"

Suite *stamp_suite_starved(void);

enum { TOKENS = 9, VOCAB = 70, DENSE = 150, STRIDE = 11 };

static struct stamp_network *m;
static struct stamp_tokenizer *tokenizer;
static float logits[TOKENS * VOCAB];
static const int32_t token[TOKENS] = {1, 5, 69, 0, 33, 7, 7, 12, 60};

static void setup(void)
{
    static struct sample s;

    m = net_random_open(net_random_llama);
    sample_token_json(&s);
    ck_assert_int_eq(
        stamp_tokenizer_memory(STAMP_TOKENIZER_JSON, "t", s.bytes, s.len, VOCAB, &tokenizer, NULL),
        STAMP_OK);
}

static void teardown(void)
{
    stamp_tokenizer_close(tokenizer);
    stamp_network_close(m);
}

typedef enum stamp_status job(struct stamp_err *e);

/* Each of the first allocations, then every STRIDE-th. Returns those that were made to fail. */
static size_t sweep(job *work)
{
    size_t failed = 0;

    for (size_t n = 1;; n += n < DENSE ? 1 : STRIDE, failed++) {
        struct stamp_err e = {0};
        stamp_mem_fail_at(n);
        const enum stamp_status s = work(&e);
        if (stamp_mem_fail_at(0)) {
            ck_assert_msg(!s, "%s", e.text);
            return failed;
        }
        ck_assert_msg(s == STAMP_ENOMEM, "allocation %zu: status %d, %s", n, (int)s, e.text);
        ck_assert_msg(e.text[0], "allocation %zu: no line", n);
    }
}

static struct stamp_netrun_options options(const struct stamp_device *on)
{
    struct stamp_netrun_options o = {.mach = stamp_mach_find("tiny"),
                                     .scheme = stamp_scheme_default(),
                                     .kv = {.bits = 4, .block = 1},
                                     .head_bits = 8,
                                     .threads = 1,
                                     .ctx = TOKENS + 1,
                                     .on = on,
                                     .decode = true,
                                     .run = stamp_run_options_default()};

    o.scheme.high_rows = 3;
    o.run.rtl_dir = "build";
    return o;
}

/* What was counted, as JSON and as text; not whole counts as no memory. */
static enum stamp_status report(const struct stamp_netrun *r, const struct stamp_tensors *t,
                                struct stamp_err *e)
{
    struct stamp_text text = {0};
    struct cJSON *o = stamp_json_root();
    const struct stamp_run_result *sum = &stamp_netrun_phase(r, STAMP_PREFILL)->sum;

    stamp_put_text(o, "machine", "tiny");
    stamp_put_counters(o, sum, false);
    stamp_put_phases(o, stamp_netrun_image(r), sum, false);
    stamp_put_tensors(o, t);
    stamp_text_phases(&text, stamp_netrun_image(r), sum, false);
    stamp_text_tensors(&text, t);
    char *printed = cJSON_Print(o);
    const bool whole = printed && stamp_json_complete() && !text.failed;
    if (whole) ck_assert(strstr(printed, "\"phases\"") && strstr(printed, "\"tensors\""));
    cJSON_free(printed);
    cJSON_Delete(o);
    stamp_free(text.s);
    return whole ? STAMP_OK : stamp_fail(e, STAMP_ENOMEM, "out of memory for the report");
}

/* Compile, prefill and step with phases and tensors, and the report of them. */
static enum stamp_status network_on_the_machine(struct stamp_err *e)
{
    struct stamp_netrun_options o = options(&stamp_on_model);
    struct stamp_netrun *r = NULL;
    struct stamp_tensors *t = stamp_tensors_new(m);
    enum stamp_status s = t ? stamp_tensors_begin(t, TOKENS, e)
                            : stamp_fail(e, STAMP_ENOMEM, "out of memory for tensors");

    o.run.phases = true;
    o.see = stamp_tensors_keep;
    o.see_ctx = t;
    if (!s) s = stamp_netrun_new(m, &o, &r, e);
    if (!s) s = stamp_netrun_prefill(r, token, TOKENS, logits, e);
    if (!s) s = stamp_netrun_step(r, 3, logits, e);
    if (!s) s = report(r, t, e);
    stamp_netrun_free(r);
    stamp_tensors_free(t);
    return s;
}

static enum stamp_status network_in_c(struct stamp_err *e)
{
    const struct stamp_netrun_options o = options(&stamp_on_net);
    struct stamp_netrun *r = NULL;
    enum stamp_status s = stamp_netrun_new(m, &o, &r, e);

    if (!s) s = stamp_netrun_prefill(r, token, TOKENS, logits, e);
    if (!s) s = stamp_netrun_step(r, 3, logits, e);
    stamp_netrun_free(r);
    return s;
}

static enum stamp_status calibrated(enum stamp_quantizer quantizer, struct stamp_err *e)
{
    static const char text[] = "abc ab<|endoftext|>cab abc, ab";
    struct stamp_calibration *c = NULL;
    struct stamp_qmodel *q = NULL;
    struct stamp_qmodel_options o = {.bits = 4, .head_bits = 8, .quantizer = quantizer};
    enum stamp_status s = stamp_calibration_new(m, tokenizer, text, sizeof text - 1, 20,
                                                quantizer == STAMP_GPTQ, &c, e);

    o.cache = "/tmp/stamp_starved.codes";
    unlink(o.cache);
    if (!s) o.calib = stamp_calibration_calib(c);
    if (!s) s = stamp_qmodel_make(m, &o, &q, e);
    stamp_qmodel_free(q);
    q = NULL;
    if (!s) s = stamp_qmodel_make(m, &o, &q, e); /* from the file */
    stamp_qmodel_free(q);
    stamp_calibration_free(c);
    unlink(o.cache);
    return s;
}

static enum stamp_status clip(struct stamp_err *e)
{
    return calibrated(STAMP_CLIP, e);
}

static enum stamp_status gptq(struct stamp_err *e)
{
    return calibrated(STAMP_GPTQ, e);
}

static enum stamp_status score_quantized(struct stamp_err *e)
{
    static const char text[] = "abc ab<|endoftext|>cab abc, ab";
    const struct stamp_scheme scheme = stamp_scheme_default();
    struct stamp_quantized *q = stamp_quantized_new(&scheme);
    const struct stamp_f32_hooks hooks = {.linear = stamp_quantized_linear, .linear_ctx = q};
    struct stamp_ppl ppl;
    const enum stamp_status s =
        q ? stamp_perplexity(m, tokenizer, text, sizeof text - 1, NULL, &hooks, &ppl, e)
          : stamp_fail(e, STAMP_ENOMEM, "out of memory");

    stamp_quantized_free(q);
    return s;
}

/* A layer in lock-step with the RTL. */
static struct stamp_image *layer;

static enum stamp_status lockstep(struct stamp_err *e)
{
    struct stamp_run_options o = stamp_run_options_default();
    struct stamp_run_result r;
    struct stamp_run *run = NULL;
    static const float x[6 * 5] = {1, 2, -3};
    enum stamp_status s = stamp_run_new(layer, &run, e);

    o.on = &stamp_on_all;
    o.rtl_dir = "build";
    o.phases = true;
    if (!s) s = stamp_run_put(run, "x", x, 6, 5, e);
    if (!s) s = stamp_run_go(run, &o, &r, e);
    stamp_run_free(run);
    return s;
}

START_TEST(a_network_compiled_run_and_reported)
{
    ck_assert_uint_gt(sweep(network_on_the_machine), 200);
}
END_TEST

START_TEST(a_network_in_c)
{
    ck_assert_uint_gt(sweep(network_in_c), 50);
}
END_TEST

START_TEST(calibrated_quantizers_and_their_file)
{
    ck_assert_uint_gt(sweep(_i ? gptq : clip), 100);
}
END_TEST

START_TEST(perplexity_of_quantized_layers)
{
    ck_assert_uint_gt(sweep(score_quantized), 100);
}
END_TEST

START_TEST(a_layer_in_lockstep_with_the_rtl)
{
    struct stamp_case c = stamp_case_of("tiny", 6, 5, 4, STAMP_HAAR);
    float *x, *want;
    struct stamp_err e = {0};

    layer = stamp_case_compile(&c, NULL, &x, &want);
    if (lockstep(&e) == STAMP_EUNSUPPORTED)
        test_skip("%s", e.text);
    else
        ck_assert_uint_gt(sweep(lockstep), 5);
    stamp_image_free(layer);
    stamp_free(x);
    stamp_free(want);
}
END_TEST

Suite *stamp_suite_starved(void)
{
    Suite *s = suite_create("starved");
    TCase *c = tcase_create("starved");

    tcase_set_timeout(c, 600);
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, a_network_compiled_run_and_reported);
    tcase_add_test(c, a_network_in_c);
    tcase_add_loop_test(c, calibrated_quantizers_and_their_file, 0, 2);
    tcase_add_test(c, perplexity_of_quantized_layers);
    tcase_add_test(c, a_layer_in_lockstep_with_the_rtl);
    suite_add_tcase(s, c);
    return s;
}
