/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file dram_rig.h
 * A DRAM model, a master in front of it, and who watches its commands.
 */
#ifndef STAMP_TESTS_DRAM_RIG_H
#define STAMP_TESTS_DRAM_RIG_H

#include "tests/model/rnd.h"
#include "tests/oracle/dram_watch.h"

enum { RIG_ISSUES = 64, RIG_BURSTS = 256 };

struct dram_rig {
    struct stamp_dram_model *model; /**< owned */
    struct stamp_clock_axi pins;
    uint64_t edge; /**< edges so far */
    struct dram_watch watch;
    struct stamp_dram_issue issue[RIG_ISSUES]; /**< the first ones */
    unsigned issues;
    uint64_t digest;         /**< of all commands */
    uint64_t r_at, b_at;     /**< edge of the last R, B handshake */
    uint64_t beats, answers; /**< R and B handshakes */
};

/** @param model_of  numbers of the model, the watch has those of @p p; NULL: the same */
void dram_rig_new(struct dram_rig *r, const struct stamp_dram_params *p,
                  const struct stamp_dram_params *model_of, uint32_t axi_bytes);
void dram_rig_free(struct dram_rig *r);

/** An edge with the master's pins as they are. */
struct stamp_plain_did dram_rig_edge(struct dram_rig *r);

/** Edges up to number @p edge, without requests; R and B are taken. */
void dram_rig_until(struct dram_rig *r, uint64_t edge);

/** A burst whose AR or AW and first W are accepted at edge number @p edge; the rest of W follows. */
void dram_rig_read(struct dram_rig *r, uint64_t edge, uint64_t addr, uint8_t len);
void dram_rig_write(struct dram_rig *r, uint64_t edge, uint64_t addr, uint8_t len);

/** A master that asks at random: bursts that keep the rules of AXI4, all handshakes with pauses. */
struct dram_master {
    struct rnd rnd;
    uint64_t span; /**< bytes of addresses */
    uint32_t axi_bytes;
    uint32_t pause;                                     /**< 1/256: of an idle time */
    uint32_t writes;                                    /**< 1/256: of bursts */
    uint64_t idle;                                      /**< edges of the idle time that are left */
    uint32_t reads_out, writes_out;                     /**< bursts without an answer */
    uint32_t w_left, w_bursts, w_len[RIG_BURSTS], w_in; /**< beats to come */
    uint64_t last;
};
void dram_master_drive(struct dram_master *a, struct stamp_clock_axi *pins);
/** @param rlast  as it was before the edge */
void dram_master_see(struct dram_master *a, struct stamp_clock_axi *p, bool rlast,
                     const struct stamp_plain_did *did);

#endif
