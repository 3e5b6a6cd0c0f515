/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file packed.h
 * Bytes of which many are 0, in less room: of each eight a byte that says which are not, then those. Equal bytes are
 * equal packed.
 */
#ifndef STAMP_CLOCK_PACKED_H
#define STAMP_CLOCK_PACKED_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/** Room for @p bytes packed, at most. */
#define STAMP_CLOCK_PACKED(bytes) (((bytes) + 7) / 8 * 9)

/** @return how many it takes */
static inline size_t stamp_clock_pack(const uint8_t *from, size_t bytes, uint8_t *to)
{
    uint8_t *at = to;

    for (size_t i = 0; i < bytes; i += 8) {
        uint8_t *which = at++;
        uint64_t all = 1;
        *which = 0;
        if (i + 8 <= bytes) memcpy(&all, from + i, 8);
        if (!all) continue;
        for (size_t k = 0; k < 8 && i + k < bytes; k++) {
            *at = from[i + k];
            *which = (uint8_t)(*which | (*at != 0) << k);
            at += *at != 0;
        }
    }
    return (size_t)(at - to);
}

/** @return where it ends in @p from */
static inline const uint8_t *stamp_clock_unpack(const uint8_t *from, size_t bytes, uint8_t *to)
{
    for (size_t i = 0; i < bytes; i += 8) {
        const size_t some = bytes - i < 8 ? bytes - i : 8;
        uint8_t which = *from++;
        memset(to + i, 0, some);
        for (uint8_t *at = to + i; which; which = (uint8_t)(which >> 1), at++)
            if (which & 1) *at = *from++;
    }
    return from;
}

#endif
