/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file sp.h
 * SentencePiece vocabularies: pieces with a score and a type, wherever they are kept.
 */
#ifndef STAMP_TOKEN_SP_H
#define STAMP_TOKEN_SP_H

#include "compiler/token/parts.h"

/** Types of pieces, by their codes in tokenizer.model and in GGUF files. */
enum stamp_sp_type {
    STAMP_SP_NORMAL = 1,
    STAMP_SP_UNKNOWN,
    STAMP_SP_CONTROL, /**< taken out of a text whole, no part of what is written */
    STAMP_SP_USER,    /**< taken out of a text whole */
    STAMP_SP_UNUSED,  /**< no text becomes it */
    STAMP_SP_BYTE     /**< "<0x41>" */
};

/** Add a piece; U+2581 in it is a space. @param raw  a user-defined one is looked for in the text as it
 *  is, not in the prepared one. @return STAMP_EFORMAT (a type or byte that does not exist, a
 *  score that is not finite), STAMP_ENOMEM, STAMP_ERANGE */
enum stamp_status stamp_sp_piece(struct stamp_tokenizer *t, size_t id, const char *text, size_t len,
                                 float score, unsigned type, bool raw, struct stamp_err *e);

/** How a text is prepared. */
struct stamp_sp_rule {
    bool space;    /**< one in front */
    bool first;    /**< of the whole text only, not behind every added token */
    bool collapse; /**< spaces off the ends, several become one */
};

/** Steps of the rule; t has none before. @return STAMP_ENOMEM */
enum stamp_status stamp_sp_steps(struct stamp_tokenizer *t, struct stamp_sp_rule rule,
                                 struct stamp_err *e);

#endif
