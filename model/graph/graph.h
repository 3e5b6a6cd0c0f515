/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file graph.h
 * A network as a graph: operations (ops.def) on named values, with parameters, in an order in which they
 * can be run. Blocks are runs of nodes that repeat.
 *
 * The network's numerics, the f32 reference and the compiler's lowering read the same graph; where a name
 * is seen, it is a value's. The numbers of parameters lie elsewhere (compiler/family/network.h).
 */
#ifndef STAMP_GRAPH_H
#define STAMP_GRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/status.h"
#include "model/text.h"

#ifdef __cplusplus
extern "C" {
#endif

enum stamp_gop {
#define GOP(name, least, most, shape, section, meaning) STAMP_GOP_##name,
#include "model/graph/ops.def"
    STAMP_GOPS
};

/** What attribute kind chooses, of all ops together. */
enum stamp_gkind {
    STAMP_GKIND_NONE,
#define GKIND(op, name, meaning) STAMP_G##op##_##name,
#include "model/graph/ops.def"
    STAMP_GKINDS
};

enum {
    STAMP_GRAPH_INS = 3,
    STAMP_GRAPH_NAME = 47,     /**< longest name, bytes */
    STAMP_GRAPH_MAX = 4096,    /**< nodes, values, parameters, repetitions: each at most */
    STAMP_GRAPH_SIDE = 1 << 24 /**< rows and columns: each at most */
};
/** Numbers of one parameter at most: all parameters of all repetitions are below 2^64. */
#define STAMP_GRAPH_NUMBERS (UINT64_C(1) << 36)

/** Rows of a value that the graph does not fix. */
#define STAMP_ROWS_RUN    0u         /**< the tokens of the run */
#define STAMP_ROWS_PICKED UINT32_MAX /**< those of them the run asks for (PICK RUN) */

/** An operand: a value, or with this bit a parameter. */
#define STAMP_PARAM 0x80000000u

struct stamp_gattr {
    uint32_t kind; /**< enum stamp_gkind of the op, NONE where it has none */
    uint32_t heads, kv_heads, head_dim, cache, group, unit;
    uint32_t channels, height, width, patch;
    uint32_t rows, cols, kernel, stride;
    float eps;
};

struct stamp_gnode {
    enum stamp_gop op;
    uint32_t ins, in[STAMP_GRAPH_INS]; /**< values, or STAMP_PARAM | parameters */
    uint32_t out;                      /**< value */
    struct stamp_gattr attr;
};

struct stamp_gvalue {
    char name[STAMP_GRAPH_NAME + 1];
    uint32_t rows, cols;
    uint32_t node; /**< that makes it */
    bool probe;    /**< shown to who looks at tensors: it is in memory as a whole on every device */
    /** Values of one place share memory, each written only when the others' readers are through. Empty: a
     *  place of its own, by its name. */
    char place[STAMP_GRAPH_NAME + 1];
    char by[STAMP_GRAPH_NAME +
            1]; /**< what makes it is called so in programs; empty: as the value */
};

enum stamp_gparam_kind {
    STAMP_GPARAM_MATRIX, /**< [rows][cols], outputs by inputs, or rows that are gathered */
    STAMP_GPARAM_VECTOR, /**< [cols], rows 1 */
    STAMP_GPARAM_ROWS,   /**< [rows][cols] as they are: binary32 */
    STAMP_GPARAM_TABLE,  /**< [cols] binary64, rows 1, of no block: the same in every repetition */
    STAMP_GPARAM_KINDS
};

struct stamp_gparam {
    char name[STAMP_GRAPH_NAME + 1];
    enum stamp_gparam_kind kind;
    uint32_t rows, cols;
    uint32_t block; /**< one for each repetition of it, or STAMP_NO_BLOCK */
};
#define STAMP_NO_BLOCK UINT32_MAX

/** Nodes first .. first+count-1, repeat times; the first time they read value in, then value out, which
 *  has its shape, of the time before in its stead. */
struct stamp_gblock {
    char name[STAMP_GRAPH_NAME + 1]; /**< "layers" */
    uint32_t first, count, repeat, in, out;
};

struct stamp_graph {
    char name[STAMP_GRAPH_NAME + 1]; /**< family */
    struct stamp_gnode *node;
    struct stamp_gvalue *value;
    struct stamp_gparam *param;
    struct stamp_gblock *block;
    uint32_t nodes, values, params, blocks;
};

void stamp_graph_free(struct stamp_graph *g); /**< NULL is allowed. */

/* ---- Questions ---- */

/** The block node @p node lies in, or STAMP_NO_BLOCK. */
uint32_t stamp_graph_block(const struct stamp_graph *g, uint32_t node);

/** How often a node runs: its block's repeat, or 1. */
uint32_t stamp_graph_times(const struct stamp_graph *g, uint32_t node);

/** Value @p v as node @p node of repetition @p time reads it: a block's in is its out from time 1 on. */
uint32_t stamp_graph_read(const struct stamp_graph *g, uint32_t node, uint32_t time, uint32_t v);

/** A node in one repetition of its block. */
struct stamp_gat {
    uint32_t node, time;
};
#define STAMP_GRAPH_START                                                                          \
    {                                                                                              \
        UINT32_MAX, 0                                                                              \
    }

/** On to the next in the order of running, from STAMP_GRAPH_START; false behind the last. */
bool stamp_graph_next(const struct stamp_graph *g, struct stamp_gat *at);

/** The same, LINEAR nodes only. */
bool stamp_graph_next_linear(const struct stamp_graph *g, struct stamp_gat *at);

/** Repetitions of all blocks. */
uint32_t stamp_graph_repeats(const struct stamp_graph *g);

/** The value of this name, or UINT32_MAX. */
uint32_t stamp_graph_value(const struct stamp_graph *g, const char *name);

/** What a run is given. */
struct stamp_ginputs {
    uint32_t run; /**< rows of the values whose rows are the run's; 0 where no input is */
    const float *const *rows; /**< of each PICTURE and INPUT node, in their order: [rows][cols] */
};

/** The number of PICTURE and INPUT nodes before node @p node: its place in struct stamp_ginputs. */
uint32_t stamp_graph_input(const struct stamp_graph *g, uint32_t node);

/** The node that reads parameter @p param (its number) as operand @p at, the first; UINT32_MAX for none. */
uint32_t stamp_graph_param_reader(const struct stamp_graph *g, enum stamp_gop op, uint32_t at,
                                  uint32_t param);

/** The node that reads value @p v last, UINT32_MAX for none. */
uint32_t stamp_graph_last_reader(const struct stamp_graph *g, uint32_t v);

/** "layers.3.q" of a block, "logits" outside; into @p text. @return its length, as snprintf */
int stamp_graph_name(const struct stamp_graph *g, uint32_t value, uint32_t time, char *text,
                     size_t size);

/** Numbers in all parameters, repetitions counted. */
uint64_t stamp_graph_parameters(const struct stamp_graph *g);

const char *stamp_gop_name(enum stamp_gop op);

/** "MATRIX", ... */
const char *stamp_gparam_kind_name(enum stamp_gparam_kind kind);

/** "RMS", ...; NULL for NONE and what is no kind of @p op. */
const char *stamp_gkind_name(enum stamp_gop op, uint32_t kind);

/* ---- Text ---- */

/** As text, which stamp_graph_parse reads back to the same graph. */
void stamp_graph_print(const struct stamp_graph *g, struct stamp_text *out);

/** For Graphviz: values as edges, a cluster for each block. */
void stamp_graph_dot(const struct stamp_graph *g, struct stamp_text *out);

/** @return STAMP_EFORMAT with line and word; STAMP_ENOMEM */
enum stamp_status stamp_graph_parse(const char *text, size_t len, struct stamp_graph **out,
                                    struct stamp_err *e);

/**
 * Whether the graph is one: operands exist, come before, have the kinds and shapes the op takes; names are
 * given once, also those that stamp_graph_name makes; attributes are of the op and in range; sizes are
 * neither 0 nor too large; parameters are in an order in which a text can declare them, each outside of
 * blocks or in its own, before it is read; blocks do not overlap and their in and out agree; no place is
 * written while a value in it is still to be read.
 * @return STAMP_EFORMAT with a line that names node and value
 */
enum stamp_status stamp_graph_check(const struct stamp_graph *g, struct stamp_err *e);

#ifdef __cplusplus
}
#endif
#endif
