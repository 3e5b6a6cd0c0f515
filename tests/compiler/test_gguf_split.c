/* SPDX-License-Identifier: Apache-2.0 */
/* test_gguf_split.c - models in two GGUF files, and files with blocks of 256. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "compiler/family/gguf_model.h"
#include "compiler/front/blocks.h"
#include "compiler/front/gguf.h"
#include "compiler/token/tokenizer.h"
#include "model/mem.h"
#include "sim/ref/network_f32.h"
#include "tests/compiler/front_tests.h"
#include "tests/compiler/gguf_sample.h"
#include "tests/compiler/net_of.h"

static const char first[] = "m-00001-of-00002.gguf", second[] = "m-00002-of-00002.gguf";

/* Both parts in the test's folder; @return the first. */
static const char *write_parts(void)
{
    static struct sample s;

    for (unsigned no = 0; no < 2; no++) {
        sample_gguf_part(&s, no);
        front_write(front_temp(no ? second : first), &s);
    }
    return front_temp(first);
}

/* The file with the bytes @p was, which stand in it once, replaced. */
static void change(const char *file, const char *was, const char *now, size_t len)
{
    static struct sample s;
    size_t at = 0, found = 0;
    FILE *f = fopen(front_temp(file), "rb");

    ck_assert_ptr_nonnull(f);
    s.len = fread(s.bytes, 1, sizeof s.bytes, f);
    fclose(f);
    for (size_t i = 0; i + len <= s.len; i++)
        if (memcmp(s.bytes + i, was, len) == 0) at = i, found++;
    ck_assert_uint_eq(found, 1);
    memcpy(s.bytes + at, now, len);
    front_write(front_temp(file), &s);
}

static void refused(const char *file, enum stamp_status want, const char *words)
{
    struct stamp_network *m = NULL;
    struct stamp_err e = {STAMP_OK, ""};

    ck_assert_msg(stamp_network_open(front_temp(file), &m, &e) == want, "%s: %s", words, e.text);
    ck_assert_msg(strstr(e.text, words) != NULL, "%s: %s", words, e.text);
    ck_assert_msg(strncmp(e.text, front_temp(file), strlen(front_temp(file))) == 0, "%s", e.text);
    ck_assert_ptr_null(m);
}

static void check_rows(const struct stamp_lazy *t, unsigned tensor)
{
    float row[64];

    for (size_t r = 0; r < t->rows; r++) {
        ck_assert_int_eq(stamp_lazy_rows(t, r, 1, row, NULL), STAMP_OK);
        for (size_t c = 0; c < t->cols; c++)
            ck_assert(row[c] == sample_gguf_value(tensor, r * t->cols + c));
    }
}

START_TEST(two_files_are_one_model)
{
    struct stamp_network *m = NULL;
    struct stamp_tokenizer *t = NULL;
    struct stamp_err e;
    const char *path = write_parts();

    ck_assert_msg(stamp_network_open(path, &m, &e) == STAMP_OK, "%s", e.text);
    ck_assert_uint_eq(m->part_files, 1);
    check_rows(net_embed(m), GGUF_EMBED);
    check_rows(net_layer(m, 0).wq, GGUF_Q);
    check_rows(net_layer(m, 0).wk, GGUF_K);
    check_rows(net_layer(m, 0).wv, GGUF_V);
    check_rows(net_layer(m, 0).wo, GGUF_O);
    check_rows(net_layer(m, 0).w1, GGUF_GATE);
    check_rows(net_layer(m, 0).w2, GGUF_DOWN);
    check_rows(net_layer(m, 0).w3, GGUF_UP);
    for (size_t i = 0; i < GGUF_DIM; i++)
        ck_assert(net_layer(m, 0).norm_ffn[i] == sample_gguf_value(GGUF_NORM_FFN, i));
    stamp_network_close(m);
    ck_assert_msg(stamp_tokenizer_for(path, NULL, GGUF_VOCAB, &t, &e) == STAMP_OK, "%s", e.text);
    stamp_tokenizer_close(t);
}
END_TEST

START_TEST(what_is_wrong_with_a_part_is_said)
{
#define BYTES(was, now) was, now, sizeof was - 1
    static const struct {
        const char *file, *was, *now;
        size_t len;
        enum stamp_status want;
        const char *words;
    } cases[] = {
        {first, BYTES("split.no", "split.xo"), STAMP_EFORMAT, "no split.no"},
        {first, BYTES("t.no\2\0\0\0\0", "t.no\2\0\0\0\5"), STAMP_EFORMAT, "split.no is 5"},
        {first, BYTES("t.count\2\0\0\0\2", "t.count\2\0\0\0\3"), STAMP_EUNSUPPORTED, "of-00003"},
        {first, BYTES("t.count\2\0\0\0\2\0", "t.count\3\0\0\0\377\377"), STAMP_EFORMAT,
         "split.count is not a whole number"},
        {first, BYTES("split.tensors.c", "split.tensors.k"), STAMP_EFORMAT,
         "no split.tensors.count"},
        {second, BYTES("t.no\2\0\0\0\1", "t.no\2\0\0\0\0"), STAMP_EFORMAT, "say part 1 of 2"},
        {second, BYTES("t.count\2\0\0\0\2", "t.count\2\0\0\0\4"), STAMP_EFORMAT, "part 2 of 4"},
        {second, BYTES("split.count", "split.cxunt"), STAMP_EFORMAT, "no split.count"},
        {second, BYTES("s.count\5\0\0\0\13", "s.count\5\0\0\0\14"), STAMP_EFORMAT,
         "12 tensors in all"},
        {second, BYTES("GGUF\3", "GGUF\7"), STAMP_EUNSUPPORTED, "version 7"},
        {second, BYTES("output_norm", "output_born"), STAMP_EFORMAT,
         "output_norm.weight is missing"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        write_parts();
        change(cases[i].file, cases[i].was, cases[i].now, cases[i].len);
        refused(first, cases[i].want, cases[i].words);
    }
}
END_TEST

START_TEST(parts_are_found_by_their_names)
{
    static struct sample s;
    struct stamp_network *m = NULL;
    struct stamp_err e;

    write_parts();
    refused(second, STAMP_EUNSUPPORTED, "part 2 of 2; name the first: ");
    refused(second, STAMP_EUNSUPPORTED, first);
    unlink(front_temp(second));
    refused(first, STAMP_EIO, second);
    sample_gguf_part(&s, 0);
    front_write(front_temp("model.gguf"), &s);
    refused("model.gguf", STAMP_EUNSUPPORTED, "names that end in -00001-of-00002.gguf");
    front_write(front_temp("m-00002-of-00002.gguf"), &s); /* its keys say the first */
    refused("m-00002-of-00002.gguf", STAMP_EUNSUPPORTED, "-00001-of-00002.gguf");
    ck_assert_int_eq((int)stamp_gguf_memory(first, s.bytes, s.len, &m, &e),
                     (int)STAMP_EUNSUPPORTED);
}
END_TEST

START_TEST(a_tensor_in_two_parts_and_a_wrong_sum_are_refused)
{
    static struct sample s;

    write_parts();
    sample_gguf_part(&s, 0); /* the first again, as the second */
    for (size_t i = 0; i + 14 < s.len; i++)
        if (memcmp(s.bytes + i, "split.no\2\0\0\0\0", 13) == 0) s.bytes[i + 12] = 1;
    front_write(front_temp(second), &s);
    refused(first, STAMP_EFORMAT, "is in two parts");
    write_parts();
    change(first, "ors.count\5\0\0\0\13", "ors.count\5\0\0\0\12", 14);
    change(second, "ors.count\5\0\0\0\13", "ors.count\5\0\0\0\12", 14);
    refused(first, STAMP_EFORMAT, "split.tensors.count is 10, the 2 parts have 11 tensors");
}
END_TEST

START_TEST(a_failing_allocation_is_reported)
{
    const char *path = write_parts();
    size_t n = 1;

    for (;; n++) {
        struct stamp_network *m = NULL;
        stamp_mem_fail_at(n);
        const enum stamp_status got = stamp_gguf_open(path, &m, NULL);
        stamp_mem_fail_at(0);
        stamp_network_close(m);
        if (!got) break;
        ck_assert_int_eq((int)got, (int)STAMP_ENOMEM);
    }
    ck_assert_uint_gt(n, 45);
}
END_TEST

START_TEST(blocks_of_256_are_read_and_run)
{
    static struct sample s;
    static float logits[3 * 4];
    const int32_t tokens[3] = {1, 2, 3};
    struct stamp_network *m = NULL;
    struct stamp_err e;

    sample_gguf_large(&s);
    ck_assert_msg(stamp_gguf_memory("large", s.bytes, s.len, &m, &e) == STAMP_OK, "%s", e.text);
    ck_assert_int_eq((int)net_layer(m, 0).w3->kind, (int)STAMP_LAZY_Q4_K);
    ck_assert_int_eq((int)net_head(m)->kind, (int)STAMP_LAZY_Q6_K);
    ck_assert_msg(stamp_f32_forward(m, tokens, 3, NULL, logits, &e) == STAMP_OK, "%s", e.text);
    for (size_t i = 0; i < 12; i++) ck_assert(isfinite(logits[i]));
    stamp_network_close(m);
    m = NULL;
    for (size_t i = 0; i + 30 < s.len; i++) /* 32 values a row: not a multiple of 256 */
        if (memcmp(s.bytes + i, "ffn_down.weight", 15) == 0) s.bytes[i + 15 + 4 + 16] = 12;
    ck_assert_int_eq((int)stamp_gguf_memory("large", s.bytes, s.len, &m, &e), (int)STAMP_EFORMAT);
    ck_assert_ptr_nonnull(strstr(e.text, "blk.0.ffn_down.weight: rows of 32 values"));
    ck_assert_ptr_nonnull(strstr(e.text, "256 of a Q4_K block"));
}
END_TEST

START_TEST(types_that_are_not_read_are_named)
{
    static struct sample s;
    static const struct {
        unsigned char code;
        const char *words;
    } types[] = {{16, "IQ2_XXS (16)"}, {18, "IQ3_XXS (18)"}, {19, "IQ1_S (19)"}, {34, "TQ1_0 (34)"},
                 {39, "MXFP4 (39)"},   {99, "? (99)"},       {27, "I64 (27)"}};

    for (size_t t = 0; t < sizeof types / sizeof types[0]; t++) {
        struct stamp_network *m = NULL;
        struct stamp_err e;
        sample_gguf_large(&s);
        for (size_t i = 0; i + 40 < s.len; i++)
            if (memcmp(s.bytes + i, "attn_q.weight", 13) == 0)
                s.bytes[i + 13 + 4 + 16] = types[t].code;
        ck_assert_int_eq((int)stamp_gguf_memory("x", s.bytes, s.len, &m, &e),
                         (int)STAMP_EUNSUPPORTED);
        ck_assert_msg(strstr(e.text, types[t].words) && strstr(e.text, "blk.0.attn_q.weight") &&
                          strstr(e.text, stamp_blocks_list(false)),
                      "%s", e.text);
    }
}
END_TEST

START_TEST(vectors_have_one_value_a_block)
{
    static struct sample s;
    struct stamp_network *m = NULL;
    struct stamp_err e;

    sample_gguf_large(&s);
    for (size_t i = 0; i + 40 < s.len; i++) /* of rank 1: the type is behind one dimension */
        if (memcmp(s.bytes + i, "output_norm.weight", 18) == 0) s.bytes[i + 18 + 4 + 8] = 8;
    ck_assert_int_eq((int)stamp_gguf_memory("x", s.bytes, s.len, &m, &e), (int)STAMP_EUNSUPPORTED);
    ck_assert_str_eq(e.text,
                     "x: tensor output_norm.weight has type Q8_0 (8); F32, F16, BF16, F64 are "
                     "read as vectors");
}
END_TEST

TCase *stamp_tcase_gguf_split(void)
{
    TCase *c = tcase_create("gguf_split");
    tcase_add_test(c, two_files_are_one_model);
    tcase_add_test(c, what_is_wrong_with_a_part_is_said);
    tcase_add_test(c, parts_are_found_by_their_names);
    tcase_add_test(c, a_tensor_in_two_parts_and_a_wrong_sum_are_refused);
    tcase_add_test(c, a_failing_allocation_is_reported);
    tcase_add_test(c, blocks_of_256_are_read_and_run);
    tcase_add_test(c, types_that_are_not_read_are_named);
    tcase_add_test(c, vectors_have_one_value_a_block);
    return c;
}
