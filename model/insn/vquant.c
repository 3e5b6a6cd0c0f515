/* SPDX-License-Identifier: Apache-2.0 */
/* VQUANT - VM rows to operand nibbles in XB (isa.md; numerics.md section 6). */
#include "model/insn/insn.h"
#include "model/num/digits.h"
#include "model/num/quant.h"

/* Count and report nibble row @p row of XB line @p line. */
static void wrote_xb(struct stamp_machine *m, uint64_t line, uint64_t row)
{
    const int8_t *code = m->xb + (line * m->mach->P + row) * m->mach->L;
    uint8_t packed[128], *live = &m->xb_row_live[line * m->mach->P + row], now = 0;

    m->event[STAMP_EV_XB_WRITE]++;
    for (uint32_t l = 0; l < m->mach->L; l++) now = (uint8_t)(now + (code[l] != -8));
    m->xb_live[line] = (uint16_t)(m->xb_live[line] + now - *live);
    *live = now;
    if (!m->on_write) return;
    stamp_pack_nibbles(code, m->mach->L, packed);
    stamp_tell(m, STAMP_SPACE_XB, line * m->mach->P + row, packed, m->mach->L / 2);
}

/* Signed digits of one line: rows p and p + 1; nothing to correct, so no sum. */
static void digit_line(uint32_t L, float inv, const float *v, int8_t *row)
{
    stamp_digit_codes(inv, L, v, row);
    for (uint32_t l = 0; l < L; l++) {
        const int8_t c = row[l];
        row[l] = (int8_t)stamp_digit_hi(c);
        row[L + l] = (int8_t)stamp_digit_lo(c);
    }
}

/* One line of one row: L codes into row p of XB line @p line (8 bits: rows p and p + 1). */
static void quant_line(struct stamp_machine *m, const struct stamp_insn_v *i, struct stamp_sm *e,
                       const float *v, uint64_t line, uint64_t p, bool is8)
{
    const uint32_t L = m->mach->L;
    const struct stamp_qparam q = {.inv = e->lo, .scale = e->hi, .zero = e->zero};
    int8_t *row = m->xb + (line * m->mach->P + p) * L;
    int32_t sum = 0;

    if (i->sd)
        digit_line(L, e->lo, v, row);
    else
        sum = stamp_quantize(q, is8 ? 8 : 4, i->sym != 0, L, v, row);
    if (is8 && !i->sd)
        for (uint32_t l = 0; l < L; l++) {
            const int8_t c = row[l];
            row[l] = (int8_t)stamp_nibble_hi(c);
            row[L + l] = (int8_t)stamp_nibble_lo(c);
        }
    e->rowsum = (int32_t)((uint32_t)e->rowsum + (uint32_t)sum);
    wrote_xb(m, line, p);
    if (is8) wrote_xb(m, line, p + 1);
    m->event[STAMP_EV_VX_LINES]++;
}

static void finish_block(struct stamp_machine *m, const struct stamp_insn_v *i, uint64_t sm,
                         uint64_t rm, bool is8)
{
    const struct stamp_sm *e = &m->sm[sm];

    m->rm[rm] = (struct stamp_rm){
        .scale = e->hi,
        .corr = (i->sd ? 0 : stamp_operand_offset(is8 ? 8 : 4, i->sym != 0)) - e->zero,
        .rowsum = e->rowsum,
    };
    stamp_tell(m, STAMP_SPACE_SM, sm, e, sizeof *e);
    stamp_tell(m, STAMP_SPACE_RM, rm, &m->rm[rm], sizeof m->rm[rm]);
}

enum stamp_error stamp_do_vquant(struct stamp_machine *m, const struct stamp_insn_v *i)
{
    const uint64_t blk = i->blk ? i->blk : i->cols;

    for (uint64_t r = 0; r < i->n0; r++) {
        const bool is8 = m->rt[i->rt + r] >> 15 || i->sd;
        const uint64_t nib = m->rt[i->rt + r] & 0xfff, p = nib % m->mach->P;
        const uint64_t first_line = i->xb + nib / m->mach->P * i->gstride;

        if (is8 && nib % 2) return STAMP_ERROR_RESERVED;
        if (first_line + i->cols - 1 >= m->mach->XB_LINES) return STAMP_ERROR_RANGE;
        for (uint64_t j = 0; j < i->cols; j++) {
            const uint64_t at = r * i->smstride + j / blk;

            if (i->first && j % blk == 0) m->sm[i->sm + at].rowsum = 0;
            stamp_vm_read(m, i->a + r * i->s0 + j);
            quant_line(m, i, &m->sm[i->sm + at], stamp_vm_line(m, i->a + r * i->s0 + j),
                       first_line + j, p, is8);
            if (j % blk == blk - 1 || j == i->cols - 1)
                finish_block(m, i, i->sm + at, i->rm + at, is8);
        }
    }
    return STAMP_ERROR_NONE;
}
