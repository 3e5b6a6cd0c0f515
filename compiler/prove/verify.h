/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file verify.h
 * Proof that a program is legal (isa.md section 2), for any program, not only compiled ones.
 *
 * Executes loops and address registers, from given arguments, no values, and checks for every
 * instruction: fields, ranges of scratchpads and DRAM, that it reads only what was written, that a store stays inside
 * OUTPUT, TEMP and STATE buffers, that no wait blocks in program order, and that instructions of
 * different units that touch a line, one of them writing, are ordered.
 *
 * Stricter than isa.md in three points: between two FENCEs a semaphore leads from one unit to one
 * other (otherwise a wait proves nothing about a particular instruction); a semaphore must stay
 * 3 * (QUEUE + 2) below SEM_MAX in program order, which is how far units can run ahead; row and
 * nibble tables come from constant data. A gathering LOAD counts as a read of its whole buffer,
 * which must be CONST or INPUT.
 */
#ifndef STAMP_PROVE_VERIFY_H
#define STAMP_PROVE_VERIFY_H

#include "model/image/image.h"

/** What a verified program does. */
struct stamp_verify_info {
    uint64_t dispatched; /**< instructions, control included */
    uint64_t executed;   /**< instructions of units */
    uint64_t waits;      /**< semaphores taken */
    uint64_t load_bytes, store_bytes;
    uint32_t sem_peak; /**< largest semaphore value in program order */
};

/**
 * One entry, from these arguments ([STAMP_ARGS]; NULL: those of the image).
 * @return STAMP_OK, or STAMP_EFORMAT, STAMP_ERANGE with a line naming the first bad instruction;
 *         STAMP_EUNSUPPORTED when it runs too long, STAMP_ENOMEM. @p info may be NULL.
 */
enum stamp_status stamp_verify_entry(const struct stamp_image *image,
                                     const struct stamp_entry *entry, const uint32_t *arg,
                                     struct stamp_verify_info *info, struct stamp_err *e);

/** Every entry, alone, from the image's arguments; @p info holds the sums. A refusal names the
 *  entry where there are several. */
enum stamp_status stamp_verify(const struct stamp_image *image, struct stamp_verify_info *info,
                               struct stamp_err *e);

#endif
