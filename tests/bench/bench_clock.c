/* SPDX-License-Identifier: Apache-2.0 */
/* bench_clock - twins of model/clock alone: million cycles a CPU second, of each machine.
 *
 * Three figures an instruction given again and again: cycle by cycle; the vector unit's from tapes, cycle by cycle;
 * over many cycles at once. */
#include <stdio.h>
#include <time.h>

#include "model/clock/mxu.h"
#include "model/clock/vxu.h"

enum { CYCLES = 4000000, SUMMED = 100000000 };

static uint16_t table[4096];

static double seconds(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

static double mega(uint64_t cycles, double since)
{
    return (double)cycles * 1e-6 / (seconds() - since);
}

static double mxu_rate(const struct stamp_mach *m, const struct stamp_insn_m *insn, bool pass)
{
    static struct stamp_clock_mxu u;
    struct stamp_clock_mxu_pins p = {.insn_valid = true, .insn = insn};
    struct stamp_clock_mxu_sum sum = {0};
    uint64_t n = 0;

    stamp_clock_mxu_init(&u, m, table);
    const double since = seconds();
    while (n < (pass ? SUMMED : CYCLES)) {
        const uint64_t w = pass && u.held ? stamp_clock_mxu_pass(&u, SUMMED, &sum) : 0;
        n += w;
        if (w) continue;
        stamp_clock_mxu_drive(&u, &p);
        stamp_clock_mxu_edge(&u, &p);
        n++;
    }
    return mega(n, since);
}

static double vxu_rate(const struct stamp_mach *m, const union stamp_insn *insn,
                       struct stamp_clock_tapes *tapes, bool pass)
{
    static struct stamp_clock_vxu v;
    struct stamp_clock_vxu_pins p = {
        .insn_valid = true, .insn = insn, .vw_ready = true, .xb_ready = true};
    struct stamp_clock_vxu_sum sum = {0};
    uint64_t n = 0;

    stamp_clock_vxu_init(&v, m, table);
    stamp_clock_vxu_use(&v, tapes);
    const double since = seconds();
    while (n < (pass ? SUMMED : CYCLES)) {
        const uint64_t w = pass ? stamp_clock_vxu_pass(&v, SUMMED, &sum) : 0;
        n += w;
        if (w) continue;
        stamp_clock_vxu_drive(&v, &p);
        stamp_clock_vxu_edge(&v, &p);
        n++;
    }
    return mega(n, since);
}

/* 16 rows of 16 lines, as a network's are. */
static void vector_units(const struct stamp_mach *m, struct stamp_clock_tapes *tapes)
{
    const union stamp_insn insns[] = {
        {.b = {.op = STAMP_OP_VBFLY, .cols = 16, .n0 = 8, .n1 = 1, .boff = 16, .s0 = 32}},
        {.v = {.op = STAMP_OP_VMINMAX, .cols = 16, .n0 = 16, .s0 = 16, .smstride = 1, .first = 1}},
        {.v =
             {.op = STAMP_OP_VQUANT, .cols = 16, .n0 = 16, .s0 = 16, .smstride = 1, .gstride = 16}},
        {.w = {.op = STAMP_OP_VRED, .fn = STAMP_RED_SUMSQ, .cols = 16, .n0 = 16, .s0 = 16}},
        {.w = {.op = STAMP_OP_VFN, .fn = STAMP_ONE_SILU, .cols = 16, .n0 = 16, .s0 = 16, .ds = 16}},
    };

    for (size_t i = 0; i < sizeof insns / sizeof insns[0]; i++) {
        const double exact = vxu_rate(m, &insns[i], NULL, false);
        const double played = vxu_rate(m, &insns[i], tapes, false);
        printf("%-6s %-8s %7.1f %7.1f %8.1f\n", m->name,
               stamp_op_find((uint32_t)insns[i].c.op)->name, exact, played,
               vxu_rate(m, &insns[i], tapes, true));
    }
}

int main(void)
{
    printf("million cycles a second: registers, tapes, many at once\n");
    for (const struct stamp_mach *m = stamp_machs; m->name; m++) {
        struct stamp_insn_m mm = {.op = STAMP_OP_MM,
                                  .first = 1,
                                  .last = 1,
                                  .groups = 4,
                                  .ng = 1,
                                  .kl = 64,
                                  .gstride = 64,
                                  .vstride = 4};
        struct stamp_clock_tapes *tapes = stamp_clock_tapes_new(m, 1 << 22);
        if (!tapes) return 1;
        for (uint32_t i = 0; i < m->RT_ENTRIES; i++) table[i] = (uint16_t)(1 << 14 | i % 40);
        const double exact = mxu_rate(m, &mm, false);
        printf("%-6s %-8s %7.1f         %8.1f\n", m->name, "MM", exact, mxu_rate(m, &mm, true));
        for (uint32_t i = 0; i < m->RT_ENTRIES; i++) table[i] = (uint16_t)(i % 64);
        vector_units(m, tapes);
        stamp_clock_tapes_free(tapes);
    }
    return 0;
}
