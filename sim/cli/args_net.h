/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file args_net.h
 * The flags of whole networks in the numerics of the machine, as an argp child.
 */
#ifndef STAMP_CLI_ARGS_NET_H
#define STAMP_CLI_ARGS_NET_H

#include "model/num/kv.h"
#include "sim/cli/args.h"

struct stamp_args_net {
    struct stamp_kv_scheme kv;
    unsigned head_bits;
    uint32_t threads;
    bool any; /**< one of the flags was given */
};

extern const struct argp stamp_argp_net; /**< input: struct stamp_args_net, set to the default */

/** 4-bit cache in blocks of 32 tokens, 8-bit head, one thread. */
struct stamp_args_net stamp_args_net_default(void);

/** "KV4 in blocks of 32, head of 8 bits". */
void stamp_args_net_text(const struct stamp_args_net *a, char *text, size_t size);

#endif
