/* SPDX-License-Identifier: Apache-2.0 */
/* stay.c - rows that stay in vector memory. Contract in stay.h. */
#include "compiler/lower/stay.h"

#include <string.h>

/* The part of VM that rows may take. */
enum { PART = 4 };

/* Lines that a step works in at least. */
static uint32_t needs(const struct stamp_lower *n, uint32_t i)
{
    const struct stamp_lstep *like = &n->like->step[i];
    struct stamp_attend a = like->attend;

    if (like->apart) return n->mach->VM_LINES; /* passes take all */
    if (like->s->kind == STAMP_STEP_NORM) return stamp_norm_lines(n->like, like);
    return like->s->kind == STAMP_STEP_ATTEND ? stamp_attend_step_lines(&a, n->mach) : 0;
}

void stamp_stay_begin(struct stamp_lower *n)
{
    n->stay = n->stay_most = 0;
    if (!n->decode || n->b->options->unfused) return;
    n->stay_most = n->mach->VM_LINES / PART;
    for (uint32_t i = 0; i < n->steps.steps; i++) {
        const uint32_t need = needs(n, i), all = n->mach->VM_LINES;
        if (need > all - n->stay_most) n->stay_most = need < all ? all - need : 0;
    }
    n->stay_most = n->stay_most / 4 * 4;
}

/* The value that a step reads or makes as @p v. */
static uint32_t base_of(const struct stamp_lower *n, uint32_t v)
{
    if (v == STAMP_NO_OPERAND || v & STAMP_PARAM) return STAMP_NO_OPERAND;
    while (n->g->node[n->g->value[v].node].op == STAMP_GOP_PICK)
        v = n->g->node[n->g->value[v].node].in[0];
    return v;
}

/* The step's kernel reads and writes rows in VM, but for operands that are rows of values. */
static bool takes(const struct stamp_lower *n, uint32_t i)
{
    const struct stamp_gstep *s = &n->steps.step[i];

    return n->g->node[s->node].op == STAMP_GOP_PICK || s->kind == STAMP_STEP_GATHER ||
           (s->kind == STAMP_STEP_NORM && !stamp_norm_parts(n->like, &n->like->step[i])) ||
           s->kind == STAMP_STEP_LINEARS ||
           (s->kind == STAMP_STEP_ATTEND && !n->like->step[i].attend.linear);
}

static bool is_operand(const struct stamp_lower *n, const struct stamp_gstep *s, uint32_t v)
{
    const struct stamp_gnode *k = &n->g->node[s->node];

    if (base_of(n, s->gain) == v || base_of(n, s->bias) == v || base_of(n, s->gate) == v)
        return s->kind == STAMP_STEP_NORM || s->kind == STAMP_STEP_LINEARS;
    for (uint32_t i = s->kind == STAMP_STEP_NORM ? 1 : k->ins; i < k->ins; i++)
        if (base_of(n, k->in[i]) == v) return true;
    return false;
}

/* Whether the step has anything to do with the value. */
static bool touches(const struct stamp_lower *n, const struct stamp_gstep *s, uint32_t v)
{
    const struct stamp_gnode *k = &n->g->node[s->node];

    for (uint32_t i = 0; i < s->made; i++)
        if (s->outs[i] == v) return true;
    for (uint32_t i = 0; i < k->ins; i++)
        if (base_of(n, k->in[i]) == v) return true;
    return s->out == v || base_of(n, s->x) == v || base_of(n, s->add) == v ||
           base_of(n, s->k) == v || base_of(n, s->v) == v || base_of(n, s->second) == v;
}

/* All that share the value's place are rows of this run, and all who touch them know rows in VM. */
static bool may_stay(const struct stamp_lower *n, uint32_t v)
{
    const char *place = stamp_lower_place_name(&n->g->value[v]);

    for (uint32_t o = 0; o < n->g->values; o++) {
        if (o != v && strcmp(stamp_lower_place_name(&n->g->value[o]), place)) continue;
        if (n->g->node[n->g->value[o].node].op == STAMP_GOP_PICK) continue;
        if (o + 1 == n->g->values || stamp_lower_rows(n, o) != 1) return false;
        for (uint32_t i = 0; i < n->steps.steps; i++) {
            const struct stamp_gstep *s = &n->steps.step[i];
            if ((touches(n, s, o) && !takes(n, i)) || is_operand(n, s, o)) return false;
        }
    }
    return true;
}

struct stamp_place stamp_stay_place(struct stamp_lower *n, const uint32_t *v, uint32_t count,
                                    uint64_t cols)
{
    const uint64_t lines = (cols + n->L - 1) / n->L;

    if (lines > n->stay_most - n->stay) return (struct stamp_place){0};
    for (uint32_t i = 0; i < count; i++)
        if (!may_stay(n, v[i])) return (struct stamp_place){0};
    n->stay += (uint32_t)lines;
    return (struct stamp_place){
        .row_bytes = lines * n->L * 4, .fmt = STAMP_FMT_F32, .vm = n->mach->VM_LINES - n->stay + 1};
}

void stamp_stay_rooms(struct stamp_lower *n)
{
    for (uint32_t i = 0; i < n->steps.steps && n->stay; i++)
        n->step[i].first.mach.VM_LINES = n->step[i].room.mach.VM_LINES =
            (n->mach->VM_LINES - n->stay) / 4 * 4;
}
