/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file edge.h
 * Instructions at the ends of what they address: the first and the last line, entry or row of each
 * memory, DRAM's window among them, with one line and with as many as fit. Beside each that reaches
 * a last line stands the same one line further, which has to end in an error.
 */
#ifndef STAMP_TESTS_COSIM_EDGE_H
#define STAMP_TESTS_COSIM_EDGE_H

#include <stdbool.h>

#include "model/image/image.h"

enum { EDGE_CASES = 512, EDGE_NAME = 80 };

/** One instruction; its operands are defined by what the program does first (edge_image.h). */
struct edge_case {
    char name[EDGE_NAME];
    union stamp_insn insn;
    enum stamp_error error; /**< NONE: legal */
    bool found_late;        /**< an error only the contents of a table show */
    bool absolute;          /**< dram counts from address 0, not from memory's place */
};

/** What has to be put back between two cases. */
enum edge_again { EDGE_NOTHING, EDGE_VM, EDGE_SM };

/** The cases of one group. */
struct edge_list {
    const struct stamp_mach *mach;
    uint32_t over;         /**< 0: legal ones are added; 1: those one line further */
    bool stores, operands; /**< DRAM's ends may be stored to; XB, AC and PB are filled as well */
    enum edge_again again; /**< put back before every case of each `every` */
    uint32_t every;
    bool close;                   /**< no FENCE between the cases */
    uint32_t count, beyond_field; /**< cases; ones no field can hold */
    struct edge_case at[EDGE_CASES];
};

struct edge_group {
    const char *name;
    void (*build)(struct edge_list *l);
};

/** Ended by a name of NULL. */
extern const struct edge_group edge_transfers[], edge_vectors[], edge_packs[], edge_rows[],
    edge_matrix[], edge_crowds[];

/** Append; the error is RANGE when l->over is set. */
void edge_add(struct edge_list *l, union stamp_insn i, const char *fmt, ...) STAMP_PRINTF(3, 4);

/** The same; a table has to be read to find it is too far. */
void edge_add_late(struct edge_list *l, union stamp_insn i, const char *fmt, ...)
    STAMP_PRINTF(3, 4);

/** How an operand of rows of lines lies in lines [lo, hi) of its memory. */
struct edge_shape {
    const char *name;
    uint64_t base, rows, stride, lines;
};

/**
 * Shape @p k = 0, 1, ...: the first line; the last; both, as two rows; as many lines as one row may
 * have, from the first and to the last; as many rows, likewise; rows that tile all of it.
 * With @p over it is one line further, where it touches the last.
 * @return 0: there is no shape k; -1: this one is not to be had, the next may be; 1: here it is
 */
int edge_shape(uint32_t k, uint64_t lo, uint64_t hi, uint64_t max_rows, uint64_t max_lines,
               uint32_t over, struct edge_shape *s);

/** Largest divisor of @p n that is at most @p most. */
uint64_t edge_divisor(uint64_t n, uint64_t most);

static inline uint64_t edge_least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

#endif
