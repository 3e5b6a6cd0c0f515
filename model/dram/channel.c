/* SPDX-License-Identifier: Apache-2.0 */
/* channel.c - commands of one channel. Contract in channel.h; the rules in README.md. */
#include "model/dram/channel.h"

#include <string.h>

#include "model/dram/queue.h"

/* What a clock looks at: the first command that may go goes, `next` is the earliest clock of the others. */
struct look {
    struct stamp_dram_model *m;
    struct stamp_dram_channel *c;
    uint32_t channel;
    uint64_t t, next;
};

static uint64_t most(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static void raise(uint64_t *a, uint64_t b)
{
    if (*a < b) *a = b;
}

/* True when it may go now. */
static bool ready(struct look *l, uint64_t at)
{
    if (at <= l->t) return true;
    if (at < l->next) l->next = at;
    return false;
}

static void tell(const struct look *l, enum stamp_dram_command what, uint32_t rank,
                 const struct stamp_dram_request *r, bool close)
{
    if (!l->m->watch) return;
    const struct stamp_dram_issue i = {.at = l->t,
                                       .what = what,
                                       .channel = l->channel,
                                       .rank = rank,
                                       .group = r ? r->group : 0,
                                       .bank = r ? r->bank : 0,
                                       .row = r ? r->row : 0,
                                       .column = r ? r->column : 0,
                                       .close = close,
                                       .miss = r ? r->miss : 0};
    l->m->watch(l->m->watch_ctx, &i);
}

static uint32_t banks_of(const struct stamp_dram_params *p)
{
    return p->groups * p->banks;
}

static struct stamp_dram_group *group_of(struct look *l, const struct stamp_dram_request *r)
{
    return &l->c->group[r->rank * l->m->p.groups + r->group];
}

/* ---- Refresh ---------------------------------------------------------------------------------------- */

static bool waits_for_refresh(const struct look *l, uint32_t rank)
{
    return l->m->p.tREFI && l->t >= l->c->rank[rank].due;
}

/* A rank whose time has come gets nothing but what closes its banks, then REF. */
static bool refresh_rank(struct look *l, uint32_t n)
{
    const struct stamp_dram_params *p = &l->m->p;
    struct stamp_dram_rank *rank = &l->c->rank[n];
    struct stamp_dram_bank *bank = &l->c->bank[n * banks_of(p)];
    uint64_t pre = most(l->c->bus[0], rank->pre), ref = l->c->bus[0];
    bool open = false;

    for (uint32_t i = 0; i < banks_of(p); i++) {
        open |= bank[i].open;
        raise(&pre, bank[i].pre); /* of one that closes by itself too */
        raise(&ref, bank[i].act);
    }
    if (!ready(l, open ? pre : ref)) return false;
    l->c->bus[0] = l->t + p->pre_clocks;
    for (uint32_t i = 0; i < banks_of(p); i++) {
        if (bank[i].open) {
            bank[i].open = false;
            stamp_dram_row_changed(l->m, l->c, n * banks_of(p) + i);
        }
        raise(&bank[i].act, l->t + (open ? p->tRPab : p->tRFC));
    }
    if (open) {
        rank->pre = l->t + p->tPPD;
        l->m->counts.precharges++;
    } else {
        rank->due += p->tREFI;
        l->c->reads.row_next = l->c->writes.row_next = 0; /* the rank takes commands again */
        l->m->counts.refreshes++;
    }
    tell(l, open ? STAMP_DRAM_PREA : STAMP_DRAM_REF, n, NULL, false);
    return true;
}

static bool refresh(struct look *l)
{
    if (!l->m->p.tREFI) return false;
    for (uint32_t n = 0; n < l->m->p.ranks; n++)
        if (ready(l, l->c->rank[n].due) && refresh_rank(l, n)) return true;
    return false;
}

/* ---- Reads or writes -------------------------------------------------------------------------------- */

/* The oldest of a queue is in it, and has waited too long. */
static bool in_queue(struct look *l, const struct stamp_dram_queue *q)
{
    return q->count && ready(l, stamp_dram_oldest(q)->at);
}

static bool aged(struct look *l, const struct stamp_dram_queue *q)
{
    return in_queue(l, q) && ready(l, stamp_dram_oldest(q)->at + l->m->p.tAGE);
}

/* Reads go first, until many writes wait or no read does. The oldest of all that waited too long decides. */
static void choose(struct look *l)
{
    struct stamp_dram_channel *c = l->c;
    const struct stamp_dram_queue *rq = &c->reads, *wq = &c->writes;
    const bool r = in_queue(l, rq), w = in_queue(l, wq), r_old = aged(l, rq), w_old = aged(l, wq);

    if (r_old || w_old)
        c->drain = w_old && (!r_old || stamp_dram_oldest(wq)->at < stamp_dram_oldest(rq)->at);
    else if (c->drain)
        c->drain = w && !(r && wq->count <= l->m->p.drain_low);
    else
        c->drain = w && (!r || wq->count >= l->m->p.drain_high);
}

/* ---- Column commands -------------------------------------------------------------------------------- */

static bool wanted(const struct stamp_dram_queue *q, const struct stamp_dram_request *r)
{
    for (uint32_t i = q->first; i < q->first + q->count; i++)
        if (q->request[i].flat == r->flat && q->request[i].row == r->row) return true;
    return false;
}

static void after_read(struct look *l, const struct stamp_dram_request *r)
{
    const struct stamp_dram_params *p = &l->m->p;
    const uint64_t t = l->t, end = t + p->tRL + l->m->burst_clocks;

    raise(&group_of(l, r)->rd, t + p->tCCD_L);
    for (uint32_t n = 0; n < p->ranks; n++) {
        const bool own = n == r->rank;
        raise(&l->c->rank[n].rd, t + (own ? p->tCCD_S : l->m->burst_clocks + p->tCS));
        raise(&l->c->rank[n].wr, end + (own ? p->tRTW : most(p->tRTW, p->tCS)) - p->tWL);
    }
    raise(&l->c->bank[r->flat].pre, t + p->tRTP);
}

static void after_write(struct look *l, const struct stamp_dram_request *r)
{
    const struct stamp_dram_params *p = &l->m->p;
    const uint64_t t = l->t, end = t + p->tWL + l->m->burst_clocks;
    struct stamp_dram_group *g = group_of(l, r);

    raise(&g->wr, t + p->tCCD_LW);
    raise(&g->rd, end + p->tWTR_L);
    for (uint32_t n = 0; n < p->ranks; n++) {
        const bool own = n == r->rank;
        const uint64_t free = end + p->tCS;
        raise(&l->c->rank[n].wr, t + (own ? p->tCCD_S : l->m->burst_clocks + p->tCS));
        if (own)
            raise(&l->c->rank[n].rd, end + p->tWTR_S);
        else
            raise(&l->c->rank[n].rd, free > p->tRL ? free - p->tRL : 0);
    }
    raise(&l->c->bank[r->flat].pre, end + p->tWR);
}

static void issue_column(struct look *l, struct stamp_dram_queue *q, uint32_t at)
{
    const struct stamp_dram_params *p = &l->m->p;
    const struct stamp_dram_request r = stamp_dram_oldest(q)[at];
    const bool write = l->c->drain;
    struct stamp_dram_counts *n = &l->m->counts;
    struct stamp_dram_bank *b = &l->c->bank[r.flat];

    stamp_dram_take_out(q, at);
    l->c->bus[p->buses - 1] = l->t + p->cas_clocks;
    if (p->rowless) {
        l->c->rank[0].rd = l->c->rank[0].wr = l->t + l->m->burst_clocks;
    } else if (write) {
        after_write(l, &r);
    } else {
        after_read(l, &r);
    }
    ++*(write ? &n->writes : &n->reads);
    ++*(r.miss == 0 ? &n->hits : r.miss == 1 ? &n->misses : &n->conflicts);
    const bool close =
        p->closed && !p->rowless && !wanted(&l->c->reads, &r) && !wanted(&l->c->writes, &r);
    if (close) {
        b->open = false;
        raise(&b->act, b->pre + p->tRP);
        stamp_dram_row_changed(l->m, l->c, r.flat);
    }
    tell(l, write ? STAMP_DRAM_WR : STAMP_DRAM_RD, r.rank, &r, close);
    stamp_dram_answer(l->m, write, r.tag,
                      l->t + (write ? p->tWL : p->tRL) + l->m->burst_clocks + p->tBACK);
}

/* No rank takes a column command before. */
static uint64_t soonest(const struct look *l, uint64_t bus)
{
    uint64_t at = STAMP_DRAM_NEVER;

    for (uint32_t n = 0; n < l->m->p.ranks; n++) {
        const uint64_t rank = l->c->drain ? l->c->rank[n].wr : l->c->rank[n].rd;
        if (rank < at) at = rank;
    }
    return most(at, bus);
}

/* The oldest row hit whose time has come. One that waited too long has its bank to itself. */
static bool column(struct look *l, struct stamp_dram_queue *q, bool old)
{
    struct stamp_dram_channel *c = l->c;
    const uint64_t bus = c->bus[l->m->p.buses - 1];

    if (!q->hit || !ready(l, soonest(l, bus))) return false;
    for (uint32_t i = 0; i < q->seen; i++) {
        const struct stamp_dram_request *r = stamp_dram_oldest(q) + i;
        const struct stamp_dram_bank *b = &c->bank[r->flat];
        const struct stamp_dram_group *g = group_of(l, r);
        const struct stamp_dram_rank *k = &c->rank[r->rank];
        if (!stamp_dram_hit(l->m, c, r) || waits_for_refresh(l, r->rank)) continue;
        if (old && i && r->flat == stamp_dram_oldest(q)->flat &&
            r->row != stamp_dram_oldest(q)->row)
            continue;
        const uint64_t at =
            c->drain ? most(most(b->wr, g->wr), k->wr) : most(most(b->rd, g->rd), k->rd);
        if (!ready(l, most(at, bus))) continue;
        issue_column(l, q, i);
        return true;
    }
    return false;
}

/* ---- Row commands ----------------------------------------------------------------------------------- */

static void activate(struct look *l, struct stamp_dram_request *r)
{
    const struct stamp_dram_params *p = &l->m->p;
    struct stamp_dram_bank *b = &l->c->bank[r->flat];
    struct stamp_dram_rank *k = &l->c->rank[r->rank];

    b->open = true;
    b->row = r->row;
    b->rd = l->t + p->tRCD;
    b->wr = l->t + p->tRCDW;
    raise(&b->pre, l->t + p->tRAS);
    b->act = l->t + p->tRC;
    raise(&group_of(l, r)->act, l->t + p->tRRD_L);
    raise(&k->act, l->t + p->tRRD_S);
    k->window[k->oldest] = l->t + p->tFAW;
    k->oldest = (k->oldest + 1) % 4;
    l->c->bus[0] = l->t + p->act_clocks;
    if (!r->miss) r->miss = 1;
    stamp_dram_row_changed(l->m, l->c, r->flat);
    l->m->counts.acts++;
    tell(l, STAMP_DRAM_ACT, r->rank, r, false);
}

static void precharge(struct look *l, struct stamp_dram_request *r)
{
    const struct stamp_dram_params *p = &l->m->p;
    struct stamp_dram_bank *b = &l->c->bank[r->flat];

    b->open = false;
    raise(&b->act, l->t + p->tRP);
    l->c->rank[r->rank].pre = l->t + p->tPPD;
    l->c->bus[0] = l->t + p->pre_clocks;
    r->miss = 2;
    stamp_dram_row_changed(l->m, l->c, r->flat);
    l->m->counts.precharges++;
    tell(l, STAMP_DRAM_PRE, r->rank, r, false);
}

/* Banks with a row hit, as bits; a request that waited too long does not let others of its bank hit. */
static uint64_t hits_of(const struct look *l, const struct stamp_dram_queue *q, bool old)
{
    const struct stamp_dram_request *first = stamp_dram_oldest(q);

    if (!old || stamp_dram_hit(l->m, l->c, first)) return q->hit;
    return q->hit & ~(UINT64_C(1) << first->flat);
}

/* The oldest request of every bank opens its row, or closes another nobody waits for. */
static bool open_or_close(struct look *l, struct stamp_dram_queue *q, bool old)
{
    struct stamp_dram_channel *c = l->c;
    uint64_t seen = hits_of(l, q, old);

    for (uint32_t i = 0; i < q->seen; i++) {
        struct stamp_dram_request *r = &q->request[q->first + i];
        const struct stamp_dram_bank *b = &c->bank[r->flat];
        const struct stamp_dram_rank *k = &c->rank[r->rank];
        if (seen >> r->flat & 1) continue;
        seen |= UINT64_C(1) << r->flat;
        if (waits_for_refresh(l, r->rank)) continue;
        uint64_t at = c->bus[0];
        if (b->open)
            at = most(at, most(b->pre, k->pre));
        else
            at = most(most(at, most(b->act, group_of(l, r)->act)),
                      most(k->act, k->window[k->oldest]));
        if (!ready(l, at)) continue;
        if (b->open)
            precharge(l, r);
        else
            activate(l, r);
        return true;
    }
    return false;
}

/* The same, unless it is known that nothing comes of it yet: times of banks only rise, and what else could change
 * that (a request, a row's last hit gone, a row opened or closed) says so. */
static bool row(struct look *l, struct stamp_dram_queue *q, bool old)
{
    const uint64_t others = l->next;

    if (!old && (!(q->miss & ~q->hit) || !ready(l, q->row_next))) return false;
    l->next = STAMP_DRAM_NEVER;
    const bool did = open_or_close(l, q, old);
    if (!did && !old) q->row_next = l->next;
    if (others < l->next) l->next = others;
    return did;
}

/* ---- Clocks ----------------------------------------------------------------------------------------- */

/* One clock; returns the next one at which something may happen. */
static uint64_t one_clock(struct stamp_dram_model *m, uint32_t channel, uint64_t t)
{
    struct look l = {m, &m->channel[channel], channel, t, STAMP_DRAM_NEVER};

    choose(&l);
    struct stamp_dram_queue *q = l.c->drain ? &l.c->writes : &l.c->reads;
    const bool old = aged(&l, q);
    stamp_dram_see(m, l.c, q, t);
    if (q->seen < q->count) ready(&l, stamp_dram_oldest(q)[q->seen].at);
    bool did = refresh(&l);
    did |= column(&l, q, old);
    if (!m->p.rowless) did |= row(&l, q, old);
    return did ? t + 1 : l.next;
}

void stamp_dram_channel_run(struct stamp_dram_model *m, uint32_t channel, uint64_t until)
{
    struct stamp_dram_channel *c = &m->channel[channel];

    while (c->wake < until) {
        const uint64_t next = one_clock(m, channel, c->wake);
        c->wake = m->every ? c->wake + 1 : next;
    }
}

void stamp_dram_channel_new(struct stamp_dram_model *m, uint32_t channel)
{
    struct stamp_dram_channel *c = &m->channel[channel];

    memset(c, 0, sizeof *c);
    /* Ranks after each other. Channels at once: answers in order wait for the slowest. */
    for (uint32_t n = 0; n < m->p.ranks; n++)
        c->rank[n].due = (uint64_t)m->p.tREFI * (n + 1) / m->p.ranks;
}

bool stamp_dram_channel_has(const struct stamp_dram_channel *c, const struct stamp_dram_request *r)
{
    for (uint32_t i = 0; i < c->writes.count; i++) {
        const struct stamp_dram_request *w = stamp_dram_oldest(&c->writes) + i;
        if (w->flat == r->flat && w->row == r->row && w->column == r->column) return true;
    }
    return false;
}

void stamp_dram_channel_put(struct stamp_dram_model *m, uint32_t channel, bool write,
                            const struct stamp_dram_request *r)
{
    struct stamp_dram_channel *c = &m->channel[channel];
    struct stamp_dram_queue *q = write ? &c->writes : &c->reads;

    stamp_dram_put_in(q, r);
    if (c->wake > m->now) c->wake = m->now;
    if (m->wake > m->now) m->wake = m->now;
}
