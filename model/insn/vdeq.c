/* SPDX-License-Identifier: Apache-2.0 */
/* VDEQ - codes packed in VM words to VM rows of their values (isa.md; numerics.md section 6). */
#include "model/insn/insn.h"
#include "model/num/f32.h"

enum stamp_error stamp_do_vdeq(struct stamp_machine *m, const struct stamp_insn_v *i)
{
    const uint64_t blk = i->blk ? i->blk : i->cols;
    const uint32_t L = m->mach->L;
    uint32_t packed[64];
    bool bad = false;

    for (uint64_t r = 0; r < i->n0; r++) {
        const unsigned bits = m->rt[i->rt + r] >> 15 ? 8 : 4, each = 32 / bits;
        const uint64_t first = i->b + r * i->gstride;

        if (first + (i->cols - 1) / each >= m->mach->VM_LINES) return STAMP_ERROR_RANGE;
        for (uint64_t j = 0; j < i->cols; j++) {
            const struct stamp_sm *e = &m->sm[i->sm + r * i->smstride + j / blk];
            const uint64_t line = i->a + r * i->s0 + j;
            const unsigned shift = bits * (unsigned)(j % each);
            float *v = stamp_vm_line(m, line);

            if (j % each == 0) {
                memcpy(packed, stamp_vm_line(m, first + j / each), L * sizeof *packed);
                stamp_vm_read(m, first + j / each);
            }
            for (uint32_t l = 0; l < L; l++) {
                const int32_t q = (int32_t)(packed[l] >> shift & ((1u << bits) - 1));
                v[l] = stamp_f32_mul(stamp_s32_f32(q - e->zero), e->hi);
            }
            m->event[STAMP_EV_VX_LINES]++;
            bad |= stamp_vm_written(m, line);
        }
    }
    return bad ? STAMP_ERROR_NUMERIC : STAMP_ERROR_NONE;
}
