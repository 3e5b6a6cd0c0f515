/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file constants.h
 * What is where in the constants buffer of a network's program.
 */
#ifndef STAMP_KERNEL_CONSTANTS_H
#define STAMP_KERNEL_CONSTANTS_H

enum {
    STAMP_CONST_EPS = 0,         /**< a line of the first norm's eps, at most 256 bytes */
    STAMP_CONST_CM_ONE = 256,    /**< a CM line of scale 1, at most 512 bytes */
    STAMP_CONST_RT_ALL8 = 768,   /**< 256 row table entries of 8-bit rows 0, 2, 4, ... */
    STAMP_CONST_NT_PAIRS = 1280, /**< 256 nibble table entries of pairs */
    STAMP_CONST_RT_BLOCK = 1792, /**< 256 row table entries: first of each block 8 bits */
    STAMP_CONST_RT_LAST = 2304,  /**< the same for the last batch, its tail 8 bits */
    STAMP_CONST_NT_STEP = 2816,  /**< NT_PAIRS of the queries of one key head, then none */
    STAMP_CONSTANTS = 3328
};

#endif
