/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file own.h
 * The rule of isa.md section 2 on what an instruction does to its own operands: no item needs a word
 * that an earlier item of the same instruction wrote, and no item writes a word twice.
 *
 * An item is what isa.md's loops name: a row and a line (r, j), a pair, an entry. What it overwrites
 * of its own operands it has read.
 */
#ifndef STAMP_PROVE_OWN_H
#define STAMP_PROVE_OWN_H

#include "compiler/prove/access_parts.h"

/**
 * The instruction of @p c, whose lines are known to lie within their memories.
 * @return STAMP_EFORMAT with a line that names instruction, memory and line
 */
enum stamp_status stamp_scan_own(struct stamp_scan *c);

#endif
