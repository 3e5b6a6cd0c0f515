/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file options.h
 * How to compile, and what the compiler knows of its program.
 */
#ifndef STAMP_EMIT_OPTIONS_H
#define STAMP_EMIT_OPTIONS_H

#include "model/text.h"
#include "model/clock/estimate.h"

/** Start from zero and set mach, in_fmt, out_fmt. */
struct stamp_compile_options {
    const struct stamp_mach *mach;
    enum stamp_fmt in_fmt, out_fmt;  /**< F32 or BF16 */
    bool no_verify;                  /**< skip the verifier (verify.h) */
    bool no_roll;                    /**< leave loops unrolled */
    struct stamp_text *dump;         /**< what each pass decided, or NULL */
    struct stamp_cost_memory memory; /**< that it is made for: tiles, estimate; zero: estimate.h */
    /** That memory is a DRAM: rows of a matrix a power of two of bytes apart would meet in a few banks of one channel, so
     *  they stand 64 bytes further apart. Llama-3.2-1B, 2048 tokens, base behind LPDDR5: 19 % fewer cycles a layer. */
    bool spread;
    /* For tests: other tiles, same values. 0 is the compiler's choice. */
    bool unfused;        /**< transform in passes of their own */
    uint32_t max_groups; /**< row groups of a tile */
    uint32_t max_panel;  /**< column groups of an output panel */
    uint32_t max_kc;     /**< XB lines of a k-chunk */
    uint32_t max_xlines; /**< VM lines for input */
    uint32_t max_rows;   /**< rows of a transform pass */
};

/** What the compiler knows about its program. */
struct stamp_compile_info {
    uint64_t dispatched;  /**< instructions a run dispatches */
    uint64_t fetch_bytes; /**< of these, loop bodies fetched once per loop entry */
    uint64_t load_bytes, store_bytes;
    uint64_t cycles; /**< estimate: estimate.h */
    uint64_t busy[STAMP_UNITS];
    uint32_t sem_peak; /**< largest semaphore value in program order; 0 unverified */
};

#endif
