/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file device.h
 * What a network or program can run on: a row of one table. --on is a look-up in it; commands ask what a
 * device can, never which it is.
 *
 * A new device is a file with its row and that row's line in device.c.
 */
#ifndef STAMP_SIM_RUN_DEVICE_H
#define STAMP_SIM_RUN_DEVICE_H

#include "sim/run/runtime.h"

#ifdef __cplusplus
extern "C" {
#endif

enum stamp_can {
    STAMP_CAN_BITS = 1 << 0,     /**< the numerics of the machine, to the bit; else f32 */
    STAMP_CAN_PROGRAMS = 1 << 1, /**< runs compiled programs */
    STAMP_CAN_SEE = 1 << 2,      /**< shows the tensors of a network as they are made */
    STAMP_CAN_TIMED = 1 << 3,    /**< counts cycles and the other events of time */
    STAMP_CAN_WRITES = 1 << 4,   /**< tells every write and every retirement */
    STAMP_CAN_PINS = 1 << 5,     /**< shows its AXI pins: on_edge, on_cycle */
    STAMP_CAN_WAVES = 1 << 6,    /**< writes waves */
    STAMP_CAN_CHECKED = 1 << 7,  /**< everything it does is compared with the C machine */
    STAMP_CAN_VALUES = 1 << 8,   /**< results are there; else time or counts alone */
    STAMP_CAN_UNVALUED = 1 << 9, /**< counts without results too, where it is asked to */
    STAMP_CAN_TRACE = 1 << 10    /**< tells a tracer */
};

struct stamp_device {
    const char *name; /**< of --on */
    const char *what; /**< "the C machine" */
    unsigned can;     /**< enum stamp_can, together */
    /** Whether it is there for @p mach; NULL: always. @return STAMP_EUNSUPPORTED with what to do */
    enum stamp_status (*ready)(const struct stamp_run_options *options,
                               const struct stamp_mach *mach, struct stamp_err *e);
    /** Run options->entry to its end; contract of stamp_run_go, which has checked the options. NULL
     *  without STAMP_CAN_PROGRAMS. */
    enum stamp_status (*go)(struct stamp_run *run, const struct stamp_run_options *options,
                            struct stamp_run_result *result, struct stamp_err *e);
};

/** The rows. */
extern const struct stamp_device stamp_on_f32;     /**< the network in f32 */
extern const struct stamp_device stamp_on_net;     /**< the network in C, the machine's numerics */
extern const struct stamp_device stamp_on_model;   /**< the C machine */
extern const struct stamp_device stamp_on_cycle;   /**< the machine on a clock */
extern const struct stamp_device stamp_on_tlm;     /**< the SystemC platform, */
extern const struct stamp_device stamp_on_tlm_rtl; /**< and with the RTL inside */
extern const struct stamp_device stamp_on_rtl;     /**< the Verilated RTL */
extern const struct stamp_device stamp_on_all;     /**< the RTL and the C machine in lock-step */

/** Row @p i of the table, NULL behind the last. */
const struct stamp_device *stamp_device_at(size_t i);

/** The row of this name that can all of @p need, or NULL. */
const struct stamp_device *stamp_device_find(const char *name, unsigned need);

/** Add a row from outside the kit, static; before it is looked for. False when the table is full or has the
 *  name. */
bool stamp_device_add(const struct stamp_device *device);

/** Name of one of enum stamp_can, "TIMED"; NULL for a bit that has none. */
const char *stamp_can_name(unsigned bit);

#ifdef __cplusplus
}
#endif
#endif
