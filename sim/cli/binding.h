/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file binding.h
 * NAME=FILE on the command line of run: buffers of a program and files for them.
 */
#ifndef STAMP_CLI_BINDING_H
#define STAMP_CLI_BINDING_H

#include <argp.h>

#include "compiler/front/npy.h"
#include "sim/run/runtime.h"

struct cJSON;

enum { STAMP_BINDINGS_MAX = 64 };

struct stamp_binding {
    char name[STAMP_NAME_MAX + 1];
    const char *file;
};

struct stamp_bindings {
    struct stamp_binding at[STAMP_BINDINGS_MAX];
    size_t count;
};

/** Take NAME=FILE of @p flag; a usage error for anything else and for a name given twice. */
error_t stamp_bindings_add(struct stamp_bindings *list, const char *flag, const char *arg);

/** The file of buffer @p name, or NULL. */
const char *stamp_bindings_file(const struct stamp_bindings *list, const char *name);

/** That every name is a buffer of @p role of the program @p path. */
enum stamp_status stamp_bindings_check(const struct stamp_bindings *list, const char *path,
                                       const struct stamp_image *image, enum stamp_role role,
                                       struct stamp_err *e);

/** What output buffers are held against. */
struct stamp_references {
    struct stamp_bindings list;
    struct stamp_tensor y[STAMP_BINDINGS_MAX]; /**< owned */
    double sqnr_db[STAMP_BINDINGS_MAX];
    uint64_t differ[STAMP_BINDINGS_MAX]; /**< values that are not equal */
};

/** Read the files; their shapes must be the buffers'. */
enum stamp_status stamp_references_load(struct stamp_references *r, const char *path,
                                        const struct stamp_image *image, struct stamp_err *e);
/** Fill in the figures after a run. */
enum stamp_status stamp_references_compare(struct stamp_references *r, const struct stamp_run *run,
                                           struct stamp_err *e);
/** Member "references": [{name, sqnr_db, differ}]; nothing without any. */
void stamp_references_put(struct cJSON *object, const struct stamp_references *r);
/** A line each on standard output. */
void stamp_references_print(const struct stamp_references *r);
void stamp_references_free(struct stamp_references *r);

#endif
