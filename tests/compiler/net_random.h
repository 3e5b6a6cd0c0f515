/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file net_random.h
 * Small models of random weights, one of each family: sizes that fill no line, few heads.
 */
#ifndef STAMP_TESTS_NET_RANDOM_H
#define STAMP_TESTS_NET_RANDOM_H

#include "compiler/family/network.h"

/** Configurations as Hugging Face writes them. Qwen 2 has biases, Qwen 3 norms of heads. */
extern const char net_random_llama[], net_random_qwen2[], net_random_qwen3[];

/** One layer with heads of that length; family "llama", "qwen2" or "qwen3". Valid until the next call. */
const char *net_random_heads(const char *family, unsigned head_dim, unsigned heads, unsigned kv);

/** A model of that shape, the same weights every time; stamp_network_close. */
struct stamp_network *net_random_open(const char *config);

#endif
