/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file edge_judge.h
 * Whether an instruction is legal where edge_image.h has defined all operands, and gives no infinity there: asked of
 * the verifier and of a C machine that is kept, so that thousands can be.
 */
#ifndef STAMP_TESTS_COSIM_EDGE_JUDGE_H
#define STAMP_TESTS_COSIM_EDGE_JUDGE_H

#include "model/status.h"
#include "tests/cosim/edge.h"

struct edge_judge; /* opaque */

/** @param stores  memory's ends are stored to (edge.h). NULL: out of memory. */
struct edge_judge *edge_judge_new(const struct stamp_mach *mach, bool stores);
void edge_judge_free(struct edge_judge *j);

/** Its semaphores are not looked at. */
bool edge_judge_legal(struct edge_judge *j, const struct edge_case *c);

#endif
