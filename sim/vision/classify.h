/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file classify.h
 * Pictures through a vision transformer, in f32 and on a device.
 */
#ifndef STAMP_SIM_VISION_CLASSIFY_H
#define STAMP_SIM_VISION_CLASSIFY_H

#include "sim/net/netrun.h"
#include "sim/report/tensors.h"

enum { STAMP_TOP = 5 };

/** A class and its softmax over all classes. */
struct stamp_top {
    size_t index;
    double score;
};

/** Set network; the rest from zero. */
struct stamp_classify {
    struct stamp_network *network; /**< owned: closed with the rest */
    struct stamp_netrun *run;      /**< NULL: f32 alone */
    struct stamp_tensors *tensors; /**< NULL: not wanted */
    float *rows, *ref, *logits;    /**< of the picture at hand */
    double signal, noise;          /**< of the logits of all pictures, against f32 */
    size_t pictures, agree;        /**< seen; whose first class is that of f32 */
};

/**
 * Make ready to run on options->on.
 * @return STAMP_EUNSUPPORTED (a network that takes no pictures, the device is not built), or as
 *         stamp_netrun_new
 */
enum stamp_status stamp_classify_open(struct stamp_classify *c,
                                      const struct stamp_netrun_options *options, bool tensors,
                                      struct stamp_err *e);
void stamp_classify_close(struct stamp_classify *c);

/** The largest classes of a PNG file, the first of equals in front (fewer classes: the last one again).
 *  @return as stamp_prepare_file, stamp_f32_rows, stamp_netrun_rows */
enum stamp_status stamp_classify_picture(struct stamp_classify *c, const char *path,
                                         struct stamp_top top[STAMP_TOP], struct stamp_err *e);

/** SQNR of the logits so far, dB. */
double stamp_classify_db(const struct stamp_classify *c);

/**
 * A PNG file as the network takes it: prepared as its checkpoint says, in patches.
 * @param rows  [rows][cols] of the graph's first value, owned by the caller
 * @return as stamp_prepare_file
 */
enum stamp_status stamp_picture_rows(const struct stamp_network *m, const char *path, float *rows,
                                     struct stamp_err *e);

/** Planes [channels][height][width] to rows of patches, each [channels][patch][patch]. */
void stamp_patches(const struct stamp_gattr *a, const float *planes, float *rows);

#endif
