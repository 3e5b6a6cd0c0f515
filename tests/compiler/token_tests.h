/* SPDX-License-Identifier: Apache-2.0 */
/** @file token_tests.h  The test cases of the tokenizer's suite, one per file, and what they share. */
#ifndef STAMP_TESTS_TOKEN_TESTS_H
#define STAMP_TESTS_TOKEN_TESTS_H

#include <check.h>
#include <stdbool.h>
#include <stddef.h>

#include "compiler/token/tokenizer.h"
#include "tests/compiler/token_samples.h"

TCase *stamp_tcase_utf8(void);
TCase *stamp_tcase_bytelevel(void);
TCase *stamp_tcase_regex(void);
TCase *stamp_tcase_steps(void);
TCase *stamp_tcase_split(void);
TCase *stamp_tcase_merge(void);
TCase *stamp_tcase_added(void);
TCase *stamp_tcase_json_model(void);
TCase *stamp_tcase_json_parts(void);
TCase *stamp_tcase_json_refused(void);
TCase *stamp_tcase_sp_model(void);
TCase *stamp_tcase_gguf_token(void);
TCase *stamp_tcase_folder(void);
TCase *stamp_tcase_detokenizer(void);
TCase *stamp_tcase_token_memory(void);

/** Sections of a tokenizer.json; NULL: null. */
struct json_parts {
    const char *model, *pre, *normalizer, *decoder, *added, *post;
};

/** The text of the file; static buffer. */
const char *token_json_text(const struct json_parts *p);

/** Open it, or fail the test with the reader's line. */
struct stamp_tokenizer *token_json(const struct json_parts *p);
struct stamp_tokenizer *token_open(enum stamp_tokenizer_kind kind, const struct sample *s);

/** The reader refuses with @p want and a line that has @p word in it. */
void token_refused(enum stamp_tokenizer_kind kind, const void *bytes, size_t len,
                   enum stamp_status want, const char *word);
void token_json_refused(const struct json_parts *p, enum stamp_status want, const char *word);

/** A text gives these ids, "1 2 3", without what stands around a text; around: with it. */
void token_gives(const struct stamp_tokenizer *t, const char *text, const char *ids);
void token_gives_around(const struct stamp_tokenizer *t, const char *text, const char *ids);

/** The ids "1 2 3" become this text. */
void token_shows(const struct stamp_tokenizer *t, const char *ids, const char *text);

#endif
