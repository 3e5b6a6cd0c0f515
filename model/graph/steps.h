/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file steps.h
 * What is done at once: the nodes of a graph in groups that pass no value between them through memory.
 *
 * LINEAR nodes that read the same value share its quantization; what follows a product element by element
 * happens to its result in passing; norms and rotations of the heads of queries and keys are a part of
 * attention. The network's numerics and the compiler's lowering run these; the f32 reference does not know
 * them.
 */
#ifndef STAMP_GRAPH_STEPS_H
#define STAMP_GRAPH_STEPS_H

#include "model/graph/graph.h"

#ifdef __cplusplus
extern "C" {
#endif

enum stamp_gstep_kind {
    STAMP_STEP_INPUT, /**< IDS, PICTURE, INPUT, PICK: nothing is computed */
    STAMP_STEP_GATHER,
    STAMP_STEP_LINEARS, /**< up to STAMP_STEP_LINEAR_MAX LINEAR nodes, then post */
    STAMP_STEP_NORM,    /**< of whole rows */
    STAMP_STEP_ATTEND,
    STAMP_STEP_PREPEND,
    STAMP_STEP_ADD,   /**< BINARY ADD of a parameter's rows */
    STAMP_STEP_UNARY, /**< SILU or GELU of a value */
    STAMP_STEP_DEPTHWISE
};

enum { STAMP_STEP_LINEAR_MAX = 3 };

/** What happens to the results of the products before they are stored. */
enum stamp_gpost {
    STAMP_GPOST_NONE, /**< every product is a value of its own */
    STAMP_GPOST_ADD,  /**< one product, added to value add */
    STAMP_GPOST_GATE, /**< two: SILU of the first times the second */
    STAMP_GPOST_GELU, /**< one: GELU */
    STAMP_GPOST_SILU, /**< each: SILU, a value of its own */
    STAMP_GPOST_GATED /**< one: times the row gate, then added to value add */
};

#define STAMP_NO_OPERAND UINT32_MAX

struct stamp_gstep {
    enum stamp_gstep_kind kind;
    uint32_t node;  /**< GATHER, NORM, ATTEND, ...: the node itself; LINEARS: the first */
    uint32_t block; /**< or STAMP_NO_BLOCK */
    uint32_t x;     /**< value read: of a norm, of the products, the queries, the rows behind one */
    uint32_t out;   /**< value made; where there are several: the first */
    uint32_t linear[STAMP_STEP_LINEAR_MAX], linears; /**< nodes */
    uint32_t outs[STAMP_STEP_LINEAR_MAX],
        made; /**< values made; made: their number, 1 or linears */
    enum stamp_gpost post;
    uint32_t add;        /**< ADD, GATED: a value; of STAMP_STEP_ADD: an operand */
    uint32_t gate;       /**< GATED: a value of one row */
    uint32_t gain, bias; /**< NORM: operands */
    uint32_t
        second;    /**< DEPTHWISE: the node whose SILU the result is multiplied by, or NO_OPERAND */
    uint32_t k, v; /**< ATTEND: values; x is the queries before norm and rotation */
    uint32_t gain_q, gain_k; /**< ATTEND: NORM nodes of heads, or STAMP_NO_OPERAND */
    uint32_t frequency;      /**< ATTEND: parameter, or STAMP_NO_OPERAND: no rotation */
    char name[STAMP_GRAPH_NAME +
              1]; /**< the names of the products together, "qkv"; the value's otherwise */
};

struct stamp_gsteps {
    struct stamp_gstep *step; /**< in the order of running; those of a block together */
    uint32_t steps;
};

/**
 * The steps of a checked graph.
 * @param out  owned by the caller, stamp_gsteps_free
 * @return STAMP_EUNSUPPORTED with the name of a value that no step can make, STAMP_ENOMEM
 */
enum stamp_status stamp_gsteps_of(const struct stamp_graph *g, struct stamp_gsteps *out,
                                  struct stamp_err *e);
void stamp_gsteps_free(struct stamp_gsteps *s);

/**
 * Whether each step, in their order and in every repetition, finds what it reads: nodes done at once are done
 * where the first of them stands, or the last, and may meet others in a place they share.
 * @return STAMP_EUNSUPPORTED with both values and the place, STAMP_ENOMEM
 */
enum stamp_status stamp_gsteps_check(const struct stamp_graph *g, const struct stamp_gsteps *s,
                                     struct stamp_err *e);

#ifdef __cplusplus
}
#endif
#endif
