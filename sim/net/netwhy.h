/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file netwhy.h
 * Which tensor of a network is not finite, when a machine or the network in C has stopped over it.
 */
#ifndef STAMP_SIM_NET_NETWHY_H
#define STAMP_SIM_NET_NETWHY_H

#include "compiler/family/network.h"
#include "compiler/quant/qmodel.h"
#include "model/net/net.h"

/**
 * Runs the network in C once more over tokens[n], the first @p prompt of them in a prefill, and puts layer,
 * tensor and index behind the error's text. Nothing changes when it finds nothing.
 */
void stamp_netwhy(const struct stamp_network *m, const struct stamp_qmodel *codes,
                  const struct stamp_net_options *options, const int32_t *tokens, uint32_t prompt,
                  uint32_t n, struct stamp_err *e);

#endif
