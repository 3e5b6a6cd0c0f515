/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file dis.h
 * An image as text that the assembler (asm.h) turns back into the same image, bit for bit.
 *
 * One instruction a line: its name, then every field that is not zero as field=value. Spaces,
 * formats, kinds and functions are written by name, numbers decimal, DRAM addresses and the bits of binary32
 * constants hexadecimal. Bodies of LOOP are indented.
 */
#ifndef STAMP_ASM_DIS_H
#define STAMP_ASM_DIS_H

#include <stdbool.h>

#include "model/image/image.h"
#include "model/text.h"

struct stamp_dis_options {
    bool no_data;          /**< leave constant data out (then the text cannot be assembled again) */
    bool notes;            /**< comments: index, address and the buffers an instruction touches */
    const char *data_file; /**< write the data to this file and refer to it; NULL: hex lines */
};

/** Append the text of @p image to @p out. @return STAMP_ENOMEM, STAMP_EIO (data file) */
enum stamp_status stamp_dis(const struct stamp_image *image, struct stamp_dis_options options,
                            struct stamp_text *out, struct stamp_err *e);

/** Append " BUFFER+OFFSET" of the buffer that a transfer, instruction @p index of the code, touches; with an
 *  address register its part that is known, and "+register". Nothing for other instructions. */
void stamp_dis_buffer(const struct stamp_image *image, uint32_t index, struct stamp_text *out);

/** Append one instruction without newline; words that do not decode become a comment. */
void stamp_dis_word(const struct stamp_word *word, struct stamp_text *out);

#endif
