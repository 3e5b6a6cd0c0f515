/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file beside.h
 * Where shared objects lie: in a folder that is named, or beside the running program.
 */
#ifndef STAMP_SIM_RUN_BESIDE_H
#define STAMP_SIM_RUN_BESIDE_H

#include <stdbool.h>

enum { STAMP_BESIDE_BYTES = 4200 };

/** @p path becomes DIR/NAME; @p dir NULL: the running program's folder. False where that is not known or too long. */
bool stamp_beside(const char *dir, const char *name, char path[STAMP_BESIDE_BYTES]);

#endif
