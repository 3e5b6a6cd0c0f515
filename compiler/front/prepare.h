/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file prepare.h
 * From a picture to what a vision transformer is given: timm's evaluation transform.
 *
 * 1. timm, transforms_imagenet_eval, crop mode "center": the shorter side becomes
 *    S = floor(input / crop_pct), in binary64: 248 of 224 and 0.9.
 * 2. torchvision, Resize of a PIL picture: the longer side becomes the whole part of S long /
 *    short; Pillow resizes (resize.h).
 * 3. torchvision, CenterCrop: input x input pixels from left (W - input) / 2 and
 *    top (H - input) / 2, halves to even, as Python's round().
 * 4. torchvision, ToTensor and Normalize, in binary32: (v / 255 - mean) / std, each operation
 *    rounded.
 *
 * Steps 1 to 3 are stamp_prepare_crop, of whole numbers; step 4 is stamp_prepare_planes.
 */
#ifndef STAMP_FRONT_PREPARE_H
#define STAMP_FRONT_PREPARE_H

#include "compiler/front/picture.h"
#include "compiler/front/resize.h"

enum { STAMP_PREPARE_INPUT_MAX = 4096 /**< pixels of a side */ };

/** What timm calls a model's data config. */
struct stamp_prepare {
    size_t input;             /**< input_size: pixels of a side, 1 .. STAMP_PREPARE_INPUT_MAX */
    double crop_pct;          /**< above 0, at most 1; S at most STAMP_PICTURE_SIDE_MAX */
    float mean[3];            /**< of red, green, blue in 0 .. 1; finite */
    float std[3];             /**< the same; above 0, finite */
    enum stamp_filter filter; /**< interpolation */
};

/** timm's of DeiT: 224, 0.9, ImageNet's mean and deviation, bicubic. */
struct stamp_prepare stamp_prepare_deit(void);

/** Whether the values are in range. @param name  where they come from  @return STAMP_ERANGE */
enum stamp_status stamp_prepare_check(const char *name, const struct stamp_prepare *p,
                                      struct stamp_err *e);

/**
 * Resize and crop.
 * @pre p in range
 * @param to  [input][input][3], 8-bit RGB, owned by the caller; untouched by a failure
 * @return STAMP_ENOMEM
 */
enum stamp_status stamp_prepare_crop(const struct stamp_prepare *p,
                                     const struct stamp_picture *from, uint8_t *to,
                                     struct stamp_err *e);

/** Cannot fail. @param rgb  [input][input][3]  @param to  [3][input][input], apart from it */
void stamp_prepare_planes(const struct stamp_prepare *p, const uint8_t *rgb, float *to);

/**
 * All of it for a file.
 * @pre p in range
 * @param out  [3][input][input]: red, green, blue, top row first; owned by the caller (stamp_free),
 * untouched by a failure
 * @return as stamp_picture_read
 */
enum stamp_status stamp_prepare_file(const struct stamp_prepare *p, const char *path, float **out,
                                     struct stamp_err *e);

#endif
