/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file difference.h
 * Where RTL and C machine first differed, as fields; the line of text stands beside it.
 */
#ifndef STAMP_SIM_RUN_DIFFERENCE_H
#define STAMP_SIM_RUN_DIFFERENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "model/spec/spec.h"

enum { STAMP_LAST = 4 /**< retirements kept of each unit */ };

struct stamp_difference {
    bool found;
    bool has_pc;     /**< unit, pc, turn: the instruction, by the C machine's order */
    bool has_place;  /**< space, addr: the line, or the byte address in DRAM */
    bool has_values; /**< word, rtl, model: 32 bits, or one byte */
    enum stamp_unit unit;
    uint32_t pc;
    uint32_t turn; /**< of the outermost LOOP around it, from 0; 0 outside loops */
    enum stamp_space space;
    uint64_t addr;
    uint32_t word; /**< of the line */
    uint32_t rtl, model;
    uint64_t cycle; /**< counter CYCLES of the RTL when it was seen */
    uint64_t clock; /**< clocks of the simulation until then, reset included: what waves count */
    uint32_t last[STAMP_UNITS]
                 [STAMP_LAST];  /**< program counters the RTL retired last, newest first */
    uint8_t lasts[STAMP_UNITS]; /**< how many of these there are */
};

#endif
