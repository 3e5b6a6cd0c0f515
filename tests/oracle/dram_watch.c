/* SPDX-License-Identifier: Apache-2.0 */
/* dram_watch.c - rules of DRAM commands, pair by pair. Contract in dram_watch.h. */
#include "tests/oracle/dram_watch.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *const names[] = {"ACT", "PRE", "PREA", "REF", "RD", "WR"};

static void broken(struct dram_watch *w, const struct stamp_dram_issue *i, const char *rule,
                   uint64_t gap, uint64_t need)
{
    if (w->broken++) return;
    snprintf(w->first, sizeof w->first,
             "%s at %" PRIu64 " (channel %u rank %u group %u bank %u): %s, %" PRIu64
             " clocks of %" PRIu64,
             names[i->what], i->at, i->channel, i->rank, i->group, i->bank, rule, gap, need);
}

void dram_watch_new(struct dram_watch *w, const struct stamp_dram_params *p)
{
    const uint64_t apart[] = {(uint64_t)p->tRL + p->tWL + p->burst + p->tWR + p->tWTR_L + p->tRTW +
                                  p->tCS,
                              p->tRC,
                              p->tFAW,
                              p->tRPab,
                              p->tRCD,
                              p->tRCDW,
                              p->tCCD_LW,
                              p->tCCD_L};

    memset(w, 0, sizeof *w);
    w->p = *p;
    for (unsigned n = 0; n < sizeof apart / sizeof apart[0]; n++)
        if (w->horizon < apart[n]) w->horizon = apart[n];
    for (unsigned c = 0; c < DRAM_WATCH_CHANNELS; c++)
        memset(w->channel[c].open, 0xff, sizeof w->channel[c].open);
}

/* ---- Distances of two commands ---------------------------------------------------------------------- */

struct pair {
    bool rank, group, bank; /* the same */
};

/* What one row command needs behind another of its rank. */
static uint64_t row_gap(const struct stamp_dram_params *p, int before, int now, struct pair same)
{
    if (!same.rank) return 0;
    switch (before * 8 + now) {
    case STAMP_DRAM_ACT * 8 + STAMP_DRAM_ACT:
        return same.bank ? p->tRC : same.group ? p->tRRD_L : p->tRRD_S;
    case STAMP_DRAM_ACT * 8 + STAMP_DRAM_PRE: return same.bank ? p->tRAS : 0;
    case STAMP_DRAM_ACT * 8 + STAMP_DRAM_PREA: return p->tRAS;
    case STAMP_DRAM_ACT * 8 + STAMP_DRAM_REF: return p->tRC;
    case STAMP_DRAM_ACT * 8 + STAMP_DRAM_RD: return same.bank ? p->tRCD : 0;
    case STAMP_DRAM_ACT * 8 + STAMP_DRAM_WR: return same.bank ? p->tRCDW : 0;
    case STAMP_DRAM_PRE * 8 + STAMP_DRAM_ACT: return same.bank ? p->tRP : 0;
    case STAMP_DRAM_PRE * 8 + STAMP_DRAM_REF: return p->tRP;
    case STAMP_DRAM_PREA * 8 + STAMP_DRAM_ACT:
    case STAMP_DRAM_PREA * 8 + STAMP_DRAM_REF: return p->tRPab;
    case STAMP_DRAM_PRE * 8 + STAMP_DRAM_PRE:
    case STAMP_DRAM_PRE * 8 + STAMP_DRAM_PREA:
    case STAMP_DRAM_PREA * 8 + STAMP_DRAM_PRE:
    case STAMP_DRAM_PREA * 8 + STAMP_DRAM_PREA: return p->tPPD;
    default: return 0;
    }
}

/* What a command needs behind a column command of its rank. */
static uint64_t column_gap(const struct stamp_dram_params *p, int before, int now, struct pair same)
{
    const uint64_t written = p->tWL + p->burst / p->beats;

    if (!same.rank) return 0;
    switch (before * 8 + now) {
    case STAMP_DRAM_RD * 8 + STAMP_DRAM_RD: return same.group ? p->tCCD_L : p->tCCD_S;
    case STAMP_DRAM_WR * 8 + STAMP_DRAM_WR: return same.group ? p->tCCD_LW : p->tCCD_S;
    case STAMP_DRAM_WR * 8 + STAMP_DRAM_RD: return written + (same.group ? p->tWTR_L : p->tWTR_S);
    case STAMP_DRAM_RD * 8 + STAMP_DRAM_PRE: return same.bank ? p->tRTP : 0;
    case STAMP_DRAM_RD * 8 + STAMP_DRAM_PREA: return p->tRTP;
    case STAMP_DRAM_WR * 8 + STAMP_DRAM_PRE: return same.bank ? written + p->tWR : 0;
    case STAMP_DRAM_WR * 8 + STAMP_DRAM_PREA: return written + p->tWR;
    default: return 0;
    }
}

static bool moves_data(const struct stamp_dram_issue *i)
{
    return i->what == STAMP_DRAM_RD || i->what == STAMP_DRAM_WR;
}

static uint64_t on_bus(const struct stamp_dram_params *p, int what)
{
    if (what == STAMP_DRAM_ACT) return p->act_clocks;
    return what == STAMP_DRAM_RD || what == STAMP_DRAM_WR ? p->cas_clocks : p->pre_clocks;
}

/* Data of both as intervals of the channel's pins. */
static void data_apart(struct dram_watch *w, const struct stamp_dram_issue *b,
                       const struct stamp_dram_issue *i)
{
    const struct stamp_dram_params *p = &w->p;
    const uint64_t long_ = p->burst / p->beats;
    const uint64_t from = i->at + (i->what == STAMP_DRAM_RD ? p->tRL : p->tWL);
    const uint64_t end = b->at + (b->what == STAMP_DRAM_RD ? p->tRL : p->tWL) + long_;
    uint64_t gap = 0;

    if (b->what == STAMP_DRAM_RD && i->what == STAMP_DRAM_WR) gap = p->tRTW;
    if (b->rank != i->rank && gap < p->tCS) gap = p->tCS;
    if (from < end + gap) broken(w, i, "data behind data", from + long_ - end, gap + long_);
}

static void against_past(struct dram_watch *w, struct dram_watch_channel *c,
                         const struct stamp_dram_issue *i)
{
    const struct stamp_dram_params *p = &w->p;
    unsigned acts = 0;

    for (uint64_t n = 1; n <= c->count && n <= DRAM_WATCH_PAST; n++) {
        const struct stamp_dram_issue *b = &c->past[(c->count - n) % DRAM_WATCH_PAST];
        struct pair same = {.rank = b->rank == i->rank};
        same.group = same.rank && b->group == i->group;
        same.bank = same.group && b->bank == i->bank;
        const uint64_t gap = i->at - b->at;
        if (gap > w->horizon) break;
        const uint64_t row = row_gap(p, b->what, i->what, same);
        const uint64_t column = column_gap(p, b->what, i->what, same);
        if (gap < row) broken(w, i, names[b->what], gap, row);
        if (gap < column) broken(w, i, names[b->what], gap, column);
        if (moves_data(b) && moves_data(i)) data_apart(w, b, i);
        if (p->buses == 1 || moves_data(b) == moves_data(i))
            if (gap < on_bus(p, b->what)) broken(w, i, "command bus", gap, on_bus(p, b->what));
        if (b->what == STAMP_DRAM_ACT && same.rank && gap < p->tFAW) acts++;
    }
    if (i->what == STAMP_DRAM_ACT && acts >= 4) broken(w, i, "ACTs in tFAW", acts + 1, 4);
}

/* ---- States ----------------------------------------------------------------------------------------- */

static uint64_t later(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* RD or WR with precharge: the row closes when tRAS and the command's own time are over. */
static void close_behind(struct dram_watch *w, struct dram_watch_channel *c,
                         const struct stamp_dram_issue *i)
{
    const struct stamp_dram_params *p = &w->p;
    const uint64_t own =
        i->what == STAMP_DRAM_RD ? p->tRTP : (uint64_t)p->tWL + p->burst / p->beats + p->tWR;
    const uint64_t at = later(i->at + own, c->opened[i->rank][i->group][i->bank] + p->tRAS);

    c->open[i->rank][i->group][i->bank] = -1;
    c->free[i->rank][i->group][i->bank] = at + p->tRP;
}

static void bank_state(struct dram_watch *w, struct dram_watch_channel *c,
                       const struct stamp_dram_issue *i)
{
    int64_t *open = &c->open[i->rank][i->group][i->bank];

    if (moves_data(i)) {
        if (*open != (int64_t)i->row) broken(w, i, "another row is open", i->row, 0);
        if (i->close) close_behind(w, c, i);
    } else if (i->what == STAMP_DRAM_ACT) {
        if (*open >= 0) broken(w, i, "a row is open", i->row, 0);
        if (i->at < c->free[i->rank][i->group][i->bank]) broken(w, i, "still closing", i->row, 0);
        *open = i->row;
        c->opened[i->rank][i->group][i->bank] = i->at;
    } else if (i->what == STAMP_DRAM_PRE) {
        *open = -1;
    }
}

static void rank_state(struct dram_watch *w, struct dram_watch_channel *c,
                       const struct stamp_dram_issue *i)
{
    for (unsigned g = 0; g < w->p.groups; g++)
        for (unsigned b = 0; b < w->p.banks; b++) {
            if (i->what == STAMP_DRAM_REF && c->open[i->rank][g][b] >= 0)
                broken(w, i, "REF with an open row", 0, 0);
            if (i->what == STAMP_DRAM_REF && i->at < c->free[i->rank][g][b])
                broken(w, i, "REF while a row closes", 0, 0);
            c->open[i->rank][g][b] = -1;
        }
    if (i->what == STAMP_DRAM_REF) c->refreshed[i->rank] = i->at;
}

/* No later than its interval and what may have been under way then. */
static void in_time(struct dram_watch *w, struct dram_watch_channel *c,
                    const struct stamp_dram_issue *i)
{
    const struct stamp_dram_params *p = &w->p;
    const uint64_t most = (uint64_t)p->tREFI + p->tRAS + p->tRCDW + p->tWL + p->burst + p->tWR +
                          p->tRPab + p->tRP + 64;

    if (p->tREFI && i->at > c->refreshed[i->rank] + most)
        broken(w, i, "no REF", i->at - c->refreshed[i->rank], p->tREFI);
}

void dram_watch_see(void *ctx, const struct stamp_dram_issue *i)
{
    struct dram_watch *w = ctx;
    struct dram_watch_channel *c = &w->channel[i->channel];

    w->seen++;
    if (i->channel >= w->p.channels || i->rank >= w->p.ranks || i->group >= w->p.groups ||
        i->bank >= w->p.banks || i->row >= w->p.rows || i->column >= w->p.columns / w->p.burst) {
        broken(w, i, "beyond the device", 0, 0);
        return;
    }
    in_time(w, c, i);
    if (c->refreshed[i->rank] && i->at - c->refreshed[i->rank] < w->p.tRFC)
        broken(w, i, "REF", i->at - c->refreshed[i->rank], w->p.tRFC);
    against_past(w, c, i);
    if (i->what == STAMP_DRAM_REF || i->what == STAMP_DRAM_PREA)
        rank_state(w, c, i);
    else
        bank_state(w, c, i);
    c->past[c->count++ % DRAM_WATCH_PAST] = *i;
}

void dram_watch_end(struct dram_watch *w, uint64_t now)
{
    for (uint32_t c = 0; c < w->p.channels; c++)
        for (uint32_t r = 0; r < w->p.ranks; r++) {
            const struct stamp_dram_issue end = {.at = now, .channel = c, .rank = r};
            in_time(w, &w->channel[c], &end);
        }
}
