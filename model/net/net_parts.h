/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file net_parts.h
 * What the files of the network share; used by net*.c only.
 */
#ifndef STAMP_NET_NET_PARTS_H
#define STAMP_NET_NET_PARTS_H

#include <stdatomic.h>

#include "model/graph/steps.h"
#include "model/net/net.h"
#include "model/net/pool.h"
#include "model/num/linear.h"

enum {
    STAMP_NET_HEAD_DIM_MAX = 512, /* rows of a head live on the stack */
    STAMP_NET_KV_CHUNK = 32 /* rows of the cache a thread writes at a time where no block binds */
};

/**
 * The operands of attention in one repetition, in the order the kernels of the integer product read
 * weights: a key is an output channel of the scores and a feature of the weighted sum. Blocks of
 * STAMP_KEY_BLOCK keys follow each other, so that a longer cache begins with the shorter one.
 */
struct stamp_net_cache {
    uint32_t blocks; /**< there is room for */
    uint8_t *k;      /**< [blocks][kv_heads][4 panels][key_quads][STAMP_PANEL][4] digits + 128 */
    uint8_t *v;      /**< [blocks][kv_heads][value_panels][64][STAMP_PANEL][4] digits + 128 */
    float *sk, *sv;  /**< [blocks][kv_heads][STAMP_KEY_BLOCK] scales */
    /* The 8-bit rows behind the last complete block (kv bits 4). */
    uint8_t *tail_k, *tail_v;              /**< [kv_heads][2^block][head_dim] */
    struct stamp_kv_meta *meta_k, *meta_v; /**< [kv_heads][2^block] */
};

/** An ATTEND step, in all repetitions. */
struct stamp_net_attend {
    uint32_t heads, kv_heads, head_dim;
    uint32_t group; /**< query heads of a key-value head */
    uint32_t q_width, kv_width;
    uint32_t q_stride;     /**< bytes of a head's query digits */
    uint32_t key_quads;    /**< quads of features of a key */
    uint32_t value_panels; /**< panels of channels of a value */
    bool causal;
    bool linear;                   /**< no softmax */
    float eps;                     /**< of linear attention */
    struct stamp_kv_scheme kv;     /**< 32 bits without a cache */
    const double *frequency;       /**< NULL: no rotation */
    struct stamp_net_cache *cache; /**< [times]; NULL: the step is another one */
    uint32_t times;
};

/** Room for the rows of a run. */
struct stamp_net_work {
    uint32_t rows;        /**< there is room for, of values whose rows are the run's */
    void *arena;          /**< all of the below, owned */
    float **val;          /**< [values]; NULL where a value is not stored; owned by itself */
    float *cosine, *sine; /**< [rows][head_dim] */
    float *strip;         /**< [threads][2][most rows][STAMP_PANEL] */
    float *copy;          /**< [rows][cols] of an input that is read again */
    int8_t *code;         /**< [rows][features] */
    struct stamp_rowmeta *meta;
    float *padded;   /**< [threads][columns of a row of heads, each to a multiple of 16] */
    float *point;    /**< [threads][cols] of a convolution */
    int8_t *q_digit; /**< [kv_heads][rows * group][q_stride] */
    int32_t *q_sum;  /**< [kv_heads][rows * group] of the digits */
    float *q_scale;  /**< the same */
};

/** A thread's room for the rows of one block of one head. */
struct stamp_net_kv_work {
    float *x;                   /**< [rows of a block][head_dim] */
    uint8_t *code;              /**< the same */
    struct stamp_kv_meta *meta; /**< [rows of a block] */
};

struct stamp_net {
    struct stamp_net_model model;
    struct stamp_net_options options;
    struct stamp_gsteps steps;
    struct stamp_layer **layer;      /**< [steps][times * linears], NULL for other steps; owned */
    struct stamp_net_attend *attend; /**< [steps] */
    struct stamp_plan *plan;         /**< [steps] for the rows they have; s 0: none yet */
    bool *again;                     /**< [steps]: what its products read is read again */
    uint32_t most_rows;              /**< of the room in work, whatever the value */
    struct stamp_pool *pool;
    struct stamp_net_work work;
    struct stamp_net_kv_work *kv; /**< [threads] */
    uint32_t position;            /**< tokens in the cache */
    uint32_t prefilled;           /**< of these, by the last prefill */
    atomic_bool not_finite;       /**< some item of a job met such a value */
    atomic_bool no_memory;
};

/** The scheme of a LINEAR node. */
struct stamp_scheme stamp_net_scheme(const struct stamp_net *net, uint32_t node, unsigned bits);

/* net_linear.c: the linear layers. Each returns with the flags above set where a value was bad. */

/** Rows x[plan->s][d], overwritten, to the quantized input of the products that follow. */
void stamp_net_quantize(struct stamp_net *net, const struct stamp_plan *plan, uint32_t d, float *x);

/** A product of the input and where it goes. */
struct stamp_net_target {
    const struct stamp_layer *w;
    const float *bias;     /**< or NULL */
    float *y;              /**< [plan->s][w->n] */
    enum stamp_gpost post; /**< NONE: y = product; ADD: y = ADD(add, product); GELU, SILU;
                            *   GATED: y = ADD(add, MUL(product, gate)) */
    const float *add;      /**< [plan->s][w->n], may be y */
    const float *gate;     /**< [w->n] */
};

/** @param x  the rows given to stamp_net_quantize, for products in f32 */
void stamp_net_multiply(struct stamp_net *net, const struct stamp_plan *plan, const float *x,
                        uint32_t count, const struct stamp_net_target *target);

/** y[plan->s][gate->n] = MUL(SILU(gate), up), biases added before. */
void stamp_net_gate_up(struct stamp_net *net, const struct stamp_plan *plan, const float *x,
                       const struct stamp_net_target *gate, const struct stamp_net_target *up);

/* net_kv.c: the cache. */

/** Rows of a run of an ATTEND step; k, v as they are multiplied, norms and rotation of k done. */
struct stamp_net_rows {
    struct stamp_net_attend *a;
    uint32_t time, n;             /**< n: queries */
    uint32_t keys;                /**< of this run; n with a cache */
    float *q, *k;                 /**< [n][q_width], [keys][kv_width]; turned in place */
    const float *v;               /**< [keys][kv_width] */
    float *out;                   /**< [n][q_width] */
    const float *gain_q, *gain_k; /**< [head_dim], or NULL */
    float eps_q, eps_k;
};

enum stamp_status stamp_net_kv_reserve(struct stamp_net_attend *a, uint32_t keys,
                                       struct stamp_err *e);
void stamp_net_kv_free(struct stamp_net_attend *a);
/** Rows of positions 0 .. n-1 into an empty cache. */
void stamp_net_kv_fill(struct stamp_net *net, const struct stamp_net_rows *r);
/** Row 0 at net->position. */
void stamp_net_kv_append(struct stamp_net *net, const struct stamp_net_rows *r);

/* net_attn.c */

/** Norms of heads, ROPE, and digits of q, of n rows from net->position on. */
void stamp_net_turn(struct stamp_net *net, const struct stamp_net_rows *r);
/** out = attention of the rows from net->position on over the cache. */
void stamp_net_attend_rows(struct stamp_net *net, const struct stamp_net_rows *r);

/* net_norm.c */

/** A norm of rows. */
struct stamp_net_norm {
    struct stamp_net *net; /* set by stamp_net_norm_rows */
    uint32_t cols, unit;   /**< unit: heads are counted apart; 0: the row as it is */
    bool layer;
    float eps;
    const float *x, *gain, *bias; /**< [rows][cols], [cols]; bias may be NULL */
    float *y;                     /**< [rows][cols], may be x */
};

/** SILU or GELU of each element; y may be x. */
void stamp_net_unary(struct stamp_net *net, bool silu, size_t count, const float *x, float *y);
void stamp_net_norm_rows(struct stamp_net *net, uint32_t rows, struct stamp_net_norm norm);

/* net_linattn.c */

/** out = linear attention. */
void stamp_net_linear_attend(struct stamp_net *net, const struct stamp_net_rows *r);

/* net_grid.c */

/** A DEPTHWISE node at work. */
struct stamp_net_conv {
    const float *x, *weight, *bias; /**< [height * width][cols], [kernel * kernel][cols], [cols] */
};

/** y = the convolution @p a of first, times SILU of that of second, if there is one.
 *  @param a  attributes of both  @param y  [points][cols] */
void stamp_net_depthwise(struct stamp_net *net, const struct stamp_gattr *a, uint32_t cols,
                         const struct stamp_net_conv *first, const struct stamp_net_conv *second,
                         float *y);

/* net_work.c: memory. */

/** Rows of a value in a run of @p run rows. */
uint32_t stamp_net_rows_of(const struct stamp_net *net, uint32_t value, uint32_t run);
enum stamp_status stamp_net_work_reserve(struct stamp_net *net, uint32_t rows, struct stamp_err *e);
enum stamp_status stamp_net_kv_work_new(struct stamp_net *net, struct stamp_err *e);
void stamp_net_work_free(struct stamp_net *net);

/** Whether the sum of a row's squares is infinite, which would give a norm of zeros. */
bool stamp_net_norm_overflows(uint32_t n, const float *x);

/** Note a row that is not finite. */
static inline void stamp_net_note(struct stamp_net *net, bool bad)
{
    if (bad) atomic_store_explicit(&net->not_finite, true, memory_order_relaxed);
}

#endif
