/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file json.h
 * JSON from outside: cJSON behind a gate that refuses what it would let through (bytes after the
 * text, bytes that are no UTF-8, a zero byte or \u0000 inside, repeated keys, numbers that are not
 * exact integers where one is due).
 */
#ifndef STAMP_FRONT_JSON_H
#define STAMP_FRONT_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/status.h"

struct cJSON;

/**
 * Parse one object.
 * @param name  stands in messages for where the text came from
 * @param out   owned by the caller, given back with stamp_json_free
 * @return STAMP_EFORMAT (not JSON, not an object, repeated keys at the top level), STAMP_ENOMEM
 */
enum stamp_status stamp_json_object(const char *name, const char *text, size_t len,
                                    struct cJSON **out, struct stamp_err *e);

/** One member of an object; item->string is its key. Borrowed during the call. */
typedef enum stamp_status stamp_json_member(void *ctx, const struct cJSON *item,
                                            struct stamp_err *e);

/**
 * The members of one object in turn, behind the same gate but in the memory of the largest member: a
 * tree of cJSON takes tens of times its text. A member may be told before a later one is refused, and
 * that keys are unique is the caller's to see.
 * @return STAMP_EFORMAT (not JSON, not an object), STAMP_ENOMEM, or what @p fn returns
 */
enum stamp_status stamp_json_members(const char *name, const char *text, size_t len,
                                     stamp_json_member *fn, void *ctx, struct stamp_err *e);

void stamp_json_free(struct cJSON *json);

/** Refuse an object with two equal keys, STAMP_EFORMAT. */
enum stamp_status stamp_json_unique(const char *name, const struct cJSON *object,
                                    struct stamp_err *e);

/** True when @p item is a number that is an integer of 0 .. 2^53, then *out is set. */
bool stamp_json_u64(const struct cJSON *item, uint64_t *out);

#endif
