/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file queue.h
 * Requests of one direction that wait at a channel, and what of each bank waits. For model/dram alone.
 *
 * A request is of the bank's counts once its clock has come (stamp_dram_see); those for the open row are hits. What a
 * clock decides by them needs no look at the others.
 */
#ifndef STAMP_DRAM_QUEUE_H
#define STAMP_DRAM_QUEUE_H

#include "model/dram/model.h"

/** The first of all; the others follow it. */
static inline const struct stamp_dram_request *stamp_dram_oldest(const struct stamp_dram_queue *q)
{
    return &q->request[q->first];
}

static inline bool stamp_dram_hit(const struct stamp_dram_model *m,
                                  const struct stamp_dram_channel *c,
                                  const struct stamp_dram_request *r)
{
    const struct stamp_dram_bank *b = &c->bank[r->flat];
    return m->p.rowless || (b->open && b->row == r->row);
}

/** Counts those whose time has come at clock @p t. */
void stamp_dram_see(const struct stamp_dram_model *m, const struct stamp_dram_channel *c,
                    struct stamp_dram_queue *q, uint64_t t);

/** Bank @p flat has opened or closed a row: what waits for it is counted again. */
void stamp_dram_row_changed(const struct stamp_dram_model *m, struct stamp_dram_channel *c,
                            uint32_t flat);

/** Takes out number @p at, a row hit that has been seen. */
void stamp_dram_take_out(struct stamp_dram_queue *q, uint32_t at);

/** Puts in one more, behind all others; there is room. */
void stamp_dram_put_in(struct stamp_dram_queue *q, const struct stamp_dram_request *r);

#endif
