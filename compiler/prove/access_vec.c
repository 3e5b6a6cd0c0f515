/* SPDX-License-Identifier: Apache-2.0 */
/* access_vec.c - lines touched by vector instructions. Contract in access_parts.h.
 *
 * Reads are noted before writes: an instruction that overwrites its operands reads old lines. */
#include <string.h>

#include "compiler/prove/access_parts.h"
#include "model/dispatch/check.h"
#include "model/mem.h"

static enum stamp_status vm(struct stamp_scan *c, unsigned how, uint64_t first, uint64_t count)
{
    return stamp_scan_touch(c, STAMP_SPACE_VM, how, first, count);
}

/* rows rows of count lines, stride apart. */
static enum stamp_status vm_rows(struct stamp_scan *c, unsigned how, uint64_t first, uint64_t rows,
                                 uint64_t stride, uint64_t count)
{
    enum stamp_status st = STAMP_OK;

    for (uint64_t r = 0; r < rows && !st; r++) st = vm(c, how, first + r * stride, count);
    return st;
}

/* ---- Format V ------------------------------------------------------------------------------- */

static uint64_t blocks_of(const struct stamp_insn_v *v)
{
    return v->blk ? (v->cols + v->blk - 1) / v->blk : 1;
}

static enum stamp_status scan_vquant_row(struct stamp_scan *c, const struct stamp_insn_v *v,
                                         uint64_t r)
{
    const uint16_t entry = c->t->rt[v->rt + r];
    const uint64_t nib = entry & 0xfff, is8 = entry >> 15 || v->sd;
    const uint64_t xb = v->xb + nib / c->mach->P * v->gstride;
    enum stamp_status st;

    if (is8 && nib % 2)
        return stamp_fail(c->e, STAMP_EFORMAT, "instruction %u: 8-bit row at odd nibble row %llu",
                          c->step->pc, (unsigned long long)nib);
    st = stamp_scan_part(
        c, &(struct stamp_touch){.space = STAMP_SPACE_XB,
                                 .how = STAMP_WRITE,
                                 .first = xb,
                                 .count = v->cols,
                                 .rows = (is8 ? UINT64_C(3) : UINT64_C(1)) << nib % c->mach->P});
    if (st) return st;
    return stamp_scan_touch(c, STAMP_SPACE_RM, STAMP_WRITE, v->rm + r * v->smstride, blocks_of(v));
}

static enum stamp_status scan_vquant(struct stamp_scan *c, const struct stamp_insn_v *v)
{
    enum stamp_status st = vm_rows(c, STAMP_READ, v->a, v->n0, v->s0, v->cols);

    for (uint64_t r = 0; r < v->n0 && !st; r++) st = scan_vquant_row(c, v, r);
    return st;
}

/* VCODE and VDEQ: values in rows of a, codes in packed rows of b. */
static enum stamp_status scan_codes(struct stamp_scan *c, const struct stamp_insn_v *v, bool code)
{
    enum stamp_status st = STAMP_OK;

    if (code) st = vm_rows(c, STAMP_READ, v->a, v->n0, v->s0, v->cols);
    for (uint64_t r = 0; r < v->n0 && !st; r++) {
        const uint64_t each = c->t->rt[v->rt + r] >> 15 ? 4 : 8;
        st = vm(c, code ? STAMP_WRITE : STAMP_READ, v->b + r * v->gstride,
                (v->cols + each - 1) / each);
    }
    if (!code && !st) st = vm_rows(c, STAMP_WRITE, v->a, v->n0, v->s0, v->cols);
    return st;
}

/* VPACKK: column rm + r of every line of both planes; VPACKV: a depth of one line of each. */
static enum stamp_status scan_pack(struct stamp_scan *c, const struct stamp_insn_v *v, bool keys)
{
    const uint32_t L = c->mach->L, T = c->mach->T;
    struct stamp_touch t = {.space = STAMP_SPACE_PB, .how = STAMP_WRITE, .cols = L, .depths = T};
    enum stamp_status st = vm_rows(c, STAMP_READ, v->a, v->n0, v->s0, v->cols);

    for (uint64_t r = 0; r < v->n0; r++)
        for (uint64_t k = 0; k < 2 * (keys ? 1 : v->cols) && !st; k++) {
            const uint64_t at = v->rm + r, line = v->xb + k % 2 * v->gstride;
            t.first = keys ? line : line + k / 2 * v->b + at / T;
            t.count = keys ? v->cols * (L / T) : 1;
            if (keys) t.col = (uint32_t)at, t.cols = 1;
            if (!keys) t.depth = (uint32_t)(at % T), t.depths = 1;
            st = stamp_scan_part(c, &t);
        }
    return st;
}

/* SM: entries of each row's blocks, or those VSMRD and VSMWR name. */
static enum stamp_status scan_state(struct stamp_scan *c, const struct stamp_insn_v *v,
                                    enum stamp_opcode op)
{
    const bool each = op == STAMP_OP_VSMRD || op == STAMP_OP_VSMWR;
    const uint64_t n = op == STAMP_OP_VQPAR ? v->cols : blocks_of(v);
    unsigned how = STAMP_READ;
    enum stamp_status st = STAMP_OK;

    if (op == STAMP_OP_VMINMAX) how = STAMP_WRITE | (v->first ? 0u : STAMP_READ);
    if (op == STAMP_OP_VQPAR || op == STAMP_OP_VQUANT) how = STAMP_READ | STAMP_WRITE;
    if (op == STAMP_OP_VSMWR) how = STAMP_WRITE;
    for (uint64_t r = 0; r < v->n0 && !st && op != STAMP_OP_VBIAS; r++) {
        const uint64_t at = v->sm + r * v->smstride;
        for (uint64_t e = 0; e < (each ? v->cols : 1) && !st; e++)
            st = stamp_scan_touch(c, STAMP_SPACE_SM, how, at + e * (each ? v->gstride : 0),
                                  each ? 1 : n);
    }
    return st;
}

enum stamp_status stamp_scan_vector(struct stamp_scan *c, const struct stamp_insn_v *v)
{
    const enum stamp_opcode op = c->step->op->code;
    const uint64_t lanes = v->cols * (op == STAMP_OP_VSMWR || v->first ? 2 : 1);
    const uint64_t lines = (lanes + c->mach->L - 1) / c->mach->L;
    enum stamp_status st = STAMP_OK;

    if ((op == STAMP_OP_VQPAR && !v->sd) || op == STAMP_OP_VQUANT || op == STAMP_OP_VCODE ||
        op == STAMP_OP_VDEQ)
        st = stamp_scan_table(c, STAMP_SPACE_RT, v->rt, v->n0);
    if (!st) st = scan_state(c, v, op);
    if (st) return st;
    switch (op) {
    case STAMP_OP_VMINMAX: return vm_rows(c, STAMP_READ, v->a, v->n0, v->s0, v->cols);
    case STAMP_OP_VQUANT: return scan_vquant(c, v);
    case STAMP_OP_VBIAS:
        st = vm(c, STAMP_READ, v->b, v->cols);
        return st ? st : vm_rows(c, STAMP_READ | STAMP_WRITE, v->a, v->n0, v->s0, v->cols);
    case STAMP_OP_VCODE:
    case STAMP_OP_VDEQ: return scan_codes(c, v, op == STAMP_OP_VCODE);
    case STAMP_OP_VPACKK:
    case STAMP_OP_VPACKV: return scan_pack(c, v, op == STAMP_OP_VPACKK);
    case STAMP_OP_VSMRD: return vm_rows(c, STAMP_WRITE, v->a, v->n0, v->s0, lines);
    case STAMP_OP_VSMWR: return vm_rows(c, STAMP_READ, v->a, v->n0, v->s0, lines);
    default: return STAMP_OK; /* VQPAR */
    }
}

/* ---- Format W ------------------------------------------------------------------------------- */

enum stamp_status stamp_scan_rows(struct stamp_scan *c, const struct stamp_insn_w *w)
{
    const unsigned how = STAMP_WRITE | (stamp_is_mac(w) ? STAMP_READ : 0u);
    uint64_t rows, lines;
    enum stamp_status st;

    stamp_second_operand(c->mach, w, &rows, &lines);
    st = vm_rows(c, STAMP_READ, w->a, w->n0, w->s0, w->cols);
    if (!st) st = vm_rows(c, STAMP_READ, w->b, rows, w->bs, lines);
    if (st) return st;
    if (w->op == STAMP_OP_VRED) return vm(c, STAMP_WRITE, w->d, (w->n0 - 1) / c->mach->L + 1);
    return vm_rows(c, how, w->d, w->n0, w->ds, w->cols);
}
