/* SPDX-License-Identifier: Apache-2.0 */
/* edge_control.c - control instructions at the edges of their fields and beside each other. Contract in edge_corner.h.
 *
 * A register is looked at by a LOAD: what it should hold is computed here, an ADDR makes memory's place of it,
 * and anything else would be outside DRAM's window. */
#include <stdio.h>
#include <string.h>

#include "tests/cosim/edge_corner.h"
#include "tests/cosim/edge_draw.h"
#include "tests/cosim/edge_image.h"

enum { WORDS = 4 * EDGE_CASES, LINE = 256 /* bytes of VM, at most */ };

static const uint64_t addr_mask = (UINT64_C(1) << STAMP_ADDR_BITS) - 1;

struct program {
    struct edge_tally *t;
    union stamp_insn insn[WORDS];
    uint32_t n, cases;
    uint64_t reg[STAMP_ADDR_REGS]; /* as they should be */
};

static void put(struct program *p, union stamp_insn i)
{
    if (p->n < WORDS) p->insn[p->n++] = i;
}

static void control(struct program *p, enum stamp_opcode op, uint64_t areg, uint64_t imm)
{
    put(p, (union stamp_insn){.c = {.op = op, .areg = areg, .imm = imm}});
    if (op == STAMP_OP_SETR) p->reg[areg] = imm;
    if (op == STAMP_OP_ADDR) p->reg[areg] = (p->reg[areg] + imm) & addr_mask;
}

/* Run it: to its end, or to @p error at its last instruction. */
static void run(struct program *p, enum stamp_error error, const char *name)
{
    struct stamp_image *im = NULL;
    struct stamp_run_result r = {0};
    struct stamp_err e = {0};
    enum stamp_status s = edge_image_words(p->t->mach, p->insn, p->n, &im, &e);

    if (!s) s = edge_run(p->t, im, EDGE_PLACE, &r, &e);
    stamp_image_free(im);
    if (s == (error ? STAMP_EMACHINE : STAMP_OK) && r.error == error &&
        (!error || r.error_pc == p->n - 1))
        *(error ? &p->t->beyond : &p->t->inside) += p->cases;
    else
        edge_complain(p->t, "control", name, s ? e.text : "done");
    p->n = p->cases = 0;
    memset(p->reg, 0, sizeof p->reg);
}

/* A LOAD of memory's last bytes with a register that should be its place. */
static void look_at(struct program *p, uint64_t areg)
{
    control(p, STAMP_OP_ADDR, areg, (EDGE_PLACE - p->reg[areg]) & addr_mask);
    put(p, (union stamp_insn){.d = {.op = STAMP_OP_LOAD,
                                    .space = STAMP_SPACE_VM,
                                    .fmt = STAMP_FMT_RAW,
                                    .areg = areg,
                                    .dram = EDGE_WORDS_END - LINE,
                                    .lines = 1,
                                    .n0 = 1,
                                    .n1 = 1}});
}

/* From the sentence in isa.md, SETA. */
static void follow_seta(struct program *p, const struct stamp_insn_c *c)
{
    const uint32_t arg = 0x9e3779b9u * ((uint32_t)c->arg + 1);
    const uint64_t n = (uint32_t)(arg + (uint32_t)c->add) / (UINT64_C(1) << c->shift);

    p->reg[c->areg] = ((c->acc ? p->reg[c->areg] : 0) + n * c->imm) & addr_mask;
}

/* One instruction among what it needs around it. */
static void around(struct program *p, const union stamp_insn *i)
{
    const struct stamp_insn_c *c = &i->c;

    switch ((enum stamp_opcode)c->op) {
    case STAMP_OP_SETR:
    case STAMP_OP_ADDR:
        control(p, (enum stamp_opcode)c->op, c->areg, c->imm);
        look_at(p, c->areg);
        break;
    case STAMP_OP_SETA:
        put(p, *i);
        follow_seta(p, c);
        look_at(p, c->areg);
        break;
    case STAMP_OP_LOOP:
        if (c->areg) control(p, STAMP_OP_SETR, c->areg, 2);
        put(p, *i);
        control(p, STAMP_OP_ENDL, 0, 0);
        break;
    case STAMP_OP_ENDL:
        control(p, STAMP_OP_LOOP, 0, 2);
        put(p, *i);
        break;
    default: put(p, *i); break;
    }
    p->cases++;
}

/* Legal ones one after the other; HALT, the longest loop and what is refused by themselves. */
static void place(struct program *all, struct program *alone, const struct edge_case *c)
{
    const bool halt = c->insn.c.op == STAMP_OP_HALT,
               forever = !c->error && c->insn.c.op == STAMP_OP_LOOP && c->insn.c.imm > 1000;

    if (!c->error && !halt && !forever) {
        around(all, &c->insn);
        return;
    }
    put(alone, c->insn);
    alone->cases = 1;
    if (forever) put(alone, (union stamp_insn){.c = {.op = STAMP_OP_SETR}}); /* ends it: RESERVED */
    run(alone, c->error ? c->error : forever ? STAMP_ERROR_RESERVED : STAMP_ERROR_NONE, c->name);
}

static void fields(struct program *all, struct program *alone, struct gen_rng *r)
{
    const struct cover_points *p = cover_points_of(all->t->cover);

    for (uint32_t k = 0; k < p->sets; k++) {
        const struct cover_set *s = &p->set[k];
        if (!s->variant || s->op->unit != STAMP_UNIT_CTL) continue;
        for (uint32_t f = 0; f < s->fields; f++)
            for (int e = 0; e < COVER_EDGE_COUNT; e++) {
                struct edge_case c;
                if (s->field[f].point[e] < 0 ||
                    cover_reached(all->t->cover, s->field[f].point[e]) ||
                    !edge_draw_at(all->t->mach, s, &s->field[f], (enum cover_edge)e, r, &c))
                    continue;
                snprintf(c.name, sizeof c.name, "%s %s", s->name, s->field[f].f->name);
                place(all, alone, &c);
            }
    }
    control(all, STAMP_OP_HALT, 0, 0);
    run(all, STAMP_ERROR_NONE, "fields");
}

static void plain(struct program *p, enum stamp_opcode op)
{
    const bool reg = op == STAMP_OP_SETR || op == STAMP_OP_ADDR || op == STAMP_OP_SETA;

    control(p, op, reg ? 5 : 0, op == STAMP_OP_LOOP ? 1 : 0);
}

/* Two neighbours, in a loop where the second ends one; loops that are open then are closed. */
static void neighbours(struct program *p, enum stamp_opcode a, enum stamp_opcode b)
{
    int open =
        (a == STAMP_OP_LOOP) + (b == STAMP_OP_LOOP) - (a == STAMP_OP_ENDL) - (b == STAMP_OP_ENDL);

    if (a == STAMP_OP_ENDL) plain(p, STAMP_OP_LOOP), open++;
    if (b == STAMP_OP_ENDL && a != STAMP_OP_LOOP) plain(p, STAMP_OP_LOOP), open++;
    plain(p, a);
    plain(p, b);
    for (; b != STAMP_OP_HALT && open > 0; open--) plain(p, STAMP_OP_ENDL);
    p->cases++;
}

void edge_controls(struct edge_tally *t)
{
    static struct program all, alone;
    struct gen_rng r = {815};

    all.t = alone.t = t;
    fields(&all, &alone, &r);
    for (size_t a = 0; a < stamp_op_count; a++)
        for (size_t b = 0; b < stamp_op_count; b++) {
            const struct stamp_op *first = &stamp_ops[a], *second = &stamp_ops[b];
            if (first->unit != STAMP_UNIT_CTL || second->unit != STAMP_UNIT_CTL) continue;
            if (first->code == STAMP_OP_HALT) continue;
            struct program *p = second->code == STAMP_OP_HALT ? &alone : &all;
            neighbours(p, first->code, second->code);
            if (p == &alone) run(p, STAMP_ERROR_NONE, first->name);
        }
    control(&all, STAMP_OP_HALT, 0, 0);
    run(&all, STAMP_ERROR_NONE, "neighbours");
}
