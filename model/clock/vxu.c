/* SPDX-License-Identifier: Apache-2.0 */
/* When the vector unit does what: the twin of rtl/vec/stamp_vxu.sv. */
#include "model/clock/vxu_lanes.h"

#include <string.h>

void stamp_clock_vxu_init(struct stamp_clock_vxu *v, const struct stamp_mach *mach,
                          const uint16_t *rt)
{
    memset(v, 0, sizeof *v);
    v->mach = mach;
    v->walk.mach = mach;
    v->walk.rt = rt;
    while (1u << v->walk.log < mach->L) v->walk.log++;
    while (1u << v->walk.log_t < mach->T) v->walk.log_t++;
    for (v->walk.rt_mask = 1; v->walk.rt_mask < mach->RT_ENTRIES - 1;)
        v->walk.rt_mask = v->walk.rt_mask << 1 | 1;
    stamp_clock_rows_init(&v->rows, mach);
    stamp_clock_vxu_sm_init(&v->sm, mach);
    stamp_clock_fn_init(&v->fn, mach);
}

void stamp_clock_vxu_reset(struct stamp_clock_vxu *v)
{
    const uint16_t *rt = v->walk.rt;
    struct stamp_clock_tapes *tapes = v->tapes;

    stamp_clock_vxu_init(v, v->mach, rt);
    v->tapes = tapes;
}

void stamp_clock_vxu_use(struct stamp_clock_vxu *v, struct stamp_clock_tapes *tapes)
{
    v->tapes = tapes;
}

void stamp_clock_vxu_decode(struct stamp_clock_vxu *v)
{
    const union stamp_insn *i = &v->insn;
    const uint64_t op = i->c.op, fn = i->w.fn;
    const bool bin = op == STAMP_OP_VBIN, row = op == STAMP_OP_VROW;
    struct stamp_clock_vxu_is is = {0};

    is.bfly = op == STAMP_OP_VBFLY;
    is.rot = is.bfly && i->b.kind == STAMP_KIND_ROT;
    is.min = op == STAMP_OP_VMINMAX;
    is.par = op == STAMP_OP_VQPAR;
    is.quant = op == STAMP_OP_VQUANT;
    is.rope = op == STAMP_OP_VROPE;
    is.fn = op == STAMP_OP_VFN;
    is.code = op == STAMP_OP_VCODE;
    is.deq = op == STAMP_OP_VDEQ;
    is.depth = op == STAMP_OP_VPACKV;
    is.pack = is.depth || op == STAMP_OP_VPACKK;
    is.smrd = op == STAMP_OP_VSMRD;
    is.smwr = op == STAMP_OP_VSMWR;
    is.red = op == STAMP_OP_VRED;
    is.max = bin && fn == STAMP_BIN_MAX;
    is.mac = bin && fn == STAMP_BIN_MAC;
    is.sum = op == STAMP_OP_VBIAS || (bin && fn <= STAMP_BIN_SUB) || (row && fn <= STAMP_ROW_SUB);
    is.out = (bin && fn == STAMP_BIN_MUL) || (row && fn == STAMP_ROW_MUL) || is.deq;
    is.coded = is.pack || is.quant || is.code;
    is.line = is.max || is.smrd || is.code || is.red;
    is.state = is.min || is.par || is.smwr;
    is.alu = is.bfly || is.rope || is.sum || is.mac || is.out || is.coded || is.red;
    if (is.fn)
        is.divides = (uint8_t)(fn == STAMP_ONE_RECIP   ? v->mach->L
                               : fn == STAMP_ONE_RSQRT ? 2 * v->mach->L
                                                       : 0);
    v->is = is;
}

/* The edge of an instruction's first cycle. */
static void load(struct stamp_clock_vxu *v)
{
    stamp_clock_vxu_decode(v);
    stamp_clock_vxu_walk_load(&v->walk, &v->insn);
    stamp_clock_rows_load(&v->rows, (uint32_t)v->insn.c.op, (uint32_t)v->insn.w.fn);
    stamp_clock_vxu_sm_load(&v->sm, &v->insn.v);
    v->codes.left = (uint16_t)v->insn.w.n0;
    v->codes.lane = 0;
    v->codes.red_addr = (uint16_t)v->insn.w.d;
    v->load = false;
}

/* ---- What moves ------------------------------------------------------------------------------------------ */

static void look(struct stamp_clock_vxu *v, struct stamp_clock_vxu_now *n)
{
    const struct stamp_clock_vxu_is *is = &v->is;

    n->s1 = &v->walk.step[v->at_o];
    n->s2 = &v->walk.step[v->s2];
    n->rows.add = n->rows.red = n->rows.range = n->rows.busy = false;
    n->rows.range_sm = 0;
    if (is->red || is->min) stamp_clock_rows_drive(&v->rows, &n->rows);
    n->fn.out_valid = n->fn.busy = false;
    if (is->fn) stamp_clock_fn_drive(&v->fn, &n->fn);
    n->kill = stamp_clock_vxu_walk_kill(&v->walk);
    n->ready = v->s2_v && n->s2->go;
    n->code = v->codes.code >> STAMP_CLOCK_VXU_CODES & 1;
    n->pack = n->code && is->pack;
    n->en = !v->out.next_v;
    n->add_en = n->en && !(n->pack && !v->codes.pack_ready) && v->xb_ok;
    n->mul_en = n->add_en && v->rows.in != 2;
    n->adv = n->mul_en && !(n->ready && is->fn && !n->fn.in_ready) &&
             !(n->ready && is->smwr && !v->sm.scat_ready) &&
             !(v->v_o && is->par && v->sm.par_count == v->sm.q);
    n->step = v->walk.v2 && n->adv && !n->kill;
    n->alu = (v->alu.add >> STAMP_CLOCK_VXU_ADD | v->alu.out >> STAMP_CLOCK_VXU_MUL) & 1;
    n->alu_addr =
        (uint16_t)((v->alu.out >> STAMP_CLOCK_VXU_MUL & 1 ? v->alu.mul_addr : v->alu.add_addr) >>
                   48);
    n->fn_take = n->ready && is->fn && n->en && n->fn.in_ready;
}

/* What is still to be done after this cycle. */
static bool pipe_busy(const struct stamp_clock_vxu *v, const struct stamp_clock_vxu_now *n,
                      const struct stamp_clock_vxu_pins *p)
{
    const bool out_busy = v->out.valid && !(p->vw_ready && !v->out.next_v);

    return v->v1 || v->v_o || v->s2_v || v->exec || v->alu.mul || v->alu.add || v->alu.deq ||
           v->codes.line_valid || n->fn.out_valid || out_busy || n->rows.busy || v->codes.code ||
           v->codes.quant || n->fn.busy || v->par_valid || stamp_clock_vxu_sm_busy(&v->sm) ||
           (v->is.quant && p->xb_busy);
}

/* ---- Parts of the edge ------------------------------------------------------------------------------------ */

/* Steps on their way to the lanes. */
static void way_edge(struct stamp_clock_vxu *v, const struct stamp_clock_vxu_now *n)
{
    if (!n->adv) return;
    const bool pair = v->v_o && v->is.bfly && n->s1->sub == 1;

    if (v->exec & 1) {
        v->a2_addr = v->a_addr;
        v->b2_addr = v->b_addr;
    }
    v->exec = (uint8_t)((v->exec << 1 | pair) & (v->is.rot ? 15 : 3));
    v->s2_v = v->v_o;
    if (v->v_o) {
        v->s2 = v->at_o;
        if (n->s1->b)
            v->b_addr = (uint16_t)n->s1->line;
        else
            v->a_addr = (uint16_t)n->s1->line;
    }
    if (v->v1) v->at_o = v->at1;
    if (n->step) v->at1 = v->walk.at2;
    v->v_o = v->v1;
    v->v1 = n->step;
}

/* Groups of function lanes of which some element counts. */
static uint64_t groups(const struct stamp_clock_vxu *v, uint32_t count)
{
    const uint32_t n = (count + v->mach->F - 1) / v->mach->F;
    return n >= 64 ? ~UINT64_C(0) : (UINT64_C(1) << n) - 1;
}

static void fn_edge(struct stamp_clock_vxu *v, struct stamp_clock_vxu_now *n)
{
    n->fn.in_valid = n->ready && n->en;
    if (n->fn.in_valid) {
        n->fn.fn = (uint8_t)v->insn.w.fn;
        n->fn.c = (uint32_t)v->insn.w.c;
        n->fn.addr = v->a_addr;
        n->fn.groups = groups(v, n->s2->count);
    }
    n->fn.out_ready = n->en;
    stamp_clock_fn_edge(&v->fn, &n->fn);
}

static void sm_edge(struct stamp_clock_vxu *v, const struct stamp_clock_vxu_now *n)
{
    const struct stamp_clock_vxu_sm_pins p = {
        .range = n->rows.range && n->en,
        .range_sm = n->rows.range_sm,
        .par_take = n->adv && v->v_o && v->is.par,
        .par_valid = v->par_valid,
        .par_sm = n->s2->sm,
        .scat_valid = n->ready && v->is.smwr,
        .scat_first = n->s2->first,
        .scat_sm = n->s2->sm,
    };
    stamp_clock_vxu_sm_edge(&v->sm, &p);
    v->par_valid = p.par_take;
}

static void error_edge(struct stamp_clock_vxu *v, const struct stamp_clock_vxu_now *n)
{
    const bool range = n->kill || v->sm.bad;

    if (range)
        v->err = STAMP_ERROR_RANGE;
    else if (v->regs.q_err && !v->row_err)
        v->err = v->regs.q_err;
    v->row_err |= range || v->regs.q_err;
}

static bool reads(const struct stamp_clock_vxu_walk *w)
{
    return w->fresh && w->step[w->at2].read && !w->step[w->at2].bad;
}

static void events(struct stamp_clock_vxu *v, const struct stamp_clock_vxu_now *n)
{
    const struct stamp_clock_vxu_walk *w = &v->walk;
    const struct stamp_clock_vxu_step *s = &w->step[w->at2];

    v->regs.ev_read = reads(w);
    v->regs.ev_lines = (uint8_t)(!n->step || !s->go || v->is.par ? 0
                                 : v->is.bfly                    ? 2
                                 : v->is.smrd && !s->flush       ? 0
                                                                 : 1);
    v->regs.ev_fn = n->fn_take;
    v->regs.ev_divides = stamp_clock_vxu_sm_par_done(&v->sm) ? 2 : n->fn_take ? v->is.divides : 0;
}

/* ---- Drive and edge --------------------------------------------------------------------------------------- */

void stamp_clock_vxu_drive(const struct stamp_clock_vxu *v, struct stamp_clock_vxu_pins *p)
{
    const struct stamp_clock_vxu_regs *r = &v->regs;

    if (v->replay.tape) {
        stamp_clock_vxu_replay_drive(v, p);
        return;
    }
    p->insn_ready = !v->busy;
    p->busy = v->busy;
    p->done = v->done;
    p->err = v->err;
    p->vr_re = reads(&v->walk);
    p->vr_addr = v->walk.step[v->walk.at2].rd;
    p->vw_valid = v->out.valid;
    p->vw_addr = v->out.addr;
    p->rt_re = stamp_clock_vxu_walk_table(&v->walk);
    p->rt_addr = (uint16_t)(v->walk.index & v->walk.rt_mask);
    p->xb_we = r->xb_we;
    p->xb_two = r->xb_two;
    p->xb_row = r->xb_row;
    p->xb_addr = r->xb_addr;
    p->pb_we = r->pb_we;
    p->pb_addr = r->pb_addr;
    p->rm_we = r->rm_we;
    p->rm_addr = r->rm_addr;
    p->sm_addr = r->sm_addr;
    uint16_t addr;
    p->sm_we = stamp_clock_vxu_sm_write(&v->sm, &addr);
    if (p->sm_we) p->sm_addr = addr;
    p->sm_we |= r->sm_we;
    p->ev_read = r->ev_read;
    p->ev_fn = r->ev_fn;
    p->ev_lines = r->ev_lines;
    p->ev_divides = r->ev_divides;
}

/* xb_ok is not looked at before two cycles of an instruction are over. */
static void idle_edge(struct stamp_clock_vxu *v, const struct stamp_clock_vxu_pins *p)
{
    v->err = STAMP_ERROR_NONE;
    v->row_err = false;
    if (!p->insn_valid) return;
    v->insn = *p->insn;
    v->busy = v->load = true;
    if (!v->tapes) return;
    memset(&v->replay, 0, sizeof v->replay);
    v->replay.tape = stamp_clock_tape_of(v->tapes, &v->insn, v->walk.rt);
    v->replay.moved = v->replay.moved_before = true;
    if (v->replay.tape) stamp_clock_vxu_decode(v);
}

void stamp_clock_vxu_edge(struct stamp_clock_vxu *v, const struct stamp_clock_vxu_pins *p)
{
    struct stamp_clock_vxu_now n;

    if (!v->busy) {
        idle_edge(v, p);
        return;
    }
    if (v->replay.tape && stamp_clock_vxu_replay_edge(v, p)) return;
    look(v, &n);
    const bool done =
        !v->done && !v->load && !stamp_clock_vxu_walk_busy(&v->walk) && !pipe_busy(v, &n, p);
    events(v, &n);
    error_edge(v, &n);
    stamp_clock_vxu_out_edge(v, &n, p->vw_ready);
    if (v->is.fn) fn_edge(v, &n);
    if (v->is.line) stamp_clock_vxu_line_edge(v, &n);
    if (v->is.state) sm_edge(v, &n);
    if (v->is.coded) {
        stamp_clock_vxu_pack_edge(v, &n);
        stamp_clock_vxu_codes_edge(v, &n);
    }
    if (v->is.red || v->is.min) {
        n.rows.en = n.en;
        n.rows.adv = n.adv;
        n.rows.valid = n.ready;
        n.rows.last = n.s2->last;
        n.rows.sm = n.s2->sm;
        stamp_clock_rows_edge(&v->rows, &n.rows);
    }
    if (v->is.alu) stamp_clock_vxu_alu_edge(v, &n);
    way_edge(v, &n);
    v->xb_ok = p->xb_ready || !v->is.quant;
    if (v->load)
        load(v);
    else
        stamp_clock_vxu_walk_edge(&v->walk, n.adv);
    v->busy = !v->done;
    v->done = done;
}

/* ---- Quiet stretches --------------------------------------------------------------------------------------- */

/* No step is made or moves: nothing is on its way, or @p stopped at its end. */
static bool way_still(const struct stamp_clock_vxu *v, bool stopped)
{
    const struct stamp_clock_vxu_walk *w = &v->walk;

    if (w->fresh || w->row_new || stamp_clock_vxu_walk_kill(w)) return false;
    if (stopped) return !w->walking || w->spare_v;
    return !w->walking && !w->v1 && !w->v2 && !v->v1 && !v->v_o && !v->s2_v;
}

static uint64_t par_still(const struct stamp_clock_vxu *v)
{
    uint64_t n = 0;

    if (v->par_valid || !way_still(v, v->v_o && v->sm.par_count == v->sm.q)) return 0;
    while (n < 17 && v->sm.par && !(v->sm.par >> (17 - n))) n++;
    return n;
}

static uint64_t fn_still(const struct stamp_clock_vxu *v)
{
    const struct stamp_clock_fn *f = &v->fn;
    const uint8_t left = f->div ? f->div : f->root;
    struct stamp_clock_fn_pins p;

    if (left < 2 || f->root_done || f->div_done || f->held) return 0;
    stamp_clock_fn_drive(f, &p);
    if (!way_still(v, v->s2_v && v->walk.step[v->s2].go && !p.in_ready)) return 0;
    return left - 1u;
}

uint64_t stamp_clock_vxu_still(const struct stamp_clock_vxu *v)
{
    const struct stamp_clock_vxu_regs *r = &v->regs;

    if (!v->busy) return UINT64_MAX;
    if (v->replay.tape) return stamp_clock_vxu_replay_still(v);
    if (v->load || v->done || v->out.valid || r->ev_read || r->ev_lines || r->ev_fn ||
        r->ev_divides)
        return 0;
    return v->is.par ? par_still(v) : v->is.fn ? fn_still(v) : 0;
}

void stamp_clock_vxu_skip(struct stamp_clock_vxu *v, uint64_t cycles)
{
    if (!cycles) return;
    if (!v->busy) {
        v->err = STAMP_ERROR_NONE;
        v->row_err = false;
    } else if (v->replay.tape) {
        v->replay.at += (uint32_t)cycles;
        v->replay.cycle += (uint32_t)cycles;
        v->load = false;
        v->xb_ok = true;
    } else if (v->is.par) {
        v->sm.par = v->sm.par << cycles;
    } else if (v->fn.div) {
        v->fn.div = (uint8_t)(v->fn.div - cycles);
    } else {
        v->fn.root = (uint8_t)(v->fn.root - cycles);
    }
}
