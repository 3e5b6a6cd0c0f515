/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file settle.h
 * The last passes: semaphores, loops, code behind the buffers, verifier, estimate.
 */
#ifndef STAMP_EMIT_SETTLE_H
#define STAMP_EMIT_SETTLE_H

#include "compiler/emit/build.h"

/** Instructions in program order, HALT last; loops only between FENCEs. */
struct stamp_program {
    const char *name;
    struct stamp_word *word; /**< within build.word; wait and post fields are filled in */
    size_t count;
    bool no_roll; /**< leave it as it is: it uses the registers rolling needs */
    bool ahead;   /**< weights may come ahead of their layer (ahead.h) */
};

/** Every program an entry of b->image, the first the default; memory ends behind the code. Phases
 *  stay whole: no loop made here crosses their borders. */
enum stamp_status stamp_settle(struct stamp_build *b, const struct stamp_program *program,
                               uint32_t count);

/** Verify the image, estimate its first entry. @p info may be NULL. */
enum stamp_status stamp_prove(struct stamp_build *b, struct stamp_compile_info *info);

#endif
