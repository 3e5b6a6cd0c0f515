/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file parts.h
 * Inside of a tokenizer, shared by the files of this folder only.
 */
#ifndef STAMP_TOKEN_PARTS_H
#define STAMP_TOKEN_PARTS_H

#include "compiler/token/added.h"
#include "compiler/token/tokenizer.h"
#include "compiler/token/word.h"

enum { STAMP_TOKENIZER_ENDS = 16, STAMP_TOKENIZER_AROUND = 8, STAMP_STRIP_ALL = 255 };

struct stamp_tokenizer {
    const char *format;
    struct stamp_bpe bpe;
    struct stamp_steps normal;               /**< on the text between added tokens */
    struct stamp_steps cut;                  /**< then on each piece */
    struct stamp_added_list raw, normalized; /**< added tokens, by what they are looked for in */
    struct stamp_vocab names; /**< texts of the added tokens, as they are looked for */
    struct stamp_vocab shown; /**< bytes of every id in a text */
    bool *special;            /**< [specials], owned */
    size_t specials;
    bool mend; /**< the text is made UTF-8 first */
    /** Spaces off the front of a decoded text. STAMP_STRIP_ALL: those of the first token, unless it is
     *  an added one. */
    uint8_t strip;
    bool joined; /**< a decoded text has a space between tokens */
    size_t rows; /**< of the embedding; 0: not known */
    int32_t bos; /**< -1: none */
    int32_t eos; /**< the one that add_eos puts behind a text, -1: none */
    int32_t end[STAMP_TOKENIZER_ENDS];
    size_t ends;
    int32_t front[STAMP_TOKENIZER_AROUND], back[STAMP_TOKENIZER_AROUND]; /**< around a text */
    size_t fronts, backs;
    struct stamp_notes notes;
    struct stamp_word_work *work; /**< owned */
};

/** An empty one. @param format  static. @return NULL when memory is out */
struct stamp_tokenizer *stamp_tokenizer_new(const char *format, size_t rows);

/** Add a token that is taken out of a text, with its text shown. @return STAMP_ENOMEM, STAMP_ERANGE */
enum stamp_status stamp_tokenizer_add(struct stamp_tokenizer *t, const struct stamp_added *a,
                                      struct stamp_err *e);

/** Mark a token as special. @return STAMP_ENOMEM */
enum stamp_status stamp_tokenizer_mark(struct stamp_tokenizer *t, size_t id, struct stamp_err *e);

/** Generation ends with this one too; more than STAMP_TOKENIZER_ENDS are STAMP_ERANGE. */
enum stamp_status stamp_tokenizer_end_at(struct stamp_tokenizer *t, int32_t id,
                                         struct stamp_err *e);

/** Id of the added token, else of the vocabulary's, that is written so in the file; -1: none. A
 *  byte-level vocabulary is written in its alphabet (bytelevel.h). @return STAMP_ENOMEM */
enum stamp_status stamp_tokenizer_id(const struct stamp_tokenizer *t, const char *text, size_t len,
                                     int32_t *id, struct stamp_err *e);

/** When all is read: sort, normalize what is looked for in normalized text. @return STAMP_ENOMEM */
enum stamp_status stamp_tokenizer_ready(struct stamp_tokenizer *t, struct stamp_err *e);

/** Run the normalizers over @p text [len]; *out is empty before. */
enum stamp_status stamp_tokenizer_normalize(const struct stamp_tokenizer *t, const char *text,
                                            size_t len, bool first, struct stamp_bytes *out,
                                            struct stamp_err *e);

/* The readers: each makes a tokenizer out of one file. @p name stands in messages. Not ready yet. */
enum stamp_status stamp_tokenizer_json(const char *name, const char *text, size_t len, size_t rows,
                                       struct stamp_tokenizer **out, struct stamp_err *e);
enum stamp_status stamp_tokenizer_sp(const char *name, const char *bytes, size_t len, size_t rows,
                                     struct stamp_tokenizer **out, struct stamp_err *e);
enum stamp_status stamp_tokenizer_bin(const char *name, const char *bytes, size_t len, size_t rows,
                                      struct stamp_tokenizer **out, struct stamp_err *e);

struct stamp_infile;
enum stamp_status stamp_tokenizer_gguf(struct stamp_infile *in, size_t rows,
                                       struct stamp_tokenizer **out, struct stamp_err *e);

/** BOS and the tokens that end a text, from the keys of a GGUF file whose tokenizer @p t replaces. */
enum stamp_status stamp_tokenizer_gguf_ids(struct stamp_tokenizer *t, struct stamp_infile *in,
                                           struct stamp_err *e);

/** What the other files of a tokenizer's folder say: tokens and what stands around a text. */
enum stamp_status stamp_tokenizer_config(struct stamp_tokenizer *t, const char *folder,
                                         struct stamp_err *e);

/** What a model's folder says of BOS and of the tokens that end a text. */
enum stamp_status stamp_tokenizer_ids(struct stamp_tokenizer *t, const char *folder,
                                      struct stamp_err *e);

#endif
