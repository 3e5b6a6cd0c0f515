/* SPDX-License-Identifier: Apache-2.0 */
/* VBIN - element by element on two sets of rows (isa.md). */
#include "model/insn/insn.h"
#include "model/num/f32.h"

static float combine(uint64_t fn, float a, float b, float d)
{
    switch (fn) {
    case STAMP_BIN_ADD: return stamp_f32_add(a, b);
    case STAMP_BIN_SUB: return stamp_f32_sub(a, b);
    case STAMP_BIN_MUL: return stamp_f32_mul(a, b);
    case STAMP_BIN_MAC: return stamp_f32_add(d, stamp_f32_mul(a, b));
    default: return b > a ? b : a;
    }
}

/* MAC goes column by column and reads a line of b once for the rows that share it. */
enum stamp_error stamp_do_vbin(struct stamp_machine *m, const struct stamp_insn_w *i)
{
    const bool mac = i->fn == STAMP_BIN_MAC;
    bool bad = false;

    for (uint64_t k = 0; k < i->n0 * i->cols; k++) {
        const uint64_t r = mac ? k % i->n0 : k / i->cols, j = mac ? k / i->n0 : k % i->cols;
        const uint64_t line = i->d + r * i->ds + j;
        const float *a = stamp_vm_line(m, i->a + r * i->s0 + j);
        const float *b = stamp_vm_line(m, stamp_row_of_b(i, r) + j);
        float *d = stamp_vm_line(m, line);

        for (uint32_t l = 0; l < m->mach->L; l++) d[l] = combine(i->fn, a[l], b[l], d[l]);
        stamp_vm_read(m, i->a + r * i->s0 + j);
        if (mac) stamp_vm_read(m, line);
        if (!mac || (i->rep ? r % i->rep : r) == 0) stamp_vm_read(m, stamp_row_of_b(i, r) + j);
        m->event[STAMP_EV_VX_LINES]++;
        bad |= stamp_vm_written(m, line);
    }
    return bad ? STAMP_ERROR_NUMERIC : STAMP_ERROR_NONE;
}
