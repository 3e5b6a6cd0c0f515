/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file edge_corner.h
 * What the other edge tests have left of functional coverage: an instruction for each point of a field that none of them
 * reached, every two neighbours of a unit, semaphores of every number in every place. All are drawn from the points
 * (tests/cover/points.h), so that a new instruction or field has its corners by itself.
 */
#ifndef STAMP_TESTS_COSIM_EDGE_CORNER_H
#define STAMP_TESTS_COSIM_EDGE_CORNER_H

#include "tests/cosim/edge_run.h"

/** Run them all; what differs is complained about, and what nothing legal was found for is left to the gate. */
void edge_corners(struct edge_tally *t);

/** Control instructions: every two neighbours, every edge of their fields. */
void edge_controls(struct edge_tally *t);

#endif
