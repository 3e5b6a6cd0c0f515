/* SPDX-License-Identifier: Apache-2.0 */
/* test_rules.c - every rule that refuses a field of the newer instructions, at its edge. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "compiler/asm/asm.h"
#include "tests/model/machine_rig.h"

Suite *stamp_suite_rules(void);

/* A field bent, and how that ends on tiny (VM 2048, PB 512 lines, SM 1024, RT 512, IT 512 entries).
 * Counts that are not given are 1. Row table entry 1 is an 8-bit row, entry 2 is row 3. */
static const struct {
    const char *text;
    enum stamp_error want;
} rules[] = {
    {"SETA areg=0", STAMP_ERROR_RESERVED},
    {"SETR areg=1 arg=1", STAMP_ERROR_RESERVED},
    {"SETR areg=1 shift=1", STAMP_ERROR_RESERVED},
    {"ADDR areg=1 acc=1", STAMP_ERROR_RESERVED},
    {"ADDR areg=1 add=1", STAMP_ERROR_RESERVED},
    {"NOP areg=1", STAMP_ERROR_RESERVED},
    {"FENCE areg=1", STAMP_ERROR_RESERVED},
    {"HALT areg=1", STAMP_ERROR_RESERVED},
    {"NOP add=1", STAMP_ERROR_RESERVED},
    {"FENCE shift=1", STAMP_ERROR_RESERVED},
    {"HALT acc=1", STAMP_ERROR_RESERVED},
    {"ENDL areg=1", STAMP_ERROR_RESERVED},
    {"ENDL arg=3", STAMP_ERROR_RESERVED},
    {"LOOP imm=1 arg=1", STAMP_ERROR_RESERVED},
    {"LOOP areg=1 imm=1", STAMP_ERROR_RESERVED},
    {"LOOP imm=1 acc=1", STAMP_ERROR_RESERVED},
    {"LOAD space=PB", STAMP_ERROR_RESERVED},
    {"LOAD space=XB", STAMP_ERROR_RESERVED},
    {"LOAD space=IT fmt=F32", STAMP_ERROR_RESERVED},
    {"LOAD space=IT line=31", STAMP_ERROR_NONE},
    {"LOAD space=IT line=32", STAMP_ERROR_RANGE},
    {"LOAD it=1", STAMP_ERROR_RESERVED},
    {"LOAD gather=1 d1=64", STAMP_ERROR_RESERVED},
    {"LOAD gather=1 space=WB", STAMP_ERROR_RESERVED},
    {"LOAD gather=1 space=IT", STAMP_ERROR_RESERVED},
    {"LOAD gather=1 it=511", STAMP_ERROR_NONE},
    {"LOAD gather=1 it=512", STAMP_ERROR_RANGE},
    {"LOAD gather=1 it=500 n0=3 n1=5", STAMP_ERROR_RANGE},
    {"LOAD gather=1 d0=32", STAMP_ERROR_ALIGN},
    {"STORE gather=1", STAMP_ERROR_RESERVED},
    {"STORE it=1", STAMP_ERROR_RESERVED},
    {"STORE space=IT", STAMP_ERROR_RESERVED},
    {"STORE space=PB fmt=F32", STAMP_ERROR_RESERVED},
    {"STORE space=PB line=511", STAMP_ERROR_NONE},
    {"STORE space=PB line=512", STAMP_ERROR_RANGE},
    {"VBIN fn=5", STAMP_ERROR_RESERVED},
    {"VROPE fn=1", STAMP_ERROR_RESERVED},
    {"VROW fn=3", STAMP_ERROR_RESERVED},
    {"VRED fn=3", STAMP_ERROR_RESERVED},
    {"VFN fn=7", STAMP_ERROR_RESERVED},
    {"VBIN areg=1", STAMP_ERROR_RESERVED},
    {"VROPE areg=1", STAMP_ERROR_RESERVED},
    {"VROW areg=1", STAMP_ERROR_RESERVED},
    {"VBIN a=2048", STAMP_ERROR_RANGE},
    {"VBIN b=2048", STAMP_ERROR_RANGE},
    {"VBIN d=2048", STAMP_ERROR_RANGE},
    {"VBIN fn=MAC areg=1", STAMP_ERROR_RESERVED},
    {"VBIN fn=MAC a=2048", STAMP_ERROR_RANGE},
    {"VBIN fn=MAC n0=2 cols=3 ds=3 d=2042", STAMP_ERROR_NONE},
    {"VBIN fn=MAC n0=2 cols=3 ds=3 d=2043", STAMP_ERROR_RANGE},
    {"VBIN fn=MAC n0=5 rep=2 bs=1 b=2045", STAMP_ERROR_NONE},
    {"VBIN fn=MAC n0=5 rep=2 bs=1 b=2046", STAMP_ERROR_RANGE},
    {"VBIN n0=5 rep=2 bs=1 b=2045", STAMP_ERROR_NONE},
    {"VBIN n0=5 rep=2 bs=1 b=2046", STAMP_ERROR_RANGE},
    {"VBIN n0=5 rep=0 bs=9 b=2047", STAMP_ERROR_NONE},
    {"VROPE b=2046", STAMP_ERROR_NONE},
    {"VROPE b=2047", STAMP_ERROR_RANGE},
    {"VROW n0=9 b=2046", STAMP_ERROR_NONE},
    {"VROW n0=9 b=2047", STAMP_ERROR_RANGE},
    {"VRED n0=9 d=2046", STAMP_ERROR_NONE},
    {"VRED n0=9 d=2047", STAMP_ERROR_RANGE},
    {"VRED n0=2 ds=4000 b=4000", STAMP_ERROR_NONE}, /* unused fields */
    {"VFN n0=2 b=4000", STAMP_ERROR_NONE},
    {"VFN fn=EXPM n0=9 b=2046", STAMP_ERROR_NONE},
    {"VFN fn=EXPM n0=9 b=2047", STAMP_ERROR_RANGE},
    {"VFN fn=RSQRT b=2048", STAMP_ERROR_RANGE},
    {"VFN n0=3 ds=1 d=2046", STAMP_ERROR_RANGE},
    {"VFN n0=0", STAMP_ERROR_RANGE},
    {"VRED cols=0", STAMP_ERROR_RANGE},
    {"VCODE cols=0", STAMP_ERROR_RANGE},
    {"VCODE b=2047 cols=8", STAMP_ERROR_NONE}, /* 4 bits: one packed line */
    {"VCODE b=2047 cols=9", STAMP_ERROR_RANGE},
    {"VCODE b=2047 cols=5 rt=1", STAMP_ERROR_RANGE}, /* 8 bits: two */
    {"VDEQ b=2047 cols=9", STAMP_ERROR_RANGE},
    {"VDEQ b=2040 n0=2 gstride=8", STAMP_ERROR_RANGE},
    {"VDEQ a=2048", STAMP_ERROR_RANGE},
    {"VDEQ rt=512", STAMP_ERROR_RANGE},
    {"VCODE sm=1024", STAMP_ERROR_RANGE},
    {"VPACKK n0=8 gstride=2", STAMP_ERROR_NONE},
    {"VPACKK n0=8 rm=1 gstride=2", STAMP_ERROR_RANGE},
    {"VPACKK xb=508 gstride=2", STAMP_ERROR_NONE},
    {"VPACKK xb=509 gstride=2", STAMP_ERROR_RANGE},
    {"VPACKK sm=1024 gstride=2", STAMP_ERROR_RANGE},
    {"VPACKK gstride=2 rt=4000", STAMP_ERROR_NONE},
    {"VPACKV n0=8 rm=3 gstride=509", STAMP_ERROR_NONE}, /* depths 3..10: three lines */
    {"VPACKV n0=8 rm=3 gstride=510", STAMP_ERROR_RANGE},
    {"VPACKV cols=3 b=200 gstride=111", STAMP_ERROR_NONE},
    {"VPACKV cols=3 b=200 gstride=112", STAMP_ERROR_RANGE},
    {"VPACKV a=2048", STAMP_ERROR_RANGE},
    {"VSMRD cols=9 a=2046", STAMP_ERROR_NONE},
    {"VSMRD cols=9 a=2047", STAMP_ERROR_RANGE},
    {"VSMRD cols=5 first=1 a=2047", STAMP_ERROR_RANGE},
    {"VSMRD cols=3 gstride=511 sm=1", STAMP_ERROR_NONE},
    {"VSMRD cols=3 gstride=511 sm=2", STAMP_ERROR_RANGE},
    {"VSMWR cols=4 a=2047", STAMP_ERROR_NONE},
    {"VSMWR cols=5 a=2047", STAMP_ERROR_RANGE},
    {"VSMWR n0=2 smstride=1023 s0=1", STAMP_ERROR_NONE},
    {"VSMWR n0=2 smstride=1023 sm=1", STAMP_ERROR_RANGE},
    {"VQUANT sd=1 rt=2", STAMP_ERROR_RESERVED}, /* row 3: two nibble rows begin at even ones */
};

/* The instruction, with counts of 1. */
static struct stamp_word word_of(const char *text)
{
    static const char *const counts[] = {"lines", "n0", "n1", "cols"};
    char line[300], name[16];
    struct stamp_word w;
    struct stamp_err e = {0};

    snprintf(line, sizeof line, "%s", text);
    sscanf(text, "%15s", name);
    for (size_t i = 0; i < stamp_op_count; i++)
        for (size_t f = 0; f < stamp_field_count && !strcmp(stamp_ops[i].name, name); f++)
            for (size_t k = 0; k < 4; k++) {
                char field[16];
                snprintf(field, sizeof field, " %s=", counts[k]);
                if (stamp_fields[f].format == stamp_ops[i].format &&
                    !strcmp(stamp_fields[f].name, counts[k]) && !strstr(text, field))
                    snprintf(line + strlen(line), sizeof line - strlen(line), "%s1", field);
            }
    ck_assert_msg(!stamp_asm_word(line, &w, &e), "%s: %s", line, e.text);
    return w;
}

START_TEST(each_rule_has_its_error)
{
    struct rig rig;

    rig_open(&rig, "tiny");
    rig.m->rt[1] = 0x8000;
    rig.m->rt[2] = 3;
    for (size_t k = 0; k < sizeof rules / sizeof rules[0]; k++) {
        rig_again(&rig);
        rig_control(&rig, STAMP_OP_NOP, 0, 0);
        rig_word(&rig, word_of(rules[k].text));
        ck_assert_msg(rig_run(&rig) == rules[k].want, "%s: %s", rules[k].text,
                      stamp_error_name(rig.m->error));
        if (rules[k].want) ck_assert_uint_eq(rig.m->error_pc, 1);
    }
    rig_close(&rig);
}
END_TEST

Suite *stamp_suite_rules(void)
{
    Suite *s = suite_create("rules");
    TCase *t = tcase_create("rules");

    tcase_add_test(t, each_rule_has_its_error);
    suite_add_tcase(s, t);
    return s;
}
