/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file net_build.h
 * State of a network's compilation, shared by the files net*.c.
 *
 * Heads are padded to whole VM lines and 64 bytes of DRAM: a head takes hl lines. Layers lie in
 * DRAM one behind the other at equal distances; code is emitted for layer 0 inside a LOOP, and
 * transfers into the layer's region go through address register STAMP_REG_LAYER.
 */
#ifndef STAMP_LOWER_NET_BUILD_H
#define STAMP_LOWER_NET_BUILD_H

#include "compiler/kernel/linear.h"
#include "compiler/lower/net.h"
#include "compiler/emit/vec.h"

/** The linear layers of a block, fused where they share their input. */
enum stamp_net_linear {
    STAMP_NET_QKV,
    STAMP_NET_O,
    STAMP_NET_GATEUP,
    STAMP_NET_DOWN,
    STAMP_NET_HEAD,
    STAMP_NET_LINEARS
};

/** One of them, tiled for a number of rows. */
struct stamp_net_part {
    struct stamp_plan plan;
    struct stamp_linear l;
    uint64_t weights, columns;  /**< packed bytes */
    bool apart;                 /**< transform in passes of its own, post-processing too */
    struct stamp_place t, z, u; /**< apart: transformed input, output, output transformed back */
};

/** Addresses of layer 0. */
struct stamp_net_layer_at {
    uint64_t w[STAMP_NET_LINEARS], columns[STAMP_NET_LINEARS];
    uint64_t bias; /**< of QKV, 0 none */
    uint64_t norm_att, norm_ffn, norm_q, norm_k;
    uint64_t codes[2], tail[2], meta[2]; /**< caches of K and V; meta of all rows by position */
    uint64_t ops; /**< operands of attention, a record of each batch of keys */
};

/** Sizes of the cache and of the batches that fill it. */
struct stamp_net_kv {
    uint32_t block;    /**< log2 of a block's tokens, 0 where bits is not 4 */
    uint32_t levels;   /**< of HAAR over a block, 0 in a plain cache */
    uint32_t batch;    /**< tokens worked on at once: whole blocks, whole column groups */
    uint32_t heads;    /**< KV heads worked on at once */
    uint32_t chunks;   /**< of heads */
    uint32_t parts;    /**< 2: K and V have half of VM and PB each; 1: all of it in turn */
    uint32_t turn;     /**< rows of the rotary table in VM at once, a power of two */
    uint32_t pl8, pl4; /**< lines of a packed row; a multiple of 64 bytes */
    uint32_t ml;       /**< lines of a row's scales and zeros */
    uint64_t row8, row4, block_bytes, chunk_bytes, tail_bytes, meta_row; /**< bytes */
    uint32_t group; /**< WB lines of L keys of one head */
    /* A record of operands: keys, values, scales of keys, scales of values, each head by head. */
    uint64_t k_head, v_head, cm_head, sv_head; /**< bytes of a head */
    uint64_t op_v, op_cm, op_sv, op_bytes;     /**< where they begin; bytes of a record */
};

struct stamp_netc {
    struct stamp_build *b;
    const struct stamp_net_spec *spec;
    const struct stamp_mach *mach;
    uint32_t L, hl, hdp; /**< lanes; lines and elements of a padded head */
    uint32_t dl, ql, kvl,
        fl; /**< lines of a row: model, queries, keys, hidden; all but dl whole 64 bytes */
    uint32_t heads, kv_heads, rep; /**< rep: heads / kv_heads */
    uint32_t ctx;                  /**< rounded up to whole key blocks */
    struct stamp_net_kv kv;
    struct stamp_net_part part[STAMP_NET_LINEARS];
    struct stamp_net_layer_at at;
    uint64_t layer_lo, layer_bytes;
    struct stamp_place x, h, qkv, att, ff, logits, embed;
    uint64_t tokens, rope, norm_out, constants;
    uint32_t rows;    /**< tokens of this program: s, or 1 */
    uint64_t scratch; /**< decode: values of the last batch, [batch][a chunk's heads] */
    const struct stamp_netc *prefill; /**< decode: whose packed weights are used; else NULL */
};

/** Offsets into the constants buffer. */
enum {
    STAMP_NET_EPS = 0,         /**< a line of eps, at most 256 bytes */
    STAMP_NET_CM_ONE = 256,    /**< a CM line of scale 1, at most 512 bytes */
    STAMP_NET_RT_ALL8 = 768,   /**< 256 row table entries of 8-bit rows 0, 2, 4, ... */
    STAMP_NET_NT_PAIRS = 1280, /**< 256 nibble table entries of pairs */
    STAMP_NET_RT_BLOCK = 1792, /**< 256 row table entries: first of each block 8 bits */
    STAMP_NET_RT_LAST = 2304,  /**< the same for the last batch, its tail 8 bits */
    STAMP_NET_CONSTANTS = 2816
};

/* net_data.c: buffers and constants */
void stamp_netc_lay(struct stamp_netc *n);
/** Those of the step beside a prefill's. */
void stamp_netc_lay_step(struct stamp_netc *step, const struct stamp_netc *prefill);
/* net_lin.c: tiles of the linear layers for n->rows rows, their weights, their code */
extern const char *const stamp_net_linear_name[]; /**< [STAMP_NET_LINEARS] */
/** Inputs and outputs of a part as the model has them, without padding. */
struct stamp_net_size {
    uint64_t d, n;
};
struct stamp_net_size stamp_netc_size(const struct stamp_netc *n, enum stamp_net_linear which);
void stamp_netc_tile(struct stamp_netc *n);
void stamp_netc_weights(struct stamp_netc *n, uint32_t layer, enum stamp_net_linear which,
                        struct stamp_weights *out);
void stamp_netc_linear(struct stamp_netc *n, enum stamp_net_linear which);
void stamp_netc_tile_free(struct stamp_netc *n);
/* net_norm.c */
void stamp_netc_norm(struct stamp_netc *n, struct stamp_place from, uint64_t gain,
                     struct stamp_place to, uint32_t row0, uint32_t rows);
/** RMSNORM of heads in place: v.n0 rows of hl lines; gain and scalars are VM lines. */
void stamp_netc_head_norm(struct stamp_netc *n, struct stamp_vec v, uint32_t gain, uint32_t eps,
                          uint32_t scalars);
void stamp_netc_gather(struct stamp_netc *n);
/* net_kv.c */
bool stamp_netc_kv_sizes(struct stamp_netc *n);
void stamp_netc_kv_fill(struct stamp_netc *n);
/* net_attn.c */
void stamp_netc_attention(struct stamp_netc *n);
/* net_step.c: registers of a decode program; keys and values of one token, operands of its batch */
void stamp_netc_step_start(struct stamp_netc *n);
void stamp_netc_step_kv(struct stamp_netc *n);
void stamp_netc_step_attention(struct stamp_netc *n);
void stamp_netc_recode_start(struct stamp_netc *n);
void stamp_netc_recode(struct stamp_netc *n);

#endif
