/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file machine.h
 * The machine of isa.md in C: architectural state, program order, no time.
 *
 * One step executes one instruction and yields one retire record; every write it makes to a
 * memory is reported through an optional hook, in the order the hardware makes them, so that
 * lock-step can compare each. RTL twin: rtl/top/stamp_top.sv.
 */
#ifndef STAMP_MACHINE_H
#define STAMP_MACHINE_H

#include <stdbool.h>

#include "model/machine/dispatch.h"
#include "model/spec/spec.h"
#include "model/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Quantizer state of a row or block. */
struct stamp_sm {
    float lo, hi;   /**< range; after VQPAR inverse scale and scale */
    int32_t zero;   /**< 0 .. 255 */
    int32_t rowsum; /**< sum of x' */
};

/** Row metadata for the drain. */
struct stamp_rm {
    float scale;
    int32_t corr; /**< ox - zero, -255 .. 136 */
    int32_t rowsum;
};

/** Column metadata. */
struct stamp_cm {
    float scale;
    int32_t colsum;
};

/**
 * A write to a memory. addr: VM, WB, CM, RT, NT, IT, AC, PB a line (PB: the whole line after the
 * write), SM, RM an entry, XB line * P + row, DRAM a byte address (one AXI beat). data: the line as in memory, little endian; XB: L nibbles;
 * SM: {lo, hi, zero, rowsum} and RM: {scale, corr, rowsum} as 32-bit words. Borrowed.
 */
typedef void stamp_write_fn(void *ctx, enum stamp_space space, uint64_t addr, const void *data,
                            size_t bytes);

/** What an instruction was and how it ended. */
struct stamp_retire {
    uint64_t seq; /**< 0, 1, 2, ... in program order */
    uint32_t pc;  /**< index of the instruction */
    enum stamp_unit unit;
    enum stamp_opcode op;
    enum stamp_error error;
};

/** Memory behind the AXI port. Owned by the host. */
struct stamp_memory {
    uint8_t *bytes;
    uint64_t size;
    uint64_t base; /**< address of bytes[0] */
};

struct stamp_machine {
    const struct stamp_mach *mach;
    struct stamp_memory dram;
    uint64_t code_addr, win_lo, win_hi;
    uint32_t code_count;

    struct stamp_dispatch ctl; /* ctl.arg: set by the host after stamp_machine_start */
    uint32_t sem[STAMP_SEMAPHORES];
    enum stamp_error error;
    uint32_t error_pc;

    /* Memories, one element per stored number; nibbles unpacked to signed bytes. */
    float *vm;           /* [VM_LINES][L] */
    int8_t *xb;          /* [XB_LINES][P][L] */
    uint8_t *wb;         /* [WB_LINES][T / 4][L][4] nibble + 8: quads of depth (insn/mm_plane.h) */
    struct stamp_cm *cm; /* [CM_LINES][L] */
    uint16_t *rt, *nt;
    uint32_t *it; /* [IT_ENTRIES] */
    int8_t *pb;   /* [PB_LINES][L][T] as WB lies in DRAM: column major, nibbles */
    struct stamp_sm *sm;
    struct stamp_rm *rm;
    uint32_t *ac; /* [AC_LINES][L] bits */

    uint64_t event[STAMP_EVENTS]; /* VALUE events only */

    stamp_write_fn *on_write; /* NULL: nobody listens */
    void *on_write_ctx;
};

/** A machine of configuration @p mach (borrowed, must outlive it). NULL when memory is out. */
struct stamp_machine *stamp_machine_new(const struct stamp_mach *mach);
void stamp_machine_free(struct stamp_machine *m);

/** Prepare to run: program of @p count instructions at @p code_addr, data window [lo, hi).
 *  Clears control state, arguments and counters; memories keep what they hold. */
void stamp_machine_start(struct stamp_machine *m, struct stamp_memory dram, uint64_t code_addr,
                         uint32_t count, uint64_t win_lo, uint64_t win_hi);

/** Fill the scratchpad memories with noise of @p seed: what a program reads without having written it
 *  differs from any other machine's. PB stays as it is: its lines are reported whole when a part is
 *  written. */
void stamp_machine_poison(struct stamp_machine *m, uint64_t seed);

/** Execute one instruction. Returns false once the machine has stopped (done or error), then
 *  @p retire still describes the last instruction. */
bool stamp_machine_step(struct stamp_machine *m, struct stamp_retire *retire);

/** Errors that do not depend on state, as the dispatcher finds them: OPCODE, RESERVED, LOOP. */
enum stamp_error stamp_check_static(const struct stamp_word *word, const struct stamp_op *op,
                                    const union stamp_insn *insn);

/** Scratchpad range errors of one decoded instruction that follow from its fields alone. */
enum stamp_error stamp_check_range(const struct stamp_mach *mach, const struct stamp_op *op,
                                   const union stamp_insn *insn);

/** What a format W instruction reads of b: *rows rows (0: nothing) of *lines lines each. */
void stamp_second_operand(const struct stamp_mach *mach, const struct stamp_insn_w *w,
                          uint64_t *rows, uint64_t *lines);

/** Largest index of a loop nest: base + (n1-1)*s1 + (n0-1)*s0 + n - 1. Counts are 1 or more. */
uint64_t stamp_span_last(uint64_t base, uint64_t n1, uint64_t s1, uint64_t n0, uint64_t s0,
                         uint64_t n);

#ifdef __cplusplus
}
#endif
#endif
