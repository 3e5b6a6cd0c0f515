/* SPDX-License-Identifier: Apache-2.0 */
/* image.c - all that decides when a memory without rows answers. Contract in model.h and model/clock/axi.h.
 *
 * Times that are over decide nothing: the next clock a channel looks at is this one or a later one. */
#include <string.h>

#include "model/dram/channel.h"
#include "model/dram/model.h"
#include "model/dram/queue.h"

enum { SLOTS = STAMP_DRAM_SLOTS, WORDS = STAMP_CLOCK_IMAGE / 8 };

/* Words so far; more than WORDS: they do not fit. */
struct words {
    uint64_t word[WORDS];
    size_t n;
};

static void put(struct words *w, uint64_t word)
{
    if (w->n < WORDS) w->word[w->n] = word;
    w->n++;
}

/* A clock counted from now. */
static void put_due(struct words *w, const struct stamp_dram_model *m, uint64_t clock)
{
    put(w, clock == STAMP_DRAM_NEVER ? clock : clock > m->now ? clock - m->now : 0);
}

/* Its place in a column command is what an address decides: how many a burst needs. */
static void put_burst(struct words *w, const struct stamp_dram_model *m, uint64_t addr)
{
    put(w, addr & ((UINT64_C(1) << m->map.access_log) - 1));
}

/* Requests are alike but for their time, and whom they answer, counted from @p first. */
static void put_queue(struct words *w, const struct stamp_dram_model *m,
                      const struct stamp_dram_queue *q, uint32_t first)
{
    put(w, q->count);
    put(w, q->seen);
    for (uint32_t i = 0; i < q->count; i++) {
        put(w, m->now - stamp_dram_oldest(q)[i].at);
        put(w, (uint32_t)(stamp_dram_oldest(q)[i].tag - first));
    }
}

static void put_channel(struct words *w, const struct stamp_dram_model *m)
{
    const struct stamp_dram_channel *c = &m->channel[0];

    put_due(w, m, c->wake);
    put_due(w, m, c->bus[0]);
    put_due(w, m, c->bus[1]);
    put_due(w, m, c->rank[0].rd);
    put_due(w, m, c->rank[0].wr);
    put(w, c->drain);
    put_queue(w, m, &c->reads, m->order_out);
    put_queue(w, m, &c->writes, m->b_out);
}

static void put_reads(struct words *w, const struct stamp_dram_model *m)
{
    put(w, m->ar_in - m->ar_out);
    put(w, m->ar_in - m->ar_sent);
    put(w, m->read_beat);
    put(w, m->sent_part);
    put(w, m->order_in - m->order_out);
    put(w, m->order_done - m->order_out);
    put(w, m->ar_parts - m->order_out);
    for (uint32_t i = m->ar_out; i != m->ar_in; i++) {
        put_burst(w, m, m->ar_addr[i % SLOTS]);
        put(w, m->ar_len[i % SLOTS]);
        put(w, (uint32_t)(m->ar_first[i % SLOTS] - m->order_out));
    }
    for (uint32_t i = m->order_done; i != m->order_in; i++)
        put_due(w, m, m->done[i % STAMP_DRAM_ORDER]);
}

static void put_writes(struct words *w, const struct stamp_dram_model *m)
{
    put(w, m->aw_in - m->b_out);
    put(w, m->aw_in - m->aw_sent);
    put(w, m->w_in - m->w_out);
    put(w, m->w_seen - m->w_out);
    put(w, m->w_got);
    put(w, m->w_freed);
    put(w, m->w_whole);
    put(w, m->written_part);
    for (uint32_t i = m->b_out; i != m->aw_in; i++) {
        put_burst(w, m, m->aw_addr[i % SLOTS]);
        put(w, m->b_left[i % SLOTS]);
        put_due(w, m, m->b_due[i % SLOTS]);
    }
    for (uint32_t i = m->w_out; i != m->w_in; i++) put(w, m->w_last[i % SLOTS]);
}

size_t stamp_dram_image(const struct stamp_dram_model *m, uint8_t *room)
{
    const struct stamp_dram_params *p = &m->p;
    struct words w = {.n = 0};

    if (!p->rowless || p->tREFI || m->every) return 0;
    if (p->channels * p->ranks * p->groups * p->banks != 1) return 0;
    put(&w, m->rest);
    put_channel(&w, m);
    put_reads(&w, m);
    put_writes(&w, m);
    if (w.n > WORDS) return 0;
    memcpy(room, w.word, w.n * sizeof *w.word);
    return w.n * sizeof *w.word;
}

static void later(uint64_t *clock, uint64_t clocks)
{
    if (*clock != STAMP_DRAM_NEVER) *clock += clocks;
}

void stamp_dram_shift(struct stamp_dram_model *m, uint64_t cycles)
{
    struct stamp_dram_channel *c = &m->channel[0];
    struct stamp_dram_queue *queue[] = {&c->reads, &c->writes};
    const uint64_t sum = m->rest + cycles % m->accel_khz * m->khz;
    const uint64_t clocks = cycles / m->accel_khz * m->khz + sum / m->accel_khz;

    m->now += clocks;
    m->rest = sum % m->accel_khz;
    later(&m->wake, clocks);
    later(&c->wake, clocks);
    for (unsigned i = 0; i < 2; i++) c->bus[i] += clocks;
    c->rank[0].rd += clocks;
    c->rank[0].wr += clocks;
    for (unsigned k = 0; k < 2; k++)
        for (uint32_t i = 0; i < queue[k]->count; i++)
            queue[k]->request[queue[k]->first + i].at += clocks;
    for (uint32_t i = 0; i < STAMP_DRAM_ORDER; i++) later(&m->done[i], clocks);
    for (uint32_t i = 0; i < SLOTS; i++) m->b_due[i] += clocks;
}
