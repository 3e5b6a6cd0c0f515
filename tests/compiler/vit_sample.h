/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file vit_sample.h
 * A small vision transformer as a list of tensors that a test may change, and the files it makes. Used by
 * the tests and by the fuzzer.
 */
#ifndef STAMP_TESTS_VIT_SAMPLE_H
#define STAMP_TESTS_VIT_SAMPLE_H

#include "tests/compiler/front_samples.h"

/** Pictures of 4 x 4 pixels in patches of 2 x 2: one block, two heads if config.json says so. */
enum { VIT_DIM = 8, VIT_HIDDEN = 6, VIT_CLASSES = 7, VIT_SIDE = 4, VIT_TENSORS = 24 };

struct vit_tensor {
    const char *name;
    const char *dtype; /**< "F32", or a type of 4 bytes */
    size_t rank, dim[5];
};

struct vit_sample {
    struct vit_tensor tensor[VIT_TENSORS];
    size_t count;
};

/** The sound network. */
struct vit_sample vit_sample(void);
struct vit_tensor *vit_sample_find(struct vit_sample *v, const char *name);
void vit_sample_drop(struct vit_sample *v, const char *name);
void vit_sample_add(struct vit_sample *v, struct vit_tensor t);

/** As files; numbers are sample_weight's, or bytes of another type. */
void vit_sample_safetensors(const struct vit_sample *v, struct sample *s);
void vit_sample_npz(const struct vit_sample *v, struct sample *s);

/** config.json as timm writes it, with the heads. */
void vit_sample_config(struct sample *s);

#endif
