/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file keys.h
 * The keys of the files that describe a checkpoint: used, without effect, refused, or not known
 * (keys.def).
 */
#ifndef STAMP_FRONT_KEYS_H
#define STAMP_FRONT_KEYS_H

#include <stdbool.h>
#include <stddef.h>

#include "compiler/front/notes.h"

struct cJSON;
struct stamp_gguf;

enum stamp_keys_file {
    STAMP_KEYS_CONFIG,
    STAMP_KEYS_ROPE,
    STAMP_KEYS_GENERATION,
    STAMP_KEYS_TOKENIZER,
    STAMP_KEYS_GGUF,
    STAMP_KEYS_PIXART,
    STAMP_KEYS_SANA,
    STAMP_KEYS_FILES
};

enum stamp_key_kind { STAMP_KEY_USED, STAMP_KEY_MOOT, STAMP_KEY_ONLY };

/** A row of keys.def. */
struct stamp_key {
    enum stamp_keys_file file;
    const char *key;
    enum stamp_key_kind kind;
    const char *text;
};

enum { STAMP_KEY_SHOWN = 64 /**< bytes of a value in a message, terminator included */ };

/**
 * Whether a value is one of "a|b|c", as ONLY has them.
 * @param shown  gets the value as text, cut to fit
 */
bool stamp_key_allows(const char *list, const struct cJSON *value, char shown[STAMP_KEY_SHOWN]);

/** All rows, in the table's order. */
const struct stamp_key *stamp_keys(size_t *count);

/** The row of a key, or NULL. */
const struct stamp_key *stamp_keys_find(enum stamp_keys_file file, const char *key);

/** A reader asks for this key: it must be in the table as used (an assertion). @return key */
const char *stamp_keys_ask(enum stamp_keys_file file, const char *key);

/** Test hook: rows asked for from now on become true in @p seen [rows]; NULL switches it off. */
void stamp_keys_watch(bool *seen);

/**
 * Go through the members of an object, or through the keys of a GGUF file.
 * @param name   the file, for messages
 * @param notes  gets a line for each key that is not known
 * @return STAMP_EUNSUPPORTED for a value that the table does not allow, STAMP_EFORMAT (a member
 * twice), STAMP_ENOMEM
 */
enum stamp_status stamp_keys_check(enum stamp_keys_file file, const char *name,
                                   const struct cJSON *object, struct stamp_notes *notes,
                                   struct stamp_err *e);
enum stamp_status stamp_keys_check_gguf(const char *name, const struct stamp_gguf *g,
                                        const char *arch, struct stamp_notes *notes,
                                        struct stamp_err *e);

#endif
