/* SPDX-License-Identifier: Apache-2.0 */
/* walk.c - dispatch order. Contract in walk.h. */
#include "compiler/ir/walk.h"

#include <string.h>

#include "model/machine/machine.h"

void stamp_walk_start(struct stamp_walk *w, const struct stamp_word *code, uint32_t count,
                      const uint32_t *arg, uint64_t limit)
{
    memset(w, 0, sizeof *w);
    w->code = code;
    w->count = count;
    if (arg) memcpy(w->arg, arg, sizeof w->arg);
    w->limit = limit;
}

static enum stamp_status refuse(uint32_t pc, enum stamp_error error, struct stamp_err *e)
{
    return stamp_fail(e, STAMP_EFORMAT, "instruction %u: %s", pc, stamp_error_meaning(error));
}

/* w->pc, just behind a LOOP, goes behind its ENDL, or to the end where there is none. */
static void skip(struct stamp_walk *w)
{
    for (uint32_t depth = 1; depth && w->pc < w->count; w->pc++) {
        const uint32_t op = w->code[w->pc].w[0] & 0xff;
        if (op == STAMP_OP_LOOP) depth++;
        if (op == STAMP_OP_ENDL) depth--;
    }
}

static enum stamp_error open_loop(struct stamp_walk *w, const struct stamp_insn_c *c)
{
    const uint64_t count = c->areg ? w->areg[c->areg] : c->imm;

    if (w->loops == STAMP_LOOP_DEPTH || count >> 24) return STAMP_ERROR_LOOP;
    if (!count) {
        skip(w);
        return STAMP_ERROR_NONE;
    }
    w->loop[w->loops].start = w->pc;
    w->loop[w->loops++].left = count;
    return STAMP_ERROR_NONE;
}

/* Control flow of one instruction; w->pc is already behind it. */
static enum stamp_error control(struct stamp_walk *w, const struct stamp_insn_c *c)
{
    const uint64_t mask = (UINT64_C(1) << STAMP_ADDR_BITS) - 1;

    switch ((enum stamp_opcode)c->op) {
    case STAMP_OP_SETR: w->areg[c->areg] = c->imm; break;
    case STAMP_OP_ADDR: w->areg[c->areg] = (w->areg[c->areg] + c->imm) & mask; break;
    case STAMP_OP_SETA:
        w->areg[c->areg] =
            ((c->acc ? w->areg[c->areg] : 0) +
             (uint64_t)((uint32_t)(w->arg[c->arg] + (uint32_t)c->add) >> c->shift) * c->imm) &
            mask;
        break;
    case STAMP_OP_LOOP: return open_loop(w, c);
    case STAMP_OP_ENDL:
        if (!w->loops) return STAMP_ERROR_LOOP;
        if (--w->loop[w->loops - 1].left)
            w->pc = w->loop[w->loops - 1].start;
        else
            w->loops--;
        break;
    default: break;
    }
    return STAMP_ERROR_NONE;
}

static enum stamp_error resolve(const struct stamp_walk *w, struct stamp_insn_d *d)
{
    const uint64_t mask = (UINT64_C(1) << STAMP_ADDR_BITS) - 1;

    d->dram = (d->dram + w->areg[d->areg]) & mask;
    d->areg = 0;
    return d->dram % STAMP_DRAM_ALIGN ? STAMP_ERROR_ALIGN : STAMP_ERROR_NONE;
}

enum stamp_status stamp_walk_next(struct stamp_walk *w, struct stamp_step *step,
                                  struct stamp_err *e)
{
    for (;;) {
        enum stamp_error error = STAMP_ERROR_NONE;

        if (w->pc >= w->count) return stamp_fail(e, STAMP_EFORMAT, "the program ends without HALT");
        if (w->dispatched++ == w->limit)
            return stamp_fail(e, STAMP_EUNSUPPORTED, "more than %llu instructions are executed",
                              (unsigned long long)w->limit);
        step->pc = w->pc++;
        step->op = stamp_decode(&w->code[step->pc], &step->insn);
        if (!step->op) return refuse(step->pc, STAMP_ERROR_OPCODE, e);
        error = stamp_check_static(&w->code[step->pc], step->op, &step->insn);
        if (!error && step->op->format == STAMP_FORMAT_D) error = resolve(w, &step->insn.d);
        if (!error && step->op->format == STAMP_FORMAT_W) {
            step->insn.w.lim = (step->insn.w.lim + w->areg[step->insn.w.areg]) & 0xffffff;
            step->insn.w.areg = 0;
        }
        if (!error && step->op->format == STAMP_FORMAT_C) error = control(w, &step->insn.c);
        if (error) return refuse(step->pc, error, e);
        w->done = step->op->code == STAMP_OP_HALT;
        if (step->op->unit != STAMP_UNIT_CTL || w->done || step->op->code == STAMP_OP_FENCE)
            return STAMP_OK;
    }
}
