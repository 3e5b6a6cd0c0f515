/* SPDX-License-Identifier: Apache-2.0 */
/* exhaust_fn.c - every function of one element on every one of the 2^32 patterns, against the
 * double library. Prints a table; 1 if a bound of fn_sweep.c is exceeded.
 *
 *   exhaust_fn [STEP]      every STEP-th pattern only (default 1) */
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/model/fn_sweep.h"

enum { THREADS = 2, PIECES = 1024 };

/* Pieces of the patterns, taken by whichever thread is free. */
struct job {
    const struct fn_case *c;
    uint64_t step;
    pthread_mutex_t lock;
    uint64_t next; /* piece */
    struct fn_worst worst;
};

static uint64_t pieces_done, pieces_all;
static double started;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void merge(struct fn_worst *to, const struct fn_worst *w)
{
    if (w->ulp > to->ulp) {
        to->ulp = w->ulp;
        to->ulp_at = w->ulp_at;
    }
    if (w->small > to->small) {
        to->small = w->small;
        to->small_at = w->small_at;
    }
    if (w->broken && !to->broken) {
        to->broken = true;
        to->broken_at = w->broken_at;
    }
    to->count += w->count;
}

static void *run(void *arg)
{
    struct job *j = arg;
    const uint64_t size = (UINT64_C(1) << 32) / PIECES;

    pthread_mutex_lock(&j->lock);
    while (j->next < PIECES) {
        const uint64_t at = j->next++ * size, skip = (j->step - at % j->step) % j->step;
        struct fn_worst w;
        memset(&w, 0, sizeof w);
        pthread_mutex_unlock(&j->lock);
        fn_sweep(j->c, at + skip, at + size, j->step, &w);
        pthread_mutex_lock(&j->lock);
        merge(&j->worst, &w);
        pieces_done++;
        if (pieces_done % 32 == 0) {
            const double took = now() - started, share = (double)pieces_done / (double)pieces_all;
            fprintf(stderr, "%-16s %5.1f %% of all, %.0f million a second, %.0f s left\n",
                    j->c->name, 100 * share,
                    (double)(pieces_done * size) / (double)j->step / took * 1e-6,
                    took / share - took);
        }
    }
    pthread_mutex_unlock(&j->lock);
    return NULL;
}

static bool sweep_all(const struct fn_case *c, uint64_t step)
{
    struct job j = {.c = c, .step = step};
    pthread_t thread[THREADS];

    pthread_mutex_init(&j.lock, NULL);
    for (int t = 0; t < THREADS; t++)
        if (pthread_create(&thread[t], NULL, run, &j)) exit(2);
    for (int t = 0; t < THREADS; t++) pthread_join(thread[t], NULL);

    const struct fn_worst *w = &j.worst;
    printf("| %s | %" PRIu64 " | %.3f | 0x%08" PRIx32 " | %.3g | 0x%08" PRIx32 " |\n", c->name,
           w->count, w->ulp, w->ulp_at, w->small, w->small_at);
    fflush(stdout);
    if (w->broken) printf("FAIL: %s of 0x%08" PRIx32 "\n", c->name, w->broken_at);
    const bool over = w->ulp > c->max_ulp || w->small > c->max_small;
    if (over) printf("FAIL: %s exceeds its bounds %g ulp, %g\n", c->name, c->max_ulp, c->max_small);
    return !w->broken && !over && w->count > 0;
}

int main(int argc, char **argv)
{
    const uint64_t step = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
    bool ok = step > 0;

    if (!ok) return fprintf(stderr, "usage: exhaust_fn [STEP]\n"), 2;
    started = now();
    pieces_all = (uint64_t)fn_case_count * PIECES;
    printf("| function | inputs | max ulp | at | max below the floor | at |\n"
           "|---|---|---|---|---|---|\n");
    for (int i = 0; i < fn_case_count; i++) ok &= sweep_all(&fn_cases[i], step);
    printf("exhaust_fn: %d passed, %d failed\n", ok ? fn_case_count : 0, ok ? 0 : 1);
    return !ok;
}
