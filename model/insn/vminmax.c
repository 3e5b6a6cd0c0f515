/* SPDX-License-Identifier: Apache-2.0 */
/* VMINMAX - running range of rows or blocks into SM (isa.md; numerics.md section 6). */
#include "model/insn/insn.h"

enum stamp_error stamp_do_vminmax(struct stamp_machine *m, const struct stamp_insn_v *i)
{
    const uint64_t blk = i->blk ? i->blk : i->cols;

    for (uint64_t r = 0; r < i->n0; r++)
        for (uint64_t j = 0; j < i->cols; j++) {
            const uint64_t at = i->sm + r * i->smstride + j / blk;
            struct stamp_sm *e = &m->sm[at];
            const float *v = stamp_vm_line(m, i->a + r * i->s0 + j);

            if (i->first && j % blk == 0) *e = (struct stamp_sm){0};
            if (e->lo > 0) e->lo = 0; /* a range holds +0 */
            if (e->hi < 0) e->hi = 0;
            for (uint32_t l = 0; l < m->mach->L; l++) {
                e->lo = v[l] < e->lo ? v[l] : e->lo;
                e->hi = v[l] > e->hi ? v[l] : e->hi;
            }
            stamp_vm_read(m, i->a + r * i->s0 + j);
            m->event[STAMP_EV_VX_LINES]++;
            if (j % blk == blk - 1 || j == i->cols - 1)
                stamp_tell(m, STAMP_SPACE_SM, at, e, sizeof *e);
        }
    return STAMP_ERROR_NONE;
}
