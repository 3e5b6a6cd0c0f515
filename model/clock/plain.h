/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file plain.h
 * When a memory without banks answers: a latency, a rate, random stalls. The one code for the Verilated machine
 * (sim/verilator/dram.h adds the bytes) and for the timed machine: the same seed is the same cycle.
 */
#ifndef STAMP_CLOCK_PLAIN_H
#define STAMP_CLOCK_PLAIN_H

#include "model/clock/axi.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Probabilities in 1/256 per cycle, 0 never. */
struct stamp_plain_config {
    uint32_t read_latency;  /**< cycles from AR to its first beat, 1 or more */
    uint32_t write_latency; /**< cycles from the last W to B, 1 or more */
    uint32_t read_rate;     /**< beats per 256 cycles, 1..256 */
    uint32_t write_rate;
    uint32_t stall_ar, stall_r, stall_aw, stall_w, stall_b;
    bool aw_waits_for_w; /**< AWREADY only once a beat of the burst is here (legal) */
    uint64_t seed;
};

enum { STAMP_PLAIN_SLOTS = 64 }; /**< bursts of a direction, W beats: a power of two */

/** Rings are counted by what went in and what came out, modulo 2^32. */
struct stamp_plain {
    uint64_t cycles, rng;
    uint32_t read_credit, write_credit;
    uint32_t read_beat; /**< of the oldest read burst: beats taken */
    uint32_t ar_in, ar_out, aw_in, aw_out, w_in, w_out, b_in, b_out;
    uint32_t w_lasts, aw_seen; /**< complete W bursts, AW taken */
    uint64_t ar_due[STAMP_PLAIN_SLOTS], b_due[STAMP_PLAIN_SLOTS];
    uint8_t ar_len[STAMP_PLAIN_SLOTS];
    bool w_last[STAMP_PLAIN_SLOTS];
};

/** What an edge did. */
struct stamp_plain_did {
    bool ar, r, aw, w, b;  /**< handshakes completed */
    bool r_shown, b_shown; /**< a beat, a response is driven from now on */
    uint32_t written;      /**< beats that went to memory, oldest first */
};

void stamp_plain_new(struct stamp_plain *p, const struct stamp_plain_config *c);

/** Drops what is under way, drives all outputs low. */
void stamp_plain_reset(struct stamp_plain *p, struct stamp_clock_axi *pins);

/** One edge; @p c may differ from edge to edge but for the seed. */
struct stamp_plain_did stamp_plain_edge(struct stamp_plain *p, const struct stamp_plain_config *c,
                                        struct stamp_clock_axi *pins);

/** Nothing outstanding. */
bool stamp_plain_idle(const struct stamp_plain *p);

/** The same behind the pins of a timed machine. */
struct stamp_clock_plain {
    struct stamp_plain_config config;
    struct stamp_plain plain;
};

/** Starts @p m anew; it has to outlive what is returned. */
struct stamp_clock_memory stamp_clock_plain(struct stamp_clock_plain *m,
                                            const struct stamp_plain_config *c);

#ifdef __cplusplus
}
#endif
#endif
