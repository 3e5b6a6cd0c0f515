/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file compare_pictures.h
 * stamp compare of a network that takes pictures: run and printed.
 */
#ifndef STAMP_CLI_COMPARE_PICTURES_H
#define STAMP_CLI_COMPARE_PICTURES_H

#include "sim/cli/args_net.h"
#include "sim/cli/args_quant.h"

/** Everything borrowed. */
struct stamp_compare_pictures {
    const struct stamp_network *network;
    const char *model, *const *file; /**< paths */
    size_t count;                    /**< of files */
    const struct stamp_args_net *net;
    const struct stamp_args_machine *machine;
    const struct stamp_args_quant *quant;
    const struct stamp_scheme *base; /**< weight bits, 32: f32, and what else all rows share */
    const uint32_t *high;            /**< [highs], at most STAMP_SCHEMES_HIGH */
    size_t highs;                    /**< 0: as schemes.h says */
    bool json;
};

enum stamp_status stamp_compare_pictures(const struct stamp_compare_pictures *a,
                                         struct stamp_err *e);

#endif
