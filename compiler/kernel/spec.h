/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file spec.h
 * A network to compile, and where its values are then seen.
 */
#ifndef STAMP_KERNEL_SPEC_H
#define STAMP_KERNEL_SPEC_H

#include "compiler/family/network.h"
#include "compiler/quant/qmodel.h"
#include "model/graph/schemes.h"
#include "model/num/kv.h"
#include "model/num/scheme.h"

/** What to compile; everything borrowed. */
struct stamp_net_spec {
    const struct stamp_network *model;
    const struct stamp_qmodel *weights; /**< NULL: the program is only timed, weights are nowhere */
    struct stamp_scheme scheme;         /**< of LINEAR nodes of kind BODY */
    const struct stamp_scheme *of_node; /**< NULL, or as in schemes.h */
    struct stamp_kv_scheme kv;
    uint32_t s;       /**< tokens of the prefill, 1 or more; 1 where the graph fixes all rows */
    uint32_t ctx;     /**< tokens the cache holds, s or more */
    bool last_logits; /**< logits of the last position only */
    bool decode;      /**< with step and recode */
};

/** How the columns of a value lie in its rows: groups of unit elements, each padded. */
struct stamp_layout {
    uint32_t groups, unit, padded;
};

/** A value in memory once a phase of entry "main" is over. */
struct stamp_view {
    uint32_t value, phase; /**< of the graph; of the image */
    uint32_t rows;
    uint64_t addr, row_bytes;
    struct stamp_layout layout; /**< binary32 */
};

/** Start from zero; stamp_free(view). */
struct stamp_views {
    struct stamp_view *view;
    uint32_t count;
};

#endif
