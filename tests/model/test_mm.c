/* SPDX-License-Identifier: Apache-2.0 */
/* test_mm.c - the host's forms of MM's sums against the triple loop, and MM itself against isa.md. */
#include <check.h>
#include <string.h>

#include "model/insn/mm_plane.h"
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

START_TEST(every_form_gives_the_sums_of_the_triple_loop)
{
    static const uint32_t columns[] = {8, 16, 64}, rows_of[] = {4, 8, 16};
    const uint32_t L = columns[_i], P = rows_of[_i];
    struct rnd r = rnd_start(300 + (uint64_t)_i);
    int forms = 0;

    for (int k = 0; k < 60; k++) {
        uint8_t row[STAMP_MM_ROWS];
        struct stamp_mm_plane p = {
            .row = row, .columns = L, .x_stride = (uint64_t)P * L, .x = x, .w = w, .acc = got};
        fill(&r, k % 6);
        for (uint8_t i = 0; i < P; i++)
            if (k < 3 || rnd_below(&r, 2)) row[p.rows++] = i;
        p.lines = k < 3 ? LINES : 1 + rnd_below(&r, LINES);
        for (enum stamp_mm_form f = 0; f < STAMP_MM_FORMS; f++) {
            for (uint32_t i = 0; i < STAMP_MM_ROWS * STAMP_MM_COLUMNS; i++)
                got[i / STAMP_MM_COLUMNS][i % STAMP_MM_COLUMNS] = (uint32_t)rnd_next(&r);
            memcpy(want, got, sizeof want);
            for (uint64_t n = 0; n < p.lines * L * L * p.rows; n++) {
                const uint64_t i = n % p.rows, c = n / p.rows % L, d = n / p.rows / L;
                const int a = x[d / L * P * L + row[i] * L + d % L];
                want[row[i]][c] += (uint32_t)(a * (w[(d / 4 * L + c) * 4 + d % 4] - 8));
            }
            if (!stamp_mm_plane_by(f, &p)) continue;
            forms++;
            RIG_CHECK(!memcmp(got, want, sizeof got), "form %d, L %u, case %d" RND_FMT, (int)f, L,
                      k, rnd_seed());
        }
    }
    ck_assert_int_ge(forms, 60);
}
END_TEST

/* One MM of one block, drained in every way, from isa.md: longer, as the rule is written out in one
 * piece. */
START_TEST(a_product_is_drained_as_the_rule_says)
{
    struct rig rig;
    struct rnd r = rnd_start(310 + (uint64_t)_i);

    rig_open(&rig, rig_mach_names[_i]);
    const struct stamp_mach *m = rig.m->mach;
    const uint32_t P = m->P, L = m->L, T = m->T;
    for (int k = 0; k < 30; k++) {
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
                RIG_CHECK(rig_vm(&rig, 10 + t, c) ==
                              so_mul(so_mul(so_from_s32((int32_t)v), sx), sw),
                          "VM, case %d" RND_FMT, k, rnd_seed());
            }
        free(ac);
    }
    rig_close(&rig);
}
END_TEST

Suite *stamp_suite_mm(void)
{
    Suite *s = suite_create("mm");
    TCase *t = tcase_create("mm");

    tcase_set_timeout(t, 120);
    tcase_add_loop_test(t, every_form_gives_the_sums_of_the_triple_loop, 0, 3);
    tcase_add_loop_test(t, a_product_is_drained_as_the_rule_says, 0, RIG_MACHS);
    suite_add_tcase(s, t);
    return s;
}
