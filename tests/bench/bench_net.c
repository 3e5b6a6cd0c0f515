/* SPDX-License-Identifier: Apache-2.0 */
/* bench_net.c - a whole network in C: prefill, decode, threads, memory.
 *
 * bench_net [tokens [rounds [layers [most threads]]]]; default 128 tokens of the shape of
 * Llama-3.2-1B, 16 layers, random codes, 5 rounds, one thread and two. Prefill gives the logits of
 * the last position. Every round prefills, decodes, and reads as many bytes of memory as often with as many
 * threads, so that a busy host slows all alike; medians count, of wall time, and of the processors' beside it. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "model/mem.h"
#include "tests/bench/figure.h"
#include "tests/bench/llama.h"
#include "tests/bench/stream.h"

enum { MAX_ROUNDS = 99, DECODE = 8 };

static void die(const char *what)
{
    fprintf(stderr, "bench_net: %s\n", what);
    exit(1);
}

struct laps {
    struct lap prefill[MAX_ROUNDS], decode[MAX_ROUNDS], memory[MAX_ROUNDS];
};

static void one_round(struct stamp_net *net, const int32_t *ids, uint32_t tokens, float *logits,
                      struct lap *prefill, struct lap *decode)
{
    struct stamp_err e;
    struct lap start = lap_start();

    if (stamp_net_prefill(net, ids, tokens, tokens - 1, logits, &e)) die(e.text);
    *prefill = lap_since(start);
    start = lap_start();
    for (int i = 0; i < DECODE; i++)
        if (stamp_net_step(net, ids[i % (int)tokens], logits, &e)) die(e.text);
    *decode = lap_since(start);
}

static void report(const struct llama *n, uint32_t tokens, uint32_t threads, int rounds,
                   struct laps *l)
{
    const struct lap prefill = lap_median(l->prefill, rounds);
    const struct lap decode = lap_median(l->decode, rounds), memory = lap_median(l->memory, rounds);
    const char *many = threads > 1 ? "s" : "";
    char what[64];

    snprintf(what, sizeof what, "1B prefill of %u, %u thread%s", tokens, threads, many);
    figure(what, tokens / prefill.wall, "tokens/s", NULL, 0);
    figure("    its products", llama_gmac(n, tokens) / prefill.wall, "GMAC/s", NULL, 0);
    figure("    a second of one processor", tokens / prefill.cpu, "tokens/s", NULL, 0);
    snprintf(what, sizeof what, "1B decode, %u thread%s", threads, many);
    figure(what, DECODE / decode.wall, "tokens/s", "weights streamed from memory",
           DECODE / memory.wall);
    figure("    a second of one processor", DECODE / decode.cpu, "tokens/s",
           "weights streamed from memory", DECODE / memory.cpu);
}

static void run(const struct llama *n, uint32_t tokens, int rounds, uint32_t threads)
{
    static struct laps laps;
    const struct stamp_net_options options = llama_options(threads);
    struct stamp_net *net = NULL;
    struct rusage usage;
    struct stamp_err e;
    struct lap unused;
    int32_t *ids = stamp_alloc(tokens, sizeof *ids);
    float *logits = stamp_alloc(LLAMA_VOCAB, sizeof *logits);

    if (!ids || !logits) die("out of memory");
    llama_tokens(tokens, ids);
    if (stamp_net_new(&n->model, &options, &net, &e)) die(e.text);
    one_round(net, ids, tokens, logits, &unused, &unused);
    getrusage(RUSAGE_SELF, &usage); /* before the ruler takes its own */
    if (!stream_open((size_t)llama_step_bytes(n))) die("no memory to read through");
    for (int r = 0; r < rounds; r++) {
        one_round(net, ids, tokens, logits, &laps.prefill[r], &laps.decode[r]);
        const struct lap start = lap_start();
        for (int i = 0; i < DECODE; i++)
            if (!stream_pass(threads)) die("cannot measure memory");
        laps.memory[r] = lap_since(start);
    }
    report(n, tokens, threads, rounds, &laps);
    if (threads == 1) figure("1B peak memory", 1e-3 * (double)usage.ru_maxrss, "MB", NULL, 0);
    stream_close();
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
    const uint32_t tokens = number(argc, argv, 1, 128, LLAMA_CTX - DECODE);
    const uint32_t rounds = number(argc, argv, 2, 5, MAX_ROUNDS);
    const uint32_t layers = number(argc, argv, 3, 16, 1000);
    const uint32_t threads = number(argc, argv, 4, 2, 256);
    struct llama n;

    llama_open(&n, layers);
    printf("Llama-3.2-1B shape, %u layers, W4A4 with 64 rows of 8 bits, Haar, KV4, head W8A8: %.1f "
           "GMAC\n",
           layers, llama_gmac(&n, tokens));
    for (uint32_t t = 1; t <= threads; t++) run(&n, tokens, (int)rounds, t);
    llama_close(&n);
    return 0;
}
