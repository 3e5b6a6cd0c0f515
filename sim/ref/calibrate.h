/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file calibrate.h
 * Second moments of the inputs of a model's linear layers, from runs of it in f32 over a text.
 */
#ifndef STAMP_REF_CALIBRATE_H
#define STAMP_REF_CALIBRATE_H

#include "compiler/token/tokenizer.h"
#include "compiler/quant/calib.h"
#include "sim/ref/perplexity.h"

struct stamp_calibration; /* opaque: token sequences, and moments of some layers at a time */

/**
 * Take the documents of a text (split as perplexity.h does), BOS first, each cut to the context,
 * until @p tokens are there. Nothing runs until moments are asked for.
 * @param m     borrowed
 * @param full  matrices; otherwise diagonals
 * @return STAMP_ERANGE (no document), STAMP_ENOMEM, as stamp_tokenizer_encode
 */
enum stamp_status stamp_calibration_new(const struct stamp_network *m,
                                        const struct stamp_tokenizer *t, const char *text,
                                        size_t len, size_t tokens, bool full,
                                        struct stamp_calibration **out, struct stamp_err *e);
void stamp_calibration_free(struct stamp_calibration *c); /**< NULL is allowed. */

/** For stamp_qmodel_make; owned by @p c. */
const struct stamp_calib *stamp_calibration_calib(const struct stamp_calibration *c);

/** What the context left out of its documents; owned by @p c. */
const struct stamp_cut *stamp_calibration_cut(const struct stamp_calibration *c);

#endif
