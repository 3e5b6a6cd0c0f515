/* SPDX-License-Identifier: Apache-2.0 */
/* edge_judge.c - legality of single instructions. Contract in edge_judge.h. */
#include "tests/cosim/edge_judge.h"

#include "compiler/prove/verify.h"
#include "model/machine/machine.h"
#include "model/mem.h"
#include "sim/run/runtime.h"
#include "tests/cosim/edge_image.h"
#include "tests/cover/probe.h"

enum { OFTEN = 40 /* instructions until memories are made anew: values grow */ };

struct edge_judge {
    struct edge_list list; /* of the one case */
    struct stamp_image *image,
        *placed; /* at address 0, which the verifier knows; where the machine has it */
    struct stamp_run *run;
    struct stamp_machine *m;
    uint32_t at, judged; /* where the case lies; since all was new */
};

static const struct edge_case nothing = {.insn = {.c = {.op = STAMP_OP_NOP}}};

static bool put(struct edge_judge *j, union stamp_insn i, bool absolute)
{
    uint8_t *to = stamp_run_memory(j->run) + j->image->code_addr + 32 * (uint64_t)j->at;
    struct stamp_word w;

    if (stamp_encode(&i, &j->image->code[j->at])) return false;
    if (absolute) i.d.dram += EDGE_PLACE;
    if (stamp_encode(&i, &w)) return false;
    for (unsigned b = 0; b < 32; b++) to[b] = (uint8_t)(w.w[b / 4] >> 8 * (b % 4));
    return true;
}

/* The machine before the case. */
static void start(struct edge_judge *j)
{
    struct stamp_retire last;

    const uint64_t bytes = j->image->dram_bytes;

    stamp_machine_start(j->m, (struct stamp_memory){stamp_run_memory(j->run), bytes, EDGE_PLACE},
                        EDGE_PLACE + j->image->code_addr, j->image->code_count, EDGE_PLACE,
                        EDGE_PLACE + bytes);
    while (j->m->ctl.pc < j->at && stamp_machine_step(j->m, &last)) {}
    j->judged = 0;
}

struct edge_judge *edge_judge_new(const struct stamp_mach *mach, bool stores)
{
    struct edge_judge *j = stamp_alloc(1, sizeof *j);
    struct stamp_err e;

    if (!j) return NULL;
    j->list = (struct edge_list){.mach = mach, .stores = stores, .operands = true, .count = 1};
    j->list.at[0] = nothing;
    j->m = stamp_machine_new(mach);
    if (j->m && !edge_image_all(&j->list, 0, &j->at, &j->image, &e) &&
        !edge_image_all(&j->list, EDGE_PLACE, &j->at, &j->placed, &e) &&
        !stamp_run_new(j->placed, &j->run, &e)) {
        start(j);
        return j;
    }
    edge_judge_free(j);
    return NULL;
}

void edge_judge_free(struct edge_judge *j)
{
    if (!j) return;
    stamp_run_free(j->run);
    stamp_machine_free(j->m);
    stamp_image_free(j->image);
    stamp_image_free(j->placed);
    stamp_free(j);
}

bool edge_judge_legal(struct edge_judge *j, const struct edge_case *c)
{
    union stamp_insn i = c->insn;
    const struct stamp_op *op = stamp_op_find((uint32_t)i.c.op);
    struct stamp_retire last;
    struct stamp_err e;

    if (op->unit != STAMP_UNIT_CTL)
        i.d.wait0 = i.d.wait1 = i.d.wait2 = i.d.post0 = i.d.post1 = i.d.post2 = 0;
    if (!put(j, i, c->absolute)) return false;
    if (c->absolute) i.d.dram += EDGE_PLACE;
    if (op->format == STAMP_FORMAT_D) i.d.dram += j->m->ctl.areg[i.d.areg];
    if (op->format == STAMP_FORMAT_W) i.w.lim = (i.w.lim + j->m->ctl.areg[i.w.areg]) & 0xffffff;
    if (cover_refused_here(j->m, op, &i)) return false;
    if (stamp_verify(j->image, NULL, &e)) return false;
    if (j->judged++ == OFTEN) start(j);
    j->m->ctl.pc = j->at;
    stamp_machine_step(j->m, &last);
    const bool good = !j->m->error;
    if (!good) start(j);
    return good;
}
