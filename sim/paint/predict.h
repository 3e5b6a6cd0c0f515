/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file predict.h
 * One evaluation of a diffusion transformer, on a device and in f32 beside it.
 */
#ifndef STAMP_PAINT_PREDICT_H
#define STAMP_PAINT_PREDICT_H

#include "compiler/family/network.h"
#include "sim/net/netrun.h"

/** What runs and what it has come to. */
struct stamp_predict {
    const struct stamp_network *m; /**< borrowed; stamp_network_paints */
    struct stamp_netrun *run;      /**< NULL: f32 alone */
    bool measure;                  /**< f32 beside the device, for signal and noise */
    float *rows, *out, *ref;       /**< patches; predictions of the device and in f32; owned */
    double signal, noise; /**< energy of the predictions in f32, and of what they differ by */
    uint64_t steps;       /**< evaluations */
};

/**
 * @param options  of the device; one that cannot BITS: f32 alone
 * @return as stamp_netrun_new
 */
enum stamp_status stamp_predict_open(struct stamp_predict *p, const struct stamp_network *m,
                                     const struct stamp_netrun_options *options, bool measure,
                                     struct stamp_err *e);
void stamp_predict_close(struct stamp_predict *p); /**< of one that was zeroed too */

/**
 * What the network makes of a latent.
 * @param latent  [channels][height][width]  @param t  0 .. 10000, where the latent is in its schedule
 * @param text    [tokens][caption], 1 or more rows
 * @param out     [out_channels][height][width]
 * @return STAMP_ERANGE (tokens beyond the network's), as stamp_netrun_inputs, stamp_f32_inputs
 */
enum stamp_status stamp_predict(struct stamp_predict *p, const float *latent, float t,
                                const float *text, uint32_t tokens, float *out,
                                struct stamp_err *e);

/** What the runs of the device came to; false: there were none. Lists in it are borrowed from the run. */
bool stamp_predict_sum(const struct stamp_predict *p, struct stamp_netrun_phase *out);

/** SQNR of all predictions against f32, dB; NaN where nothing was measured. */
double stamp_predict_db(const struct stamp_predict *p);

/** Rows of patches [grid][patch][patch][channels] to planes [channels][height][width]: what a network gives. */
void stamp_unpatch(const struct stamp_dit *d, const float *rows, float *planes);

#endif
