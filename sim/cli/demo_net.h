/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file demo_net.h
 * The main job: a whole network, a prefill and decoded tokens, every word and every logit compared.
 */
#ifndef STAMP_CLI_DEMO_NET_H
#define STAMP_CLI_DEMO_NET_H

#include "sim/cli/args_machine.h"
#include "sim/cli/corpus.h"

struct stamp_demo_net {
    const char *model, *text; /**< paths, for the report */
    const struct stamp_args_machine *machine;
    const struct stamp_corpus *corpus;
    size_t tokens, decode; /**< of the prefill at most, and decoded behind it */
    bool json;
};

/** Run and print. @return the exit code */
int stamp_demo_network(const struct stamp_demo_net *d);

#endif
