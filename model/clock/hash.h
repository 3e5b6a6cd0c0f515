/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file hash.h
 * A hash of bytes, for tables of what was seen before.
 */
#ifndef STAMP_CLOCK_HASH_H
#define STAMP_CLOCK_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/** Of @p n bytes; the upper bits depend on all of them. */
static inline uint64_t stamp_clock_hash(const void *bytes, size_t n)
{
    const uint8_t *p = bytes;
    uint64_t h = UINT64_C(0x9e3779b97f4a7c15) ^ n, x;

    for (; n; n -= n < 8 ? n : 8, p += 8) {
        x = 0;
        memcpy(&x, p, n < 8 ? n : 8);
        h = (h ^ x) * UINT64_C(0xff51afd7ed558ccd);
        h ^= h >> 29;
    }
    return h >> 20;
}

#endif
