/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file config.h
 * The small JSON files of a folder in the layout of diffusers, every key held against keys.def.
 *
 * Python writes numbers JSON has not: Infinity and -Infinity are taken as such, NaN is refused. A value
 * of null is no value. Every line of an error begins with the file and names the key.
 */
#ifndef STAMP_PAINT_CONFIG_H
#define STAMP_PAINT_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/status.h"

struct cJSON;

enum { STAMP_CONFIG_BYTES_MAX = 1 << 20 /**< of a file */ };

/** Which rows of keys.def count. */
enum stamp_paint_file {
    STAMP_PAINT_EVERY,
    STAMP_PAINT_INDEX,
    STAMP_PAINT_DPM,
    STAMP_PAINT_DDIM,
    STAMP_PAINT_FLOW,
    STAMP_PAINT_WORDS,
    STAMP_PAINT_SHUFFLE,
    STAMP_PAINT_CAPTIONS
};

/** One file; start from zero. */
struct stamp_config {
    char *name;         /**< its path, owned */
    struct cJSON *json; /**< an object, owned */
};

/**
 * Read "folder/file".
 * @return STAMP_EIO, STAMP_EFORMAT (not JSON, not an object, a key twice), STAMP_ERANGE (a larger file),
 * STAMP_ENOMEM; then @p out is untouched
 */
enum stamp_status stamp_config_open(const char *folder, const char *file, struct stamp_config *out,
                                    struct stamp_err *e);

/** Give both back and zero the struct. */
void stamp_config_close(struct stamp_config *c);

/**
 * What the file says it is: _class_name, or as transformers has it architectures[0] or model_type.
 * @param out  borrowed until close
 * @return STAMP_EFORMAT when it says none of them as a text
 */
enum stamp_status stamp_config_class(const struct stamp_config *c, const char **out,
                                     struct stamp_err *e);

/** Every key against keys.def. @return STAMP_EUNSUPPORTED (not there, or a value that is not allowed) */
enum stamp_status stamp_config_keys(const struct stamp_config *c, enum stamp_paint_file file,
                                    struct stamp_err *e);

/**
 * Values by key. Where there is none, @p to keeps what it has; stamp_config_need refuses that.
 * @return STAMP_EFORMAT (of another kind), STAMP_ERANGE (outside least .. most, which the line has),
 * STAMP_EUNSUPPORTED (a text that is not in the list, which the line has)
 */
enum stamp_status stamp_config_need(const struct stamp_config *c, const char *key,
                                    struct stamp_err *e);
enum stamp_status stamp_config_count(const struct stamp_config *c, const char *key, uint32_t least,
                                     uint32_t most, uint32_t *to, struct stamp_err *e);
enum stamp_status stamp_config_real(const struct stamp_config *c, const char *key, double least,
                                    double most, double *to, struct stamp_err *e);
enum stamp_status stamp_config_flag(const struct stamp_config *c, const char *key, bool *to,
                                    struct stamp_err *e);

/** @param list  "a|b|c"; @p to gets the place in it, from 0 */
enum stamp_status stamp_config_choice(const struct stamp_config *c, const char *key,
                                      const char *list, uint32_t *to, struct stamp_err *e);

/** The value of a key, borrowed until close; NULL for none or null. */
const struct cJSON *stamp_config_item(const struct stamp_config *c, const char *key);

#endif
