/* SPDX-License-Identifier: Apache-2.0 */
/* top.c - wiring. Contract in top.h. */
#include "model/clock/top.h"

#include <string.h>

enum { LDU = STAMP_UNIT_LDU - 1, STU = STAMP_UNIT_STU - 1, VXU = STAMP_UNIT_VXU - 1 };
enum { MXU = STAMP_UNIT_MXU - 1 };

/* ---- What comes out of registers -------------------------------------------------------------------- */

static void drive(struct stamp_clock_top *t)
{
    struct stamp_clock_pins *p = &t->pins;
    const struct stamp_clock_nap *n = &t->nap;

    if (!n->control) {
        stamp_clock_dispatch_drive(&t->dispatch, &p->dispatch);
        stamp_clock_queues_drive(&t->queues, &p->queues);
        stamp_clock_top_offers(p);
    }
    if (!n->fetch) stamp_clock_fetch_drive(&t->fetch, &p->fetch);
    if (!n->memory) stamp_clock_rmux_drive(&t->rmux, &p->rmux);
    if (!n->ldu) stamp_clock_ldu_drive(&t->ldu, &p->ldu);
    if (!n->stu) stamp_clock_stu_drive(&t->stu, &p->stu);
    if (!n->vxu) stamp_clock_vxu_drive(&t->vxu, &p->vxu);
    if (!n->mxu) stamp_clock_mxu_drive(&t->mxu, &p->mxu);
    stamp_clock_xb_drive(&t->xb, &p->xb);
}

/* ---- What depends on it in the same cycle ----------------------------------------------------------- */

void stamp_clock_top_read_port(struct stamp_clock_top *t)
{
    struct stamp_clock_rmux_pins *m = &t->pins.rmux;
    struct stamp_clock_ldu_pins *l = &t->pins.ldu;
    struct stamp_clock_fetch_pins *f = &t->pins.fetch;

    m->f_arvalid = f->arvalid;
    m->f_araddr = f->araddr;
    m->f_arlen = f->arlen;
    m->l_arvalid = l->arvalid;
    m->l_araddr = l->araddr;
    m->l_arlen = l->arlen;
    m->l_rready = l->rready;
    m->arready = t->axi.arready;
    m->rvalid = t->axi.rvalid;
    m->rlast = t->axi.rlast;
    stamp_clock_rmux_see(&t->rmux, m);
    f->arready = m->f_arready;
    f->rvalid = m->f_rvalid;
    l->arready = m->l_arready;
    l->rvalid = m->l_rvalid;
    l->rlast = m->rlast;
}

void stamp_clock_top_fetch(struct stamp_clock_top *t)
{
    const struct stamp_clock_dispatch_pins *d = &t->pins.dispatch;
    struct stamp_clock_fetch_pins *f = &t->pins.fetch;

    f->start = t->start;
    f->run = d->busy;
    f->code_addr = t->code_addr;
    f->code_count = t->code_count;
    f->pc = d->pc;
    f->keep = d->keep;
    f->jump = d->jump;
    f->want = d->want;
    stamp_clock_fetch_see(&t->fetch, f);
}

static void control(struct stamp_clock_top *t)
{
    struct stamp_clock_dispatch_pins *d = &t->pins.dispatch;
    struct stamp_clock_queues_pins *q = &t->pins.queues;

    d->start = t->start;
    d->valid = t->pins.fetch.valid;
    d->ready = q->ready;
    d->all_idle = q->all_idle;
    stamp_clock_dispatch_see(&t->dispatch, d);
    q->reset_units = d->reset_units;
    q->to = d->to;
    q->push = d->push;
    q->insn = d->insn;
    q->seq = t->pushed << 32 | d->pc;
}

void stamp_clock_top_offers(struct stamp_clock_pins *p)
{
    const struct stamp_clock_queues_pins *q = &p->queues;

    p->ldu.insn_valid = q->unit_valid >> LDU & 1;
    p->ldu.insn = &q->unit_insn[LDU]->insn.d;
    p->stu.insn_valid = q->unit_valid >> STU & 1;
    p->stu.insn = &q->unit_insn[STU]->insn.d;
    p->vxu.insn_valid = q->unit_valid >> VXU & 1;
    p->vxu.insn = &q->unit_insn[VXU]->insn;
    p->mxu.insn_valid = q->unit_valid >> MXU & 1;
    p->mxu.insn = &q->unit_insn[MXU]->insn.m;
}

static void units(struct stamp_clock_top *t)
{
    struct stamp_clock_pins *p = &t->pins;
    struct stamp_clock_queues_pins *q = &p->queues;

    q->unit_ready = (uint8_t)(p->ldu.insn_ready << LDU | p->stu.insn_ready << STU |
                              p->vxu.insn_ready << VXU | p->mxu.insn_ready << MXU);
    q->unit_done = (uint8_t)(p->ldu.done << LDU | p->stu.done << STU | p->vxu.done << VXU |
                             p->mxu.done << MXU);
    q->unit_failed =
        (uint8_t)((p->vxu.done && p->vxu.err) << VXU | (p->mxu.done && p->mxu.err) << MXU);
    p->stu.awready = t->axi.awready;
    p->stu.wready = t->axi.wready;
    p->stu.bvalid = t->axi.bvalid;
    p->vxu.xb_ready = p->xb.ready;
    p->vxu.xb_busy = p->xb.busy;
    p->xb.we = p->vxu.xb_we;
    p->xb.waddr = p->vxu.xb_addr;
    p->xb.re = p->mxu.xb_re;
    p->xb.raddr = p->mxu.xb_addr;
}

/* The array's read of WB may show on no pin while it streams. */
static bool wb_ready(const struct stamp_clock_top *t)
{
    const struct stamp_clock_mxu_pins *m = &t->pins.mxu;
    const struct stamp_clock_nap *n = &t->nap;
    const uint32_t at = n->streams ? n->run.wb + (uint32_t)n->of_mxu.slept : m->wb_addr;

    return stamp_clock_bank_ready(true, n->streams || m->wb_re, at, t->pins.ldu.wr_line);
}

/* Whether the load unit's line is let in. */
static bool line_ready(const struct stamp_clock_top *t)
{
    const struct stamp_clock_pins *p = &t->pins;
    const struct stamp_clock_mxu_pins *m = &p->mxu;

    switch (p->ldu.wr_space) {
    case STAMP_SPACE_VM: return p->vm.lw_ready;
    case STAMP_SPACE_WB: return wb_ready(t);
    case STAMP_SPACE_CM: return !m->cm_re;
    case STAMP_SPACE_RT: return stamp_clock_table_ready(&t->rt_port, p->vxu.rt_re, p->vxu.rt_addr);
    case STAMP_SPACE_NT: return stamp_clock_table_ready(&t->nt_port, m->nt_re, m->nt_addr);
    default: return stamp_clock_table_ready(&t->it_port, p->ldu.it_re, p->ldu.it_entry);
    }
}

static void memories(struct stamp_clock_top *t)
{
    struct stamp_clock_pins *p = &t->pins;
    struct stamp_clock_vm_pins *v = &p->vm;

    v->mx_we = p->mxu.vm_we;
    v->mx_addr = p->mxu.vm_addr;
    v->vw_valid = p->vxu.vw_valid;
    v->vw_addr = p->vxu.vw_addr;
    v->vr_re = p->vxu.vr_re;
    v->vr_addr = p->vxu.vr_addr;
    v->lw_valid = p->ldu.wr_valid && p->ldu.wr_space == STAMP_SPACE_VM;
    v->lw_addr = p->ldu.wr_line;
    v->sr_addr = p->stu.rd_line;
    stamp_clock_vm_see(v);
    p->vxu.vw_ready = v->vw_ready;
    p->stu.rd_ready = v->sr_ready;
    p->stu.pb_ready = !p->vxu.pb_we;
    if (p->ldu.wr_valid) p->ldu.wr_ready = line_ready(t);
}

/* ---- Tables: their lines come from DRAM ------------------------------------------------------------- */

static void fill(struct stamp_clock_top *t, uint8_t *line)
{
    const uint64_t from = t->pins.ldu.wr_from - t->dram_base;
    const uint64_t bytes = STAMP_DRAM_ALIGN;
    const uint8_t *at = NULL;

    if (t->dram && from < t->dram_bytes && t->dram_bytes - from >= bytes)
        at = t->dram + from;
    else if (!t->dram && t->image)
        at = stamp_image_bytes(t->image, from, bytes);
    if (at)
        memcpy(line, at, bytes);
    else
        memset(line, 0, bytes);
}

static void table_edges(struct stamp_clock_top *t)
{
    const struct stamp_clock_ldu_pins *l = &t->pins.ldu;
    const struct stamp_clock_vxu_pins *v = &t->pins.vxu;
    const struct stamp_clock_mxu_pins *m = &t->pins.mxu;
    const bool wr = l->wr_valid;

    if (v->rt_re || (wr && l->wr_space == STAMP_SPACE_RT))
        stamp_clock_table_edge(&t->rt_port, v->rt_re, v->rt_addr,
                               wr && l->wr_space == STAMP_SPACE_RT, l->wr_line);
    if (m->nt_re || (wr && l->wr_space == STAMP_SPACE_NT))
        stamp_clock_table_edge(&t->nt_port, m->nt_re, m->nt_addr,
                               wr && l->wr_space == STAMP_SPACE_NT, l->wr_line);
    if (l->it_re || (wr && l->wr_space == STAMP_SPACE_IT))
        stamp_clock_table_edge(&t->it_port, l->it_re, l->it_entry,
                               wr && l->wr_space == STAMP_SPACE_IT, l->wr_line);
}

/* What a taken line leaves in its table, seen by reads of later cycles. */
static void fill_tables(struct stamp_clock_top *t)
{
    const struct stamp_clock_ldu_pins *l = &t->pins.ldu;
    const uint32_t line = l->wr_line;

    if (!l->wr_valid || !l->wr_ready) return;
    if (l->wr_space == STAMP_SPACE_RT || l->wr_space == STAMP_SPACE_NT ||
        l->wr_space == STAMP_SPACE_IT)
        t->filled = true;
    if (l->wr_space == STAMP_SPACE_RT) fill(t, (uint8_t *)(t->rt + line * STAMP_TABLE_LINE));
    if (l->wr_space == STAMP_SPACE_NT) fill(t, (uint8_t *)(t->nt + line * STAMP_TABLE_LINE));
    if (l->wr_space == STAMP_SPACE_IT) fill(t, (uint8_t *)(t->it + line * STAMP_INDEX_LINE));
}

/* ---- The edge --------------------------------------------------------------------------------------- */

void stamp_clock_top_axi(struct stamp_clock_top *t)
{
    const struct stamp_clock_pins *p = &t->pins;
    struct stamp_clock_axi *a = &t->axi;

    a->arvalid = p->rmux.arvalid;
    a->araddr = p->rmux.araddr - t->dram_base;
    a->arlen = p->rmux.arlen;
    a->rready = p->rmux.rready;
    a->awvalid = p->stu.awvalid;
    a->awaddr = p->stu.awaddr - t->dram_base;
    a->awlen = p->stu.awlen;
    a->wvalid = p->stu.wvalid;
    a->wlast = p->stu.wlast;
    a->bready = p->stu.bready;
}

static void reset_units(struct stamp_clock_top *t)
{
    stamp_clock_ldu_reset(&t->ldu);
    stamp_clock_stu_reset(&t->stu);
    stamp_clock_vxu_reset(&t->vxu);
    stamp_clock_mxu_reset(&t->mxu);
    stamp_clock_table_reset(&t->rt_port);
    stamp_clock_table_reset(&t->nt_port);
    stamp_clock_table_reset(&t->it_port);
}

static void unit_edges(struct stamp_clock_top *t)
{
    struct stamp_clock_pins *p = &t->pins;
    const struct stamp_clock_nap *n = &t->nap;

    if (!n->ldu) {
        table_edges(t);
        stamp_clock_ldu_edge(&t->ldu, &p->ldu);
        fill_tables(t);
    } else if (p->vxu.rt_re || p->mxu.nt_re) {
        table_edges(t);
    }
    if (!n->stu) stamp_clock_stu_edge(&t->stu, &p->stu);
    if (!n->vxu) stamp_clock_vxu_edge(&t->vxu, &p->vxu);
    if (!n->mxu) stamp_clock_mxu_edge(&t->mxu, &p->mxu);
}

static void edge(struct stamp_clock_top *t)
{
    struct stamp_clock_pins *p = &t->pins;

    if (!t->nap.fetch) stamp_clock_fetch_edge(&t->fetch, &p->fetch);
    if (!t->nap.control) {
        stamp_clock_queues_edge(&t->queues, &p->queues);
        stamp_clock_dispatch_edge(&t->dispatch, &p->dispatch);
    }
    if (!t->nap.memory) stamp_clock_rmux_edge(&t->rmux, &p->rmux);
    if (p->dispatch.reset_units)
        reset_units(t);
    else
        unit_edges(t);
    if (p->xb.we || p->xb.busy) stamp_clock_xb_edge(&t->xb, &p->xb);
    if (t->nap.memory) return;
    stamp_clock_top_axi(t);
    t->memory.edge(t->memory.ctx, &t->axi);
}

void stamp_clock_top_cycle(struct stamp_clock_top *t)
{
    stamp_clock_top_alarm(t);
    drive(t);
    if (!t->nap.memory) stamp_clock_top_read_port(t);
    if (!t->nap.fetch) stamp_clock_top_fetch(t);
    units(t);
    stamp_clock_top_wake(t);
    if (!t->nap.control) control(t);
    memories(t);
    if (t->look) t->look(t->look_ctx);
    edge(t);
    t->pushed += t->pins.dispatch.push != 0;
    t->start = false;
    t->cycle++;
    stamp_clock_top_slept(t, 1);
    if (t->pins.dispatch.busy) stamp_clock_top_count(t);
}
