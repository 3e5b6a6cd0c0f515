/* SPDX-License-Identifier: Apache-2.0 */
/* events.c - what is counted of a cycle, and of many. Contract in top.h; RTL twin rtl/ctrl/stamp_events.sv. */
#include "model/clock/top.h"

static uint32_t bits(uint32_t mask)
{
    return (mask & 1) + (mask >> 1 & 1) + (mask >> 2 & 1) + (mask >> 3 & 1);
}

static void count_loads(const struct stamp_clock_top *t, uint64_t *e)
{
    const struct stamp_clock_pins *p = &t->pins;

    e[STAMP_EV_LOAD_BYTES] += p->ldu.ev_bytes;
    if (!p->ldu.wr_valid) return;
    e[STAMP_EV_WB_WRITE] += p->ldu.wr_space == STAMP_SPACE_WB && p->ldu.wr_ready;
    e[STAMP_EV_VM_WRITE] += p->vm.lw_valid && p->vm.lw_ready;
}

static void count_stores(const struct stamp_clock_top *t, uint64_t *e)
{
    const struct stamp_clock_pins *p = &t->pins;

    e[STAMP_EV_STORE_BYTES] += p->stu.ev_bytes;
    e[STAMP_EV_VM_READ] += p->stu.rd_valid && p->stu.rd_ready;
    e[STAMP_EV_PB_READ] += p->stu.pb_re && p->stu.pb_ready;
}

static void count_vector(const struct stamp_clock_top *t, uint64_t *e)
{
    const struct stamp_clock_vxu_pins *v = &t->pins.vxu;

    e[STAMP_EV_XB_WRITE] += v->xb_we ? 1 + v->xb_two : 0;
    e[STAMP_EV_VM_READ] += v->ev_read;
    e[STAMP_EV_VM_WRITE] += v->vw_valid && v->vw_ready;
    e[STAMP_EV_VX_LINES] += v->ev_lines;
    e[STAMP_EV_DIVIDES] += v->ev_divides;
    e[STAMP_EV_FN_LINES] += v->ev_fn;
    e[STAMP_EV_PB_WRITE] += v->pb_we;
    e[STAMP_EV_VXU_VM] += v->vw_valid && !v->vw_ready;
}

static void count_matrix(const struct stamp_clock_top *t, uint64_t *e)
{
    const struct stamp_clock_mxu_pins *x = &t->pins.mxu;
    const struct stamp_mach *m = t->mach;
    const uint32_t products = m->L * m->T;

    e[STAMP_EV_MXU_ACTIVE] += x->ev_active;
    e[STAMP_EV_MAC_ISSUED] += x->ev_active ? m->P * products : 0;
    e[STAMP_EV_MAC_USED] += (uint64_t)x->ev_used * products;
    e[STAMP_EV_XB_READ] += x->xb_re;
    e[STAMP_EV_WB_READ] += x->wb_re;
    e[STAMP_EV_VM_WRITE] += x->vm_we;
    e[STAMP_EV_AC_READ] += x->ev_ac_read;
    e[STAMP_EV_AC_WRITE] += x->ac_we;
    e[STAMP_EV_DRAIN_LINES] += x->ev_line;
    e[STAMP_EV_MXU_DRAIN] += x->ev_stall;
}

/* What stays as it is while nothing begins or ends, a bit each. */
static uint32_t lasting(const struct stamp_clock_pins *p)
{
    return (uint32_t)(p->ldu.busy | p->stu.busy << 1 | p->vxu.busy << 2 | p->mxu.busy << 3 |
                      p->queues.waits << 4 | p->ldu.ev_axi_wait << 8 | p->stu.ev_axi_wait << 9);
}

/* Counters of what lasted for @p cycles. */
static void count_lasting(uint64_t *e, uint32_t what, uint64_t cycles)
{
    static const uint8_t event[] = {STAMP_EV_LDU_BUSY, STAMP_EV_STU_BUSY, STAMP_EV_VXU_BUSY,
                                    STAMP_EV_MXU_BUSY, STAMP_EV_LDU_WAIT, STAMP_EV_STU_WAIT,
                                    STAMP_EV_VXU_WAIT, STAMP_EV_MXU_WAIT, STAMP_EV_LDU_AXI,
                                    STAMP_EV_STU_AXI};

    for (uint32_t i = 0; i < sizeof event; i++)
        if (what >> i & 1) e[event[i]] += cycles;
}

void stamp_clock_top_last(struct stamp_clock_top *t, uint64_t cycles)
{
    const uint32_t what = lasting(&t->pins);

    t->event[STAMP_EV_CYCLES] += cycles;
    if (what != t->lasts) {
        count_lasting(t->event, t->lasts, t->lasted);
        t->lasts = what;
        t->lasted = 0;
    }
    t->lasted += cycles;
}

void stamp_clock_top_counted(struct stamp_clock_top *t)
{
    count_lasting(t->event, t->lasts, t->lasted);
    t->lasted = 0;
}

void stamp_clock_top_count(struct stamp_clock_top *t)
{
    const struct stamp_clock_nap *n = &t->nap;
    uint64_t *e = t->event;

    stamp_clock_top_last(t, 1);
    if (t->pins.fetch.rvalid) e[STAMP_EV_FETCH_BYTES] += t->mach->AXI_BYTES;
    if (!n->control) e[STAMP_EV_INSNS] += t->pins.dispatch.ev_control + bits(t->pins.queues.gives);
    if (!n->ldu) count_loads(t, e);
    if (!n->stu) count_stores(t, e);
    if (!n->vxu) count_vector(t, e);
    if (!n->mxu) count_matrix(t, e);
}
