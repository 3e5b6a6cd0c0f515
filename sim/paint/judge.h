/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file judge.h
 * A small classifier that says what a picture shows, in place of a reward model: whether it is what its
 * prompt asks for.
 *
 * Folder   config.json   {"_class_name": "CaptionClassifier", "objects": [...], "backgrounds": [...],
 *          "size": n}, n a multiple of 8; model.safetensors, F32, F16 or BF16
 * Input    [3][n][n], 8-bit RGB v as v / 127.5 - 1, binary32, each operation rounded
 * Network  conv1 3 -> 16, conv2 16 -> 32, conv3 32 -> 64, each 3 x 3, stride 2, one pixel of zeros around,
 *          with bias and ReLU; its values in the order channel, y, x go into two linear layers with bias,
 *          objects and backgrounds. Tensors: conv1.weight [16][3][3][3], conv1.bias [16], ...,
 *          objects.weight [objects][64 (n/8)^2], objects.bias, backgrounds.weight, backgrounds.bias
 * Sums     binary32, from the bias on in the order of the weights, product and sum each rounded
 */
#ifndef STAMP_PAINT_JUDGE_H
#define STAMP_PAINT_JUDGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "compiler/front/picture.h"
#include "model/status.h"
#include "sim/paint/caption.h"

enum {
    STAMP_JUDGE_SIZE_MAX = 512,   /**< pixels of a side */
    STAMP_JUDGE_NAMES_MAX = 4096, /**< of a list */
    STAMP_JUDGE_LAYERS = 3
};

struct stamp_judge; /* opaque */

/** What a picture shows. */
struct stamp_verdict {
    struct stamp_caption shown;    /**< the names of the largest logits, of equals the earlier */
    double p_object, p_background; /**< their softmax, in double: for people to read */
};

/** How a picture does by its prompt. */
struct stamp_reward {
    struct stamp_caption asked; /**< of the prompt */
    bool object, background;    /**< asked for and shown */
    double score; /**< ln of the softmax of what is asked for, both added; in double */
};

/**
 * @return STAMP_EUNSUPPORTED (another class, by its name; a key), STAMP_EFORMAT (lists that are no texts,
 * or empty), STAMP_ERANGE (size), as config.h and weights.h; then @p out is untouched
 */
enum stamp_status stamp_judge_open(const char *folder, struct stamp_judge **out,
                                   struct stamp_err *e);

/** NULL is allowed. */
void stamp_judge_close(struct stamp_judge *j);

/** Its lists, borrowed until close; pixels of a side of its pictures. */
const struct stamp_names *stamp_judge_objects(const struct stamp_judge *j);
const struct stamp_names *stamp_judge_backgrounds(const struct stamp_judge *j);
uint32_t stamp_judge_size(const struct stamp_judge *j);

/**
 * Both lists' logits of a picture.
 * @param objects      [objects], owned by the caller
 * @param backgrounds  [backgrounds], owned by the caller
 * @return STAMP_ERANGE (not size x size pixels), STAMP_ENOMEM
 */
enum stamp_status stamp_judge_logits(const struct stamp_judge *j, const struct stamp_picture *p,
                                     float *objects, float *backgrounds, struct stamp_err *e);

/** @return as stamp_judge_logits */
enum stamp_status stamp_judge_look(const struct stamp_judge *j, const struct stamp_picture *p,
                                   struct stamp_verdict *out, struct stamp_err *e);

/** What a prompt asks for. @return STAMP_ERANGE for one that does not name one object and one background,
 *  STAMP_ENOMEM; then @p out is untouched */
enum stamp_status stamp_judge_asked(const struct stamp_judge *j, const char *prompt,
                                    struct stamp_caption *out, struct stamp_err *e);

/** The same as stamp_judge_look, held against a prompt.
 *  @return as stamp_judge_asked and stamp_judge_logits */
enum stamp_status stamp_judge_prompt(const struct stamp_judge *j, const struct stamp_picture *p,
                                     const char *prompt, struct stamp_verdict *out,
                                     struct stamp_reward *reward, struct stamp_err *e);

#endif
