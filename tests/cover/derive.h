/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file derive.h
 * What may be asked of an instruction's fields, found by trying: which may be other than 0, which are multiples of 64,
 * which can be too far.
 */
#ifndef STAMP_TESTS_COVER_DERIVE_H
#define STAMP_TESTS_COVER_DERIVE_H

#include "tests/cover/points.h"

/** Whether a field is one every format but C has. */
bool cover_is_head(const struct stamp_field *f);
bool cover_is_reserved(const struct stamp_field *f);

/** The field at a place of a format; NULL: there is none. */
const struct stamp_field *cover_field_at(enum stamp_format format, int at);

/** Name of a code of a named field; NULL: it has no meaning. */
const char *cover_code_name(const struct stamp_op *op, const struct stamp_field *f, uint64_t code);

/**
 * Fill s->field with the fields of variant s->op, s->code: kind, step, and 0 in the points that are asked, -1 in
 * others.
 * @return false where no instruction with these codes is legal
 */
bool cover_derive(const struct stamp_mach *mach, struct cover_set *s);

/** The same of what every variant has: semaphores, reserved bits. */
void cover_derive_whole(struct cover_set *s);

#endif
