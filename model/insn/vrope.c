/* SPDX-License-Identifier: Apache-2.0 */
/* VROPE - rotate neighbouring elements (isa.md; numerics.md section 8). */
#include "model/insn/insn.h"
#include "model/num/f32.h"

enum stamp_error stamp_do_vrope(struct stamp_machine *m, const struct stamp_insn_w *i)
{
    bool bad = false;

    for (uint64_t r = 0; r < i->n0; r++)
        for (uint64_t j = 0; j < i->cols; j++) {
            const uint64_t line = i->d + r * i->ds + j;
            const float *a = stamp_vm_line(m, i->a + r * i->s0 + j);
            const float *c = stamp_vm_line(m, stamp_row_of_b(i, r) + j);
            const float *s = stamp_vm_line(m, stamp_row_of_b(i, r) + i->cols + j);
            float *d = stamp_vm_line(m, line);

            for (uint32_t l = 0; l < m->mach->L; l += 2) {
                const float x = a[l], y = a[l + 1];
                d[l] = stamp_f32_add(stamp_f32_mul(x, c[l]), stamp_f32_mul(y, s[l]));
                d[l + 1] = stamp_f32_add(stamp_f32_mul(y, c[l + 1]), stamp_f32_mul(x, s[l + 1]));
            }
            stamp_vm_read(m, i->a + r * i->s0 + j);
            stamp_vm_read(m, stamp_row_of_b(i, r) + j);
            stamp_vm_read(m, stamp_row_of_b(i, r) + i->cols + j);
            m->event[STAMP_EV_VX_LINES]++;
            bad |= stamp_vm_written(m, line);
        }
    return bad ? STAMP_ERROR_NUMERIC : STAMP_ERROR_NONE;
}
