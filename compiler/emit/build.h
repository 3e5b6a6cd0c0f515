/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file build.h
 * A program under construction: instructions in program order without semaphores, and buffers.
 *
 * Errors stick: after the first, every function does nothing, and the caller looks at status once.
 */
#ifndef STAMP_EMIT_BUILD_H
#define STAMP_EMIT_BUILD_H

#include "compiler/emit/options.h"
#include "model/image/image.h"

/** A matrix in DRAM; a row of a decode program that fits stays in VM instead. */
struct stamp_place {
    uint64_t addr, row_bytes;
    enum stamp_fmt fmt;
    uint32_t vm; /**< the row's first VM line plus 1, and no DRAM; 0: in DRAM */
};

/** Address registers of a loop over layers: its offset, and copies of it for the loops inside. */
enum { STAMP_REG_LAYER = 15, STAMP_REG_COPIES = 8 };

enum { STAMP_BUILD_PHASES = 128 };

/** A phase while words are pushed: its words are [first, end) of build.word. */
struct stamp_build_phase {
    const char *name; /**< static */
    size_t first, end;
    uint64_t products;
    bool per_key; /**< products are those at argument 0 of the image, and grow with it */
};

struct stamp_build {
    const struct stamp_compile_options *options; /**< borrowed */
    const struct stamp_mach *mach;
    struct stamp_image *image; /**< owned until taken; buffers, segments, layers grow */
    struct stamp_arena *arena; /**< of this compilation, owned */
    struct stamp_word *word;   /**< [count] owned */
    size_t count, cap;
    uint32_t items; /**< buffers there is room for */
    uint64_t dram;  /**< next free address */
    /** Transfers into [layer_lo, layer_hi) get address register STAMP_REG_LAYER; 0, 0: none. */
    uint64_t layer_lo, layer_hi;
    /** Added to lines and entries of what is pushed: where the part of a memory begins that is worked in. */
    uint32_t base[STAMP_SPACES];
    struct stamp_build_phase phase[STAMP_BUILD_PHASES];
    uint32_t phases;
    uint32_t turn[STAMP_SPACES]; /**< stamp_build_turn: the next line */
    enum stamp_status status;
    struct stamp_err *e;
};

/** @param items  buffers, segments and layers at most. Sticky error when memory is out. */
void stamp_build_start(struct stamp_build *b, const struct stamp_compile_options *options,
                       uint32_t items, struct stamp_err *e);

/** Give everything back, the image too unless it was taken (set to NULL). */
void stamp_build_end(struct stamp_build *b);

/** The first of @p lines lines of WB or CM that nobody was given for longest, so that what is loaded ahead
 *  meets what is in use late. */
uint32_t stamp_build_turn(struct stamp_build *b, enum stamp_space space, uint32_t lines);

/** Fail with a line; returns the status that sticks. */
enum stamp_status stamp_build_fail(struct stamp_build *b, enum stamp_status st, const char *fmt,
                                   ...) STAMP_PRINTF(3, 4);

/** Zeroed memory of the compilation's arena; NULL with a sticky error. */
void *stamp_build_alloc(struct stamp_build *b, size_t count, size_t size);

/** Whether memory ran out, then with a sticky error; for what was refused without a reason. */
bool stamp_build_starved(struct stamp_build *b);

/** Append one instruction. */
void stamp_build_push(struct stamp_build *b, const union stamp_insn *insn);

/** What is pushed from here on belongs to a phase that needs @p products, up to the next begin or
 *  end. A phase without instructions disappears. @p name  static */
void stamp_build_phase_begin(struct stamp_build *b, const char *name, uint64_t products);
/** The phase's products are those at argument 0 of the image, for as many keys and one. */
void stamp_build_phase_per_key(struct stamp_build *b);
void stamp_build_phase_end(struct stamp_build *b);

/** A buffer of rows x cols elements, rows padded to whole VM lines and 64 bytes. */
struct stamp_place stamp_build_matrix(struct stamp_build *b, const char *name, enum stamp_role role,
                                      enum stamp_fmt fmt, uint64_t rows, uint64_t cols);

/** A buffer of @p bytes (rounded up to 64), one row; returns its address. */
uint64_t stamp_build_bytes(struct stamp_build *b, const char *name, enum stamp_role role,
                           uint64_t bytes);

/** A CONST buffer of @p bytes (rounded up to 64) with its zeroed data; NULL with a sticky error. */
uint8_t *stamp_build_const(struct stamp_build *b, const char *name, enum stamp_fmt fmt,
                           uint64_t bytes, uint64_t *addr);

/** The same without data, for programs that are only timed. */
void stamp_build_hollow(struct stamp_build *b, const char *name, enum stamp_fmt fmt, uint64_t bytes,
                        uint64_t *addr);

#endif
