/* SPDX-License-Identifier: Apache-2.0 */
/* test_judge.c - the caption classifier: logits against the oracle, captions, and what is refused. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "model/mem.h"
#include "sim/paint/judge.h"
#include "tests/paint/paint_tests.h"

#define STAMP_SAMPLER(...)
#define STAMP_NOISE(...)
#define STAMP_OBJECTS(...) static const double want_objects[JUDGE_OBJECTS] = {__VA_ARGS__};
#define STAMP_BACKGROUNDS(...)                                                                     \
    static const double want_backgrounds[JUDGE_BACKGROUNDS] = {__VA_ARGS__};
#include "tests/paint/oracle.def"

static struct sample config, head;

static enum stamp_status written(struct stamp_judge **j, struct stamp_err *e)
{
    *j = NULL;
    ck_assert(judge_sample_write(paint_folder(), &config, &head));
    return stamp_judge_open(paint_folder(), j, e);
}

static struct stamp_judge *opened(void)
{
    struct stamp_judge *j;
    struct stamp_err e = {0};

    judge_sample(&config, &head);
    ck_assert_msg(!written(&j, &e), "%s", e.text);
    return j;
}

static struct stamp_picture picture(void)
{
    static uint8_t rgb[3 * JUDGE_SIZE * JUDGE_SIZE];

    for (size_t i = 0; i < sizeof rgb; i++) rgb[i] = (uint8_t)(i * 37);
    return (struct stamp_picture){JUDGE_SIZE, JUDGE_SIZE, rgb};
}

START_TEST(logits_are_those_of_the_oracle)
{
    struct stamp_judge *j = opened();
    const struct stamp_picture p = picture();
    float o[JUDGE_OBJECTS], b[JUDGE_BACKGROUNDS];
    struct stamp_err e = {0};

    ck_assert_uint_eq(stamp_judge_size(j), JUDGE_SIZE);
    ck_assert_msg(!stamp_judge_logits(j, &p, o, b, &e), "%s", e.text);
    for (int i = 0; i < JUDGE_OBJECTS; i++)
        ck_assert_double_eq_tol((double)o[i], want_objects[i], 1e-6);
    for (int i = 0; i < JUDGE_BACKGROUNDS; i++)
        ck_assert_double_eq_tol((double)b[i], want_backgrounds[i], 1e-6);
    stamp_judge_close(j);
}
END_TEST

/* The second way: every input value is added to the outputs that it touches, in double. */
static void scatter(unsigned layer, size_t from, size_t to, size_t n, const double *x, double *y)
{
    for (size_t i = 0; i < to * n * n / 4; i++)
        y[i] = (double)judge_sample_value(2 * layer + 1, i / (n * n / 4));
    for (size_t c = 0; c < from; c++)
        for (size_t at = 0; at < n * n; at++)
            for (size_t o = 0; o < to; o++)
                for (int k = 0; k < 9; k++) {
                    const int r = (int)(at / n) + 1 - k / 3, s = (int)(at % n) + 1 - k % 3;
                    if (r < 0 || s < 0 || r % 2 || s % 2 || r / 2 >= (int)n / 2 ||
                        s / 2 >= (int)n / 2)
                        continue;
                    y[(o * n / 2 + (size_t)r / 2) * n / 2 + (size_t)s / 2] +=
                        (double)judge_sample_value(2 * layer, (o * from + c) * 9 + (size_t)k) *
                        x[c * n * n + at];
                }
    for (size_t i = 0; i < to * n * n / 4; i++)
        if (y[i] < 0) y[i] = 0;
}

START_TEST(logits_of_random_pictures_are_those_of_a_second_network)
{
    static double a[3 * 64], b[16 * 16], c[32 * 4], d[64];
    struct stamp_judge *j = opened();
    struct stamp_picture p = picture();
    uint32_t state = 5;
    int cases = 0;

    for (; cases < 20; cases++) {
        float o[JUDGE_OBJECTS], g[JUDGE_BACKGROUNDS];
        for (size_t i = 0; i < 3 * 64; i++) {
            state = state * 1664525u + 1013904223u;
            p.rgb[i] = (uint8_t)(state >> 24);
        }
        for (size_t i = 0; i < 3 * 64; i++) a[i] = p.rgb[i % 64 * 3 + i / 64] / 127.5 - 1;
        scatter(0, 3, 16, 8, a, b);
        scatter(1, 16, 32, 4, b, c);
        scatter(2, 32, 64, 2, c, d);
        ck_assert(!stamp_judge_logits(j, &p, o, g, NULL));
        for (size_t k = 0; k < JUDGE_OBJECTS + JUDGE_BACKGROUNDS; k++) {
            const bool object = k < JUDGE_OBJECTS;
            const size_t row = object ? k : k - JUDGE_OBJECTS;
            double sum = (double)judge_sample_value(object ? 7 : 9, row);
            for (size_t i = 0; i < 64; i++)
                sum += (double)judge_sample_value(object ? 6 : 8, row * 64 + i) * d[i];
            ck_assert_double_eq_tol((double)(object ? o[row] : g[row]), sum, 2e-6);
        }
    }
    stamp_judge_close(j);
}
END_TEST

START_TEST(verdicts_are_the_largest_logits_and_their_shares)
{
    struct stamp_judge *j = opened();
    const struct stamp_picture p = picture();
    struct stamp_verdict v;
    struct stamp_reward r;
    struct stamp_err e = {0};
    double so = 0, sb = 0;

    for (int i = 0; i < JUDGE_OBJECTS; i++) so += exp(want_objects[i]);
    for (int i = 0; i < JUDGE_BACKGROUNDS; i++) sb += exp(want_backgrounds[i]);
    ck_assert(!stamp_judge_look(j, &p, &v, &e));
    ck_assert(v.shown.object == 2 && v.shown.background == 0); /* apple on red */
    ck_assert_double_eq_tol(v.p_object, exp(want_objects[2]) / so, 1e-6);
    ck_assert_double_eq_tol(v.p_background, exp(want_backgrounds[0]) / sb, 1e-6);

    ck_assert(!stamp_judge_prompt(j, &p, "a small apple on red", &v, &r, &e));
    ck_assert(r.object && r.background);
    ck_assert_double_eq_tol(r.score, log(v.p_object) + log(v.p_background), 1e-9);
    ck_assert(!stamp_judge_prompt(j, &p, "red apple on blue", &v, &r, &e));
    ck_assert(!r.object && !r.background && r.asked.object == 0 && r.asked.background == 1);
    ck_assert_double_eq_tol(r.score, want_objects[0] - log(so) + want_backgrounds[1] - log(sb),
                            2e-6);
    ck_assert_int_eq(stamp_judge_prompt(j, &p, "house on blue", &v, &r, &e), STAMP_ERANGE);
    paint_said(&e, (const char *[3]){"house on blue", "one object"}, "object");
    ck_assert_int_eq(stamp_judge_prompt(j, &p, "red apple", &v, &r, &e), STAMP_ERANGE);
    paint_said(&e, (const char *[3]){"one background"}, "background");
    stamp_judge_close(j);
}
END_TEST

START_TEST(a_picture_of_another_size_is_refused)
{
    struct stamp_judge *j = opened();
    struct stamp_picture p = picture();
    struct stamp_verdict v;
    struct stamp_err e = {0};

    p.height = 7;
    ck_assert_int_eq(stamp_judge_look(j, &p, &v, &e), STAMP_ERANGE);
    paint_said(&e, (const char *[3]){"8 x 8", "8 x 7"}, "size");
    stamp_judge_close(j);
}
END_TEST

/* ---- Captions ------------------------------------------------------------------------------ */

START_TEST(a_prompt_names_one_object_and_one_background_by_the_longest_words)
{
    static char *objects[] = {"red apple",     "apple",     "fire",      "fire engine",
                              "engine on red", "red heart", "Palm Tree", "palm tree leaf"},
                *backgrounds[] = {"red", "blue", "light blue", "fire"};
    static const struct stamp_names o = {objects, 8}, b = {backgrounds, 4};
    static const struct {
        const char *prompt;
        size_t object, background; /* 8, 4: none */
    } cases[] = {
        {"red apple on blue", 0, 1},
        {"red apple on red", 0, 0},
        {"small apple on red", 1, 0},
        {"large  RED\tApple on Light Blue", 0, 2},
        {"light blue", 8, 2},
        {"apple on blue blue", 1, 1}, /* the same twice is one */
        {"apple apple on blue", 1, 1},
        {"apple and fire engine on blue", 8, 1},
        {"apple on red and blue", 1, 4},
        {"fire on blue", 2, 1},       /* an object before a background of one word */
        {"fire engine on red", 8, 4}, /* three words stay, and fire beside them: two objects */
        {"fire engine blue", 3, 1},
        {"palm tree on blue", 6, 1},
        {"palm tree leaf on blue", 7, 1},
        {"palm  on tree", 8, 4},
        {"pineapple on bluered", 8, 4},
        {"", 8, 4},
        {" ", 8, 4},
        {"red", 8, 0},
        {"apple", 1, 4},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct stamp_caption c = {0};
        struct stamp_err e = {0};
        ck_assert_msg(!stamp_caption_of(&o, &b, cases[i].prompt, &c, &e), "%s", e.text);
        ck_assert_msg(c.object == cases[i].object && c.background == cases[i].background,
                      "%s: %zu %zu", cases[i].prompt, c.object, c.background);
    }
    for (size_t n = 1;; n++) {
        struct stamp_caption c = {0};
        struct stamp_err e = {0};
        stamp_mem_fail_at(n);
        const enum stamp_status s = stamp_caption_of(&o, &b, "red apple on blue", &c, &e);
        stamp_mem_fail_at(0);
        if (!s) break;
        ck_assert_int_eq(s, STAMP_ENOMEM);
    }
}
END_TEST

/* ---- Files --------------------------------------------------------------------------------- */

#define IS "{\"_class_name\":\"CaptionClassifier\","
static const struct {
    const char *text, *words[3];
} bad[] = {
    {"{\"_class_name\":\"CLIPModel\"}", {"config.json", "CLIPModel"}},
    {IS "\"objects\":[\"a\"],\"backgrounds\":[\"b\"]}", {"no size"}},
    {IS "\"objects\":[\"a\"],\"backgrounds\":[\"b\"],\"size\":12}",
     {"size is 12", "multiple of 8"}},
    {IS "\"objects\":[\"a\"],\"backgrounds\":[\"b\"],\"size\":520}", {"size is 520"}},
    {IS "\"objects\":[\"a\"],\"backgrounds\":[\"b\"],\"size\":1e18}", {"size is 1e+18"}},
    {IS "\"objects\":[],\"backgrounds\":[\"b\"],\"size\":8}", {"objects", "no list"}},
    {IS "\"objects\":[\"a\"],\"size\":8}", {"backgrounds", "no list"}},
    {IS "\"objects\":[\"a\"],\"backgrounds\":\"b\",\"size\":8}", {"backgrounds", "no list"}},
    {IS "\"objects\":{\"a\":\"b\"},\"backgrounds\":[\"b\"],\"size\":8}", {"objects", "no list"}},
    {IS "\"objects\":[\"a\",7],\"backgrounds\":[\"b\"],\"size\":8}", {"objects", "entry 1"}},
    {IS "\"objects\":[\" \"],\"backgrounds\":[\"b\"],\"size\":8}", {"objects", "entry 0"}},
    {IS "\"objects\":[\"a\",\"b\",\"a\"],\"backgrounds\":[\"b\"],\"size\":8}", {"\"a\" twice"}},
    {IS "\"objects\":[\"a\"],\"backgrounds\":[\"b\"],\"size\":8,\"pool\":1}",
     {"pool", "not known"}},
    {IS "\"objects\":[\"a\",\"b\"],\"backgrounds\":[\"b\",\"c\"],\"size\":8}",
     {"objects.weight is 3 x 64, not 2 x 64"}},
    {IS "\"objects\":[\"a\",\"b\",\"c\"],\"backgrounds\":[\"b\",\"c\"],\"size\":16}",
     {"objects.weight is 3 x 64, not 3 x 256"}},
    {"", {"config.json"}},
};

START_TEST(what_is_wrong_with_its_files_is_said_by_name)
{
    struct stamp_judge *j;
    struct stamp_err e = {0};

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        judge_sample(&config, &head);
        config.len = 0;
        sample_put(&config, bad[i].text, strlen(bad[i].text));
        ck_assert_msg(written(&j, &e) && !j, "%s", bad[i].text);
        paint_said(&e, bad[i].words, bad[i].text);
    }
    judge_sample(&config, &head);
    memcpy(strstr((char *)head.bytes + 8, "conv2.bias"), "conv9.bias", 10);
    ck_assert_int_eq(written(&j, &e), STAMP_EFORMAT);
    paint_said(&e, (const char *[3]){"conv9.bias", "no place"}, "name");
    judge_sample(&config, &head);
    head.len /= 2;
    ck_assert_int_ne(written(&j, &e), STAMP_OK);
    ck_assert_int_eq(stamp_judge_open(paint_path("none"), &j, &e), STAMP_EIO);
    paint_said(&e, (const char *[3]){"none/config.json"}, "folder");
}
END_TEST

START_TEST(a_failing_allocation_is_reported_and_nothing_leaks)
{
    const struct stamp_picture p = picture();
    size_t n = 1;

    judge_sample(&config, &head);
    ck_assert(judge_sample_write(paint_folder(), &config, &head));
    for (;; n++) {
        struct stamp_judge *j = NULL;
        struct stamp_verdict v;
        struct stamp_reward r;
        struct stamp_err e = {0};
        stamp_mem_fail_at(n);
        enum stamp_status s = stamp_judge_open(paint_folder(), &j, &e);
        if (!s) s = stamp_judge_prompt(j, &p, "fox on red", &v, &r, &e);
        stamp_mem_fail_at(0);
        stamp_judge_close(j);
        if (!s) break;
        ck_assert_msg(s == STAMP_ENOMEM, "%zu: %d %s", n, (int)s, e.text);
    }
    ck_assert_uint_gt(n, 60);
}
END_TEST

Suite *stamp_suite_paint_judge(void);

Suite *stamp_suite_paint_judge(void)
{
    Suite *s = suite_create("paint_judge");
    TCase *c = tcase_create("judge");
    tcase_add_test(c, logits_are_those_of_the_oracle);
    tcase_add_test(c, logits_of_random_pictures_are_those_of_a_second_network);
    tcase_add_test(c, verdicts_are_the_largest_logits_and_their_shares);
    tcase_add_test(c, a_picture_of_another_size_is_refused);
    tcase_add_test(c, a_prompt_names_one_object_and_one_background_by_the_longest_words);
    tcase_add_test(c, what_is_wrong_with_its_files_is_said_by_name);
    tcase_add_test(c, a_failing_allocation_is_reported_and_nothing_leaks);
    suite_add_tcase(s, c);
    return s;
}
