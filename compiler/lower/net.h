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
 * Buffers: the graph's input by its name ("tokens" INPUT, u32 each), "token" INPUT, one u32 (decode); its last
 * value OUTPUT ("logits"), with "step." in front that of a step; "cache.*".
 * Values equal stamp_net_prefill and stamp_net_step (model/net/net.h) on every machine.
 */
#ifndef STAMP_LOWER_NET_H
#define STAMP_LOWER_NET_H

#include "compiler/emit/options.h"
#include "compiler/kernel/spec.h"
#include "model/image/image.h"

/**
 * @param options  mach, no_verify, no_roll and dump are used
 * @param info     may be NULL; of the entry "main"
 * @param views    NULL, or where the values that are probes are seen
 * @return STAMP_ERANGE, STAMP_EUNSUPPORTED (what the machine cannot hold, by name), STAMP_ENOMEM
 */
enum stamp_status stamp_compile_net(const struct stamp_net_spec *spec,
                                    const struct stamp_compile_options *options,
                                    struct stamp_image **out, struct stamp_compile_info *info,
                                    struct stamp_views *views, struct stamp_err *e);

#endif
