/* SPDX-License-Identifier: Apache-2.0 */
/* test_json_out.c - texts, bytes and numbers in reports. */
#include <cjson/cJSON.h>
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/report/json_out.h"

Suite *stamp_suite_json_out(void);

/* The object becomes @p want, and is given back. */
static void prints(cJSON *o, const char *want)
{
    char *text = cJSON_PrintUnformatted(o);
    ck_assert_ptr_nonnull(text);
    ck_assert_str_eq(text, want);
    cJSON *back = cJSON_Parse(text); /* and it is JSON */
    ck_assert_ptr_nonnull(back);
    cJSON_Delete(back);
    cJSON_free(text);
    cJSON_Delete(o);
}

START_TEST(a_text_is_always_valid_utf8)
{
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"", "{\"k\":\"\"}"},
        {"a\xc3\xa9", "{\"k\":\"a\xc3\xa9\"}"},
        {"a\xff"
         "b",
         "{\"k\":\"a\xef\xbf\xbd"
         "b\"}"},
        {"\xed\xa0\x80", "{\"k\":\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"}"},
        {"\xe2\x82", "{\"k\":\"\xef\xbf\xbd\"}"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cJSON *o = cJSON_CreateObject();
        stamp_put_text(o, "k", cases[i].text);
        prints(o, cases[i].want);
    }
}
END_TEST

START_TEST(quotes_backslashes_and_controls_are_escaped)
{
    cJSON *o = cJSON_CreateObject();

    stamp_put_text(o, "k", "\"\\/\n\t\x1b\x7f");
    prints(o, "{\"k\":\"\\\"\\\\/\\u000a\\u0009\\u001b\\u007f\"}");
}
END_TEST

START_TEST(zero_bytes_are_part_of_a_run_of_bytes)
{
    cJSON *o = cJSON_CreateObject();

    stamp_put_bytes(o, "k", "a\0b\0", 4);
    stamp_put_bytes(o, "none", "", 0);
    stamp_put_bytes(o, "bad", "\0\xc3\0", 3);
    prints(o, "{\"k\":\"a\\u0000b\\u0000\",\"none\":\"\",\"bad\":\"\\u0000\xef\xbf\xbd\\u0000\"}");
}
END_TEST

START_TEST(a_real_has_nine_digits_and_what_is_not_finite_is_null)
{
    cJSON *o = cJSON_CreateObject();

    stamp_put_real(o, "a", 0.5);
    stamp_put_real(o, "b", 1.0 / 3);
    stamp_put_real(o, "c", (double)INFINITY);
    stamp_put_real(o, "d", -(double)INFINITY);
    stamp_put_real(o, "e", (double)NAN);
    stamp_put_real(o, "f", 1e300);
    prints(o, "{\"a\":0.5,\"b\":0.333333333,\"c\":null,\"d\":null,\"e\":null,\"f\":1e+300}");
}
END_TEST

START_TEST(a_count_has_all_its_digits)
{
    cJSON *o = cJSON_CreateObject();

    stamp_put_count(o, "a", 0);
    stamp_put_count(o, "b", UINT64_MAX);
    stamp_put_count(o, "c", 9007199254740993u); /* 2^53 + 1 is no double */
    prints(o, "{\"a\":0,\"b\":18446744073709551615,\"c\":9007199254740993}");
}
END_TEST

Suite *stamp_suite_json_out(void)
{
    Suite *s = suite_create("reports in JSON");
    TCase *c = tcase_create("values");
    tcase_add_test(c, a_text_is_always_valid_utf8);
    tcase_add_test(c, quotes_backslashes_and_controls_are_escaped);
    tcase_add_test(c, zero_bytes_are_part_of_a_run_of_bytes);
    tcase_add_test(c, a_real_has_nine_digits_and_what_is_not_finite_is_null);
    tcase_add_test(c, a_count_has_all_its_digits);
    suite_add_tcase(s, c);
    return s;
}
