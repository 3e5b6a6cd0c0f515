/* SPDX-License-Identifier: Apache-2.0 */
/* test_cli_compile.c - programs from the command line: what run says of their output, whole models,
 * quantizers of weights. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/net/netrun.h"
#include "tests/cli/cli_child.h"

Suite *stamp_suite_cli_compile(void);

enum { ROWS = 24, D = 40, OUT = 17 };

/* x, w and y = x wt in double, rounded once. */
static void make_layer(float *y)
{
    static float x[ROWS * D], w[OUT * D];

    for (int i = 0; i < ROWS * D; i++) x[i] = (float)((i * 7919 + 13) % 1009) / 500 - 1;
    for (int i = 0; i < OUT * D; i++) w[i] = (float)((i * 104729 + 7) % 997) / 400 - 1;
    for (int i = 0; i < ROWS * OUT; i++) {
        double sum = 0;
        for (int k = 0; k < D; k++) sum += (double)x[i / OUT * D + k] * (double)w[i % OUT * D + k];
        y[i] = (float)sum;
    }
    child_npy("x.npy", ROWS, D, x);
    child_npy("w.npy", OUT, D, w);
    child_npy("ref.npy", ROWS, OUT, y);
}

START_TEST(run_tells_how_far_an_output_is_from_a_reference)
{
    static float ref[ROWS * OUT], y[ROWS * OUT];
    double signal = 0, noise = 0, differ = 0;

    make_layer(ref);
    ck_assert_int_eq(child_run("$S compile w.npy --rows %d -o p.stamp", ROWS)->code, 0);
    const struct child *c = child_run("$S run p.stamp --on model --input x=x.npy --output y=y.npy "
                                      "--reference y=ref.npy --json");
    ck_assert_msg(c->code == 0, "%s", c->err);
    child_read("y.npy", ROWS * OUT, y);
    for (int i = 0; i < ROWS * OUT; i++) {
        const double off = (double)ref[i] - (double)y[i];
        signal += (double)ref[i] * (double)ref[i];
        noise += off * off;
        differ += off != 0;
    }
    const char *at = strstr(c->out, "\"references\"");
    ck_assert_ptr_nonnull(at);
    ck_assert_double_eq_tol(child_number(at, "sqnr_db"), 10 * log10(signal / noise), 1e-6);
    ck_assert_double_eq(child_number(at, "differ"), differ);
    ck_assert_double_gt(differ, ROWS * OUT / 2);
    c = child_run("$S run p.stamp --on model --input x=x.npy --reference y=y.npy");
    ck_assert_msg(c->code == 0, "%s", c->err);
    ck_assert_ptr_nonnull(strstr(c->out, "reference     y: 0 of 408 values differ\n"));
}
END_TEST

/* ---- Whole models ------------------------------------------------------------------------------ */

enum { TOKENS = 20, VOCAB = 1024 };

static const char model[] = "$K/traces/model/stamp-stories";

/* The first @p n ids of a sequence, as the bytes of file "ids" too. */
static void make_tokens(int32_t *token, uint32_t n)
{
    char path[200];

    for (uint32_t i = 0; i < n; i++)
        token[i] = i ? (int32_t)(3 + 256 + (i * 2654435761u >> 16) % 700) : 1;
    snprintf(path, sizeof path, "%s/ids", child_folder());
    FILE *f = fopen(path, "wb");
    ck_assert_ptr_nonnull(f);
    for (uint32_t i = 0; i < n; i++)
        for (int b = 0; b < 4; b++) putc((int)((uint32_t)token[i] >> 8 * b & 255), f);
    ck_assert_int_eq(fclose(f), 0);
}

/* Logits of the last token by the network in C, without programs and files of programs. */
static void network(const int32_t *token, uint32_t n, enum stamp_quantizer quantizer, bool plain,
                    float *logits)
{
    struct stamp_netrun_options o = {.scheme = stamp_scheme_default(),
                                     .kv = {.bits = 4, .block = 3, .plain = plain},
                                     .head_bits = 8,
                                     .threads = 1,
                                     .on = &stamp_on_net,
                                     .last = true};
    const struct stamp_qmodel_options how = {.bits = 4, .head_bits = 8, .quantizer = quantizer};
    struct stamp_qmodel *codes = NULL;
    struct stamp_network *m = NULL;
    struct stamp_netrun *r = NULL;
    struct stamp_err e = {0};
    char path[512];

    snprintf(path, sizeof path, "%s/traces/model/stamp-stories", child_kit());
    ck_assert_msg(!stamp_network_open(path, &m, &e), "%s", e.text);
    ck_assert_msg(!stamp_qmodel_make(m, &how, &codes, &e), "%s", e.text);
    o.codes = codes;
    ck_assert_msg(!stamp_netrun_new(m, &o, &r, &e), "%s", e.text);
    ck_assert_msg(!stamp_netrun_prefill(r, token, n, logits, &e), "%s", e.text);
    stamp_netrun_free(r);
    stamp_qmodel_free(codes);
    stamp_network_close(m);
}

static void must(const struct child *c)
{
    ck_assert_msg(c->code == 0, "%s", c->err);
}

START_TEST(a_compiled_model_gives_the_networks_logits)
{
    static const struct {
        const char *flags;
        enum stamp_quantizer quantizer;
        bool plain;
    } how[] = {{"", STAMP_RTN, false},
               {"--quantizer clip --machine tiny", STAMP_CLIP, false},
               {"--kv-transform none --machine wide", STAMP_RTN, true}};
    static float want[VOCAB], got[VOCAB];
    int32_t token[TOKENS];

    make_tokens(token, TOKENS);
    for (size_t i = 0; i < sizeof how / sizeof how[0]; i++) {
        must(child_run("$S compile %s --tokens %d --kv-block 3 %s -o m.stamp", model, TOKENS,
                       how[i].flags));
        must(child_run("$S run m.stamp --on model --input tokens=ids --output logits=l.npy"));
        network(token, TOKENS, how[i].quantizer, how[i].plain, want);
        child_read("l.npy", VOCAB, got);
        ck_assert_msg(!memcmp(got, want, sizeof got), "%s", how[i].flags);
    }
}
END_TEST

START_TEST(a_compiled_step_begins_where_a_prefill_of_one_token_does)
{
    static float want[VOCAB], got[VOCAB];
    int32_t token[1];

    make_tokens(token, 1);
    must(child_run("$S compile %s --tokens 5 --decode 6 --kv-block 3 -o d.stamp", model));
    must(child_run("head -c 20 /dev/zero >zero && $S run d.stamp --on model --entry step --arg 0=0 "
                   "--input tokens=zero --input token=ids --output step.logits=l.npy"));
    network(token, 1, STAMP_RTN, false, want);
    child_read("l.npy", VOCAB, got);
    ck_assert_mem_eq(got, want, sizeof got);
    must(child_run("$S run d.stamp --on model --entry recode --arg 0=7 --input tokens=zero "
                   "--input token=ids"));
    const struct child *c = child_run("$S run d.stamp --on model --entry step --arg 0=256 --input "
                                      "tokens=zero --input token=ids");
    ck_assert_int_eq(c->code, 1); /* 11 tokens fit, and what is left of a block of 256 keys */
    child_one_line(c, "d.stamp");
    must(child_run("$S compile %s --tokens 5 -o p.stamp", model));
    c = child_run("$S run p.stamp --on model --entry step --input tokens=zero");
    child_one_line(c, "step");
}
END_TEST

/* ---- Quantizers of weights ---------------------------------------------------------------------- */

static const char calib[] = "--calib $K/traces/model/eval.txt --calib-tokens 300";

START_TEST(a_cache_of_codes_gives_the_program_that_made_it)
{
    must(child_run("$S compile %s --tokens 4 --quantizer gptq %s --quant-cache g -o a.stamp", model,
                   calib));
    must(child_run("$S compile %s --tokens 4 --quantizer gptq %s --quant-cache g -o b.stamp && cmp "
                   "a.stamp b.stamp",
                   model, calib));
    must(child_run("$S compile %s --tokens 4 --quantizer gptq %s -o c.stamp && cmp a.stamp c.stamp",
                   model, calib));
    must(child_run("$S compile %s --tokens 4 --quantizer clip %s -o d.stamp", model, calib));
    ck_assert_int_eq(child_run("cmp -s a.stamp d.stamp")->code, 1);
    must(child_run("$S compile %s --tokens 4 -o e.stamp", model));
    ck_assert_int_eq(child_run("cmp -s d.stamp e.stamp || cmp -s a.stamp e.stamp")->code, 1);
    const struct child *c = child_run(
        "$S compile %s --tokens 4 --quantizer clip %s --quant-cache g -o f.stamp", model, calib);
    ck_assert_int_eq(c->code, 1);
    child_one_line(c, "g: ");
    ck_assert_int_eq(child_run("test -e f.stamp")->code, 1);
}
END_TEST

/* Up to the end of the list of ids. */
static void tokens_of(const char *flags, char *text, size_t size)
{
    const struct child *c =
        child_run("$S generate %s --json --prompt \"The king was\" -n 16 %s", model, flags);

    must(c);
    const char *at = strstr(c->out, "\"tokens\":");
    ck_assert_ptr_nonnull(at);
    snprintf(text, size, "%.*s", (int)(strchr(at, ']') - at), at);
}

START_TEST(generate_takes_the_codes_of_a_quantizer_wherever_it_runs)
{
    static char rtn[4096], net[4096], model_c[4096], cached[4096];
    char line[300];

    tokens_of("--on net", rtn, sizeof rtn);
    snprintf(line, sizeof line, "--on net --quantizer gptq %s --quant-cache q", calib);
    tokens_of(line, net, sizeof net);
    tokens_of(line, cached, sizeof cached);
    snprintf(line, sizeof line, "--on model --quantizer gptq %s", calib);
    tokens_of(line, model_c, sizeof model_c);
    ck_assert_str_eq(net, cached);
    ck_assert_str_eq(net, model_c);
    ck_assert_str_ne(net, rtn);
    const struct child *c = child_run("$S generate %s -n 1 --on net --quantizer clip", model);
    ck_assert_ptr_nonnull(strstr(c->out, ", weights by clip\n"));
}
END_TEST

START_TEST(compare_gives_every_row_the_codes_of_the_quantizer)
{
    static const char *const rows[] = {"--act-bits 8 --transform none --high-rows 0", /* W4A8 */
                                       "--transform none --high-rows 0"};
    double ppl[3];

    const struct child *c = child_run("$S compare %s --text $K/traces/model/eval.txt --tokens 60 "
                                      "--prefill 8 --kv 8 --json --quantizer clip %s",
                                      model, calib);
    must(c);
    ck_assert_ptr_nonnull(strstr(c->out, "weights by clip on 300 tokens\""));
    const char *at = c->out;
    for (int i = 0; i < 3; i++) {
        at = strstr(at + 1, "\"name\"");
        ck_assert_ptr_nonnull(at);
        ppl[i] = child_number(at, "ppl");
    }
    for (int i = 0; i < 2; i++) {
        c = child_run(
            "$S eval %s --text $K/traces/model/eval.txt --tokens 60 --on net --kv 8 --json "
            "--quantizer clip %s %s",
            model, calib, rows[i]);
        must(c);
        ck_assert_double_eq(child_number(c->out, "ppl"), ppl[i + 1]);
    }
    c = child_run(
        "$S eval %s --text $K/traces/model/eval.txt --tokens 60 --on net --kv 8 --json %s", model,
        rows[0]);
    must(c);
    ck_assert_double_ne(child_number(c->out, "ppl"), ppl[1]);
}
END_TEST

START_TEST(run_says_what_makes_a_program)
{
    const struct child *c = child_run("$S run none.stamp --on model");

    ck_assert_int_eq(c->code, 1);
    child_one_line(c, "none.stamp: No such file or directory; stamp compile");
    c = child_run("printf 'no program' >text.stamp && $S run text.stamp --on model");
    ck_assert_int_eq(c->code, 1);
    child_one_line(c, "text.stamp: not a program image; stamp compile");
}
END_TEST

/* 32 bytes of what is no number, through the machine and back. */
START_TEST(a_raw_buffer_goes_in_and_comes_out_byte_by_byte)
{
    must(child_run("cat >raw.s <<'END'\n.machine tiny\n.memory 8192\n.code_at 4096\n"
                   ".buffer in role=INPUT fmt=RAW addr=0 bytes=64 rows=1 cols=64 row_bytes=64\n"
                   ".buffer out role=OUTPUT fmt=RAW addr=64 bytes=64 rows=1 cols=64 row_bytes=64\n"
                   ".code\nLOAD fmt=RAW lines=1 n0=1 n1=1\nFENCE\n"
                   "STORE fmt=RAW dram=64 lines=1 n0=1 n1=1\nHALT\nEND\n"
                   "$S asm raw.s -o raw.stamp"));
    must(child_run("printf '\\377\\300\\177\\001abcdefghijklmnopqrstuvwxyz..' >in.bin && "
                   "$S run raw.stamp --on model --input in=in.bin --output out=out.bin && "
                   "head -c 32 out.bin | cmp - in.bin && test $(wc -c <out.bin) = 64"));
}
END_TEST

Suite *stamp_suite_cli_compile(void)
{
    Suite *s = suite_create("cli_compile");
    TCase *t = tcase_create("stamp");

    tcase_set_timeout(t, 240);
    tcase_add_test(t, run_says_what_makes_a_program);
    tcase_add_test(t, a_raw_buffer_goes_in_and_comes_out_byte_by_byte);
    tcase_add_test(t, run_tells_how_far_an_output_is_from_a_reference);
    tcase_add_test(t, a_compiled_model_gives_the_networks_logits);
    tcase_add_test(t, a_compiled_step_begins_where_a_prefill_of_one_token_does);
    tcase_add_test(t, a_cache_of_codes_gives_the_program_that_made_it);
    tcase_add_test(t, generate_takes_the_codes_of_a_quantizer_wherever_it_runs);
    tcase_add_test(t, compare_gives_every_row_the_codes_of_the_quantizer);
    suite_add_tcase(s, t);
    return s;
}
