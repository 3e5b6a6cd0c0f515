/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file mach.h
 * What a machine has to keep: the rules of mach.def, checked by all that takes a machine.
 *
 * Further machines, in CONFIG lines like those of mach.def, are in the table where the build names a file
 * of them (STAMP_MACHS_EXTRA; the Makefile takes machs.def of the build folder).
 */
#ifndef STAMP_SPEC_MACH_H
#define STAMP_SPEC_MACH_H

#include <stdbool.h>

#include "model/spec/spec.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { STAMP_MACH_WHY = 256 }; /**< bytes that hold any reason */

/** Machines of mach.def itself: the first of the table. */
enum {
    STAMP_MACHS = 0
#define CONFIG(name, p, l, t, vm, xb, wb, cm, sm, rt, ac, it, pb, f, q, axi, queue, im, intent) +1
#include "model/spec/mach.def"
};

/** Whether @p m keeps every rule. If not, @p why gets one line: the parameter, its value, what it must be,
 *  and the reason. */
bool stamp_mach_check(const struct stamp_mach *m, char why[STAMP_MACH_WHY]);

/** Parameters of a machine, in the order of mach.def. */
enum stamp_param {
#define PARAM(name, meaning) STAMP_PARAM_##name,
#include "model/spec/mach.def"
    STAMP_PARAMS
};

/** Its name, and its value of @p m. */
const char *stamp_param_name(enum stamp_param p);
uint32_t stamp_param_of(const struct stamp_mach *m, enum stamp_param p);

#ifdef __cplusplus
}
#endif
#endif
