/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file llama.h
 * A model of the Llama architecture or of its Qwen relatives, and the loader that makes it from a
 * path.
 *
 * Layer: x += wo attention(norm_att x); x += w2 (silu(w1 h) * w3 h), h = norm_ffn x. Weight
 * matrices are [out][in], row major, so y = x wᵀ. Qwen 2 adds a bias to q, k and v; Qwen 3
 * normalises every head of q and k before the rotary embedding.
 *
 * Whatever the file has, rows of wq, wk, their biases and the gains of their norms come in
 * INTERLEAVED rotary order: pair i of a head is its elements 2i and 2i + 1.
 */
#ifndef STAMP_FRONT_LLAMA_H
#define STAMP_FRONT_LLAMA_H

#include <stdbool.h>
#include <stddef.h>

#include "compiler/front/lazy.h"
#include "compiler/front/notes.h"
#include "model/num/rope.h"
#include "model/status.h"

enum stamp_family { STAMP_FAMILY_LLAMA, STAMP_FAMILY_QWEN2, STAMP_FAMILY_QWEN3 };

/** Weights of one layer; q = heads * head_dim, kv = kv_heads * head_dim. Vectors are owned. */
struct stamp_llama_layer {
    struct stamp_lazy wq; /**< [q][dim] */
    struct stamp_lazy wk; /**< [kv][dim] */
    struct stamp_lazy wv; /**< [kv][dim] */
    struct stamp_lazy wo; /**< [dim][q] */
    struct stamp_lazy w1; /**< [hidden][dim], gate */
    struct stamp_lazy w2; /**< [dim][hidden], down */
    struct stamp_lazy w3; /**< [hidden][dim], up */
    float *norm_att;      /**< [dim] */
    float *norm_ffn;      /**< [dim] */
    float *bias_q;        /**< [q], Qwen 2; else NULL, as are the next two */
    float *bias_k;        /**< [kv] */
    float *bias_v;        /**< [kv] */
    float *norm_q;        /**< [head_dim], Qwen 3; else NULL, as is the next */
    float *norm_k;        /**< [head_dim] */
};

struct stamp_infile;
struct stamp_safetensors;

struct stamp_llama {
    char *name; /**< path it was opened by, for messages, owned; NULL: from memory */
    enum stamp_family family;
    const char *format; /**< "llama2.c", "safetensors", "GGUF", "random"; static */
    size_t dim, hidden, layers, heads, kv_heads, head_dim, vocab;
    size_t ctx; /**< longest sequence, tokens */
    float rms_eps;
    struct stamp_rope_params rope;   /**< what the file says */
    double *frequency;               /**< [head_dim / 2] radians per position, what is used */
    bool rope_divided;               /**< GGUF: frequency was divided further, pair by pair */
    bool tied;                       /**< head is the embedding */
    struct stamp_llama_layer *layer; /**< [layers] */
    struct stamp_lazy embed;         /**< [vocab][dim] */
    struct stamp_lazy head;          /**< [vocab][dim]; tied: the same bytes as embed */
    float *norm;                     /**< [dim] */
    struct stamp_infile *file;       /**< what the matrices point into, owned; or NULL */
    struct stamp_infile **part;      /**< [parts], the same: further files of a GGUF in parts */
    size_t parts;
    struct stamp_safetensors *tensors; /**< the same as file */
    struct stamp_notes notes;          /**< what the user should know of the file */
};

/**
 * Open a model: a folder is read as Hugging Face (hf.h), a file as GGUF (gguf.h) or llama2.c
 * (llama2c.h), "random:..." is made (random.h). Its files stay mapped until close and must not
 * change meanwhile.
 * @param out  owned by the caller, given back with stamp_llama_close
 * @return STAMP_EIO, STAMP_EFORMAT, STAMP_ERANGE, STAMP_EUNSUPPORTED, STAMP_ENOMEM
 */
enum stamp_status stamp_llama_open(const char *path, struct stamp_llama **out, struct stamp_err *e);

/** NULL is allowed. */
void stamp_llama_close(struct stamp_llama *m);

/** "Llama", "Qwen2", "Qwen3". */
const char *stamp_family_name(enum stamp_family family);

/* For the loaders. */

/** Check that the dimensions fit together and are of sane size. @return STAMP_ERANGE */
enum stamp_status stamp_llama_check(const char *name, const struct stamp_llama *m,
                                    struct stamp_err *e);

/** Fill m->frequency from m->rope. @return STAMP_ENOMEM */
enum stamp_status stamp_llama_rope(struct stamp_llama *m, struct stamp_err *e);

/** All of a vector, a matrix of one column, into a new array; a value that is not finite is refused
 *  (STAMP_ERANGE). @param name  the model, for messages */
enum stamp_status stamp_llama_vector(const char *name, const struct stamp_lazy *t, float **out,
                                     struct stamp_err *e);

#endif
