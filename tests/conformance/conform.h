/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file conform.h
 * Conformance vectors (model/spec/conformance.md): a reader, and a runner over a table of four
 * functions. Depends on the C library alone; copy conform.h and conform.c to test a machine elsewhere.
 */
#ifndef STAMP_TESTS_CONFORMANCE_CONFORM_H
#define STAMP_TESTS_CONFORMANCE_CONFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum {
    CONFORM_VERSION = 1,
    CONFORM_NAME = 64,     /**< of a vector, with the terminator */
    CONFORM_COUNTERS = 64, /**< at most, and the counters' indices are below it */
    CONFORM_ARGS = 4,
    CONFORM_MEMORY_MAX = 1 << 26, /**< bytes of memory a file may ask for */
    CONFORM_RUNS_MAX = 1 << 16
};

enum {
    CONFORM_RESET = 1,  /**< reset the machine, memory of zeros: begins a chain, whose name is what
                         *   stands before the '/' in its vectors' names */
    CONFORM_LEGAL = 2,  /**< a verifier has to accept the program */
    CONFORM_REFUSE = 4, /**< a verifier has to refuse the program; no machine runs it */
    CONFORM_COUNTED = 8 /**< with counters */
};

/** Bytes of memory; data is NULL where any value will do. */
struct conform_run {
    uint64_t addr, bytes;
    const uint8_t *data; /**< in the file */
};

/** One start of the machine. */
struct conform_vector {
    char name[CONFORM_NAME];
    uint32_t flags;
    uint64_t code_addr, win_lo, win_hi; /**< bytes; the window's end is the first beyond */
    uint32_t code_count;                /**< instructions */
    uint32_t watchdog;                  /**< cycles, 0: off */
    uint32_t arg[CONFORM_ARGS];
    uint32_t status;        /**< expected: code of error.def, 0 done */
    uint32_t error_pc;      /**< expected; CONFORM_REFUSE: the instruction that breaks the rule */
    const uint8_t *counter; /**< u64 each, in the file; NULL without CONFORM_COUNTED */
    uint32_t runs[3];       /**< before, after, free, in this order in run */
    const struct conform_run *run;
};

/** A file being read. The bytes stay the caller's. */
struct conform_file {
    const uint8_t *bytes;
    size_t size, at;
    char machine[17];
    uint64_t base, memory;        /**< the machine's memory: address, bytes */
    uint64_t constant[2], out[2]; /**< for verifiers: what LEGAL programs load, and store to */
    uint32_t vectors, counters;
    uint32_t index[CONFORM_COUNTERS]; /**< of each counter, register CTR + 8 * index */
    char counter[CONFORM_COUNTERS][21];
    struct conform_run *run; /**< of the vector read last */
    char chain[CONFORM_NAME];
};

/** How a run ended. */
struct conform_end {
    uint32_t status, error_pc;
    uint64_t counter[CONFORM_COUNTERS]; /**< by index */
};

/** A machine under test. Each function returns NULL, or a line that says what went wrong. */
struct conform_device {
    void *ctx;
    /** With @p reset: reset, and memory all zeros. Then write the runs to memory. */
    const char *(*load)(void *ctx, bool reset, const struct conform_run *run, size_t runs);
    /** Set code, window, arguments and watchdog; START. */
    const char *(*start)(void *ctx, const struct conform_vector *v);
    /** Until it is no longer busy. */
    const char *(*wait)(void *ctx, struct conform_end *end);
    /** Memory as it is now. */
    const char *(*read)(void *ctx, uint64_t addr, uint8_t *bytes, size_t n);
};

struct conform_result {
    uint32_t passed, failed;
};

/** Begin to read; false with a line in @p why. End with conform_close in any case. */
bool conform_open(struct conform_file *f, const uint8_t *bytes, size_t size, char why[160]);
void conform_close(struct conform_file *f);

/** The next vector: 1, or 0 behind the last, or -1 with a line in @p why. Valid until the next call. */
int conform_next(struct conform_file *f, struct conform_vector *v, char why[160]);

/**
 * Run the vectors of @p chain (NULL: of every chain) on @p d, those for verifiers apart. Writes a
 * line for each vector that fails, the first twenty of them, and one for each chain.
 * @return false with a line in @p out for a file that cannot be read
 */
bool conform_run(const uint8_t *bytes, size_t size, const char *chain,
                 const struct conform_device *d, FILE *out, struct conform_result *result);

#endif
