/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file words.h
 * The kit's own small text encoder: a row for each word of a fixed list.
 *
 * Files    text_encoder/config.json   {"_class_name": "WordEmbedding", "vocab_size", "max_length", "width"}
 *          text_encoder/model.safetensors   embedding.weight [vocab_size][width],
 *                                           positions.weight [max_length][width]; F32, F16, BF16
 *          tokenizer/vocab.json       {"word": id}, "<pad>" 0, "<start>" 1
 * A text   A to Z become small letters; words are what stands between spaces (tab, line feed, vertical tab,
 *          form feed, carriage return count as such). Its ids are <start> and those of its words; the
 *          empty text is <start> alone. "<pad>" and "<start>" are no words.
 * Rows     row t = ADD(embedding[id_t], positions[t]), binary32.
 */
#ifndef STAMP_PAINT_WORDS_H
#define STAMP_PAINT_WORDS_H

#include <stdint.h>

#include "model/status.h"

enum {
    STAMP_WORDS_VOCAB_MAX = 1 << 20,
    STAMP_WORDS_LENGTH_MAX = 4096,
    STAMP_WORDS_WIDTH_MAX = 1 << 14,
    STAMP_VOCAB_BYTES_MAX = 1 << 24 /**< of vocab.json */
};

struct stamp_words; /* opaque */

/** Rows of a text; start from zero. */
struct stamp_text_rows {
    float *row;      /**< [tokens][width], owned (stamp_free) */
    uint32_t *id;    /**< [tokens], owned (stamp_free) */
    uint32_t tokens; /**< 1 or more */
};

/**
 * Open a model's folder.
 * @return STAMP_EUNSUPPORTED (another text encoder, by its class; a key), as the functions of config.h
 * and weights.h; STAMP_EFORMAT for a vocabulary with an id twice, beyond vocab_size, or without its first
 * two; then @p out is untouched
 */
enum stamp_status stamp_words_open(const char *folder, struct stamp_words **out,
                                   struct stamp_err *e);

/** NULL is allowed. */
void stamp_words_close(struct stamp_words *w);

/** Elements of a row; most tokens of a text, <start> counted. */
uint32_t stamp_words_width(const struct stamp_words *w);
uint32_t stamp_words_most(const struct stamp_words *w);

/**
 * Encode a text.
 * @return STAMP_ERANGE (a word that is not in the vocabulary, by the word; too many words), STAMP_ENOMEM;
 * then @p out is untouched
 */
enum stamp_status stamp_words_encode(const struct stamp_words *w, const char *text,
                                     struct stamp_text_rows *out, struct stamp_err *e);

/** Give both arrays back and zero the struct. */
void stamp_text_rows_free(struct stamp_text_rows *t);

#endif
