/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file check.h
 * The errors of an instruction that its fields alone decide. RTL twin: rtl/ctrl/stamp_decode.sv.
 * Rules: model/spec/isa.md, section 3.
 */
#ifndef STAMP_DISPATCH_CHECK_H
#define STAMP_DISPATCH_CHECK_H

#include <stdbool.h>

#include "model/spec/spec.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Errors that do not depend on state, as the dispatcher finds them: OPCODE, RESERVED, LOOP. */
enum stamp_error stamp_check_static(const struct stamp_word *word, const struct stamp_op *op,
                                    const union stamp_insn *insn);

/** Scratchpad range errors of one decoded instruction that follow from its fields alone. */
enum stamp_error stamp_check_range(const struct stamp_mach *mach, const struct stamp_op *op,
                                   const union stamp_insn *insn);

/** What a format W instruction reads of b: *rows rows (0: nothing) of *lines lines each. */
void stamp_second_operand(const struct stamp_mach *mach, const struct stamp_insn_w *w,
                          uint64_t *rows, uint64_t *lines);

/** VBIN MAC: the lines of d are read as well, and items run column by column. */
static inline bool stamp_is_mac(const struct stamp_insn_w *w)
{
    return w->op == STAMP_OP_VBIN && w->fn == STAMP_BIN_MAC;
}

/** Largest index of a loop nest: base + (n1-1)*s1 + (n0-1)*s0 + n - 1. Counts are 1 or more. */
uint64_t stamp_span_last(uint64_t base, uint64_t n1, uint64_t s1, uint64_t n0, uint64_t s0,
                         uint64_t n);

#ifdef __cplusplus
}
#endif
#endif
