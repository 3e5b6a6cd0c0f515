/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file keys.h
 * Objects of RUN.json read key by key, for run_json_read.c only: a key that is not there, is not of its kind or was not
 * asked for ends the reading with one line. After that every function does nothing and returns 0 or NULL.
 */
#ifndef STAMP_REPORT_KEYS_H
#define STAMP_REPORT_KEYS_H

#include "sim/report/run_json.h"

struct cJSON;

enum { STAMP_KEYS_WHERE = 120 };

/** A file under way; the first thing wrong is kept. */
struct stamp_keys_reader {
    const char *name; /* of the file */
    struct stamp_record *r;
    struct stamp_err *e;
    enum stamp_status s;
};
/** An object in it. */
struct stamp_keys {
    struct stamp_keys_reader *in;
    const struct cJSON *json;
    char where[STAMP_KEYS_WHERE]; /* "programs[1].events." */
    int taken;                    /* members asked for */
};

/** Note that @p key of the object at @p where is wrong, or that memory is out. */
void stamp_keys_bad(struct stamp_keys_reader *in, const char *where, const char *key,
                    const char *what);
void stamp_keys_no_memory(struct stamp_keys_reader *in);

/** An object; one that is a member of @p o. */
struct stamp_keys stamp_keys_object(struct stamp_keys_reader *in, const struct cJSON *json,
                                    const char *where);
struct stamp_keys stamp_keys_inside(struct stamp_keys *o, const char *key);

/** A member of any kind. */
const struct cJSON *stamp_keys_member(struct stamp_keys *o, const char *key);

/** A whole number or null; one of at most @p most; a number or null (NaN); true or false. */
struct stamp_known stamp_keys_known(struct stamp_keys *o, const char *key);
uint64_t stamp_keys_count(struct stamp_keys *o, const char *key, uint64_t most);
double stamp_keys_real(struct stamp_keys *o, const char *key);
bool stamp_keys_flag(struct stamp_keys *o, const char *key);

/** A text, or null where @p or_null; a name as stamp_record_name_ok. Copied into the record. */
const char *stamp_keys_text(struct stamp_keys *o, const char *key, bool or_null);
const char *stamp_keys_name(struct stamp_keys *o, const char *key);

/** First element of an array of at most @p most, and their number. */
const struct cJSON *stamp_keys_array(struct stamp_keys *o, const char *key, uint32_t most,
                                     uint32_t *count);

/** No other members than those asked for, which are among @p keys (NULL behind the last). */
void stamp_keys_done(struct stamp_keys *o, const char *const *keys);

#endif
