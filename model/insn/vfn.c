/* SPDX-License-Identifier: Apache-2.0 */
/* VFN - a function of each element (isa.md; numerics.md section 8). */
#include "model/insn/insn.h"
#include "model/num/f32.h"
#include "model/num/fn.h"

/* Function @p fn of a; s is the row's scalar (EXPM) or the element of b (RSQRT). */
static float apply(uint64_t fn, float a, float s, float c)
{
    switch (fn) {
    case STAMP_ONE_EXP: return stamp_exp2(stamp_f32_mul(c, a));
    case STAMP_ONE_SIGMOID: return stamp_sigmoid(a);
    case STAMP_ONE_SILU: return stamp_silu(a);
    case STAMP_ONE_GELU: return stamp_gelu(a);
    case STAMP_ONE_RECIP: return stamp_f32_div(1.0f, a);
    case STAMP_ONE_RSQRT: return stamp_rsqrt(a, c, s);
    default: return stamp_exp2(stamp_f32_mul(c, stamp_f32_sub(a, s)));
    }
}

static void count(struct stamp_machine *m, const struct stamp_insn_w *i)
{
    const uint32_t L = m->mach->L;

    m->event[STAMP_EV_VX_LINES]++;
    m->event[STAMP_EV_FN_LINES]++;
    if (i->fn == STAMP_ONE_RECIP) m->event[STAMP_EV_DIVIDES] += L;
    if (i->fn == STAMP_ONE_RSQRT) m->event[STAMP_EV_DIVIDES] += 2 * (uint64_t)L;
}

enum stamp_error stamp_do_vfn(struct stamp_machine *m, const struct stamp_insn_w *i)
{
    const uint32_t L = m->mach->L;
    const float c = stamp_f32_from_bits((uint32_t)i->c);
    const bool scalars = i->fn == STAMP_ONE_EXPM, second = i->fn == STAMP_ONE_RSQRT;
    bool bad = false;

    for (uint64_t r = 0; r < i->n0; r++) {
        const uint64_t lim = stamp_row_limit(i, r);
        const float scalar = scalars ? stamp_vm_line(m, i->b + r / L)[r % L] : 0;

        if (scalars && r % L == 0) stamp_vm_read(m, i->b + r / L);
        for (uint64_t j = 0; j < i->cols; j++) {
            const uint64_t line = i->d + r * i->ds + j;
            const float *a = stamp_vm_line(m, i->a + r * i->s0 + j);
            const float *b = second ? stamp_vm_line(m, stamp_row_of_b(i, r) + j) : a;
            float *d = stamp_vm_line(m, line);

            for (uint32_t l = 0; l < L; l++)
                d[l] = j * L + l < lim ? apply(i->fn, a[l], second ? b[l] : scalar, c) : 0;
            stamp_vm_read(m, i->a + r * i->s0 + j);
            if (second) stamp_vm_read(m, stamp_row_of_b(i, r) + j);
            count(m, i);
            bad |= stamp_vm_written(m, line);
        }
    }
    return bad ? STAMP_ERROR_NUMERIC : STAMP_ERROR_NONE;
}
