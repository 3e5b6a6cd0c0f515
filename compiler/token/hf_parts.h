/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file hf_parts.h
 * The sections of a tokenizer.json, each into the tokenizer that is being made.
 */
#ifndef STAMP_TOKEN_HF_PARTS_H
#define STAMP_TOKEN_HF_PARTS_H

#include <cjson/cJSON.h>

#include "compiler/token/parts.h"

enum { STAMP_HF_DEPTH_MAX = 8 }; /* of sequences in sequences */

/** Where a section comes from and goes to. */
struct stamp_hf {
    const char *name; /**< of the file, for messages */
    struct stamp_tokenizer *t;
    struct stamp_err *e;
};

/* Members of an object; false or NULL when there is none, null counts as none. A member of another
 * type is STAMP_EFORMAT through the functions that return a status. */
const cJSON *stamp_hf_get(const cJSON *o, const char *key);
const char *stamp_hf_text(const cJSON *o, const char *key);
enum stamp_status stamp_hf_flag(const struct stamp_hf *h, const cJSON *o, const char *key,
                                bool fallback, bool *out);
/** The member "type". @return STAMP_EFORMAT when it is no text */
enum stamp_status stamp_hf_type(const struct stamp_hf *h, const cJSON *o, const char *section,
                                const char **out);

/** Every object of the list @p key of @p o to @p each, one deeper: what is left when the section knows no other type.
 *  @return STAMP_EUNSUPPORTED when @p o is no Sequence, or is too deep */
enum stamp_status stamp_hf_sequence(const struct stamp_hf *h, const cJSON *o, const char *section,
                                    const char *key, int depth,
                                    enum stamp_status (*each)(const struct stamp_hf *h,
                                                              const cJSON *o, int depth));

/** "normalizer" and "pre_tokenizer" (may be NULL); sets t->bpe.byte_level. */
enum stamp_status stamp_hf_normalizer(const struct stamp_hf *h, const cJSON *o);
enum stamp_status stamp_hf_pre_tokenizer(const struct stamp_hf *h, const cJSON *o);

/** "model"; after the pre-tokenizer. */
enum stamp_status stamp_hf_model(const struct stamp_hf *h, const cJSON *o);

/** "decoder" (may be NULL): what every token of the model shows. After the model. */
enum stamp_status stamp_hf_decoder(const struct stamp_hf *h, const cJSON *o);

/** "added_tokens", "post_processor" (may be NULL). */
enum stamp_status stamp_hf_added(const struct stamp_hf *h, const cJSON *list);
enum stamp_status stamp_hf_post_processor(const struct stamp_hf *h, const cJSON *o);

/** One token: an object with content and flags. @param id  of the token */
enum stamp_status stamp_hf_added_token(const struct stamp_hf *h, const cJSON *o, int32_t id);

#endif
