/* SPDX-License-Identifier: Apache-2.0 */
/* machine.c - state, fetch, control flow and semaphores of the C machine. Contract in machine.h. */
#include "model/machine/machine.h"

#include <assert.h>
#include <string.h>

#include "model/dispatch/check.h"
#include "model/insn/insn.h"
#include "model/mem.h"

struct stamp_machine *stamp_machine_new(const struct stamp_mach *mach)
{
    struct stamp_machine *m = stamp_alloc(1, sizeof *m);

    if (!m) return NULL;
    m->mach = mach;
    m->vm = stamp_alloc((size_t)mach->VM_LINES * mach->L, sizeof *m->vm);
    m->xb = stamp_alloc((size_t)mach->XB_LINES * mach->P * mach->L, sizeof *m->xb);
    m->wb = stamp_alloc((size_t)mach->WB_LINES * mach->L * mach->T, sizeof *m->wb);
    m->cm = stamp_alloc((size_t)mach->CM_LINES * mach->L, sizeof *m->cm);
    m->rt = stamp_alloc(mach->RT_ENTRIES, sizeof *m->rt);
    m->nt = stamp_alloc(mach->RT_ENTRIES, sizeof *m->nt);
    m->sm = stamp_alloc(mach->SM_ENTRIES, sizeof *m->sm);
    m->rm = stamp_alloc(mach->SM_ENTRIES, sizeof *m->rm);
    m->ac = stamp_alloc((size_t)mach->AC_LINES * mach->L, sizeof *m->ac);
    m->it = stamp_alloc(mach->IT_ENTRIES, sizeof *m->it);
    m->pb = stamp_alloc((size_t)mach->PB_LINES * mach->L * mach->T, sizeof *m->pb);
    m->wb_last = stamp_alloc((size_t)mach->L * mach->T, sizeof *m->wb_last);
    m->wb_live = stamp_alloc(mach->WB_LINES, sizeof *m->wb_live);
    m->vm_live = stamp_alloc(mach->VM_LINES, sizeof *m->vm_live);
    m->xb_live = stamp_alloc(mach->XB_LINES, sizeof *m->xb_live);
    m->xb_row_live = stamp_alloc((size_t)mach->XB_LINES * mach->P, sizeof *m->xb_row_live);
    if (m->vm && m->xb && m->wb && m->cm && m->rt && m->nt && m->sm && m->rm && m->ac && m->it &&
        m->pb && m->wb_last && m->wb_live && m->vm_live && m->xb_live && m->xb_row_live)
        return m;
    stamp_machine_free(m);
    return NULL;
}

void stamp_machine_free(struct stamp_machine *m)
{
    if (!m) return;
    stamp_free(m->vm);
    stamp_free(m->xb);
    stamp_free(m->wb);
    stamp_free(m->cm);
    stamp_free(m->rt);
    stamp_free(m->nt);
    stamp_free(m->sm);
    stamp_free(m->rm);
    stamp_free(m->ac);
    stamp_free(m->it);
    stamp_free(m->pb);
    stamp_free(m->wb_last);
    stamp_free(m->wb_live);
    stamp_free(m->vm_live);
    stamp_free(m->xb_live);
    stamp_free(m->xb_row_live);
    stamp_free(m);
}

void stamp_machine_start(struct stamp_machine *m, struct stamp_memory dram, uint64_t code_addr,
                         uint32_t count, uint64_t win_lo, uint64_t win_hi)
{
    m->dram = dram;
    m->code_addr = code_addr;
    m->code_count = count;
    m->win_lo = win_lo > dram.base ? win_lo : dram.base;
    m->win_hi = win_hi < dram.base + dram.size ? win_hi : dram.base + dram.size;
    m->error = STAMP_ERROR_NONE;
    m->error_pc = 0;
    memset(&m->ctl, 0, sizeof m->ctl);
    memset(m->sem, 0, sizeof m->sem);
    memset(m->event, 0, sizeof m->event);
    memset(m->activity, 0, sizeof m->activity);
    memset(m->wb_last, 8, (size_t)m->mach->L * m->mach->T); /* codes of 0 */
}

/* An index or address outside is the fetch error the hardware reports. */
static enum stamp_error fetch(const void *ctx, uint32_t pc, struct stamp_word *word)
{
    const struct stamp_machine *m = ctx;
    const uint64_t addr = m->code_addr + (uint64_t)pc * sizeof *word;

    if (pc >= m->code_count || addr < m->dram.base || addr - m->dram.base > m->dram.size ||
        m->dram.size - (addr - m->dram.base) < sizeof *word)
        return STAMP_ERROR_AXI_FETCH;
    for (unsigned i = 0; i < 8; i++) {
        const uint8_t *b = m->dram.bytes + (addr - m->dram.base) + 4 * i;
        word->w[i] =
            (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
    }
    return STAMP_ERROR_NONE;
}

/* All formats but C agree in these fields; D stands for all. */
static enum stamp_error take(struct stamp_machine *m, const struct stamp_insn_d *d)
{
    const uint64_t wait[3] = {d->wait0, d->wait1, d->wait2};

    for (int i = 0; i < 3; i++) {
        if (!wait[i]) continue;
        if (!m->sem[wait[i]]) return STAMP_ERROR_WATCHDOG;
        m->sem[wait[i]]--;
    }
    return STAMP_ERROR_NONE;
}

static enum stamp_error give(struct stamp_machine *m, const struct stamp_insn_d *d)
{
    const uint64_t post[3] = {d->post0, d->post1, d->post2};

    for (int i = 0; i < 3; i++)
        if (post[i] && ++m->sem[post[i]] > STAMP_SEM_MAX) return STAMP_ERROR_SEMAPHORE;
    return STAMP_ERROR_NONE;
}

static enum stamp_error do_unit(struct stamp_machine *m, const union stamp_insn *insn)
{
    switch ((enum stamp_opcode)insn->d.op) {
    case STAMP_OP_LOAD: return stamp_do_load(m, &insn->d);
    case STAMP_OP_STORE: return stamp_do_store(m, &insn->d);
    case STAMP_OP_VBFLY: return stamp_do_vbfly(m, &insn->b);
    case STAMP_OP_VMINMAX: return stamp_do_vminmax(m, &insn->v);
    case STAMP_OP_VQPAR: return stamp_do_vqpar(m, &insn->v);
    case STAMP_OP_VQUANT: return stamp_do_vquant(m, &insn->v);
    case STAMP_OP_VBIAS: return stamp_do_vbias(m, &insn->v);
    case STAMP_OP_VBIN: return stamp_do_vbin(m, &insn->w);
    case STAMP_OP_VROPE: return stamp_do_vrope(m, &insn->w);
    case STAMP_OP_VROW: return stamp_do_vrow(m, &insn->w);
    case STAMP_OP_VRED: return stamp_do_vred(m, &insn->w);
    case STAMP_OP_VFN: return stamp_do_vfn(m, &insn->w);
    case STAMP_OP_VCODE: return stamp_do_vcode(m, &insn->v);
    case STAMP_OP_VDEQ: return stamp_do_vdeq(m, &insn->v);
    case STAMP_OP_VPACKK: return stamp_do_vpackk(m, &insn->v);
    case STAMP_OP_VPACKV: return stamp_do_vpackv(m, &insn->v);
    case STAMP_OP_VSMRD: return stamp_do_vsmrd(m, &insn->v);
    case STAMP_OP_VSMWR: return stamp_do_vsmwr(m, &insn->v);
    case STAMP_OP_MM: return stamp_do_mm(m, &insn->m);
    default: return STAMP_ERROR_OPCODE;
    }
}

static enum stamp_error execute(struct stamp_machine *m, const struct stamp_issue *i)
{
    enum stamp_error e;

    if (i->op->unit == STAMP_UNIT_CTL) return STAMP_ERROR_NONE; /* the dispatcher did it */
    if ((e = take(m, &i->insn.d))) return e;
    if ((e = stamp_check_range(m->mach, i->op, &i->insn))) return e;
    if ((e = do_unit(m, &i->insn))) return e;
    return give(m, &i->insn.d);
}

bool stamp_machine_step(struct stamp_machine *m, struct stamp_retire *retire)
{
    struct stamp_issue issue;

    if (m->ctl.done || m->error) return false;
    *retire = (struct stamp_retire){.seq = m->ctl.seq, .pc = m->ctl.pc, .unit = STAMP_UNIT_CTL};
    enum stamp_error e = stamp_dispatch_next(&m->ctl, fetch, m, &issue);
    if (issue.op) {
        retire->unit = issue.op->unit;
        retire->op = issue.op->code;
    }
    if (!e) e = execute(m, &issue);
    retire->error = e;
    if (e) {
        m->error = e;
        m->error_pc = retire->pc;
        return false;
    }
    m->event[STAMP_EV_INSNS]++;
    stamp_dispatch_over(&m->ctl, &issue);
    return !m->ctl.done;
}
