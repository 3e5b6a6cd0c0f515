/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file dit_sample.h
 * A small diffusion transformer of each kind as a list of tensors that a test may change, and the files it
 * makes. Used by the tests and by the fuzzer.
 */
#ifndef STAMP_TESTS_DIT_SAMPLE_H
#define STAMP_TESTS_DIT_SAMPLE_H

#include <stdbool.h>

#include "tests/compiler/front_samples.h"

/** Two heads of 4, latents of 2 channels; PixArt: patches of 2 x 2, its second block compressed; SANA: one block. */
enum {
    DIT_DIM = 8,
    DIT_CAPTION = 6,
    DIT_CHANNELS = 2,
    DIT_GRID = 4, /**< patches each way */
    DIT_TENSORS = 80
};

struct dit_tensor {
    char name[80];
    const char *dtype; /**< "F32", "F16", "BF16", or another, of 4 bytes */
    size_t rank, dim[5];
};

struct dit_sample {
    bool sana;
    struct dit_tensor tensor[DIT_TENSORS];
    size_t count;
};

/** The sound network. */
struct dit_sample dit_sample(bool sana);
struct dit_tensor *dit_sample_find(struct dit_sample *v, const char *name);
void dit_sample_drop(struct dit_sample *v, const char *name);
void dit_sample_add(struct dit_sample *v, struct dit_tensor t);

/** Number @p i of a tensor, the same in all types: a multiple of 1/64 within -0.5 .. 0.5. */
float dit_sample_number(const char *name, size_t i);

/** Tensors @p part, part + parts, ... of the list as a file. */
void dit_sample_safetensors(const struct dit_sample *v, size_t part, size_t parts,
                            struct sample *s);
/** The index of 2 or more such files, "part-0.safetensors", ... */
void dit_sample_index(const struct dit_sample *v, size_t parts, struct sample *s);
void dit_sample_config(bool sana, struct sample *s);

#endif
