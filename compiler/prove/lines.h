/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file lines.h
 * Records of a memory's lines, of which a group is one record as long as all of its lines are used together.
 *
 * What follows the users of lines does the same to each line of a touch, and touches are mostly of many lines that
 * have the same past: a group of 16 then costs what a line does. What is recorded is as if each line had its own.
 */
#ifndef STAMP_PROVE_LINES_H
#define STAMP_PROVE_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct stamp_lines {
    uint8_t *record; /**< [count, a multiple of the group] owned; all 0 at first */
    bool *apart;     /**< [groups] owned: each line its own record; else the first stands for all */
    size_t bytes;    /**< of a record, without padding */
    unsigned shift;  /**< log2 of the lines of a group */
};

/** @param grouped  false: each line by itself, always. @return false: out of memory */
bool stamp_lines_new(struct stamp_lines *s, uint64_t count, size_t bytes, bool grouped);
void stamp_lines_free(struct stamp_lines *s);

/** Group @p g goes apart: each line becomes what the first was. */
void stamp_lines_part(struct stamp_lines *s, uint64_t g);

/** All lines [first, end) were used alike: groups in it that are apart are one again where no difference is left. */
void stamp_lines_join(struct stamp_lines *s, uint64_t first, uint64_t end);

/** The record of line *i, or of the group that begins there and lies before @p end; *i goes on behind it. */
static inline void *stamp_lines_next(struct stamp_lines *s, uint64_t *i, uint64_t end)
{
    const uint64_t at = *i, g = at >> s->shift, next = (g + 1) << s->shift;
    void *record = s->record + at * s->bytes;

    *i = at + 1;
    if (s->apart[g]) return record;
    if (at + (UINT64_C(1) << s->shift) == next && end >= next)
        *i = next;
    else
        stamp_lines_part(s, g);
    return record;
}

#endif
