/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file info_model.h
 * stamp info for a model: family, shape, rotary embedding, types of the weights.
 */
#ifndef STAMP_CLI_INFO_MODEL_H
#define STAMP_CLI_INFO_MODEL_H

#include <stdbool.h>

#include "compiler/family/dit.h"
#include "model/status.h"

/** Whether @p path is a model rather than a program: "random:...", a folder, a GGUF file, a name that
 *  ends in .bin or .safetensors. */
bool stamp_info_is_model(const char *path);

/** Print what it holds. @param grid  of a network that paints; zeros: as trained */
enum stamp_status stamp_info_model(const char *path, const struct stamp_dit_grid *grid, bool json,
                                   struct stamp_err *e);

#endif
