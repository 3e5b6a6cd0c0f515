/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file files.h
 * Files a command reads and writes, checked before the work starts.
 */
#ifndef STAMP_CLI_FILES_H
#define STAMP_CLI_FILES_H

#include <stdbool.h>

#include "compiler/front/npy.h"
#include "model/text.h"

/** A .npy of two dimensions, every value finite. @p what names the axes: "[tokens][features]" */
enum stamp_status stamp_load_matrix(const char *path, const char *what, struct stamp_tensor *out,
                                    struct stamp_err *e);

/** A .npy of @p n finite values in one row. */
enum stamp_status stamp_load_bias(const char *path, size_t n, struct stamp_tensor *out,
                                  struct stamp_err *e);

/** That @p path (NULL: nothing to check) can be written and is none of the inputs, which end with
 *  NULL. Nothing is left behind. */
enum stamp_status stamp_check_output(const char *path, const char *const *inputs,
                                     struct stamp_err *e);

/** The same of a wave, which only a regular file holds. */
enum stamp_status stamp_check_wave(const char *path, const char *const *inputs,
                                   struct stamp_err *e);

/** Write @p text to @p path, whole or not at all. */
enum stamp_status stamp_save_text(const char *path, const struct stamp_text *text,
                                  struct stamp_err *e);

/** Write rows x cols values as .npy. */
enum stamp_status stamp_save_matrix(const char *path, size_t rows, size_t cols, float *values,
                                    struct stamp_err *e);

/** A wave is written by the simulator itself: to a name of its own that becomes @p path at the end.
 *  NULL path: nothing. @return the name to write to, or NULL */
const char *stamp_wave_begin(const char *path);
enum stamp_status stamp_wave_end(bool keep, struct stamp_err *e);

/** Remove an unfinished wave; async-signal-safe. */
void stamp_wave_abandon(void);

#endif
