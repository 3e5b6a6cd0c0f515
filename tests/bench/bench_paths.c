/* SPDX-License-Identifier: Apache-2.0 */
/* bench_paths.c - the C model by every vector unit of the processor, and that they give the same bits.
 *
 * bench_paths [rounds [path]]; default 3 rounds of all paths: portable, avx2, avx512, amx. One thread;
 * the product 512 x 4096 x 4096 (W4A4, 64 rows of 8 bits) beside oneDNN, then prefill of 128 tokens and
 * decoding with the shape of Llama-3.2-1B beside the AVX-512 path and what memory streams. Every round
 * runs every path once, but the portable one in the first alone; the best round counts, by the time of
 * the processor. Fails where results differ in a bit, or the path named is not there. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "model/mem.h"
#include "model/num/linear.h"
#include "tests/bench/figure.h"
#include "tests/bench/llama.h"
#include "tests/bench/onednn.h"
#include "tests/bench/stream.h"

enum { TOKENS = 512, FEATURES = 4096, CHANNELS = 4096, PROMPT = 128, STEPS = 4, ONEDNN = 0 };

/* The best of the rounds, and what came out of them; of oneDNN in place of BEST. */
struct result {
    double seconds;
    uint64_t bits;
};

static bool in[STAMP_PATHS];

static void die(const char *what)
{
    fprintf(stderr, "bench_paths: %s\n", what);
    exit(1);
}

static uint64_t bits_of(const float *y, size_t n)
{
    uint64_t h = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < n; i++) {
        uint32_t u;
        memcpy(&u, &y[i], sizeof u);
        h = (h ^ u) * UINT64_C(1099511628211);
    }
    return h;
}

static void note(struct result *r, bool first, double seconds, uint64_t bits)
{
    if (!first && bits != r->bits) die("two rounds of a path differ");
    if (first || seconds < r->seconds) r->seconds = seconds;
    r->bits = bits;
}

static bool runs(int path, int round)
{
    return in[path] && (path != STAMP_PATH_PORTABLE || round == 0);
}

static void take(int path)
{
    struct stamp_err e;
    if (stamp_path_use((enum stamp_path)path, &e)) die(e.text);
}

/* @param beside  the result that is the ruler, or NULL */
static void print(const char *what, const char *unit, double work, const struct result *r,
                  const char *ruler, const struct result *beside)
{
    const uint64_t *bits = NULL;
    char line[96];

    for (int p = STAMP_PATHS; p-- > STAMP_PATH_PORTABLE;) {
        if (!in[p]) continue;
        snprintf(line, sizeof line, "%s, %s", what, stamp_path_name((enum stamp_path)p));
        figure_bits(line, work / r[p].seconds, unit, beside ? ruler : NULL,
                    beside ? work / beside->seconds : 0, &r[p].bits);
        if (bits && *bits != r[p].bits) die("the bits of two paths differ");
        bits = &r[p].bits;
    }
}

/* ---- The product ------------------------------------------------------------------------------- */

static void fill(size_t n, float *x)
{
    uint32_t v = 12345;
    for (size_t i = 0; i < n; i++) {
        v = v * 1664525u + 1013904223u;
        x[i] = (float)(int32_t)v * 0x1p-31f;
    }
}

struct product {
    struct stamp_acts x;
    struct stamp_weights w;
    struct stamp_packed packed;
    float *y;
};

static void make(struct product *p)
{
    const struct stamp_scheme q = stamp_scheme_default();
    struct stamp_plan plan;
    float *x = stamp_alloc((size_t)TOKENS * FEATURES, sizeof *x);
    float *w = stamp_alloc((size_t)CHANNELS * FEATURES, sizeof *w);

    p->y = stamp_alloc((size_t)TOKENS * CHANNELS, sizeof *p->y);
    if (!x || !w || !p->y) die("out of memory");
    fill((size_t)TOKENS * FEATURES, x);
    fill((size_t)CHANNELS * FEATURES, w);
    if (stamp_plan_build(&q, TOKENS, &plan, NULL) ||
        stamp_acts_quantize(&plan, FEATURES, x, &p->x, NULL) ||
        stamp_weights_quantize(4, 0, CHANNELS, FEATURES, w, &p->w, NULL) ||
        stamp_pack(&p->w, &p->packed, NULL))
        die("out of memory");
    stamp_plan_free(&plan);
    stamp_free(x);
    stamp_free(w);
}

static void products(int rounds)
{
    struct result r[STAMP_PATHS] = {{0}};
    struct product p;

    make(&p);
    void *u8 = stamp_alloc(TOKENS, FEATURES);
    int32_t *acc = stamp_alloc((size_t)TOKENS * CHANNELS, sizeof *acc);
    if (!u8 || !acc) die("out of memory");
    const bool neighbour =
        onednn_open(&(struct onednn_product){TOKENS, FEATURES, CHANNELS, u8, p.w.code, acc});
    for (int round = 0; round < 2 * rounds; round++) {
        struct lap start = lap_start();
        if (neighbour) onednn_run();
        note(&r[ONEDNN], round == 0, lap_since(start).cpu, 0);
        for (int path = STAMP_PATH_PORTABLE; path < STAMP_PATHS; path++) {
            if (!runs(path, round)) continue;
            take(path);
            start = lap_start();
            stamp_matmul(&p.x, &p.packed, p.y);
            const double seconds = lap_since(start).cpu;
            note(&r[path], round == 0, seconds, bits_of(p.y, (size_t)TOKENS * CHANNELS));
        }
    }
    print("product 512x4096x4096 W4A4", "GMAC/s", 1e-9 * TOKENS * FEATURES * CHANNELS, r, "oneDNN",
          neighbour ? &r[ONEDNN] : NULL);
    stamp_acts_free(&p.x);
    stamp_weights_free(&p.w);
    stamp_packed_free(&p.packed);
    stamp_free(p.y);
    stamp_free(u8);
    stamp_free(acc);
}

/* ---- The network ------------------------------------------------------------------------------- */

static void one_path(struct stamp_net *net, const int32_t *ids, float *logits, bool first,
                     struct result *prefill, struct result *decode)
{
    struct stamp_err e;
    struct lap start = lap_start();

    if (stamp_net_prefill(net, ids, PROMPT, PROMPT - 1, logits, &e)) die(e.text);
    note(prefill, first, lap_since(start).cpu, bits_of(logits, LLAMA_VOCAB));
    start = lap_start();
    for (int i = 0; i < STEPS; i++)
        if (stamp_net_step(net, ids[i], logits, &e)) die(e.text);
    note(decode, first, lap_since(start).cpu, bits_of(logits, LLAMA_VOCAB));
}

static void network(int rounds)
{
    struct result prefill[STAMP_PATHS] = {{0}}, decode[STAMP_PATHS] = {{0}}, memory = {0};
    const struct stamp_net_options options = llama_options(1);
    struct stamp_net *net = NULL;
    struct stamp_err e;
    struct llama n;
    int32_t ids[PROMPT];
    float *logits = stamp_alloc(LLAMA_VOCAB, sizeof *logits);

    llama_open(&n, 16);
    llama_tokens(PROMPT, ids);
    if (!logits || !stream_open((size_t)llama_step_bytes(&n))) die("out of memory");
    if (stamp_net_new(&n.model, &options, &net, &e)) die(e.text);
    for (int round = 0; round < rounds; round++) {
        for (int path = STAMP_PATH_PORTABLE; path < STAMP_PATHS; path++) {
            if (!runs(path, round)) continue;
            take(path);
            one_path(net, ids, logits, round == 0, &prefill[path], &decode[path]);
        }
        const struct lap start = lap_start();
        for (int i = 0; i < STEPS; i++) stream_pass(1);
        note(&memory, round == 0, lap_since(start).cpu, 0);
    }
    print("1B prefill of 128", "tokens/s", PROMPT, prefill, "AVX-512",
          in[STAMP_PATH_AVX512] ? &prefill[STAMP_PATH_AVX512] : NULL);
    print("1B decode", "tokens/s", STEPS, decode, "streamed", &memory);
    stream_close();
    stamp_net_free(net);
    stamp_free(logits);
    llama_close(&n);
}

/* The neighbour reads its thread count when it is loaded: start again with one thread. */
static void insist_on_one_thread(char **argv)
{
    const char *omp = getenv("OMP_NUM_THREADS");
    if (omp && strcmp(omp, "1") == 0) return;
    setenv("OMP_NUM_THREADS", "1", 1);
    execv("/proc/self/exe", argv);
    die("cannot start again with one thread");
}

static void choose(const char *only)
{
    static const char *const name[STAMP_PATHS] = {"best", "portable", "avx2", "avx512", "amx"};
    bool known = !only;
    struct stamp_err e;

    for (int p = STAMP_PATH_PORTABLE; p < STAMP_PATHS; p++) {
        if (only && strcmp(only, name[p]) != 0) continue;
        known = true;
        in[p] = stamp_path_use((enum stamp_path)p, &e) == STAMP_OK;
        if (!in[p] && only) die(e.text);
        if (!in[p]) printf("%s: not measured\n", e.text);
    }
    if (!known) die("paths are portable, avx2, avx512, amx");
}

int main(int argc, char **argv)
{
    const int rounds = argc > 1 ? atoi(argv[1]) : 3;

    if (argc > 3 || rounds < 1) die("usage: bench_paths [rounds [path]]");
    insist_on_one_thread(argv);
    choose(argc > 2 ? argv[2] : NULL);
    products(rounds);
    network(rounds);
    return 0;
}
