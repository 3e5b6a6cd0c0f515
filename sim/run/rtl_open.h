/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file rtl_open.h
 * Finds and loads the shared object of a configuration.
 */
#ifndef STAMP_SIM_RUN_RTL_OPEN_H
#define STAMP_SIM_RUN_RTL_OPEN_H

#include "model/status.h"
#include "sim/run/rtl.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Load @p dir/stamp_rtl_NAME.so (or, for waves, stamp_rtl_NAME_waves.so); @p dir NULL means beside
 * the running program. Loaded objects stay loaded.
 * @return STAMP_EUNSUPPORTED with the make command that builds it when it is not there; STAMP_EFORMAT when
 *         it is not of @p mach: another machine's, or built with parameters that are not @p mach's
 */
enum stamp_status stamp_rtl_find(const char *dir, const struct stamp_mach *mach, bool waves,
                                 const struct stamp_rtl_ops **ops, struct stamp_err *e);

#ifdef __cplusplus
}
#endif
#endif
