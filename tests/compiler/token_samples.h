/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file token_samples.h
 * Small valid files that describe a tokenizer, built without the code that reads them. Used by the
 * tests and by the fuzzer.
 */
#ifndef STAMP_TESTS_TOKEN_SAMPLES_H
#define STAMP_TESTS_TOKEN_SAMPLES_H

#include <stdbool.h>

#include "tests/compiler/front_samples.h"

/** Append a text without its end. */
void sample_put_text(struct sample *s, const char *text);

/**
 * tokenizer.json of byte-level BPE, cut as Llama 3 cuts. Tokens: 0 a, 1 b, 2 c, 3 space, 4 ab, 5 bc,
 * 6 abc, 7 " a", 8 digit 1, 9 bytes C3, 10 A9, 11 both; added: 12 <|bos|>, 13 <|end|>, special, and 14 [U].
 * Merges in order: bc, ab, " a", C3 A9. BOS in front.
 */
void sample_token_json(struct sample *s);

/**
 * tokenizer.json as made from SentencePiece: 0 <unk>, 1 <s>, 2 </s>, then 3 U+2581, 4 a, 5 b, 6 ab,
 * 7 U+2581 and ab, 8 <0xC3>, 9 <0xA9>; normalizer Prepend and Replace, byte_fallback, fuse_unk.
 */
void sample_token_spaced(struct sample *s);

/** How tokenizer.model differs from the defaults; -1: not said. */
struct sample_sp {
    int type;        /**< of the model; 2: BPE */
    int prefix;      /**< add_dummy_prefix */
    int collapse;    /**< remove_extra_whitespaces */
    int escape;      /**< escape_whitespaces */
    int suffix;      /**< treat_whitespace_as_suffix */
    const char *map; /**< precompiled_charsmap; NULL: none */
    bool far;        /**< 2000 unused pieces before the bytes */
};

/**
 * tokenizer.model: 0 <unk>, 1 <s>, 2 </s>, 3 U+2581 -1, 4 a -2, 5 b -3, 6 ab -0.5, 7 U+2581 and ab
 * -0.25, 8 [U] user-defined, 9 unused, and from 10 on (2010 when far) the bytes.
 */
void sample_token_model(struct sample *s, const struct sample_sp *how);

/** BPE with nothing else said. */
extern const struct sample_sp sample_sp_plain;

/** tokenizer_config.json and generation_config.json beside sample_token_json. */
void sample_token_config(struct sample *s);
void sample_token_generation(struct sample *s);

#endif
