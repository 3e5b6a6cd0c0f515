/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file bytelevel.h
 * The alphabet in which byte-level vocabularies (GPT-2 and its heirs) are written: every byte is a
 * printable character. Bytes 33-126, 161-172 and 174-255 are the characters of the same number; the
 * other 68 are, in rising order, U+0100 to U+0143.
 */
#ifndef STAMP_TOKEN_BYTELEVEL_H
#define STAMP_TOKEN_BYTELEVEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "compiler/token/bytes.h"

/** The byte a character stands for, or -1. */
int stamp_bytelevel_byte(uint32_t code);

/** The bytes of a text written in the alphabet into @p out, which is emptied first.
 *  @param all  false: some character is none of it, and out is of no use. @return STAMP_ENOMEM */
enum stamp_status stamp_bytelevel_decode(const char *text, size_t len, struct stamp_bytes *out,
                                         bool *all, struct stamp_err *e);

/** The character of a byte. */
uint32_t stamp_bytelevel_code(unsigned char byte);

#endif
