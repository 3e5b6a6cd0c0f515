/* SPDX-License-Identifier: Apache-2.0 */
/* rmux.c - one read port for fetch and load unit, on a clock. Contract in rmux.h. */
#include "model/clock/rmux.h"

#include <string.h>

void stamp_clock_rmux_init(struct stamp_clock_rmux *m, uint32_t depth)
{
    memset(m, 0, sizeof *m);
    m->depth = depth;
}

void stamp_clock_rmux_drive(const struct stamp_clock_rmux *m, struct stamp_clock_rmux_pins *p)
{
    p->arvalid = m->addresses;
    p->araddr = m->address[0].addr;
    p->arlen = m->address[0].len;
}

void stamp_clock_rmux_see(const struct stamp_clock_rmux *m, struct stamp_clock_rmux_pins *p)
{
    const bool free = stamp_clock_rmux_free(m), fetch = m->fetch[m->order_out % STAMP_BURSTS];

    p->f_arready = free;
    p->l_arready = free && !p->f_arvalid;
    p->rready = p->l_rready;
    p->f_rvalid = p->rvalid && p->rready && fetch;
    p->l_rvalid = p->rvalid && !fetch;
}

void stamp_clock_rmux_edge(struct stamp_clock_rmux *m, const struct stamp_clock_rmux_pins *p)
{
    const bool push = stamp_clock_rmux_free(m) && (p->f_arvalid || p->l_arvalid);

    if (p->rvalid && p->rready && p->rlast) m->order_out++;
    if (p->arready && m->addresses) {
        m->address[0] = m->address[1];
        m->addresses--;
    }
    if (!push) return;
    m->address[m->addresses].addr = p->f_arvalid ? p->f_araddr : p->l_araddr;
    m->address[m->addresses++].len = p->f_arvalid ? p->f_arlen : p->l_arlen;
    m->fetch[m->order_in++ % STAMP_BURSTS] = p->f_arvalid;
}
