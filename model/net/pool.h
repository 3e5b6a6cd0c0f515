/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file pool.h
 * A few threads that share the items of a job. Items are independent: what a job computes depends
 * neither on the number of threads nor on who takes which item.
 */
#ifndef STAMP_NET_POOL_H
#define STAMP_NET_POOL_H

#include <stdint.h>

#include "model/status.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { STAMP_POOL_MAX = 256 }; /**< threads */

struct stamp_pool; /* opaque */

/** @param threads  1 .. STAMP_POOL_MAX, the caller's included
 *  @return STAMP_ERANGE, STAMP_ENOMEM (threads that cannot be started are that too) */
enum stamp_status stamp_pool_new(uint32_t threads, struct stamp_pool **out, struct stamp_err *e);

/** NULL is allowed. */
void stamp_pool_free(struct stamp_pool *pool);

uint32_t stamp_pool_threads(const struct stamp_pool *pool);

/** @param worker  below the number of threads; no two items run under one number at a time */
typedef void stamp_pool_fn(void *ctx, uint32_t item, uint32_t worker);

/** fn of every item 0 .. count-1; returns when all are done. One job at a time. */
void stamp_pool_run(struct stamp_pool *pool, uint32_t count, stamp_pool_fn *fn, void *ctx);

#ifdef __cplusplus
}
#endif
#endif
