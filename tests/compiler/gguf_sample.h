/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file gguf_sample.h
 * Small valid GGUF files with every tensor type the kit reads, built byte by byte.
 */
#ifndef STAMP_TESTS_GGUF_SAMPLE_H
#define STAMP_TESTS_GGUF_SAMPLE_H

#include "tests/compiler/front_samples.h"

/** The model with a tokenizer: one layer, two heads of 16 share one key-value head; the head is the embedding. */
enum {
    GGUF_DIM = 32,
    GGUF_HIDDEN = 64,
    GGUF_HEADS = 2,
    GGUF_KV_HEADS = 1,
    GGUF_HEAD_DIM = 16,
    GGUF_VOCAB = SAMPLE_TOKENS,
    GGUF_CTX = 16
};

/** Numbers of its tensors, for sample_gguf_value. */
enum {
    GGUF_EMBED, /* Q4_0 */
    GGUF_NORM,  /* vectors are F32 */
    GGUF_NORM_ATT,
    GGUF_NORM_FFN,
    GGUF_Q,    /* Q8_0 */
    GGUF_K,    /* F16 */
    GGUF_V,    /* BF16 */
    GGUF_O,    /* F32 */
    GGUF_GATE, /* Q8_0 */
    GGUF_UP,   /* Q4_0 */
    GGUF_DOWN, /* Q8_0 */
    GGUF_TENSORS,
    GGUF_BIAS_Q = GGUF_TENSORS,
    GGUF_BIAS_K,
    GGUF_BIAS_V,
    GGUF_NORM_Q,
    GGUF_NORM_K
};

/** @param family  "llama", "qwen2" (with biases) or "qwen3" (with norms of q and k) */
void sample_gguf(struct sample *s, const char *family);

/** The same model of Llama in two files: part 0 or 1 has tensors of even or odd number. */
void sample_gguf_part(struct sample *s, unsigned no);

/** A model of width 256, no tokenizer, matrices in the formats sample_gguf has none of; their bytes are
 *  an arbitrary pattern. */
void sample_gguf_large(struct sample *s);

/** What a file with a byte-level tokenizer says; NULL, -1: nothing. */
struct sample_gpt2 {
    const char *pre;
    const char *merge; /**< one more, behind the four */
    int add_bos, add_eos;
    int bos, eos, eot, eom;
};

/**
 * Keys and no tensors: tokens 0 a, 1 b, 2 c, 3 space, 4 ab, 5 bc, 6 abc, 7 " a", 8 and 9 <|bos|> and
 * <|eot|> control, 10 [U] user-defined, 11 digit 1, 12 2, 13 12, 14 unused; merges bc, ab, " a", 12.
 */
void sample_gguf_gpt2(struct sample *s, const struct sample_gpt2 *how);

/** What llama-bpe files have: BOS 8, EOS and EOT 9. */
extern const struct sample_gpt2 sample_gpt2_plain;

/** sample_gguf("llama") with one more key: a string when @p text is not NULL, else the bytes of a value
 *  of type @p type. */
void sample_gguf_more(struct sample *s, const char *key, const char *text, uint32_t type,
                      const void *bytes, size_t len);

/** Value @p i of a tensor as it lies in the file; exact in its type. */
float sample_gguf_value(unsigned tensor, size_t i);

#endif
