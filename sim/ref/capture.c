/* SPDX-License-Identifier: Apache-2.0 */
/* capture.c - input and weight of one linear layer. Contract in network_f32.h. */
#include <stdio.h>
#include <string.h>

#include "compiler/quant/qmodel.h"
#include "model/mem.h"
#include "sim/ref/network_f32.h"
#include "sim/ref/matmul_f32.h"

struct catch
{
    struct stamp_gat at; /* the layer */
    struct stamp_tensor x, w;
    bool done;
};

static enum stamp_status copy(const float *from, size_t rows, size_t cols, struct stamp_tensor *to,
                              struct stamp_err *e)
{
    float *f = stamp_alloc(rows * cols, sizeof *f);
    if (!f) return stamp_fail(e, STAMP_ENOMEM, "no memory to keep %zu x %zu", rows, cols);
    memcpy(f, from, rows * cols * sizeof *f);
    *to = (struct stamp_tensor){2, {rows, cols, 1, 1}, f};
    return STAMP_OK;
}

static enum stamp_status keep(void *ctx, struct stamp_gat at, const char *layer, size_t s, size_t d,
                              size_t n, const float *x, const float *w, float *y,
                              struct stamp_err *e)
{
    struct catch *c = ctx;

    (void)layer;
    if (at.node != c->at.node || at.time != c->at.time)
        return stamp_ref_matmul(s, d, n, x, w, y, e);
    enum stamp_status status = copy(x, s, d, &c->x, e);
    if (!status) status = copy(w, n, d, &c->w, e);
    if (status) return status;
    c->done = true;
    return STAMP_EINTR; /* nothing after this layer is wanted */
}

/* Rows that come in pairs as the file has them (lazy.h). */
static enum stamp_status as_it_lies(const struct stamp_network *m, struct stamp_gat at,
                                    struct stamp_tensor *w, struct stamp_err *e)
{
    struct stamp_lazy t = *stamp_qmodel_matrix(m, at);

    if (!t.pair) return STAMP_OK;
    t.pair = 0;
    return stamp_lazy_rows(&t, 0, t.rows, w->f32, e);
}

/* "layers.0 to layers.4 with .q .k .v" for messages. */
static void list_layers(const struct stamp_graph *g, char *text, size_t size)
{
    size_t len = 0;

    *text = 0;
    for (uint32_t i = 0; i < g->nodes && len < size; i++) {
        const uint32_t b = stamp_graph_block(g, i);
        if (g->node[i].op != STAMP_GOP_LINEAR || g->node[i].attr.kind != STAMP_GLINEAR_BODY)
            continue;
        if (b == STAMP_NO_BLOCK) {
            len += (size_t)snprintf(text + len, size - len, " %s", g->value[g->node[i].out].name);
            continue;
        }
        if (!strstr(text, " to "))
            len += (size_t)snprintf(text + len, size - len, " %s.0 to %s.%u with", g->block[b].name,
                                    g->block[b].name, g->block[b].repeat - 1);
        if (len < size)
            len += (size_t)snprintf(text + len, size - len, " .%s", g->value[g->node[i].out].name);
    }
}

enum stamp_status stamp_f32_find_layer(const struct stamp_graph *g, const char *layer,
                                       struct stamp_gat *out, struct stamp_err *e)
{
    struct stamp_gat at = STAMP_GRAPH_START;
    char name[2 * STAMP_GRAPH_NAME + 20], there[240];

    while (stamp_graph_next_linear(g, &at)) {
        if (g->node[at.node].attr.kind != STAMP_GLINEAR_BODY) continue;
        stamp_graph_name(g, g->node[at.node].out, at.time, name, sizeof name);
        if (strcmp(name, layer) != 0) continue;
        *out = at;
        return STAMP_OK;
    }
    list_layers(g, there, sizeof there);
    return stamp_fail(e, STAMP_ERANGE, "no linear layer \"%.60s\"; there are%s", layer, there);
}

/* What the run, which ended with @p s, caught. */
static enum stamp_status take(const struct stamp_network *m, struct catch *c, enum stamp_status s,
                              struct stamp_tensor *x, struct stamp_tensor *w, struct stamp_err *e)
{
    if (c->done) s = w ? as_it_lies(m, c->at, &c->w, e) : STAMP_OK;
    if (s || !w) stamp_tensor_free(&c->w);
    if (s) {
        stamp_tensor_free(&c->x);
        return s;
    }
    *x = c->x;
    if (w) *w = c->w;
    return STAMP_OK;
}

enum stamp_status stamp_f32_capture(const struct stamp_network *m, const int32_t *tokens, size_t n,
                                    const char *layer, struct stamp_tensor *x,
                                    struct stamp_tensor *w, struct stamp_err *e)
{
    struct catch c = {.done = false};
    const struct stamp_f32_hooks hooks = {.linear = keep, .linear_ctx = &c};
    const enum stamp_status s = stamp_f32_find_layer(m->graph, layer, &c.at, e);

    if (s) return s;
    return take(m, &c, stamp_f32_forward(m, tokens, n, &hooks, NULL, e), x, w, e);
}

enum stamp_status stamp_f32_capture_rows(const struct stamp_network *m, const float *rows,
                                         const char *layer, struct stamp_tensor *x,
                                         struct stamp_tensor *w, struct stamp_err *e)
{
    struct catch c = {.done = false};
    const struct stamp_f32_hooks hooks = {.linear = keep, .linear_ctx = &c};
    const enum stamp_status s = stamp_f32_find_layer(m->graph, layer, &c.at, e);

    if (s) return s;
    return take(m, &c, stamp_f32_rows(m, rows, &hooks, NULL, e), x, w, e);
}
