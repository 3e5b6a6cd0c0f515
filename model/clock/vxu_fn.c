/* SPDX-License-Identifier: Apache-2.0 */
/* When the function lanes take a line and give one: the twin of rtl/vec/stamp_vx_fn.sv. */
#include "model/clock/vxu_fn.h"

#include <string.h>

enum {
    ADD = 4, /* AddLatency */
    MUL = 5, /* MulLatency, and the operands' register */
    CORE = 6,
    LATENCY = 16, /* 8 + AddLatency + MulLatency */
    ROOT = 28,    /* cycles left once one has begun: Steps + 2 of stamp_fsqrt, + 3 of stamp_fdiv */
    DIVIDE = 29
};

void stamp_clock_fn_init(struct stamp_clock_fn *f, const struct stamp_mach *mach)
{
    const uint32_t groups = mach->L / mach->F, most = (LATENCY + groups - 1) / groups + 2;

    memset(f, 0, sizeof *f);
    f->last = (uint8_t)(groups - 1);
    f->slots = groups > 1 ? 1 : 2;
    f->en = true;
    for (f->notes_max = 1; f->notes_max < most;) f->notes_max = (uint8_t)(f->notes_max * 2);
}

static bool top(uint32_t bits, unsigned stages)
{
    return bits >> (stages - 1) & 1;
}

static bool iterative(uint32_t fn)
{
    return fn == STAMP_ONE_RECIP || fn == STAMP_ONE_RSQRT;
}

static bool feed_last(const struct stamp_clock_fn *f)
{
    return f->go && f->en && f->group == f->last;
}

void stamp_clock_fn_drive(const struct stamp_clock_fn *f, struct stamp_clock_fn_pins *p)
{
    const uint8_t inside = (uint8_t)(f->note_put - f->note_get);

    p->in_ready = (!f->line || feed_last(f)) && inside < f->notes_max;
    p->out_valid = f->held != 0;
    p->out_addr = f->out[0];
    p->busy = inside || f->held;
}

/* The lanes of all but RECIP and RSQRT's end. */
static void lanes(struct stamp_clock_fn *f, bool valid)
{
    const bool add = f->is_rsqrt ? top(f->mul, MUL) : f->valid && f->is_expm;
    const bool mul = f->is_expm   ? top(f->add, ADD)
                     : f->is_prod ? top(f->core, CORE)
                                  : f->valid && (f->is_exp || f->is_rsqrt);
    const bool core = f->is_exp ? top(f->mul, MUL) : f->valid && !f->is_rsqrt;

    f->add = (uint8_t)((f->add << 1 | add) & ((1 << ADD) - 1));
    f->mul = (uint8_t)((f->mul << 1 | mul) & ((1 << MUL) - 1));
    f->core = (uint8_t)((f->core << 1 | core) & ((1 << CORE) - 1));
    f->valid = valid;
    if (!valid) return;
    f->is_expm = f->fn == STAMP_ONE_EXPM;
    f->is_exp = f->is_expm || f->fn == STAMP_ONE_EXP;
    f->is_prod = f->fn == STAMP_ONE_SILU || f->fn == STAMP_ONE_GELU;
    f->is_rsqrt = f->fn == STAMP_ONE_RSQRT;
}

/* Cycles of a division or root. */
static void count_down(uint8_t *left, bool *done, bool start, uint8_t cycles)
{
    *done = *left == 1;
    *left = (uint8_t)(*left ? *left - 1 : start ? cycles : 0);
}

static uint8_t next_state(const struct stamp_clock_fn *f, bool lane_busy, bool sum, bool put_ok)
{
    const bool any = f->groups & 1;

    switch (f->state) {
    case STAMP_CLOCK_FN_IDLE:
        return f->line && iterative(f->fn) && !lane_busy ? STAMP_CLOCK_FN_GROUP : f->state;
    case STAMP_CLOCK_FN_GROUP:
        return !any                       ? STAMP_CLOCK_FN_PUT
               : f->fn == STAMP_ONE_RECIP ? STAMP_CLOCK_FN_DIVIDE
               : f->en                    ? STAMP_CLOCK_FN_SUM
                                          : f->state;
    case STAMP_CLOCK_FN_SUM: return sum ? STAMP_CLOCK_FN_ROOT : f->state;
    case STAMP_CLOCK_FN_ROOT: return f->root_done ? STAMP_CLOCK_FN_DIVIDE : f->state;
    case STAMP_CLOCK_FN_DIVIDE: return f->div_done ? STAMP_CLOCK_FN_PUT : f->state;
    default:
        if (!put_ok) return f->state;
        return f->group == f->last ? STAMP_CLOCK_FN_IDLE : STAMP_CLOCK_FN_GROUP;
    }
}

/* A group of results to its line; a whole one to the output. */
static void gather(struct stamp_clock_fn *f, bool have, bool pop)
{
    const bool complete = have && f->out_group == f->last;

    if (pop) {
        f->out[0] = f->out[1];
        f->held--;
    }
    if (complete) f->out[f->held++] = f->note[f->note_get++ % STAMP_CLOCK_FN_NOTES];
    if (have) f->out_group = (uint8_t)(complete ? 0 : f->out_group + 1);
    f->en = f->out_group != f->last || f->held != f->slots;
}

/* The line at the entry. */
static void entry(struct stamp_clock_fn *f, const struct stamp_clock_fn_pins *p, bool take,
                  bool feed, bool lane_busy)
{
    if (take) {
        const bool other = p->fn != f->fn || p->c != f->c;
        f->line = true;
        f->go = !iterative(p->fn) && !(other && (feed || lane_busy));
        f->fn = p->fn;
        f->c = p->c;
        f->groups = p->groups;
        f->note[f->note_put++ % STAMP_CLOCK_FN_NOTES] = p->addr;
    }
}

void stamp_clock_fn_edge(struct stamp_clock_fn *f, const struct stamp_clock_fn_pins *p)
{
    const bool lane_busy = f->valid || f->add || f->mul || f->core, en = f->en;
    const bool feed = f->go && en, last = f->group == f->last, recip = f->fn == STAMP_ONE_RECIP;
    const bool put_ok = f->out_group != f->last || f->held != f->slots;
    const bool put = f->state == STAMP_CLOCK_FN_PUT && put_ok;
    const bool start = f->state == STAMP_CLOCK_FN_GROUP && f->groups & 1;
    const bool sum = en && f->is_rsqrt && top(f->add, ADD);
    const bool result = top(f->is_prod ? f->mul : f->core, f->is_prod ? MUL : CORE);
    const bool have = (result && en) || put;
    const bool divide = (start && recip) || (f->state == STAMP_CLOCK_FN_ROOT && f->root_done);

    const uint8_t state = next_state(f, lane_busy, sum, put_ok);
    if (f->root || f->root_done || sum) count_down(&f->root, &f->root_done, sum, ROOT);
    if (f->div || f->div_done || divide) count_down(&f->div, &f->div_done, divide, DIVIDE);
    f->state = state;
    if (en) lanes(f, feed || (start && !recip));
    gather(f, have, f->held && p->out_ready);

    if (!(p->in_valid && p->in_ready)) {
        if ((feed || put) && last)
            f->line = f->go = false;
        else if (f->line && !iterative(f->fn) && !lane_busy)
            f->go = true;
        if (feed || put) f->groups >>= 1;
    }
    if (feed || put) f->group = (uint8_t)(last ? 0 : f->group + 1);
    entry(f, p, p->in_valid && p->in_ready, feed, lane_busy);
}
