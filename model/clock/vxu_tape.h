/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file vxu_tape.h
 * What a vector instruction does when nothing is refused to it, written down once and played again.
 *
 * A network executes few different vector instructions, and what happens to one from outside is little: VM or XB
 * do not take a write. That holds back all up to the loops together, so a tape's place is a number of cycles in
 * which the pipeline moved. vxu_replay.c plays it in place of the twin's registers, pin for pin.
 *
 * Key      the fields that decide time, with the entries of the row table it reads, as they are when it is
 *          taken: a table's line is loaded before who reads it starts.
 */
#ifndef STAMP_CLOCK_VXU_TAPE_H
#define STAMP_CLOCK_VXU_TAPE_H

#include <stdbool.h>

#include "model/spec/spec.h"
#include "model/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What a tape tells of each cycle: a bit each, and an address for each of the first that is set. */
enum stamp_clock_tape_kind {
    STAMP_CLOCK_TAPE_READ,  /**< vr_re */
    STAMP_CLOCK_TAPE_TABLE, /**< rt_re */
    STAMP_CLOCK_TAPE_PUT,   /**< a line for VM; this and what follows shows in the next cycle */
    STAMP_CLOCK_TAPE_XB,    /**< a write to XB; row and two above the address */
    STAMP_CLOCK_TAPE_PB,
    STAMP_CLOCK_TAPE_SM,
    STAMP_CLOCK_TAPE_RM,
    STAMP_CLOCK_TAPE_LISTS,
    STAMP_CLOCK_TAPE_LINE = STAMP_CLOCK_TAPE_LISTS, /**< ev_lines */
    STAMP_CLOCK_TAPE_FN,
    STAMP_CLOCK_TAPE_DIVIDE, /**< ev_divides */
    STAMP_CLOCK_TAPE_TWO,    /**< with XB: two rows */
    STAMP_CLOCK_TAPE_KINDS
};

/** 64 cycles of a tape the other way round, and how often each kind was before them: for sums over many. */
struct stamp_clock_tape_block {
    uint64_t bit[STAMP_CLOCK_TAPE_KINDS];
    uint32_t before[STAMP_CLOCK_TAPE_KINDS];
};

struct stamp_clock_tape {
    uint32_t end;           /**< cycles to the one whose edge sets done; 0: not to be played */
    uint8_t lines, divides; /**< what each bit of LINE and DIVIDE counts */
    const uint16_t *what;   /**< of each cycle, 0 to end + 1 */
    const struct stamp_clock_tape_block *block;
    const uint32_t *list[STAMP_CLOCK_TAPE_LISTS];
};

static inline uint32_t stamp_clock_tape_bits(uint64_t x)
{
    x -= x >> 1 & UINT64_C(0x5555555555555555);
    x = (x & UINT64_C(0x3333333333333333)) + (x >> 2 & UINT64_C(0x3333333333333333));
    x = (x + (x >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
    return (uint32_t)(x * UINT64_C(0x0101010101010101) >> 56);
}

/** How often @p kind is in the cycles before @p at, which is also the place in its list. */
static inline uint32_t stamp_clock_tape_rank(const struct stamp_clock_tape *t, unsigned kind,
                                             uint32_t at)
{
    const struct stamp_clock_tape_block *b = &t->block[at / 64];
    const uint64_t part = b->bit[kind] & ((UINT64_C(1) << at % 64) - 1);
    return b->before[kind] + stamp_clock_tape_bits(part);
}

/** Entries of the row table an instruction of the vector unit reads, from its rt on; 0: none. */
uint32_t stamp_clock_tape_rows(const union stamp_insn *insn);

struct stamp_clock_tapes; /**< tapes of one machine, by instruction */

/** Room for @p bytes of tapes; when it is full all are forgotten. @return NULL: no memory */
struct stamp_clock_tapes *stamp_clock_tapes_new(const struct stamp_mach *mach, size_t bytes);
void stamp_clock_tapes_free(struct stamp_clock_tapes *t);

/** The tape of an instruction, made if there is none; NULL: there can be none. It stays until the next call. */
const struct stamp_clock_tape *stamp_clock_tape_of(struct stamp_clock_tapes *t,
                                                   const union stamp_insn *insn,
                                                   const uint16_t *rt);

#ifdef __cplusplus
}
#endif
#endif
