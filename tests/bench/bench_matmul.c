/* SPDX-License-Identifier: Apache-2.0 */
/* bench_matmul.c - the model's integer product beside oneDNN and OpenBLAS, one thread, one run.
 *
 * bench_matmul [tokens features channels [rounds]]; default 512 4096 4096, 7 rounds. Every round
 * runs every contestant once, so that a busy host slows all alike; the median round counts. Time is
 * the CPU time of the thread. Compile with -DHAVE_DNNL -ldnnl and -DHAVE_OPENBLAS -lopenblas for the
 * neighbours, which get their weights packed in advance (oneDNN) or as they are (OpenBLAS). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "model/mem.h"
#include "model/num/linear.h"
#include "model/num/matmul_f32.h"
#include "model/num/xform.h"
#include "tests/bench/figure.h"
#include "tests/bench/onednn.h"

#ifdef HAVE_OPENBLAS
#include <cblas.h>
#endif

enum { MAX_ROUNDS = 99, REF_ROWS = 2 };

struct data {
    uint32_t s, d, n;
    struct stamp_plan plan;
    struct stamp_acts x, xb, few;    /* whole rows, blocks of 64, REF_ROWS rows */
    struct stamp_weights w;          /* 4 bits */
    struct stamp_packed p4, p8, p4b; /* 4 bits, 8 bits, 4 bits in blocks of 64 */
    float *xf, *wf, *t, *y;
    void *u8; /* [s][d] activations for oneDNN */
    int32_t *acc;
};

static void die(const char *what)
{
    fprintf(stderr, "bench_matmul: %s\n", what);
    exit(1);
}

static void run_onednn(struct data *b)
{
    (void)b;
    onednn_run();
}

#ifdef HAVE_OPENBLAS
static void run_sgemm(struct data *b)
{
    const int s = (int)b->s, d = (int)b->d, n = (int)b->n;
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, s, n, d, 1, b->xf, d, b->wf, d, 0, b->y,
                n);
}
#endif

static void run_ref(struct data *b)
{
    stamp_matmul_ref(&b->few, &b->w, b->y);
}

static void run_portable(struct data *b)
{
    stamp_matmul_panels(STAMP_PATH_PORTABLE, &b->x, &b->p4, 0, b->p4.panels, b->y);
}

static void run_avx2(struct data *b)
{
    stamp_matmul_panels(STAMP_PATH_AVX2, &b->x, &b->p4, 0, b->p4.panels, b->y);
}

static void run_avx512(struct data *b)
{
    stamp_matmul_panels(STAMP_PATH_AVX512, &b->x, &b->p4, 0, b->p4.panels, b->y);
}

static void run_amx(struct data *b)
{
    stamp_matmul_panels(STAMP_PATH_AMX, &b->x, &b->p4, 0, b->p4.panels, b->y);
}

static void run_w8(struct data *b)
{
    stamp_matmul(&b->x, &b->p8, b->y);
}

static void run_blocks(struct data *b)
{
    stamp_matmul(&b->xb, &b->p4b, b->y);
}

static void run_layer(struct data *b)
{
    struct stamp_acts x;
    memcpy(b->t, b->xf, (size_t)b->s * b->d * sizeof *b->t);
    stamp_xform_forward(&b->plan.ops, b->d, b->t);
    if (stamp_acts_quantize(&b->plan, b->d, b->t, &x, NULL)) die("out of memory");
    stamp_matmul(&x, &b->p4, b->y);
    stamp_xform_inverse(&b->plan.ops, b->n, b->y);
    stamp_acts_free(&x);
}

static void run_f32(struct data *b)
{
    if (stamp_matmul_f32(b->s, b->n, b->d, b->xf, b->wf, b->y, NULL)) die("out of memory");
}

static void fill(size_t n, float *x)
{
    uint32_t v = 12345;
    for (size_t i = 0; i < n; i++) {
        v = v * 1664525u + 1013904223u;
        x[i] = (float)(int32_t)v * 0x1p-31f;
    }
}

static void quantize(struct data *b, uint32_t block, uint32_t s, struct stamp_acts *out)
{
    struct stamp_scheme q = stamp_scheme_default();
    struct stamp_plan plan;
    q.block = block;
    if (stamp_plan_build(&q, s, &plan, NULL) || stamp_acts_quantize(&plan, b->d, b->xf, out, NULL))
        die("out of memory");
    stamp_plan_free(&plan);
}

static void pack(struct data *b, unsigned bits, uint32_t block, struct stamp_packed *out)
{
    struct stamp_weights w;
    if (stamp_weights_quantize(bits, block, b->n, b->d, b->wf, &w, NULL) ||
        stamp_pack(&w, out, NULL))
        die("out of memory");
    stamp_weights_free(&w);
}

static void prepare(struct data *b)
{
    const struct stamp_scheme q = stamp_scheme_default();
    b->xf = stamp_alloc((size_t)b->s * b->d, sizeof *b->xf);
    b->t = stamp_alloc((size_t)b->s * b->d, sizeof *b->t);
    b->wf = stamp_alloc((size_t)b->n * b->d, sizeof *b->wf);
    b->y = stamp_alloc((size_t)b->s * b->n, sizeof *b->y);
    b->acc = stamp_alloc((size_t)b->s * b->n, sizeof *b->acc);
    b->u8 = stamp_alloc((size_t)b->s, b->d);
    if (!b->xf || !b->t || !b->wf || !b->y || !b->acc || !b->u8) die("out of memory");
    fill((size_t)b->s * b->d, b->xf);
    fill((size_t)b->n * b->d, b->wf);
    quantize(b, 0, b->s, &b->x);
    quantize(b, 64, b->s, &b->xb);
    quantize(b, 0, b->s < REF_ROWS ? b->s : REF_ROWS, &b->few);
    pack(b, 4, 0, &b->p4);
    pack(b, 8, 0, &b->p8);
    pack(b, 4, 64, &b->p4b);
    if (stamp_weights_quantize(4, 0, b->n, b->d, b->wf, &b->w, NULL) ||
        stamp_plan_build(&q, b->s, &b->plan, NULL))
        die("out of memory");
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int rising(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

struct contestant {
    const char *name;
    void (*run)(struct data *b);
    bool in;
    double seconds[MAX_ROUNDS];
};

static void compete(struct data *b, struct contestant *c, size_t count, int rounds)
{
    for (int r = -1; r < rounds; r++) /* one round to warm up */
        for (size_t i = 0; i < count; i++) {
            if (!c[i].in) continue;
            const double start = now();
            c[i].run(b);
            if (r >= 0) c[i].seconds[r] = now() - start;
        }
    printf("%u x %u x %u, one thread, median of %d interleaved rounds\n", b->s, b->d, b->n, rounds);
    double ruler = 0;
    for (size_t i = count; i-- > 0;) { /* the neighbours stand last */
        const uint32_t rows = c[i].run == run_ref ? b->few.s : b->s;
        qsort(c[i].seconds, (size_t)rounds, sizeof(double), rising);
        const double rate = 1e-9 * rows * b->d * b->n / c[i].seconds[rounds / 2];
        if (!c[i].in) continue;
        if (c[i].run == run_onednn) ruler = rate;
        figure(c[i].name, rate, "GMAC/s", ruler > 0 ? "oneDNN" : NULL, ruler);
    }
}

/* The neighbours read their thread count when they are loaded: start again with one thread. */
static void insist_on_one_thread(char **argv)
{
    const char *omp = getenv("OMP_NUM_THREADS");
    if (omp && strcmp(omp, "1") == 0) return;
    setenv("OMP_NUM_THREADS", "1", 1);
    setenv("OPENBLAS_NUM_THREADS", "1", 1);
    execv("/proc/self/exe", argv);
    die("cannot start again with one thread");
}

static uint32_t number(const char *text)
{
    char *end;
    const unsigned long v = strtoul(text, &end, 10);
    if (*end || v < 1 || v > STAMP_K_MAX) die("arguments are numbers from 1 to 32768");
    return (uint32_t)v;
}

int main(int argc, char **argv)
{
    struct data b = {.s = 512, .d = 4096, .n = 4096};
    struct contestant c[] = {
        {"model, nibble-row reference", run_ref, true, {0}},
        {"model, portable C", run_portable, true, {0}},
        {"model, AVX2", run_avx2, stamp_path_works(STAMP_PATH_AVX2), {0}},
        {"model, AVX-512 VNNI", run_avx512, stamp_path_works(STAMP_PATH_AVX512), {0}},
        {"model, AMX int8", run_amx, stamp_path_works(STAMP_PATH_AMX), {0}},
        {"model, best path, 8-bit weights", run_w8, true, {0}},
        {"model, best path, blocks of 64", run_blocks, true, {0}},
        {"model, whole STaMP layer", run_layer, true, {0}},
        {"model, f32 in canonical order", run_f32, true, {0}},
        {"oneDNN u8 x s8 -> s32, packed", run_onednn, false, {0}},
#ifdef HAVE_OPENBLAS
        {"OpenBLAS sgemm", run_sgemm, true, {0}},
#endif
    };
    int rounds = 7;

    insist_on_one_thread(argv);
    if (argc >= 4) {
        b.s = number(argv[1]);
        b.d = number(argv[2]);
        b.n = number(argv[3]);
    }
    if (argc >= 5) rounds = (int)number(argv[4]);
    if (argc == 2 || argc == 3 || argc > 5 || rounds > MAX_ROUNDS)
        die("usage: bench_matmul [tokens features channels [rounds]], at most 99 rounds");
    prepare(&b);
    const bool neighbour =
        onednn_open(&(struct onednn_product){b.s, b.d, b.n, b.u8, b.w.code, b.acc});
    for (size_t i = 0; i < sizeof c / sizeof c[0]; i++)
        if (c[i].run == run_onednn) c[i].in = neighbour;
    compete(&b, c, sizeof c / sizeof c[0], rounds);
    return 0;
}
