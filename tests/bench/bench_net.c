/* SPDX-License-Identifier: Apache-2.0 */
/* bench_net.c - a whole network in C: prefill, decode, threads, memory.
 *
 * bench_net [tokens [rounds [layers [most threads]]]]; default 128 tokens of the shape of
 * Llama-3.2-1B, 16 layers, random codes, 5 rounds, one thread and two. Prefill gives the logits of
 * the last position. The median round counts; time is wall time, and the processor's beside it. What
 * memory gives is measured with as many threads in the same run. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "compiler/family/family.h"
#include "model/mem.h"
#include "model/net/net.h"
#include "tests/bench/figure.h"
#include "tests/bench/stream.h"

enum { MAX_ROUNDS = 99, DECODE = 8, CTX = 131072, VOCAB = 128256 };

/* Llama-3.2-1B */
static const struct stamp_decoder shape_1b = {.dim = 2048,
                                              .hidden = 8192,
                                              .layers = 16,
                                              .heads = 32,
                                              .kv_heads = 8,
                                              .head_dim = 64,
                                              .rms_eps = 1e-5f};

static void die(const char *what)
{
    fprintf(stderr, "bench_net: %s\n", what);
    exit(1);
}

static uint64_t state = 1;

static uint64_t next(void)
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
        const uint64_t r = next();
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

static double clock_of(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int rising(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Products of a prefill of n tokens: matrices, scores and weighted sums, one position's head. */
static double gmac(const struct stamp_decoder *s, double n)
{
    const double q = (double)(s->heads * s->head_dim), kv = (double)(s->kv_heads * s->head_dim);
    const double dim = (double)s->dim, layer = dim * (2 * q + 2 * kv) + 3 * dim * (double)s->hidden;
    return 1e-9 * ((double)s->layers * (n * layer + n * (n + 1) * q) + dim * VOCAB);
}

/* Bytes of weights a decoding step reads: 4 bits, of the head 8. */
static double step_bytes(const struct stamp_decoder *s)
{
    const double q = (double)(s->heads * s->head_dim), kv = (double)(s->kv_heads * s->head_dim);
    const double dim = (double)s->dim, layer = dim * (2 * q + 2 * kv) + 3 * dim * (double)s->hidden;
    return 0.5 * (double)s->layers * layer + dim * VOCAB;
}

struct times {
    double wall[MAX_ROUNDS], cpu[MAX_ROUNDS];
};

/* Tokens a second of the median round. */
static double rate_of(struct times *t, int rounds, double tokens)
{
    qsort(t->wall, (size_t)rounds, sizeof(double), rising);
    qsort(t->cpu, (size_t)rounds, sizeof(double), rising);
    return tokens / t->wall[rounds / 2];
}

static void run(const struct stamp_net_model *model, const struct stamp_decoder *shape,
                uint32_t tokens, int rounds, uint32_t threads)
{
    const struct stamp_net_options options = {
        .scheme = stamp_scheme_default(), .kv = {.bits = 4, .block = 5}, .threads = threads};
    static struct times prefill, decode;
    struct stamp_net *net = NULL;
    struct stamp_err e;
    int32_t *ids = stamp_alloc(tokens, sizeof *ids);
    float *logits = stamp_alloc(VOCAB, sizeof *logits);
    char what[64];

    if (!ids || !logits) die("out of memory");
    for (uint32_t i = 0; i < tokens; i++) ids[i] = (int32_t)(next() % VOCAB);
    if (stamp_net_new(model, &options, &net, &e)) die(e.text);
    for (int r = -1; r < rounds; r++) {
        double wall = clock_of(CLOCK_MONOTONIC), cpu = clock_of(CLOCK_PROCESS_CPUTIME_ID);
        if (stamp_net_prefill(net, ids, tokens, tokens - 1, logits, &e)) die(e.text);
        if (r >= 0) prefill.wall[r] = clock_of(CLOCK_MONOTONIC) - wall;
        if (r >= 0) prefill.cpu[r] = clock_of(CLOCK_PROCESS_CPUTIME_ID) - cpu;
        wall = clock_of(CLOCK_MONOTONIC);
        cpu = clock_of(CLOCK_PROCESS_CPUTIME_ID);
        for (int i = 0; i < DECODE; i++)
            if (stamp_net_step(net, ids[i % (int)tokens], logits, &e)) die(e.text);
        if (r >= 0) decode.wall[r] = clock_of(CLOCK_MONOTONIC) - wall;
        if (r >= 0) decode.cpu[r] = clock_of(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    }
    const char *many = threads > 1 ? "s" : "";
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage); /* before the ruler takes its own */
    const double memory = stream_rate(threads, 3) / step_bytes(shape);
    const double fast = rate_of(&prefill, rounds, tokens), slow = rate_of(&decode, rounds, DECODE);
    if (memory < 0) die("cannot measure memory");
    snprintf(what, sizeof what, "1B prefill of %u, %u thread%s", tokens, threads, many);
    figure(what, fast, "tokens/s", NULL, 0);
    figure("    its products", fast / tokens * gmac(shape, tokens), "GMAC/s", NULL, 0);
    figure("    a second of one processor", tokens / prefill.cpu[rounds / 2], "tokens/s", NULL, 0);
    snprintf(what, sizeof what, "1B decode, %u thread%s", threads, many);
    figure(what, slow, "tokens/s", "weights streamed from memory", memory);
    figure("    a second of one processor", DECODE / decode.cpu[rounds / 2], "tokens/s", NULL, 0);
    if (threads == 1) figure("1B peak memory", 1e-3 * (double)usage.ru_maxrss, "MB", NULL, 0);
    stamp_net_free(net);
    stamp_free(ids);
    stamp_free(logits);
}

static uint32_t number(int argc, char **argv, int at, uint32_t otherwise, uint32_t most)
{
    if (argc <= at) return otherwise;
    const unsigned long v = strtoul(argv[at], NULL, 10);
    if (v < 1 || v > most) die("usage: bench_net [tokens [rounds [layers [most threads]]]]");
    return (uint32_t)v;
}

int main(int argc, char **argv)
{
    struct stamp_network m = {
        .family = &stamp_family_llama, .vocab = VOCAB, .ctx = CTX, .dec = shape_1b};
    double frequency[32];
    const uint32_t tokens = number(argc, argv, 1, 128, CTX - DECODE);
    const uint32_t rounds = number(argc, argv, 2, 5, MAX_ROUNDS);
    m.dec.layers = number(argc, argv, 3, (uint32_t)m.dec.layers, 1000);
    const uint32_t threads = number(argc, argv, 4, 2, 256);
    struct stamp_gb b;
    struct stamp_err e;

    for (int i = 0; i < 32; i++) frequency[i] = pow(500000, -i / 32.0);
    m.dec.frequency = frequency;
    stamp_gb_start(&b, m.family->name, &e);
    m.family->build(&m, &b);
    if (stamp_gb_finish(&b, &m.graph)) die(e.text);
    const struct stamp_net_model model = {.graph = m.graph,
                                          .ctx_tokens = CTX,
                                          .weights = codes,
                                          .vector = gains,
                                          .table = turns,
                                          .row = embed,
                                          .ctx = &m};

    printf(
        "Llama-3.2-1B shape, %zu layers, W4A4 with 64 rows of 8 bits, Haar, KV4, head W8A8: %.1f "
        "GMAC\n",
        m.dec.layers, gmac(&m.dec, tokens));
    for (uint32_t t = 1; t <= threads; t++) run(&model, &m.dec, tokens, (int)rounds, t);
    stamp_graph_free(m.graph);
    stamp_free(m.part);
    return 0;
}
