/* SPDX-License-Identifier: Apache-2.0 */
/* dispatch.c - the dispatcher on a clock. Contract in dispatch.h. */
#include "model/clock/dispatch.h"

#include <string.h>

/* A loop is kept in the buffer where its end is at least so many words short of it. */
enum { SPARE = 8 };

void stamp_clock_dispatch_init(struct stamp_clock_dispatch *d, const struct stamp_mach *mach,
                               const struct stamp_word *code, uint32_t count, const uint32_t *arg)
{
    memset(d, 0, sizeof *d);
    d->code = code;
    d->count = count;
    d->window = mach->IM_WORDS;
    if (arg) memcpy(d->ctl.arg, arg, sizeof d->ctl.arg);
}

static enum stamp_error word_at(const void *ctx, uint32_t pc, struct stamp_word *word)
{
    const struct stamp_clock_dispatch *d = ctx;

    if (pc >= d->count) return STAMP_ERROR_AXI_FETCH;
    *word = d->code[pc];
    return STAMP_ERROR_NONE;
}

void stamp_clock_dispatch_drive(const struct stamp_clock_dispatch *d,
                                struct stamp_clock_dispatch_pins *p)
{
    p->pc = d->pc;
    p->keep = d->keep;
    p->jump = d->jump;
    p->want = d->state == STAMP_CLOCK_FETCH;
    p->busy = d->state != STAMP_CLOCK_IDLE;
    p->done = d->done;
    p->reset_units = d->reset_units;
    p->insn = &d->issue;
}

static bool is(const struct stamp_clock_dispatch *d, enum stamp_opcode op)
{
    return d->issue.op->code == op;
}

void stamp_clock_dispatch_see(const struct stamp_clock_dispatch *d,
                              struct stamp_clock_dispatch_pins *p)
{
    p->to = p->push = 0;
    p->ev_control = false;
    p->clear = p->all_idle && d->state == STAMP_CLOCK_IDLE && p->start;
    if (d->error) return;
    if (d->state == STAMP_CLOCK_MULTIPLY) p->ev_control = !d->factor;
    if (d->state != STAMP_CLOCK_DECODE || d->skip) return;
    if (d->issue.op->unit != STAMP_UNIT_CTL)
        p->to = p->push = (uint8_t)(p->ready & 1u << (d->issue.op->unit - 1));
    else if (!is(d, STAMP_OP_SETA))
        p->ev_control = p->all_idle || !(is(d, STAMP_OP_HALT) || is(d, STAMP_OP_FENCE));
}

/* The word has come: what it is. */
static void decode(struct stamp_clock_dispatch *d)
{
    d->state = STAMP_CLOCK_DECODE;
    if (d->skip) return;
    d->error = stamp_dispatch_next(&d->ctl, word_at, d, &d->issue);
}

static void begin_multiply(struct stamp_clock_dispatch *d)
{
    const struct stamp_insn_c *c = &d->issue.insn.c;

    d->factor = (d->ctl.arg[c->arg] + (uint32_t)c->add) >> c->shift;
    d->state = STAMP_CLOCK_MULTIPLY;
}

/* A control instruction is over. */
static void execute(struct stamp_clock_dispatch *d)
{
    const bool loop = is(d, STAMP_OP_LOOP), halt = is(d, STAMP_OP_HALT);
    const uint32_t behind = d->pc + 1;

    d->state = halt ? STAMP_CLOCK_IDLE : STAMP_CLOCK_FETCH;
    d->done = halt;
    d->pc = is(d, STAMP_OP_ENDL) ? d->issue.next : behind;
    d->skip = loop ? d->issue.next - behind : 0;
    d->depth = (uint8_t)d->ctl.loops;
    if (d->depth) d->start0 = d->ctl.loop[0].start;
    stamp_dispatch_over(&d->ctl, &d->issue);
}

static void step(struct stamp_clock_dispatch *d, const struct stamp_clock_dispatch_pins *p)
{
    if (p->ev_control) {
        execute(d);
    } else if (p->push) {
        d->state = STAMP_CLOCK_FETCH;
        d->pc++;
        stamp_dispatch_over(&d->ctl, &d->issue);
    } else if (d->state == STAMP_CLOCK_MULTIPLY) {
        d->factor >>= 1;
    } else if (d->state == STAMP_CLOCK_DECODE && d->skip) {
        d->skip--;
        d->pc++;
        d->state = STAMP_CLOCK_FETCH;
    } else if (d->state == STAMP_CLOCK_DECODE && is(d, STAMP_OP_SETA)) {
        begin_multiply(d);
    } else if (d->state == STAMP_CLOCK_FETCH && d->pc >= d->count) {
        d->error = STAMP_ERROR_AXI_FETCH;
    } else if (d->state == STAMP_CLOCK_FETCH && p->valid) {
        decode(d);
    }
}

static uint32_t kept(const struct stamp_clock_dispatch *d)
{
    return d->depth && d->behind < d->window - SPARE ? d->start0 : d->pc;
}

void stamp_clock_dispatch_edge(struct stamp_clock_dispatch *d,
                               const struct stamp_clock_dispatch_pins *p)
{
    d->keep = kept(d);
    d->behind = d->pc - d->start0;
    d->jump = p->ev_control && is(d, STAMP_OP_ENDL);
    d->done = d->reset_units = false;
    if (d->error) return;
    if (p->clear) {
        d->state = STAMP_CLOCK_FETCH;
        d->reset_units = true;
    } else {
        step(d, p);
    }
}

bool stamp_clock_dispatch_still(const struct stamp_clock_dispatch *d,
                                const struct stamp_clock_dispatch_pins *p)
{
    if (d->error || d->jump || d->done || d->reset_units) return false;
    if (d->behind != d->pc - d->start0 || d->keep != kept(d)) return false;
    if (d->state == STAMP_CLOCK_FETCH) return d->pc < d->count;
    if (d->state != STAMP_CLOCK_DECODE || d->skip) return false;
    if (d->issue.op->unit != STAMP_UNIT_CTL) return !(p->ready >> (d->issue.op->unit - 1) & 1);
    return !p->all_idle && (is(d, STAMP_OP_HALT) || is(d, STAMP_OP_FENCE));
}
