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

/* ---- The other way ---------------------------------------------------------------------------------- */

static uint64_t get(struct words *w)
{
    return w->word[w->n++];
}

static uint64_t get_due(struct words *w, const struct stamp_dram_model *m)
{
    const uint64_t in = get(w);
    return in == STAMP_DRAM_NEVER ? in : m->now + in;
}

/* One bank: all that have come are hits. */
static void get_queue(struct words *w, const struct stamp_dram_model *m, struct stamp_dram_queue *q)
{
    q->first = 0;
    q->count = (uint32_t)get(w);
    q->seen = (uint32_t)get(w);
    q->hits[0] = (uint8_t)q->seen;
    q->hit = q->seen != 0;
    q->misses[0] = 0;
    q->miss = 0;
    for (uint32_t i = 0; i < q->count; i++) {
        const uint64_t at = m->now - get(w);
        q->request[i] = (struct stamp_dram_request){.at = at, .tag = (uint32_t)get(w)};
    }
}

static void get_channel(struct words *w, struct stamp_dram_model *m)
{
    struct stamp_dram_channel *c = &m->channel[0];

    m->wake = c->wake = get_due(w, m);
    c->bus[0] = get_due(w, m);
    c->bus[1] = get_due(w, m);
    c->rank[0].rd = get_due(w, m);
    c->rank[0].wr = get_due(w, m);
    c->drain = get(w);
    get_queue(w, m, &c->reads);
    get_queue(w, m, &c->writes);
}

static void get_reads(struct words *w, struct stamp_dram_model *m)
{
    m->ar_out = m->order_out = 0;
    m->ar_in = (uint32_t)get(w);
    m->ar_sent = m->ar_in - (uint32_t)get(w);
    m->read_beat = (uint32_t)get(w);
    m->sent_part = (uint32_t)get(w);
    m->order_in = (uint32_t)get(w);
    m->order_done = (uint32_t)get(w);
    m->ar_parts = (uint32_t)get(w);
    m->ar_known = false;
    for (uint32_t i = 0; i < m->ar_in; i++) {
        m->ar_addr[i] = get(w);
        m->ar_len[i] = (uint8_t)get(w);
        m->ar_first[i] = (uint32_t)get(w);
    }
    for (uint32_t i = m->order_done; i != m->order_in; i++)
        m->done[i % STAMP_DRAM_ORDER] = get_due(w, m);
}

static void get_writes(struct words *w, struct stamp_dram_model *m)
{
    m->b_out = m->w_out = 0;
    m->aw_in = (uint32_t)get(w);
    m->aw_sent = m->aw_in - (uint32_t)get(w);
    m->w_in = (uint32_t)get(w);
    m->w_seen = (uint32_t)get(w);
    m->w_got = (uint32_t)get(w);
    m->w_freed = (uint32_t)get(w);
    m->w_whole = get(w);
    m->written_part = (uint32_t)get(w);
    m->aw_known = false;
    for (uint32_t i = 0; i < m->aw_in; i++) {
        m->aw_addr[i] = get(w);
        m->b_left[i] = (uint32_t)get(w);
        m->b_due[i] = get_due(w, m);
    }
    for (uint32_t i = 0; i < m->w_in; i++) m->w_last[i] = get(w);
}

void stamp_dram_restore(struct stamp_dram_model *m, const uint8_t *image)
{
    struct words w = {.n = 0};

    memcpy(w.word, image, sizeof w.word);
    m->rest = get(&w);
    get_channel(&w, m);
    get_reads(&w, m);
    get_writes(&w, m);
}

/* ---- Later ------------------------------------------------------------------------------------------ */

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
