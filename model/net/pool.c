/* SPDX-License-Identifier: Apache-2.0 */
/* pool.c - threads that share a job. Contract in pool.h.
 *
 * A network is some two hundred short jobs a token, so that both sides look for a while whether the
 * other has come before they sleep. */
#include "model/net/pool.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "model/mem.h"

enum { LOOKS = 4000 };

struct worker {
    struct stamp_pool *pool;
    pthread_t thread;
    uint32_t number;
};

struct stamp_pool {
    uint32_t threads, started;
    struct worker *worker; /* [threads], the caller's unused; owned */
    pthread_mutex_t lock;
    pthread_cond_t wake, idle;
    bool stop;         /* by lock */
    atomic_uint round; /* jobs so far; what is below was written before it */
    stamp_pool_fn *fn;
    void *ctx;
    uint32_t count;
    atomic_uint next; /* first item nobody has taken */
    atomic_uint busy; /* workers not done with the round */
};

static void pause_a_little(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
}

/* Items that follow each other, so that a thread reads memory in order and knows what comes next: half
 * its share of what is left, at last one by one. @return how many, from *first on */
static uint32_t take(struct stamp_pool *p, uint32_t *first)
{
    uint32_t at = atomic_load_explicit(&p->next, memory_order_relaxed), n;

    do {
        const uint32_t left = at < p->count ? p->count - at : 0, share = left / (2 * p->threads);
        if (!left) return 0;
        n = share ? share : 1;
    } while (!atomic_compare_exchange_weak_explicit(&p->next, &at, at + n, memory_order_relaxed,
                                                    memory_order_relaxed));
    *first = at;
    return n;
}

static void take_items(struct stamp_pool *p, uint32_t number)
{
    uint32_t at, n;

    while ((n = take(p, &at)))
        for (uint32_t i = at; i < at + n; i++) p->fn(p->ctx, i, number);
}

/* Wait for a round after @p seen. @return false: stop */
static bool wait_for_job(struct stamp_pool *p, uint32_t seen)
{
    for (int i = 0; i < LOOKS; i++) {
        if (atomic_load_explicit(&p->round, memory_order_acquire) != seen) break;
        pause_a_little();
    }
    pthread_mutex_lock(&p->lock);
    while (atomic_load_explicit(&p->round, memory_order_acquire) == seen && !p->stop)
        pthread_cond_wait(&p->wake, &p->lock);
    const bool go = !p->stop;
    pthread_mutex_unlock(&p->lock);
    return go;
}

static void *work(void *arg)
{
    struct worker *w = arg;
    struct stamp_pool *p = w->pool;

    for (uint32_t seen = 0; wait_for_job(p, seen);) {
        seen++;
        take_items(p, w->number);
        if (atomic_fetch_sub_explicit(&p->busy, 1, memory_order_acq_rel) == 1) {
            pthread_mutex_lock(&p->lock);
            pthread_cond_signal(&p->idle);
            pthread_mutex_unlock(&p->lock);
        }
    }
    return NULL;
}

void stamp_pool_run(struct stamp_pool *p, uint32_t count, stamp_pool_fn *fn, void *ctx)
{
    if (p->threads == 1 || count < 2) {
        for (uint32_t i = 0; i < count; i++) fn(ctx, i, 0);
        return;
    }
    pthread_mutex_lock(&p->lock);
    p->fn = fn;
    p->ctx = ctx;
    p->count = count;
    atomic_store_explicit(&p->next, 0, memory_order_relaxed);
    atomic_store_explicit(&p->busy, p->threads - 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&p->round, 1, memory_order_release);
    pthread_cond_broadcast(&p->wake);
    pthread_mutex_unlock(&p->lock);

    take_items(p, 0);
    for (int i = 0; i < LOOKS && atomic_load_explicit(&p->busy, memory_order_acquire); i++)
        pause_a_little();
    pthread_mutex_lock(&p->lock);
    while (atomic_load_explicit(&p->busy, memory_order_acquire))
        pthread_cond_wait(&p->idle, &p->lock);
    pthread_mutex_unlock(&p->lock);
}

uint32_t stamp_pool_threads(const struct stamp_pool *p)
{
    return p->threads;
}

static enum stamp_status start(struct stamp_pool *p, struct stamp_err *e)
{
    for (uint32_t i = 1; i < p->threads; i++) {
        struct worker *w = &p->worker[i];
        *w = (struct worker){.pool = p, .number = i};
        if (pthread_create(&w->thread, NULL, work, w) != 0)
            return stamp_fail(e, STAMP_ENOMEM, "thread %u of %u cannot be started", i, p->threads);
        p->started = i;
    }
    return STAMP_OK;
}

enum stamp_status stamp_pool_new(uint32_t threads, struct stamp_pool **out, struct stamp_err *e)
{
    if (threads < 1 || threads > STAMP_POOL_MAX)
        return stamp_fail(e, STAMP_ERANGE, "%u threads: must be 1 to %d", threads, STAMP_POOL_MAX);
    struct stamp_pool *p = stamp_alloc(1, sizeof *p);
    if (p) p->worker = stamp_alloc(threads, sizeof *p->worker);
    if (!p || !p->worker) {
        stamp_free(p);
        return stamp_fail(e, STAMP_ENOMEM, "out of memory for %u threads", threads);
    }
    p->threads = threads;
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->wake, NULL);
    pthread_cond_init(&p->idle, NULL);
    const enum stamp_status st = start(p, e);
    if (st) {
        stamp_pool_free(p);
        return st;
    }
    *out = p;
    return STAMP_OK;
}

void stamp_pool_free(struct stamp_pool *p)
{
    if (!p) return;
    pthread_mutex_lock(&p->lock);
    p->stop = true;
    pthread_cond_broadcast(&p->wake);
    pthread_mutex_unlock(&p->lock);
    for (uint32_t i = 1; i <= p->started; i++) pthread_join(p->worker[i].thread, NULL);
    pthread_cond_destroy(&p->wake);
    pthread_cond_destroy(&p->idle);
    pthread_mutex_destroy(&p->lock);
    stamp_free(p->worker);
    stamp_free(p);
}
