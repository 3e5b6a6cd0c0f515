/* SPDX-License-Identifier: Apache-2.0 */
/* access_vec.c - lines touched by vector instructions. Contract in access_parts.h.
 *
 * Reads are noted before writes: an instruction that overwrites its operands reads old lines. */
#include <string.h>

#include "compiler/ir/access_parts.h"
#include "model/machine/machine.h"
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
    st = stamp_scan_touch(c, STAMP_SPACE_XB, STAMP_WRITE, xb, v->cols);
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

/* VPACKK and VPACKV: lines of PB, in part. */
static enum stamp_status scan_pack(struct stamp_scan *c, const struct stamp_insn_v *v, bool keys)
{
    const uint64_t phases = c->mach->L / c->mach->T, T = c->mach->T;
    enum stamp_status st = vm_rows(c, STAMP_READ, v->a, v->n0, v->s0, v->cols);

    for (uint64_t plane = 0; plane < 2 && !st; plane++) {
        const uint64_t line = v->xb + plane * v->gstride;
        if (keys) st = stamp_scan_touch(c, STAMP_SPACE_PB, STAMP_WRITE, line, v->cols * phases);
        for (uint64_t j = 0; j < v->cols && !keys && !st; j++)
            st = stamp_scan_touch(c, STAMP_SPACE_PB, STAMP_WRITE, line + j * v->b + v->rm / T,
                                  (v->rm + v->n0 - 1) / T - v->rm / T + 1);
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

/* Lines first .. last of a set of rows. */
struct extent {
    uint64_t first, last, stride;
};

static struct extent extent_of(uint64_t first, uint64_t rows, uint64_t stride, uint64_t lines)
{
    return (struct extent){first, first + (rows - 1) * stride + lines - 1, stride};
}

/* Reading in @p x never meets what was written to @p d before: apart, or line by line the same. */
static bool harmless(struct extent x, struct extent d, uint64_t rows, uint64_t cols)
{
    if (x.last < d.first || d.last < x.first) return true;
    return x.first == d.first && (rows == 1 || (x.stride == d.stride && x.stride >= cols));
}

/* The order of isa.md, line by line: true when a line is read after it was written. */
static bool reads_own(const struct stamp_scan *c, const struct stamp_insn_w *w, bool *written)
{
    const uint64_t L = c->mach->L;
    const bool expm = w->op == STAMP_OP_VFN && w->fn == STAMP_ONE_EXPM;
    uint64_t rows, lines;

    stamp_second_operand(c->mach, w, &rows, &lines);
    for (uint64_t r = 0; r < w->n0; r++) {
        const uint64_t b = w->b + (w->rep ? r / w->rep : 0) * w->bs;
        const bool scalars = w->op == STAMP_OP_VROW || expm;
        if (scalars && r % L == 0 && written[w->b + r / L]) return true;
        for (uint64_t j = 0; j < w->cols; j++) {
            if (written[w->a + r * w->s0 + j]) return true;
            if (rows && !scalars && written[b + j]) return true;
            if (w->op == STAMP_OP_VROPE && written[b + w->cols + j]) return true;
            if (w->op != STAMP_OP_VRED) written[w->d + r * w->ds + j] = true;
        }
        if (w->op == STAMP_OP_VRED && (r % L == L - 1 || r == w->n0 - 1))
            written[w->d + r / L] = true;
    }
    return false;
}

static enum stamp_status check_overlap(struct stamp_scan *c, const struct stamp_insn_w *w,
                                       uint64_t b_rows, uint64_t b_lines)
{
    const bool red = w->op == STAMP_OP_VRED;
    const bool each = w->rep == 1 && b_lines == w->cols && b_rows == w->n0;
    const struct extent a = extent_of(w->a, w->n0, w->s0, w->cols),
                        d = red ? extent_of(w->d, 1, 0, (w->n0 - 1) / c->mach->L + 1)
                                : extent_of(w->d, w->n0, w->ds, w->cols),
                        b = extent_of(w->b, b_rows ? b_rows : 1, w->bs, b_lines);
    const bool apart = b.last < d.first || d.last < b.first;

    if (harmless(a, d, red ? 2 : w->n0, w->cols) &&
        (!b_rows || apart || (each && harmless(b, d, w->n0, w->cols))))
        return STAMP_OK;
    bool *written = stamp_alloc(c->mach->VM_LINES, sizeof *written);
    if (!written) return stamp_fail(c->e, STAMP_ENOMEM, "out of memory");
    const bool own = reads_own(c, w, written);
    stamp_free(written);
    if (!own) return STAMP_OK;
    return stamp_fail(c->e, STAMP_EFORMAT, "instruction %u: %s reads a line it has written",
                      c->step->pc, c->step->op->name);
}

enum stamp_status stamp_scan_rows(struct stamp_scan *c, const struct stamp_insn_w *w)
{
    uint64_t rows, lines;
    enum stamp_status st;

    stamp_second_operand(c->mach, w, &rows, &lines);
    if ((st = check_overlap(c, w, rows, lines))) return st;
    st = vm_rows(c, STAMP_READ, w->a, w->n0, w->s0, w->cols);
    if (!st) st = vm_rows(c, STAMP_READ, w->b, rows, w->bs, lines);
    if (st) return st;
    if (w->op == STAMP_OP_VRED) return vm(c, STAMP_WRITE, w->d, (w->n0 - 1) / c->mach->L + 1);
    return vm_rows(c, STAMP_WRITE, w->d, w->n0, w->ds, w->cols);
}
