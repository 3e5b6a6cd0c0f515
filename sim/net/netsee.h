/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file netsee.h
 * Values of a network in a machine's memory, as its phases end.
 */
#ifndef STAMP_SIM_NET_NETSEE_H
#define STAMP_SIM_NET_NETSEE_H

#include "compiler/lower/net.h"
#include "model/graph/see.h"

/** Where to look, and who looks; everything borrowed. */
struct stamp_netsee {
    const struct stamp_views *views; /**< of stamp_compile_net */
    stamp_see_fn *see;
    void *see_ctx;
};

/** A stamp_run_phase_fn for entry "main"; ctx is a struct stamp_netsee. */
enum stamp_status stamp_netsee_phase(void *ctx, uint32_t phase, uint32_t iteration,
                                     const uint8_t *memory, struct stamp_err *e);

#endif
