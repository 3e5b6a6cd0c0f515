/* SPDX-License-Identifier: Apache-2.0 */
/* stream.c - reading memory. Contract in stream.h. */
#include "tests/bench/stream.h"

#include <pthread.h>
#include <string.h>

#include "model/mem.h"

enum { MOST_THREADS = 256, LINE = 64, LINES = 4, AHEAD = 2560 };

typedef uint64_t eight __attribute__((vector_size(LINE), may_alias));

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

static uint8_t *data;
static size_t bytes;

bool stream_open(size_t size)
{
    bytes = size;
    data = stamp_alloc(bytes, 1);
    if (data) memset(data, 1, bytes);
    return data != NULL;
}

void stream_close(void)
{
    stamp_free(data);
    data = NULL;
}

bool stream_pass(uint32_t threads)
{
    static struct share share[MOST_THREADS];
    pthread_t id[MOST_THREADS];
    uint32_t running = 1;

    if (threads > MOST_THREADS) return false;
    for (uint32_t i = 0; i < threads; i++)
        share[i] = (struct share){.at = data + i * (bytes / threads / LINE * LINE),
                                  .size = bytes / threads / LINE * LINE};
    while (running < threads &&
           pthread_create(&id[running], NULL, read_share, &share[running]) == 0)
        running++;
    read_share(&share[0]);
    for (uint32_t i = 1; i < running; i++) pthread_join(id[i], NULL);
    return running == threads;
}
