/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file shares.h
 * What counters do not tell apart: which classes of work (work.def) the products of the array and the lines of the
 * vector unit belong to. It follows from the program and its nibble tables.
 */
#ifndef STAMP_ENERGY_SHARES_H
#define STAMP_ENERGY_SHARES_H

#include "model/energy/work.h"

struct stamp_energy_shares {
    double rows8; /**< of the products used, those of rows of 8 bits: 0 to 1 */
    double vector
        [STAMP_CLASSES]; /**< of the vector unit's lines; 0 of classes it does not serve; sum 1 or 0 */
};

/**
 * @param arg  NULL: the image's
 * @return STAMP_ENOMEM, errors of stamp_walk_next; STAMP_EUNSUPPORTED where a nibble table is not constant data
 */
enum stamp_status stamp_energy_shares_of(const struct stamp_image *image,
                                         const struct stamp_entry *entry, const uint32_t *arg,
                                         struct stamp_energy_shares *out, struct stamp_err *e);

#endif
