/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file net_second.h
 * A second model of whole networks, written from numerics.md alone: bit patterns on softfloat, plain
 * loops over integers, one row and one head after the other. Knows nothing of graphs; shares nothing with
 * model/ but the structs of codes and schemes.
 */
#ifndef STAMP_TESTS_NET_SECOND_H
#define STAMP_TESTS_NET_SECOND_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "model/num/kv.h"
#include "model/num/scheme.h"
#include "model/num/weights.h"
#include "tests/oracle/fn.h"

enum { SECOND_WIDTH = 256, SECOND_TOKENS = 640, SECOND_LAYERS = 2 };

/** Bit patterns. */
typedef uint32_t second_rows[SECOND_TOKENS][SECOND_WIDTH];

/* ---- A decoder --------------------------------------------------------------------------------- */

struct second_shape {
    uint32_t dim, hidden, layers, heads, kv_heads, head_dim, vocab;
    uint32_t ctx;            /**< longest sequence */
    float eps;               /**< of every norm */
    bool qk_norm;            /**< RMSNORM of every head of q and k before ROPE */
    const double *frequency; /**< [head_dim / 2], borrowed */
};

/** Biases and QK gains may be NULL. */
struct second_layer {
    struct stamp_weights q, k, v, o, gate, up, down;
    const float *norm_att, *norm_ffn;      /**< [dim] */
    const float *bias_q, *bias_k, *bias_v; /**< [heads * head_dim], [kv_heads * head_dim] */
    const float *norm_q, *norm_k;          /**< [head_dim] */
};

struct second_model {
    struct second_shape shape;
    const struct second_layer *layer; /**< [layers] */
    struct stamp_weights head;        /**< [vocab][dim] */
    const float *norm;                /**< [dim] */
    /** Row @p token of the embedding to x[dim]. */
    void (*embed)(void *ctx, uint32_t token, float *x);
    void *embed_ctx;
};

struct second_side {
    second_rows row;                             /**< of 8-bit codes, while they may be recoded */
    int digit[SECOND_TOKENS][SECOND_WIDTH];      /**< operands */
    uint32_t scale[SECOND_TOKENS][SECOND_WIDTH]; /**< [token][head] */
};

/** What the matrices of a layer read. */
enum second_input { SECOND_ATT, SECOND_HEADS, SECOND_FFN, SECOND_HIDDEN, SECOND_INPUTS };

struct second_net {
    const struct second_model *m;
    struct stamp_scheme q;
    const struct stamp_scheme *own; /**< NULL, or by enum second_input in its stead */
    struct stamp_kv_scheme kv;
    uint32_t pos;
    struct second_side k[SECOND_LAYERS], v[SECOND_LAYERS];
};

/** logits[n][vocab], bit patterns, of tokens at positions 0 .. n-1. */
void second_prefill(struct second_net *t, const int32_t *tokens, uint32_t n, uint32_t *logits);

/** logits[vocab] of one token more. */
void second_step(struct second_net *t, int32_t token, uint32_t *logits);

/* ---- A vision transformer ---------------------------------------------------------------------- */

/** What lies in a layer, biases beside their matrices. */
struct second_vit_layer {
    struct stamp_weights q, k, v, o, up, down;
    const float *bias_q, *bias_k, *bias_v, *bias_o, *bias_up, *bias_down;
    const float *norm_att, *shift_att, *norm_ffn, *shift_ffn; /**< gains, biases [dim] */
};

struct second_vit {
    uint32_t dim, hidden, layers, heads, kv_heads, head_dim, classes;
    uint32_t patches, patch_width;
    float eps;
    const struct second_vit_layer *layer; /**< [layers] */
    struct stamp_weights patch, head;
    const float *bias_patch, *bias_head;
    const float *first;        /**< [dim] row before the patches, or NULL */
    const float *place;        /**< [rows][dim] added, or NULL */
    const float *norm, *shift; /**< [dim], or NULL: no norm before the head */
};

/** y[classes] of x[patches][patch_width], bit patterns. */
void second_vit_run(const struct second_vit *m, const struct stamp_scheme *q, const float *x,
                    uint32_t *y);

/* ---- A diffusion transformer ------------------------------------------------------------------- */

/** A product; bias NULL: none. */
struct second_part {
    struct stamp_weights w;
    const float *bias;
};

/** Vectors [dim] unless said; scales of a table have their 1. What a network has not is NULL. */
struct second_dit_block {
    const float *table[6]; /**< shift, scale, gate of attention, of the feed-forward part */
    struct second_part q, k, v, o, cross_q, cross_k, cross_v, cross_o;
    const float *gain_q, *gain_k, *gain_cross_q, *gain_cross_k;
    struct second_part fc1, fc2;           /**< PixArt */
    struct second_part value, gate, point; /**< SANA */
    const float *taps[2], *taps_bias[2];   /**< of value, gate: [9][hidden], [hidden] */
    uint32_t squeeze;                      /**< 0: keys and values are whole */
    const float *sr, *sr_bias, *squeeze_gain, *squeeze_bias; /**< [squeeze^2][dim] */
};

struct second_dit {
    bool sana;
    uint32_t dim, hidden, layers, heads, head_dim, cross_heads, cross_head_dim;
    uint32_t grid_h, grid_w, patch_width, caption;
    float eps, eps_out;
    struct second_part patch, time1, time2, six[6], caption1, caption2, output;
    const float *place;     /**< [rows][dim], or NULL */
    const float *norm_text; /**< SANA's gain */
    const float *shift_out, *scale_out;
    const struct second_dit_block *block; /**< [layers] */
    /** Told of values by their names in a graph; layer UINT32_MAX: of none. */
    void (*see)(void *ctx, const char *name, uint32_t layer, uint32_t rows, uint32_t cols,
                second_rows x);
    void *ctx;
};

/** Told of the prediction as of all values. @param x  [rows][patch_width]  @param time  [256]
 *  @param text  [tokens][caption] */
void second_dit_run(const struct second_dit *m, const struct stamp_scheme *q, const float *x,
                    const float *time, const float *text, uint32_t tokens);

/** Section 9, linear attention: what keys and values of a head come to. */
struct second_sums {
    int m[SECOND_WIDTH][SECOND_WIDTH];
    uint32_t l[SECOND_WIDTH], sm[SECOND_WIDTH];
};

/** The head's elements begin at @p at. */
void second_linear_sums(uint32_t keys, uint32_t hd, uint32_t at, second_rows k, second_rows v,
                        struct second_sums *out);
void second_linear_row(const struct second_sums *s, uint32_t hd, float eps, const uint32_t *q,
                       uint32_t *y);

/* ---- What all are made of --------------------------------------------------------------------- */

static inline uint32_t second_bits(float x)
{
    uint32_t u;
    memcpy(&u, &x, sizeof u);
    return u;
}

static inline uint32_t second_larger(uint32_t a, uint32_t b)
{
    return so_less(a, b) ? b : a;
}

/** Section 6: codes minus zero of n values; max 0: of bits. @return scale */
uint32_t second_quantize(unsigned bits, bool sym, int max, uint32_t n, const uint32_t *x,
                         int *code);

/** Section 5, HAAR of n rows of w columns from first on. */
void second_haar(uint32_t (*x)[SECOND_WIDTH], uint32_t first, uint32_t n, uint32_t w,
                 uint32_t depth);
void second_unhaar(uint32_t (*x)[SECOND_WIDTH], uint32_t first, uint32_t n, uint32_t w,
                   uint32_t depth);

/** Section 5, WHT or DCT of n rows of w columns. */
void second_blocks(enum stamp_transform t, uint32_t (*x)[SECOND_WIDTH], uint32_t n, uint32_t w,
                   uint32_t depth, bool undo);
/** Canonical index of a row of n under it, without the sink. */
uint32_t second_blocks_place(enum stamp_transform t, uint32_t n, uint32_t depth, uint32_t row);

/** Sections 5 to 7: y = the layer of x[s], which stays. */
void second_linear(const struct stamp_scheme *q, uint32_t s, second_rows x,
                   const struct stamp_weights *w, const float *bias, second_rows y);

/** Section 9: one head's rows, from token first on, to their operands. */
void second_operands(struct second_side *to, uint32_t head, uint32_t hd, uint32_t first, uint32_t n,
                     uint32_t (*x)[SECOND_WIDTH]);

struct second_heads {
    uint32_t heads, kv_heads, head_dim;
    const struct second_side *k, *v;
};

/** Head @p h of one row q of queries that sees keys 0 .. last. */
void second_attend(const struct second_heads *a, uint32_t h, uint32_t last, const uint32_t *q,
                   uint32_t *out);

#endif
