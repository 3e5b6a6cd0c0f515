/* SPDX-License-Identifier: Apache-2.0 */
/* test_programs.c - programs as text: what the verifier takes and refuses of the newer instructions,
 * entries, arguments, buffers that live on, from assembly to a run on the C machine. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "compiler/asm/asm.h"
#include "compiler/asm/dis.h"
#include "compiler/prove/verify.h"
#include "model/clock/estimate.h"
#include "model/mem.h"
#include "sim/run/runtime.h"

Suite *stamp_suite_programs(void);

/* Lines of 8 floats, rows of 64 bytes. emb: 16 rows, row r holds 8 times r + 0.5. */
static const char head[] =
    ".machine tiny\n.memory 65536\n.code_at 0xc000\n"
    ".buffer tok role=INPUT fmt=RAW addr=0 bytes=64 rows=1 cols=64 row_bytes=64\n"
    ".buffer emb role=CONST fmt=RAW addr=1024 bytes=1024 rows=1 cols=1024 row_bytes=1024\n"
    ".buffer x role=INPUT fmt=F32 addr=4096 bytes=1024 rows=16 cols=8 row_bytes=64\n"
    ".buffer y role=OUTPUT fmt=F32 addr=8192 bytes=1024 rows=16 cols=8 row_bytes=64\n"
    ".buffer kv role=STATE fmt=RAW addr=12288 bytes=1024 rows=1 cols=1024 row_bytes=1024\n"
    ".buffer t role=TEMP fmt=RAW addr=16384 bytes=1024 rows=1 cols=1024 row_bytes=1024\n";

/* Assemble head, data and @p code. */
static struct stamp_image *assemble(const char *code, struct stamp_err *e)
{
    struct stamp_text t = {0};
    struct stamp_image *m = NULL;

    stamp_text_add(&t, "%s.data 1024\n", head);
    for (int row = 0; row < 16; row++) {
        const float v = (float)row + 0.5f;
        uint32_t bits;
        memcpy(&bits, &v, sizeof bits);
        for (int i = 0; i < 16; i++)
            stamp_text_add(&t, "%02x%02x%02x%02x", i < 8 ? bits & 255 : 0,
                           i < 8 ? bits >> 8 & 255 : 0, i < 8 ? bits >> 16 & 255 : 0,
                           i < 8 ? bits >> 24 : 0);
        stamp_text_add(&t, "\n");
    }
    stamp_text_add(&t, "%s", code);
    const enum stamp_status st = stamp_asm(t.s, t.len, false, &m, e);
    stamp_free(t.s);
    return st ? NULL : m;
}

#define X      "LOAD fmt=F32 dram=0x1000 d0=64 n0=16 n1=1 lines=1 lstride=1\n" /* x to lines 0.. */
#define F      "FENCE\n"
#define INDEX  "LOAD space=IT dram=0 lines=1 n0=1 n1=1\n"
#define GATHER "LOAD fmt=F32 gather=1 d0=64 n0=4 n1=1 lines=1 lstride=1 "
#define OUT    "STORE fmt=F32 dram=0x2000 lines=1 n0=1 n1=1 "
#define S      "VSMWR n0=1 cols=9 gstride=1\n" /* SM entries 0..8 */
#define PACKED "STORE space=PB dram=0x3000 n0=1 n1=1 "
#define END    F "HALT\n"

static const struct {
    const char *code, *says; /* NULL: legal */
} programs[] = {
    {".code\n" INDEX GATHER "dram=0x400\n" END, NULL},
    {".code\n" GATHER "dram=0x400\n" END, "IT line 0 is read before it is written"},
    {".code\n" INDEX GATHER "dram=0x400 it=13\n" END, "IT line 1 is read before"},
    {".code\n" INDEX GATHER "dram=0x4000\n" END, "gathers from 0x4000, in no CONST or INPUT"},
    {".code\n" INDEX GATHER "dram=0x3000\n" END, "gathers from 0x3000"},
    {".code\n" INDEX GATHER "dram=0x8000\n" END, "gathers from 0x8000"},
    {".code\n" INDEX GATHER "dram=0x1000\n" END, NULL},
    {".code\nSETR areg=3 imm=0x400\n" INDEX GATHER "areg=3\n" END, NULL},
    {".code\n" X F "VBIN a=0 b=1 d=40 n0=3 s0=1 ds=1 cols=1\n" END, NULL},
    {".code\n" X "VBIN a=0 b=1 d=40 n0=3 s0=1 ds=1 cols=1\n" END,
     "races with an instruction of LDU"},
    {".code\n" X F "VBIN a=15 b=1 d=40 n0=2 s0=1 cols=1\n" END, "VM line 16 is read before"},
    {".code\n" X F "VBIN b=15 d=40 n0=3 rep=2 bs=1 cols=1\n" END, "VM line 16 is read before"},
    {".code\n" X F "VBIN b=15 d=40 n0=3 rep=3 bs=1 cols=1\n" END, NULL},
    {".code\n" X F "VROPE b=13 d=40 n0=1 cols=2\n" END, "VM line 16 is read before"},
    {".code\n" X F "VROW b=15 d=40 n0=9 cols=1\n" END, "VM line 16 is read before"},
    {".code\n" X F "VFN fn=EXPM b=15 d=40 n0=9 cols=1\n" END, "VM line 16 is read before"},
    {".code\n" X F "VFN fn=RSQRT b=16 d=40 n0=1 cols=1\n" END, "VM line 16 is read before"},
    {".code\n" X F "VFN fn=SILU b=16 d=40 n0=1 cols=1\n" END, NULL},
    {".code\n" X F "VBIN d=1 n0=2 s0=1 ds=1 b=8 cols=1\n" END, "which it has written before"},
    {".code\n" X F "VBIN d=0 n0=2 s0=1 ds=1 b=8 cols=1\n" END, NULL},
    {".code\n" X F "VBIN a=1 d=0 n0=2 s0=1 ds=1 b=8 cols=1\n" END, NULL},
    {".code\n" X F "VBIN a=8 b=0 bs=1 rep=1 d=0 n0=2 s0=1 ds=1 cols=1\n" END, NULL},
    {".code\n" X F "VBIN a=8 b=0 d=0 n0=2 s0=1 ds=1 cols=1\n" END, "which it has written before"},
    {".code\n" X F "VBIN fn=MAC d=8 n0=3 s0=1 ds=1 cols=1\n" END, NULL},
    {".code\n" X F "VBIN fn=MAC d=14 n0=3 s0=1 ds=1 cols=1\n" END, "VM line 16 is read before"},
    {".code\n" X F "VBIN fn=MAC d=0 n0=2 s0=1 ds=1 b=8 cols=1\n" END, NULL},
    {".code\n" X F "VBIN fn=MAC d=1 n0=2 s0=1 ds=1 b=8 cols=1\n" END, "VM line 1, which it has"},
    {".code\n" X F "VBIN fn=MAC a=8 d=4 n0=2 ds=0 cols=1\n" END, "VM line 4, which it has written"},
    {".code\n" X F "VBIN fn=MAC a=8 b=0 bs=1 rep=1 d=0 n0=2 s0=1 ds=1 cols=1\n" END, NULL},
    {".code\n" X F "VBIN fn=MAC a=8 b=0 d=0 n0=2 s0=1 ds=1 cols=1\n" END,
     "VM line 0, which it has"},
    /* Column by column or row by row: which of the two comes first, line 1 of row 0 or line 0 of row 1. */
    {".code\n" X F "VBIN fn=MAC a=1 b=14 d=0 n0=2 s0=8 ds=2 cols=2\n" END,
     "VM line 2, which it has"},
    {".code\n" X F "VBIN fn=ADD a=1 b=14 d=0 n0=2 s0=8 ds=2 cols=2\n" END, NULL},
    {".code\n" X F "VBIN fn=MAC a=0 b=14 d=3 n0=2 s0=4 ds=4 cols=2\n" END, NULL},
    {".code\n" X F "VBIN fn=ADD a=0 b=14 d=3 n0=2 s0=4 ds=4 cols=2\n" END,
     "VM line 4, which it has"},
    {".code\n" X F "VROPE a=4 b=0 d=1 n0=1 cols=2\n" END, "which it has written before"},
    {".code\n" X F "VROW b=9 d=10 n0=9 cols=1\n" END, "which it has written before"},
    {".code\n" X F "VROW b=9 d=9 n0=8 cols=1\n" END, "VM line 9, which it has written"},
    {".code\n" X F "VROW fn=ADD n0=3 cols=1 s0=1 b=9 d=9 ds=1\n" END, "VM line 9, which it has"},
    {".code\n" X F "VFN fn=EXPM n0=3 cols=1 s0=1 b=9 d=8 ds=1\n" END, "VM line 9, which it has"},
    {".code\n" X F "VBIAS a=2 n0=3 s0=1 cols=1 b=3\n" END, "VM line 3, which it has written"},
    {".code\n" X F "VBIAS a=2 n0=2 s0=0 cols=1 b=9\n" END, "VM line 2, which it has written"},
    {".code\n" X F "VBIAS a=2 n0=1 cols=3 b=2\n" END, NULL},
    {".code\n" X F "VBFLY a=0 boff=1 n0=2 s0=1 n1=1 cols=1\n" END, "VM line 1, which it has"},
    {".code\n" X F "VBFLY a=0 boff=1 n0=1 n1=1 cols=2\n" END, "VM line 1, which it has written"},
    {".code\n" X F "VBFLY a=0 boff=2 n0=1 n1=2 s1=4 cols=2\n" END, NULL},
    {".code\n" X F "VRED n0=10 s0=1 cols=1 d=9\n" END, "which it has written before"},
    {".code\n" X F "VRED n0=10 s0=1 cols=1 d=3\n" END, NULL},
    {".code\n" X F S "VPACKV n0=4 s0=1 cols=1 b=1 gstride=1\n" F PACKED "lines=2\n" END, NULL},
    {".code\n" X F S "VPACKV n0=4 s0=1 cols=1 b=1 gstride=1\n" F PACKED "lines=3\n" END,
     "PB line 2 is read before"},
    {".code\n" X F S "VPACKV n0=4 s0=1 cols=1 b=1 gstride=1\n" PACKED "lines=2\n" END,
     "races with an instruction of VXU"},
    {".code\n" X F S "VPACKV n0=3 s0=1 cols=1 b=1 gstride=1\n" F PACKED "lines=1\n" END,
     "PB line 0 is read before all of it is written"},
    {".code\n" X F S
     "VPACKV n0=3 s0=1 cols=1 b=1 gstride=1\nVPACKV n0=1 cols=1 rm=3 gstride=1\n" F PACKED
     "lines=2\n" END,
     NULL},
    {".code\n" X F S "VPACKV n0=4 s0=1 cols=1 b=1 gstride=0\n" END, "in both planes of one line"},
    {".code\n" X F "VPACKV n0=4 s0=1 cols=1 b=1 gstride=1\n" END, "SM line 0 is read before"},
    {".code\n" X F S "VPACKK n0=8 s0=1 cols=1 gstride=2\n" F PACKED "line=3 lines=1\n" END, NULL},
    {".code\n" X F S "VPACKK n0=4 s0=1 cols=1 gstride=2\n" F PACKED "line=3 lines=1\n" END,
     "PB line 3 is read before all of it is written"},
    {".code\n" X F S "VPACKK n0=4 s0=1 cols=1 gstride=0\n" END, "PB line 0 in both planes"},
    {".code\n" X F S "VPACKK n0=4 s0=1 cols=1 gstride=1\n" END, "PB line 1 in both planes"},
    {".code\n" X F "VCODE n0=1 cols=1 b=30\n" END, "RT line 0"},
    {".code\n" X F S "VSMRD n0=1 cols=9 gstride=1 a=4 first=1\n" F OUT "line=6\n" END, NULL},
    {".code\n" X F S "VSMRD n0=1 cols=9 gstride=1 a=20\n" F OUT "line=22\n" END,
     "VM line 22 is read before"},
    {".code\nVSMRD n0=1 cols=2 gstride=1 a=4\n" END, "SM line 0 is read before it is written"},
    {".code\n" X F S "VSMRD n0=1 cols=2 gstride=9 a=4\n" END, "SM line 9 is read before"},
    {".code\n" X F "VMINMAX n0=2 s0=1 cols=1 smstride=1 first=1\nVQPAR n0=2 cols=1 sd=1\n" END,
     "SM line 0, which it has written before"},
    {".code\n" X F "VMINMAX n0=2 s0=1 cols=1 smstride=0 first=1\nVQPAR n0=1 cols=1 sd=1\n" END,
     NULL},
    {".code\n" X F S "VMINMAX n0=2 s0=1 cols=1 smstride=0\n" END,
     "SM line 0, which it has written"},
    {".code\n" X F "VMINMAX n0=2 s0=1 cols=1 smstride=1\n" END, "SM line 0 is read before"},
    {".code\nLOAD dram=0x3000 lines=1 n0=1 n1=1\n" END, NULL},
    {".code\nLOAD dram=0x4000 lines=1 n0=1 n1=1\n" END, "load of 0x4000 in t before it is written"},
    {".code\n" X F "STORE dram=0x3000 lines=1 n0=1 n1=1\nLOAD dram=0x3000 lines=1 n0=1 n1=1\n" END,
     "races with an instruction of STU"},
    {".code\nLOOP areg=1\n" OUT "\nENDL\n" END, NULL}, /* never */
    {".arg 2 1\n.code\nSETA areg=1 arg=2 imm=1\nLOOP areg=1\n" OUT "\nENDL\n" END,
     "VM line 0 is read before"},
    {".arg 0 16777216\n.code\nSETA areg=1 imm=1\nLOOP areg=1\nENDL\n" END, "loop nesting"},
    {".code\nLOOP areg=1\nLOOP areg=2\nENDL\n" END, "ends without HALT"},
    {".arg 1 3\n.code\n" X F "SETA areg=5 arg=1 shift=1 imm=1024\n" OUT "areg=5\n" END,
     "leaves its buffer"},
    {".arg 1 1\n.code\n" X F "SETA areg=5 arg=1 shift=1 imm=1024\n" OUT "areg=5\n" END, NULL},
    {".code one\n" END ".code two\n" OUT "\n" END, "entry two: instruction 0"},
};

START_TEST(the_verifier_takes_legal_programs_and_says_what_is_wrong_with_others)
{
    for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++) {
        struct stamp_err e = {0};
        struct stamp_image *m = assemble(programs[i].code, &e);
        ck_assert_msg(m != NULL, "%s: %s", programs[i].code, e.text);
        const enum stamp_status st = stamp_verify(m, NULL, &e);
        if (!programs[i].says)
            ck_assert_msg(!st, "%s: %s", programs[i].code, e.text);
        else
            ck_assert_msg(st && strstr(e.text, programs[i].says), "%s: %s", programs[i].code,
                          st ? e.text : "legal");
        stamp_image_free(m);
    }
}
END_TEST

/* Take a token's row to row ARG1 of y; count runs in kv; nothing of it by default. */
static const char entries[] =
    ".arg 1 2\n.code step\n" INDEX "FENCE\nSETA areg=1 arg=1 imm=64\n"
    "LOAD fmt=F32 gather=1 d0=64 n0=1 n1=1 lines=1 dram=0x400\nFENCE\n" OUT "areg=1\nHALT\n"
    ".code count\nLOAD dram=0x3000 lines=1 n0=1 n1=1\nLOAD dram=0x1000 line=1 lines=1 n0=1 n1=1\n"
    "FENCE\nVBIN a=0 b=1 d=0 n0=1 cols=1\nFENCE\nSTORE dram=0x3000 lines=1 n0=1 n1=1\nHALT\n";

START_TEST(entries_and_arguments_come_back_from_text_and_bytes)
{
    struct stamp_err e = {0};
    struct stamp_image *m = assemble(entries, &e), *again = NULL, *third = NULL;
    struct stamp_text t = {0};
    uint8_t *a = NULL, *b = NULL;
    size_t n, k;

    ck_assert_msg(m && !stamp_verify(m, NULL, &e), "%s", e.text);
    ck_assert_uint_eq(m->entries, 2);
    ck_assert_str_eq(m->entry[1].name, "count");
    ck_assert_uint_eq(m->entry[0].count, 7);
    ck_assert_uint_eq(m->entry[1].first, 8); /* seven, and a NOP */
    ck_assert_uint_eq(m->code[7].w[0], STAMP_OP_NOP);
    ck_assert_uint_eq(stamp_image_entry_addr(m, &m->entry[1]), 0xc000 + 8 * 32);
    ck_assert_ptr_eq(stamp_image_entry(m, NULL), m->entry);
    ck_assert_ptr_null(stamp_image_entry(m, "main"));
    ck_assert_uint_eq(m->arg[1], 2);
    ck_assert(!stamp_dis(m, (struct stamp_dis_options){.notes = true}, &t, &e));
    ck_assert_msg(!stamp_asm(t.s, t.len, false, &again, &e), "%s", e.text);
    ck_assert(!stamp_image_encode(m, &a, &n, &e) && !stamp_image_encode(again, &b, &k, &e));
    ck_assert_uint_eq(n, k);
    ck_assert_mem_eq(a, b, n);
    ck_assert(!stamp_image_decode(a, n, &third, &e));
    ck_assert_mem_eq(third->entry, m->entry, 2 * sizeof *m->entry);
    ck_assert_mem_eq(third->arg, m->arg, sizeof m->arg);
    stamp_free(t.s);
    stamp_free(a);
    stamp_free(b);
    stamp_image_free(m);
    stamp_image_free(again);
    stamp_image_free(third);
}
END_TEST

#define OPCODE_EE "0xff000000000000000000000000000000000000000000000000000000000000ee"
#define RESERVED  "0x8000000000000000000000000000000000000000000000000000000000000002"

/* The machine stops on what dispatch refuses, wherever a program comes from. */
START_TEST(a_program_that_is_not_verified_runs_to_the_error_of_the_machine)
{
    static const struct {
        const char *code;
        enum stamp_error error;
    } bad[] = {{".code\nNOP\n.word " OPCODE_EE "\nHALT\n", STAMP_ERROR_OPCODE},
               {".code\nNOP\n.word " RESERVED "\nHALT\n", STAMP_ERROR_RESERVED},
               {".code\nNOP\nLOAD fmt=F32 lines=1 n1=1\nHALT\n", STAMP_ERROR_RANGE},
               {".code\nNOP\nLOAD d0=32 lines=1 n0=1 n1=1\nHALT\n", STAMP_ERROR_ALIGN},
               {".code\nNOP\nENDL\nHALT\n", STAMP_ERROR_LOOP},
               {".code\nNOP\n.word " RESERVED "\nENDL\nHALT\n", STAMP_ERROR_RESERVED}};
    const struct stamp_run_options o = stamp_run_options_default();

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct stamp_err e = {0};
        struct stamp_image *m = assemble(bad[i].code, &e), *again = NULL;
        struct stamp_text t = {0};
        struct stamp_run *run;
        struct stamp_run_result r;

        ck_assert_msg(m != NULL, "%s: %s", bad[i].code, e.text);
        ck_assert_int_eq(stamp_verify(m, NULL, &e), STAMP_EFORMAT);
        if (bad[i].error != STAMP_ERROR_LOOP)
            ck_assert_int_eq(stamp_image_check_code(m, &e), STAMP_EFORMAT);
        ck_assert(!stamp_dis(m, (struct stamp_dis_options){.notes = true}, &t, &e));
        ck_assert_msg(!stamp_asm(t.s, t.len, false, &again, &e), "%s", e.text);
        ck_assert_mem_eq(again->code, m->code, m->code_count * sizeof *m->code);
        ck_assert(!stamp_run_new(m, &run, &e));
        ck_assert_int_eq(stamp_run_go(run, &o, &r, &e), STAMP_EMACHINE);
        ck_assert_int_eq(r.error, bad[i].error);
        ck_assert_uint_eq(r.error_pc, 1);
        stamp_run_free(run);
        stamp_free(t.s);
        stamp_image_free(m);
        stamp_image_free(again);
    }
}
END_TEST

START_TEST(a_run_takes_entry_arguments_and_tokens)
{
    struct stamp_err e = {0};
    struct stamp_image *m = assemble(entries, &e);
    struct stamp_run_options o = stamp_run_options_default();
    struct stamp_run_result r;
    struct stamp_run *run;
    float y[16 * 8], x[16 * 8] = {1, 2, 3};

    ck_assert_msg(m && !stamp_run_new(m, &run, &e), "%s", e.text);
    ck_assert(!stamp_run_put(run, "x", x, 16, 8, &e));
    for (uint32_t k = 0; k < 3; k++) {
        const uint32_t token = 11 - 4 * k;
        ck_assert(!stamp_run_put_raw(run, "tok", &token, sizeof token, &e));
        if (k) stamp_run_set_arg(run, 1, 9 + k); /* at first the image's: 2 */
        ck_assert_msg(!stamp_run_go(run, &o, &r, &e), "%s", e.text);
        ck_assert(!stamp_run_get(run, "y", y, 16, 8, &e));
        ck_assert_float_eq(y[(k ? 9 + k : 2) * 8 + 5], (float)token + 0.5f);
    }
    o.entry = "count";
    for (int k = 0; k < 3; k++) ck_assert_msg(!stamp_run_go(run, &o, &r, &e), "%s", e.text);
    float kept[3];
    memcpy(kept, stamp_run_memory(run) + 0x3000, sizeof kept);
    ck_assert(kept[0] == 3 && kept[1] == 6 && kept[2] == 9);
    o.entry = "main";
    ck_assert_int_eq(stamp_run_go(run, &o, &r, &e), STAMP_ERANGE);
    ck_assert_ptr_nonnull(strstr(e.text, "no entry 'main'"));
    ck_assert_int_eq(stamp_run_put_raw(run, "x", x, 4, &e), STAMP_ERANGE);
    ck_assert_int_eq(stamp_run_put_raw(run, "tok", x, 65, &e), STAMP_ERANGE);
    stamp_run_free(run);
    stamp_image_free(m);
}
END_TEST

START_TEST(an_entry_is_verified_and_costed_for_its_arguments)
{
    static const char loop[] = ".code\n" X F "SETA areg=1 imm=1\nLOOP areg=1\n"
                               "VFN d=40 n0=8 s0=1 ds=1 cols=1 lim=8\nENDL\n" END;
    struct stamp_err e = {0};
    struct stamp_image *m = assemble(loop, &e);
    uint32_t arg[STAMP_ARGS] = {0};
    struct stamp_verify_info few, many;
    struct stamp_cost cheap, dear;

    ck_assert_ptr_nonnull(m);
    ck_assert(!stamp_verify_entry(m, m->entry, arg, &few, &e));
    ck_assert(!stamp_cost_entry(m, m->entry, arg, (struct stamp_cost_memory){0}, &cheap, &e));
    arg[0] = 10;
    ck_assert(!stamp_verify_entry(m, m->entry, arg, &many, &e));
    ck_assert(!stamp_cost_entry(m, m->entry, arg, (struct stamp_cost_memory){0}, &dear, &e));
    ck_assert_uint_eq(few.executed, 1);
    ck_assert_uint_eq(many.executed, 11);
    ck_assert_uint_ge(dear.busy[STAMP_UNIT_VXU], 10 * 8 * 4);
    ck_assert_uint_eq(cheap.busy[STAMP_UNIT_VXU], 0);
    stamp_image_free(m);
}
END_TEST

START_TEST(entries_that_do_not_tile_the_code_are_refused)
{
    struct stamp_err e = {0};

    for (int what = 0; what < 10; what++) {
        struct stamp_image *m = assemble(entries, &e);
        switch (what) {
        case 0: m->entries = 0; break;
        case 1: m->entry[0].first = 2; break;
        case 2: m->entry[1].first = 7; break;
        case 3: m->entry[1].count--; break;
        case 4: m->entry[1].count = UINT32_MAX; break;
        case 5: m->entry[0].count = 0; break;
        case 6: memcpy(m->entry[1].name, "step", 5); break;
        case 7: m->entry[1].name[0] = 0; break;
        case 8: m->code[7].w[0] = STAMP_OP_HALT; break;
        default: m->entries = STAMP_IMAGE_ENTRIES_MAX + 1; break;
        }
        ck_assert_msg(stamp_image_check(m, &e) == STAMP_EFORMAT, "case %d", what);
        stamp_image_free(m);
    }
}
END_TEST

/* Pages written, read only, and never touched, first and last ones, on both sides of a window of the
 * page map. */
START_TEST(a_copy_of_mapped_memory_has_every_byte_and_no_more)
{
    const size_t bytes = ((size_t)1 << 31) + 192, page = 4096, at[] = {0,
                                                                       4095,
                                                                       4096 * 3 + 7,
                                                                       8192 * page - 1,
                                                                       8192 * page,
                                                                       ((size_t)1 << 31) - 1,
                                                                       bytes - 1};
    unsigned char *from = stamp_map(bytes), *to = stamp_map(bytes);
    size_t there = 0;

    ck_assert(from && to);
    ck_assert_int_eq(from[page * 100], 0);
    for (size_t i = 0; i < sizeof at / sizeof at[0]; i++) from[at[i]] = (unsigned char)(i + 1);
    stamp_map_copy(to, from, bytes);
    for (size_t i = 0; i < sizeof at / sizeof at[0]; i++) {
        ck_assert_uint_eq(to[at[i]], i + 1);
        there += to[at[i]] != 0;
        ck_assert_uint_eq(to[at[i] ^ 1], from[at[i] ^ 1]);
    }
    ck_assert_uint_eq(there, 7);
    stamp_unmap(from, bytes);
    stamp_unmap(to, bytes);
}
END_TEST

Suite *stamp_suite_programs(void)
{
    Suite *s = suite_create("programs");
    TCase *t = tcase_create("programs");

    tcase_add_test(t, the_verifier_takes_legal_programs_and_says_what_is_wrong_with_others);
    tcase_add_test(t, entries_and_arguments_come_back_from_text_and_bytes);
    tcase_add_test(t, a_program_that_is_not_verified_runs_to_the_error_of_the_machine);
    tcase_add_test(t, a_run_takes_entry_arguments_and_tokens);
    tcase_add_test(t, a_copy_of_mapped_memory_has_every_byte_and_no_more);
    tcase_add_test(t, an_entry_is_verified_and_costed_for_its_arguments);
    tcase_add_test(t, entries_that_do_not_tile_the_code_are_refused);
    suite_add_tcase(s, t);
    return s;
}
