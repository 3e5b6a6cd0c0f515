/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file netsee.h
 * The tensors of a prefill out of a machine's memory, each when the phase that makes it is over.
 */
#ifndef STAMP_SIM_NET_NETSEE_H
#define STAMP_SIM_NET_NETSEE_H

#include "model/image/image.h"
#include "compiler/front/llama.h"
#include "model/net/see.h"

/** Whose memory, and who looks; everything borrowed. */
struct stamp_netsee {
    const struct stamp_image *image; /**< of stamp_compile_net */
    const struct stamp_llama *m;
    stamp_see_fn *see;
    void *see_ctx;
};

/** A stamp_run_phase_fn for entry "main"; ctx is a struct stamp_netsee. */
enum stamp_status stamp_netsee_phase(void *ctx, uint32_t phase, uint32_t iteration,
                                     const uint8_t *memory, struct stamp_err *e);

#endif
