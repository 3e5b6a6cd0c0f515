/* SPDX-License-Identifier: Apache-2.0 */
/* VSMRD - SM scales, and zero points with first, to VM rows (isa.md). */
#include "model/insn/insn.h"
#include "model/num/f32.h"

enum stamp_error stamp_do_vsmrd(struct stamp_machine *m, const struct stamp_insn_v *i)
{
    const uint64_t L = m->mach->L, each = i->first ? 2 : 1;
    const uint64_t lines = (i->cols * each + L - 1) / L;
    bool bad = false;

    for (uint64_t r = 0; r < i->n0; r++)
        for (uint64_t j = 0; j < lines; j++) {
            const uint64_t line = i->a + r * i->s0 + j;
            float *v = stamp_vm_line(m, line);

            for (uint64_t l = 0; l < L; l++) {
                const uint64_t e = (j * L + l) / each;
                const struct stamp_sm *s =
                    &m->sm[i->sm + r * i->smstride + (e < i->cols ? e : 0) * i->gstride];
                const bool zero = each == 2 && l % 2;
                v[l] = e >= i->cols ? 0 : zero ? stamp_s32_f32(s->zero) : s->hi;
            }
            m->event[STAMP_EV_VX_LINES]++;
            bad |= stamp_vm_written(m, line);
        }
    return bad ? STAMP_ERROR_NUMERIC : STAMP_ERROR_NONE;
}
