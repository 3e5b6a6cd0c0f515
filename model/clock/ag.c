/* SPDX-License-Identifier: Apache-2.0 */
/* ag.c - addresses of transfers on a clock. Contract in ag.h. */
#include "model/clock/ag.h"

#include <string.h>

/* Addresses are counted in 64 bytes; places for indices; units of 4 KiB. */
enum { UNIT_LOG = 6, INDICES = 4, PAGE = STAMP_BURST_PAGE >> UNIT_LOG };

static const uint64_t mask = (UINT64_C(1) << (STAMP_ADDR_BITS - UNIT_LOG)) - 1;

void stamp_clock_ag_init(struct stamp_clock_ag *a, const struct stamp_mach *mach,
                         const uint32_t *it)
{
    uint8_t log = 0;

    while (mach->AXI_BYTES << log < 64) log++;
    memset(a, 0, sizeof *a);
    a->it = it;
    a->unit_log = log;
    const uint32_t units = STAMP_BURST_BEATS >> log;
    a->most = (uint8_t)((units < PAGE ? units : PAGE) - 1);
}

void stamp_clock_ag_reset(struct stamp_clock_ag *a)
{
    a->state = STAMP_CLOCK_AG_IDLE;
    a->walk = a->b = a->c = a->d = false;
    a->addresses = 0;
    memset(&a->index, 0, sizeof a->index);
}

/* ---- Bursts of the row at hand ---------------------------------------------------------------------- */

/* Beats of this burst at most, less one. */
static uint32_t most(const struct stamp_clock_ag *a)
{
    return ((uint32_t)a->d_most << a->unit_log) | ((1u << a->unit_log) - 1);
}

static bool goes(const struct stamp_clock_ag *a, const struct stamp_clock_ag_pins *p)
{
    return a->d && p->room && a->addresses < 2;
}

static uint8_t cut(const struct stamp_clock_ag *a, uint8_t page)
{
    return page < a->most ? page : a->most;
}

static void push_address(struct stamp_clock_ag *a, const struct stamp_clock_ag_pins *p, bool go)
{
    const bool pop = p->axready && a->addresses;

    if (pop) {
        a->address[0] = a->address[1];
        a->addresses--;
    }
    if (!go) return;
    a->address[a->addresses].addr = (a->d_addr & mask) << UNIT_LOG;
    a->address[a->addresses++].len = p->beats;
}

static void splitter(struct stamp_clock_ag *a, bool take, bool go, bool d_free)
{
    if (take) {
        const uint8_t page = (uint8_t)(~a->c_addr & (PAGE - 1));
        a->d_addr = a->c_addr;
        a->d_left = a->row_beats;
        a->d_page = page;
        a->d_most = cut(a, page);
        a->d_last = a->c_last;
    } else if (go) {
        const uint8_t page = (uint8_t)((a->d_page - a->d_most - 1) & (PAGE - 1));
        a->d_left -= most(a) + 1;
        a->d_addr += a->d_most + 1u;
        a->d_page = page;
        a->d_most = cut(a, page);
    }
    a->d = take || (a->d && !d_free);
}

/* ---- Gather ----------------------------------------------------------------------------------------- */

static bool asks(const struct stamp_clock_ag *a, const struct stamp_clock_ag_pins *p)
{
    return a->index.active && !p->it_hold && a->index.owed != INDICES;
}

/* Entry, table, table, index, product, sum: the address is known with its index. */
static void index_edge(struct stamp_clock_ag *a, const struct stamp_clock_ag_pins *p, bool take)
{
    struct stamp_clock_ag_index *x = &a->index;
    const bool start = a->state == STAMP_CLOCK_AG_CHECK && a->gather;
    const bool re = asks(a, p), move = !x->have[2] || take, pop = x->waiting && move;

    if (a->state != STAMP_CLOCK_AG_CHECK && a->state != STAMP_CLOCK_AG_RUN) {
        memset(x, 0, sizeof *x);
        return;
    }
    if (move) {
        x->have[2] = x->have[1], x->addr[2] = x->addr[1];
        x->have[1] = x->have[0], x->addr[1] = x->addr[0];
        x->have[0] = pop, x->addr[0] = (a->outer + (uint64_t)x->fifo[0] * a->d0) & mask;
    }
    if (pop) {
        memmove(x->fifo, x->fifo + 1, sizeof x->fifo - sizeof *x->fifo);
        x->waiting--;
    }
    if (x->read[1]) x->fifo[x->waiting++] = x->fetched[1];
    x->fetched[1] = x->fetched[0];
    x->read[1] = x->read[0];
    x->read[0] = re;
    if (re) x->fetched[0] = a->it[x->entry];
    x->owed = (uint8_t)(x->owed + re - pop);
    if (start)
        x->active = true;
    else if (re && x->entry == x->last)
        x->active = false;
    if (start) {
        const uint32_t rows = (a->n0 + 1u) * (a->n1 + 1u);
        x->entry = a->it_first;
        x->last = (uint16_t)(a->it_first + rows - 1);
    } else if (re)
        x->entry++;
}

/* ---- Rows ------------------------------------------------------------------------------------------- */

static void accept(struct stamp_clock_ag *a, const struct stamp_clock_ag_pins *p)
{
    const struct stamp_insn_d *d = p->insn;

    a->n0 = (uint16_t)(d->n0 - 1);
    a->n1 = (uint16_t)(d->n1 - 1);
    a->i0 = a->i1 = 0;
    a->d0 = d->d0 >> UNIT_LOG;
    a->d1 = d->d1 >> UNIT_LOG;
    a->gather = d->gather && a->it;
    a->it_first = (uint16_t)d->it;
    a->addr = a->outer = d->dram >> UNIT_LOG;
    a->row_beats = (uint32_t)d->lines * p->line_beats - 1;
    a->state = STAMP_CLOCK_AG_ROWS;
}

/* On to the next row. */
static void walk(struct stamp_clock_ag *a)
{
    if (a->i0 != a->n0) {
        a->addr += a->d0;
        a->i0++;
    } else {
        a->outer += a->d1;
        a->addr = a->outer;
        a->i0 = 0;
        a->i1++;
    }
}

void stamp_clock_ag_drive(const struct stamp_clock_ag *a, struct stamp_clock_ag_pins *p)
{
    const bool over = a->d_left <= most(a);

    p->ready = a->state == STAMP_CLOCK_AG_IDLE;
    p->it_re = asks(a, p);
    p->it_entry = a->index.entry;
    p->push = goes(a, p);
    p->last = a->d_last && over;
    p->beats = (uint8_t)(over ? a->d_left : most(a));
    p->ax_behind = a->addresses == 2;
    p->axvalid = a->addresses;
    p->axaddr = a->address[0].addr;
    p->axlen = a->address[0].len;
}

static void rows_edge(struct stamp_clock_ag *a, const struct stamp_clock_ag_pins *p)
{
    const bool go = p->push, d_free = !a->d || (go && a->d_left <= most(a));
    const bool take = d_free && a->state == STAMP_CLOCK_AG_RUN && a->c;
    const bool c_move = !a->c || take, b_move = !a->b || c_move;
    const bool step = a->walk && b_move && (!a->gather || a->index.have[2]);
    const bool last = a->i0 == a->n0 && a->i1 == a->n1, end = take && a->c_last;

    push_address(a, p, go);
    splitter(a, take, go, d_free);
    if (c_move) {
        a->c_addr = a->b_addr;
        a->c_last = a->b_last;
    }
    if (b_move) {
        a->b_addr = a->gather ? a->index.addr[2] : a->addr;
        a->b_last = last;
    }
    if (a->gather) index_edge(a, p, step);
    if (end) {
        a->walk = a->b = a->c = false;
    } else {
        if (c_move) a->c = a->b;
        if (b_move) a->b = step;
        if (a->state == STAMP_CLOCK_AG_PART)
            a->walk = true;
        else if (step && last)
            a->walk = false;
    }
    if (step) walk(a);
    if (a->state != STAMP_CLOCK_AG_IDLE && a->state != STAMP_CLOCK_AG_RUN) a->state++;
    if (end) a->state = STAMP_CLOCK_AG_IDLE;
}

void stamp_clock_ag_edge(struct stamp_clock_ag *a, const struct stamp_clock_ag_pins *p)
{
    if (a->state != STAMP_CLOCK_AG_IDLE || a->d || a->addresses) rows_edge(a, p);
    if (p->valid && p->ready) accept(a, p);
}

/* At rest, or all three rows that can wait do. */
bool stamp_clock_ag_still(const struct stamp_clock_ag *a, bool room, bool axready)
{
    if (a->addresses && axready) return false;
    if (a->d && room && a->addresses < 2) return false;
    if (a->state == STAMP_CLOCK_AG_IDLE) return true;
    return a->state == STAMP_CLOCK_AG_RUN && !a->gather && a->d && (a->c || !a->b) &&
           (a->b || !a->walk);
}
