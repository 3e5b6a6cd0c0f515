/* SPDX-License-Identifier: Apache-2.0 */
/* verify.c - the program verifier. Contract in verify.h.
 *
 * clock[u][v] is the number of instructions of unit v known to be over when the next instruction
 * of u starts. A post carries the clock at its retirement; posts of one unit on one semaphore
 * come in order, so the k-th wait knows what the k-th post carried. */
#include "compiler/prove/verify.h"

#include <string.h>

#include "compiler/prove/hazard.h"
#include "model/mem.h"

struct clock {
    uint32_t seen[STAMP_UNITS];
};

/* Tokens in flight on one semaphore, a ring. */
struct sem {
    enum stamp_unit from, to; /* CTL: not yet used */
    uint32_t first, count;
    struct clock token[STAMP_SEM_MAX + 1];
};

struct proof {
    const struct stamp_image *image;
    struct stamp_tables tables;
    struct stamp_board *board;
    struct stamp_touches touches;
    struct sem *sem; /* [SEMAPHORES] */
    struct clock clock[STAMP_UNITS];
    uint32_t seq[STAMP_UNITS];
    struct stamp_verify_info info;
    /* Of a long program's outermost loop: after one repetition only addresses are looked at. */
    uint32_t loop, times;           /* its FENCE; repetitions begun */
    uint8_t open[STAMP_SEMAPHORES]; /* tokens as the one before began */
    bool again;
    struct stamp_err *e;
};

static void join(struct clock *into, const struct clock *c)
{
    for (int u = 0; u < STAMP_UNITS; u++)
        if (c->seen[u] > into->seen[u]) into->seen[u] = c->seen[u];
}

static enum stamp_status take(struct proof *p, const struct stamp_issue *step, uint64_t number)
{
    struct sem *s = &p->sem[number];
    const enum stamp_unit unit = step->op->unit;

    if (!number) return STAMP_OK;
    if (!s->count)
        return stamp_fail(p->e, STAMP_EFORMAT,
                          "instruction %u: %s waits for semaphore %u, which is 0", step->pc,
                          step->op->name, (unsigned)number);
    if (s->to != STAMP_UNIT_CTL && s->to != unit)
        return stamp_fail(p->e, STAMP_EFORMAT,
                          "instruction %u: semaphore %u is waited for by %s and %s", step->pc,
                          (unsigned)number, stamp_unit_name(s->to), stamp_unit_name(unit));
    s->to = unit;
    join(&p->clock[unit], &s->token[s->first]);
    s->first = (s->first + 1) % (STAMP_SEM_MAX + 1);
    s->count--;
    p->info.waits++;
    return STAMP_OK;
}

static enum stamp_status give(struct proof *p, const struct stamp_issue *step, uint64_t number)
{
    struct sem *s = &p->sem[number];
    const enum stamp_unit unit = step->op->unit;

    if (!number) return STAMP_OK;
    if (s->from != STAMP_UNIT_CTL && s->from != unit)
        return stamp_fail(p->e, STAMP_EFORMAT,
                          "instruction %u: semaphore %u is posted by %s and %s", step->pc,
                          (unsigned)number, stamp_unit_name(s->from), stamp_unit_name(unit));
    s->from = unit;
    if (s->count >= stamp_posts_max(p->image->mach))
        return stamp_fail(p->e, STAMP_EFORMAT, "instruction %u: semaphore %u may exceed %d",
                          step->pc, (unsigned)number, STAMP_SEM_MAX);
    struct clock *token = &s->token[(s->first + s->count++) % (STAMP_SEM_MAX + 1)];
    *token = p->clock[unit];
    token->seen[unit] = p->seq[unit];
    if (s->count > p->info.sem_peak) p->info.sem_peak = s->count;
    return STAMP_OK;
}

/* All units idle: everything so far is over for everybody, semaphores may change hands. */
static void fence(struct proof *p)
{
    for (int u = 0; u < STAMP_UNITS; u++) memcpy(p->clock[u].seen, p->seq, sizeof p->seq);
    for (int i = 0; i < STAMP_SEMAPHORES; i++) p->sem[i].from = p->sem[i].to = STAMP_UNIT_CTL;
}

static enum stamp_status check_order(struct proof *p, const struct stamp_issue *step,
                                     const struct stamp_need need[STAMP_UNITS])
{
    const struct clock *c = &p->clock[step->op->unit];

    for (int u = 0; u < STAMP_UNITS; u++)
        if (need[u].seq > c->seen[u])
            return stamp_fail(p->e, STAMP_EFORMAT,
                              "instruction %u: %s races with an instruction of %s on %s line %llu",
                              step->pc, step->op->name, stamp_unit_name((enum stamp_unit)u),
                              stamp_space_name(need[u].space), (unsigned long long)need[u].line);
    return STAMP_OK;
}

static void count_bytes(struct proof *p, const struct stamp_issue *step)
{
    const struct stamp_insn_d *d = &step->insn.d;

    if (step->op->format != STAMP_FORMAT_D) return;
    const uint64_t bytes =
        d->n0 * d->n1 * d->lines *
        stamp_line_bytes(p->image->mach, (enum stamp_space)d->space, (enum stamp_fmt)d->fmt);
    if (step->op->code == STAMP_OP_LOAD)
        p->info.load_bytes += bytes;
    else
        p->info.store_bytes += bytes;
}

static enum stamp_status execute(struct proof *p, const struct stamp_issue *step)
{
    const enum stamp_unit unit = step->op->unit;
    const struct stamp_insn_d *d = &step->insn.d; /* waits and posts lie alike in all formats */
    const uint64_t wait[3] = {d->wait0, d->wait1, d->wait2};
    const uint64_t post[3] = {d->post0, d->post1, d->post2};
    struct stamp_need need[STAMP_UNITS];
    enum stamp_status st = STAMP_OK;

    p->info.executed++;
    p->seq[unit]++;
    for (int i = 0; i < 3 && !st; i++) st = take(p, step, wait[i]);
    if (!st) st = stamp_touches_of(&p->tables, step, &p->touches, p->e);
    if (st) return st;
    st = stamp_board_note(p->board, unit, p->seq[unit], &p->touches, need, p->e);
    if (st) {
        stamp_fail_at(p->e, "instruction %u: %s", step->pc, step->op->name);
        return st;
    }
    st = check_order(p, step, need);
    for (int i = 0; i < 3 && !st; i++) st = give(p, step, post[i]);
    count_bytes(p, step);
    return st;
}

/* A transfer of a repetition that is like the one before: inside its buffers. */
static enum stamp_status execute_again(struct proof *p, const struct stamp_issue *step)
{
    const struct stamp_insn_d *d = &step->insn.d;

    p->info.executed++;
    if (step->op->format != STAMP_FORMAT_D) return STAMP_OK;
    const uint64_t bytes = d->lines * stamp_line_bytes(p->image->mach, (enum stamp_space)d->space,
                                                       (enum stamp_fmt)d->fmt);
    const enum stamp_status st =
        stamp_board_transfer(p->board, d, step->op->code == STAMP_OP_LOAD, bytes, p->e);
    if (st) return stamp_fail_at(p->e, "instruction %u: %s", step->pc, step->op->name), st;
    count_bytes(p, step);
    return STAMP_OK;
}

/* At a FENCE: whether a repetition begins whose like went from idle to idle, taking as many tokens as it gave. What
 * it reads in the machine was written in the one before, too; it does to its own part of memory what that did. */
static void look_for_repetition(struct proof *p, const struct stamp_walk *w,
                                const struct stamp_issue *step)
{
    bool same = true;
    uint32_t left;

    if (!w->ctl.loops) p->again = false;
    if (!stamp_walk_repeats(w, step, &left)) return;
    if (p->loop != step->pc) p->times = 0;
    p->loop = step->pc;
    for (int i = 0; i < STAMP_SEMAPHORES; i++) {
        same &= p->open[i] == p->sem[i].count;
        p->open[i] = (uint8_t)p->sem[i].count;
    }
    p->again = ++p->times > 1 && same && w->ctl.seq > STAMP_WALK_LONG;
}

static enum stamp_status run(struct proof *p, const struct stamp_entry *entry, const uint32_t *arg)
{
    struct stamp_walk w;
    struct stamp_issue step;
    enum stamp_status st = STAMP_OK;

    stamp_walk_start(&w, p->image->code + entry->first, entry->count, arg ? arg : p->image->arg,
                     STAMP_WALK_LIMIT);
    while (!w.ctl.done && !(st = stamp_walk_next(&w, &step, p->e))) {
        if (step.op->unit == STAMP_UNIT_CTL)
            fence(p), look_for_repetition(p, &w, &step);
        else if ((st = p->again ? execute_again(p, &step) : execute(p, &step)))
            break;
    }
    p->info.dispatched = w.ctl.seq;
    return st;
}

enum stamp_status stamp_verify_entry(const struct stamp_image *image,
                                     const struct stamp_entry *entry, const uint32_t *arg,
                                     struct stamp_verify_info *info, struct stamp_err *e)
{
    struct proof p = {.image = image, .e = e};
    enum stamp_status st = stamp_tables_new(image, &p.tables, e);

    if (st) return st;
    p.board = stamp_board_new(image);
    p.sem = stamp_alloc(STAMP_SEMAPHORES, sizeof *p.sem);
    if (!p.board || !p.sem) st = stamp_fail(e, STAMP_ENOMEM, "out of memory");
    if (!st) st = run(&p, entry, arg);
    if (!st && info) *info = p.info;
    stamp_tables_free(&p.tables);
    stamp_board_free(p.board);
    stamp_free(p.touches.t);
    stamp_free(p.sem);
    return st;
}

enum stamp_status stamp_verify(const struct stamp_image *image, struct stamp_verify_info *info,
                               struct stamp_err *e)
{
    struct stamp_verify_info sum = {0}, v;

    for (uint32_t i = 0; i < image->entries; i++) {
        const enum stamp_status st = stamp_verify_entry(image, &image->entry[i], NULL, &v, e);
        if (st && image->entries > 1) stamp_fail_at(e, "entry %s", image->entry[i].name);
        if (st) return st;
        sum.dispatched += v.dispatched;
        sum.executed += v.executed;
        sum.waits += v.waits;
        sum.load_bytes += v.load_bytes;
        sum.store_bytes += v.store_bytes;
        if (v.sem_peak > sum.sem_peak) sum.sem_peak = v.sem_peak;
    }
    if (info) *info = sum;
    return STAMP_OK;
}
