/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file access.h
 * Which lines of which memories an instruction reads and writes (isa.md section 4).
 *
 * MM and VQUANT go through the nibble and row tables, so the contents of those are followed from
 * constant data. What an instruction touches twice itself is the affair of own.h.
 */
#ifndef STAMP_PROVE_ACCESS_H
#define STAMP_PROVE_ACCESS_H

#include "model/dispatch/walk.h"
#include "model/image/image.h"

enum { STAMP_READ = 1, STAMP_WRITE = 2 };

/** count lines from first; DRAM counts 64-byte lines, RT and NT lines of TABLE_LINE entries. XB and PB
 *  are written in parts. */
struct stamp_touch {
    enum stamp_space space;
    unsigned how; /**< STAMP_READ, STAMP_WRITE or both */
    uint64_t first, count;
    uint64_t rows;          /**< XB: bit r is nibble row r of each line */
    uint32_t col, cols;     /**< PB: columns of each line, */
    uint32_t depth, depths; /**< and which of their depths */
};

/** Grows as needed; give t back with stamp_free. */
struct stamp_touches {
    struct stamp_touch *t;
    size_t count, cap;
};

/** Contents of RT and NT. */
struct stamp_tables {
    const struct stamp_image *image; /**< borrowed: its constant data */
    uint16_t *rt, *nt;               /**< [RT_ENTRIES] owned */
    bool *rt_known, *nt_known;       /**< [RT_ENTRIES / TABLE_LINE] owned */
    uint32_t *mark;                  /**< [VM_LINES or SM_ENTRIES, the larger] owned: see own.h */
    uint32_t marks;
};

/** @return STAMP_ENOMEM, then nothing is owned */
enum stamp_status stamp_tables_new(const struct stamp_image *image, struct stamp_tables *t,
                                   struct stamp_err *e);
void stamp_tables_free(struct stamp_tables *t);

/**
 * The lines @p step touches, in @p out (emptied first); a LOAD to RT or NT also updates @p t.
 * @return STAMP_ERANGE outside a memory, STAMP_EFORMAT (a table holds what is not allowed, or was
 *         not loaded from constant data; a word is needed that the instruction wrote before),
 *         STAMP_EUNSUPPORTED, STAMP_ENOMEM
 */
enum stamp_status stamp_touches_of(struct stamp_tables *t, const struct stamp_issue *step,
                                   struct stamp_touches *out, struct stamp_err *e);

#endif
