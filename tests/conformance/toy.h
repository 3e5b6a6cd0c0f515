/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file toy.h
 * The C machine with one thing wrong, to see that the vectors notice.
 */
#ifndef STAMP_TESTS_CONFORMANCE_TOY_H
#define STAMP_TESTS_CONFORMANCE_TOY_H

#include "tests/conformance/devices.h"

enum toy_defect {
    TOY_RIGHT,
    TOY_FLUSHES,      /**< subnormal results become zero */
    TOY_TRUNCATES,    /**< bf16 by cutting bits off */
    TOY_ROUNDS_AWAY,  /**< ties to even: the last bit of words is never odd */
    TOY_STORES_LESS,  /**< the last 8 bytes of memory changed stay old */
    TOY_STORES_MORE,  /**< a byte behind the changed ones is written too */
    TOY_IGNORES_ARGS, /**< ARG2 reads as zero */
    TOY_NO_WINDOW,    /**< the window is all of memory */
    TOY_LATE_PC,      /**< the error's instruction is one too high */
    TOY_NO_RESERVED,  /**< RESERVED is taken for done */
    TOY_COUNTS_WRONG, /**< VM_WRITE one too high */
    TOY_KEEPS_SEM,    /**< START leaves the semaphores */
    TOY_KEEPS_REGS,   /**< START leaves the address registers */
    TOY_CLEARS_SPADS, /**< hardware reset before every START: right, since no program may notice */
    TOY_HANGS,        /**< wait never returns a status */
    TOY_DEFECTS
};

struct toy {
    struct conform_model model;
    struct conform_device inner;
    enum toy_defect defect;
    uint8_t *before; /**< memory at START, owned by the caller */
    uint32_t sem[STAMP_SEMAPHORES];
    uint64_t areg[STAMP_ADDR_REGS];
};

struct conform_device toy_device(struct toy *t);

#endif
