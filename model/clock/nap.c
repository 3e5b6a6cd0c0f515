/* SPDX-License-Identifier: Apache-2.0 */
/* nap.c - units that sleep, and cycles passed over. Contract in top.h.
 *
 * A unit sleeps where an edge would leave it as it is, or change nothing but what can be counted. Its pins then are
 * those of a cycle in which nothing happens, and stay: what is counted is counted from the same pins as if all
 * were clocked in every cycle. */
#include <string.h>

#include "model/clock/top.h"

enum {
    MXU = STAMP_UNIT_MXU - 1,
    VXU = STAMP_UNIT_VXU - 1,
    STU = STAMP_UNIT_STU - 1,
    LDU = STAMP_UNIT_LDU - 1,
    WORTH = 4 /* cycles a sleep saves at least */
};

/* ---- Waking up -------------------------------------------------------------------------------------- */

static void vxu_up(struct stamp_clock_top *t)
{
    stamp_clock_vxu_skip(&t->vxu, t->nap.of_vxu.slept);
    t->nap.vxu = false;
}

/* Reads of XB in cycles before @p at of a stream. */
static uint64_t xb_reads(const struct stamp_clock_mxu_run *r, uint64_t at)
{
    return at > r->xb_in ? (at - r->xb_in - 1) / r->xb_every + 1 : 0;
}

void stamp_clock_top_mxu_up(struct stamp_clock_top *t)
{
    const uint64_t n = t->nap.of_mxu.slept;
    const struct stamp_mach *m = t->mach;

    if (t->nap.streams) {
        t->event[STAMP_EV_MXU_ACTIVE] += n;
        t->event[STAMP_EV_MAC_ISSUED] += n * m->P * m->L * m->T;
        t->event[STAMP_EV_WB_READ] += n;
        t->event[STAMP_EV_XB_READ] += xb_reads(&t->nap.run, n);
    }
    stamp_clock_mxu_skip(&t->mxu, n);
    t->nap.mxu = t->nap.streams = false;
}

static void memory_up(struct stamp_clock_top *t)
{
    const uint64_t n = t->nap.of_memory.slept;

    if (n) t->memory.skip(t->memory.ctx, &t->axi, n);
    if (t->nap.loads) {
        const bool vm = t->ldu.now.space == STAMP_SPACE_VM;
        t->event[vm ? STAMP_EV_VM_WRITE : STAMP_EV_WB_WRITE] +=
            stamp_clock_ldu_stream(&t->ldu, n, t->nap.meets);
        t->event[STAMP_EV_LOAD_BYTES] += n * t->mach->AXI_BYTES;
        t->nap.ldu = t->nap.loads = false;
    }
    t->nap.memory = false;
}

void stamp_clock_top_alarm(struct stamp_clock_top *t)
{
    struct stamp_clock_nap *n = &t->nap;

    if (n->memory && (!n->of_memory.left || (n->loads && n->mxu && !n->of_mxu.left))) memory_up(t);
    if (n->vxu && !n->of_vxu.left) vxu_up(t);
    if (n->mxu && !n->of_mxu.left) stamp_clock_top_mxu_up(t);
}

/* Units that came up in a cycle show their pins in it. */
static void mxu_now(struct stamp_clock_top *t)
{
    struct stamp_clock_pins *p = &t->pins;

    stamp_clock_top_mxu_up(t);
    stamp_clock_mxu_drive(&t->mxu, &p->mxu);
    p->xb.re = p->mxu.xb_re;
    p->xb.raddr = p->mxu.xb_addr;
}

static void memory_now(struct stamp_clock_top *t)
{
    const bool loads = t->nap.loads;

    memory_up(t);
    if (loads) stamp_clock_ldu_drive(&t->ldu, &t->pins.ldu);
}

void stamp_clock_top_wake(struct stamp_clock_top *t)
{
    struct stamp_clock_nap *n = &t->nap;
    const struct stamp_clock_pins *p = &t->pins;
    const uint8_t taken = p->queues.unit_valid & p->queues.unit_ready;

    if (n->fetch && p->fetch.rvalid) n->fetch = false;
    if (n->control &&
        (taken || p->queues.unit_done || (!n->fetch && p->dispatch.want && p->fetch.valid)))
        n->control = false;
    if (n->fetch && !n->control) n->fetch = false;
    if (n->stu && (taken >> STU & 1 || (t->axi.bvalid && p->stu.bready))) n->stu = false;
    if (taken >> VXU & 1) t->vxu_pc = p->queues.unit_insn[VXU]->pc;
    if (n->vxu && taken >> VXU & 1) vxu_up(t);
    if (n->loads && (!n->mxu || taken >> MXU & 1 || p->xb.we || p->xb.busy ||
                     (!n->vxu && t->ldu.now.space == STAMP_SPACE_VM)))
        memory_now(t);
    if (n->mxu && (taken >> MXU & 1 || p->xb.we || p->xb.busy)) mxu_now(t);
    if (n->memory && (!n->fetch || !n->stu || taken >> LDU & 1)) memory_now(t);
    if (n->ldu && !n->loads &&
        (taken >> LDU & 1 || p->ldu.rvalid || (p->ldu.arvalid && p->ldu.arready)))
        n->ldu = false;
}

void stamp_clock_top_slept(struct stamp_clock_top *t, uint64_t cycles)
{
    struct stamp_clock_nap *n = &t->nap;

    if (n->vxu) n->of_vxu.left -= cycles, n->of_vxu.slept += cycles;
    if (n->mxu) n->of_mxu.left -= cycles, n->of_mxu.slept += cycles;
    if (n->memory) n->of_memory.left -= cycles, n->of_memory.slept += cycles;
}

/* ---- Falling asleep --------------------------------------------------------------------------------- */

/* Whether fetch stays as it is while nothing comes: an edge made with a copy. */
static void fetch_doze(struct stamp_clock_top *t)
{
    struct stamp_clock_fetch copy = t->fetch;
    struct stamp_clock_fetch_pins *f = &t->pins.fetch;

    if (f->rvalid || copy.arvalid || copy.settle || copy.we || copy.late || copy.stale) return;
    stamp_clock_fetch_drive(&copy, f);
    stamp_clock_top_fetch(t);
    if (f->want && f->valid) return;
    stamp_clock_fetch_edge(&copy, f);
    t->nap.fetch = !memcmp(&copy, &t->fetch, sizeof copy);
}

static void control_doze(struct stamp_clock_top *t)
{
    struct stamp_clock_dispatch_pins *d = &t->pins.dispatch;
    struct stamp_clock_queues_pins *q = &t->pins.queues;

    if (d->push || d->ev_control || q->take || q->gives || d->jump) return;
    if (!stamp_clock_queues_still(&t->queues)) return;
    stamp_clock_queues_drive(&t->queues, q);
    stamp_clock_top_offers(&t->pins);
    stamp_clock_dispatch_drive(&t->dispatch, d);
    d->ready = q->ready;
    d->all_idle = q->all_idle;
    d->start = d->valid = false;
    if (!d->busy || !stamp_clock_dispatch_still(&t->dispatch, d)) return;
    stamp_clock_top_fetch(t);
    if (d->want && t->pins.fetch.valid) return;
    stamp_clock_dispatch_see(&t->dispatch, d);
    q->gives = q->unit_done = 0;
    t->nap.control = true;
}

/* An address of the load unit is let in from now on, but for what fetch does. */
static bool arready(const struct stamp_clock_top *t)
{
    return stamp_clock_rmux_free(&t->rmux);
}

static void ldu_doze(struct stamp_clock_top *t)
{
    struct stamp_clock_ldu_pins *l = &t->pins.ldu;

    if (!stamp_clock_ldu_still(&t->ldu, arready(t))) return;
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
    p.insn_valid = s->insn_valid; /* which waits until the unit is ready */
    *s = p;
    t->nap.stu = true;
}

static void vxu_doze(struct stamp_clock_top *t)
{
    const uint64_t n = stamp_clock_vxu_still(&t->vxu);

    if (n < WORTH || !t->pins.xb.ready || t->pins.vxu.xb_we) return;
    stamp_clock_vxu_drive(&t->vxu, &t->pins.vxu);
    t->nap.vxu = true;
    t->nap.of_vxu.left = n;
    t->nap.of_vxu.slept = 0;
}

/* Pins that move while the array streams are counted when it is over. */
static void mxu_doze(struct stamp_clock_top *t)
{
    struct stamp_clock_nap *n = &t->nap;
    struct stamp_clock_mxu_pins *m = &t->pins.mxu;
    uint64_t cycles = stamp_clock_mxu_still(&t->mxu);

    if (t->pins.xb.we || t->pins.xb.busy) return;
    const bool streams = cycles < WORTH;
    if (streams && t->mxu.ev_active) {
        n->run = stamp_clock_mxu_stream(&t->mxu);
        cycles = n->run.cycles;
    }
    if (cycles < WORTH) return;
    stamp_clock_mxu_drive(&t->mxu, m);
    if (streams) m->ev_active = m->wb_re = m->xb_re = false;
    n->mxu = true;
    n->streams = streams;
    n->of_mxu.left = cycles;
    n->of_mxu.slept = 0;
}

/* A beat a cycle: who else may write what the lines go to sleeps, or writes something else. */
static bool loads(struct stamp_clock_top *t)
{
    struct stamp_clock_nap *n = &t->nap;
    struct stamp_clock_ldu_pins *l = &t->pins.ldu;

    if (n->ldu || !n->mxu || t->pins.mxu.vm_we || t->pins.mxu.cm_re) return false;
    if (t->ldu.now.space == STAMP_SPACE_VM && (!n->vxu || t->pins.vxu.vw_valid)) return false;
    if (t->rmux.fetch[t->rmux.order_out % STAMP_BURSTS]) return false;
    n->meets.wb_read = n->streams;
    n->meets.wb = n->run.wb + (uint32_t)n->of_mxu.slept;
    if (!stamp_clock_ldu_streams(&t->ldu, arready(t), n->meets)) return false;
    stamp_clock_ldu_drive(&t->ldu, l);
    return true;
}

static void memory_doze(struct stamp_clock_top *t)
{
    struct stamp_clock_nap *n = &t->nap;
    struct stamp_clock_ldu_pins *l = &t->pins.ldu;

    if (!n->fetch || !n->stu || t->rmux.addresses) return;
    if (t->axi.rvalid ? !loads(t) : !n->ldu) return;
    stamp_clock_rmux_drive(&t->rmux, &t->pins.rmux);
    stamp_clock_top_read_port(t);
    stamp_clock_top_axi(t);
    const uint64_t cycles = t->memory.still(t->memory.ctx, &t->axi);
    if (cycles < WORTH) return;
    n->of_memory.left = cycles;
    n->of_memory.slept = 0;
    n->memory = true;
    n->loads = !n->ldu;
    if (!n->loads) return;
    n->ldu = true;
    l->wr_valid = l->ev_axi_wait = false;
    l->ev_bytes = 0;
}

void stamp_clock_top_doze(struct stamp_clock_top *t)
{
    if (!t->nap.control) control_doze(t);
    if (t->nap.control && !t->nap.fetch) fetch_doze(t);
    if (!t->nap.stu) stu_doze(t);
    if (!t->nap.vxu) vxu_doze(t);
    if (!t->nap.mxu) mxu_doze(t);
    if (!t->nap.ldu) ldu_doze(t);
    if (!t->nap.memory) memory_doze(t);
}

void stamp_clock_top_settle(struct stamp_clock_top *t)
{
    if (t->nap.memory) memory_up(t);
    if (t->nap.vxu) vxu_up(t);
    if (t->nap.mxu) stamp_clock_top_mxu_up(t);
    stamp_clock_top_counted(t);
}
