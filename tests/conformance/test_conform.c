/* SPDX-License-Identifier: Apache-2.0 */
/* test_conform.c - the conformance vectors themselves: a verifier's verdicts, machines with one thing
 * wrong, damaged files. (That the machines of the kit pass is a step of its own, build/conform.) */
#include <check.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/prove/verify.h"
#include "tests/conformance/load.h"
#include "tests/conformance/toy.h"

Suite *stamp_suite_conform(void);

/* A committed file of vectors, and memory for a machine. */
struct rig {
    const struct stamp_mach *mach;
    uint8_t *bytes, *memory, *spare;
    size_t size;
    struct conform_file file;
};

static void open_rig(struct rig *r, const struct stamp_mach *mach)
{
    char path[80], why[160];

    memset(r, 0, sizeof *r);
    r->mach = mach;
    snprintf(path, sizeof path, "traces/vectors/%s.vec.gz", mach->name);
    r->bytes = conform_load(path, &r->size, why);
    ck_assert_msg(r->bytes && conform_open(&r->file, r->bytes, r->size, why), "%s", why);
    ck_assert_str_eq(r->file.machine, mach->name);
    r->memory = calloc(1, (size_t)r->file.memory);
    r->spare = calloc(1, (size_t)r->file.memory);
    ck_assert(r->memory && r->spare);
}

static void close_rig(struct rig *r)
{
    conform_close(&r->file);
    free(r->bytes);
    free(r->memory);
    free(r->spare);
}

/* ---- Verifiers ----------------------------------------------------------------------------------- */

static void copy_runs(struct rig *r, const struct conform_run *run, uint32_t runs)
{
    for (uint32_t i = 0; i < runs; i++)
        memcpy(r->memory + (run[i].addr - r->file.base), run[i].data, (size_t)run[i].bytes);
}

static struct stamp_buffer buffer(const char *name, enum stamp_role role, const uint64_t at[2])
{
    const uint64_t bytes = at[1] - at[0];
    struct stamp_buffer b = {
        .role = role, .addr = at[0], .bytes = bytes, .rows = 1, .cols = bytes, .row_bytes = bytes};

    snprintf(b.name, sizeof b.name, "%s", name);
    return b;
}

/* The vector's program as an image: constants as they are in memory, room for results. */
static struct stamp_image *image_of(struct rig *r, const struct conform_vector *v)
{
    struct stamp_image *m = stamp_image_new(r->mach);
    const uint8_t *code = r->memory + (v->code_addr - r->file.base);

    ck_assert_ptr_nonnull(m);
    m->code = stamp_arena_alloc(m->arena, v->code_count, sizeof *m->code);
    m->buffer = stamp_arena_alloc(m->arena, 2, sizeof *m->buffer);
    m->segment = stamp_arena_alloc(m->arena, 1, sizeof *m->segment);
    ck_assert(m->code && m->buffer && m->segment);
    for (uint32_t i = 0; i < 8 * v->code_count; i++)
        m->code[i / 8].w[i % 8] = (uint32_t)code[4 * i] | (uint32_t)code[4 * i + 1] << 8 |
                                  (uint32_t)code[4 * i + 2] << 16 | (uint32_t)code[4 * i + 3] << 24;
    m->code_count = v->code_count;
    m->code_addr = v->code_addr;
    m->dram_bytes = r->file.base + r->file.memory;
    memcpy(m->arg, v->arg, sizeof m->arg);
    m->buffer[0] = buffer("constants", STAMP_CONST, r->file.constant);
    m->buffer[1] = buffer("results", STAMP_OUTPUT, r->file.out);
    m->buffers = 2;
    m->segment[0] = (struct stamp_segment){m->buffer[0].addr, m->buffer[0].bytes,
                                           r->memory + (m->buffer[0].addr - r->file.base)};
    m->segments = 1;
    ck_assert(stamp_image_single(m));
    return m;
}

/* The line is about the instruction at which the vector says the rule is broken. */
static bool names(const char *text, const struct conform_vector *v)
{
    unsigned pc;

    if (sscanf(text, "instruction %u", &pc) == 1) return pc == v->error_pc;
    return strstr(text, "ends without HALT") && v->error_pc == v->code_count;
}

START_TEST(a_verifier_accepts_what_is_legal_and_refuses_each_rule)
{
    const struct stamp_mach *mach = &stamp_machs[_i];
    uint32_t legal = 0, refused = 0, wrong = 0;
    struct conform_vector v;
    char why[160];
    struct rig r;
    int more;

    open_rig(&r, mach);
    while ((more = conform_next(&r.file, &v, why)) > 0) {
        struct stamp_err e = {0};
        if (v.flags & CONFORM_RESET) memset(r.memory, 0, (size_t)r.file.memory);
        copy_runs(&r, v.run, v.runs[0]);
        if (v.flags & (CONFORM_LEGAL | CONFORM_REFUSE)) {
            struct stamp_image *m = image_of(&r, &v);
            const bool ok = !stamp_image_check(m, &e) && !stamp_verify(m, NULL, &e);
            if (!ok == !!(v.flags & CONFORM_LEGAL) || (!ok && !names(e.text, &v)))
                wrong++, fprintf(stderr, "%s: %s\n", v.name, ok ? "was not refused" : e.text);
            *(ok ? &legal : &refused) += 1;
            stamp_image_free(m);
        }
        copy_runs(&r, v.run + v.runs[0], v.runs[1]);
    }
    ck_assert_msg(more == 0, "%s", why);
    ck_assert_uint_eq(wrong, 0);
    ck_assert_uint_ge(legal, 60);
    ck_assert_uint_ge(refused, 40);
    close_rig(&r);
}
END_TEST

/* ---- Machines with one thing wrong ---------------------------------------------------------------- */

/* What the first line of the report begins with, and has to say; NULL: nothing is to be found. */
static const struct {
    enum toy_defect defect;
    const char *vector, *says;
} toys[] = {
    {TOY_RIGHT, NULL, NULL},
    {TOY_CLEARS_SPADS, NULL, NULL},
    {TOY_FLUSHES, "values/", "expected 0x"},
    {TOY_TRUNCATES, "values/STORE BF16 ties: byte 0x30000",
     "is 0x81, expected 0x82 (word 0x3f813f80, expected 0x3f823f80)"},
    {TOY_ROUNDS_AWAY, "values/", "expected 0x"},
    {TOY_STORES_LESS, "values/STORE BF16 ties: byte 0x30000", " is 0x00, expected 0x"},
    {TOY_STORES_MORE, "values/STORE BF16 ties: byte 0x30000", " is 0xff, expected 0x00"},
    {TOY_IGNORES_ARGS, "control/SETA ADDR: byte 0x30000", "expected 0x"},
    {TOY_NO_WINDOW, "bounds/LOAD below: ended with error 0 at instruction 0, expected 5 at 11",
     "(0: done)"},
    {TOY_LATE_PC, "bounds/LOAD VM, one beyond: error 3 at instruction 11, expected at 10", ""},
    {TOY_NO_RESERVED, "dispatch/RESERVED HALT bit 39: ended with error 0", "expected 2"},
    {TOY_COUNTS_WRONG, "values/poison: counter VM_WRITE is ", ", expected "},
    {TOY_KEEPS_SEM, "", "expected"},
    {TOY_KEEPS_REGS, "", "expected"},
    {TOY_HANGS, "values/poison: does not end", ""},
};

START_TEST(a_machine_with_one_thing_wrong_is_told_where)
{
    struct conform_result result;
    struct rig r;
    char *said = NULL;
    size_t n = 0;

    open_rig(&r, stamp_mach_find("tiny"));
    struct toy t = {.model = {.mach = r.mach, .memory = {r.memory, r.file.memory, r.file.base}},
                    .defect = toys[_i].defect,
                    .before = r.spare};
    const struct conform_device d = toy_device(&t);
    FILE *out = open_memstream(&said, &n);
    ck_assert_ptr_nonnull(out);
    ck_assert(conform_run(r.bytes, r.size, NULL, &d, out, &result));
    fclose(out);
    ck_assert_uint_gt(result.passed + result.failed, 300);
    if (!toys[_i].vector) {
        ck_assert_msg(result.failed == 0, "%s", said);
    } else {
        ck_assert_uint_gt(result.failed, 0);
        char *line = said; /* the first that names a vector, not a chain */
        while (*line == ' ') line = strchr(line, '\n') + 1;
        line[strcspn(line, "\n")] = 0;
        ck_assert_msg(!strncmp(line, toys[_i].vector, strlen(toys[_i].vector)) &&
                          strstr(line, toys[_i].says),
                      "defect %d: '%s'", toys[_i].defect, line);
    }
    free(said);
    conform_model_close(&t.model);
    close_rig(&r);
}
END_TEST

/* ---- Damaged files ---------------------------------------------------------------------------------- */

/* Every vector of the bytes, which lie in room of just their size. */
static int read_all(const uint8_t *bytes, size_t n, char why[160])
{
    uint8_t *exact = malloc(n ? n : 1);
    struct conform_file f;
    struct conform_vector v;
    int more = -1;

    ck_assert_ptr_nonnull(exact);
    memcpy(exact, bytes, n);
    if (conform_open(&f, exact, n, why))
        while ((more = conform_next(&f, &v, why)) > 0) {}
    conform_close(&f);
    free(exact);
    return more;
}

START_TEST(a_damaged_file_is_refused_with_its_reason)
{
    static const struct {
        size_t at;
        uint8_t value;
        const char *says;
    } bends[] = {{0, 'X', "not a file of vectors"},
                 {8, 2, "version 2"},
                 {12, 1, "header"},
                 {16, 0, "header"},
                 {32, 1, "impossible memory"},
                 {37, 1, "impossible memory"},
                 {43, 255, "impossible memory"},
                 {80, 255, "cut short"},
                 {81, 0, "behind the last"},
                 {84, 255, "header"},
                 {88, 255, "counter 0"},
                 {92, 0, "counter 0"}};
    char why[160] = "";
    struct rig r;

    open_rig(&r, stamp_mach_find("tiny"));
    ck_assert_int_eq(read_all(r.bytes, r.size, why), 0);
    for (size_t i = 0; i < sizeof bends / sizeof bends[0]; i++) {
        const uint8_t old = r.bytes[bends[i].at];
        r.bytes[bends[i].at] = bends[i].value;
        ck_assert_int_eq(read_all(r.bytes, r.size, why), -1);
        ck_assert_msg(strstr(why, bends[i].says) != NULL, "%zu: %s", i, why);
        r.bytes[bends[i].at] = old;
    }
    const size_t first = r.file.at;
    for (size_t n = 0; n < first + 400; n++) ck_assert_int_eq(read_all(r.bytes, n, why), -1);
    close_rig(&r);
}
END_TEST

/* Under the sanitizers (build/check-san): no bent file makes the reader leave it. */
START_TEST(bent_files_are_survived)
{
    uint64_t state = 12345;
    uint32_t fine = 0;
    char why[160];
    struct rig r;

    open_rig(&r, stamp_mach_find("tiny"));
    const size_t part = 6000; /* the header and the first records, then the rest is cut off */
    for (uint32_t i = 0; i < 4000; i++) {
        uint8_t b[6000];
        memcpy(b, r.bytes, part);
        for (uint32_t k = 0; k < 1 + i % 4; k++) {
            state = state * UINT64_C(6364136223846793005) + 1442695040888963407u;
            const size_t at = (size_t)(state >> 33) % (i % 3 ? part : 900);
            b[at] = (uint8_t)(i % 2 ? state >> 20 : b[at] ^ 1u << (state >> 20 & 7));
        }
        if (i % 5 == 0) b[80] = (uint8_t)(i / 5 % 4), b[81] = 0;
        fine += read_all(b, part, why) == 0 || strstr(why, "behind the last") != NULL;
    }
    ck_assert_uint_gt(fine, 100); /* some were read whole */
    close_rig(&r);
}
END_TEST

Suite *stamp_suite_conform(void)
{
    Suite *s = suite_create("conform");
    TCase *t = tcase_create("vectors");
    int machines = 0;

    while (stamp_machs[machines].name) machines++;
    tcase_set_timeout(t, 120);
    tcase_add_loop_test(t, a_verifier_accepts_what_is_legal_and_refuses_each_rule, 0, machines);
    tcase_add_loop_test(t, a_machine_with_one_thing_wrong_is_told_where, 0,
                        (int)(sizeof toys / sizeof toys[0]));
    tcase_add_test(t, a_damaged_file_is_refused_with_its_reason);
    tcase_add_test(t, bent_files_are_survived);
    suite_add_tcase(s, t);
    return s;
}
