/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file buffers.h
 * Files into input buffers of a run, output buffers into files.
 */
#ifndef STAMP_CLI_BUFFERS_H
#define STAMP_CLI_BUFFERS_H

#include "sim/cli/binding.h"
#include "sim/run/runtime.h"

/** Every input buffer that has a file; the others keep their zeros. */
enum stamp_status stamp_buffers_fill(const struct stamp_bindings *in, const struct stamp_image *m,
                                     struct stamp_run *run, struct stamp_err *e);

/** The output buffers named. */
enum stamp_status stamp_buffers_take(const struct stamp_bindings *out, const struct stamp_image *m,
                                     struct stamp_run *run, struct stamp_err *e);

#endif
