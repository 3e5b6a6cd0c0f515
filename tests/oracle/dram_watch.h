/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file dram_watch.h
 * Watches the commands of a DRAM and says which break its timings. Shares nothing with model/dram but its numbers:
 * every command is held against each of those before it, pair by pair; data on the bus are intervals.
 */
#ifndef STAMP_TESTS_DRAM_WATCH_H
#define STAMP_TESTS_DRAM_WATCH_H

#include "model/dram/model.h"

enum { DRAM_WATCH_PAST = 256, DRAM_WATCH_CHANNELS = 64 };

struct dram_watch {
    struct stamp_dram_params p;
    uint64_t horizon; /**< clocks behind which no command but REF holds another */
    uint64_t seen, broken;
    char first[160]; /**< what the first broken rule was */
    struct dram_watch_channel {
        struct stamp_dram_issue past[DRAM_WATCH_PAST];
        uint64_t count;
        int64_t open[8][8][16];    /* row, -1 closed */
        uint64_t opened[8][8][16]; /* its ACT */
        uint64_t free[8][8][16];   /* a row that closed by itself: ACT from here on */
        uint64_t refreshed[8];
    } channel[DRAM_WATCH_CHANNELS];
};

void dram_watch_new(struct dram_watch *w, const struct stamp_dram_params *p);

/** For struct stamp_dram_model: watch. @param ctx  struct dram_watch */
void dram_watch_see(void *ctx, const struct stamp_dram_issue *issue);

/** The run is over at @p now: refreshes that never came. */
void dram_watch_end(struct dram_watch *w, uint64_t now);

#endif
