/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file args_net.h
 * The flags of whole networks in the numerics of the machine, as an argp child.
 */
#ifndef STAMP_CLI_ARGS_NET_H
#define STAMP_CLI_ARGS_NET_H

#include "model/num/kv.h"
#include "sim/cli/args_machine.h"
#include "sim/net/netrun.h"

struct stamp_args_net {
    struct stamp_kv_scheme kv;
    unsigned head_bits;
    uint32_t threads;
    bool any;          /**< one of the flags was given */
    bool kv_transform; /**< --kv-transform was given */
};

extern const struct argp stamp_argp_net; /**< input: struct stamp_args_net, set to the default */

/** 4-bit cache in blocks of 32 tokens, 8-bit head, one thread. */
struct stamp_args_net stamp_args_net_default(void);

/** A network to run as the flags say; progress goes to the progress line. */
struct stamp_netrun_options stamp_args_netrun(const struct stamp_args_net *a,
                                              const struct stamp_scheme *scheme,
                                              const struct stamp_args_machine *machine,
                                              const struct stamp_device *on);

/** Flags that do not go with @p on; called at ARGP_KEY_END. */
error_t stamp_args_net_check(const struct stamp_scheme *scheme, struct stamp_args_machine *machine,
                             const struct stamp_device *on);

/** Name of a cache's transform: "haar" or "none". */
const char *stamp_kv_transform_name(struct stamp_kv_scheme kv);

/** "KV4 in blocks of 32, head of 8 bits". */
void stamp_args_net_text(const struct stamp_args_net *a, char *text, size_t size);

#endif
