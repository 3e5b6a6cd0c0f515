/* SPDX-License-Identifier: Apache-2.0 */
/* walk.c - a program without a machine. Contract in walk.h. */
#include "model/dispatch/walk.h"

#include <string.h>

void stamp_walk_start(struct stamp_walk *w, const struct stamp_word *code, uint32_t count,
                      const uint32_t *arg, uint64_t limit)
{
    memset(w, 0, sizeof *w);
    w->code = code;
    w->count = count;
    if (arg) memcpy(w->ctl.arg, arg, sizeof w->ctl.arg);
    w->limit = limit;
}

static enum stamp_error fetch(const void *ctx, uint32_t pc, struct stamp_word *word)
{
    const struct stamp_walk *w = ctx;

    if (pc >= w->count) return STAMP_ERROR_AXI_FETCH;
    *word = w->code[pc];
    return STAMP_ERROR_NONE;
}

enum stamp_status stamp_walk_next(struct stamp_walk *w, struct stamp_issue *step,
                                  struct stamp_err *e)
{
    do {
        if (w->ctl.pc < w->count && w->ctl.seq == w->limit)
            return stamp_fail(e, STAMP_EUNSUPPORTED, "more than %llu instructions are executed",
                              (unsigned long long)w->limit);
        const enum stamp_error error = stamp_dispatch_next(&w->ctl, fetch, w, step);
        if (error == STAMP_ERROR_AXI_FETCH)
            return stamp_fail(e, STAMP_EFORMAT, "the program ends without HALT");
        if (error)
            return stamp_fail(e, STAMP_EFORMAT, "instruction %u: %s", step->pc,
                              stamp_error_meaning(error));
        stamp_dispatch_over(&w->ctl, step);
    } while (!w->ctl.done && step->op->unit == STAMP_UNIT_CTL && step->op->code != STAMP_OP_FENCE);
    return STAMP_OK;
}

bool stamp_walk_repeats(const struct stamp_walk *w, const struct stamp_issue *step, uint32_t *left)
{
    if (step->op->code != STAMP_OP_FENCE || w->ctl.loops != 1 || w->ctl.loop[0].start != step->pc)
        return false;
    *left = w->ctl.loop[0].left;
    return true;
}
