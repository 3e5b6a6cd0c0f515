/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file numeric.h
 * Where a program stopped on NUMERIC: the part of it, and what of its buffers is not finite.
 */
#ifndef STAMP_SIM_RUN_NUMERIC_H
#define STAMP_SIM_RUN_NUMERIC_H

#include "model/image/image.h"

/**
 * ", in part qkv; buffer h: row 3, column 7 is infinity": what is known of it, or nothing.
 * @param pc      instruction of the entry at which the machine stopped
 * @param memory  [image->dram_bytes] as it is then
 */
void stamp_numeric_text(const struct stamp_image *image, const struct stamp_entry *entry,
                        uint32_t pc, const uint8_t *memory, char *text, size_t size);

#endif
