/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file attend.h
 * One ATTEND step being compiled: shapes, sizes of its cache, places of everything.
 *
 * Heads are padded to whole VM lines and 64 bytes of DRAM: a head takes hl lines.
 */
#ifndef STAMP_KERNEL_ATTEND_H
#define STAMP_KERNEL_ATTEND_H

#include "compiler/emit/build.h"
#include "compiler/emit/vec.h"
#include "model/num/kv.h"

enum { STAMP_ATTEND_ROWS = 64 }; /**< queries at once, at most, where all see all keys */

/** Sizes of the cache and of the batches that fill it. */
struct stamp_kv_sizes {
    uint32_t block;  /**< log2 of a block's tokens, 0 where bits is not 4 */
    uint32_t levels; /**< of HAAR over a block, 0 in a plain cache */
    uint32_t batch;  /**< tokens worked on at once: whole blocks, whole column groups */
    uint32_t rec; /**< tokens of a record of operands: a column group, or what is whole 64 bytes */
    uint32_t heads;    /**< KV heads worked on at once */
    uint32_t chunks;   /**< of heads */
    uint32_t parts;    /**< 2: K and V have half of VM and PB each; 1: all of it in turn */
    uint32_t turn;     /**< rows of the rotary table in VM at once, a power of two */
    uint32_t pl8, pl4; /**< lines of a packed row; a multiple of 64 bytes */
    uint32_t ml;       /**< lines of a row's scales and zeros */
    uint64_t row8, row4, block_bytes, chunk_bytes, tail_bytes, meta_row; /**< bytes */
    uint32_t group; /**< WB lines of L keys of one head */
    /* A record of operands, rec tokens: keys, values, scales of keys, scales of values, each head by head. */
    uint64_t k_head, v_head, cm_head, sv_head; /**< bytes of a head */
    uint64_t op_v, op_cm, op_sv, op_bytes;     /**< where they begin; bytes of a record */
};

/** Addresses of the first repetition. */
struct stamp_attend_at {
    uint64_t norm_q, norm_k;             /**< gains of heads, 0 none */
    uint64_t codes[2], tail[2], meta[2]; /**< caches of K and V; meta of all rows by position */
    uint64_t ops; /**< operands of attention, a record of each batch of keys */
};

struct stamp_attend {
    struct stamp_build *b;
    const struct stamp_mach *mach;
    uint32_t L, hl, hdp;           /**< lanes; lines and elements of a padded head */
    uint32_t head_dim;             /**< elements of a head as the network has it */
    uint32_t heads, kv_heads, rep; /**< rep: heads / kv_heads */
    uint32_t rows;                 /**< queries of this program */
    uint32_t keys;                 /**< of this program; rows with a cache */
    uint32_t ctx;                  /**< keys at most, whole key blocks */
    uint32_t most;                 /**< decode: keys that a position sees, at most */
    bool causal;                   /**< a row sees the keys up to its own */
    bool linear;                   /**< no softmax: attn_linear.c */
    uint64_t one, zeros,
        eps;       /**< linear: rows of the identity [hdp][hdp]; a line of +0, one of eps */
    uint64_t sums; /**< linear: operands of two heads, by turns */
    bool cached;   /**< keys and values are kept, as scheme says */
    bool decode;   /**< the program is one row behind others */
    struct stamp_kv_scheme scheme;
    struct stamp_kv_sizes kv;
    struct stamp_attend_at at;
    struct stamp_place q, k, v, out; /**< rows of heads */
    uint64_t rope;                   /**< rotary table, 0 none: heads are not turned */
    uint64_t constants;              /**< of the network, kernel.h */
    uint64_t eps_q, eps_k;           /**< addresses of a line of it */
    uint64_t scratch; /**< decode: values of the last batch, [batch][a chunk's heads] */
};

/** Sizes that follow from shapes and machine; false when a batch does not fit. */
bool stamp_attend_sizes(struct stamp_attend *n);
/** Say with a sticky error what does not fit. */
void stamp_attend_refuse(struct stamp_attend *n);

/* kv.c, attn_prefill.c: rows from position 0. */
void stamp_attend_fill(struct stamp_attend *n);
void stamp_attend_rows(struct stamp_attend *n);
/** Whether the rows keep the vector unit busy longer than the array. */
bool stamp_attend_is_vector(const struct stamp_attend *n);
/** What of each memory they take at least without meeting more keys than with all of it; in @p need, a copy of the
 *  machine; false where they take all. */
bool stamp_attend_rows_need(struct stamp_attend *n, struct stamp_mach *need);
/* attn_linear.c: the same without softmax. */
void stamp_attend_linear(struct stamp_attend *n);
/** Bytes of the operands of a head's sums. */
uint64_t stamp_attend_sums(const struct stamp_attend *n);
/* attn_step.c: one row at position ARG0; registers first. */
void stamp_attend_step_start(struct stamp_attend *n, bool recode);
void stamp_attend_step_kv(struct stamp_attend *n);
void stamp_attend_step(struct stamp_attend *n);
/** Lines of VM of @p mach that a step needs at least, by what @p n, whose mach is changed, has of the prefill. */
uint32_t stamp_attend_step_lines(struct stamp_attend *n, const struct stamp_mach *mach);
void stamp_attend_recode(struct stamp_attend *n);

/** RMSNORM of heads in place: v.n0 rows of hl lines of @p count elements; gain, eps and scalars are VM lines.
 *  (k_norm.c) */
void stamp_head_norm(struct stamp_build *b, uint32_t L, uint32_t count, struct stamp_vec v,
                     uint32_t gain, uint32_t eps, uint32_t scalars);

#endif
