/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file gen_memory.h
 * Memories drawn for programs: the DRAMs among them.
 */
#ifndef STAMP_TESTS_GEN_MEMORY_H
#define STAMP_TESTS_GEN_MEMORY_H

#include "model/dram/params.h"
#include "tests/cosim/gen.h"

/** Every fourth seed has a DRAM: a preset, some with a thing or two otherwise. False: a plain memory. */
bool gen_dram(uint64_t seed, struct gen_rng *r, struct stamp_dram_params *p);

#endif
