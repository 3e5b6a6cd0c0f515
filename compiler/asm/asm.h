/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file asm.h
 * Text to image. The text is what dis.h writes:
 *
 *   .machine NAME                   first; a configuration of mach.def
 *   .memory BYTES                   DRAM the program needs
 *   .code_at ADDRESS
 *   .scheme "text"                  optional; \" and \\ inside
 *   .arg INDEX VALUE                optional: what ARG0..3 are verified and run with
 *   .layer NAME s= d= n= products=
 *   .phase NAME entry= first= count= products=     a part of an entry, by number, for reports
 *   .buffer NAME role= fmt= addr= bytes= rows= cols= row_bytes=
 *   .data ADDRESS                   followed by lines of hexadecimal bytes
 *   .file ADDRESS bytes= offset= "path"     data from a file
 *   .code NAME                      an entry's instructions follow; NAME is main if left out
 *     MNEMONIC field=value ...      fields in any order; one not named is 0
 *     .word 0x...                   64 hexadecimal digits: a word no mnemonic can say
 *
 * Numbers are decimal or 0x. A comment runs from ';' to the end of the line. An error names line and
 * column. The image passed stamp_image_check.
 */
#ifndef STAMP_ASM_ASM_H
#define STAMP_ASM_ASM_H

#include <stdbool.h>

#include "model/image/image.h"

/** Assemble @p len bytes. @param files  whether .file may be used
 *  @return STAMP_EFORMAT with line and column, STAMP_EIO (.file), STAMP_ENOMEM */
enum stamp_status stamp_asm(const char *text, size_t len, bool files, struct stamp_image **out,
                            struct stamp_err *e);

/** Assemble one instruction, for tests and tools; @p line ends at NUL. */
enum stamp_status stamp_asm_word(const char *line, struct stamp_word *word, struct stamp_err *e);

#endif
