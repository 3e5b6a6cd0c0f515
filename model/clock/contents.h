/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file contents.h
 * Numbers of what tables hold: equal bytes have equal numbers.
 */
#ifndef STAMP_CLOCK_CONTENTS_H
#define STAMP_CLOCK_CONTENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { STAMP_CLOCK_CONTENTS_LOG = 16 }; /**< numbers are of so many bits */

struct stamp_clock_contents;

/** @param bytes  of all contents, at most. @return NULL: out of memory */
struct stamp_clock_contents *stamp_clock_contents_new(size_t bytes);
void stamp_clock_contents_free(struct stamp_clock_contents *c);

/** From 1 on. @return 0: no room, until all are forgotten */
uint32_t stamp_clock_content(struct stamp_clock_contents *c, const void *what, size_t bytes);
/** Since all were forgotten one was asked for that found no room. */
bool stamp_clock_contents_full(const struct stamp_clock_contents *c);
/** Numbers given so far mean nothing any more. */
void stamp_clock_contents_forget(struct stamp_clock_contents *c);

#endif
