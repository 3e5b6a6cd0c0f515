/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file memdiff.h
 * The DRAM of two machines that ran the same program, compared whole.
 */
#ifndef STAMP_SIM_RUN_MEMDIFF_H
#define STAMP_SIM_RUN_MEMDIFF_H

#include "model/image/image.h"

/**
 * Compare image->dram_bytes of memory that lies at @p base.
 * @param text  untouched when equal; otherwise a line with the first difference: address, buffer and
 *              offset in it, both bytes
 */
bool stamp_memory_agrees(const struct stamp_image *image, uint64_t base, const uint8_t *rtl,
                         const uint8_t *model, char *text, size_t size);

#endif
