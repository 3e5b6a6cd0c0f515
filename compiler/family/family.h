/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file family.h
 * Families of networks: a row each, one builder file each.
 */
#ifndef STAMP_FAMILY_H
#define STAMP_FAMILY_H

#include "compiler/family/network.h"
#include "model/graph/build.h"

struct stamp_family {
    const char *name;       /**< "Llama" */
    const char *model_type; /**< in config.json, and general.architecture of GGUF */
    /** The graph of @p m, whose configuration is read, by stamp_gb_* and stamp_family_param. Errors stick to
     *  the builder. */
    void (*build)(struct stamp_network *m, struct stamp_gb *b);
    /** The numbers of a parameter of kind MADE; NULL: there is none. @param to  [rows][cols] */
    void (*make)(const struct stamp_network *m, uint32_t param, float *to);
};

/** The row of this type, or NULL. */
const struct stamp_family *stamp_family_find(const char *model_type);

/** "llama, qwen2 and qwen3", for messages. */
const char *stamp_family_types(void);

/** A parameter of the graph and the tensor it is. Returns an operand. */
uint32_t stamp_family_param(struct stamp_network *m, struct stamp_gb *b, const char *name,
                            enum stamp_gparam_kind kind, size_t rows, size_t cols,
                            struct stamp_part part);

/**
 * Build the graph of @p m, whose family and configuration are known, and take its tensors.
 * @param naming  the names @p source and messages use
 * @return what @p source returned, STAMP_ERANGE, STAMP_ENOMEM; then the caller closes m
 */
enum stamp_status stamp_family_make(struct stamp_network *m, const char *name,
                                    enum stamp_naming naming, stamp_part_source *source, void *ctx,
                                    struct stamp_err *e);

#endif
