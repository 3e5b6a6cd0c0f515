/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file model.h
 * When a DRAM behind one AXI4 port answers: channels, banks, refresh, an FR-FCFS scheduler. No data.
 *
 * Twin of nothing: one C code for the Verilated machine (sim/verilator/dram.h adds the bytes) and for the timed
 * machine. README.md says what is modelled. All times of the memory are whole clocks of it (CK) since the start;
 * of both clocks, edge number c of the accelerator comes when floor(c * clock_khz / (1000 accel_mhz)) CK are over.
 *
 * Between edges the channels run from event to event: a channel knows the clock before which it has nothing to do.
 */
#ifndef STAMP_DRAM_MODEL_H
#define STAMP_DRAM_MODEL_H

#include "model/clock/plain.h"
#include "model/dram/counts.h"
#include "model/dram/map.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    STAMP_DRAM_SLOTS = STAMP_PLAIN_SLOTS, /**< bursts of a direction, W beats */
    STAMP_DRAM_ORDER = 2048,              /**< reads on their way or before their turn */
    STAMP_DRAM_QUEUE = 64,
    STAMP_DRAM_BANKS = 64,
    STAMP_DRAM_RANKS = 8
};

enum stamp_dram_command {
    STAMP_DRAM_ACT,
    STAMP_DRAM_PRE,
    STAMP_DRAM_PREA, /**< all banks of the rank */
    STAMP_DRAM_REF,
    STAMP_DRAM_RD,
    STAMP_DRAM_WR
};

/** A command on a channel's bus, for who watches. */
struct stamp_dram_issue {
    uint64_t at; /**< CK */
    enum stamp_dram_command what;
    uint32_t channel, rank, group, bank, row, column; /**< as far as the command has them */
    bool close;                                       /**< RD, WR: with precharge behind it */
    uint8_t miss; /**< RD, WR: 0 its row was open, 1 it was opened for it, 2 another closed too */
};

/** Earliest clocks of the next commands. bank: within its channel. */
struct stamp_dram_bank {
    uint64_t act, rd, wr, pre;
    uint32_t row;
    bool open;
};
struct stamp_dram_group {
    uint64_t act, rd, wr;
};
struct stamp_dram_rank {
    uint64_t act, rd, wr, pre, due; /**< due: REF */
    uint64_t window[4];             /**< ends of tFAW of the last four ACT */
    uint32_t oldest;
};

/** A column command to come. */
struct stamp_dram_request {
    uint64_t at;               /**< in the queue from here on */
    uint32_t row, column, tag; /**< tag: place of its answer */
    uint8_t rank, group, bank, flat,
        miss; /**< flat: bank of the channel; miss: 1 ACT, 2 PRE was needed */
};
struct stamp_dram_queue {
    uint32_t first, count;
    uint32_t seen;      /**< the oldest so many have come: what follows is of them */
    uint64_t row_next;  /**< before this clock none opens or closes a row; 0: not known */
    uint64_t hit, miss; /**< banks with one whose row is open; with one whose row is not */
    uint8_t hits[STAMP_DRAM_BANKS], misses[STAMP_DRAM_BANKS]; /**< so many */
    struct stamp_dram_request request[2 * STAMP_DRAM_QUEUE]; /**< from first on, the oldest first */
};

struct stamp_dram_channel {
    uint64_t wake;   /**< nothing to do before this clock */
    uint64_t bus[2]; /**< row and column commands: free from here on */
    bool drain;      /**< writes */
    struct stamp_dram_queue reads, writes;
    struct stamp_dram_rank rank[STAMP_DRAM_RANKS];
    struct stamp_dram_group group[STAMP_DRAM_BANKS];
    struct stamp_dram_bank bank[STAMP_DRAM_BANKS];
};

/** What happened since the start. */
struct stamp_dram_model {
    struct stamp_dram_params p;
    struct stamp_dram_map map;
    struct stamp_dram_counts counts;
    uint32_t axi_log, burst_clocks;
    uint64_t capacity;       /**< bytes, less one */
    uint64_t now, rest;      /**< CK that are over; rest of the clocks' ratio */
    uint64_t khz, accel_khz; /**< the ratio */
    uint64_t wake;           /**< of all channels */
    void (*watch)(void *ctx, const struct stamp_dram_issue *issue); /**< NULL: nobody */
    void *watch_ctx;
    bool every; /**< for tests: a channel looks every clock, not when it has to */

    /* Bursts; counts modulo 2^32, places modulo STAMP_DRAM_SLOTS. */
    uint32_t ar_in, ar_sent, ar_out, read_beat, sent_part;
    uint32_t order_in, order_done, order_out; /**< reads sent, answered in order, used up */
    struct stamp_dram_request ar_next,
        aw_next;                     /**< parts ar_sent, sent_part; aw_sent, written_part, */
    uint32_t ar_channel, aw_channel; /**< and theirs, once they have been looked at */
    bool ar_known, aw_known;
    uint64_t ar_addr[STAMP_DRAM_SLOTS], aw_addr[STAMP_DRAM_SLOTS], b_due[STAMP_DRAM_SLOTS];
    uint32_t ar_first[STAMP_DRAM_SLOTS], b_left[STAMP_DRAM_SLOTS];
    uint32_t ar_parts; /**< reads of all bursts so far */
    uint8_t ar_len[STAMP_DRAM_SLOTS];
    bool w_last[STAMP_DRAM_SLOTS], w_whole;
    uint32_t aw_in, aw_sent, b_out, w_in, w_seen, w_out, w_got, w_freed, written_part;
    uint64_t done[STAMP_DRAM_ORDER];     /**< CK at which a read's data are there */
    struct stamp_dram_channel channel[]; /**< params.channels */
};

/** Bytes of a model; the caller allocates them. @param p has passed stamp_dram_check */
size_t stamp_dram_bytes(const struct stamp_dram_params *p);

/** Starts it. @param axi_bytes  width of the port */
void stamp_dram_new(struct stamp_dram_model *m, const struct stamp_dram_params *p,
                    uint32_t axi_bytes);

/** Drops what is under way, drives all outputs low; the memory begins anew. */
void stamp_dram_reset(struct stamp_dram_model *m, struct stamp_clock_axi *pins);

/** An edge; says what it did, as stamp_plain_edge does. */
struct stamp_plain_did stamp_dram_edge(struct stamp_dram_model *m, struct stamp_clock_axi *pins);

/** As of struct stamp_clock_memory. */
uint64_t stamp_dram_still(const struct stamp_dram_model *m, const struct stamp_clock_axi *pins);
void stamp_dram_skip(struct stamp_dram_model *m, const struct stamp_clock_axi *pins,
                     uint64_t cycles);

/** As of struct stamp_clock_memory; image says something of a memory without rows, refreshes and a second channel
 *  alone: no address but its place in a column command decides when that answers. Its state moves with shift as a
 *  whole. */
size_t stamp_dram_image(const struct stamp_dram_model *m, uint8_t *room);
void stamp_dram_restore(struct stamp_dram_model *m, const uint8_t *image);
void stamp_dram_shift(struct stamp_dram_model *m, uint64_t cycles);

bool stamp_dram_idle(
    const struct stamp_dram_model *m); /**< no burst outstanding, no write waiting */

/** The model behind the pins of a timed machine. */
struct stamp_clock_memory stamp_dram_memory(struct stamp_dram_model *m);

#ifdef __cplusplus
}
#endif
#endif
