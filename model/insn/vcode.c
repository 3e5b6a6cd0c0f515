/* SPDX-License-Identifier: Apache-2.0 */
/* VCODE - VM rows to codes packed in VM words (isa.md; numerics.md section 6). */
#include "model/insn/insn.h"
#include "model/num/quant.h"

/* Codes 0..n of one line, into their fields of the packed line. */
static void code_line(const struct stamp_sm *e, unsigned bits, uint32_t L, const float *v,
                      unsigned shift, uint32_t *packed)
{
    const struct stamp_qparam q = {.inv = e->lo, .scale = e->hi, .zero = e->zero};
    int8_t stored[64]; /* shifted by half the range */

    stamp_quantize(q, bits, false, L, v, stored);
    for (uint32_t l = 0; l < L; l++)
        packed[l] |= (uint32_t)(stored[l] + (bits == 8 ? 128 : 8)) << shift;
}

enum stamp_error stamp_do_vcode(struct stamp_machine *m, const struct stamp_insn_v *i)
{
    const uint64_t blk = i->blk ? i->blk : i->cols;
    const uint32_t L = m->mach->L;
    uint32_t packed[64];

    for (uint64_t r = 0; r < i->n0; r++) {
        const unsigned bits = m->rt[i->rt + r] >> 15 ? 8 : 4, each = 32 / bits;
        const uint64_t first = i->b + r * i->gstride;

        if (first + (i->cols - 1) / each >= m->mach->VM_LINES) return STAMP_ERROR_RANGE;
        for (uint64_t j = 0; j < i->cols; j++) {
            if (j % each == 0) memset(packed, 0, sizeof packed);
            code_line(&m->sm[i->sm + r * i->smstride + j / blk], bits, L,
                      stamp_vm_line(m, i->a + r * i->s0 + j), bits * (unsigned)(j % each), packed);
            stamp_vm_read(m, i->a + r * i->s0 + j);
            m->event[STAMP_EV_VX_LINES]++;
            if (j % each == each - 1 || j == i->cols - 1) {
                memcpy(stamp_vm_line(m, first + j / each), packed, L * sizeof *packed);
                stamp_vm_written(m, first + j / each);
            }
        }
    }
    return STAMP_ERROR_NONE;
}
