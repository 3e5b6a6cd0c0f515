/* SPDX-License-Identifier: Apache-2.0 */
/* VBFLY - 2x2 operation on pairs of VM lines, in place (isa.md; numerics.md section 4). */
#include "model/insn/insn.h"
#include "model/num/butterfly.h"

enum stamp_error stamp_do_vbfly(struct stamp_machine *m, const struct stamp_insn_b *i)
{
    const uint32_t c_bits = (uint32_t)i->c, s_bits = (uint32_t)i->s;
    float c, s;
    bool bad = false;

    memcpy(&c, &c_bits, sizeof c);
    memcpy(&s, &s_bits, sizeof s);
    for (uint64_t p = 0; p < i->n0 * i->n1; p++)
        for (uint64_t j = 0; j < i->cols; j++) {
            const uint64_t a = i->a + p / i->n0 * i->s1 + p % i->n0 * i->s0 + j, b = a + i->boff;
            float *va = stamp_vm_line(m, a), *vb = stamp_vm_line(m, b);

            stamp_butterfly((enum stamp_bfly)i->kind, c, s, m->mach->L, va, vb);
            stamp_vm_read(m, a);
            stamp_vm_read(m, b);
            m->event[STAMP_EV_VX_LINES] += 2;
            bad |= stamp_vm_written(m, a);
            bad |= stamp_vm_written(m, b);
        }
    return bad ? STAMP_ERROR_NUMERIC : STAMP_ERROR_NONE;
}
