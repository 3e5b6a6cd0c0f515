/* SPDX-License-Identifier: Apache-2.0 */
/* A vector instruction played from its tape: vxu_tape.h says what that is.
 *
 * What can be refused is a write. VM: stamp_vx_out keeps two lines and, when both are there, stops the pipeline. XB:
 * its ready stops it. The loops make one step more than the pipeline took when it stops, and wait for it with the
 * next: so a row's entry is read by the moves up to the cycle before. Function lanes go on by themselves while
 * the pipeline stands: where that happens the instruction is executed again, in the registers, up to here. */
#include "model/clock/vxu_lanes.h"

#include <string.h>

enum {
    READ = 1 << STAMP_CLOCK_TAPE_READ,
    TABLE = 1 << STAMP_CLOCK_TAPE_TABLE,
    PUT = 1 << STAMP_CLOCK_TAPE_PUT,
    XB = 1 << STAMP_CLOCK_TAPE_XB,
    PB = 1 << STAMP_CLOCK_TAPE_PB,
    SM = 1 << STAMP_CLOCK_TAPE_SM,
    RM = 1 << STAMP_CLOCK_TAPE_RM,
    LINE = 1 << STAMP_CLOCK_TAPE_LINE,
    FN = 1 << STAMP_CLOCK_TAPE_FN,
    DIVIDE = 1 << STAMP_CLOCK_TAPE_DIVIDE
};

static uint32_t address(const struct stamp_clock_vxu_replay *r, unsigned kind)
{
    return r->tape->list[kind][r->pos[kind]];
}

static bool reads(const struct stamp_clock_vxu_replay *r)
{
    return r->moved && r->tape->what[r->at] & READ;
}

static bool looks_up(const struct stamp_clock_vxu_replay *r)
{
    return r->moved_before && r->tape->what[r->at + !r->moved] & TABLE;
}

void stamp_clock_vxu_replay_drive(const struct stamp_clock_vxu *v, struct stamp_clock_vxu_pins *p)
{
    const struct stamp_clock_vxu_replay *r = &v->replay;
    const struct stamp_clock_vxu_regs *q = &v->regs;

    p->insn_ready = false;
    p->busy = true;
    p->done = v->done;
    p->err = STAMP_ERROR_NONE;
    p->vr_re = reads(r);
    if (p->vr_re) p->vr_addr = (uint16_t)address(r, STAMP_CLOCK_TAPE_READ);
    p->rt_re = looks_up(r);
    if (p->rt_re) p->rt_addr = (uint16_t)address(r, STAMP_CLOCK_TAPE_TABLE);
    p->vw_valid = v->out.valid;
    p->vw_addr = v->out.addr;
    p->xb_we = q->xb_we;
    p->xb_two = q->xb_two;
    p->xb_row = q->xb_row;
    p->xb_addr = q->xb_addr;
    p->pb_we = q->pb_we;
    p->pb_addr = q->pb_addr;
    p->sm_we = q->sm_we;
    p->sm_addr = q->sm_addr;
    p->rm_we = q->rm_we;
    p->rm_addr = q->rm_addr;
    p->ev_read = q->ev_read;
    p->ev_fn = q->ev_fn;
    p->ev_lines = q->ev_lines;
    p->ev_divides = q->ev_divides;
}

/* Executed again, in the registers, with what was refused: they are as if nothing had been played. */
static void again(struct stamp_clock_vxu *v)
{
    const struct stamp_clock_vxu_replay r = v->replay;
    struct stamp_clock_vxu_pins p = {.insn_valid = true, .xb_ready = true};
    const union stamp_insn insn = v->insn;
    struct stamp_clock_tapes *tapes = v->tapes;
    uint32_t refusal = 0;

    v->tapes = NULL;
    stamp_clock_vxu_reset(v);
    p.insn = &insn;
    stamp_clock_vxu_edge(v, &p);
    p.insn_valid = false;
    for (uint32_t c = 0; c < r.cycle; c++) {
        const bool refused = refusal < r.refusals && r.refused[refusal] == c;
        p.vw_ready = !refused;
        refusal += refused;
        stamp_clock_vxu_edge(v, &p);
    }
    v->tapes = tapes;
}

/* Whether function lanes would be held back by what is refused in this cycle. */
static bool lost(struct stamp_clock_vxu *v, bool put)
{
    struct stamp_clock_vxu_replay *r = &v->replay;

    if (put || r->refusals == STAMP_CLOCK_VXU_REFUSALS) return true;
    r->refused[r->refusals++] = r->cycle;
    return false;
}

/* What the pipeline does in a cycle in which it moves shows in the next. */
static void act(struct stamp_clock_vxu *v, uint32_t what)
{
    struct stamp_clock_vxu_replay *r = &v->replay;
    struct stamp_clock_vxu_regs *q = &v->regs;

    q->xb_we = what & XB;
    q->pb_we = what & PB;
    q->sm_we = what & SM;
    q->rm_we = what & RM;
    q->ev_fn = what & FN;
    q->ev_lines = what & LINE ? r->tape->lines : 0;
    q->ev_divides = what & DIVIDE ? r->tape->divides : 0;
    if (!(what & (XB | PB | SM | RM))) return;
    if (q->xb_we) {
        const uint32_t xb = address(r, STAMP_CLOCK_TAPE_XB);
        q->xb_addr = (uint16_t)xb;
        q->xb_row = (uint8_t)(xb >> 16);
        q->xb_two = xb >> 24;
        r->pos[STAMP_CLOCK_TAPE_XB]++;
    }
    if (q->pb_we) {
        q->pb_addr = (uint16_t)address(r, STAMP_CLOCK_TAPE_PB);
        r->pos[STAMP_CLOCK_TAPE_PB]++;
    }
    if (q->sm_we) {
        q->sm_addr = (uint16_t)address(r, STAMP_CLOCK_TAPE_SM);
        r->pos[STAMP_CLOCK_TAPE_SM]++;
    }
    if (q->rm_we) {
        q->rm_addr = (uint16_t)address(r, STAMP_CLOCK_TAPE_RM);
        r->pos[STAMP_CLOCK_TAPE_RM]++;
    }
}

static void out(struct stamp_clock_vxu *v, bool put, bool pop)
{
    struct stamp_clock_vxu_out *o = &v->out;
    const bool stays = o->valid && !pop, more = o->next_v || put;
    uint16_t addr = 0;

    if (!put && !o->valid) return;
    if (put) {
        addr = (uint16_t)address(&v->replay, STAMP_CLOCK_TAPE_PUT);
        v->replay.pos[STAMP_CLOCK_TAPE_PUT]++;
        if (o->valid) o->next_addr = addr;
    }
    if (!stays) o->addr = o->next_v ? o->next_addr : addr;
    o->valid = stays || more;
    o->next_v = stays && more;
}

bool stamp_clock_vxu_replay_edge(struct stamp_clock_vxu *v, const struct stamp_clock_vxu_pins *p)
{
    struct stamp_clock_vxu_replay *r = &v->replay;
    const uint32_t what = r->tape->what[r->at];
    /* In the first two cycles there is nothing that could be held back. */
    const bool move = !v->out.next_v && (!v->is.quant || v->xb_ok || r->at < 2);
    const bool put = move && what & PUT, refused = v->out.valid && !p->vw_ready;
    const bool read = reads(r), table = looks_up(r);

    if (refused && v->is.fn && lost(v, put)) {
        again(v);
        return false;
    }
    const bool out_busy = v->out.valid && (refused || v->out.next_v);
    const bool done =
        !v->done && r->at == r->tape->end && !out_busy && !(v->is.quant && p->xb_busy);

    v->regs.ev_read = read;
    r->pos[STAMP_CLOCK_TAPE_READ] += read;
    r->pos[STAMP_CLOCK_TAPE_TABLE] += table;
    act(v, move ? what : 0);
    out(v, put, p->vw_ready);
    r->moved_before = r->moved;
    r->moved = move;
    if (move && r->at < r->tape->end) r->at++;
    r->cycle++;
    v->xb_ok = p->xb_ready || !v->is.quant;
    v->load = false;
    v->busy = !v->done;
    if (v->done) r->tape = NULL;
    v->done = done;
    return true;
}

uint64_t stamp_clock_vxu_replay_still(const struct stamp_clock_vxu *v)
{
    const struct stamp_clock_vxu_replay *r = &v->replay;
    const struct stamp_clock_vxu_regs *q = &v->regs;
    uint32_t n = 0;

    if (v->done || v->out.valid || !r->moved || !r->moved_before || v->is.quant || q->pb_we ||
        q->sm_we || q->ev_read || q->ev_fn || q->ev_lines || q->ev_divides)
        return 0;
    while (r->at + n < r->tape->end && !r->tape->what[r->at + n]) n++;
    return n;
}

/* The cycles before the last of a stretch in which nothing is refused: only counted. */
static void count(struct stamp_clock_vxu *v, uint32_t cycles, struct stamp_clock_vxu_sum *sum)
{
    struct stamp_clock_vxu_replay *r = &v->replay;
    const struct stamp_clock_tape *t = r->tape;
    uint32_t in[STAMP_CLOCK_TAPE_KINDS];

    for (unsigned k = 0; k < STAMP_CLOCK_TAPE_KINDS; k++)
        in[k] = stamp_clock_tape_rank(t, k, r->at + cycles) - stamp_clock_tape_rank(t, k, r->at);
    sum->read += in[STAMP_CLOCK_TAPE_READ];
    sum->vw += in[STAMP_CLOCK_TAPE_PUT];
    sum->xb_rows += in[STAMP_CLOCK_TAPE_XB] + in[STAMP_CLOCK_TAPE_TWO];
    sum->pb += in[STAMP_CLOCK_TAPE_PB];
    sum->fn += in[STAMP_CLOCK_TAPE_FN];
    sum->lines += (uint64_t)in[STAMP_CLOCK_TAPE_LINE] * t->lines;
    sum->divides += (uint64_t)in[STAMP_CLOCK_TAPE_DIVIDE] * t->divides;
    for (unsigned k = 0; k < STAMP_CLOCK_TAPE_LISTS; k++) r->pos[k] += in[k];
    r->at += cycles;
    r->cycle += cycles;
}

uint64_t stamp_clock_vxu_pass(struct stamp_clock_vxu *v, uint64_t most,
                              struct stamp_clock_vxu_sum *sum)
{
    struct stamp_clock_vxu_replay *r = &v->replay;
    const struct stamp_clock_vxu_regs *q = &v->regs;
    const struct stamp_clock_vxu_pins all = {.vw_ready = true, .xb_ready = true};

    if (!r->tape || v->done || v->out.next_v || !r->moved || (v->is.quant && !v->xb_ok)) return 0;
    if (most > r->tape->end - r->at) most = r->tape->end - r->at;
    if (!most) return 0;
    /* What the last cycle did shows in this one. */
    sum->read += q->ev_read;
    sum->lines += q->ev_lines;
    sum->divides += q->ev_divides;
    sum->fn += q->ev_fn;
    sum->vw += v->out.valid;
    sum->xb_rows += q->xb_we ? 1u + q->xb_two : 0;
    sum->pb += q->pb_we;
    if (most > 1) {
        /* A row's entry that was looked up late, behind a stop. */
        if (!r->moved_before && r->tape->what[r->at] & TABLE) r->pos[STAMP_CLOCK_TAPE_TABLE]--;
        count(v, (uint32_t)most - 1, sum);
        v->out.valid = v->out.next_v = false;
        r->moved_before = true;
    }
    stamp_clock_vxu_edge(v, &all);
    return most;
}

/* Whether @p kind is in the cycle @p in ahead of the tape's place, and its address. */
static bool ahead(const struct stamp_clock_vxu_replay *r, unsigned kind, uint64_t in,
                  uint16_t *addr)
{
    if (in > r->tape->end - r->at || !(r->tape->what[r->at + in] >> kind & 1)) return false;
    *addr =
        (uint16_t)r->tape->list[kind][stamp_clock_tape_rank(r->tape, kind, r->at + (uint32_t)in)];
    return true;
}

bool stamp_clock_vxu_write_in(const struct stamp_clock_vxu *v, uint64_t in, uint16_t *addr)
{
    *addr = v->out.addr;
    return in ? ahead(&v->replay, STAMP_CLOCK_TAPE_PUT, in - 1, addr) : v->out.valid;
}

bool stamp_clock_vxu_read_in(const struct stamp_clock_vxu *v, uint64_t in, uint16_t *addr)
{
    return ahead(&v->replay, STAMP_CLOCK_TAPE_READ, in, addr);
}

bool stamp_clock_vxu_xb_in(const struct stamp_clock_vxu *v, uint64_t in, uint16_t *addr)
{
    *addr = v->regs.xb_addr;
    return in ? ahead(&v->replay, STAMP_CLOCK_TAPE_XB, in - 1, addr) : v->regs.xb_we;
}

bool stamp_clock_vxu_pb_in(const struct stamp_clock_vxu *v, uint64_t in, uint16_t *addr)
{
    *addr = v->regs.pb_addr;
    return in ? ahead(&v->replay, STAMP_CLOCK_TAPE_PB, in - 1, addr) : v->regs.pb_we;
}
