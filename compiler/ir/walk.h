/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file walk.h
 * The instructions of a program in the order a machine dispatches them: loops unrolled, address
 * registers added to DRAM addresses and limits. Arguments are given, values never looked at.
 */
#ifndef STAMP_IR_WALK_H
#define STAMP_IR_WALK_H

#include <stdbool.h>

#include "model/spec/spec.h"
#include "model/status.h"

/** One dispatched instruction: of a unit, FENCE or HALT. */
struct stamp_step {
    uint32_t pc;
    const struct stamp_op *op;
    union stamp_insn insn; /**< d.dram, w.lim are final, their areg is 0 */
};

struct stamp_walk {
    const struct stamp_word *code; /**< borrowed */
    uint32_t count, pc;
    uint64_t areg[STAMP_ADDR_REGS];
    uint32_t arg[STAMP_ARGS];
    struct {
        uint32_t start;
        uint64_t left;
    } loop[STAMP_LOOP_DEPTH];
    uint32_t loops;
    uint64_t dispatched, limit; /**< instructions so far, control included; most allowed */
    bool done;
};

/** Start at the program's beginning. @p arg: NULL or [STAMP_ARGS], zeros if NULL. @p limit: stop
 *  with an error after so many instructions. */
void stamp_walk_start(struct stamp_walk *w, const struct stamp_word *code, uint32_t count,
                      const uint32_t *arg, uint64_t limit);

/**
 * The next step. After HALT, w->done is set and there is none.
 * @return STAMP_EFORMAT (what dispatch would refuse: opcode, reserved bits, loop nesting, address
 *         not aligned or beyond 40 bits, end of program without HALT), STAMP_EUNSUPPORTED (limit)
 */
enum stamp_status stamp_walk_next(struct stamp_walk *w, struct stamp_step *step,
                                  struct stamp_err *e);

#endif
