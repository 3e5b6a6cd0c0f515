/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file access_parts.h
 * What access.c and access_vec.c share.
 */
#ifndef STAMP_PROVE_ACCESS_PARTS_H
#define STAMP_PROVE_ACCESS_PARTS_H

#include "compiler/prove/access.h"

/** What one call of stamp_touches_of works on. */
struct stamp_scan {
    struct stamp_tables *t;
    const struct stamp_mach *mach;
    const struct stamp_issue *step;
    struct stamp_touches *out;
    struct stamp_err *e;
};

/** Add a touch of @p count lines from @p first. STAMP_ERANGE when they leave the memory. */
enum stamp_status stamp_scan_touch(struct stamp_scan *c, enum stamp_space space, unsigned how,
                                   uint64_t first, uint64_t count);

/** The same, of a part of each line: @p part gives everything. */
enum stamp_status stamp_scan_part(struct stamp_scan *c, const struct stamp_touch *part);

/** Read @p n entries of RT or NT from @p first; their contents must be known. */
enum stamp_status stamp_scan_table(struct stamp_scan *c, enum stamp_space space, uint64_t first,
                                   uint64_t n);

/** Instructions of format V and W. */
enum stamp_status stamp_scan_vector(struct stamp_scan *c, const struct stamp_insn_v *v);
enum stamp_status stamp_scan_rows(struct stamp_scan *c, const struct stamp_insn_w *w);

#endif
