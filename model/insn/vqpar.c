/* SPDX-License-Identifier: Apache-2.0 */
/* VQPAR - SM ranges to inverse scale, scale and zero point (isa.md; numerics.md section 6). */
#include "model/insn/insn.h"
#include "model/num/digits.h"
#include "model/num/f32.h"
#include "model/num/quant.h"

enum stamp_error stamp_do_vqpar(struct stamp_machine *m, const struct stamp_insn_v *i)
{
    bool bad = false;

    for (uint64_t r = 0; r < i->n0; r++)
        for (uint64_t j = 0; j < i->cols; j++) {
            const uint64_t at = i->sm + r * i->smstride + j;
            const unsigned bits = m->rt[i->rt + r] & 0x8000 ? 8 : 4;
            struct stamp_sm *e = &m->sm[at];
            struct stamp_range range = {e->lo, e->hi};
            const struct stamp_qparam q =
                i->sd ? stamp_digit_params(range) : stamp_quant_params(range, bits, i->sym != 0);

            e->lo = q.inv;
            e->hi = q.scale;
            e->zero = q.zero;
            bad |= !stamp_f32_is_finite(q.inv) || !stamp_f32_is_finite(q.scale);
            m->event[STAMP_EV_DIVIDES] += 2;
            stamp_tell(m, STAMP_SPACE_SM, at, e, sizeof *e);
        }
    return bad ? STAMP_ERROR_NUMERIC : STAMP_ERROR_NONE;
}
