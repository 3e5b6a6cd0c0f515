/* SPDX-License-Identifier: Apache-2.0 */
/* VSMWR - VM rows to SM scales and zero points (isa.md). */
#include "model/insn/insn.h"
#include "model/num/f32.h"

static int32_t zero_point(float x)
{
    const int32_t q = stamp_rne_int10(x);

    return q < 0 ? 0 : q > 255 ? 255 : q;
}

enum stamp_error stamp_do_vsmwr(struct stamp_machine *m, const struct stamp_insn_v *i)
{
    const uint64_t L = m->mach->L, lines = (2 * i->cols + L - 1) / L;

    for (uint64_t r = 0; r < i->n0; r++) {
        const float *row = stamp_vm_line(m, i->a + r * i->s0); /* its lines follow each other */

        for (uint64_t e = 0; e < i->cols; e++) {
            const uint64_t at = i->sm + r * i->smstride + e * i->gstride;
            m->sm[at] = (struct stamp_sm){.hi = row[2 * e], .zero = zero_point(row[2 * e + 1])};
            stamp_tell(m, STAMP_SPACE_SM, at, &m->sm[at], sizeof m->sm[at]);
        }
        for (uint64_t j = 0; j < lines; j++) stamp_vm_read(m, i->a + r * i->s0 + j);
        m->event[STAMP_EV_VX_LINES] += lines;
    }
    return STAMP_ERROR_NONE;
}
