/* SPDX-License-Identifier: Apache-2.0 */
/* words.c - every field of every instruction with one bit set, with none and with all; small fields with every value,
 * two at a time; every opcode there is not: which error the RTL sees in the word, against the C machine.
 *
 *   words MACHINE [--dir RTL_DIR]
 *
 * A program is the instruction and HALT. One that goes to a unit waits for a semaphore nobody posts: what the units
 * would make of it is not asked, the machine ends with WATCHDOG where the word is good. Closing line:
 * "words MACHINE: N passed, M failed". */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tests/cosim/err_rig.h"

enum { WAIT = 31, WATCHDOG = 100, SMALL = 4, SHOWN = 20 };

struct judge {
    struct err_rig rig;
    const struct stamp_mach *mach;
    uint32_t passed, failed, ended[16]; /* how often with each error */
};

/* @p what and @p value are told where the two machines differ. */
static void judge(struct judge *j, const struct stamp_word *w, const char *op, const char *what,
                  uint64_t value)
{
    static struct err_prog p;
    struct err_rig *r = &j->rig;
    struct stamp_rtl_status st;

    err_start(&p, j->mach);
    p.watchdog = WATCHDOG;
    p.word[p.count++] = *w;
    err_control(&p, STAMP_OP_HALT, 0, 0);
    err_rig_load(r, &p);
    err_rig_model(r, &p);
    err_rig_start(r, &p);
    bool ok = err_rig_wait(r, 20000, &st);
    const enum stamp_error want = r->twin->error;
    if (ok && (st.error != want || st.done != (want == STAMP_ERROR_NONE)))
        ok =
            err_rig_fail(r, "RTL %s, model %s", stamp_error_name(st.error), stamp_error_name(want));
    if (ok && want && st.error_pc != r->twin->error_pc)
        ok = err_rig_fail(r, "%s at %" PRIu32 ", model at %" PRIu32, stamp_error_name(want),
                          st.error_pc, r->twin->error_pc);
    if (ok && memcmp(r->dram, r->other, ERR_DRAM)) ok = err_rig_fail(r, "memory differs");
    j->ended[want & 15]++;
    if (ok)
        j->passed++;
    else if (j->failed++ < SHOWN)
        printf("%s %s=0x%" PRIx64 ": %s\n", op, what, value, r->why);
    r->why[0] = 0;
}

/* A good instruction; one of a unit waits. */
static struct stamp_word base(const struct stamp_mach *m, const struct stamp_op *op)
{
    const union stamp_insn i = err_insn(m, op->code);
    struct stamp_word w;

    (void)stamp_encode(&i, &w);
    if (op->unit != STAMP_UNIT_CTL)
        for (size_t f = 0; f < stamp_field_count; f++)
            if (stamp_fields[f].format == op->format && !strcmp(stamp_fields[f].name, "wait0"))
                stamp_word_set(&w, stamp_fields[f].lsb, stamp_fields[f].width, WAIT);
    return w;
}

static bool bent(const struct stamp_field *f, const struct stamp_op *op)
{
    return f->format == op->format && strcmp(f->name, "op") && strncmp(f->name, "wait", 4) &&
           strncmp(f->name, "post", 4);
}

/* Fields of up to 120 bits: bit by bit. */
static void set_all(struct stamp_word *w, const struct stamp_field *f, unsigned bit)
{
    for (unsigned k = 0; k < f->width; k++) stamp_word_set(w, f->lsb + k, 1, bit);
}

static void one_field(struct judge *j, const struct stamp_op *op, const struct stamp_field *f)
{
    const struct stamp_word good = base(j->mach, op);
    struct stamp_word w = good;

    set_all(&w, f, 1);
    judge(j, &w, op->name, f->name, UINT64_MAX);
    for (unsigned k = 0; k < f->width; k++) {
        w = good;
        set_all(&w, f, 0);
        if (!k) judge(j, &w, op->name, f->name, 0);
        stamp_word_set(&w, f->lsb + k, 1, 1);
        judge(j, &w, op->name, f->name, UINT64_C(1) << k % 64);
    }
}

static void two_fields(struct judge *j, const struct stamp_op *op, const struct stamp_field *f,
                       const struct stamp_field *g)
{
    const struct stamp_word good = base(j->mach, op);

    for (uint32_t v = 0; v < 1u << (f->width + g->width); v++) {
        struct stamp_word w = good;
        stamp_word_set(&w, f->lsb, f->width, v & ((1u << f->width) - 1));
        stamp_word_set(&w, g->lsb, g->width, v >> f->width);
        judge(j, &w, op->name, f->name, v);
    }
}

static void fields(struct judge *j)
{
    for (size_t o = 0; o < stamp_op_count; o++)
        for (size_t f = 0; f < stamp_field_count; f++) {
            const struct stamp_op *op = &stamp_ops[o];
            const struct stamp_field *a = &stamp_fields[f];
            if (!bent(a, op)) continue;
            one_field(j, op, a);
            for (size_t g = f + 1; g < stamp_field_count; g++)
                if (bent(&stamp_fields[g], op) && a->width <= SMALL &&
                    stamp_fields[g].width <= SMALL)
                    two_fields(j, op, a, &stamp_fields[g]);
        }
}

/* Each number of an opcode, with the fields of each format. */
static void opcodes(struct judge *j)
{
    static const enum stamp_opcode like[] = {STAMP_OP_NOP, STAMP_OP_LOAD, STAMP_OP_VBFLY,
                                             STAMP_OP_VMINMAX, STAMP_OP_MM};

    for (uint32_t code = 0; code < 256; code++)
        for (size_t i = 0; i < sizeof like / sizeof like[0]; i++)
            for (size_t o = 0; o < stamp_op_count; o++) {
                if (stamp_ops[o].code != like[i]) continue;
                struct stamp_word w = base(j->mach, &stamp_ops[o]);
                stamp_word_set(&w, 0, 8, code);
                judge(j, &w, stamp_ops[o].name, "op", code);
            }
}

int main(int argc, char **argv)
{
    static const struct err_world calm = {1, 0, 1, false, NULL};
    static struct judge j;
    static const enum stamp_error met[] = {
        STAMP_ERROR_NONE,  STAMP_ERROR_OPCODE, STAMP_ERROR_RESERVED, STAMP_ERROR_RANGE,
        STAMP_ERROR_ALIGN, STAMP_ERROR_LOOP,   STAMP_ERROR_WATCHDOG};

    j.mach = argc > 1 ? stamp_mach_find(argv[1]) : NULL;
    if (!j.mach || (argc != 2 && (argc != 4 || strcmp(argv[2], "--dir"))))
        return fprintf(stderr, "words: MACHINE [--dir RTL_DIR]\n"), 2;
    if (!err_rig_open(&j.rig, j.mach, argc == 4 ? argv[3] : NULL, &calm))
        return fprintf(stderr, "words: %s\n", j.rig.why), 1;
    opcodes(&j);
    fields(&j);
    err_rig_close(&j.rig);
    for (size_t i = 0; i < sizeof met / sizeof met[0]; i++)
        if (!j.ended[met[i]]) printf("no word ends in %s\n", stamp_error_name(met[i])), j.failed++;
    printf("words %s: %" PRIu32 " passed, %" PRIu32 " failed\n", j.mach->name, j.passed, j.failed);
    return j.failed || !j.passed;
}
