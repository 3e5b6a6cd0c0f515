/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file runtime_parts.h
 * What runtime.c and execute.c share.
 */
#ifndef STAMP_SIM_RUN_RUNTIME_PARTS_H
#define STAMP_SIM_RUN_RUNTIME_PARTS_H

#include "sim/run/cutter.h"

struct stamp_run {
    const struct stamp_image *image; /**< borrowed */
    uint8_t *memory;                 /**< [bytes] owned; stamp_map: untouched pages cost nothing */
    uint64_t bytes;                  /**< of the image's DRAM */
    uint32_t arg[STAMP_ARGS];
    struct stamp_cutter *cutter; /**< of the last start, or NULL; owned */
};

#endif
