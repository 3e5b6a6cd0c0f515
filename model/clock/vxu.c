/* SPDX-License-Identifier: Apache-2.0 */
/* When the vector unit does what: the twin of rtl/vec/stamp_vxu.sv. */
#include "model/clock/vxu.h"

#include <string.h>

enum {
    ADD = 4, /* AddLatency, MulLatency */
    MUL = 4,
    CODES = MUL + 3, /* stages of stamp_vx_code */
    QUANT = CODES + 3
};

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
    stamp_clock_vxu_init(v, v->mach, rt);
}

static void decode(struct stamp_clock_vxu *v)
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
    if (is.fn)
        is.divides = (uint8_t)(fn == STAMP_ONE_RECIP   ? v->mach->L
                               : fn == STAMP_ONE_RSQRT ? 2 * v->mach->L
                                                       : 0);
    v->is = is;
}

/* The edge of an instruction's first cycle. */
static void load(struct stamp_clock_vxu *v)
{
    decode(v);
    stamp_clock_vxu_walk_load(&v->walk, &v->insn);
    stamp_clock_rows_load(&v->rows, (uint32_t)v->insn.c.op, (uint32_t)v->insn.w.fn);
    stamp_clock_vxu_sm_load(&v->sm, &v->insn.v);
    v->codes.left = (uint16_t)v->insn.w.n0;
    v->codes.lane = 0;
    v->codes.red_addr = (uint16_t)v->insn.w.d;
    v->load = false;
}

/* ---- What moves ------------------------------------------------------------------------------------------ */

/* Of one cycle, out of registers. */
struct now {
    struct stamp_clock_rows_pins rows;
    struct stamp_clock_fn_pins fn;
    const struct stamp_clock_vxu_step *s1, *s2;
    bool en, add_en, mul_en, adv, ready, code, pack, step, kill, alu, fn_take;
    uint16_t alu_addr;
};

static struct stamp_clock_vxu_step *step_of(struct stamp_clock_vxu *v, uint8_t at)
{
    return &v->walk.step[at];
}

static void look(struct stamp_clock_vxu *v, struct now *n)
{
    const struct stamp_clock_vxu_is *is = &v->is;

    n->s1 = step_of(v, v->at_o);
    n->s2 = step_of(v, v->s2);
    n->rows.add = n->rows.red = n->rows.range = n->rows.busy = false;
    if (is->red || is->min) stamp_clock_rows_drive(&v->rows, &n->rows);
    n->fn.out_valid = n->fn.busy = false;
    if (is->fn) stamp_clock_fn_drive(&v->fn, &n->fn);
    n->kill = stamp_clock_vxu_walk_kill(&v->walk);
    n->ready = v->s2_v && n->s2->go;
    n->code = v->codes.code >> CODES & 1;
    n->pack = n->code && is->pack;
    n->en = !v->out.next_v;
    n->add_en = n->en && !(n->pack && !v->codes.pack_ready) && v->xb_ok;
    n->mul_en = n->add_en && v->rows.in != 2;
    n->adv = n->mul_en && !(n->ready && is->fn && !n->fn.in_ready) &&
             !(n->ready && is->smwr && !v->sm.scat_ready) &&
             !(v->v_o && is->par && v->sm.par_count == v->sm.q);
    n->step = v->walk.v2 && n->adv && !n->kill;
    n->alu = (v->alu.add >> ADD | v->alu.out >> MUL) & 1;
    n->alu_addr = (uint16_t)((v->alu.out >> MUL & 1 ? v->alu.mul_addr : v->alu.add_addr) >> 48);
    n->fn_take = n->ready && is->fn && n->en && n->fn.in_ready;
}

/* What is still to be done after this cycle. */
static bool pipe_busy(const struct stamp_clock_vxu *v, const struct now *n,
                      const struct stamp_clock_vxu_pins *p)
{
    const bool out_busy = v->out.valid && !(p->vw_ready && !v->out.next_v);

    return v->v1 || v->v_o || v->s2_v || v->exec || v->alu.mul || v->alu.add || v->alu.deq ||
           v->codes.line_valid || n->fn.out_valid || out_busy || n->rows.busy || v->codes.code ||
           v->codes.quant || n->fn.busy || v->par_valid || stamp_clock_vxu_sm_busy(&v->sm) ||
           (v->is.quant && p->xb_busy);
}

/* ---- Parts of the edge ------------------------------------------------------------------------------------ */

static void out_edge(struct stamp_clock_vxu *v, const struct now *n, bool vw_ready)
{
    struct stamp_clock_vxu_out *o = &v->out;
    const bool put = (n->alu || v->codes.line_valid || n->fn.out_valid) && n->en;
    const bool pop = o->valid && vw_ready, stays = o->valid && !pop;

    if (!put && !o->valid) return;
    const uint16_t addr = v->is.fn ? n->fn.out_addr : n->alu ? n->alu_addr : v->codes.line_addr;
    if (!stays) o->addr = o->next_v ? o->next_addr : addr;
    if (put && o->valid) o->next_addr = addr;
    const bool more = o->next_v || put;
    o->valid = stays || more;
    o->next_v = stays && more;
}

/* stamp_vx_line */
static void line_edge(struct stamp_clock_vxu *v, const struct now *n)
{
    struct stamp_clock_vxu_codes *c = &v->codes;
    const bool max = n->ready && v->is.max, lane = n->ready && v->is.smrd;
    const bool word = n->code && v->is.code, red = n->rows.red;

    if (!n->en) return;
    c->line_valid = max || (lane && n->s2->flush);
    if (max || lane) c->line_addr = v->a_addr;
    if (word) {
        const struct stamp_clock_vxu_step *s = step_of(v, c->step[(c->at - CODES) & 15]);
        c->line_valid |= s->flush;
        c->line_addr = (uint16_t)s->line;
    }
    if (!red) return;
    c->line_valid |= c->left == 1 || c->lane == v->mach->L - 1;
    c->line_addr = c->red_addr;
    c->left--;
    if (++c->lane == v->mach->L) {
        c->lane = 0;
        c->red_addr++;
    }
}

/* stamp_vx_pack: a line holds until its last write. */
static void pack_edge(struct stamp_clock_vxu *v, const struct now *n)
{
    struct stamp_clock_vxu_codes *c = &v->codes;
    const uint32_t pieces = v->mach->L / v->mach->T;

    v->regs.pb_we = n->pack;
    if (!n->pack) return;
    const bool last = v->is.depth || c->piece + 1u == pieces;
    const uint32_t line = step_of(v, c->step[(c->at - CODES) & 15])->line;
    v->regs.pb_addr = (uint16_t)(line + c->piece + (c->low ? (uint32_t)v->insn.v.gstride : 0));
    c->piece = (uint8_t)(last ? 0 : c->piece + 1);
    c->low ^= last;
    c->pack_ready = c->low && (v->is.depth || c->piece + 1u == pieces);
}

/* stamp_vx_code and stamp_vx_quant: what leaves, and all that is inside one stage on. */
static void codes_edge(struct stamp_clock_vxu *v, const struct now *n)
{
    struct stamp_clock_vxu_codes *c = &v->codes;
    struct stamp_clock_vxu_regs *r = &v->regs;
    const bool to_xb = n->mul_en && c->quant >> CODES & 1;
    const struct stamp_clock_vxu_step *s = step_of(v, c->step[(c->at - CODES) & 15]);

    r->xb_we = to_xb && s->err == STAMP_ERROR_NONE;
    r->q_err = to_xb ? s->err : STAMP_ERROR_NONE;
    if (to_xb) {
        r->xb_addr = s->xb;
        r->xb_row = s->xb_row;
        r->xb_two = s->two;
    }
    s = step_of(v, c->step[(c->at - QUANT) & 15]);
    r->sm_we = n->mul_en && c->quant >> QUANT & 1 && s->last;
    if (r->sm_we) {
        r->sm_addr = s->sm;
        r->rm_addr = s->rm;
    }
    if (!n->mul_en) return;
    c->step[c->at++ & 15] = v->s2;
    c->code = (uint16_t)((c->code << 1 | n->ready << 1) & ((2 << CODES) - 2));
    c->quant = (uint16_t)((c->quant << 1 | (n->ready && v->is.quant) << 1) & ((2 << QUANT) - 2));
}

static void alu_edge(struct stamp_clock_vxu *v, const struct now *n)
{
    const struct stamp_clock_vxu_is *is = &v->is;
    struct stamp_clock_vxu_alu *a = &v->alu;
    const bool joined = a->join >> MUL & 1, first = v->exec & 3;
    const bool add = first ? !is->rot : n->ready && is->sum;
    const uint8_t sub = n->s2->sub;
    const bool mul = (is->rot && v->exec) || (is->rope && v->s2_v && sub) || a->deq ||
                     (n->ready && (is->coded || (is->out && !is->deq) || is->mac || is->red));
    const bool join = is->rot ? v->exec & 10 : is->mac || (is->rope && sub == 2);

    if (n->add_en) {
        const uint8_t kept = is->red ? a->add & 7 : a->add;
        a->add = (uint8_t)((kept << 1 | (add || joined || n->rows.add) << 1) & 0x1e);
    }
    if (!n->mul_en) return;
    const uint16_t mul_addr = v->exec & 8 ? v->b2_addr
                              : is->rot   ? v->a2_addr
                              : is->deq   ? a->deq_addr
                                          : v->a_addr;
    const uint16_t add_addr = joined        ? (uint16_t)(a->mul_addr >> 48)
                              : v->exec & 2 ? v->b2_addr
                                            : v->a_addr;
    a->mul_addr = a->mul_addr << 16 | mul_addr;
    a->add_addr = a->add_addr << 16 | add_addr;
    a->join = (uint8_t)((a->join << 1 | (mul && join) << 1) & 0x1e);
    a->out = (uint8_t)((a->out << 1 | (mul && is->out) << 1) & 0x1e);
    a->mul = (uint8_t)((a->mul << 1 | mul << 1) & 0x1e);
    a->deq = n->ready && is->deq;
    if (a->deq) a->deq_addr = v->a_addr;
}

/* Steps on their way to the lanes. */
static void way_edge(struct stamp_clock_vxu *v, const struct now *n)
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
    v->v_o = v->v1;
    v->at_o = v->at1;
    v->v1 = n->step;
    v->at1 = v->walk.at2;
}

/* Groups of function lanes of which some element counts. */
static uint64_t groups(const struct stamp_clock_vxu *v, uint32_t count)
{
    const uint32_t n = (count + v->mach->F - 1) / v->mach->F;
    return n >= 64 ? ~UINT64_C(0) : (UINT64_C(1) << n) - 1;
}

static void fn_edge(struct stamp_clock_vxu *v, struct now *n)
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

static void sm_edge(struct stamp_clock_vxu *v, const struct now *n)
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

static void error_edge(struct stamp_clock_vxu *v, const struct now *n)
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

static void events(struct stamp_clock_vxu *v, const struct now *n)
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
    p->rm_we = r->sm_we;
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

static void idle_edge(struct stamp_clock_vxu *v, const struct stamp_clock_vxu_pins *p)
{
    v->xb_ok = p->xb_ready || !v->is.quant;
    v->err = STAMP_ERROR_NONE;
    v->row_err = false;
    if (!p->insn_valid) return;
    v->insn = *p->insn;
    v->busy = v->load = true;
}

void stamp_clock_vxu_edge(struct stamp_clock_vxu *v, const struct stamp_clock_vxu_pins *p)
{
    struct now n;

    if (!v->busy) {
        idle_edge(v, p);
        return;
    }
    look(v, &n);
    const bool done =
        !v->done && !v->load && !stamp_clock_vxu_walk_busy(&v->walk) && !pipe_busy(v, &n, p);
    events(v, &n);
    error_edge(v, &n);
    out_edge(v, &n, p->vw_ready);
    if (v->is.fn) fn_edge(v, &n);
    line_edge(v, &n);
    sm_edge(v, &n);
    if (v->is.coded) {
        pack_edge(v, &n);
        codes_edge(v, &n);
    }
    if (v->is.red || v->is.min) {
        n.rows.en = n.en;
        n.rows.adv = n.adv;
        n.rows.valid = n.ready;
        n.rows.last = n.s2->last;
        n.rows.sm = n.s2->sm;
        stamp_clock_rows_edge(&v->rows, &n.rows);
    }
    alu_edge(v, &n);
    way_edge(v, &n);
    v->xb_ok = p->xb_ready || !v->is.quant;
    if (v->load)
        load(v);
    else
        stamp_clock_vxu_walk_edge(&v->walk, n.adv);
    v->busy = !v->done;
    v->done = done;
}
