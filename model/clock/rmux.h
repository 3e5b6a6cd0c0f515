/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file rmux.h
 * Whose address goes to the read port, and whose beat comes back.
 *
 * RTL twin rtl/dma/stamp_axi_rmux.sv, held to it in tests/rtl/lib_tb.cpp. Pins have its ports' names.
 * Use      drive; see, with both masters' valids and the port's R known; edge.
 */
#ifndef STAMP_CLOCK_RMUX_H
#define STAMP_CLOCK_RMUX_H

#include <stdbool.h>

#include "model/spec/spec.h"

#ifdef __cplusplus
extern "C" {
#endif

struct stamp_clock_rmux_pins {
    bool f_arvalid, l_arvalid, l_rready;           /**< in */
    uint64_t f_araddr, l_araddr;                   /**< in */
    uint8_t f_arlen, l_arlen;                      /**< in */
    bool arready, rvalid, rlast;                   /**< in: of the port */
    bool f_arready, l_arready, f_rvalid, l_rvalid; /**< out, of see */
    bool arvalid, rready;                          /**< out: of the port; rready of see */
    uint64_t araddr;                               /**< out */
    uint8_t arlen;                                 /**< out */
};

struct stamp_clock_rmux {
    uint32_t depth; /**< bursts under way in all, STAMP_BURSTS or less */
    struct {
        uint64_t addr;
        uint8_t len;
    } address[2];
    uint8_t addresses;            /**< in the FIFO, the oldest first */
    uint32_t order_in, order_out; /**< bursts under way */
    bool fetch[STAMP_BURSTS];     /**< whose */
};

void stamp_clock_rmux_init(struct stamp_clock_rmux *m, uint32_t depth);
void stamp_clock_rmux_drive(const struct stamp_clock_rmux *m, struct stamp_clock_rmux_pins *p);
void stamp_clock_rmux_see(const struct stamp_clock_rmux *m, struct stamp_clock_rmux_pins *p);
/** Whether an address is let in. */
static inline bool stamp_clock_rmux_free(const struct stamp_clock_rmux *m)
{
    return m->order_in - m->order_out < m->depth && m->addresses < 2;
}
void stamp_clock_rmux_edge(struct stamp_clock_rmux *m, const struct stamp_clock_rmux_pins *p);

#ifdef __cplusplus
}
#endif
#endif
