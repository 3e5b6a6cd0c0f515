/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file regex_names.h
 * Sets of characters by name, as Oniguruma knows them, in PCRE2's syntax for the inside of a class.
 */
#ifndef STAMP_TOKEN_REGEX_NAMES_H
#define STAMP_TOKEN_REGEX_NAMES_H

#include <stdbool.h>

#include "compiler/token/bytes.h"

/** What \s, \w and \h have; \w outside a class has superscripts and fractions too. Static. */
const char *stamp_regex_space(void);
const char *stamp_regex_word(bool in_class);
const char *stamp_regex_hex(void);

/** What \p{name} has: categories with what is newer than PCRE2, scripts without their extensions.
 *  @return STAMP_ENOMEM; a name that PCRE2 does not know shows when the pattern is compiled */
enum stamp_status stamp_regex_property(const char *name, struct stamp_bytes *out,
                                       struct stamp_err *e);

/** What [:name:] has; *known false: nothing was appended. @return STAMP_ENOMEM */
enum stamp_status stamp_regex_posix(const char *name, size_t len, struct stamp_bytes *out,
                                    bool *known, struct stamp_err *e);

#endif
