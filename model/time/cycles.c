/* SPDX-License-Identifier: Apache-2.0 */
/* cycles.c - cycles of one instruction. Contract in cycles.h.
 *
 * The formulas are those measured on the RTL: rtl/microarchitecture.md, section 4. */
#include "model/time/cycles.h"

enum { LOAD_LATENCY = 7, STORE_LATENCY = 10 }; /* cycles besides memory's */
enum { DRAIN_SLOTS = 8 };                      /* cycles of a tile of the array, at least */
enum {
    BURST_BEATS = 64,
    BURST_PAGE = 4096,
    OUTSTANDING = 32
}; /* AXI: rtl/microarchitecture.md 1 */

static uint64_t later(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static uint64_t log2_of(uint64_t v)
{
    uint64_t n = 0;

    while (v > 1) {
        v /= 2;
        n++;
    }
    return n;
}

/* Beats as memory gives or takes them; no more bursts than OUTSTANDING in a latency. A row is bursts of
 * its own. */
static uint64_t transfer(const struct stamp_mach *m, struct stamp_cost_memory memory,
                         const struct stamp_insn_d *d, uint64_t latency)
{
    const uint64_t bytes =
        d->lines * stamp_line_bytes(m, (enum stamp_space)d->space, (enum stamp_fmt)d->fmt);
    const uint64_t beats = (bytes + m->AXI_BYTES - 1) / m->AXI_BYTES, rows = d->n0 * d->n1;
    const uint64_t most = (uint64_t)BURST_BEATS * m->AXI_BYTES;
    const uint64_t burst = most < BURST_PAGE ? most : BURST_PAGE;
    const uint64_t bursts = rows * ((bytes + burst - 1) / burst);

    return later((rows * beats * STAMP_COST_RATE_ONE + memory.rate - 1) / memory.rate,
                 bursts * latency / OUTSTANDING);
}

static uint64_t product(const struct stamp_mach *m, const struct stamp_insn_m *i)
{
    const uint64_t blk = i->blk ? i->blk : i->kl, per = m->L / m->T * (1 + i->w8);
    const uint64_t least = later(m->P, DRAIN_SLOTS);
    uint64_t cycles = 0;

    for (uint64_t k = 0; k < i->kl; k += blk)
        cycles += later((i->kl - k < blk ? i->kl - k : blk) * per, least);
    return cycles * i->ng * i->groups;
}

/* VRED: the sums of a row are added up beside the next row's lines. */
static uint64_t reduce(const struct stamp_mach *m, const struct stamp_insn_w *w)
{
    const uint64_t lines = w->n0 * w->cols, levels = log2_of(m->L);

    if (w->fn == STAMP_RED_MAX) return 5 + levels + lines;
    const uint64_t more = later(w->cols + 64 / m->L + levels - 1, 20);
    return (w->fn == STAMP_RED_SUMSQ ? 27 : 25) + w->cols + (w->n0 - 1) * more;
}

static uint64_t function(const struct stamp_mach *m, const struct stamp_insn_w *w)
{
    const uint64_t lines = w->n0 * w->cols, pass = m->L / m->F;

    if (w->fn == STAMP_ONE_RECIP) return 4 + lines * (17 * pass + 2);
    if (w->fn == STAMP_ONE_RSQRT) return 5 + lines * (50 * pass + 2);
    return 57 + lines * pass + (w->fn == STAMP_ONE_EXPM ? (w->n0 + m->L - 1) / m->L : 0);
}

/* Formats B and V; longer than most: a case for each opcode. */
static uint64_t vector(const struct stamp_mach *m, enum stamp_opcode op, const union stamp_insn *i)
{
    const uint64_t lines = i->v.n0 * i->v.cols, pairs = i->b.n0 * i->b.n1 * i->b.cols;

    switch (op) {
    case STAMP_OP_VBFLY: return i->b.kind == STAMP_KIND_ROT ? 9 + 4 * pairs : 7 + 2 * pairs;
    case STAMP_OP_VMINMAX: return 4 + log2_of(m->L) + lines;
    case STAMP_OP_VQPAR:
        return 1 + (uint64_t)STAMP_COST_QPAR * ((lines + m->Q - 1) / m->Q) + (lines - 1) % m->Q;
    case STAMP_OP_VQUANT: return 9 + lines;
    case STAMP_OP_VBIAS: return 6 + 2 * lines;
    case STAMP_OP_VCODE: return 8 + lines;
    case STAMP_OP_VDEQ: return 6 + lines;
    case STAMP_OP_VPACKK: return 8 + 2 * (m->L / m->T) * lines;
    case STAMP_OP_VPACKV: return 8 + 2 * lines;
    default: return 4 + lines; /* VSMRD, VSMWR: entries */
    }
}

/* Format W. */
static uint64_t wide(const struct stamp_mach *m, enum stamp_opcode op, const struct stamp_insn_w *w)
{
    const uint64_t lines = w->n0 * w->cols;

    switch (op) {
    case STAMP_OP_VBIN: return 6 + 2 * lines;
    case STAMP_OP_VROPE: return 8 + 3 * lines;
    case STAMP_OP_VROW: return 6 + lines + (w->n0 + m->L - 1) / m->L;
    case STAMP_OP_VRED: return reduce(m, w);
    default: return function(m, w);
    }
}

struct stamp_cycles stamp_cycles_of(const struct stamp_mach *m, struct stamp_cost_memory memory,
                                    const struct stamp_op *op, const union stamp_insn *insn)
{
    struct stamp_cycles c = {.occupy = 1};

    switch (op->unit) {
    case STAMP_UNIT_LDU:
    case STAMP_UNIT_STU:
        c.latency = (op->unit == STAMP_UNIT_LDU ? LOAD_LATENCY : STORE_LATENCY) + memory.latency;
        c.occupy = transfer(m, memory, &insn->d, c.latency);
        break;
    case STAMP_UNIT_MXU:
        c.latency = 15 + later(m->P, DRAIN_SLOTS);
        c.occupy = product(m, &insn->m);
        break;
    case STAMP_UNIT_VXU:
        c.occupy = op->format == STAMP_FORMAT_W ? wide(m, op->code, &insn->w)
                                                : vector(m, op->code, insn);
        break;
    default: break;
    }
    return c;
}
