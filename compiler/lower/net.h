/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file net.h
 * A whole network to one image: prefill of a fixed number of tokens, and decode steps.
 *
 * Entries of the image
 *   "main"    tokens 0 .. s-1 from position 0; fills the key-value cache; logits
 *   "step"    one token at position ARG0 (decode only)
 *   "recode"  codes of the block that position ARG0 completed (decode with 4-bit cache only); to be
 *             run after the step whose position + 1 is a multiple of the block
 * Buffers: "tokens" INPUT, u32 each; "token" INPUT, one u32 (decode); "logits" OUTPUT; "cache.*".
 * Values equal stamp_net_prefill and stamp_net_step (model/net/net.h) on every machine.
 */
#ifndef STAMP_LOWER_NET_H
#define STAMP_LOWER_NET_H

#include "compiler/lower/compile.h"
#include "compiler/front/llama.h"
#include "compiler/quant/qmodel.h"
#include "model/num/kv.h"

/** What to compile; everything borrowed. */
struct stamp_net_spec {
    const struct stamp_llama *model;
    const struct stamp_qmodel *weights;
    struct stamp_scheme scheme; /**< of the layers */
    struct stamp_kv_scheme kv;
    uint32_t s;       /**< tokens of the prefill, 1 or more */
    uint32_t ctx;     /**< tokens the cache holds, s or more */
    bool last_logits; /**< logits of the last position only */
    bool decode;      /**< with step and recode */
};

/**
 * @param options  mach, no_verify, no_roll and dump are used
 * @param info     may be NULL; of the entry "main"
 * @return STAMP_ERANGE, STAMP_EUNSUPPORTED (what the machine cannot hold, by name), STAMP_ENOMEM
 */
enum stamp_status stamp_compile_net(const struct stamp_net_spec *spec,
                                    const struct stamp_compile_options *options,
                                    struct stamp_image **out, struct stamp_compile_info *info,
                                    struct stamp_err *e);

#endif
