/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file matmul.h
 * The integer product of quantized activations and weights, dequantized: y = DEQ(X W^T).
 *
 * Rule     model/spec/numerics.md, section 7
 * RTL twin rtl/mxu/: stamp_array, stamp_drain, instruction MM
 *
 * stamp_matmul_ref is the rule, nibble row by nibble row. stamp_matmul is the fast path: the same
 * values to the bit on packed weights, by the widest vector unit the host has.
 */
#ifndef STAMP_NUM_MATMUL_H
#define STAMP_NUM_MATMUL_H

#include "model/num/acts.h"
#include "model/num/path.h"
#include "model/num/weights.h"

#ifdef __cplusplus
extern "C" {
#endif

/** S of section 7: sum of x' * w' over n <= STAMP_K_MAX stored codes, as the array forms it. */
int32_t stamp_dot(uint32_t n, unsigned x_bits, const int8_t *x, unsigned w_bits, const int8_t *w);

/** y[x->s][w->n], row major. @pre x->d == w->d, x->block == w->block, d <= STAMP_K_MAX */
void stamp_matmul_ref(const struct stamp_acts *x, const struct stamp_weights *w, float *y);

enum { STAMP_PANEL = 64 }; /**< output channels packed together */

/**
 * Weights in the order the fast path reads them: panels of channels, quads of features. A quad holds
 * STAMP_PANEL * 4 unsigned codes, element 4 * channel + feature: code + 128 in a byte each for 8 bits;
 * for 4 bits code + 8, elements i and i + STAMP_PANEL * 2 in the low and the high half of byte i.
 * Scales and sums of a panel lie behind its quads: in arrays of their own, few rows would wait for them.
 */
struct stamp_packed {
    uint32_t n, d, block, nb;
    uint8_t bits;
    uint32_t panels;   /**< ceil(n / STAMP_PANEL) */
    size_t quads;      /**< ceil(d / 4) */
    size_t quad_bytes; /**< STAMP_PANEL * 4, or half of it */
    size_t panel_bytes;
    uint8_t *
        code; /**< [panels][panel_bytes], owned: [quads][quad_bytes], then as the functions below */
};

static inline const uint8_t *stamp_packed_panel(const struct stamp_packed *p, uint32_t panel)
{
    return p->code + panel * p->panel_bytes;
}

/** [nb][STAMP_PANEL] of a panel. */
static inline float *stamp_packed_scale(const struct stamp_packed *p, uint32_t panel)
{
    return (float *)(void *)(p->code + panel * p->panel_bytes + p->quads * p->quad_bytes);
}

/** [nb][STAMP_PANEL] of a panel. */
static inline int32_t *stamp_packed_colsum(const struct stamp_packed *p, uint32_t panel)
{
    return (int32_t *)(void *)(stamp_packed_scale(p, panel) + (size_t)p->nb * STAMP_PANEL);
}

/** Pack once, multiply often. On failure (STAMP_ENOMEM) @p out is zeroed. */
enum stamp_status stamp_pack(const struct stamp_weights *w, struct stamp_packed *out,
                             struct stamp_err *e);
void stamp_packed_free(struct stamp_packed *p);

/**
 * y[x->s][w->n], bit for bit stamp_matmul_ref. Preconditions as there, and stamp_path_works(path).
 * Panels first .. first+count-1 only: threads may share a product by panels.
 */
void stamp_matmul_panels(enum stamp_path path, const struct stamp_acts *x,
                         const struct stamp_packed *w, uint32_t first, uint32_t count, float *y);

/** One panel by the best path into y[x->s][its channels].
 *  @param next  bytes [next_bytes] that this thread will read next, or NULL: fetched meanwhile */
void stamp_matmul_panel(const struct stamp_acts *x, const struct stamp_packed *w, uint32_t panel,
                        const uint8_t *next, size_t next_bytes, float *y);

/** All panels by the best path, this thread. */
void stamp_matmul(const struct stamp_acts *x, const struct stamp_packed *w, float *y);

#ifdef __cplusplus
}
#endif
#endif
