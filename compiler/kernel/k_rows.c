/* SPDX-License-Identifier: Apache-2.0 */
/* k_rows.c - a row in front of others, constant rows added; and the table of kernels. Contract in kernel.h. */
#include "compiler/kernel/elementwise.h"
#include "compiler/kernel/kernel.h"

static struct stamp_place constant(struct stamp_lower *n, const struct stamp_lstep *s,
                                   uint32_t operand)
{
    const struct stamp_gparam *p = &n->g->param[operand & ~STAMP_PARAM];

    if (p->block != STAMP_NO_BLOCK)
        stamp_build_fail(n->b, STAMP_EUNSUPPORTED, "%s: rows of a parameter inside a block",
                         s->s->name);
    return stamp_lower_rows_const(n, p->name,
                                  stamp_network_vector(n->spec->model, operand & ~STAMP_PARAM, 0),
                                  p->rows, p->cols);
}

/* The rows behind it were made where they belong (memory.c). */
static void prepend_global(struct stamp_lower *n, struct stamp_lstep *s)
{
    s->table = constant(n, s, n->g->node[s->s->node].in[0]);
}

static void prepend_emit(struct stamp_lower *n, struct stamp_lstep *s)
{
    const struct stamp_place to = stamp_lower_place(n, s->s->out);
    const uint32_t lines = (n->g->value[s->s->out].cols + n->L - 1) / n->L;

    stamp_build_phase_begin(n->b, s->s->name, 0);
    stamp_emit_load(n->b, STAMP_SPACE_VM, STAMP_FMT_F32, s->table.addr, 0, lines);
    stamp_emit_move(n->b, STAMP_OP_STORE,
                    (struct stamp_move){.space = STAMP_SPACE_VM,
                                        .fmt = STAMP_FMT_F32,
                                        .dram = to.addr,
                                        .lines = lines,
                                        .lstride = lines,
                                        .n0 = 1});
}

static void add_global(struct stamp_lower *n, struct stamp_lstep *s)
{
    if (n->g->param[s->s->add & ~STAMP_PARAM].block == STAMP_NO_BLOCK)
        s->table = constant(n, s, s->s->add);
}

/* Rows of a parameter inside a block, one set each time. */
static void add_lay(struct stamp_lower *n, struct stamp_lstep *s, enum stamp_lay what,
                    uint32_t time)
{
    const struct stamp_gparam *p = &n->g->param[s->s->add & ~STAMP_PARAM];
    char name[STAMP_NAME_MAX + 1];

    if (what != STAMP_LAY_GAINS || p->block == STAMP_NO_BLOCK) return;
    stamp_lower_name(n, s, time, p->name, name);
    const struct stamp_place at = stamp_lower_rows_const(
        n, name, stamp_network_vector(n->spec->model, s->s->add & ~STAMP_PARAM, time), p->rows,
        p->cols);
    if (!time) s->table = at;
}

static void add_emit(struct stamp_lower *n, struct stamp_lstep *s)
{
    const struct stamp_elementwise e = {.rows = stamp_lower_rows(n, s->s->out),
                                        .cols = (n->g->value[s->s->out].cols + n->L - 1) / n->L,
                                        .post = STAMP_POST_ADD,
                                        .a = stamp_lower_place(n, s->s->x),
                                        .c = s->table,
                                        .y = stamp_lower_place(n, s->s->out)};

    stamp_build_phase_begin(n->b, s->s->name, 0);
    stamp_emit_elementwise(n->b, &s->room.mach, &e);
}

static void unary_emit(struct stamp_lower *n, struct stamp_lstep *s)
{
    const bool silu = n->g->node[s->s->node].attr.kind == STAMP_GUNARY_SILU;
    const struct stamp_elementwise e = {.rows = stamp_lower_rows(n, s->s->out),
                                        .cols = (stamp_lower_width(n, s->s->out) + n->L - 1) / n->L,
                                        .post = silu ? STAMP_POST_ACT : STAMP_POST_GELU,
                                        .a = stamp_lower_place(n, s->s->x),
                                        .y = stamp_lower_place(n, s->s->out)};

    if (stamp_lower_width(n, s->s->x) != stamp_lower_width(n, s->s->out))
        stamp_build_fail(n->b, STAMP_EUNSUPPORTED, "%s: a function of heads that are padded",
                         s->s->name);
    stamp_build_phase_begin(n->b, s->s->name, 0);
    stamp_emit_elementwise(n->b, &s->room.mach, &e);
}

const struct stamp_lkernel stamp_lkernel_prepend = {.global = prepend_global, .emit = prepend_emit};
const struct stamp_lkernel stamp_lkernel_add = {
    .global = add_global, .lay = add_lay, .emit = add_emit};
const struct stamp_lkernel stamp_lkernel_unary = {.emit = unary_emit};
const struct stamp_lkernel stamp_lkernel_input = {.size = NULL};

const struct stamp_lkernel *stamp_lkernel_of(enum stamp_gstep_kind kind)
{
    static const struct stamp_lkernel *const table[] = {
        [STAMP_STEP_INPUT] = &stamp_lkernel_input,
        [STAMP_STEP_GATHER] = &stamp_lkernel_gather,
        [STAMP_STEP_LINEARS] = &stamp_lkernel_linears,
        [STAMP_STEP_NORM] = &stamp_lkernel_norm,
        [STAMP_STEP_ATTEND] = &stamp_lkernel_attend,
        [STAMP_STEP_PREPEND] = &stamp_lkernel_prepend,
        [STAMP_STEP_ADD] = &stamp_lkernel_add,
        [STAMP_STEP_UNARY] = &stamp_lkernel_unary,
        [STAMP_STEP_DEPTHWISE] = &stamp_lkernel_depthwise,
    };
    return table[kind];
}
