/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file ag.h
 * When the load or the store unit has a burst's address.
 *
 * RTL twin rtl/dma/stamp_dma_ag.sv with stamp_dma_index, held to them in the benches of stamp_ldu and stamp_stu.
 *          Pins have its ports' names.
 * Contents of the index table decide the addresses of a gathering load.
 * Errors   not timed: no row leaves its memory or the window.
 * Use      drive, with it_hold and room known, which come out of registers as all outputs do; edge.
 */
#ifndef STAMP_CLOCK_AG_H
#define STAMP_CLOCK_AG_H

#include <stdbool.h>

#include "model/spec/spec.h"

#ifdef __cplusplus
extern "C" {
#endif

struct stamp_clock_ag_pins {
    bool valid;                      /**< in: with ready it is accepted */
    const struct stamp_insn_d *insn; /**< in, with valid */
    uint8_t line_beats;              /**< in, with valid */
    bool it_hold, room, axready;     /**< in */
    bool ready, it_re;               /**< out */
    uint16_t it_entry;               /**< out, with it_re */
    bool push, last;                 /**< out: a burst; the instruction's last */
    uint8_t beats;                   /**< out, with push: less one */
    bool ax_behind, axvalid;         /**< out */
    uint64_t axaddr;                 /**< out, with axvalid */
    uint8_t axlen;                   /**< out, with axvalid */
};

enum stamp_clock_ag_state {
    STAMP_CLOCK_AG_IDLE,
    STAMP_CLOCK_AG_ROWS,
    STAMP_CLOCK_AG_SUM,
    STAMP_CLOCK_AG_PART,
    STAMP_CLOCK_AG_SPAN,
    STAMP_CLOCK_AG_CHECK,
    STAMP_CLOCK_AG_RUN
};

/** Row addresses of a gathering load, on their way. Addresses are in units of 64 bytes. */
struct stamp_clock_ag_index {
    bool active, read[2], have[3]; /**< have: index, product, address */
    uint8_t owed, waiting;
    uint16_t entry, last;
    uint64_t addr[3];
    uint32_t fetched[2], fifo[4];
};

struct stamp_clock_ag {
    const uint32_t *it; /**< borrowed, NULL: no gather */
    uint8_t unit_log;   /**< beats of 64 bytes, log2 */
    uint8_t most;       /**< 64-byte units of a burst, less one */
    enum stamp_clock_ag_state state;
    uint16_t n0, n1, i0, i1, it_first; /**< n0, n1 less one */
    bool gather, walk, b, c, d, b_last, c_last, d_last;
    uint8_t d_page, d_most;
    uint32_t row_beats, d_left; /**< less one */
    uint64_t d0, d1, addr, outer, b_addr, c_addr, d_addr;
    uint8_t addresses; /**< in the FIFO, the oldest first */
    struct {
        uint64_t addr;
        uint8_t len;
    } address[2];
    struct stamp_clock_ag_index index;
};

void stamp_clock_ag_init(struct stamp_clock_ag *a, const struct stamp_mach *mach,
                         const uint32_t *it);
void stamp_clock_ag_reset(struct stamp_clock_ag *a);
void stamp_clock_ag_drive(const struct stamp_clock_ag *a, struct stamp_clock_ag_pins *p);
void stamp_clock_ag_edge(struct stamp_clock_ag *a, const struct stamp_clock_ag_pins *p);

/** Nothing changes as long as nothing is accepted and @p room and @p axready stay as they are. */
bool stamp_clock_ag_still(const struct stamp_clock_ag *a, bool room, bool axready);

#ifdef __cplusplus
}
#endif
#endif
