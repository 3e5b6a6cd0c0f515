/* SPDX-License-Identifier: Apache-2.0 */
/* queues.c - queues and semaphores on a clock. Contract in queues.h. */
#include "model/clock/queues.h"

#include <string.h>

enum { LDU = STAMP_UNIT_LDU - 1, STU = STAMP_UNIT_STU - 1, VXU = STAMP_UNIT_VXU - 1 };
enum { MXU = STAMP_UNIT_MXU - 1 };

void stamp_clock_queues_init(struct stamp_clock_queues *q, const struct stamp_mach *mach)
{
    memset(q, 0, sizeof *q);
    q->places = mach->QUEUE;
    q->all_idle = true;
    for (uint32_t u = 0; u < STAMP_QUEUES; u++)
        q->queue[u].flight_most =
            u == LDU || u == STU ? STAMP_CLOCK_FLIGHT : STAMP_CLOCK_FLIGHT / 2;
}

/* ---- Semaphores ------------------------------------------------------------------------------------- */

static bool any(const struct stamp_clock_three *t)
{
    return t->n[0] | t->n[1] | t->n[2];
}

/* All three can be met; one number named twice needs two. */
static bool met(const struct stamp_clock_sems *s, const struct stamp_clock_three *t)
{
    const uint8_t a = t->n[0], b = t->n[1], c = t->n[2];

    return (!a || s->sem[a]) && (!b || s->sem[b] > (b == a)) &&
           (!c || s->sem[c] > (c == a) + (c == b));
}

/* Posts and takes of the cycle before are counted; @return false where one passes SEM_MAX. */
static bool count(struct stamp_clock_sems *s)
{
    int up[STAMP_SEMAPHORES] = {0};
    bool good = true;

    for (uint32_t u = 0; u < STAMP_QUEUES; u++)
        for (uint32_t k = 0; k < 3; k++) up[s->post[u].n[k]]++;
    for (uint32_t k = 0; k < 3; k++) up[s->taken.n[k]]--;
    for (uint32_t i = 1; i < STAMP_SEMAPHORES; i++) {
        const int now = s->sem[i] + up[i];
        good = good && now <= STAMP_SEM_MAX;
        s->sem[i] = (uint8_t)now;
    }
    return good;
}

static bool sems_edge(struct stamp_clock_queues *q, const struct stamp_clock_queues_pins *p)
{
    struct stamp_clock_sems *s = &q->sems;
    const bool good = !s->moved || count(s);
    const struct stamp_clock_three none = {{0}};

    s->giving = s->posting;
    s->posting = s->spent = false;
    s->taken = none;
    s->moved = p->gives | p->take;
    if (!s->moved) {
        if (s->giving) memset(s->post, 0, sizeof s->post);
        return good;
    }
    for (uint32_t u = 0; u < STAMP_QUEUES; u++) {
        const struct stamp_clock_queue *own = &q->queue[u];
        const bool gives = p->gives >> u & 1;
        s->post[u] = gives ? own->flight[own->flight_first] : none;
        s->posting |= any(&s->post[u]);
        if (p->take >> u & 1) s->taken = own->entry[own->first].wait;
    }
    s->spent = any(&s->taken);
    return good;
}

/* ---- One queue -------------------------------------------------------------------------------------- */

static bool at_head(const struct stamp_clock_queue *q)
{
    return q->head && !q->granted;
}

static bool direct(const struct stamp_clock_queue *q)
{
    return !q->stored && !q->reading && !q->next;
}

static void keep(struct stamp_clock_queue *q, uint32_t places,
                 const struct stamp_clock_queues_pins *p)
{
    const union stamp_insn *i = &p->insn->insn;
    struct stamp_clock_entry *e = &q->entry[(q->first + q->count) % places];

    e->issue = *p->insn;
    e->seq = p->seq;
    e->wait =
        (struct stamp_clock_three){{(uint8_t)i->d.wait0, (uint8_t)i->d.wait1, (uint8_t)i->d.wait2}};
    e->post =
        (struct stamp_clock_three){{(uint8_t)i->d.post0, (uint8_t)i->d.post1, (uint8_t)i->d.post2}};
}

static void queue_edge(struct stamp_clock_queues *all, uint32_t u,
                       const struct stamp_clock_queues_pins *p, bool get)
{
    struct stamp_clock_queue *q = &all->queue[u];
    const bool push = p->push >> u & 1, take = p->take >> u & 1, done = p->unit_done >> u & 1;
    const bool accept = q->granted && (p->unit_ready >> u & 1);
    const bool move = q->next && (!q->head || accept), straight = push && direct(q);
    const bool load = q->load;

    if (push) keep(q, all->places, p);
    if (done && q->flights) {
        q->flight_first = (q->flight_first + 1) % q->flight_most;
        q->flights--;
    }
    if (accept) {
        const uint32_t at = (q->flight_first + q->flights++) % q->flight_most;
        q->flight[at] = q->entry[q->first].post;
        q->flight_seq[at] = q->entry[q->first].seq;
        q->first = (q->first + 1) % all->places;
        q->count--;
    }
    q->count += push;
    q->stored += (uint32_t)(push && !straight) - (uint32_t)get;
    q->head = move || (q->head && !accept);
    q->next = load || straight || (q->next && !move);
    q->granted = take || (q->granted && !accept);
    q->reading = get || (q->reading && !load);
    q->load = q->read;
    q->read = get;
}

/* Nothing happens to it but waiting. */
static bool asleep(const struct stamp_clock_queue *q)
{
    return !q->count && !q->read && !q->load;
}

/* ---- All of them ------------------------------------------------------------------------------------ */

/* The matrix unit takes first, then vector, load, store; what waits for nothing need not wait for counts. */
static uint8_t turn(const struct stamp_clock_queues *q, uint8_t want)
{
    static const uint8_t order[] = {MXU, VXU, LDU, STU};

    for (uint32_t k = 0; k < STAMP_QUEUES && want; k++) {
        const uint8_t u = order[k];
        const struct stamp_clock_queue *own = &q->queue[u];
        if (want >> u & 1 && (!q->sems.spent || !any(&own->entry[own->first].wait)))
            return (uint8_t)(1u << u);
    }
    return 0;
}

void stamp_clock_queues_drive(const struct stamp_clock_queues *q, struct stamp_clock_queues_pins *p)
{
    uint8_t want = 0;

    p->ready = p->unit_valid = p->head = p->waits = 0;
    p->all_idle = q->all_idle;
    for (uint32_t u = 0; u < STAMP_QUEUES; u++) {
        const struct stamp_clock_queue *own = &q->queue[u];
        const struct stamp_clock_entry *e = &own->entry[own->first];
        const uint8_t bit = (uint8_t)(1u << u);
        if (own->count != q->places) p->ready |= bit;
        if (own->granted) p->unit_valid |= bit;
        p->unit_insn[u] = &e->issue;
        p->unit_seq[u] = e->seq;
        p->done_seq[u] = own->flight_seq[own->flight_first];
        if (!at_head(own)) continue;
        p->head |= bit;
        if (!met(&q->sems, &e->wait))
            p->waits |= bit;
        else if (own->flights < own->flight_most)
            want |= bit;
    }
    p->take = want ? turn(q, want) : 0;
}

/* Those behind the first two: whose turn it is to be read. */
static uint32_t reads(const struct stamp_clock_queues *q, const struct stamp_clock_queues_pins *p)
{
    for (uint32_t u = 0; u < STAMP_QUEUES && !p->to; u++)
        if (q->queue[u].stored && !q->queue[u].reading && !q->queue[u].next) return u;
    return STAMP_QUEUES;
}

static void reset(struct stamp_clock_queues *q)
{
    for (uint32_t u = 0; u < STAMP_QUEUES; u++) {
        struct stamp_clock_queue *own = &q->queue[u];
        own->first = own->count = own->stored = own->flights = own->flight_first = 0;
        own->reading = own->next = own->head = own->granted = own->read = own->load = false;
    }
    memset(&q->sems, 0, sizeof q->sems);
}

void stamp_clock_queues_edge(struct stamp_clock_queues *q, struct stamp_clock_queues_pins *p)
{
    bool idle = !q->sems.posting && !q->sems.giving && !p->push;
    const uint32_t get = reads(q, p);

    p->gives = (uint8_t)(p->unit_done & ~p->unit_failed);
    for (uint32_t u = 0; u < STAMP_QUEUES; u++)
        idle = idle && !q->queue[u].flights && !q->queue[u].count && !q->queue[u].reading;
    q->all_idle = idle;
    if (p->reset_units) {
        reset(q);
        return;
    }
    if (!sems_edge(q, p)) q->overflow = true;
    for (uint32_t u = 0; u < STAMP_QUEUES; u++)
        if (!asleep(&q->queue[u]) || ((p->push | p->unit_done) >> u & 1))
            queue_edge(q, u, p, u == get);
}

static bool queue_still(const struct stamp_clock_queues *all, uint32_t u)
{
    const struct stamp_clock_queue *q = &all->queue[u];

    if (q->read || q->load || q->reading) return false;
    if (q->next ? !q->head : q->stored) return false;
    return !at_head(q) || q->flights == q->flight_most ||
           !met(&all->sems, &q->entry[q->first].wait);
}

bool stamp_clock_queues_still(const struct stamp_clock_queues *q)
{
    const struct stamp_clock_sems *s = &q->sems;
    bool idle = true;

    if (s->moved || s->posting || s->giving || s->spent) return false;
    for (uint32_t u = 0; u < STAMP_QUEUES; u++) {
        if (!queue_still(q, u)) return false;
        idle = idle && !q->queue[u].flights && !q->queue[u].count;
    }
    return q->all_idle == idle;
}
