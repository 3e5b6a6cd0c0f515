/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file build.h
 * A graph, built node by node. Errors stick: after the first nothing more is added, and
 * stamp_gb_finish says it.
 */
#ifndef STAMP_GRAPH_BUILD_H
#define STAMP_GRAPH_BUILD_H

#include "model/graph/graph.h"

#ifdef __cplusplus
extern "C" {
#endif

struct stamp_gb {
    struct stamp_graph *g;
    enum stamp_status status;
    struct stamp_err *e;
    uint32_t open; /**< block that nodes are added to, or STAMP_NO_BLOCK */
};

/** @param name  of the family */
void stamp_gb_start(struct stamp_gb *b, const char *name, struct stamp_err *e);

/** A parameter, of the open block if there is one and kind is not TABLE. Returns an operand. */
uint32_t stamp_gb_param(struct stamp_gb *b, const char *name, enum stamp_gparam_kind kind,
                        uint32_t rows, uint32_t cols);

/** How a value is kept and shown. */
struct stamp_gout {
    const char *name;  /**< unique in the graph */
    const char *place; /**< NULL: its own */
    const char *by;    /**< what makes it is called so in programs; NULL: as the value */
    bool probe;
};

/** A node; its result's shape follows from op and operands. Returns the value. */
uint32_t stamp_gb_node(struct stamp_gb *b, enum stamp_gop op, struct stamp_gout out,
                       struct stamp_gattr attr, uint32_t ins, const uint32_t *in);

/** Begin a block that repeats; @p in is the value it goes on from. */
void stamp_gb_block(struct stamp_gb *b, const char *name, uint32_t repeat, uint32_t in);
/** End it; @p out is what it hands on. */
void stamp_gb_block_end(struct stamp_gb *b, uint32_t out);

/** The graph, checked; owned by the caller. */
enum stamp_status stamp_gb_finish(struct stamp_gb *b, struct stamp_graph **out);

#ifdef __cplusplus
}
#endif
#endif
