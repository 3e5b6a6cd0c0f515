/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file channel.h
 * One channel: which command goes when. For model/dram alone.
 */
#ifndef STAMP_DRAM_CHANNEL_H
#define STAMP_DRAM_CHANNEL_H

#include "model/dram/model.h"

#define STAMP_DRAM_NEVER UINT64_MAX

void stamp_dram_channel_new(struct stamp_dram_model *m, uint32_t channel);

/** All clocks below @p until. */
void stamp_dram_channel_run(struct stamp_dram_model *m, uint32_t channel, uint64_t until);

/** Whether a write to where @p r goes is waiting. */
bool stamp_dram_channel_has(const struct stamp_dram_channel *c, const struct stamp_dram_request *r);

/** A request into a queue that has room; its clock `at` is not before those that are there. */
void stamp_dram_channel_put(struct stamp_dram_model *m, uint32_t channel, bool write,
                            const struct stamp_dram_request *r);

/** For model.c: the array has, or gives, the data at @p done. */
void stamp_dram_answer(struct stamp_dram_model *m, bool write, uint32_t tag, uint64_t done);

#endif
