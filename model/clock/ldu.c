/* SPDX-License-Identifier: Apache-2.0 */
/* ldu.c - the load unit on a clock. Contract in ldu.h. */
#include "model/clock/ldu.h"

#include <string.h>

static const uint64_t addr_mask = (UINT64_C(1) << STAMP_ADDR_BITS) - 1;

void stamp_clock_ldu_init(struct stamp_clock_ldu *l, const struct stamp_mach *mach,
                          const uint32_t *it)
{
    const uint32_t axi = mach->AXI_BYTES;

    memset(l, 0, sizeof *l);
    l->mach = mach;
    l->single = axi == 64 || 2 * mach->L == axi || mach->L * mach->T / 2 == axi;
    stamp_clock_ag_init(&l->ag, mach, it);
}

void stamp_clock_ldu_reset(struct stamp_clock_ldu *l)
{
    stamp_clock_ag_reset(&l->ag);
    l->jobs_in = l->jobs_out = l->inflight = l->it_left = 0;
    l->bursts_in = l->bursts_out = 0;
    l->beats = 0;
    l->cur_valid = l->out_valid = l->out_last = l->done = false;
}

static uint8_t line_beats(const struct stamp_clock_ldu *l, const struct stamp_insn_d *d)
{
    return (uint8_t)(stamp_line_bytes(l->mach, (enum stamp_space)d->space, (enum stamp_fmt)d->fmt) /
                     l->mach->AXI_BYTES);
}

void stamp_clock_ldu_drive(const struct stamp_clock_ldu *l, struct stamp_clock_ldu_pins *p)
{
    struct stamp_clock_ag_pins *a = &p->ag;

    a->it_hold = l->it_left != 0;
    a->room = l->bursts_in - l->bursts_out != STAMP_BURSTS;
    stamp_clock_ag_drive(&l->ag, a);
    p->insn_ready = a->ready && l->jobs_in - l->jobs_out != STAMP_TRANSFERS;
    p->done = l->done;
    p->busy = l->inflight;
    p->arvalid = a->axvalid;
    p->araddr = a->axaddr;
    p->arlen = a->axlen;
    p->rready = l->beats < 2;
    p->wr_valid = l->out_valid;
    p->wr_space = l->out_space;
    p->wr_line = l->out_line;
    p->wr_from = l->out_from;
    p->it_re = a->it_re;
    p->it_entry = a->it_entry;
}

/* ---- Instructions ----------------------------------------------------------------------------------- */

static void accept(struct stamp_clock_ldu *l, const struct stamp_insn_d *d)
{
    struct stamp_clock_ldu_job *j = &l->job[l->jobs_in++ % STAMP_TRANSFERS];

    *j = (struct stamp_clock_ldu_job){.space = (uint8_t)d->space,
                                      .beats = (uint8_t)(line_beats(l, d) - 1),
                                      .line = (uint16_t)d->line,
                                      .lines = (uint16_t)(d->lines - 1),
                                      .lstride = (uint16_t)d->lstride,
                                      .n0 = (uint16_t)(d->n0 - 1),
                                      .dram = d->dram,
                                      .d0 = d->d0,
                                      .d1 = d->d1};
}

static void account(struct stamp_clock_ldu *l, const struct stamp_clock_ldu_pins *p, bool take)
{
    if (take && p->insn->space == STAMP_SPACE_IT)
        l->it_left = l->inflight + !p->done;
    else if (p->done && l->it_left)
        l->it_left--;
    l->inflight += (uint32_t)take - (uint32_t)p->done;
    if (take) accept(l, p->insn);
}

/* ---- The instruction whose data arrive -------------------------------------------------------------- */

static void next_row(struct stamp_clock_ldu *l)
{
    l->line = l->row = (uint16_t)(l->row + l->now.lstride);
    l->left = l->now.lines;
    if (l->i0 != l->now.n0) {
        l->i0++;
        l->row_from += l->now.d0;
    } else {
        l->i0 = 0;
        l->row_from = l->outer_from += l->now.d1;
    }
    l->from = l->row_from &= addr_mask;
}

static void next_line(struct stamp_clock_ldu *l)
{
    if (!l->left) {
        next_row(l);
        return;
    }
    l->line++;
    l->left--;
    l->from += (l->now.beats + 1u) * l->mach->AXI_BYTES;
}

static void next_job(struct stamp_clock_ldu *l, bool there)
{
    l->cur_valid = there;
    l->now = l->job[l->jobs_out % STAMP_TRANSFERS]; /* an old one where none is there */
    l->jobs_out += there;
    l->line = l->row = l->now.line;
    l->left = l->now.lines;
    l->i0 = 0;
    l->beat = 0;
    l->from = l->row_from = l->outer_from = l->now.dram;
}

/* A beat is taken. */
static void take_beat(struct stamp_clock_ldu *l, bool line_end, bool fin)
{
    l->beat_last[0] = l->beat_last[1];
    l->beats--;
    l->beat++;
    if (!line_end) return;
    l->beat = 0;
    l->out_last = fin;
    l->out_space = l->now.space;
    l->out_line = l->line;
    l->out_from = l->from;
    next_line(l);
}

void stamp_clock_ldu_edge(struct stamp_clock_ldu *l, struct stamp_clock_ldu_pins *p)
{
    struct stamp_clock_ag_pins *a = &p->ag;
    const bool taken = p->insn_valid && p->insn_ready, push_beat = p->rvalid && p->rready;
    const bool there = l->jobs_in != l->jobs_out, stall = l->out_valid && !p->wr_ready;
    const bool held = l->out_valid && (!l->single || l->now.beats || !p->wr_ready);
    const bool line_end = l->beat == l->now.beats, r_valid = l->beats;
    const bool have = l->cur_valid && l->bursts_in != l->bursts_out;
    const bool take = have && r_valid && !(line_end && held);
    const bool pop = take && l->beat_last[0];
    const bool fin = pop && l->last[l->bursts_out % STAMP_BURSTS];

    p->ev_bytes = take ? (uint8_t)l->mach->AXI_BYTES : 0;
    p->ev_axi_wait = (l->cur_valid || there) && !r_valid && !(line_end && held);
    l->done = l->out_valid && l->out_last && !stall;
    l->out_valid = (take && line_end) || stall;
    if (take) take_beat(l, line_end, fin);
    if (push_beat) l->beat_last[l->beats++] = p->rlast;
    if (!l->cur_valid || fin) next_job(l, there);
    account(l, p, taken);
    if (pop) l->bursts_out++;
    if (a->push) l->last[l->bursts_in++ % STAMP_BURSTS] = a->last;
    a->valid = taken;
    a->insn = p->insn;
    if (taken) a->line_beats = line_beats(l, p->insn);
    a->axready = p->arready;
    stamp_clock_ag_edge(&l->ag, a);
}

/* ---- Many cycles at once ---------------------------------------------------------------------------- */

static bool ag_still(const struct stamp_clock_ldu *l, bool arready)
{
    return stamp_clock_ag_still(&l->ag, l->bursts_in - l->bursts_out != STAMP_BURSTS, arready);
}

bool stamp_clock_ldu_still(const struct stamp_clock_ldu *l, bool arready)
{
    if (l->out_valid || l->done || l->beats) return false;
    return (l->cur_valid || l->jobs_in == l->jobs_out) && ag_still(l, arready);
}

/* Whether a line shown in cycle @p at, counted from the first, waits for the array's read of its bank: in the next
 * cycle the array reads the other. */
static bool waits(const struct stamp_clock_ldu *l, uint16_t line, uint64_t at,
                  struct stamp_clock_ldu_meets meets)
{
    return meets.wb_read && l->now.space == STAMP_SPACE_WB && !((meets.wb + at - line) & 1);
}

bool stamp_clock_ldu_streams(const struct stamp_clock_ldu *l, bool arready,
                             struct stamp_clock_ldu_meets meets)
{
    const uint8_t space = l->now.space;

    if (l->done || l->beats != 1 || l->beat_last[0] || !l->cur_valid) return false;
    if (l->now.beats < 2)
        return false; /* a line that waits could keep the next from being complete */
    if (space != STAMP_SPACE_VM && space != STAMP_SPACE_WB) return false;
    if (l->out_valid && (l->out_last || l->out_space != space)) return false;
    if (l->out_valid && l->beat + 1 + waits(l, l->out_line, 0, meets) > l->now.beats) return false;
    return l->bursts_in != l->bursts_out && ag_still(l, arready);
}

uint32_t stamp_clock_ldu_stream(struct stamp_clock_ldu *l, uint64_t cycles,
                                struct stamp_clock_ldu_meets meets)
{
    const uint32_t beats = l->now.beats + 1u;
    uint32_t taken = 0;

    if (l->out_valid) {
        l->out_valid = waits(l, l->out_line, 0, meets) >= cycles;
        taken = !l->out_valid;
    }
    for (uint64_t at = beats - l->beat; at <= cycles; at += beats) {
        l->out_space = l->now.space;
        l->out_line = l->line;
        l->out_from = l->from;
        l->out_last = false;
        l->out_valid = at + waits(l, l->line, at, meets) >= cycles;
        taken += !l->out_valid;
        next_line(l);
    }
    l->beat = (uint8_t)((l->beat + cycles) % beats);
    return taken;
}
