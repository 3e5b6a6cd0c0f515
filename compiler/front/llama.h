/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file llama.h
 * A model of the Llama architecture in memory, and the loader that makes it from a path.
 *
 * Layer: x += wo attention(norm_att x); x += w2 (silu(w1 h) * w3 h), h = norm_ffn x. Weight
 * matrices are [out][in], row major, so y = x wᵀ.
 */
#ifndef STAMP_FRONT_LLAMA_H
#define STAMP_FRONT_LLAMA_H

#include <stdbool.h>
#include <stddef.h>

#include "model/status.h"

/** Weights of one layer, all owned by the model; q = heads * head_dim, kv = kv_heads * head_dim. */
struct stamp_llama_layer {
    float *wq;       /**< [q][dim] */
    float *wk;       /**< [kv][dim] */
    float *wv;       /**< [kv][dim] */
    float *wo;       /**< [dim][q] */
    float *w1;       /**< [hidden][dim], gate */
    float *w2;       /**< [dim][hidden], down */
    float *w3;       /**< [hidden][dim], up */
    float *norm_att; /**< [dim] */
    float *norm_ffn; /**< [dim] */
};

struct stamp_llama {
    size_t dim, hidden, layers, heads, kv_heads, head_dim, vocab;
    size_t ctx; /**< longest sequence, tokens */
    float rms_eps, rope_theta;
    bool rope_interleaved;           /**< pairs (2i, 2i+1), as llama2.c; else (i, i + head_dim/2) */
    float *rope_freq;                /**< [head_dim/2] radians per position, scaling included */
    struct stamp_llama_layer *layer; /**< [layers] */
    float *embed;                    /**< [vocab][dim] */
    float *norm;                     /**< [dim] */
    float *head;                     /**< [vocab][dim]; the same pointer as embed when tied */
};

/** How a model wants its rotary frequencies stretched. */
enum stamp_rope_scaling { STAMP_ROPE_PLAIN, STAMP_ROPE_LINEAR, STAMP_ROPE_LLAMA3 };

struct stamp_rope {
    enum stamp_rope_scaling scaling;
    double factor;              /**< LINEAR, LLAMA3: frequencies are divided by this */
    double low_freq, high_freq; /**< LLAMA3: turns within old_ctx that bound the blend */
    double old_ctx;             /**< LLAMA3: context of the original training, tokens */
};

/**
 * Open a model: a folder is read as Hugging Face (hf.h), a file as llama2.c (llama2c.h).
 * @param out  owned by the caller, given back with stamp_llama_close
 * @return STAMP_EIO, STAMP_EFORMAT, STAMP_ERANGE, STAMP_EUNSUPPORTED, STAMP_ENOMEM
 */
enum stamp_status stamp_llama_open(const char *path, struct stamp_llama **out, struct stamp_err *e);

/** NULL is allowed. */
void stamp_llama_close(struct stamp_llama *m);

/* For the loaders. */

/** Check that the dimensions fit together and are of sane size. @return STAMP_ERANGE */
enum stamp_status stamp_llama_check(const char *name, const struct stamp_llama *m,
                                    struct stamp_err *e);

/** Fill m->rope_freq from theta, head_dim and @p rope. @return STAMP_ENOMEM */
enum stamp_status stamp_llama_rope(struct stamp_llama *m, const struct stamp_rope *rope,
                                   struct stamp_err *e);

/** Refuse a weight that is NaN or infinite, naming the tensor. @return STAMP_ERANGE */
enum stamp_status stamp_llama_finite(const char *name, const char *tensor, const float *w,
                                     size_t count, struct stamp_err *e);

#endif
