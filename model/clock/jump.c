/* SPDX-License-Identifier: Apache-2.0 */
/* jump.c - cycles passed over. Contract in top.h.
 *
 * Where control and the store unit sleep, the others are taken together as far as nobody is in another's way: each
 * passes over the same cycles. */
#include "model/clock/top.h"

enum {
    MXU = STAMP_UNIT_MXU - 1,
    VXU = STAMP_UNIT_VXU - 1,
    STU = STAMP_UNIT_STU - 1,
    LDU = STAMP_UNIT_LDU - 1,
    WORTH = 4 /* cycles a jump saves at least */
};

/* An instruction goes to its unit in the cycle to come. */
static bool starts(const struct stamp_clock_pins *p)
{
    const uint8_t valid = p->queues.unit_valid;

    return (valid >> LDU & 1 && p->ldu.insn_ready) || (valid >> STU & 1 && p->stu.insn_ready) ||
           (valid >> VXU & 1 && p->vxu.insn_ready) || (valid >> MXU & 1 && p->mxu.insn_ready);
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* What a tape passed over leaves in the memories beside the unit: the word of the row table read last, and a write
 * of the last cycle before XB. */
static void passed(struct stamp_clock_top *t, uint32_t table_from, uint64_t cycles)
{
    const struct stamp_clock_vxu_replay *r = &t->vxu.replay;
    const uint32_t *rows = r->tape->list[STAMP_CLOCK_TAPE_TABLE];
    const uint32_t *xb = r->tape->list[STAMP_CLOCK_TAPE_XB];
    const uint32_t row = r->pos[STAMP_CLOCK_TAPE_TABLE], now = t->vxu.regs.xb_we;

    if (row != table_from) stamp_clock_table_edge(&t->rt_port, true, rows[row - 1], false, 0);
    if (!t->vxu.is.quant || cycles < 2) return;
    const bool wrote = r->tape->what[r->at - 2] >> STAMP_CLOCK_TAPE_XB & 1;
    const uint32_t bank = wrote ? xb[r->pos[STAMP_CLOCK_TAPE_XB] - now - 1] & 1 : 0;
    t->xb.bank[0].out_v = wrote && bank == 0;
    t->xb.bank[1].out_v = wrote && bank == 1;
}

/* The vector unit alone is awake. Operands of the array have XB for themselves. */
static uint64_t pass(struct stamp_clock_top *t, uint64_t most)
{
    struct stamp_clock_vxu_sum sum = {0};
    struct stamp_clock_vxu_replay *r = &t->vxu.replay;
    uint64_t *e = t->event;

    if (!r->tape || t->pins.mxu.vm_we || (t->vxu.is.quant && t->nap.streams)) return 0;
    const uint32_t table_from = r->pos[STAMP_CLOCK_TAPE_TABLE];
    const uint64_t n = stamp_clock_vxu_pass(&t->vxu, most, &sum);
    if (!n) return 0;
    passed(t, table_from, n);
    e[STAMP_EV_VM_READ] += sum.read;
    e[STAMP_EV_VX_LINES] += sum.lines;
    e[STAMP_EV_DIVIDES] += sum.divides;
    e[STAMP_EV_FN_LINES] += sum.fn;
    e[STAMP_EV_VM_WRITE] += sum.vw;
    e[STAMP_EV_XB_WRITE] += sum.xb_rows;
    e[STAMP_EV_PB_WRITE] += sum.pb;
    t->pins.vxu.busy = true;
    return n;
}

/* The matrix unit alone is awake, and nobody else comes near its memories. */
static uint64_t matrix_pass(struct stamp_clock_top *t, uint64_t most)
{
    struct stamp_clock_mxu_sum sum = {0};
    const uint32_t looked = t->mxu.drain.looked, products = t->mach->L * t->mach->T;
    uint64_t *e = t->event;

    const uint64_t n = stamp_clock_mxu_pass(&t->mxu, most, &sum);
    e[STAMP_EV_MXU_ACTIVE] += sum.active;
    e[STAMP_EV_MAC_ISSUED] += sum.active * t->mach->P * products;
    e[STAMP_EV_MAC_USED] += sum.used * products;
    e[STAMP_EV_XB_READ] += sum.xb_re;
    e[STAMP_EV_WB_READ] += sum.wb_re;
    e[STAMP_EV_VM_WRITE] += sum.vm_we;
    e[STAMP_EV_AC_READ] += sum.ac_read;
    e[STAMP_EV_AC_WRITE] += sum.ac_we;
    e[STAMP_EV_DRAIN_LINES] += sum.line;
    e[STAMP_EV_MXU_DRAIN] += sum.stall;
    if (t->mxu.drain.looked != looked)
        stamp_clock_table_edge(&t->nt_port, true, t->mxu.drain.looked_at, false, 0);
    return n;
}

/* Both are awake, and the drain writes no line of VM that the vector unit's could wait for. */
static uint64_t both_pass(struct stamp_clock_top *t, uint64_t most)
{
    struct stamp_clock_mxu copy = t->mxu;
    struct stamp_clock_mxu_sum none = {0};

    if (t->vxu.is.quant || !t->vxu.replay.tape) return 0;
    most = stamp_clock_mxu_writes_none(&t->mxu, most);
    if (most < WORTH) return 0;
    most = stamp_clock_mxu_pass(&copy, most, &none);
    return most < WORTH || !(most = pass(t, most)) ? 0 : matrix_pass(t, most);
}

/* Up to @p most cycles of who may be awake: the vector unit, the matrix unit. */
static uint64_t awake_pass(struct stamp_clock_top *t, uint64_t most)
{
    struct stamp_clock_nap *n = &t->nap;

    if (n->vxu) most = least(most, n->of_vxu.left);
    if (n->streams && n->vxu && !n->loads) stamp_clock_top_mxu_up(t);
    if (n->mxu) most = least(most, n->of_mxu.left);
    if (n->vxu && n->mxu) return most;
    if (n->mxu) return most < WORTH || !t->vxu.replay.tape ? 0 : pass(t, most);
    if (n->loads) return 0;
    stamp_clock_mxu_drive(&t->mxu, &t->pins.mxu);
    if (starts(&t->pins)) return 0;
    return n->vxu ? matrix_pass(t, most) : both_pass(t, most);
}

/* Cycles, no more than @p most, behind which no line of WB waits that was shown before: it may have to for two. */
static uint64_t settled(const struct stamp_clock_ldu *l, uint64_t most)
{
    const uint64_t beats = l->now.beats + 1u, first = beats - l->beat;

    while (most > first && (most - first) % beats - 1 < 2) most--;
    return most;
}

/* The load unit fills WB beat by beat, whatever the matrix unit does: of two cycles one is free but between two
 * tiles, of three one always. */
static uint64_t fill_pass(struct stamp_clock_top *t, uint64_t most)
{
    struct stamp_clock_ldu *l = &t->ldu;
    const struct stamp_clock_ldu_meets meets = {false, 0};
    struct stamp_clock_mxu copy;
    struct stamp_clock_mxu_sum none = {0};

    if (t->rmux.addresses || !t->axi.rvalid || t->rmux.fetch[t->rmux.order_out % STAMP_BURSTS])
        return 0;
    if (!l->cur_valid || l->now.space != STAMP_SPACE_WB || l->now.beats < 3) return 0;
    if (!stamp_clock_ldu_streams(l, stamp_clock_rmux_free(&t->rmux), meets)) return 0;
    if (l->out_valid && l->beat + 3u > l->now.beats) return 0;
    if (t->nap.mxu) stamp_clock_top_mxu_up(t);
    stamp_clock_mxu_drive(&t->mxu, &t->pins.mxu);
    stamp_clock_ldu_drive(l, &t->pins.ldu);
    if (starts(&t->pins)) return 0;
    stamp_clock_rmux_drive(&t->rmux, &t->pins.rmux);
    stamp_clock_top_read_port(t);
    stamp_clock_top_axi(t);
    most = least(most, t->memory.still(t->memory.ctx, &t->axi));
    most = settled(l, least(most, t->nap.of_vxu.left));
    if (most < 2 * WORTH) return 0;
    copy = t->mxu;
    const uint64_t n = settled(l, stamp_clock_mxu_pass(&copy, most, &none));
    if (n < 2 * WORTH) return 0;
    matrix_pass(t, n);
    t->memory.skip(t->memory.ctx, &t->axi, n);
    t->event[STAMP_EV_WB_WRITE] += stamp_clock_ldu_stream(l, n, meets);
    t->event[STAMP_EV_LOAD_BYTES] += n * t->mach->AXI_BYTES;
    t->pins.ldu.ev_axi_wait = false;
    return n;
}

uint64_t stamp_clock_top_jump(struct stamp_clock_top *t, uint64_t most)
{
    const struct stamp_clock_nap *n = &t->nap;

    if (!n->fetch || !n->stu || n->ldu != n->memory) return 0;
    if (t->pins.xb.we || t->pins.xb.busy || !t->pins.xb.ready) return 0;
    if (!n->vxu) t->pins.vxu.insn_ready = !t->vxu.busy;
    if (n->memory && starts(&t->pins)) return 0;
    if (n->memory)
        most = awake_pass(t, least(most, n->of_memory.left));
    else
        most = n->vxu ? fill_pass(t, most) : 0;
    if (!most) return 0;
    stamp_clock_top_last(t, most);
    stamp_clock_top_slept(t, most);
    t->cycle += most;
    return most;
}
