/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file llama.h
 * A network of the shape of Llama-3.2-1B with random codes, and clocks: what benchmarks of networks share.
 */
#ifndef STAMP_BENCH_LLAMA_H
#define STAMP_BENCH_LLAMA_H

#include "compiler/family/family.h"
#include "model/net/net.h"

enum { LLAMA_VOCAB = 128256, LLAMA_CTX = 131072 };

struct llama {
    struct stamp_network m;
    double frequency[32];
    struct stamp_net_model model;
};

/** Ends the program where that fails. @p n stays where it is until llama_close. */
void llama_open(struct llama *n, uint32_t layers);
void llama_close(struct llama *n);

/** W4A4 with 64 rows of 8 bits, Haar, KV4. */
struct stamp_net_options llama_options(uint32_t threads);

/** Products of a prefill of so many tokens, 1e9: matrices, scores and weighted sums, one position's head. */
double llama_gmac(const struct llama *n, double tokens);

/** Bytes of weights a decoding step reads: 4 bits, of the head 8. */
double llama_step_bytes(const struct llama *n);

/** Random tokens. */
void llama_tokens(uint32_t n, int32_t *id);

/** Seconds of the wall, and of this process's threads on processors. */
struct lap {
    double wall, cpu;
};

struct lap lap_start(void);
struct lap lap_since(struct lap start);
/** The median of each. Sorts. */
struct lap lap_median(struct lap *l, int count);

#endif
