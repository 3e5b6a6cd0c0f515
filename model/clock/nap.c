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

static void mxu_up(struct stamp_clock_top *t)
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
    if (n->mxu && !n->of_mxu.left) mxu_up(t);
}

/* Units that came up in a cycle show their pins in it. */
static void mxu_now(struct stamp_clock_top *t)
{
    struct stamp_clock_pins *p = &t->pins;

    mxu_up(t);
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

    if (n->control && (taken || p->queues.unit_done || p->fetch.rvalid)) n->control = false;
    if (n->stu && (taken >> STU & 1 || (t->axi.bvalid && p->stu.bready))) n->stu = false;
    if (n->vxu && taken >> VXU & 1) vxu_up(t);
    if (n->loads && (!n->mxu || taken >> MXU & 1 || p->xb.we || p->xb.busy ||
                     (!n->vxu && t->ldu.now.space == STAMP_SPACE_VM)))
        memory_now(t);
    if (n->mxu && (taken >> MXU & 1 || p->xb.we || p->xb.busy)) mxu_now(t);
    if (n->memory && (!n->control || !n->stu || taken >> LDU & 1)) memory_now(t);
    if (n->ldu && !n->loads &&
        (taken >> LDU & 1 || p->ldu.rvalid || (p->ldu.arvalid && p->ldu.arready)))
        n->ldu = false;
}

/* Another cycle in bed. */
static void sleep_on(struct stamp_clock_nap *n, uint64_t cycles)
{
    if (n->vxu) n->of_vxu.left -= cycles, n->of_vxu.slept += cycles;
    if (n->mxu) n->of_mxu.left -= cycles, n->of_mxu.slept += cycles;
    if (n->memory) n->of_memory.left -= cycles, n->of_memory.slept += cycles;
}

void stamp_clock_top_slept(struct stamp_clock_top *t)
{
    sleep_on(&t->nap, 1);
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

    if (!n->control || !n->stu || t->rmux.addresses) return;
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
    if (!t->nap.stu) stu_doze(t);
    if (!t->nap.vxu) vxu_doze(t);
    if (!t->nap.mxu) mxu_doze(t);
    if (!t->nap.ldu) ldu_doze(t);
    if (!t->nap.memory) memory_doze(t);
}

/* ---- Many cycles at once ---------------------------------------------------------------------------- */

static void count_run(struct stamp_clock_top *t, uint64_t n)
{
    const struct stamp_clock_pins *p = &t->pins;
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
    e[STAMP_EV_LDU_AXI] += p->ldu.ev_axi_wait * n;
    e[STAMP_EV_STU_AXI] += p->stu.ev_axi_wait * n;
}

/* An instruction goes to its unit in the cycle to come. */
static bool starts(const struct stamp_clock_pins *p)
{
    const uint8_t valid = p->queues.unit_valid;

    return (valid >> LDU & 1 && p->ldu.insn_ready) || (valid >> STU & 1 && p->stu.insn_ready) ||
           (valid >> VXU & 1 && p->vxu.insn_ready) || (valid >> MXU & 1 && p->mxu.insn_ready);
}

uint64_t stamp_clock_top_jump(struct stamp_clock_top *t, uint64_t most)
{
    const struct stamp_clock_nap *n = &t->nap;

    if (!n->control || !n->ldu || !n->stu || !n->vxu || !n->mxu || !n->memory) return 0;
    if (t->pins.xb.busy || !t->pins.xb.ready || starts(&t->pins)) return 0;
    if (n->of_vxu.left < most) most = n->of_vxu.left;
    if (n->of_mxu.left < most) most = n->of_mxu.left;
    if (n->of_memory.left < most) most = n->of_memory.left;
    count_run(t, most);
    sleep_on(&t->nap, most);
    t->cycle += most;
    return most;
}

void stamp_clock_top_settle(struct stamp_clock_top *t)
{
    if (t->nap.memory) memory_up(t);
    if (t->nap.vxu) vxu_up(t);
    if (t->nap.mxu) mxu_up(t);
}
