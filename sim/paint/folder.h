/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file folder.h
 * A diffusion model's folder in the layout of diffusers, all but its transformer:
 *
 *     model_index.json              which pipeline, and the class of each component
 *     scheduler/scheduler_config.json                          scheduler.h
 *     text_encoder/config.json, model.safetensors              words.h
 *     tokenizer/vocab.json                                     words.h
 *     vae/config.json                                          latent.h
 *     transformer/                                             not read here
 *
 * Every class that model_index.json names must be the one that the component's own file names.
 */
#ifndef STAMP_PAINT_FOLDER_H
#define STAMP_PAINT_FOLDER_H

#include "model/status.h"
#include "sim/paint/latent.h"
#include "sim/paint/scheduler.h"
#include "sim/paint/words.h"

/** Whose transformer it is: PixArtAlphaPipeline and PixArtSigmaPipeline, or SanaPipeline. */
enum stamp_pipeline { STAMP_PIPELINE_PIXART, STAMP_PIPELINE_SANA };

/** Start from zero. */
struct stamp_paint_folder {
    enum stamp_pipeline pipeline;
    const char *pipeline_name; /**< _class_name, static */
    char *transformer;         /**< path of the transformer's folder, owned */
    struct stamp_scheduler scheduler;
    struct stamp_words *words; /**< owned */
    struct stamp_shuffle shuffle;
};

/**
 * @return STAMP_EIO (no such folder or file), STAMP_EUNSUPPORTED (another pipeline, component or class, by its
 * name), STAMP_EFORMAT, and as the readers above; then @p out is untouched
 */
enum stamp_status stamp_paint_folder_open(const char *path, struct stamp_paint_folder *out,
                                          struct stamp_err *e);

/** Give all back and zero the struct. */
void stamp_paint_folder_close(struct stamp_paint_folder *f);

#endif
