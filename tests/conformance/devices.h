/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file devices.h
 * The machines of the kit behind the table of conform.h.
 */
#ifndef STAMP_TESTS_CONFORMANCE_DEVICES_H
#define STAMP_TESTS_CONFORMANCE_DEVICES_H

#include "model/machine/machine.h"
#include "sim/run/rtl.h"
#include "tests/conformance/conform.h"

/** The C machine. Memory lies at @p memory.base; its bytes are the caller's. */
struct conform_model {
    const struct stamp_mach *mach;
    struct stamp_machine *machine;
    struct stamp_memory memory;
};

/** The Verilated RTL behind AXI, started and read through its registers. */
struct conform_rtl {
    const struct stamp_rtl_ops *ops;
    void *rtl; /**< NULL before the first reset */
    struct stamp_memory memory;
};

/** The device of @p m, which outlives it. */
struct conform_device conform_model_device(struct conform_model *m);
void conform_model_close(struct conform_model *m);

struct conform_device conform_rtl_device(struct conform_rtl *r);
void conform_rtl_close(struct conform_rtl *r);

#endif
