/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file see.h
 * The values of a network, by name, for whoever wants to look at them as they come to be: in the network in
 * C, in f32, or in the memory of a machine.
 */
#ifndef STAMP_GRAPH_SEE_H
#define STAMP_GRAPH_SEE_H

#include <stddef.h>
#include <stdint.h>

#include "model/graph/graph.h"
#include "model/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Value @p value of the graph, one that is a probe, is complete in repetition @p time: x[rows][cols], borrowed
 * for the call.
 * @return a status other than STAMP_OK ends the run with it
 */
typedef enum stamp_status stamp_see_fn(void *ctx, uint32_t value, uint32_t time, size_t rows,
                                       size_t cols, const float *x, struct stamp_err *e);

#ifdef __cplusplus
}
#endif
#endif
