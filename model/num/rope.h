/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file rope.h
 * Rotary embedding of neighbouring elements, and its tables.
 *
 * Rule     model/spec/numerics.md, section 8, ROPE
 */
#ifndef STAMP_NUM_ROPE_H
#define STAMP_NUM_ROPE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { STAMP_ROPE_POSITIONS = 1 << 20 }; /**< positions are below it */

/** How a model stretches its frequencies. */
enum stamp_rope_kind { STAMP_ROPE_KIND_PLAIN, STAMP_ROPE_KIND_LINEAR, STAMP_ROPE_KIND_LLAMA3 };

struct stamp_rope_params {
    double theta;      /**< base, above 1 */
    uint32_t head_dim; /**< even */
    enum stamp_rope_kind kind;
    double factor;              /**< LINEAR, LLAMA3: 1 or more */
    double low_freq, high_freq; /**< LLAMA3: turns within old_ctx that bound the blend */
    double old_ctx;             /**< LLAMA3, tokens */
};

/** Radians per position of pair i, computed by + - * / alone, equal on every host. */
double stamp_rope_frequency(const struct stamp_rope_params *p, uint32_t i);

/** Rows of the tables for one position: cosine[hd] with each cosine twice, sine[hd] with -sin, +sin. */
void stamp_rope_row(const double *frequency, uint32_t head_dim, uint32_t position, float *cosine,
                    float *sine);

/** One head x[hd] turned in place by the rows of its position. */
void stamp_rope_apply(uint32_t head_dim, const float *cosine, const float *sine, float *x);

#ifdef __cplusplus
}
#endif
#endif
