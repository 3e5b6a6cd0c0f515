/* SPDX-License-Identifier: Apache-2.0 */
/* STORE - VM or PB lines to DRAM rows (isa.md). */
#include "model/insn/insn.h"
#include "model/num/bf16.h"

/* One line of VM as it goes to memory; true if an element is not finite there (RAW: not asked). */
static bool store_vm(struct stamp_machine *m, uint64_t fmt, const float *v, uint8_t *dst)
{
    bool bad = false;

    for (uint32_t l = 0; l < m->mach->L; l++) {
        uint32_t bits;
        if (fmt == STAMP_FMT_BF16) {
            const uint16_t h = stamp_bf16_from_f32(v[l]);
            dst[2 * l] = (uint8_t)h;
            dst[2 * l + 1] = (uint8_t)(h >> 8);
            bad |= (h & 0x7f80) == 0x7f80;
            continue;
        }
        memcpy(&bits, &v[l], sizeof bits);
        dst[4 * l] = (uint8_t)bits;
        dst[4 * l + 1] = (uint8_t)(bits >> 8);
        dst[4 * l + 2] = (uint8_t)(bits >> 16);
        dst[4 * l + 3] = (uint8_t)(bits >> 24);
        bad |= fmt != STAMP_FMT_RAW && (bits & 0x7f800000u) == 0x7f800000u;
    }
    return bad;
}

enum stamp_error stamp_do_store(struct stamp_machine *m, const struct stamp_insn_d *i)
{
    const bool vm = i->space == STAMP_SPACE_VM;
    const size_t nibbles = (size_t)m->mach->L * m->mach->T;
    const uint32_t bytes =
        stamp_line_bytes(m->mach, (enum stamp_space)i->space, (enum stamp_fmt)i->fmt);
    const uint32_t beat = m->mach->AXI_BYTES;
    bool bad = false;

    for (uint64_t row = 0; row < i->n0 * i->n1; row++) {
        const uint64_t addr = i->dram + row / i->n0 * i->d1 + row % i->n0 * i->d0;
        if (addr < m->win_lo || addr > m->win_hi || m->win_hi - addr < i->lines * bytes)
            return STAMP_ERROR_DRAM_RANGE;
        for (uint64_t j = 0; j < i->lines; j++) {
            uint8_t *dst = m->dram.bytes + (addr - m->dram.base) + j * bytes;
            const uint64_t line = i->line + row * i->lstride + j;
            if (vm) {
                stamp_vm_read(m, line);
                bad |= store_vm(m, i->fmt, stamp_vm_line(m, line), dst);
            } else
                stamp_pack_nibbles(m->pb + line * nibbles, nibbles, dst);
            for (uint32_t b = 0; b < bytes; b += beat)
                stamp_tell(m, STAMP_SPACE_DRAM, addr + j * bytes + b, dst + b, beat);
        }
        if (!vm) m->event[STAMP_EV_PB_READ] += i->lines;
        m->event[STAMP_EV_STORE_BYTES] += i->lines * bytes;
    }
    return bad ? STAMP_ERROR_NUMERIC : STAMP_ERROR_NONE;
}
