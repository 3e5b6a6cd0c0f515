/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file utf8.h
 * UTF-8 as Unicode defines it: no surrogates, no overlong forms, nothing above U+10FFFF.
 */
#ifndef STAMP_FRONT_UTF8_H
#define STAMP_FRONT_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { STAMP_UTF8_MAX = 4 /* bytes of a character */ };

/**
 * The character at the front of @p s [len], len 1 or more.
 * @param code  its code point; U+FFFD when the bytes are none
 * @param good  whether they are a character
 * @return bytes of the character, or of the longest front of one (1 at least): what one U+FFFD replaces
 */
size_t stamp_utf8_next(const char *s, size_t len, uint32_t *code, bool *good);

/** Bytes of @p s [len] that are whole characters, up to the first that is not one. */
size_t stamp_utf8_valid(const char *s, size_t len);

/** Whether the broken bytes at the front of @p s [len] would be a character if more followed. */
bool stamp_utf8_cut(const char *s, size_t len);

/** Write a code point; @return its bytes, 1 .. 4. @pre code is a scalar value */
size_t stamp_utf8_put(uint32_t code, char to[STAMP_UTF8_MAX]);

/** A copy of @p s [len] with U+FFFD for what is no character, terminated, owned by the caller
 *  (stamp_free); NULL when memory is out. @param out_len  may be NULL */
char *stamp_utf8_mend(const char *s, size_t len, size_t *out_len);

#endif
