/* SPDX-License-Identifier: Apache-2.0 */
/* jump.c - units that sleep, and cycles passed over. Contract in top.h.
 *
 * A unit sleeps where an edge would leave it as it is. Its pins then are those of a cycle in which nothing
 * happens, and stay. That is all the difference to a machine whose units are clocked in every cycle: what is
 * counted is counted from the same pins. */
#include <string.h>

#include "model/clock/top.h"

enum {
    MXU = STAMP_UNIT_MXU - 1,
    VXU = STAMP_UNIT_VXU - 1,
    STU = STAMP_UNIT_STU - 1,
    LDU = STAMP_UNIT_LDU - 1,
    WORTH = 4 /* cycles a sleep or a jump saves at least */
};

/* ---- Waking up -------------------------------------------------------------------------------------- */

static void vxu_up(struct stamp_clock_top *t)
{
    stamp_clock_vxu_skip(&t->vxu, t->nap.vxu_slept);
    t->nap.vxu = false;
    t->nap.vxu_slept = 0;
}

static void mxu_up(struct stamp_clock_top *t)
{
    stamp_clock_mxu_skip(&t->mxu, t->nap.mxu_slept);
    t->nap.mxu = t->nap.streams = false;
    t->nap.mxu_slept = 0;
}

/* Pins of the array while it streams. */
static void stream_pins(struct stamp_clock_top *t)
{
    const struct stamp_clock_mxu_run *r = &t->nap.run;
    struct stamp_clock_mxu_pins *m = &t->pins.mxu;

    m->wb_re = true;
    m->wb_addr = (uint16_t)(r->wb + t->nap.mxu_slept);
    m->xb_re = t->nap.mxu_slept >= r->xb_in && (t->nap.mxu_slept - r->xb_in) % r->xb_every == 0;
}

void stamp_clock_top_alarm(struct stamp_clock_top *t)
{
    struct stamp_clock_nap *n = &t->nap;

    if (n->vxu && !n->vxu_left) vxu_up(t);
    if (n->mxu && !n->mxu_left) mxu_up(t);
    if (n->streams) stream_pins(t);
}

void stamp_clock_top_wake(struct stamp_clock_top *t)
{
    struct stamp_clock_nap *n = &t->nap;
    const struct stamp_clock_pins *p = &t->pins;
    const uint8_t taken = p->queues.unit_valid & p->queues.unit_ready;

    if (n->control && (taken || p->queues.unit_done || p->fetch.rvalid)) n->control = false;
    if (n->ldu && (taken >> LDU & 1 || p->ldu.rvalid)) n->ldu = false;
    if (n->stu && (taken >> STU & 1 || (t->axi.bvalid && p->stu.bready))) n->stu = false;
    if (n->vxu && taken >> VXU & 1) vxu_up(t);
    if (n->mxu && (taken >> MXU & 1 || p->xb.we || p->xb.busy)) {
        mxu_up(t);
        stamp_clock_mxu_drive(&t->mxu, &t->pins.mxu); /* the line of XB, too */
        t->pins.xb.re = p->mxu.xb_re;
        t->pins.xb.raddr = p->mxu.xb_addr;
    }
    if (n->vxu) n->vxu_left--, n->vxu_slept++;
    if (n->mxu) n->mxu_left--, n->mxu_slept++;
}

/* ---- Falling asleep --------------------------------------------------------------------------------- */

/* Whether fetch stays as it is while nothing comes: an edge made with a copy. */
static bool fetch_still(struct stamp_clock_top *t)
{
    struct stamp_clock_fetch copy = t->fetch;
    struct stamp_clock_fetch_pins *f = &t->pins.fetch;
    const struct stamp_clock_dispatch_pins *d = &t->pins.dispatch;

    if (copy.arvalid || copy.settle || copy.we || copy.late || copy.stale) return false;
    stamp_clock_fetch_drive(&copy, f);
    f->pc = d->pc;
    f->keep = d->keep;
    f->jump = d->jump;
    f->want = d->want;
    f->run = d->busy;
    f->rvalid = f->start = false;
    stamp_clock_fetch_see(&copy, f);
    if (f->want && f->valid) return false;
    stamp_clock_fetch_edge(&copy, f);
    return !memcmp(&copy, &t->fetch, sizeof copy);
}

static void control_doze(struct stamp_clock_top *t)
{
    struct stamp_clock_dispatch_pins *d = &t->pins.dispatch;
    struct stamp_clock_queues_pins *q = &t->pins.queues;

    if (d->push || d->ev_control || q->take || q->gives || t->pins.fetch.rvalid) return;
    if (!stamp_clock_queues_still(&t->queues)) return;
    stamp_clock_queues_drive(&t->queues, q);
    stamp_clock_dispatch_drive(&t->dispatch, d);
    d->ready = q->ready;
    d->all_idle = q->all_idle;
    d->start = d->valid = false;
    if (!d->busy || !stamp_clock_dispatch_still(&t->dispatch, d) || !fetch_still(t)) return;
    d->valid = t->pins.fetch.valid;
    stamp_clock_dispatch_see(&t->dispatch, d);
    q->gives = q->unit_done = 0;
    t->nap.control = true;
}

static void ldu_doze(struct stamp_clock_top *t)
{
    struct stamp_clock_ldu_pins *l = &t->pins.ldu;

    if (!stamp_clock_ldu_still(&t->ldu)) return;
    stamp_clock_ldu_drive(&t->ldu, l);
    l->ev_bytes = 0;
    l->ev_axi_wait = t->ldu.cur_valid;
    t->nap.ldu = true;
}

/* At rest, or waiting for B alone. */
static void stu_doze(struct stamp_clock_top *t)
{
    struct stamp_clock_stu copy;
    struct stamp_clock_stu_pins *s = &t->pins.stu;

    if (t->stu.ws || t->stu.done || t->stu.rd.ask || t->stu.ag.addresses) return;
    if (t->stu.x && t->stu.rd.lines) return;
    copy = t->stu;
    struct stamp_clock_stu_pins p = *s;
    p.insn_valid = p.bvalid = false;
    stamp_clock_stu_drive(&copy, &p);
    stamp_clock_stu_edge(&copy, &p);
    if (memcmp(&copy, &t->stu, sizeof copy) != 0) return;
    *s = p;
    t->nap.stu = true;
}

static void vxu_doze(struct stamp_clock_top *t)
{
    const uint64_t n = stamp_clock_vxu_still(&t->vxu);

    if (n < WORTH || !t->pins.xb.ready || t->pins.vxu.xb_we) return;
    stamp_clock_vxu_drive(&t->vxu, &t->pins.vxu);
    t->nap.vxu = true;
    t->nap.vxu_left = n;
}

static void mxu_doze(struct stamp_clock_top *t)
{
    struct stamp_clock_nap *n = &t->nap;
    const uint64_t idle = stamp_clock_mxu_still(&t->mxu);

    if (t->pins.xb.we || t->pins.xb.busy) return;
    n->run = (struct stamp_clock_mxu_run){0};
    if (idle < WORTH && t->mxu.ev_active) n->run = stamp_clock_mxu_stream(&t->mxu);
    if (idle < WORTH && n->run.cycles < WORTH) return;
    stamp_clock_mxu_drive(&t->mxu, &t->pins.mxu);
    n->mxu = true;
    n->streams = idle < WORTH;
    n->mxu_left = n->streams ? n->run.cycles : idle;
}

void stamp_clock_top_doze(struct stamp_clock_top *t)
{
    if (!t->nap.control) control_doze(t);
    if (!t->nap.ldu) ldu_doze(t);
    if (!t->nap.stu) stu_doze(t);
    if (!t->nap.vxu) vxu_doze(t);
    if (!t->nap.mxu) mxu_doze(t);
}

/* ---- Many cycles at once ---------------------------------------------------------------------------- */

/* The load unit: asleep, or its lines meet nobody but the array. */
static bool loads_on(const struct stamp_clock_top *t)
{
    if (t->nap.ldu) return true;
    return stamp_clock_ldu_streams(&t->ldu) && !t->pins.mxu.vm_we && !t->pins.vxu.vw_valid;
}

static uint64_t horizon(struct stamp_clock_top *t, uint64_t most)
{
    const struct stamp_clock_nap *n = &t->nap;

    if (!n->control || !n->stu || !n->vxu || !n->mxu) return 0;
    if (!n->vxu_left || !n->mxu_left || t->rmux.addresses) return 0;
    if (t->pins.xb.busy || !t->pins.xb.ready || !loads_on(t)) return 0;
    if (n->vxu_left < most) most = n->vxu_left;
    if (n->mxu_left < most) most = n->mxu_left;
    if (!n->ldu) stamp_clock_ldu_drive(&t->ldu, &t->pins.ldu);
    stamp_clock_rmux_drive(&t->rmux, &t->pins.rmux);
    t->pins.rmux.rready = t->pins.ldu.rready;
    stamp_clock_top_axi(t);
    if (t->axi.rvalid && (n->ldu || t->rmux.fetch[t->rmux.order_out % STAMP_BURSTS])) return 0;
    if (!t->axi.rvalid && !n->ldu) return 0;
    const uint64_t memory = t->memory.still(t->memory.ctx, &t->axi);
    return memory < most ? memory : most;
}

static void count_run(struct stamp_clock_top *t, uint64_t n, uint32_t lines)
{
    const struct stamp_clock_pins *p = &t->pins;
    const struct stamp_clock_nap *nap = &t->nap;
    const struct stamp_mach *m = t->mach;
    uint64_t *e = t->event;

    e[STAMP_EV_CYCLES] += n;
    e[STAMP_EV_LDU_BUSY] += p->ldu.busy * n;
    e[STAMP_EV_STU_BUSY] += p->stu.busy * n;
    e[STAMP_EV_VXU_BUSY] += p->vxu.busy * n;
    e[STAMP_EV_MXU_BUSY] += p->mxu.busy * n;
    e[STAMP_EV_LDU_WAIT] += (p->queues.waits >> LDU & 1) * n;
    e[STAMP_EV_STU_WAIT] += (p->queues.waits >> STU & 1) * n;
    e[STAMP_EV_VXU_WAIT] += (p->queues.waits >> VXU & 1) * n;
    e[STAMP_EV_MXU_WAIT] += (p->queues.waits >> MXU & 1) * n;
    e[STAMP_EV_STU_AXI] += p->stu.ev_axi_wait * n;
    if (nap->ldu)
        e[STAMP_EV_LDU_AXI] += p->ldu.ev_axi_wait * n;
    else
        e[STAMP_EV_LOAD_BYTES] += m->AXI_BYTES * n;
    if (lines)
        e[t->ldu.now.space == STAMP_SPACE_VM ? STAMP_EV_VM_WRITE : STAMP_EV_WB_WRITE] += lines;
    if (!nap->streams) return;
    const uint64_t from = nap->mxu_slept, to = from + n, first = nap->run.xb_in;
    const uint64_t every = nap->run.xb_every;
    e[STAMP_EV_MXU_ACTIVE] += n;
    e[STAMP_EV_MAC_ISSUED] += n * m->P * m->L * m->T;
    e[STAMP_EV_WB_READ] += n;
    /* reads before a cycle are those at first, first + every, ... below it */
    e[STAMP_EV_XB_READ] += (to > first ? (to - first - 1) / every + 1 : 0) -
                           (from > first ? (from - first - 1) / every + 1 : 0);
}

uint64_t stamp_clock_top_jump(struct stamp_clock_top *t, uint64_t most)
{
    struct stamp_clock_nap *nap = &t->nap;
    const uint64_t n = horizon(t, most);
    uint32_t lines = 0;

    if (n < WORTH) return 0;
    t->memory.skip(t->memory.ctx, &t->axi, n);
    if (!nap->ldu) {
        const struct stamp_clock_ldu_meets meets = {nap->streams,
                                                    nap->run.wb + (uint32_t)nap->mxu_slept};
        lines = stamp_clock_ldu_stream(&t->ldu, n, meets);
    }
    count_run(t, n, lines);
    nap->vxu_left -= n, nap->vxu_slept += n;
    nap->mxu_left -= n, nap->mxu_slept += n;
    t->cycle += n;
    return n;
}
