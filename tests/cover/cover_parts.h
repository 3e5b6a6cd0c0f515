/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file cover_parts.h
 * What the files of the collector share.
 */
#ifndef STAMP_TESTS_COVER_COVER_PARTS_H
#define STAMP_TESTS_COVER_COVER_PARTS_H

#include "model/machine/machine.h"
#include "tests/cover/cover.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    COVER_PENDING = 256, /* points of one instruction, at most */
    COVER_FLIGHT = 64    /* instructions in a unit, at most */
};

/* The clocks of a run (handshake.cpp). */
struct cover_clocks {
    uint32_t moved;                  /* channels that moved in the clock before, as bits */
    uint32_t waited[COVER_CHANNELS]; /* clocks valid has waited */
    uint32_t fill[STAMP_QUEUES], busy[STAMP_QUEUES]; /* instructions in queue, in unit */
    uint32_t since[STAMP_QUEUES]; /* clocks since one came into the empty queue */
    bool left_full[STAMP_QUEUES]; /* one left in the clock before, and the queue was full */
    bool starved[STAMP_QUEUES];   /* the head has waited for a semaphore */
    uint8_t post[STAMP_QUEUES][COVER_FLIGHT][3]; /* of those in the unit, a ring, */
    uint32_t first[STAMP_QUEUES];                /* the oldest of them */
    uint32_t given[STAMP_SEMAPHORES];            /* unit that gave to it last */
};

struct cover {
    struct cover_points *p;
    uint64_t *now, *all; /* [p->count] of this run; of those that ended well */
    uint64_t runs;
    struct cover_clocks clocks;

    /* Of the instruction that is being executed: what it reaches when it ends well, or with `expected`. */
    uint32_t pending[COVER_PENDING], pendings;
    enum stamp_error expected;
    bool has_pending;
    uint32_t last[STAMP_UNITS]; /* mode before it in the unit, less one; 0: none since a FENCE */
};

static inline void cover_hit(struct cover *c, uint32_t point)
{
    c->now[point]++;
}

/** Points of the instruction at hand (classify.c). */
void cover_classify(struct cover *c, const struct stamp_machine *m);

#ifdef __cplusplus
}
#endif
#endif
