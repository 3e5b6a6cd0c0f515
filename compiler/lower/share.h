/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file share.h
 * Which steps of a block go on beside each other, and what of the machine each of them gets.
 */
#ifndef STAMP_LOWER_SHARE_H
#define STAMP_LOWER_SHARE_H

#include "compiler/kernel/lowering.h"

/** Every step has the whole machine. */
void stamp_lower_whole(struct stamp_lower *n);
/** Steps that are better beside others get a part of it: norms, keys and values beside the linear layer between. */
void stamp_lower_share(struct stamp_lower *n);
/** Linear layers beside the attention before them, whose sizes are known. */
void stamp_lower_share_rows(struct stamp_lower *n);

#endif
