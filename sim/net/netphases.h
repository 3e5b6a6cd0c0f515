/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file netphases.h
 * Instances of the phases of a network's programs, added up over runs.
 *
 * Programs for any number of tokens have the same phases in the same order, so that an instance is
 * known by phase and iteration, which is the layer.
 */
#ifndef STAMP_SIM_NET_NETPHASES_H
#define STAMP_SIM_NET_NETPHASES_H

#include "sim/run/runtime.h"

/** All zero: nothing added yet. */
struct stamp_netphases {
    struct stamp_phase_instance *list; /**< owned; in the order in which they came first */
    uint32_t count, room;
};

/** Add the instances of one run. Their start is that of the first run. @return STAMP_ENOMEM */
enum stamp_status stamp_netphases_add(struct stamp_netphases *s, const struct stamp_run_result *r,
                                      struct stamp_err *e);
void stamp_netphases_free(struct stamp_netphases *s);

#endif
