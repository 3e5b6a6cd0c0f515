/* SPDX-License-Identifier: Apache-2.0 */
/* VROW - rows with one scalar each (isa.md). */
#include "model/insn/insn.h"
#include "model/num/f32.h"

static float combine(uint64_t fn, float a, float s)
{
    switch (fn) {
    case STAMP_ROW_ADD: return stamp_f32_add(a, s);
    case STAMP_ROW_SUB: return stamp_f32_sub(a, s);
    default: return stamp_f32_mul(a, s);
    }
}

enum stamp_error stamp_do_vrow(struct stamp_machine *m, const struct stamp_insn_w *i)
{
    const uint32_t L = m->mach->L;
    bool bad = false;

    for (uint64_t r = 0; r < i->n0; r++) {
        const float s = stamp_vm_line(m, i->b + r / L)[r % L];

        if (r % L == 0) stamp_vm_read(m, i->b + r / L);
        for (uint64_t j = 0; j < i->cols; j++) {
            const uint64_t line = i->d + r * i->ds + j;
            const float *a = stamp_vm_line(m, i->a + r * i->s0 + j);
            float *d = stamp_vm_line(m, line);

            for (uint32_t l = 0; l < L; l++) d[l] = combine(i->fn, a[l], s);
            stamp_vm_read(m, i->a + r * i->s0 + j);
            m->event[STAMP_EV_VX_LINES]++;
            bad |= stamp_vm_written(m, line);
        }
    }
    return bad ? STAMP_ERROR_NUMERIC : STAMP_ERROR_NONE;
}
