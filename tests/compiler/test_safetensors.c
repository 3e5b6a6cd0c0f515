/* SPDX-License-Identifier: Apache-2.0 */
/* test_safetensors.c - named tensors, single and sharded. */
#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

#include "compiler/front/json.h"
#include "compiler/front/safetensors.h"
#include "model/mem.h"
#include "tests/compiler/front_tests.h"

static const unsigned char eight[8] = {0x80, 0x3f, 0x00, 0xc0, 0x00, 0x3c, 0x00, 0xc4};

static enum stamp_status open_text(const char *header, struct stamp_err *e)
{
    struct sample s;
    struct stamp_safetensors *st = NULL;
    sample_safetensors_of(&s, header, eight, sizeof eight);
    const enum stamp_status got = stamp_safetensors_memory("sample", s.bytes, s.len, &st, e);
    stamp_safetensors_close(st);
    return got;
}

START_TEST(bf16_and_f16_read_as_their_values)
{
    static const char header[] =
        "{\"b\":{\"dtype\":\"BF16\",\"shape\":[2],\"data_offsets\":[0,4]},"
        "\"a\":{\"dtype\":\"F16\",\"shape\":[1,2],\"data_offsets\":[4,8]}}";
    struct sample s;
    struct stamp_safetensors *st;
    size_t count;
    float v[2];

    sample_safetensors_of(&s, header, eight, sizeof eight);
    ck_assert_int_eq(stamp_safetensors_memory("sample", s.bytes, s.len, &st, NULL), STAMP_OK);
    const struct stamp_safetensors_entry *list = stamp_safetensors_list(st, &count);
    ck_assert_uint_eq(count, 2);
    ck_assert_str_eq(list[0].name, "a");
    ck_assert_uint_eq(list[0].rank, 2);
    ck_assert_int_eq(stamp_safetensors_read(st, stamp_safetensors_find(st, "b"), v, NULL),
                     STAMP_OK);
    ck_assert(v[0] == 1.0f && v[1] == -2.0f);
    ck_assert_int_eq(stamp_safetensors_read(st, &list[0], v, NULL), STAMP_OK);
    ck_assert(v[0] == 1.0f && v[1] == -4.0f);
    ck_assert_ptr_null(stamp_safetensors_find(st, "c"));
    stamp_safetensors_close(st);
}
END_TEST

START_TEST(headers_that_lie_are_refused_with_their_kind)
{
    static const struct {
        const char *header;
        enum stamp_status want;
    } lies[] = {
        {"[]", STAMP_EFORMAT},
        {"{", STAMP_EFORMAT},
        {"{\"a\":1}", STAMP_EFORMAT},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}} x", STAMP_EFORMAT},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,12]}}", STAMP_EFORMAT},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,8]}}", STAMP_EFORMAT},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}", STAMP_EFORMAT},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0]}}", STAMP_EFORMAT},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8.5]}}", STAMP_EFORMAT},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[-8,0]}}", STAMP_EFORMAT},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1e300],\"data_offsets\":[0,8]}}", STAMP_EFORMAT},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,8]}}",
         STAMP_EFORMAT},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[true],\"data_offsets\":[0,8]}}", STAMP_EFORMAT},
        {"{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,8]}}", STAMP_EFORMAT},
        {"{\"a\":{\"shape\":[2],\"data_offsets\":[0,8]}}", STAMP_EFORMAT},
        {"{\"a\":{\"dtype\":\"F31\",\"shape\":[2],\"data_offsets\":[0,8]}}", STAMP_EUNSUPPORTED},
        {"{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
         STAMP_EFORMAT},
        {"{\"__metadata__\":{},\"__metadata__\":{}}", STAMP_EFORMAT},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
         "\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
         STAMP_EFORMAT},
    };

    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        struct stamp_err e = {STAMP_OK, ""};
        ck_assert_msg(open_text(lies[i].header, &e) == lies[i].want, "%s -> %s", lies[i].header,
                      e.text);
    }
    ck_assert_int_eq(open_text("{}", NULL), STAMP_OK);
    ck_assert_int_eq(
        open_text("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", NULL),
        STAMP_OK);
}
END_TEST

START_TEST(json_nested_without_end_is_refused)
{
    static char deep[20001];
    memset(deep, '[', sizeof deep - 1);
    ck_assert_int_eq((int)open_text(deep, NULL), (int)STAMP_EFORMAT);
}
END_TEST

START_TEST(a_header_length_beyond_the_file_is_refused)
{
    struct sample s;
    struct stamp_safetensors *st = NULL;
    sample_safetensors(&s);
    for (size_t byte = 2; byte < 8; byte++) {
        struct sample lie = s;
        lie.bytes[byte] = 0xff;
        ck_assert_int_eq((int)stamp_safetensors_memory("s", lie.bytes, lie.len, &st, NULL),
                         (int)STAMP_EFORMAT);
    }
}
END_TEST

static enum stamp_status count_member(void *ctx, const struct cJSON *item, struct stamp_err *e)
{
    (void)item, (void)e;
    ++*(size_t *)ctx;
    return STAMP_OK;
}

/* The walk from member to member against a whole parse of the same text, every byte of it bent. */
START_TEST(members_in_turn_are_those_of_the_whole_object)
{
    static const char *const texts[] = {
        "{}", " { } ", "{\"a\":{\"b\":[1,{\"c\":\"}]\\\\\"}]}, \"d,}\" : \"\\\"{[,\" ,\"e\":null}",
        "{\"a\":[[],{}],\"b\":-1e5}"};
    static const char bends[] = "\"{}[],:\\ \tn1";
    size_t agreed = 0, legal = 0;

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        for (size_t at = 0; at <= strlen(texts[i]); at++)
            for (size_t b = 0; b < sizeof bends; b++) {
                char text[100];
                const size_t len = strlen(texts[i]);
                size_t members = 0, want = 0;
                struct cJSON *json = NULL;
                memcpy(text, texts[i], len + 1);
                if (at < len && bends[b]) text[at] = bends[b];
                const size_t n = bends[b] ? len : at; /* the last bend cuts */
                const enum stamp_status whole = stamp_json_object("t", text, n, &json, NULL);
                const enum stamp_status parts =
                    stamp_json_members("t", text, n, count_member, &members, NULL);
                for (const cJSON *m = json ? json->child : NULL; m; m = m->next) want++;
                stamp_json_free(json);
                ck_assert_msg(whole == parts, "%.*s: %d whole, %d in parts", (int)n, text, whole,
                              parts);
                ck_assert_msg(whole || members == want, "%.*s", (int)n, text);
                legal += !whole;
                agreed++;
            }
    ck_assert_uint_gt(agreed, 1000);
    ck_assert_uint_gt(legal, 100);
}
END_TEST

START_TEST(every_truncation_is_refused)
{
    struct sample s;
    struct stamp_safetensors *st = NULL;
    sample_safetensors(&s);
    for (size_t len = 0; len < s.len; len++)
        ck_assert_int_eq((int)stamp_safetensors_memory("s", s.bytes, len, &st, NULL),
                         (int)STAMP_EFORMAT);
    ck_assert_int_eq(stamp_safetensors_memory("s", s.bytes, s.len, &st, NULL), STAMP_OK);
    stamp_safetensors_close(st);
}
END_TEST

static enum stamp_status open_index(const char *map, struct stamp_err *e)
{
    struct sample s = {.len = 0};
    struct stamp_safetensors *st = NULL;
    const char *path = front_temp("model.safetensors.index.json");
    char text[512];
    float v[2] = {0, 0};

    snprintf(text, sizeof text, "{\"weight_map\":%s}", map);
    sample_put(&s, text, strlen(text));
    front_write(path, &s);
    enum stamp_status got = stamp_safetensors_open(path, &st, e);
    if (got) return got;
    got = stamp_safetensors_read(st, stamp_safetensors_find(st, "y"), v, e);
    ck_assert(v[0] == 1.0f && v[1] == -2.0f);
    stamp_safetensors_close(st);
    return got;
}

START_TEST(shards_are_read_and_their_index_is_checked)
{
    struct sample s;
    struct stamp_err e;
    sample_safetensors_of(&s, "{\"x\":{\"dtype\":\"F16\",\"shape\":[4],\"data_offsets\":[0,8]}}",
                          eight, 8);
    front_write(front_temp("1.safetensors"), &s);
    sample_safetensors_of(&s, "{\"y\":{\"dtype\":\"BF16\",\"shape\":[2],\"data_offsets\":[0,4]}}",
                          eight, 8);
    front_write(front_temp("2.safetensors"), &s);
    front_write(front_temp("3.safetensors"), &s);

    ck_assert_int_eq(open_index("{\"x\":\"1.safetensors\",\"y\":\"2.safetensors\"}", &e), STAMP_OK);
    ck_assert_int_eq((int)open_index("{\"x\":\"2.safetensors\",\"y\":\"1.safetensors\"}", &e),
                     (int)STAMP_EFORMAT);
    ck_assert_int_eq((int)open_index("{\"y\":\"2.safetensors\",\"z\":\"3.safetensors\"}", &e),
                     (int)STAMP_EFORMAT); /* both shards have y */
    ck_assert_int_eq((int)open_index("{\"y\":\"4.safetensors\"}", &e), (int)STAMP_EIO);
    ck_assert_int_eq((int)open_index("{\"y\":\"../2.safetensors\"}", &e), (int)STAMP_EFORMAT);
    ck_assert_int_eq((int)open_index("{\"y\":7}", &e), (int)STAMP_EFORMAT);
    ck_assert_int_eq((int)open_index("[]", &e), (int)STAMP_EFORMAT);
}
END_TEST

START_TEST(a_failing_allocation_is_reported)
{
    struct sample s;
    struct stamp_safetensors *st = NULL;
    size_t n = 1;
    sample_safetensors(&s);

    for (;; n++) {
        stamp_mem_fail_at(n);
        const enum stamp_status got = stamp_safetensors_memory("s", s.bytes, s.len, &st, NULL);
        stamp_mem_fail_at(0);
        if (got == STAMP_OK) break;
        ck_assert_int_eq((int)got, (int)STAMP_ENOMEM);
    }
    ck_assert_uint_gt(n, 100);
    stamp_safetensors_close(st);
}
END_TEST

TCase *stamp_tcase_safetensors(void)
{
    TCase *c = tcase_create("safetensors");
    tcase_set_timeout(c, 60);
    tcase_add_test(c, bf16_and_f16_read_as_their_values);
    tcase_add_test(c, headers_that_lie_are_refused_with_their_kind);
    tcase_add_test(c, json_nested_without_end_is_refused);
    tcase_add_test(c, a_header_length_beyond_the_file_is_refused);
    tcase_add_test(c, members_in_turn_are_those_of_the_whole_object);
    tcase_add_test(c, every_truncation_is_refused);
    tcase_add_test(c, shards_are_read_and_their_index_is_checked);
    tcase_add_test(c, a_failing_allocation_is_reported);
    return c;
}
