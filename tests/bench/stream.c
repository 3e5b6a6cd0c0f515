/* SPDX-License-Identifier: Apache-2.0 */
/* stream.c - reading memory. Contract in stream.h. */
#include "tests/bench/stream.h"

#include <pthread.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

#include "model/mem.h"

enum { MOST_THREADS = 256, LINE = 64, LINES = 4, AHEAD = 4096 };

typedef uint64_t eight __attribute__((vector_size(LINE), may_alias));

static const size_t bytes = (size_t)1 << 30;

struct share {
    const uint8_t *at;
    size_t size;
    eight sum; /* so that nothing is left out */
};

static void *read_share(void *ctx)
{
    struct share *s = ctx;
    eight sum[LINES] = {{0}};

    for (size_t i = 0; i + LINES * LINE <= s->size; i += LINES * LINE)
        for (int k = 0; k < LINES; k++) {
            __builtin_prefetch(s->at + i + AHEAD + (size_t)(k * LINE));
            sum[k] += *(const eight *)(s->at + i + (size_t)(k * LINE));
        }
    s->sum = sum[0] + sum[1] + sum[2] + sum[3];
    return NULL;
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

double stream_rate(uint32_t threads, int rounds)
{
    static struct share share[MOST_THREADS];
    pthread_t id[MOST_THREADS];
    double best = -1;
    uint8_t *data = threads <= MOST_THREADS ? stamp_alloc(bytes, 1) : NULL;

    if (!data) return -1;
    memset(data, 1, bytes);
    for (int r = 0; r < rounds; r++) {
        const double start = now();
        uint32_t running = 0;
        for (; running < threads; running++) {
            const size_t size = bytes / threads / LINE * LINE;
            share[running].at = data + running * size;
            share[running].size = size;
            if (pthread_create(&id[running], NULL, read_share, &share[running])) break;
        }
        for (uint32_t i = 0; i < running; i++) pthread_join(id[i], NULL);
        const double rate = (double)bytes / (now() - start);
        if (running < threads)
            best = -1, r = rounds;
        else if (rate > best)
            best = rate;
    }
    stamp_free(data);
    return best;
}
