/* SPDX-License-Identifier: Apache-2.0 */
/* What a vector instruction does when nothing is refused to it. Contract in vxu_tape.h. */
#include "model/clock/vxu_tape.h"

#include <string.h>

#include "model/clock/hash.h"
#include "model/clock/vxu.h"
#include "model/mem.h"

enum {
    KINDS = STAMP_CLOCK_TAPE_KINDS,
    LISTS = STAMP_CLOCK_TAPE_LISTS,
    LONGEST = 1 << 16, /* cycles */
    PLACES = 1 << 14,  /* of the table of tapes, a power of 2 */
    KEY = 32           /* words: a format's fields */
};

struct entry {
    struct stamp_clock_tape tape;
    uint64_t key[KEY], hash;
    const uint16_t *rows; /* entries of the row table it was made with */
    uint32_t row_count;
};

struct stamp_clock_tapes {
    const struct stamp_mach *mach;
    uint64_t *room;
    size_t words, used, entries;
    struct entry *place[PLACES];
    struct stamp_clock_vxu alone; /* makes them */
    uint16_t what[LONGEST + 2];
    uint32_t list[LISTS][LONGEST + 1], listed[LISTS];
};

struct stamp_clock_tapes *stamp_clock_tapes_new(const struct stamp_mach *mach, size_t bytes)
{
    struct stamp_clock_tapes *t = stamp_alloc(1, sizeof *t);

    if (!t) return NULL;
    t->mach = mach;
    t->words = bytes / sizeof *t->room;
    t->room = stamp_alloc(t->words ? t->words : 1, sizeof *t->room);
    if (t->room) return t;
    stamp_free(t);
    return NULL;
}

void stamp_clock_tapes_free(struct stamp_clock_tapes *t)
{
    if (!t) return;
    stamp_free(t->room);
    stamp_free(t);
}

/* ---- Key ------------------------------------------------------------------------------------------------ */

static void clear_head(uint64_t *wait0, uint64_t *wait1, uint64_t *wait2, uint64_t *post0,
                       uint64_t *post1, uint64_t *post2)
{
    *wait0 = *wait1 = *wait2 = *post0 = *post1 = *post2 = 0;
}

uint32_t stamp_clock_tape_rows(const union stamp_insn *insn)
{
    const uint64_t op = insn->c.op;

    return op == STAMP_OP_VQPAR || op == STAMP_OP_VQUANT || op == STAMP_OP_VCODE ||
                   op == STAMP_OP_VDEQ
               ? (uint32_t)insn->v.n0
               : 0;
}

/* The fields that decide time. */
static void key_of(const union stamp_insn *insn, uint64_t key[KEY])
{
    union stamp_insn k;
    const uint64_t op = insn->c.op;

    memset(&k, 0, sizeof k);
    if (op == STAMP_OP_VBFLY) {
        k.b = insn->b;
        k.b.c = k.b.s = 0;
        clear_head(&k.b.wait0, &k.b.wait1, &k.b.wait2, &k.b.post0, &k.b.post1, &k.b.post2);
    } else if (op >= STAMP_OP_VBIN && op <= STAMP_OP_VFN) {
        k.w = insn->w;
        k.w.c = 0;
        if (op != STAMP_OP_VFN || (k.w.fn != STAMP_ONE_RECIP && k.w.fn != STAMP_ONE_RSQRT))
            k.w.lim = k.w.lstep = 0;
        clear_head(&k.w.wait0, &k.w.wait1, &k.w.wait2, &k.w.post0, &k.w.post1, &k.w.post2);
    } else {
        k.v = insn->v;
        k.v.sym = 0;
        clear_head(&k.v.wait0, &k.v.wait1, &k.v.wait2, &k.v.post0, &k.v.post1, &k.v.post2);
    }
    memcpy(key, k.field, sizeof k.field);
}

/* ---- Making one --------------------------------------------------------------------------------------------- */

static void mark(struct stamp_clock_tapes *t, unsigned kind, int64_t at, bool set, uint32_t address)
{
    if (!set || at < 0) return;
    t->what[at] = (uint16_t)(t->what[at] | 1 << kind);
    if (kind < LISTS) t->list[kind][t->listed[kind]++] = address;
}

/* The pins of cycle @p at. */
static void note(struct stamp_clock_tapes *t, const struct stamp_clock_vxu_pins *p, uint32_t at)
{
    const int64_t before = (int64_t)at - 1;

    mark(t, STAMP_CLOCK_TAPE_READ, at, p->vr_re, p->vr_addr);
    mark(t, STAMP_CLOCK_TAPE_TABLE, at, p->rt_re, p->rt_addr);
    mark(t, STAMP_CLOCK_TAPE_PUT, before, p->vw_valid, p->vw_addr);
    mark(t, STAMP_CLOCK_TAPE_XB, before, p->xb_we,
         p->xb_addr | (uint32_t)p->xb_row << 16 | (uint32_t)p->xb_two << 24);
    mark(t, STAMP_CLOCK_TAPE_TWO, before, p->xb_we && p->xb_two, 0);
    mark(t, STAMP_CLOCK_TAPE_PB, before, p->pb_we, p->pb_addr);
    mark(t, STAMP_CLOCK_TAPE_SM, before, p->sm_we, p->sm_addr);
    mark(t, STAMP_CLOCK_TAPE_RM, before, p->rm_we, p->rm_addr);
    mark(t, STAMP_CLOCK_TAPE_LINE, before, p->ev_lines, 0);
    mark(t, STAMP_CLOCK_TAPE_FN, before, p->ev_fn, 0);
    mark(t, STAMP_CLOCK_TAPE_DIVIDE, before, p->ev_divides, 0);
}

/* The instruction alone. @return the tape's end, 0 where it is too long or in error */
static uint32_t play(struct stamp_clock_tapes *t, struct stamp_clock_tape *tape,
                     const union stamp_insn *insn, const uint16_t *rt)
{
    struct stamp_clock_vxu_pins p = {
        .insn_valid = true, .insn = insn, .vw_ready = true, .xb_ready = true};

    stamp_clock_vxu_init(&t->alone, t->mach, rt);
    memset(t->listed, 0, sizeof t->listed);
    memset(t->what, 0, sizeof t->what);
    stamp_clock_vxu_edge(&t->alone, &p);
    p.insn_valid = false;
    for (uint32_t at = 0; at < LONGEST; at++) {
        stamp_clock_vxu_drive(&t->alone, &p);
        note(t, &p, at);
        if (p.ev_lines) tape->lines = p.ev_lines;
        if (p.ev_divides) tape->divides = p.ev_divides;
        if (p.done) return p.err ? 0 : at - 1;
        stamp_clock_vxu_edge(&t->alone, &p);
    }
    return 0;
}

static void *take(struct stamp_clock_tapes *t, size_t bytes)
{
    const size_t words = (bytes + 7) / 8;

    if (words > t->words - t->used) return NULL;
    t->used += words;
    return t->room + t->used - words;
}

static void *copied(struct stamp_clock_tapes *t, const void *from, size_t bytes)
{
    void *to = take(t, bytes);
    return to ? memcpy(to, from, bytes) : NULL;
}

static void forget(struct stamp_clock_tapes *t)
{
    memset(t->place, 0, sizeof t->place);
    t->used = t->entries = 0;
}

/* The tape the other way round. */
static struct stamp_clock_tape_block *turned(struct stamp_clock_tapes *t, uint32_t end)
{
    const uint32_t n = end / 64 + 1;
    struct stamp_clock_tape_block *b = take(t, n * sizeof *b);
    uint32_t sum[KINDS] = {0};

    if (!b) return NULL;
    memset(b, 0, n * sizeof *b);
    for (uint32_t at = 0; at <= end; at++) {
        if (at % 64 == 0) memcpy(b[at / 64].before, sum, sizeof sum);
        for (int k = 0; k < KINDS; k++) {
            const uint64_t bit = t->what[at] >> k & 1;
            b[at / 64].bit[k] |= bit << at % 64;
            sum[k] += (uint32_t)bit;
        }
    }
    return b;
}

/* A new entry with what play has left; NULL: no room. */
static struct entry *keep(struct stamp_clock_tapes *t, const struct stamp_clock_tape *tape)
{
    struct entry *e = take(t, sizeof *e);
    bool whole = e != NULL;

    if (!e) return NULL;
    memset(e, 0, sizeof *e);
    e->tape = *tape;
    if (tape->end) {
        e->tape.what = copied(t, t->what, (tape->end + 2) * sizeof *t->what);
        e->tape.block = turned(t, tape->end);
        whole = whole && e->tape.what && e->tape.block;
    }
    for (int k = 0; tape->end && k < LISTS; k++) {
        e->tape.list[k] = copied(t, t->list[k], t->listed[k] * sizeof *t->list[k]);
        whole = whole && e->tape.list[k];
    }
    return whole ? e : NULL;
}

static struct entry *make(struct stamp_clock_tapes *t, const union stamp_insn *insn,
                          const uint16_t *rt, uint32_t rows)
{
    struct stamp_clock_tape tape = {0};
    struct entry *e;

    tape.end = play(t, &tape, insn, rt);
    if (t->entries >= PLACES / 2 || !(e = keep(t, &tape))) {
        forget(t);
        if (!(e = keep(t, &tape))) return NULL;
    }
    e->row_count = rows;
    if (rows && !(e->rows = copied(t, rt + insn->v.rt, rows * sizeof *rt))) {
        forget(t);
        return NULL;
    }
    t->entries++;
    return e;
}

const struct stamp_clock_tape *stamp_clock_tape_of(struct stamp_clock_tapes *t,
                                                   const union stamp_insn *insn, const uint16_t *rt)
{
    uint64_t key[KEY];
    const uint32_t rows = stamp_clock_tape_rows(insn);
    struct entry *e;

    key_of(insn, key);
    const uint64_t hash = stamp_clock_hash(key, sizeof key);
    uint32_t at = hash & (PLACES - 1);
    if (rows && insn->v.rt + rows > t->mach->RT_ENTRIES) return NULL;
    while ((e = t->place[at])) {
        if (e->hash == hash && !memcmp(e->key, key, sizeof key) &&
            (!rows || !memcmp(e->rows, rt + insn->v.rt, rows * sizeof *rt)))
            return e->tape.end ? &e->tape : NULL;
        at = (at + 1) & (PLACES - 1);
    }
    e = make(t, insn, rt, rows);
    if (!e) return NULL;
    memcpy(e->key, key, sizeof key);
    e->hash = hash;
    for (at = hash & (PLACES - 1); t->place[at];) at = (at + 1) & (PLACES - 1);
    t->place[at] = e;
    return e->tape.end ? &e->tape : NULL;
}
