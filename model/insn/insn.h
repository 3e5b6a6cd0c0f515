/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file insn.h
 * One function per instruction of isa.md, one file each. Static and range checks were made; these
 * report what only execution finds (RANGE through tables, DRAM_RANGE, RESERVED, NUMERIC). An
 * instruction that ends in NUMERIC has made all its writes.
 */
#ifndef STAMP_INSN_H
#define STAMP_INSN_H

#include <string.h>

#include "model/insn/state.h"

enum stamp_error stamp_do_load(struct stamp_machine *m, const struct stamp_insn_d *i);
enum stamp_error stamp_do_store(struct stamp_machine *m, const struct stamp_insn_d *i);
enum stamp_error stamp_do_vbfly(struct stamp_machine *m, const struct stamp_insn_b *i);
enum stamp_error stamp_do_vminmax(struct stamp_machine *m, const struct stamp_insn_v *i);
enum stamp_error stamp_do_vqpar(struct stamp_machine *m, const struct stamp_insn_v *i);
enum stamp_error stamp_do_vquant(struct stamp_machine *m, const struct stamp_insn_v *i);
enum stamp_error stamp_do_vbias(struct stamp_machine *m, const struct stamp_insn_v *i);
enum stamp_error stamp_do_vbin(struct stamp_machine *m, const struct stamp_insn_w *i);
enum stamp_error stamp_do_vrope(struct stamp_machine *m, const struct stamp_insn_w *i);
enum stamp_error stamp_do_vrow(struct stamp_machine *m, const struct stamp_insn_w *i);
enum stamp_error stamp_do_vred(struct stamp_machine *m, const struct stamp_insn_w *i);
enum stamp_error stamp_do_vfn(struct stamp_machine *m, const struct stamp_insn_w *i);
enum stamp_error stamp_do_vcode(struct stamp_machine *m, const struct stamp_insn_v *i);
enum stamp_error stamp_do_vdeq(struct stamp_machine *m, const struct stamp_insn_v *i);
enum stamp_error stamp_do_vpackk(struct stamp_machine *m, const struct stamp_insn_v *i);
enum stamp_error stamp_do_vpackv(struct stamp_machine *m, const struct stamp_insn_v *i);
enum stamp_error stamp_do_vsmrd(struct stamp_machine *m, const struct stamp_insn_v *i);
enum stamp_error stamp_do_vsmwr(struct stamp_machine *m, const struct stamp_insn_v *i);
enum stamp_error stamp_do_mm(struct stamp_machine *m, const struct stamp_insn_m *i);

/** Tell the listener, if any, of a write (machine.h, stamp_write_fn). */
static inline void stamp_tell(struct stamp_machine *m, enum stamp_space space, uint64_t addr,
                              const void *data, size_t bytes)
{
    if (m->on_write) m->on_write(m->on_write_ctx, space, addr, data, bytes);
}

/** Line @p line of VM. */
static inline float *stamp_vm_line(struct stamp_machine *m, uint64_t line)
{
    return m->vm + line * m->mach->L;
}

/** Count a VM line that is read, before anything is written over it. */
static inline void stamp_vm_read(struct stamp_machine *m, uint64_t line)
{
    m->event[STAMP_EV_VM_READ]++;
    m->activity[STAMP_ACT_VM_LIVE] += m->vm_live[line];
}

/** Count and report a VM line just written; true if it holds a non-finite element. */
static inline bool stamp_vm_written(struct stamp_machine *m, uint64_t line)
{
    const float *v = stamp_vm_line(m, line);
    uint32_t bad = 0, live = 0;

    m->event[STAMP_EV_VM_WRITE]++;
    for (uint32_t l = 0; l < m->mach->L; l++) {
        uint32_t bits;
        memcpy(&bits, &v[l], sizeof bits);
        bad |= (bits & 0x7f800000u) == 0x7f800000u;
        live += bits << 1 != 0;
    }
    m->vm_live[line] = (uint8_t)live;
    m->activity[STAMP_ACT_VM_WRITE_LIVE] += live;
    stamp_tell(m, STAMP_SPACE_VM, line, v, (size_t)m->mach->L * sizeof *v);
    return bad != 0;
}

/** Row of b that row @p r of a format W instruction uses. */
static inline uint64_t stamp_row_of_b(const struct stamp_insn_w *i, uint64_t r)
{
    return i->b + (i->rep ? r / i->rep : 0) * i->bs;
}

/** Elements of row @p r that count, as an index bound: lim(r) of isa.md, at least 0. */
static inline uint64_t stamp_row_limit(const struct stamp_insn_w *i, uint64_t r)
{
    const uint64_t lim = (i->lim + r * i->lstep) & 0xffffff;

    return lim >> 23 ? 0 : lim;
}

/** Pack @p n signed nibbles, low nibble first. */
static inline void stamp_pack_nibbles(const int8_t *nibble, size_t n, uint8_t *out)
{
    for (size_t i = 0; i < n; i += 2)
        out[i / 2] = (uint8_t)((nibble[i] & 15) | (nibble[i + 1] & 15) << 4);
}

/** Count and report a write to PB line @p line. */
static inline void stamp_pb_written(struct stamp_machine *m, uint64_t line)
{
    const size_t n = (size_t)m->mach->L * m->mach->T;
    uint8_t packed[256];

    m->event[STAMP_EV_PB_WRITE]++;
    if (!m->on_write) return;
    stamp_pack_nibbles(m->pb + line * n, n, packed);
    stamp_tell(m, STAMP_SPACE_PB, line, packed, n / 2);
}

#endif
