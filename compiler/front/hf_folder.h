/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file hf_folder.h
 * The files of a model's folder: those that are read, and what to do when there are others instead.
 */
#ifndef STAMP_FRONT_HF_FOLDER_H
#define STAMP_FRONT_HF_FOLDER_H

#include "model/status.h"

struct stamp_safetensors;

/**
 * Whether config.json is there.
 * @return STAMP_EIO, or STAMP_EUNSUPPORTED naming a file of another format (PyTorch, GGUF, an
 * adapter, a shard without its index, ...) and what to do with it; STAMP_ENOMEM
 */
enum stamp_status stamp_hf_look(const char *folder, struct stamp_err *e);

/** Open model.safetensors, or the shards of model.safetensors.index.json. @return as above when
 *  neither is there, or as stamp_safetensors_open */
enum stamp_status stamp_hf_tensors(const char *folder, struct stamp_safetensors **out,
                                   struct stamp_err *e);

#endif
