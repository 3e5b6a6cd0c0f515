/* SPDX-License-Identifier: Apache-2.0 */
/* test_asm.c - text and words, there and back. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compiler/asm/asm.h"
#include "compiler/asm/dis.h"
#include "model/mem.h"
#include "model/spec/mach.h"
#include "tests/compiler/test_compile_util.h"

Suite *stamp_suite_asm(void);

START_TEST(an_instruction_reads_as_written)
{
    struct stamp_word w;
    struct stamp_text t = {0};
    struct stamp_err e = {0};

    ck_assert_msg(
        !stamp_asm_word("  LOAD fmt=BF16 space=VM dram=0x40 lines=3 n0=2 d0=128 n1=1 wait2=7", &w,
                        &e),
        "%s", e.text);
    stamp_dis_word(&w, &t);
    ck_assert_str_eq(t.s, "LOAD wait2=7 space=VM fmt=BF16 dram=0x40 lines=3 n0=2 n1=1 d0=128");
    t.len = 0;
    ck_assert(!stamp_asm_word("VBFLY kind=ROT c=0x3f800000 s=0xbf000000 boff=1 ; comment", &w, &e));
    stamp_dis_word(&w, &t);
    ck_assert_str_eq(t.s, "VBFLY kind=ROT boff=1 c=0x3f800000 s=0xbf000000");
    t.len = 0;
    ck_assert(!stamp_asm_word("VFN c=0x3f800000 lim=8388608 fn=EXPM n0=1 cols=2", &w, &e));
    stamp_dis_word(&w, &t);
    ck_assert_str_eq(t.s, "VFN fn=EXPM n0=1 cols=2 lim=8388608 c=0x3f800000");
    t.len = 0;
    ck_assert(!stamp_asm_word("VRED fn=MAX n0=1 cols=2", &w, &e)); /* 2 here, 3 of VBIN */
    ck_assert_uint_eq(stamp_word_get(&w, 40, 4), STAMP_RED_MAX);
    ck_assert(stamp_asm_word("VROW fn=MAX n0=1 cols=2", &w, &e) != STAMP_OK);
    ck_assert(!stamp_asm_word("VROPE n0=1 cols=2 fn=0", &w, &e));
    stamp_dis_word(&w, &t);
    ck_assert_str_eq(t.s, "VROPE n0=1 cols=2");
    t.len = 0;
    ck_assert(!stamp_asm_word("SETA areg=3 arg=2 shift=5 acc=1 imm=0x40 add=0xffffffff", &w, &e));
    stamp_dis_word(&w, &t);
    ck_assert_str_eq(t.s, "SETA areg=3 arg=2 shift=5 acc=1 imm=0x40 add=4294967295");
    t.len = 0;
    w.w[0] = 0x99;
    stamp_dis_word(&w, &t);
    ck_assert_int_eq(strncmp(t.s, ".word 0x", 8), 0);
    struct stamp_word back = {{0}};
    ck_assert(!stamp_asm_word(t.s, &back, &e));
    ck_assert_mem_eq(&back, &w, sizeof w);
    t.len = 0;
    for (uint32_t k = 0; k < 8; k++) w.w[k] = 0x01020304u * k + 0x99;
    stamp_dis_word(&w, &t);
    ck_assert_str_eq(t.s, ".word 0x070e15b5060c12b1050a0fad04080ca9030609a5020406a10102039d"
                          "00000099");
    stamp_free(t.s);
}
END_TEST

START_TEST(every_opcode_with_random_fields_round_trips)
{
    uint64_t r = 5;
    int words = 0;

    for (size_t o = 0; o < stamp_op_count; o++)
        for (int i = 0; i < 300; i++, words++) {
            struct stamp_word word = {{0}}, back;
            struct stamp_text t = {0};
            struct stamp_err e = {0};
            stamp_word_set(&word, 0, 8, (uint64_t)stamp_ops[o].code);
            for (size_t f = 0; f < stamp_field_count; f++) {
                const struct stamp_field *d = &stamp_fields[f];
                const uint64_t v = stamp_test_next(&r);
                if (d->format != stamp_ops[o].format || !strncmp(d->name, "rsv", 3)) continue;
                if (!strcmp(d->name, "op") || v % 3 == 0) continue;
                stamp_word_set(&word, d->lsb, d->width, v % 3 == 1 ? UINT64_MAX : v >> 8);
            }
            stamp_dis_word(&word, &t);
            ck_assert_msg(!stamp_asm_word(t.s, &back, &e), "%s: %s", t.s, e.text);
            ck_assert_msg(!memcmp(&word, &back, sizeof word), "%s", t.s);
            stamp_free(t.s);
        }
    ck_assert_int_eq(words, (int)stamp_op_count * 300);
}
END_TEST

/* dis -> asm gives the same bytes. */
static void check_round_trip(const struct stamp_image *image, struct stamp_dis_options o)
{
    struct stamp_text t = {0};
    struct stamp_image *again = NULL;
    struct stamp_err e = {0};
    uint8_t *a = NULL, *b = NULL;
    size_t n, m;

    ck_assert(!stamp_dis(image, o, &t, &e));
    ck_assert_msg(!stamp_asm(t.s, t.len, o.data_file != NULL, &again, &e), "%s", e.text);
    ck_assert(!stamp_image_encode(image, &a, &n, &e) && !stamp_image_encode(again, &b, &m, &e));
    ck_assert_uint_eq(n, m);
    ck_assert_mem_eq(a, b, n);
    stamp_image_free(again);
    stamp_free(t.s);
    stamp_free(a);
    stamp_free(b);
}

START_TEST(every_compiled_program_round_trips)
{
    char path[] = "/tmp/stamp-asm-XXXXXX";
    const int fd = mkstemp(path);

    ck_assert_int_ge(fd, 0);
    close(fd);
    for (int i = 0; i < 12; i++) {
        struct stamp_case c = stamp_case_of(stamp_machs[i % STAMP_MACHS].name, 40 + (size_t)i, 70,
                                            33, (enum stamp_transform)(i % 2 ? i % 5 : 1));
        float *x, *want;
        c.scheme[0].grid_h = 1;
        c.scheme[0].grid_w = 40 + (uint32_t)i;
        c.scheme[0].high_rows = 9;
        c.bias = i % 2;
        c.layers = 1 + (size_t)i % 2;
        c.width[2] = 17;
        c.scheme[1].grid_h = 40 + (uint32_t)i;
        c.scheme[1].grid_w = 1;
        struct stamp_image *image = stamp_case_compile(&c, NULL, &x, &want);
        check_round_trip(image, (struct stamp_dis_options){.notes = i % 2});
        check_round_trip(image, (struct stamp_dis_options){.data_file = path});
        stamp_image_free(image);
        stamp_free(x);
        stamp_free(want);
    }
    remove(path);
}
END_TEST

static const char good[] =
    ".machine tiny\n.memory 4096\n.code_at 0x400\n.scheme \"a \\\"b\\\\\"\n"
    ".layer l s=1 d=2 n=3 products=4\n"
    ".buffer w role=CONST fmt=RAW addr=64 bytes=64 rows=1 cols=64 row_bytes=64\n"
    ".data 64\n00112233445566778899aabbccddeeff 00112233445566778899AABBCCDDEEFF\n"
    "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n.code\n"
    "LOOP imm=2 ; twice\n  NOP\nENDL\nHALT\n";

START_TEST(directives_build_the_image)
{
    struct stamp_image *m = NULL;
    struct stamp_err e = {0};

    ck_assert_msg(!stamp_asm(good, sizeof good - 1, false, &m, &e), "%s", e.text);
    ck_assert_str_eq(m->scheme, "a \"b\\");
    ck_assert_uint_eq(m->code_count, 4);
    ck_assert_uint_eq(m->segment[0].data[1], 0x11);
    ck_assert_uint_eq(m->layer[0].products, 4);
    stamp_image_free(m);
}
END_TEST

START_TEST(an_error_names_line_and_column)
{
    static const struct {
        const char *text, *says;
    } bad[] = {
        {"HALT\n", "line 1, column 1"},
        {".memory 3\n", "starts with .machine"},
        {".machine huge\n", "line 1, column 10: unknown machine 'huge'"},
        {".machine tiny\n.machine tiny\n", "given twice"},
        {".machine tiny\n.memory\n", "line 2, column 8"},
        {".machine tiny\n.memory 12x\n", "line 2, column 9: '12x' is not a number"},
        {".machine tiny\n.memory 18446744073709551616\n", "not a number"},
        {".machine tiny\n.memory 0x\n", "not a number"},
        {".machine tiny\n.memory 64 64\n", "text behind"},
        {".machine tiny\n.scheme \"a\n", "closing quote"},
        {".machine tiny\n.buffer b x=1\n", "a buffer has no 'x'"},
        {".machine tiny\n.buffer b role=MINE\n", "'MINE' is no value of role"},
        {".machine tiny\n.layer l q=1\n", "a layer has no 'q'"},
        {".machine tiny\n.data 64\n0g\n", "line 3, column 1: two hexadecimal digits"},
        {".machine tiny\n.data 64\n012\n", "two hexadecimal digits"},
        {".machine tiny\n.file 64 bytes=1 offset=0 \"/etc/passwd\"\n", ".file is not allowed"},
        {".machine tiny\n.arg 4 1\n", "line 2, column 6: there are 4"},
        {".machine tiny\n.arg 1 4294967296\n", "an argument has 32 bits"},
        {".machine tiny\n.code a;b\n.code a b\n", "text behind the directive"},
        {".machine tiny\n.memory 64\n.code a\nHALT\n.code a\nHALT\n", "outside memory"},
        {".machine tiny\n.memory 512\n.code a\nHALT\n.code a\nHALT\n", "are called a"},
        {".machine tiny\n.what\n", "unknown directive '.what'"},
        {".machine tiny\nNOP\n", "instructions follow .code"},
        {".machine tiny\n.code\nJUMP\n", "line 3, column 1: unknown instruction 'JUMP'"},
        {".machine tiny\n.code\n  LOAD line=1 line=2\n",
         "line 3, column 15: field 'line' given twice"},
        {".machine tiny\n.code\n  LOAD line=65536\n", "line=65536 does not fit 16 bits"},
        {".machine tiny\n.code\n  LOAD space=XY\n", "'XY' is no value of space"},
        {".machine tiny\n.code\n  LOAD kind=ROT\n", "LOAD has no field 'kind'"},
        {".machine tiny\n.code\n  LOAD rsv0=1\n", "LOAD has no field 'rsv0'"},
        {".machine tiny\n.code\n  LOAD op=1\n", "LOAD has no field 'op'"},
        {".machine tiny\n.code\n  LOAD line\n", "'line' needs a '='"},
        {".machine tiny\n.code\n.word 12\n", "line 3, column 7: .word takes 0x and 64"},
        {".machine tiny\n.word 12\n", "unknown directive '.word'"},
        {"", "no .machine"},
        {".machine tiny\n", "memory size is zero"},
    };

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct stamp_image *m = NULL;
        struct stamp_err e = {0};
        const char *t = bad[i].text;
        ck_assert_msg(stamp_asm(t, strlen(t), false, &m, &e) == STAMP_EFORMAT, "%s", t);
        ck_assert_ptr_null(m);
        ck_assert_msg(strstr(e.text, bad[i].says) != NULL, "%s: %s", t, e.text);
    }
}
END_TEST

/* Each cut in a buffer of its own length: what reads on behind it is seen under the sanitizers. */
START_TEST(text_cut_anywhere_never_breaks_the_assembler)
{
    static const char raw[] = ".machine tiny\n.memory 64\n.code a\n.word 0x00";
    static const char *const texts[] = {good, raw};

    for (size_t i = 0; i < 2; i++)
        for (size_t n = 0; n < strlen(texts[i]); n++) {
            char *cut = malloc(n ? n : 1);
            struct stamp_image *m = NULL;
            struct stamp_err e = {0};
            ck_assert_ptr_nonnull(cut);
            memcpy(cut, texts[i], n);
            if (!stamp_asm(cut, n, false, &m, &e))
                stamp_image_free(m);
            else
                ck_assert_ptr_null(m);
            free(cut);
        }
}
END_TEST

Suite *stamp_suite_asm(void)
{
    Suite *s = suite_create("asm");
    TCase *t = tcase_create("asm");

    tcase_set_timeout(t, 120);
    tcase_add_test(t, an_instruction_reads_as_written);
    tcase_add_test(t, every_opcode_with_random_fields_round_trips);
    tcase_add_test(t, every_compiled_program_round_trips);
    tcase_add_test(t, directives_build_the_image);
    tcase_add_test(t, an_error_names_line_and_column);
    tcase_add_test(t, text_cut_anywhere_never_breaks_the_assembler);
    suite_add_tcase(s, t);
    return s;
}
