/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file graph_of.h
 * Graphs for tests: from text, and one of each family.
 */
#ifndef STAMP_TESTS_GRAPH_OF_H
#define STAMP_TESTS_GRAPH_OF_H

#include "model/graph/graph.h"
#include "model/graph/steps.h"

enum { GRAPH_FAMILIES = 6 }; /* llama, qwen2, qwen3, vit, pixart, sana */

/** The graph of "graph t" and @p body; NULL with a line. stamp_graph_free. */
struct stamp_graph *graph_of(const char *body, struct stamp_err *e);

/** The graph of family @p i, of a small shape, as its builder makes it. stamp_graph_free. */
struct stamp_graph *graph_of_family(int i);

/** @return status; the line in @p e */
enum stamp_status graph_of_family_into(int i, struct stamp_graph **out, struct stamp_err *e);

/** The first in which two graphs differ, or NULL. Names every member there is. */
const char *graph_differs(const struct stamp_graph *a, const struct stamp_graph *b);

/** Steps as text, a line each: "kind name [x -> out]" and what else there is of it. stamp_free. */
char *graph_steps_text(const struct stamp_graph *g, const struct stamp_gsteps *s);

#endif
