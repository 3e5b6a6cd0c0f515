/* SPDX-License-Identifier: Apache-2.0 */
/* queue.c - requests that wait. Contract in queue.h. */
#include "model/dram/queue.h"

#include <string.h>

/* Request number @p at has come: its bank has one more. */
static void count(const struct stamp_dram_model *m, const struct stamp_dram_channel *c,
                  struct stamp_dram_queue *q, uint32_t at)
{
    const struct stamp_dram_request *r = stamp_dram_oldest(q) + at;
    const uint64_t bit = UINT64_C(1) << r->flat;

    if (stamp_dram_hit(m, c, r)) {
        q->hits[r->flat]++;
        q->hit |= bit;
        return;
    }
    if (!q->misses[r->flat]++) q->row_next = 0; /* perhaps the one that opens a row */
    q->miss |= bit;
}

void stamp_dram_see(const struct stamp_dram_model *m, const struct stamp_dram_channel *c,
                    struct stamp_dram_queue *q, uint64_t t)
{
    while (q->seen < q->count && stamp_dram_oldest(q)[q->seen].at <= t) count(m, c, q, q->seen++);
}

static void count_again(const struct stamp_dram_model *m, const struct stamp_dram_channel *c,
                        struct stamp_dram_queue *q, uint32_t flat)
{
    q->hits[flat] = q->misses[flat] = 0;
    q->hit &= ~(UINT64_C(1) << flat);
    q->miss &= ~(UINT64_C(1) << flat);
    for (uint32_t i = 0; i < q->seen; i++)
        if (stamp_dram_oldest(q)[i].flat == flat) count(m, c, q, i);
    q->row_next = 0;
}

void stamp_dram_row_changed(const struct stamp_dram_model *m, struct stamp_dram_channel *c,
                            uint32_t flat)
{
    count_again(m, c, &c->reads, flat);
    count_again(m, c, &c->writes, flat);
}

void stamp_dram_take_out(struct stamp_dram_queue *q, uint32_t at)
{
    const uint32_t flat = stamp_dram_oldest(q)[at].flat;

    if (!--q->hits[flat]) {
        q->hit &= ~(UINT64_C(1) << flat);
        q->row_next = 0;
    }
    /* Those before it, few as a rule, move up. */
    memmove(&q->request[q->first + 1], &q->request[q->first], at * sizeof q->request[0]);
    q->first++;
    q->count--;
    q->seen--;
}

void stamp_dram_put_in(struct stamp_dram_queue *q, const struct stamp_dram_request *r)
{
    if (q->first + q->count == 2 * STAMP_DRAM_QUEUE) {
        memmove(q->request, &q->request[q->first], q->count * sizeof q->request[0]);
        q->first = 0;
    }
    q->request[q->first + q->count++] = *r;
}
