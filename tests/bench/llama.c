/* SPDX-License-Identifier: Apache-2.0 */
/* llama.c - a random network of the shape of Llama-3.2-1B. Contract in llama.h. */
#include "tests/bench/llama.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* Llama-3.2-1B */
static const struct stamp_decoder shape_1b = {.dim = 2048,
                                              .hidden = 8192,
                                              .layers = 16,
                                              .heads = 32,
                                              .kv_heads = 8,
                                              .head_dim = 64,
                                              .rms_eps = 1e-5f};

static uint64_t state = 1;

static uint64_t draw(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    return state ^= state << 17;
}

static enum stamp_status codes(void *ctx, struct stamp_gat at, struct stamp_weights *out,
                               struct stamp_err *e)
{
    const struct stamp_graph *g = ((const struct stamp_network *)ctx)->graph;
    const struct stamp_gparam *w = &g->param[g->node[at.node].in[1] & ~STAMP_PARAM];
    const unsigned bits = g->node[at.node].attr.kind == STAMP_GLINEAR_HEAD ? 8 : 4;
    const int most = bits == 8 ? 127 : 7;

    const enum stamp_status st = stamp_weights_alloc(bits, 0, w->rows, w->cols, out, e);
    if (st) return st;
    for (size_t i = 0; i < (size_t)out->n * out->d; i += 8) {
        const uint64_t r = draw();
        for (int k = 0; k < 8; k++)
            out->code[i + (size_t)k] =
                (int8_t)((int)((r >> (8 * k) & 255) * (unsigned)(2 * most + 1) >> 8) - most);
    }
    for (uint32_t j = 0; j < out->n; j++)
        out->scale[j] = 1.7f / ((float)most * sqrtf((float)out->d));
    stamp_weights_sum(out);
    return STAMP_OK;
}

static const float *gains(void *ctx, uint32_t param, uint32_t time)
{
    static float one[8192];
    (void)ctx, (void)param, (void)time;
    for (size_t i = 0; i < sizeof one / sizeof *one; i++) one[i] = 1;
    return one;
}

static const double *turns(void *ctx, uint32_t param)
{
    (void)param;
    return ((const struct stamp_network *)ctx)->dec.frequency;
}

static void embed(void *ctx, uint32_t param, uint32_t token, float *x)
{
    const struct stamp_network *m = ctx;
    (void)param;
    for (uint32_t i = 0; i < m->dec.dim; i++)
        x[i] = (float)(int32_t)((token * 2654435761u + i) * 2246822519u) * 0x1p-31f;
}

static void start_model(struct llama *n)
{
    struct stamp_gb b;
    struct stamp_err e;

    stamp_gb_start(&b, n->m.family->name, &e);
    n->m.family->build(&n->m, &b);
    if (stamp_gb_finish(&b, &n->m.graph)) {
        fprintf(stderr, "bench: %s\n", e.text);
        exit(1);
    }
}

void llama_open(struct llama *n, uint32_t layers)
{
    *n = (struct llama){.m = {.family = &stamp_family_llama,
                              .vocab = LLAMA_VOCAB,
                              .ctx = LLAMA_CTX,
                              .dec = shape_1b}};
    for (int i = 0; i < 32; i++) n->frequency[i] = pow(500000, -i / 32.0);
    n->m.dec.frequency = n->frequency;
    n->m.dec.layers = layers;
    start_model(n);
    n->model = (struct stamp_net_model){.graph = n->m.graph,
                                        .ctx_tokens = LLAMA_CTX,
                                        .weights = codes,
                                        .vector = gains,
                                        .table = turns,
                                        .row = embed,
                                        .ctx = &n->m};
}

void llama_close(struct llama *n)
{
    stamp_graph_free(n->m.graph);
    free(n->m.part);
}

struct stamp_net_options llama_options(uint32_t threads)
{
    return (struct stamp_net_options){
        .scheme = stamp_scheme_default(), .kv = {.bits = 4, .block = 5}, .threads = threads};
}

/* Elements of a layer's matrices. */
static double elements(const struct stamp_decoder *s)
{
    const double q = (double)(s->heads * s->head_dim), kv = (double)(s->kv_heads * s->head_dim);
    const double dim = (double)s->dim;

    return dim * (2 * q + 2 * kv) + 3 * dim * (double)s->hidden;
}

double llama_gmac(const struct llama *n, double tokens)
{
    const struct stamp_decoder *s = &n->m.dec;
    const double scores = tokens * (tokens + 1) * (double)(s->heads * s->head_dim);

    return 1e-9 *
           ((double)s->layers * (tokens * elements(s) + scores) + (double)s->dim * LLAMA_VOCAB);
}

double llama_step_bytes(const struct llama *n)
{
    const struct stamp_decoder *s = &n->m.dec;

    return 0.5 * (double)s->layers * elements(s) + (double)s->dim * LLAMA_VOCAB;
}

void llama_tokens(uint32_t n, int32_t *id)
{
    for (uint32_t i = 0; i < n; i++) id[i] = (int32_t)(draw() % LLAMA_VOCAB);
}

static double clock_of(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

struct lap lap_start(void)
{
    return (struct lap){clock_of(CLOCK_MONOTONIC), clock_of(CLOCK_PROCESS_CPUTIME_ID)};
}

struct lap lap_since(struct lap start)
{
    const struct lap now = lap_start();
    return (struct lap){now.wall - start.wall, now.cpu - start.cpu};
}

static int by_wall(const void *a, const void *b)
{
    const double x = ((const struct lap *)a)->wall, y = ((const struct lap *)b)->wall;
    return (x > y) - (x < y);
}

static int by_cpu(const void *a, const void *b)
{
    const double x = ((const struct lap *)a)->cpu, y = ((const struct lap *)b)->cpu;
    return (x > y) - (x < y);
}

struct lap lap_median(struct lap *l, int count)
{
    struct lap m;

    qsort(l, (size_t)count, sizeof *l, by_wall);
    m.wall = l[count / 2].wall;
    qsort(l, (size_t)count, sizeof *l, by_cpu);
    m.cpu = l[count / 2].cpu;
    return m;
}
