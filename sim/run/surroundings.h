/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file surroundings.h
 * What surrounds a machine in a run (memory, stalls, seed, noise), as a line that is kept with a program
 * whose run depended on it: "surroundings base=0x40 latency=3:80 rate=256:90 stall=12 seed=7 poison=8
 * watchdog=200000", in the image's scheme text.
 */
#ifndef STAMP_SIM_RUN_SURROUNDINGS_H
#define STAMP_SIM_RUN_SURROUNDINGS_H

#include "model/text.h"
#include "sim/run/runtime.h"

/** Append the line, without newline. */
void stamp_surroundings_print(const struct stamp_run_options *o, struct stamp_text *text);

/**
 * Take over what the first line of @p text says where it begins with "surroundings"; else @p o stays.
 * @return STAMP_EFORMAT naming a word it does not know or a value out of its range
 */
enum stamp_status stamp_surroundings_read(const char *text, struct stamp_run_options *o,
                                          bool *found, struct stamp_err *e);

#endif
