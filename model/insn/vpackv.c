/* SPDX-License-Identifier: Apache-2.0 */
/* VPACKV - VM rows to 8-bit digits in PB, a row to a depth (isa.md; numerics.md section 6). */
#include "model/insn/insn.h"
#include "model/num/digits.h"

enum stamp_error stamp_do_vpackv(struct stamp_machine *m, const struct stamp_insn_v *i)
{
    const uint32_t L = m->mach->L, T = m->mach->T;
    const uint64_t blk = i->blk ? i->blk : i->cols;
    int8_t code[64];

    for (uint64_t r = 0; r < i->n0; r++)
        for (uint64_t j = 0; j < i->cols; j++) {
            const struct stamp_sm *e = &m->sm[i->sm + r * i->smstride + j / blk];
            const uint64_t depth = i->rm + r;

            stamp_digit_codes(e->lo, L, stamp_vm_line(m, i->a + r * i->s0 + j), code);
            for (uint64_t plane = 0; plane < 2; plane++) {
                const uint64_t line = i->xb + plane * i->gstride + j * i->b + depth / T;

                for (uint32_t l = 0; l < L; l++)
                    m->pb[(line * L + l) * T + depth % T] =
                        (int8_t)(plane ? stamp_digit_lo(code[l]) : stamp_digit_hi(code[l]));
                stamp_pb_written(m, line);
            }
            stamp_vm_read(m, i->a + r * i->s0 + j);
            m->event[STAMP_EV_VX_LINES]++;
        }
    return STAMP_ERROR_NONE;
}
