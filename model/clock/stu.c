/* SPDX-License-Identifier: Apache-2.0 */
/* stu.c - the store unit on a clock. Contract in stu.h. */
#include "model/clock/stu.h"

#include <string.h>

enum { LINES = STAMP_CLOCK_STU_LINES };

void stamp_clock_stu_init(struct stamp_clock_stu *s, const struct stamp_mach *mach)
{
    memset(s, 0, sizeof *s);
    s->mach = mach;
    stamp_clock_ag_init(&s->ag, mach, NULL);
}

void stamp_clock_stu_reset(struct stamp_clock_stu *s)
{
    struct stamp_clock_stu_rd *r = &s->rd;

    stamp_clock_ag_reset(&s->ag);
    r->jobs_in = r->jobs_out = 0;
    r->credit = r->push = 0;
    r->held = r->lines = 0;
    r->cur = r->ask = r->pend[0] = r->pend[1] = false;
    s->ii = s->ix = s->ib = s->inflight = 0;
    s->bi = s->bx = s->bw = s->br = s->bb = 0;
    s->x = s->t = s->o = s->b = s->done = s->aw_held = s->w_held = false;
    s->ws = s->lbeat = 0;
    s->owed = s->open = 0;
}

static uint8_t line_beats(const struct stamp_clock_stu *s, const struct stamp_insn_d *d)
{
    return (uint8_t)(stamp_line_bytes(s->mach, (enum stamp_space)d->space, (enum stamp_fmt)d->fmt) /
                     s->mach->AXI_BYTES);
}

void stamp_clock_stu_drive(const struct stamp_clock_stu *s, struct stamp_clock_stu_pins *p)
{
    struct stamp_clock_ag_pins *a = &p->ag;

    a->it_hold = false;
    a->room = s->bi - s->bb != STAMP_BURSTS;
    stamp_clock_ag_drive(&s->ag, a);
    p->insn_ready = a->ready && s->ii - s->ib != STAMP_TRANSFERS;
    p->done = s->done;
    p->busy = s->inflight;
    p->awvalid = a->axvalid;
    p->awaddr = a->axaddr;
    p->awlen = a->axlen;
    p->wvalid = s->ws;
    p->wlast = s->w_end[0];
    p->bready = s->b;
    p->rd_valid = s->rd.ask && !s->rd.ask_pb;
    p->pb_re = s->rd.ask && s->rd.ask_pb;
    p->rd_line = s->rd.ask_line;
}

/* ---- Lines ------------------------------------------------------------------------------------------ */

static void next_line(struct stamp_clock_stu_rd *r)
{
    if (r->left) {
        r->line++;
        r->left--;
        return;
    }
    r->line = r->row = (uint16_t)(r->row + r->now.lstride);
    r->left = r->now.lines;
    if (r->i0) {
        r->i0--;
    } else {
        r->i0 = r->now.n0;
        r->i1--;
    }
}

static void next_job(struct stamp_clock_stu_rd *r)
{
    r->cur = r->jobs_in != r->jobs_out;
    if (!r->cur) return;
    r->now = r->job[r->jobs_out++ % STAMP_TRANSFERS];
    r->line = r->row = r->now.line;
    r->left = r->now.lines;
    r->i0 = r->now.n0;
    r->i1 = r->now.n1;
}

static void rd_edge(struct stamp_clock_stu_rd *r, const struct stamp_clock_stu_pins *p,
                    int32_t push, bool pop)
{
    const bool grant = r->ask && (r->ask_pb ? p->pb_ready : p->rd_ready);
    const bool issue = r->cur && r->credit > 0 && (!r->ask || grant) && r->held != LINES;
    const bool fin = issue && !r->left && !r->i0 && !r->i1;

    r->credit += r->push - (issue ? r->now.beats : 0);
    r->push = push;
    r->held = (uint8_t)(r->held + issue - pop);
    r->lines = (uint8_t)(r->lines + r->pend[1] - pop);
    r->pend[1] = r->pend[0];
    r->pend[0] = grant;
    if (issue) {
        r->ask_line = r->line;
        r->ask_pb = r->now.pb;
    }
    r->ask = issue || (r->ask && !grant);
    if (!r->cur || fin)
        next_job(r);
    else if (issue)
        next_line(r);
}

/* ---- Instructions ----------------------------------------------------------------------------------- */

static void accept(struct stamp_clock_stu *s, const struct stamp_insn_d *d)
{
    const uint8_t beats = line_beats(s, d);

    s->kind[s->ii++ % STAMP_TRANSFERS] = (uint8_t)(beats - 1);
    s->rd.job[s->rd.jobs_in++ % STAMP_TRANSFERS] =
        (struct stamp_clock_stu_job){.pb = d->space == STAMP_SPACE_PB,
                                     .beats = beats,
                                     .line = (uint16_t)d->line,
                                     .lines = (uint16_t)(d->lines - 1),
                                     .lstride = (uint16_t)d->lstride,
                                     .n0 = (uint16_t)(d->n0 - 1),
                                     .n1 = (uint16_t)(d->n1 - 1)};
}

/* ---- Beats ------------------------------------------------------------------------------------------ */

/* The pins of AW and W, as they show what is owed. */
static void shown(struct stamp_clock_stu *s, struct stamp_clock_stu_pins *p)
{
    const bool aw_new = p->awvalid && !s->aw_held;
    const bool w_new = p->wvalid && p->wlast && !s->w_held;

    p->ev_bytes = p->wvalid && p->wready ? (uint8_t)s->mach->AXI_BYTES : 0;
    p->ev_axi_wait =
        p->wvalid ? !p->wready : !s->owed && !aw_new && (s->open || (p->awvalid && !p->awready));
    s->aw_held = p->awvalid && !p->awready;
    s->w_held = p->wvalid && !p->wready;
    s->owed += (uint32_t)aw_new - (uint32_t)w_new;
    s->open += (uint32_t)w_new - (uint32_t)(p->bready && p->bvalid);
}

/* Responses; @return whether the last of an instruction has come. */
static bool responses(struct stamp_clock_stu *s, const struct stamp_clock_stu_pins *p)
{
    const bool pop = s->b && p->bvalid, done = pop && s->b_last;
    const bool load = (!s->b || pop) && s->bw != s->br;

    if (pop) s->bb++;
    if (load) s->b_last = s->burst[s->br++ % STAMP_BURSTS].last;
    s->b = load || (s->b && !pop);
    if (done) s->ib++;
    return done;
}

/* Stages to W; all move while W has room. @p end: a burst's last beat is made. */
static void stages(struct stamp_clock_stu *s, const struct stamp_clock_stu_pins *p, bool move,
                   bool take, bool end)
{
    const bool out = s->o && move;

    if (p->wready && s->ws) {
        s->w_end[0] = s->w_end[1];
        s->ws--;
    }
    if (out) {
        s->w_end[s->ws++] = s->o_end;
        if (s->o_end) s->bw++;
    }
    if (!move) return;
    s->o = s->t;
    s->o_end = s->t_end;
    s->t = take;
    s->t_end = end;
}

/* The burst whose beats are made; @return whether a line is used up. */
static bool make_beats(struct stamp_clock_stu *s, const struct stamp_clock_stu_pins *p, bool behind)
{
    const bool move = s->ws < 2, take = s->x && move && s->rd.lines;
    const bool end = take && !s->x_left;
    const bool load = (!s->x || end) && s->bi != s->bx && !(behind && s->bx == s->aw);
    const bool line_end = take && s->lbeat == s->kind[s->ix % STAMP_TRANSFERS];

    stages(s, p, move, take, end);
    if (take) s->lbeat = line_end ? 0 : (uint8_t)(s->lbeat + 1);
    if (end && s->x_last) s->ix++;
    s->x = load || (s->x && !end);
    if (load) {
        s->x_last = s->burst[s->bx % STAMP_BURSTS].last;
        s->x_left = s->burst[s->bx++ % STAMP_BURSTS].beats;
    } else if (take) {
        s->x_left--;
    }
    return line_end;
}

void stamp_clock_stu_edge(struct stamp_clock_stu *s, struct stamp_clock_stu_pins *p)
{
    struct stamp_clock_ag_pins *a = &p->ag;
    const bool taken = p->insn_valid && p->insn_ready;

    shown(s, p);
    s->inflight += (uint32_t)taken - (uint32_t)s->done;
    s->done = responses(s, p);
    const bool pop = make_beats(s, p, a->ax_behind);
    rd_edge(&s->rd, p, a->push ? a->beats + 1 : 0, pop);
    if (a->push) {
        s->aw = s->bi;
        s->burst[s->bi % STAMP_BURSTS].last = a->last;
        s->burst[s->bi++ % STAMP_BURSTS].beats = a->beats;
    }
    if (taken) accept(s, p->insn);
    a->valid = taken;
    a->insn = p->insn;
    if (taken) a->line_beats = line_beats(s, p->insn);
    a->axready = p->awready;
    stamp_clock_ag_edge(&s->ag, a);
}
