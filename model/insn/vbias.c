/* SPDX-License-Identifier: Apache-2.0 */
/* VBIAS - VM rows += one VM row (isa.md). */
#include "model/insn/insn.h"
#include "model/num/f32.h"

enum stamp_error stamp_do_vbias(struct stamp_machine *m, const struct stamp_insn_v *i)
{
    bool bad = false;

    for (uint64_t r = 0; r < i->n0; r++)
        for (uint64_t j = 0; j < i->cols; j++) {
            const uint64_t line = i->a + r * i->s0 + j;
            float *v = stamp_vm_line(m, line);
            const float *b = stamp_vm_line(m, i->b + j);

            for (uint32_t l = 0; l < m->mach->L; l++) v[l] = stamp_f32_add(v[l], b[l]);
            stamp_vm_read(m, line);
            stamp_vm_read(m, i->b + j);
            m->event[STAMP_EV_VX_LINES]++;
            bad |= stamp_vm_written(m, line);
        }
    return bad ? STAMP_ERROR_NUMERIC : STAMP_ERROR_NONE;
}
