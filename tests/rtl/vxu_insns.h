/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file vxu_insns.h
 * Random instructions of the vector unit for vxu_tb.cpp: legal ones, and such as reach exactly one
 * line, entry or column beyond their memory.
 *
 * Where results may overwrite operands (isa.md) they sometimes do; otherwise operands lie in the
 * first two thirds of VM and results in the last.
 */
#ifndef STAMP_TESTS_RTL_VXU_INSNS_H
#define STAMP_TESTS_RTL_VXU_INSNS_H

#include "tests/rtl/mxu_vxu.h"

struct vx_random {
    rng &g;
    const stamp_mach *mach;
    bool positive;           /**< VM holds numbers above 0: reciprocals and roots are finite */
    union stamp_insn before; /**< the instruction given last */
    uint32_t many;           /**< if not 0, one of the counts: rows, or lines of a single row */

    /** Numbers up to a quarter of VM and XB that reach each of their bits; fewer where a line takes long. */
    uint32_t draw_many(bool slow)
    {
        const uint32_t lines = mach->VM_LINES < mach->XB_LINES ? mach->VM_LINES : mach->XB_LINES;
        const uint32_t most = slow ? 80 : lines / 4 - 4;
        const uint32_t n = (1u << g.range(4, slow ? 6 : 8)) + g.below(20);
        return n < most ? n : most;
    }

    union stamp_insn bfly(bool bad)
    {
        union stamp_insn i = {};
        auto &b = i.b;

        b.op = STAMP_OP_VBFLY;
        b.kind = g.below(3);
        b.cols = g.range(1, 6);
        b.n0 = g.range(1, 5);
        b.n1 = g.range(1, 3);
        if (many) {
            const uint32_t which = g.below(3);
            b.cols = which == 0 ? many : 1;
            b.n0 = which == 1 ? many : 1;
            b.n1 = which == 2 ? many : 1;
        }
        if (g.below(2)) { /* neighbours */
            b.boff = b.cols + (many ? 0 : g.below(2));
            b.s0 = 2 * b.boff;
            b.s1 = b.n0 * b.s0;
        } else { /* halves */
            b.s0 = b.cols + (many ? 0 : g.below(2));
            b.boff = b.n0 * b.s0;
            b.s1 = 2 * b.boff;
        }
        const uint32_t last = (uint32_t)stamp_span_last(b.boff, b.n1, b.s1, b.n0, b.s0, b.cols);
        b.a = bad           ? mach->VM_LINES - 1 - g.below(last)
              : g.one_in(4) ? mach->VM_LINES - 1 - last
                            : g.below(mach->VM_LINES - last);
        b.c = g.real();
        b.s = g.real();
        return i;
    }

    /** VMINMAX, VQPAR, VQUANT, VBIAS. */
    union stamp_insn vector(stamp_opcode op, bool bad)
    {
        union stamp_insn i = {};
        auto &v = i.v;
        const bool par = op == STAMP_OP_VQPAR;

        v.op = op;
        v.cols = g.range(1, par ? 6 : 10);
        v.n0 = g.range(1, par ? 4 : 8);
        v.blk = g.below(2) ? 0 : g.range(1, 4);
        if (many) {
            const bool lines = g.below(2);
            v.cols = lines ? many : 1;
            v.n0 = lines ? 1 : many;
            if (v.blk && lines) v.blk = g.range(2, 255);
        }
        v.first = g.below(3) != 0;
        v.sym = g.one_in(4);
        v.sd = g.one_in(4);
        v.s0 = v.cols + g.below(many ? 2 : 3);
        const uint32_t per = (uint32_t)(par ? v.cols : v.blk ? (v.cols + v.blk - 1) / v.blk : 1);
        v.smstride = per + g.below(2);
        v.a = g.below(mach->VM_LINES - (uint32_t)(v.n0 * v.s0) - 12);
        v.b = v.a + v.n0 * v.s0;
        v.sm = g.below(mach->SM_ENTRIES - (uint32_t)(v.n0 * v.smstride) + 1);
        v.rm = g.below(mach->SM_ENTRIES - (uint32_t)(v.n0 * v.smstride) + 1);
        v.rt = g.below(mach->RT_ENTRIES - (uint32_t)v.n0 + 1);
        v.gstride = v.cols + g.below(3);
        v.xb = g.below(mach->XB_LINES - 4 * (uint32_t)v.gstride);
        if (op == STAMP_OP_VMINMAX && before.v.op == op && g.below(3)) { /* go on with its ranges */
            const uint64_t a = v.a;
            v = before.v;
            v.first = 0;
            if (a + v.n0 * v.s0 < mach->VM_LINES) v.a = a;
        }
        if (!bad) return i;
        /* One beyond its memory, by the last row or already by an earlier one. */
        const uint64_t rows = g.below(2) ? v.n0 - 1 : 0,
                       more = UINT64_C(1) - per - rows * v.smstride;
        switch (g.below(5)) {
        case 0: v.a = mach->VM_LINES + 1 - rows * v.s0 - v.cols; break;
        case 1: v.b = mach->VM_LINES + 1 - v.cols; break;
        case 2: v.sm = mach->SM_ENTRIES + more; break;
        case 3: v.rt = mach->RT_ENTRIES - rows; break;
        default: v.rm = mach->SM_ENTRIES + more;
        }
        return i;
    }

    /* A function that gives numbers, seldom another one. */
    uint32_t function(stamp_opcode op)
    {
        if (op == STAMP_OP_VBIN) return g.below(STAMP_BIN_MAC + 1);
        if (op == STAMP_OP_VROPE) return 0;
        if (op != STAMP_OP_VFN) return g.below(3);
        return g.below(7);
    }

    /** Format W. */
    union stamp_insn rows(stamp_opcode op, bool bad)
    {
        union stamp_insn i = {};
        auto &w = i.w;
        const uint32_t third = mach->VM_LINES / 3, L = mach->L;

        w.op = op;
        do w.fn = function(op);
        while (!positive && op == STAMP_OP_VFN && !g.one_in(40) &&
               (w.fn == STAMP_ONE_RECIP || w.fn == STAMP_ONE_RSQRT));
        const bool red = op == STAMP_OP_VRED, expm = op == STAMP_OP_VFN && w.fn == STAMP_ONE_EXPM;
        const bool scalar = op == STAMP_OP_VROW || expm;
        w.n0 = (scalar || red) && !many && g.below(2) ? g.range(L - 1, 2 * L + 3) : g.range(1, 8);
        const uint32_t most = (third - 8) / ((uint32_t)w.n0 + 1) - 2;
        w.cols = g.range(1, red ? (most < 20 ? most : 20) : (most < 6 ? most : 6));
        w.s0 = g.one_in(6) ? 0 : w.cols + g.below(3);
        w.ds = w.cols + g.below(3);
        w.rep = g.below(many ? 256 : 4);
        w.bs = g.one_in(5) ? 0 : (op == STAMP_OP_VROPE ? 2 : 1) * w.cols + g.below(2);
        if (many) {
            const bool lines = op != STAMP_OP_VROPE && g.below(2);
            w.cols = lines ? many : 1;
            w.n0 = lines ? 1 : many;
            w.s0 = !lines && g.below(2);
            w.bs = op != STAMP_OP_VROPE && !lines && g.below(2);
            w.ds = w.cols;
        }
        w.a = g.below(third - (uint32_t)(w.n0 * w.s0 + w.cols));
        w.b = third + g.below(third / 4);
        w.d = 2 * third + g.below(third - (uint32_t)(w.n0 * w.ds));
        w.lim = g.range(0, (uint32_t)w.cols * L + L);
        if (g.one_in(3)) w.lim = (w.lim - w.n0 * L / 2) & 0xffffff; /* the first rows empty */
        w.lstep = g.one_in(3) ? 0 : g.below(L + 3);
        w.c = g.one_in(3) ? 0x3f800000 : g.real();
        if (positive) w.c &= 0x7fffffff;
        if (g.one_in(4) && w.s0) { /* in place */
            w.d = w.a;
            w.ds = w.s0;
        } else if (g.one_in(6) && !scalar && !red && op != STAMP_OP_VROPE && w.rep == 1 && w.bs) {
            w.d = w.b; /* over the second operand */
            w.ds = w.bs;
        }
        if (bad) beyond(w);
        return i;
    }

    /* The last line of an operand or of the result one beyond VM. */
    void beyond(stamp_insn_w &w)
    {
        const bool red = w.op == STAMP_OP_VRED;
        const bool scalar =
            w.op == STAMP_OP_VROW || (w.op == STAMP_OP_VFN && w.fn == STAMP_ONE_EXPM);
        const bool none = red || (w.op == STAMP_OP_VFN && !scalar && w.fn != STAMP_ONE_RSQRT);
        const uint64_t end = mach->VM_LINES, tile = (w.n0 - 1) / mach->L;
        const uint64_t cols = (w.op == STAMP_OP_VROPE ? 2 : 1) * w.cols;

        switch (g.below(none ? 2 : 3)) {
        case 0: w.a = end + 1 - (w.n0 - 1) * w.s0 - w.cols; break;
        case 1: w.d = red ? end - tile : end + 1 - (w.n0 - 1) * w.ds - w.cols; break;
        default:
            w.b = scalar ? end - tile : end + 1 - (w.rep ? (w.n0 - 1) / w.rep : 0) * w.bs - cols;
        }
    }

    /** VCODE, VDEQ, VPACKK, VPACKV, VSMRD, VSMWR. */
    union stamp_insn state(stamp_opcode op, bool bad)
    {
        union stamp_insn i = {};
        auto &v = i.v;
        const uint32_t third = mach->VM_LINES / 3, L = mach->L, T = mach->T;
        const bool k = op == STAMP_OP_VPACKK, pv = op == STAMP_OP_VPACKV;
        const bool entries = op == STAMP_OP_VSMRD || op == STAMP_OP_VSMWR;

        v.op = op;
        v.cols = g.range(1, k || pv ? 3 : entries ? 2 * L + 3 : 12);
        v.n0 = g.range(1, k ? (L < 9 ? L : 9) : entries ? 5 : 8);
        v.first = g.below(2);
        v.blk = g.below(2) ? 0 : g.range(1, 4);
        const bool lines = many && !k && !pv && (entries || g.below(2));
        if (lines) {
            v.cols = many;
            v.n0 = 1;
            if (v.blk) v.blk = g.range(2, 255);
        } else if (many && !k && !pv) {
            v.cols = 1;
            v.n0 = many;
        }
        v.s0 = (entries ? (2 * v.cols + L - 1) / L : v.cols) + (many ? 0 : g.below(3));
        const uint32_t per = (uint32_t)(entries ? v.cols * 2
                                        : v.blk ? (v.cols + v.blk - 1) / v.blk
                                                : 1);
        v.smstride = g.one_in(5) && op != STAMP_OP_VSMWR ? 0 : per + g.below(2);
        while (entries && v.n0 > 1 && v.n0 * v.smstride + 2 * v.cols > mach->SM_ENTRIES) v.n0--;
        v.gstride = entries ? g.range(1, 2) : v.cols + (many ? 0 : g.below(3));
        if (entries && v.gstride == 1 && g.below(2)) { /* rows side by side */
            v.gstride = v.n0;
            v.smstride = 1;
        }
        v.a = g.below(third - (uint32_t)(v.n0 * v.s0));
        v.b = third + g.below(third - (uint32_t)(v.n0 * v.gstride) % third);
        v.sm = g.below(mach->SM_ENTRIES - (uint32_t)((v.n0 - 1) * v.smstride +
                                                     (v.cols - 1) * (entries ? v.gstride : 1)));
        v.rt = g.below(mach->RT_ENTRIES - (uint32_t)v.n0 + 1);
        if (op == STAMP_OP_VCODE && g.one_in(4)) { /* in place */
            v.b = v.a;
            v.gstride = v.s0;
        }
        if (k || pv) {
            v.rm = g.below(k ? L - (uint32_t)v.n0 + 1 : 3 * T);
            v.b = g.range(0, 9);
            const uint32_t plane =
                (uint32_t)(k ? v.cols * (L / T) : (v.cols - 1) * v.b + (v.rm + v.n0 - 1) / T + 1);
            v.gstride = g.one_in(8) ? 0 : plane + g.below(2);
            v.xb = mach->PB_LINES - plane - v.gstride;
            v.xb = bad && g.one_in(3) ? v.xb + 1 : g.one_in(3) ? v.xb : g.below((uint32_t)v.xb + 1);
            if (k && bad && g.one_in(2)) v.rm = L + 1 - v.n0;
        }
        if (bad) beyond(v);
        return i;
    }

    void beyond(stamp_insn_v &v)
    {
        const bool entries = v.op == STAMP_OP_VSMRD || v.op == STAMP_OP_VSMWR;
        const uint64_t per = entries ? (v.cols - 1) * v.gstride + 1
                             : v.blk ? (v.cols + v.blk - 1) / v.blk
                                     : 1;
        const uint64_t lanes = v.op == STAMP_OP_VSMRD && !v.first ? v.cols : 2 * v.cols;
        const uint64_t lines = entries ? (lanes + mach->L - 1) / mach->L : v.cols;
        const uint64_t rows = v.n0 - 1;

        switch (g.below(4)) {
        case 0: v.a = mach->VM_LINES + 1 - rows * v.s0 - lines; break;
        case 1: v.sm = mach->SM_ENTRIES + 1 - rows * v.smstride - per; break;
        case 2:
            if (v.op == STAMP_OP_VCODE || v.op == STAMP_OP_VDEQ) v.rt = mach->RT_ENTRIES - rows;
            break;
        default:
            if (v.op == STAMP_OP_VCODE || v.op == STAMP_OP_VDEQ)
                v.b = mach->VM_LINES - rows * v.gstride - (v.cols - 1) / 8;
        }
    }
};

#endif
