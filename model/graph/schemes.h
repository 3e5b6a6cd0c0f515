/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file schemes.h
 * Which scheme the input of a LINEAR node is quantized under.
 *
 * BODY: that of the run, or one of the node's own; HEAD: 8 bits in every row, no transform. Nodes that read the
 * same value have one scheme: it is quantized once. Weights have the bits and blocks of the run.
 */
#ifndef STAMP_GRAPH_SCHEMES_H
#define STAMP_GRAPH_SCHEMES_H

#include "model/graph/graph.h"
#include "model/num/scheme.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Schemes of a run; everything borrowed. */
struct stamp_schemes {
    struct stamp_scheme body;        /**< of LINEAR nodes of kind BODY */
    const struct stamp_scheme *node; /**< NULL, or [graph->nodes], of each in its stead */
};

/** The scheme of LINEAR node @p node. */
struct stamp_scheme stamp_scheme_of(const struct stamp_graph *g, const struct stamp_schemes *s,
                                    uint32_t node);

/**
 * Give the LINEAR node that makes value @p name, and those that share its input, a scheme of their own.
 * @param node  [graph->nodes]
 * @return STAMP_ERANGE (no such value, none that a LINEAR node of kind BODY makes; weights other than
 *         those of @p node)
 */
enum stamp_status stamp_scheme_set(const struct stamp_graph *g, struct stamp_scheme *node,
                                   const char *name, const struct stamp_scheme *q,
                                   struct stamp_err *e);

/** That the schemes are such as stamp_scheme_set leaves them. @return STAMP_ERANGE and the node */
enum stamp_status stamp_schemes_check(const struct stamp_graph *g, const struct stamp_schemes *s,
                                      struct stamp_err *e);

#ifdef __cplusplus
}
#endif
#endif
