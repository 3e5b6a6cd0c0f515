/* SPDX-License-Identifier: Apache-2.0 */
/* VBIN - element by element on two sets of rows (isa.md). */
#include "model/insn/insn.h"
#include "model/num/f32.h"

static float combine(uint64_t fn, float a, float b)
{
    switch (fn) {
    case STAMP_BIN_ADD: return stamp_f32_add(a, b);
    case STAMP_BIN_SUB: return stamp_f32_sub(a, b);
    case STAMP_BIN_MUL: return stamp_f32_mul(a, b);
    default: return b > a ? b : a;
    }
}

enum stamp_error stamp_do_vbin(struct stamp_machine *m, const struct stamp_insn_w *i)
{
    bool bad = false;

    for (uint64_t r = 0; r < i->n0; r++)
        for (uint64_t j = 0; j < i->cols; j++) {
            const uint64_t line = i->d + r * i->ds + j;
            const float *a = stamp_vm_line(m, i->a + r * i->s0 + j);
            const float *b = stamp_vm_line(m, stamp_row_of_b(i, r) + j);
            float *d = stamp_vm_line(m, line);

            for (uint32_t l = 0; l < m->mach->L; l++) d[l] = combine(i->fn, a[l], b[l]);
            m->event[STAMP_EV_VM_READ] += 2;
            m->event[STAMP_EV_VX_LINES]++;
            bad |= stamp_vm_written(m, line);
        }
    return bad ? STAMP_ERROR_NUMERIC : STAMP_ERROR_NONE;
}
