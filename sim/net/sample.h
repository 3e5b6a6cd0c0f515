/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file sample.h
 * The next token from logits: on the host, deterministic.
 */
#ifndef STAMP_SIM_NET_SAMPLE_H
#define STAMP_SIM_NET_SAMPLE_H

#include <stddef.h>
#include <stdint.h>

#include "model/status.h"

/** How to choose. */
struct stamp_sampler {
    double temperature; /**< 0: the largest logit, the lowest token of equal ones */
    size_t top_k;       /**< of the largest only, lower tokens first among equals; 0: all */
    uint64_t state;     /**< of the generator; its first value is the seed */
};

/**
 * Choose a token. Weights exp((logit - largest) / temperature) are added up in falling order of the
 * logits, in double; one number is drawn per call when temperature is not 0.
 * @return STAMP_ENOMEM; STAMP_ERANGE for a logit that is not finite
 */
enum stamp_status stamp_sample(struct stamp_sampler *s, const float *logits, size_t vocab,
                               int32_t *token, struct stamp_err *e);

#endif
