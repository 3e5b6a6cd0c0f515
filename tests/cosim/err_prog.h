/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file err_prog.h
 * Programs of the error tests: memory they share, a builder that remembers which instruction is to
 * stop the machine, and the good program that has to run right after.
 */
#ifndef STAMP_TESTS_COSIM_ERR_PROG_H
#define STAMP_TESTS_COSIM_ERR_PROG_H

#include <stdbool.h>

#include "model/spec/spec.h"

/** DRAM of the tests. The window is [WINDOW, WINDOW_END); the faulty bytes lie on both sides of its
 *  end, so that data and code can be put there. */
enum {
    ERR_BAD_CODE = 0x1000,
    ERR_GOOD_CODE = 0x20000,
    ERR_WINDOW = 0x40000,
    ERR_F32 = ERR_WINDOW,
    ERR_BF16 = 0x48000,
    ERR_WB = 0x4c000,
    ERR_CM = 0x50000,
    ERR_RT = 0x54000,
    ERR_NT = 0x55000,
    ERR_NAN = 0x58000,
    ERR_INF = 0x58400,
    ERR_MAX = 0x58800,
    ERR_MIN = 0x58c00,
    ERR_BF16_NAN = 0x59000,
    ERR_BF16_INF = 0x59400,
    ERR_CM_MAX = 0x59800,
    ERR_RT_ODD = 0x5a000,
    ERR_RT_FAR = 0x5a040,
    ERR_NT_PAIR = 0x5a080,
    ERR_NT_FAR = 0x5a0c0,
    ERR_IT = 0x5b000,
    ERR_NAN_FIRST = 0x5b100,
    ERR_OUT = 0x60000,
    ERR_FAULT = 0x7f000,
    ERR_WINDOW_END = 0x80000,
    ERR_FAULT_END = 0x81000,
    ERR_DRAM = 0x90000,
    ERR_CODE_MAX = 600
};

struct err_prog {
    const struct stamp_mach *mach;
    struct stamp_word word[ERR_CODE_MAX];
    uint32_t count, bad; /**< instructions; the one marked */
    uint64_t code;       /**< where it lies */
    uint32_t watchdog;
    enum stamp_error want; /**< the error it ends with, where the case leaves that to its program */
};

/** Fill all of DRAM: data as named above, a pattern elsewhere. */
void err_memory(const struct stamp_mach *m, uint8_t *dram);

void err_start(struct err_prog *p, const struct stamp_mach *m);

/** Append. The instruction must encode. */
void err_put(struct err_prog *p, union stamp_insn i);
void err_control(struct err_prog *p, enum stamp_opcode op, uint32_t areg, uint64_t imm);

/** What comes next is the instruction that stops the machine. */
void err_mark(struct err_prog *p);

/** Legal instructions with small fields, to be bent: LOAD of one line of @p space and STORE of VM
 *  line 0, a vector or matrix instruction over what err_preamble wrote. */
union stamp_insn err_load(enum stamp_space space, uint64_t dram, uint64_t line);
union stamp_insn err_store(uint64_t dram, uint64_t line);
union stamp_insn err_insn(const struct stamp_mach *m, enum stamp_opcode op);

/** All scratchpad contents err_insn's instructions read, then FENCE. */
void err_preamble(struct err_prog *p);

/** The preamble, and the largest numbers in VM lines 500 and 502, the lowest in 501, the largest scales
 *  in CM lines 8 and 9. */
void err_extremes(struct err_prog *p);

/** Every unit, a loop, semaphores; stores its results. Ends with HALT. */
void err_good(struct err_prog *p, const struct stamp_mach *m);

#endif
