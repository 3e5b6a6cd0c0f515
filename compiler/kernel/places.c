/* SPDX-License-Identifier: Apache-2.0 */
/* places.c - where values and constants are. Contract in lowering.h. */
#include <stdio.h>

#include "compiler/kernel/lowering.h"
#include "model/num/f32.h"
#include "model/num/norm.h"

uint32_t stamp_lower_rows(const struct stamp_lower *n, uint32_t value)
{
    const uint32_t rows = n->g->value[value].rows;

    if (rows == STAMP_ROWS_PICKED) return n->spec->last_logits ? 1 : n->rows;
    return rows == STAMP_ROWS_RUN ? n->rows : rows;
}

static const struct stamp_lstep *attends(const struct stamp_lower *n, uint32_t v);

/* The ATTEND step that step @p i, a norm, makes heads for that end within a line, where REDUCE counts one behind the other;
 * or NULL. */
static const struct stamp_lstep *parts(const struct stamp_lower *n, uint32_t i)
{
    const struct stamp_gstep *s = &n->steps.step[i];
    const struct stamp_gattr *attr = &n->g->node[s->node].attr;
    const struct stamp_lstep *a;

    if (s->kind != STAMP_STEP_NORM || attr->kind != STAMP_GNORM_RMS || attr->group) return NULL;
    a = attends(n, s->out);
    if (!a || a->attend.hdp == a->attend.head_dim || a->attend.head_dim % STAMP_NORM_UNIT)
        return NULL;
    return !attr->unit || attr->unit == a->attend.head_dim ? a : NULL;
}

bool stamp_norm_parts(const struct stamp_lower *n, const struct stamp_lstep *s)
{
    return parts(n, (uint32_t)(s - n->step)) != NULL;
}

/* Whether a step gives rows as it gets them, column by column. */
static bool passes_on(const struct stamp_lower *n, uint32_t i, uint32_t v)
{
    const struct stamp_gstep *s = &n->steps.step[i];

    return (s->kind == STAMP_STEP_NORM || s->kind == STAMP_STEP_DEPTHWISE) && s->x == v &&
           s->second == STAMP_NO_OPERAND && !parts(n, i);
}

/* The ATTEND step that has the value as queries, keys, values or result, directly or behind others; or NULL. */
static const struct stamp_lstep *attends(const struct stamp_lower *n, uint32_t v)
{
    for (uint32_t i = 0; i < n->steps.steps; i++) {
        const struct stamp_gstep *s = &n->steps.step[i];
        if (s->kind == STAMP_STEP_ATTEND && (s->x == v || s->k == v || s->v == v || s->out == v))
            return &n->step[i];
        if (passes_on(n, i, v)) {
            const struct stamp_lstep *a = attends(n, s->out);
            if (a && s->out > v) return a;
        }
    }
    return NULL;
}

/* Whether the value lies beside others that are made with it. */
static bool is_beside(const struct stamp_lower *n, uint32_t v)
{
    for (uint32_t i = 0; i < n->steps.steps; i++)
        for (uint32_t k = 0; k < n->steps.step[i].made && n->steps.step[i].made > 1; k++)
            if (n->steps.step[i].outs[k] == v) return true;
    return false;
}

/* Elements up to whole lines and whole 64 bytes of DRAM. */
static uint32_t whole(const struct stamp_lower *n, uint32_t cols)
{
    const uint32_t least = STAMP_DRAM_ALIGN / 4, unit = n->L > least ? n->L : least;
    return (cols + unit - 1) / unit * unit;
}

/* Elements that a norm which takes the value reads behind its last head. */
static uint32_t behind(const struct stamp_lower *n, uint32_t v)
{
    for (uint32_t i = 0; i < n->steps.steps; i++) {
        const struct stamp_lstep *a = n->steps.step[i].x == v ? parts(n, i) : NULL;
        if (a) return a->attend.hdp - a->attend.head_dim;
    }
    return 0;
}

struct stamp_layout stamp_lower_layout(const struct stamp_lower *n, uint32_t value)
{
    const struct stamp_lstep *s = attends(n, value);
    const uint32_t cols = n->g->value[value].cols, more = s ? 0 : behind(n, value);

    if (more) return (struct stamp_layout){1, cols, whole(n, cols + more)};
    if (!s) return (struct stamp_layout){1, cols, is_beside(n, value) ? whole(n, cols) : cols};
    return (struct stamp_layout){cols / s->attend.head_dim, s->attend.head_dim, s->attend.hdp};
}

uint32_t stamp_lower_width(const struct stamp_lower *n, uint32_t value)
{
    const struct stamp_layout l = stamp_lower_layout(n, value);
    return l.groups * l.padded;
}

const char *stamp_lower_place_name(const struct stamp_gvalue *v)
{
    return *v->place ? v->place : v->name;
}

struct stamp_place stamp_lower_place(const struct stamp_lower *n, uint32_t v)
{
    const struct stamp_gnode *k = &n->g->node[n->g->value[v].node];

    if (k->op != STAMP_GOP_PICK) return n->place[v];
    struct stamp_place p = stamp_lower_place(n, k->in[0]);
    if (k->attr.kind == STAMP_GPICK_RUN) p.addr += (n->rows - stamp_lower_rows(n, v)) * p.row_bytes;
    return p;
}

uint64_t stamp_lower_eps(struct stamp_lower *n, float eps)
{
    char name[STAMP_NAME_MAX + 1];

    for (uint32_t i = 0; i < n->g->nodes; i++) {
        if (n->g->node[i].op != STAMP_GOP_NORM) continue;
        if (n->g->node[i].attr.eps == eps) return n->constants + STAMP_CONST_EPS;
        break;
    }
    for (uint32_t i = 0; i < n->epsilons; i++)
        if (n->eps[i].eps == eps) return n->eps[i].addr;
    float *line = stamp_build_alloc(n->b, n->L, sizeof *line);
    if (!line) return 0;
    if (n->epsilons == STAMP_EPS_MOST) {
        stamp_build_fail(n->b, STAMP_EUNSUPPORTED, "norms of more than %d epsilons",
                         STAMP_EPS_MOST + 1);
        return 0;
    }
    for (uint32_t i = 0; i < n->L; i++) line[i] = eps;
    snprintf(name, sizeof name, "eps.%u", n->epsilons);
    n->eps[n->epsilons] =
        (struct stamp_eps_line){eps, stamp_lower_vector(n, name, line, n->L, n->L, n->L)};
    return n->eps[n->epsilons++].addr;
}

uint64_t stamp_lower_operand(const struct stamp_lower *n, uint32_t operand, uint64_t param)
{
    return operand & STAMP_PARAM ? param : stamp_lower_place(n, operand).addr;
}

void stamp_put_floats(uint8_t *to, const float *x, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const uint32_t v = stamp_f32_bits(x[i]);
        for (size_t k = 0; k < 4; k++) to[4 * i + k] = (uint8_t)(v >> 8 * k);
    }
}

uint64_t stamp_lower_vector(struct stamp_lower *n, const char *name, const float *x, size_t count,
                            uint32_t unit, uint32_t padded)
{
    const size_t groups = (count + unit - 1) / unit, L = n->L;
    uint64_t addr = 0;
    uint8_t *data =
        stamp_build_const(n->b, name, STAMP_FMT_F32, (groups * padded + L - 1) / L * L * 4, &addr);

    for (size_t g = 0; g < groups && data; g++) {
        const size_t left = count - g * unit;
        stamp_put_floats(data + 4 * g * padded, x + g * unit, left < unit ? left : unit);
    }
    return addr;
}

struct stamp_place stamp_lower_rows_const(struct stamp_lower *n, const char *name, const float *x,
                                          uint32_t rows, uint32_t cols)
{
    const uint64_t line = (uint64_t)n->L * 4, lines = (cols + n->L - 1) / n->L;
    struct stamp_place p = {.row_bytes = (lines * line + STAMP_DRAM_ALIGN - 1) / STAMP_DRAM_ALIGN *
                                         STAMP_DRAM_ALIGN,
                            .fmt = STAMP_FMT_F32};
    uint8_t *data = stamp_build_const(n->b, name, STAMP_FMT_F32, rows * p.row_bytes, &p.addr);

    for (uint32_t r = 0; r < rows && data; r++)
        stamp_put_floats(data + r * p.row_bytes, x + (size_t)r * cols, cols);
    return p;
}

char *stamp_lower_name(const struct stamp_lower *n, const struct stamp_lstep *s, uint32_t time,
                       const char *name, char text[STAMP_NAME_MAX + 1])
{
    (void)n;
    if (s->s->block == STAMP_NO_BLOCK)
        snprintf(text, STAMP_NAME_MAX + 1, "%s", name);
    else
        snprintf(text, STAMP_NAME_MAX + 1, "%u.%s", time, name);
    return text;
}

const float *stamp_lower_vector_of(const struct stamp_lower *n, uint32_t node, uint32_t i,
                                   uint32_t time)
{
    const struct stamp_gnode *k = &n->g->node[node];

    if (i >= k->ins) return NULL;
    return stamp_network_vector(n->spec->model, k->in[i] & ~STAMP_PARAM, time);
}

uint8_t *stamp_lower_room(struct stamp_lower *n, const char *name, enum stamp_fmt fmt,
                          uint64_t bytes, uint64_t *at)
{
    if (n->spec->weights) return stamp_build_const(n->b, name, fmt, bytes, at);
    stamp_build_hollow(n->b, name, fmt, bytes, at);
    return NULL;
}
