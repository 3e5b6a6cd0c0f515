/* SPDX-License-Identifier: Apache-2.0 */
/* dispatch.c - fetch, decode, control flow. Contract in dispatch.h. */
#include "model/dispatch/dispatch.h"

#include "model/dispatch/check.h"

static const uint64_t addr_mask = (UINT64_C(1) << STAMP_ADDR_BITS) - 1;

/* A loop of no iterations: behind its ENDL; where there is none, to the word that cannot be fetched, which
 * the next instruction meets. */
static uint32_t skip_loop(stamp_fetch_fn *fetch, const void *ctx, uint32_t pc)
{
    struct stamp_word word;

    for (uint32_t depth = 1; depth && fetch(ctx, pc, &word) == STAMP_ERROR_NONE; pc++) {
        const uint32_t op = word.w[0] & 0xff;
        if (op == STAMP_OP_LOOP) depth++;
        if (op == STAMP_OP_ENDL) depth--;
    }
    return pc;
}

static enum stamp_error open_loop(struct stamp_dispatch *d, stamp_fetch_fn *fetch, const void *ctx,
                                  struct stamp_issue *i)
{
    const struct stamp_insn_c *c = &i->insn.c;
    const uint64_t count = c->areg ? d->areg[c->areg] : c->imm;

    if (d->loops == STAMP_LOOP_DEPTH || count >> 24) return STAMP_ERROR_LOOP;
    if (!count) {
        i->next = skip_loop(fetch, ctx, i->next);
        return STAMP_ERROR_NONE;
    }
    d->loop[d->loops].start = i->next;
    d->loop[d->loops++].left = (uint32_t)count;
    return STAMP_ERROR_NONE;
}

static enum stamp_error control(struct stamp_dispatch *d, stamp_fetch_fn *fetch, const void *ctx,
                                struct stamp_issue *i)
{
    const struct stamp_insn_c *c = &i->insn.c;

    switch (i->op->code) {
    case STAMP_OP_SETR: d->areg[c->areg] = c->imm; break;
    case STAMP_OP_ADDR: d->areg[c->areg] = (d->areg[c->areg] + c->imm) & addr_mask; break;
    case STAMP_OP_SETA: {
        const uint32_t sum = d->arg[c->arg] + (uint32_t)c->add;
        const uint64_t old = c->acc ? d->areg[c->areg] : 0;
        d->areg[c->areg] = (old + (uint64_t)(sum >> c->shift) * c->imm) & addr_mask;
        break;
    }
    case STAMP_OP_LOOP: return open_loop(d, fetch, ctx, i);
    case STAMP_OP_ENDL:
        if (!d->loops) return STAMP_ERROR_LOOP;
        if (--d->loop[d->loops - 1].left)
            i->next = d->loop[d->loops - 1].start;
        else
            d->loops--;
        break;
    case STAMP_OP_HALT: d->done = true; break;
    default: break; /* NOP, FENCE: program order is all there is */
    }
    return STAMP_ERROR_NONE;
}

enum stamp_error stamp_dispatch_next(struct stamp_dispatch *d, stamp_fetch_fn *fetch,
                                     const void *ctx, struct stamp_issue *out)
{
    struct stamp_word word;
    enum stamp_error e;

    out->pc = d->pc;
    out->next = d->pc + 1;
    out->op = NULL;
    if ((e = fetch(ctx, d->pc, &word))) return e;
    out->op = stamp_decode(&word, &out->insn);
    if (!out->op) return STAMP_ERROR_OPCODE;
    if ((e = stamp_check_static(&word, out->op, &out->insn))) return e;
    if (out->op->unit == STAMP_UNIT_CTL) return control(d, fetch, ctx, out);
    if (out->op->format == STAMP_FORMAT_D) {
        out->insn.d.dram = (out->insn.d.dram + d->areg[out->insn.d.areg]) & addr_mask;
        out->insn.d.areg = 0;
        if (out->insn.d.dram % STAMP_DRAM_ALIGN) return STAMP_ERROR_ALIGN;
    }
    if (out->op->format == STAMP_FORMAT_W) {
        out->insn.w.lim = (out->insn.w.lim + d->areg[out->insn.w.areg]) & 0xffffff;
        out->insn.w.areg = 0;
    }
    return STAMP_ERROR_NONE;
}

void stamp_dispatch_over(struct stamp_dispatch *d, const struct stamp_issue *issue)
{
    d->pc = issue->next;
    d->seq++;
}
