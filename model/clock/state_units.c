/* SPDX-License-Identifier: Apache-2.0 */
/* state_units.c - all that decides time: the units. Contract in state.h. */
#include <string.h>

#include "model/clock/state.h"

#define PUT(s, x) stamp_clock_state_put(s, &(x), sizeof(x))

enum { UNIT_LOG = 6, PAGE = STAMP_BURST_PAGE >> UNIT_LOG };

static bool is_table(uint64_t space)
{
    return space == STAMP_SPACE_RT || space == STAMP_SPACE_NT || space == STAMP_SPACE_IT;
}

/* What is in a ring, counted modulo 2^32; loaded it begins at place 0. */
static uint32_t ring(struct stamp_clock_state *s, uint32_t *in, uint32_t *out)
{
    const uint32_t n = stamp_clock_state_num(s, *in - *out, 1);

    if (s->load) *out = 0, *in = n;
    return n;
}

/* Bits, eight a byte. */
static void bits(struct stamp_clock_state *s, bool *const *bit, uint32_t n)
{
    uint32_t all = 0;

    for (uint32_t i = 0; i < n; i++) all |= (uint32_t)*bit[i] << i;
    all = stamp_clock_state_num(s, all, (n + 7) / 8);
    for (uint32_t i = 0; i < n; i++) *bit[i] = all >> i & 1;
}
#define BITS(s, ...)                                                                               \
    do {                                                                                           \
        bool *const bit_[] = {__VA_ARGS__};                                                        \
        bits(s, bit_, sizeof bit_ / sizeof *bit_);                                                 \
    } while (0)

/* A bit that counts where @p there. */
static void with(struct stamp_clock_state *s, bool there, bool *bit)
{
    if (there) PUT(s, *bit);
}

/* ---- Addresses of transfers ------------------------------------------------------------------------- */

/* Of rows that are cut alike wherever they lie the addresses are 0, of others their place in 4 KiB. */
static void place(struct stamp_clock_state *s, uint64_t *addr, bool alike)
{
    uint32_t at = alike ? 0 : (uint32_t)(*addr % PAGE);

    if (!alike) at = stamp_clock_state_num(s, at, 1);
    if (s->load) *addr = at;
}

static void rest_of_row(struct stamp_clock_state *s, struct stamp_clock_ag *a)
{
    const uint32_t left = a->d_left >> a->unit_log;
    uint8_t page = a->d_page;

    /* It ends before the page does, or bursts end with it. */
    if (left <= page || (page + 1u) % (a->most + 1u) == 0) page = PAGE - 1;
    PUT(s, page);
    PUT(s, a->d_left);
    PUT(s, a->d_last);
    if (!s->load) return;
    a->d_page = page;
    a->d_most = page < a->most ? page : a->most;
    a->d_addr = 0;
}

static void gather(struct stamp_clock_state *s, struct stamp_clock_ag *a)
{
    struct stamp_clock_ag_index *x = &a->index;

    BITS(s, &x->active, &x->read[0], &x->read[1], &x->have[0], &x->have[1], &x->have[2]);
    PUT(s, x->owed);
    PUT(s, x->waiting);
    PUT(s, x->entry);
    PUT(s, x->last);
    for (int i = 0; i < 3; i++) place(s, &x->addr[i], false);
    PUT(s, x->fetched);
    PUT(s, x->fifo);
}

static void rows(struct stamp_clock_state *s, struct stamp_clock_ag *a)
{
    const uint64_t d0 = a->n0 ? a->d0 : 0, d1 = a->n1 ? a->d1 : 0;
    uint8_t alike = !a->gather && stamp_clock_cut_alike(a->outer | d0 | d1, (d0 | d1) % PAGE == 0,
                                                        a->row_beats >> a->unit_log, a->most);

    alike = alike && ((a->row_beats + 1) & ((1u << a->unit_log) - 1)) == 0;
    PUT(s, alike);
    PUT(s, a->n0);
    PUT(s, a->n1);
    PUT(s, a->i0);
    PUT(s, a->i1);
    PUT(s, a->row_beats);
    BITS(s, &a->walk, &a->b, &a->c, &a->b_last, &a->c_last);
    place(s, &a->d0, alike);
    place(s, &a->d1, alike);
    place(s, &a->addr, alike);
    place(s, &a->outer, alike);
    place(s, &a->b_addr, alike);
    place(s, &a->c_addr, alike);
    if (!a->gather) return;
    PUT(s, a->it_first);
    stamp_clock_state_entries(s, STAMP_SPACE_IT, a->it_first, (a->n0 + 1u) * (a->n1 + 1u));
    gather(s, a);
}

static void addresses(struct stamp_clock_state *s, struct stamp_clock_ag *a)
{
    uint32_t state = (uint32_t)a->state;

    state = stamp_clock_state_num(s, state, 1);
    a->state = (enum stamp_clock_ag_state)state;
    BITS(s, &a->gather, &a->d);
    if (a->state != STAMP_CLOCK_AG_IDLE) rows(s, a);
    if (a->state == STAMP_CLOCK_AG_IDLE && s->load) a->walk = a->b = a->c = false;
    if (a->state == STAMP_CLOCK_AG_IDLE && s->load) memset(&a->index, 0, sizeof a->index);
    if (a->d) rest_of_row(s, a);
    PUT(s, a->addresses);
    for (uint32_t i = 0; i < a->addresses; i++) PUT(s, a->address[i].len);
}

/* A line of @p space: its bank is what counts. */
static void line(struct stamp_clock_state *s, uint16_t *at, uint64_t space)
{
    const uint16_t bits = space == STAMP_SPACE_VM ? 3 : space == STAMP_SPACE_WB ? 1 : 0;
    const uint16_t bank = (uint16_t)stamp_clock_state_num(s, *at & bits, 1);

    if (s->load) *at = bank;
}

/* ---- Load unit -------------------------------------------------------------------------------------- */

static void job(struct stamp_clock_state *s, struct stamp_clock_ldu_job *j)
{
    PUT(s, j->space);
    PUT(s, j->beats);
    line(s, &j->line, j->space);
    PUT(s, j->lines);
    PUT(s, j->lstride);
    PUT(s, j->n0);
    if (is_table(j->space)) s->bad = true;
}

void stamp_clock_state_ldu(struct stamp_clock_state *s, struct stamp_clock_ldu *l)
{
    PUT(s, l->beats);
    BITS(s, &l->cur_valid, &l->out_valid, &l->done);
    with(s, l->out_valid, &l->out_last);
    with(s, l->beats > 0, &l->beat_last[0]);
    with(s, l->beats > 1, &l->beat_last[1]);
    l->inflight = stamp_clock_state_num(s, l->inflight, 1);
    PUT(s, l->beat);
    const uint32_t jobs = ring(s, &l->jobs_in, &l->jobs_out);
    for (uint32_t i = 0; i < jobs; i++) job(s, &l->job[(l->jobs_out + i) % STAMP_TRANSFERS]);
    /* Of old ones, which come up where none is there. */
    for (uint32_t i = jobs; i < STAMP_TRANSFERS; i++)
        PUT(s, l->job[(l->jobs_out + i) % STAMP_TRANSFERS].beats);
    if (l->cur_valid) {
        job(s, &l->now);
        line(s, &l->line, l->now.space);
        line(s, &l->row, l->now.space);
        PUT(s, l->left);
        PUT(s, l->i0);
    } else {
        PUT(s, l->now.beats);
    }
    if (l->out_valid) {
        PUT(s, l->out_space);
        line(s, &l->out_line, l->out_space);
        if (is_table(l->out_space)) s->bad = true;
    }
    const uint32_t n = ring(s, &l->bursts_in, &l->bursts_out);
    for (uint32_t i = 0; i < n; i++) PUT(s, l->last[(l->bursts_out + i) % STAMP_BURSTS]);
    if (l->it_left) s->bad = true;
    addresses(s, &l->ag);
}

/* ---- Store unit ------------------------------------------------------------------------------------- */

static uint64_t space_of(bool pb)
{
    return pb ? STAMP_SPACE_PB : STAMP_SPACE_VM;
}

static void store(struct stamp_clock_state *s, struct stamp_clock_stu_job *j)
{
    PUT(s, j->pb);
    PUT(s, j->beats);
    line(s, &j->line, space_of(j->pb));
    PUT(s, j->lines);
    PUT(s, j->lstride);
    PUT(s, j->n0);
    PUT(s, j->n1);
}

static void lines(struct stamp_clock_state *s, struct stamp_clock_stu_rd *r)
{
    const uint32_t jobs = ring(s, &r->jobs_in, &r->jobs_out);

    for (uint32_t i = 0; i < jobs; i++) store(s, &r->job[(r->jobs_out + i) % STAMP_TRANSFERS]);
    PUT(s, r->credit);
    PUT(s, r->push);
    PUT(s, r->held);
    PUT(s, r->lines);
    BITS(s, &r->cur, &r->ask, &r->pend[0], &r->pend[1]);
    if (r->ask) {
        PUT(s, r->ask_pb);
        line(s, &r->ask_line, space_of(r->ask_pb));
    }
    PUT(s, r->now.beats); /* of an old one too */
    if (!r->cur) return;
    store(s, &r->now);
    line(s, &r->line, space_of(r->now.pb));
    line(s, &r->row, space_of(r->now.pb));
    PUT(s, r->left);
    PUT(s, r->i0);
    PUT(s, r->i1);
}

void stamp_clock_state_stu(struct stamp_clock_state *s, struct stamp_clock_stu *u)
{
    const uint32_t jobs = stamp_clock_state_num(s, u->ii - u->ib, 1);
    const uint32_t made = stamp_clock_state_num(s, u->ix - u->ib, 1);
    const uint32_t n = stamp_clock_state_num(s, u->bi - u->bb, 1);
    uint32_t *const at[] = {&u->bx, &u->bw, &u->br};

    if (s->load) u->ib = 0, u->ii = jobs, u->ix = made;
    for (uint32_t i = made; i < jobs; i++) PUT(s, u->kind[(u->ib + i) % STAMP_TRANSFERS]);
    for (uint32_t k = 0; k < 3; k++) *at[k] = stamp_clock_state_num(s, *at[k] - u->bb, 1) + u->bb;
    if (s->load)
        for (uint32_t k = 0; k < 3; k++) *at[k] -= u->bb;
    if (s->load) u->bb = 0, u->bi = n, u->aw = n - 1;
    for (uint32_t i = 0; i < n; i++) PUT(s, u->burst[(u->bb + i) % STAMP_BURSTS].last);
    for (uint32_t i = 0; i < n; i++) PUT(s, u->burst[(u->bb + i) % STAMP_BURSTS].beats);
    PUT(s, u->ws);
    BITS(s, &u->x, &u->t, &u->o, &u->b, &u->done, &u->aw_held, &u->w_held);
    with(s, u->x, &u->x_last);
    with(s, u->t, &u->t_end);
    with(s, u->o, &u->o_end);
    with(s, u->b, &u->b_last);
    with(s, u->ws > 0, &u->w_end[0]);
    with(s, u->ws > 1, &u->w_end[1]);
    if (u->x) PUT(s, u->x_left);
    PUT(s, u->lbeat);
    u->inflight = stamp_clock_state_num(s, u->inflight, 1);
    u->owed = stamp_clock_state_num(s, u->owed, 1);
    u->open = stamp_clock_state_num(s, u->open, 1);
    lines(s, &u->rd);
    addresses(s, &u->ag);
}
