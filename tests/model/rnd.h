/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file rnd.h
 * Random numbers of the model tests. STAMP_SEED in the environment sets the seed (default 1);
 * every check that depends on it prints it: use RND_FMT and rnd_seed() in the message.
 */
#ifndef STAMP_TESTS_MODEL_RND_H
#define STAMP_TESTS_MODEL_RND_H

#include <inttypes.h>
#include <stdint.h>
#include <stdlib.h>

#define RND_FMT " (STAMP_SEED=%" PRIu64 ")"

struct rnd {
    uint64_t state;
};

static inline uint64_t rnd_seed(void)
{
    const char *text = getenv("STAMP_SEED");
    return text ? strtoull(text, NULL, 0) : 1;
}

/** @p stream keeps the tests apart. */
static inline struct rnd rnd_start(uint64_t stream)
{
    return (struct rnd){rnd_seed() * UINT64_C(0x9e3779b97f4a7c15) + stream};
}

/* splitmix64 */
static inline uint64_t rnd_next(struct rnd *r)
{
    uint64_t z = r->state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static inline uint32_t rnd_below(struct rnd *r, uint32_t n)
{
    return (uint32_t)((rnd_next(r) >> 32) * n >> 32);
}

/** Multiple of 2^-20 in [-1, 1): sums of a few thousand are exact in double. */
static inline float rnd_unit(struct rnd *r)
{
    return (float)((int32_t)rnd_below(r, 1u << 21) - (1 << 20)) / (float)(1 << 20);
}

/** Two thirds: near in exponent, where additions cancel and round; else any bits. */
static inline void rnd_pair(struct rnd *r, uint32_t *a, uint32_t *b)
{
    *a = (uint32_t)rnd_next(r);
    *b = (uint32_t)rnd_next(r);
    if (rnd_below(r, 3) == 0) return;
    const uint32_t field = (*a >> 23 & 255) + rnd_below(r, 60) - 30;
    *b = (*b & UINT32_C(0x807fffff)) | (field & 255) << 23;
}

#endif
