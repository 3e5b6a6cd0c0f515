/* SPDX-License-Identifier: Apache-2.0 */
/* The loops of a vector instruction: the twin of rtl/vec/stamp_vx_walk.sv. */
#include "model/clock/vxu_walk.h"

#include <string.h>

enum { LINE = 0x3ffff, ENTRY = 0x1fff }; /* 18 bits of a line, 13 of an entry */

/* ---- The instruction --------------------------------------------------------------------------------- */

static struct stamp_clock_vxu_kind kind(const union stamp_insn *i)
{
    const uint64_t op = i->c.op, fn = i->w.fn;
    struct stamp_clock_vxu_kind k = {0};
    const bool minmax = op == STAMP_OP_VMINMAX;

    k.b = op == STAMP_OP_VBFLY;
    k.w = op >= STAMP_OP_VBIN && op <= STAMP_OP_VFN;
    k.rot = k.b && i->b.kind == STAMP_KIND_ROT;
    k.par = op == STAMP_OP_VQPAR;
    k.quant = op == STAMP_OP_VQUANT;
    k.rope = op == STAMP_OP_VROPE;
    k.red = op == STAMP_OP_VRED;
    k.code = op == STAMP_OP_VCODE;
    k.deq = op == STAMP_OP_VDEQ;
    k.packk = op == STAMP_OP_VPACKK;
    k.packv = op == STAMP_OP_VPACKV;
    k.pack = k.packk || k.packv;
    k.smrd = op == STAMP_OP_VSMRD;
    k.mac = op == STAMP_OP_VBIN && fn == STAMP_BIN_MAC;
    k.scalar = op == STAMP_OP_VROW || (op == STAMP_OP_VFN && fn == STAMP_ONE_EXPM);
    k.words = k.code || k.deq;
    k.uses_sm = !k.b && !k.w && op != STAMP_OP_VBIAS;
    k.uses_rt = k.par || k.quant || k.words;
    k.block = (minmax || k.quant || k.words || k.pack) && i->v.blk;
    k.repeats = k.w && i->w.rep;
    k.first = !k.b && !k.w && i->v.first;
    k.sd = k.quant && i->v.sd;
    const bool two = op == STAMP_OP_VBIAS || op == STAMP_OP_VBIN ||
                     (op == STAMP_OP_VFN && fn == STAMP_ONE_RSQRT);
    k.sub_last = k.rot ? 3 : k.rope ? 2 : k.b || two ? 1 : 0;
    return k;
}

static void load_b(struct stamp_clock_vxu_walk *w, const struct stamp_insn_b *b)
{
    w->n0 = (uint32_t)b->n0 - 1;
    w->n1 = (uint32_t)b->n1 - 1;
    w->cols = (uint32_t)b->cols - 1;
    w->a_row = w->outer = (uint32_t)b->a;
    w->s0 = (uint32_t)b->s0;
    w->s1 = (uint32_t)b->s1;
    w->boff = (uint32_t)b->boff;
}

static void load_w(struct stamp_clock_vxu_walk *w, const struct stamp_insn_w *i)
{
    w->n0 = (uint32_t)i->n0 - 1;
    w->cols = (uint32_t)i->cols - 1;
    w->reps = (uint32_t)i->rep - 1;
    w->a_row = w->wa = (uint32_t)i->a;
    w->b_row = w->wb = (uint32_t)i->b;
    w->d_row = w->d = (uint32_t)i->d;
    w->s0 = (uint32_t)i->s0;
    w->bs = (uint32_t)i->bs;
    w->ds = w->k.red ? 1 : (uint32_t)i->ds;
    w->rope_cols = (uint32_t)i->cols;
    w->lstep = (uint32_t)i->lstep;
    w->lim = (uint32_t)i->lim;
}

static void load_v(struct stamp_clock_vxu_walk *w, const struct stamp_insn_v *v)
{
    w->n0 = (uint32_t)v->n0 - 1;
    w->cols = (uint32_t)v->cols - 1;
    if (v->op == STAMP_OP_VSMWR) w->cols = w->cols >> (w->log - 1);
    w->blk = (uint32_t)v->blk - 1;
    w->rm_off = (uint32_t)(v->rm - v->sm);
    w->span = (uint32_t)v->gstride + (w->k.packk ? w->mach->L / w->mach->T - 1 : 0);
    w->a_row = (uint32_t)v->a;
    w->b_row = w->b0 = (uint32_t)v->b;
    w->d_row = w->d = (uint32_t)v->xb + (w->k.packv ? (uint32_t)v->rm >> w->log_t : 0);
    w->s0 = (uint32_t)v->s0;
    w->sm_row = w->sm = (uint32_t)v->sm;
    w->smstride = (uint32_t)v->smstride;
    w->gstride = (uint32_t)v->gstride;
    w->xb = (uint32_t)v->xb;
    w->index = (uint32_t)(w->k.pack ? v->rm : v->rt);
    w->ds = 1; /* VPACKV, where a depth is full */
}

static int32_t rest(uint32_t lim)
{
    return (int32_t)(lim << 8) >> 8; /* 24 bits signed */
}

void stamp_clock_vxu_walk_load(struct stamp_clock_vxu_walk *w, const union stamp_insn *i)
{
    w->k = kind(i);
    w->i0 = w->i1 = w->j = w->word = 0;
    w->field = w->blkpos = w->rep = 0;
    w->lim = 0;
    w->sub = w->k.scalar || w->k.mac ? 3 : 0;
    if (w->k.b)
        load_b(w, &i->b);
    else if (w->k.w)
        load_w(w, &i->w);
    else
        load_v(w, &i->v);
    w->rem = rest(w->lim);
    w->walking = w->row_new = true;
    w->v1 = w->spare_v = w->v2 = w->fresh = false;
}

/* ---- A step -------------------------------------------------------------------------------------------- */

/* The row's entry of the table. */
static void look_up(struct stamp_clock_vxu_walk *w)
{
    const uint32_t at = w->index & w->rt_mask;
    const uint32_t entry = at < w->mach->RT_ENTRIES ? w->rt[at] : 0;
    const uint32_t nib = entry & 0xfff, group = nib / w->mach->P;

    w->is8 = entry >> 15;
    w->odd = (w->is8 || w->k.sd) && nib & 1;
    w->xb_row = (uint8_t)(nib - group * w->mach->P);
    w->xb_group = group * w->gstride;
}

/* Line of a within the row; the first lane of VSMRD. */
static uint32_t line_of_a(const struct stamp_clock_vxu_walk *w)
{
    return !w->k.smrd   ? w->j
           : w->k.first ? (uint32_t)w->j >> (w->log - 1)
                        : (uint32_t)w->j >> w->log;
}

static bool word_full(const struct stamp_clock_vxu_walk *w)
{
    return w->field == (w->is8 ? 3 : 7);
}

static bool flushes(const struct stamp_clock_vxu_walk *w)
{
    if (w->j == w->cols) return true;
    if (!w->k.smrd) return word_full(w);
    const uint32_t lanes = w->k.first ? 2u * w->j + 1 : w->j;
    return (lanes & (w->mach->L - 1)) == w->mach->L - 1;
}

static uint8_t count(const struct stamp_clock_vxu_walk *w)
{
    const int32_t most = (int32_t)w->mach->L;
    return (uint8_t)(w->rem < 0 ? 0 : w->rem > most ? most : w->rem);
}

/* The line that is read, and the result's. */
static void lines(const struct stamp_clock_vxu_walk *w, struct stamp_clock_vxu_step *s)
{
    const struct stamp_clock_vxu_kind *k = &w->k;
    const uint32_t j_a = line_of_a(w);
    uint32_t rd, to;

    if (k->b || (!w->sub && !k->deq))
        rd = w->a_row + j_a + (k->b && w->sub ? w->boff : 0);
    else if (k->mac && w->sub == 1)
        rd = w->d;
    else
        rd = w->b_row +
             (k->scalar  ? (uint32_t)w->i0 >> w->log
              : k->words ? w->word
                         : w->j) +
             (k->rope && w->sub == 2 ? w->rope_cols : 0);
    if (k->w || k->pack)
        to = w->d;
    else
        to = k->code ? w->b_row + w->word : w->a_row + j_a;
    rd &= LINE;
    to &= LINE;
    s->rd = (uint16_t)rd;
    s->line = k->b ? rd : to;
    s->bad = (s->read && rd >= w->mach->VM_LINES) ||
             ((k->w || k->words || k->smrd) && to >= w->mach->VM_LINES);
}

/* Where the nibbles go. */
static void place(const struct stamp_clock_vxu_walk *w, struct stamp_clock_vxu_step *s)
{
    const uint32_t xb = ((w->xb + w->j) & 0xffff) + w->xb_group;

    s->two = w->is8 || w->k.sd;
    s->xb = (uint16_t)xb;
    s->xb_row = w->xb_row;
    s->err = w->odd                                  ? STAMP_ERROR_RESERVED
             : (xb & 0xfffffff) >= w->mach->XB_LINES ? STAMP_ERROR_RANGE
                                                     : STAMP_ERROR_NONE;
}

static void make(struct stamp_clock_vxu_walk *w, struct stamp_clock_vxu_step *s, bool done,
                 bool last)
{
    const struct stamp_clock_vxu_kind *k = &w->k;
    const struct stamp_mach *mach = w->mach;
    const bool first = !w->blkpos && (k->block || !w->j);
    const uint32_t sm = w->sm & LINE, index = w->index & ENTRY;

    s->read = k->deq ? !w->field : k->rot ? w->sub < 2 : !(k->par || k->smrd);
    s->b = w->sub != 0;
    s->go = done;
    s->sub = w->sub;
    s->first = first || k->smrd;
    s->last = last;
    s->state = k->par || k->smrd || (first && (k->quant || k->words || k->pack));
    s->flush = (k->smrd || k->words) && flushes(w);
    lines(w, s);
    if (k->w) {
        s->count = count(w);
        return;
    }
    if (k->b) return;
    s->sm = (uint16_t)(sm & ENTRY);
    s->rm = (uint16_t)((s->sm + w->rm_off) & ENTRY);
    s->bad = s->bad || (k->uses_sm && sm >= mach->SM_ENTRIES) ||
             (k->quant && s->rm >= mach->SM_ENTRIES) || (k->uses_rt && index >= mach->RT_ENTRIES) ||
             (k->packk && index >= mach->L) ||
             (k->pack && ((w->d + w->span) & LINE) >= mach->PB_LINES);
    if (k->quant) place(w, s);
}

/* ---- The loops -------------------------------------------------------------------------------------------- */

static void next_line(struct stamp_clock_vxu_walk *w, bool last)
{
    const struct stamp_clock_vxu_kind *k = &w->k;
    const bool full = word_full(w);

    w->sub = 0;
    w->j++;
    w->blkpos = (uint8_t)(last ? 0 : w->blkpos + 1);
    if (k->smrd || k->par || (last && k->block)) w->sm += k->smrd ? w->gstride : 1;
    w->d += k->red ? 0 : k->packk ? w->mach->L / w->mach->T : k->packv ? w->b0 : 1;
    w->field = (uint8_t)(full ? 0 : (w->field + 1) & 7);
    if (full) w->word++;
    w->rem -= (int32_t)w->mach->L;
}

static void next_row(struct stamp_clock_vxu_walk *w)
{
    const struct stamp_clock_vxu_kind *k = &w->k;
    const uint32_t lanes = w->mach->L - 1;
    const bool rep_end = k->repeats && w->rep == (uint8_t)w->reps;
    const bool more = k->red     ? (w->i0 & lanes) == lanes
                      : k->packv ? (w->index & (w->mach->T - 1)) == w->mach->T - 1
                                 : !k->packk;

    w->row_new = true;
    w->sub = (k->mac ? rep_end : k->scalar && (w->i0 & lanes) == lanes) ? 3 : 0;
    w->blkpos = w->field = 0;
    w->word = 0;
    w->a_row += w->s0;
    if (k->words)
        w->b_row += w->gstride;
    else if (k->w && !k->scalar && rep_end)
        w->b_row += w->bs;
    w->rep = (uint8_t)(rep_end ? 0 : w->rep + 1);
    if (k->mac) {
        w->d += w->ds;
    } else {
        w->j = 0;
        if (more) w->d_row += w->ds;
        w->d = w->d_row;
    }
    w->sm = w->sm_row += w->smstride;
    w->index++;
    w->lim += w->lstep;
    w->rem = rest(w->lim);
    if (k->b && w->i0 == w->n0) {
        w->i0 = 0;
        w->i1++;
        w->a_row = w->outer += w->s1;
    } else {
        w->i0++;
    }
}

/* A step is made; the loops go on. */
static void advance(struct stamp_clock_vxu_walk *w)
{
    const struct stamp_clock_vxu_kind *k = &w->k;
    const bool done = k->scalar ? !w->sub : w->sub == k->sub_last;
    const bool last_line = w->j == w->cols;
    const bool last = last_line || (k->block && w->blkpos == (uint8_t)w->blk);
    const bool last_row = w->i0 == w->n0 && (!k->b || w->i1 == w->n1);

    make(w, &w->step[w->next % STAMP_CLOCK_VXU_STEPS], done, last);
    if (!done) {
        w->sub = (w->sub + 1) & 3;
    } else if (last_line && last_row) {
        w->walking = false;
    } else if (k->mac && last_row) { /* the next column, from its first row */
        w->sub = 3;
        w->j++;
        w->i0 = 0;
        w->rep = 0;
        w->a_row = w->wa;
        w->b_row = w->wb;
        w->d = ++w->d_row;
    } else if (!k->mac && !last_line) {
        next_line(w, last);
    } else {
        next_row(w);
    }
}

void stamp_clock_vxu_walk_edge(struct stamp_clock_vxu_walk *w, bool adv)
{
    const bool kill = stamp_clock_vxu_walk_kill(w), step = w->walking && !w->spare_v;
    const bool move1 = adv || !w->v1;
    const uint8_t made = w->next % STAMP_CLOCK_VXU_STEPS;

    if (kill) {
        w->walking = w->v1 = w->spare_v = w->v2 = w->fresh = w->row_new = false;
        return;
    }
    if (stamp_clock_vxu_walk_table(w)) look_up(w);
    w->row_new = false;
    w->fresh = adv && w->v1;
    if (adv) {
        if (w->v1) w->at2 = w->at1;
        w->v2 = w->v1;
    }
    if (step) {
        advance(w);
        w->next++;
    }
    if (move1) {
        w->v1 = step || w->spare_v;
        if (w->v1) w->at1 = w->spare_v ? w->spare : made;
        w->spare_v = false;
    } else if (step) {
        w->spare_v = true;
        w->spare = made;
    }
}
