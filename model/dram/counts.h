/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file counts.h
 * What a DRAM did: commands of all channels, and how requests found their rows.
 */
#ifndef STAMP_DRAM_COUNTS_H
#define STAMP_DRAM_COUNTS_H

#include <stdint.h>

struct stamp_dram_counts {
    uint64_t reads, writes; /**< column commands; of them */
    uint64_t hits, misses, conflicts;
    uint64_t forwarded; /**< reads answered from a waiting write */
    uint64_t acts, precharges, refreshes;
};

#endif
