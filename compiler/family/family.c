/* SPDX-License-Identifier: Apache-2.0 */
/* family.c - the table of families; graph and tensors of one. Contract in family.h. */
#include "compiler/family/family.h"

#include <stdio.h>
#include <string.h>

#include "model/mem.h"
#include "model/num/f32.h"

static const struct stamp_family *const table[] = {&stamp_family_llama, &stamp_family_qwen2,
                                                   &stamp_family_qwen3};
/* Of others a loader of their own knows. */
enum { FAMILIES = sizeof table / sizeof table[0] };

const struct stamp_family *stamp_family_find(const char *model_type)
{
    for (size_t i = 0; i < FAMILIES; i++)
        if (!strcmp(table[i]->model_type, model_type)) return table[i];
    return NULL;
}

const char *stamp_family_types(void)
{
    static char text[200];
    size_t len = 0;

    for (size_t i = 0; i < FAMILIES && len < sizeof text; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, "%s%s",
                                !i                  ? ""
                                : i + 1 == FAMILIES ? " and "
                                                    : ", ",
                                table[i]->model_type);
    return text;
}

void stamp_part_name(const struct stamp_part *part, enum stamp_naming naming, size_t time,
                     char *text, size_t size)
{
    const char *pattern = part->name[naming] ? part->name[naming] : "";
    const char *star = strchr(pattern, '*');

    if (star)
        snprintf(text, size, "%.*s%zu%s", (int)(star - pattern), pattern, part->base + time,
                 star + 1);
    else
        snprintf(text, size, "%s", pattern);
}

uint32_t stamp_family_param(struct stamp_network *m, struct stamp_gb *b, const char *name,
                            enum stamp_gparam_kind kind, size_t rows, size_t cols,
                            struct stamp_part part)
{
    const uint32_t in = stamp_gb_param(b, name, kind, (uint32_t)rows, (uint32_t)cols);
    const size_t at = in & ~STAMP_PARAM;

    if (b->status) return in;
    if (at >= m->params) {
        struct stamp_part *more = stamp_grow(m->part, m->params, 2 * at + 16, sizeof *more);
        if (!more) {
            b->status = stamp_fail(b->e, STAMP_ENOMEM, "out of memory");
            return in;
        }
        m->part = more;
        m->params = 2 * at + 16;
    }
    m->part[at] = part;
    return in;
}

struct taking {
    struct stamp_network *m;
    const char *name;
    enum stamp_naming naming;
    stamp_part_source *source;
    void *ctx;
    struct stamp_err *e;
};

static enum stamp_status made(const struct taking *t, uint32_t param, struct stamp_tensor_data *to)
{
    const struct stamp_gparam *p = &t->m->graph->param[param];

    to->vector = stamp_alloc((size_t)p->rows * p->cols, sizeof *to->vector);
    if (!to->vector)
        return stamp_fail(t->e, STAMP_ENOMEM, "%s: no memory for %s", t->name, p->name);
    t->m->family->make(t->m, param, to->vector);
    return STAMP_OK;
}

static void add_to_all(float plus, size_t count, float *x)
{
    for (size_t i = 0; i < count; i++) x[i] = stamp_f32_add(plus, x[i]);
}

/* [cols][rows] as the file has it to [rows][cols]. */
static enum stamp_status turn(const struct taking *t, const struct stamp_gparam *p,
                              struct stamp_tensor_data *to)
{
    float *x = stamp_alloc((size_t)p->rows * p->cols, sizeof *x);

    if (!x) return stamp_fail(t->e, STAMP_ENOMEM, "%s: no memory for %s", t->name, p->name);
    for (size_t c = 0; c < p->cols; c++)
        for (size_t r = 0; r < p->rows; r++) x[r * p->cols + c] = to->vector[c * p->rows + r];
    stamp_free(to->vector);
    to->vector = x;
    return STAMP_OK;
}

static enum stamp_status take(const struct taking *t, uint32_t param, uint32_t time)
{
    const struct stamp_gparam *p = &t->m->graph->param[param];
    const bool vector = p->kind == STAMP_GPARAM_VECTOR;
    struct stamp_tensor_data *to = &t->m->data[param][time];
    struct stamp_lazy lazy = {.rows = vector ? p->cols : p->rows, .cols = vector ? 1 : p->cols};

    const struct stamp_part *part = &t->m->part[param];
    if (part->kind == STAMP_PART_MADE) return made(t, param, to);
    if (part->kind == STAMP_PART_TAPS) lazy = (struct stamp_lazy){.rows = p->cols, .cols = p->rows};
    const size_t count = lazy.rows;
    stamp_part_name(part, t->naming, time, lazy.name, sizeof lazy.name);
    if (part->total) lazy.rows = part->total;
    const enum stamp_status s = t->source(t->ctx, part, &lazy, t->e);
    if (s) return s;
    if (part->total) {
        lazy.bytes += part->first * stamp_lazy_row_bytes(lazy.kind, lazy.cols);
        lazy.rows = count;
    }
    to->lazy = lazy;
    if (p->kind == STAMP_GPARAM_MATRIX) return STAMP_OK;
    const enum stamp_status all = stamp_lazy_all(t->name, &lazy, &to->vector, t->e);
    if (all || part->kind != STAMP_PART_TAPS) {
        if (!all && part->plus != 0) add_to_all(part->plus, count * lazy.cols, to->vector);
        return all;
    }
    return turn(t, p, to);
}

static uint32_t times(const struct stamp_graph *g, uint32_t param)
{
    const uint32_t b = g->param[param].block;
    return b == STAMP_NO_BLOCK ? 1 : g->block[b].repeat;
}

/* Repetition by repetition, as files have them. */
static enum stamp_status take_all(const struct taking *t)
{
    const struct stamp_graph *g = t->m->graph;
    enum stamp_status s = STAMP_OK;

    t->m->data = stamp_alloc(g->params, sizeof *t->m->data);
    for (uint32_t p = 0; p < g->params && t->m->data; p++) {
        t->m->data[p] = stamp_alloc(times(g, p), sizeof **t->m->data);
        if (!t->m->data[p]) return stamp_fail(t->e, STAMP_ENOMEM, "%s: out of memory", t->name);
    }
    if (!t->m->data) return stamp_fail(t->e, STAMP_ENOMEM, "%s: out of memory", t->name);
    for (uint32_t p = 0, end; p < g->params && !s; p = end) {
        for (end = p + 1; end < g->params && g->param[end].block == g->param[p].block;) end++;
        for (uint32_t time = 0; time < times(g, p); time++)
            for (uint32_t k = p; k < end && !s; k++)
                if (g->param[k].kind != STAMP_GPARAM_TABLE) s = take(t, k, time);
    }
    return s;
}

enum stamp_status stamp_family_make(struct stamp_network *m, const char *name,
                                    enum stamp_naming naming, stamp_part_source *source, void *ctx,
                                    struct stamp_err *e)
{
    const struct taking t = {m, name, naming, source, ctx, e};
    struct stamp_gb b;

    stamp_gb_start(&b, m->family->name, e);
    m->family->build(m, &b);
    const enum stamp_status s = stamp_gb_finish(&b, &m->graph);
    return s ? s : take_all(&t);
}
