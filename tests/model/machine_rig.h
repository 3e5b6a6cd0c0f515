/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file machine_rig.h
 * The C machine with a program of a few instructions, for tests that set its memories directly.
 */
#ifndef STAMP_TESTS_MODEL_MACHINE_RIG_H
#define STAMP_TESTS_MODEL_MACHINE_RIG_H

#include <check.h>

#include "model/machine/machine.h"
#include "model/spec/mach.h"
#include "tests/model/rnd.h"

enum { RIG_CODE = 1 << 18, RIG_DRAM = RIG_CODE + (1 << 14) };

/** ck_assert_msg that costs nothing where it holds: for loops over every element. */
#define RIG_CHECK(holds, ...)                                                                      \
    do {                                                                                           \
        if (!(holds)) ck_abort_msg(__VA_ARGS__);                                                   \
    } while (0)

/** Configurations a loop test runs over. */
enum { RIG_MACHS = STAMP_MACHS };
extern const char *const rig_mach_names[RIG_MACHS];

struct rig {
    struct stamp_machine *m;
    uint8_t *dram; /**< [0, RIG_CODE) is the window */
    uint32_t words;
    uint32_t arg[STAMP_ARGS];
};

void rig_open(struct rig *r, const char *mach);
void rig_open_on(struct rig *r, const struct stamp_mach *mach); /**< borrowed */
void rig_close(struct rig *r);

/** Forget the program, keep the memories. */
void rig_again(struct rig *r);

/** Append to the program. */
void rig_put(struct rig *r, union stamp_insn i);
void rig_word(struct rig *r, struct stamp_word w);
void rig_control(struct rig *r, enum stamp_opcode op, uint64_t areg, uint64_t imm);

/** Append HALT and run; how it ended. */
enum stamp_error rig_run(struct rig *r);

/** The program of one instruction, run. */
enum stamp_error rig_one(struct rig *r, union stamp_insn i);

/** Bits of VM: lane @p lane of line @p line. */
uint32_t rig_vm(const struct rig *r, uint64_t line, uint64_t lane);
void rig_set_vm(struct rig *r, uint64_t line, uint64_t lane, uint32_t bits);

/** All of VM as bits, to be given back with free. */
uint32_t *rig_vm_copy(const struct rig *r);

/** Fill VM with floats of moderate size, now and then a zero or a tie. */
void rig_fill_vm(struct rig *r, struct rnd *rnd);

/** Fail unless VM is @p want, bit by bit; @p what names the case. */
void rig_same_vm(const struct rig *r, const uint32_t *want, const char *what);

/** Fail unless these are all the value events of the last program of one instruction (and HALT):
 *  pairs of event and count, ended by -1. */
void rig_events(const struct rig *r, const char *what, const uint64_t *pairs);

#endif
