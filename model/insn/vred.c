/* SPDX-License-Identifier: Apache-2.0 */
/* VRED - one number of each row (isa.md; numerics.md section 8). */
#include "model/insn/insn.h"
#include "model/num/f32.h"
#include "model/num/norm.h"

/* Patterns as integers that rise with the value, -0 before +0: the largest is the same in any order. */
static int32_t rank(float x)
{
    const int32_t u = (int32_t)stamp_f32_bits(x);

    return u < 0 ? (int32_t)(~(uint32_t)u | 0x80000000u) : u;
}

static float largest(uint64_t n, const float *x)
{
    float m = -0x1.fffffep127f;

    for (uint64_t k = 0; k < n; k++) m = rank(x[k]) > rank(m) ? x[k] : m;
    return m;
}

enum stamp_error stamp_do_vred(struct stamp_machine *m, const struct stamp_insn_w *i)
{
    const uint64_t L = m->mach->L, width = i->cols * L;
    float out[64] = {0};
    bool bad = false;

    for (uint64_t r = 0; r < i->n0; r++) {
        const float *row = stamp_vm_line(m, i->a + r * i->s0);
        const uint64_t lim = stamp_row_limit(i, r), n = lim < width ? lim : width;

        if (r % L == 0) memset(out, 0, sizeof out);
        out[r % L] = i->fn == STAMP_RED_SUM     ? stamp_reduce(n, row)
                     : i->fn == STAMP_RED_SUMSQ ? stamp_reduce_squares(n, row)
                                                : largest(n, row);
        for (uint64_t j = 0; j < i->cols; j++) stamp_vm_read(m, i->a + r * i->s0 + j);
        m->event[STAMP_EV_VX_LINES] += i->cols;
        if (r % L == L - 1 || r == i->n0 - 1) {
            memcpy(stamp_vm_line(m, i->d + r / L), out, L * sizeof *out);
            bad |= stamp_vm_written(m, i->d + r / L);
        }
    }
    return bad ? STAMP_ERROR_NUMERIC : STAMP_ERROR_NONE;
}
