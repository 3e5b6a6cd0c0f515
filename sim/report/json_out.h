/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file json_out.h
 * Numbers into JSON: nine digits for what was measured or computed in floating point, all digits
 * for what was counted.
 *
 * An allocation that fails leaves the member out; a program that must not do so sets cJSON's hooks
 * to an allocator that does not return without memory.
 */
#ifndef STAMP_REPORT_JSON_OUT_H
#define STAMP_REPORT_JSON_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cJSON;

/** An object to print: NULL when memory is out. Starts the count of what stamp_json_complete tells. */
struct cJSON *stamp_json_root(void);

/** Whether everything since stamp_json_root found its memory: if not, members are missing. */
bool stamp_json_complete(void);

/** "%.9g"; null when @p value is not finite. */
void stamp_put_real(struct cJSON *object, const char *key, double value);

/** All digits. */
void stamp_put_count(struct cJSON *object, const char *key, uint64_t value);

/** Always valid UTF-8: U+FFFD for bytes that are none. */
void stamp_put_text(struct cJSON *object, const char *key, const char *text);

/** The same for @p bytes [len], zero bytes among them. */
void stamp_put_bytes(struct cJSON *object, const char *key, const char *bytes, size_t len);

/** A new empty object as member @p key; with @p key NULL a new element of the array @p parent. */
struct cJSON *stamp_put_object(struct cJSON *parent, const char *key);

/** A new empty array as member @p key. */
struct cJSON *stamp_put_array(struct cJSON *object, const char *key);

#endif
