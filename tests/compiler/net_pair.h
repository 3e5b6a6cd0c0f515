/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file net_pair.h
 * A network twice: its compiled programs on the C machine, and model/net, which knows nothing of
 * programs. Every logit must be the same, bit by bit.
 */
#ifndef STAMP_TESTS_NET_PAIR_H
#define STAMP_TESTS_NET_PAIR_H

#include "compiler/lower/net.h"
#include "sim/net/netbuild.h"
#include "sim/run/runtime.h"

/** One side each; NULL until made. */
struct net_pair {
    struct stamp_network *m;
    struct stamp_qmodel *q;
    struct stamp_netbuild *build;
    struct stamp_net *net;
    struct stamp_image *image;
    struct stamp_run *run;
    struct stamp_net_spec spec; /**< with model and weights */
};

/** Model and codes of a configuration (net_random.h), compiled. What stamp_compile_net returns;
 *  anything else that fails ends the test. net_pair_close either way.
 *  @param spec  its model and weights are filled in */
enum stamp_status net_pair_compile(struct net_pair *p, const char *config,
                                   const struct stamp_net_spec *spec,
                                   const struct stamp_compile_options *options,
                                   struct stamp_err *e);

/** The network in C and the image's memory; then prefill and steps. */
void net_pair_start(struct net_pair *p);
void net_pair_close(struct net_pair *p);

/** Run both and compare. @p token  [spec.s] */
void net_pair_prefill(struct net_pair *p, const int32_t *token);
/** The next token, at @p position; with the block's recode where it completes one. */
void net_pair_step(struct net_pair *p, uint32_t position, int32_t token);

#endif
