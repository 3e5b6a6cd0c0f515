/* SPDX-License-Identifier: Apache-2.0 */
/* build.c - a graph, node by node. Contract in build.h. */
#include "model/graph/build.h"

#include <stdio.h>
#include <string.h>

#include "model/graph/shape.h"
#include "model/mem.h"

static void fail(struct stamp_gb *b, enum stamp_status s, const char *what, const char *name)
{
    if (!b->status) b->status = stamp_fail(b->e, s, "graph: %s%s%s", name, *name ? ": " : "", what);
}

/* Room for one more in an array of @p count; NULL when there is none. */
static void *more(struct stamp_gb *b, void **array, uint32_t *count, size_t size)
{
    if (b->status) return NULL;
    if (*count == STAMP_GRAPH_MAX) {
        fail(b, STAMP_ERANGE, "too large", b->g->name);
        return NULL;
    }
    if ((*count & (*count - 1)) == 0) { /* 0, 1, 2, 4, ... are full */
        void *p = stamp_grow(*array, *count, *count ? 2 * (size_t)*count : 1, size);
        if (!p) {
            fail(b, STAMP_ENOMEM, "out of memory", b->g->name);
            return NULL;
        }
        *array = p;
    }
    return (char *)*array + (size_t)(*count)++ * size;
}

#define MORE(b, array, count)                                                                      \
    more(b, (void **)&(b)->g->array, &(b)->g->count, sizeof *(b)->g->array)

static void put_name(struct stamp_gb *b, char to[STAMP_GRAPH_NAME + 1], const char *name)
{
    if (strlen(name) > STAMP_GRAPH_NAME) fail(b, STAMP_ERANGE, "name too long", name);
    snprintf(to, STAMP_GRAPH_NAME + 1, "%s", name);
}

void stamp_gb_start(struct stamp_gb *b, const char *name, struct stamp_err *e)
{
    *b = (struct stamp_gb){.e = e, .open = STAMP_NO_BLOCK};
    b->g = stamp_alloc(1, sizeof *b->g);
    if (!b->g)
        b->status = stamp_fail(e, STAMP_ENOMEM, "out of memory for a graph");
    else
        put_name(b, b->g->name, name);
}

uint32_t stamp_gb_param(struct stamp_gb *b, const char *name, enum stamp_gparam_kind kind,
                        uint32_t rows, uint32_t cols)
{
    struct stamp_gparam *p = b->status ? NULL : MORE(b, param, params);

    if (!p) return STAMP_PARAM;
    put_name(b, p->name, name);
    p->kind = kind;
    p->rows = rows;
    p->cols = cols;
    p->block = kind == STAMP_GPARAM_TABLE ? STAMP_NO_BLOCK : b->open;
    const char *fault = stamp_gparam_fault(p); /* here: shapes of nodes divide by sizes */
    if (fault) fail(b, STAMP_EFORMAT, fault, name);
    return STAMP_PARAM | (b->g->params - 1);
}

uint32_t stamp_gb_node(struct stamp_gb *b, enum stamp_gop op, struct stamp_gout out,
                       struct stamp_gattr attr, uint32_t ins, const uint32_t *in)
{
    struct stamp_gshape shape = {0, 0};
    struct stamp_gnode *n = b->status ? NULL : MORE(b, node, nodes);
    struct stamp_gvalue *v = n ? MORE(b, value, values) : NULL;

    if (!v) return 0;
    *n = (struct stamp_gnode){.op = op, .ins = ins, .out = b->g->values - 1, .attr = attr};
    for (uint32_t i = 0; i < ins && i < STAMP_GRAPH_INS; i++) {
        n->in[i] = in[i];
        if ((in[i] & ~STAMP_PARAM) >= (in[i] & STAMP_PARAM ? b->g->params : b->g->values - 1))
            fail(b, STAMP_EFORMAT, "an operand is not there yet", out.name);
    }
    put_name(b, v->name, out.name);
    put_name(b, v->place, out.place ? out.place : "");
    put_name(b, v->by, out.by ? out.by : "");
    v->node = b->g->nodes - 1;
    v->probe = out.probe;
    if (!b->status && (b->status = stamp_graph_shape(b->g, n, &shape, b->e)))
        stamp_fail_at(b->e, "graph: %s", out.name);
    v->rows = shape.rows;
    v->cols = shape.cols;
    return n->out;
}

void stamp_gb_block(struct stamp_gb *b, const char *name, uint32_t repeat, uint32_t in)
{
    struct stamp_gblock *k = b->status ? NULL : MORE(b, block, blocks);

    if (!k) return;
    if (b->open != STAMP_NO_BLOCK) fail(b, STAMP_EFORMAT, "a block inside a block", name);
    put_name(b, k->name, name);
    k->first = b->g->nodes;
    k->repeat = repeat;
    k->in = in;
    b->open = b->g->blocks - 1;
}

void stamp_gb_block_end(struct stamp_gb *b, uint32_t out)
{
    if (b->status || b->open == STAMP_NO_BLOCK) return;
    struct stamp_gblock *k = &b->g->block[b->open];
    k->count = b->g->nodes - k->first;
    k->out = out;
    b->open = STAMP_NO_BLOCK;
}

enum stamp_status stamp_gb_finish(struct stamp_gb *b, struct stamp_graph **out)
{
    if (!b->status && b->open != STAMP_NO_BLOCK)
        fail(b, STAMP_EFORMAT, "a block without end", b->g->block[b->open].name);
    if (!b->status) b->status = stamp_graph_check(b->g, b->e);
    if (b->status)
        stamp_graph_free(b->g);
    else
        *out = b->g;
    b->g = NULL;
    return b->status;
}
