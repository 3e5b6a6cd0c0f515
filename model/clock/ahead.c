/* SPDX-License-Identifier: Apache-2.0 */
/* ahead.c - shapes of the instructions to come. Contract in ahead.h. */
#include "model/clock/ahead.h"

#include <string.h>

#include "model/clock/state.h"
#include "model/mem.h"

struct stamp_clock_ahead {
    struct stamp_clock_shapes *shapes;
    const struct stamp_clock_dispatch *from;
    uint32_t known; /* instructions looked at */
    bool ends;      /* what follows may not be passed over */
    uint64_t shape[STAMP_CLOCK_AHEAD];
    struct stamp_dispatch ctl[STAMP_CLOCK_AHEAD + 1]; /* before each */
};

struct stamp_clock_ahead *stamp_clock_ahead_new(struct stamp_clock_shapes *shapes)
{
    struct stamp_clock_ahead *a = shapes ? stamp_alloc(1, sizeof *a) : NULL;

    if (a) a->shapes = shapes;
    return a;
}

void stamp_clock_ahead_free(struct stamp_clock_ahead *a)
{
    stamp_free(a);
}

/* A state says how near the outermost loop's begin and the program's end are where they are near: only from there on
 * may a stretch be, or come, near. */
static bool comes_near(const struct stamp_clock_dispatch *d, uint32_t pc, uint32_t next)
{
    return (!stamp_clock_state_near_begin(d, pc) && stamp_clock_state_near_begin(d, next)) ||
           (!stamp_clock_state_near_end(d, pc) && stamp_clock_state_near_end(d, next));
}

static bool may(const struct stamp_clock_dispatch *d, const struct stamp_dispatch *ctl,
                const struct stamp_issue *issue)
{
    const uint32_t code = issue->op->code;

    if (comes_near(d, issue->pc, issue->next)) return false;
    if (code == STAMP_OP_FENCE || code == STAMP_OP_HALT) return false;
    if (code == STAMP_OP_LOOP) return ctl->loops > 1;
    return code != STAMP_OP_ENDL || ctl->loops;
}

bool stamp_clock_ahead_may(const struct stamp_clock_dispatch *d, const struct stamp_issue *issue)
{
    return may(d, &d->ctl, issue);
}

void stamp_clock_ahead_from(struct stamp_clock_ahead *a, const struct stamp_clock_dispatch *d)
{
    a->from = d;
    a->known = 0;
    a->ends = false;
    a->ctl[0] = d->ctl;
}

static enum stamp_error word_at(const void *ctx, uint32_t pc, struct stamp_word *word)
{
    const struct stamp_clock_dispatch *d = ctx;

    if (pc >= d->count) return STAMP_ERROR_AXI_FETCH;
    *word = d->code[pc];
    return STAMP_ERROR_NONE;
}

/* One more instruction; @return false: it may not be passed over */
static bool one(struct stamp_clock_ahead *a)
{
    struct stamp_dispatch *ctl = &a->ctl[a->known + 1];
    struct stamp_issue issue;

    if (a->ends || a->known == STAMP_CLOCK_AHEAD) return false;
    *ctl = a->ctl[a->known];
    if (stamp_dispatch_next(ctl, word_at, a->from, &issue) || !may(a->from, ctl, &issue)) {
        a->ends = true;
        return false;
    }
    stamp_dispatch_over(ctl, &issue);
    a->shape[a->known++] = stamp_clock_shape(a->shapes, &issue);
    return true;
}

bool stamp_clock_ahead_is(struct stamp_clock_ahead *a, const uint64_t *shape, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (i == a->known && !one(a)) return false;
        if (a->shape[i] != shape[i]) return false;
    }
    return true;
}

void stamp_clock_ahead_go(struct stamp_clock_ahead *a, uint32_t count)
{
    a->known -= count;
    memmove(a->shape, a->shape + count, a->known * sizeof *a->shape);
    memmove(a->ctl, a->ctl + count, (a->known + 1) * sizeof *a->ctl);
    if (!a->known) a->ends = false;
}

uint32_t stamp_clock_ahead_pc(const struct stamp_clock_ahead *a)
{
    return a->ctl[0].pc;
}

void stamp_clock_ahead_put(const struct stamp_clock_ahead *a, struct stamp_clock_dispatch *d)
{
    d->ctl = a->ctl[0];
    d->pc = d->ctl.pc;
}
