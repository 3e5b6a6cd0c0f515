/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file shape.h
 * The shape of a node's result, by the rule of its op; and what its attributes may be.
 */
#ifndef STAMP_GRAPH_SHAPE_H
#define STAMP_GRAPH_SHAPE_H

#include "model/graph/graph.h"

struct stamp_gshape {
    uint32_t rows, cols;
};

/** The shape of @p n's result; its operands are in range. @return STAMP_EFORMAT with a line that names what
 *  does not fit */
enum stamp_status stamp_graph_shape(const struct stamp_graph *g, const struct stamp_gnode *n,
                                    struct stamp_gshape *out, struct stamp_err *e);

/** Why a parameter is none, by its kind, sizes and block; NULL: it is one. */
const char *stamp_gparam_fault(const struct stamp_gparam *p);

/* Facts of the table. */
enum stamp_gtype { STAMP_GTYPE_U32, STAMP_GTYPE_F32, STAMP_GTYPE_KIND };
struct stamp_gattr_row {
    enum stamp_gop op;
    const char *name;
    enum stamp_gtype type;
    size_t offset; /* in struct stamp_gattr */
};
/** Row @p i of all attributes; false behind the last. */
bool stamp_gattr_at(size_t i, struct stamp_gattr_row *row);

/** Operands an op takes. */
struct stamp_gcount {
    uint32_t least, most;
};
struct stamp_gcount stamp_gop_ins(enum stamp_gop op);

#endif
