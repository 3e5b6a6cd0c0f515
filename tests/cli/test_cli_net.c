/* SPDX-License-Identifier: Apache-2.0 */
/* test_cli_net.c - whole networks as a person and a script meet them: eval, generate, compare, demo. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/cli/cli_child.h"
#include "tests/skip.h"

Suite *stamp_suite_cli_net(void);

static const char model[] = "$K/traces/model/stamp-stories";
static const char text[] = "--text $K/traces/model/eval.txt";

/* Whether the machine in RTL is beside the program; where it is not, says that it is left out. */
static bool have_rtl(const char *mach)
{
    if (child_run("test -e \"$(dirname \"$(readlink -f \"$S\")\")/stamp_rtl_%s.so\"", mach)->code ==
        0)
        return true;
    test_skip("the RTL of %s is not built, what runs on it is NOT tested", mach);
    return false;
}

/* The value behind "key": as text, up to the end of its array or line. */
static const char *member(const char *json, const char *key, char end)
{
    static char value[2][4096];
    static int turn;
    char *out = value[turn ^= 1], name[64];

    snprintf(name, sizeof name, "\"%s\":", key);
    const char *at = strstr(json, name);
    ck_assert_msg(at != NULL, "no %s in %s", name, json);
    snprintf(out, sizeof value[0], "%.*s", (int)(strchr(at, end) - at), at);
    return out;
}

static void generate(char *tokens, size_t size, const char *flags)
{
    const struct child *c = child_run("$S generate %s --json %s", model, flags);

    ck_assert_msg(c->code == 0, "%s: %s", flags, c->err);
    ck_assert_str_eq(c->err, "");
    snprintf(tokens, size, "%s", member(c->out, "tokens", ']'));
}

/* Blocks of the cache of 8 tokens, so that some are completed by decoding. */
START_TEST(generate_gives_the_same_tokens_wherever_it_runs)
{
    static const char prompt[] = "--prompt \"The queen said\" --kv-block 3";
    char want[4096], got[4096], flags[200];

    snprintf(flags, sizeof flags, "%s -n 24 --on net", prompt);
    generate(want, sizeof want, flags);
    snprintf(flags, sizeof flags, "%s -n 24 --on net --threads 2", prompt);
    generate(got, sizeof got, flags);
    ck_assert_str_eq(got, want);
    for (int i = 0; i < 3; i++) {
        static const char *const machine[] = {"tiny", "base", "wide"};
        snprintf(flags, sizeof flags, "%s -n 24 --on model --machine %s", prompt, machine[i]);
        generate(got, sizeof got, flags);
        ck_assert_str_eq(got, want);
    }
    if (!have_rtl("base")) return;
    snprintf(flags, sizeof flags, "%s -n 5 --on net", prompt);
    generate(want, sizeof want, flags);
    for (int i = 0; i < 2; i++) {
        static const char *const on[] = {"rtl", "all --stall 0.2 --seed 4"};
        snprintf(flags, sizeof flags, "%s -n 5 --on %s", prompt, on[i]);
        generate(got, sizeof got, flags);
        ck_assert_str_eq(got, want);
    }
}
END_TEST

START_TEST(generate_samples_by_seed)
{
    static const char flags[] = "--prompt Once -n 20 --on net --temperature 1.5 --top-k 50";
    char a[4096], b[4096], line[200];

    snprintf(line, sizeof line, "%s --seed 3", flags);
    generate(a, sizeof a, line);
    generate(b, sizeof b, line);
    ck_assert_str_eq(a, b);
    snprintf(line, sizeof line, "%s --seed 4", flags);
    generate(b, sizeof b, line);
    ck_assert_str_ne(a, b);
    generate(a, sizeof a, "--prompt Once -n 20 --on net --temperature 1.5 --top-k 1");
    generate(b, sizeof b, "--prompt Once -n 20 --on net");
    ck_assert_str_eq(a, b);
}
END_TEST

START_TEST(generate_prints_the_text_and_its_figures)
{
    const struct child *c =
        child_run("$S generate %s --prompt \"Once upon a time\" -n 8 --mhz 100", model);

    ck_assert_msg(c->code == 0, "%s", c->err);
    ck_assert_msg(!strncmp(c->out, "Once upon a time, there was a little", 36), "%s", c->out);
    ck_assert_ptr_nonnull(strstr(c->out, "tokens/s at 100 MHz"));
    ck_assert_ptr_nonnull(strstr(c->out, "8 tokens behind a prompt of 5"));
    c = child_run("$S generate %s -n 1 --json", model); /* BOS alone, nothing decoded */
    ck_assert_msg(c->code == 0, "%s", c->err);
    ck_assert_double_eq(child_number(strstr(c->out, "\"prefill\""), "tokens"), 1);
    ck_assert_double_eq(child_number(strstr(c->out, "\"decode\""), "tokens"), 0);
}
END_TEST

START_TEST(eval_is_the_same_wherever_it_runs)
{
    char want[4096];
    const struct child *c =
        child_run("$S eval %s %s --json --tokens 60 --docs 2 --on net", model, text);

    ck_assert_msg(c->code == 0, "%s", c->err);
    snprintf(want, sizeof want, "%s", member(c->out, "ppl", '\n'));
    c = child_run("$S eval %s %s --json --tokens 60 --docs 2 --on model --machine tiny", model,
                  text);
    ck_assert_msg(c->code == 0, "%s", c->err);
    ck_assert_str_eq(member(c->out, "ppl", '\n'), want);
    ck_assert_double_eq(child_number(c->out, "tokens"), 60);
    ck_assert_double_gt(child_number(c->out, "cycles_expected"), 1000);
}
END_TEST

/* The first tensor of that name. */
static void at_least(const char *json, const char *name, double db)
{
    char key[40];

    snprintf(key, sizeof key, "\"name\":\t\"%s\"", name);
    const char *at = strstr(json, key);
    ck_assert_msg(at != NULL, "no %s in %s", key, json);
    ck_assert_double_gt(child_number(at, "sqnr_db"), db);
}

/* Rows of eval beside those of compare; --kv 4: rows without transform have a cache without one. */
static const char *const compared[][2] = {{"--act-bits 8 --transform none --high-rows 0", "none"},
                                          {"--transform none --high-rows 0", "none"},
                                          {"--transform none --high-rows 8", "none"},
                                          {"--high-rows 8", "haar"},
                                          {"--transform wht --high-rows 8", "haar"},
                                          {"--transform dct --high-rows 8", "haar"}};

static void compare_and_eval(unsigned kv, const char *given)
{
    double ppl[8], bits[8];
    size_t rows = 0;
    const struct child *c = child_run("$S compare %s %s --json --tokens 90 --high-rows 8 --kv %u "
                                      "%s --kv-block 3 --prefill 40",
                                      model, text, kv, given);

    ck_assert_msg(c->code == 0, "%s", c->err);
    for (const char *at = strstr(c->out, "\"name\""); at; at = strstr(at + 1, "\"name\"")) {
        ck_assert_uint_lt(rows, 7);
        ppl[rows] = child_number(at, "ppl");
        bits[rows] = child_number(at, "avg_act_bits");
        /* 40 rows in blocks of 8: the first of 8 bits, seven of 4 */
        ck_assert_double_eq(child_number(at, "avg_kv_bits"), rows == 0 ? 32 : kv == 4 ? 4.5 : 8);
        if (rows) ck_assert_double_gt(child_number(at, "cycles_expected"), 1000);
        if (rows++) ck_assert_double_gt(child_number(at, "sqnr_db"), 3);
    }
    ck_assert_uint_eq(rows, 7);
    for (size_t i = 0; i < 6; i++) {
        char cache[40] = "";
        if (kv == 4) snprintf(cache, sizeof cache, "--kv-transform %s", compared[i][1]);
        c = child_run("$S eval %s %s --json --tokens 90 --kv %u --kv-block 3 --on net %s %s %s",
                      model, text, kv, compared[i][0], cache, given);
        ck_assert_msg(c->code == 0, "%s", c->err);
        ck_assert_double_eq(child_number(c->out, "ppl"), ppl[i + 1]);
        ck_assert_double_eq(child_number(c->out, "avg_act_bits"), bits[i + 1]);
        ck_assert_double_eq(child_number(c->out, "ppl_f32"), ppl[0]);
    }
}

/* Of the network in C, of the C machine's memory, and of it in lock-step. */
START_TEST(tensors_are_the_same_wherever_they_are_read)
{
    static const char *const on[] = {"net", "model --machine tiny", "model", "all"};
    static char want[CHILD_TEXT];
    double rows = 0;

    ck_assert_int_eq(
        child_run("printf 'Once upon a time.<|endoftext|>The queen said: no!' >two")->code, 0);
    for (int i = 0; i < (have_rtl("base") ? 4 : 3); i++) {
        const struct child *c =
            child_run("$S eval %s --text two --json --tensors --on %s", model, on[i]);
        ck_assert_msg(c->code == 0, "%s", c->err);
        const char *at = strstr(c->out, "\"tensors\"");
        ck_assert_ptr_nonnull(at);
        rows = child_number(c->out, "tokens") + 2; /* two documents, BOS before each */
        if (!i) memcpy(want, at, strlen(at) + 1);
        ck_assert_msg(!strcmp(at, want), "other tensors on %s", on[i]);
    }
    at_least(want, "logits", 8);
    at_least(want, "q", 8);
    ck_assert_double_eq(child_number(want, "rows"), rows);
    const struct child *c = child_run("$S eval %s --text two --tensors --on net", model);
    ck_assert_ptr_nonnull(strstr(c->out, "\nembedding          128     exact\n"));
    ck_assert_ptr_nonnull(strstr(c->out, "\nlogits            1024 "));
}
END_TEST

/* Sum of "cycles" or of "products" over the objects of array "parts" behind @p json. */
static double parts_sum(const char *json, const char *key)
{
    double sum = 0;

    for (const char *at = strstr(strstr(json, "\"parts\""), "\"part\""); at && *at != ']';) {
        const char *next = strstr(at + 1, "\"part\""), *end = strchr(at, ']');
        sum += child_number(at, key);
        at = next && next < end ? next : NULL;
    }
    return sum;
}

START_TEST(phases_of_eval_and_generate_add_up)
{
    const bool rtl = have_rtl("base");
    const char *on = rtl ? "rtl" : "model";

    ck_assert_int_eq(child_run("printf 'Once.<|endoftext|>The queen said: no!' >two")->code, 0);
    const struct child *c = child_run("$S eval %s --text two --json --phases --on %s", model, on);
    ck_assert_msg(c->code == 0, "%s", c->err);
    const char *pre = strstr(c->out, "\"prefill\"");
    ck_assert_double_eq(parts_sum(pre, "load"), child_number(pre, "load"));
    if (rtl) ck_assert_double_eq(parts_sum(pre, "cycles"), child_number(pre, "cycles"));
    ck_assert_double_eq(child_number(strstr(pre, "\"instances\""), "times"), 2);
    c = child_run("$S generate %s -n 4 --json --phases --kv-block 1 --on %s", model, on);
    ck_assert_msg(c->code == 0, "%s", c->err);
    pre = strstr(c->out, "\"prefill\"");
    const char *dec = strstr(c->out, "\"decode\"");
    ck_assert_double_eq(child_number(strstr(pre, "\"parts\""), "times"), 1);
    ck_assert_double_eq(child_number(strstr(dec, "\"parts\""), "times"), 3);
    ck_assert_double_eq(parts_sum(dec, "load"), child_number(dec, "load"));
    ck_assert_ptr_nonnull(strstr(dec, "\"recode\""));
    ck_assert_double_eq(child_number(strstr(strstr(dec, "\"parts\""), "\"recode\""), "times"), 10);
    c = child_run("$S generate %s -n 4 --phases --on model", model);
    ck_assert_ptr_nonnull(strstr(c->out, "\nprefill, 1 runs by part and layer\n"));
    ck_assert_ptr_nonnull(strstr(c->out, "\ndecode, 3 runs by part and layer\n"));
}
END_TEST

/* The RTL is the truth: what the compiler chooses tiles by must not drift away from it. */
START_TEST(expected_cycles_are_those_of_the_rtl)
{
    static const char *const phase[] = {"\"prefill\"", "\"decode\""};

    if (!have_rtl("base")) return;
    const struct child *c = child_run("$S generate %s -n 4 --json --on rtl", model);
    ck_assert_msg(c->code == 0, "%s", c->err);
    for (int i = 0; i < 2; i++) {
        const char *at = strstr(c->out, phase[i]);
        ck_assert_ptr_nonnull(at);
        const double took = child_number(at, "cycles"), want = child_number(at, "cycles_expected");
        ck_assert_double_gt(took, 100000);
        ck_assert_double_eq(want, took);
    }
}
END_TEST

/* Attention included, which is no layer. */
START_TEST(run_counts_the_products_of_what_ran)
{
    const struct child *c =
        child_run("head -c 80 /dev/zero >ids; $S compile %s --tokens 20 -o net.stamp", model);
    ck_assert_msg(c->code == 0, "%s", c->err);
    c = child_run("$S run net.stamp --input tokens=ids --on model --json --phases");
    ck_assert_msg(c->code == 0, "%s", c->err);
    const double all = child_number(c->out, "products");
    ck_assert_double_eq(parts_sum(c->out, "products"), all);
    /* 20 queries, a key each at or before them: 210 pairs, 5 layers, 4 heads of 32, QK and PV, 8 bits */
    const char *attention = strstr(strstr(c->out, "\"parts\""), "\"attention\"");
    ck_assert_double_eq(child_number(attention, "products"), 210.0 * 5 * 4 * 32 * 2 * 4);
    c = child_run("$S run net.stamp --input tokens=ids --on model --json");
    ck_assert_double_eq(child_number(c->out, "products"), all);
    ck_assert_ptr_null(strstr(c->out, "\"parts\""));
}
END_TEST

START_TEST(compare_says_what_eval_says)
{
    compare_and_eval(8, "");
    compare_and_eval(4, "");
    compare_and_eval(4, "--kv-transform haar");
}
END_TEST

START_TEST(demo_runs_a_whole_network)
{
    const struct child *c =
        child_run("$S demo --model %s %s --tokens 24 --decode 9 --on model", model, text);

    ck_assert_msg(c->code == 0, "%s", c->err);
    /* 24 + 9 positions of 1024 logits */
    ck_assert_ptr_nonnull(
        strstr(c->out, "demo: PASS - 0 words and 33792 logits compared, 0 differing\n"));
}
END_TEST

START_TEST(a_machine_that_lies_is_caught_in_a_network)
{
    ck_assert_int_eq(child_run("cp \"$S\" stamp && cc -std=c11 -shared -fPIC -I\"$K\" "
                               "\"$K/tests/cli/fake/liar.c\" -o stamp_rtl_base.so")
                         ->code,
                     0);
    const struct child *c = child_run("./stamp generate %s -n 3 --on all --seed 9", model);
    ck_assert_int_eq(c->code, 1);
    child_last_line(c, "seed 9; again: ./stamp generate");
    c = child_run("./stamp eval %s %s --tokens 9 --on all", model, text);
    ck_assert_int_eq(c->code, 1);
    child_last_line(c, "main at position 0: rtl and model differ");
    c = child_run("./stamp demo --model %s %s --tokens 9 --decode 1", model, text);
    ck_assert_int_eq(c->code, 1);
    child_last_line(c, "--seed 1");
    ck_assert_ptr_nonnull(strstr(c->out, "demo: FAIL - "));
    ck_assert_ptr_nonnull(strstr(c->out, ", 1 differing\n"));
}
END_TEST

START_TEST(a_missing_rtl_is_said_before_the_work)
{
    static const char *const line[] = {"eval $M $T --on rtl", "generate $M --on all",
                                       "compare $M $T --on rtl", "demo --model $M $T"};

    ck_assert_int_eq(child_run("cp \"$S\" stamp && rm -f stamp_rtl_wide.so")->code, 0);
    for (size_t i = 0; i < sizeof line / sizeof line[0]; i++) {
        const struct child *c =
            child_run("M=%s; T=\"%s\"; timeout 20 ./stamp %s --machine wide", model, text, line[i]);
        ck_assert_int_eq(c->code, 1);
        child_one_line(c, "make rtl-wide");
    }
}
END_TEST

Suite *stamp_suite_cli_net(void)
{
    Suite *s = suite_create("cli_net");
    TCase *t = tcase_create("stamp");

    tcase_set_timeout(t, 240);
    tcase_add_test(t, generate_gives_the_same_tokens_wherever_it_runs);
    tcase_add_test(t, generate_samples_by_seed);
    tcase_add_test(t, generate_prints_the_text_and_its_figures);
    tcase_add_test(t, eval_is_the_same_wherever_it_runs);
    tcase_add_test(t, tensors_are_the_same_wherever_they_are_read);
    tcase_add_test(t, phases_of_eval_and_generate_add_up);
    tcase_add_test(t, expected_cycles_are_those_of_the_rtl);
    tcase_add_test(t, run_counts_the_products_of_what_ran);
    tcase_add_test(t, compare_says_what_eval_says);
    tcase_add_test(t, demo_runs_a_whole_network);
    tcase_add_test(t, a_machine_that_lies_is_caught_in_a_network);
    tcase_add_test(t, a_missing_rtl_is_said_before_the_work);
    suite_add_tcase(s, t);
    return s;
}
