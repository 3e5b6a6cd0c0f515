/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file dispatch.h
 * What the dispatcher does, once for all: fetch, decode, control flow, address registers.
 *
 * The machine executes what it issues, the verifier walks it, the timed models put it on a clock.
 * RTL twin: rtl/ctrl/stamp_dispatch.sv, stamp_fetch.sv. Rules: model/spec/isa.md, section 2.
 */
#ifndef STAMP_DISPATCH_DISPATCH_H
#define STAMP_DISPATCH_DISPATCH_H

#include <stdbool.h>

#include "model/spec/spec.h"

#ifdef __cplusplus
extern "C" {
#endif

/** The word at index @p pc of the program. @return STAMP_ERROR_AXI_FETCH where there is none */
typedef enum stamp_error stamp_fetch_fn(const void *ctx, uint32_t pc, struct stamp_word *word);

/** Control state. All zero at START, but for arg and done with the first. */
struct stamp_dispatch {
    uint32_t pc;  /**< of the instruction under way, or the next */
    uint64_t seq; /**< instructions over, control included */
    uint64_t areg[STAMP_ADDR_REGS];
    uint32_t arg[STAMP_ARGS]; /**< set by the host; SETA reads them */
    struct {
        uint32_t start, left;
    } loop[STAMP_LOOP_DEPTH];
    uint32_t loops;
    bool done; /**< HALT was issued */
};

/** An instruction as a unit gets it. */
struct stamp_issue {
    uint32_t pc, next;         /**< its index; that of the instruction behind it in time */
    const struct stamp_op *op; /**< NULL: no such opcode, or nothing was fetched */
    union stamp_insn insn;     /**< d.dram and w.lim are final, their areg is 0 */
};

/**
 * Issue the instruction at d->pc; control instructions are executed. Semaphores are the units'.
 * d->pc stays until stamp_dispatch_over.
 * @return AXI_FETCH, OPCODE, RESERVED, LOOP, ALIGN; @p out then says where
 */
enum stamp_error stamp_dispatch_next(struct stamp_dispatch *d, stamp_fetch_fn *fetch,
                                     const void *ctx, struct stamp_issue *out);

/** The instruction is over: on to the next. */
void stamp_dispatch_over(struct stamp_dispatch *d, const struct stamp_issue *issue);

#ifdef __cplusplus
}
#endif
#endif
