/* SPDX-License-Identifier: Apache-2.0 */
/* What leaves the vector unit, and what its lanes hold: twins of rtl/vec/stamp_vx_out.sv, _line, _pack, _code,
 * _quant, _alu and _deq. */
#include "model/clock/vxu_lanes.h"

enum {
    ADD = STAMP_CLOCK_VXU_ADD,
    MUL = STAMP_CLOCK_VXU_MUL,
    CODES = STAMP_CLOCK_VXU_CODES,
    QUANT = STAMP_CLOCK_VXU_QUANT
};

/* The step whose line's codes are there, or @p stages behind the lanes. */
static const struct stamp_clock_vxu_step *behind(const struct stamp_clock_vxu *v, unsigned stages)
{
    return &v->walk.step[v->codes.step[(v->codes.at - stages) & 15]];
}

void stamp_clock_vxu_out_edge(struct stamp_clock_vxu *v, const struct stamp_clock_vxu_now *n,
                              bool vw_ready)
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
void stamp_clock_vxu_line_edge(struct stamp_clock_vxu *v, const struct stamp_clock_vxu_now *n)
{
    struct stamp_clock_vxu_codes *c = &v->codes;
    const bool max = n->ready && v->is.max, lane = n->ready && v->is.smrd;
    const bool word = n->code && v->is.code, red = n->rows.red;

    if (!n->en) return;
    c->line_valid = max || (lane && n->s2->flush);
    if (max || lane) c->line_addr = v->a_addr;
    if (word) {
        const struct stamp_clock_vxu_step *s = behind(v, CODES);
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
void stamp_clock_vxu_pack_edge(struct stamp_clock_vxu *v, const struct stamp_clock_vxu_now *n)
{
    struct stamp_clock_vxu_codes *c = &v->codes;
    const uint32_t pieces = v->mach->L / v->mach->T;

    v->regs.pb_we = n->pack;
    if (!n->pack) return;
    const bool last = v->is.depth || c->piece + 1u == pieces;
    const uint32_t line = behind(v, CODES)->line;
    v->regs.pb_addr = (uint16_t)(line + c->piece + (c->low ? (uint32_t)v->insn.v.gstride : 0));
    c->piece = (uint8_t)(last ? 0 : c->piece + 1);
    c->low ^= last;
    c->pack_ready = c->low && (v->is.depth || c->piece + 1u == pieces);
}

/* stamp_vx_code and stamp_vx_quant: what leaves, and all that is inside one stage on. */
void stamp_clock_vxu_codes_edge(struct stamp_clock_vxu *v, const struct stamp_clock_vxu_now *n)
{
    struct stamp_clock_vxu_codes *c = &v->codes;
    struct stamp_clock_vxu_regs *r = &v->regs;
    const bool to_xb = n->mul_en && c->quant >> CODES & 1;
    const struct stamp_clock_vxu_step *s = behind(v, CODES);

    r->xb_we = to_xb && s->err == STAMP_ERROR_NONE;
    r->q_err = to_xb ? s->err : STAMP_ERROR_NONE;
    if (to_xb) {
        r->xb_addr = s->xb;
        r->xb_row = s->xb_row;
        r->xb_two = s->two;
    }
    s = behind(v, QUANT);
    r->rm_we = r->sm_we = n->mul_en && c->quant >> QUANT & 1 && s->last;
    if (r->sm_we) {
        r->sm_addr = s->sm;
        r->rm_addr = s->rm;
    }
    if (!n->mul_en) return;
    c->step[c->at++ & 15] = v->s2;
    c->code = (uint16_t)((c->code << 1 | n->ready << 1) & ((2 << CODES) - 2));
    c->quant = (uint16_t)((c->quant << 1 | (n->ready && v->is.quant) << 1) & ((2 << QUANT) - 2));
}

void stamp_clock_vxu_alu_edge(struct stamp_clock_vxu *v, const struct stamp_clock_vxu_now *n)
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
