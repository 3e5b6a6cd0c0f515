/* SPDX-License-Identifier: Apache-2.0 */
/* shape.c - shape rules of the operations. Contract in shape.h. */
#include "model/graph/shape.h"

/* What is asked for: a node, its operands as values or parameters, where to say what is wrong. */
struct ask {
    const struct stamp_graph *g;
    const struct stamp_gnode *n;
    struct stamp_gshape *out;
    struct stamp_err *e;
};

static const struct stamp_gparam *param(const struct ask *a, uint32_t i)
{
    const uint32_t in = a->n->in[i];
    return i < a->n->ins && in & STAMP_PARAM ? &a->g->param[in & ~STAMP_PARAM] : NULL;
}

static const struct stamp_gvalue *value(const struct ask *a, uint32_t i)
{
    const uint32_t in = a->n->in[i];
    return i < a->n->ins && !(in & STAMP_PARAM) ? &a->g->value[in] : NULL;
}

static enum stamp_status refuse(const struct ask *a, const char *what)
{
    return stamp_fail(a->e, STAMP_EFORMAT, "%s: %s", stamp_gop_name(a->n->op), what);
}

/* Rows may be the run's. */
static enum stamp_status shape(const struct ask *a, uint64_t rows, uint64_t cols)
{
    if ((rows > STAMP_GRAPH_SIDE && rows != STAMP_ROWS_PICKED) || !cols || cols > STAMP_GRAPH_SIDE)
        return refuse(a, "too many rows or columns");
    *a->out = (struct stamp_gshape){(uint32_t)rows, (uint32_t)cols};
    return STAMP_OK;
}

static bool vector(const struct ask *a, uint32_t i, uint32_t cols)
{
    const struct stamp_gparam *p = param(a, i);
    return p && p->kind == STAMP_GPARAM_VECTOR && p->cols == cols;
}

static enum stamp_status shape_IDS(const struct ask *a)
{
    return shape(a, STAMP_ROWS_RUN, 1);
}

static enum stamp_status shape_PICTURE(const struct ask *a)
{
    const struct stamp_gattr *t = &a->n->attr;

    if (!t->patch || !t->channels || !t->height || !t->width || t->height % t->patch ||
        t->width % t->patch || t->height > 1 << 14 || t->width > 1 << 14 || t->channels > 64)
        return refuse(a, "a picture of whole patches is needed");
    return shape(a, (uint64_t)(t->height / t->patch) * (t->width / t->patch),
                 (uint64_t)t->channels * t->patch * t->patch);
}

static enum stamp_status shape_INPUT(const struct ask *a)
{
    if (a->n->attr.rows > STAMP_GRAPH_SIDE) return refuse(a, "too many rows"); /* nor picked ones */
    return shape(a, a->n->attr.rows, a->n->attr.cols);
}

static enum stamp_status shape_GATHER(const struct ask *a)
{
    if (!param(a, 0) || param(a, 0)->kind != STAMP_GPARAM_MATRIX) return refuse(a, "no matrix");
    if (!value(a, 1) || value(a, 1)->cols != 1) return refuse(a, "no ids");
    return shape(a, value(a, 1)->rows, param(a, 0)->cols);
}

static enum stamp_status shape_LINEAR(const struct ask *a)
{
    const struct stamp_gparam *w = param(a, 1);

    if (!value(a, 0) || !w || w->kind != STAMP_GPARAM_MATRIX || w->cols != value(a, 0)->cols)
        return refuse(a, "the matrix does not take its rows");
    if (a->n->ins > 2 && !vector(a, 2, w->rows)) return refuse(a, "the bias does not fit");
    return shape(a, value(a, 0)->rows, w->rows);
}

static enum stamp_status shape_PREPEND(const struct ask *a)
{
    const struct stamp_gparam *p = param(a, 0);
    const struct stamp_gvalue *v = value(a, 1);

    if (!p || !v || p->kind != STAMP_GPARAM_ROWS || p->rows != 1 || p->cols != v->cols)
        return refuse(a, "a row of its width is needed");
    if (v->rows == STAMP_ROWS_RUN || v->rows == STAMP_ROWS_PICKED)
        return refuse(a, "the number of rows must be known");
    return shape(a, (uint64_t)v->rows + 1, v->cols);
}

/* Points of the result's grid. */
static uint64_t points(const struct stamp_gattr *t)
{
    return (uint64_t)(t->height / t->stride) * (t->width / t->stride);
}

static enum stamp_status shape_DEPTHWISE(const struct ask *a)
{
    const struct stamp_gattr *t = &a->n->attr;
    const struct stamp_gvalue *x = value(a, 0);
    const struct stamp_gparam *w = param(a, 1);

    if (!x) return refuse(a, "no value");
    if (!(t->kernel == 3 && t->stride == 1) &&
        !(t->kernel == t->stride && t->stride > 1 && t->stride <= 8))
        return refuse(a, "a kernel of 3 by steps of 1, or of 2 to 8 by as many, is needed");
    if (!t->height || !t->width || t->height > 1 << 12 || t->width > 1 << 12 ||
        t->height % t->stride || t->width % t->stride || x->rows != t->height * t->width)
        return refuse(a, "its rows are not a grid of whole steps");
    if (!w || w->kind != STAMP_GPARAM_ROWS || w->rows != t->kernel * t->kernel ||
        w->cols != x->cols)
        return refuse(a, "the weights do not fit");
    if (!vector(a, 2, x->cols)) return refuse(a, "the bias does not fit");
    return shape(a, points(t), x->cols);
}

static enum stamp_status shape_PICK(const struct ask *a)
{
    if (!value(a, 0)) return refuse(a, "no value");
    if (a->n->attr.kind == STAMP_GPICK_RUN && value(a, 0)->rows != STAMP_ROWS_RUN)
        return refuse(a, "its rows are not the run's");
    return shape(a, a->n->attr.kind == STAMP_GPICK_FIRST ? 1 : STAMP_ROWS_PICKED,
                 value(a, 0)->cols);
}

/* A vector, or a value of one row. */
static bool one_row(const struct ask *a, uint32_t i, uint32_t cols)
{
    const struct stamp_gvalue *v = value(a, i);
    return v ? v->rows == 1 && v->cols == cols : vector(a, i, cols);
}

static enum stamp_status norm(const struct ask *a)
{
    const uint32_t cols = value(a, 0)->cols, group = a->n->attr.group ? a->n->attr.group : cols;

    if (!group || cols % group) return refuse(a, "rows are not whole groups");
    if (a->n->attr.unit && (a->n->attr.group || cols % a->n->attr.unit))
        return refuse(a, "rows are not whole heads");
    if (!one_row(a, 1, group)) return refuse(a, "the gain does not fit");
    if (a->n->ins > 2 && !one_row(a, 2, group)) return refuse(a, "the bias does not fit");
    return STAMP_OK;
}

static enum stamp_status attend(const struct ask *a)
{
    const struct stamp_gattr *t = &a->n->attr;
    const struct stamp_gvalue *k = value(a, 1), *v = value(a, 2);

    if (!t->heads || !t->kv_heads || !t->head_dim || t->heads % t->kv_heads || t->heads > 1 << 16 ||
        t->head_dim > 1 << 14)
        return refuse(a, "heads that share keys evenly are needed");
    if (value(a, 0)->cols != t->heads * t->head_dim) return refuse(a, "queries are not its heads");
    if (!k || !v || k->cols != t->kv_heads * t->head_dim || v->cols != k->cols ||
        k->rows != v->rows)
        return refuse(a, "keys or values are not its heads");
    if (t->kind == STAMP_GATTEND_LINEAR ? t->cache || t->heads != t->kv_heads : t->eps > 0)
        return refuse(a, "linear attention has eps, no cache, and keys for each head");
    if ((t->kind == STAMP_GATTEND_CAUSAL || t->cache) && k->rows != value(a, 0)->rows)
        return refuse(a, "queries and keys differ in their rows");
    return STAMP_OK;
}

static enum stamp_status binary(const struct ask *a)
{
    const struct stamp_gparam *p = param(a, 1);
    const struct stamp_gvalue *x = value(a, 0), *y = value(a, 1);

    if (p && p->kind == STAMP_GPARAM_ROWS && p->rows == x->rows && p->cols == x->cols)
        return STAMP_OK;
    if (y && (y->rows == x->rows || y->rows == 1) && y->cols == x->cols) return STAMP_OK;
    return refuse(a, "the operands have different shapes");
}

static enum stamp_status rope(const struct ask *a)
{
    const uint32_t hd = a->n->attr.head_dim;
    const struct stamp_gparam *p = param(a, 1);

    if (!hd || hd % 2 || value(a, 0)->cols % hd) return refuse(a, "rows are not heads of pairs");
    if (!p || p->kind != STAMP_GPARAM_TABLE || p->cols != hd / 2)
        return refuse(a, "the frequencies do not fit");
    return STAMP_OK;
}

static enum stamp_status shape_SAME(const struct ask *a)
{
    enum stamp_status s = STAMP_OK;

    if (!value(a, 0)) return refuse(a, "no value");
    if (a->n->op == STAMP_GOP_NORM) s = norm(a);
    if (a->n->op == STAMP_GOP_ATTEND) s = attend(a);
    if (a->n->op == STAMP_GOP_BINARY) s = binary(a);
    if (a->n->op == STAMP_GOP_ROPE) s = rope(a);
    return s ? s : shape(a, value(a, 0)->rows, value(a, 0)->cols);
}

enum stamp_status stamp_graph_shape(const struct stamp_graph *g, const struct stamp_gnode *n,
                                    struct stamp_gshape *out, struct stamp_err *e)
{
    static enum stamp_status (*const rule[])(const struct ask *) = {
#define GOP(name, least, most, shape, section, meaning) shape_##shape,
#include "model/graph/ops.def"
    };
    const struct ask a = {g, n, out, e};
    return rule[n->op](&a);
}

const char *stamp_gparam_fault(const struct stamp_gparam *p)
{
    if (p->kind >= STAMP_GPARAM_KINDS) return "no kind of parameter";
    if (!p->rows || !p->cols) return "a parameter of no numbers";
    if ((p->kind == STAMP_GPARAM_VECTOR || p->kind == STAMP_GPARAM_TABLE) && p->rows != 1)
        return "a vector or table has 1 row";
    if (p->kind == STAMP_GPARAM_TABLE && p->block != STAMP_NO_BLOCK)
        return "a table is of no block";
    if (p->rows > STAMP_GRAPH_SIDE || p->cols > STAMP_GRAPH_SIDE ||
        (uint64_t)p->rows * p->cols > STAMP_GRAPH_NUMBERS)
        return "too many numbers";
    return NULL;
}

bool stamp_gattr_at(size_t i, struct stamp_gattr_row *row)
{
    static const struct stamp_gattr_row rows[] = {
#define GATTR(op, name, type, meaning)                                                             \
    {STAMP_GOP_##op, #name, STAMP_GTYPE_##type, offsetof(struct stamp_gattr, name)},
#include "model/graph/ops.def"
    };

    if (i >= sizeof rows / sizeof rows[0]) return false;
    *row = rows[i];
    return true;
}

struct stamp_gcount stamp_gop_ins(enum stamp_gop op)
{
    static const struct stamp_gcount counts[] = {
#define GOP(name, least, most, shape, section, meaning) {least, most},
#include "model/graph/ops.def"
    };
    return counts[op];
}
