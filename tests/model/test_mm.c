/* SPDX-License-Identifier: Apache-2.0 */
/* test_mm.c - the host's forms of MM's sums against the triple loop, and MM itself against isa.md. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "model/insn/mm_plane.h"
#include "model/spec/mach.h"
#include "tests/model/machine_rig.h"
#include "tests/oracle/softfloat.h"

Suite *stamp_suite_mm(void);

enum { LINES = 40 };

static int8_t x[LINES * 16 * 64];
static uint8_t w[LINES * 64 * 64];
static uint32_t got[STAMP_MM_ROWS][STAMP_MM_COLUMNS], want[STAMP_MM_ROWS][STAMP_MM_COLUMNS];

/* Nibbles: random, or the extreme ones whose sums are largest. */
static void fill(struct rnd *r, int extreme)
{
    for (size_t i = 0; i < sizeof x; i++) x[i] = (int8_t)(extreme ? -8 : (int)rnd_below(r, 16) - 8);
    for (size_t i = 0; i < sizeof w; i++)
        w[i] = (uint8_t)(extreme == 1 ? 15 : extreme == 2 ? 0 : rnd_below(r, 16));
}

/* Sums of the triple loop, the weights read as a machine of depth T stores its lines. */
static void triple_loop(const struct stamp_mm_plane *p, uint32_t P, uint32_t T)
{
    const uint32_t L = p->columns;

    for (uint64_t d = 0; d < p->lines * L; d++) {
        const uint8_t *line = w + d / T * L * T;
        const uint64_t e = d % T;
        for (uint32_t i = 0; i < p->rows; i++)
            for (uint32_t c = 0; c < L; c++) {
                const int a = x[d / L * P * L + p->row[i] * L + d % L];
                want[p->row[i]][c] += (uint32_t)(a * (line[(e / 4 * L + c) * 4 + e % 4] - 8));
            }
    }
}

static const uint32_t columns_of[] = {8, 16, 32, 64};
static const char *const form_names[] = {"plain", "avx2", "avx512"};

/* Every P and T that goes with one L, on every form this host has; a line of the table of agreement. */
START_TEST(every_form_gives_the_sums_of_the_triple_loop)
{
    const uint32_t L = columns_of[_i];
    struct rnd r = rnd_start(300 + (uint64_t)_i);
    int agree[STAMP_MM_FORMS] = {0}, cases = 0;

    for (int k = 0; k < 14 * 8; k++) {
        const uint32_t P = 2 + 2 * (uint32_t)(k % 8), T = k % 7 < 4 || P > 8 ? 4 : 8;
        uint8_t row[STAMP_MM_ROWS];
        struct stamp_mm_plane p = {
            .row = row, .columns = L, .x_stride = (uint64_t)P * L, .x = x, .w = w, .acc = got};
        fill(&r, k % 6);
        for (uint8_t i = 0; i < P; i++)
            if (k < 16 || rnd_below(&r, 2)) row[p.rows++] = i;
        p.lines = k < 16 ? LINES : 1 + rnd_below(&r, LINES);
        cases++;
        for (enum stamp_mm_form f = 0; f < STAMP_MM_FORMS; f++) {
            for (uint32_t i = 0; i < STAMP_MM_ROWS * STAMP_MM_COLUMNS; i++)
                got[i / STAMP_MM_COLUMNS][i % STAMP_MM_COLUMNS] = (uint32_t)rnd_next(&r);
            memcpy(want, got, sizeof want);
            if (!stamp_mm_plane_by(f, &p)) continue;
            triple_loop(&p, P, T);
            RIG_CHECK(!memcmp(got, want, sizeof got), "form %s, L %u, P %u, case %d" RND_FMT,
                      form_names[f], L, P, k, rnd_seed());
            agree[f]++;
        }
    }
    printf("mm: L %u, P 2 to 16, T 4 and 8, %d cases:", L, cases);
    for (enum stamp_mm_form f = 0; f < STAMP_MM_FORMS; f++)
        printf(" %s %s", form_names[f], agree[f] ? "agrees," : "not on this host,");
    printf("\n");
    ck_assert_int_eq(agree[STAMP_MM_PLAIN], cases);
}
END_TEST

/* Columns that no vector form knows go to the plain one. */
START_TEST(columns_no_form_knows_go_to_the_plain_one)
{
    const uint8_t row[] = {0, 1, 2, 3, 4, 5};
    struct rnd r = rnd_start(305);

    for (uint32_t L = 4; L <= STAMP_MM_COLUMNS; L += 4) {
        const struct stamp_mm_plane p = {.rows = 6,
                                         .row = row,
                                         .columns = L,
                                         .lines = 3,
                                         .x_stride = 6 * L,
                                         .x = x,
                                         .w = w,
                                         .acc = got};
        fill(&r, 3);
        memset(got, 0, sizeof got);
        memset(want, 0, sizeof want);
        stamp_mm_plane(&p);
        triple_loop(&p, 6, 4);
        RIG_CHECK(!memcmp(got, want, sizeof got), "L %u", L);
    }
}
END_TEST

/* One MM of one block, drained in every way, from isa.md: longer, as the rule is written out in one
 * piece. */
static void drained_on(const struct stamp_mach *m, int cases)
{
    struct rig rig;
    struct rnd r = rnd_start(310 + m->P + 100 * m->L + 10000 * m->T);

    rig_open_on(&rig, m);
    const uint32_t P = m->P, L = m->L, T = m->T;
    for (int k = 0; k < cases; k++) {
        const struct stamp_insn_m i = {.op = STAMP_OP_MM,
                                       .first = k & 1,
                                       .last = k >> 1 & 1,
                                       .w8 = k >> 2 & 1,
                                       .xb = 3,
                                       .groups = 1,
                                       .kl = 2,
                                       .wb = 5,
                                       .ng = 1,
                                       .cm = 1,
                                       .nt = 2,
                                       .rm = 4,
                                       .rmstride = 1,
                                       .ac = 6,
                                       .vm = 10,
                                       .vstride = 1};
        const uint64_t planes = 1 + i.w8;
        for (uint64_t n = 0; n < 8 * P * L; n++)
            rig.m->xb[n] = (int8_t)((int)rnd_below(&r, 16) - 8);
        for (uint64_t n = 0; n < 5 * L * T + planes * 2 * L * L; n++)
            rig.m->wb[n] = (uint8_t)rnd_below(&r, 16);
        for (uint64_t n = 0; n < 2 * L; n++)
            rig.m->cm[n] =
                (struct stamp_cm){.scale = 0.37f, .colsum = (int32_t)rnd_below(&r, 999) - 500};
        for (uint64_t n = 0; n < (6 + P) * L; n++) rig.m->ac[n] = rnd_below(&r, 1 << 20);
        for (uint32_t t = 0; t < P; t++) {
            rig.m->rm[4 + t] =
                (struct stamp_rm){0.011f * (float)(t + 1), (int32_t)rnd_below(&r, 300) - 200,
                                  (int32_t)rnd_below(&r, 5000)};
            rig.m->nt[2 + t] = (uint16_t)(rnd_below(&r, 3) << 14 | t); /* any row may be in use */
        }
        if (rig.m->nt[1 + P] >> 14 == 2) rig.m->nt[1 + P] = 0;
        uint32_t *ac = malloc((size_t)m->AC_LINES * L * sizeof *ac);
        memcpy(ac, rig.m->ac, (size_t)m->AC_LINES * L * sizeof *ac);
        ck_assert_int_eq(rig_one(&rig, (union stamp_insn){.m = i}), STAMP_ERROR_NONE);
        for (uint32_t t = 0; t < P; t++)
            for (uint32_t c = 0; c < L; c++) {
                const unsigned kind = rig.m->nt[2 + t] >> 14;
                const struct stamp_rm *q = &rig.m->rm[4 + t];
                uint32_t acc[2] = {0, 0};
                for (uint64_t h = 0; h < 2 && t + h < P; h++)
                    for (uint64_t plane = 0; plane < planes; plane++) {
                        acc[h] *= 16;
                        for (uint64_t d = 0; d < 2 * L; d++) {
                            const uint8_t *line = rig.m->wb + (5 + (plane * 2 * L + d) / T) * L * T;
                            const uint64_t e = d % T;
                            acc[h] += (uint32_t)(rig.m->xb[((3 + d / L) * P + t + h) * L + d % L] *
                                                 (line[(e / 4 * L + c) * 4 + e % 4] - 8));
                        }
                    }
                uint32_t v = kind == 2 ? 16 * acc[0] + acc[1] : acc[0];
                if (!i.first) v += ac[(6 + t) * L + c];
                if (kind == 0) continue;
                if (!i.last) {
                    RIG_CHECK(rig.m->ac[(6 + t) * L + c] == v, "AC, case %d", k);
                    continue;
                }
                v += (uint32_t)q->corr * (uint32_t)rig.m->cm[L + c].colsum +
                     (i.w8 ? 8 * (uint32_t)q->rowsum : 0);
                uint32_t sx, sw;
                memcpy(&sx, &q->scale, sizeof sx);
                memcpy(&sw, &rig.m->cm[L + c].scale, sizeof sw);
                RIG_CHECK(rig_vm(&rig, 10 + t, c) == so_deq((int32_t)v, sx, sw),
                          "VM, case %d" RND_FMT, k, rnd_seed());
            }
        free(ac);
    }
    rig_close(&rig);
}

START_TEST(a_product_is_drained_as_the_rule_says)
{
    drained_on(stamp_mach_find(rig_mach_names[_i]), 30);
}
END_TEST

/* The same on every P, L and T that the rules of mach.def let pass. */
START_TEST(a_product_is_drained_so_on_every_legal_machine)
{
    struct stamp_mach m = *stamp_mach_find("tiny");
    char why[STAMP_MACH_WHY];
    int legal = 0;

    m.AXI_BYTES = 4;
    m.XB_LINES = 2000;
    m.F = 1;
    for (m.L = 1; m.L <= 128; m.L++)
        for (m.T = 1; m.T <= 16; m.T++)
            for (m.P = 1; m.P <= 32; m.P++)
                if (stamp_mach_check(&m, why)) {
                    legal++;
                    drained_on(&m, 8);
                }
    ck_assert_int_eq(legal, 4 * (8 + 4)); /* four L; eight P with T = 4, four with T = 8 */
}
END_TEST

Suite *stamp_suite_mm(void)
{
    Suite *s = suite_create("mm");
    TCase *t = tcase_create("mm");

    tcase_set_timeout(t, 120);
    tcase_add_loop_test(t, every_form_gives_the_sums_of_the_triple_loop, 0, 4);
    tcase_add_test(t, columns_no_form_knows_go_to_the_plain_one);
    tcase_add_loop_test(t, a_product_is_drained_as_the_rule_says, 0, RIG_MACHS);
    tcase_add_test(t, a_product_is_drained_so_on_every_legal_machine);
    suite_add_tcase(s, t);
    return s;
}
