/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file edge_image.h
 * Programs around the cases of edge.h: memory whose first and last bytes may be loaded and stored, first
 * contents of every scratchpad, the cases with a FENCE behind each.
 */
#ifndef STAMP_TESTS_COSIM_EDGE_IMAGE_H
#define STAMP_TESTS_COSIM_EDGE_IMAGE_H

#include "tests/cosim/edge.h"

/** Register 1 is memory's place, as 3 and 15 are; register 2 is 64 bytes below it; from register 4 on the pieces of memory. */
enum { EDGE_BASE = 1, EDGE_BELOW = 2, EDGE_ODD = 3, EDGE_PIECES = 4, EDGE_LAST_REG = 15 };
enum edge_piece { EDGE_F32, EDGE_BF16, EDGE_WB, EDGE_CM, EDGE_RT, EDGE_NT, EDGE_IT, EDGE_END };

/** Where things lie, bytes from memory's place. The ends are big enough for any transfer. */
struct edge_layout {
    uint64_t first, f32, bf16, wb, cm, rt, nt, it, code, last, end, room;
};

enum { EDGE_PIECE = 256 * 1024 }; /**< each is at least as big */

enum {
    EDGE_PLACE = 0x12340000
}; /**< memory's place on the machines; the verifier knows it at 0 only */

struct edge_layout edge_layout_of(const struct stamp_mach *m);

/** Where a piece begins. */
uint64_t edge_piece_at(const struct edge_layout *a, enum edge_piece piece);

/**
 * Entry i of the row table: nibble row i with 4 bits in the first half, even rows with 8 bits from row 0
 * in the second. Entry i of the nibble table: token i, a 4-bit row; the last two are one 8-bit row
 * of the token before them. Entry i of the index table: edge_index(i).
 */
uint64_t edge_index(uint64_t i);

/** All legal cases of @p l in one program; at[k] is the instruction of case k. */
enum stamp_status edge_image_all(const struct edge_list *l, uint64_t base, uint32_t *at,
                                 struct stamp_image **out, struct stamp_err *e);

/** Case @p k alone, which is to fail: *at is its instruction. */
enum stamp_status edge_image_one(const struct edge_list *l, uint32_t k, uint64_t base, uint32_t *at,
                                 struct stamp_image **out, struct stamp_err *e);

enum {
    EDGE_WORDS_END = 32 * 6 * EDGE_CASES
}; /**< bytes of memory behind edge_image_words; the last are no code */

/** @p n instructions and nothing else, without a HALT of their own. Argument k is 0x9e3779b9 * (k + 1) modulo 2^32. */
enum stamp_status edge_image_words(const struct stamp_mach *m, const union stamp_insn *insn,
                                   uint32_t n, struct stamp_image **out, struct stamp_err *e);

/** Nothing but code, in memory's first bytes or its last; memory has nothing else. */
enum stamp_status edge_image_code(const struct stamp_mach *m, bool last, struct stamp_image **out,
                                  struct stamp_err *e);

#endif
