/* SPDX-License-Identifier: Apache-2.0 */
/* schedule.c - semaphores from hazards. Contract in schedule.h. */
#include "compiler/emit/schedule.h"

#include <string.h>

#include "compiler/prove/hazard.h"
#include "model/mem.h"

/* What an instruction knew to be over when it started, and where it stands. */
struct mark {
    uint32_t seen[STAMP_UNITS];
    uint32_t index; /* in the program */
};

/* The last pairs of one semaphore, post and wait: a ring of the waits. */
struct pairs {
    uint32_t wait[STAMP_SEM_MAX + 1]; /* indices in the program, rising */
    uint32_t first, count;
    uint32_t post; /* of the newest pair, in the program */
};

struct plan {
    struct stamp_word *word;
    uint32_t open_max; /* posts of a semaphore that may be open at once */
    struct pairs pairs[STAMP_UNITS][STAMP_UNITS]; /* [from][to] */
    struct mark *mark[STAMP_UNITS];               /* [seq - 1] instructions of a unit */
    uint32_t seq[STAMP_UNITS];
    uint32_t seen[STAMP_UNITS][STAMP_UNITS];
};

/* The semaphore from one unit to another: 1 .. 12. */
static uint64_t semaphore(enum stamp_unit from, enum stamp_unit to)
{
    const unsigned f = (unsigned)from - 1, t = (unsigned)to - 1;

    return 1 + 3 * f + (t < f ? t : t - 1);
}

/* Change a field from @p from to @p to: the first of the three starting with @p name that has it. */
static void change(struct stamp_word *word, const char *name, uint64_t from, uint64_t to)
{
    const struct stamp_op *op = stamp_op_find(word->w[0] & 0xff);

    for (size_t i = 0; i < stamp_field_count; i++) {
        const struct stamp_field *f = &stamp_fields[i];
        if (f->format != op->format || strncmp(f->name, name, 4)) continue;
        if (stamp_word_get(word, f->lsb, f->width) != from) continue;
        stamp_word_set(word, f->lsb, f->width, to);
        return;
    }
}

/* Whether a post at @p index leaves no more open than may be. Later pairs begin behind this one, so
 * waits in front of it never matter again. */
static bool has_room(const struct plan *p, struct pairs *t, uint32_t index)
{
    while (t->count && t->wait[t->first] < index) {
        t->first = (t->first + 1) % (STAMP_SEM_MAX + 1);
        t->count--;
    }
    return t->count < p->open_max;
}

/* No room: the newest pair's wait, which lies behind all posts that are open, asks for the last
 * instruction of @p on in front of it, and so for what is needed now. Returns that instruction. */
static uint32_t widen(struct plan *p, struct pairs *t, enum stamp_unit on, uint64_t sem)
{
    const uint32_t wait = t->wait[(t->first + t->count - 1) % (STAMP_SEM_MAX + 1)];
    uint32_t seq = p->seq[on];

    while (p->mark[on][seq - 1].index > wait) seq--;
    change(&p->word[t->post], "post", sem, 0);
    t->post = p->mark[on][seq - 1].index;
    change(&p->word[t->post], "post", 0, sem);
    return seq;
}

static void order(struct plan *p, uint32_t index, enum stamp_unit unit, enum stamp_unit on,
                  uint32_t seq)
{
    const uint64_t sem = semaphore(on, unit);
    struct pairs *t = &p->pairs[on][unit];
    uint32_t *seen = p->seen[unit];

    if (seen[on] >= seq) return;
    if (has_room(p, t, p->mark[on][seq - 1].index)) {
        t->post = p->mark[on][seq - 1].index;
        t->wait[(t->first + t->count++) % (STAMP_SEM_MAX + 1)] = index;
        change(&p->word[t->post], "post", 0, sem);
        change(&p->word[index], "wait", 0, sem);
    } else {
        seq = widen(p, t, on, sem);
    }
    const struct mark *m = &p->mark[on][seq - 1];
    for (int u = 0; u < STAMP_UNITS; u++)
        if (m->seen[u] > seen[u]) seen[u] = m->seen[u];
    seen[on] = seq;
}

/* Units in the order in which knowing one most often makes another known. */
static void order_all(struct plan *p, uint32_t index, enum stamp_unit unit,
                      const struct stamp_need need[STAMP_UNITS])
{
    static const enum stamp_unit turn[] = {STAMP_UNIT_STU, STAMP_UNIT_MXU, STAMP_UNIT_VXU,
                                           STAMP_UNIT_LDU};

    for (int i = 0; i < 4; i++)
        if (need[turn[i]].seq) order(p, index, unit, turn[i], need[turn[i]].seq);
    struct mark *m = &p->mark[unit][p->seq[unit] - 1];
    m->index = index;
    memcpy(m->seen, p->seen[unit], sizeof m->seen);
    m->seen[unit] = p->seq[unit];
}

/* Behind a FENCE everything before is over, for every unit. */
static void fence(struct plan *p)
{
    for (int u = 0; u < STAMP_UNITS; u++) memcpy(p->seen[u], p->seq, sizeof p->seq);
}

static enum stamp_status run(const struct stamp_image *image, struct plan *p, size_t count,
                             struct stamp_tables *tables, struct stamp_board *board,
                             struct stamp_touches *touches, struct stamp_err *e)
{
    enum stamp_status st = STAMP_OK;

    p->open_max = stamp_posts_max(image->mach);
    for (uint32_t i = 0; i < count && !st; i++) {
        struct stamp_need need[STAMP_UNITS];
        struct stamp_issue step = {.pc = i};
        step.op = stamp_decode(&p->word[i], &step.insn);
        if (step.op->code == STAMP_OP_FENCE) fence(p);
        if (step.op->unit == STAMP_UNIT_CTL) continue;
        const enum stamp_unit unit = step.op->unit;
        p->seq[unit]++;
        st = stamp_touches_of(tables, &step, touches, e);
        if (!st) st = stamp_board_note(board, unit, p->seq[unit], touches, need, e);
        if (!st)
            order_all(p, i, unit, need);
        else
            stamp_fail_at(e, "schedule, instruction %u %s", i, step.op->name);
    }
    return st;
}

enum stamp_status stamp_schedule(const struct stamp_image *image, struct stamp_word *word,
                                 size_t count, struct stamp_err *e)
{
    struct plan p = {.word = word};
    struct stamp_touches touches = {0};
    struct stamp_tables tables;
    uint32_t total[STAMP_UNITS] = {0};
    enum stamp_status st = stamp_tables_new(image, &tables, e);

    if (st) return st;
    struct stamp_board *board = stamp_board_new(image);
    for (size_t i = 0; i < count; i++) total[stamp_op_find(word[i].w[0] & 0xff)->unit]++;
    bool ok = board != NULL;
    for (int u = 1; u < STAMP_UNITS; u++) {
        p.mark[u] = stamp_alloc(total[u], sizeof **p.mark);
        ok = ok && p.mark[u];
    }
    if (ok)
        st = run(image, &p, count, &tables, board, &touches, e);
    else
        st = stamp_fail(e, STAMP_ENOMEM, "out of memory");
    for (int u = 1; u < STAMP_UNITS; u++) stamp_free(p.mark[u]);
    stamp_board_free(board);
    stamp_tables_free(&tables);
    stamp_free(touches.t);
    return st;
}
