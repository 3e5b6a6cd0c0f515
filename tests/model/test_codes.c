/* SPDX-License-Identifier: Apache-2.0 */
/* test_codes.c - codes packed in words, signed digits in XB and PB, SM as numbers: isa.md's layouts
 * bit by bit, codes from the softfloat oracle. */
#include <check.h>
#include <string.h>

#include "tests/model/machine_rig.h"
#include "tests/oracle/softfloat.h"

Suite *stamp_suite_codes(void);

enum { ROUNDS = 50 };

static struct rig rig;
static struct rnd rnd;

static void teardown(void)
{
    rig_close(&rig);
}

static void start(int mach, uint64_t stream)
{
    rig_open(&rig, rig_mach_names[mach]);
    rnd = rnd_start(stream + (uint64_t)mach);
    rig_fill_vm(&rig, &rnd);
}

static uint32_t lanes(void)
{
    return rig.m->mach->L;
}

static uint32_t bits_of(float x)
{
    uint32_t u;

    memcpy(&u, &x, sizeof u);
    return u;
}

static float float_of(uint32_t u)
{
    float x;

    memcpy(&x, &u, sizeof x);
    return x;
}

static int limit(int v, int lo, int hi)
{
    return v < lo ? lo : v > hi ? hi : v;
}

/* Parameters anything can be quantized with, rows of either width. */
static void some_state(void)
{
    for (uint32_t i = 0; i < rig.m->mach->SM_ENTRIES; i++)
        rig.m->sm[i] = (struct stamp_sm){
            .lo = float_of((rnd_below(&rnd, 2) << 31) | (122 + rnd_below(&rnd, 14)) << 23),
            .hi = float_of((110 + rnd_below(&rnd, 10)) << 23 | rnd_below(&rnd, 1u << 23)),
            .zero = (int32_t)rnd_below(&rnd, 256),
            .rowsum = (int32_t)rnd_next(&rnd)};
    for (uint32_t i = 0; i < rig.m->mach->RT_ENTRIES; i++)
        rig.m->rt[i] = (uint16_t)(rnd_below(&rnd, 2) << 15 | rnd_below(&rnd, 40) * 2);
}

static struct stamp_insn_v shape(enum stamp_opcode op)
{
    struct stamp_insn_v v = {.op = op,
                             .n0 = 1 + rnd_below(&rnd, 8),
                             .cols = 1 + rnd_below(&rnd, 11),
                             .a = rnd_below(&rnd, 50),
                             .blk = rnd_below(&rnd, 2) * (1 + rnd_below(&rnd, 4)),
                             .sm = rnd_below(&rnd, 50),
                             .smstride = rnd_below(&rnd, 20),
                             .rt = rnd_below(&rnd, 100)};

    v.s0 = v.cols + rnd_below(&rnd, 3);
    return v;
}

static const struct stamp_sm *state(const struct stamp_insn_v *v, uint64_t r, uint64_t j)
{
    return &rig.m->sm[v->sm + r * v->smstride + (v->blk ? j / v->blk : 0)];
}

/* Asymmetric code of an element, from numerics.md. */
static uint32_t code_of(uint32_t x, const struct stamp_sm *e, int n)
{
    return (uint32_t)limit(so_rne_int10(so_mul(x, bits_of(e->lo))) + e->zero, 0, n);
}

START_TEST(codes_are_packed_lowest_line_first)
{
    start(_i, 200);
    for (int k = 0; k < ROUNDS; k++) {
        struct stamp_insn_v v = shape(STAMP_OP_VCODE);
        uint64_t packed = 0;
        v.gstride = 3 + rnd_below(&rnd, 3);
        v.b = 1000 + rnd_below(&rnd, 50);
        v.sym = rnd_below(&rnd, 2), v.sd = rnd_below(&rnd, 2); /* not looked at */
        rig_fill_vm(&rig, &rnd);
        some_state();
        uint32_t *vm = rig_vm_copy(&rig);
        for (uint64_t r = 0; r < v.n0; r++) {
            const bool is8 = rig.m->rt[v.rt + r] >> 15;
            const uint64_t bits = is8 ? 8 : 4, each = 32 / bits;
            for (uint64_t j = 0; j < v.cols; j++) {
                uint32_t *to = &vm[(v.b + r * v.gstride + j / each) * lanes()];
                if (j % each == 0) memset(to, 0, lanes() * sizeof *to), packed++;
                for (uint64_t l = 0; l < lanes(); l++)
                    to[l] |= code_of(rig_vm(&rig, v.a + r * v.s0 + j, l), state(&v, r, j),
                                     is8 ? 255 : 15)
                             << bits * (j % each);
            }
        }
        ck_assert_int_eq(rig_one(&rig, (union stamp_insn){.v = v}), STAMP_ERROR_NONE);
        rig_same_vm(&rig, vm, "VCODE");
        const uint64_t n = v.n0 * v.cols;
        rig_events(&rig, "VCODE",
                   (uint64_t[]){STAMP_EV_VM_READ, n, STAMP_EV_VM_WRITE, packed, STAMP_EV_VX_LINES,
                                n, UINT64_MAX});
        free(vm);
    }
}
END_TEST

START_TEST(packed_codes_become_their_values)
{
    start(_i, 210);
    for (int k = 0; k < ROUNDS; k++) {
        struct stamp_insn_v v = shape(STAMP_OP_VDEQ);
        uint64_t packed = 0;
        v.gstride = 3 + rnd_below(&rnd, 3);
        v.b = 1000 + rnd_below(&rnd, 50), some_state();
        for (uint64_t i = 1000; i < 1200; i++)
            for (uint64_t l = 0; l < lanes(); l++) rig_set_vm(&rig, i, l, (uint32_t)rnd_next(&rnd));
        uint32_t *vm = rig_vm_copy(&rig);
        for (uint64_t r = 0; r < v.n0; r++) {
            const uint64_t bits = rig.m->rt[v.rt + r] >> 15 ? 8 : 4, each = 32 / bits;
            packed += (v.cols + each - 1) / each;
            for (uint64_t j = 0; j < v.cols; j++)
                for (uint64_t l = 0; l < lanes(); l++) {
                    const uint32_t word = vm[(v.b + r * v.gstride + j / each) * lanes() + l];
                    const int32_t q = (int32_t)(word >> bits * (j % each) & ((1u << bits) - 1));
                    const struct stamp_sm *e = state(&v, r, j);
                    vm[(v.a + r * v.s0 + j) * lanes() + l] =
                        so_mul(so_from_s32(q - e->zero), bits_of(e->hi));
                }
        }
        ck_assert_int_eq(rig_one(&rig, (union stamp_insn){.v = v}), STAMP_ERROR_NONE);
        rig_same_vm(&rig, vm, "VDEQ");
        const uint64_t n = v.n0 * v.cols;
        rig_events(&rig, "VDEQ",
                   (uint64_t[]){STAMP_EV_VM_READ, packed, STAMP_EV_VM_WRITE, n, STAMP_EV_VX_LINES,
                                n, UINT64_MAX});
        free(vm);
    }
}
END_TEST

/* The signed-digit code of an element, and a digit of it. */
static int digit(uint32_t x, float inv, int plane)
{
    const int q = limit(so_rne_int10(so_mul(x, bits_of(inv))), -119, 119);
    const int lo = (q + 8 + 256) % 16 - 8, hi = (q - lo) / 16;

    RIG_CHECK(16 * hi + lo == q && hi >= -8 && hi <= 7, "digits of %d", q);
    return plane ? lo : hi;
}

/* What on_write reported, in order. */
struct heard {
    uint64_t line[1 << 14];
    size_t count;
    bool whole; /* each report was the line as it was then */
};

static void hear(void *ctx, enum stamp_space space, uint64_t addr, const void *data, size_t bytes)
{
    struct heard *h = ctx;
    const size_t n = (size_t)lanes() * rig.m->mach->T;

    if (space != STAMP_SPACE_PB) return;
    ck_assert_uint_lt(h->count, 1 << 14);
    ck_assert_uint_eq(bytes, n / 2);
    h->line[h->count++] = addr;
    for (size_t i = 0; i < n; i++) {
        const int nib = ((const uint8_t *)data)[i / 2] >> 4 * (i % 2) & 15;
        h->whole = h->whole && ((nib ^ 8) - 8) == rig.m->pb[addr * n + i];
    }
}

/* One pack instruction against isa.md: every nibble of PB, every write in order. */
static void check_pack(struct stamp_insn_v v, bool keys)
{
    static struct heard heard;
    const uint32_t L = lanes(), T = rig.m->mach->T, phases = L / T;
    const size_t size = (size_t)rig.m->mach->PB_LINES * L * T;
    int8_t *pb = malloc(size);
    size_t k = 0;

    for (size_t i = 0; i < size; i++) rig.m->pb[i] = (int8_t)((int)rnd_below(&rnd, 16) - 8);
    memcpy(pb, rig.m->pb, size);
    heard = (struct heard){.whole = true};
    rig.m->on_write = hear;
    rig.m->on_write_ctx = &heard;
    ck_assert_int_eq(rig_one(&rig, (union stamp_insn){.v = v}), STAMP_ERROR_NONE);
    rig.m->on_write = NULL;
    for (uint64_t r = 0; r < v.n0; r++)
        for (uint64_t j = 0; j < v.cols; j++)
            for (uint64_t plane = 0; plane < 2; plane++) {
                const uint64_t base = v.xb + plane * v.gstride;
                for (uint64_t l = 0; l < L; l++) {
                    const uint64_t depth = keys ? l % T : (v.rm + r) % T;
                    const uint64_t column = keys ? v.rm + r : l;
                    const uint64_t line =
                        keys ? base + j * phases + l / T : base + j * v.b + (v.rm + r) / T;
                    pb[(line * L + column) * T + depth] = (int8_t)digit(
                        rig_vm(&rig, v.a + r * v.s0 + j, l), state(&v, r, j)->lo, (int)plane);
                    if (keys ? l % T == 0 : l == 0) ck_assert_uint_eq(heard.line[k++], line);
                }
            }
    ck_assert_uint_eq(k, heard.count);
    ck_assert(heard.whole);
    ck_assert_mem_eq(pb, rig.m->pb, size);
    const uint64_t n = v.n0 * v.cols;
    rig_events(&rig, keys ? "VPACKK" : "VPACKV",
               (uint64_t[]){STAMP_EV_VM_READ, n, STAMP_EV_VX_LINES, n, STAMP_EV_PB_WRITE,
                            2 * n * (keys ? phases : 1), UINT64_MAX});
    free(pb);
}

START_TEST(keys_go_to_columns)
{
    start(_i, 220);
    for (int k = 0; k < ROUNDS; k++) {
        struct stamp_insn_v v = shape(STAMP_OP_VPACKK);
        const uint32_t phases = lanes() / rig.m->mach->T;
        v.cols = 1 + rnd_below(&rnd, 3);
        v.rm = rnd_below(&rnd, lanes() - (uint32_t)v.n0 + 1);
        v.gstride = v.cols * phases + rnd_below(&rnd, 4);
        v.xb = rnd_below(&rnd, 20), some_state();
        check_pack(v, true);
    }
}
END_TEST

START_TEST(values_go_to_depths)
{
    start(_i, 230);
    for (int k = 0; k < ROUNDS; k++) {
        struct stamp_insn_v v = shape(STAMP_OP_VPACKV);
        v.cols = 1 + rnd_below(&rnd, 3);
        v.rm = rnd_below(&rnd, 20);
        v.b = 7 + rnd_below(&rnd, 3);
        v.gstride = 30 + rnd_below(&rnd, 4);
        v.xb = rnd_below(&rnd, 20), some_state();
        check_pack(v, false);
    }
}
END_TEST

START_TEST(signed_digits_take_two_rows_and_need_no_correction)
{
    start(_i, 240);
    const uint32_t P = rig.m->mach->P, L = lanes();
    for (int k = 0; k < ROUNDS; k++) {
        struct stamp_insn_v v = shape(STAMP_OP_VQUANT);
        const uint64_t blocks = v.blk ? (v.cols + v.blk - 1) / v.blk : 1;
        v.sd = 1;
        v.sym = rnd_below(&rnd, 2); /* not looked at */
        v.first = 1;
        v.smstride = blocks;
        v.rm = rnd_below(&rnd, 50);
        v.xb = rnd_below(&rnd, 20);
        v.gstride = v.cols;
        some_state();
        for (uint32_t i = 0; i < rig.m->mach->SM_ENTRIES; i++) rig.m->sm[i].zero = 0;
        for (uint64_t r = 0; r < v.n0; r++) /* rows apart; their width is not looked at */
            rig.m->rt[v.rt + r] = (uint16_t)(2 * r | rnd_below(&rnd, 2) << 15);
        ck_assert_int_eq(rig_one(&rig, (union stamp_insn){.v = v}), STAMP_ERROR_NONE);
        for (uint64_t r = 0; r < v.n0; r++)
            for (uint64_t j = 0; j < v.cols; j++)
                for (uint64_t l = 0; l < L; l++) {
                    const int8_t *x =
                        rig.m->xb + ((v.xb + 2 * r / P * v.gstride + j) * P + 2 * r % P) * L + l;
                    const uint32_t a = rig_vm(&rig, v.a + r * v.s0 + j, l);
                    RIG_CHECK(x[0] == digit(a, state(&v, r, j)->lo, 0), "high digit");
                    RIG_CHECK(x[L] == digit(a, state(&v, r, j)->lo, 1), "low digit");
                }
        for (uint64_t e = 0; e < v.n0 * blocks; e++) {
            const struct stamp_rm *m = &rig.m->rm[v.rm + e];
            ck_assert(m->corr == 0 && m->rowsum == 0 && rig.m->sm[v.sm + e].rowsum == 0);
            ck_assert_uint_eq(bits_of(m->scale), bits_of(rig.m->sm[v.sm + e].hi));
        }
    }
}
END_TEST

START_TEST(signed_digit_parameters_use_119_steps)
{
    start(0, 250);
    some_state();
    rig.m->sm[3] = (struct stamp_sm){.lo = -6.0f, .hi = 2.5f, .zero = 9};
    rig.m->sm[4] = (struct stamp_sm){.lo = -0x1p-101f, .hi = 0x1p-102f, .zero = 9};
    const struct stamp_insn_v v = {
        .op = STAMP_OP_VQPAR, .sd = 1, .n0 = 1, .cols = 2, .sm = 3, .smstride = 2};
    ck_assert_int_eq(rig_one(&rig, (union stamp_insn){.v = v}), STAMP_ERROR_NONE);
    ck_assert_uint_eq(bits_of(rig.m->sm[3].lo), so_div(bits_of(1.0f), so_up8(bits_of(6.0f), 119)));
    ck_assert_uint_eq(bits_of(rig.m->sm[3].hi), so_up8(bits_of(6.0f), 119));
    ck_assert_int_eq(rig.m->sm[3].zero, 0);
    ck_assert(rig.m->sm[4].lo == 0 && rig.m->sm[4].hi == 0 && rig.m->sm[4].zero == 0);
    rig_events(&rig, "VQPAR", (uint64_t[]){STAMP_EV_DIVIDES, 4, UINT64_MAX});
}
END_TEST

START_TEST(scales_and_zero_points_become_numbers)
{
    start(_i, 260);
    for (int k = 0; k < ROUNDS; k++) {
        struct stamp_insn_v v = shape(STAMP_OP_VSMRD);
        v.cols = 1 + rnd_below(&rnd, 2 * lanes());
        v.first = rnd_below(&rnd, 2);
        v.gstride = rnd_below(&rnd, 5);
        const uint64_t each = v.first ? 2 : 1, lines = (v.cols * each + lanes() - 1) / lanes();
        v.s0 = lines + rnd_below(&rnd, 2);
        some_state();
        uint32_t *vm = rig_vm_copy(&rig);
        for (uint64_t r = 0; r < v.n0; r++)
            for (uint64_t l = 0; l < lines * lanes(); l++) {
                const uint64_t e = l / each;
                const struct stamp_sm *s = &rig.m->sm[v.sm + r * v.smstride + e * v.gstride];
                vm[(v.a + r * v.s0) * lanes() + l] = e >= v.cols          ? 0
                                                     : each == 2 && l % 2 ? so_from_s32(s->zero)
                                                                          : bits_of(s->hi);
            }
        ck_assert_int_eq(rig_one(&rig, (union stamp_insn){.v = v}), STAMP_ERROR_NONE);
        rig_same_vm(&rig, vm, "VSMRD");
        rig_events(&rig, "VSMRD",
                   (uint64_t[]){STAMP_EV_VM_WRITE, v.n0 * lines, STAMP_EV_VX_LINES, v.n0 * lines,
                                UINT64_MAX});
        free(vm);
    }
}
END_TEST

START_TEST(numbers_become_scales_and_zero_points)
{
    start(_i, 270);
    for (int k = 0; k < ROUNDS; k++) {
        struct stamp_insn_v v = shape(STAMP_OP_VSMWR);
        v.cols = 1 + rnd_below(&rnd, lanes());
        v.first = rnd_below(&rnd, 2); /* not looked at */
        v.gstride = 1 + rnd_below(&rnd, 3);
        v.smstride = v.cols * v.gstride;
        v.n0 = 1 + rnd_below(&rnd, 4);
        const uint64_t lines = (2 * v.cols + lanes() - 1) / lanes();
        v.s0 = lines + rnd_below(&rnd, 2);
        for (uint64_t i = 0; i < 50 * lanes(); i++) /* zero points around their limits */
            rig_set_vm(&rig, 60, i, bits_of((float)((int)rnd_below(&rnd, 1400) - 200) / 4));
        v.a = 60 + rnd_below(&rnd, 20);
        some_state();
        ck_assert_int_eq(rig_one(&rig, (union stamp_insn){.v = v}), STAMP_ERROR_NONE);
        for (uint64_t r = 0; r < v.n0; r++)
            for (uint64_t e = 0; e < v.cols; e++) {
                const struct stamp_sm *s = &rig.m->sm[v.sm + r * v.smstride + e * v.gstride];
                const uint64_t line = v.a + r * v.s0;
                ck_assert_uint_eq(bits_of(s->lo), 0);
                ck_assert_uint_eq(bits_of(s->hi), rig_vm(&rig, line, 2 * e));
                ck_assert_int_eq(s->zero,
                                 limit(so_rne_int10(rig_vm(&rig, line, 2 * e + 1)), 0, 255));
                ck_assert_int_eq(s->rowsum, 0);
            }
        rig_events(&rig, "VSMWR",
                   (uint64_t[]){STAMP_EV_VM_READ, v.n0 * lines, STAMP_EV_VX_LINES, v.n0 * lines,
                                UINT64_MAX});
    }
}
END_TEST

Suite *stamp_suite_codes(void)
{
    Suite *s = suite_create("codes");
    TCase *t = tcase_create("codes");

    tcase_set_timeout(t, 120);
    tcase_add_checked_fixture(t, NULL, teardown);
    tcase_add_loop_test(t, codes_are_packed_lowest_line_first, 0, RIG_MACHS);
    tcase_add_loop_test(t, packed_codes_become_their_values, 0, RIG_MACHS);
    tcase_add_loop_test(t, keys_go_to_columns, 0, RIG_MACHS);
    tcase_add_loop_test(t, values_go_to_depths, 0, RIG_MACHS);
    tcase_add_loop_test(t, signed_digits_take_two_rows_and_need_no_correction, 0, RIG_MACHS);
    tcase_add_test(t, signed_digit_parameters_use_119_steps);
    tcase_add_loop_test(t, scales_and_zero_points_become_numbers, 0, RIG_MACHS);
    tcase_add_loop_test(t, numbers_become_scales_and_zero_points, 0, RIG_MACHS);
    suite_add_tcase(s, t);
    return s;
}
