/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file lib_clock.h
 * Of lib_tb: what model/clock says of the memories and of the read multiplexer beside the RTL.
 */
#ifndef STAMP_TESTS_RTL_LIB_CLOCK_H
#define STAMP_TESTS_RTL_LIB_CLOCK_H

#include "model/clock/memories.h"
#include "model/clock/rmux.h"

/* VM's grants as its twin sees them. */
template <class T> static bool vm_as_timed(const T *top)
{
    stamp_clock_vm_pins p = {};

    p.mx_we = top->v_mx_i, p.vw_valid = top->v_vw_i, p.lw_valid = top->v_lw_i;
    p.vr_re = top->v_vr_i;
    p.mx_addr = top->v_mx_addr_i, p.vw_addr = top->v_vw_addr_i, p.lw_addr = top->v_lw_addr_i;
    p.vr_addr = top->v_vr_addr_i, p.sr_addr = top->v_sr_addr_i;
    stamp_clock_vm_see(&p);
    return p.vw_ready == top->v_vw_o && p.lw_ready == top->v_lw_o && p.sr_ready == top->v_sr_o;
}

/* A cycle of a table's twin; whether it is ready as the RTL is. */
static inline bool table_as_timed(stamp_clock_table &twin, bool ready, bool re, uint32_t entry,
                                  bool writing, uint32_t line)
{
    const bool same = stamp_clock_table_ready(&twin, re, entry) == ready;

    stamp_clock_table_edge(&twin, re, entry, writing, line);
    return same;
}

/* A cycle of the multiplexer's twin; whether all its outputs are the RTL's. */
template <class T> static bool rmux_as_timed(stamp_clock_rmux &twin, const T *top)
{
    stamp_clock_rmux_pins p = {};

    p.f_arvalid = top->x_f_arvalid_i, p.l_arvalid = top->x_l_arvalid_i;
    p.f_araddr = top->x_f_araddr_i, p.l_araddr = top->x_l_araddr_i;
    p.f_arlen = top->x_f_arlen_i, p.l_arlen = top->x_l_arlen_i;
    p.l_rready = top->x_l_rready_i, p.arready = top->x_arready_i;
    p.rvalid = top->x_rvalid_i, p.rlast = top->x_rlast_i;
    stamp_clock_rmux_drive(&twin, &p);
    stamp_clock_rmux_see(&twin, &p);
    stamp_clock_rmux_edge(&twin, &p);
    const bool address = !p.arvalid || (p.araddr == top->x_araddr_o && p.arlen == top->x_arlen_o);
    return address && p.arvalid == top->x_arvalid_o && p.rready == top->x_rready_o &&
           p.f_arready == top->x_f_arready_o && p.l_arready == top->x_l_arready_o &&
           p.f_rvalid == top->x_f_rvalid_o && p.l_rvalid == top->x_l_rvalid_o;
}

#endif
