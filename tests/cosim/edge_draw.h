/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file edge_draw.h
 * Instructions drawn for a point of coverage (tests/cover/points.h): small and legal, or refused by their fields, with one
 * field at one of its edges. Operands are where edge_image.h has defined them.
 */
#ifndef STAMP_TESTS_COSIM_EDGE_DRAW_H
#define STAMP_TESTS_COSIM_EDGE_DRAW_H

#include "tests/cosim/edge.h"
#include "tests/cosim/gen.h"
#include "tests/cover/points.h"

/**
 * A legal instruction of variant @p s into @p c.
 * @return false where a few tries found none
 */
bool edge_draw(const struct stamp_mach *m, const struct cover_set *s, struct gen_rng *r,
               struct edge_case *c);

/** The same with field @p f at edge @p e, legal or with the error of c->error. */
bool edge_draw_at(const struct stamp_mach *m, const struct cover_set *s,
                  const struct cover_field *f, enum cover_edge e, struct gen_rng *r,
                  struct edge_case *c);

#endif
